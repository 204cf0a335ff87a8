"""Records kept in an SQLite file: searched in milliseconds, there without network, bounded."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ...checks.findings import Text
from ..disk import reason
from ..errors import BadAnswer, ServiceError
from .record import Query, Record, Results, fold, from_json

MOST_RECORDS = 100_000
"""Records kept of one source; a catalogue of a province has some ten thousand."""
PICTURE_LIMIT = 2 * 1024 * 1024
PICTURES_LIMIT = 64 * 1024 * 1024
_LAYOUT = 3
_TABLES = """
CREATE TABLE sources (
  source TEXT PRIMARY KEY, fetched TEXT NOT NULL, records INTEGER NOT NULL, told INTEGER NOT NULL);
CREATE TABLE records (
  source TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, searched TEXT NOT NULL,
  kinds TEXT NOT NULL, west REAL, south REAL, east REAL, north REAL,
  first TEXT NOT NULL, last TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (source, id));
CREATE INDEX record_ids ON records (id);
CREATE TABLE grouped (word TEXT NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (word, source, id)) WITHOUT ROWID;
CREATE INDEX grouped_by_record ON grouped (source, id);
CREATE TABLE details (source TEXT NOT NULL, id TEXT NOT NULL, fetched TEXT NOT NULL,
  document TEXT NOT NULL, PRIMARY KEY (source, id));
CREATE TABLE pictures (url TEXT PRIMARY KEY, fetched TEXT NOT NULL, picture BLOB NOT NULL);
CREATE TABLE favourites (id TEXT PRIMARY KEY, added TEXT NOT NULL);
"""


def now() -> str:
    """The time, as it is kept."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


class CacheProblem(ServiceError):
    """What was fetched cannot be kept; what was kept before stays."""


