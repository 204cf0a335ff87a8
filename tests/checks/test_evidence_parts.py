"""Parts of the evidence: links, clauses, words, images by the piece, rows of a layer."""

import re
from pathlib import Path

import numpy as np
import pytest
import reviewed_survey as made
import shapely
import small_survey
from osgeo import gdal
from packages import parcels, squares, wkt, write_layer
from small_rasters import write_raster

from onemap_verify.checks.evidence import pictures
from onemap_verify.checks.evidence.cells import covered_cells
from onemap_verify.checks.evidence.clause import clause_of
from onemap_verify.checks.evidence.gather import Gatherer
from onemap_verify.checks.evidence.imagery import parcel_profile
from onemap_verify.checks.evidence.links import links_of
from onemap_verify.checks.evidence.sources import Sources
from onemap_verify.checks.evidence.words import area, quantity
from onemap_verify.checks.raster import Raster, RasterError
from onemap_verify.checks.reproject import Reprojection
from onemap_verify.checks.review_inputs import ReviewInputs


def row(finding_id, rule_id, cause="", parcel="P", **more):
    family = {"t": "terrain", "i": "imagery", "c": "change", "p": "photos", "L": "logic"}
    return {
        "finding_id": finding_id,
        "rule_id": rule_id,
        "cause": cause,
        "parcel_bsm": parcel,
        "family": family.get(rule_id[0], ""),
        "layer": "DLTB",
        "object_id": parcel,
        **more,
    }


@pytest.fixture
def links(standard):
    facts = standard.data("finding_links.json")
    return lambda one, *others: links_of(one, others, standard, facts)


def test_two_sources_of_slope_support_each_other(links):
    one = row("a", "terrain.slope_grade", "slope_lowered")
    other = row("b", "terrain.slope_parcel_map", "slope_lowered")
    (link,) = links(one, other)
    assert (link.finding_id, link.kind) == ("b", "supports")
    assert "坡度图" in link.why.zh
    assert links(other, one)[0].kind == "supports"


def test_what_contradicts_comes_first(links):
    one = row("a", "change.not_seen", "change_not_seen")
    others = [
        row("b", "L19"),
        row("c", "imagery.class", "class_contradicts_image"),
        row("d", "change.hidden", "change_hidden"),
        one,
    ]
    found = links(one, *others)
    assert [(each.finding_id, each.kind) for each in found] == [
        ("d", "contradicts"),
        ("c", "supports"),
        ("b", "same_parcel"),
    ]


def test_findings_of_other_parcels_do_not_argue(links):
    one = row("a", "change.not_seen", "change_not_seen")
    other = row("b", "change.hidden", "change_hidden", parcel="Q")
    (link,) = links(one, other)
    assert link.kind == "same_parcel" and "names" in link.why.en
    reused = row("c", "photos.reused", "reused_photo", parcel="P")
    partner = row("d", "photos.reused", "reused_photo", parcel="Q")
    assert links(reused, partner)[0].kind == "same_cause"


def test_a_photo_is_one_thing_whatever_finding_names_it(links):
    one = row("a", "photos.campaign", "outside_campaign", "", layer="photos", object_id="x.jpg")
    other = row("b", "photos.reused", "reused_photo", "", evidence='{"photo": "x.jpg"}')
    other |= {"layer": "FJ", "object_id": "7"}
    visit = row("c", "tracks.visit", "visit_denied", "", layer="FJ", object_id="7")
    visit |= {"family": "tracks", "evidence": '{"photo": "x.jpg"}'}
    assert {each.kind for each in links(one, visit, other)} == {"supports", "same_parcel"}


def test_the_table_of_links_speaks_of_what_there_is(standard, checkout):
    source = "".join(
        path.read_text(encoding="utf-8") for path in (checkout / "checks" / "rules").glob("*.py")
    )
    source += (checkout / "panels" / "review" / "causes.py").read_text(encoding="utf-8")
    families = {rule.family.value for rule in standard.rules.values()}
    for fact in standard.data("finding_links.json")["links"]:
        assert fact["kind"] in ("supports", "contradicts") and fact["zh"] and fact["en"]
        for word in fact["one"] + fact["other"]:
            kind, colon, name = word.partition(":")
            if not colon:
                assert f'"{word}"' in source, word
            elif kind == "rule":
                assert name in standard.rules, word
            else:
                assert kind == "family" and name in families, word


