"""Points along the outlines of parcels, with the direction that leads out of the parcel.

The direction is that of a chord a few pixels long, not of the edge itself: a
staircase of single pixels, or a line digitised with a trembling hand, runs as
a whole where the boundary in the picture runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..table import FloatArray, IntArray
from .shape_vertices import Rings

_HALF_CHORD = 2.0
_STRAIGHT = 0.6
_FAR = 1e7
_AT_ONCE = 500_000

Single = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Samples:
    """Points on outlines, in pixels; all arrays ``(s,)``.

    Attributes
    ----------
    x, y
        Column and row, fractional; cell (0, 0) spans 0…1.
    out_x, out_y
        Unit vector out of the parcel.
    row
        The parcel.
    """

    x: Single
    y: Single
    out_x: Single
    out_y: Single
    row: IntArray

    def __len__(self) -> int:
        return len(self.row)


def boundary_samples(
    rings: Rings, pixels: FloatArray, rows: int, most: int, closest: float = 1.0
) -> Samples:
    """Even samples along all rings, at most about ``most`` a parcel.

    Parameters
    ----------
    rings
        Rings of the parcels.
    pixels
        Columns and rows of their vertices, ``(v, 2)``; rings with a vertex
        that has no place are left out.
    rows
        Number of parcels.
    closest
        Least distance of two samples in pixels; nearer ones say the same.
    """
    rings = _placed(rings, pixels)
    if not len(rings.starts):
        none = np.zeros(0, dtype=np.float32)
        return Samples(none, none, none, none, np.zeros(0, dtype=np.int64))
    step = rings.xy[rings.after()] - rings.xy
    length = np.hypot(step[:, 0], step[:, 1])
    around = np.add.reduceat(length, rings.starts)
    total = np.bincount(rings.row, around, minlength=rows)
    spacing = np.maximum(total / max(most, 1), closest)[rings.row]
    long = around > 4 * _HALF_CHORD
    count = np.where(long, np.floor(around / spacing), 0).astype(np.int64)
    walk = _Walk(rings, step, length, around)
    # A county has tens of millions of places to compute: some rings at a time.
    part = np.cumsum(count) // _AT_ONCE
    edges = np.flatnonzero(np.diff(part)) + 1
    parts = [
        _along(walk, np.arange(first, last), count, around)
        for first, last in zip([0, *edges.tolist()], [*edges.tolist(), len(count)])
    ]
    x, y, out_x, out_y, row = (np.concatenate(columns) for columns in zip(*parts))
    return Samples(x, y, out_x, out_y, row)


def _along(
    walk: _Walk, chosen: IntArray, count: IntArray, around: FloatArray
) -> tuple[Single, Single, Single, Single, IntArray]:
    """Samples of the ``chosen`` rings, ``count`` on each: columns as of :class:`Samples`."""
    own = count[chosen]
    ring = np.repeat(chosen, own)
    place = np.arange(len(ring)) - np.repeat(np.cumsum(own) - own, own)
    along = (place + 0.5) * around[ring] / np.maximum(count[ring], 1)
    chord = walk.at(ring, along + _HALF_CHORD) - walk.at(ring, along - _HALF_CHORD)
    size = np.hypot(chord[:, 0], chord[:, 1])
    # At a corner the chord cuts across, and no single direction leads out.
    keep = size > _STRAIGHT * 2 * _HALF_CHORD
    ring, along, chord = ring[keep], along[keep], chord[keep] / size[keep, None]
    here = walk.at(ring, along)
    # Left of the ring lies (-dy, dx); ``side`` tells whether the parcel is there.
    sign = -walk.side[ring]
    return (
        here[:, 0].astype(np.float32),
        here[:, 1].astype(np.float32),
        (-chord[:, 1] * sign).astype(np.float32),
        (chord[:, 0] * sign).astype(np.float32),
        walk.row[ring],
    )


def _placed(rings: Rings, pixels: FloatArray) -> Rings:
    with np.errstate(invalid="ignore"):
        good = (np.abs(pixels) < _FAR).all(axis=1)
    if not good.all():
        bad = np.unique(rings.vertex_ring()[~good])
        lost = np.isin(rings.vertex_ring(), bad)
        pixels = np.where(good[:, None], pixels, 0.0)
        return replace(rings, xy=pixels).kept(~lost)
    return replace(rings, xy=pixels)


class _Walk:
    """Places on rings by the way walked from their first vertex."""

    def __init__(
        self, rings: Rings, step: FloatArray, length: FloatArray, around: FloatArray
    ) -> None:
        self._rings = rings
        self.row = rings.row
        self.side = rings.side()
        self._step = step
        self._length = length
        self._around = around
        self._ends = np.cumsum(length)
        self._begin = self._ends[rings.starts] - length[rings.starts]

    def at(self, ring: IntArray, along: FloatArray) -> FloatArray:
        """Coordinates ``along`` pixels from the first vertex of ``ring``, ``(n, 2)``."""
        # np.mod may return the divisor itself for tiny negative numbers.
        way = self._begin[ring] + np.mod(along, self._around[ring])
        first = self._rings.starts[ring]
        last = first + self._rings.sizes[ring] - 1
        edge = np.clip(np.searchsorted(self._ends, way, side="right"), first, last)
        length = self._length[edge]
        part = (way - (self._ends[edge] - length)) / np.where(length > 0, length, 1.0)
        return self._rings.xy[edge] + self._step[edge] * np.clip(part, 0.0, 1.0)[:, None]
