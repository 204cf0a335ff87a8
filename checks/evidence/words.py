"""Numbers, areas and codes in words, in both languages."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..findings import Text
from ..standard import Standard

SQUARE_METRES_PER_MU = 10_000 / 15
_SIDES = {"m²": "平方米", "m": "米", "°": "度", "s": "秒", "d": "天", "%": "%"}


def same(text: str) -> Text:
    """The same in both languages: a code, a name, a file."""
    return Text(text, text)


def joined(*parts: Text, zh: str = "；", en: str = "; ") -> Text:
    """Sentences one after another; empty ones left out."""
    return Text(
        zh.join(part.zh for part in parts if part.zh),
        en.join(part.en for part in parts if part.en),
    )


def area(square_metres: float) -> Text:
    """An area in m², and from a tenth of a mu on in hectares and mu too."""
    if not np.isfinite(square_metres):
        return Text("不明", "unknown")
    plain = f"{square_metres:,.2f}"
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
        return same(f"{100 * number:.4g} %")
    shown = f"{number:,.4f}".rstrip("0").rstrip(".") if abs(number) < 1e7 else f"{number:,.0f}"
    if abs(number) < 1e-3 and number:
        shown = f"{number:.3g}"
    unit_zh = _SIDES.get(unit, unit)
    return Text(f"{shown} {unit_zh}".strip(), f"{shown} {unit}".strip())


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
    return Text(f"{land.code} {land.title}", f"{land.code} {land.title_en}")


def field_title(standard: Standard, layer: str, name: str) -> Text:
    """``田坎系数 KCXS``; in English the standard's own name is the name."""
    spec = standard.fields_by_name.get(layer, {}).get(name)
    return Text(f"{spec.title} {name}" if spec and spec.title else name, name)


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
            english = row.get("name_en") or row["name_zh"]
            return Text(f"{value} {row['name_zh']}", f"{value} {english}")
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
