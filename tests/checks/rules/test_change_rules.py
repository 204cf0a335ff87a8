"""Change claimed, change hidden, rings sent again: real pictures, planted truth, whole runs.

Parcels and classes never come from the picture that judges them: those of Penn follow the
July image, and the November one judges; those of Zion follow NLCD.
"""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from change_places import burn, costa_rica, made_place, penn, plant, table, write
from osgeo import gdal, ogr, osr

from onemap_verify.checks.baseline import Baseline, Image
from onemap_verify.checks.findings import Family, Verdict
from onemap_verify.checks.measures.case import Case, Settings
from onemap_verify.checks.measures.change_past import ClassGroups
from onemap_verify.checks.options import Options
from onemap_verify.checks.rules.change import rules
from onemap_verify.checks.verify import verify

DATES = (date(2021, 7, 20), date(2022, 11, 25))


def images(folder, place, first=None):
    now = place.first if first is None else first
    return (
        write(folder / "now.tif", now, place.transform, place.wkt, place.names),
        write(folder / "before.tif", place.second, place.transform, place.wkt, place.names),
    )


def judged(folder, standard, place, first=None, now=None, before=None, geometry=None, **settings):
    """Judgements by rule id, and the case."""
    current, earlier = images(folder, place, first)
    dates = settings.pop("dates", DATES)
    dem = settings.pop("dem", "")
    parcels = table(
        place.geometry if geometry is None else geometry,
        place.codes if now is None else now,
        place.wkt,
        year=settings.pop("year", ""),
    )
    last_year = table(place.geometry, place.codes if before is None else before, place.wkt)
    case = Case(
        SimpleNamespace(layers={"DLTB": parcels}),
        Baseline(
            dem=dem,
            image=Image(current, dates[1]),
            image_previous=Image(earlier, dates[0]),
            previous=last_year,
        ),
        standard,
        Settings(**settings),
    )
    return {rule.id: rule.judge(case) for rule in rules(standard)}, case


def accused(judgement):
    return {int(finding.object_id) for finding in judgement.findings}


@pytest.fixture(scope="module")
def made():
    return made_place()


def reasons(judgement):
    return {text.en for text in judgement.reasons}


def test_season_sun_and_cloud_accuse_nobody(shared_data, standard, tmp_path):
    place = penn(shared_data)
    found, case = judged(tmp_path, standard, place, dem=str(shared_data / "penn" / "dem.tif"))
    assert all(not judgement.findings for judgement in found.values())
    assert found["change.hidden"].tested > 900
    clouds = found["change.hidden"].reasons
    assert any("cloud" in text.en and count > 50 for text, count in clouds.items())
    chance = case.change.measure.departure_p
    assert (chance < 0.01).mean() < 0.02


def test_fifteen_years_apart_nobody_is_called_inconsistent(shared_data, standard, tmp_path):
    found, case = judged(tmp_path, standard, costa_rica(shared_data))
    every = [finding for judgement in found.values() for finding in judgement.findings]
    assert len(every) <= 0.01 * len(case.parcels)
    assert all(finding.verdict is Verdict.DOUBTFUL for finding in every)


def test_claims_that_did_not_happen_are_found_and_honest_ones_supported(made, standard, tmp_path):
    groups = ClassGroups.of(standard)
    first, target = plant(made, groups, 0.04, seed=3)
    codes = made.codes.copy()
    for row, code in target.items():
        codes[row] = code
    honest, _ = judged(tmp_path, standard, made, first=first, now=codes)
    false, _ = judged(tmp_path, standard, made, now=codes, campaign_start=date(2022, 10, 1))
    there, here = honest["change.not_seen"], false["change.not_seen"]
    assert not there.findings
    assert there.compared[sorted(target)].sum() > 0.9 * there.tested > 10
    assert accused(here) <= set(target)
    tested = here.tested
    assert len(here.findings) > 0.7 * tested
    assert {finding.cause for finding in here.findings} == {"change_not_seen"}


def test_a_hidden_change_is_found_and_told_in_words(made, standard, tmp_path):
    groups = ClassGroups.of(standard)
    first, target = plant(made, groups, 0.03, seed=5)
    found, _ = judged(tmp_path, standard, made, first=first)
    hidden = found["change.hidden"]
    assert accused(hidden) <= set(target)
    assert len(hidden.findings) > 0.6 * len(target)
    assert all(
        f.verdict is Verdict.DOUBTFUL and f.cause == "change_hidden" for f in hidden.findings
    )
    felled = [f for f in hidden.findings if "林地" in f.message.zh and "植被减少" in f.message.zh]
    assert felled
    assert felled[0].evidence["ndvi_change"] < -0.08


def test_a_ring_around_ground_that_changed_in_part(made, standard, tmp_path):
    groups = ClassGroups.of(standard)
    first, target = plant(made, groups, 0.04, seed=9, part=0.4)
    found, _ = judged(tmp_path, standard, made, first=first)
    stale = found["change.stale_ring"]
    assert accused(stale) <= set(target)
    assert len(stale.findings) >= 0.3 * len(target)
    finding = stale.findings[0]
    parcel = made.geometry[int(finding.object_id)]
    share = shapely.area(shapely.intersection(finding.where, parcel)) / parcel.area
    assert 0.15 < share < 0.75
    assert not accused(stale) & accused(found["change.hidden"])
    # Another ring is no stale ring.
    moved = shapely.transform(made.geometry, lambda xy: xy + 3.0)
    again, _ = judged(tmp_path, standard, made, first=first, geometry=moved)
    assert not again["change.stale_ring"].findings
    assert again["change.stale_ring"].tested == 0


