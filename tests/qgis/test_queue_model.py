"""The queue's filters, groups, search and standings, without a window."""

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture
def table(qgis_app, survey):
    from onemap_verify.panels.review.queue.reading import read_findings

    return read_findings(Path(survey["findings"]))


def table_of(**columns):
    from onemap_verify.panels.review.finding_table import COLUMNS, FindingTable

    number = len(next(iter(columns.values())))
    values = {name: [""] * number for name in COLUMNS}
    values |= {"fid": list(range(1, number + 1)), "score": [0.5] * number}
    values |= {"finding_id": [f"f{i}" for i in range(number)], "tolerance": [None] * number}
    return FindingTable({**values, **columns})


def standing(state, who="", opinions=(), disputed=False, carried=""):
    return SimpleNamespace(
        state=SimpleNamespace(value=state),
        who=who,
        opinions=dict(opinions),
        disputed=disputed,
        carried=carried,
    )


def arrays_of(table, standings, person="me", assigned=()):
    from onemap_verify.panels.review.queue.standing import StandingArrays

    arrays = StandingArrays(len(table))
    arrays.update(standings, standings, lambda name: table.row_of.get(name, -1), person)
    arrays.assign(assigned, lambda name: table.row_of.get(name, -1))
    return arrays


def kept(table, wanted, arrays=None, role="reviewer"):
    from onemap_verify.panels.review.queue.filters import Context, Masks

    context = Context(table, arrays or arrays_of(table, {}), role)
    return np.flatnonzero(Masks().together(wanted.filters(), context)).tolist()


def test_the_states_are_those_of_the_journal():
    from onemap_verify.checks.journal.lifecycle import State
    from onemap_verify.panels.review.queue.standing import STATES

    assert tuple(state.value for state in State) == STATES


def test_several_values_of_several_filters():
    from onemap_verify.panels.review.queue.filters import Wanted

    table = table_of(
        family=["terrain", "photos", "tracks", "codes", "new family"],
        severity=["A", "B", "C", "D", "A"],
        verdict=["inconsistent", "doubtful"] * 2 + ["doubtful"],
    )
    assert kept(table, Wanted(family=("photos", "tracks"))) == [1, 2]
    assert kept(table, Wanted(family=("new family",))) == [4]
    assert kept(table, Wanted(severity=("A", "C"), verdict=("inconsistent",))) == [0, 2]
    assert kept(table, Wanted(family=("never heard of",))) == []
    assert table.coded["family"].counts() == {
        "codes": 1,
        "terrain": 1,
        "photos": 1,
        "tracks": 1,
        "new family": 1,
    }


def test_where_findings_stand():
    from onemap_verify.panels.review.queue.filters import Wanted

    table = table_of(family=["codes"] * 7)
    arrays = arrays_of(
        table,
        {
            "f0": standing("returned", who="me"),
            "f1": standing("under_review", who="other", opinions={"me": "doubtful"}),
            "f2": standing("under_review", who="other", opinions={"other": "upheld"}),
            "f3": standing("closed", disputed=True),
            "f4": standing("found", carried="same"),
            "gone": standing("closed"),
        },
        assigned=["f6", "not there"],
    )
    assert kept(table, Wanted(state=("returned", "closed")), arrays) == [0, 3]
    assert kept(table, Wanted(disputed=True), arrays) == [3]
    assert kept(table, Wanted(mine=True), arrays) == [0, 1, 6]
    assert kept(table, Wanted(new=True), arrays) == [5, 6]
    # A doubt of one's own is a decision, another's is not; a surveyor waits for what is returned.
    assert kept(table, Wanted(waiting=True), arrays) == [2, 4, 5, 6]
    assert kept(table, Wanted(waiting=True), arrays, "surveyor") == [0, 4, 5, 6]


