"""The one pass on a small package: files, counts, reasons, and the same answer twice."""

import csv
import json

import pytest
from osgeo import ogr
from small_survey import OVERLAPPING, UNKNOWN_CLASS, write_dem, write_package

from onemap_verify.checks.errors import ExplainedError
from onemap_verify.checks.findings import Family
from onemap_verify.checks.inputs import parse_bands
from onemap_verify.checks.options import Options
from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.rules.catalogue import rules_of
from onemap_verify.checks.seal import file_digests
from onemap_verify.checks.standard import load
from onemap_verify.checks.verify import verify


def options(folder, **more):
    given = {
        "submission": folder / "county.gpkg",
        "findings": folder / "out" / "findings.gpkg",
        "record": folder / "out" / "record.json",
        "report": folder / "out" / "report.html",
        "dem": str(folder / "dem.tif"),
        "strict": True,
    }
    return Options(**{**given, **more})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("survey")
    write_package(made / "county.gpkg")
    write_dem(made / "dem.tif")
    return made


@pytest.fixture(scope="module")
def done(folder):
    return verify(options(folder))


def rows(path, layer):
    source = ogr.Open(str(path))
    return [dict(feature.items()) for feature in source.GetLayerByName(layer)]


def test_what_is_wrong_is_found_and_written(folder, done):
    found = rows(folder / "out" / "findings.gpkg", "findings")
    by_rule = {(row["rule_id"], row["object_id"]) for row in found}
    assert ("codes.land_class", UNKNOWN_CLASS) in by_rule
    assert ("topology.overlap", OVERLAPPING) in by_rule
    assert len(found) == len(done.findings)
    assert len({row["finding_id"] for row in found}) == len(found)


def test_one_row_of_risk_for_each_parcel(folder, done):
    risk = rows(folder / "out" / "findings.gpkg", "parcel_risk")
    assert len(risk) == 16
    assert {row["outcome"] for row in risk} <= {"accepted", "review", "not_checkable"}
    assert all(0 <= row["risk"] <= 1 and row["reasons"] for row in risk)
    assert {row["bsm"]: row["outcome"] for row in risk}[OVERLAPPING] == "review"


def test_every_rule_appears_and_says_why_it_did_not_run(folder, done):
    runs = rows(folder / "out" / "findings.gpkg", "rules_run")
    assert [row["rule_id"] for row in runs] == [rule.id for rule in rules_of(load())]
    silent = [r for r in runs if not r["tested"] and not r["not_checkable"] and not r["reason"]]
    # A rule without objects of its kind has nothing to say and nothing to excuse.
    assert {row["family"] for row in silent} <= {"logic", "package"}


def test_record_proves_its_inputs(folder, done):
    record = json.loads((folder / "out" / "record.json").read_text(encoding="utf-8"))
    package = next(item for item in record["inputs"] if item["role"] == "submission")
    assert package["sha256"] == file_digests(folder / "county.gpkg")["sha256"]
    assert {item["role"] for item in record["inputs"]} == {"submission", "dem"}
    assert record["counts"]["findings"] == len(done.findings)
    assert record["package"]["layers"] == {"DLTB": 16}
    assert record["rule_set"]["id"] == load().id


def test_the_same_answer_twice(folder, done, tmp_path):
    again = verify(options(folder, findings=tmp_path / "f.gpkg", record=None, report=None))
    assert [f.finding_id for f in again.findings] == [f.finding_id for f in done.findings]
    first = rows(folder / "out" / "findings.gpkg", "findings")
    assert rows(tmp_path / "f.gpkg", "findings") == first


def test_one_family_alone_finds_what_it_finds_among_all(folder, done, tmp_path):
    asked = options(
        folder, findings=tmp_path / "f.gpkg", record=None, report=None, families=(Family.TOPOLOGY,)
    )
    alone = verify(asked)
    among = [f.finding_id for f in done.findings if f.family is Family.TOPOLOGY]
    assert [f.finding_id for f in alone.findings] == among
    others = [run for run in alone.runs if run.family != "topology"]
    assert others and all(run.reason.en.startswith("Not asked") for run in others)


