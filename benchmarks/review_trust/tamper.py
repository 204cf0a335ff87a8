"""One byte changed at a place drawn at random: whether it is noticed, and where it is named."""

from __future__ import annotations

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...checks.review_seal import ReviewReport, check_review
from ...checks.seal import Trust
from .world import World

LOGGED = ("findings", "journal_events", "journal_findings", "decisions", "parcel_risk", "rules_run")


@dataclass(frozen=True)
class Target:
    """A file that gets changed, and the name by which the report has to call it."""

    path: Path
    name: str


def targets(world: World, signed: bool) -> list[Target]:
    """Every file of the review."""
    beside = [world.findings, world.record]
    beside += [world.verdict, world.signature] if signed else []
    return [Target(path, path.name) for path in beside] + [
        Target(path, path.relative_to(world.package).as_posix())
        for path in sorted(world.package.rglob("*"))
        if path.is_file()
    ]


def change_signed(world: World, trust: Trust, count: int, seed: int) -> dict[str, Any]:
    """``count`` changes anywhere in a signed review."""
    chance = random.Random(seed)
    wanted = targets(world, signed=True)
    tally = _Tally()
    for _ in range(count):
        target = chance.choice(wanted)
        place = chance.randrange(target.path.stat().st_size)
        with _changed(target.path, place, chance.randrange(1, 256)):
            report = check_review(world.findings, world.package, trust=trust)
        tally.signed(target, place, report)
    return tally.document(count)


def change_cells(world: World, count: int, seed: int) -> dict[str, Any]:
    """``count`` changes in the rows that the journal knows, of a review nobody has signed."""
    chance = random.Random(seed)
    rows = {table: list(_rows_on_disk(world.findings, table)) for table in LOGGED}
    before = _contents(world.findings)
    tally = _Tally()
    for _ in range(count):
        table = chance.choice(LOGGED)
        row, start, length = chance.choice(rows[table])
        place = start + chance.randrange(length)
        with _changed(world.findings, place, chance.randrange(1, 256)):
            report = check_review(world.findings)
            same = not report.breaches and _contents(world.findings) == before
        tally.cell(table, row, report, same)
    return tally.document(count)


def change_unsigned_files(world: World, count: int, seed: int) -> dict[str, Any]:
    """``count`` changes in record and package of a review nobody has signed."""
    chance = random.Random(seed)
    wanted = targets(world, signed=False)[1:]
    tally = _Tally()
    for _ in range(count):
        target = chance.choice(wanted)
        place = chance.randrange(target.path.stat().st_size)
        with _changed(target.path, place, chance.randrange(1, 256)):
            report = check_review(world.findings, world.package)
        tally.signed(target, place, report)
    return tally.document(count)


class _changed:
    """One byte is another one, as long as this lasts."""

    def __init__(self, path: Path, place: int, by: int) -> None:
        self._path, self._place, self._by = path, place, by

    def _turn(self) -> None:
        with self._path.open("r+b") as stream:
            stream.seek(self._place)
            byte = stream.read(1)[0]
            stream.seek(self._place)
            stream.write(bytes([byte ^ self._by]))

    def __enter__(self) -> None:
        self._turn()

    def __exit__(self, *details: object) -> None:
        self._turn()
        # A changed header may have made a reader set up what belongs to another kind of journal.
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)


class _Tally:
    """What was noticed, and how it was located."""

    def __init__(self) -> None:
        self.unnoticed: list[str] = []
        self.wrong: list[str] = []
        self.where: Counter[str] = Counter()
        self.files: Counter[str] = Counter()
        self.began = time.monotonic()

    def signed(self, target: Target, place: int, report: ReviewReport) -> None:
        """After a change anywhere."""
        self.files[target.name] += 1
        if not report.breaches:
            self.unnoticed.append(f"{target.name} {place}")
            return
        for one in report.breaches:
            inside = one.first <= place <= one.last
            if one.file != target.name or (one.kind == "bytes" and not inside):
                self.wrong.append(f"{target.name} {place}: {one}")
        best = min(report.breaches, key=lambda one: _finest(one.kind, one.table, one.row))
        self.where[_word(best.kind, best.table, best.row)] += 1

    def cell(self, table: str, row: str, report: ReviewReport, same: bool) -> None:
        """After a change in a row that is known to the journal; ``same``: no cell is another."""
        self.files[table] += 1
        if same:
            self.where["no cell is another"] += 1
            return
        if not report.breaches:
            self.unnoticed.append(f"{table} {row}")
            return
        tables = {one.table for one in report.breaches}
        rows = {one.row for one in report.breaches if one.table == table}
        if row in rows or any("–" in known for known in rows):
            self.where["row"] += 1
        elif table in tables:
            self.where["table"] += 1
        elif tables <= {""}:
            self.where["file"] += 1
        else:
            self.wrong.append(f"{table} {row}: {report.breaches[:2]}")

    def document(self, count: int) -> dict[str, Any]:
        """Counts for the report."""
        return {
            "changes": count,
            "unnoticed": len(self.unnoticed),
            "named_wrongly": len(self.wrong),
            "located": dict(self.where.most_common()),
            "changed_in": dict(self.files.most_common()),
            "seconds": round(time.monotonic() - self.began, 1),
            "examples": [*self.unnoticed[:5], *self.wrong[:5]],
        }


def _contents(path: Path) -> list[Any]:
    """Every cell of every row that the journal knows.

    A key is kept as the number of its row; what stands in its place in the row is never read.
    """
    with closing(sqlite3.connect(path)) as connection:
        return [connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in LOGGED]  # noqa: S608


def _finest(kind: str, table: str, row: str) -> int:
    order = ("row", "page with rows", "lines", "page of table", "bytes", "header")
    word = _word(kind, table, row)
    return order.index(word) if word in order else len(order)


def _word(kind: str, table: str, row: str) -> str:
    if kind != "bytes":
        return kind
    if table:
        return "page with rows" if row else "page of table"
    return "lines" if row else "bytes"


def _rows_on_disk(path: Path, table: str) -> Iterator[tuple[str, int, int]]:
    """(name of the row, offset, length) of every row's bytes in its page."""
    with closing(sqlite3.connect(path)) as connection:
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        pages = [
            row[0]
            for row in connection.execute(
                "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'", (table,)
            )
        ]
        column = {"journal_events": "seq"}.get(table, "finding_id")
        if table in ("parcel_risk", "rules_run"):
            column = "rowid"
        names = dict(connection.execute(f'SELECT rowid, {column} FROM "{table}"').fetchall())  # noqa: S608
    data = path.read_bytes()
    for page in pages:
        start = (page - 1) * size
        count = int.from_bytes(data[start + 3 : start + 5], "big")
        for cell in range(count):
            at = start + 8 + 2 * cell
            place = start + int.from_bytes(data[at : at + 2], "big")
            length, place = _varint(data, place)
            row, place = _varint(data, place)
            yield str(names[row]), place, min(length, start + size - place)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
