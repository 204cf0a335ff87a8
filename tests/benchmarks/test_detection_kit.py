"""The tampering kit: form stays faultless, only the truth is hurt, all is written down."""

import argparse
import json
from collections import Counter

import numpy as np
import pytest
import shapely

from onemap_verify.benchmarks.detection import __main__ as command
from onemap_verify.benchmarks.detection.conduct import planned
from onemap_verify.benchmarks.detection.evaluation import Evaluation
from onemap_verify.benchmarks.detection.parcels import honest, tamper
from onemap_verify.benchmarks.detection.parcels.blocks import plant_blocks
from onemap_verify.benchmarks.detection.parcels.experiment import Parcels
from onemap_verify.benchmarks.detection.parcels.forgery import Forgery
from onemap_verify.benchmarks.detection.parcels.mesh import Mesh
from onemap_verify.benchmarks.detection.parcels.own import OwnDataError, own_place
from onemap_verify.benchmarks.detection.parcels.package import make_package
from onemap_verify.benchmarks.detection.parcels.place import (
    Picture,
    Place,
    coverage_of,
    grade_shares,
    group_of,
    zone,
)
from onemap_verify.benchmarks.detection.parcels.rings import ring_jobs
from onemap_verify.benchmarks.detection.protocol import Context, OwnData
from onemap_verify.checks.standard import load
from onemap_verify.demo.grid import Grid, noise

CELL = 10.0
CODES = np.array(["", "0103", "0301", "0404", "0702", "1104"], dtype=object)


