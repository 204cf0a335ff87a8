"""Frauds of arithmetic: areas moved, deductions lowered, sums that do not close."""

from __future__ import annotations

import numpy as np

from ...checks.findings import Text
from .forger import Forger


def plant(forger: Forger) -> None:
    """Plant every kind."""
    graded = np.array([g not in (None, "1") for g in forger.column("GDPDJB")])
    _moved_areas(forger)
    for row in forger.choose(graded & (forger.area > 3000)):
        less = round(float(forger.get(row, "KCMJ")) * 0.6, 2)  # type: ignore[arg-type]
        total = float(forger.get(row, "TBMJ"))  # type: ignore[arg-type]
        strength = f"{less - float(forger.get(row, 'KCMJ')):+.2f} m²"  # type: ignore[arg-type]
        forger.put(row, KCMJ=less, TBDLMJ=round(total - less, 2))
        forger.note(
            "deduction_low", Text("扣除地类面积算少", "Deducted area too small"), "logic", [row],
            strength, ("L19",),
        )  # fmt: skip
    for row in forger.choose(graded & (forger.area > 3000)):
        forger.put(row, TBDLMJ=forger.get(row, "TBMJ"))
        forger.note(
            "net_area_gross", Text("图斑地类面积未扣田坎", "Net area without the deduction"),
            "logic", [row], f"+{forger.get(row, 'KCMJ')} m²", ("L20",),
        )  # fmt: skip
    for row in forger.choose(graded & (forger.area > 3000)):
        ridge = round(float(forger.get(row, "KCXS")) * 0.5, 4)  # type: ignore[arg-type]
        total = round(float(forger.get(row, "TBMJ")) * 100)  # type: ignore[arg-type]
        deducted = int(np.floor(total * ridge + 0.5))
        strength = f"{forger.get(row, 'KCXS')} → {ridge}"
        forger.put(row, KCXS=ridge, KCMJ=deducted / 100, TBDLMJ=(total - deducted) / 100)
        forger.note(
            "coefficient_low", Text("田坎系数改小", "Ridge coefficient lowered"), "logic", [row],
            strength, ("L18",),
        )  # fmt: skip
    _village_sums(forger)
    _built_sums(forger)


def _moved_areas(forger: Forger) -> None:
    """Area taken from a wood and given to a field of the same village: the sums still close."""
    crop = np.array([code.startswith("01") for code in forger.code])
    wood = np.isin(forger.code, ["0201", "0202", "0301", "0302", "0305", "0307", "0404"])
    unit = forger.column("ZLDWDM")
    for share in np.linspace(0.004, 0.08, forger.each):
        for row in forger.choose(crop & (forger.area > 4000), 1):
            givers = forger.choose(wood & (unit == unit[row]) & (forger.area > 3000), 1)
            if not givers:
                continue
            moved = round(float(forger.get(row, "TBMJ")) * share, 2)  # type: ignore[arg-type]
            for parcel, sign in ((row, 1), (givers[0], -1)):
                area = float(forger.get(parcel, "TBMJ")) + sign * moved  # type: ignore[arg-type]
                forger.put(parcel, TBMJ=round(area, 2))
                forger.book(parcel)
                forger.note(
                    "area_inflated" if sign > 0 else "area_deflated",
                    Text("图斑面积虚增", "Parcel area inflated")
                    if sign > 0
                    else Text("图斑面积虚减", "Parcel area deflated"),
                    "area", [parcel], f"{sign * moved:+.2f} m²", ("L21",),
                )  # fmt: skip


def _village_sums(forger: Forger) -> None:
    """Survey area shifted between two villages of a town: only the parcels know."""
    units = forger.layers["CJDCQ"].columns
    town = np.array([str(code)[:9] for code in units["ZLDWDM"]])
    names, counts = np.unique(town, return_counts=True)
    for name in names[counts >= 2][:1]:
        one, other = np.flatnonzero(town == name)[:2]
        moved = 1234.5
        units["DCMJ"][one] = round(units["DCMJ"][one] + moved, 2)
        units["DCMJ"][other] = round(units["DCMJ"][other] - moved, 2)
        ids = tuple(str(units["BSM"][n]) for n in (one, other))
        for number, identifier in enumerate(ids):
            forger.note_other(
                "village_sum",
                Text("村调查面积与图斑之和不符", "Village area is not the sum of its parcels"),
                "area", "CJDCQ", (identifier,), f"{'+-'[number]}{moved} m²", ("L22",),
            )  # fmt: skip


def _built_sums(forger: Forger) -> None:
    """Town and village units larger than what lies in them."""
    units = forger.layers["CZCDYD"].columns
    for number in forger.random.permutation(len(units["BSM"]))[: forger.each].tolist():
        units["CZCMJ"][number] = round(units["CZCMJ"][number] * 1.05, 2)
        forger.note_other(
            "built_sum",
            Text("城镇村面积与图斑之和不符", "Area of a built unit is not the sum of its parcels"),
            "area", "CZCDYD", (str(units["BSM"][number]),), "+5 %", ("L24",),
        )  # fmt: skip
