"""Evidence of findings against numbers known beforehand, and what no input may break."""

import math
import shutil
import sqlite3

import numpy as np
import pytest
import reviewed_survey as made
import shapely
import small_survey

from onemap_verify.checks.evidence.gather import Gatherer, gather
from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.review_inputs import ReviewInputs


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    return made.make(tmp_path_factory.mktemp("evidence") / "county")


@pytest.fixture(scope="module")
def gatherer(findings):
    with Gatherer(ReviewInputs.read(findings)) as opened:
        yield opened


@pytest.fixture
def card(findings, gatherer):
    def of(rule_id, others=(), **more):
        return gatherer.gather(made.row(findings, rule_id, **more), others)

    return of


def chart(evidence, kind):
    found = [each for each in evidence.charts if each.kind == kind]
    assert len(found) == 1, [each.kind for each in evidence.charts]
    return found[0]


def series(found, role):
    return next(each for each in found.series if each.role == role)


def shapes(evidence, role):
    return [shapely.from_wkb(each.geometry) for each in evidence.shapes if each.role == role]


def fact(evidence, title):
    return next(each for each in evidence.facts if each.title.en == title)


def test_every_finding_has_a_card_and_nothing_is_missing(findings, gatherer):
    for row in made.rows(findings):
        evidence = gatherer.gather(row)
        assert evidence.finding_id == row["finding_id"]
        told = [each for each in evidence.missing if "too few parcels of 03" not in each.en]
        assert told == [], row["rule_id"]
        assert all(text.zh or not text.en for text in evidence.texts())
        assert evidence.clause.zh or row["rule_id"] == "TOP"


def test_the_slope_histogram_of_a_tilted_plane(card):
    found = chart(card("terrain.slope_grade"), "slope_histogram")
    bars = series(found, "measured")
    near = np.abs(bars.x - small_survey.SLOPE_DEGREES) < 1.01
    assert bars.y[near].sum() == pytest.approx(100.0)
    assert [each.value for each in found.marks if each.role == "limit"] == [2.0, 6.0, 15.0]
    assert [(each.low, each.high) for each in found.bands if each.role == "declared"] == [(6, 15)]
    measured = next(each for each in found.marks if each.role == "measured")
    assert measured.value == pytest.approx(10.0, abs=1e-3)


def test_the_shares_of_grades_stand_beside_the_delivered_map(card):
    found = chart(card("terrain.slope_grade"), "slope_grades")
    assert series(found, "measured").y == pytest.approx([0, 0, 100, 0, 0])
    assert series(found, "reference").y == pytest.approx([0, 10, 90, 0, 0])
    assert len(found.x.labels) == 5


def test_the_profile_of_a_plane_is_a_straight_line(card):
    evidence = card("L19")
    profile = evidence.profile
    line = profile.series[0]
    assert np.abs(np.diff(line.y) / np.diff(line.x)) == pytest.approx(made.RISE, abs=1e-4)
    band = profile.bands[0]
    assert (band.low, band.high) == pytest.approx((0.0, 100.0))
    assert (line.x[0], line.x[-1]) == pytest.approx((-30.0, 130.0))
    (drawn,) = shapes(evidence, "profile")
    west, south, east, north = drawn.bounds
    assert east - west == pytest.approx(160.0) and north - south < 1e-3


def test_residuals_tell_the_blunder_from_its_neighbours(card):
    evidence = card("heights.blunder", layer="GCZJD")
    found = chart(evidence, "height_residuals")
    mine, rest = series(found, "declared"), series(found, "other")
    assert mine.y == pytest.approx([made.BLUNDER_M], abs=1e-2) and mine.x == pytest.approx([0.0])
    assert len(rest.y) == 19 and np.abs(rest.y).max() == pytest.approx(0.05, abs=1e-2)
    assert [(each.low, each.high) for each in found.bands] == [(-1.5, 2.5)]


