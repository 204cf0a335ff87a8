"""Rules of imagery from package to findings, on a made county and on real places."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from osgeo import gdal, ogr, osr

from onemap_verify.checks.findings import Family, Verdict
from onemap_verify.checks.options import Options
from onemap_verify.checks.verify import verify

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "fixtures"))
from picture_county import (
    ACROSS,
    CELL,
    SIDE,
    accused,
    county,
    flipped,
    name_of,
    run,
    run_of,
    write_image,
    write_parcels,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("county")
    classes, outlines, bands = county()
    return classes, outlines, bands, write_image(folder / "image.tif", bands)


def test_honest_package_is_accepted_and_nothing_said(made, tmp_path):
    classes, outlines, _, image = made
    found = run(tmp_path, classes, outlines, image, previous=classes)
    assert len(accused(found)) <= 0.01 * len(classes)
    assert not [f for f in found.findings if f.verdict is Verdict.INCONSISTENT]
    assert (found.parcels.outcome == "accepted").mean() > 0.95


def test_false_classes_are_found_named_and_sent_to_review(made, tmp_path):
    classes, outlines, _, image = made
    said, rows = flipped(classes)
    found = run(tmp_path, said, outlines, image, previous=classes)
    wrong = {name_of(row) for row in rows}
    assert len(accused(found) & wrong) >= 0.9 * len(wrong)
    assert len(accused(found) - wrong) <= 0.01 * len(classes)
    outcome = dict(zip(found.parcels.bsm, found.parcels.outcome))
    assert sum(outcome[name] == "accepted" for name in wrong) == 0
    groups = {"01": "crop", "03": "forest", "04": "grass_shrub", "07": "built_up", "11": "water"}
    truth = {name_of(row): groups[classes[row][:2]] for row in rows}
    named = [f.evidence["seen_group"] == truth[f.object_id]
             for f in found.findings if f.object_id in truth]  # fmt: skip
    assert np.mean(named) > 0.95
    causes = {f.cause for f in found.findings}
    assert causes == {"class_contradicts_image", "cropland_not_in_image", "not_built_in_image"}
    one = next(f for f in found.findings if f.rule_id == "imagery.cropland")
    assert "影像上看像" in one.message.zh
    assert "looks like" in one.message.en


def test_without_last_year_the_submission_teaches_itself(made, tmp_path):
    classes, outlines, _, image = made
    said, rows = flipped(classes)
    found = run(tmp_path, said, outlines, image)
    wrong = {name_of(row) for row in rows}
    assert len(accused(found) & wrong) >= 0.7 * len(wrong)
    assert len(accused(found) - wrong) <= 0.01 * len(classes)
    assert not found.findings[0].evidence["learned_from_previous"]


def test_three_sources_against_one_are_inconsistent_only_after_the_survey(made, tmp_path):
    classes, outlines, _, image = made
    said = classes.copy()
    row = int(np.flatnonzero(classes == "1104")[2])
    said[row] = "0301"
    campaign = {"campaign_start": date(2023, 4, 1), "campaign_end": date(2023, 8, 31)}
    after = run(tmp_path / "a", said, outlines, image, classes, **campaign)
    verdicts = {f.object_id: f.verdict for f in after.findings}
    assert verdicts[name_of(row)] is Verdict.INCONSISTENT
    campaign["campaign_end"] = date(2023, 11, 30)
    before = run(tmp_path / "b", said, outlines, image, classes, **campaign)
    verdicts = {f.object_id: f.verdict for f in before.findings}
    assert verdicts[name_of(row)] is Verdict.DOUBTFUL


def test_an_image_older_than_the_year_cannot_show_a_new_class(made, tmp_path):
    classes, outlines, _, image = made
    said, rows = flipped(classes)
    found = run(
        tmp_path, said, outlines, image, classes,
        imagery_date=date(2021, 6, 1), campaign_start=date(2023, 4, 1),
    )  # fmt: skip
    assert not accused(found) & {name_of(row) for row in rows}
    older = [f for f in found.findings if f.cause == "image_older"]
    assert len(older) == 1
    assert older[0].verdict is Verdict.DOUBTFUL
    assert not older[0].parcel_bsm


def test_what_cannot_be_seen_is_not_checkable_with_the_reason(made, tmp_path):
    classes, outlines, bands, _ = made
    hidden = bands.copy()
    row, column = np.indices(bands.shape[1:])
    cloud = np.hypot(row - 60, column - 60) < 40
    hidden[:, cloud] = 8000
    outlines = outlines.copy()
    outlines[-1] = shapely.transform(outlines[-1], lambda xy: xy + 1e5)
    outlines[-2] = shapely.transform(
        outlines[-2], lambda xy: xy.mean(axis=0) + (xy - xy.mean(axis=0)) * 0.1
    )
    outlines[-3] = None
    said = classes.copy()
    said[-4] = "0602"
    image = write_image(tmp_path / "cloud.tif", hidden)
    found = run(tmp_path / "x", said, outlines, image, previous=classes)
    reasons = "; ".join(run.reason.en for run in found.runs if run.family == "imagery")
    for word in ("Hidden by cloud", "Outside the image", "Too few cells", "no one look"):
        assert word in reasons
    outcome = dict(zip(found.parcels.bsm, found.parcels.outcome))
    covered = [n for n, shape in enumerate(outlines) if shape is not None
               and shape.centroid.distance(shapely.Point(500_600, 3_999_400)) < 300]  # fmt: skip
    assert covered
    assert all(outcome[name_of(n)] == "not_checkable" for n in covered)
    assert len(accused(found)) <= 3


def test_bands_without_names_do_for_classes(made, tmp_path):
    classes, outlines, bands, _ = made
    six = np.concatenate([bands, bands[:2] // 2])
    image = write_image(tmp_path / "six.tif", six, names=())
    said, rows = flipped(classes)
    found = run(tmp_path / "x", said, outlines, image, previous=classes)
    wrong = {name_of(row) for row in rows}
    assert len(accused(found) & wrong) >= 0.9 * len(wrong)


def test_a_single_vegetation_index_tells_what_it_can(made, tmp_path):
    classes, outlines, bands, _ = made
    red, nir = (bands[n].astype(np.float64) for n in (2, 3))
    index = np.round((nir - red) / (nir + red) * 10_000 + 10_000).astype(np.uint16)
    image = write_image(tmp_path / "ndvi.tif", index[None], names=("ndvi",))
    said, rows = flipped(classes)
    found = run(tmp_path / "x", said, outlines, image, previous=classes)
    wrong = {name_of(row) for row in rows}
    assert len(accused(found) & wrong) >= 0.4 * len(wrong)
    assert len(accused(found) - wrong) <= 0.01 * len(classes)


def test_a_whole_group_out_of_season_accuses_nobody(made, tmp_path):
    """Cropland taught green in last year's layer is bare now: season, not fraud."""
    classes, outlines, bands, _ = made
    changed = bands.copy()
    random = np.random.default_rng(5)
    for row in np.flatnonzero(classes == "0103"):
        down, across = divmod(int(row), ACROSS)
        at = (slice(down * SIDE, (down + 1) * SIDE), slice(across * SIDE, (across + 1) * SIDE))
        level = np.array((0.1, 0.13, 0.17, 0.24))[:, None, None] * random.normal(1, 0.08)
        changed[(slice(None), *at)] = level * 1e4 * random.normal(1, 0.06, (1, SIDE, SIDE))
    image = write_image(tmp_path / "bare.tif", changed)
    found = run(tmp_path / "x", classes, outlines, image, previous=classes)
    assert len(accused(found)) <= 0.015 * len(classes)


