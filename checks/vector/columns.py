"""Columns as they grow batch by batch, and as a table keeps them.

Text is decoded once per distinct value and shared, so that a million rows of
codes and names cost a pointer each.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..findings import Text
from ..table import BoolArray, RowProblem, TextArray

UTF8, GB18030 = "utf-8", "gb18030"

_MEMO_LIMIT = 100_000
_ROWS_NAMED = 50
"""Damaged texts of one field up to this number are told row by row."""
_DIGITS = 15
_WHOLE_NUMBER = re.compile(r"^[+-]?(\d+)(?:\.0*)?$")


class Column:
    """One field of a layer while it is being read."""

    def __init__(self, name: str) -> None:
        self.name = name

    def add(self, values: Any) -> None:
        """Take the next batch."""
        raise NotImplementedError

    def finish(self) -> npt.NDArray[Any]:
        """The whole column."""
        raise NotImplementedError

    def problems(self) -> list[RowProblem]:
        """What could not be read."""
        return []


class TextColumn(Column):
    """Text from raw bytes (``None`` where null) in one encoding.

    ``width`` is the width in bytes at which the format cuts text off, 0 where
    it does not: half a character at such a cut is dropped without complaint.
    """

    def __init__(self, name: str, codec: str = UTF8, width: int = 0) -> None:
        super().__init__(name)
        self._codec = codec
        self._width = width
        self._memo: dict[bytes | None, str | None] = {None: None}
        self._values: list[str | None] = []
        self._unreadable: set[bytes | None] = set()
        self._damaged: list[int] = []

    def add(self, values: Sequence[bytes | None]) -> None:
        """Take the next batch of raw values."""
        if len(self._memo) > _MEMO_LIMIT:
            self._memo = {None: None}
        for raw in set(values).difference(self._memo):
            self._memo[raw] = self._decode(raw)
        if self._unreadable:
            first = len(self._values)
            self._damaged.extend(
                first + place for place, raw in enumerate(values) if raw in self._unreadable
            )
        self._values.extend(map(self._memo.__getitem__, values))

    def _decode(self, raw: bytes | None) -> str | None:
        if raw is None:
            return None
        text = decoded(raw, self._codec, self._width)
        if text is None:
            self._unreadable.add(raw)
            return raw.decode(self._codec, errors="replace")
        return text

    def finish(self) -> TextArray:
        """Text with ``None`` where null, shape ``(rows,)``."""
        return as_objects(self._values)

    def problems(self) -> list[RowProblem]:
        """One per damaged value; one for all of them where they are many."""
        rows = self._damaged
        text = Text(
            f"字段 {self.name} 的文字不符合 {self._codec.upper()} 编码",
            f"The text in {self.name} is not valid {self._codec.upper()}",
        )
        if len(rows) <= _ROWS_NAMED:
            return [RowProblem(row, "bad_text", text, self.name) for row in rows]
        return [
            RowProblem(
                -1,
                "bad_text",
                Text(f"{text.zh}，共 {len(rows)} 行", f"{text.en}, {len(rows)} rows"),
                self.name,
            )
        ]


class IntegerTextColumn(Column):
    """Identifiers and codes that the source stores as integers: exact digits."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._values: list[str | None] = []

    def add(self, values: tuple[npt.NDArray[np.int64], BoolArray]) -> None:
        """Take integers and where they are null."""
        numbers, null = values
        self._values.extend(
            None if nothing else str(number)
            for number, nothing in zip(numbers.tolist(), null.tolist())
        )

    def finish(self) -> TextArray:
        """Decimal digits, ``None`` where null."""
        return as_objects(self._values)


