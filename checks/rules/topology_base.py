"""What the rules of topology share: which layers, who is named, how bad it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from ..findings import Family, Finding, Severity, Text, Verdict
from ..measures.case import Case
from ..measures.coverage import LayerShape
from ..table import BoolArray, FloatArray, GeometryArray, IntArray, Table
from .rule import Judgement, Rule

NO_LAYERS = Text("成果中没有可检查的图层", "The package has no layer to check")
UNUSABLE = Text(
    "图形缺失或无效，已由图形规则报告",
    "Missing or invalid geometry, reported by the rules of geometry",
)


class TopologyRule(Rule):
    """A rule of topology; numbers of the whole family lie in ``topology.json``."""

    family = Family.TOPOLOGY

    def about(self, case: Case, name: str) -> Any:
        """A value of the standard's ``topology.json``."""
        return case.standard.data("topology.json")[name]["value"]

    def polygon_layers(self, case: Case) -> Iterator[LayerShape]:
        """Delivered polygon layers of the survey database, in the standard's order."""
        datasets = self.about(case, "datasets")
        for name, spec in case.standard.layers.items():
            if spec.geometry == "polygon" and spec.dataset in datasets:
                shape = case.coverage.shape(name)
                if shape is not None and len(shape.table):
                    yield shape

    def snapping_once(self, out: Judgement) -> Judgement:
        """Many differences too small to be drawn are one fact about a layer.

        It was rounded or projected apart from the others; no object of it is to blame.
        """
        tiny: dict[str, list[Finding]] = {}
        for finding in out.findings:
            if finding.cause == "snapping":
                tiny.setdefault(finding.layer, []).append(finding)
        for layer, findings in tiny.items():
            if len(findings) >= self.limit("snapping_many"):
                out.findings = [
                    f for f in out.findings if f.layer != layer or f.cause != "snapping"
                ]
                out.findings.append(self._rounded(layer, findings))
        return out

    def _rounded(self, layer: str, findings: list[Finding]) -> Finding:
        widest = self.limit("snapping_m")
        places = [f.where for f in findings if f.where is not None]
        ids = sorted({f.object_id for f in findings})
        return self.finding_about(
            layer,
            layer,
            Text(
                f"{layer} 有 {len(findings)} 处与相邻或上级图形相差不足 {widest:g} 米："
                "坐标取位或投影不一致，不逐个提出",
                f"{len(findings)} places of {layer} are off their neighbours or holders by less "
                f"than {widest:g} m: rounded or projected apart, not told one by one",
            ),
            verdict=Verdict.DOUBTFUL,
            severity=Severity.C,
            where=shapely.box(*shapely.total_bounds(places)) if places else None,
            score=0.3,
            measured=str(len(findings)),
            expected="0",
            tolerance=widest,
            unit="",
            cause="snapping",
            key="many",
            evidence={"objects": len(findings), "first": ids[:10]},
        )

    def shape_layers(self, case: Case) -> Iterator[LayerShape]:
        """The layers whose single vertices are looked at."""
        for name in self.about(case, "shape_layers"):
            shape = case.coverage.shape(name)
            if shape is not None and len(shape.table):
                yield shape


def count(out: Judgement, testable: BoolArray) -> None:
    """Count the rows of a layer as tested, or as unusable."""
    out.tested += int(testable.sum())
    if not testable.all():
        out.skip(int((~testable).sum()), UNUSABLE)


def by_row(rows: IntArray) -> Iterator[tuple[int, IntArray]]:
    """Each distinct row with the places where it stands, ascending."""
    order = np.argsort(rows, kind="stable")
    names, first = np.unique(rows[order], return_index=True)
    for name, places in zip(names, np.split(order, first[1:])):
        yield int(name), places


def ordered_pair(table: Table, one: int, other: int) -> tuple[int, int]:
    """Both rows, the one with the lexically smaller identifier first.

    So a pair has the same name whatever the order of rows.
    """
    ids = table.object_ids
    return (one, other) if (str(ids[one]), one) <= (str(ids[other]), other) else (other, one)


def points(shape: LayerShape, xy: FloatArray) -> shapely.Geometry:
    """Places in metres as a (multi)point in the coordinates of the layer."""
    shown = shape.shown(np.asarray(shapely.points(xy), dtype=object))
    return shown[0] if len(shown) == 1 else shapely.multipoints(shown)


def centres(geometries: GeometryArray) -> list[list[float]]:
    """A point inside each geometry, rounded to centimetres, for the evidence."""
    xy = shapely.get_coordinates(shapely.point_on_surface(geometries))
    return [[round(float(x), 2), round(float(y), 2)] for x, y in xy]


def graded(size: float, usual: float) -> float:
    """A score 0.3…1 that grows with ``size``; 0.65 where it equals ``usual``."""
    return round(0.3 + 0.7 * size / (size + usual), 3)
