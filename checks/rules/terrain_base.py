"""What the rules of terrain share: declared grades beside the trusted terrain."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from ..findings import Family, Text
from ..measures.case import Case
from ..measures.slope_agreement import Habits, SlopeAgreement, compare_grades
from ..measures.sweep import TerrainMeasure
from ..placing import Frame
from ..table import BoolArray, FloatArray, GeometryArray, IntArray, Table
from .heights_base import shift_counts
from .rule import NO_DEM, Judgement, Rule

NO_FRAME = Text(
    "图层与 DEM 的坐标系无法建立联系", "The frames of layer and DEM cannot be brought together"
)
UNUSABLE = Text(
    "图形缺失或无效，已由图形规则报告", "Missing or invalid geometry, reported by other rules"
)
OUTSIDE = Text("在 DEM 范围之外", "Outside the DEM")
NO_DATA = Text("DEM 在该处无数据", "The DEM has no data there")
PARTLY = Text("DEM 仅覆盖一小部分", "The DEM covers only a small part")
FEW_CELLS = Text("DEM 格网过粗，像元数不足以判定", "Too few cells: the DEM is too coarse for it")
TOO_ROUNDED = Text(
    "DEM 高程取位过粗，与格网不相称，不能由此判断坡度",
    "The heights of the DEM are rounded too much for its cells: they say nothing of slopes",
)
ONE_HEIGHT = Text(
    "DEM 在该处处处等高，可能是填充的无数据区",
    "The DEM has one single height there, as ground without data that was filled in",
)
SHIFTED = Text(
    "高程点表明成果与 DEM 整体错位，见 heights.datum_shift，不再判定图斑",
    "Spot heights show that the package lies beside the DEM, see heights.datum_shift: parcels "
    "are not judged",
)
NARROW = Text("宽度不超过坡度图允许的边界误差", "Narrower than the edge tolerance of slope maps")
MISMATCH = Text(
    "多数对象与 DEM 不符，见 terrain.slope_bias，不逐个判定",
    "Most objects disagree with the DEM: see terrain.slope_bias; not judged one by one",
)


@dataclass(frozen=True)
class GradeComparison:
    """Declared grades of one layer beside the DEM.

    ``reasons`` counts the rows that could not be compared, ``excuses`` marks
    them. ``contradicts``
    marks the compared rows (not rows of the table) whose declared grade no
    honest deviation is likely to explain, ``certain`` those that even a
    deviation far beyond the usual would not.

    ``biased``, ``beyond`` and ``mismatch`` are about the layer as a whole: its
    grades deviate one way; more than an honest method can; they have so little
    to do with the DEM that no single one can be judged.
    """

    table: Table
    terrain: TerrainMeasure | None
    agreement: SlopeAgreement | None
    reasons: Counter[Text]
    contradicts: BoolArray
    certain: BoolArray
    biased: bool = False
    beyond: bool = False
    mismatch: bool = False
    excuses: tuple[tuple[BoolArray, Text], ...] = ()

    @property
    def as_whole(self) -> bool:
        """Whether only the layer can be spoken of, not its objects."""
        return self.beyond or self.mismatch


_KEPT: WeakKeyDictionary[Case, dict[str, GradeComparison]] = WeakKeyDictionary()


def compare_layer(case: Case, layer: str) -> GradeComparison | None:
    """Compare the grades of DLTB or PDT; ``None`` without the layer. Done once per case."""
    kept = _KEPT.setdefault(case, {})
    if layer not in kept:
        table = case.layer(layer)
        if table is None:
            return None
        kept[layer] = _compare(case, table)
    return kept[layer]


def declared_grades(case: Case, table: Table, limits: dict[str, Any]) -> IntArray:
    """Grade 1, 2, … of each row, 0 where none is declared, needed or known."""
    codes = sorted(case.standard.codes["GDPDJB"])
    text = table.text("PDJB" if table.name == "PDT" else "GDPDJB")
    grades = np.zeros(len(table), dtype=np.int64)
    for number, code in enumerate(codes, start=1):
        grades[text == code] = number
    if table.name == "DLTB":
        prefix = str(limits["cropland_prefix"])
        classes = table.text("DLBM")
        cropland = np.fromiter((c.startswith(prefix) for c in classes), bool, len(classes))
        grades[~cropland] = 0
    return grades


def why_not(
    case: Case, table: Table, terrain: TerrainMeasure | None, limits: dict[str, Any]
) -> tuple[BoolArray, list[tuple[BoolArray, Text]]]:
    """Which rows the terrain model can say something of, and why not the others."""
    everything = np.ones(len(table), dtype=bool)
    nothing = ~everything
    if not case.baseline.dem:
        return nothing, [(everything, NO_DEM)]
    if not case.frame.trusted(table.name):
        return nothing, [(everything, case.frame.reason(table.name) or NO_FRAME)]
    if terrain is None:
        return nothing, [(everything, UNUSABLE)]
    if _beside(case, table):
        return nothing, [(everything, SHIFTED)]
    if terrain.frame is Frame.UNKNOWN:
        return nothing, [(everything, NO_FRAME)]
    unusable = (terrain.area <= 0) | terrain.tangled
    step = terrain.texture.step if terrain.texture is not None else 0.0
    measured = np.flatnonzero(~unusable & (terrain.cells > 0))
    if len(measured):
        most = float(limits["most_step_per_cell"]) * cell_size(terrain, measured)
        if step > most:
            return nothing, [(unusable, UNUSABLE), (~unusable, TOO_ROUNDED)]
    left = ~unusable
    excuses = [(unusable, UNUSABLE)]
    for found, reason in (
        (terrain.reached_share <= 0, OUTSIDE),
        (terrain.checked_share <= 0, NO_DATA),
        (terrain.checked_share < float(limits["least_covered_share"]), PARTLY),
        (terrain.cells < float(limits["least_cells"]), FEW_CELLS),
    ):
        excuses.append((left & found, reason))
        left = left & ~found
    return left, excuses


def _beside(case: Case, table: Table) -> bool:
    """Whether the package's own heights show that it lies beside the DEM."""
    if case.known_shifted is not None:
        return table.name in case.known_shifted
    heights = case.heights.spots if case.heights is not None else None
    if case.heights is None or heights is None or not case.frame.trusted(heights.layer):
        return False
    if case.frame.wkt(heights.layer) != case.frame.wkt(table.name):
        return False
    cells = float(case.standard.rules["heights.datum_shift"].limits["sure_cells"])
    far = heights.shift.length >= cells * case.heights.cell
    return far and shift_counts(case.standard, heights, case.heights.cell)