class RealTextColumn(Column):
    """Identifiers and codes that the source stores as floating-point numbers."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._values: list[str | None] = []
        self._lossy = 0

    def add(self, values: npt.NDArray[np.float64]) -> None:
        """Take numbers, NaN where null."""
        for value in values.tolist():
            self._values.append(number_text(value))
            # 15 digits are what a double always holds, and what other programs print.
            self._lossy += math.isfinite(value) and abs(value) >= 10**_DIGITS

    def finish(self) -> TextArray:
        """Decimal digits without exponent, ``None`` where null."""
        return as_objects(self._values)

    def problems(self) -> list[RowProblem]:
        """One for the layer where numbers are longer than a double can hold."""
        return [numeric_identifier(self.name, self._lossy)] if self._lossy else []


class DigitsColumn(RealTextColumn):
    """Identifiers written as numbers in a DBF: the digits as they stand."""

    def add(self, values: list[str | None]) -> None:  # type: ignore[override]
        """Take numbers as written, ``None`` where null."""
        for value in values:
            match = _WHOLE_NUMBER.match(value) if value else None
            if match:
                self._values.append(match.group(1))
                continue
            number = _as_float(value)
            self._values.append(value if math.isnan(number) else number_text(number))
            self._lossy += abs(number) >= 10**_DIGITS


class NumberColumn(Column):
    """Numbers as ``float64``, NaN where null."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._parts: list[npt.NDArray[np.float64]] = []

    def add(self, values: npt.NDArray[np.float64]) -> None:
        """Take numbers, NaN where null."""
        self._parts.append(values)

    def finish(self) -> npt.NDArray[np.float64]:
        """All numbers, shape ``(rows,)``."""
        return np.concatenate(self._parts) if self._parts else np.empty(0)


class IntegerColumn(NumberColumn):
    """Integers as ``float64``, NaN where null."""

    def add(self, values: tuple[npt.NDArray[np.int64], BoolArray]) -> None:  # type: ignore[override]
        """Take integers and where they are null."""
        numbers, null = values
        out = numbers.astype(np.float64)
        out[null] = np.nan
        self._parts.append(out)


class DateColumn(Column):
    """Dates and times as ISO text, ``None`` where null."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._values: list[str | None] = []

    def add(self, values: Iterable[str | None]) -> None:
        """Take ISO texts."""
        self._values.extend(values)

    def finish(self) -> TextArray:
        """All dates, shape ``(rows,)``."""
        return as_objects(self._values)


def decoded(raw: bytes, codec: str, width: int = 0) -> str | None:
    """Text of ``raw``, ``None`` where it is not valid in ``codec``.

    A last character that the field's ``width`` cut in two is dropped.
    """
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        if width and len(raw) >= width and len(raw) - error.start <= 3:
            try:
                return raw[: error.start].decode(codec)
            except UnicodeDecodeError:
                return None
        return None


def number_text(value: float) -> str | None:
    """Decimal text without exponent; ``None`` for NaN and infinity."""
    if not math.isfinite(value):
        return None
    if value == int(value):
        return str(int(value))
    return format(value, ".15g")


def numeric_identifier(name: str, count: int) -> RowProblem:
    """The problem of identifiers of more than 15 digits in a floating-point field."""
    return RowProblem(
        -1,
        "numeric_identifier",
        Text(
            f"字段 {name} 以浮点数存储，只能保证 15 位有效数字，"
            f"{count} 行的末位数字在源数据中已丢失",
            f"{name} is stored as floating point, which holds 15 digits: "
            f"the last digits of {count} rows are lost in the source",
        ),
        name,
    )


def iso_texts(moments: npt.NDArray[Any]) -> list[str | None]:
    """ISO text of a ``datetime64`` array: the date alone at midnight; NaT is ``None``."""
    texts = np.datetime_as_string(moments.astype("datetime64[s]")).tolist()
    return [
        None if text == "NaT" else text[:10] if text.endswith("T00:00:00") else text
        for text in texts
    ]


def as_objects(values: Sequence[Any]) -> npt.NDArray[np.object_]:
    """A list as an ``object`` array of one dimension, whatever it holds."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _as_float(value: str | None) -> float:
    try:
        return float(value or "nan")
    except ValueError:
        return float("nan")
