"""What became of findings: by id, by place, and only gone where it was looked for again."""

import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from onemap_verify.checks.comparison import State, Why, compare
from onemap_verify.checks.comparison_file import write_comparison
from onemap_verify.checks.errors import InputError, OutputError
from onemap_verify.checks.findings import Family, Finding, Severity, Text, Verdict
from onemap_verify.checks.findings_file import write_findings
from onemap_verify.checks.findings_read import read_verification
from onemap_verify.checks.record import RuleRun, Verification
from onemap_verify.checks.risk import fuse
from onemap_verify.checks.standard import load

WKT = (
    'PROJCS["CGCS2000 / 3-degree Gauss-Kruger CM 105E",GEOGCS["China Geodetic Coordinate System'
    ' 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",105],'
    'PARAMETER["scale_factor",1],PARAMETER["false_easting",500000],'
    'PARAMETER["false_northing",0],UNIT["metre",1],AUTHORITY["EPSG","4544"]]'
)


def finding(number, rule="area.plane", **changes):
    made = Finding(
        rule_id=rule,
        rule_version="1",
        family=Family.AREA,
        verdict=Verdict.DOUBTFUL,
        severity=Severity.C,
        layer="DLTB",
        object_id=f"p{number}",
        parcel_bsm=f"p{number}",
        message=Text("面积不符", "area differs"),
        measured="10",
        where=shapely.box(number * 20.0, 0.0, number * 20.0 + 10.0, 10.0),
    )
    return replace(made, **changes)


def file(path, findings, tested=("area.plane",), parcels=None):
    every = parcels or sorted({one.object_id for one in findings} | {"p1", "p2", "p3", "p4"})
    runs = [
        RuleRun(rule, "1", "area", 5 if rule in tested else 0, 0, 0, Text("", ""), 0.1)
        for rule in ("area.plane", "area.sum")
    ]
    bsm = np.array(every, dtype=object)
    held = {Family.AREA: np.ones(len(bsm), dtype=bool)}
    risk = fuse(bsm, findings, held, load())
    write_findings(Verification(findings, risk, runs, {}, [], {}, {}, WKT), path)
    return read_verification(path)


def told(comparison):
    return [(state.value, why.value) for state, why in zip(comparison.state, comparison.why)]


def test_new_remaining_gone(tmp_path):
    earlier = file(tmp_path / "a.gpkg", [finding(1), finding(2), finding(3)])
    later = file(tmp_path / "b.gpkg", [finding(2), finding(3, measured="12"), finding(4)])
    result = compare(earlier, later)
    assert told(result) == [
        ("new", "first_seen"),
        ("remaining", "same"),
        ("remaining", "changed"),
        ("gone", "corrected"),
    ]
    assert result.by_rule(earlier, later) == {"area.plane": {"new": 1, "remaining": 2, "gone": 1}}
    assert compare(earlier, earlier).count(State.REMAINING) == 3


def test_a_rule_that_was_not_run_again_proves_nothing(tmp_path):
    earlier = file(tmp_path / "a.gpkg", [finding(1)])
    later = file(tmp_path / "b.gpkg", [], tested=("area.sum",))
    assert told(compare(earlier, later)) == [("remaining", "not_checked")]
    # but a parcel that is no longer there needs no rule
    later = file(tmp_path / "c.gpkg", [], tested=(), parcels=["p2", "p3"])
    assert told(compare(earlier, later)) == [("gone", "object_gone")]


def test_a_rule_that_is_new_blames_nobody_for_being_late(tmp_path):
    earlier = file(tmp_path / "a.gpkg", [], tested=("area.sum",))
    later = file(tmp_path / "b.gpkg", [finding(1)])
    assert told(compare(earlier, later)) == [("new", "new_rule")]


def test_renumbering_a_parcel_does_not_mend_it(tmp_path):
    earlier = file(tmp_path / "a.gpkg", [finding(1), finding(2)])
    moved = finding(2, object_id="q2", parcel_bsm="q2", where=shapely.box(40.2, 0, 50.2, 10))
    other = finding(1, "area.sum", object_id="q1", parcel_bsm="q1")
    later = file(tmp_path / "b.gpkg", [moved, other], parcels=["q1", "q2", "p1"])
    result = compare(earlier, later)
    assert sorted(told(result)) == [
        ("gone", "corrected"),
        ("new", "new_rule"),
        ("remaining", "renamed"),
    ]
    place = result.why.index(Why.RENAMED)
    assert (result.before[place], result.after[place]) == (1, 0)


def test_the_file(tmp_path):
    earlier = file(tmp_path / "a.gpkg", [finding(1), finding(2)])
    later = file(tmp_path / "b.gpkg", [finding(2), finding(3, where=None)])
    target = tmp_path / "c.gpkg"
    write_comparison(compare(earlier, later), earlier, later, target)
    with closing(sqlite3.connect(target)) as connection:
        rows = connection.execute(
            "SELECT state, reason, object_id, previous_id IS NULL, geom IS NULL FROM comparison"
        ).fetchall()
        summary = connection.execute(
            "SELECT rule_id, new, remaining, gone FROM comparison_summary"
        ).fetchall()
    assert rows == [
        ("new", "first_seen", "p3", 1, 1),
        ("remaining", "same", "p2", 0, 0),
        ("gone", "corrected", "p1", 0, 0),
    ]
    assert summary == [("area.plane", 1, 1, 1)]
    with pytest.raises(OutputError, match="one of the two"):
        write_comparison(compare(earlier, later), earlier, later, tmp_path / "a.gpkg")


def test_places_come_back_as_they_were(tmp_path):
    read = file(tmp_path / "a.gpkg", [finding(1), finding(2, where=None)])
    assert read.where[0].equals(finding(1).where) and read.where[1] is None
    assert read.findings["object_id"].tolist() == ["p1", "p2"]
    assert "CGCS2000" in read.wkt and len(read) == 2


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_truncated_file_is_told(tmp_path, share):
    file(tmp_path / "a.gpkg", [finding(n) for n in range(200)])
    whole = (tmp_path / "a.gpkg").read_bytes()
    (tmp_path / "b.gpkg").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match=r"b\.gpkg"):
        read_verification(tmp_path / "b.gpkg")


def test_other_files_are_told(tmp_path):
    with pytest.raises(InputError, match="no file"):
        read_verification(tmp_path / "none.gpkg")
    sqlite3.connect(tmp_path / "x.gpkg").execute("CREATE TABLE t (a)").connection.close()
    with pytest.raises(InputError, match="older version"):
        read_verification(tmp_path / "x.gpkg")
    if sys.platform != "win32" and os.geteuid():
        (tmp_path / "x.gpkg").chmod(0)
        with pytest.raises(InputError):
            read_verification(Path(tmp_path / "x.gpkg"))
