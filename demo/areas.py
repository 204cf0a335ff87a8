"""Areas as the survey books them: on the ellipsoid, rounded, balanced to the cent."""

from __future__ import annotations

import numpy as np

from ..checks.measures.area import Ellipsoid, ellipsoid_area
from ..checks.standard import Standard
from ..checks.table import FloatArray, GeometryArray, IntArray
from .terrain import CENTRAL_MERIDIAN, FALSE_EASTING


def cents(areas: FloatArray) -> IntArray:
    """Areas in 0.01 m², rounded half away from zero."""
    return np.floor(np.asarray(areas) * 100 + 0.5).astype(np.int64)


def ellipsoid_areas(shapes: GeometryArray, standard: Standard) -> FloatArray:
    """Ellipsoid areas in m² by the published formula."""
    constants = standard.data("ellipsoid.json")["ellipsoids"]["CGCS2000"]
    ellipsoid = Ellipsoid.of({k: v for k, v in constants.items() if k in Ellipsoid.__annotations__})
    return ellipsoid_area(shapes, CENTRAL_MERIDIAN, FALSE_EASTING, ellipsoid).ellipsoid


def balance(parts: IntArray, owner: IntArray, totals: IntArray) -> IntArray:
    """Share what is missing to each total over its parts, in steps of 0.01 m².

    Every part of the larger ones gets the same whole number of steps, the
    largest one more each until nothing is left (the legal balancing).

    Parameters
    ----------
    parts
        Areas in 0.01 m², ``(n,)``.
    owner
        Which total each part belongs to, ``(n,)``.
    totals
        Areas in 0.01 m², ``(owners,)``.
    """
    out = parts.copy()
    for number, total in enumerate(totals.tolist()):
        rows = np.flatnonzero(owner == number)
        if len(rows) == 0:
            continue
        missing = total - int(out[rows].sum())
        sign = 1 if missing > 0 else -1
        each, rest = divmod(abs(missing), len(rows))
        out[rows] += sign * each
        largest = rows[np.argsort(-out[rows], kind="stable")][:rest]
        out[largest] += sign
    return out
