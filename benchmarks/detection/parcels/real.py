"""Places on real data: Zion, Penn, Somerset, Costa Rica.

All are transplanted into a CGCS2000 zone (same metres, other false origin),
which keeps area and slope true.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from osgeo import gdal, ogr
from scipy import ndimage

from onemap_verify.demo.grid import Grid, noise

from ..protocol import FloatArray, IntArray
from .place import Picture, Place, coverage_of, grade_shares, zone

EPSG, MERIDIAN, FALSE_EASTING = 4524, 108.0, 36_500_000.0
NORTH = 3_400_000.0
LIMITS = (2.0, 6.0, 15.0, 25.0)

_NLCD = {11: "1104", 12: "1206", 21: "0702", 22: "0702", 23: "0702", 24: "0702", 31: "1206",
         41: "0301", 42: "0301", 43: "0301", 52: "0103", 71: "0404", 81: "0102", 82: "0102",
         90: "0304", 95: "1106"}  # fmt: skip
"""DLBM of NLCD classes. A national park has no cropland: shrub stands in for dry fields, so that
slope grades can be declared; to a classifier it is only a name."""


def zion(folder: Path, work: Path, random: np.random.Generator) -> Place:
    """Utah: NLCD 2011 patches, Landsat 8 of 2015, SRTM."""
    bands = [_read(folder / f"landsat_b{n}.tif") for n in (2, 3, 4, 5)]
    values = np.stack([band for band, _ in bands])
    source = bands[0][1]
    grid = _moved(source, source)
    codes = _warp(folder / "nlcd2011.tif", source, folder / "landsat_b2.tif", "near")
    codes[~np.isin(codes, list(_NLCD))] = 0
    classes = _codes(codes.astype(int), _NLCD)
    shapes, label = coverage_of(classes.number, grid, 11, random)
    heights = _warp(folder / "srtm.tif", source, folder / "landsat_b2.tif", "cubicspline")
    picture = Picture(values, grid, "blue=1,green=2,red=3,nir=4", "2015-08-18")
    # An earlier picture: the same day's light with another sun, haze and noise.
    return _finish(
        "zion", shapes, classes.of(label), heights, grid, picture,
        _other_day(picture, "2014-08-22", random), work, random,
        "parcels and classes: NLCD 2011 (2011 images); slope grades: SRTM with errors of its own, "
        "on other cells; picture: Landsat 8, 2015-08-18; earlier picture: the same with other "
        "light, haze and noise",
    )  # fmt: skip


def penn(folder: Path, work: Path, random: np.random.Generator) -> Place:
    """Pennsylvania: clusters of the leaf-on picture, checked on the leaf-off one."""
    july, source = _read(folder / "landsat7_2002-07-20.tif")
    november, _ = _read(folder / "landsat7_2002-11-25.tif")
    use = [0, 1, 2, 3, 4, 7]
    grid = _moved(source, source)
    smooth = np.stack([ndimage.median_filter(july[n].astype(float), 3) for n in (1, 2, 3, 4)])
    label = _clusters(smooth, 6, random)
    named = _names_by_look(smooth, label)
    shapes, value = coverage_of(label, grid, 9, random, largest_cells=700)
    heights, _ = _read(folder / "dem.tif")
    roles = "blue=1,green=2,red=3,nir=4,swir1=5,swir2=6"
    return _finish(
        "penn", shapes, np.array([named[int(v)] for v in value], dtype=object),
        heights[0].astype(float), grid,
        Picture(november[use], grid, roles, "2002-11-25"),
        Picture(july[use], grid, roles, "2002-07-20"), work, random,
        "parcels and classes: clusters of the leaf-on picture (2002-07-20, with its clouds); "
        "slope grades: the terrain with errors of its own, on other cells; picture: leaf-off, "
        "2002-11-25; earlier picture: leaf-on",
    )  # fmt: skip


def somerset(folder: Path, work: Path, random: np.random.Generator) -> Place:
    """Somerset: hedged fields at 2 m, buildings from their own map."""
    rgb, source = _read(folder / "rgb.tif")
    grid = _moved(source, source)
    label = _fields(rgb.astype(float), random)
    homes = _read_shapes(folder / "buildings.gpkg")
    homes = shapely.transform(homes, lambda xy: xy + _offset(source))
    yards = grid.burn(shapely.buffer(homes, 6.0)) > 0
    named = _names_by_look(rgb.astype(float)[[1, 0, 1]], label)
    label = np.where(yards, int(label.max()) + 1, label)
    named[int(label.max())] = "0702"
    shapes, value = coverage_of(label, grid, 220, random, largest_cells=15_000, smooth=2.0)
    heights, _ = _read(folder / "dtm.tif")
    heights = ndimage.gaussian_filter(heights[0].astype(float), 8)
    return _finish(
        "somerset", shapes, np.array([named[int(v)] for v in value], dtype=object), heights, grid,
        Picture(rgb, grid, "red=1,green=2,blue=3", "2010-06-01"), None, work, random,
        "parcels: segments of a blurred copy of the picture, homes from a map of buildings; "
        "slope grades: the terrain with errors of its own, on other cells; picture: RGB, 2 m",
    )  # fmt: skip


def costarica(folder: Path, work: Path, random: np.random.Generator) -> Place:
    """Costa Rica: Landsat 5 of 2001 and 1986, classes learned from the training polygons."""
    now, source = _read(folder / "landsat5_sr_2001-01-14.tif")
    before, _ = _read(folder / "landsat5_sr_1986-02-06.tif")
    grid = _moved(source, source)
    label = [
        _nearest_class(image.astype(float), _training(folder, f"class_{year}", source))
        for image, year in ((now, 2001), (before, 1986))
    ]
    both = 2 * label[0] + label[1]
    shapes, _ = coverage_of(both, grid, 9, random, largest_cells=500)
    heights, _ = _read(folder / "dem_aster_matched.tif")
    heights = ndimage.gaussian_filter(np.maximum(heights[0].astype(float), 0), 1.0)
    roles = "blue=1,green=2,red=3,nir=4"
    burnt = grid.burn(shapes, np.arange(1, len(shapes) + 1)).ravel()
    wooded = [
        np.bincount(burnt, (one == 1).ravel(), len(shapes) + 1)[1:]
        / np.bincount(burnt, minlength=len(shapes) + 1)[1:].clip(1)
        for one in label
    ]
    code = [np.where(share > 0.5, "0301", "0404").astype(object) for share in wooded]
    place = _finish(
        "costarica", shapes, code[0], heights, grid, Picture(now, grid, roles, "2001-01-14"),
        Picture(before, grid, roles, "1986-02-06"), work, random,
        "parcels and classes: both pictures classified with the training polygons (smoothed, mixed "
        "parcels left out), so that wood and open land really changed between them; picture: "
        "Landsat 5, 2001-01-14; earlier: 1986-02-06",
    )  # fmt: skip
    place.before = code[1]
    place.unsure = np.any([(share > 0.2) & (share < 0.8) for share in wooded], axis=0)
    return place


MAKERS = {"zion": zion, "penn": penn, "somerset": somerset, "costarica": costarica}


def _finish(
    name: str, shapes: np.ndarray, code: np.ndarray, heights: FloatArray, grid: Grid,
    image: Picture, previous: Picture | None, work: Path, random: np.random.Generator, facts: str,
) -> Place:  # fmt: skip
    wkt = zone(EPSG)
    dem = work / f"{name}_dem.tif"
    grid.write(heights, dem, wkt)
    rough = 0.02 * grid.cell
    survey = Grid(
        grid.left + 0.37 * grid.cell, grid.top - 0.52 * grid.cell, 1.25 * grid.cell,
        int(grid.rows / 1.25) - 1, int(grid.columns / 1.25) - 1,
    )  # fmt: skip
    error = noise(survey, 12 * grid.cell, random, rough) + noise(
        survey, 4 * grid.cell, random, rough
    )
    surveyed = survey.resample(heights, grid, order=3) + error
    shares = grade_shares(shapes, surveyed, survey, LIMITS)
    crop = np.array([str(c).startswith("01") for c in code])
    grade = np.where(crop, np.argmax(shares, axis=1).clip(1), 0)
    return Place(
        name, wkt, MERIDIAN, FALSE_EASTING, shapes, code, grade, shares, str(dem), image,
        previous, grid.cell, facts,
    )  # fmt: skip


def _read(path: Path) -> tuple[np.ndarray, Grid]:
    source = gdal.Open(str(path))
    left, cell, _, top, _, _ = source.GetGeoTransform()
    values = source.ReadAsArray()
    values = values if values.ndim == 3 else values[None]
    grid = Grid(left, top, cell, source.RasterYSize, source.RasterXSize)
    return (values if "landsat_b" not in path.name else values[0]), grid


def _moved(grid: Grid, like: Grid) -> Grid:
    east, north = _offset(like)
    return Grid(grid.left + east, grid.top + north, grid.cell, grid.rows, grid.columns)


def _offset(grid: Grid) -> FloatArray:
    """What is added to coordinates: off the zone's origin by no whole number of cells."""
    return np.array([FALSE_EASTING + 21_007.31 - grid.left, NORTH + 13.57 - grid.top])