def shifted_layers(case: Case) -> tuple[str, ...] | None:
    """Layers with slopes that lie beside the DEM; ``None`` where heights were not measured."""
    if case.known_shifted is not None:
        return tuple(sorted(case.known_shifted))
    if "heights" not in vars(case):
        return None
    tables = [case.layer(name) for name in ("DLTB", "PDT")]
    return tuple(table.name for table in tables if table is not None and _beside(case, table))


def _compare(case: Case, table: Table) -> GradeComparison:
    rule = "terrain.slope_map" if table.name == "PDT" else "terrain.slope_grade"
    limits = case.standard.rules[rule].limits
    declared = declared_grades(case, table, limits)
    wanted = declared > 0
    reasons: Counter[Text] = Counter()
    terrain = None
    if case.baseline.dem and case.frame.trusted(table.name) and wanted.any():
        terrain = case.slope_map if table.name == "PDT" else case.terrain
    able, excuses = why_not(case, table, terrain, limits)
    if table.name == "PDT" and terrain is not None and table.geometry is not None:
        shapes = case.coverage.plane(table).metres(table.geometry)
        narrow = able & _narrow(shapes, terrain, float(limits["edge_cells"]))
        able &= ~narrow
        excuses.append((narrow, NARROW))
    if terrain is not None:
        level = _level(terrain, able & wanted, declared)
        able &= ~level
        excuses.append((level, ONE_HEIGHT))
    told = tuple((excused & wanted, reason) for excused, reason in excuses)
    for excused, reason in told:
        count = int(excused.sum())
        if count:
            reasons[reason] += count
    rows = np.flatnonzero(able & wanted)
    if terrain is None or not len(rows):
        none = np.zeros(0, dtype=bool)
        return GradeComparison(table, terrain, None, reasons, none, none, excuses=told)
    agreement = compare_grades(terrain, rows, declared[rows], _habits(terrain, rows, limits))
    contradicts = _contradicts(agreement, limits)
    enough = len(rows) >= float(limits["calibrated_from"])
    certain = contradicts & _certain(agreement, terrain.cells[rows], enough, limits)
    whole = case.standard.rules["terrain.slope_bias"].limits
    sure = enough and agreement.support >= float(whole["least_support"])
    offset, habits = agreement.free_offset, agreement.habits
    return GradeComparison(
        table,
        terrain,
        agreement,
        reasons,
        contradicts,
        certain,
        biased=bool(sure and abs(offset) >= float(whole["least_offset"])),
        beyond=bool(sure and not habits.lowest <= offset <= habits.highest),
        mismatch=bool(
            enough
            and (
                contradicts.mean() > float(whole["most_share"])
                or agreement.typical_spread > float(whole["most_spread"])
            )
        ),
        excuses=told,
    )


