"""The intake's tables: uploads, receipts, staged parcels, commits."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg2
import shapely

from ...services.delivery.rows import Parcels

_ROWS_AT_ONCE = 2000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Store:
    """One connection per thread to the database of the platform.

    Parameters
    ----------
    database
        Connection string of libpq.
    """

    class Unavailable(Exception):
        """The database is not there (for a while)."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._local = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """Yield a cursor; all or nothing.

        Raises
        ------
        Store.Unavailable
            When the database is away; nothing was written then, or the commit's fate is to be
            asked for (whoever retries asks first).
        """
        try:
            connection = self._connection()
            with connection, connection.cursor() as cursor:
                yield cursor
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            self._forget()
            raise Store.Unavailable(str(error)) from error

    def receipt(self, package_id: str) -> str | None:
        """The receipt to give out: the committed one, else the newest rejection."""
        with self.transaction() as cursor:
            cursor.execute(
                "SELECT receipt FROM intake.receipts WHERE package_id = %s"
                " ORDER BY state = 'committed' DESC, at DESC LIMIT 1",
                (package_id,),
            )
            row = cursor.fetchone()
        return row[0] if row else None

    def upload_state(self, upload_id: str) -> str | None:
        """What became of an upload, ``None`` when it was not looked at."""
        with self.transaction() as cursor:
            cursor.execute("SELECT state FROM intake.uploads WHERE upload_id = %s", (upload_id,))
            row = cursor.fetchone()
        return row[0] if row else None

    def _connection(self) -> Any:
        connection = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            connection = psycopg2.connect(self._database, connect_timeout=5)
            self._local.connection = connection
        return connection

    def _forget(self) -> None:
        connection = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            with suppress(psycopg2.Error):
                connection.close()


def lock_package(cursor: Any, package_id: str) -> None:
    """Make this transaction the only one that decides about the package."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", (package_id,))


def committed_digest(cursor: Any, package_id: str) -> str | None:
    """SHA-256 of the package that was committed under this id."""
    cursor.execute("SELECT sha256 FROM intake.commits WHERE package_id = %s", (package_id,))
    row = cursor.fetchone()
    return row[0] if row else None


def note_upload(cursor: Any, upload_id: str, package_id: str, sha256: str, state: str) -> None:
    """Write down what became of an upload."""
    cursor.execute(
        "INSERT INTO intake.uploads (upload_id, package_id, sha256, state)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT (upload_id) DO UPDATE SET state = excluded.state",
        (upload_id, package_id, sha256, state),
    )


def note_receipt(
    cursor: Any, package_id: str, sha256: str, sm3: str, state: str, text: str
) -> None:
    """Keep a receipt; one that says committed is never replaced."""
    cursor.execute(
        "INSERT INTO intake.receipts (package_id, sha256, sm3, state, receipt)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (package_id, sha256) DO UPDATE"
        " SET sm3 = excluded.sm3, state = excluded.state, receipt = excluded.receipt, at = now()"
        " WHERE intake.receipts.state <> 'committed'",
        (package_id, sha256, sm3, state, text),
    )


def note_commit(
    cursor: Any, batch: str, package_id: str, features: int, sha256: str, sm3: str, by: str
) -> None:
    """The one row that makes a batch visible."""
    cursor.execute(
        "INSERT INTO intake.commits (batch_id, package_id, features, sha256, sm3, by, kind)"
        " VALUES (%s, %s, %s, %s, %s, %s, 'package')",
        (batch, package_id, features, sha256, sm3, by),
    )


def load_parcels(cursor: Any, batch: str, parcels: Parcels) -> None:
    """Stage all rows by COPY."""
    # Nothing is committed under this batch yet, so whatever waits there is nobody's.
    cursor.execute("DELETE FROM intake.staging_parcels WHERE batch_id = %s", (batch,))
    names = list(parcels.columns)
    target = ", ".join(["batch_id", "row_no", *names, "geom"])
    cursor.copy_expert(
        f"COPY intake.staging_parcels ({target}) FROM STDIN",
        _Lines(_copy_lines(batch, parcels, names)),
        size=1 << 16,
    )


def rows_of_batch(cursor: Any, batch: str, columns: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    """Rows of a batch in their order: number, values, geometry as 2D WKB in hex."""
    names = ", ".join(columns)
    cursor.execute(
        # The names are those of our own table.
        f"SELECT row_no, {names}, encode(ST_AsBinary(ST_Force2D(geom), 'NDR'), 'hex')"  # noqa: S608
        " FROM intake.staging_parcels WHERE batch_id = %s ORDER BY row_no",
        (batch,),
    )
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        yield from rows


def _copy_lines(batch: str, parcels: Parcels, names: list[str]) -> Iterator[str]:
    shown = _copied(batch)
    for start in range(0, len(parcels), _ROWS_AT_ONCE):
        end = min(start + _ROWS_AT_ONCE, len(parcels))
        shapes = parcels.geometry[start:end].copy()
        there = shapely.is_geometry(shapes)
        shapes[there] = shapely.set_srid(shapes[there], parcels.srid)
        wkb = shapely.to_wkb(shapes, hex=True, include_srid=True)
        columns = [[_copied(value) for value in parcels.columns[name][start:end]] for name in names]
        for row, values in enumerate(zip(*columns)):
            shape = wkb[row]
            yield "\t".join((shown, str(start + row), *values, shape or "\\N")) + "\n"


def _copied(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    # repr() of a double reads back as the same double.
    return repr(value)


class _Lines(io.TextIOBase):
    """Lines as a file that is read once."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._rest = ""

    def read(self, size: int | None = -1) -> str:
        parts, length = [self._rest], len(self._rest)
        while size is None or size < 0 or length < size:
            line = next(self._lines, None)
            if line is None:
                break
            parts.append(line)
            length += len(line)
        text = "".join(parts)
        if size is None or size < 0:
            self._rest = ""
            return text
        self._rest = text[size:]
        return text[:size]
