"""Zion, real terrain and land cover, through the whole path of a submission."""

from collections import Counter

import numpy as np
import pytest
import shapely
import zion
from osgeo import gdal
from terrain_cases import rough, write_raster

from onemap_verify.checks.baseline import Baseline
from onemap_verify.checks.findings import Verdict
from onemap_verify.checks.measures.case import Case
from onemap_verify.checks.rules.terrain import rules
from onemap_verify.checks.submission.open import open_submission

exactextract = pytest.importorskip("exactextract", reason="the other side is exactextract")

CELL = 80.0
LIMITS = (2.0, 6.0, 15.0, 25.0)


def slope_grades(dem, out):
    """gdaldem's slope, as grade of every cell (0: none)."""
    slope = gdal.DEMProcessing("", str(dem), "slope", format="MEM", alg="Horn").ReadAsArray()
    source = gdal.Open(str(dem))
    grades = np.where(slope == -9999, 0, np.searchsorted(LIMITS, slope) + 1).astype(np.uint8)
    west, cell, _, north, _, _ = source.GetGeoTransform()
    return write_raster(out, grades, west=west, north=north, cell=cell, epsg=zion.EPSG, nodata=0)


def exact_areas(grades, package):
    """Cells of each grade under each parcel, by exactextract; rows in order of the layer."""
    found = exactextract.exact_extract(grades, str(package), ["unique", "frac", "count"])
    out = np.zeros((len(found), len(LIMITS) + 1))
    for row, feature in enumerate(found):
        facts = feature["properties"]
        for grade, share in zip(facts["unique"], facts["frac"]):
            out[row, int(grade) - 1] = share * facts["count"]
    return out


@pytest.fixture(scope="module")
def land(shared_data, tmp_path_factory):
    """DEM, patches, their codes, and the exact area of each grade in m²."""
    folder = tmp_path_factory.mktemp("zion")
    dem = zion.write_dem(shared_data, folder / "dem.tif", CELL)
    geometry, codes = zion.land_cover(shared_data)
    plain = zion.write_submission(
        folder / "plain.gpkg", geometry, codes, np.zeros(len(geometry), dtype=int)
    )
    areas = exact_areas(slope_grades(dem, folder / "grades.tif"), plain) * CELL**2
    return folder, dem, geometry, codes, areas


def grades_of(areas, codes):
    grades = np.where(areas.sum(axis=1) > 0, areas.argmax(axis=1) + 1, 1)
    return np.where(np.isin(codes, list(zion.CROPLAND)), grades, 0)


def verify(folder, name, dem, geometry, codes, grades, standard):
    package = zion.write_submission(folder / f"{name}.gpkg", geometry, codes, grades)
    with open_submission(package, standard) as submission:
        case = Case(submission, Baseline(dem=str(dem)), standard)
        return case, {rule.id: rule.judge(case) for rule in rules(standard)}


@pytest.fixture(scope="module")
def honest(land, standard):
    folder, dem, geometry, codes, areas = land
    return verify(folder, "honest", dem, geometry, codes, grades_of(areas, codes), standard)


def test_grade_areas_agree_with_gdaldem_and_exactextract(land, honest):
    *_, geometry, _, areas = land
    terrain = honest[0].terrain
    large = (shapely.area(geometry) >= 100 * CELL**2) & (terrain.checked_share > 0.999)
    assert large.sum() > 100
    off = np.abs(terrain.grade_area[large] - areas[large]) / areas[large].sum(axis=1)[:, None]
    assert off.max() < 0.005
    # Cells whose slope is a limit to seven digits may fall either way; no more than that.
    assert np.quantile(off, 0.99) < 1e-4


def test_honest_grades_are_left_alone(honest):
    case, judged = honest
    slope = judged["terrain.slope_grade"]
    cropland = [code.startswith("01") for code in case.parcels.text("DLBM")]
    assert slope.tested + slope.not_checkable == sum(cropland)
    assert slope.tested > 700
    assert slope.findings == []
    assert judged["terrain.slope_bias"].tested == 1
    assert judged["terrain.slope_bias"].findings == []


def test_small_patches_are_not_judged(honest):
    case, judged = honest
    reasons = {reason.en: count for reason, count in judged["terrain.slope_grade"].reasons.items()}
    few = [text for text in reasons if "too coarse" in text]
    assert few and reasons[few[0]] > 1000
    compared = judged["terrain.slope_grade"].compared
    assert compared.sum() == judged["terrain.slope_grade"].tested
    assert case.terrain.cells[compared].min() >= 4


def test_grades_from_another_dem_accuse_hardly_anybody(land, standard, shared_data):
    folder, dem, geometry, codes, _ = land
    other = gdal.Open(str(zion.write_dem(shared_data, folder / "other.tif", 92.0)))
    heights = other.ReadAsArray()
    west, cell, _, north, _, _ = other.GetGeoTransform()
    noisy = np.where(heights == -9999, -9999, heights + rough(heights.shape, 1.5, 2.0))
    write_raster(
        folder / "noisy.tif", noisy.astype(np.float32),
        west=west, north=north, cell=cell, epsg=zion.EPSG, nodata=-9999,
    )  # fmt: skip
    areas = exact_areas(
        slope_grades(folder / "noisy.tif", folder / "noisy_grades.tif"), folder / "plain.gpkg"
    )
    _, judged = verify(folder, "other", dem, geometry, codes, grades_of(areas, codes), standard)
    slope = judged["terrain.slope_grade"]
    wrong = [one for one in slope.findings if one.verdict is Verdict.INCONSISTENT]
    assert len(wrong) <= 0.005 * slope.tested
    assert len(slope.findings) <= 0.015 * slope.tested
    assert not any(
        one.verdict is Verdict.INCONSISTENT for one in judged["terrain.slope_bias"].findings
    )


def test_changed_grades_are_found(land, standard):
    folder, dem, geometry, codes, areas = land
    grades = grades_of(areas, codes)
    share = areas / np.maximum(areas.sum(axis=1), 1e-9)[:, None]
    clear = np.sort(share, axis=1)[:, -2] < 0.25
    enough = areas.sum(axis=1) / CELL**2 >= 4.5
    whole = areas.sum(axis=1) > 0.95 * shapely.area(geometry)
    rng = np.random.default_rng(2)
    able = np.flatnonzero(clear & enough & whole & (grades > 0))
    chosen = rng.choice(able, len(able) // 5, replace=False)
    changed = grades.copy()
    step = np.where(grades[chosen] == 1, 1, -1)
    two = rng.random(len(chosen)) < 0.3
    changed[chosen] += step * np.where(two & (grades[chosen] != 2), 2, 1)
    _, judged = verify(folder, "changed", dem, geometry, codes, changed, standard)
    found = {one.object_id for one in judged["terrain.slope_grade"].findings}
    planted = {f"6101012110{number:08d}" for number in chosen}
    assert len(planted & found) >= 0.99 * len(planted)
    assert len(found - planted) <= 0.005 * judged["terrain.slope_grade"].tested
    ways = Counter(one.cause for one in judged["terrain.slope_grade"].findings)
    assert ways["slope_lowered"] > ways["slope_raised"] > 0
