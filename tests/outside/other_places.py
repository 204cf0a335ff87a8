"""Honest counties on real terrain that the demo does not know, made without the product.

Parcels are Voronoi cells with every vertex of a neighbour in their outline. Areas follow the
published trapezoid formula (国土调查办发〔2008〕32号) as written down here once more, slope grades
count cells of the surveyor's own terrain, never those of the checker's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from osgeo import gdal, ogr
from scipy.ndimage import gaussian_filter, map_coordinates
from spoil import Layer, reference

ZONE = 36
MERIDIAN, FALSE_EAST = 3 * ZONE, ZONE * 1e6 + 5e5
EPSG = 4513 + ZONE - 25
COUNTY = "510922"
RIDGES = {
    (kind, str(grade)): value
    for kind, values in (("TT", (0.068, 0.1195, 0.1886, 0.2557)), ("PD", (0.05, 0.09, 0.14, 0.19)))
    for grade, value in enumerate(values, start=2)
}
_CLASSES = {
    "0102": ("水浇地", 0.15),
    "0103": ("旱地", 0.55),
    "0201": ("果园", 0.1),
    "0301": ("乔木林地", 0.15),
    "0404": ("其他草地", 0.05),
}


@dataclass
class Terrain:
    """Heights in metres on square cells; ``west`` and ``north`` are the corner."""

    heights: np.ndarray
    west: float
    north: float
    cell: float

    def at(self, xy, order=1):
        column = (xy[:, 0] - self.west) / self.cell - 0.5
        row = (self.north - xy[:, 1]) / self.cell - 0.5
        return map_coordinates(self.heights, [row, column], order=order, mode="nearest")

    def on(self, cell):
        """The same ground on other cells (cubic)."""
        rows = int(self.heights.shape[0] * self.cell / cell) - 2
        columns = int(self.heights.shape[1] * self.cell / cell) - 2
        out = Terrain(np.zeros((rows, columns)), self.west + cell, self.north - cell, cell)
        x = out.west + (np.arange(columns) + 0.5) * cell
        y = out.north - (np.arange(rows) + 0.5) * cell
        xy = np.column_stack([grid.ravel() for grid in np.meshgrid(x, y)])
        out.heights = self.at(xy, 3).reshape(rows, columns)
        return out

    def grades(self):
        """Slope grade 1…5 of every cell by Horn's differences."""
        z = np.pad(self.heights, 1, mode="reflect", reflect_type="odd")
        east = (
            z[:-2, 2:] + 2 * z[1:-1, 2:] + z[2:, 2:] - z[:-2, :-2] - 2 * z[1:-1, :-2] - z[2:, :-2]
        )
        south = (
            z[2:, :-2] + 2 * z[2:, 1:-1] + z[2:, 2:] - z[:-2, :-2] - 2 * z[:-2, 1:-1] - z[:-2, 2:]
        )
        slope = np.degrees(np.arctan(np.hypot(east, south) / (8 * self.cell)))
        return np.digitize(slope, [2, 6, 15, 25], right=True) + 1

    def write(self, path):
        rows, columns = self.heights.shape
        made = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, 1, gdal.GDT_Float32)
        made.SetGeoTransform((self.west, self.cell, 0, self.north, 0, -self.cell))
        made.SetProjection(reference(EPSG).ExportToWkt())
        made.GetRasterBand(1).WriteArray(self.heights)
        return str(path)


def penn(data):
    """Hill farmland of Pennsylvania, 30 m."""
    return _transplanted(data / "penn" / "dem.tif", 30.0)


def somerset(data):
    """Hedged fields of Somerset: 2 m in whole metres, smoothed as its notes advise."""
    out = _transplanted(data / "somerset" / "dtm.tif", 2.0)
    out.heights = gaussian_filter(out.heights, 8)
    return out


def _transplanted(path, cell):
    heights = gdal.Open(str(path)).ReadAsArray().astype(float)
    return Terrain(heights, FALSE_EAST + 37_000, 3_312_000, cell)


