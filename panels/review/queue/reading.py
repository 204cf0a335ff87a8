"""Reading a file of findings for the queue: one query per table, everything as columns."""

from __future__ import annotations

import gc
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from ..finding_table import (
    COLUMNS,
    Coded,
    FindingTable,
    FloatArray,
    ParcelFacts,
    Places,
    RuleCount,
    coded,
)

_ROWS_AT_ONCE = 1000
"""So few that their cells are still in the processor's cache when they are put into columns."""
_TEXTS = (
    *("finding_id", "rule_id", "family", "verdict", "severity", "layer", "object_id"),
    *("parcel_bsm", "cause", "message_zh", "message_en", "unit"),
)
_MANY = 4
"""Times as many parcels as findings from which on parcels are looked up one by one."""
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
        with closing(_open(path)) as connection, _no_collection():
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


@contextmanager
def _no_collection() -> Iterator[None]:
    """While millions of cells are made, none of them in a circle, Python looks for no circles.

    Each look would hold up all threads, the window's too, for as long as it takes to go through
    everything that the whole program has made.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def read_facts(path: Path, table: FindingTable) -> ParcelFacts | None:
    """Village and land class of the parcels of all findings; ``None`` where the file is older.

    Apart from the findings, so that the list need not wait for it.

    Raises
    ------
    ValueError
        When the file cannot be read.
    """
    try:
        with closing(_open(path)) as connection:
            return _facts(connection, table.columns["parcel_bsm"])
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
        from ....checks.findings_read import unreadable
    except ImportError:
        return str(error)
    from ....processing_provider.language import say

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
    if stopped():
        return None
    places = Places(_envelopes(heads), _reference(connection)) if geometry else None
    return FindingTable(columns, rules, risk, places)


def _columns(
    connection: sqlite3.Connection,
    geometry: str,
    stopped: Callable[[], bool],
    at: Callable[[float], object],
) -> dict[str, list[Any]] | None:
    total = connection.execute("SELECT count(*) FROM findings").fetchone()[0]
    # Bytes of a geometry's header are all that is needed of it; a text would be no geometry.
    head = f"CASE typeof({geometry}) WHEN 'blob' THEN substr({geometry}, 1, 40) END"
    wanted = (*COLUMNS, head if geometry else "NULL")
    query = f"SELECT {', '.join(wanted)} FROM findings ORDER BY fid"  # noqa: S608
    out: dict[str, list[Any]] = {name: [] for name in (*COLUMNS, "where")}
    shared: dict[str, str] = {}
    cursor = connection.execute(query)
    while True:
        part = cursor.fetchmany(_ROWS_AT_ONCE)
        if not part:
            break
        for name, cells in zip(out, zip(*part)):
            texts = _texts(cells) if name in _TEXTS else cells
            # The same few words in every row need to be kept but once.
            out[name] += map(shared.setdefault, texts, texts) if name in _FEW else texts
        at(len(out["fid"]) / max(total, 1))
        if stopped():
            return None
    out["score"] = _numbers(out["score"])
    return out


def _texts(cells: Sequence[Any]) -> Sequence[str]:
    """Cells as text; nothing is done where all of them are."""
    if set(map(type, cells)) == {str}:
        return cells
    return ["" if cell is None else str(cell) for cell in cells]


_FEW = frozenset(("rule_id", "family", "verdict", "severity", "layer", "cause", "unit"))


def _tolerant(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _numbers(values: list[Any]) -> list[float]:
    """Scores as numbers from 0 to 1; what is none counts as nothing."""
    try:
        numbers = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        good = [value if isinstance(value, (int, float)) else 0.0 for value in values]
        numbers = np.array(good, dtype=np.float64)
    score: list[float] = np.nan_to_num(numbers, nan=0.0, posinf=0.0).clip(0.0, 1.0).tolist()
    return score


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


def _about(
    connection: sqlite3.Connection, table: str, columns: str, parcels: list[str]
) -> sqlite3.Cursor:
    """Rows of a table of parcels; of a large one only of those that have findings."""
    query = f"SELECT bsm, {columns} FROM {table}"  # noqa: S608
    count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    if count < _MANY * len(parcels):
        return connection.execute(query)
    named = json.dumps(list(dict.fromkeys(parcels)))
    among = "WHERE bsm IN (SELECT value FROM json_each(?))"
    try:
        return connection.execute(f"{query} {among}", (named,))
    except sqlite3.OperationalError:
        # SQLite built without JSON.
        return connection.execute(query)


def _risk(connection: sqlite3.Connection, parcels: list[str]) -> FloatArray:
    out: dict[str, float] = {}
    if _has(connection, "parcel_risk"):
        wanted = "CASE WHEN typeof(risk) IN ('real', 'integer') THEN risk ELSE NULL END"
        out = dict(_about(connection, "parcel_risk", wanted, parcels))
    found = map(out.get, parcels, repeat(None))
    return np.array([*found, None], dtype=np.float64)[:-1]


def _facts(connection: sqlite3.Connection, parcels: list[str]) -> ParcelFacts | None:
    if not _has(connection, "parcel_facts"):
        return None
    village = f"substr(coalesce(CAST(zldwdm AS TEXT), ''), 1, {_VILLAGE_DIGITS})"
    land_class = "coalesce(CAST(dlbm AS TEXT), '')"
    names = dict(
        connection.execute(
            f"SELECT {village}, max(coalesce(CAST(zldwmc AS TEXT), ''))"  # noqa: S608
            " FROM parcel_facts GROUP BY 1"
        )
    )
    return ParcelFacts(
        _of(dict(_about(connection, "parcel_facts", village, parcels)), parcels),
        names,
        _of(dict(_about(connection, "parcel_facts", land_class, parcels)), parcels),
    )


def _of(facts: Mapping[str, str], parcels: list[str]) -> Coded:
    return coded(list(map(facts.get, parcels, repeat(""))))
