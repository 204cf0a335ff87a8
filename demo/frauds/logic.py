"""Contradictions between fields, one kind for every family of the logic rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...checks.findings import Text
from .forger import Forger


@dataclass(frozen=True)
class _Slip:
    """Where it may happen (classes, or a grade), what is set, and who finds it."""

    kind: str
    title: Text
    classes: tuple[str, ...]
    values: dict[str, object]
    rules: tuple[str, ...]
    graded: bool | None = None
    booked: bool = False


_CROP = ("0101", "0102", "0103")
_SLIPS = (
    _Slip(
        "grade_on_forest", Text("林地填了坡度级", "Slope grade on forest"), ("0301", "0305"),
        {"GDPDJB": "3"}, ("L14",),
    ),
    _Slip(
        "grade_missing", Text("耕地缺坡度级", "Cropland without slope grade"), _CROP,
        {"GDPDJB": None}, ("L14",), graded=False,
    ),
    _Slip(
        "type_missing", Text("缺耕地类型", "Cropland type missing"), _CROP, {"GDLX": None},
        ("L15",), graded=True,
    ),
    _Slip(
        "type_on_flat", Text("一级坡耕地填了耕地类型", "Cropland type on flat land"), _CROP,
        {"GDLX": "TT"}, ("L15",), graded=False,
    ),
    _Slip(
        "deduction_on_flat", Text("一级坡耕地扣了田坎", "Deduction on flat land"), _CROP,
        {"KCXS": 0.05, "KCDLBM": "1203"}, ("L16",), graded=False, booked=True,
    ),
    _Slip(
        "deduction_code", Text("缺扣除地类编码", "Deducted class missing"), _CROP,
        {"KCDLBM": None}, ("L17",), graded=True,
    ),
    _Slip(
        "planting_on_grass", Text("草地填了种植粮食", "Grain on grassland"), ("0404",),
        {"ZZSXDM": "LS", "ZZSXMC": "种植粮食作物"}, ("L10", "L13"),
    ),
    _Slip(
        "planting_missing", Text("耕地缺种植属性", "Cropland without planting attribute"), _CROP,
        {"ZZSXDM": None, "ZZSXMC": None}, ("L03",),
    ),
    _Slip(
        "refinement_wrong", Text("耕地填了种植园细化代码", "Garden refinement on cropland"), _CROP,
        {"TBXHDM": "LQYD", "TBXHMC": "林区种植园"}, ("L04", "codes.value"),
    ),
    _Slip(
        "estate_missing", Text("宅基地缺城镇村属性码", "Homestead without town-village code"),
        ("0702",), {"CZCSXM": None}, ("L25",),
    ),
    _Slip(
        "estate_wrong", Text("城镇村属性码与地类不符", "Town-village code against the class"),
        ("0702",), {"CZCSXM": "204"}, ("L26",),
    ),
    _Slip(
        "width_missing", Text("农村道路缺宽度", "Rural road without width"), ("1006",),
        {"XZDWKD": None}, ("L27",),
    ),
    _Slip(
        "width_too_large", Text("农村道路宽度超限", "Rural road too wide"), ("1006",),
        {"XZDWKD": 12.0}, ("L27",),
    ),
)  # fmt: skip


def plant(forger: Forger) -> None:
    """Plant every kind."""
    grades = forger.column("GDPDJB")
    for slip in _SLIPS:
        there = np.isin(forger.code, slip.classes)
        if slip.graded is not None:
            there &= np.array([g is not None and (g != "1") == slip.graded for g in grades])
        for row in forger.choose(there):
            forger.put(row, **slip.values)
            if slip.booked:
                _deduct(forger, row)
            strength = ", ".join(f"{k}={'' if v is None else v}" for k, v in slip.values.items())
            forger.note(slip.kind, slip.title, "logic", [row], strength, slip.rules)


def _deduct(forger: Forger, row: int) -> None:
    """Carry a coefficient through to the areas."""
    total = round(float(forger.get(row, "TBMJ")) * 100)  # type: ignore[arg-type]
    deducted = int(np.floor(total * float(forger.get(row, "KCXS")) + 0.5))  # type: ignore[arg-type]
    forger.put(row, KCMJ=deducted / 100, TBDLMJ=(total - deducted) / 100)