def test_planted_fields_that_are_bare_in_season_are_doubtful(made, tmp_path):
    classes, outlines, bands, _ = made
    rows = np.flatnonzero(classes == "0103")[5:8]
    bare = bands.copy()
    for row in rows:
        down, across = divmod(int(row), ACROSS)
        at = (slice(down * SIDE, (down + 1) * SIDE), slice(across * SIDE, (across + 1) * SIDE))
        bare[(slice(None), *at)] = np.array([1200, 1500, 2000, 2300])[:, None, None]
    image = write_image(tmp_path / "bare.tif", bare)
    found = run(tmp_path / "x", classes, outlines, image, previous=classes, planted="LS")
    planted = {f.object_id: f for f in found.findings if f.rule_id == "imagery.planted"}
    assert set(planted) == {name_of(row) for row in rows}
    assert all(f.verdict is Verdict.DOUBTFUL for f in planted.values())
    idle = run(tmp_path / "y", classes, outlines, image, previous=classes, planted="WG")
    assert not [f for f in idle.findings if f.rule_id == "imagery.planted"]


def test_without_image_every_rule_says_so(made, tmp_path):
    classes, outlines, _, _ = made
    found = run(tmp_path, classes[:30], outlines[:30], "")
    for rule in ("imagery.class", "imagery.cropland", "imagery.construction"):
        assert "No trusted image" in run_of(found, rule).reason.en
    assert not found.findings


