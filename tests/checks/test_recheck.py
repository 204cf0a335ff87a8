"""Checking again what was edited: the same answer as a whole run, and nothing lost on the way."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from edited_county import COUNT, COUNTY, KINDS, Edits, write_county, write_dem, write_farmland

from onemap_verify.checks import recheck_part
from onemap_verify.checks.errors import ExplainedError
from onemap_verify.checks.journal.journal import Journal
from onemap_verify.checks.journal.lifecycle import Role, State
from onemap_verify.checks.journal.reading import read_standing
from onemap_verify.checks.options import Options
from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.recheck import recheck
from onemap_verify.checks.recheck_memory import TABLE
from onemap_verify.checks.recheck_scopes import Scope, Scopes
from onemap_verify.checks.recheck_state import layers_of, read_progress
from onemap_verify.checks.rules.catalogue import rules_of
from onemap_verify.checks.standard import load
from onemap_verify.checks.verify import verify

FINDING = "finding_id, rule_id, verdict, severity, layer, object_id, parcel_bsm, score, measured"
WHOLE = f"{FINDING}, expected, tolerance, unit, cause, message_zh, message_en, evidence, geom"


def options(folder, out):
    return Options(
        submission=folder / "county.gpkg",
        findings=out / "findings.gpkg",
        record=out / "record.json",
        dem=str(folder / "dem.tif"),
        control_layers=(str(folder / "farmland.gpkg"),),
        strict=True,
    )


@pytest.fixture(scope="module")
def verified(tmp_path_factory):
    """A county and what a whole run found in it."""
    folder = tmp_path_factory.mktemp("county")
    write_county(folder / "county.gpkg")
    write_dem(folder / "dem.tif")
    write_farmland(folder / "farmland.gpkg")
    verify(options(folder, folder / "out"))
    return folder


@pytest.fixture
def county(verified, tmp_path):
    """The same, to be edited; the record points to it."""
    folder = tmp_path / "county"
    shutil.copytree(verified, folder)
    record = folder / "out" / "record.json"
    told = json.loads(record.read_text(encoding="utf-8"))
    parameters = told["parameters"]
    parameters["submission"] = str(folder / "county.gpkg")
    parameters["dem"] = str(folder / "dem.tif")
    parameters["control_layers"] = [str(folder / "farmland.gpkg")]
    record.write_text(json.dumps(told), encoding="utf-8")
    return folder


def rows(path, query):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def found(path):
    return {row[0]: row for row in rows(path, f"SELECT {WHOLE} FROM findings")}


def of_rule(path, rule):
    return {row[5]: row[0] for row in found(path).values() if row[1] == rule}


def again(folder, **more):
    return recheck(folder / "out" / "findings.gpkg", strict=True, **more)


def name(number):
    return f"{COUNTY}211000{number:06d}"


def test_the_county_is_wrong_where_it_should_be(verified):
    path = verified / "out" / "findings.gpkg"
    assert set(of_rule(path, "codes.land_class")) == {name(46), name(211)}
    assert {name(88), name(300)} <= set(of_rule(path, "L21"))
    assert set(of_rule(path, "topology.overlap")) >= {name(130), name(333)}
    assert of_rule(path, "terrain.slope_parcel_map")
    assert of_rule(path, "control.farmland") == {}


def test_nothing_edited_nothing_written(county):
    path = county / "out" / "findings.gpkg"
    before = path.read_bytes()
    result = again(county)
    assert not result.changed
    assert result.objects == 0
    assert result.previous is None
    assert path.read_bytes() == before
    assert not (county / "out" / "findings.previous.gpkg").exists()


def test_what_was_fixed_is_gone_and_all_else_is_the_same_to_the_byte(county):
    path = county / "out" / "findings.gpkg"
    before = found(path)
    edits = Edits(county / "county.gpkg")
    edits.set(46, DLBM="0103")
    edits.close()
    result = again(county)
    after = found(path)
    assert result.edited == {"DLTB": 1}
    gone = set(before) - set(after)
    assert gone == set(result.gone)
    assert {before[each][5] for each in gone} >= {name(46)}
    assert "codes.land_class" in {before[each][1] for each in gone}
    same = set(before) & set(after) - set(result.remaining)
    assert len(same) > 3
    assert all(before[each] == after[each] for each in same)
    assert result.fixed["inconsistent"] >= 1
    assert json.loads((county / "out" / "record.json").read_text())["recheck"]["gone"] == len(gone)
    assert found(result.previous) == before


@pytest.mark.parametrize("seed", range(6))
def test_the_answer_is_that_of_a_whole_run(county, tmp_path, seed, monkeypatch):
    """Random edits of all kinds, twice in a row, against a run of everything."""
    # Parts that are nearly the whole save nothing, but must be right as well.
    monkeypatch.setattr(recheck_part, "_MOST", 1.0)
    path, parts = county / "out" / "findings.gpkg", []
    for number in (seed, seed + 100):
        edits = Edits(county / "county.gpkg", number)
        for _ in range(4):
            edits.do(edits.random.choice(KINDS))
        edits.close()
        result = again(county)
        assert result.objects
        record = json.loads((county / "out" / "record.json").read_text(encoding="utf-8"))
        parts += record["recheck"]["rules_in_part"]
    assert {"topology.overlap", "topology.gap", "control.farmland"} <= set(parts)
    whole = tmp_path / "whole"
    verify(options(county, whole))
    assert found(path) == found(whole / "findings.gpkg")
    risk = "SELECT bsm, risk, outcome, reasons FROM parcel_risk ORDER BY bsm, risk"
    assert rows(path, risk) == rows(whole / "findings.gpkg", risk)
    runs = "SELECT rule_id, findings FROM rules_run"
    assert rows(path, runs) == rows(whole / "findings.gpkg", runs)
    facts = "SELECT * FROM parcel_facts ORDER BY bsm"
    assert [r[1:] for r in rows(path, facts)] == [
        r[1:] for r in rows(whole / "findings.gpkg", facts)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_edit_by_itself(county, tmp_path, kind):
    edits = Edits(county / "county.gpkg", 7)
    edits.do(kind)
    edits.close()
    again(county)
    whole = tmp_path / "whole"
    verify(options(county, whole))
    assert found(county / "out" / "findings.gpkg") == found(whole / "findings.gpkg")


def test_parts_are_used_where_they_can_be(county):
    edits = Edits(county / "county.gpkg")
    edits.set(COUNT * (COUNT - 2), DLBM="0701", DLMC="城镇住宅用地", GDLX="", GDPDJB="")
    edits.close()
    again(county)
    record = json.loads((county / "out" / "record.json").read_text(encoding="utf-8"))
    assert {"control.farmland", "topology.gap"} <= set(record["recheck"]["rules_in_part"])
    assert list(of_rule(county / "out" / "findings.gpkg", "control.farmland")) == [
        name(COUNT * (COUNT - 2))
    ]


def track(seconds=5, step=0.01):
    """A receiver that flies."""
    points = "".join(
        f'<trkpt lat="{35.23 + step * number:.5f}" lon="104.78"><ele>500</ele>'
        f"<time>2023-07-01T02:{number * seconds // 60:02d}:{number * seconds % 60:02d}Z</time>"
        "</trkpt>"
        for number in range(60)
    )
    head = '<?xml version="1.0"?><gpx version="1.1" creator="receiver"><trk><trkseg>'
    return f"{head}{points}</trkseg></trk></gpx>"


def test_evidence_that_was_added_is_judged(county, tmp_path):
    """Its rules run only when it changed; the report is written anew where there was one."""
    package = tmp_path / "package"
    package.mkdir()
    (county / "county.gpkg").rename(package / "county.gpkg")
    out = tmp_path / "out"
    asked = replace(options(county, out), submission=package, report=out / "report.html")
    verify(asked)
    edits = Edits(package / "county.gpkg")
    edits.set(46, DLBM="0103")
    edits.close()
    first = recheck(out / "findings.gpkg", strict=True)
    assert "tracks.speed" in first.kept
    (package / "tracks").mkdir()
    (package / "tracks" / "20230701.gpx").write_text(track(), encoding="utf-8")
    report = (out / "report.html").read_bytes()
    second = recheck(out / "findings.gpkg", strict=True)
    assert second.evidence
    assert second.changed
    assert "tracks.speed" in second.again
    assert (out / "report.html").read_bytes() != report
    whole = tmp_path / "whole"
    verify(replace(asked, findings=whole / "f.gpkg", record=whole / "r.json", report=None))
    assert found(out / "findings.gpkg") == found(whole / "f.gpkg")
    assert {f[1] for f in found(whole / "f.gpkg").values() if f[1].startswith("tracks.")}


def test_cancelled_nothing_has_changed(county):
    out = county / "out"
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    edits = Edits(county / "county.gpkg")
    edits.set(46, DLBM="0103")
    edits.close()
    for fraction in (0.3, 0.6, 0.9):
        reached = []

        def stop(fraction=fraction, reached=reached):
            return bool(reached) and reached[-1] >= fraction

        with pytest.raises(Cancelled):
            again(county, progress=Progress(lambda part, _text, r=reached: r.append(part), stop))
        assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_failure_changes_nothing(county, monkeypatch):
    from onemap_verify.checks import recheck as module

    out = county / "out"
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    edits = Edits(county / "county.gpkg")
    edits.set(46, DLBM="0103")
    edits.close()

    def full(*_what, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "put_in_place", full)
    with pytest.raises(OSError, match="space"):
        again(county)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_decisions_go_over(county):
    path = county / "out" / "findings.gpkg"
    ids = of_rule(path, "codes.land_class")
    with Journal(path, "李四", Role.REVIEWER) as journal:
        journal.decide([ids[name(46)]], State.RETURNED, "改正地类")
        journal.decide([ids[name(211)]], State.EXCEPTION, "已核实")
    edits = Edits(county / "county.gpkg")
    edits.set(46, DLBM="0103")
    edits.close()
    result = again(county, who="张三")
    standing = read_standing(path)
    assert standing[ids[name(211)]].state is State.EXCEPTION
    assert ids[name(46)] in result.gone
    # The old file holds the old journal; another check does not write over it.
    assert read_standing(result.previous)[ids[name(46)]].state is State.RETURNED
    edits = Edits(county / "county.gpkg")
    edits.set(211, DLBM="0103")
    edits.close()
    second = again(county, who="张三")
    assert second.previous != result.previous
    assert read_standing(result.previous)[ids[name(46)]].state is State.RETURNED


def test_rules_that_need_everything_are_confirmed_later(county, monkeypatch):
    """Findings on edited objects stay, marked; those on others stay unmarked."""
    path = county / "out" / "findings.gpkg"
    monkeypatch.setattr(
        Scopes,
        "of",
        lambda self, rule, family, was=Scopes.of: (
            Scope.PACKAGE if rule == "L21" else was(self, rule, family)
        ),
    )
    areas = of_rule(path, "L21")
    edits = Edits(county / "county.gpkg")
    edits.set(88, TBMJ=2497.0)
    edits.close()
    result = again(county)
    assert areas[name(88)] in result.to_confirm
    assert areas[name(300)] not in result.to_confirm
    assert of_rule(path, "L21") == areas
    assert {row[0] for row in rows(path, "SELECT finding_id FROM to_confirm")} == set(
        result.to_confirm
    )
    # It is still so after another check of something else.
    edits = Edits(county / "county.gpkg")
    edits.set(211, DLBM="0103")
    edits.close()
    assert areas[name(88)] in again(county).to_confirm
    known = read_progress(path)
    assert areas[name(88)] in known.to_confirm
    assert known.rechecked
    assert known.fixed["inconsistent"] >= 1


def test_copied_files_are_no_edits(county):
    shutil.copyfile(county / "county.gpkg", county / "other.gpkg")
    (county / "county.gpkg").unlink()
    (county / "other.gpkg").rename(county / "county.gpkg")
    assert not again(county).changed


def test_pending_writes_of_another_program_are_read(county):
    """QGIS keeps a GeoPackage in WAL mode while it is edited."""
    package = county / "county.gpkg"
    with closing(sqlite3.connect(package)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("PRAGMA wal_autocheckpoint=0")
        query = f"UPDATE DLTB SET DLBM = '0103' WHERE BSM = '{name(46)}'"
        for (trigger,) in writer.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'DLTB'"
        ).fetchall():
            writer.execute(f'DROP TRIGGER "{trigger}"')
        writer.execute(query)
        writer.commit()
        assert (county / "county.gpkg-wal").stat().st_size
        writer.execute(f"UPDATE DLTB SET DLBM = '0103' WHERE BSM = '{name(211)}'")  # not committed
        result = again(county)
        assert result.edited == {"DLTB": 1}
        left = set(of_rule(county / "out" / "findings.gpkg", "codes.land_class"))
        assert left == {name(211)}
        writer.rollback()
    with closing(sqlite3.connect(package)) as reader:
        assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_findings_without_memory_ask_for_a_whole_run(county):
    path = county / "out" / "findings.gpkg"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"DROP TABLE {TABLE}")
        connection.commit()
    with pytest.raises(ExplainedError, match="whole"):
        again(county)


def test_another_rule_set_asks_for_a_whole_run(county):
    record = county / "out" / "record.json"
    told = json.loads(record.read_text(encoding="utf-8"))
    told["rule_set"]["sha256"] = "0" * 64
    record.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(ExplainedError, match="rule set"):
        again(county)


@pytest.mark.parametrize("damage", ["content", "notes", "digests"])
def test_a_damaged_memory_asks_for_a_whole_run(county, damage):
    path = county / "out" / "findings.gpkg"
    where = {"content": "1", "notes": "layer = '@notes'", "digests": "part = 'digests'"}[damage]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE {TABLE} SET content = 'AAAA' WHERE {where}")
        connection.commit()
    with pytest.raises(ExplainedError, match="whole"):
        again(county)


def test_a_package_that_is_gone_is_named(county):
    (county / "county.gpkg").unlink()
    with pytest.raises(ExplainedError, match=r"county\.gpkg"):
        again(county)


def test_every_rule_has_a_scope():
    standard = load()
    scopes = Scopes(standard)
    told = {rule.id: scopes.of(rule.id, rule.family) for rule in rules_of(standard)}
    facts = standard.data("recheck.json")
    assert set(facts["rules"]) <= set(told)
    assert set(facts["families"]) == {rule.family.value for rule in rules_of(standard)}
    assert told["change.not_seen"] is Scope.PACKAGE
    assert told["control.farmland"] is Scope.NEIGHBOURS


def test_layers_of_a_package_can_be_found(county, tmp_path):
    places = layers_of(county / "county.gpkg", load())
    assert {"DLTB", "CJDCQ", "PDT"} <= set(places)
    assert places["DLTB"][0].file == county / "county.gpkg"
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04")
    assert layers_of(tmp_path / "a.zip", load()) == {}
