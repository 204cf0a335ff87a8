"""The tampering kit for evidence: what it makes is what it says, and the product can read it."""

import io
import math

import numpy as np
import pytest
import shapely
from PIL import Image

from onemap_verify.benchmarks.detection.evaluation import Evaluation
from onemap_verify.benchmarks.detection.evidence import (
    EXPERIMENTS,
    frames,
    heights,
    heights_oracle,
    heights_tampering,
    land,
    photo_files,
    photos,
    photos_tampering,
    pictures,
    terrain,
    track_files,
    tracks,
    tracks_tampering,
)
from onemap_verify.benchmarks.detection.evidence.goals import pooled_rate
from onemap_verify.benchmarks.detection.evidence.judging import bsm, parcel_table
from onemap_verify.benchmarks.detection.protocol import Context, Group, Sample, Tampering
from onemap_verify.checks.submission.evidence import open_store
from onemap_verify.checks.submission.photos_exif import read_exif
from onemap_verify.checks.submission.tracks import read_track


def context_of(data, work, quick=True):
    return Context(data, work, work, 1, quick, lambda _: None)


@pytest.fixture(scope="module")
def context(shared_data, tmp_path_factory):
    return context_of(shared_data, tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="module")
def ground(context):
    return terrain.ground_of(context, "penn", 0)


@pytest.fixture(scope="module")
def parcels(ground, context):
    return land.mosaic(ground, 120.0, 60, context.random("test parcels"))


@pytest.fixture(scope="module")
def shots(ground, parcels, context):
    return photos.genuine(ground, parcels, 60, context.random("test shots"))


@pytest.fixture
def random():
    return np.random.default_rng(7)


# --- Ground and heights ----------------------------------------------------------


def test_bicubic_of_a_cubic_surface_is_exact_inside():
    # Keys' convolution with a = -1/2 reproduces quadratics exactly (Keys 1981, third order).
    rows, columns = np.mgrid[:20, :20].astype(np.float32)
    cells = (0.5 * columns**2 + rows).astype(np.float32)
    xy = np.array([[7.3, 12.9], [9.5, 10.5]])
    column, row = xy[:, 0] - 0.5, 20 - xy[:, 1] - 0.5
    found = terrain.sampled(cells, 1.0, 0.0, 20.0, xy, "bicubic")
    assert np.allclose(found, 0.5 * column**2 + row, atol=1e-4)
    near = terrain.sampled(cells, 1.0, 0.0, 20.0, xy[:1], "nearest")
    assert near[0] == cells[7, 7]


def test_truth_and_the_checkers_dem_are_not_the_same_numbers(ground):
    xy = np.random.default_rng(1).uniform(
        (ground.west + 500, ground.north - 8000), (ground.west + 8000, ground.north - 500), (500, 2)
    )
    away = ground.at(xy) - ground.seen(xy)
    assert 0.5 < ground.spread < 5
    assert np.abs(away).max() < 60
    assert len(np.unique(np.round(away, 3))) > 450


def test_another_seed_is_another_ground_and_the_same_seed_the_same(context, ground):
    again = terrain.ground_of(context, "penn", 0)
    other = terrain.ground_of(context, "penn", 1)
    assert np.array_equal(again.cells, ground.cells)
    assert not np.array_equal(other.cells, ground.cells)


def test_no_place_without_its_data(tmp_path):
    assert terrain.ground_of(context_of(None, tmp_path), "zion", 0) is None


def test_heights_are_measured_on_the_ground_not_on_the_dem(ground, random):
    survey = heights.genuine(ground, 300, random)
    off = survey.z - ground.at(survey.xy)
    assert len(survey) == 300
    assert abs(np.median(off)) < 1.0
    assert heights_tampering.copied(survey, ground, "bilinear", 0.0, random).z == pytest.approx(
        ground.seen(survey.xy), abs=0.51 * survey.step
    )
    assert np.median(np.abs(survey.z - ground.seen(survey.xy))) > 0.3 * ground.spread


