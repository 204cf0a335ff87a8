"""The terrain under a parcel: slope by the limits of the grades, heights of a water surface."""

from __future__ import annotations

import numpy as np
import shapely

from ..findings import Text
from ..measures.slope import SlopeBins, slope_of_window
from ..progress import Progress
from ..standard import Standard
from ..table import FloatArray
from .card import Card
from .cells import covered_cells
from .model import NOTHING, Axis, Band, Chart, Mark, Series
from .sources import Sources, Unavailable
from .subject import Subject
from .words import same

_STEPS = ((6.0, 0.25), (14.0, 0.5), (35.0, 1.0), (91.0, 2.0))
OFF_TERRAIN = Text("图斑不在 DEM 有效范围内", "there is no terrain under it")
SHARE = Text("面积占比", "Share of area")


def terrain_charts(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """Slope histogram and shares of the grades; for water the spread of its heights."""
    shape = subject.shape
    if shape is None:
        raise Unavailable(Text("图斑图形无法量测", "its outline cannot be measured"))
    slope, height, weight = cells_of_parcel(shape, subject.wkt, sources)
    progress.check()
    grade = declared_grade(subject)
    limits = sources.standard.slope_limits
    if subject.text("cause") == "water_not_flat":
        card.charts.append(_level_chart(subject, height, weight))
    card.charts.append(slope_histogram(subject, slope, weight, limits, grade, sources.standard))
    if grade or subject.text("cause").startswith("slope_"):
        card.charts.append(_grade_chart(subject, slope, weight, sources.standard, grade))


def cells_of_parcel(
    shape: shapely.Geometry, wkt: str, sources: Sources
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Slope (degrees), height (m) and covered share of the cells of a parcel, shape ``(n,)`` each.

    Cells without a slope are left out, as in the measure behind the rules.
    """
    dem = sources.dem
    covered = covered_cells(shape, wkt, dem)
    if covered is None:
        raise Unavailable(OFF_TERRAIN)
    slope, valid, height, height_valid = slope_of_window(dem, covered.window)
    weight = covered.weight.copy()
    for known in (valid, height_valid):
        if known is not None:
            weight[~known] = 0
    some = weight > 0
    if not some.any():
        raise Unavailable(OFF_TERRAIN)
    return slope[some].astype(float), height[some].astype(float), weight[some]


def declared_grade(subject: Subject) -> int:
    """The grade that the object declares (PDJB, GDPDJB), else the one the rule held; 0: none."""
    for row, name in (
        (subject.object, "PDJB"),
        (subject.object, "GDPDJB"),
        (subject.parcel, "GDPDJB"),
    ):
        if row is not None and row.text(name).isdigit():
            return int(row.text(name))
    found = subject.number("declared")
    return int(found) if np.isfinite(found) else 0


def slope_histogram(
    subject: Subject,
    slope: FloatArray,
    weight: FloatArray,
    limits: tuple[float, ...],
    grade: int,
    standard: Standard,
) -> Chart:
    """Share of the parcel by slope, in %, with the limits as marks and the grade as band."""
    top = float(slope.max())
    span = limits[min(grade, len(limits)) - 1] if grade else 0.0
    high = max(top * 1.05, span * 1.1, limits[0] * 1.5)
    step = next(step for most, step in _STEPS if high < most)
    edges = np.arange(0.0, high + step, step)
    bins = np.clip(np.ceil(slope / step - 1e-9).astype(int) - 1, 0, len(edges) - 2)
    shares = 100 * np.bincount(bins, weight, len(edges) - 1) / weight.sum()
    bands = []
    if 1 <= grade <= len(limits) + 1:
        low = 0.0 if grade == 1 else limits[grade - 2]
        end = limits[grade - 1] if grade <= len(limits) else edges[-1]
        name = Text(f"填报 {grade} 级", f"declared grade {grade}")
        bands.append(Band(low, min(end, float(edges[-1])), name, "x", "declared"))
    marks = [Mark(each, same(f"{each:g}°")) for each in limits if each <= edges[-1]]
    mean = float(np.average(slope, weights=weight))
    marks.append(Mark(mean, Text(f"平均 {mean:.1f}°", f"mean {mean:.1f}°"), "x", "measured"))
    if subject.text("cause") == "paddy_on_slope":
        facts = standard.rules[subject.text("rule_id")].limits
        bound, width = float(facts.get("slope_deg", 15)), float(facts.get("band_deg", 0))
        if bound <= edges[-1]:
            bands.append(Band(bound, bound + width, Text("容差", "tolerance"), "x", "tolerance"))
    return Chart(
        "slope_histogram",
        Text("图斑内 DEM 坡度分布", "DEM slope within the parcel"),
        Axis(Text("坡度", "Slope"), "°", low=0.0, high=float(edges[-1])),
        Axis(SHARE, "%", low=0.0),
        (Series(same("DEM"), edges[:-1] + step / 2, shares, "bars", "measured"),),
        tuple(bands),
        tuple(marks),
        Text(f"{weight.sum():.0f} 个像元", f"{weight.sum():.0f} cells"),
    )


def _grade_chart(
    subject: Subject, slope: FloatArray, weight: FloatArray, standard: Standard, grade: int
) -> Chart:
    """Share of every grade: in the DEM, and in the delivered slope map where the rule told it."""
    limits = standard.slope_limits
    count = len(limits) + 1
    bins = SlopeBins(limits)
    classes = bins.classify(slope.astype(np.float32), None).astype(int) - 1
    place = np.searchsorted(np.asarray(limits), bins.edges[1:][classes], side="left")
    shares = 100 * np.bincount(place, weight, count) / weight.sum()
    x = np.arange(count, dtype=float)
    series = [Series(same("DEM"), x, shares, "bars", "measured")]
    told = subject.numbers.get("map_shares")
    if isinstance(told, list) and len(told) == count:
        shown = np.array([100 * float(each or 0) for each in told])
        series.append(
            Series(Text("成果坡度图", "delivered slope map"), x, shown, "bars", "reference")
        )
    marks: tuple[Mark, ...] = ()
    if 1 <= grade <= count:
        marks = (Mark(grade - 1.0, Text("填报", "declared"), "x", "declared"),)
    rows = sorted(standard.codes["GDPDJB"].values(), key=lambda row: row["code"])
    labels = tuple(Text(f"{row['code']} 级", row["code"]) for row in rows)
    return Chart(
        "slope_grades",
        Text("各坡度级占比", "Share of each slope grade"),
        Axis(Text("坡度级", "Slope grade"), labels=labels),
        Axis(SHARE, "%", low=0.0, high=100.0),
        tuple(series),
        (),
        marks,
    )


def _level_chart(subject: Subject, height: FloatArray, weight: FloatArray) -> Chart:
    """Heights of what is declared still water, about their middle."""
    whole = weight > 0.999
    some = height[whole] if whole.sum() >= 4 else height
    away = some - np.median(some)
    reach = max(float(np.abs(away).max()), 0.5)
    bins = int(np.clip(np.sqrt(len(away)), 8, 24))
    counts, edges = np.histogram(away, bins=bins, range=(-reach, reach))
    tolerance = subject.tolerance
    bands: tuple[Band, ...] = ()
    if np.isfinite(tolerance):
        bands = (Band(-tolerance, tolerance, Text("容许离散", "spread allowed")),)
    return Chart(
        "water_level",
        Text("水面内 DEM 高程的离散", "DEM heights within the water"),
        Axis(Text("与中位数之差", "Off the median"), "m", low=-reach, high=reach),
        Axis(Text("像元数", "Cells"), low=0.0),
        (
            Series(
                same("DEM"), (edges[:-1] + edges[1:]) / 2, counts.astype(float), "bars", "measured"
            ),
        ),
        bands,
        (),
        Text(f"标准差 {away.std():.1f} 米", f"standard deviation {away.std():.1f} m")
        if len(away) > 1
        else NOTHING,
    )
