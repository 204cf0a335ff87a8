"""Where last year's parcels lie beside the delivered ones: which frame explains the offset.

Most parcels of a county do not change from one year to the next. Parcels of
the same BSM (or, where too few are shared, rings of the same shape) are
therefore thousands of common points: a mistaken frame moves them all, and each
mistake in its own way. GCJ-02 moves them by its known smooth formula, a datum
left out by one constant vector of some ten to a few hundred metres, another
zone by hundreds of kilometres.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from scipy.spatial import cKDTree

from ..reproject import Reprojection, ReprojectionError
from ..table import FloatArray, IntArray, Table
from .crs import GAUSS_KRUGER, Crs, CrsReader
from .gcj02 import bd09_to_wgs84, gcj02_to_wgs84

GEODETIC = "EPSG:4490"
"""Longitude and latitude of CGCS2000: common to all candidates."""

MERCATOR = "EPSG:3857"
_RADIUS = 6_378_137.0
_MOST = 3000
_LEAST = 10
_NEAR = 3.0  # metres between the middles of a ring delivered twice
_SHARE = 0.6
_FITS = 0.5
_SHIFT_LEAST, _SHIFT_MOST = 5.0, 1500.0
_SHIFT_ROOM = 0.03  # of its length, that a datum shift varies over a county
_ALIKE = 4e-3  # GCJ-02 stretches lengths by up to three per mille
_MOST_RINGS = 200_000
_HALF_EAST = 500_000.0

Move = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class Candidate:
    """A frame that the coordinates may be in: ``degrees`` turns them into longitude, latitude.

    ``kind`` is a word of :class:`.frame.FrameIssue`; empty for the declared
    frame itself. ``crs`` is a CRS that others may then compare in, ``None``
    where no CRS says it.
    """

    kind: str
    degrees: Move
    crs: Crs | None = None
    seems: str = ""


@dataclass(frozen=True)
class Explained:
    """What explains the offset between two layers; ``kind`` is empty where there is none.

    ``share`` is the part of ``pairs`` that lie together in that frame,
    ``before`` the median offset in metres as declared, ``east`` and ``north``
    its median components (delivered minus trusted).
    """

    kind: str
    pairs: int = 0
    share: float = 0.0
    before: float = float("nan")
    east: float = float("nan")
    north: float = float("nan")
    crs: Crs | None = None
    seems: str = ""
    facts: dict[str, object] = field(default_factory=dict)


def _projected(wkt: str, after: Move | None = None, before: Move | None = None) -> Move:
    def degrees(xy: FloatArray) -> FloatArray:
        there = Reprojection(wkt, GEODETIC).points(before(xy) if before else xy)
        return after(there) if after else there

    return degrees


def _gcj02(degrees: FloatArray) -> FloatArray:
    return np.column_stack(gcj02_to_wgs84(degrees[:, 0], degrees[:, 1]))


def _bd09(degrees: FloatArray) -> FloatArray:
    return np.column_stack(bd09_to_wgs84(degrees[:, 0], degrees[:, 1]))


def _numbers(turned: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]) -> Move:
    def move(xy: FloatArray) -> FloatArray:
        return np.column_stack(turned(xy[:, 0], xy[:, 1]))

    return move


def slips(declared: Crs) -> list[Candidate]:
    """Slips of the pen: what the declared frame makes of the numbers put right."""
    moves: list[tuple[str, str, Move]] = [
        ("axis_swap", "", _numbers(lambda x, y: (y, x))),
        ("coordinate_unit", "mm", _numbers(lambda x, y: (x / 1000, y / 1000))),
        ("coordinate_unit", "cm", _numbers(lambda x, y: (x / 100, y / 100))),
        ("coordinate_unit", "km", _numbers(lambda x, y: (x * 1000, y * 1000))),
        ("coordinate_sign", "-x", _numbers(lambda x, y: (-x, y))),
        ("coordinate_sign", "-y", _numbers(lambda x, y: (x, -y))),
        ("false_easting", "+500 km", _numbers(lambda x, y: (x + _HALF_EAST, y))),
        ("false_easting", "-500 km", _numbers(lambda x, y: (x - _HALF_EAST, y))),
    ]
    return [
        Candidate(kind, _projected(declared.wkt, before=move), None, seems)
        for kind, seems, move in moves
    ]


def candidates(declared: Crs, reader: CrsReader) -> list[Candidate]:
    """All frames worth trying for a layer declared in ``declared``, the likeliest first."""
    out = [
        Candidate("gcj02", _projected(declared.wkt, after=_gcj02), None, "GCJ-02"),
        Candidate("bd09", _projected(declared.wkt, after=_bd09), None, "BD-09"),
    ]
    others = [crs for crs in reader.meridians if crs.central_meridian != declared.central_meridian]
    if declared.zone:
        zones = [reader.zone(round(crs.central_meridian / 3)) for crs in others]
        others += [crs for crs in zones if crs is not None]
    kind = "wrong_zone" if declared.kind == GAUSS_KRUGER else "wrong_crs"
    out += [Candidate(kind, _projected(crs.wkt), crs, crs.name) for crs in others]
    if declared.kind == GAUSS_KRUGER:
        out += slips(declared)
        zone = int(np.clip(np.floor(declared.central_meridian / 6) + 31, 1, 60))
        for number in {zone, max(zone - 1, 1)}:
            name = f"UTM {number}N"
            code = f"EPSG:{32600 + number}"
            out.append(Candidate("wrong_crs", _projected(code), reader.read(code), name))
    mercator = reader.read(MERCATOR)
    out.append(Candidate("wrong_crs", _projected(MERCATOR), mercator, "Web Mercator"))
    return out


def explain(table: Table, previous: Table, declared: Crs, reader: CrsReader) -> Explained | None:
    """What lies between the parcels of ``table`` and those of ``previous``.

    ``None`` where too few parcels are common, or nothing explains them.
    """
    try:
        for mine, theirs in _matches(table, previous):
            found = _explain(
                _middles(table, mine), _middles(previous, theirs), previous.wkt, declared, reader
            )
            if found is not None:
                return found
    except ReprojectionError:
        return None
    return None


def _explain(
    own: FloatArray, there: FloatArray, wkt: str, declared: Crs, reader: CrsReader
) -> Explained | None:
    good = np.isfinite(own).all(axis=1) & np.isfinite(there).all(axis=1)
    own, there = own[good], there[good]
    truth = Reprojection(wkt, GEODETIC).points(there)
    as_declared = _projected(declared.wkt)(own)
    offset = metres(as_declared, truth)
    known = np.isfinite(offset).all(axis=1)
    if len(own) < _LEAST:
        return None
    middle = np.median(offset[known], axis=0) if known.any() else np.full(2, np.nan)
    before = float(np.median(np.hypot(*offset[known].T))) if known.any() else float("nan")
    facts = (len(own), before, float(middle[0]), float(middle[1]))
    if _near(offset) >= _FITS:
        return _told("", _near(offset), facts)
    best, share = None, _SHARE
    for candidate in candidates(declared, reader):
        found = _near(metres(candidate.degrees(own), truth))
        if found > share:
            best, share = candidate, found
    if best is not None:
        return _told(best.kind, share, facts, best.crs, best.seems)
    length = float(np.hypot(*middle))
    room = max(_NEAR, _SHIFT_ROOM * length)
    alike = float(np.mean(np.nan_to_num(np.hypot(*(offset - middle).T), nan=np.inf) <= room))
    if _SHIFT_LEAST <= length <= _SHIFT_MOST and alike >= _SHARE:
        return _told("datum_shift", alike, facts)
    return None


def _told(
    kind: str,
    share: float,
    facts: tuple[int, float, float, float],
    crs: Crs | None = None,
    seems: str = "",
) -> Explained:
    pairs, before, east, north = facts
    told: dict[str, object] = {
        "pairs": pairs,
        "share_explained": round(share, 4),
        "offset_m": round(before, 2) if np.isfinite(before) else None,
        "east_m": round(east, 2) if np.isfinite(east) else None,
        "north_m": round(north, 2) if np.isfinite(north) else None,
    }
    return Explained(kind, pairs, share, before, east, north, crs, seems, told)


def metres(one: FloatArray, other: FloatArray) -> FloatArray:
    """``one − other`` (longitude, latitude) as metres east and north, shape ``(n, 2)``."""
    with np.errstate(invalid="ignore"):
        latitude = np.radians(other[:, 1])
        step = np.radians(one - other)
        return np.column_stack([step[:, 0] * np.cos(latitude), step[:, 1]]) * _RADIUS


def _near(offset: FloatArray) -> float:
    return float(np.mean(np.nan_to_num(np.hypot(*offset.T), nan=np.inf) <= _NEAR))


def _middles(table: Table, rows: IntArray) -> FloatArray:
    if table.geometry is None:
        return np.empty((0, 2))
    return shapely.get_coordinates(shapely.centroid(table.geometry[rows])).reshape(-1, 2)


def _matches(table: Table, previous: Table) -> Iterator[tuple[IntArray, IntArray]]:
    """Rows of both that may be the same parcel: by BSM, then by shape."""
    if table.geometry is None or previous.geometry is None:
        return
    for pairing in (_same_name, _same_shape):
        mine, theirs = pairing(table, previous)
        if len(mine) >= _LEAST:
            some = np.unique(np.linspace(0, len(mine) - 1, _MOST).astype(np.int64))
            yield mine[some], theirs[some]


def _same_name(table: Table, previous: Table) -> tuple[IntArray, IntArray]:
    own, there = (np.asarray(each.text("BSM"), dtype=str) for each in (table, previous))
    mine, theirs = (
        np.flatnonzero(each.usable & _once(names))
        for each, names in ((table, own), (previous, there))
    )
    _, first, second = np.intersect1d(own[mine], there[theirs], return_indices=True)
    return mine[first], theirs[second]


def _once(names: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Names that are there and there once."""
    _, inverse, counts = np.unique(names, return_inverse=True, return_counts=True)
    return (counts[inverse] == 1) & (names != "")


