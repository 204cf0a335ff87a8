"""The county's table of field-ridge coefficients, as a person keeps it in a CSV file."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..checks.findings import Text

COLUMNS = ("GDLX", "GDPDJB", "KCXS")


def read_ridge_table(path: Path) -> dict[tuple[str, str], float]:
    """Return KCXS by (GDLX, GDPDJB) from a CSV file with these columns, in UTF-8 or GBK.

    Raises
    ------
    InputError
        When the file cannot be read, a column is missing or a coefficient is no number in [0, 1).
    """
    from ..checks.errors import InputError
    from ..checks.findings import Text

    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        what = Text(f"无法读取({reason})", f"cannot be read ({reason})")
        raise InputError(_about(path, what)) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    reader = csv.DictReader(io.StringIO(text))
    names = {name.strip().upper(): name for name in reader.fieldnames or [] if name}
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        listed = ", ".join(missing)
        raise InputError(_about(path, Text(f"缺少列 {listed}", f"lacks the column {listed}")))
    table: dict[tuple[str, str], float] = {}
    for row in reader:
        kind, grade, coefficient = ((row[names[column]] or "").strip() for column in COLUMNS)
        if not (kind or grade or coefficient):
            continue
        try:
            value = float(coefficient)
        except ValueError:
            value = math.nan
        if not 0.0 <= value < 1.0:
            line = reader.line_num
            raise InputError(
                _about(
                    path,
                    Text(
                        f"第 {line} 行的 KCXS “{coefficient}” 不是 0 至 1 之间的数",
                        f"line {line}: KCXS '{coefficient}' is no number between 0 and 1",
                    ),
                )
            )
        table[(kind.upper(), grade)] = value
    return table


def _about(path: Path, what: Text) -> Text:
    from ..checks.findings import Text

    return Text(f"田坎系数表 {path.name}:{what.zh}", f"Ridge coefficients {path.name}: {what.en}")