class Store:
    """The file in which records are kept; safe for several threads.

    A file that is damaged or of another layout is made anew: all but the favourites can be
    fetched again. One that cannot be written now (full disk, no right) is left as it is, and
    what it holds is worked with in memory; ``lasting`` tells.

    Parameters
    ----------
    path
        Where; its folder is made. ``:memory:`` keeps nothing.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = path
        self._lock = threading.RLock()
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._connection = self._open()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _open(self) -> sqlite3.Connection:
        self.lasting = True
        kept: list[Any] = []
        try:
            connection = self._connect()
            layout = connection.execute("PRAGMA user_version").fetchone()[0]
            if layout == _LAYOUT and _is_whole(connection):
                return connection
            with contextlib.suppress(sqlite3.DatabaseError):
                kept = connection.execute("SELECT id, added FROM favourites").fetchall()
            connection.close()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                self.lasting = False
                return _in_memory(Path(self.path))
        if str(self.path) == ":memory:":
            connection = self._connect()
            _lay_out(connection, kept)
            return connection
        try:
            _make_anew(Path(self.path), kept)
            return self._connect()
        except (sqlite3.Error, OSError):
            self.lasting = False
            return _in_memory(Path(self.path))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(str(self.path), check_same_thread=False, timeout=20.0)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                with self._connection:
                    yield self._connection
            except sqlite3.Error as error:
                self._connection.rollback()
                raise self._not_kept(error) from error

    def _not_kept(self, error: object) -> CacheProblem:
        why = reason(error, Path(self.path))
        return CacheProblem(
            Text(
                zh=f"目录缓存 {self.path} 无法写入：{why.zh}。已缓存的内容保持不变",
                en=f"The cache of the catalogue, {self.path}, cannot be written: {why.en}. What "
                "was kept before stays",
            ),
            Text(
                zh="请检查磁盘剩余空间和文件权限，然后重新打开目录",
                en="Look at the disk's free space and the rights of the file, then open the "
                "catalogue again",
            ),
        )

    def replace(self, source: str, records: Iterable[Record], told: int) -> int:
        """Put ``records`` in place of all that was kept of ``source``, at once or not at all.

        ``told`` is how many the catalogue says it has. Answers how many are kept now.

        Raises
        ------
        BadAnswer
            When there are more than :data:`MOST_RECORDS`; what was kept stays.
        CacheProblem
            When they cannot be written; what was kept stays.
        """
        with self._writing() as connection:
            connection.execute("DELETE FROM records WHERE source = ?", (source,))
            connection.execute("DELETE FROM grouped WHERE source = ?", (source,))
            for number, record in enumerate(records):
                if number >= MOST_RECORDS:
                    raise BadAnswer(
                        Text(
                            zh=f"目录超过 {MOST_RECORDS:,} 条记录",
                            en=f"The catalogue has more than {MOST_RECORDS:,} records",
                        )
                    )
                _insert(connection, source, record)
            (count,) = connection.execute(
                "SELECT count(*) FROM records WHERE source = ?", (source,)
            ).fetchone()
            connection.execute(
                "INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?)", (source, now(), count, told)
            )
            connection.execute(
                "DELETE FROM details WHERE source = ? AND id NOT IN "
                "(SELECT id FROM records WHERE source = ?)",
                (source, source),
            )
        return int(count)

    def search(self, query: Query) -> Results:
        """Find records, by title; favourites first."""
        conditions, values = _conditions(query)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        with self._lock:
            (total,) = self._connection.execute(
                f"SELECT count(*) FROM records r{where}",  # noqa: S608  # values are bound
                values,
            ).fetchone()
            rows = self._connection.execute(
                f"SELECT document FROM records r{where} ORDER BY "  # noqa: S608  # values are bound
                "EXISTS (SELECT 1 FROM favourites f WHERE f.id = r.id) DESC, title, id "
                "LIMIT ? OFFSET ?",
                (*values, query.limit, query.offset),
            ).fetchall()
        return Results(total, tuple(from_json(row[0]) for row in rows))

    def find(self, identifier: str) -> tuple[str, Record] | None:
        """Source and record of an id, the newest fetched first."""
        with self._lock:
            row = self._connection.execute(
                "SELECT r.source, r.document FROM records r JOIN sources s ON s.source = r.source "
                "WHERE r.id = ? ORDER BY s.fetched DESC",
                (identifier,),
            ).fetchone()
        return (row[0], from_json(row[1])) if row else None

    def groups(self) -> list[tuple[str, int]]:
        """Keywords and themes with the number of their records, the largest first."""
        with self._lock:
            return list(
                self._connection.execute(
                    "SELECT word, count(*) FROM grouped GROUP BY word ORDER BY 2 DESC, 1"
                )
            )

    def sources(self) -> dict[str, tuple[datetime, int]]:
        """When each source was fetched, and how many records it had."""
        with self._lock:
            rows = self._connection.execute("SELECT source, fetched, records FROM sources")
            return {row[0]: (datetime.fromisoformat(row[1]), row[2]) for row in rows}

    def forget(self, keep: Iterable[str]) -> None:
        """Drop what came from sources that are not in ``keep``."""
        names = tuple(keep)
        marks = ",".join("?" * len(names))
        with self._writing() as connection:
            for table in ("sources", "records", "grouped", "details"):
                connection.execute(
                    f"DELETE FROM {table} WHERE source NOT IN ({marks})",  # noqa: S608  # own names
                    names,
                )

    def favourite(self, identifier: str, wanted: bool) -> None:
        """Mark a record, or take its mark away; marks stay when records are fetched anew.

        Raises
        ------
        CacheProblem
            When the mark cannot be kept.
        """
        if not self.lasting:
            raise self._not_kept("database or disk is full")
        with self._writing() as connection:
            if wanted:
                connection.execute(
                    "INSERT OR IGNORE INTO favourites VALUES (?, ?)", (identifier, now())
                )
            else:
                connection.execute("DELETE FROM favourites WHERE id = ?", (identifier,))

    def favourites(self) -> frozenset[str]:
        """Ids of the records marked."""
        with self._lock:
            return frozenset(
                row[0] for row in self._connection.execute("SELECT id FROM favourites")
            )

    def keep_details(self, source: str, record: Record) -> None:
        """Keep a full record."""
        with self._writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO details VALUES (?, ?, ?, ?)",
                (source, record.id, now(), record.as_json()),
            )

    def details(self, source: str, identifier: str) -> Record | None:
        """A full record kept earlier."""
        with self._lock:
            row = self._connection.execute(
                "SELECT document FROM details WHERE source = ? AND id = ?", (source, identifier)
            ).fetchone()
        return from_json(row[0]) if row else None

    def keep_picture(self, url: str, picture: bytes) -> None:
        """Keep a preview; the oldest go when there are too many."""
        with self._writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO pictures VALUES (?, ?, ?)", (url, now(), picture)
            )
            (size,) = connection.execute(
                "SELECT coalesce(sum(length(picture)), 0) FROM pictures"
            ).fetchone()
            while size > PICTURES_LIMIT:
                url, length = connection.execute(
                    "SELECT url, length(picture) FROM pictures ORDER BY fetched, rowid LIMIT 1"
                ).fetchone()
                connection.execute("DELETE FROM pictures WHERE url = ?", (url,))
                size -= length

    def picture(self, url: str) -> bytes | None:
        """A preview kept earlier."""
        with self._lock:
            row = self._connection.execute(
                "SELECT picture FROM pictures WHERE url = ?", (url,)
            ).fetchone()
        return row[0] if row else None


def _make_anew(path: Path, favourites: list[Any]) -> None:
    """A new file in place of the old one, which stays until the new one is whole."""
    fresh = Path(f"{path}.new")
    try:
        fresh.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(str(fresh))) as made:
            _lay_out(made, favourites)
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        fresh.replace(path)
    except BaseException:
        for suffix in ("", "-journal"):
            Path(f"{fresh}{suffix}").unlink(missing_ok=True)
        raise


def _in_memory(path: Path) -> sqlite3.Connection:
    """What a file holds, as far as it can be read without writing anything."""
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as file:
            file.backup(memory)
        if memory.execute("PRAGMA user_version").fetchone()[0] == _LAYOUT:
            _is_whole(memory)
            return memory
    except sqlite3.Error:
        pass
    memory.close()
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    _lay_out(memory, [])
    return memory


def _lay_out(connection: sqlite3.Connection, favourites: list[Any]) -> None:
    connection.executescript(f"BEGIN;{_TABLES}PRAGMA user_version={_LAYOUT};COMMIT;")
    with connection:
        connection.executemany("INSERT OR IGNORE INTO favourites VALUES (?, ?)", favourites)


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file itself is broken, rather than the disk full, locked or out of bounds."""
    return not isinstance(error, sqlite3.OperationalError) or str(error).startswith("no such")


