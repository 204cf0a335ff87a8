"""Outlines against a picture in which every edge is known."""

import numpy as np
import pytest
import shapely
from scipy import ndimage
from scipy.spatial import cKDTree
from small_rasters import GAUSS, wkt_of, write_raster

from onemap_verify.checks.baseline import Image
from onemap_verify.checks.grid import Window
from onemap_verify.checks.measures.edges import measure_edges
from onemap_verify.checks.measures.edges_owners import NOBODY, OwnerMap, inner
from onemap_verify.checks.measures.edges_sides import Sides
from onemap_verify.checks.measures.edges_suspicion import moved_with, speaks_for, suspicion
from onemap_verify.checks.measures.image_file import ImageFile
from onemap_verify.checks.measures.spectra import measure_spectra

WEST, NORTH, CELL = 500_000.0, 3_400_000.0, 2.0
ACROSS = 22
SIDE = 36
SIZE = ACROSS * SIDE


def mosaic(folder, seed=1, noise=0.25, contrast=1.0):
    """Fields of different colours, and their true outlines in metres."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(np.arange(ACROSS), np.arange(ACROSS)), axis=-1).reshape(-1, 2)
    sites = (grid + 0.5 + rng.uniform(-0.25, 0.25, grid.shape)) * SIDE
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    owner = cKDTree(sites).query(np.stack([x, y], axis=-1))[1]
    bands = []
    for _ in range(3):
        band = contrast * rng.uniform(0, 1, len(sites))[owner]
        band = ndimage.gaussian_filter(band, 0.6) + noise * rng.standard_normal(owner.shape) / 3
        bands.append(band.astype(np.float32))
    path = write_raster(folder / f"mosaic{seed}.tif", np.stack(bands), west=WEST, north=NORTH,
                        cell=CELL)  # fmt: skip
    box = shapely.box(0, 0, SIZE, SIZE)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=box))
    cells = shapely.intersection(cells, box)
    order = shapely.STRtree(cells).query(shapely.points(sites), predicate="within")[1]
    fields = shapely.transform(cells[order], lambda xy: xy * (CELL, -CELL) + (WEST, NORTH))
    return str(path), fields, sites


def drawn(fields, sigma=0.8, seed=0):
    """As a surveyor would draw them: neighbours share their vertices, each a little off."""
    table = np.random.default_rng(seed).normal(0, sigma, (1 << 14, 2))

    def shake(xy):
        number = (np.rint(xy[:, 0] * 100) * 31 + np.rint(xy[:, 1] * 100) * 17).astype(np.int64)
        return xy + table[number % (1 << 14)]

    return np.asarray(shapely.transform(fields, shake), dtype=object)


def moved(fields, rows, by):
    out = fields.copy()
    out[rows] = shapely.transform(fields[rows], lambda xy: xy + by)
    return out


def carried(fields, row, by):
    """One parcel moved, its neighbours' shared vertices with it."""
    own = {tuple(xy) for xy in np.round(shapely.get_coordinates(fields[row]), 6).tolist()}

    def carry(xy):
        on = np.array([tuple(each) in own for each in np.round(xy, 6).tolist()])
        return xy + on[:, None] * by

    near = shapely.STRtree(fields).query(shapely.buffer(fields[row], 1.0))
    out = fields.copy()
    out[near] = shapely.transform(fields[near], carry)
    return out


def measure(path, fields, **facts):
    villages = np.full(len(fields), -1)
    return measure_edges(fields, wkt_of(GAUSS), Image(path), villages, **facts)


def coloured(path, fields, **facts):
    """With the colours of both sides of every line."""
    spectra = measure_spectra(fields, wkt_of(GAUSS), ImageFile(Image(path)))
    return measure(path, fields, spectra=spectra, **facts)


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    path, fields, sites = mosaic(tmp_path_factory.mktemp("edges"))
    return path, drawn(fields), sites


def inner_of(sites):
    return np.flatnonzero(
        (sites > 1.5 * SIDE).all(axis=1) & (sites < SIZE - 1.5 * SIDE).all(axis=1)
    )


def test_outlines_drawn_well_lie_where_the_picture_is(picture):
    path, fields, _ = picture
    found = measure(path, fields)
    assert found.problem is None and found.located
    assert found.pixel == pytest.approx(CELL)
    assert np.abs(found.whole).max() < 0.1
    assert found.blocks == []


def test_the_shift_of_a_layer_comes_with_its_uncertainty(picture):
    path, fields, _ = picture
    by = np.array([3.0, -1.4])
    found = measure(path, moved(fields, np.arange(len(fields)), by))
    back = found.whole * found.metres
    sigma = np.sqrt(np.diag(found.layer.covariance[0])) * CELL
    assert back == pytest.approx(-by, abs=0.25)
    assert (sigma < 0.15).all() and (sigma > 0.005).all()
    # What the layer has in common is nobody's fault.
    assert found.blocks == []
    sides = coloured(path, moved(fields, np.arange(len(fields)), by)).sides
    assert (sides.chance < 3e-4).sum() == 0


