"""What the journal's first event holds fast besides the findings: the other tables, the record."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..seal import canonical
from ..seal.tree import Frontier, leaf_digest

RECORD = "record.json"
TABLES = ("parcel_risk", "rules_run")
_BLOCK = 1 << 20


def beside(findings: Path) -> dict[str, Any]:
    """Digest of the record that lies beside a file of findings; empty where there is none.

    The record in turn holds the digest of every input, so that it binds the package as well.
    """
    path = findings.with_name(RECORD)
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            for block in iter(lambda: stream.read(_BLOCK), b""):
                digest.update(block)
    except OSError:
        return {}
    return {"record": {"name": RECORD, "sha256": digest.hexdigest()}}


def tables_of(connection: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """Rows and root of every further table of the verification."""
    out = {}
    for table in TABLES:
        rows = row_digests(connection, table)
        if rows is not None:
            out[table] = {"rows": len(rows), "root": root_of(rows)}
    return out


def row_digests(connection: sqlite3.Connection, table: str) -> list[bytes] | None:
    """Leaf digest of every row by row number; ``None`` where the table is not there."""
    known = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
    ).fetchone()
    if not known:
        return None
    quoted = table.replace('"', '""')
    rows = connection.execute(f'SELECT * FROM "{quoted}" ORDER BY rowid')  # noqa: S608
    return [leaf_digest(canonical([plain(value) for value in row])) for row in rows]


def root_of(leaves: Iterable[bytes]) -> str:
    """Root over leaf digests."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root.hex()


def plain(value: Any) -> Any:
    """A cell as JSON; what a tampered cell may hold must not stop the check."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, float):
        return {"number": value.hex()}
    return value


def differing(noted: Mapping[str, Any], connection: sqlite3.Connection) -> list[str]:
    """Which tables are not as the first event says."""
    now = tables_of(connection)
    return [name for name, facts in noted.items() if now.get(name) != facts]
