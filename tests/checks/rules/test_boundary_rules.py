"""What is said of boundaries: from files on disk to findings, as a stranger would send them."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from packages import REAL, TEXT, write_layer
from scipy import ndimage
from scipy.spatial import cKDTree
from small_rasters import write_raster

from onemap_verify.checks.findings import Family, Verdict
from onemap_verify.checks.options import Options
from onemap_verify.checks.rules.boundary import rules
from onemap_verify.checks.verify import verify

WEST, NORTH, CELL = 500_000.0, 3_400_000.0, 2.0
ACROSS, SIDE = 16, 34
SIZE = ACROSS * SIDE
FIELDS = {
    "BSM": (TEXT, 18, 0),
    "DLBM": (TEXT, 5, 0),
    "ZLDWDM": (TEXT, 19, 0),
    "TBMJ": (REAL, 15, 2),
}


def survey(seed=4):
    """A picture of fields, their outlines with many vertices as drawn, and their sites."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(np.arange(ACROSS), np.arange(ACROSS)), axis=-1).reshape(-1, 2)
    sites = (grid + 0.5 + rng.uniform(-0.25, 0.25, grid.shape)) * SIDE
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    owner = cKDTree(sites).query(np.stack([x, y], axis=-1))[1]
    bands = np.stack([rng.uniform(0, 200, len(sites))[owner] for _ in range(3)])
    bands = ndimage.gaussian_filter(bands, (0, 0.6, 0.6)) + 8 * rng.standard_normal(bands.shape)
    box = shapely.box(0, 0, SIZE, SIZE)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=box))
    order = shapely.STRtree(cells).query(shapely.points(sites), predicate="within")[1]
    cells = shapely.segmentize(shapely.intersection(cells, box)[order], 9.0)
    fields = shapely.transform(cells, lambda xy: xy * (CELL, -CELL) + (WEST, NORTH))
    table = rng.normal(0, 0.6, (1 << 14, 2))

    def shake(xy):
        number = (np.rint(xy[:, 0] * 50) * 31 + np.rint(xy[:, 1] * 50) * 17).astype(np.int64)
        return np.round(xy + table[number % (1 << 14)], 3)

    drawn = np.asarray(shapely.transform(fields, shake), dtype=object)
    return np.clip(bands, 0, 255).astype(np.uint8), drawn, sites


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("boundary")
    bands, fields, sites = survey()
    image = write_raster(folder / "image.tif", bands, west=WEST, north=NORTH, cell=CELL)
    return folder, str(image), fields, sites


def carried(fields, row, by):
    """One parcel moved, its neighbours' shared vertices with it."""
    own = {tuple(xy) for xy in np.round(shapely.get_coordinates(fields[row]), 3).tolist()}

    def carry(xy):
        on = np.array([tuple(each) in own for each in np.round(xy, 3).tolist()])
        return xy + on[:, None] * by

    near = shapely.STRtree(fields).query(shapely.buffer(fields[row], 1.0))
    out = fields.copy()
    out[near] = shapely.transform(fields[near], carry)
    return out


def bsm(row):
    return f"511422211000{row:06d}"


def package(path, geometry, *, classes=None, villages=None):
    rows = [
        {
            "BSM": bsm(row),
            "DLBM": "0103" if classes is None else classes[row],
            "ZLDWDM": "5114222110010000000" if villages is None else villages[row],
            "TBMJ": round(float(one.area), 2),
        }
        for row, one in enumerate(geometry)
    ]
    return write_layer(Path(path), rows, geometry, fields=FIELDS, code=4547)


def findings(folder, name, geometry, image="", previous=None, **facts):
    options = Options(
        submission=package(folder / f"{name}.gpkg", geometry, **facts),
        findings=folder / f"{name}_findings.gpkg",
        imagery=image,
        previous="" if previous is None else str(previous),
        families=(Family.BOUNDARY,),
        strict=True,
    )
    return verify(options)


def told(verification):
    return Counter((one.rule_id.split(".")[1], one.cause) for one in verification.findings)


def runs(verification):
    return {run.rule_id: run for run in verification.runs if run.family == "boundary"}


def test_every_rule_is_of_the_family_and_has_words(standard):
    every = rules(standard)
    assert {rule.family for rule in every} == {Family.BOUNDARY}
    assert {rule.id for rule in every} == {
        name for name, spec in standard.rules.items() if spec.family is Family.BOUNDARY
    }


