"""What the rules of topology share: which layers, who is named, how bad it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from ..findings import Family, Text
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
