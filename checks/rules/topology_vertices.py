"""Vertices of single polygons: spikes, short edges, repeats, one-sided ones."""

from __future__ import annotations

import numpy as np

from ..findings import Text
from ..measures.case import Case
from ..measures.coverage import LayerShape
from ..measures.coverage_fit import OneSided
from ..measures.shape import State
from ..measures.shape_vertices import Corners, repeated_vertices, short_edges, spikes
from ..table import FloatArray, IntArray
from .rule import NO_PARCELS, Judgement
from .topology_base import NO_LAYERS, TopologyRule, by_row, count, graded, ordered_pair, points

_EARTH = 6_371_000.0
"""Mean radius in m, for the size of a small effect only."""

_IN_DEGREES = Text(
    "坐标为经纬度，边线即为经纬度直线，不受影响",
    "Coordinates are degrees: edges are straight in them, nothing changes",
)


class _Corners(TopologyRule):
    """One finding per polygon about the vertices that stand out."""

    unit = "m"
    cause = ""

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for shape in self.shape_layers(case):
            count(out, shape.sound.usable)
            found = self.corners(case, shape)
            # An invalid polygon was reported as such, whatever its vertices look like.
            sound = shape.sound.state[found.row] == State.SOUND
            for row, places in by_row(np.where(sound, found.row, -1)):
                if row >= 0:
                    self._report(out, shape, row, found, places)
        return out if out.tested or out.not_checkable else out.skip(0, NO_LAYERS)

    def corners(self, case: Case, shape: LayerShape) -> Corners:
        """The vertices that this rule is about."""
        raise NotImplementedError

    def words(self, number: int, least: float) -> Text:
        """What to say of ``number`` vertices, the worst of size ``least``."""
        raise NotImplementedError

    def _report(
        self, out: Judgement, shape: LayerShape, row: int, found: Corners, places: IntArray
    ) -> None:
        worst = places[np.argmin(found.size[places])]
        least, arm = float(found.size[worst]), float(found.arm[worst])
        out.findings.append(
            self.finding(
                shape.table,
                row,
                self.words(len(places), least),
                where=points(shape, found.xy[places]),
                score=graded(len(places), 5.0),
                measured=f"{least:.4g}",
                tolerance=next((float(value) for value in self.spec.limits.values()), None),
                unit=self.unit,
                cause=self.cause,
                evidence={"count": len(places), "least": least, "shorter_edge_m": arm},
            )
        )


class Spike(_Corners):
    """A polygon does not run out into needles."""

    id = "topology.spike"
    unit = "°"

    def corners(self, case: Case, shape: LayerShape) -> Corners:
        """Sharp vertices between two long edges, but for the ends of narrow strips."""
        tolerance = case.coverage.tolerance
        found = spikes(shape.rings, self.limit("angle_deg"), self.limit("arm_m"), tolerance)
        return found.only(~shape.narrower_than(self.limit("strip_m"))[found.row])

    def words(self, number: int, least: float) -> Text:
        """How many needles, and how sharp."""
        return Text(
            f"有 {number} 处尖角，最小内角 {least:.2f}°",
            f"{number} spike(s), the sharpest of {least:.2f}°",
        )


class ShortEdge(_Corners):
    """No edge is shorter than any survey can tell."""

    id = "topology.short_edge"
    cause = "snapping"

    def corners(self, case: Case, shape: LayerShape) -> Corners:
        """Ends of short edges."""
        return short_edges(shape.rings, case.coverage.tolerance, self.limit("length_m"))

    def words(self, number: int, least: float) -> Text:
        """How many edges, and how short."""
        return Text(
            f"有 {number} 条过短边，最短 {least:.4f} 米",
            f"{number} very short edge(s), the shortest of {least:.4f} m",
        )


class RepeatedVertex(_Corners):
    """No vertex stands twice in a row."""

    id = "topology.repeated_vertex"

    def corners(self, case: Case, shape: LayerShape) -> Corners:
        """Vertices on top of the one before."""
        return repeated_vertices(shape.rings, case.coverage.tolerance)

    def words(self, number: int, least: float) -> Text:
        """How many vertices, and how close."""
        return Text(
            f"有 {number} 个重复拐点，最小间距 {least:.4f} 米",
            f"{number} repeated vertex or vertices, the closest {least:.4f} m apart",
        )


class OneSidedVertex(TopologyRule):
    """Both parcels along a long edge have the same vertices.

    Edges count as straight lines in latitude and longitude when areas are
    computed. Against the straight line in the plane such an edge of length s
    with an eastward extent e bows by tan B / R · e / s, which makes s² e tan B
    / (12 R) of area; a vertex on one side only takes part of that away there.
    """

    id = "topology.one_sided_vertex"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        shape = case.coverage.shape("DLTB")
        found = case.coverage.fit("DLTB")
        if shape is None or found is None:
            return out.skip(0, NO_PARCELS)
        if shape.plane.east != 1.0:
            return out.skip(len(shape.table), _IN_DEGREES)
        count(out, shape.sound.usable)
        one_sided = found.one_sided
        if not len(one_sided.row):
            return out
        effect = _area_effect(one_sided)
        size = len(shape.table)
        low = np.minimum(one_sided.row, one_sided.other)
        high = np.maximum(one_sided.row, one_sided.other)
        for _, places in by_row(low * size + high):
            total = float(effect[places].sum())
            if total >= self.limit("area_m2"):
                self._report(out, shape, one_sided, places, total)
        return out

    def _report(
        self,
        out: Judgement,
        shape: LayerShape,
        one_sided: OneSided,
        places: IntArray,
        total: float,
    ) -> None:
        row, other = int(one_sided.row[places[0]]), int(one_sided.other[places[0]])
        first, second = ordered_pair(shape.table, row, other)
        one, two = (str(shape.table.object_ids[i]) for i in (first, second))
        length = np.hypot(*(one_sided.end - one_sided.start)[places].T)
        out.findings.append(
            self.finding(
                shape.table,
                first,
                Text(
                    f"{one} 与 {two} 的公共边（最长 {length.max():.1f} 米）上有 {len(places)} 个"
                    f"单侧拐点，两侧椭球面积之和因此相差约 {total:.2f} 平方米",
                    f"{len(places)} vertex or vertices on one side only of the edge (up to "
                    f"{length.max():.1f} m) shared by {one} and {two}; their ellipsoid areas "
                    f"differ by about {total:.2f} m² from the whole",
                ),
                where=points(shape, one_sided.vertex[places]),
                score=graded(total, 1.0),
                measured=f"{total:.2f}",
                expected="0",
                tolerance=self.limit("area_m2"),
                unit="m²",
                cause="vertex_on_one_side",
                key=two,
                evidence={
                    "other": two,
                    "vertices": len(places),
                    "edge_m": float(length.max()),
                    "area_effect_m2": total,
                },
            )
        )


def _area_effect(one_sided: OneSided) -> FloatArray:
    """Share of each vertex in the area between both versions of its edge, in m²."""
    edge = one_sided.end - one_sided.start
    length = np.hypot(*edge.T)
    latitude = np.clip(one_sided.vertex[:, 1] / _EARTH, -1.4, 1.4)
    whole = length**2 * np.abs(edge[:, 0]) * np.abs(np.tan(latitude)) / (12.0 * _EARTH)
    along = np.hypot(*(one_sided.vertex - one_sided.start).T) / length
    return whole * (1.0 - along**3 - (1.0 - along) ** 3)
