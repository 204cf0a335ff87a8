"""To which table a page of an SQLite database belongs, and to which rows.

*Database File Format* (sqlite.org/fileformat2.html), sections 1.5 and 1.6. Pages known to have
been changed are named by what points at them, and never believed themselves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_TABLE_INSIDE, _TABLE_LEAF, _INDEX_INSIDE, _INDEX_LEAF = 5, 13, 2, 10
_LEAVES = (_TABLE_LEAF, _INDEX_LEAF)
_LONGEST_CHAIN = 1 << 22


@dataclass(frozen=True)
class Owner:
    """What a page holds: ``kind`` is ``schema``, ``table``, ``index`` or ``free``.

    ``rows`` are the least and the greatest row number that it can hold (``None``: unknown, or
    open to that side).
    """

    kind: str
    table: str = ""
    name: str = ""
    rows: tuple[int | None, int | None] = (None, None)


_SCHEMA = Owner("schema")
_FREE = Owner("free")


def owners(path: Path, page: int, changed: Collection[int]) -> dict[int, Owner]:
    """Whose the ``changed`` pages (from 1) are, as far as the others still tell.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    wanted = set(changed)
    out = {1: _SCHEMA} if 1 in wanted else {}
    wanted.discard(1)
    if not wanted:
        return out
    with path.open("rb") as stream:
        walk = _Walk(_Pages(stream, page), frozenset(changed))
        for number, owner in walk.of_schema():
            if number in wanted:
                out[number] = owner
                wanted.discard(number)
        # With a page of the schema changed, nobody knows any more which root is whose.
        if any(owner is _SCHEMA for owner in out.values()):
            return out
        for number, owner in walk.of_everything(_roots(path)):
            if number in wanted:
                out[number] = owner
                wanted.discard(number)
                if not wanted:
                    break
    return out


def _roots(path: Path) -> list[tuple[int, Owner]]:
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    query = "SELECT type, name, tbl_name, rootpage FROM sqlite_master WHERE rootpage > 0"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            rows = connection.execute(query).fetchall()
    except sqlite3.Error:
        return []
    return [
        (int(root), Owner("index" if kind == "index" else "table", str(table), str(name)))
        for kind, name, table, root in rows
    ]


class _Pages:
    def __init__(self, stream: object, size: int) -> None:
        self._stream = stream
        self.size = size
        head = self[1][:100]
        self.usable = size - (head[20] if len(head) > 20 else 0)
        self.first_free = int.from_bytes(head[32:36], "big")

    def __getitem__(self, number: int) -> bytes:
        self._stream.seek((number - 1) * self.size)  # type: ignore[attr-defined]
        data: bytes = self._stream.read(self.size)  # type: ignore[attr-defined]
        return data


class _Walk:
    """Over trees and chains of pages, never twice over one, never through a changed one."""

    def __init__(self, pages: _Pages, changed: Collection[int]) -> None:
        self._pages = pages
        self._changed = changed
        self._seen: set[int] = set()

    def of_schema(self) -> Iterator[tuple[int, Owner]]:
        """Pages of the table of tables."""
        for number, _ in self._tree(1, _SCHEMA):
            yield number, _SCHEMA

    def of_everything(self, roots: list[tuple[int, Owner]]) -> Iterator[tuple[int, Owner]]:
        """Pages of all tables and indices, then the free ones."""
        for root, owner in roots:
            yield from self._tree(root, owner)
        yield from self._free()

    def _tree(self, root: int, owner: Owner) -> Iterator[tuple[int, Owner]]:
        waiting: list[tuple[int, int | None, int | None]] = [(root, None, None)]
        while waiting:
            number, low, high = waiting.pop()
            if number < 1 or number in self._seen:
                continue
            self._seen.add(number)
            yield number, Owner(owner.kind, owner.table, owner.name, (low, high))
            if number in self._changed:
                continue
            data = self._pages[number]
            try:
                children, chains = self._parsed(data, 100 if number == 1 else 0, low, high)
            except (IndexError, ValueError):
                continue
            waiting += children
            for first, row in chains:
                rows = (row, row)
                for page in self._chain(first):
                    yield page, Owner(owner.kind, owner.table, owner.name, rows)

    def _parsed(
        self, data: bytes, start: int, low: int | None, high: int | None
    ) -> tuple[list[tuple[int, int | None, int | None]], list[tuple[int, int | None]]]:
        """Children with the rows below them, and overflowing rows with their first page."""
        kind = data[start]
        if kind not in (_TABLE_INSIDE, _TABLE_LEAF, _INDEX_INSIDE, _INDEX_LEAF):
            raise ValueError("no page of a tree")
        count = _number(data, start + 3, 2)
        first = start + (8 if kind in _LEAVES else 12)
        children: list[tuple[int, int | None, int | None]] = []
        chains: list[tuple[int, int | None]] = []
        for cell in range(count):
            at = _number(data, first + 2 * cell, 2)
            row: int | None = None
            if kind not in _LEAVES:
                child, at = _number(data, at, 4), at + 4
            if kind == _TABLE_INSIDE:
                key, at = _varint(data, at)
                children.append((child, low, key))
                low = key + 1
                continue
            if kind == _INDEX_INSIDE:
                children.append((child, None, None))
            size, at = _varint(data, at)
            if kind == _TABLE_LEAF:
                row, at = _varint(data, at)
            local = self._local(size, kind == _TABLE_LEAF)
            if local < size:
                chains.append((_number(data, at + local, 4), row))
        if kind not in _LEAVES:
            children.append((_number(data, start + 8, 4), low, high))
        return children, chains

    def _local(self, size: int, table: bool) -> int:
        """Bytes of a row that are kept in its page."""
        usable = self._pages.usable
        most = usable - 35 if table else (usable - 12) * 64 // 255 - 23
        if size <= most:
            return size
        least = (usable - 12) * 32 // 255 - 23
        fitting = least + (size - least) % (usable - 4)
        return fitting if fitting <= most else least

    def _chain(self, number: int) -> Iterator[int]:
        for _ in range(_LONGEST_CHAIN):
            if number < 1 or number in self._seen:
                return
            self._seen.add(number)
            yield number
            if number in self._changed:
                return
            number = int.from_bytes(self._pages[number][:4], "big")

    def _free(self) -> Iterator[tuple[int, Owner]]:
        trunk = self._pages.first_free
        while trunk and trunk not in self._seen:
            self._seen.add(trunk)
            yield trunk, _FREE
            if trunk in self._changed:
                return
            data = self._pages[trunk]
            count = min(int.from_bytes(data[4:8], "big"), max(len(data) // 4 - 2, 0))
            for place in range(count):
                yield int.from_bytes(data[8 + 4 * place : 12 + 4 * place], "big"), _FREE
            trunk = int.from_bytes(data[:4], "big")


def _number(data: bytes, at: int, size: int) -> int:
    if at < 0 or at + size > len(data):
        raise IndexError(at)
    return int.from_bytes(data[at : at + size], "big")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends."""
    value = 0
    for step in range(8):
        byte = data[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    value = value << 8 | data[at + 8]
    return (value - (1 << 64) if value >= 1 << 63 else value), at + 9