def test_a_contour_beside_the_terrain_along_it(card):
    evidence = card("heights.blunder", layer="DGX")
    found = chart(evidence, "contour_ground")
    truth = float(made.ground(made.WEST + 60.0))
    assert found.series[0].y == pytest.approx(truth, abs=1e-3)
    assert next(each for each in found.marks if each.role == "declared").value == pytest.approx(
        truth, abs=0.01
    )
    assert len(shapes(evidence, "other_object")) == 3


def test_residuals_of_the_whole_layer_beside_an_honest_survey(card):
    found = chart(card("heights.copied"), "residual_distribution")
    assert series(found, "measured").y.sum() == pytest.approx(100.0)
    honest = series(found, "expected")
    middle = honest.x[honest.y.argmax()]
    step = honest.x[1] - honest.x[0]
    assert abs(middle) < step
    # A normal distribution of 0.4 m, in per cent of a class.
    assert honest.y.max() == pytest.approx(100 * step / (0.4 * math.sqrt(2 * math.pi)), rel=0.02)


def test_the_spectral_profile_is_that_of_the_pixels(card):
    found = chart(card("imagery.class"), "spectral_profile")
    own = series(found, "measured")
    assert own.y == pytest.approx([0.06, 0.09, 0.08, 0.32], rel=0.01)
    assert (own.low < own.y).all() and (own.y < own.high).all()
    assert [label.en for label in found.x.labels] == ["blue", "green", "red", "NIR"]


def test_the_look_of_a_class_is_learned_from_last_years_parcels(card):
    evidence = card("imagery.class")
    found = chart(evidence, "spectral_profile")
    crop = series(found, "declared")
    assert crop.name.en == "declared class: 01 cropland"
    assert crop.y == pytest.approx([0.06, 0.09, 0.08, 0.32], rel=0.01)
    assert any("too few parcels of 03 forest" in each.en for each in evidence.missing)


def test_both_images_of_a_change(card):
    evidence = card("change.not_seen")
    found = chart(evidence, "change_profile")
    assert series(found, "reference").y == pytest.approx(series(found, "measured").y, rel=0.02)
    assert evidence.images.before_date == "2022-08-24"
    assert evidence.images.after.endswith("image_2023.tif")
    assert evidence.images.bands == (3, 2, 1) and not evidence.images.false_colour
    assert fact(evidence, "Measured").value.zh == "林地"


def test_areas_that_differ_little_are_shown_as_differences(card):
    evidence = card("L21")
    found = chart(evidence, "area_differences")
    assert series(found, "declared").y[0] == pytest.approx(700.0)
    reference = series(found, "reference").y
    assert reference[np.isfinite(reference)] == pytest.approx([1.0])
    assert found.bands[0].axis == "y" and found.bands[0].high == pytest.approx(0.02)
    assert fact(evidence, "Declared").value.zh == "10,700.00 平方米（1.07 公顷，16.05 亩）"
    assert fact(evidence, "Declared").role == "declared"


def test_areas_far_apart_are_shown_whole(card):
    found = chart(card("L19"), "areas")
    assert series(found, "declared").y[0] == 100.0
    assert series(found, "expected").y[1] == 200.0


def test_the_partner_of_an_overlap_is_drawn(card):
    (other,) = shapes(card("topology.overlap"), "other_object")
    assert other.equals(made.parcel(11))


def test_control_areas_by_their_size(card):
    evidence = card("control.farmland")
    found = chart(evidence, "control_areas")
    labels = [label.en for label in found.x.labels]
    assert labels == ["parcel", "permanent basic farmland", "approved"]
    assert found.series[0].y == pytest.approx([10_000.0, 10_000.0, 2_500.0])
    assert any(each.equals(made.parcel(0)) for each in shapes(evidence, "other_object"))


