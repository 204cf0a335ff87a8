"""Damage to a part of a package costs that part, says so, and accuses nobody."""

import shutil

import pytest
from osgeo import gdal, ogr, osr
from spoil import TEXT, Layer, rules_found, run_of, write


@pytest.fixture(params=["errors returned", "errors raised"])
def gdal_style(request):
    """GDAL's bindings either way: another plugin may have switched them."""
    switched = []
    if request.param == "errors raised":
        switched = [module for module in (gdal, ogr, osr) if not module.GetUseExceptions()]
        for module in switched:
            module.UseExceptions()
    yield request.param
    for module in reversed(switched):
        module.DontUseExceptions()


@pytest.fixture
def shapes(bench):
    return write(bench.layers("DLTB", "XZQ", "CJDCQ"), bench.folder / "shapes", ["ENCODING=UTF-8"])


def _halve(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def test_a_shapefile_cut_off_keeps_every_row(bench, shapes, gdal_style):
    _halve(shapes / "DLTB.shp")
    found = bench.verify(shapes)
    assert found.package["layers"]["DLTB"] == 207
    lost = rules_found(found)["topology.missing_geometry"]
    assert 60 < lost < 140
    assert len(found.parcels.bsm) == 207


def test_attributes_cut_off_keep_every_shape(bench, shapes, gdal_style):
    _halve(shapes / "DLTB.dbf")
    found = bench.verify(shapes)
    assert found.package["layers"]["DLTB"] == 207
    counts = rules_found(found)
    assert counts["package.unreadable_rows"] == 1
    # What was lost on the way is not what the county declared.
    assert not counts["topology.rim"] and not counts["topology.gap"] and not counts["L22"]
    assert run_of(found, "L22").not_checkable == 1


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_part_that_is_missing_is_one_finding(bench, shapes, part):
    (shapes / f"DLTB{part}").unlink()
    found = bench.verify(shapes)
    counts = rules_found(found)
    assert counts["package.unreadable_file"] == 1
    assert counts["schema.layer_missing"] == 0
    assert "DLTB" in run_of(found, "schema.layer_missing").reason.en


def test_parts_of_a_layer_are_joined_though_they_share_an_identifier(bench):
    """Otherwise one copied BSM would keep half a county from being looked at."""
    folder = bench.folder / "parts"
    folder.mkdir()
    for number, part in enumerate((slice(None, 100), slice(98, None))):
        layers = bench.layers("DLTB")
        layers["DLTB"].rows = layers["DLTB"].rows[part]
        layers["DLTB"].shapes = layers["DLTB"].shapes[part]
        write(layers, folder / f"town{number}.gpkg")
    found = bench.verify(folder)
    counts = rules_found(found)
    assert found.package["layers"]["DLTB"] == 209
    assert counts["package.duplicate_layer"] == 0
    assert counts["codes.bsm_unique"] == 2
    assert counts["topology.duplicate"] == 2


def test_a_copy_of_a_layer_is_still_told_from_a_part(bench):
    folder = bench.folder / "copies"
    folder.mkdir()
    path = write(bench.layers("DLTB"), folder / "a.gpkg")
    shutil.copy(path, folder / "b.gpkg")
    found = bench.verify(folder)
    assert found.package["layers"]["DLTB"] == 207
    assert rules_found(found)["package.duplicate_layer"] == 1


def test_an_empty_layer_is_one_finding(bench):
    layers = bench.layers("DLTB", "XZQ", "CJDCQ")
    layers["DLTB"].rows, layers["DLTB"].shapes = [], []
    assert rules_found(bench.verify(layers)) == {"package.empty_layer": 1}


def test_areas_that_are_no_numbers_are_one_finding_and_no_sum_is_wrong(bench):
    layers = bench.layers("DLTB", "XZQ", "CJDCQ", "CZCDYD")
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    layers["DLTB"].retype("TBMJ", TEXT, lambda value: f"{value:.2f}".translate(wide))
    found = bench.verify(layers)
    assert rules_found(found) == {"schema.field_type": 1, "codes.range": 1}
    assert run_of(found, "L22").not_checkable == 1
    assert run_of(found, "L24").not_checkable == 7


def test_one_impossible_area_spoils_no_sum(bench):
    layers = bench.layers("DLTB", "XZQ", "CJDCQ")
    for row, value in enumerate((float("inf"), -5.0, 0.0, 1e308)):
        layers["DLTB"].rows[row]["TBMJ"] = value
    found = bench.verify(layers)
    counts = rules_found(found, "codes", "area", "logic")
    assert counts == {"codes.range": 4}
    assert all(len(finding.message.en) < 400 for finding in found.findings)


def test_unit_codes_that_became_numbers_are_one_finding_a_field(bench):
    layers = bench.layers("DLTB", "XZQ", "CJDCQ")
    layers["DLTB"].retype("ZLDWDM", ogr.OFTReal, float)
    assert rules_found(bench.verify(layers)) == {"schema.field_type": 1}


def test_a_lost_land_class_is_one_finding(bench):
    layers = bench.layers("DLTB")
    row = next(r for r in layers["DLTB"].rows if r["CZCSXM"])
    row["DLBM"] = None
    assert rules_found(bench.verify(layers), "schema", "codes", "logic") == {
        "schema.mandatory_empty": 1
    }


def test_full_width_digits_of_a_whole_column_are_told_once(bench):
    layers = bench.layers("DLTB")
    for row in layers["DLTB"].rows:
        row["DLBM"] = row["DLBM"].translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    found = bench.verify(layers)
    assert rules_found(found, "codes") == {"codes.land_class": 1}


def test_parcels_that_are_no_polygons_are_one_finding(bench):
    layers = bench.layers("DLTB", "XZQ", "CJDCQ")
    layers["DLTB"].shapes = [shape.boundary for shape in layers["DLTB"].shapes]
    layers["DLTB"].kind = ogr.wkbUnknown
    assert rules_found(bench.verify(layers)) == {"schema.geometry_type": 1}


def test_a_layer_in_another_frame_breaks_no_sum(bench):
    import numpy as np
    import shapely

    layers = bench.layers("DLTB", "XZQ", "CJDCQ", "CZCDYD")
    shapes = np.array(layers["DLTB"].shapes, dtype=object)
    layers["DLTB"].shapes = list(shapely.transform(shapes, lambda xy: xy - [41e6, 0]))
    layers["DLTB"].crs = 4550
    found = bench.verify(layers)
    assert rules_found(found) == {"package.crs_mixed": 1}
    assert run_of(found, "L24").not_checkable == 7


def test_every_rule_that_judged_nothing_says_why(bench):
    nothing = Layer("DLTB", [], bench.layers("DLTB")["DLTB"].rows, [], 4529, ogr.wkbPolygon)
    nothing.shapes = bench.layers("DLTB")["DLTB"].shapes
    for package in (bench.county, {"DLTB": nothing}):
        found = bench.verify(package)
        silent = [r.rule_id for r in found.runs if not (r.tested or r.not_checkable or r.reason.en)]
        assert not silent
