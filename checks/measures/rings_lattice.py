"""Outlines whose vertices lie on a grid, run in staircases, or stand at even distances.

On a grid of spacing ``a``, vertices have all the same phase ``2π x / a``. That
is tested by the generalised likelihood ratio of the von Mises distribution
against the uniform one (Mardia & Jupp 2000, sections 5.3 and 6.3; for small
concentrations Rayleigh's test of 1919), in both axes, over *different*
coordinates only: the two columns of an upright rectangle say nothing. Where
the ring is rectilinear, a grid of its own direction and spacing is tried too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import i0e

from ..table import BoolArray, FloatArray, IntArray
from .shape_vertices import Rings

OWN = "own"
"""The grid that a rectilinear outline seems to have of its own."""

_LEAST_DIFFERENT = 4
_CONCENTRATED = 0.9
_SAME_LINE = 0.25
"""Cells by which coordinates differ that count once on a grid fitted to the outline itself: the
points that a person sets along one side of a square field are one line, and no proof each."""
_MOST_KAPPA = 1e4
_SAME = 0.002
_RECTILINEAR = 0.97
_SQUARE = np.radians(4.0)
_LEAST_TURNS = 12
_LEAST_EDGES = 16
_EVEN = 0.01
_BY_CHANCE = 0.08
_ROUND, _ROUND_SHARE = np.radians(0.3), 0.1
_TIE = 1.0
_LN10 = float(np.log(10.0))


@dataclass(frozen=True)
class Lattice:
    """A grid to be tried: ``xy`` ``(v, 2)`` are the vertices in its cells.

    ``spacing`` is that of the grid in metres.
    """

    name: str
    spacing: float
    xy: FloatArray


@dataclass(frozen=True)
class LatticeMeasure:
    """How regular each outline is; arrays ``(parcels,)``.

    Attributes
    ----------
    grid
        Test statistic: ``-log10`` of the probability of such concentrated
        phases in any of the grids tried; NaN where there are too few vertices.
    grid_name, grid_spacing
        The grid that fits best, and its spacing in metres.
    staircase
        Share of corners that are right angles; NaN below a dozen corners.
    even
        Test statistic: ``-log10`` of the probability of so many even edges;
        NaN where there are too few, or the outline is a circle or on a grid.
    even_spacing
        The median edge in metres.
    even_share
        Share of edges of that length.
    """

    grid: FloatArray
    grid_name: IntArray
    grid_spacing: FloatArray
    names: tuple[str, ...]
    staircase: FloatArray
    even: FloatArray
    even_spacing: FloatArray
    even_share: FloatArray


def measure_lattice(rings: Rings, rows: int, lattices: Sequence[Lattice]) -> LatticeMeasure:
    """Test all outlines of ``rings`` (metres) of ``rows`` parcels; coarse grids first."""
    best = np.full(rows, np.nan)
    which, spacing = np.full(rows, -1, dtype=np.int64), np.full(rows, np.nan)
    edges = _Edges(rings, rows)
    row = rings.vertex_row()
    # A coordinate repeated within two millimetres is the same one on any of the grids.
    tried = [(each.name, each.xy, np.full(rows, each.spacing)) for each in lattices]
    own_xy, own_spacing = edges.own_lattice(rings)
    tried.append((OWN, own_xy, own_spacing))
    penalty = np.log10(len(tried))
    for number, (name, xy, cell) in enumerate(tried):
        with np.errstate(divide="ignore", invalid="ignore"):
            same = _SAME / cell if name != OWN else np.full(rows, _SAME_LINE)
        found = (_phases(row, xy[:, 0], same, rows) + _phases(row, xy[:, 1], same, rows)) / _LN10
        # The direction and the spacing of its own were fitted.
        found -= penalty + (4.0 if name == OWN else 0.0)
        # A grid of 30 m is one of 1 m too: the first one named is the one that is meant.
        better = np.isfinite(found) & ~(found <= best + _TIE)
        best[better], which[better], spacing[better] = found[better], number, cell[better]
    even, even_spacing, even_share = edges.even()
    return LatticeMeasure(
        best,
        which,
        spacing,
        tuple(name for name, *_ in tried),
        edges.square_share(),
        even,
        even_spacing,
        even_share,
    )


def _phases(row: IntArray, value: FloatArray, same: FloatArray, rows: int) -> FloatArray:
    """Log likelihood ratio of one phase per parcel; NaN with too few coordinates, 0 if spread."""
    good = np.isfinite(value)
    row, value = row[good], value[good]
    order = np.lexsort((value, row))
    row, value = row[order], value[order]
    news = np.ones(len(row), dtype=bool)
    news[1:] = (np.diff(row) != 0) | (np.diff(value) > np.nan_to_num(same[row[1:]]))
    row, value = row[news], value[news]
    angle = 2 * np.pi * (value - np.floor(value))
    count = np.bincount(row, minlength=rows).astype(float)
    cosine = np.bincount(row, np.cos(angle), minlength=rows)
    sine = np.bincount(row, np.sin(angle), minlength=rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        length = np.hypot(cosine, sine) / count
        ratio = likelihood_ratio(length, count)
    ratio[~(length >= _CONCENTRATED)] = 0.0
    ratio[count < _LEAST_DIFFERENT] = np.nan
    return ratio


def likelihood_ratio(length: FloatArray, count: FloatArray) -> FloatArray:
    """Log likelihood ratio of von Mises against uniform for mean resultant ``length``.

    ``n (κ R − ln I₀(κ))`` with the approximate maximum likelihood ``κ`` of
    Best & Fisher (1981) for R ≥ 0.85 and of Mardia & Jupp (5.3.10) below.
    """
    length = np.clip(length, 0.0, 1.0)
    high = 1 / np.maximum(length**3 - 4 * length**2 + 3 * length, 1 / _MOST_KAPPA)
    low = 2 * length + length**3 + 5 * length**5 / 6
    kappa = np.where(length >= 0.85, high, np.minimum(low, _MOST_KAPPA))
    out: FloatArray = count * (kappa * (length - 1) - np.log(i0e(kappa)))
    return out


class _Edges:
    """The edges of all outlines, with their turns."""

    def __init__(self, rings: Rings, rows: int) -> None:
        self.rows = rows
        before = rings.before()
        step = (rings.xy - rings.xy[before]) @ np.array([1, 1j]) if len(rings.xy) else np.zeros(0)
        real = np.abs(step) > 1e-3
        self.row = rings.vertex_row()[real]
        self.step = step[real]
        self.length = np.abs(self.step)
        same = np.zeros(len(self.row), dtype=bool)
        same[1:] = self.row[1:] == self.row[:-1]
        turn = np.zeros(len(self.row))
        turn[1:] = np.angle(self.step[1:] / self.step[:-1]) if len(turn) else 0.0
        self.turn = np.where(same, turn, np.nan)

    def _count(self, weight: FloatArray | BoolArray | None = None) -> FloatArray:
        return np.bincount(self.row, weight, minlength=self.rows).astype(float)

    def square_share(self) -> FloatArray:
        """Share of turns that are right angles, straight ones left aside."""
        with np.errstate(invalid="ignore"):
            corner = np.abs(self.turn) > _SQUARE
            right = np.abs(np.abs(self.turn) - np.pi / 2) < _SQUARE
            out = self._count(corner & right) / self._count(corner)
        out[self._count(corner) < _LEAST_TURNS] = np.nan
        return out

    def own_lattice(self, rings: Rings) -> tuple[FloatArray, FloatArray]:
        """Vertices in cells of a grid along the edges of each rectilinear outline."""
        fourth = self.length * np.exp(4j * np.angle(self.step))
        total = self._count(fourth.real) + 1j * self._count(fourth.imag)
        with np.errstate(invalid="ignore", divide="ignore"):
            aligned = np.abs(total) / self._count(self.length) > _RECTILINEAR
        aligned &= self._count() >= _LEAST_TURNS
        cell = self._unit()
        cell[~aligned] = np.nan
        row = rings.vertex_row()
        xy = rings.xy - rings.xy[rings.starts[_first_ring(rings, self.rows)[row]]]
        turned = (xy @ np.array([1, 1j])) * np.exp(-0.25j * np.angle(total))[row]
        with np.errstate(invalid="ignore"):
            return np.stack([turned.real, turned.imag], axis=1) / cell[row, None], cell

    def _unit(self) -> FloatArray:
        """The length of which the edges are multiples, if they are: from the short ones."""
        order = np.lexsort((self.length, self.row))
        row, length = self.row[order], self.length[order]
        count = np.bincount(row, minlength=self.rows)
        start = np.cumsum(count) - count
        out = np.full(self.rows, np.nan)
        some = count > 0
        out[some] = length[start[some] + count[some] // 10]
        for _ in range(2):
            with np.errstate(invalid="ignore", divide="ignore"):
                times = np.rint(length / out[row])
            good = np.isfinite(times) & (times >= 1)
            whole = np.bincount(row[good], times[good], minlength=self.rows)
            with np.errstate(invalid="ignore", divide="ignore"):
                out = np.bincount(row[good], length[good], minlength=self.rows) / whole
        return out

    def even(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Statistic, spacing and share of even edges."""
        order = np.lexsort((self.length, self.row))
        count = np.bincount(self.row, minlength=self.rows)
        start = np.cumsum(count) - count
        middle = np.full(self.rows, np.nan)
        some = count >= _LEAST_EDGES
        middle[some] = self.length[order][start[some] + count[some] // 2]
        with np.errstate(invalid="ignore", divide="ignore"):
            alike = np.abs(self.length - middle[self.row]) < _EVEN * middle[self.row]
            share = self._count(alike) / count
            # Binomial tail by Chernoff's bound (1952).
            bounded = np.clip(share, _BY_CHANCE, 1 - 1e-9)
            divergence = bounded * np.log(bounded / _BY_CHANCE) + (1 - bounded) * np.log(
                (1 - bounded) / (1 - _BY_CHANCE)
            )
            statistic = count * divergence / _LN10
        statistic[~some | self._circular()] = np.nan
        return statistic, middle, share

    def _circular(self) -> BoolArray:
        """Outlines that turn by the same at every vertex, as ponds and tanks do."""
        good = np.isfinite(self.turn) & (np.abs(self.turn) > 1e-3)
        count = np.bincount(self.row[good], minlength=self.rows)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(self.row[good], self.turn[good], minlength=self.rows) / count
        mean_here = mean[self.row[good]]
        close = np.abs(self.turn[good] - mean_here) < _ROUND + _ROUND_SHARE * np.abs(mean_here)
        alike = np.bincount(self.row[good], close, minlength=self.rows)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((alike / count > 0.8) & (np.abs(mean) > 1e-3))


def _first_ring(rings: Rings, rows: int) -> IntArray:
    out = np.zeros(rows, dtype=np.int64)
    names, first = np.unique(rings.row, return_index=True)
    out[names] = first
    return out
