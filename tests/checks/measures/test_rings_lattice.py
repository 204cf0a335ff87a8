"""Grids, staircases and even spacing; and honest outlines that look a little like them."""

import numpy as np
import pytest
import shapely
from scipy import stats

from onemap_verify.checks.measures.rings_lattice import (
    OWN,
    Lattice,
    likelihood_ratio,
    measure_lattice,
)
from onemap_verify.checks.measures.rings_splits import measure_splits
from onemap_verify.checks.measures.shape_vertices import rings

SPACINGS = (30.0, 10.0, 5.0, 2.0, 1.0)


def field(rng, vertices=20, size=100.0):
    angle = np.sort(rng.uniform(0, 2 * np.pi, vertices))
    radius = size * rng.uniform(0.8, 1.2, vertices)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1) + rng.uniform(
        0, 1e5, 2
    )


def fields(count=200, seed=0, change=lambda xy: xy):
    rng = np.random.default_rng(seed)
    return np.array([shapely.Polygon(change(field(rng))) for _ in range(count)], dtype=object)


def measured(geometry):
    flat = rings(np.asarray(geometry, dtype=object))
    grids = [Lattice(f"{each:g} m", each, flat.xy / each) for each in SPACINGS]
    return measure_lattice(flat, len(geometry), grids)