def test_every_rule_has_a_clause_and_says_what_it_rests_on(standard):
    facts = standard.data("clauses.json")
    for rule_id, rule in standard.rules.items():
        clause = clause_of(standard, rule_id, facts)
        assert re.search(r"[\u4e00-\u9fff]", clause.zh) and clause.en
        footing = facts["footing"][rule.confidence.split(",")[0]]
        assert clause.zh.endswith(footing["zh"]) and clause.en.endswith(footing["en"])
        # Our own working files and marks are no source to show to anybody.
        for word in ("json", "csv", "memory, h", "threshold"):
            assert word not in clause.zh, (rule_id, clause.zh)
    assert set(facts["rules"]) <= set(standard.rules)


def test_a_judgement_is_called_one(standard):
    facts = standard.data("clauses.json")
    clause = clause_of(standard, "boundary.vertex_grid", facts)
    assert "没有对应条款" in clause.zh and "Mardia & Jupp 2000" in clause.zh
    assert "国土调查办发〔2008〕32号" in clause_of(standard, "L21", facts).zh
    assert clause_of(standard, "none.such", facts).zh == ""


def test_words_of_numbers(standard):
    assert area(10_000.0).zh == "10,000.00 平方米（1 公顷，15 亩）"
    assert area(12.0).en == "12.00 m²"
    assert quantity(0.25, "%").zh == "25 %"
    assert quantity(1e-9, "%").zh == "不足 0.01 %"
    assert quantity("≤ 15", "°").zh == "≤ 15"
    assert quantity(6.187, "°").en == "6.187°"
    words = standard.data("evidence_words.json")["numbers"]
    roles = {"declared", "measured", "expected", "tolerance", "cause", "other"}
    assert all(word["zh"] and word["en"] and word["role"] in roles for word in words.values())


def test_the_cells_of_a_parcel_add_up_to_its_area(tmp_path):
    small_survey.write_dem(tmp_path / "dem.tif")
    shape = shapely.Polygon([(3, 4), (207, 33), (150, 190), (20, 120)])
    shape = shapely.transform(shape, lambda xy: xy + (small_survey.WEST, small_survey.SOUTH))
    raster = Raster(str(tmp_path / "dem.tif"))
    found = covered_cells(shape, raster.grid.wkt, raster)
    assert found.weight.sum() * 25.0 == pytest.approx(shape.area)
    assert found.weight.max() == 1.0 and found.weight.min() >= 0.0
    far = shapely.transform(shape, lambda xy: xy + 1e6)
    assert covered_cells(far, raster.grid.wkt, raster) is None


def test_a_piece_of_an_image_shows_what_the_whole_shows(tmp_path, monkeypatch):
    random = np.random.default_rng(3)
    values = random.normal(2000, 300, (4, 900, 900)).astype(np.uint16)
    path = write_raster(tmp_path / "large.tif", values, options=["TILED=YES"])
    grid = Raster(path).grid.wkt
    shape = shapely.box(504_800, 3_394_700, 505_330, 3_395_180)
    whole = pictures.Pictures(path, None, {})
    assert whole.small
    monkeypatch.setattr(pictures, "_WHOLE_CELLS", 1000)
    pieces = pictures.Pictures(path, None, {})
    image = pieces.at(shape, grid)
    assert image.raster.grid.width == 512
    one, other = (parcel_profile(shape, grid, each.at(shape, grid))[0] for each in (whole, pieces))
    np.testing.assert_allclose(one, other, rtol=1e-9)
    near = shapely.box(505_350, 3_394_800, 505_400, 3_394_900)
    assert pieces.at(near, grid) is image
    corner = shapely.box(508_800, 3_391_100, 508_900, 3_391_200)
    assert pieces.at(corner, grid) is not image
    with pytest.raises(RasterError):
        pieces.at(shapely.box(0, 0, 1, 1), grid)
    pieces.close()