@pytest.fixture(scope="module")
def standard():
    return load()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Some hundred parcels on made hills, with a painted picture."""
    random = np.random.default_rng(5)
    grid = Grid(36_480_000.0, 3_402_000.0, CELL, 200, 200)
    field = sum(noise(grid, width, random) for width in (400.0, 150.0))
    classes = np.digitize(field, np.quantile(field, [0.45, 0.7, 0.85, 0.95])) + 1
    shapes, value = coverage_of(classes, grid, 12, random, largest_cells=1200)
    heights = 300 + 60 * noise(grid, 700.0, random)
    folder = tmp_path_factory.mktemp("place")
    grid.write(heights, folder / "dem.tif", zone(4524))
    shares = grade_shares(shapes, heights, grid, (2.0, 6.0, 15.0, 25.0))
    code = CODES[value]
    crop = value == 1
    tint = np.array([0, 900, 300, 600, 1500, 100])[classes]
    values = np.stack([tint + random.normal(0, 30, tint.shape) + 50 * n for n in range(4)])
    picture = Picture(
        values.clip(1).astype(np.uint16), grid, "blue=1,green=2,red=3,nir=4", "2023-08-01"
    )
    return Place(
        "made", zone(4524), 108.0, 36_500_000.0, shapes, code,
        np.where(crop, np.argmax(shares, axis=1).clip(1), 0), shares, str(folder / "dem.tif"),
        picture, picture.copy(), CELL, "made for the test",
    )  # fmt: skip


def forgery_of(place, standard, seed=1):
    return Forgery(place, standard, np.random.default_rng(seed))


def test_parcels_of_a_map_of_classes_are_a_coverage_off_the_grid(place):
    assert len(place) > 150
    assert shapely.coverage_is_valid(place.shapes)
    corners = shapely.get_coordinates(place.shapes)
    on_grid = np.abs(corners / CELL - np.round(corners / CELL)).max(axis=1) < 1e-3
    assert on_grid.mean() < 0.01


def test_groups_by_the_longest_prefix():
    codes = np.array(["0103", "0305", "0301", "0404", "1104", "9999"], dtype=object)
    assert group_of(codes).tolist() == ["crop", "grass", "forest", "grass", "water", ""]


def test_neighbours_follow_a_moved_parcel(place):
    mesh = Mesh(place.shapes.copy())
    fixed = mesh.outer()
    inner = np.setdiff1d(np.arange(len(place)), mesh.owner[fixed[mesh.index]])
    moved = 0
    for row in inner[:20].tolist():
        vertices = mesh.vertices(np.array([row]))
        tried = mesh.moved(vertices, np.array([6.0, -4.0]))
        if tried is None:
            continue
        before = mesh.shapes[row]
        mesh.keep(vertices, np.array([6.0, -4.0]))
        away = np.array(mesh.shapes[row].centroid.coords[0]) - before.centroid.coords[0]
        assert away == pytest.approx([6.0, -4.0], abs=1e-3)
        moved += 1
    assert moved > 5
    assert shapely.coverage_is_valid(mesh.shapes)
    assert shapely.area(mesh.shapes).sum() == pytest.approx(shapely.area(place.shapes).sum())


def test_a_move_that_breaks_a_neighbour_is_refused(place):
    mesh = Mesh(place.shapes.copy())
    smallest = int(np.argmin(place.pixels))
    vertices = mesh.vertices(np.array([smallest]))
    assert mesh.moved(vertices, np.array([4000.0, 0.0])) is None


def test_honest_errors_keep_the_coverage_and_the_books(place, standard):
    forgery = forgery_of(place, standard)
    honest.usual_errors(forgery)
    honest.odd_ones(forgery, 3)
    forgery.settle()
    assert shapely.coverage_is_valid(forgery.layer.shape)
    area = place.areas(forgery.layer.shape, standard)
    assert np.abs(forgery.layer.columns["TBMJ"].astype(float) - area).max() < 0.011
    kinds = Counter(forgery.truth.odd.values())
    assert {"real change", "new quarry", "honest confusion of classes"} <= set(kinds)
    assert max(kinds.values()) <= 3
    assert not forgery.truth.marks
    moved = ~shapely.equals_exact(forgery.layer.shape, place.shapes, 1e-6)
    assert 0.05 < moved.mean() < 0.95


@pytest.mark.parametrize("job", [*tamper.jobs(), *ring_jobs()], ids=lambda j: f"{j.kind} {j.label}")
def test_every_tampering_is_written_down_and_formally_clean(place, standard, job):
    forgery = forgery_of(place, standard, seed=3)
    if job.stage:
        forgery.settle()
    forgery.farmland[:] = place.grade > 0
    done = job.plant(forgery, job, 3)
    if not job.stage:
        forgery.settle()
    marks = list(forgery.truth.marks.values())
    # Some need what this small place has not: steep cropland, tiny or large parcels.
    scarce = ("slope grade", "split", "class flip", "cloned", "ring ", "scaling", "shift", "creep",
              "stale")  # fmt: skip
    assert done >= (0 if job.kind.startswith(scarce) else 1)
    assert all((m.kind, m.strength, m.label) == (job.kind, job.strength, job.label) for m in marks)
    assert bool(marks) == bool(done)
    layer = forgery.layer
    assert shapely.coverage_is_valid(layer.shape, gap_width=0)
    assert len(set(layer.columns["BSM"])) == len(layer)
    total = layer.columns["TBMJ"].astype(float)
    if not job.kind.startswith("area"):
        # Cutting and rounding move cents between the parts.
        assert np.abs(total - place.areas(layer.shape, standard)).max() < 0.05
    rest = total - layer.columns["KCMJ"].astype(float) - layer.columns["TBDLMJ"].astype(float)
    assert np.abs(rest).max() < 0.006
    clean = np.array([str(b) not in forgery.truth.marks for b in layer.columns["BSM"]])
    assert clean.sum() >= len(place) - 2 * 3 * 2


def test_most_kinds_find_room(place, standard):
    planted = set()
    for job in [*tamper.jobs(), *ring_jobs()]:
        forgery = forgery_of(place, standard, seed=7)
        forgery.farmland[:] = place.grade > 0
        if job.stage:
            forgery.settle()
        if job.plant(forgery, job, 3):
            planted.add(job.kind)
    wanted = {"shift, single parcel", "creep of one side", "stale ring", "scaling", "class flip",
              "hidden change", "slope grade lowered", "ring on a metre grid", "area inflated",
              "cloned ring, moved", "cloned ring, mirrored", "ring of picture cells",
              "ring with constant spacing", "identifier reused"}  # fmt: skip
    assert wanted <= planted


def test_single_shift_is_as_far_as_it_says(place, standard):
    forgery = forgery_of(place, standard)
    job = next(j for j in tamper.jobs() if j.kind.startswith("shift") and j.strength == 1.0)
    assert job.plant(forgery, job, 4) > 0
    forgery.settle()
    for row, name in enumerate(forgery.layer.columns["BSM"]):
        if str(name) in forgery.truth.marks:
            now, then = forgery.layer.shape[row].centroid, place.shapes[row].centroid
            assert now.distance(then) == pytest.approx(CELL, abs=0.01)


def test_hidden_change_shows_another_ground_in_the_earlier_picture_alone(place, standard):
    forgery = forgery_of(place, standard)
    job = next(j for j in tamper.jobs() if j.kind == "hidden change")
    forgery.settle()
    assert job.plant(forgery, job, 3) > 0
    changed = (forgery.previous.values != place.previous.values).any(axis=0)
    assert changed.any()
    assert (forgery.image.values == place.image.values).all()
    rows = [n for n, b in enumerate(forgery.layer.columns["BSM"]) if b in forgery.truth.marks]
    cells = np.concatenate([forgery.pixels(row) for row in rows])
    assert set(np.flatnonzero(changed)) <= set(cells.tolist())
    for row in rows:
        assert forgery.layer.columns["DLBM"][row] == forgery.last.columns["DLBM"][row]
        assert forgery.layer.columns["DLBM"][row] != place.code[row]


def test_blocks_move_together(place, standard):
    forgery = forgery_of(place, standard)
    plant_blocks(forgery, least=12)
    forgery.settle()
    assert forgery.truth.marks
    assert shapely.coverage_is_valid(forgery.layer.shape)
    away = {}
    for row, name in enumerate(forgery.layer.columns["BSM"]):
        mark = forgery.truth.marks.get(str(name))
        if mark:
            now, then = forgery.layer.shape[row].centroid, place.shapes[row].centroid
            assert now.distance(then) == pytest.approx(mark.strength * CELL, abs=0.01)
            away.setdefault(mark.strength, []).append((now.x - then.x, now.y - then.y))
    for vectors in away.values():
        assert len(vectors) >= 12
        assert np.ptp(vectors, axis=0).max() < 0.02


def test_same_seed_same_package(place, standard, tmp_path):
    made = [
        make_package(place, standard, tmp_path / str(n), np.random.default_rng([4]))
        for n in range(2)
    ]
    assert made[0].truth == made[1].truth
    one, two = (p.options.submission.read_bytes() for p in made)
    assert one == two
    other = make_package(place, standard, tmp_path / "other", np.random.default_rng([5]))
    assert other.truth.marks != made[0].truth.marks
    share = len(made[0].truth.marks) / len(place)
    assert 0.02 < share < 0.1


def test_clean_packages_hold_no_tampering(place, standard, tmp_path):
    made = make_package(place, standard, tmp_path, np.random.default_rng(1), clean=True)
    assert made.truth.marks == {}
    assert made.truth.odd == {}


def test_own_package_becomes_a_place(place, standard, tmp_path):
    made = make_package(place, standard, tmp_path / "a", np.random.default_rng(1), clean=True)
    options = made.options
    own = own_place(
        OwnData(options.submission, options.dem, options.imagery, options.imagery_bands,
                "2023-08-01", options.imagery_previous, "2022-08-01"), tmp_path, standard,
    )  # fmt: skip
    assert len(own) == len(place)
    assert own.meridian == 108.0
    assert own.cell == CELL
    assert (own.code == place.code).all()
    again = make_package(own, standard, tmp_path / "b", np.random.default_rng(2))
    assert len(again.truth.marks) > 5


def test_own_package_without_parcels_is_refused(standard, tmp_path):
    from osgeo import ogr

    path = tmp_path / "empty.gpkg"
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    source.CreateLayer("XZQ", geom_type=ogr.wkbPolygon)
    source = None
    with pytest.raises(OwnDataError, match="DLTB"):
        own_place(OwnData(path), tmp_path, standard)


@pytest.fixture(scope="module")
def tried(place, standard, tmp_path_factory):
    """The experiment on an own package: mixed, with blocks, clean."""
    folder = tmp_path_factory.mktemp("own")
    made = make_package(place, standard, folder, np.random.default_rng(1), clean=True).options
    own = OwnData(made.submission, made.dem, made.imagery, made.imagery_bands, "2023-08-01")
    context = Context(None, folder / "work", folder / "cache", 1, True, lambda _: None, own)
    experiment = Parcels()
    samples = [s for n in (0, 1, 3) for s in experiment.run(context, "own", n)]
    return experiment, samples


def test_own_package_is_tried_from_end_to_end(tried):
    experiment, samples = tried
    assert [r.style for r in experiment.records] == ["mixed", "blocks", "clean"]
    assert {s.experiment for s in samples} <= set(experiment.series)
    offered = {"edges: parcel, by both sides", "rings: copied", "slope grade: -log p"}
    assert offered <= experiment.offered
    found = Evaluation(samples)
    cells = [c for c in found.cells() if c.statistic.startswith("area")]
    inflated = [c for c in cells if c.strength >= 0.01]
    assert inflated
    for cell in inflated:
        assert cell.contradicted.value == 1.0
    honest_area = next(g for g in found.genuine() if g.experiment == "area" and not g.kind)
    assert honest_area.contradicted.value == 0.0
    assert honest_area.count > 100


def test_clean_packages_give_no_samples_but_a_record(tried):
    experiment, samples = tried
    assert not [s for s in samples if s.replicate == 3]
    record = experiment.records[2]
    assert (record.state == 0).all()
    assert len(record.risk) == len(record.bsm) == len(record.said["area"])


def test_report_of_an_own_package(tried, tmp_path, capsys):
    experiment, samples = tried
    options = command.options_of(["--submission", "x.gpkg", "--out", str(tmp_path)])
    assert command.finish(options, [experiment], samples, [], 60.0, {}) == 0
    text = (tmp_path / "DETECTION.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == text
    assert "## The queue of a reviewer" in text
    facts = json.loads((tmp_path / "DETECTION.json").read_text(encoding="utf-8"))
    assert facts["queue"]["recall"]["0.1"] >= facts["queue"]["recall"]["0.01"]
    assert facts["likelihoods"]["tampered"] > 0
    assert {"what", "wanted", "value", "reached"} <= set(facts["goals"][0])


def test_places_without_data_are_left_out_and_told(tmp_path):
    (tmp_path / "penn").mkdir()
    context = Context(tmp_path, tmp_path, tmp_path, 1, True, lambda _: None)
    options = argparse.Namespace(places="", replicates=0)
    tasks, absent = planned([Parcels()], context, options)
    assert [task.place for task in tasks] == ["penn", "demo"]
    assert absent == ["zion", "somerset", "costarica"]
    options.places = "penn"
    tasks, _ = planned([Parcels()], context, options)
    assert [(task.place, task.replicates) for task in tasks] == [("penn", 8)]
