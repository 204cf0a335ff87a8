"""Digests and hash trees: how a record proves what it was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..progress import SILENT, Progress
from .sm3 import new_sm3, sm3_available
from .tree import Frontier, leaf_digest

_BLOCK = 1 << 20


def canonical(document: Any) -> bytes:
    """JSON with sorted keys, no blanks, UTF-8: the form that is signed."""
    text = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def file_digests(path: Path, progress: Progress = SILENT) -> dict[str, Any]:
    """Size and digests of a file, read in blocks.

    Returns
    -------
    dict
        ``bytes``, ``sha256`` and ``sm3`` (hex; ``None`` where no library of
        this machine computes SM3 at full speed).
    """
    sha256 = hashlib.sha256()
    sm3 = new_sm3() if sm3_available() else None
    size = 0
    with path.open("rb") as stream:
        while True:
            block = stream.read(_BLOCK)
            if not block:
                break
            progress.check()
            size += len(block)
            sha256.update(block)
            if sm3 is not None:
                sm3.update(block)
    return {
        "bytes": size,
        "sha256": sha256.hexdigest(),
        "sm3": sm3.hexdigest() if sm3 is not None else None,
    }


def merkle_root(leaves: Iterable[bytes]) -> str:
    """Root of the Merkle tree over ``leaves`` as hex (RFC 6962, section 2.1).

    Leaves and nodes are hashed with different prefixes, so that a node can
    never be passed off as a leaf; the tree of nothing is the hash of nothing.
    """
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf_digest(leaf))
    return frontier.root.hex()
