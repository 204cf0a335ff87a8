"""Where the inputs of a verification are, after files were moved, lost or meddled with."""

import json
import shutil
from datetime import date

import pytest
import reviewed_survey

from onemap_verify.checks.review_inputs import ReviewInputs


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reviewed") / "county"
    reviewed_survey.make(folder)
    return folder


@pytest.fixture
def copied(survey, tmp_path):
    return shutil.copytree(survey, tmp_path / "county")


def document_of(folder):
    return json.loads((folder / "results" / "record.json").read_text(encoding="utf-8"))


def read(folder):
    return ReviewInputs.read(folder / "results" / "findings.gpkg")


def test_everything_is_where_the_record_says(survey):
    found = read(survey)
    assert found.record == survey / "results" / "record.json"
    assert found.submission == str(survey / "package")
    assert found.dem == str(survey / "onemap" / "dem.tif")
    assert found.previous == str(survey / "onemap" / "last_year.gpkg") + "|layername=DLTB"
    assert len(found.control_layers) == 1
    assert found.dates == {"imagery": date(2023, 8, 12), "imagery_previous": date(2022, 8, 24)}
    assert found.campaign == (date(2023, 7, 1), date(2023, 10, 15))
    assert (found.county, found.year, found.missing) == ("511402", 2023, ())


def test_results_moved_together_with_their_inputs(survey, copied):
    document = document_of(copied)
    text = json.dumps(document, ensure_ascii=False).replace(str(survey), "/gone/elsewhere/county")
    (copied / "results" / "record.json").write_text(text, encoding="utf-8")
    found = read(copied)
    assert found.dem == str(copied / "onemap" / "dem.tif")
    assert found.submission == str(copied / "package")
    assert found.previous.endswith("onemap/last_year.gpkg|layername=DLTB")
    assert found.missing == ()


def test_paths_of_windows_are_understood(survey, copied):
    text = json.dumps(document_of(copied), ensure_ascii=False)
    old = json.dumps(str(survey))[1:-1] + "/onemap/"
    text = text.replace(old, "D:\\\\\\\\data\\\\\\\\onemap\\\\\\\\".replace("\\\\\\\\", "\\\\"))
    (copied / "results" / "record.json").write_text(text, encoding="utf-8")
    assert "D:\\data\\onemap\\dem.tif" in document_of(copied)["parameters"]["dem"]
    assert read(copied).dem == str(copied / "onemap" / "dem.tif")


def test_what_is_gone_is_told(copied):
    document = document_of(copied)
    document["parameters"]["dem"] = "/nowhere/other.tif"
    document["parameters"]["control_layers"] = ["/nowhere/red.gpkg|layername=x", 7, None]
    reviewed_survey.dump(copied / "results" / "record.json", document)
    found = read(copied)
    assert found.dem == "" and found.control_layers == ()
    assert any("/nowhere/other.tif" in each.zh for each in found.missing)
    assert any("control layer" in each.en for each in found.missing)


def test_another_file_of_that_name_is_told(survey, copied):
    document = document_of(copied)
    document["parameters"]["dem"] = "/gone/onemap/dem.tif"
    document["inputs"] = [{"role": "dem", "path": "dem.tif", "bytes": 5}]
    reviewed_survey.dump(copied / "results" / "record.json", document)
    found = read(copied)
    assert found.dem == str(copied / "onemap" / "dem.tif")
    assert any("size" in each.en for each in found.missing)


def test_the_record_may_be_called_otherwise_but_must_fit(copied):
    results = copied / "results"
    document = document_of(copied)
    document["findings"]["count"] += 1
    reviewed_survey.dump(results / "a_wrong.json", document)
    (results / "record.json").rename(results / "z_right.json")
    reviewed_survey.dump(results / "list.json", [1, 2])
    (results / "broken.json").write_text('{"format": "onemap-verification-record", ')
    assert read(copied).record == results / "z_right.json"


def test_of_two_records_of_as_many_findings_the_tree_decides(copied):
    results = copied / "results"
    document = document_of(copied)
    document["findings"]["merkle_root"] = "0" * 64
    document["parameters"] = {}
    (results / "record.json").rename(results / "z_right.json")
    reviewed_survey.dump(results / "a_wrong.json", document)
    assert read(copied).record == results / "z_right.json"


def test_without_a_record_it_says_so(copied):
    (copied / "results" / "record.json").unlink()
    found = read(copied)
    assert found.record is None and found.dem == ""
    assert "record" in found.missing[0].en


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        7,
        [],
        {"dem": 5, "imagery": {"x": 1}, "control_layers": "text", "imagery_bands": "red=x"},
        {"dem": "\0", "imagery": "../../../../etc/passwd", "imagery_date": "yesterday"},
        {"dem": "/vsicurl/http://example.invalid/dem.tif", "previous": "x" * 100_000},
        {"submission": "http://example.invalid/", "campaign_start": 12, "standard": ["a"]},
    ],
)
def test_a_hostile_record_raises_nothing_and_leads_nowhere(copied, parameters):
    document = document_of(copied)
    document["parameters"] = parameters
    document["package"] = "text"
    document["inputs"] = [3, {"role": "dem", "bytes": "many"}]
    reviewed_survey.dump(copied / "results" / "record.json", document)
    found = read(copied)
    for path in (found.dem, found.imagery, found.submission, found.previous):
        assert path == "" or path.startswith(str(copied))
