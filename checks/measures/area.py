"""Ellipsoid area of polygons by the published trapezoid formula.

The land survey computes TBMJ not on the plane but on the ellipsoid, from the
stored vertices: each Gauss-Krüger coordinate is taken back to latitude and
longitude, and every edge contributes the ellipsoidal trapezoid between it and
the prime meridian (国土调查办发〔2008〕32号; TD/T 1055-2019). Nothing may be
densified, snapped or reprojected first: a vertex more or less changes the
answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from ..table import FloatArray, GeometryArray, IntArray, Table, sums_by

if TYPE_CHECKING:
    from ..standard import Standard
    from .frame import FrameMeasure

ARC_SECONDS = 206264.8062471
"""Arc-seconds in one radian, with the digits the published formula prescribes."""

_STEPS = (4.0, 2.0, 1.0, 0.5, 0.25, 0.125, 0.1, 0.05, 0.01)
"""Steps in metres to which careless exports round: decimals, and single precision."""

_STEP_SHARE = 0.999
_STEP_NOISE = 1e-6
_STEP_SAMPLE = 50_000

_CHUNK = 20_000
"""Polygons taken at once, so that memory stays bounded by the block."""


@dataclass(frozen=True)
class Ellipsoid:
    """Constants of a reference ellipsoid as the area rule prints them.

    ``a``, ``b``, ``c`` in metres; ``e2``, ``ep2`` first and second
    eccentricity squared; ``k0`` … ``k4`` of the footpoint latitude series
    (``k0`` in radians per metre).
    """

    a: float
    b: float
    c: float
    e2: float
    ep2: float
    k0: float
    k1: float
    k2: float
    k3: float
    k4: float

    @classmethod
    def of(cls, constants: dict[str, Any]) -> Ellipsoid:
        """Build from the standard's ``ellipsoid.json`` entry."""
        return cls(**{name: float(constants[name]) for name in cls.__dataclass_fields__})

    @property
    def series(self) -> tuple[float, float, float, float, float]:
        """Coefficients A…E of the trapezoid formula."""
        e2, e4, e6, e8 = self.e2, self.e2**2, self.e2**3, self.e2**4
        return (
            1 + 3 / 6 * e2 + 30 / 80 * e4 + 35 / 112 * e6 + 630 / 2304 * e8,
            1 / 6 * e2 + 15 / 80 * e4 + 21 / 112 * e6 + 420 / 2304 * e8,
            3 / 80 * e4 + 7 / 112 * e6 + 180 / 2304 * e8,
            1 / 112 * e6 + 45 / 2304 * e8,
            5 / 2304 * e8,
        )


@dataclass(frozen=True)
class LayerArea:
    """Areas of one polygon layer, in m², all of shape ``(rows,)``.

    ``ellipsoid`` by the rule and ``plane`` in the projection, both unrounded
    and NaN where the geometry cannot be measured. ``edge_effect`` is how much
    the area would change if edges were straight on the plane instead of
    between stored latitudes and longitudes (signed; matters for long edges).
    ``perimeter`` in metres.
    """

    ellipsoid: FloatArray
    plane: FloatArray
    edge_effect: FloatArray
    perimeter: FloatArray


@dataclass(frozen=True)
class AreaMeasure:
    """Areas by layer name; layers whose frame is unknown are missing."""

    layers: dict[str, LayerArea]
    ellipsoid: Ellipsoid