def _warp(path: Path, grid: Grid, like: Path, method: str) -> np.ndarray:
    west, south, east, north = grid.bounds
    made = gdal.Warp(
        "", str(path), format="MEM", dstSRS=gdal.Open(str(like)).GetProjection(),
        outputBounds=(west, south, east, north), width=grid.columns, height=grid.rows,
        resampleAlg=method, outputType=gdal.GDT_Float32, dstNodata=0,
    )  # fmt: skip
    return np.asarray(made.ReadAsArray(), dtype=float)


class _codes:
    """Numbers 1, 2, … for the DLBM of a map of classes."""

    def __init__(self, values: IntArray, words: dict[int, str]) -> None:
        self.words = ["", *sorted(set(words.values()))]
        table = np.zeros(int(values.max()) + 1, dtype=np.int64)
        for value, word in words.items():
            if value < len(table):
                table[value] = self.words.index(word)
        self.number = table[values]

    def of(self, label: IntArray) -> np.ndarray:
        return np.array([self.words[n] for n in label], dtype=object)


def _other_day(picture: Picture, taken: str, random: np.random.Generator) -> Picture:
    """The picture as another sun, haze and sensor noise would show the same ground."""
    values = picture.values.astype(float)
    for number in range(len(values)):
        known = values[number][values[number] > 0]
        values[number] *= random.uniform(0.9, 1.1) * (1 + noise(picture.grid, 4000.0, random, 0.02))
        values[number] += random.uniform(-0.03, 0.06) * np.median(known)
        values[number] += random.normal(0, 0.03 * known.std(), values[number].shape)
    top = np.iinfo(picture.values.dtype).max - 1
    made = np.where(picture.values > 0, values.clip(1, top).round(), 0)
    return Picture(made.astype(picture.values.dtype), picture.grid, picture.bands, taken)


