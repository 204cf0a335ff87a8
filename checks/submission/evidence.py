"""The SQLite store of field evidence: rows first, pictures one at a time.

One per county, written by the evidence app: table ``FJ`` with the photos as
BLOBs, and tables of parcels (``ZXJZ``, ``BCJZ``, …). Facts: the store's schema
as found in the field (``jz_package_schema.json``). The file is opened read-only
and immutable, runs none of its own triggers or functions, and is never trusted
to have the columns, the types or the pages that it should.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import pathname2url

from ..findings import Text
from ..progress import SILENT, Progress

PHOTO_TABLE = "FJ"
PARCEL_TABLES = ("ZXJZ", "BCJZ", "CCJZ", "ZZBG", "JCTB", "DLYB")
MOST_BYTES = 96 * 2**20
"""A larger attachment is no photo of a phone."""

_ALIASES = {
    "F_ID": ("FID", "ID", "OBJECTID"),
    "TBYBH": ("TBYBH_", "YBH", "图斑预编号"),
    "JKBSM": ("BSM", "监控标识码"),
    "FJMC": ("NAME", "FILENAME", "WJMC", "附件名称"),
    "FJLX": ("附件类型",),
    "FJ": ("PHOTO", "DATA", "CONTENT", "附件"),
    "PSSJ": ("拍摄时间",),
    "PSJD": ("AZIM", "FWJ", "AZIMUTH", "拍摄角度"),
    "PSRY": ("PSR", "拍摄人员", "拍摄人"),
    "LONGITUDE": ("LON", "LNG", "JD", "PICX", "经度"),
    "LATITUDE": ("LAT", "WD", "PICY", "纬度"),
    "XZB": ("X",),
    "YZB": ("Y",),
    "METARECORD": ("META",),
    "JYM": ("校验码",),
    "TCBM": (),
    "TBFW": ("BGFW", "图斑范围"),
    "JCBH": (),
}
_WANTED: tuple[str, ...] = (
    "F_ID",
    "TCBM",
    "TBYBH",
    "JKBSM",
    "FJMC",
    "FJLX",
    "PSSJ",
    "PSJD",
    "PSRY",
)
_WANTED += ("LONGITUDE", "LATITUDE", "XZB", "YZB", "METARECORD", "JYM")
_OF_PARCELS: tuple[str, ...] = (
    "TBYBH",
    "JCBH",
    "JKBSM",
    "TBFW",
    "XZB",
    "YZB",
    "JZSM",
    "SFJZ",
    "WJZLX",
)
_OF_PARCELS += ("WYRDDL", "DLBM", "BGDL", "YBDL", "BZ")
_MOST_TEXT = 1 << 20
_STEPS = 100_000


@dataclass(frozen=True)
class StoredPhoto:
    """One row of FJ without its picture; values are text, stripped, ``""`` where null.

    ``key`` addresses the picture (see :meth:`EvidenceStore.pictures`), ``bytes``
    is its size (0 where there is none).
    """

    key: int
    bytes: int
    values: dict[str, str]


@dataclass(frozen=True)
class StoredParcel:
    """One row of a parcel table: the table's name, and its values as text."""

    table: str
    values: dict[str, str]


@dataclass
class EvidenceStore:
    """What a store holds: rows, and the reasons why something could not be read."""

    path: Path
    photos: list[StoredPhoto] = field(default_factory=list)
    parcels: list[StoredParcel] = field(default_factory=list)
    columns: frozenset[str] = frozenset()
    problems: list[Text] = field(default_factory=list)

    def pictures(self, progress: Progress = SILENT) -> Iterator[tuple[int, bytes | None]]:
        """Yield ``(key, content)`` of every photo in order, one at a time.

        ``None`` stands for a picture that cannot be read or is too large; the
        walk goes on with the next row.
        """
        if "FJ" not in self.columns:
            return
        try:
            with closing(_open(self.path, progress)) as connection:
                names = _columns(connection, PHOTO_TABLE)
                query = f"SELECT {_quoted(names['FJ'])} FROM {PHOTO_TABLE} WHERE rowid = ?"  # noqa: S608
                for photo in self.photos:
                    if 0 < photo.bytes <= MOST_BYTES:
                        yield photo.key, _picture(connection, query, photo.key)
                    else:
                        yield photo.key, None
        except sqlite3.Error as error:
            progress.check()
            self.problems.append(_damaged(self.path, error))


