"""A shift between heights and DEM: found to its error, or said not to be determined."""

import time

import numpy as np
import pytest
from terrain_cases import GAUSS, at, fractal, inside, jacksboro, wkt_of, write_raster

from onemap_verify.checks.measures.heights_ground import Ground
from onemap_verify.checks.measures.heights_shift import find_shift, spread_evenly
from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.raster import Raster


def ground(folder, heights, cell):
    path = write_raster(folder / "dem.tif", heights.astype(np.float32), cell=cell)
    corner = np.array([[500_000.0, 3_400_000.0], [500_100.0, 3_399_900.0]])
    return Ground(Raster(path), wkt_of(GAUSS), corner)


def survey(heights, cell, count, shift, seed, noise):
    """Places as drawn, and heights measured ``shift`` metres away from there."""
    rng = np.random.default_rng(seed)
    margin = float(np.hypot(*shift)) + 3 * cell
    xy = inside(count, heights, cell, margin, seed)
    measured = at(heights, xy + shift, cell) + rng.normal(0, noise, count)
    measured[rng.random(count) < 0.05] += 60.0
    return xy, measured


TERRAINS = {
    "5 m": (lambda: fractal(600, 1, relief=150), 5.0, 0.5),
    "10 m": (lambda: fractal(400, 2, relief=150), 10.0, 0.7),
    "30 m": (lambda: fractal(300, 3, relief=400), 30.0, 2.0),
    "90 m": (jacksboro, 80.0, 3.0),
}


@pytest.mark.parametrize("name", list(TERRAINS))
@pytest.mark.parametrize("cells", [0.0, 0.6, 4.0, 20.0])
def test_shift_is_found(name, cells, tmp_path):
    make, cell, noise = TERRAINS[name]
    heights = make()
    shift = np.array([0.8, -0.6]) * cells * cell
    xy, measured = survey(heights, cell, 300, shift, 7, noise)
    found = find_shift(ground(tmp_path, heights, cell), xy, measured)
    assert found.state == "found"
    assert np.hypot(*(np.array([found.east, found.north]) - shift)) < 0.35 * cell
    off = (np.array([found.east, found.north]) - shift) / [found.sigma_east, found.sigma_north]
    assert np.abs(off).max() < 5
    if cells >= 4:
        assert found.after < 0.5 * found.before
        assert found.gain > 50


def test_a_shift_far_beyond_a_fine_grid(tmp_path):
    heights, cell = fractal(800, 4, relief=150), 5.0
    shift = np.array([404.0, 22.0])
    xy, measured = survey(heights, cell, 400, shift, 3, 0.5)
    found = find_shift(ground(tmp_path, heights, cell), xy, measured)
    assert found.state == "found"
    assert np.hypot(found.east - 404, found.north - 22) < 2


def test_a_vertical_offset_does_not_matter(tmp_path):
    heights, cell = fractal(300, 5), 10.0
    xy, measured = survey(heights, cell, 200, np.array([55.0, 30.0]), 1, 0.5)
    found = find_shift(ground(tmp_path, heights, cell), xy, measured + 37.0)
    assert np.hypot(found.east - 55, found.north - 30) < 3


def test_flat_ground_tells_nothing(tmp_path):
    rng = np.random.default_rng(0)
    heights = rng.normal(50, 0.2, (300, 300))
    states = set()
    for seed in range(6):
        xy, measured = survey(heights, 30.0, 200, np.array([100.0, 0.0]), seed, 0.3)
        states.add(find_shift(ground(tmp_path, heights, 30.0), xy, measured).state)
    assert "found" not in states


def test_an_even_slope_tells_nothing(tmp_path):
    row, column = np.mgrid[:300, :300]
    heights = 2.0 * row + column + np.random.default_rng(1).normal(0, 0.3, row.shape)
    xy, measured = survey(heights, 10.0, 200, np.array([40.0, 0.0]), 2, 0.3)
    assert find_shift(ground(tmp_path, heights, 10.0), xy, measured).state != "found"


def test_a_few_points_tell_nothing(tmp_path):
    heights = fractal(200, 6)
    xy, measured = survey(heights, 10.0, 15, np.zeros(2), 2, 0.3)
    assert find_shift(ground(tmp_path, heights, 10.0), xy, measured).state == "few"


def test_two_villages_far_apart(tmp_path):
    heights, cell, shift = jacksboro(), 80.0, np.array([400.0, -250.0])
    rng = np.random.default_rng(3)
    centres = np.array([[504_000.0, 3_395_000.0], [528_000.0, 3_376_000.0]])
    xy = np.repeat(centres, 60, axis=0) + rng.normal(0, 700, (120, 2))
    measured = at(heights, xy + shift, cell) + rng.normal(0, 2, 120)
    found = find_shift(ground(tmp_path, heights, cell), xy, measured)
    assert found.state == "found"
    assert np.hypot(found.east - 400, found.north + 250) < 40


def test_many_points_take_seconds(tmp_path):
    heights, cell = fractal(1000, 8, relief=400), 10.0
    xy, measured = survey(heights, cell, 50_000, np.array([120.0, 80.0]), 4, 0.6)
    here = ground(tmp_path, heights, cell)
    began = time.process_time()
    found = find_shift(here, xy, measured)
    assert time.process_time() - began < 10
    assert np.hypot(found.east - 120, found.north - 80) < 2


def test_points_are_thinned_evenly():
    rng = np.random.default_rng(0)
    crowd, few = rng.normal(0, 10, (5000, 2)), rng.uniform(-5000, 5000, (300, 2))
    xy = np.concatenate([crowd, few])
    kept = spread_evenly(xy, 400)
    assert 200 < len(kept) <= 400
    # The lonely points stay, the crowd gives way.
    assert (kept >= 5000).sum() > 0.8 * 300


def test_it_can_be_cancelled(tmp_path):
    heights = fractal(200, 6)
    xy, measured = survey(heights, 10.0, 200, np.zeros(2), 2, 0.3)
    here = ground(tmp_path, heights, 10.0)
    with pytest.raises(Cancelled):
        find_shift(here, xy, measured, Progress(cancelled=lambda: True))