def _clusters(values: FloatArray, count: int, random: np.random.Generator) -> IntArray:
    """k-means over the standardised bands; labels 1 … ``count``."""
    from scipy.cluster.vq import kmeans2

    flat = values.reshape(len(values), -1).T
    flat = (flat - flat.mean(axis=0)) / flat.std(axis=0).clip(1e-9)
    sample = flat[random.choice(len(flat), min(20_000, len(flat)), replace=False)]
    centres, _ = kmeans2(sample, count, minit="++", seed=int(random.integers(2**31)), iter=30)
    label = np.argmin(((flat[:, None, :] - centres[None]) ** 2).sum(axis=2), axis=1) + 1
    return ndimage.median_filter(label.reshape(values.shape[1:]), 3).astype(np.int64)


def _names_by_look(values: FloatArray, label: IntArray) -> dict[int, str]:
    """A class for each cluster by how green and how bright it is (a name, no more)."""
    green, red, infrared = values[0], values[1], values[2]
    out, names = {}, ["1104", "0702", "1206", "0404", "0103", "0301"]
    numbers = np.unique(label[label > 0])
    look = [
        float(((infrared - red) / (infrared + red + green + 1e-9))[label == n].mean())
        for n in numbers
    ]
    for rank, place in enumerate(np.argsort(look)):
        out[int(numbers[place])] = names[min(5, rank + max(0, 6 - len(numbers)))]
    return out


def _fields(rgb: FloatArray, random: np.random.Generator) -> IntArray:
    """Clusters of a blurred copy of the picture, so that edges are not the picture's own."""
    blurred = np.stack([ndimage.gaussian_filter(ndimage.median_filter(b, 5), 4) for b in rgb])
    tint = np.stack([blurred.mean(axis=0), blurred[1] - blurred[0], blurred[2] - blurred[0]])
    return _clusters(tint, 4, random)


def _read_shapes(path: Path) -> np.ndarray:
    source = ogr.Open(str(path))
    return shapely.from_wkb([bytes(f.GetGeometryRef().ExportToWkb()) for f in source.GetLayer(0)])


def _training(folder: Path, field: str, grid: Grid) -> IntArray:
    """Cells of the training polygons: 1 forest, 2 anything else, 0 unknown."""
    source = ogr.Open(str(folder / "training_polygons.gpkg"))
    shapes, number = [], []
    for feature in source.GetLayer(0):
        shapes.append(shapely.from_wkb(bytes(feature.GetGeometryRef().ExportToWkb())))
        number.append(1 if str(feature.GetField(field)).strip().lower() == "forest" else 2)
    return grid.burn(np.array(shapes, dtype=object), np.array(number))


def _nearest_class(values: FloatArray, truth: IntArray) -> IntArray:
    """Largest likelihood (one Gaussian a class) from the training cells."""
    smooth = np.stack([ndimage.median_filter(band, 3) for band in values])
    flat = smooth.reshape(len(values), -1)
    best, out = np.full(flat.shape[1], -np.inf), np.zeros(flat.shape[1], dtype=np.int64)
    for number in np.unique(truth[truth > 0]):
        own = flat[:, (truth == number).ravel()]
        centre = own.mean(axis=1)
        spread = np.cov(own) + 25.0 * np.eye(len(flat))
        away = flat - centre[:, None]
        score = -0.5 * np.einsum("in,ij,jn->n", away, np.linalg.inv(spread), away)
        score -= 0.5 * np.linalg.slogdet(spread)[1]
        out[score > best] = number
        best = np.maximum(best, score)
    return ndimage.median_filter(out.reshape(truth.shape), 3).astype(np.int64)
