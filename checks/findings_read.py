"""Reading back a file of findings: columns, places, risk of parcels, rules run."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from .errors import InputError
from .findings import Text
from .progress import SILENT, Progress
from .table import GeometryArray

Column = npt.NDArray[np.object_]

FINDING_COLUMNS = (
    *("finding_id", "rule_id", "rule_version", "family", "verdict", "severity", "layer"),
    *("object_id", "parcel_bsm", "score", "measured", "expected", "tolerance", "unit", "cause"),
    *("message_zh", "message_en", "evidence"),
)
PARCEL_COLUMNS = ("bsm", "risk", "outcome", "reasons")
RULE_COLUMNS = ("rule_id", "rule_version", "family", "tested", "findings", "not_checkable")
_ROWS_AT_ONCE = 20_000
_PATIENCE = 5.0
"""Seconds for which another program may hold the file before the person is told."""
_ENVELOPE = (0, 32, 48, 48, 64)


@dataclass(frozen=True)
class VerificationFile:
    """What a verification wrote.

    Attributes
    ----------
    findings, parcels, runs
        Columns by name; all columns of one table have the same length.
    where
        Place of every finding, ``None`` where it has none.
    wkt
        Coordinate reference system of the places; empty when unknown.
    """

    path: Path
    findings: dict[str, Column]
    where: GeometryArray
    parcels: dict[str, Column]
    runs: dict[str, Column]
    wkt: str

    def __len__(self) -> int:
        return len(self.where)


def read_verification(path: Path, progress: Progress = SILENT) -> VerificationFile:
    """Read a file that ``onemap:verifysubmission`` wrote.

    Raises
    ------
    InputError
        When the file is not there, is no file of findings, is damaged or locked; the message
        says which.
    """
    try:
        with closing(connect(path)) as connection:
            geometry = _geometry_column(connection)
            findings, blobs = _table(connection, "findings", FINDING_COLUMNS, geometry, progress)
            parcels, _ = _table(connection, "parcel_risk", PARCEL_COLUMNS, None, progress)
            runs, _ = _table(connection, "rules_run", RULE_COLUMNS, None, progress)
            wkt = _reference(connection)
    # What SQLite says of a damaged table may hold bytes that are no text.
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    return VerificationFile(path, findings, places(blobs), parcels, runs, wkt)


def connect(path: Path) -> sqlite3.Connection:
    """Open a GeoPackage for reading; nothing is made where nothing is."""
    if not path.is_file():
        raise InputError(Text(f"找不到文件：{path}", f"There is no file {path}"))
    # After a power cut the last transaction has to be rolled back, which needs to write.
    if path.with_name(path.name + "-journal").exists():
        with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=_PATIENCE)) as writing:
            writing.execute("SELECT count(*) FROM sqlite_master")
    # A plain path in a URI would read "%" and "?" of a file name as syntax.
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)


def unreadable(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> InputError:
    """What a database error means to the person who chose the file."""
    told = str(error)
    if "locked" in told or "busy" in told:
        return InputError(
            Text(
                f"{path.name} 正被其他程序占用，请关闭后重试。",
                f"{path.name} is locked by another program; close it and try again.",
            )
        )
    if "no such table" in told or "no such column" in told:
        return InputError(
            Text(
                f"{path.name} 不是核验结果，或出自更早的版本（{told}）。",
                f"{path.name} holds no findings, or is of an older version ({told}).",
            )
        )
    if "unable to open" in told or "disk I/O" in told or not path.is_file():
        return InputError(
            Text(
                f"无法打开 {path.name}：没有权限，或所在磁盘、网络盘已断开（{told}）。",
                f"{path.name} cannot be opened: no permission, or its drive or network share is"
                f" gone ({told}).",
            )
        )
    return InputError(
        Text(
            f"{path.name} 已损坏或不是 GeoPackage（{told}）。",
            f"{path.name} is damaged or no GeoPackage ({told}).",
        )
    )


def _geometry_column(connection: sqlite3.Connection) -> str | None:
    row = connection.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = 'findings'"
    ).fetchone()
    return str(row[0]) if row else None


def _table(
    connection: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    geometry: str | None,
    progress: Progress,
) -> tuple[dict[str, Column], list[Any]]:
    names = ", ".join(f'"{name}"' for name in columns)
    last = '"' + geometry.replace('"', '""') + '"' if geometry else "NULL"
    cursor = connection.execute(f'SELECT {names}, {last} FROM "{table}" ORDER BY rowid')  # noqa: S608
    rows: list[tuple[Any, ...]] = []
    while True:
        part = cursor.fetchmany(_ROWS_AT_ONCE)
        if not part:
            break
        progress.check()
        rows += part
    out = {}
    for place, name in enumerate(columns):
        column = np.empty(len(rows), dtype=object)
        column[:] = [row[place] for row in rows]
        out[name] = column
    return out, [row[-1] for row in rows]


def places(blobs: Sequence[Any]) -> GeometryArray:
    """Geometries of GeoPackage blobs (OGC 12-128, 2.1.3); ``None`` for none or a broken one."""
    found = np.empty(len(blobs), dtype=object)
    found[:] = [_well_known(blob) for blob in blobs]
    return np.asarray(shapely.from_wkb(found, on_invalid="ignore"))


def _well_known(blob: Any) -> bytes | None:
    if not isinstance(blob, bytes) or len(blob) < 13 or blob[:2] != b"GP":
        return None
    kind = (blob[3] >> 1) & 7
    if kind >= len(_ENVELOPE):
        return None
    return blob[8 + _ENVELOPE[kind] :]


def _reference(connection: sqlite3.Connection) -> str:
    row = connection.execute(
        "SELECT s.definition FROM gpkg_geometry_columns g JOIN gpkg_spatial_ref_sys s"
        " ON g.srs_id = s.srs_id WHERE g.table_name = 'findings'"
    ).fetchone()
    return "" if row is None or row[0] in (None, "undefined") else str(row[0])