def test_last_year_by_shares_of_its_classes(card):
    found = chart(card("history.transition"), "last_year_classes")
    assert found.series[0].y == pytest.approx([50.0, 50.0])
    assert {label.zh[:4] for label in found.x.labels} == {"0301", "0103"}


def test_edges_of_a_square_and_its_turns(card):
    evidence = card("boundary.vertex_grid")
    lengths, turns = chart(evidence, "edge_lengths"), chart(evidence, "turn_angles")
    assert lengths.series[0].y.sum() == 4
    assert [each.value for each in lengths.marks][:2] == pytest.approx([50.0, 100.0])
    peak = turns.series[0].x[turns.series[0].y.argmax()]
    assert abs(peak - 90.0) <= 5.0 and turns.series[0].y.max() == 4


def test_an_outline_that_fits_the_image_elsewhere(card):
    evidence = card("boundary.parcel_shift")
    found = chart(evidence, "edge_offset")
    there = series(found, "measured")
    assert (there.x[0], there.y[0]) == (6.0, -8.0) and "10.00" in found.note.en
    (moved,) = shapes(evidence, "outline")
    assert moved.centroid.distance(made.parcel(1).centroid) == pytest.approx(10.0)


def test_the_share_here_beside_the_usual_one(card):
    found = chart(card("statistics.unusual_share"), "shares")
    assert found.series[0].y == pytest.approx([25.0, 5.0])


def test_words_of_the_parcel(card):
    evidence = card("terrain.slope_grade")
    assert fact(evidence, "BSM").value.en == made.bsm(0)
    assert fact(evidence, "DLBM").value.zh == "0103 旱地"
    assert fact(evidence, "Village").value.zh == "东村"
    assert fact(evidence, "GDPDJB").value.zh == "3 级（6°–15°）"
    assert fact(evidence, "Declared").value.en == "grade 2 (2°–6°)"
    assert fact(evidence, "Probability of a true problem").value.zh.endswith("%")


def test_a_cancelled_card_ends_at_once(findings, gatherer):
    row = made.row(findings, "terrain.slope_grade")
    with pytest.raises(Cancelled):
        gatherer.gather(row, (), Progress(cancelled=lambda: True))
    assert gatherer.gather(row).charts  # and the next one is whole


def test_progress_never_goes_back(findings, gatherer):
    seen = []
    row = made.row(findings, "control.farmland")
    gatherer.gather(row, (), Progress(lambda share, text: seen.append(share)))
    assert seen == sorted(seen) and seen[-1] == 1.0


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"finding_id": "x", "rule_id": None, "family": "terrain", "evidence": "{"},
        {"family": "photos", "layer": "FJ", "object_id": "' OR 1=1 --", "evidence": "[1]"},
        {"family": "topology", "layer": "DLTB", "object_id": "x'y\"z", "geom": b"junk"},
        {"family": "tracks", "layer": "tracks", "object_id": "../../x", "tolerance": "wide"},
        {"family": "heights", "layer": "GCZJD", "object_id": "\0", "geometry": b"GP" + b"\0" * 40},
        {"family": "imagery", "layer": "DLTB", "object_id": made.bsm(1), "geometry": b"\1\3"},
        {
            "family": "boundary",
            "layer": "DLTB",
            "object_id": made.bsm(1),
            "evidence": '{"spacing_m": -1, "dx_m": "NaN", "dy_m": 1e400, "parcel_bsm": [{}, []]}',
        },
        {
            "family": "area",
            "layer": "DLTB",
            "object_id": made.bsm(1),
            "parcel_bsm": made.bsm(2),
            "measured": "nan",
            "unit": "m²",
            "evidence": '{"tbmj": "x", "places": [[1], ["a", "b"], [1e999, 2]], "inside": 3}',
        },
        {"family": 7, "layer": 9, "object_id": 3, "evidence": {"other": ["x"]}, "score": []},
    ],
)
def test_no_row_is_odd_enough_to_raise(gatherer, row):
    evidence = gatherer.gather(row, [row, {}, {"finding_id": "y", "cause": 5}])
    assert isinstance(evidence.missing, tuple)


