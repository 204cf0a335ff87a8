"""The dated standard: whole, sourced, and read as it is written."""

from __future__ import annotations

import csv
import json
import shutil

import pytest

from onemap_verify.checks.findings import Family, Severity, Verdict
from onemap_verify.checks.standard import SHIPPED, StandardError, load, shipped

FOLDER = SHIPPED / "tdt1057-2020"
CONFIDENCE = {
    "found",
    "found, unconfirmed",
    "inferred",
    "judgement",
    "memory, high",
    "memory, medium",
    "memory, low",
}
FIELDS = (
    "BSM YSDM TBYBH TBBH DLBM DLMC QSXZ QSDWDM QSDWMC ZLDWDM ZLDWMC TBMJ KCDLBM KCXS KCMJ TBDLMJ "
    "GDLX GDPDJB XZDWKD TBXHDM TBXHMC ZZSXDM ZZSXMC GDDB FRDBS CZCSXM SJNF MSSM HDMC BZ"
)
DLTB = FIELDS.split()


@pytest.fixture(scope="module")
def standard():
    return load()


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "mine-2021"
    shutil.copytree(FOLDER, folder)
    return folder


def rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# --- loading


def test_the_newest_is_the_default():
    assert load().id == shipped()[-1]
    assert load("tdt1057-2020").title.zh == "国土调查数据库标准（TD/T 1057-2020）"


def test_a_folder_or_its_file_is_a_rule_set(copy):
    about = json.loads((copy / "standard.json").read_text(encoding="utf-8"))
    about.update(id="mine-2021", version="2021.2")
    (copy / "standard.json").write_text(json.dumps(about), encoding="utf-8")
    for which in (str(copy), str(copy / "standard.json")):
        standard = load(which)
        assert (standard.id, standard.version) == ("mine-2021", "2021.2")
        assert len(standard.layers) == 47


def test_no_such_rule_set():
    with pytest.raises(StandardError, match="tdt1057-2020") as error:
        load("tdt9999")
    assert "tdt9999" in error.value.text.zh


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("standard.json", "{"),
        ("standard.json", "{}"),
        ("layers.csv", "layer,name_zh\nDLTB,地类图斑\n"),
        ("codes.csv", "domain,code\nGDPDJB,1\n"),
        ("rules/logic.json", '{"L01": {}}'),
        ("rules/logic.json", "[]"),
        ("fields.csv", "\x00\x01"),
    ],
)
def test_a_damaged_rule_set_is_refused_with_its_file(copy, name, text):
    (copy / name).write_text(text, encoding="utf-8")
    with pytest.raises(StandardError) as error:
        load(str(copy))
    assert str(copy) in error.value.text.en


def test_a_missing_table_is_refused(copy):
    (copy / "land_classes.csv").unlink()
    with pytest.raises(StandardError, match="land_classes"):
        load(str(copy))


def test_a_new_year_is_a_new_folder(copy, standard):
    """Another list of codes needs no code: cropland may be fallow no more."""
    path = copy / "rules" / "logic.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["L03"]["cases"][0]["then"]["ZZSXDM"].remove("XG")
    path.write_text(json.dumps(data), encoding="utf-8")
    then = [s.rules["L03"].cases[0]["then"]["ZZSXDM"] for s in (standard, load(str(copy)))]
    assert "XG" in then[0]
    assert "XG" not in then[1]


# --- facts


def test_layers(standard):
    assert len(standard.layers) == 47
    dltb = standard.layers["DLTB"]
    assert (dltb.title, dltb.geometry, dltb.dataset, dltb.presence) == (
        "地类图斑",
        "polygon",
        "TDDC",
        "M",
    )
    assert dltb.ysdm_codes == ("2001010100",)
    assert dltb.aliases == ("地类图斑",)
    assert standard.layers["CZCDYD"].ysdm_codes == ("2099030100", "2099010300")
    assert {spec.geometry for spec in standard.layers.values()} == {
        "point",
        "line",
        "polygon",
        "annotation",
    }


def test_fields_of_dltb(standard):
    fields = standard.fields["DLTB"]
    assert [field.name for field in fields] == DLTB
    by_name = standard.fields_by_name["DLTB"]
    assert (by_name["BSM"].type, by_name["BSM"].length) == ("Char", 18)
    assert (by_name["KCXS"].length, by_name["KCXS"].decimals) == (6, 4)
    assert by_name["KCXS"].aliases == ("TKXS",)
    assert by_name["GDPDJB"].aliases == ("PDJB", "GDPDJ")
    assert by_name["QSDWMC"].aliases == ()
    assert by_name["QSDWMC"].lengths_accepted == (255,)
    assert by_name["TBYBH"].lengths_accepted == (8,)
    assert by_name["GDDB"].domain == "range:[1,15]"


def test_fields_of_the_update(standard):
    names = [field.name for field in standard.fields["DLTBGXGC"]]
    assert len(names) == 56
    assert names[:4] == ["BSM", "YSDM", "BGXW", "BGQTBBSM"]
    assert names[-3:] == ["TBBGMJ", "GXSJ", "XZQTZLX"]
    assert [f.name for f in standard.fields["DLTBGX"]] == [*DLTB, "GXSJ"]
    assert standard.fields_by_name["DLTBGXGC"]["BGHKCXS"].aliases == ("BGHTKXS",)


