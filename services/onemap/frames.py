"""Coordinate frames as services name them, and boxes carried from one to another."""

from __future__ import annotations

import re

import numpy as np
from osgeo import osr

from ...checks.reproject import Reprojection, ReprojectionError, quiet, reference

Box = tuple[float, float, float, float]
"""Least x, least y, greatest x, greatest y; east before north whatever the CRS says."""

DEGREES = "EPSG:4490"
"""Where a box is given in degrees without more: CGCS2000."""
_CODES = re.compile(r"(?:EPSG|epsg)(?:.*?[:/#])(\d{4,6})$|^(\d{4,6})$")
_STEPS = 21


def code(name: str | None) -> str:
    """``EPSG:4528`` from any spelling (urn, http, gml), ``OGC:CRS84``, or empty."""
    text = (name or "").strip().rstrip("/")
    if "CRS84" in text.upper():
        return "OGC:CRS84"
    match = _CODES.search(text)
    return f"EPSG:{match.group(1) or match.group(2)}" if match else ""


def number(name: str) -> str:
    """The bare number of ``EPSG:4528``."""
    return name.rpartition(":")[2]


def wkt(name: str) -> str:
    """WKT of a code; empty when PROJ does not know it."""
    found = reference(name)
    return found.ExportToWkt() if found is not None else ""


def is_north_first(name: str) -> bool:
    """Whether the authority lists north before east."""
    crs = osr.SpatialReference()
    with quiet():
        try:
            if crs.SetFromUserInput(name) != 0:
                return False
        except RuntimeError:
            return False
    return bool(crs.EPSGTreatsAsLatLong() or crs.EPSGTreatsAsNorthingEasting())


def carried(box: Box, source: str, target: str) -> Box | None:
    """``box`` in another CRS, edges followed; ``None`` where it cannot be carried."""
    try:
        there = Reprojection(source, target)
    except ReprojectionError:
        return None
    west, south, east, north = box
    along = np.linspace(0.0, 1.0, _STEPS)
    x, y = west + (east - west) * along, south + (north - south) * along
    edges = [np.column_stack([x, np.full(_STEPS, each)]) for each in (south, north)]
    edges += [np.column_stack([np.full(_STEPS, each), y]) for each in (west, east)]
    points = there.points(np.concatenate(edges))
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return None
    (least_x, least_y), (most_x, most_y) = points.min(axis=0), points.max(axis=0)
    return float(least_x), float(least_y), float(most_x), float(most_y)


def swapped(box: Box) -> Box:
    """The box with its axes exchanged."""
    return box[1], box[0], box[3], box[2]


def meet(one: Box | None, other: Box | None) -> bool:
    """Whether two boxes touch; an unknown one touches everything."""
    if one is None or other is None:
        return True
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]


def common(one: Box, other: Box) -> Box | None:
    """What two boxes have in common."""
    found = (
        *(max(one[0], other[0]), max(one[1], other[1])),
        *(min(one[2], other[2]), min(one[3], other[3])),
    )
    return found if found[0] < found[2] and found[1] < found[3] else None


def metres_per_unit(name: str) -> float:
    """Metres along a meridian per unit of the CRS."""
    crs = reference(name)
    if crs is None or not crs.IsGeographic():
        return 1.0 if crs is None else crs.GetLinearUnits() or 1.0
    return 111_320.0