def test_tampering_of_heights_does_what_it_says(ground, random):
    survey = heights.genuine(ground, 300, random)
    up = heights_tampering.biased(survey, ground, 2.0, True)
    assert np.median(up.z - survey.z) == pytest.approx(2 * ground.spread, abs=survey.step)
    tilted = heights_tampering.tilted(survey, ground, 4.0, random)
    assert np.ptp(tilted.z - survey.z) == pytest.approx(4 * ground.spread, abs=2 * survey.step)
    part = heights_tampering.copied(survey, ground, "nearest", 0.0, random, 0.3)
    changed = np.mean(part.z != survey.z)
    assert 0.2 < changed < 0.4
    noisy = heights_tampering.copied(survey, ground, "bilinear", 0.5, random)
    assert np.std(noisy.z - ground.seen(survey.xy)) == pytest.approx(
        math.hypot(0.5 * ground.spread, survey.step / math.sqrt(12)), rel=0.2
    )
    sheet = heights_tampering.wrong_sheet(survey, 3.0, ground.cell, random)
    assert np.allclose(np.hypot(*(sheet.xy - survey.xy).T), 3 * ground.cell)
    likes = heights_tampering.heaped(survey, random, 1.0)
    assert set(np.round(likes.z % 0.5, 3)) <= {0.0, 0.5}
    lines = heights_tampering.contour_heights(survey, ground, 5.0)
    on_line = np.isclose(lines.z % 5.0, 0) | np.isclose(lines.z % 5.0, 5)
    assert on_line.mean() > 0.3
    assert np.abs(lines.z - ground.seen(lines.xy))[on_line].max() < 5
    assert sorted(heights_tampering.other_points(survey, random).z) == sorted(survey.z)


def test_baranja_fits_its_dem_once_the_shift_is_taken_out(context):
    ground = terrain.ground_of(context, "baranja", 0)
    assert len(ground.survey) > 4000
    assert ground.spread < 1.5
    survey = heights.genuine(ground, 100, np.random.default_rng(3))
    assert len(survey) == 100


# --- Photos ----------------------------------------------------------------------


def test_honest_photos_stand_by_their_parcel_and_look_at_it(ground, parcels, shots):
    away = photos_tampering.away(shots, parcels)
    assert np.median(away) < 50
    assert away.max() < 200
    every = np.arange(len(shots))
    assert photos_tampering.blind(shots, parcels, every, 33.7).mean() < 0.05
    hour = shots.taken % 86400 / 3600
    assert hour.min() > 8 and hour.max() < 18
    assert np.all(np.abs(shots.taken - shots.utc - 8 * 3600) < 600)


@pytest.mark.parametrize("metres", [50.0, 200.0, 5000.0])
def test_moved_photos_are_that_far_from_their_parcel(parcels, shots, random, metres):
    rows = np.arange(20)
    moved = photos_tampering.moved(shots, parcels, rows, metres, random)
    away = photos_tampering.away(moved, parcels)
    assert np.all(away[rows] >= metres - 1)
    assert away[rows].max() < metres + 150
    assert np.array_equal(moved.xy[20:], shots.xy[20:])


def test_turned_photos_look_aside_and_swapped_ones_elsewhere(parcels, shots, random):
    rows = np.arange(30)
    turned = photos_tampering.turned(shots, rows, 135.0, random)
    step = (turned.azimuth - shots.azimuth + 180) % 360 - 180
    assert np.allclose(np.abs(step[rows]), 135)
    assert np.allclose(step[30:], 0)
    swapped = photos_tampering.swapped(shots, rows, random)
    assert np.all(swapped.parcel[rows] != shots.parcel[rows])
    assert np.array_equal(swapped.parcel[30:], shots.parcel[30:])
    assert np.array_equal(swapped.xy, shots.xy)