def test_every_domain_is_one_that_the_rules_know(standard):
    kinds = ("bsm", "ysdm", "classes", "digits", "year", "year_end")
    for layer, fields in standard.fields.items():
        names = {field.name for field in fields}
        for field in fields:
            kind, _, rest = field.domain.partition(":")
            if kind == "codes":
                assert rest in standard.codes, field
                assert rest in standard.domains, field
            elif kind == "name":
                assert rest in names, (layer, field)
            elif kind == "range":
                assert rest[0] in "[(" and rest[-1] in ")]", field
            else:
                assert kind in ("", *kinds), field


def test_land_classes(standard):
    assert len(standard.classes) == 81
    assert len(standard.leaf_classes) == 69
    assert "09" in standard.leaf_classes
    assert "01" not in standard.leaf_classes
    pond = standard.classes["1104"]
    assert (pond.title, pond.min_area, pond.rgb, pond.linear) == (
        "坑塘水面",
        400.0,
        "144,170,207",
        False,
    )
    assert standard.classes["1006"].linear
    assert standard.classes["1202"].min_area == 200.0


def test_code_tables(standard):
    assert standard.slope_limits == (2.0, 6.0, 15.0, 25.0)
    assert sorted(standard.codes["GDPDJB"]) == ["1", "2", "3", "4", "5"]
    assert standard.codes["ZZSXDM"]["GZ"]["version"] == "2018-2019 draft"
    assert standard.codes["ZZSXDM"]["LS"]["name_zh"] == "种植粮食作物"
    assert set(standard.codes["CZCSXM"]) == {
        "201",
        "201A",
        "202",
        "202A",
        "203",
        "203A",
        "204",
        "205",
    }
    assert len(standard.codes["YDYH"]) == 175
    assert set(standard.domains) - {"about"} <= set(standard.codes)


def test_frames_and_ellipsoid(standard):
    crs, ellipsoid = standard.data("crs.json"), standard.data("ellipsoid.json")
    zones = {zone["zone"]: zone for zone in crs["gk3_zone_prefix"]}
    assert zones[39] == {"epsg": 4527, "zone": 39, "cm": 117, "false_easting": 39500000}
    assert [
        len(crs[key]) for key in ("gk3_zone_prefix", "gk3_cm", "gk6_zone_prefix", "gk6_cm")
    ] == [
        21,
        21,
        11,
        11,
    ]
    assert ellipsoid["ellipsoids"]["CGCS2000"]["a"] == 6378137
    assert ellipsoid["tolerances"]["coordinate_resolution_m"] == 0.0001


def test_an_example_county_is_marked_as_one(standard):
    example = standard.data("ridge_coefficients_example.json")
    assert example["example_only"] is True
    assert {c["gdpdjb"]: c["kcxs"] for c in example["coefficients"]} == {
        "2": 0.068,
        "3": 0.1195,
        "4": 0.1886,
        "5": 0.2557,
    }


@pytest.mark.parametrize(
    "name",
    [
        "layers.csv",
        "fields.csv",
        "land_classes.csv",
        "codes.csv",
        "dem_accuracy.csv",
        "dom_accuracy.csv",
        "sampling.csv",
    ],
)
def test_every_fact_has_source_and_confidence(name):
    for row in rows(name):
        assert row["source"].strip(), row
        for column, value in row.items():
            if column == "confidence":
                assert value in CONFIDENCE, row
            elif column.endswith("_confidence"):
                assert value in CONFIDENCE | {""}, row


def test_confidence_words_are_explained(standard):
    assert set(standard.about["confidence"]) == CONFIDENCE


def test_facts_from_memory_name_no_source_that_was_opened():
    for row in rows("codes.csv"):
        assert (row["source"] == "no source opened") == row["confidence"].startswith("memory"), row


# --- rules


def test_no_rule_from_memory_is_more_than_doubtful_or_hides_it(standard):
    seen = 0
    for spec in standard.rules.values():
        assert spec.confidence in ("found", "memory", "judgement"), spec.id
        if spec.confidence == "memory":
            seen += 1
            assert spec.verdict is Verdict.DOUBTFUL, spec.id
            assert spec.strongest is Verdict.DOUBTFUL
            assert "凭专业记忆" in spec.help.zh
            assert "professional memory" in spec.help.en
    assert seen


def test_a_rule_from_memory_cannot_be_written_stronger(copy):
    path = copy / "rules" / "codes.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["codes.unit_known"]["verdict"] = "inconsistent"
    path.write_text(json.dumps(data), encoding="utf-8")
    assert load(str(copy)).rules["codes.unit_known"].strongest is Verdict.DOUBTFUL


@pytest.mark.parametrize("family", ["schema", "codes", "logic"])
def test_every_rule_explains_itself(standard, family):
    mine = [spec for spec in standard.rules.values() if spec.family is Family(family)]
    assert len(mine) >= 8
    for spec in mine:
        assert isinstance(spec.severity, Severity)
        for text in (spec.title, spec.help, spec.honest, spec.fix):
            assert text.zh and text.en, spec.id


def test_every_usable_logic_rule_has_a_home(standard):
    mine = {f"L{n:02d}" for n in range(1, 39)} - {"L37"}
    assert mine <= set(standard.rules)
    assert "L39" not in standard.rules


def test_rules_without_cases_have_code(standard):
    from onemap_verify.checks.rules import codes, logic, schema

    for module, family in ((schema, "schema"), (codes, "codes"), (logic, "logic")):
        rules = module.rules(standard)
        mine = [s.id for s in standard.rules.values() if s.family is Family(family)]
        assert [rule.id for rule in rules] == mine
        assert all(rule.family is Family(family) for rule in rules)
