"""What lies in the bytes of a file that were changed: rows of a table, lines, a member of a zip."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..findings import Text
from ..seal.sources import decoded_name
from .blocks import Blocks
from .sqlite_pages import Owner, owners

_CHUNK = 1 << 20
_PAGES_NAMED = 2000


@dataclass(frozen=True)
class Place:
    """Bytes ``first`` to ``last`` (from 0) of a file, and what they hold where that is known."""

    first: int
    last: int
    table: str = ""
    rows: str = ""
    holds: Text | None = None

    @property
    def text(self) -> Text:
        """For a person."""
        where = Text(f"第 {self.first}–{self.last} 字节", f"bytes {self.first}–{self.last}")
        if self.holds is None:
            return where
        zh, en = f"{self.holds.zh}，{where.zh}", f"{self.holds.en}, {where.en}"
        return Text(zh, en)


def places(path: Path, known: Blocks, runs: Sequence[tuple[int, int]]) -> list[Place]:
    """Where the changed blocks of a file are; ``runs`` of block numbers in ascending order."""
    size = max(known.size, path.stat().st_size)
    spans = [(first * known.block, min((last + 1) * known.block, size) - 1) for first, last in runs]
    try:
        if known.page:
            return _of_database(path, known, spans)
        if zipfile.is_zipfile(path):
            return _of_zip(path, spans)
        return _of_text(path, spans)
    except (OSError, ValueError, zipfile.BadZipFile, OverflowError):
        return [Place(first, last) for first, last in spans]


def _of_database(path: Path, known: Blocks, spans: Sequence[tuple[int, int]]) -> list[Place]:
    page = known.page
    pages = [range(first // page + 1, last // page + 2) for first, last in spans]
    wanted = {number for part in pages for number in part}
    found = owners(path, page, wanted) if len(wanted) <= _PAGES_NAMED else {}
    out: list[Place] = []
    for part in pages:
        for number in part:
            owner = found.get(number)
            place = _page_place(number, page, owner)
            # Neighbours of one table whose rows nobody knows need not be told one by one.
            if out and owner is None and out[-1].table == "" and out[-1].last + 1 == place.first:
                out[-1] = Place(out[-1].first, place.last)
            else:
                out.append(place)
    return out


def _page_place(number: int, page: int, owner: Owner | None) -> Place:
    first, last = (number - 1) * page, number * page - 1
    if owner is None:
        return Place(first, last)
    if owner.kind == "schema":
        holds = Text("数据库的表结构", "the tables' definitions")
        return Place(first, last, "sqlite_master", "", holds)
    if owner.kind == "free":
        return Place(first, last, "", "", Text("空闲页", "a free page"))
    if owner.kind == "index":
        holds = Text(
            f"表 {owner.table} 的索引 {owner.name}", f"index {owner.name} of table {owner.table}"
        )
        return Place(first, last, owner.table, "", holds)
    rows = _rows(owner.rows)
    zh = f"表 {owner.table}" + (f" 第 {rows} 行" if rows else "")
    en = f"table {owner.table}" + (f", rows {rows}" if rows else "")
    return Place(first, last, owner.table, rows, Text(zh, en))


def _rows(rows: tuple[int | None, int | None]) -> str:
    low, high = rows
    if low is None and high is None:
        return ""
    if low == high:
        return str(low)
    return f"{'' if low is None else low}–{'' if high is None else high}"


def _of_zip(path: Path, spans: Sequence[tuple[int, int]]) -> list[Place]:
    with zipfile.ZipFile(path) as opened:
        starts = sorted((info.header_offset, decoded_name(info)) for info in opened.infolist())
        directory = opened.start_dir
    ends = [start for start, _ in starts[1:]] + [directory]
    out = []
    for first, last in spans:
        names = [name for (start, name), end in zip(starts, ends) if start <= last and end > first]
        if last >= directory:
            names.append("(zip)")
        shown = "、".join(names[:5]), ", ".join(names[:5])
        holds = Text(f"压缩包内 {shown[0]}", f"in the zip: {shown[1]}") if names else None
        out.append(Place(first, last, "", "", holds))
    return out


def _of_text(path: Path, spans: Sequence[tuple[int, int]]) -> list[Place]:
    """Line numbers, where the file is text at all."""
    with path.open("rb") as stream:
        start = stream.read(4096)
        if b"\x00" in start or start[:2] in (b"\xff\xd8", b"II", b"MM", b"BM", b"\x89P"):
            return [Place(first, last) for first, last in spans]
        out = []
        stream.seek(0)
        at, line = 0, 1
        for first, last in spans:
            line += _breaks(stream, at, first)
            inside = _breaks(stream, first, last + 1)
            rows = str(line) if not inside else f"{line}–{line + inside}"
            holds = Text(f"第 {rows} 行", f"lines {rows}" if inside else f"line {rows}")
            out.append(Place(first, last, "", rows, holds))
            at, line = last + 1, line + inside
    return out


def _breaks(stream: object, start: int, end: int) -> int:
    count, left = 0, end - start
    while left > 0:
        data: bytes = stream.read(min(_CHUNK, left))  # type: ignore[attr-defined]
        if not data:
            break
        count += data.count(b"\n")
        left -= len(data)
    return count
