"""What the land invites to: relief measures, and the use that follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from ..checks.table import BoolArray, FloatArray, IntArray
from .grid import Grid, noise
from .settle import Places

WILD, SLOPES, FLAT, HOMES = 0, 1, 2, 3
"""Zones that parcels are cut differently in."""


@dataclass(frozen=True)
class Land:
    """Relief and chance over one grid, sampled at points.

    ``slope`` in degrees, ``rise`` metres above the nearest stream,
    ``to_stream`` metres, ``chance`` independent smooth fields of unit variance.
    """

    grid: Grid
    heights: FloatArray
    slope: FloatArray
    rise: FloatArray
    to_stream: FloatArray
    chance: tuple[FloatArray, ...]
    places: Places

    def at(self, name: str, xy: FloatArray) -> FloatArray:
        """A measure at points ``(n, 2)``."""
        return self.grid.sample(getattr(self, name), xy)

    def luck(self, number: int, xy: FloatArray) -> FloatArray:
        """Chance field ``number`` at points."""
        return self.grid.sample(self.chance[number], xy)

    def home(self, xy: FloatArray) -> tuple[FloatArray, IntArray]:
        """Metres to the ragged rim of the nearest settlement (negative inside), and which."""
        distance, which = cKDTree(self.places.xy).query(xy, k=3)
        rim = distance / (1.0 + 0.28 * self.luck(1, xy))[:, None].clip(0.5)
        gap = rim - self.places.radius[which]
        best = np.argmin(gap, axis=1)
        row = np.arange(len(xy))
        return gap[row, best], which[row, best]

    def zone(self, xy: FloatArray) -> IntArray:
        """Zone of each point."""
        slope, luck = self.at("slope", xy), self.luck(0, xy)
        gap, _ = self.home(xy)
        farmed = 1.75 - slope / 7.0 - gap.clip(0) / 800.0 + 0.7 * luck > 0
        zone = np.where(farmed & (slope < 22), SLOPES, WILD)
        zone[(slope < 3.2) & (farmed | (slope < 2.2))] = FLAT
        zone[(gap < 0) & (slope < 17)] = HOMES
        return zone

    def use(self, xy: FloatArray, slope: FloatArray, random: np.random.Generator) -> IntArray:
        """Land class (as a number into :data:`USES`) of fields at ``xy`` with mean ``slope``."""
        zone = self.zone(xy)
        rise, gap = self.at("rise", xy), self.home(xy)[0]
        pick = random.random(len(xy))
        use = np.full(len(xy), USES.index("0103"))

        def where(condition: np.ndarray, code: str) -> None:
            use[condition] = USES.index(code)

        farmed = zone != WILD
        wet = self.luck(2, xy)
        where(farmed & (slope < 2.6) & (rise < 14 + 7 * wet), "0101")
        where(farmed & (slope < 4.0) & (rise >= 14 + 7 * wet) & (wet > 0.2), "0102")
        fruit = self.luck(3, xy) + 0.6 * (pick - 0.5)
        where(farmed & (fruit > 1.15) & (slope > 2.5), "0201")
        where(farmed & (fruit < -1.45) & (slope > 5), "0202")
        where(farmed & (slope > 13) & (pick < 0.45), "0301")
        where(farmed & (slope > 21) & (pick < 0.9), "0301")
        where(farmed & (pick > 0.985) & (gap < 500) & (slope < 8), "1202")
        where(farmed & (pick < 0.012), "0404")
        wild = ~farmed
        where(wild, "0301")
        where(wild & (self.luck(4, xy) > 1.2), "0305")
        where(wild & (self.luck(4, xy) < -1.5) & (rise < 60), "0302")
        where(wild & (self.luck(5, xy) > 1.5), "0307")
        where(wild & (self.luck(5, xy) < -1.55) & (slope > 5), "0404")
        where(wild & (pick > 0.994) & (slope > 27), "1207")
        return use


USES = (
    "0101", "0102", "0103", "0201", "0202", "0301", "0302", "0305", "0307", "0404", "1202", "1207"
)  # fmt: skip
"""Land classes that open land may get."""


def survey_land(
    grid: Grid,
    heights: FloatArray,
    slope: FloatArray,
    wet: BoolArray,
    places: Places,
    random: np.random.Generator,
) -> Land:
    """Measure the land on ``grid``; ``wet`` marks its stream cells."""
    near, index = ndimage.distance_transform_edt(~wet, return_indices=True)
    rise = (heights - heights[index[0], index[1]]).clip(0)
    chance = tuple(noise(grid, width, random) for width in (600, 260, 900, 500, 800, 650))
    return Land(grid, heights, slope, rise, near * grid.cell, chance, places)
