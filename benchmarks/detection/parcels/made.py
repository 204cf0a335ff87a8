"""The demo county as a place: always there. Only its picture is painted."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import shapely
from scipy import ndimage

from onemap_verify.demo.county import County, build_county
from onemap_verify.demo.grid import Grid, noise, slope_degrees
from onemap_verify.demo.terrain import CENTRAL_MERIDIAN, FALSE_EASTING

from ..protocol import FloatArray
from .place import Picture, Place, group_of

CELL = 5.0
_LOOK = {
    "crop": (0.060, 0.095, 0.080, 0.340),
    "stubble": (0.095, 0.130, 0.165, 0.240),
    "garden": (0.045, 0.075, 0.060, 0.310),
    "forest": (0.028, 0.048, 0.032, 0.270),
    "grass": (0.065, 0.095, 0.105, 0.260),
    "built": (0.150, 0.165, 0.180, 0.215),
    "water": (0.055, 0.055, 0.038, 0.022),
    "bare": (0.130, 0.165, 0.205, 0.255),
}
"""Surface reflectance in blue, green, red, near infrared: usual values of such land."""
_TEXTURE = {"crop": 0.05, "stubble": 0.05, "garden": 0.12, "forest": 0.12, "grass": 0.07,
            "built": 0.22, "water": 0.05, "bare": 0.08}  # fmt: skip


def demo(cache: Path, work: Path, random: np.random.Generator, parcels: int = 5000) -> Place:
    """The demo county with painted pictures of two years."""
    county = _county(cache, parcels)
    dltb = county.layers["DLTB"]
    dem = work / "demo_dem.tif"
    county.dem_grid.write(county.dem, dem, county.wkt)
    code = dltb.columns["DLBM"].copy()
    west, south, east, north = shapely.total_bounds(dltb.shape)
    grid = Grid(
        west - 61.3, north + 58.9, CELL,
        int((north - south + 120) / CELL), int((east - west + 120) / CELL),
    )  # fmt: skip
    heights = grid.resample(county.dem, county.dem_grid)
    crop = np.array([str(value).startswith("01") for value in code])
    grade = np.where(crop, np.argmax(county.shares, axis=1), 0)
    painter = Painter(dltb.shape, group_of(code), grid, heights, random)
    return Place(
        "demo", county.wkt, CENTRAL_MERIDIAN, FALSE_EASTING, dltb.shape.copy(), code, grade,
        county.shares, str(dem), painter.paint("2023-08-14", 0.0), painter.paint("2022-08-20", 0.5),
        CELL,
        "parcels, classes, books and heights: the demo county on SRTM terrain; slope grades: the "
        "surveyor's own terrain; pictures: painted from the parcels with texture, light, blur and "
        "fields of their own",
        [layer for name, layer in county.layers.items() if name != "DLTB"],
        {name: column.copy() for name, column in dltb.columns.items()},
        county.control_area,
    )  # fmt: skip


def _county(cache: Path, parcels: int) -> County:
    """The county; kept, since it takes a while and is the same for every seed."""
    import hashlib

    source = sorted((Path(__file__).resolve().parents[3] / "demo").glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in source)).hexdigest()[:12]
    path = cache / f"demo_{parcels}_{digest}.pickle"
    if path.exists():
        with path.open("rb") as stream:
            kept: County = pickle.load(stream)  # noqa: S301  # our own file in our own folder
            return kept
    made = build_county(parcels, 1)
    cache.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        pickle.dump(made, stream)
    return made


class Painter:
    """Paints what a satellite would see of parcels of known use."""

    def __init__(
        self,
        shapes: np.ndarray,
        group: np.ndarray,
        grid: Grid,
        heights: FloatArray,
        random: np.random.Generator,
    ) -> None:
        self.grid = grid
        self.random = random
        fine = Grid(grid.left, grid.top, grid.cell / 2, grid.rows * 2, grid.columns * 2)
        self.label = fine.burn(shapes, np.arange(1, len(shapes) + 1))
        self.kind = np.where(group == "", "grass", group).astype(object)
        slope = np.radians(slope_degrees(heights, grid.cell))
        east = np.gradient(ndimage.gaussian_filter(heights, 2), grid.cell, axis=1)
        self.light = (np.cos(slope) * (1 - 0.35 * east)).clip(0.4, 1.4)
        self.own = random.normal(0, 1, (len(shapes) + 1, 2))

    def paint(self, taken: str, other: float) -> Picture:
        """One picture; ``other`` 0…1 is how much the fields differ from those of ``own``."""
        random, count = self.random, len(self.kind)
        fresh = random.normal(0, 1, self.own.shape)
        field = np.sqrt(1 - other) * self.own + np.sqrt(other) * fresh
        kind = self.kind.copy()
        kind[(kind == "crop") & (random.random(count) < 0.25)] = "stubble"
        look = np.vstack([np.full(4, 0.1), [_LOOK[k] for k in kind]])
        texture = np.r_[0.05, [_TEXTURE[k] for k in kind]]
        bright = np.exp(0.09 * field[:, 0])
        green = np.exp(0.06 * field[:, 1])
        rough = random.normal(0, 1, self.label.shape)
        rough = 0.6 * rough + 1.6 * ndimage.gaussian_filter(rough, 1.5)
        pattern = 1 + rough * texture[self.label]
        bands = []
        for number in range(4):
            tint = look[:, number] * bright * (green if number == 3 else 1 / green)
            seen = ndimage.gaussian_filter(tint[self.label] * pattern, 1.1)
            seen = seen.reshape(self.grid.rows, 2, self.grid.columns, 2).mean(axis=(1, 3))
            seen = seen * self.light + random.uniform(0.0, 0.02)
            seen += random.normal(0, 0.002, seen.shape)
            seen *= 1 + noise(self.grid, 1500.0, random, 0.015)
            bands.append((seen * 10_000).clip(1, 60_000).round())
        values = np.stack(bands).astype(np.uint16)
        return Picture(values, self.grid, "blue=1,green=2,red=3,nir=4", taken)