def test_broken_geometry_of_a_parcel_is_told(tmp_path):
    from packages import polygon_wkb, put_geometry

    path = made.make(tmp_path / "county")
    bow = polygon_wkb([(0, 0), (100, 100), (100, 0), (0, 100), (0, 0)])
    put_geometry(tmp_path / "county" / "package" / "survey.gpkg", 1, bow)
    with Gatherer(ReviewInputs.read(path)) as opened:
        evidence = opened.gather(made.row(path, "terrain.slope_grade"))
    assert not evidence.charts and evidence.profile is None
    assert any("量测" in each.zh for each in evidence.missing)
    assert fact(evidence, "DLBM").value.en.startswith("0103")


def test_a_package_that_is_gone_leaves_what_the_file_itself_knows(tmp_path):
    path = made.make(tmp_path / "county")
    shutil.rmtree(tmp_path / "county" / "package")
    shutil.rmtree(tmp_path / "county" / "onemap")
    evidence = gather(made.row(path, "terrain.slope_grade"), ReviewInputs.read(path))
    assert fact(evidence, "BSM").value.en == made.bsm(0)
    assert fact(evidence, "Probability of a true problem")
    assert len(evidence.missing) >= 5 and not evidence.charts
    assert all(each.zh.endswith("。") or "：" in each.zh for each in evidence.missing)


def test_damaged_inputs_are_told(tmp_path):
    path = made.make(tmp_path / "county")
    for name in ("onemap/dem.tif", "onemap/image_2023.tif", "package/survey.db"):
        target = tmp_path / "county" / name
        target.write_bytes(target.read_bytes()[:3000])
    with Gatherer(ReviewInputs.read(path)) as opened:
        for row in made.rows(path):
            evidence = opened.gather(row)
            assert isinstance(evidence.facts, tuple)
        assert opened.gather(made.row(path, "terrain.slope_grade")).missing


def test_a_zipped_package_is_unpacked_and_removed(tmp_path):
    import tempfile
    from pathlib import Path

    path = made.make(tmp_path / "county")
    package = tmp_path / "county" / "package"
    shutil.make_archive(str(tmp_path / "county" / "survey"), "zip", package)
    inputs = ReviewInputs.read(path)
    zipped = type(inputs)(**{**vars(inputs), "submission": str(tmp_path / "county" / "survey.zip")})
    before = set(Path(tempfile.gettempdir()).glob("onemap-*"))
    with Gatherer(zipped) as opened:
        evidence = opened.gather(made.row(path, "photos.view"))
        assert evidence.photos and evidence.missing == ()
    assert set(Path(tempfile.gettempdir()).glob("onemap-*")) == before


def test_the_package_is_left_as_it_was(findings):
    package = findings.parents[1] / "package"
    names = sorted(each.name for each in package.rglob("*"))
    with Gatherer(ReviewInputs.read(findings)) as opened:
        for row in made.rows(findings):
            opened.gather(row)
        assert sorted(each.name for each in package.rglob("*")) == names
    with sqlite3.connect(findings) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_parcel_facts_of_the_run_stand_in_for_a_lost_parcel(tmp_path):
    path = made.make(tmp_path / "county")
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE parcel_facts"
            " (bsm TEXT, dlbm TEXT, zldwdm TEXT, zldwmc TEXT, area_m2 REAL)"
        )
        connection.execute(
            "INSERT INTO parcel_facts VALUES (?, '0301', '51', '西村', 1234.5)", (made.bsm(0),)
        )
    shutil.rmtree(tmp_path / "county" / "package")
    evidence = gather(made.row(path, "terrain.slope_grade"), ReviewInputs.read(path))
    assert fact(evidence, "Village").value.zh == "西村"
    assert fact(evidence, "DLBM").value.zh == "0301 乔木林地"
