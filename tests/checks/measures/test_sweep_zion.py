"""Slope grades of real parcels on real terrain, against independent computations.

Parcels are the land-cover polygons of the Zion data set; terrain is its SRTM,
warped to metres (``gdaldem slope`` and exactextract) and as it is, in degrees
(Horn's formula row by row, and exactextract).
"""

import numpy as np
import pytest
import shapely
from osgeo import gdal, ogr, osr

from onemap_verify.checks.measures.sweep import measure_terrain
from onemap_verify.checks.placing import Frame

LIMITS = (2.0, 6.0, 15.0, 25.0)


def polygons_of(path):
    """Land-cover polygons in the raster's CRS."""
    source = gdal.Open(str(path))
    memory = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = memory.CreateLayer("nlcd", source.GetSpatialRef())
    layer.CreateField(ogr.FieldDefn("code", ogr.OFTInteger))
    gdal.Polygonize(source.GetRasterBand(1), source.GetRasterBand(1).GetMaskBand(), layer, 0)
    found = shapely.from_wkb([bytes(f.GetGeometryRef().ExportToWkb()) for f in layer])
    return found, source.GetSpatialRef().ExportToWkt()


@pytest.fixture(scope="module")
def parcels(shared_data):
    found, wkt = polygons_of(shared_data / "zion" / "nlcd.tif")
    found = found[shapely.is_valid(found)]
    # The largest polygons wind through the whole scene: thousands of cells each.
    order = np.argsort(-shapely.area(found), kind="stable")
    return found[order[:700]], wkt


def fractions(geometries, raster):
    exactextract = pytest.importorskip("exactextract", reason="exactextract is not installed")
    features = [
        {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(g)}
        for g in geometries
    ]
    found = exactextract.exact_extract(raster, features, ["coverage", "values"])
    return [(f["properties"]["coverage"], f["properties"]["values"]) for f in found]


def compare(found, theirs):
    """Grades of parcels with at least 100 cells agree to 0.5 % of the parcel's area."""
    compared, total, expected_total = 0, np.zeros(5), np.zeros(5)
    for row, (coverage, slope) in enumerate(theirs):
        known = slope >= 0
        coverage, slope = coverage[known], slope[known]
        if coverage.sum() < 100:
            continue
        expected = np.bincount(np.searchsorted(LIMITS, slope), coverage, minlength=5)
        share = found.grade_share[row]
        np.testing.assert_allclose(share, expected / expected.sum(), atol=0.005)
        compared += 1
        total += share * coverage.sum()
        expected_total += expected
        assert found.cells[row] == pytest.approx(coverage.sum(), rel=2e-3)
        assert found.slope_mean[row] == pytest.approx(np.average(slope, weights=coverage), abs=0.02)
    np.testing.assert_allclose(total / total.sum(), expected_total / total.sum(), atol=5e-4)
    return compared


def test_in_metres_against_gdaldem_and_exactextract(shared_data, tmp_path, parcels):
    geometries, wkt = parcels
    dem, slope = str(tmp_path / "dem.tif"), str(tmp_path / "slope.tif")
    gdal.Warp(
        dem,
        str(shared_data / "zion" / "srtm.tif"),
        dstSRS=wkt,
        xRes=30,
        yRes=30,
        resampleAlg="bilinear",
        outputType=gdal.GDT_Float32,
        dstNodata=-9999,
    )
    gdal.DEMProcessing(slope, dem, "slope")
    found = measure_terrain(geometries, wkt, dem, LIMITS)
    assert found.frame is Frame.SAME
    assert compare(found, fractions(geometries, slope)) > 300


def test_in_degrees_against_horn_row_by_row(shared_data, tmp_path, parcels):
    geometries, wkt = parcels
    path = str(shared_data / "zion" / "srtm.tif")
    source = gdal.Open(path)
    slope = horn_by_rows(source)
    target = gdal.GetDriverByName("GTiff").Create(
        str(tmp_path / "slope.tif"), source.RasterXSize, source.RasterYSize, 1, gdal.GDT_Float64
    )
    target.SetGeoTransform(source.GetGeoTransform())
    target.SetProjection(source.GetProjection())
    target.GetRasterBand(1).SetNoDataValue(-1)
    target.GetRasterBand(1).WriteArray(slope)
    target = None
    degrees = in_degrees(geometries, wkt)
    found = measure_terrain(geometries, wkt, path, LIMITS)
    assert found.frame is Frame.REPROJECTED
    assert compare(found, fractions(degrees, str(tmp_path / "slope.tif"))) > 100


def in_degrees(geometries, wkt):
    one, other = osr.SpatialReference(wkt), osr.SpatialReference()
    other.ImportFromEPSG(4326)
    for reference in (one, other):
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    change = osr.CoordinateTransformation(one, other)
    return shapely.transform(
        geometries, lambda xy: np.array(change.TransformPoints(xy.tolist()))[:, :2]
    )


def horn_by_rows(source):
    """Slope in degrees, float64, -1 where unknown: written for this test alone."""
    height = source.ReadAsArray().astype(float)
    height[height == source.GetRasterBand(1).GetNoDataValue()] = np.nan
    _, across, _, north, _, down = source.GetGeoTransform()
    out = np.full(height.shape, -1.0)
    a, e2 = 6378137.0, 0.0066943799901413165
    for row in range(1, height.shape[0] - 1):
        latitude = np.radians(north + (row + 0.5) * down)
        bend = np.sqrt(1 - e2 * np.sin(latitude) ** 2)
        dx = np.radians(across) * a * np.cos(latitude) / bend
        dy = np.radians(-down) * a * (1 - e2) / bend**3
        up, here, low = height[row - 1], height[row], height[row + 1]
        east = (up[2:] + 2 * here[2:] + low[2:] - up[:-2] - 2 * here[:-2] - low[:-2]) / (8 * dx)
        south = (low[:-2] + 2 * low[1:-1] + low[2:] - up[:-2] - 2 * up[1:-1] - up[2:]) / (8 * dy)
        out[row, 1:-1] = np.degrees(np.arctan(np.hypot(east, south)))
    out[~np.isfinite(out)] = -1
    return out