def test_what_a_mask_keeps_is_reckoned_anew_after_a_decision():
    from onemap_verify.panels.review.queue.filters import Context, Masks, Wanted

    table = table_of(family=["codes"] * 3)
    arrays, masks = arrays_of(table, {}), Masks()
    filters = Wanted(waiting=True, family=("codes",)).filters()
    assert masks.together(filters, Context(table, arrays)).all()
    arrays.update(["f1"], {"f1": standing("closed")}, table.row_of.__getitem__, "me")
    assert masks.together(filters, Context(table, arrays)).tolist() == [True, False, True]
    arrays.update(["f1"], {}, table.row_of.__getitem__, "me")
    assert masks.together(filters, Context(table, arrays)).all()


def test_the_extent_is_that_of_the_envelopes(table):
    import small_survey

    from onemap_verify.panels.review.queue.filters import Wanted

    west, south = small_survey.WEST, small_survey.SOUTH
    # Finding i lies 10 i to 10 i + 8 metres east; every tenth has no place.
    box = (west + 65.0, south - 5.0, west + 123.0, south + 1.0)
    assert kept(table, Wanted(extent=box)) == rows_between(table, 6, 12)
    assert kept(table, Wanted(extent=(west - 9.0, south, west - 1.0, south + 9.0))) == []
    everywhere = (-1e12, -1e12, 1e12, 1e12)
    assert len(kept(table, Wanted(extent=everywhere))) == 54


def rows_between(table, first, last):
    numbers = [int(table.value(row, "object_id")[-6:]) for row in range(len(table))]
    return [row for row, i in enumerate(numbers) if first <= i <= last and i % 10 != 9]


def test_geometries_that_are_none_have_no_place(survey, tmp_path):
    import shutil

    from onemap_verify.panels.review.queue.reading import read_findings

    path = tmp_path / "f.gpkg"
    shutil.copyfile(survey["findings"], path)
    with sqlite3.connect(path) as connection:
        for trigger in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{trigger[0]}"')
        for fid, value in (
            (1, b"GP"),
            (2, b"x" * 60),
            (3, "text"),
            (4, b"GP\x00\x03" + b"\xff" * 60),
        ):
            connection.execute("UPDATE findings SET geom = ? WHERE fid = ?", (value, fid))
        connection.execute("UPDATE findings SET score = 'much', message_en = NULL WHERE fid = 5")
        connection.execute("UPDATE findings SET score = 9e99, object_id = 17 WHERE fid = 6")
        connection.execute("UPDATE findings SET message_zh = CAST(x'ff41' AS TEXT) WHERE fid = 7")
        connection.execute("UPDATE parcel_risk SET risk = 'high'")
    table = read_findings(path)
    assert np.isnan(table.places.envelopes[:4]).all()
    assert np.isfinite(table.places.envelopes[4]).all()
    assert table.value(4, "score") == 0.0
    assert table.value(5, "score") == 1.0
    assert table.value(4, "message_en") == ""
    assert table.value(5, "object_id") == "17"
    assert table.value(6, "message_zh").endswith("A")
    assert np.isnan(table.risk).all()


def test_risk_of_the_parcels_is_read(table, survey):
    from onemap_verify.checks.findings_read import read_verification

    parcels = read_verification(Path(survey["findings"])).parcels
    risk = dict(zip(parcels["bsm"], parcels["risk"]))
    assert table.risk.tolist() == [risk[name] for name in table.columns["parcel_bsm"]]
    assert len(set(table.risk.tolist())) > 2


def test_villages_and_classes_come_from_parcel_facts(table, survey, tmp_path):
    import shutil

    from onemap_verify.panels.review.queue.filters import Wanted
    from onemap_verify.panels.review.queue.reading import read_facts

    path = tmp_path / "f.gpkg"
    shutil.copyfile(survey["findings"], path)
    assert read_facts(path, table) is None
    names = table.columns["parcel_bsm"]
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE parcel_facts"
            " (fid INTEGER PRIMARY KEY, bsm, dlbm, zldwdm, zldwmc, area_m2)"
        )
        connection.executemany(
            "INSERT INTO parcel_facts (bsm, dlbm, zldwdm, zldwmc) VALUES (?, ?, ?, ?)",
            [
                (names[0], "0103", "5114022110010000000", "桂花村"),
                (names[1], "1006", "5114022110010000001", None),
                (names[2], None, None, None),
                ("no finding", "0301", "5114022110020000000", "二村"),
            ],
        )
    table.facts = read_facts(path, table)
    assert table.facts.village_names["511402211001"] == "桂花村"
    assert kept(table, Wanted(village=("511402211001",))) == [0, 1]
    assert kept(table, Wanted(land_class=("0103",))) == [0]
    assert len(kept(table, Wanted(land_class=("",)))) == 58


