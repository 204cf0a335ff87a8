"""Layers of spot heights as honest surveyors deliver them.

Each layer is one object: ``n`` points of one crew over one piece of ground,
with the errors that honest work has. Where a field survey is given
(Baranja) its points are taken as they are; elsewhere the ground truth is
measured:

* the point lies where the receiver says, give or take decimetres,
* height errors of single points grow with slope, since the rod stands beside
  the point (Koppe's formula),
* a common error of a layer (control, geoid model) and one that bends over
  the area, small beside the DEM's own errors,
* a few blunders of metres to tens of metres (0–1 %),
* heights written to 1 cm, 1 dm or half a metre.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..protocol import FloatArray
from .terrain import Ground

COUNTS = (30, 100, 300, 1000)
"""How many heights a layer has."""


@dataclass(frozen=True)
class Survey:
    """``n`` delivered heights: ``xy`` (shape ``(n, 2)``) and ``z`` (shape ``(n,)``), metres.

    ``step`` is what heights are rounded to.
    """

    xy: FloatArray
    z: FloatArray
    step: float

    def __len__(self) -> int:
        return len(self.z)

    def heights(self, z: FloatArray) -> Survey:
        """The same points with other heights, rounded as before."""
        return replace(self, z=rounded(z, self.step))


def rounded(z: FloatArray, step: float) -> FloatArray:
    """Heights as written: multiples of ``step`` without binary dust."""
    return np.round(np.round(z / step) * step, 3)


def genuine(ground: Ground, count: int, random: np.random.Generator) -> Survey:
    """An honest layer of ``count`` heights (fewer where the ground is too small)."""
    if ground.truth is None:
        return _chosen(ground, count, random)
    xy = places(ground, count, random)
    return measured(ground, xy, random)


def measured(ground: Ground, xy: FloatArray, random: np.random.Generator) -> Survey:
    """True heights at ``xy`` with honest errors."""
    step = float(random.choice([0.01, 0.1, 0.1, 0.5]))
    stands = xy + random.normal(0.0, random.uniform(0.05, 1.0), xy.shape)
    true = ground.at(stands)
    true = np.where(np.isfinite(true), true, ground.at(xy))
    sigma = random.choice([0.05, 0.15, 0.3, 0.5])
    z = true + random.normal(0.0, sigma, len(xy))
    z = z + random.normal(0.0, 0.05) + _bend(xy, 0.05, random)
    return Survey(xy, rounded(_with_blunders(z, random), step), step)


def _chosen(ground: Ground, count: int, random: np.random.Generator) -> Survey:
    """Neighbouring points of a field survey that really was done."""
    points = ground.survey
    if points is None:
        raise ValueError(f"{ground.name}: neither ground nor survey")
    middle = points[random.integers(len(points)), :2]
    near = np.argsort(np.hypot(*(points[:, :2] - middle).T))
    # One in one to five of the points of a neighbourhood: crews differ in density.
    pool = near[: min(int(count * random.uniform(1.0, 5.0)) + 1, len(points))]
    some = points[random.permutation(pool)[:count]]
    return Survey(some[:, :2].copy(), _with_blunders(some[:, 2].copy(), random), 0.1)


def places(ground: Ground, count: int, random: np.random.Generator) -> FloatArray:
    """Where a crew measures: a loose net over a square, a third along lines (roads, dykes)."""
    west, south, east, north = ground.extent
    edge = 4 * ground.cell
    west, south, east, north = west + edge, south + edge, east - edge, north - edge
    spacing = random.uniform(1.5, 6.0) * max(ground.cell, 10.0)
    side = min(spacing * np.sqrt(count), east - west, north - south)
    corner = np.array([random.uniform(west, east - side), random.uniform(south, north - side)])
    loose = random.uniform(0.0, 1.0, (count, 2)) * side
    lines = count // 3
    if lines:
        start = random.uniform(0.2, 0.8, 2) * side
        heading = np.cumsum(random.normal(0.0, 0.3, lines)) + random.uniform(0, 2 * np.pi)
        walk = np.cumsum(np.column_stack([np.cos(heading), np.sin(heading)]), axis=0)
        loose[:lines] = np.mod(start + walk * side / max(lines, 20), side)
    return corner + loose


def _bend(xy: FloatArray, size: float, random: np.random.Generator) -> FloatArray:
    """An error that bends slowly over the area."""
    unit = (xy - xy.mean(axis=0)) / max(float(np.ptp(xy, axis=0).max()), 1.0)
    return size * (unit @ random.normal(0, 1, 2) + random.normal() * (unit**2).sum(axis=1))


def _with_blunders(z: FloatArray, random: np.random.Generator) -> FloatArray:
    """Now and then a height misread: digits swapped, a rod's length, tens of metres."""
    wrong = random.uniform(size=len(z)) < random.choice([0.0, 0.0, 0.002, 0.01])
    size = random.choice([1.0, 2.0, 3.0, 10.0, 30.0], len(z)) * random.choice([-1, 1], len(z))
    return np.where(wrong, z + size, z)