def coordinate_step(geometries: GeometryArray) -> float:
    """Largest of the usual steps to which coordinates in metres were rounded; 0 if to none."""
    xy = shapely.get_coordinates(geometries)
    xy = xy[np.isfinite(xy).all(axis=1)]
    xy = xy[:: max(len(xy) // _STEP_SAMPLE, 1)]
    if len(xy) < 3:
        return 0.0
    out = 0.0
    for axis in xy.T:
        for step in _STEPS:
            rest = np.abs(axis / step - np.round(axis / step)) * step
            if (rest <= _STEP_NOISE).mean() >= _STEP_SHARE:
                out = max(out, step)
                break
    return out


def geodetic_from_gauss(
    east: FloatArray, north: FloatArray, central_meridian: float, ellipsoid: Ellipsoid
) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude in radians from Gauss-Krüger coordinates.

    Parameters
    ----------
    east
        Metres east of the central meridian (false easting and zone removed).
    north
        Metres north of the equator.
    central_meridian
        Degrees.

    Returns
    -------
    latitude, longitude
        Radians, each rounded to 1e-6 arc-second as the rule prescribes.
    """
    e = ellipsoid.k0 * north
    sin_e = np.sin(e)
    square = sin_e * sin_e
    foot = e + np.cos(e) * sin_e * (
        ellipsoid.k1 - square * (ellipsoid.k2 - square * (ellipsoid.k3 - square * ellipsoid.k4))
    )
    t = np.tan(foot)
    cos_f = np.cos(foot)
    t2 = t * t
    n2 = ellipsoid.ep2 * cos_f * cos_f
    v2 = 1 + n2
    u = east * np.sqrt(v2) / ellipsoid.c
    u2 = u * u
    latitude = foot - v2 * t / 2 * u2 * (
        1
        - (5 + 3 * t2 + n2 - 9 * n2 * t2) / 12 * u2
        + (61 + 90 * t2 + 45 * t2 * t2) / 360 * u2 * u2
    )
    offset = (
        u
        / cos_f
        * (
            1
            - (1 + 2 * t2 + n2) / 6 * u2
            + (5 + 28 * t2 + 24 * t2 * t2 + 6 * n2 + 8 * n2 * t2) / 120 * u2 * u2
        )
    )
    longitude = np.radians(central_meridian) + offset
    return _round_arc(latitude), _round_arc(longitude)


def _round_arc(radians: FloatArray) -> FloatArray:
    return np.round(radians * ARC_SECONDS, 6) / ARC_SECONDS


def trapezoids(
    latitude1: FloatArray,
    longitude1: FloatArray,
    latitude2: FloatArray,
    longitude2: FloatArray,
    ellipsoid: Ellipsoid,
) -> FloatArray:
    """Signed area in m² between each edge and the prime meridian (radians in)."""
    width = (longitude1 + longitude2) / 2
    half = (latitude2 - latitude1) / 2
    middle = (latitude1 + latitude2) / 2
    total = np.zeros_like(width)
    sign = 1.0
    for order, coefficient in zip((1, 3, 5, 7, 9), ellipsoid.series):
        total += sign * coefficient * np.sin(order * half) * np.cos(order * middle)
        sign = -sign
    return 2 * ellipsoid.b**2 * width * total


def ellipsoid_area(
    geometries: GeometryArray,
    central_meridian: float,
    false_easting: float,
    ellipsoid: Ellipsoid,
) -> LayerArea:
    """Areas of polygons stored in a 3° or 6° Gauss-Krüger zone.

    Parameters
    ----------
    geometries
        Polygons or multipolygons, shape ``(n,)``; ``None`` and anything else
        gives NaN. Holes are subtracted.
    central_meridian
        Degrees.
    false_easting
        Metres, with the zone prefix where the coordinates carry one
        (39 500 000 or 500 000).

    References
    ----------
    国土调查办发〔2008〕32号, with the CGCS2000 constants; checked against
    ``domain/area_test_vectors.json``.
    """
    return _by_chunks(geometries, ellipsoid, (central_meridian, false_easting))


def ellipsoid_area_geographic(geometries: GeometryArray, ellipsoid: Ellipsoid) -> LayerArea:
    """The same for polygons stored in degrees (x = longitude, y = latitude).

    ``plane`` and ``perimeter`` then come from the local metric of each vertex
    and serve only for tolerances.
    """
    return _by_chunks(geometries, ellipsoid, None)


def _by_chunks(
    geometries: GeometryArray, ellipsoid: Ellipsoid, zone: tuple[float, float] | None
) -> LayerArea:
    count = len(geometries)
    out = [np.full(count, np.nan) for _ in range(4)]
    for start in range(0, count, _CHUNK):
        part = geometries[start : start + _CHUNK]
        for whole, values in zip(out, _areas(part, ellipsoid, zone)):
            whole[start : start + _CHUNK] = values
    return LayerArea(*out)


def _areas(
    geometries: GeometryArray, ellipsoid: Ellipsoid, zone: tuple[float, float] | None
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    count = len(geometries)
    polygonal = np.isin(shapely.get_type_id(geometries), (3, 6)) & ~shapely.is_empty(geometries)
    owners = np.flatnonzero(polygonal)
    parts, part_owner = shapely.get_parts(geometries[owners], return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    hole = np.zeros(len(rings), dtype=bool)
    hole[1:] = ring_part[1:] == ring_part[:-1]
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    inside = ring_of[1:] == ring_of[:-1]
    edge_ring = ring_of[1:][inside]

    if zone is None:
        longitude, latitude = _round_arc(np.radians(xy[:, 0])), _round_arc(np.radians(xy[:, 1]))
        radius = ellipsoid.c / np.sqrt(1 + ellipsoid.ep2 * np.cos(latitude) ** 2)
        east = longitude * radius * np.cos(latitude)
        north = latitude * radius
    else:
        east, north = xy[:, 0] - zone[1], xy[:, 1]
        with np.errstate(all="ignore"):
            latitude, longitude = geodetic_from_gauss(east, north, zone[0], ellipsoid)

    def step(values: FloatArray) -> tuple[FloatArray, FloatArray]:
        return values[:-1][inside], values[1:][inside]

    with np.errstate(all="ignore"):
        (b1, b2), (l1, l2), (e1, e2), (n1, n2) = map(step, (latitude, longitude, east, north))
        edge = trapezoids(b1, l1, b2, l2, ellipsoid)
        across, along = e2 - e1, n2 - n1
        # Heights above each ring's first vertex: full coordinates would cost
        # the products their last digits.
        first = north[np.searchsorted(ring_of, edge_ring)]
        flat = -across * ((n1 - first) + (n2 - first)) / 2
        # A line that is straight on the plane bulges toward the pole of the
        # line that is straight in (sin B, L); integrated along the edge this
        # is ΔE (ΔE² + 3 ΔN²) tan B / (12 R). It cancels between opposite
        # edges and stays for long unbalanced ones.
        bulge = across * (across**2 + 3 * along**2) * np.tan((b1 + b2) / 2) / (12 * ellipsoid.a)
        length = np.hypot(across, along)

    ring_count = len(rings)
    ring_area = sums_by(edge_ring, edge, ring_count)
    ring_plane = sums_by(edge_ring, flat, ring_count)
    ring_bulge = sums_by(edge_ring, bulge, ring_count)
    ring_length = sums_by(edge_ring, length, ring_count)
    # Counter-clockwise rings have positive plane area; a shell walked east
    # along its south edge loses what the bulge adds there.
    turn = np.where(ring_plane < 0, -1.0, 1.0)
    role = np.where(hole, -1.0, 1.0)
    owner: IntArray = owners[part_owner[ring_part]]

    def gather(values: FloatArray) -> FloatArray:
        total = sums_by(owner, values, count)
        return np.where(polygonal & np.isfinite(total), total, np.nan)

    return (
        gather(role * np.abs(ring_area)),
        gather(role * np.abs(ring_plane)),
        gather(-role * turn * ring_bulge),
        gather(ring_length),
    )


def round_area(area: FloatArray) -> FloatArray:
    """Round to 0.01 m², half away from zero, as the rule prescribes."""
    return np.copysign(np.floor(np.abs(area) * 100 + 0.5) / 100, area)


def measure_areas(layers: dict[str, Table], frame: FrameMeasure, standard: Standard) -> AreaMeasure:
    """Areas of every polygon layer whose frame is known."""
    constants = standard.data("ellipsoid.json")["ellipsoids"]
    ellipsoid = Ellipsoid.of(constants["CGCS2000"])
    out: dict[str, LayerArea] = {}
    for name, table in layers.items():
        if table.geometry is None:
            continue
        geometry = table.measurable
        if frame.geographic(name):
            out[name] = ellipsoid_area_geographic(geometry, ellipsoid)
            continue
        meridian = frame.central_meridian(name)
        if not np.isfinite(meridian):
            continue
        easting = frame.false_easting(name)
        out[name] = ellipsoid_area(geometry, meridian, easting, ellipsoid)
    return AreaMeasure(out, ellipsoid)