def test_wanted_survives_json_and_hostile_json():
    from onemap_verify.panels.review.queue.filters import Wanted

    wanted = Wanted("坡", ("terrain",), ("A", "B"), waiting=True, extent=(1.0, 2.0, 3.0, 4.0))
    plain = wanted.to_json()
    assert Wanted.from_json(plain) == Wanted("坡", ("terrain",), ("A", "B"), waiting=True)
    for bad in (None, [], "x", 3, {"family": "abc", "waiting": 1, "text": 7, "state": [1, None]}):
        assert Wanted.from_json(bad) == Wanted()
    assert wanted.without("severity", "A").severity == ("B",)
    assert wanted.without("severity").severity == ()
    assert not wanted.without("waiting").waiting


def test_a_group_has_its_findings_in_their_order():
    from onemap_verify.panels.review.queue.model import grouped

    codes = np.array([2, 0, 2, 1, 0, 2])
    groups = grouped(np.array([5, 4, 3, 0, 1]), codes)
    assert groups.codes.tolist() == [2, 0, 1]
    assert groups.rows.tolist() == [5, 0, 4, 1, 3]
    assert groups.sizes.tolist() == [2, 2, 1]
    assert groups.starts.tolist() == [0, 2, 4]
    empty = grouped(np.empty(0, dtype=np.int64), codes)
    assert empty.rows.tolist() == empty.sizes.tolist() == []


@pytest.fixture
def model(table):
    from onemap_verify.panels.review.queue.model import QueueModel

    model = QueueModel()
    model.show(table)
    return model


def test_headings_open_and_close(model, table):
    rows = table.ordered("worst")
    model.arrange(rows, "rule")
    assert model.rowCount() == 2
    assert model.found == 60
    name, own, is_open = model.heading(0)
    assert (name, len(own), is_open) == ("TOP-OVERLAP", 30, False)
    model.open_group(1)
    assert model.rowCount() == 32
    assert [model.group_of(line) for line in (0, 1, 2)] == [0, 1, -1]
    assert table.value(int(model.lines[2]), "rule_id") == "L21"
    # What was opened stays open when other findings are shown.
    model.arrange(rows[rows != model.lines[2]], "rule")
    assert model.rowCount() == 31
    hidden = int(model.heading(0)[1][3])
    assert model.place_of(hidden) == -1
    assert model.reveal(hidden) == 4
    assert model.rowCount() == 61
    model.open_all(False)
    assert model.lines.tolist() == [-1, -2]
    assert model.rows_at(np.array([1])).tolist() == model.heading(1)[1].tolist()


def test_parcels_are_open_at_first(model, table):
    model.arrange(table.ordered("worst"), "parcel")
    assert model.rowCount() == 120
    assert model.feature_ids() == [table.value(row, "fid") for row in table.ordered("worst")]


