"""Reading a file of findings for the queue: one query per table, everything as columns."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from .finding_table import (
    COLUMNS,
    FindingTable,
    FloatArray,
    ParcelFacts,
    Places,
    RuleCount,
    coded,
)

_ROWS_AT_ONCE = 5000
_TEXTS = (
    *("finding_id", "rule_id", "family", "verdict", "severity", "layer", "object_id"),
    *("parcel_bsm", "cause", "message_zh", "message_en", "unit"),
)
_HEADER = np.dtype([("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs", "V4")])
_VILLAGE_DIGITS = 12
"""Province, city, county, town and village (GB/T 10114); the rest of ZLDWDM is the group."""


def read_findings(
    path: Path, stopped: Callable[[], bool] = lambda: False, at: Callable[[float], object] = float
) -> FindingTable | None:
    """Read a file of findings with one query per table; ``None`` when stopped on the way.

    Raises
    ------
    ValueError
        When the file is not one of findings, is damaged or locked; the message says which.
    """
    if not path.is_file():
        raise ValueError(str(path))
    try:
        with closing(_open(path)) as connection:
            try:
                return _read(connection, stopped, at)
            except sqlite3.OperationalError as error:
                if "decode" not in str(error):
                    raise
                # Text that is no UTF-8 is read with marks in its place instead of not at all.
                connection.text_factory = _tolerant
                return _read(connection, stopped, at)
    except sqlite3.Error as error:
        raise ValueError(_reason(path, error)) from error


def _open(path: Path) -> sqlite3.Connection:
    if path.with_name(path.name + "-journal").exists():
        # After a power cut the last transaction has to be rolled back, which needs to write.
        with closing(sqlite3.connect(path, timeout=10.0)) as writing:
            writing.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0)


def _reason(path: Path, error: sqlite3.Error) -> str:
    """The error in words for a person, where the room that has them can be loaded."""
    try:
        from ...checks.findings_read import unreadable
    except ImportError:
        return str(error)
    from ...processing_provider.language import say

    return say(unreadable(path, error).text)


def _read(
    connection: sqlite3.Connection, stopped: Callable[[], bool], at: Callable[[float], object]
) -> FindingTable | None:
    geometry = _geometry_column(connection)
    columns = _columns(connection, geometry, stopped, at)
    if columns is None:
        return None
    heads = columns.pop("where")
    rules = [
        RuleCount(*row)
        for row in connection.execute(
            "SELECT rule_id, family, coalesce(tested, 0), coalesce(findings, 0),"
            " coalesce(not_checkable, 0), coalesce(reason, '') FROM rules_run ORDER BY fid"
        )
    ]
    risk = _risk(connection, columns["parcel_bsm"])
    facts = _facts(connection, columns["parcel_bsm"])
    if stopped():
        return None
    places = Places(_envelopes(heads), _reference(connection)) if geometry else None
    return FindingTable(columns, rules, risk, places, facts)


def _columns(
    connection: sqlite3.Connection,
    geometry: str,
    stopped: Callable[[], bool],
    at: Callable[[float], object],
) -> dict[str, list[Any]] | None:
    total = connection.execute("SELECT count(*) FROM findings").fetchone()[0]
    # Bytes of a geometry's header are all that is needed of it; a text would be no geometry.
    head = f"CASE typeof({geometry}) WHEN 'blob' THEN substr({geometry}, 1, 40) END"
    wanted = [f"coalesce(CAST({name} AS TEXT), '')" if name in _TEXTS else name for name in COLUMNS]
    wanted.append(head if geometry else "NULL")
    query = f"SELECT {', '.join(wanted)} FROM findings ORDER BY fid"  # noqa: S608
    out: dict[str, list[Any]] = {name: [] for name in (*COLUMNS, "where")}
    shared: dict[str, str] = {}
    cursor = connection.execute(query)
    while True:
        part = cursor.fetchmany(_ROWS_AT_ONCE)
        if not part:
            break
        for name, cells in zip(out, zip(*part)):
            # The same few words in every row need to be kept but once.
            if name in _FEW:
                out[name] += [shared.setdefault(cell, cell) for cell in cells]
            else:
                out[name] += cells
        at(len(out["fid"]) / max(total, 1))
        if stopped():
            return None
    out["score"] = _numbers(out["score"])
    return out


_FEW = frozenset(("rule_id", "family", "verdict", "severity", "layer", "cause", "unit"))


def _tolerant(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _numbers(values: list[Any]) -> list[float]:
    """Scores as numbers from 0 to 1; what is none counts as nothing."""
    out = []
    for value in values:
        good = isinstance(value, (int, float)) and 0.0 <= value <= 1e308
        out.append(min(float(value), 1.0) if good else 0.0)
    return out


def _geometry_column(connection: sqlite3.Connection) -> str:
    row = connection.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = 'findings'"
    ).fetchone()
    return '"' + str(row[0]).replace('"', '""') + '"' if row else ""


def _reference(connection: sqlite3.Connection) -> str:
    row = connection.execute(
        "SELECT s.definition FROM gpkg_geometry_columns g JOIN gpkg_spatial_ref_sys s"
        " ON g.srs_id = s.srs_id WHERE g.table_name = 'findings'"
    ).fetchone()
    return "" if row is None or row[0] in (None, "undefined") else str(row[0])


def _envelopes(heads: list[bytes | None]) -> FloatArray:
    """Envelopes from the headers of GeoPackage blobs (OGC 12-128r17, 2.1.3)."""
    whole = b"".join([head if head and len(head) == 40 else bytes(40) for head in heads])
    raw = np.frombuffer(whole, dtype=np.uint8).reshape(len(heads), 40)
    flags = raw[:, 3]
    good = (raw[:, 0] == ord("G")) & (raw[:, 1] == ord("P"))
    good &= ((flags >> 1) & 7 > 0) & ((flags >> 1) & 7 < 5)
    boxes = np.ascontiguousarray(raw[:, 8:])
    little, big = boxes.view("<f8"), boxes.view(">f8")
    box = np.where((flags & 1).astype(bool)[:, None], little, big).astype(np.float64)
    box[~good | ~np.isfinite(box).all(axis=1)] = np.nan
    return np.asarray(box[:, [0, 2, 1, 3]])


def _has(connection: sqlite3.Connection, table: str) -> bool:
    query = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
    return bool(connection.execute(query, (table,)).fetchone()[0])


def _risk(connection: sqlite3.Connection, parcels: list[str]) -> FloatArray:
    out: dict[str, float] = {}
    if _has(connection, "parcel_risk"):
        out = dict(
            connection.execute(
                "SELECT bsm, max(risk) FROM parcel_risk WHERE typeof(risk) = 'real' AND bsm IN"
                " (SELECT parcel_bsm FROM findings) GROUP BY bsm"
            )
        )
    nan = float("nan")
    return np.array([out.get(name, nan) for name in parcels], dtype=np.float64)


def _facts(connection: sqlite3.Connection, parcels: list[str]) -> ParcelFacts | None:
    if not _has(connection, "parcel_facts"):
        return None
    villages, names, classes = {}, {}, {}
    for bsm, unit, name, land_class in connection.execute(
        "SELECT bsm, coalesce(CAST(zldwdm AS TEXT), ''), coalesce(CAST(zldwmc AS TEXT), ''),"
        " coalesce(CAST(dlbm AS TEXT), '') FROM parcel_facts"
        " WHERE bsm IN (SELECT parcel_bsm FROM findings)"
    ):
        village = unit[:_VILLAGE_DIGITS]
        villages[bsm], classes[bsm] = village, land_class
        names.setdefault(village, name)
    return ParcelFacts(
        coded([villages.get(name, "") for name in parcels]),
        names,
        coded([classes.get(name, "") for name in parcels]),
    )
