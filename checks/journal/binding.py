"""What the journal's first event holds fast besides the findings: the other tables, the record."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..seal import canonical
from ..seal.tree import leaf_digest, root

RECORD = "record.json"
RECORD_FORMAT = "onemap-verification-record"
TABLES = ("parcel_risk", "rules_run")
PART = 1024
"""Rows that one digest stands for, so that a change is located to so many."""
_MOST_FILES = 200
_LARGEST = 256 << 20


def find_record(findings: Path, count: int | None = None) -> Path | None:
    """The record beside a file of findings: ``record.json``, or else one that counts as many.

    ``None`` where there is none.
    """
    usual = findings.with_name(RECORD)
    try:
        others = sorted(findings.absolute().parent.glob("*.json"))[:_MOST_FILES]
    except OSError:
        others = []
    for path in [usual, *(path for path in others if path.name != RECORD)]:
        counted = _counted(path)
        if counted is not None and count in (None, counted):
            return path
    return None


def _counted(path: Path) -> int | None:
    """How many findings a record speaks of; ``None`` for what is no record."""
    try:
        if path.stat().st_size > _LARGEST:
            return None
        with path.open("rb") as stream:
            text = stream.read(4096)
            if RECORD_FORMAT.encode() not in text:
                return None
            text += stream.read()
        return int(json.loads(text.decode("utf-8-sig"))["findings"]["count"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def beside(findings: Path, count: int) -> dict[str, Any]:
    """Digest of the record that lies beside a file of findings; empty where there is none.

    The record in turn holds the digest of every input, so that it binds the package as well.
    """
    path = find_record(findings, count)
    if path is None:
        return {}
    data = path.read_bytes()
    return {"record": {"name": path.name, "sha256": hashlib.sha256(data).hexdigest()}}


def tables_of(connection: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """Rows of every further table of the verification, and the digests of their parts."""
    found = {table: _facts(connection, table) for table in TABLES}
    return {table: facts for table, facts in found.items() if facts is not None}


def _facts(connection: sqlite3.Connection, table: str) -> dict[str, Any] | None:
    leaves = _row_digests(connection, table)
    if leaves is None:
        return None
    starts = range(0, len(leaves), PART)
    parts = [root(leaves[start : start + PART]).hex() for start in starts]
    return {"rows": len(leaves), "parts": parts}


def _row_digests(connection: sqlite3.Connection, table: str) -> list[bytes] | None:
    """Leaf digest of every row by row number; ``None`` where the table is not there."""
    known = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
    ).fetchone()
    if not known:
        return None
    rows = connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid')  # noqa: S608
    return [leaf_digest(canonical([plain(value) for value in row])) for row in rows]


def plain(value: Any) -> Any:
    """A cell as JSON; what a tampered cell may hold must not stop the check."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, float):
        return {"number": value.hex()}
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return {"text": value.encode("utf-8", "surrogateescape").hex()}
    return value


def differing(noted: Any, connection: sqlite3.Connection, table: str) -> list[str]:
    """Which rows of a table, counted from 1, are not as the first event says."""
    known = noted if isinstance(noted, Mapping) else {}
    before = known.get(table)
    if not isinstance(before, Mapping):
        return []
    after = _facts(connection, table)
    if after is None:
        return [""]
    old, new = _parts(before), _parts(after)
    return [
        f"{part * PART + 1}–{(part + 1) * PART}"
        for part in range(max(len(old), len(new)))
        if old[part : part + 1] != new[part : part + 1]
    ]


def _parts(facts: Mapping[str, Any]) -> Sequence[Any]:
    parts = facts.get("parts")
    return parts if isinstance(parts, list) else []