def test_an_image_elsewhere_accuses_nobody(made, tmp_path):
    classes, outlines, _, image = made
    moved = shapely.transform(outlines, lambda xy: xy + 50_000.0)
    found = run(tmp_path, classes, moved, image)
    assert not accused(found)
    assert run_of(found, "imagery.cropland").tested == 0


def test_genuine_parcels_of_utah(shared_data, tmp_path):
    """NLCD of 2011 on Landsat of 2015: some classes are outdated, none forged."""
    codes = {11: "1104", 31: "1207", 41: "0301", 42: "0301", 43: "0301", 52: "0305", 71: "0401"}
    source = gdal.Open(str(shared_data / "zion" / "nlcd2011.tif"))
    cut = gdal.Translate("", source, format="MEM", srcWin=[300, 300, 560, 560])
    memory = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = memory.CreateLayer("p", osr.SpatialReference(cut.GetProjection()), ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("code", ogr.OFTInteger))
    gdal.Polygonize(cut.GetRasterBand(1), None, layer, 0, [])
    parts = [(bytes(f.GetGeometryRef().ExportToWkb()), f.GetField(0)) for f in layer]
    shapes = shapely.from_wkb([wkb for wkb, _ in parts])
    value = np.array([code for _, code in parts])
    good = (
        (shapely.area(shapes) > 20 * 900) & np.isin(value, list(codes)) & shapely.is_valid(shapes)
    )
    shapes, classes = shapes[good], np.array([codes[v] for v in value[good]], dtype=object)
    bands = [str(shared_data / "zion" / f"landsat_b{n}.tif") for n in (2, 3, 4, 5)]
    image = str(tmp_path / "zion.vrt")
    gdal.BuildVRT(image, bands, separate=True)
    wkt = cut.GetProjection()
    package = write_parcels(tmp_path / "package.gpkg", classes, shapes, wkt=wkt)
    previous = write_parcels(tmp_path / "previous.gpkg", classes, shapes, wkt=wkt)
    found = verify(
        Options(
            submission=Path(package),
            findings=tmp_path / "findings.gpkg",
            imagery=image,
            imagery_bands="blue=1,green=2,red=3,nir=4",
            imagery_date=date(2015, 8, 18),
            previous=previous,
            families=(Family.IMAGERY,),
            strict=True,
        )
    )
    assert len(classes) > 800
    assert len(accused(found)) <= 0.02 * len(classes)
    assert not [f for f in found.findings if f.verdict is Verdict.INCONSISTENT]
    assert (found.parcels.outcome == "accepted").mean() > 0.7


def test_a_claimed_change_to_a_group_nobody_knows_is_doubted_while_nothing_changed(made, tmp_path):
    """No trusted parcel is orchard: what it looks like is unknown, but not what was there."""
    classes, outlines, _, image = made
    said = classes.copy()
    rows = np.flatnonzero(classes == "1104")[:6]
    said[rows] = "0201"
    found = run(tmp_path, said, outlines, image, previous=classes)
    assert len(accused(found) & {name_of(row) for row in rows}) >= 4
    assert all(f.verdict is Verdict.DOUBTFUL for f in found.findings)


def test_a_rare_class_on_ground_typical_of_a_common_one_is_doubted_without_last_year(
    made, tmp_path
):
    """Six ponds called orchard, of which there is no other: they look like ponds."""
    classes, outlines, _, image = made
    said = classes.copy()
    rows = np.flatnonzero(classes == "1104")[:6]
    said[rows] = "0201"
    found = run(tmp_path, said, outlines, image)
    told = {f.object_id: f for f in found.findings if f.rule_id == "imagery.rare"}
    assert len(told) >= 4
    assert set(told) <= {name_of(row) for row in rows}
    assert all(f.verdict is Verdict.DOUBTFUL for f in found.findings)
    assert {f.evidence["seen_group"] for f in told.values()} == {"water"}


