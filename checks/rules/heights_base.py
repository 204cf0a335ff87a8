"""What the rules of heights share: the layer as it is to be judged, and DEM classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from ..baseline import DemOrigin
from ..findings import Family, Text
from ..measures.case import Case
from ..measures.heights import (
    COMPARED,
    CONTOURS,
    NO_GROUND,
    NO_HEIGHT,
    NO_PLACE,
    OUTSIDE,
    SPOTS,
    HeightSet,
)
from ..measures.heights_far import Likeness, clusters
from ..measures.heights_near import Nearness
from ..measures.heights_residuals import Residuals
from ..standard import Standard
from ..table import FloatArray, IntArray, Table
from .rule import NO_DEM, Judgement, Rule

LAYERS = (SPOTS, CONTOURS)

NO_HEIGHTS = Text(
    "成果中没有高程注记点与等高线", "The package has neither spot heights nor contours"
)
NO_FRAME = Text("坐标系不明", "The frame is unknown")
FEW_POINTS = Text("与 DEM 可比的点太少", "Too few points can be compared with the DEM")
SAME_SOURCE = Text(
    "高程取自本 DEM（同源），与之比较不说明精度",
    "The heights come from this DEM: comparing says nothing of their accuracy",
)
UNRELATED = Text(
    "高程与该地地形不符，见 heights.unrelated，不再逐项判定",
    "The heights do not belong to this ground, see heights.unrelated: not judged further",
)
COPYING_ALLOWED = Text(
    "声明高程与 DEM 同源，取自 DEM 属正常",
    "Declared as of the same source as the DEM: taking heights from it is legitimate",
)
_STATES = {
    NO_HEIGHT: Text("没有标示高程", "No height is given"),
    NO_PLACE: Text("没有可用的位置", "No usable position"),
    OUTSIDE: Text("在 DEM 范围之外", "Outside the DEM"),
    NO_GROUND: Text("DEM 在该处无数据", "The DEM has no data there"),
}


@dataclass(frozen=True)
class Judged:
    """One layer's heights as rules see them.

    ``residuals`` are those after the horizontal shift where that is a finding
    of its own (``shifted``), else as drawn. ``cell`` is the DEM's, ``interval``
    that of the contours, in metres; NaN where unknown.
    """

    table: Table
    heights: HeightSet
    residuals: Residuals
    shifted: bool
    cell: float
    standard: Standard
    interval: float = float("nan")

    @property
    def near(self) -> Nearness:
        """Whether they lie nearer to the DEM than a survey can."""
        moved = self.heights.moved_near if self.shifted else None
        return moved or self.heights.near

    @property
    def best_limit(self) -> float:
        """RMSE in metres that the best DEM of this grid keeps at the points' slopes."""
        return self._typical_limit(best=True)

    @property
    def worst_limit(self) -> float:
        """RMSE in metres that the lowest grade of this grid keeps at the points' slopes."""
        return self._typical_limit(best=False)

    def _typical_limit(self, best: bool) -> float:
        slope = self.residuals.slope[self.residuals.compared]
        if not len(slope):
            return float("nan")
        return float(np.median(DemClasses(self.standard, self.cell).limits_at(slope, best)))

    @cached_property
    def story(self) -> str:
        """What heights that do not belong to this ground seem to be; empty: they belong."""
        limits = self.standard.rules["heights.unrelated"].limits
        like = self.heights.likeness
        if self.table.name == CONTOURS or like.count < limits["least_points"]:
            return ""
        relief = like.relief > limits["least_relief"] * self.best_limit
        if not (relief and like.spread > limits["least_rmse"] * self.worst_limit):
            return self._drawn(like, limits) if relief else ""
        free = limits["most_ranks"] + limits["ranks_sigmas"] / np.sqrt(like.count)
        if like.ranks < min(free, limits["never_ranks"]):
            real = limits["real_low"] <= like.smoothness <= limits["real_high"]
            return "transplanted_heights" if real else "invented_heights"
        return self._drawn(like, limits)

    def _drawn(self, like: Likeness, limits: dict[str, Any]) -> str:
        rough = like.ground_error > limits["least_ground_error"] * self.best_limit
        far = like.spread > limits["drawn_spread"] * like.ground_error
        smooth = like.smoothness < limits["most_smoothness"]
        return "interpolated_heights" if rough and far and smooth else ""

    @cached_property
    def blocks(self) -> list[IntArray]:
        """Points that are off the DEM together, block by block."""
        limits = self.standard.rules["heights.block"].limits
        if self.story or self.table.name == CONTOURS:
            return []
        found = self.residuals
        classes = DemClasses(self.standard, self.cell).limits_at(found.slope)
        with np.errstate(invalid="ignore"):
            room = np.maximum(limits["sigmas"] * found.sigma, limits["rmse"] * classes)
            off = np.abs(found.residual - found.bias) > room
        groups = clusters(self.heights.xy, off, limits["share"], int(limits["least_block"]))
        most = limits["most_share"] * max(int(found.compared.sum()), 1)
        return [group for group in groups if len(group) <= most][: int(limits["most_blocks"])]

    @property
    def extent(self) -> Any:
        """Where to look: the box of the layer, in its own CRS."""
        if self.table.geometry is None:
            return None
        bounds = shapely.total_bounds(self.table.geometry[self.table.usable])
        return shapely.box(*bounds) if np.isfinite(bounds).all() else None


