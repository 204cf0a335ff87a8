"""A trusted terrain that is not what it seems accuses nobody."""

import numpy as np
import pytest
from osgeo import gdal
from spoil import rules_found, run_of

from onemap_verify.checks.errors import ExplainedError


@pytest.fixture
def terrain(bench):
    """The honest DEM as an array, and a hand that writes it again."""
    source = gdal.Open(str(bench.dem))
    heights, transform, wkt = source.ReadAsArray(), source.GetGeoTransform(), source.GetProjection()

    def write(values, bands=1, kind=gdal.GDT_Float32, nodata=None, name="spoiled.tif"):
        path = str(bench.folder / name)
        rows, columns = values.shape
        made = gdal.GetDriverByName("GTiff").Create(path, columns, rows, bands, kind)
        made.SetGeoTransform(transform)
        made.SetProjection(wkt)
        for number in range(1, bands + 1):
            band = made.GetRasterBand(number)
            if nodata is not None:
                band.SetNoDataValue(nodata)
            band.WriteArray(values)
        del band, made
        return path

    return heights, write


@pytest.mark.parametrize(
    ("filler", "nodata"), [(0.0, None), (-9999.0, None), (-9999.0, -32768.0), (-32768.0, None)]
)
def test_ground_without_data_that_nobody_marked_is_no_ground(bench, terrain, filler, nodata):
    """Half of the county filled with a number: no slope, no height may be compared there."""
    heights, write = terrain
    heights = heights.copy()
    heights[:, heights.shape[1] // 2 :] = filler
    found = bench.verify(bench.county, dem=write(heights, nodata=nodata))
    assert not [f for f in found.findings if f.verdict.value == "inconsistent"]
    grade = run_of(found, "terrain.slope_grade")
    assert grade.tested > 20
    assert grade.not_checkable > 30
    assert run_of(found, "heights.blunder").not_checkable > 10


def test_low_coasts_keep_their_zeros(bench, terrain):
    """Real ground at 0 m lies beside ground at 1 m, and is ground."""
    heights, write = terrain
    lowered = np.round(heights - np.median(heights)).astype(np.float32)
    lowered[lowered < 0] = 0
    from onemap_verify.checks.measures.terrain_file import open_terrain

    raster = open_terrain(write(lowered))
    values, valid = raster.read(next(iter(raster.windows(10_000_000))))
    assert (values == 0).mean() > 0.3
    assert valid is None


def test_parcels_on_ground_of_one_single_height_are_not_judged(bench, terrain):
    heights, write = terrain
    found = bench.verify(bench.county, dem=write(np.full_like(heights, 321.5)))
    grade = run_of(found, "terrain.slope_grade")
    assert grade.findings == 0
    assert "one single height" in grade.reason.en
    assert not rules_found(found)["terrain.slope_map"]
    assert not rules_found(found)["terrain.slope_bias"]


def test_an_image_is_no_terrain(bench, terrain):
    heights, write = terrain
    image = write((heights % 256).astype(np.uint8), 3, gdal.GDT_Byte)
    with pytest.raises(ExplainedError, match="bands"):
        bench.verify(bench.county, dem=image)


def test_grades_in_degrees_are_judged_by_metres(bench):
    """The slope map of a package in longitude and latitude is as wide as in metres."""
    import shapely
    from osgeo import osr
    from spoil import reference

    layers = bench.layers("DLTB", "PDT")
    for layer in layers.values():
        way = osr.CoordinateTransformation(reference(layer.crs), reference(4490))
        layer.shapes = list(
            shapely.transform(
                np.array(layer.shapes, dtype=object),
                lambda xy: np.array(way.TransformPoints(xy.tolist()))[:, :2],  # noqa: B023
            )
        )
        layer.crs = 4490
    in_degrees = run_of(bench.verify(layers), "terrain.slope_map")
    in_metres = run_of(bench.verify(bench.layers("DLTB", "PDT")), "terrain.slope_map")
    assert in_metres.tested > 3
    assert in_degrees.tested == in_metres.tested


def test_whole_metres_on_a_fine_grid_say_nothing_of_slopes(bench):
    source = gdal.Open(str(bench.dem))
    west, _, _, north, _, _ = source.GetGeoTransform()
    heights = source.ReadAsArray()[100:260, 60:220]
    fine = np.round(np.kron(heights, np.ones((5, 5)))).astype(np.int16)
    path = str(bench.folder / "fine.tif")
    made = gdal.GetDriverByName("GTiff").Create(path, 800, 800, 1, gdal.GDT_Int16)
    made.SetGeoTransform((west + 600, 2, 0, north - 1000, 0, -2))
    made.SetProjection(source.GetProjection())
    made.GetRasterBand(1).WriteArray(fine)
    del made
    found = bench.verify(bench.county, dem=path)
    grade = run_of(found, "terrain.slope_grade")
    assert grade.tested == 0
    assert "rounded too much" in grade.reason.en
    assert not rules_found(found, "terrain")


@pytest.mark.parametrize("noise", [1.0, 3.0])
def test_a_noisy_terrain_accuses_nobody(bench, terrain, noise):
    """Noise makes slopes steeper than any survey has them; the survey did not lower them."""
    heights, write = terrain
    rough = heights + np.random.default_rng(5).normal(0, noise, heights.shape)
    found = bench.verify(bench.county, dem=write(rough.astype(np.float32)))
    said = [f for f in found.findings if f.family.value == "terrain"]
    assert not [f for f in said if f.verdict.value == "inconsistent"]
    assert len(said) < 12
