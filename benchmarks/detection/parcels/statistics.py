"""The continuous statistics that the product's measures offer for every parcel.

Each reader takes a :class:`Case` and returns an array over the DLTB rows
(higher is more suspicious, NaN abstains), or ``None`` where this version has no
such measure: the report then says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from onemap_verify.checks.measures.case import Case
from onemap_verify.checks.rules.terrain_base import compare_layer

Reader = Callable[[Case], Any]


def slope_grade(case: Case) -> Any:
    """Minus the logarithm of the probability of an honest deviation so large."""
    table = case.parcels
    compared = None if table is None else compare_layer(case, "DLTB")
    if table is None or compared is None or compared.agreement is None:
        return None
    out = np.full(len(table), np.nan)
    found = compared.agreement
    # Parcels that agree all have probability 1: the smaller the declared grade's share, the
    # nearer they are to disagreeing.
    fine = 1e-3 * (1 - found.declared_share)
    out[found.rows] = -np.log10(found.honest.clip(1e-12)) + fine
    return out


def area(case: Case) -> Any:
    """Deviation of TBMJ from the area of the stored vertices, as a share of it."""
    table = case.parcels
    measured = case.areas.layers.get("DLTB")
    if table is None or measured is None:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.abs(table.number("TBMJ") - measured.ellipsoid) / measured.ellipsoid


def regular(case: Case) -> Any:
    """Larger of the two tests of regular outlines: on a grid, or evenly spaced."""
    found = getattr(case, "lattice", None)
    return None if found is None else np.fmax(found.grid, found.even)


def apart(case: Case) -> Any:
    """Distance from last year's parcel of the same BSM, in sizes of the parcel."""
    table, found = case.parcels, getattr(case, "history", None)
    if table is None or found is None:
        return None
    size = np.sqrt(shapely.area(table.measurable))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(size > 0, found.apart / size, np.nan)


def intrusion(case: Case) -> Any:
    """Share of the parcel that lies in permanent basic farmland, where built on."""
    found = getattr(case, "control", None)
    crossing = None if found is None else found.crossings.get("farmland")
    return None if crossing is None else np.where(crossing.tested, crossing.share, np.nan)


def path(*places: str) -> Reader:
    """The first of several dotted paths below a case that leads to an array."""

    def read(case: Case) -> Any:
        for place in places:
            value: Any = case
            for name in place.split("."):
                value = getattr(value, name, None)
                if value is None:
                    break
            if value is not None:
                return value
        return None

    return read


STATISTICS: dict[str, Reader] = {
    "slope grade: -log p": slope_grade,
    "area: relative deviation": area,
    "class: contradiction": path("picture.signatures.judged.suspicion"),
    "change: departure": path("change.measure.departure"),
    "change: contrast": path("change.measure.contrast"),
    "edges: parcel, by both sides": path("edges.sides.parcel"),
    "edges: block, by both sides": path("edges.sides.block"),
    "edges: block": path("edges.around.parcel_statistic"),
    "rings: copied": path("copies.statistic"),
    "rings: regular, -log p": regular,
    "rings: share of right angles": path("lattice.staircase"),
    "splits: common outline": path("splits.statistic"),
    "identifier: distance from last year's": apart,
    "class: unlikely change": path("history.statistic"),
    "farmland: share built on": intrusion,
}