def judged(case: Case, layer: str) -> Judged | Text | None:
    """The heights of ``layer``, the reason why they cannot be judged, or ``None`` without it."""
    table = case.layer(layer)
    if table is None or not len(table):
        return None
    if not case.baseline.dem:
        return NO_DEM
    if not case.frame.trusted(layer):
        return case.frame.reason(layer) or NO_FRAME
    measure = case.heights
    if measure is None:
        return NO_DEM
    if measure.problem is not None:
        return measure.problem
    heights = measure.of(layer)
    if heights is None:
        return measure.skipped.get(layer, NO_FRAME)
    shifted = shift_counts(case.standard, heights, measure.cell)
    moved = heights.moved if shifted else None
    interval = measure.lines.interval if measure.lines else float("nan")
    residuals = moved or heights.given
    return Judged(table, heights, residuals, shifted, measure.cell, case.standard, interval)


def shift_counts(standard: Standard, heights: HeightSet, cell: float) -> bool:
    """Whether the horizontal shift is large, sure and explains the differences."""
    limits = standard.rules["heights.datum_shift"].limits
    shift = heights.shift
    return bool(
        shift.state == "found"
        and heights.moved is not None
        and shift.count >= limits["least_points"]
        and shift.length >= least_shift(limits, cell)
        and shift.length >= limits["least_sigmas"] * shift.sigma
        and shift.after <= limits["most_ratio"] * shift.before
        and shift.gain >= limits["least_gain"]
    )


def least_shift(limits: dict[str, Any], cell: float) -> float:
    """Metres from which a shift counts: a cell, of coarse DEMs no more than a datum's shift."""
    coarse = max(limits["coarse_cells"] * cell, limits["coarse_m"])
    return float(max(min(limits["least_cells"] * cell, coarse), limits["least_m"]))


class HeightRule(Rule):
    """A rule of heights, layer by layer."""

    family = Family.HEIGHTS
    same_source_matters = False
    same_source = SAME_SOURCE
    needs_belonging = False
    """Whether nothing can be said of heights that do not belong to this ground."""

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        found = False
        for layer in LAYERS:
            one = judged(case, layer)
            if one is None:
                continue
            found = True
            if isinstance(one, Text):
                table = case.layer(layer)
                out.skip(self.objects(table) if table is not None else 0, one)
            elif self.same_source_matters and case.baseline.dem_origin is DemOrigin.SAME_SOURCE:
                out.skip(self.objects(one.table), self.same_source)
            elif self.needs_belonging and one.story:
                out.skip(self.objects(one.table), UNRELATED)
            else:
                self.judge_layer(one, out)
        return out if found else out.skip(0, NO_HEIGHTS)

    def objects(self, table: Table) -> int:
        """How many objects of ``table`` the rule is about: the layer as a whole."""
        return 1 if len(table) else 0

    def judge_layer(self, one: Judged, out: Judgement) -> None:
        """Judge one layer."""
        raise NotImplementedError