def staircase(rng, cell=10.0, cells=8, angle=0.0):
    """A random patch of pixels, as polygonize makes it."""
    patch = np.zeros((cells, cells), dtype=bool)
    patch[cells // 2, :] = True
    patch |= rng.uniform(size=patch.shape) < 0.5
    row, column = np.nonzero(patch)
    whole = shapely.union_all(shapely.box(column * cell, row * cell, (column + 1) * cell,
                                          (row + 1) * cell))  # fmt: skip
    part = max(shapely.get_parts(whole), key=shapely.area)
    turn = np.exp(1j * np.radians(angle))
    place = rng.uniform(0, 1e5, 2)

    def put(xy):
        z = (xy @ np.array([1, 1j])) * turn
        return np.stack([z.real, z.imag], axis=1) + place

    return shapely.transform(shapely.Polygon(part.exterior), put)


def test_honest_outlines_on_no_grid_whatever_their_decimals():
    for decimals in (6, 3, 2, 1):
        found = measured(fields(300, change=lambda xy, d=decimals: np.round(xy, d)))
        assert np.isfinite(found.grid).all()
        assert found.grid.max() < 9
        assert not (found.even >= 9).any()


@pytest.mark.parametrize("spacing", SPACINGS)
def test_vertices_on_a_grid_are_found_and_its_spacing_named(spacing):
    def snapped(xy):
        return np.round((xy - 0.37) / spacing) * spacing + 0.37

    found = measured(fields(100, change=snapped))
    assert (found.grid > 12).mean() > 0.97
    assert np.median(found.grid_spacing) == spacing


def test_a_grid_with_a_little_noise_and_another_with_a_lot():
    rng = np.random.default_rng(5)
    near = fields(100, change=lambda xy: np.round(xy / 10) * 10 + rng.normal(0, 0.2, xy.shape))
    far = fields(100, change=lambda xy: np.round(xy / 10) * 10 + rng.normal(0, 4.0, xy.shape))
    assert (measured(near).grid > 12).mean() > 0.9
    assert not (measured(far).grid > 9).any()


@pytest.mark.parametrize("angle", [0.0, 23.0, 90.0])
def test_staircases_are_found_in_any_direction(angle):
    rng = np.random.default_rng(2)
    some = [staircase(rng, cell=31.53, angle=angle) for _ in range(60)]
    found = measured(some)
    assert (found.grid > 12).mean() > 0.9
    assert np.nanmin(found.staircase) > 0.99
    best = np.array([found.names[each] for each in found.grid_name])
    assert (best == OWN).all()
    assert np.median(found.grid_spacing) == pytest.approx(31.53, rel=1e-3)


def test_upright_houses_and_round_ponds_say_nothing():
    rng = np.random.default_rng(1)
    houses = [shapely.box(x, y, x + 12.37, y + 8.91) for x, y in rng.uniform(0, 1e4, (50, 2))]
    ponds = [shapely.Point(*at).buffer(25.0) for at in rng.uniform(0, 1e4, (50, 2))]
    found = measured(houses + ponds)
    assert np.isnan(found.grid[:50]).all()
    assert not (found.grid > 9).any()
    assert np.isnan(found.even[50:]).all()


def test_a_nearly_square_field_drawn_with_even_points_is_on_no_grid():
    """Three edges a side, a metre or two beside the line: so people draw (demo county)."""
    rng = np.random.default_rng(6)
    side = np.arange(3) / 3
    flat = np.zeros(3)
    square = np.concatenate(
        [
            np.stack([side, flat], 1),
            np.stack([flat + 1, side], 1),
            np.stack([1 - side, flat + 1], 1),
            np.stack([flat, 1 - side], 1),
        ]
    )
    some = []
    for _ in range(300):
        turn = np.exp(1j * rng.uniform(0, np.pi))
        drawn = (square * rng.uniform(60, 140) + rng.normal(0, 1.2, square.shape)) @ [1, 1j] * turn
        some.append(shapely.Polygon(np.stack([drawn.real, drawn.imag], 1) + rng.uniform(0, 1e5, 2)))
    found = measured(some)
    # One lies along the axes by chance, with thirty metres between its points.
    assert (found.grid > 9).sum() <= 1
    assert not [n for n in found.grid_name[found.grid > 9] if found.names[n] == OWN]


def test_even_spacing():
    def streamed(xy):
        line = shapely.LinearRing(xy)
        return shapely.get_coordinates(line.interpolate(np.arange(0, line.length, 3.0)))

    rng = np.random.default_rng(3)
    curve = [blob(rng) for _ in range(30)]
    found = measured([shapely.Polygon(streamed(xy)) for xy in curve])
    assert (found.even > 12).all()
    assert np.median(found.even_spacing) == pytest.approx(3.0, abs=0.05)
    assert (found.even_share > 0.8).all()


def blob(rng):
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    waves = sum(
        rng.choice([-12, 12]) / n * np.cos(n * angle + rng.uniform(0, 6)) for n in range(2, 6)
    )
    return ((60 + waves) * np.exp(1j * angle)).view(float).reshape(-1, 2)


def test_the_likelihood_ratio_against_scipy():
    rng = np.random.default_rng(0)
    for kappa in (0.5, 3.0, 50.0):
        angle = stats.vonmises(kappa).rvs(400, random_state=rng)
        length = np.abs(np.exp(1j * angle).mean())
        fitted, place, _ = stats.vonmises.fit(angle, fscale=1)
        best = stats.vonmises(fitted, loc=place).logpdf(angle).sum() + 400 * np.log(2 * np.pi)
        ours = likelihood_ratio(np.array([length]), np.array([400.0]))[0]
        assert ours == pytest.approx(best, rel=0.02)


def test_nothing_to_measure():
    found = measured([None, shapely.Polygon()])
    assert np.isnan(found.grid).all() and np.isnan(found.even).all()


def test_a_parcel_cut_below_the_limit():
    whole = shapely.box(0, 0, 40, 25)
    pieces = [shapely.box(0, 0, 13, 25), shapely.box(13, 0, 26, 25), shapely.box(26, 0, 40, 25)]
    lone = shapely.box(500, 0, 518, 20)
    some = np.array([*pieces, lone, None], dtype=object)
    limit, kind = np.full(5, 400.0), np.zeros(5, dtype=np.int64)
    found = measure_splits(some, limit, kind)
    assert len(found.splits) == 1
    split = found.splits[0]
    assert sorted(split.rows) == [0, 1, 2]
    assert split.area == pytest.approx(whole.area)
    assert split.compactness == pytest.approx(4 * np.pi * 1000 / 130**2)
    # The outer pieces share one long side each.
    assert split.shared == pytest.approx(25 / 78)
    assert found.statistic[3] == 0 and np.isnan(found.statistic[4])
    kind[1] = 1
    assert measure_splits(some, limit, kind).splits == []


def test_heaping_below_the_limit_and_an_even_density():
    rng = np.random.default_rng(0)
    even = 400 * np.exp(rng.uniform(-0.5, 0.5, 2000))
    heaped = np.append(even, 400 * np.exp(rng.uniform(-0.1, 0, 400)))
    for areas, low, high in ((even, -4, 4), (heaped, 5, 50)):
        side = np.sqrt(areas)
        at = np.arange(len(areas)) * 100.0
        boxes = shapely.box(at, 0, at + side, side)
        number = np.arange(len(areas))
        found = measure_splits(boxes, np.full(len(areas), 400.0), number)
        assert low < found.jumps[0].sigmas < high
