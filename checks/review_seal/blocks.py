"""Files digested piece by piece, so that a change can be told to a few kilobytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..progress import SILENT, Progress
from ..seal.tree import leaf_digest, root

SMALL, LARGE = 4096, 65536
_LARGEST_FINE = 64 << 20
_MAGIC = b"SQLite format 3\x00"
_VOLATILE = ((18, 20), (24, 28), (92, 100))
"""Bytes of an SQLite header that change when a program opens the file and nothing else does: how
its journal is kept, and counters of changes (*Database File Format*, 1.3)."""


@dataclass(frozen=True)
class Blocks:
    """Digests of a file.

    Attributes
    ----------
    size, block
        Bytes of the file, and of every block but the last.
    leaves
        Leaf digest (RFC 6962) of every block.
    page
        Page size where the file is an SQLite database, else 0.
    quiet
        Leaf digest of the first block without what changes when a database is merely opened;
        that of the first block itself for other files.
    """

    size: int
    block: int
    leaves: tuple[bytes, ...]
    page: int = 0
    quiet: bytes = b""

    @property
    def root(self) -> str:
        """Root of the tree over the blocks."""
        return root(self.leaves).hex()


def digest_blocks(path: Path, block: int = 0, progress: Progress = SILENT) -> Blocks:
    """Digest a file; ``block`` is chosen by its kind and size where it is 0.

    Raises
    ------
    OSError
        When it cannot be read.
    """
    size = path.stat().st_size
    leaves, page, quiet = [], 0, b""
    with path.open("rb") as stream:
        head = stream.read(100)
        page = page_size(head)
        block = block or _fitting(size, page)
        stream.seek(0)
        read = 0
        while data := stream.read(block):
            progress.check()
            read += len(data)
            leaves.append(leaf_digest(data))
            if len(leaves) == 1:
                quiet = leaf_digest(_quiet(data)) if page else leaves[0]
    return Blocks(read, block, tuple(leaves), page, quiet)


def page_size(head: bytes) -> int:
    """Page size of an SQLite database by its first hundred bytes; 0 for another file."""
    if not head.startswith(_MAGIC) or len(head) < 100:
        return 0
    told = int.from_bytes(head[16:18], "big")
    size = 65536 if told == 1 else told
    return size if 512 <= size <= 65536 and size & (size - 1) == 0 else 0


def _fitting(size: int, page: int) -> int:
    fine = page or SMALL
    return fine if size <= _LARGEST_FINE else max(fine, LARGE)


def _quiet(block: bytes) -> bytes:
    data = bytearray(block)
    for start, end in _VOLATILE:
        data[start:end] = bytes(end - start)
    return bytes(data)


def differing(before: Blocks, now: Blocks) -> list[int]:
    """Numbers of the blocks that are not the same, also those that one of the two lacks."""
    both = min(len(before.leaves), len(now.leaves))
    out = [place for place in range(both) if before.leaves[place] != now.leaves[place]]
    return out + list(range(both, max(len(before.leaves), len(now.leaves))))


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers in ascending order as (first, last) of those that follow each other."""
    out: list[tuple[int, int]] = []
    for number in numbers:
        if out and number == out[-1][1] + 1:
            out[-1] = (out[-1][0], number)
        else:
            out.append((number, number))
    return out
