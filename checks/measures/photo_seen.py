"""What all photos of a parcel show of it together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..table import FloatArray, IntArray
from .photo import PhotoMeasure
from .photo_view import wedges


@dataclass(frozen=True)
class ParcelSeen:
    """One value per parcel of DLTB that has placed photos; arrays of shape ``(parcels,)``.

    ``parcel`` is the row, ``photos`` how many are placed, ``seeing`` how many
    of them show any of it; ``share`` the part of its area inside the union of
    their fields of view, no farther than the reach; ``spread`` the diameter of
    the stations and ``diameter`` that of the parcel, in metres.
    """

    parcel: IntArray
    photos: IntArray
    seeing: IntArray
    share: FloatArray
    spread: FloatArray
    diameter: FloatArray


def measure_seen(measure: PhotoMeasure, reach: float) -> ParcelSeen:
    """Union of the wedges of each parcel's photos, ``reach`` metres long."""
    placed = np.isfinite(measure.xy).all(axis=1) & (measure.parcel >= 0)
    placed &= ~shapely.is_missing(measure.target)
    rows = np.flatnonzero(placed)
    order = rows[np.argsort(measure.parcel[rows], kind="stable")]
    parcel, starts = np.unique(measure.parcel[order], return_index=True)
    lengths = np.full(len(measure), reach)
    half = measure.view.half_view
    azimuth = np.where(measure.photos.aerial, np.nan, measure.azimuth)
    fans = wedges(measure.xy, azimuth, half, lengths) if len(rows) else measure.target
    share, spread = np.zeros(len(parcel)), np.zeros(len(parcel))
    diameter, seeing = np.zeros(len(parcel)), np.zeros(len(parcel), dtype=np.int64)
    groups = np.split(order, starts[1:]) if len(parcel) else []
    for place, group in enumerate(groups):
        target = measure.target[group[0]]
        parts = shapely.intersection(fans[group], target)
        seeing[place] = int((shapely.area(parts) > 0).sum())
        share[place] = shapely.area(shapely.union_all(parts)) / max(target.area, 1e-9)
        spread[place] = _diameter(shapely.MultiPoint(measure.xy[group]))
        diameter[place] = _diameter(target)
    counts = np.array([len(group) for group in groups], dtype=np.int64)
    return ParcelSeen(parcel, counts, seeing, share, spread, diameter)


def _diameter(geometry: shapely.Geometry) -> float:
    """The longer side of the smallest rectangle around a geometry."""
    rectangle = shapely.oriented_envelope(geometry)
    corners = shapely.get_coordinates(rectangle)
    if len(corners) < 2:
        return 0.0
    return float(np.hypot(*np.diff(corners, axis=0).T).max())