def test_a_row_is_found_by_place_and_anywhere(tmp_path):
    path = write_layer(tmp_path / "survey.gpkg", parcels(500), squares(500))
    sources = Sources(ReviewInputs(tmp_path / "none.gpkg", submission=str(path)))
    (layer,) = sources.layers("DLTB")
    third = squares(500)[2]
    assert len(layer.find("371402211000000003", third.bounds)) == 1
    assert len(layer.find("371402211000000400", third.bounds)) == 1
    assert layer.find("371402211000000400", third.bounds, anywhere=False) is None
    assert layer.find("x' OR '1'='1") is None
    assert len(layer.around(39_500_100.0, 4_000_500.0, 10.0, 30, 120)) in range(30, 121)
    sources.close()


def test_numbers_as_identifiers_and_names_in_quotes(tmp_path):
    from osgeo import ogr

    fields = {"BSM": (ogr.OFTInteger64, 0, 0), "DLBM": (ogr.OFTString, 5, 0)}
    rows = [{"BSM": 371402211000000000 + i, "DLBM": "0103"} for i in range(5)]
    path = write_layer(tmp_path / "survey.gpkg", rows, squares(5), fields=fields)
    sources = Sources(ReviewInputs(tmp_path / "none.gpkg", submission=str(path)))
    (layer,) = sources.layers("DLTB")
    assert len(layer.find("371402211000000003")) == 1
    assert layer.find("1 OR 1=1") is None
    sources.close()


def test_rows_of_a_shapefile_in_another_encoding(tmp_path):
    rows = parcels(30)
    path = write_layer(tmp_path / "DLTB.shp", rows, squares(30), options=["ENCODING=GB18030"])
    sources = Sources(ReviewInputs(tmp_path / "none.gpkg", submission=str(path)))
    (layer,) = sources.layers("DLTB")
    found = layer.find(rows[4]["BSM"], squares(30)[4].bounds)
    assert found.text("DLMC")[0] == "水浇地" and len(found) == 1
    assert layer.find(rows[20]["BSM"], squares(30)[4].bounds).text("TBMJ")[0] == "405"
    assert layer.find("none") is None
    sources.close()


def test_a_survey_in_degrees_shows_the_same_metres(tmp_path):
    path = made.make(tmp_path / "county")
    survey = tmp_path / "county" / "package" / "survey.gpkg"
    moved = gdal.VectorTranslate(str(tmp_path / "d.gpkg"), str(survey), dstSRS="EPSG:4490")
    del moved
    (tmp_path / "d.gpkg").replace(survey)
    there = Reprojection(small_survey.reference().ExportToWkt(), wkt(4490))
    place = shapely.transform(made.parcel(0), there.points)
    with Gatherer(ReviewInputs.read(path)) as opened:
        of = {"wkt": wkt(4490), "geom": None, "geometry": shapely.to_wkb(place)}
        slope = opened.gather(made.row(path, "terrain.slope_grade") | of)
        control = opened.gather(made.row(path, "control.farmland") | of)
        height = opened.gather(made.row(path, "heights.blunder", layer="GCZJD") | of)
    band = slope.profile.bands[0]
    assert band.high - band.low == pytest.approx(100.0, abs=0.01)
    assert slope.charts[1].series[0].y == pytest.approx([0, 0, 100, 0, 0])
    assert control.charts[0].series[0].y[:2] == pytest.approx([10_000.0, 10_000.0], rel=1e-4)
    rest = next(each for each in height.charts[0].series if each.role == "other")
    assert len(rest.x) == 19 and 15.0 < rest.x.min() < 40.0


def test_a_failure_is_remembered_and_a_file_tried_once(tmp_path):
    broken = tmp_path / "package.zip"
    broken.write_bytes(b"PK\x03\x04 no more")
    sources = Sources(ReviewInputs(tmp_path / "none.gpkg", submission=str(broken)))
    told = []
    for _ in range(2):
        with pytest.raises(Exception) as caught:
            sources.contents()
        told.append(caught.value.text)
    assert told[0] == told[1] and "package.zip" in told[0].zh
    sources.close()


@pytest.fixture(scope="session")
def checkout():
    return Path(__file__).resolve().parents[2]