@pytest.mark.parametrize("pixels", [1.0, 2.0, 5.0])
def test_a_block_that_was_moved_is_found_whole(picture, pixels):
    path, fields, sites = picture
    rows = cKDTree(sites).query([SIZE * 0.45, SIZE * 0.5], 60)[1]
    by = pixels * CELL * np.array([np.cos(1.0), np.sin(1.0)])
    found = measure(path, moved(fields, rows, by))
    assert len(found.blocks) == 1
    block = found.blocks[0]
    assert block.shift * found.metres == pytest.approx(-by, abs=0.6)
    assert block.sigma < 0.4 and block.chance < 0.05
    assert np.isin(rows, block.rows).mean() > 0.8 and np.isin(block.rows, rows).mean() > 0.8
    assert np.isnan(block.by_sides)
    outside = np.setdiff1d(np.arange(len(fields)), rows)
    lone = found.around.parcel_statistic
    assert np.nanmedian(lone[rows]) > np.nanquantile(lone[outside], 0.95)


def test_where_there_is_no_edge_nothing_is_judged(tmp_path):
    path, fields, _ = mosaic(tmp_path, seed=2, contrast=0.0)
    found = measure(path, drawn(fields))
    assert not found.located
    assert found.blocks == []


def test_an_image_that_is_missing_or_elsewhere_is_a_reason(tmp_path, picture):
    path, fields, _ = picture
    assert "nowhere.tif" in measure(str(tmp_path / "nowhere.tif"), fields).problem.en
    far = moved(fields, np.arange(len(fields)), (1e6, 0.0))
    assert measure(path, far).problem is not None
    assert np.isnan(measure(path, far).sides.parcel).all()


def test_broken_parcels_do_not_stop_the_others(picture):
    path, fields, _ = picture
    some = fields.copy()
    some[0] = None
    some[1] = shapely.Polygon()
    some[2] = shapely.Point(WEST, NORTH)
    some[3] = shapely.box(WEST, NORTH, WEST + 0.1, NORTH + 0.1)
    found = coloured(path, some)
    assert found.located
    assert np.isnan(found.sides.parcel[:4]).all() and np.isfinite(found.sides.parcel[4:]).any()


def test_rows_in_another_order_give_the_same(picture):
    path, fields, sites = picture
    rows = cKDTree(sites).query([SIZE / 2, SIZE / 2], 60)[1]
    some = moved(fields, rows, (4.0, 0.0))
    order = np.random.default_rng(0).permutation(len(some))
    one, other = measure(path, some), measure(path, some[order])
    assert one.whole == pytest.approx(other.whole, abs=1e-3)
    assert sorted(one.blocks[0].rows) == sorted(order[other.blocks[0].rows])


def test_owners_of_cells_are_those_of_their_middles():
    shapes = np.array([shapely.box(2, 1, 5, 4), None, shapely.box(5, 1, 8.4, 4)], dtype=object)
    owners = OwnerMap(shapes).of(Window(1, 3, 3, 6), halo=1)
    assert owners.shape == (5, 8)
    assert owners[0].tolist() == [NOBODY] * 8
    assert owners[2].tolist() == [0, 0, 0, 2, 2, 2, NOBODY, NOBODY]
    assert inner(owners)[2].tolist() == [True, True, False, False, True, False, False, False]
    assert (OwnerMap(shapes).of(Window(50, 50, 2, 2)) == NOBODY).all()


def test_both_sides_of_well_drawn_lines_agree_with_them(picture):
    path, fields, sites = picture
    sides = coloured(path, fields).sides
    rows = inner_of(sites)
    assert np.isfinite(sides.parcel[rows]).mean() > 0.95
    assert np.nanquantile(sides.parcel[rows], 0.99) < 2.0
    assert np.nanmax(sides.block[rows]) < 3.0
    assert (sides.chance < 3e-4).sum() == 0
    assert np.isnan(measure(path, fields).sides.parcel).all()


