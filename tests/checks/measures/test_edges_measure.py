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
from onemap_verify.checks.measures.edges_parcels import GROWN, MOVED, ONE_SIDE
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


def measure(path, fields, **facts):
    villages = np.full(len(fields), -1)
    return measure_edges(fields, wkt_of(GAUSS), Image(path), villages, **facts)


def coloured(path, fields):
    """With the colours of both sides of every line."""
    spectra = measure_spectra(fields, wkt_of(GAUSS), ImageFile(Image(path)))
    return measure(path, fields, spectra=spectra)


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
    assert (found.parcels.chance < 1e-3).sum() == 0


def test_the_shift_of_a_layer_comes_with_its_uncertainty(picture):
    path, fields, _ = picture
    by = np.array([3.0, -1.4])
    found = measure(path, moved(fields, np.arange(len(fields)), by))
    back = found.whole * found.metres
    sigma = np.sqrt(np.diag(found.layer.covariance[0])) * CELL
    assert back == pytest.approx(-by, abs=0.25)
    assert (sigma < 0.15).all() and (sigma > 0.005).all()
    # What the layer has in common is nobody's fault.
    assert found.blocks == [] and (found.parcels.chance < 1e-3).sum() == 0


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
    # Parcels of the block are held against the block: nobody is told twice.
    assert (found.parcels.chance[rows] < 1e-3).mean() < 0.05
    outside = np.setdiff1d(np.arange(len(fields)), rows)
    lone = found.around.parcel_statistic
    assert np.nanmedian(lone[rows]) > np.nanquantile(lone[outside], 0.95)


def test_single_parcels_from_four_pixels(picture):
    path, fields, sites = picture
    rng = np.random.default_rng(3)
    rows = rng.choice(inner_of(sites), 16, replace=False)
    angle = rng.uniform(0, 2 * np.pi, len(rows))
    shifted = fields.copy()
    by = 4 * CELL * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    for row, step in zip(rows, by):
        shifted = moved(shifted, np.array([row]), step)
    found = measure(path, shifted)
    fits = found.parcels
    honest = np.setdiff1d(np.arange(len(fields)), rows)
    level = np.nanquantile(fits.statistic[honest], 0.99)
    assert (fits.statistic[rows] > level).mean() >= 0.9
    told = rows[(fits.way[rows] == MOVED) & (fits.statistic[rows] > level)]
    back = fits.move[told] * found.metres
    assert len(told) >= 10
    true = {int(row): step for row, step in zip(rows, by)}
    error = back + np.array([true[int(row)] for row in told])
    assert np.median(np.hypot(*error.T)) < CELL
    assert np.median(fits.sigma[told]) < 1.0


def test_growing_and_one_side_pushed_out_are_told_apart(picture):
    path, fields, sites = picture
    rows = inner_of(sites)[::37][:8]
    grown = fields.copy()
    grown[rows] = shapely.buffer(fields[rows], 5 * CELL, join_style="mitre")
    found = measure(path, grown).parcels
    assert (found.way[rows] == GROWN).mean() >= 0.7
    assert found.outward[rows][found.way[rows] == GROWN] == pytest.approx(5.0, abs=0.8)

    pushed = fields.copy()
    for row in rows:
        xy = shapely.get_coordinates(fields[row])
        east = xy[:, 0] > xy[:, 0].mean()
        xy[east, 0] += 5 * CELL
        pushed[row] = shapely.Polygon(xy)
    found = measure(path, pushed).parcels
    assert np.isin(found.way[rows], (ONE_SIDE, MOVED)).all()
    sides = rows[found.way[rows] == ONE_SIDE]
    assert len(sides) >= 3
    assert (found.outward[sides] > 3).all()


def test_where_there_is_no_edge_nothing_is_judged(tmp_path):
    path, fields, _ = mosaic(tmp_path, seed=2, contrast=0.0)
    found = measure(path, drawn(fields))
    assert not found.located
    assert found.blocks == []
    assert (found.parcels.chance < 1e-3).sum() == 0


def test_an_image_that_is_missing_or_elsewhere_is_a_reason(tmp_path, picture):
    path, fields, _ = picture
    assert "nowhere.tif" in measure(str(tmp_path / "nowhere.tif"), fields).problem.en
    far = moved(fields, np.arange(len(fields)), (1e6, 0.0))
    assert measure(path, far).problem is not None
    assert np.isnan(measure(path, far).parcels.statistic).all()


def test_broken_parcels_do_not_stop_the_others(picture):
    path, fields, _ = picture
    some = fields.copy()
    some[0] = None
    some[1] = shapely.Polygon()
    some[2] = shapely.Point(WEST, NORTH)
    some[3] = shapely.box(WEST, NORTH, WEST + 0.1, NORTH + 0.1)
    found = measure(path, some)
    assert found.located
    assert np.isnan(found.parcels.statistic[:4]).all()


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
    assert np.isnan(measure(path, fields).sides.parcel).all()


def test_both_sides_tell_moved_parcels_and_which_way(picture):
    path, fields, sites = picture
    rng = np.random.default_rng(5)
    rows = rng.choice(inner_of(sites), 14, replace=False)
    angle = rng.uniform(0, 2 * np.pi, len(rows))
    by = 4 * CELL * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    shifted = fields.copy()
    for row, step in zip(rows, by):
        shifted = moved(shifted, np.array([row]), step)
    found = coloured(path, shifted)
    honest = np.setdiff1d(np.arange(len(fields)), rows)
    level = np.nanquantile(found.sides.parcel[honest], 0.99)
    told = found.sides.parcel[rows] > level
    # Overlapped neighbours hide some of the lines.
    assert told.mean() >= 0.75
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
