"""Width of linear features against the shape of their parcels (L28)."""

from __future__ import annotations

import numpy as np
import shapely

from ..findings import Family, Text
from ..measures.case import Case
from ..table import BoolArray, FloatArray, Table
from .condition_rule import OWNED_ELSEWHERE, missing_field, missing_layers
from .conditions import any_of
from .rule import Judgement, Rule
from .values import values_of

_DEGREES = Text(
    "坐标为经纬度，无法用米量宽", "Coordinates are degrees: a width in metres cannot be taken"
)
_NO_SHAPE = Text("图形缺失、无效或并非条带状", "No usable shape, or not a strip")


def strip_width(area: FloatArray, perimeter: FloatArray) -> FloatArray:
    """Width of the strip that has this area and perimeter, in metres.

    For a strip of length l and width w, P = 2(l + w) and A = l·w, hence
    w = (P − √(P² − 16A)) / 4. NaN where no rectangle has them.
    """
    with np.errstate(invalid="ignore"):
        return (perimeter - np.sqrt(perimeter**2 - 16 * area)) / 4


def in_metres(table: Table) -> bool:
    """Whether coordinates are too large to be degrees."""
    if table.geometry is None:
        return False
    bounds = shapely.bounds(table.geometry[table.usable])
    return bool(len(bounds)) and bool(np.nanmax(np.abs(bounds)) > 400)


class LinearWidth(Rule):
    """XZDWKD far from the width of the parcel's own shape (L28; judgement).

    Widths vary along a road and are measured in the field, so only a
    difference by a factor and by metres at once is worth a second look.
    """

    id = "L28"
    family = Family.LOGIC

    def judge(self, case: Case) -> Judgement:
        """Judge strips of the linear classes that declare a width."""
        out = Judgement()
        values = values_of(case, "DLTB")
        if values is None:
            return out.skip(0, missing_layers(("DLTB",)))
        if values.table.geometry_type not in ("", "polygon"):
            return out.skip(len(values), _NO_SHAPE)
        missing = [name for name in ("DLBM", "XZDWKD") if not values.has(name)]
        if missing:
            return out.skip(len(values), missing_field("DLTB", missing))
        classes = case.standard.classes
        linear = values.where("DLBM", lambda code: code in classes and classes[code].linear)
        linear &= ~values.empty("XZDWKD")
        sound = values.sound("XZDWKD") & values.sound("DLBM")
        declared = values.number("XZDWKD")
        if (linear & ~sound).any():
            out.skip(int((linear & ~sound).sum()), OWNED_ELSEWHERE)
        rows = linear & sound & (declared > 0)
        rows &= ~any_of(values, self.spec.limits["told_elsewhere"])
        if rows.any() and not in_metres(values.table):
            return out.skip(int(rows.sum()), _DEGREES)
        width, strip = self._measured(values.table, rows)
        if (rows & ~strip).any():
            out.skip(int((rows & ~strip).sum()), _NO_SHAPE)
        out.tested = int((rows & strip).sum())
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.maximum(declared / width, width / declared)
            far = (ratio > self.limit("factor")) & (
                np.abs(declared - width) > self.limit("difference_m")
            )
        for row in np.flatnonzero(rows & strip & far):
            out.findings.append(
                self.finding(
                    values.table,
                    int(row),
                    Text(
                        "图斑 {id} 的线状地物宽度填报 {said} 米，"
                        "按图形面积与周长推算约 {width:.1f} 米",
                        "Parcel {id}: XZDWKD is {said} m, its shape is about {width:.1f} m wide",
                    ).format(
                        id=values.table.object_ids[row],
                        said=values.said("XZDWKD", int(row)),
                        width=float(width[row]),
                    ),
                    measured=values.said("XZDWKD", int(row)),
                    expected=f"{width[row]:.1f}",
                    tolerance=self.limit("difference_m"),
                    unit="m",
                    score=float(min(1.0, ratio[row] / 10)),
                    evidence={"XZDWKD": float(declared[row]), "shape": float(width[row])},
                )
            )
        return out

    def _measured(self, table: Table, rows: BoolArray) -> tuple[FloatArray, BoolArray]:
        """Widths from shape, and which rows are strips long enough to have one."""
        width = np.full(len(table), np.nan)
        strip = np.zeros(len(table), dtype=bool)
        take = np.flatnonzero(rows & table.usable)
        if table.geometry is None or not len(take):
            return width, strip
        shapes = table.geometry[take]
        area, perimeter = shapely.area(shapes), shapely.length(shapes)
        width[take] = strip_width(area, perimeter)
        with np.errstate(invalid="ignore", divide="ignore"):
            strip[take] = perimeter**2 / (16 * area) >= self.limit("elongation")
        return width, strip & np.isfinite(width)