def test_only_a_young_image_and_overwhelming_evidence_is_inconsistent(made, standard, tmp_path):
    """Most claims are honest here, so that the picture itself is above doubt."""
    first, target = plant(made, ClassGroups.of(standard), 0.06, seed=3)
    codes = made.codes.copy()
    for row, code in target.items():
        codes[row] = code
    forests = np.setdiff1d(np.flatnonzero(made.codes == "0301"), sorted(target))
    false = set(forests[:8].tolist())
    codes[sorted(false)] = "1103"
    args = {"first": first, "now": codes}
    dated, _ = judged(tmp_path, standard, made, **args, campaign_start=date(2022, 10, 1))
    undated, _ = judged(tmp_path, standard, made, **args)
    for judgement in (dated, undated):
        assert accused(judgement["change.not_seen"]) <= false
        assert len(judgement["change.not_seen"].findings) >= 6
    verdicts = [f.verdict for f in dated["change.not_seen"].findings]
    assert verdicts.count(Verdict.INCONSISTENT) >= 3
    assert all(f.verdict is Verdict.DOUBTFUL for f in undated["change.not_seen"].findings)


def test_images_older_than_the_change_are_not_held_against_it(made, standard, tmp_path):
    codes = made.codes.copy()
    rows = np.flatnonzero(codes == "0301")[:8]
    codes[rows] = "0601"
    late, _ = judged(tmp_path, standard, made, now=codes, campaign_start=date(2023, 3, 1))
    year, _ = judged(tmp_path, standard, made, now=codes, year="2023")
    turned, _ = judged(tmp_path, standard, made, now=codes, dates=DATES[::-1])
    for found in (late, year):
        assert not found["change.not_seen"].findings
        assert any(
            "older than the reported change" in text for text in reasons(found["change.not_seen"])
        )
    assert all(any("check the dates" in text for text in reasons(j)) for j in turned.values())


def test_what_is_missing_is_said(made, standard, tmp_path):
    current, earlier = images(tmp_path, made)
    parcels = table(made.geometry, made.codes, made.wkt)
    package = SimpleNamespace(layers={"DLTB": parcels})
    for baseline, words in (
        (Baseline(), "No current image"),
        (Baseline(image=Image(current)), "No earlier image"),
        (Baseline(image=Image(current), image_previous=Image(earlier)), "Last year's DLTB"),
    ):
        for rule in rules(standard):
            judgement = rule.judge(Case(package, baseline, standard))
            assert not judgement.findings
            assert judgement.not_checkable == len(parcels)
            assert any(words in text for text in reasons(judgement))


def test_broken_parcels_are_counted_not_raised(made, standard, tmp_path):
    geometry = made.geometry.copy()
    geometry[0] = None
    geometry[1] = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    geometry[2] = shapely.Point(0, 0)
    geometry[3] = shapely.transform(geometry[3], lambda xy: xy + 1e7)
    codes = made.codes.copy()
    codes[4], codes[5] = None, "1006"
    found, _ = judged(tmp_path, standard, made, geometry=geometry, now=codes)
    for judgement in found.values():
        assert not judgement.findings


def write_vector(path, parcels, codes, wkt):
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = source.CreateLayer("DLTB", osr.SpatialReference(wkt=wkt), ogr.wkbPolygon)
    for name, width in (("BSM", 18), ("DLBM", 5)):
        definition = ogr.FieldDefn(name, ogr.OFTString)
        definition.SetWidth(width)
        layer.CreateField(definition)
    layer.CreateField(ogr.FieldDefn("TBMJ", ogr.OFTReal))
    layer.StartTransaction()
    for number, (shape, code) in enumerate(zip(parcels, codes)):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkb(shapely.to_wkb(shape)))
        feature["BSM"], feature["DLBM"] = f"6101032110{number:08d}", code
        feature["TBMJ"] = float(shape.area)
        layer.CreateFeature(feature)
    layer.CommitTransaction()
    return path


def test_whole_run_of_a_package_from_elsewhere(made, standard, tmp_path):
    """As a stranger would deliver it: few fields, another grid for the earlier image."""
    current, earlier = images(tmp_path, made)
    coarse = str(tmp_path / "coarse.tif")
    gdal.Warp(coarse, earlier, dstSRS="EPSG:4326", resampleAlg="bilinear", multithread=False)
    codes = made.codes.copy()
    rows = np.flatnonzero(codes == "0301")[:6]
    codes[rows] = "0601"
    options = Options(
        submission=write_vector(tmp_path / "package.gpkg", made.geometry, codes, made.wkt),
        findings=tmp_path / "findings.gpkg",
        imagery=current,
        imagery_date=DATES[1],
        imagery_previous=coarse,
        imagery_previous_date=DATES[0],
        previous=str(write_vector(tmp_path / "last.gpkg", made.geometry, made.codes, made.wkt)),
        families=(Family.CHANGE,),
        strict=True,
    )
    result = verify(options)
    named = {f"6101032110{row:08d}" for row in rows}
    found = {f.object_id for f in result.findings if f.cause == "change_not_seen"}
    assert len(found) >= 4
    assert {f.parcel_bsm for f in result.findings} <= named
    runs = {run.rule_id: run for run in result.runs}
    assert runs["change.hidden"].tested > 0.8 * len(codes)


def test_planting_marks_what_it_should(made, standard):
    first, target = plant(made, ClassGroups.of(standard), 0.02, seed=1)
    owner = burn(made, range(len(made.geometry)))
    touched = np.unique(owner[(first != made.first).any(axis=0)])
    assert set(touched) <= set(target)