def skip_points(one: Judged, out: Judgement) -> None:
    """Count the rows none of whose points could be compared, each for its first reason."""
    state = one.heights.moved_state if one.shifted else one.heights.state
    rows = one.heights.rows
    best = np.full(len(one.table), 99)
    for value in (NO_GROUND, OUTSIDE, NO_PLACE, NO_HEIGHT, COMPARED):
        best[rows[state == value]] = value
    best[best == 99] = NO_PLACE
    for value, reason in _STATES.items():
        count = int((best == value).sum())
        if count:
            out.skip(count, reason)


class DemClasses:
    """Height accuracy that a DEM of some grid must have, by terrain (CH/T 9009.2, 9008.2).

    Grids between those of the standard take the nearest; coarser ones grow in
    proportion, since no standard names them.
    """

    def __init__(self, standard: Standard, cell: float) -> None:
        rows = standard.rows("dem_accuracy.csv")
        self.terrains = list(standard.data("heights.json")["terrain_classes"])
        self.ranges = standard.data("heights.json")["terrain_classes"]
        grids = np.array([float(row["grid_m"]) for row in rows])
        nearest = grids[np.argmin(np.abs(np.log(grids / cell)))]
        self.grid = float(nearest)
        self.known = bool(cell <= 1.6 * grids.max())
        self.factor = max(cell / float(grids.max()), 1.0)
        chosen = [row for row, grid in zip(rows, grids) if grid == nearest]
        self.rows = sorted(chosen, key=lambda row: float(row["flat_m"]))

    def limit(self, terrain: str, best: bool = False) -> float:
        """RMSE in metres of the worst (or best) grade of this grid in ``terrain``."""
        row = self.rows[0 if best else -1]
        return float(row[f"{terrain}_m"]) * self.factor

    def limits_at(self, slope: FloatArray, best: bool = False) -> FloatArray:
        """The worst (or best) grade's RMSE at points of some slope, shape ``(n,)``."""
        out = np.full(len(slope), self.limit(self.terrains[-1], best))
        for name, (above, up_to) in self.ranges.items():
            out[(slope > above) & (slope <= up_to)] = self.limit(name, best)
        return out

    def grade(self, terrain: str, rmse: float) -> str:
        """The best grade whose limit ``rmse`` keeps, as text; empty when none."""
        for row in self.rows:
            if rmse <= float(row[f"{terrain}_m"]) * self.factor:
                return f"{row['standard']} {row['scale']} {row['grade']}"
        return ""


def asprs_class(standard: Standard, rmse: float) -> str:
    """Vertical accuracy class of ASPRS 2023 that ``rmse`` (metres) reaches."""
    for step in standard.data("heights.json")["asprs_2023_classes_cm"]:
        if rmse * 100 <= float(step):
            return f"{step:g} cm"
    return f"{np.ceil(rmse * 100):.0f} cm"


def rows_by_line(rows: IntArray, values: FloatArray) -> tuple[IntArray, FloatArray, IntArray]:
    """Median of ``values`` of each row, and how many; NaN values do not count."""
    good = np.isfinite(values)
    order = np.lexsort((values[good], rows[good]))
    sorted_rows, sorted_values = rows[good][order], values[good][order]
    names, first, count = np.unique(sorted_rows, return_index=True, return_counts=True)
    low, high = first + (count - 1) // 2, first + count // 2
    return names, (sorted_values[low] + sorted_values[high]) / 2, count