def test_an_honest_package_has_no_finding(place):
    folder, image, fields, _ = place
    found = findings(folder, "honest", fields, image)
    assert told(found) == {}
    run = runs(found)
    assert run["boundary.layer_shift"].tested == 1
    assert run["boundary.block_shift"].tested > 10
    assert run["boundary.parcel_shift"].tested > 0.6 * len(fields)
    assert run["boundary.copied_ring"].tested > 0.8 * len(fields)


def test_without_image_it_says_so(place):
    folder, _, fields, _ = place
    run = runs(findings(folder, "blind", fields))
    for name in ("layer_shift", "block_shift", "parcel_shift"):
        assert "No trusted image" in run[f"boundary.{name}"].reason.en
    assert run["boundary.parcel_shift"].not_checkable == len(fields)


def test_a_layer_off_the_image_is_told_once_and_kindly(place):
    folder, image, fields, _ = place
    by = np.array([5.0, 3.0])
    moved = np.asarray(shapely.transform(fields, lambda xy: xy + by), dtype=object)
    found = findings(folder, "layer", moved, image)
    assert told(found) == {("layer_shift", "image_misregistration"): 1}
    one = found.findings[0]
    assert one.verdict is Verdict.DOUBTFUL and one.object_id == "DLTB" and one.parcel_bsm == ""
    assert one.evidence["dx_m"] == pytest.approx(-5.0, abs=0.5)
    assert one.evidence["dy_m"] == pytest.approx(-3.0, abs=0.5)
    assert "西南" in one.message.zh and "south-west" in one.message.en


def test_a_village_off_the_image_is_one_finding_of_the_village(place):
    folder, image, fields, sites = place
    rows = cKDTree(sites).query([SIZE * 0.35, SIZE * 0.4], 60)[1]
    villages = ["5114222110010000000"] * len(fields)
    for row in rows:
        villages[row] = "5114222110020000000"
    moved = fields.copy()
    moved[rows] = shapely.transform(fields[rows], lambda xy: xy + (5.0, 0.0))
    found = findings(folder, "village", moved, image, villages=villages)
    assert told(found) == {("block_shift", "block_shift"): 1}
    one = found.findings[0]
    assert one.object_id == "5114222110020000000"
    assert one.evidence["dx_m"] == pytest.approx(-5.0, abs=0.8)
    named = set(one.evidence["parcel_bsm"])
    assert len(named & {bsm(row) for row in rows}) > 45
    assert one.where.area > 0 and "成片偏移" in one.message.zh


def test_single_outlines_moved_far_are_doubted_and_never_more(place):
    folder, image, fields, sites = place
    rim = 2 * SIDE
    rows = np.flatnonzero(((sites > rim) & (sites < SIZE - rim)).all(axis=1))[::29][:5]
    moved = fields.copy()
    for row in rows:
        moved = carried(moved, row, (7.0, 4.0))
    found = findings(folder, "parcels", moved, image)
    named = {one.parcel_bsm for one in found.findings if one.rule_id == "boundary.parcel_shift"}
    assert named <= {bsm(row) for row in rows} and len(named) >= 3
    for one in found.findings:
        assert one.verdict is Verdict.DOUBTFUL
        assert one.cause == "parcel_shift" and one.evidence["chance"] < 3e-4
        # The ground lies south-west of what was drawn.
        assert one.evidence["dx_m"] < 0 and one.evidence["dy_m"] < 0


def test_outlines_on_pixels_among_drawn_ones(place):
    folder, image, fields, _ = place
    some = fields.copy()
    rows = [20, 77, 130]
    for row in rows:
        xy = shapely.get_coordinates(fields[row])
        some[row] = shapely.Polygon(np.round((xy - (WEST, NORTH)) / CELL) * CELL + (WEST, NORTH))
    found = findings(folder, "pixels", some, image)
    grid = [one for one in found.findings if one.rule_id == "boundary.vertex_grid"]
    assert {one.parcel_bsm for one in grid} == {bsm(row) for row in rows}
    assert all(one.cause == "vertex_grid" and one.evidence["grid"] == "image" for one in grid)
    assert all(one.verdict is Verdict.DOUBTFUL for one in grid)


