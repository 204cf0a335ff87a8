"""What the rules say of packages opened from real files."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import packages
import pytest
import shapely

from onemap_verify.checks.baseline import Baseline
from onemap_verify.checks.findings import Family, Severity, Verdict
from onemap_verify.checks.measures.case import Case
from onemap_verify.checks.rules import package
from onemap_verify.checks.submission.open import open_submission


def judge(path, standard, dem=""):
    """Judgements of all package rules by rule id."""
    with open_submission(path, standard) as submission:
        case = Case(submission, Baseline(dem=str(dem)), standard)
        return {rule.id: rule.judge(case) for rule in package.rules(standard)}


def findings(judgements):
    return [(finding.rule_id, finding.cause) for j in judgements.values() for finding in j.findings]


def only(judgements):
    (finding,) = [finding for judgement in judgements.values() for finding in judgement.findings]
    return finding


def test_every_rule_of_the_data_is_there_with_its_words(standard):
    rules = package.rules(standard)
    assert len(rules) == 16
    for rule in rules:
        assert rule.family is Family.PACKAGE
        for text in (rule.spec.title, rule.spec.help, rule.spec.honest, rule.spec.fix):
            assert text.zh and text.en
        assert rule.spec.source


@pytest.mark.parametrize("name", ["a.gpkg", "a.gdb", "DLTB.shp"])
def test_a_clean_package_has_no_findings_and_counts_what_was_looked_at(tmp_path, standard, name):
    judged = judge(packages.county(tmp_path / name), standard)
    assert findings(judged) == []
    assert judged["package.crs_missing"].tested == 1
    assert judged["package.unreadable_rows"].tested == 20
    assert judged["package.unreadable_file"].tested >= 1
    assert judged["package.manifest"].tested == 0
    assert judged["package.manifest"].reasons  # no manifest: it says why it did not run


def test_problems_of_the_package_become_findings_with_file_and_cause(tmp_path, standard):
    data = packages.county(tmp_path / "a.gpkg").read_bytes()
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../evil.gpkg", data)
        archive.writestr("a.gpkg", data)
        archive.writestr("b.gpkg", data)
        archive.writestr("c.gpkg", data[:3000])
        archive.writestr("old.rar", b"Rar!")
    judged = judge(path, standard)
    assert findings(judged) == [
        ("package.unreadable_file", "damaged"),
        ("package.unsafe_member", "unsafe_member"),
        ("package.nested_archive", "nested_archive"),
        ("package.duplicate_layer", "duplicate_layer"),
    ]
    found = {f.rule_id: f for j in judged.values() for f in j.findings}
    assert found["package.unreadable_file"].object_id == "c.gpkg"
    assert found["package.unreadable_file"].severity is Severity.B
    assert found["package.unsafe_member"].object_id == "../evil.gpkg"
    assert found["package.duplicate_layer"].layer == "DLTB"
    assert {f.verdict for f in found.values()} == {Verdict.DOUBTFUL}


def test_a_changed_file_contradicts_the_manifest_and_an_extra_one_is_a_doubt(tmp_path, standard):
    root = tmp_path / "p"
    root.mkdir()
    packages.county(root / "a.gpkg")
    (root / "b.txt").write_bytes(b"b")
    (root / "extra.txt").write_bytes(b"x")
    objects = [{"path": "a.gpkg", "sha256": "0" * 64}, {"path": "b.txt", "bytes": 1}]
    (root / "manifest.json").write_text(json.dumps({"objects": objects}))
    judged = judge(root, standard)
    assert [(f.object_id, f.cause, f.verdict) for f in judged["package.manifest"].findings] == [
        ("a.gpkg", "sha256", Verdict.INCONSISTENT),
        ("extra.txt", "unlisted", Verdict.DOUBTFUL),
    ]
    assert judged["package.manifest"].tested == 2


def test_an_empty_layer_and_one_of_no_standard(tmp_path, standard):
    path = packages.county(tmp_path / "a.gpkg", 0)
    packages.county(path, 3, layer="sketch")
    judged = judge(path, standard)
    assert findings(judged) == [
        ("package.empty_layer", "empty_layer"),
        ("package.unknown_layer", "unknown_layer"),
    ]
    assert judged["package.empty_layer"].tested == 2
    # Its frame is declared, but nothing stands in it.
    assert judged["package.crs_zone"].not_checkable == 1


def test_damaged_text_is_told_where_it_stands(tmp_path, standard):
    path = packages.write_layer(
        tmp_path / "DLTB.shp",
        [{"BSM": "371402211000000001", "DLMC": "XXXX"}, {"BSM": "371402211000000002"}],
        packages.squares(2),
        fields={"BSM": (packages.TEXT, 18, 0), "DLMC": (packages.TEXT, 60, 0)},
    )
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"XXXX", b"\xff\xfe\xfd\x81"))
    judged = judge(path, standard)
    assert findings(judged) == [
        ("package.bad_encoding", "undecodable"),
        ("package.bad_text", "bad_text"),
    ]
    (finding,) = judged["package.bad_text"].findings
    assert (finding.object_id, finding.parcel_bsm, finding.key) == (
        "371402211000000001", "371402211000000001", "DLMC",
    )  # fmt: skip
    assert finding.where.equals(packages.squares(1)[0])


def test_broken_geometry_is_told_once_by_one_family(tmp_path, standard, monkeypatch):
    path = packages.county(tmp_path / "a.gpkg", 5)
    nan = float("nan")
    packages.put_geometry(path, 1, packages.polygon_wkb([(0, 0), (1, 0), (nan, 1), (0, 0)]))
    packages.put_geometry(path, 3, b"\x01\x03")
    with open_submission(path, standard) as submission:
        case = Case(submission, Baseline(), standard)
        rule = next(r for r in package.rules(standard) if r.id == "package.broken_geometry")
        rule.spec.limits["told_by"] = ["no such rule"]
        try:
            out = rule.judge(case)
        finally:
            rule.spec.limits["told_by"] = ["TOP-EMPTY", "TOP-FINITE"]
        assert [(f.object_id, f.cause) for f in out.findings] == [
            ("371402211000000001", "nan_coordinates"),
            ("371402211000000003", "broken_geometry"),
        ]
        assert out.tested == 5
        if {"TOP-EMPTY", "TOP-FINITE"} <= set(standard.rules):
            assert rule.judge(case).findings == []


def test_a_missing_crs_is_one_finding_however_many_parcels(tmp_path, standard):
    finding = only(judge(packages.county(tmp_path / "a.gpkg", 500, code=None), standard))
    assert (finding.rule_id, finding.cause) == ("package.crs_missing", "no_crs")
    assert (finding.verdict, finding.severity) == (Verdict.DOUBTFUL, Severity.B)
    assert "zone 39" in finding.expected
    assert finding.parcel_bsm == ""
    assert finding.where.intersects(packages.squares(500)[250])


@pytest.mark.parametrize(
    ("facts", "rule_id", "cause", "verdict"),
    [
        ({"code": 4548}, "crs_zone", "zone_prefix", Verdict.INCONSISTENT),
        ({"code": 4526}, "crs_zone", "wrong_zone", Verdict.INCONSISTENT),
        ({"code": 2363}, "crs_datum", "datum", Verdict.INCONSISTENT),
        ({"code": 4498, "east": 20_500_000.0}, "crs_projection", "six_degree_zone",
         Verdict.INCONSISTENT),
        ({"code": 4509, "east": 500_000.0}, "crs_projection", "six_degree_zone",
         Verdict.DOUBTFUL),
        ({"code": 4548, "east": 750_000.0}, "crs_zone", "wrong_zone", Verdict.DOUBTFUL),
    ],
)  # fmt: skip
def test_frames_from_files(tmp_path, standard, facts, rule_id, cause, verdict):
    for suffix in (".gpkg", ".gdb", ".shp"):
        path = packages.county(tmp_path / f"DLTB{suffix}", **facts)
        finding = only(judge(path, standard))
        assert (finding.rule_id, finding.cause) == (f"package.{rule_id}", cause)
        assert finding.verdict is verdict
        assert finding.layer == "DLTB"
        assert finding.message.zh.startswith("图层 DLTB：")


def test_swapped_axes_in_a_file(tmp_path, standard):
    shapes = shapely.transform(packages.squares(20), lambda xy: xy[:, ::-1])
    path = packages.write_layer(tmp_path / "a.gpkg", packages.parcels(20), shapes)
    finding = only(judge(path, standard))
    assert (finding.rule_id, finding.cause) == ("package.crs_zone", "axis_swap")
    assert finding.verdict is Verdict.INCONSISTENT


def test_the_dem_alone_makes_a_doubt(tmp_path, standard):
    dem = packages.plane_dem(tmp_path / "d.tif", 4548, 450_000, 4_050_000, 2_000)
    path = packages.county(tmp_path / "a.gpkg", east=500_000.0, code=4547)
    finding = only(judge(path, standard, dem))
    assert (finding.cause, finding.verdict) == ("wrong_zone", Verdict.DOUBTFUL)
    assert "CM 117E" in finding.expected


def test_ids_of_findings_do_not_hang_on_coordinates(tmp_path, standard):
    first = only(judge(packages.county(tmp_path / "a.gpkg", 20, code=4548), standard))
    second = only(judge(packages.county(tmp_path / "b.gpkg", 30, code=4548), standard))
    assert first.finding_id == second.finding_id


def test_a_package_without_layers_is_judged_too(tmp_path, standard):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    judged = judge(tmp_path, standard)
    assert findings(judged) == []
    assert judged["package.crs_missing"].reasons
    assert np.isclose(judged["package.crs_missing"].tested, 0)
