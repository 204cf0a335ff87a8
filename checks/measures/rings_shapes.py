"""Rings as shapes: what is left of them when place, size, direction and start are forgotten.

A ring of ``V`` vertices is a closed polygon in the complex plane. The moduli of
its discrete Fourier coefficients over its norm do not change when it is moved,
turned, scaled, mirrored or started at another vertex (Zahn & Roskies 1972, IEEE
Trans. Computers C-21, 269–281; Persoon & Fu 1977), so that copies are near one
another whatever was done to them. Whether two rings truly are the same is then
settled by the best similarity between them (Procrustes; Kendall 1984), over all
starting vertices at once by the circular correlation theorem.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from ..table import BoolArray, FloatArray, IntArray
from .shape_vertices import Rings

ComplexArray = npt.NDArray[np.complex128]

LEAST_VERTICES = 7
_HARMONICS = 6
_MOST_PAIRS = 3_000_000
_CHUNK = 1 << 20
_SQUARE = np.radians(3.0)
_ALIKE_TURN = np.radians(2.0)
_ALIKE_LENGTH = 0.03
_SQUARE_BITS, _SQUARE_LEVEL = 1.5, 0.5


@dataclass(frozen=True)
class Shapes:
    """Outer rings without repeated vertices, run counter-clockwise about their centres.

    ``points`` holds all vertices ring after ring, ``starts`` and ``sizes``
    where each ring lies; ``row`` its polygon; ``centre`` complex; ``radius``
    the root mean square distance from the centre in m; ``free`` the number of
    vertices that no right angle, arc or even spacing explains; ``square`` what
    those at multiples of 45° tell in bits; ``edge`` the median edge in m.
    """

    points: ComplexArray
    starts: IntArray
    sizes: IntArray
    row: IntArray
    centre: ComplexArray
    radius: FloatArray
    free: IntArray
    square: FloatArray
    edge: FloatArray

    def __len__(self) -> int:
        return len(self.row)

    def of(self, chosen: IntArray, size: int) -> ComplexArray:
        """Vertices of ``chosen`` rings, all of ``size`` vertices, ``(n, size)``."""
        return self.points[self.starts[chosen, None] + np.arange(size)]


def shapes(rings: Rings, repeated: float = 1e-3) -> Shapes:
    """Outer rings of at least seven vertices; coordinates in metres."""
    step = rings.xy - rings.xy[rings.before()]
    clean = rings.kept(np.hypot(step[:, 0], step[:, 1]) > repeated)
    side = clean.side()
    keep = ~clean.inner & (clean.sizes >= LEAST_VERTICES)
    at = np.repeat(keep, clean.sizes)
    sizes, row, side = clean.sizes[keep], clean.row[keep], side[keep]
    xy = clean.xy[at]
    starts = (np.cumsum(sizes) - sizes).astype(np.int64)
    # Eight digits before the point would cost precision in the sums.
    origin = np.repeat(xy[starts], sizes, axis=0) if len(xy) else xy
    local = (xy - origin) @ np.array([1, 1j])
    ring = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(len(xy)) - starts[ring]
    # Clockwise rings are read backwards.
    backward = side[ring] < 0
    points = local[starts[ring] + np.where(backward, sizes[ring] - 1 - place, place)]
    middle = _sum(points, starts) / np.maximum(sizes, 1)
    points = points - middle[ring]
    radius = np.sqrt(_sum(np.abs(points) ** 2, starts).real / np.maximum(sizes, 1))
    centre = middle + (xy[starts] @ np.array([1, 1j]) if len(xy) else middle)
    free, square, edge = _freedom(points, starts, sizes, ring, place)
    return Shapes(points, starts, sizes, row, centre, radius, free, square, edge)


def _sum(values: npt.NDArray[np.generic], starts: IntArray) -> ComplexArray:
    if not len(starts):
        return np.zeros(0, dtype=complex)
    return np.add.reduceat(values.astype(complex), starts)


def _freedom(
    points: ComplexArray, starts: IntArray, sizes: IntArray, ring: IntArray, place: IntArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Free vertices, bits of square ones, and the median edge of each ring."""
    if not len(points):
        return np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0)
    after = starts[ring] + (place + 1) % sizes[ring]
    before = starts[ring] + (place - 1) % sizes[ring]
    edge = points[after] - points
    length = np.abs(edge)
    turn = np.angle(edge / np.where(length[before] > 0, edge[before], 1.0))
    eighth = np.pi / 4
    square = np.abs(turn - eighth * np.rint(turn / eighth)) < _SQUARE
    level = np.abs(length - length[before]) < _ALIKE_LENGTH * length
    arc = (np.abs(turn - turn[before]) < _ALIKE_TURN) & level
    free = np.bincount(ring[~square & ~arc], minlength=len(sizes)).astype(np.int64)
    # Left or right, and one of a few lengths: much less than what a free vertex tells.
    told = np.where(square, np.where(level, _SQUARE_LEVEL, _SQUARE_BITS), 0.0)
    order = np.lexsort((length, ring))
    bits = np.bincount(ring, told, minlength=len(sizes)).astype(np.float64)
    return free, bits, length[order][starts + sizes // 2]


@dataclass(frozen=True)
class Pairs:
    """Pairs of rings that are the same shape; arrays ``(k,)``.

    ``first`` and ``second`` are places among the shapes; ``residual`` the root
    mean square distance in m of their vertices after the best similarity, in
    the size of the smaller; ``scale`` (second over first), ``angle`` degrees,
    ``mirrored``, ``apart`` the distance of their centres in m.
    """

    first: IntArray
    second: IntArray
    residual: FloatArray
    scale: FloatArray
    angle: FloatArray
    mirrored: BoolArray
    apart: FloatArray

    def only(self, chosen: BoolArray) -> Pairs:
        """Those ``chosen``."""
        return Pairs(*(part[chosen] for part in vars(self).values()))


def same_shapes(some: Shapes, worth: BoolArray, noise: float) -> Pairs:
    """Pairs among the shapes ``worth`` comparing that match to about ``noise`` metres."""
    found = [
        _match(some, first, second, size) for size, first, second in _candidates(some, worth, noise)
    ]
    if not found:
        none, blank = np.zeros(0, dtype=np.int64), np.zeros(0)
        return Pairs(none, none, blank, blank, blank, np.zeros(0, dtype=bool), blank)
    pairs = Pairs(*(np.concatenate(parts) for parts in zip(*(vars(one).values() for one in found))))
    return pairs.only(pairs.residual <= noise)


def _candidates(
    some: Shapes, worth: BoolArray, noise: float
) -> Iterator[tuple[int, IntArray, IntArray]]:
    for size in np.unique(some.sizes[worth]):
        chosen = np.flatnonzero(worth & (some.sizes == size))
        if len(chosen) < 2:
            continue
        marks = _marks(some.of(chosen, int(size)))
        tree = cKDTree(marks)
        typical = float(np.quantile(some.radius[chosen], 0.25))
        reach = float(np.clip(4 * noise / (np.sqrt(size) * max(typical, 1e-3)), 1e-4, 0.05))
        while reach > 1e-5 and tree.count_neighbors(tree, reach) > 2 * _MOST_PAIRS + len(chosen):
            reach /= 2
        pairs = tree.query_pairs(reach, output_type="ndarray")
        step = max(1, _CHUNK // int(size))
        for first in range(0, len(pairs), step):
            part = pairs[first : first + step]
            yield int(size), chosen[part[:, 0]], chosen[part[:, 1]]


def _marks(points: ComplexArray) -> FloatArray:
    """What no similarity and no choice of start changes, ``(n, marks)``."""
    size = points.shape[1]
    most = min(_HARMONICS, (size - 1) // 2)
    which = np.concatenate([np.arange(1, most + 1), -np.arange(1, most + 1)])
    modulus = np.abs(np.fft.fft(points, axis=1)[:, which])
    norm = np.sqrt(size) * np.sqrt((np.abs(points) ** 2).sum(axis=1, keepdims=True))
    return np.asarray(modulus / np.maximum(norm, 1e-12))


def _match(some: Shapes, first: IntArray, second: IntArray, size: int) -> Pairs:
    """The best similarity from ``second`` to ``first``, mirrored or not."""
    one, other = some.of(first, size), some.of(second, size)
    norms = [(np.abs(part) ** 2).sum(axis=1) for part in (one, other)]
    spectrum = np.fft.fft(one, axis=1)
    best = []
    # Read backwards and conjugated, a mirrored ring runs counter-clockwise again.
    for image in (other, np.conj(other[:, ::-1])):
        value = np.fft.ifft(spectrum * np.conj(np.fft.fft(image, axis=1)), axis=1)
        at = np.argmax(np.abs(value), axis=1)
        best.append(value[np.arange(len(value)), at])
    mirrored = np.abs(best[1]) > np.abs(best[0]) * (1 + 1e-9)
    value = np.where(mirrored, best[1], best[0])
    share = np.clip(1 - np.abs(value) ** 2 / np.maximum(norms[0] * norms[1], 1e-12), 0, None)
    smaller = np.minimum(some.radius[first], some.radius[second])
    return Pairs(
        first,
        second,
        np.sqrt(share) * smaller,
        some.radius[second] / np.maximum(some.radius[first], 1e-12),
        np.degrees(np.angle(value)),
        mirrored,
        np.abs(some.centre[first] - some.centre[second]),
    )