def test_the_model_is_a_good_model_of_qt(model, table):
    testing = pytest.importorskip("qgis.PyQt.QtTest")
    tester = testing.QAbstractItemModelTester(
        model, testing.QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    for grouping in ("none", "rule", "parcel", "rule"):
        model.arrange(table.ordered("worst"), grouping)
        for group in (0, 1, 0):
            model.open_group(group)
    model.arrange(np.empty(0, dtype=np.int64), "rule")
    assert model.rowCount() == 0
    assert tester.model() is model


def test_a_line_for_who_cannot_see_it(model, table, speak):
    from qgis.PyQt.QtCore import Qt

    speak("en")
    model.arrange(table.ordered("worst"))
    said = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == (
        "Number 58: overlaps its neighbour, Inconsistent, Topology, DLTB 511402211000000058"
    )
    model.arrange(table.ordered("worst"), "rule")
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "TOP-OVERLAP, 30"


def test_search_finds_what_a_loop_over_the_rows_finds():
    from onemap_verify.panels.review.queue.search import TextIndex

    chance = np.random.default_rng(3)
    letters = list("abÄäＡａ图斑坡度9 ")
    columns = [
        ["".join(chance.choice(letters, 12)) for _ in range(9000)],
        [f"{i:06d}" for i in range(9000)],
    ]
    index = TextIndex(columns)
    for text in ("a", "Ä", "ä", "图斑", "坡度 9", "Ａ", "00123", "b 0042", "斑坡 a 1"):
        found = index.search(text)
        words = text.casefold().split()
        expected = [
            all(any(word in cell.casefold() for cell in cells) for word in words)
            for cells in zip(*columns)
        ]
        assert found.tolist() == expected, text
    # A word does not reach over the border of a cell or of a row.
    two = TextIndex([["ab", "cd"], ["cd", "ab"]])
    assert not two.search("bc").any()
    assert not two.search("dc").any()
    assert two.search("").all()


def test_a_search_can_be_stopped_and_narrows_what_was_found():
    from onemap_verify.panels.review.queue.search import TextIndex

    index = TextIndex([[f"slope {i}" for i in range(10_000)]])
    assert index.search("slo", lambda: True) is None
    assert index.known("slo") is None
    assert (
        index.search("slope 99").sum() == 300 - 1 + 20 - 39 or index.known("slope 99") is not None
    )
    narrowed = index.search("slope 999").nonzero()[0].tolist()
    assert narrowed == [i for i in range(10_000) if "999" in str(i)]


def test_a_long_identifier_among_short_ones_sorts_as_text():
    from onemap_verify.panels.review.finding_table import text_ranks

    values = ["b", "a" * 30 + "2", "a" * 30 + "1", "", "a" * 24, "b", "c" * 4000]
    ranks = text_ranks(values)
    assert sorted(range(7), key=lambda row: (ranks[row], row)) == sorted(
        range(7), key=lambda row: (values[row], row)
    )
    assert ranks[0] == ranks[5]


def test_other_orders_follow_the_columns():
    table = table_of(
        layer=["XZQ", "DLTB", "DLTB", "DLTB"],
        object_id=["1", "9", "10", "9"],
        family=["area", "codes", "area", "codes"],
        verdict=["doubtful", "doubtful", "inconsistent", "inconsistent"],
        severity=["A", "A", "C", "B"],
    )
    assert table.ordered("object").tolist() == [2, 1, 3, 0]
    assert table.ordered("family").tolist() == [3, 1, 2, 0]
    assert table.ordered("worst").tolist() == [3, 2, 0, 1]
    # Without it being reckoned, the order by minutes is that of the worst.
    assert table.ordered("minutes").tolist() == [3, 2, 0, 1]
    table.minutes = np.array([0, 1, 2, 3])
    keep = np.array([True, False, True, True])
    assert table.rows(keep, "minutes").tolist() == [0, 2, 3]


def test_minutes_order_a_real_file(table, survey):
    from onemap_verify.panels.review.queue.order import by_minutes

    order = by_minutes(table, "")
    assert sorted(order.tolist()) == list(range(60))
    # All parcels are alike but for the risk and the minutes of the family.
    rate = table.risk / np.where(np.array(table.columns["family"]) == "area", 0.5, 0.6)
    assert (np.diff(rate[order]) <= 1e-12).all()
    assert by_minutes(table, "no such rule set") is None
    # Nobody has decided anything: nothing to learn of a pace.
    assert by_minutes(table, "", Path(survey["findings"]), "me") is None


def test_what_a_resubmission_changed_is_what_is_new(qgis_app):
    from onemap_verify.panels.review.queue.standing import StandingArrays

    names = {"a": 0, "b": 1, "c": 2}
    arrays = StandingArrays(3)
    assert arrays.new.tolist() == [True, True, True]
    arrays.change(["b", "gone"], lambda name: names.get(name, -1))
    assert arrays.new.tolist() == [False, True, False]
    arrays.change([], names.get)
    assert arrays.new.tolist() == [True, True, True]