def test_many_rare_parcels_that_look_common_speak_against_the_image_not_the_parcels(made, tmp_path):
    """An eighth of the county is honest orchard that nobody could tell from its wood."""
    classes, outlines, _, image = made
    said = classes.copy()
    said[np.flatnonzero(classes == "0301")[:30]] = "1206"
    said[np.flatnonzero(classes == "0103")[::6]] = "0201"
    found = run(tmp_path, said, outlines, image)
    assert not [f for f in found.findings if f.rule_id == "imagery.rare" and f.expected == "0201"]


def test_physics_knows_water_where_nobody_has_shown_it(made, tmp_path):
    """No pond is declared: what is called grass on them shows no near infrared."""
    classes, outlines, _, image = made
    ponds = np.flatnonzero(classes == "1104")
    said = classes.copy()
    said[ponds] = "0401"
    some = np.concatenate([np.flatnonzero(classes != "1104"), ponds[:10]])
    some.sort()
    for name, slope in (("level", 0.0), ("steep", 0.5)):
        heights = np.tile(100 + slope * CELL * np.arange(SIDE * ACROSS), (1, SIDE * ACROSS, 1))
        dem = write_image(tmp_path / f"{name}.tif", heights, names=None)
        found = run(tmp_path / name, said[some], outlines[some], image, dem=dem)
        told = {f.object_id for f in found.findings if f.rule_id == "imagery.rare"}
        ours = {name_of(place) for place in np.flatnonzero(np.isin(some, ponds))}
        wet = {f.object_id for f in found.findings if f.evidence.get("seen_group") == "water"}
        assert told <= ours
        if name == "level":
            assert len(wet & ours) >= 8
        else:
            assert not wet


def test_a_flooded_county_is_not_told_parcel_by_parcel(made, tmp_path):
    """A tenth of the land stands under water: weather, and no list of suspects."""
    classes, outlines, _, image = made
    ponds = np.flatnonzero(classes == "1104")
    said = classes.copy()
    said[ponds] = "0401"
    dem = write_image(tmp_path / "level.tif", np.full((1, SIDE * ACROSS, SIDE * ACROSS), 100), None)
    found = run(tmp_path, said, outlines, image, dem=dem)
    assert len(ponds) > 40
    assert not [f for f in found.findings if f.rule_id == "imagery.rare"]
    (told,) = [one for one in found.runs if one.rule_id == "imagery.rare"]
    assert told.not_checkable >= 40 and "floods" in told.reason.en


def test_claimed_changes_teach_nothing_and_true_ones_of_many_are_borne_out(made, tmp_path):
    """A fourth of the county truly changed: last year's classes alone would teach much wrong."""
    classes, outlines, _, image = made
    random = np.random.default_rng(4)
    before = classes.copy()
    rows = random.choice(len(classes), len(classes) // 4, replace=False)
    for row in rows:
        others = [c for c in ("0103", "0301", "0401", "0702") if c != classes[row]]
        before[row] = random.choice(others)
    said = classes.copy()
    liars = np.setdiff1d(np.flatnonzero(classes == "0103"), rows)[:12]
    said[liars] = "0702"
    found = run(tmp_path, said, outlines, image, previous=before)
    told = {f.object_id for f in found.findings if f.parcel_bsm}
    assert len(told & {name_of(row) for row in liars}) >= 11
    assert len(told & {name_of(row) for row in rows}) <= 0.08 * len(rows)


def test_a_change_between_classes_that_look_alike_is_for_a_person_and_no_contradiction(
    made, tmp_path
):
    """Half of the crop is called grass in both years: the image cannot tell the two apart."""
    classes, outlines, _, image = made
    before = classes.copy()
    crop = np.flatnonzero(classes == "0103")
    before[crop[::2]] = "0401"
    said = before.copy()
    rows = crop[1:31:3][before[crop[1:31:3]] == "0103"]
    said[rows] = "0401"
    found = run(tmp_path, said, outlines, image, previous=before)
    told = {f.object_id: f for f in found.findings if f.cause == "change_unconfirmed"}
    assert set(told) <= {name_of(row) for row in rows}
    assert len(set(told) | accused(found)) >= 0.8 * len(rows)
    assert all(f.verdict is Verdict.DOUBTFUL for f in found.findings)
    outcome = dict(zip(found.parcels.bsm, found.parcels.outcome))
    assert {outcome[name] for name in told} == {"review"}
    assert "does not bear it out" in next(iter(told.values())).message.en
    assert run_of(found, "imagery.unconfirmed").tested >= len(told)