def open_store(path: Path, progress: Progress = SILENT) -> EvidenceStore:
    """Read the rows of a store, no picture; never raises for what the file holds."""
    out = EvidenceStore(path)
    try:
        with closing(_open(path, progress)) as connection:
            columns = _columns(connection, PHOTO_TABLE)
            out.columns = frozenset(columns)
            if not columns:
                out.problems.append(
                    Text(
                        f"举证数据库 {path.name} 没有可读取的 FJ 表",
                        f"The evidence store {path.name} has no readable table FJ",
                    )
                )
            else:
                _read_photos(connection, columns, out)
            for table in PARCEL_TABLES:
                _read_parcels(connection, table, out)
    except sqlite3.Error as error:
        progress.check()
        out.problems.append(_damaged(path, error))
    return out


def _read_photos(connection: sqlite3.Connection, columns: dict[str, str], out: Any) -> None:
    wanted = [name for name in _WANTED if name in columns]
    size = f"length({_quoted(columns['FJ'])})" if "FJ" in columns else "0"
    parts = ["rowid", size, *(_quoted(columns[name]) for name in wanted)]
    # NOT INDEXED: an index must not decide the order, nor stand for the table.
    query = f"SELECT {', '.join(parts)} FROM {PHOTO_TABLE} NOT INDEXED"  # noqa: S608
    try:
        for key, length, *values in connection.execute(query):
            if not isinstance(key, int):
                continue  # a column that calls itself rowid
            said = {name: _said(value) for name, value in zip(wanted, values)}
            out.photos.append(StoredPhoto(key, int(length or 0), said))
    except sqlite3.Error as error:
        out.problems.append(_damaged(out.path, error))


def _read_parcels(connection: sqlite3.Connection, table: str, out: EvidenceStore) -> None:
    columns = _columns(connection, table)
    wanted = [name for name in _OF_PARCELS if name in columns]
    if not wanted:
        return
    names = ", ".join(_quoted(columns[name]) for name in wanted)
    try:
        for values in connection.execute(f"SELECT {names} FROM {table} NOT INDEXED"):  # noqa: S608
            said = {name: _said(value) for name, value in zip(wanted, values)}
            out.parcels.append(StoredParcel(table, said))
    except sqlite3.Error as error:
        out.problems.append(_damaged(out.path, error))


def _open(path: Path, progress: Progress) -> sqlite3.Connection:
    address = f"file:{pathname2url(str(path))}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, timeout=1.0)
    connection.text_factory = _decoded
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA cache_size = -8192")

    def stop() -> int:
        try:
            progress.check()
        except Exception:
            return 1
        return 0

    connection.set_progress_handler(stop, _STEPS)
    return connection


def _columns(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Standard name of a column → its name in the store; empty for anything but a real table."""
    row = connection.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND upper(name) = ?", (table,)
    ).fetchone()
    if row is None or not str(row[0]).lstrip().upper().startswith("CREATE TABLE"):
        return {}  # a view or a virtual table could run anything
    if str(row[0]).rstrip().rstrip(";").upper().endswith("WITHOUT ROWID"):
        return {}
    given = {
        str(name[1]).upper(): str(name[1])
        for name in connection.execute(f"PRAGMA table_info({_quoted(table)})")
    }
    out = dict(given)
    for name, aliases in _ALIASES.items():
        for alias in aliases:
            if name not in out and alias in given:
                out[name] = given[alias]
    return out


def _picture(connection: sqlite3.Connection, query: str, key: int) -> bytes | None:
    try:
        row = connection.execute(query, (key,)).fetchone()
    except sqlite3.Error:
        return None
    value = row[0] if row else None
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return bytes(value) if isinstance(value, (bytes, memoryview)) else None


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (bytes, memoryview)):
        return _decoded(bytes(value)[:_MOST_TEXT]).strip()
    if isinstance(value, float):
        return format(value, ".15g")
    return str(value)[:_MOST_TEXT].strip()


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _damaged(path: Path, error: sqlite3.Error) -> Text:
    return Text(
        f"举证数据库 {path.name} 读取中断：{error}",
        f"Reading the evidence store {path.name} broke off: {error}",
    )