def test_retimed_photos(shots, random):
    rows = np.arange(10)
    first = (photos.START - photos.date(1970, 1, 1)).days * 86400
    last = (photos.END - photos.date(1970, 1, 1)).days * 86400
    early = photos_tampering.retimed(shots, rows, "before", random)
    assert np.all(early.taken[rows] < first - 86400)
    assert np.all(photos_tampering.retimed(shots, rows, "after", random).taken[rows] > last + 86400)
    night = photos_tampering.retimed(shots, rows, "night", random).taken[rows] % 86400 / 3600
    assert np.all((night >= 22) | (night <= 3.6))
    assert np.array_equal(early.taken - shots.taken, early.utc - shots.utc)


def test_the_store_says_what_the_cameras_say(context, shots, tmp_path):
    supply = pictures.Pictures(context, "test", (120, 90))
    images = [supply.take() for _ in range(len(shots))]
    store = open_store(photo_files.write_store(tmp_path / "371402.db", shots, images))
    assert not store.problems
    assert len(store.photos) == len(shots)
    degrees = land.to_degrees(shots.xy)
    for number, (photo, (_, blob)) in enumerate(zip(store.photos, store.pictures())):
        start = blob.index(b"Exif\0\0") + 6
        exif = read_exif(blob[start : start + 4000])
        assert exif.longitude == pytest.approx(degrees[number, 0], abs=3e-6)
        assert exif.latitude == pytest.approx(degrees[number, 1], abs=3e-6)
        assert float(photo.values["LONGITUDE"]) == pytest.approx(degrees[number, 0], abs=1e-7)
        assert exif.direction == pytest.approx(shots.azimuth[number], abs=0.01)
        assert exif.local_time == shots.taken[number]
        assert exif.gps_time == shots.utc[number]
        assert photo.values["JKBSM"] == bsm(int(shots.parcel[number]))
        assert Image.open(io.BytesIO(blob)).size == (120, 90)


def test_pictures_differ_and_reused_ones_do_not(context, random):
    supply = pictures.Pictures(context, "test", (160, 120))
    images = [supply.take() for _ in range(12)]
    small = [
        np.asarray(Image.open(io.BytesIO(i)).convert("L").resize((32, 24)), dtype=float).ravel()
        for i in images
    ]
    alike = np.corrcoef(small)[np.triu_indices(12, 1)]
    assert alike.max() < 0.98
    for how in photos_tampering.REUSES:
        copy = Image.open(io.BytesIO(photos_tampering.reused(images[0], how, random)))
        if how == "exact":
            assert photos_tampering.reused(images[0], how, random) == images[0]
        if how.startswith("resized"):
            assert copy.width == 160 * int(how.split("_")[1]) // 100
        if how.startswith("cropped"):
            assert abs(copy.width - 160 * (1 - int(how.split("_")[1]) / 100)) <= 1
        if how.startswith(("recompressed", "brighter", "mirrored")):
            grey = np.asarray(copy.convert("L").resize((32, 24)), dtype=float)
            own = small[0].reshape(24, 32)
            own = own[:, ::-1] if how == "mirrored" else own
            assert np.corrcoef(grey.ravel(), own.ravel())[0, 1] > 0.95


# --- Tracks ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", tracks.KINDS)
def test_honest_tracks_move_as_people_do_and_are_read_back(
    ground, parcels, context, tmp_path, kind
):
    track = tracks.genuine(parcels, ground, context.random("track", kind), kind, 8.0)
    assert np.all(np.diff(track.time) > 0)
    speed = np.hypot(*np.diff(track.xy, axis=0).T) / np.diff(track.time)
    assert np.quantile(speed, 0.99) < 15
    degrees = land.to_degrees(track.xy)
    gpx = read_track(track_files.write_gpx(tmp_path / "a.gpx", track))
    nmea = read_track(track_files.write_nmea(tmp_path / "a.nmea", track, "BD"))
    for read in (gpx, nmea):
        assert len(read) == len(track)
        assert np.allclose(read.lon, degrees[:, 0], atol=2e-6)
        assert np.allclose(read.lat, degrees[:, 1], atol=2e-6)
        assert np.allclose(read.time, track.time, atol=0.02)
    assert nmea.damaged == nmea.misprinted == 0
    assert set(nmea.quality) == {track.fix}


