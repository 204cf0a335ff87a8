"""Frauds and slips of geometry: what a careless or a cunning editor leaves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from ...checks.findings import Text
from .forger import Forger

_TOPOLOGY = "topology"


def plant(forger: Forger) -> None:
    """Plant every kind."""
    land = np.isin(forger.code, ["0301", "0305", "0307", "0404", "0201"])
    # Away from borders, where a gap is a gap and a strip has no honest reason.
    large = land & (forger.area > 5000) & forger.inner
    for row, depth in zip(forger.choose(large), (0.6, 2.0, 5.0, 8.0)):
        _pull(forger, row, depth, "overlap", Text("图斑重叠", "Overlapping parcels"),
              ("topology.overlap",))  # fmt: skip
    for row, depth in zip(forger.choose(large), (0.6, 2.0, 5.0, 8.0)):
        _pull(forger, row, -depth, "gap", Text("图斑间有缝隙", "Gap between parcels"),
              ("topology.gap",))  # fmt: skip
    for row in forger.choose(large):
        _bow_tie(forger, row)
    for row in forger.choose(large, 2):
        _copy(forger, row)
    for row in forger.choose(large):
        _sliver(forger, row)
    _multipart(forger, land)
    for row in forger.choose(large):
        _spike(forger, row)


def _free_vertices(forger: Forger, row: int) -> list[int]:
    """Vertices of the outer ring that lie between two straight edges shared with one neighbour."""
    ring = shapely.get_coordinates(forger.parcels.shape[row].exterior)[:-1]
    around = forger.parcels.shape[forger.neighbours(row)]
    at = shapely.points(ring)
    touching = sum((shapely.distance(other, at) < 1e-6).astype(int) for other in around)
    before = np.hypot(*(ring - np.roll(ring, 1, axis=0)).T)
    after = np.hypot(*(ring - np.roll(ring, -1, axis=0)).T)
    # Between the two ends of the edges the neighbour must be the same, too.
    alone = (touching == 1) & (np.roll(touching, 1) <= 2) & (np.roll(touching, -1) <= 2)
    fit = alone & (before > 12) & (after > 12)
    return np.argsort(-np.where(fit, np.minimum(before, after), -1))[: int(fit.sum())].tolist()


def _outward(shape: shapely.Polygon, ring: np.ndarray, vertex: int, metres: float) -> np.ndarray:
    """The vertex moved across its edge; positive is away from the polygon."""
    before, after = ring[vertex - 1], ring[(vertex + 1) % len(ring)]
    along = (after - before) / np.hypot(*(after - before))
    normal = np.array([along[1], -along[0]])
    if shapely.contains_xy(shape, *(ring[vertex] + 0.05 * normal)):
        normal = -normal
    return np.round(ring[vertex] + metres * normal, 4)


def _with_ring(shape: shapely.Polygon, ring: np.ndarray) -> shapely.Polygon:
    return shapely.Polygon(ring, [hole.coords for hole in shape.interiors])


def _pull(
    forger: Forger, row: int, metres: float, kind: str, title: Text, rules: tuple[str, ...]
) -> None:
    """Move one corner of one parcel alone; its area is measured anew, the sums are not."""
    shape = forger.parcels.shape[row]
    ring = shapely.get_coordinates(shape.exterior)[:-1]
    for vertex in _free_vertices(forger, row):
        changed = ring.copy()
        changed[vertex] = _outward(shape, ring, vertex, metres)
        made = _with_ring(shape, changed)
        place = shapely.MultiPoint(ring[[vertex - 1, vertex, (vertex + 1) % len(ring)]])
        touched = [
            str(forger.get(other, "BSM"))
            for other in forger.neighbours(row)
            if shapely.distance(forger.parcels.shape[other], place) < 1e-6
        ]
        if not made.is_valid:
            continue
        forger.parcels.shape[row] = made
        consequences = (f"DLTB:{forger.get(row, 'BSM')}", *(f"DLTB:{other}" for other in touched))
        forger.note(kind, title, _TOPOLOGY, [row], f"{abs(metres)} m", rules, consequences)
        # The finding may name any of the parcels that meet there.
        last = forger.planted[-1]
        forger.planted[-1] = replace(last, objects=(*last.objects, *touched))
        return


def _bow_tie(forger: Forger, row: int) -> None:
    """Two vertices swapped: the ring crosses itself."""
    shape = forger.parcels.shape[row]
    ring = shapely.get_coordinates(shape.exterior)[:-1]
    for vertex in range(1, len(ring) - 1):
        changed = ring.copy()
        changed[[vertex, vertex + 1]] = changed[[vertex + 1, vertex]]
        made = _with_ring(shape, changed)
        if not made.is_valid:
            forger.parcels.shape[row] = made
            beside = [f"DLTB:{forger.get(other, 'BSM')}" for other in forger.neighbours(row)]
            forger.note(
                "bow_tie", Text("图形自相交", "Self-crossing outline"), _TOPOLOGY, [row],
                "2 vertices swapped", ("topology.invalid",), tuple(beside),
            )  # fmt: skip
            return


def _copy(forger: Forger, row: int) -> None:
    """The same ground delivered twice under two identifiers."""
    made = forger.new_identifier()
    forger.parcels.append(row, forger.parcels.shape[row], BSM=made, TBBH="9" + _number(forger, row))
    forger.note(
        "duplicate", Text("图形重复", "The same shape twice"), _TOPOLOGY,
        [row, len(forger.parcels) - 1], "whole parcel",
        ("topology.duplicate", "topology.overlap"), (forger.village(row),),
    )  # fmt: skip


def _number(forger: Forger, row: int) -> str:
    return str(forger.get(row, "TBBH")).zfill(4)


def _sliver(forger: Forger, row: int) -> None:
    """A strip too thin to exist, cut off along an edge and described as a parcel."""
    shape = forger.parcels.shape[row]
    ring = shapely.get_coordinates(shape.exterior)
    edges = np.hypot(*np.diff(ring, axis=0).T)
    for edge in np.argsort(-edges)[:6].tolist():
        a, b = ring[edge], ring[edge + 1]
        along = (b - a) / edges[edge]
        inward = np.array([-along[1], along[0]])
        if not shapely.contains_xy(shape, *((a + b) / 2 + 0.6 * inward)):
            inward = -inward
        depth = 0.9
        c = np.round(b - 0.25 * edges[edge] * along + depth * inward, 4)
        d = np.round(a + 0.25 * edges[edge] * along + depth * inward, 4)
        strip = shapely.Polygon([a, b, c, d])
        rest = np.insert(ring[:-1], edge + 1, [d, c], axis=0)
        left = _with_ring(shape, rest)
        sound = strip.is_valid and left.is_valid and shape.buffer(0.001).contains(strip)
        if edges[edge] < 25 or not sound:
            continue
        total = round(float(forger.get(row, "TBMJ")) * 100)  # type: ignore[arg-type]
        part = round(forger.true_area(strip) * 100)
        made = forger.new_identifier()
        new = forger.parcels.append(row, strip, BSM=made, TBBH="9" + _number(forger, row))
        forger.parcels.shape[row] = left
        for parcel, area in ((new, part), (row, total - part)):
            forger.put(parcel, TBMJ=area / 100)
            forger.book(parcel)
        forger.note(
            "sliver", Text("狭长碎图斑", "Sliver"), _TOPOLOGY, [new], f"{depth} m wide",
            ("topology.sliver", "L37"), (f"DLTB:{made}",),
        )  # fmt: skip
        return


def _multipart(forger: Forger, land: np.ndarray) -> None:
    """Two parcels apart made one."""
    unit = forger.column("ZLDWDM")
    for row in forger.choose(land & (forger.code == "0301")):
        others = forger.choose((forger.code == "0301") & (unit == unit[row]), 1)
        if not others:
            continue
        other = others[0]
        both = shapely.MultiPolygon([forger.parcels.shape[row], forger.parcels.shape[other]])
        forger.parcels.shape[row] = both
        area = float(forger.get(row, "TBMJ")) + float(forger.get(other, "TBMJ"))  # type: ignore[arg-type]
        forger.put(row, TBMJ=round(area, 2))
        forger.book(row)
        forger.drop(other)
        forger.note(
            "multipart", Text("多部件图斑", "Multipart parcel"), _TOPOLOGY, [row], "2 parts",
            ("topology.multipart",),
        )  # fmt: skip


def _spike(forger: Forger, row: int) -> None:
    """A needle left by a slip of the mouse, in the parcel alone."""
    shape = forger.parcels.shape[row]
    ring = shapely.get_coordinates(shape.exterior)[:-1]
    for vertex in _free_vertices(forger, row):
        out = _outward(shape, ring, vertex, 18.0)
        beside = np.round(ring[vertex] + 0.25 * (ring[vertex - 1] - ring[vertex])
                          / np.hypot(*(ring[vertex - 1] - ring[vertex])), 4)  # fmt: skip
        changed = np.insert(ring, vertex, [beside, out], axis=0)
        made = _with_ring(shape, changed)
        if not made.is_valid:
            continue
        touched = [
            str(forger.get(other, "BSM"))
            for other in forger.neighbours(row)
            if made.intersection(forger.parcels.shape[other]).area > 0.01
        ]
        forger.parcels.shape[row] = made
        consequences = (f"DLTB:{forger.get(row, 'BSM')}", *(f"DLTB:{other}" for other in touched))
        forger.note(
            "spike", Text("尖刺", "Spike"), _TOPOLOGY, [row], "18 m",
            ("topology.spike", "topology.overlap"), consequences,
        )  # fmt: skip
        return
