"""Attribute tables of shapefiles, read from their bytes.

A DBF is fixed-width text in whatever encoding its writer liked. Read from the
bytes, numbers of 18 digits keep every digit, and text in an encoding that
nobody declared (or that was declared wrongly) can still be recognised.

Source of the layout: dBASE III/IV file format as in ESRI Shapefile Technical
Description (1998) and the dBASE language drivers of the xBase family.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import ExplainedError
from ..findings import Text
from ..progress import SILENT, Progress
from ..table import FloatArray, IntArray
from .columns import GB18030, UTF8, decoded

_HEADER = 32
_END_OF_FIELDS = 0x0D
_LANGUAGE_DRIVERS = {0x4D: GB18030, 0x7A: GB18030}
"""Language drivers that stand for GBK; the others say nothing about Chinese."""
_CHINESE = {"gbk", "gb2312", "gb18030", "cp936", "936", "ms936", "euc-cn", "ansi 936", "hz"}
_MANY = 3
_NAME_WIDTH = 10
_BLOCK = 65_536
_NUMERIC, _TEXTUAL = "NF", "CL"
_BLANKS = b" \0"


class DbfError(ExplainedError):
    """A DBF that cannot be read at all; ``text`` says why."""


@dataclass(frozen=True)
class DbfField:
    """A field: its name as stored, type letter, place in the record."""

    name: bytes
    letter: str
    offset: int
    width: int
    decimals: int

    @property
    def kind(self) -> str:
        """``text``, ``integer``, ``real``, ``date`` or ``binary``."""
        if self.letter in _NUMERIC:
            return "real" if self.decimals else "integer"
        if self.letter in _TEXTUAL:
            return "text"
        return "date" if self.letter == "D" else "binary"


@dataclass(frozen=True)
class Encoding:
    """In which encoding a DBF is, and how we know.

    ``damaged`` counts distinct values that do not fit even the best one;
    ``misdeclared`` is what the file claims where that is wrong.
    """

    codec: str
    damaged: int = 0
    misdeclared: str = ""


class Dbf:
    """An open attribute table.

    Parameters
    ----------
    path
        The ``.dbf``; a ``.cpg`` beside it is honoured.
    progress
        Asked whether to stop while the encoding is being found out.

    Raises
    ------
    DbfError
        When there is no table in it.

    Attributes
    ----------
    fields
        In file order.
    missing
        Records that the header promises and the file does not hold.
    """

    def __init__(self, path: Path, progress: Progress = SILENT) -> None:
        try:
            size = path.stat().st_size
            with path.open("rb") as stream:
                head = stream.read(_HEADER)
                header_size = int.from_bytes(head[8:10], "little")
                self._record_size = int.from_bytes(head[10:12], "little")
                descriptors = stream.read(max(header_size - _HEADER, 0))
        except OSError as error:
            raise DbfError(_unreadable(path, str(error))) from error
        if len(head) < _HEADER or header_size <= _HEADER or self._record_size < 1:
            raise DbfError(_unreadable(path, "no DBF header"))
        promised = int.from_bytes(head[4:8], "little")
        held = min(promised, max(size - header_size, 0) // self._record_size)
        self.missing = promised - held
        self.fields = self._parse(descriptors)
        self._records = _mapped(path, header_size, held, self._record_size)
        self.encoding = self._recognise(_declared(path, head[29]), progress)

    def __len__(self) -> int:
        return len(self._records)

    def name(self, field: DbfField) -> str:
        """The field's name as text."""
        codec = self.encoding.codec
        name = decoded(field.name, codec, _NAME_WIDTH)
        return (field.name.decode(codec, errors="replace") if name is None else name).strip()

    def texts(self, field: DbfField, rows: IntArray) -> list[bytes | None]:
        """Raw values without padding, ``None`` where blank."""
        return [value.rstrip(_BLANKS) or None for value in self._column(field, rows).tolist()]

    def digits(self, field: DbfField, rows: IntArray) -> list[str | None]:
        """Numbers exactly as written, ``None`` where blank."""
        out: list[str | None] = []
        for value in self._column(field, rows).tolist():
            text = value.strip(_BLANKS).decode("ascii", errors="replace")
            out.append(None if not text or text.startswith("*") else text)
        return out

    def numbers(self, field: DbfField, rows: IntArray) -> FloatArray:
        """Numbers, NaN where blank, starred out or not a number."""
        column = np.char.strip(self._column(field, rows), _BLANKS)
        column = np.where(column == b"", b"nan", column)
        try:
            return column.astype(np.float64)
        except ValueError:
            return np.array([_number(value) for value in column.tolist()], dtype=np.float64)

    def dates(self, field: DbfField, rows: IntArray) -> list[str | None]:
        """Dates as ISO text, ``None`` where blank; other text as it stands."""
        out: list[str | None] = []
        for value in self._column(field, rows).tolist():
            text = value.strip(_BLANKS).decode("ascii", errors="replace")
            if len(text) == 8 and text.isdigit():
                out.append(f"{text[:4]}-{text[4:6]}-{text[6:]}" if text != "0" * 8 else None)
            else:
                out.append(text or None)
        return out

    def _column(self, field: DbfField, rows: IntArray) -> npt.NDArray[np.bytes_]:
        """The bytes of one field, shape ``(len(rows),)``; blank beyond the last record."""
        out = np.full((len(rows), field.width), ord(" "), dtype=np.uint8)
        there = (rows >= 0) & (rows < len(self._records))
        end = field.offset + field.width
        out[there] = self._records[rows[there], field.offset : end]
        return np.ascontiguousarray(out).view(f"S{field.width}")[:, 0]

    def _parse(self, descriptors: bytes) -> list[DbfField]:
        fields: list[DbfField] = []
        offset = 1  # the deletion mark
        for start in range(0, len(descriptors) - _HEADER + 1, _HEADER):
            entry = descriptors[start : start + _HEADER]
            if entry[0] == _END_OF_FIELDS:
                break
            letter = chr(entry[11]).upper()
            width, decimals = entry[16], entry[17]
            if letter == "C" and decimals:
                width, decimals = width + 256 * decimals, 0
            if width == 0 or offset + width > self._record_size:
                break
            fields.append(DbfField(entry[:11].split(b"\0")[0], letter, offset, width, decimals))
            offset += width
        return fields

    def _recognise(self, declared: str, progress: Progress) -> Encoding:
        """The encoding that all names and texts fit: declared, UTF-8, then GB18030."""
        values = self._foreign_values(progress)
        if not values:
            return Encoding(declared or UTF8)
        damage = {
            codec: sum(decoded(raw, codec, width) is None for raw, width in values)
            for codec in (UTF8, GB18030)
        }
        # Bytes that are valid UTF-8 many times over are UTF-8, whatever a .cpg says;
        # the reverse does not hold: most UTF-8 text happens to be valid GB18030.
        if damage[UTF8] == 0 and (declared != GB18030 or len(values) >= _MANY):
            best = UTF8
        elif declared and damage[declared] == 0:
            best = declared
        else:
            candidates = [declared or GB18030, GB18030, UTF8]
            best = min(candidates, key=lambda codec: damage[codec])
        wrong = declared if declared not in ("", best) else ""
        return Encoding(best, damage[best], wrong.upper())

    def _foreign_values(self, progress: Progress) -> set[tuple[bytes, int]]:
        """Distinct names and texts that hold more than ASCII, with their field's width."""
        found = {(field.name, _NAME_WIDTH) for field in self.fields if not field.name.isascii()}
        for field in self.fields:
            if field.letter != "C":
                continue
            end = field.offset + field.width
            for start in range(0, len(self._records), _BLOCK):
                progress.check()
                block = self._records[start : start + _BLOCK, field.offset : end]
                rows = np.ascontiguousarray(block[(block >= 0x80).any(axis=1)])
                texts = set(rows.view(f"S{field.width}")[:, 0].tolist()) if len(rows) else set()
                found.update((text.rstrip(_BLANKS), field.width) for text in texts)
        return found


def _mapped(path: Path, offset: int, count: int, size: int) -> npt.NDArray[np.uint8]:
    if count == 0:
        return np.empty((0, size), dtype=np.uint8)
    # Mapped, not read: a county's table may be larger than memory should hold.
    return np.memmap(path, dtype=np.uint8, mode="r", offset=offset, shape=(count, size))


def _declared(path: Path, language_driver: int) -> str:
    """The encoding that the files claim, as far as it says anything about Chinese."""
    for suffix in (".cpg", ".CPG", ".Cpg"):
        cpg = path.with_suffix(suffix)
        if cpg.is_file():
            with cpg.open("rb") as stream:
                word = stream.read(64).decode("ascii", errors="ignore").strip().lower()
            if word in _CHINESE:
                return GB18030
            try:
                return UTF8 if codecs.lookup(word).name == UTF8 else ""
            except LookupError:
                return UTF8 if word == "65001" else ""
    return _LANGUAGE_DRIVERS.get(language_driver, "")


def _number(value: bytes) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")


def _unreadable(path: Path, reason: str) -> Text:
    return Text(f"属性表 {path.name} 无法读取：{reason}", f"Attribute table {path.name}: {reason}")
