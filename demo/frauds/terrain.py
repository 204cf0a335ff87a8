"""Frauds against the terrain: slopes made gentle, water on hillsides, false heights."""

from __future__ import annotations

import numpy as np
import shapely

from ...checks.findings import Text
from .forger import Forger

_TERRAIN = "terrain"


def plant(forger: Forger) -> None:
    """Plant every kind."""
    shares = forger.county.shares
    row = np.arange(len(shares))
    sure = (shares[row, forger.grade] > 0.85) & (forger.area > 6000) & (forger.code != "0101")
    for steps, kind in ((1, "grade_lowered"), (2, "grade_lowered_twice")):
        for parcel in forger.choose(sure & (forger.grade > steps), 2 * forger.each):
            _lower(forger, parcel, steps, kind)
    steep = forger.county.parcels.slope
    for parcel in forger.choose((forger.code == "0103") & (steep > 17) & (forger.area > 2500)):
        _paddy(forger, parcel)
    open_land = np.isin(forger.code, ["0301", "0305", "0307", "0404"])
    mild = open_land & (steep > 8) & (forger.area > 4000) & (forger.area < 60_000)
    for parcel in forger.choose(mild):
        forger.reclass(parcel, "1104")
        forger.note(
            "pond_on_slope", Text("坡地上的坑塘", "Pond on a slope"), _TERRAIN, [parcel],
            f"{steep[parcel]:.0f}°", ("terrain.water_not_flat",),
        )  # fmt: skip
    _slope_patches(forger)
    _spot_heights(forger)
    _contours(forger)


def _lower(forger: Forger, row: int, steps: int, kind: str) -> None:
    """A gentler grade, with everything that follows from it."""
    true = int(forger.grade[row])
    false = true - steps
    forger.put(row, GDPDJB=str(false), GDDB=5 + false)
    if false == 1:
        forger.put(row, GDLX=None)
    forger.book(row)
    title = (
        Text("坡度级改低一级", "Slope grade lowered by one")
        if steps == 1
        else Text("坡度级改低两级", "Slope grade lowered by two")
    )
    share = forger.county.shares[row, true]
    forger.note(
        kind, title, _TERRAIN, [row], f"{true} → {false} ({share:.0%})", ("terrain.slope_grade",)
    )


def _paddy(forger: Forger, row: int) -> None:
    """A sloping dry field reported as paddy, without terraces."""
    forger.put(row, DLBM="0101", DLMC=forger.county.standard.classes["0101"].title, GDLX="PD")
    forger.book(row)
    forger.note(
        "paddy_on_slope", Text("陡坡水田", "Paddy on steep ground"), _TERRAIN, [row],
        f"{forger.county.parcels.slope[row]:.0f}°", ("terrain.paddy_on_slope",),
    )  # fmt: skip


def _slope_patches(forger: Forger) -> None:
    """Whole patches of the slope map made gentle."""
    patches = forger.layers["PDT"]
    grade = np.array([int(value) for value in patches.columns["PDJB"]])
    area = shapely.area(patches.shape)
    rows = np.flatnonzero((grade >= 4) & (area > 20_000) & (area < 400_000))
    for row in forger.random.permutation(rows)[: forger.each].tolist():
        patches.columns["PDJB"][row] = str(grade[row] - 2)
        forger.note_other(
            "slope_map", Text("坡度图图斑改低两级", "Slope map patch lowered by two"), _TERRAIN,
            "PDT", (str(patches.columns["BSM"][row]),), f"{grade[row]} → {grade[row] - 2}",
            ("terrain.slope_map",),
        )  # fmt: skip


def _spot_heights(forger: Forger) -> None:
    spots = forger.layers["GCZJD"].columns
    picked = forger.random.permutation(len(spots["BSM"]))[: 2 * forger.each]
    for row, blunder in zip(picked.tolist(), np.linspace(20, 90, 2 * forger.each)):
        wrong = float(blunder) * forger.random.choice([-1.0, 1.0])
        spots["BSGC"][row] = round(spots["BSGC"][row] + wrong, 1)
        forger.note_other(
            "spot_blunder", Text("高程点粗差", "Spot height blunder"), "heights", "GCZJD",
            (str(spots["BSM"][row]),), f"{wrong:+.0f} m", ("heights.blunder",),
        )  # fmt: skip


def _contours(forger: Forger) -> None:
    """Contours that carry the height of another; their neighbours then look wrong too."""
    lines = forger.layers["DGX"]
    names = lines.columns["BSM"]
    long = np.flatnonzero(shapely.length(lines.shape) > 800)
    rules = ("heights.blunder", "heights.contour_neighbour", "heights.contour_crossing")
    for row in forger.random.permutation(long)[: forger.each].tolist():
        lines.columns["BSGC"][row] = lines.columns["BSGC"][row] + 60.0
        near = np.flatnonzero(shapely.dwithin(lines.shape, lines.shape[row], 400.0))
        forger.note_other(
            "contour_mislabelled", Text("等高线标示高程错", "Contour with a wrong height"),
            "heights", "DGX", (str(names[row]),), "+60 m", rules,
            tuple(f"DGX:{names[other]}" for other in near if other != row),
        )  # fmt: skip
