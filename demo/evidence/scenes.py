"""Pictures of the county from above, in the summers of two years.

What is seen follows from what the land *is*, not from what anybody declares:
every class has its colours, every parcel its own shade of them, crops stand at
different stages, slopes lie in sun or shade, and no two years have the same
light. Reflectance × 10⁴ in four bands of 10 m: blue, green, red, near infrared.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from osgeo import gdal, osr
from scipy import ndimage

from ...checks.table import FloatArray
from ..county import County
from ..grid import Grid, noise

BANDS = ("blue", "green", "red", "nir")
_CELL, _FINE = 10.0, 5.0

_COLOURS: dict[str, tuple[tuple[int, int, int, int], float]] = {
    # Reflectance × 10⁴, and how rough the surface looks.
    "0101": ((480, 760, 560, 3500), 0.03),
    "01": ((460, 740, 600, 3300), 0.05),
    "0103 ripe": ((820, 1150, 1400, 2500), 0.05),
    "02": ((430, 690, 520, 2850), 0.10),
    "0301": ((270, 470, 310, 2500), 0.14),
    "0305": ((360, 580, 470, 2350), 0.12),
    "03": ((300, 500, 350, 2450), 0.13),
    "04": ((620, 900, 950, 2350), 0.07),
    "06": ((1700, 1800, 1900, 2300), 0.16),
    "07": ((1250, 1300, 1400, 2000), 0.20),
    "08": ((1350, 1400, 1500, 2100), 0.18),
    "1003": ((1150, 1200, 1250, 1600), 0.05),
    "10": ((1200, 1300, 1400, 1900), 0.08),
    "11": ((520, 560, 380, 220), 0.03),
    "12": ((1300, 1600, 1950, 2600), 0.08),
}
_DEFAULT = ((1200, 1300, 1400, 2000), 0.15)


@dataclass(frozen=True)
class Light:
    """The light of one picture: sun in degrees, and gain and offset of each band."""

    sun_height: float
    sun_azimuth: float
    gain: tuple[float, float, float, float]
    offset: tuple[float, float, float, float]
    ripe: float


NOW = Light(61.0, 128.0, (1.0, 1.0, 1.0, 1.0), (0, 0, 0, 0), 0.30)
THEN = Light(54.0, 141.0, (1.10, 1.06, 1.05, 0.93), (90, 60, 40, 30), 0.45)


def see(county: County, code: np.ndarray, light: Light, random: np.random.Generator) -> FloatArray:
    """The picture of land of class ``code`` (one per parcel); shape ``(4, rows, columns)``."""
    fine = _grid(county, _FINE)
    parcel = fine.burn(county.parcels.shape, np.arange(1, len(code) + 1))
    colour, rough = _shades(code, light, random)
    # Outside the county lies forest.
    outside, _ = _COLOURS["03"]
    colour = np.vstack([np.array(outside, dtype=float), colour])
    rough = np.r_[0.13, rough]
    shade = _shade(county, fine, light)
    grain = noise(fine, 14.0, random) * rough[parcel]
    leaves = noise(fine, 14.0, random) * rough[parcel]
    out = []
    for number in range(len(BANDS)):
        surface = grain if number < 3 else 0.4 * grain + 0.6 * leaves
        seen = colour[parcel, number] * (1.0 + surface) * shade
        coarse = ndimage.gaussian_filter(seen, 0.8)
        rows, columns = coarse.shape[0] // 2, coarse.shape[1] // 2
        coarse = coarse[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2).mean(axis=(1, 3))
        coarse = coarse * light.gain[number] + light.offset[number]
        out.append(coarse + random.normal(0, 12 + 0.008 * coarse))
    return np.clip(np.array(out), 1, 65_000)


def write_scene(county: County, scene: FloatArray, path: Path) -> Path:
    """Write a picture as UInt16 GeoTIFF with named bands; return its path."""
    grid = _grid(county, _CELL)
    _, rows, columns = scene.shape
    target = gdal.GetDriverByName("GTiff").Create(
        str(path), columns, rows, len(BANDS), gdal.GDT_UInt16,
        ["COMPRESS=DEFLATE", "PREDICTOR=2", "TILED=YES"],
    )  # fmt: skip
    reference = osr.SpatialReference()
    reference.ImportFromWkt(county.wkt)
    target.SetProjection(reference.ExportToWkt())
    target.SetGeoTransform(grid.transform)
    for number, name in enumerate(BANDS, 1):
        band = target.GetRasterBand(number)
        band.SetDescription(name)
        band.WriteArray(np.round(scene[number - 1]).astype(np.uint16))
    target = None
    return path


def _grid(county: County, cell: float) -> Grid:
    """The scene's own grid: it shares no corner with the terrain's."""
    west, south, east, north = county.dem_grid.bounds
    left, top = west + 3.7, north - 6.1
    columns = int((east - left) // _CELL) * int(_CELL // cell)
    rows = int((top - south) // _CELL) * int(_CELL // cell)
    return Grid(left, top, cell, rows, columns)


def _shades(
    code: np.ndarray, light: Light, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Colours ``(parcels, 4)`` and roughness ``(parcels,)`` of every parcel."""
    ripe = random.random(len(code)) < light.ripe
    known = [colour_of(str(value), bool(dry)) for value, dry in zip(code, ripe)]
    colour = np.array([bands for bands, _ in known], dtype=float)
    rough = np.array([each for _, each in known])
    brightness = random.normal(0, 0.05, (len(code), 1))
    tint = random.normal(0, 0.03, colour.shape)
    return colour * np.exp(brightness + tint), rough


def colour_of(code: str, ripe: bool = False) -> tuple[tuple[int, int, int, int], float]:
    """Reflectance × 10⁴ of a class by band, and its roughness as a share of it."""
    if code.startswith("01") and code != "0101" and ripe:
        return _COLOURS["0103 ripe"]
    key = next((key for key in (code, code[:2]) if key in _COLOURS), "")
    return _COLOURS.get(key, _DEFAULT)


def _shade(county: County, fine: Grid, light: Light) -> FloatArray:
    """Light on every slope relative to level ground, softened by the sky's own light."""
    heights = fine.resample(ndimage.gaussian_filter(county.dem, 1.0), county.dem_grid)
    north, east = np.gradient(heights, fine.cell)
    zenith, azimuth = np.radians(90 - light.sun_height), np.radians(light.sun_azimuth)
    # Rows run south: the gradient along them is minus the one to the north.
    toward = -east * np.sin(azimuth) + north * np.cos(azimuth)
    cosine = (np.cos(zenith) + np.sin(zenith) * toward) / np.sqrt(1 + east**2 + north**2)
    return np.asarray(0.55 + 0.45 * np.clip(cosine, 0.05, None) / np.cos(zenith))