def test_a_vectorised_layer_is_told_once(place):
    folder, _, fields, _ = place
    rounded = np.asarray(shapely.transform(fields, lambda xy: np.round(xy / 5) * 5), dtype=object)
    rounded = rounded[shapely.is_valid(rounded)]
    found = findings(folder, "vectorised", rounded)
    grid = [one for one in found.findings if one.rule_id == "boundary.vertex_grid"]
    assert len(grid) == 1
    assert (grid[0].object_id, grid[0].verdict) == ("DLTB", Verdict.DOUBTFUL)
    assert grid[0].evidence["spacing_m"] == 5.0 and grid[0].evidence["share"] > 0.9


def turned(polygon, to):
    xy = shapely.get_coordinates(polygon)
    z = (xy - xy.mean(axis=0)) @ np.array([1, 1j]) * np.exp(0.7j)
    return shapely.Polygon(np.round(np.stack([z.real, z.imag], axis=1) + to, 3))


def test_a_copied_outline_and_the_same_on_built_up_land(place):
    folder, _, fields, _ = place
    some = fields.copy()
    some[200] = turned(fields[30], shapely.get_coordinates(fields[200]).mean(axis=0))
    found = findings(folder, "copied", some)
    copies = [one for one in found.findings if one.rule_id == "boundary.copied_ring"]
    assert [(one.parcel_bsm, one.evidence["source"]) for one in copies] == [(bsm(200), bsm(30))]
    assert copies[0].cause == "copied_ring" and copies[0].verdict is Verdict.INCONSISTENT
    assert "复制" in copies[0].message.zh

    classes = ["0103"] * len(some)
    classes[200] = "0702"
    found = findings(folder, "estate", some, classes=classes)
    copies = [one for one in found.findings if one.rule_id == "boundary.copied_ring"]
    assert [one.verdict for one in copies] == [Verdict.DOUBTFUL]


def test_an_outline_of_last_year_at_another_place(place):
    folder, _, fields, _ = place
    previous = package(folder / "last.gpkg", fields)
    some = fields.copy()
    some[200] = turned(fields[30], shapely.get_coordinates(fields[200]).mean(axis=0))
    some[30] = shapely.simplify(fields[30], 5.0)
    found = findings(folder, "this", some, previous=previous)
    copies = [one for one in found.findings if one.rule_id == "boundary.copied_ring"]
    assert [(one.parcel_bsm, one.evidence["source_layer"]) for one in copies] == [
        (bsm(200), "PREVIOUS")
    ]


def test_pieces_below_the_smallest_area(tmp_path):
    pieces = [shapely.box(x, 0, x + 19, 20) for x in (0.0, 19.0, 38.0)]
    others = [shapely.box(x, 100, x + 60, 160) for x in np.arange(0.0, 600, 60)]
    at = (WEST, NORTH - 500)
    some = shapely.transform(np.array([*pieces, *others], dtype=object), lambda xy: xy + at)
    found = findings(tmp_path, "split", some)
    assert told(found) == {("split_below_minimum", "split_below_minimum"): 1}
    one = found.findings[0]
    assert one.verdict is Verdict.DOUBTFUL and one.evidence["minimum_m2"] == 400
    assert one.evidence["pieces"] == [bsm(0), bsm(1), bsm(2)]


def test_a_layer_of_small_parcels_was_not_drawn_to_that_limit(tmp_path):
    row, place = np.divmod(np.arange(60), 10)
    one = shapely.box(place * 100.0, row * 100.0, place * 100.0 + 19, row * 100.0 + 18)
    other = shapely.box(place * 100.0 + 19, row * 100.0, place * 100.0 + 38, row * 100.0 + 18)
    some = np.concatenate([one, other])
    some = shapely.transform(some, lambda xy: xy + (WEST, NORTH))
    found = findings(tmp_path, "small", some)
    assert told(found)[("split_below_minimum", "split_below_minimum")] == 0
    run = runs(found)["boundary.split_below_minimum"]
    assert run.not_checkable == 120 and "not drawn to it" in run.reason.en


def test_hostile_parcels_never_stop_the_rules(tmp_path, place):
    _, image, fields, _ = place
    some = fields[:80].copy()
    some[0] = shapely.Polygon()
    some[1] = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    some[2] = shapely.transform(some[2], lambda xy: xy * 1e6)
    some[3] = shapely.box(WEST, NORTH, WEST + 1e-4, NORTH + 1e-4)
    found = findings(tmp_path, "hostile", some, image)
    assert all(run.tested or run.not_checkable or run.reason.en for run in runs(found).values())
    assert Counter(one.verdict for one in found.findings)[Verdict.INCONSISTENT] == 0