def test_a_receivers_error_remembers_and_white_noise_does_not():
    random = np.random.default_rng(2)
    wander = tracks._markov(20_000, 100.0, random)
    lag = np.corrcoef(wander[:-10], wander[10:])[0, 1]
    assert wander.std() == pytest.approx(1.0, abs=0.2)
    assert lag == pytest.approx(math.exp(-0.1), abs=0.03)


def test_real_windows_keep_their_metres(ground, context):
    windows = tracks.real_windows(context, ground, 3, 100)
    assert [len(window) for window in windows] == [100, 100, 100]
    ride = read_track(next((context.folder("gnss")).glob("*.gpx")))
    first = windows[0]
    ours = np.hypot(*np.diff(first.xy, axis=0).T).sum()
    lat = math.radians(ride.lat[:100].mean())
    steps = np.hypot(
        np.diff(ride.lon[:100]) * 111_320 * math.cos(lat), np.diff(ride.lat[:100]) * 111_195
    )
    assert ours == pytest.approx(steps.sum(), rel=0.01)


def test_tampered_tracks(ground, parcels, context, random):
    honest = tracks.genuine(parcels, ground, context.random("t"), "second", 8.0)
    corners = tracks.round_of(parcels, ground, random, 8.0)
    even = tracks_tampering.drawn(corners, honest, "even", random)
    step = np.hypot(*np.diff(even.xy, axis=0).T)
    assert np.std(step) < 0.25 * np.mean(step)
    back = tracks_tampering.replayed(honest, "reversed", random)
    assert np.array_equal(back.xy, honest.xy[::-1])
    assert np.all(np.diff(back.time) > 0)
    moved = tracks_tampering.replayed(honest, "translated", random)
    assert np.allclose(np.ptp(moved.xy - honest.xy, axis=0), 0, atol=1e-6)
    fast = tracks_tampering.impossible(honest, "hurried", random)
    speed = np.hypot(*np.diff(fast.xy, axis=0).T) / np.diff(fast.time)
    assert np.median(speed) > 40
    level = tracks_tampering.heights_of_dem(honest, ground, False)
    assert np.allclose(level.altitude, ground.seen(honest.xy), atol=0.011)
    assert len(tracks.thinned(np.column_stack([np.arange(50.0), np.zeros(50)]), 0.5)) == 2


# --- Frames ------------------------------------------------------------------------


def test_every_mistake_moves_the_layer_and_only_the_layer(context, ground, random):
    county = frames.make_county(context, ground, random)
    right = shapely.get_coordinates(county.parcels)
    assert len(county.rows) == len(county.parcels) > 100
    for mistake in frames.MISTAKES:
        wrong = mistake.apply(county, random)
        there = shapely.get_coordinates(wrong.parcels)
        if mistake.kind == "gcj02":
            assert 300 < np.hypot(*(there - right).T).mean() < 900
        elif mistake.kind == "datum_shift":
            assert 50 <= np.hypot(*(there - right).T).mean() <= 150
        elif mistake.kind == "axis_swap":
            assert np.array_equal(there[:, ::-1], right)
        elif mistake.kind == "ellipsoidal_height":
            assert 10 <= abs(np.median(wrong.heights - county.heights)) <= 60
        else:
            same = np.allclose(there, right)
            assert not same or wrong.parcels_code != terrain.EPSG


# --- Frame of the benchmark -----------------------------------------------------------


