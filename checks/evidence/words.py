"""Numbers, areas and codes in words, in both languages."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..findings import Text
from ..standard import Standard

SQUARE_METRES_PER_MU = 10_000 / 15
_UNITS = {"m²": "平方米", "m": "米", "s": "秒", "d": "天", "%": "%"}


def same(text: str) -> Text:
    """The same in both languages: a code, a name, a file."""
    return Text(text, text)


EMPTY = ""
NOTHING = same(EMPTY)


def joined(*parts: Text, zh: str = " ", en: str = " ") -> Text:
    """Sentences one after another; empty ones left out."""
    return Text(
        zh.join(part.zh for part in parts if part.zh),
        en.join(part.en for part in parts if part.en),
    )


def area(square_metres: float) -> Text:
    """An area in m², and from a tenth of a mu on in hectares and mu too."""
    if not np.isfinite(square_metres):
        return Text("不明", "unknown")
    plain = f"{square_metres:,.2f}" if square_metres else "0"
    if abs(square_metres) < SQUARE_METRES_PER_MU / 10:
        return Text(f"{plain} 平方米", f"{plain} m²")
    hectares = f"{square_metres / 10_000:,.4g}"
    mu = f"{square_metres / SQUARE_METRES_PER_MU:,.4g}"
    return Text(
        f"{plain} 平方米（{hectares} 公顷，{mu} 亩）", f"{plain} m² ({hectares} ha, {mu} mu)"
    )


def quantity(value: Any, unit: str) -> Text:
    """A number with its unit; text stays as it is."""
    number = as_number(value)
    if not np.isfinite(number):
        return same(str(value))
    if unit == "m²":
        return area(number)
    if unit == "%":
        return _percent(100 * number)
    if unit == "°":
        return same(f"{number:.4g}°")
    shown = f"{number:.4g}" if abs(number) < 100 else f"{number:,.2f}".rstrip("0").rstrip(".")
    return joined(same(shown), unit_title(unit))


def unit_title(unit: str) -> Text:
    """A unit in both languages; itself where there is no Chinese word for it."""
    if unit not in _UNITS:
        return same(unit)
    return Text(_UNITS[unit], unit)


def _percent(share: float) -> Text:
    if 0 < share < 0.01:
        return Text("不足 0.01 %", "less than 0.01 %")
    if 99.99 < share < 100:
        return Text("超过 99.99 %", "more than 99.99 %")
    return same(f"{share:.4g} %")


def as_number(value: Any) -> float:
    """``value`` as a number; NaN for text, truth values and nothing."""
    if isinstance(value, bool) or value is None:
        return float("nan")
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def class_title(standard: Standard, code: str) -> Text:
    """``0103 旱地`` and ``0103 Dry cropland``; the code alone where it is in no table."""
    land = standard.classes.get(code.strip().upper())
    if land is None:
        return same(code)
    title = Text(land.title, land.title_en)
    return joined(same(land.code), title)


def grade_title(grade: str, span: str) -> Text:
    """``2 级（2°–6°）``."""
    return Text(f"{grade} 级（{span}）", f"grade {grade} ({span})")


def field_title(standard: Standard, layer: str, name: str) -> Text:
    """``田坎系数 KCXS``; in English the standard's own name is the name."""
    spec = standard.fields_by_name.get(layer, {}).get(name)
    if spec is None or not spec.title:
        return same(name)
    return joined(Text(spec.title, name), Text(name, EMPTY))


def field_value(standard: Standard, layer: str, name: str, value: str) -> Text:
    """A value with what its code means."""
    if not value:
        return Text("（空）", "(empty)")
    if name in ("DLBM", "KCDLBM"):
        return class_title(standard, value)
    spec = standard.fields_by_name.get(layer, {}).get(name)
    domain = spec.domain if spec else ""
    if domain.startswith("codes:"):
        row = standard.codes.get(domain[len("codes:") :], {}).get(value)
        if row:
            if domain.endswith(":GDPDJB"):
                return grade_title(value, row["name_zh"])
            title = Text(row["name_zh"], row.get("name_en") or row["name_zh"])
            return joined(same(value), title)
    number = as_number(value)
    if name.endswith("MJ") and np.isfinite(number):
        return area(number)
    return same(value)


def failed(what: Text, reason: Text | None = None) -> Text:
    """That something could not be shown, and why."""
    if reason is None or not reason.zh:
        return Text(f"{what.zh}无法显示。", f"{what.en} cannot be shown.")
    return Text(
        f"{what.zh}无法显示：{reason.zh.rstrip('。')}。",
        f"{what.en} cannot be shown: {reason.en.rstrip('.')}.",
    )
