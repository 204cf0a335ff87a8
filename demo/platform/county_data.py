"""The demo county as a one map: rasters in files, everything else in PostGIS."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import shapely
from osgeo import gdal, osr

from ...checks.standard import Standard
from ..county import County, build_county, write_trusted
from ..evidence import Evidence, write_trusted_pictures
from ..evidence.year_before import look_back
from ..layer import Layer, write_geopackage
from ..names import COUNTY_CODE, COUNTY_NAME, YEAR
from .onemap import LAYERS, PERSONAL

_PEOPLE = ("赵一", "钱二", "孙三", "周四", "吴五", "郑六")


def build(
    folder: Path, parcels: int, seed: int, county: County | None = None
) -> list[tuple[Path, str, str]]:
    """Build the county into ``folder``; return (GeoPackage, layer in it, table) of each vector.

    The same county as ``./run demo`` makes of the same number and seed: what changed last year,
    the pictures and the terrain are those that its packages are verified against.
    """
    county = county or build_county(parcels, seed)
    before = look_back(county, np.random.default_rng([seed, 50, 0]))
    protected = _protected(county, before.changed)
    made = folder / "made"
    made.mkdir(parents=True, exist_ok=True)
    write_trusted(county, made)
    write_trusted_pictures(county, Evidence(before, [], {}, protected), made, seed)
    for name in ("dem.tif", f"image_{YEAR}.tif", f"image_{YEAR - 1}.tif", "ridge_coefficients.csv"):
        shutil.move(made / name, folder / name)
    for name in (f"image_{YEAR}.tif", f"image_{YEAR - 1}.tif", "dem.tif"):
        _overviews(folder / name)
    write_geopackage(
        made / "county.gpkg", list(county.layers.values()), county.standard, county.wkt
    )
    _control_lines(made / "control_lines.gpkg", county, protected)
    sources = {f"dltb_{YEAR - 1}": made / f"dltb_{YEAR - 1}.gpkg"}
    sources |= dict.fromkeys(("yjjbntbhtb", "stbhhx", "czkfbj"), made / "control_lines.gpkg")
    return [
        (sources.get(one.name, made / "county.gpkg"), one.source, one.name)
        for one in LAYERS
        if not one.raster
    ]


def _protected(county: County, changed: np.ndarray) -> np.ndarray:
    """Rows that are permanent basic farmland, as ``evidence.gather`` chooses them."""
    farmland = np.isin(
        shapely.to_wkb(county.parcels.shape), shapely.to_wkb(county.layers["YJJBNTTB"].shape)
    )
    farmland[changed] = False
    return np.flatnonzero(farmland)


def _overviews(path: Path) -> None:
    opened = gdal.Open(str(path))
    opened.BuildOverviews("AVERAGE", [2, 4, 8])
    opened = None


def _control_lines(path: Path, county: County, protected: np.ndarray) -> None:
    standard, parcels = county.standard, county.layers["DLTB"]
    layers = [
        _farmland(parcels, protected, standard),
        _one_area("STBHHX", county, ("0301", "0305", "0307", "0404"), standard),
        _one_area("CZKFBJ", county, ("0701", "0702", "05", "06", "08"), standard),
    ]
    write_geopackage(path, layers, standard, county.wkt)


def _farmland(parcels: Layer, rows: np.ndarray, standard: Standard) -> Layer:
    """YJJBNTBHTB with responsible people in it: invented, but of the form of real ones."""
    count = len(rows)
    people = np.array([_PEOPLE[n % len(_PEOPLE)] for n in range(count)], dtype=object)
    number = np.arange(count)
    columns = {
        "XZQDM": _filled(count, COUNTY_CODE),
        "XZQMC": _filled(count, COUNTY_NAME),
        "YJJBNTTBBH": np.array([f"{n + 1:08d}" for n in number], dtype=object),
        "SJNF": _filled(count, YEAR - 1),
        "YJJBNTTBMJ": parcels.columns["TBMJ"][rows],
        "YJJBNTMJ": parcels.columns["TBDLMJ"][rows],
        "ZZRR": people,
        "ZRRMC": people,
        "CFZR": people,
        # Not identity numbers: a real one has 18 digits and never begins with 99.
        "ZRRZJHM": np.array([f"9901011900010{n:05d}" for n in number % 100_000], dtype=object),
        "LXDH": np.array([f"000-{n:08d}" for n in number], dtype=object),
        "JZDZ": np.array([f"{COUNTY_NAME}某村{n % 90 + 1}号" for n in number], dtype=object),
    }
    for name in ("TBBH", "DLBM", "DLMC", "QSXZ", "QSDWDM", "ZLDWDM", "GDLX", "GDPDJB"):
        columns[name] = parcels.columns[name][rows]
    assert {name.lower() for name in columns} >= set(PERSONAL)
    return _layer("YJJBNTBHTB", "2420", parcels.shape[rows], columns, standard)


def _one_area(name: str, county: County, classes: tuple[str, ...], standard: Standard) -> Layer:
    """A line drawn around land of some classes, generously."""
    code = county.parcels.code.astype(str)
    rows = np.array([value.startswith(classes) for value in code])
    joined = shapely.union_all(county.parcels.shape[rows])
    area = shapely.simplify(shapely.buffer(shapely.buffer(joined, 30.0), -25.0), 3.0)
    parts = shapely.get_parts(area)
    parts = parts[shapely.area(parts) > 20_000] if len(parts) else parts
    if not len(parts):
        parts = np.array([shapely.buffer(shapely.centroid(county.parcels.shape[0]), 100.0)])
    count = len(parts)
    columns = {
        "XZQDM": _filled(count, COUNTY_CODE),
        "XZQMC": _filled(count, COUNTY_NAME),
        "MJ": np.array([round(float(size), 2) for size in shapely.area(parts)], dtype=object),
    }
    if name == "STBHHX":
        columns["HXBM"] = np.array([f"HX{n + 1:04d}" for n in range(count)], dtype=object)
        columns["HXMC"] = _filled(count, "云岫山水源涵养红线")
        columns["HXLX"] = _filled(count, "水源涵养")
    else:
        columns["GHFQDM"] = _filled(count, "100")
        columns["GHFQMC"] = _filled(count, "城镇集中建设区")
    return _layer(name, "24" + ("30" if name == "STBHHX" else "40"), parts, columns, standard)


def _layer(
    name: str, code: str, shape: np.ndarray, columns: dict[str, np.ndarray], standard: Standard
) -> Layer:
    count = len(shape)
    columns["BSM"] = np.array([f"{COUNTY_CODE}{code}{n + 1:08d}" for n in range(count)], object)
    given = {f.name: columns.get(f.name, _filled(count, None)) for f in standard.fields[name]}
    return Layer(name, np.asarray(shape, dtype=object), given)


def _filled(count: int, value: object) -> np.ndarray:
    column = np.empty(count, dtype=object)
    column[:] = value
    return column


def load_tables(sources: list[tuple[Path, str, str]], connection: str) -> None:
    """Load each layer into a table of schema ``onemap``: columns in lower case, key ``fid``.

    Raises
    ------
    OSError
        When a table does not hold what the layer holds.
    """
    gdal.UseExceptions()
    for path, layer, table in sources:
        done = gdal.VectorTranslate(
            f"PG:{connection}",
            str(path),
            format="PostgreSQL",
            layers=[layer],
            layerName=f"onemap.{table}",
            layerCreationOptions=["LAUNDER=YES", "FID=fid", "GEOMETRY_NAME=geom", "PRECISION=NO"],
            geometryType="PROMOTE_TO_MULTI",
            accessMode="overwrite",
        )
        if done is None:
            raise OSError(f"{layer} could not be loaded: {gdal.GetLastErrorMsg()}")
        done = None


def extent_in_degrees(folder: Path) -> tuple[float, float, float, float]:
    """West, south, east, north of the terrain in degrees (CGCS2000)."""
    opened = gdal.Open(str(folder / "dem.tif"))
    west, cell, _, north, _, _ = opened.GetGeoTransform()
    east, south = west + cell * opened.RasterXSize, north - cell * opened.RasterYSize
    source, target = osr.SpatialReference(), osr.SpatialReference()
    source.ImportFromWkt(opened.GetProjection())
    target.ImportFromEPSG(4490)
    for reference in (source, target):
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    across = osr.CoordinateTransformation(source, target)
    corners = [across.TransformPoint(x, y) for x in (west, east) for y in (south, north)]
    longitude, latitude = [c[0] for c in corners], [c[1] for c in corners]
    return min(longitude), min(latitude), max(longitude), max(latitude)