def test_experiments_say_what_the_benchmark_asks():
    names = [experiment.name for experiment in EXPERIMENTS]
    assert len(set(names)) == len(names)
    for experiment in EXPERIMENTS:
        assert experiment.places and experiment.family
        assert experiment.replicates[0] <= experiment.replicates[1]
        for goal in experiment.goals():
            measured = goal.measure(Evaluation([]))
            assert math.isnan(measured.value), "nothing was tried yet"


def test_pooled_rate_counts_missed_and_unjudged_and_names_the_weakest():
    honest = Group(np.arange(1000.0), np.zeros(1000, int), np.arange(1000))

    def spoiled(kind, strength, scores):
        scores = np.array(scores, dtype=float)
        group = Group(scores, np.zeros(len(scores), int), np.arange(len(scores)))
        return Tampering(kind, strength, f"{strength:g}", group)

    sample = Sample(
        "e", "heights", "p", "s", honest,
        [
            spoiled("a", 0.0, [2000, 2000]),
            spoiled("a", 0.5, [2000, 5.0, np.nan, 2000]),
            spoiled("a", 1.0, [0.0]),
            spoiled("b", 0.0, [0.0]),
        ],
    )  # fmt: skip
    found = pooled_rate("e", ["a"], 0.01, most=0.5)(Evaluation([sample]))
    assert found.value == pytest.approx(4 / 6)
    assert found.count == 6
    assert found.note == "weakest: a 0.5 50%"
    few = pooled_rate("e", ["a"], 1e-4, most=0.0)(Evaluation([sample]))
    assert few.value == 1.0 and "only 1000 genuine" in few.note


def test_parcels_of_the_kit_are_a_layer(parcels):
    layer = parcel_table(parcels)
    assert layer.name == "DLTB"
    assert layer.geometry_type == "polygon"
    assert len(set(layer.object_ids)) == len(layer) == len(parcels)
    assert layer.usable.all()


def test_whoever_knows_the_laws_tells_copies_from_surveys(ground, random):
    xy = random.uniform(
        (ground.extent[0] + 300, ground.extent[1] + 300),
        (ground.extent[2] - 300, ground.extent[3] - 300),
        (400, 2),
    )
    rough = np.full(400, 0.3)
    oracle = heights_oracle.oracle_of(ground, xy, rough)
    assert 0.05 < oracle.relief < 4
    honest, forged = [], []
    for _ in range(12):
        survey = heights.genuine(ground, 60, random)
        copy = heights_tampering.copied(survey, ground, "bilinear", 0.25, random)
        honest.append(oracle.ratio(survey, rough[:60], 0.25))
        forged.append(oracle.ratio(copy, rough[:60], 0.25))
    assert max(honest) < 0 < min(forged)


def test_the_covariance_of_a_dems_errors_is_theirs(context):
    oracle = None
    seen, told = [], []
    for replicate in range(40):
        ground = terrain.ground_of(context, "somerset", 1000 + replicate)
        if oracle is None:
            xy = np.array([[400.0, 400.0], [405.0, 402.0], [900.0, 700.0]])
            xy = xy + (ground.extent[0], ground.extent[1])
        oracle = heights_oracle.Oracle(ground, ground.law, 1.0)
        if np.all(ground.cells == np.round(ground.cells)):
            continue
        clean = terrain.sampled(
            ground.law.clean, ground.cell, ground.west, ground.north, xy, "bilinear"
        )
        covariance = oracle._errors(xy)
        size = np.sqrt(np.diag(covariance))
        seen.append((ground.seen(xy) - clean) / size)
        told.append(covariance / np.outer(size, size))
    seen, told = np.array(seen), np.mean(told, axis=0)
    assert np.std(seen) == pytest.approx(1.0, abs=0.2)
    assert told[0, 1] > 0.9 > np.corrcoef(seen[:, 0], seen[:, 2])[0, 1]
    assert np.corrcoef(seen[:, 0], seen[:, 1])[0, 1] == pytest.approx(told[0, 1], abs=0.1)