def test_both_sides_tell_moved_parcels_and_which_way(picture):
    path, fields, sites = picture
    rng = np.random.default_rng(5)
    rows = rng.choice(inner_of(sites), 14, replace=False)
    angle = rng.uniform(0, 2 * np.pi, len(rows))
    by = 4 * CELL * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    shifted = fields.copy()
    for row, step in zip(rows, by):
        shifted = carried(shifted, row, step)
    found = coloured(path, shifted)
    honest = np.setdiff1d(np.arange(len(fields)), rows)
    level = np.nanquantile(found.sides.parcel[honest], 0.99)
    told = found.sides.parcel[rows] > level
    assert told.mean() >= 0.75
    # So many moved ones in so small a layer make it look worse than it is.
    assert (found.sides.chance[rows] < 1e-3).mean() >= 0.6
    assert (found.sides.chance[honest] < 3e-4).mean() < 0.02
    back = found.sides.move[rows[told]] * found.metres
    along = (back * -by[told]).sum(axis=1) / np.hypot(*back.T) / np.hypot(*by[told].T)
    assert np.median(along) > 0.9


def test_both_sides_tell_a_block_from_one_pixel(picture):
    path, fields, sites = picture
    rows = cKDTree(sites).query([SIZE * 0.45, SIZE * 0.5], 60)[1]
    found = coloured(path, moved(fields, rows, CELL * np.array([np.cos(2.0), np.sin(2.0)])))
    away = np.hypot(*(sites - SIZE * np.array([0.45, 0.5])).T) > 0.36 * SIZE
    level = np.nanquantile(found.sides.block[away], 0.99)
    assert (found.sides.block[rows] > level).mean() > 0.9
    back = np.nanmedian(found.sides.block_move[rows], axis=0) * found.metres
    assert -back @ [np.cos(2.0), np.sin(2.0)] > 0.8 * np.hypot(*back) > 0.2 * CELL
    (block,) = found.blocks
    assert block.by_sides > 3
    assert np.isin(rows, block.rows).mean() > 0.8
    stayed = cKDTree(sites).query([SIZE * 0.85, SIZE * 0.5], 30)[1]
    more = np.concatenate([rows, stayed])
    centres = sites.astype(float)
    kept = moved_with(found.sides, more, block.shift, centres)
    assert np.isin(rows, kept).mean() > 0.8 and np.isin(stayed, kept).mean() < 0.2


def test_sides_speak_against_a_block_that_goes_another_way(picture):
    path, fields, sites = picture
    rows = cKDTree(sites).query([SIZE * 0.45, SIZE * 0.5], 60)[1]
    sides = coloured(path, moved(fields, rows, (2 * CELL, 0.0))).sides
    assert speaks_for(sides, rows, np.array([-2.0, 0.0])) > 3
    assert speaks_for(sides, rows, np.array([2.0, 0.0])) < 0
    assert abs(speaks_for(sides, rows, np.array([0.0, 2.0]))) < 3


def test_what_the_tolerance_allows_is_not_told_as_more(picture):
    path, fields, sites = picture
    rows = inner_of(sites)[::23][:12]
    for pixels, wide in ((2.0, False), (8.0, True)):
        some = fields.copy()
        for row in rows:
            some = carried(some, row, (pixels * CELL, 0.0))
        # Six metres allowed are three pixels of this picture: the look is twice as wide.
        sides = coloured(path, some, tolerance=6.0).sides
        far = np.hypot(*sides.move[rows].T) * CELL - 2 * sides.sigma[rows] * CELL > 6.0
        told = far & (sides.chance[rows] < 3e-4)
        assert told.mean() >= 0.4 if wide else not told.any()


def test_parcels_scaled_on_all_sides_are_told_too(picture):
    path, fields, sites = picture
    rows = inner_of(sites)[::31][:8]
    some = fields.copy()
    some[rows] = shapely.buffer(fields[rows], -2 * CELL, join_style="mitre")
    sides = coloured(path, some).sides
    honest = np.setdiff1d(np.arange(len(fields)), rows)
    judged = np.isfinite(sides.parcel[rows])
    level = np.nanquantile(sides.parcel[honest], 0.99)
    assert judged.mean() >= 0.7
    assert (sides.parcel[rows][judged] > level).mean() >= 0.8


def test_lines_that_part_no_colours_are_not_judged_by_their_sides(tmp_path):
    path, fields, _ = mosaic(tmp_path, seed=2, contrast=0.0)
    sides = coloured(path, drawn(fields)).sides
    assert np.isnan(sides.parcel).all() and np.isnan(sides.block).all()


def test_too_few_sides_of_each_direction_are_not_judged():
    count = np.zeros((40, 16), dtype=np.int64)
    # Ten parcels see their neighbours to the east, ten to the south, and so on.
    count[np.arange(40), 4 * (np.arange(40) % 4)] = 16
    slope = np.zeros(count.shape, dtype=np.float32)
    some = Sides(slope, slope + 1, count, np.full(40, 16.0), np.ones(40, dtype=bool))
    found = suspicion(some, np.random.default_rng(1).uniform(0, 99, (40, 2)), np.full(40, np.nan))
    assert np.isnan(found.parcel).all() and np.isnan(found.block).all()
