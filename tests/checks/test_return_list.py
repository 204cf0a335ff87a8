"""The list that goes back to the county: what is on it, in which order, in which files."""

import ast
import json
import sys
from pathlib import Path

import pytest
from lot_survey import bsm, decide, finding, write_verification
from osgeo import ogr

from onemap_verify.checks.errors import InputError
from onemap_verify.checks.findings import Text
from onemap_verify.checks.return_list import Which, cause_title, clean, make_return_list
from onemap_verify.checks.return_list_files import write_geopackage, write_spreadsheet

ROOT = Path(__file__).resolve().parents[2]
EVIL = "=cmd|' /C calc'!A0"


@pytest.fixture
def verified(tmp_path):
    """Four findings in two villages; that on parcel 45 is decided as returned."""
    path = write_verification(
        tmp_path / "v",
        [
            finding(45, "C", "area"),
            finding(3, "B"),
            finding(3, "A", "area"),
            finding(25, "D", verdict="doubtful"),
            finding(0, parcel_bsm="", object_id="DLTB", where=None),
        ],
    )
    decide(path, [45, 3], reason="与照片不符")
    return path


def test_what_was_returned_is_listed(verified):
    made = make_return_list(verified, Which.RETURNED, "2026-12-31")
    assert [(item.number, item.bsm, item.severity) for item in made.items] == [
        (1, bsm(3), "A"),
        (2, bsm(3), "B"),
        (3, bsm(45), "C"),
    ]
    first, last = made.items[0], made.items[-1]
    assert first.village == Text("东村", "东村") and first.village_code == "511402211001"
    assert (last.village.zh, last.land_class, last.reason) == ("南村", "0103 旱地", "与照片不符")
    assert last.fix.zh and last.rule.zh != "L21", "the rule's own words"
    assert (round(last.x - 35_484_550, 3), round(last.y - 3_900_050, 3)) == (0, 0)
    assert (made.county, made.year, made.left_out) == ("511402", 2026, 2)
    assert [(name.zh, len(items)) for _, name, items in made.villages()] == [
        ("东村", 2),
        ("南村", 1),
    ]


def test_open_and_all(verified):
    assert len(make_return_list(verified, Which.OPEN).items) == 5
    decide(verified, [25], "closed", "dismissed")
    assert len(make_return_list(verified, Which.OPEN).items) == 4
    everything = make_return_list(verified, Which.ALL)
    assert len(everything.items) == 5
    assert everything.items[-1].village.zh == "不涉及具体图斑", "what is about no parcel comes last"
    again = make_return_list(verified, Which.ALL)
    assert [one.finding_id for one in again.items] == [one.finding_id for one in everything.items]


def test_nobody_has_decided(tmp_path):
    path = write_verification(tmp_path / "v", [finding(1)])
    before = path.read_bytes()
    assert make_return_list(path).items == ()
    assert len(make_return_list(path, Which.OPEN).items) == 1
    assert path.read_bytes() == before, "looking writes nothing"


def test_the_package_is_gone(verified):
    next(verified.parent.glob("*2026.gpkg")).unlink()
    made = make_return_list(verified, Which.RETURNED)
    assert len(made.items) == 3 and made.parcels.reason is not None
    assert made.items[0].land_class == ""


@pytest.mark.parametrize("day", ["soon", "2026-13-01", "31.12.2026"])
def test_a_deadline_is_a_date(verified, day):
    with pytest.raises(InputError):
        make_return_list(verified, Which.ALL, day)


def test_the_layer(verified, tmp_path):
    made = make_return_list(verified, Which.RETURNED, "2026-12-31")
    target = tmp_path / "list.gpkg"
    write_geopackage(made, target, "both")
    source = ogr.Open(str(target))
    layer = source.GetLayer("return_list")
    rows = list(layer)
    assert [row["bsm"] for row in rows] == [bsm(3), bsm(3), bsm(45)]
    assert layer.GetLayerDefn().GetFieldDefn(5).GetTypeName() == "String"
    assert rows[2]["verdict"] == "不一致\ninconsistent" and rows[2]["deadline"] == "2026-12-31"
    assert rows[2].GetGeometryRef().GetArea() == pytest.approx(10_000)


def read_sheet(path):
    openpyxl = pytest.importorskip("openpyxl")
    sheet = openpyxl.load_workbook(path).active
    head = [cell.value for cell in sheet[1]]
    return [dict(zip(head, row)) for row in sheet.iter_rows(min_row=2)]


@pytest.mark.parametrize(("language", "name"), [("zh", "标识码"), ("en", "BSM")])
def test_the_spreadsheet(verified, tmp_path, language, name):
    target = tmp_path / "list.xlsx"
    write_spreadsheet(make_return_list(verified, Which.RETURNED), target, language)
    rows = read_sheet(target)
    cells = [row[name] for row in rows]
    assert [cell.value for cell in cells] == [bsm(3), bsm(3), bsm(45)]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
    assert target.read_bytes()[:2] == b"PK"


def hostile(tmp_path):
    texts = [EVIL, "<script>alert(1)</script>", "+1+1", "长" * 50_000, "a\x00b\x1f\u202ec\ud800"]
    made = [finding(n, message=Text(text, text)) for n, text in enumerate(texts)]
    path = write_verification(tmp_path / "v", made[:4])
    return path, texts


def test_no_text_becomes_a_formula(tmp_path):
    path, texts = hostile(tmp_path)
    decide(path, range(4), reason="@SUM(A1)")
    target = tmp_path / "list.xlsx"
    write_spreadsheet(make_return_list(path), target, "zh")
    rows = read_sheet(target)
    wrong = [row["问题描述"] for row in rows]
    assert [cell.value for cell in wrong] == [text[:32_767] for text in texts[:4]]
    assert all(
        cell.data_type == "s"
        for row in rows
        for cell in row.values()
        if cell.value is not None and isinstance(cell.value, str)
    )
    assert wrong[0].quotePrefix and wrong[2].quotePrefix and rows[0]["退回理由"].quotePrefix


def test_without_openpyxl(tmp_path, monkeypatch):
    if ogr.GetDriverByName("XLSX") is None:
        pytest.skip("this GDAL writes no XLSX")
    path, _ = hostile(tmp_path)
    decide(path, range(4))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    target = tmp_path / "list.xlsx"
    write_spreadsheet(make_return_list(path), target, "zh")
    source = ogr.Open(str(target))
    layer = source.GetLayer(0)
    texts = [feature["问题描述"] for feature in layer]
    assert texts[0] == "'" + EVIL and texts[1].startswith("<script>")
    layer.ResetReading()
    assert layer.GetNextFeature().GetFieldAsString("标识码") == bsm(0)


def test_control_characters_go():
    assert clean("a\x00b\x1f\u202ec\ud800 \n d") == "abc   d"
    assert clean(None) == clean(float("nan")) == ""
    assert clean(0.5) == "0.5"


def test_every_cause_has_the_panels_title():
    """The panel's words and the data that the reports read are the same."""
    tree = ast.parse((ROOT / "panels/review/causes.py").read_text(encoding="utf-8"))
    told = {
        key.value: value.args[1].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values)
    }
    data = json.loads((ROOT / "resources/report/causes.json").read_text(encoding="utf-8"))
    assert {name: one["en"] for name, one in data.items()} == told
    assert all(one["zh"].strip() for one in data.values())
    assert cause_title("plane_area").zh == data["plane_area"]["zh"]
    assert cause_title("never_heard_of").zh == "never_heard_of"