def cell_size(terrain: TerrainMeasure, rows: IntArray) -> float:
    """Median cell size under ``rows`` in metres."""
    cells = terrain.cells[rows]
    area = terrain.area[rows] * terrain.checked_share[rows]
    return float(np.sqrt(np.median(area / np.maximum(cells, 1e-9))))


def _habits(terrain: TerrainMeasure, rows: IntArray, limits: dict[str, Any]) -> Habits:
    """What an honest deviation may be for this DEM; see the rule's help.

    The coarser the DEM beside the finest that surveyors use, the more slope it
    has lost, and the more grades may honestly lie above it. The rougher it is,
    the more slope a smoother one lacks.
    """
    folds = max(np.log2(cell_size(terrain, rows) / float(limits["finest_cell_m"])), 0.0)
    highest = float(limits["highest_offset"]) + float(limits["highest_offset_per_fold"]) * folds
    few = len(rows) < float(limits["calibrated_from"])
    return Habits(
        scale=float(limits["scale_deg"]),
        offset_spread=float(limits["offset_spread"]),
        usual_spread=float(limits["uncalibrated_spread" if few else "usual_spread"]),
        spread_factor=float(limits["spread_factor"]),
        lowest=-max(float(limits["lowest_offset"]), _smoothing(terrain, limits)),
        highest=highest,
        few_cells=float(limits["few_cells"]),
    )


def _smoothing(terrain: TerrainMeasure, limits: dict[str, Any]) -> float:
    """How much less slope the same ground would have in a smoother model, as an offset."""
    texture = terrain.texture
    if texture is None or not np.isfinite(texture.smoothed):
        return 0.0
    scale = float(limits["scale_deg"])
    less = float(np.log1p(texture.slope / scale) - np.log1p(texture.smoothed / scale))
    spare = float(limits["smoothing_spare"])
    return float(min(max(less, 0.0) + spare, float(limits["most_lowest_offset"])))


def _contradicts(agreement: SlopeAgreement, limits: dict[str, Any]) -> BoolArray:
    """Declared grades that have too small a share and that no honest deviation explains.

    Where honest grades scatter widely, small shares and unlikely deviations are
    usual, and both limits are tightened. Two grades off are not scatter.
    """
    most = float(limits["share"])
    wide = np.maximum(agreement.spread - float(limits["share_full_spread"]), 0.0)
    share = np.clip(most - float(limits["share_per_spread"]) * wide, most / 5, most)
    wide = np.maximum(agreement.spread - float(limits["probability_full_spread"]), 0.0)
    usual = float(limits["doubtful_probability"])
    far_probability = float(limits["far_probability"])
    probability = usual - float(limits["probability_per_spread"]) * wide
    probability = np.clip(probability, far_probability, usual)
    far = np.abs(agreement.declared - agreement.measured) >= 2
    share = np.where(far, most, share)
    probability = np.where(far, far_probability, probability)
    other = agreement.declared != agreement.measured
    result: BoolArray = other & (agreement.honest < probability)
    result &= agreement.declared_share < share
    return result & (agreement.suspicion > float(limits["least_suspicion"]))


def _certain(
    agreement: SlopeAgreement, cells: FloatArray, calibrated: bool, limits: dict[str, Any]
) -> BoolArray:
    """Whether the declared grade stays small whatever slopes an honest survey could have."""
    reach = np.full(len(agreement), float(limits["uncalibrated_reach"]))
    if calibrated:
        usual = float(limits["reach_spreads"]) * agreement.spread
        reach = np.maximum(usual, float(limits["least_reach"]))
    small = agreement.reachable(reach) < float(limits["certain_share"])
    result: BoolArray = small & (cells >= float(limits["certain_cells"]))
    return result


def _level(terrain: TerrainMeasure, judged: BoolArray, declared: IntArray) -> BoolArray:
    """Parcels on one single height that are said to slope; all of them if it is so everywhere."""
    level = judged & (terrain.height_greatest <= terrain.height_least)
    return level if level.sum() == judged.sum() else level & (declared > 1)


def _narrow(shapes: GeometryArray, terrain: TerrainMeasure, cells: float) -> BoolArray:
    """Polygons (in metres) that are mostly edge: edges may legally lie a cell or two off."""
    with np.errstate(invalid="ignore", divide="ignore"):
        cell = np.sqrt(terrain.area * terrain.checked_share / terrain.cells)
        width = 2 * shapely.area(shapes) / shapely.length(shapes)
        return np.nan_to_num(width, nan=0.0) < cells * np.nan_to_num(cell, nan=0.0)


class TerrainRule(Rule):
    """A rule of terrain."""

    family = Family.TERRAIN


def excuse(out: Judgement, reasons: Counter[Text]) -> Judgement:
    """Count all of ``reasons`` as not checkable."""
    for reason, count in reasons.items():
        out.skip(count, reason)
    return out