def _is_whole(connection: sqlite3.Connection) -> bool:
    """Whether the tables can be read at all; a damaged page shows where it is read."""
    connection.execute("SELECT count(*), max(length(document)) FROM records").fetchone()
    connection.execute("SELECT count(*) FROM grouped").fetchone()
    connection.execute("SELECT count(*), max(added) FROM favourites").fetchone()
    return True


def _insert(connection: sqlite3.Connection, source: str, record: Record) -> None:
    west, south, east, north = record.box or (None, None, None, None)
    kinds = " ".join(sorted({link.kind for link in record.links if link.kind}))
    connection.execute(
        "INSERT OR REPLACE INTO records VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            *(source, record.id, record.title, record.searched, f" {kinds} "),
            *(west, south, east, north),
            *(record.begin or record.end, record.end or record.begin, record.as_json()),
        ),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO grouped VALUES (?, ?, ?)",
        [(word, source, record.id) for word in record.groups],
    )


def _conditions(query: Query) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []

    def need(condition: str, *given: Any) -> None:
        conditions.append(condition)
        values.extend(given)

    for word in fold(query.text).split():
        need("instr(r.searched, ?) > 0", word)
    if query.group:
        need(
            "EXISTS (SELECT 1 FROM grouped g WHERE g.word = ? AND g.source = r.source "
            "AND g.id = r.id)",
            query.group,
        )
    if query.box:
        west, south, east, north = query.box
        need(
            "r.west <= ? AND r.east >= ? AND r.south <= ? AND r.north >= ?",
            *(east, west, north, south),
        )
    if query.begin:
        need("r.last <> '' AND r.last >= ?", query.begin)
    if query.end:
        need("r.first <> '' AND r.first <= ?", query.end)
    if query.favourites:
        need("r.id IN (SELECT id FROM favourites)")
    if query.source:
        need("r.source = ?", query.source)
    if query.kind:
        need("instr(r.kinds, ?) > 0", f" {query.kind} ")
    return conditions, values
