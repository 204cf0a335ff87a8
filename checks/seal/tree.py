"""Merkle tree of an append-only log: roots, inclusion and consistency proofs.

RFC 6962 (and RFC 9162), section 2.1: leaves are SHA-256(0x00 ‖ entry), nodes SHA-256(0x01 ‖ left
‖ right), and a tree of n leaves splits at the largest power of two below n.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_digest(entry: bytes) -> bytes:
    """Digest of one entry as a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_digest(left: bytes, right: bytes) -> bytes:
    """Digest of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The root of a growing log with no more than one digest a level in memory."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add the digest of one more leaf."""
        self._peaks.append(leaf)
        self.size += 1
        full = self.size
        while full % 2 == 0:
            right = self._peaks.pop()
            self._peaks[-1] = node_digest(self._peaks[-1], right)
            full //= 2

    @property
    def root(self) -> bytes:
        """Root of what was appended so far; of nothing it is the digest of nothing."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_digest(peak, root)
        return root


def root(leaves: Sequence[bytes]) -> bytes:
    """Root of the tree over the leaf digests."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Audit path of leaf ``index`` (RFC 6962, 2.1.1): at most 20 digests for a million leaves.

    Raises
    ------
    IndexError
        When there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*inclusion_proof(leaves[:half], index), root(leaves[half:])]
    return [*inclusion_proof(leaves[half:], index - half), root(leaves[:half])]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes
) -> bool:
    """Whether ``leaf`` is number ``index`` of the ``size`` leaves below ``expected``.

    RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    at, last, digest = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            digest = node_digest(step, digest)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            digest = node_digest(digest, step)
        at, last = at >> 1, last >> 1
    return last == 0 and digest == expected


def consistency_proof(leaves: Sequence[bytes], earlier: int) -> list[bytes]:
    """Proof that the first ``earlier`` leaves are a prefix of all (RFC 6962, 2.1.2).

    Raises
    ------
    IndexError
        When the earlier log was longer than this one, or empty.
    """
    if not 0 < earlier <= len(leaves):
        raise IndexError(earlier)

    def proof(part: Sequence[bytes], old: int, whole: bool) -> list[bytes]:
        if old == len(part):
            return [] if whole else [root(part)]
        half = _split(len(part))
        if old <= half:
            return [*proof(part[:half], old, whole), root(part[half:])]
        return [*proof(part[half:], old - half, False), root(part[:half])]

    return proof(leaves, earlier, True)


def verify_consistency(
    earlier: int, size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether the log of ``size`` leaves grew from that of ``earlier`` (RFC 9162, 2.1.4.2)."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not proof and old_root == new_root
    path = list(proof)
    if earlier & (earlier - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    at, last = earlier - 1, size - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            old, new = node_digest(step, old), node_digest(step, new)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_digest(new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root
