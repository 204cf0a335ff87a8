"""Fills the report's template; what it shows is chosen here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..findings import Family, Text, Verdict
from ..measures.area import round_area
from ..measures.case import Case
from ..progress import SILENT, Progress
from ..record import Verification, record_document, software_version, write_text
from ..risk import ACCEPTED, NOT_CHECKABLE, REVIEW
from . import charts
from .picture import draw
from .template import environment

_WORST = 20
_SQUARE_METRES_PER_MU = 2000 / 3

FAMILY_TITLES: dict[Family, Text] = {
    Family.PACKAGE: Text("成果包", "Package"),
    Family.SCHEMA: Text("结构", "Schema"),
    Family.CODES: Text("代码", "Codes"),
    Family.LOGIC: Text("逻辑", "Logic"),
    Family.TOPOLOGY: Text("拓扑", "Topology"),
    Family.AREA: Text("面积", "Area"),
    Family.TERRAIN: Text("坡度与地形", "Terrain"),
    Family.HEIGHTS: Text("高程", "Heights"),
    Family.IMAGERY: Text("影像", "Imagery"),
    Family.CHANGE: Text("变化", "Change"),
    Family.BOUNDARY: Text("边界", "Boundary"),
    Family.PHOTOS: Text("举证照片", "Photos"),
    Family.TRACKS: Text("轨迹", "Tracks"),
    Family.CONTROL: Text("管控", "Control"),
    Family.HISTORY: Text("历史", "History"),
    Family.STATISTICS: Text("统计", "Statistics"),
}


@dataclass(frozen=True)
class Chart:
    """A chart with its title, a sentence that reads it, and its SVG."""

    title: Text
    caption: Text
    svg: str


def write_report(
    verification: Verification, case: Case, path: Path, progress: Progress = SILENT
) -> None:
    """Write the report as one HTML file without outside references.

    Raises
    ------
    OutputError
        When the file cannot be written or Jinja2 is not installed.
    """
    pages = environment(
        Text(
            "生成报告需要 Python 库 Jinja2:python -m pip install jinja2",
            "The report needs the Python library Jinja2: python -m pip install jinja2",
        )
    )
    pages.filters["breaks"] = _breaks
    progress.at(0.1)
    values = content(verification, case, progress)
    progress.at(0.8)
    write_text(path, pages.get_template("report.html.j2").render(**values))
    progress.at(1.0)


def _breaks(name: str) -> str:
    """Let a long name break after its dots and underscores, nowhere else."""
    return name.replace(".", ".\u200b").replace("_", "_\u200b")


def content(verification: Verification, case: Case, progress: Progress = SILENT) -> dict[str, Any]:
    """Everything the template shows."""
    record = record_document(verification)
    outcomes = verification.parcels.outcome
    return {
        "record": record,
        "version": software_version(),
        "inconsistent": verification.count(Verdict.INCONSISTENT),
        "doubtful": verification.count(Verdict.DOUBTFUL),
        "parcels": len(outcomes),
        "accepted": int((outcomes == ACCEPTED).sum()),
        "review": int((outcomes == REVIEW).sum()),
        "not_checkable": int((outcomes == NOT_CHECKABLE).sum()),
        "standard": case.standard.title,
        "picture": draw(case, verification.findings, progress),
        "charts": _charts(verification, case),
        "general": [f for f in verification.findings if not f.parcel_bsm][:40],
        "general_count": sum(1 for f in verification.findings if not f.parcel_bsm),
        "worst": _worst(verification, case),
        "families": _families(verification, case),
        "mu": _SQUARE_METRES_PER_MU,
    }


def _worst(verification: Verification, case: Case) -> list[dict[str, Any]]:
    """The parcels a reviewer should open first, with their numbers."""
    table, parcels = case.parcels, verification.parcels
    if table is None or not len(parcels.bsm):
        return []
    area = table.number("TBMJ")
    review = np.flatnonzero(parcels.outcome == REVIEW)
    order = sorted(review, key=lambda row: (-parcels.risk[row], str(parcels.bsm[row])))
    about: dict[str, list[Any]] = {}
    for finding in verification.findings:
        if finding.parcel_bsm:
            about.setdefault(finding.parcel_bsm, []).append(finding)
    return [
        {
            "bsm": parcels.bsm[row],
            "village": table.text("ZLDWMC")[row] or table.text("ZLDWDM")[row],
            "number": table.text("TBBH")[row],
            "dlbm": table.text("DLBM")[row],
            "dlmc": table.text("DLMC")[row],
            "area": float(area[row]) if np.isfinite(area[row]) else None,
            "risk": float(parcels.risk[row]),
            "findings": sorted(
                about.get(parcels.bsm[row], []),
                key=lambda f: (f.verdict is not Verdict.INCONSISTENT, f.severity, -f.score),
            )[:4],
            "count": len(about.get(parcels.bsm[row], [])),
        }
        for row in order[:_WORST]
    ]


def _families(verification: Verification, case: Case) -> list[dict[str, Any]]:
    rules = case.standard.rules
    out = []
    for family in Family:
        runs = [run for run in verification.runs if run.family == family.value]
        if not runs:
            continue
        out.append(
            {
                "title": FAMILY_TITLES[family],
                "runs": [{"run": run, "spec": rules[run.rule_id]} for run in runs],
            }
        )
    return out


def _charts(verification: Verification, case: Case) -> list[Chart]:
    """Charts of what was measured; a measure that was not taken has none."""
    made = [
        _by_family(verification),
        _slope_chart(case),
        _area_chart(case),
        _heights_chart(case),
        _risk_chart(verification),
    ]
    return [chart for chart in made if chart is not None]


def _by_family(verification: Verification) -> Chart | None:
    bars = []
    for family in Family:
        about = [finding for finding in verification.findings if finding.family is family]
        if about or any(run.family == family.value for run in verification.runs):
            bad = sum(1 for f in about if f.verdict is Verdict.INCONSISTENT)
            bars.append(charts.Bar(FAMILY_TITLES[family], (bad, len(about) - bad)))
    title = Text("各类规则的发现", "Findings by family of rules")
    return Chart(
        title,
        Text("红：不一致；橙：存疑。", "Red: inconsistent; amber: doubtful."),
        charts.stacked_bars(bars, (charts.RED, charts.AMBER), title),
    )


def _slope_chart(case: Case) -> Chart | None:
    terrain, table = case.__dict__.get("terrain"), case.parcels
    if terrain is None or table is None:
        return None
    grade = table.text("GDPDJB")
    labels = sorted(case.standard.codes["GDPDJB"])
    cropland = np.char.startswith(table.text("DLBM").astype(str), "01") & np.isin(grade, labels)
    if not cropland.any():
        return None
    areas = np.nan_to_num(np.asarray(terrain.grade_area)[cropland])
    measured = areas.sum(axis=0) / 1e4
    whole = areas.sum(axis=1) / 1e4
    declared = [float(whole[grade[cropland] == label].sum()) for label in labels]
    title = Text("耕地坡度级别面积：填报与 DEM", "Cropland by slope grade: declared and DEM")
    return Chart(
        title,
        Text(
            "浅：按填报的 GDPDJB；深：可信 DEM 逐像元统计（公顷）。",
            "Pale: by declared GDPDJB; dark: cells of the trusted DEM (hectares).",
        ),
        charts.paired_columns(labels, declared, list(map(float, measured)), title, "ha"),
    )


def _area_chart(case: Case) -> Chart | None:
    measured, table = case.__dict__.get("areas"), case.parcels
    if measured is None or table is None or table.name not in measured.layers:
        return None
    own = measured.layers[table.name].ellipsoid
    difference = table.number("TBMJ") - round_area(own)
    difference = difference[np.isfinite(difference)]
    if not len(difference):
        return None
    exact = int((np.abs(difference) <= 0.015).sum())
    title = Text("TBMJ 与椭球面积之差", "TBMJ minus ellipsoid area")
    return Chart(
        title,
        Text(
            f"{charts.number(len(difference))} 个图斑中 {charts.number(exact)} 个"
            "相差不超过 0.01 平方米。",
            f"{charts.number(exact)} of {charts.number(len(difference))} parcels within 0.01 m².",
        ),
        charts.histogram(difference, title, "m²", (-0.02, 0.02)),
    )


def _heights_chart(case: Case) -> Chart | None:
    heights = case.__dict__.get("heights")
    if heights is None or heights.spots is None:
        return None
    residuals = heights.spots.given.residual
    residuals = residuals[np.isfinite(residuals)]
    if not len(residuals):
        return None
    middle = float(np.median(residuals))
    spread = float(1.4826 * np.median(np.abs(residuals - middle)))
    title = Text("高程注记点与 DEM 之差", "Spot heights minus DEM")
    return Chart(
        title,
        Text(
            f"中位数 {middle:+.2f} m，NMAD {spread:.2f} m；阴影为 ±2 NMAD。",
            f"Median {middle:+.2f} m, NMAD {spread:.2f} m; the shade is ±2 NMAD.",
        ),
        charts.histogram(residuals, title, "m", (middle - 2 * spread, middle + 2 * spread)),
    )


def _risk_chart(verification: Verification) -> Chart | None:
    parcels = verification.parcels
    if not len(parcels.bsm):
        return None
    edges: Sequence[float] = (0.0, 0.01, 0.05, 0.2, 0.5, 0.9, 1.0001)
    counts, _ = np.histogram(parcels.risk, edges)
    labels = ("<1 %", "1–5 %", "5–20 %", "20–50 %", "50–90 %", "≥90 %")
    bars = [charts.Bar(Text(label, label), (float(count),)) for label, count in zip(labels, counts)]
    title = Text("图斑风险分布", "Parcels by risk")
    return Chart(
        title,
        Text("风险为存在真实问题的概率。", "Risk is the probability of a true problem."),
        charts.stacked_bars(bars, (charts.BLUE,), title),
    )