def county(survey, count, hectares, seed=3):
    """Layers DLTB, CJDCQ, XZQ and GCZJD, and each parcel's shares by grade, ``(n, 6)``."""
    random = np.random.default_rng(seed)
    rows, columns = survey.heights.shape
    centre = np.array(
        [survey.west + columns * survey.cell / 2, survey.north - rows * survey.cell / 2]
    )
    half = math.sqrt(count * hectares * 1e4) / 2
    frame = shapely.box(*np.round(centre - half, 1), *np.round(centre + half, 1))
    cells = _cells(frame, centre + (random.random((count, 2)) - 0.5) * 2 * half)
    village = np.digitize(shapely.get_x(shapely.centroid(cells)), [centre[0]])
    share = _shares(cells, survey)
    dltb = _parcels(cells, village, share, random)
    wholes = [_with_vertices(shapely.union_all(cells[village == n]), cells) for n in (0, 1)]
    sums = [
        round(sum(row["TBMJ"] for row, own in zip(dltb, village) if own == n), 2) for n in (0, 1)
    ]
    units = [
        {
            "BSM": f"{COUNTY}1130{n + 1:08d}",
            "YSDM": "1000600300",
            "ZLDWDM": _unit(n),
            "ZLDWMC": f"村{n + 1}",
            "DCMJ": sums[n],
            "JSMJ": area(wholes[n]),
            "MSSM": "00",
        }
        for n in (0, 1)
    ]
    town = {
        "BSM": f"{COUNTY}111000000001",
        "YSDM": "1000600100",
        "XZQDM": f"{COUNTY}100",
        "XZQMC": "乡",
        "DCMJ": round(sum(sums), 2),
        "JSMJ": area(shapely.union_all(wholes)),
        "MSSM": "00",
    }
    xy = centre + (random.random((80, 2)) - 0.5) * 1.9 * half
    heights = survey.at(xy) + random.normal(0, 0.3, len(xy))
    spots = [
        {"BSM": f"{COUNTY}1220{n + 1:08d}", "YSDM": "1000720000", "BSGC": round(float(z), 2)}
        for n, z in enumerate(heights)
    ]
    made = {
        "DLTB": (dltb, list(cells), ogr.wkbPolygon),
        "CJDCQ": (units, wholes, ogr.wkbPolygon),
        "XZQ": ([town], [shapely.union_all(wholes)], ogr.wkbPolygon),
        "GCZJD": (spots, [shapely.Point(p) for p in np.round(xy, 3)], ogr.wkbPoint),
    }
    return made, share


def layers(made, like):
    """Layers with the fields of an existing package."""
    return {
        name: Layer(name, like[name].fields, rows, shapes, EPSG, kind)
        for name, (rows, shapes, kind) in made.items()
    }


def regrade(row, grade):
    """Declare another grade, with all that hangs on it."""
    row["GDPDJB"] = str(grade)
    if grade == 1:
        row["GDLX"] = row["KCXS"] = row["KCDLBM"] = None
    else:
        row["GDLX"] = row["GDLX"] or "PD"
        row["KCXS"], row["KCDLBM"] = RIDGES[row["GDLX"], str(grade)], "1203"
    deduct(row)


def deduct(row):
    """KCMJ and TBDLMJ from TBMJ and KCXS."""
    row["KCMJ"] = _cents(row["TBMJ"] * (row["KCXS"] or 0.0))
    row["TBDLMJ"] = round(row["TBMJ"] - row["KCMJ"], 2)


def _unit(number):
    return f"{COUNTY}1002{number + 1:02d}0000000"


def _cents(value):
    return math.floor(value * 100 + 0.5 + 1e-7) / 100


def _parcels(cells, village, share, random):
    names = list(_CLASSES)
    weight = np.array([_CLASSES[name][1] for name in names])
    chosen = random.choice(names, len(cells), p=weight / weight.sum())
    number = [0, 0]
    out = []
    for n, (shape, unit, code) in enumerate(zip(cells, village, chosen)):
        number[unit] += 1
        crop = code.startswith("01")
        row = {
            "BSM": f"{COUNTY}2110{n + 1:08d}",
            "YSDM": "2001010100",
            "TBYBH": str(n + 1),
            "TBBH": str(number[unit]),
            "DLBM": code,
            "DLMC": _CLASSES[code][0],
            "QSXZ": "30",
            "QSDWDM": _unit(unit),
            "QSDWMC": f"村{unit + 1}",
            "ZLDWDM": _unit(unit),
            "ZLDWMC": f"村{unit + 1}",
            "TBMJ": area(shape),
            "GDLX": str(random.choice(["TT", "PD"])) if crop else None,
            "GDPDJB": None,
            "KCXS": None,
            "KCDLBM": None,
            "ZZSXDM": "LS" if crop else None,
            "ZZSXMC": "种植粮食作物" if crop else None,
            "GDDB": 6 if crop else None,
            "FRDBS": "N",
            "SJNF": 2023,
            "MSSM": "00",
        }
        if crop:
            regrade(row, int(np.argmax(share[n])))
        else:
            deduct(row)
        out.append(row)
    return out


def _cells(frame, points):
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=frame.buffer(5000))
    )
    cells = shapely.set_precision(shapely.intersection(cells, frame), 1e-4)
    return np.array([_with_vertices(cell, cells) for cell in cells], dtype=object)


