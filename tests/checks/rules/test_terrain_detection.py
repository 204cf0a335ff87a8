"""How many changed slope grades are found, and how many honest ones are accused.

Honest grades never come from the DEM that they are checked against: from one with
correlated errors, or from one of another resolution. Real terrain (SRTM), irregular
parcels. The figures are printed; what is asserted leaves a margin.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.ndimage import zoom
from terrain_cases import (
    GAUSS,
    case_of,
    halved,
    jacksboro,
    judge,
    mosaic,
    parcels,
    rough,
    wkt_of,
    write_raster,
)

from onemap_verify.checks.findings import Verdict
from onemap_verify.checks.measures.sweep import measure_terrain
from onemap_verify.checks.rules.terrain import rules

LIMITS = (2.0, 6.0, 15.0, 25.0)


@dataclass
class County:
    """Parcels, honest grades, which of these are clear, and the DEM to check with.

    Clear: no second grade of 25 % in either DEM, and a winner that both agree on (a
    parcel torn between grades has no wrong neighbour grade).
    """

    geometry: np.ndarray
    grades: np.ndarray
    clear: np.ndarray
    dem: str


def county(folder, check, honest, cell, honest_cell, count):
    dem = write_raster(folder / "check.tif", check, cell=cell)
    other = write_raster(folder / "honest.tif", honest, cell=honest_cell)
    rows = min(check.shape[0] * cell, honest.shape[0] * honest_cell) / cell
    columns = min(check.shape[1] * cell, honest.shape[1] * honest_cell) / cell
    geometry = mosaic(count, rows, columns, cell)
    here = measure_terrain(geometry, wkt_of(GAUSS), dem, LIMITS)
    there = measure_terrain(geometry, wkt_of(GAUSS), other, LIMITS)
    whole = (here.checked_share > 0.95) & (there.checked_share > 0.95) & (here.cells >= 20)
    clear = np.ones(len(geometry), dtype=bool)
    for measure in (here, there):
        clear &= np.sort(measure.grade_share, axis=1)[:, -2] < 0.25
    grades = np.maximum(there.grade, 1)
    clear &= here.grade == grades
    return County(geometry[whole], grades[whole], clear[whole], dem)


SRTM = {"cell": 80.0, "count": 1500}


def noisy(folder):
    heights = jacksboro()
    errors = rough(heights.shape, 1.6, 2.0, seed=4)
    return county(folder, heights, heights + errors, SRTM["cell"], SRTM["cell"], SRTM["count"])


def unrelated_noise(folder):
    heights = jacksboro()
    errors = rough(heights.shape, 1.6, 0.0, seed=5)
    return county(folder, heights, heights + errors, SRTM["cell"], SRTM["cell"], SRTM["count"])


def coarser(folder):
    """As contours become a fine grid: smooth between, honest grades from half the resolution."""
    fine = zoom(jacksboro()[100:280, 100:280].astype(float), 3, order=3).astype(np.float32)
    return county(folder, fine, halved(fine), 80 / 3, 160 / 3, 1500)


def finer(folder):
    fine = zoom(jacksboro()[100:280, 100:280].astype(float), 3, order=3).astype(np.float32)
    return county(folder, halved(fine), fine, 160 / 3, 80 / 3, 1000)


SOURCES = {"noise": noisy, "white noise": unrelated_noise, "coarser": coarser, "finer": finer}


@pytest.fixture(scope="module", params=list(SOURCES))
def place(request, tmp_path_factory):
    return request.param, SOURCES[request.param](tmp_path_factory.mktemp("county"))


def accused(place, grades, standard):
    """Verdict by row of the parcels that got a finding, and how many were compared."""
    case = case_of([parcels(place.geometry, grades)], place.dem, standard)
    judged = judge(case, rules, "slope_grade")["terrain.slope_grade"]
    return {int(f.object_id[-8:]): f.verdict for f in judged.findings}, judged.tested


def test_honest_grades_from_another_dem(place, standard):
    name, here = place
    found, tested = accused(here, here.grades, standard)
    wrong = sum(verdict is Verdict.INCONSISTENT for verdict in found.values())
    print(f"\n{name}: of {tested} honest parcels {len(found)} doubted, {wrong} inconsistent")
    assert tested > 800
    assert wrong == 0
    assert len(found) <= 0.008 * tested


@pytest.mark.parametrize("steps", [1, 2])
def test_changed_grades(place, steps, standard):
    name, here = place
    rng = np.random.default_rng(steps)
    able = np.flatnonzero(here.clear)
    planted = rng.choice(able, max(len(able) // 6, 30), replace=False)
    lower = here.grades[planted] - steps
    higher = here.grades[planted] + steps
    down = (lower >= 1) & ((higher > 5) | (rng.random(len(planted)) < 0.7))
    kept = down | (higher <= 5)
    planted, changed = planted[kept], np.where(down, lower, higher)[kept]
    grades = here.grades.copy()
    grades[planted] = changed
    found, tested = accused(here, grades, standard)
    hit = sum(row in found for row in planted)
    sure = sum(found.get(row) is Verdict.INCONSISTENT for row in planted)
    false = len(set(found) - set(planted.tolist()))
    print(f"\n{name}: {len(planted)} wrong by {steps}: {hit} found, {sure} inconsistent; "
          f"{false} of {tested} honest doubted")  # fmt: skip
    assert len(planted) >= 30
    assert hit >= 0.99 * len(planted) if steps == 1 else hit == len(planted)
    if steps == 2:
        assert sure >= 0.6 * len(planted)
    assert false <= 0.008 * tested
