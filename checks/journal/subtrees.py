"""Digests of whole blocks of the log, so that a head or a proof need not read all of it.

A block is ``BLOCK`` leaves in a row from a multiple of ``BLOCK``: a full subtree of the tree over
the log, whose digest never changes any more. The table ``journal_tree`` is only a help; the audit
recomputes it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ..seal.tree import inclusion_proof, node_digest, root

BLOCK = 1024


def extend(connection: sqlite3.Connection, before: int, size: int) -> None:
    """Write the digests of the blocks that were filled as the log grew to ``size`` events."""
    for block in range(before // BLOCK, size // BLOCK):
        connection.execute(
            "INSERT OR REPLACE INTO journal_tree (block, digest) VALUES (?, ?)",
            (block, root(_leaves(connection, block)).hex()),
        )


def _leaves(connection: sqlite3.Connection, block: int) -> list[bytes]:
    first = block * BLOCK
    rows = connection.execute(
        "SELECT leaf FROM journal_events WHERE seq > ? AND seq <= ? ORDER BY seq",
        (first, first + BLOCK),
    )
    return [bytes.fromhex(row[0]) for row in rows]


def _blocks(connection: sqlite3.Connection) -> list[bytes]:
    rows = connection.execute("SELECT digest FROM journal_tree ORDER BY block")
    return [bytes.fromhex(row[0]) for row in rows]


def wrong(connection: sqlite3.Connection) -> list[int]:
    """Blocks whose digest is missing, too many, or not that of their leaves."""
    known = {int(row[0]): row[1] for row in connection.execute("SELECT * FROM journal_tree")}
    full = _size(connection) // BLOCK
    out = []
    for block in sorted({*known, *range(full)}):
        try:
            right = block < full and known.get(block) == root(_leaves(connection, block)).hex()
        except ValueError:  # a leaf that is no digest, which the log tells of
            right = True
        if not right:
            out.append(block)
    return out


def _size(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM journal_events").fetchone()[0])


def head(connection: sqlite3.Connection) -> tuple[int, str]:
    """Number of events and root of their tree."""
    size = _size(connection)
    return size, _join(_blocks(connection), _leaves(connection, size // BLOCK)).hex()


def _join(blocks: Sequence[bytes], rest: Sequence[bytes]) -> bytes:
    """Root over full blocks and the leaves after them."""
    if not blocks:
        return root(rest)
    digests = _peaks(blocks)
    if rest:
        digests.append(root(rest))
    whole = digests.pop()
    while digests:
        whole = node_digest(digests.pop(), whole)
    return whole


def _peaks(blocks: Sequence[bytes]) -> list[bytes]:
    """Roots of the perfect trees that ``blocks`` consist of, largest first."""
    out, start = [], 0
    while start < len(blocks):
        width = 1 << ((len(blocks) - start).bit_length() - 1)
        out.append(root(blocks[start : start + width]))
        start += width
    return out


def proof(connection: sqlite3.Connection, index: int) -> list[bytes]:
    """Inclusion proof of leaf ``index`` (from 0) in the log as it is (RFC 6962, 2.1.1)."""
    size = _size(connection)
    blocks = _blocks(connection)
    block, within = divmod(index, BLOCK)
    inside = _leaves(connection, block)
    out = inclusion_proof(inside, within)
    rest = _leaves(connection, size // BLOCK)
    if block == len(blocks):  # among the leaves after the last full block
        out += [*reversed(_peaks(blocks))]
        return out
    # Above its block: down the perfect tree of blocks it is in, then the peaks beside it.
    start = 0
    before: list[bytes] = []
    while True:
        width = 1 << ((len(blocks) - start).bit_length() - 1)
        part = blocks[start : start + width]
        if block < start + width:
            out += inclusion_proof(part, block - start)
            break
        before.append(root(part))
        start += width
    after = blocks[start + width :]
    if after or rest:
        out.append(_join(after, rest))
    return out + before[::-1]