def _with_vertices(shape, cells):
    """The polygon with every vertex of ``cells`` that lies on its outline."""
    every = np.unique(np.round(shapely.get_coordinates(cells), 4), axis=0)
    ring = np.round(np.array(shape.exterior.coords), 4)
    out = []
    for start, end in zip(ring[:-1], ring[1:]):
        along = end - start
        length = math.hypot(*along)
        if length == 0:
            continue
        place = (every - start) @ along / length
        off = np.abs((every - start) @ np.array([-along[1], along[0]])) / length
        between = (off < 2e-3) & (place > 2e-3) & (place < length - 2e-3)
        out += [start, *every[between][np.argsort(place[between])]]
    return shapely.Polygon(out)


def _shares(cells, survey):
    fine = max(1, round(survey.cell / 5))
    grades = np.kron(survey.grades(), np.ones((fine, fine), dtype=np.uint8))
    raster = gdal.GetDriverByName("MEM").Create(
        "", grades.shape[1], grades.shape[0], 1, gdal.GDT_Int32
    )
    step = survey.cell / fine
    raster.SetGeoTransform((survey.west, step, 0, survey.north, 0, -step))
    raster.SetProjection(reference(EPSG).ExportToWkt())
    vector = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = vector.CreateLayer("cells", reference(EPSG))
    layer.CreateField(ogr.FieldDefn("place", ogr.OFTInteger))
    for place, cell in enumerate(cells, start=1):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField(0, place)
        feature.SetGeometry(ogr.CreateGeometryFromWkb(shapely.to_wkb(cell)))
        layer.CreateFeature(feature)
    gdal.RasterizeLayer(raster, [1], layer, options=["ATTRIBUTE=place"])
    label = raster.ReadAsArray()
    counts = [np.bincount(label[grades == g], minlength=len(cells) + 1)[1:] for g in range(6)]
    share = np.column_stack(counts).astype(float)
    return share / share.sum(axis=1, keepdims=True)


# The published formula, constants of CGCS2000.
_B, _E2, _EP2, _C = 6356752.31414036, 0.0066943800229, 0.00673949677548, 6399593.62586
_K = (
    1.57048761144159e-07,
    5.05250178820567e-03,
    2.98472900956587e-05,
    2.41626669230084e-07,
    2.22241238938534e-09,
)
_RHO = 206264.8062471


def area(polygon):
    """Ellipsoid area in m² of the stored vertices, to the cent."""
    latitude, longitude = _inverse(np.array(polygon.exterior.coords))
    e2, e4, e6, e8 = _E2, _E2**2, _E2**3, _E2**4
    series = (
        1 + 3 / 6 * e2 + 30 / 80 * e4 + 35 / 112 * e6 + 630 / 2304 * e8,
        -(1 / 6 * e2 + 15 / 80 * e4 + 21 / 112 * e6 + 420 / 2304 * e8),
        3 / 80 * e4 + 7 / 112 * e6 + 180 / 2304 * e8,
        -(1 / 112 * e6 + 45 / 2304 * e8),
        5 / 2304 * e8,
    )
    along = (longitude[:-1] + longitude[1:]) / 2
    step, middle = np.diff(latitude), (latitude[:-1] + latitude[1:]) / 2
    odd = (1, 3, 5, 7, 9)
    waves = sum(
        factor * np.sin(n * step / 2) * np.cos(n * middle) for factor, n in zip(series, odd)
    )
    return _cents(abs(float(np.sum(2 * _B**2 * along * waves))))


def _inverse(xy):
    east, north = xy[:, 0] - FALSE_EAST, xy[:, 1]
    e = _K[0] * north
    s = np.sin(e)
    foot = e + np.cos(e) * (_K[1] * s - _K[2] * s**3 + _K[3] * s**5 - _K[4] * s**7)
    t, n2 = np.tan(foot), _EP2 * np.cos(foot) ** 2
    v2 = 1 + n2
    u = east * np.sqrt(v2) / _C
    latitude = foot - v2 * t / 2 * u**2
    latitude += (5 + 3 * t**2 + n2 - 9 * n2 * t**2) * v2 * t / 24 * u**4
    latitude -= (61 + 90 * t**2 + 45 * t**4) * v2 * t / 720 * u**6
    longitude = u - (1 + 2 * t**2 + n2) / 6 * u**3
    longitude += (5 + 28 * t**2 + 24 * t**4 + 6 * n2 + 8 * n2 * t**2) / 120 * u**5
    longitude = math.radians(MERIDIAN) + longitude / np.cos(foot)
    return np.round(latitude * _RHO, 6) / _RHO, np.round(longitude * _RHO, 6) / _RHO