def _same_shape(table: Table, previous: Table) -> tuple[IntArray, IntArray]:
    """Rings of one shape: corners, area, outline, hull and reach alike, and of no other ring."""
    mine, own = _shapes(table, np.flatnonzero(table.usable), _MOST)
    theirs, there = _shapes(previous, np.flatnonzero(previous.usable), _MOST_RINGS)
    if len(mine) < _LEAST or len(theirs) < _LEAST:
        return mine[:0], theirs[:0]
    distance, found = cKDTree(there).query(own, k=2)
    alone = (distance[:, 0] < 1.0) & (distance[:, 1] > 3.0)
    return mine[alone], theirs[found[alone, 0]]


def _shapes(table: Table, rows: IntArray, most: int) -> tuple[IntArray, FloatArray]:
    """Numbers of a ring that moving and turning leave, in units of likeness."""
    if len(rows) > most:
        rows = rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
    shapes = table.geometry[rows]  # type: ignore[index]
    hull = shapely.convex_hull(shapes)
    with np.errstate(divide="ignore", invalid="ignore"):
        facts = np.log(
            np.column_stack(
                [
                    np.sqrt(shapely.area(shapes)),
                    shapely.length(shapes),
                    np.sqrt(shapely.area(hull)),
                    shapely.length(hull),
                ]
            )
        )
    facts = np.column_stack([facts / _ALIKE, shapely.get_num_coordinates(shapes) * 10.0])
    good = np.isfinite(facts).all(axis=1)
    return rows[good], facts[good]