def test_outside_the_terrain_nothing_is_concluded(folder, tmp_path):
    write_dem(tmp_path / "dem.tif")
    source = ogr.Open(str(folder / "county.gpkg"))
    assert source is not None
    without = verify(options(folder, dem="", findings=tmp_path / "f.gpkg", record=None))
    assert not [f for f in without.findings if f.family is Family.TERRAIN]
    clean = {f.parcel_bsm for f in without.findings}
    for bsm, outcome in zip(without.parcels.bsm, without.parcels.outcome):
        if bsm not in clean:
            assert outcome == "not_checkable"


def test_report_is_whole_bilingual_and_self_contained(folder, done):
    text = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "真实性核验报告" in text and "Verification of a land survey submission" in text
    for rule in rules_of(load()):
        assert rule.spec.title.zh in text
    assert "data:image/png;base64," in text
    outside = [part for part in ("http://", "https://", "<script", "<link", "@import", "url(")
               if part in text]  # fmt: skip
    assert outside == []


def test_report_escapes_what_a_package_says(tmp_path):
    write_package(tmp_path / "county.gpkg")
    source = ogr.Open(str(tmp_path / "county.gpkg"), 1)
    layer = source.GetLayer(0)
    for feature in layer:
        feature["ZLDWMC"] = "<script>alert('x')</script>"
        layer.SetFeature(feature)
    del feature, layer, source
    write_dem(tmp_path / "dem.tif")
    verify(options(tmp_path))
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_cancelled_beforehand_leaves_nothing(folder, tmp_path):
    target = tmp_path / "f.gpkg"
    with pytest.raises(Cancelled):
        verify(options(folder, findings=target, record=None), Progress(cancelled=lambda: True))
    assert list(tmp_path.iterdir()) == []


def test_progress_only_goes_forward_and_ends_at_one(folder, tmp_path):
    seen = []
    verify(
        options(folder, findings=tmp_path / "f.gpkg", record=None, report=None),
        Progress(lambda fraction, text: seen.append(fraction)),
    )
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"dem": "missing.tif"},
        {"standard": "no-such-standard"},
        {"imagery": "missing.tif"},
        {"previous": "missing.gpkg"},
        {"control_layers": ("missing.gpkg",)},
    ],
)
def test_what_cannot_be_read_is_named(folder, tmp_path, wrong):
    with pytest.raises(ExplainedError) as told:
        verify(options(folder, findings=tmp_path / "f.gpkg", record=None, report=None, **wrong))
    (value,) = wrong.values()
    name = value[0] if isinstance(value, tuple) else value
    assert name in told.value.text.zh
    assert name in told.value.text.en
    assert list(tmp_path.iterdir()) == []


def test_bands_are_understood_or_refused():
    assert parse_bands("red=3, NIR=4") == {"red": 3, "nir": 4}
    assert parse_bands("") == {}
    for wrong in ("red", "red=0", "red=x", "=3"):
        with pytest.raises(ExplainedError):
            parse_bands(wrong)


def test_rule_data_and_rules_match():
    standard = load()
    assert [rule.id for rule in rules_of(standard)] == list(standard.rules)
    with (standard.folder / "fields.csv").open(encoding="utf-8") as stream:
        assert sum(1 for _ in csv.DictReader(stream)) > 400


def test_progress_never_goes_back():
    from onemap_verify.checks.progress import Progress

    seen = []
    whole = Progress(lambda fraction, text: seen.append((fraction, text))).steady()
    first, second = whole.part(0.0, 0.5), whole.part(0.5, 1.0)
    first.at(1.0)
    first.at(0.2, "again")
    second.at(0.5)
    assert seen == [(0.5, ""), (0.5, "again"), (0.75, "")]
