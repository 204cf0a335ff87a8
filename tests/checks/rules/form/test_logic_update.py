"""The update package: conservation, deduction, actions, old state, year, cropland flow."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

OLD = ["371402211000000001", "371402211000000002", "371402211000000003"]
NEW = ["371402211000000101", "371402211000000102", "371402211000000103"]
PIECE = {
    "YSDM": "2001010100",
    "BGXW": "2",
    "BGQDLBM": "0103",
    "BGHDLBM": "0103",
    "BGQKCXS": 0.0,
    "BGQKCMJ": 0.0,
    "BGHKCXS": 0.0,
    "BGHKCMJ": 0.0,
    "GXSJ": "2023-12-31",
    "XZQTZLX": "0",
}


def piece(number, before, after, area, **changes):
    row = {"BSM": f"3714022120{number:08d}", **PIECE}
    row.update(BGQTBBSM=before, BGHTBBSM=after, TBBGMJ=area, BGQTBDLMJ=area, BGHTBDLMJ=area)
    row.update(changes)
    return row


def process(make, *rows, geometry=None):
    return make.table("DLTBGXGC", list(rows), geometry=geometry)


def last_year(make, areas, geometry=None):
    rows = [make.parcel(BSM=bsm, TBMJ=area) for bsm, area in areas.items()]
    return make.table("DLTB", rows, geometry=geometry)


def split(make, *areas, before=OLD[0], **changes):
    return [piece(n, before, NEW[n - 1], area, **changes) for n, area in enumerate(areas, start=1)]


# --- L32


def test_pieces_that_add_up(make):
    case = make.case(
        process(make, *split(make, 6000.0, 4000.018)), previous=last_year(make, {OLD[0]: 10000.0})
    )
    judgement = make.judge("L32", case)
    assert (judgement.tested, judgement.findings) == (1, [])


def test_pieces_that_do_not_add_up(make):
    case = make.case(
        process(make, *split(make, 6000.0, 3999.0)), previous=last_year(make, {OLD[0]: 10000.0})
    )
    (finding,) = make.judge("L32", case).findings
    assert (finding.object_id, finding.parcel_bsm) == (OLD[0], OLD[0])
    assert (finding.measured, finding.expected) == ("9999.00", "10000.00")
    assert finding.verdict.value == "inconsistent"
    assert "相差 -1.00" in finding.message.zh


def test_moved_in_parcels_are_not_checkable(make):
    case = make.case(
        process(make, *split(make, 6000.0)), previous=last_year(make, {OLD[1]: 10000.0})
    )
    judgement = make.judge("L32", case)
    assert (judgement.tested, judgement.findings, judgement.not_checkable) == (0, [], 1)


def test_without_last_year_either_reading_of_the_old_fields_is_accepted(make):
    shares = process(make, *split(make, 6000.0, 4000.0))
    whole = process(make, *split(make, 6000.0, 4000.0, BGQKCMJ=1000.0, BGQTBDLMJ=9000.0))
    for table in (shares, whole):
        judgement = make.judge("L32", make.case(table))
        assert (judgement.tested, judgement.findings) == (1, [])
    neither = process(make, *split(make, 6000.0, 3000.0, BGQTBDLMJ=10000.0))
    (finding,) = make.judge("L32", make.case(neither)).findings
    assert finding.verdict.value == "doubtful"


def test_without_any_old_area_nothing_is_judged(make):
    rows = split(make, 6000.0)
    for row in rows:
        del row["BGQTBDLMJ"]
    judgement = make.judge("L32", make.case(process(make, *rows)))
    assert (judgement.tested, judgement.not_checkable) == (0, 1)


def test_a_layer_of_another_year_is_one_doubt(make):
    ids = [f"37140221100000{n:04d}" for n in range(30)]
    rows = [piece(n, bsm, f"37140221100001{n:04d}", 100.0) for n, bsm in enumerate(ids, start=1)]
    case = make.case(process(make, *rows), previous=last_year(make, dict.fromkeys(ids, 777.0)))
    (finding,) = make.judge("L32", case).findings
    assert (finding.cause, finding.verdict.value) == ("wrong_baseline", "doubtful")


def test_a_number_that_is_none_does_not_break_the_rest(make):
    rows = [piece(1, OLD[0], NEW[0], float("nan")), piece(2, OLD[1], NEW[1], 500.0)]
    previous = last_year(make, {OLD[0]: 100.0, OLD[1]: 500.0})
    judgement = make.judge("L32", make.case(process(make, *rows), previous=previous))
    assert (judgement.tested, judgement.findings, judgement.not_checkable) == (1, [], 1)


# --- L33


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"BGHKCXS": 0.1, "BGHKCMJ": 100.0, "BGHTBDLMJ": 900.0}, None),
        ({"BGHKCXS": 0.1, "BGHKCMJ": 90.0, "BGHTBDLMJ": 910.0}, ""),
        ({"BGHKCXS": 0.1, "BGHKCMJ": 100.0, "BGHTBDLMJ": 901.0}, ""),
        ({"BGHKCXS": 0.1, "BGHKCMJ": 50.0, "BGHTBDLMJ": 450.0}, "area_edited"),
        ({"BGHKCMJ": None, "BGHKCXS": None}, None),
    ],
)
def test_deduction_of_a_piece(make, changes, cause):
    table = process(make, piece(1, OLD[0], NEW[0], 1000.0, **changes))
    judgement = make.judge("L33", make.case(table))
    assert judgement.tested == 1
    assert [f.cause for f in judgement.findings] == ([] if cause is None else [cause])


def test_a_removed_piece_has_no_deduction(make):
    gone = piece(1, OLD[0], None, 1000.0, BGXW="0", BGHTBDLMJ=None, BGHKCMJ=None)
    judgement = make.judge("L33", make.case(process(make, gone)))
    assert (judgement.tested, judgement.findings, judgement.not_checkable) == (0, [], 0)


# --- L34

AFTER = dict.fromkeys(("BGHTBBSM", "BGHDLBM", "BGHKCXS", "BGHKCMJ", "BGHTBDLMJ"))
BEFORE = dict.fromkeys(("BGQTBBSM", "BGQDLBM", "BGQKCXS", "BGQKCMJ", "BGQTBDLMJ"))


@pytest.mark.parametrize(
    ("before", "after", "changes", "cause"),
    [
        (OLD[0], OLD[0], {"BGXW": "1"}, None),
        (OLD[0], NEW[0], {"BGXW": "1"}, "id_changed"),
        (None, None, {"BGXW": "1"}, "id_changed"),
        (OLD[0], NEW[0], {"BGXW": "2"}, None),
        (OLD[0], OLD[0], {"BGXW": "2"}, "id_kept"),
        (OLD[0], None, {"BGXW": "2"}, "id_kept"),
        (OLD[0], OLD[1], {"BGXW": "2"}, "id_reused"),
        (OLD[0], None, {"BGXW": "0", **AFTER}, None),
        (OLD[0], None, {"BGXW": "0", **AFTER, "BGHKCMJ": 0.0}, None),
        (OLD[0], NEW[0], {"BGXW": "0"}, "after_filled"),
        (OLD[0], None, {"BGXW": "0", **AFTER, "BGHTBDLMJ": 5.0}, "after_filled"),
        (None, NEW[0], {"BGXW": "3", **BEFORE}, None),
        (OLD[0], NEW[0], {"BGXW": "3"}, "before_filled"),
    ],
)
def test_action_and_identifiers(make, before, after, changes, cause):
    changes = {**changes, "BGQTBBSM": before, "BGHTBBSM": after}
    table = process(make, piece(1, before, after, 1000.0, **changes))
    previous = last_year(make, {OLD[0]: 1000.0, OLD[1]: 1000.0})
    judgement = make.judge("L34", make.case(table, previous=previous))
    assert judgement.tested == 1
    assert [f.cause for f in judgement.findings] == ([] if cause is None else [cause])


def test_an_unknown_action_is_the_business_of_the_codes(make):
    table = process(make, piece(1, OLD[0], OLD[0], 1000.0, BGXW="9"))
    judgement = make.judge("L34", make.case(table))
    assert (judgement.tested, judgement.findings, judgement.not_checkable) == (0, [], 1)


# --- L35

LEFT, RIGHT = shapely.box(0, 0, 60, 100), shapely.box(60, 0, 100, 100)
WHOLE = shapely.box(0, 0, 100, 100)


def rebuilt(make, pieces, before=WHOLE, wkt=("", "")):
    table = process(make, *split(make, *(p.area for p in pieces)), geometry=pieces)
    previous = last_year(make, {OLD[0]: 10000.0}, geometry=[before])
    table.wkt, previous.wkt = wkt
    return make.judge("L35", make.case(table, previous=previous))


def test_pieces_that_rebuild_the_old_parcel(make):
    judgement = rebuilt(make, [LEFT, RIGHT])
    assert (judgement.tested, judgement.findings) == (1, [])
    # 0.1 m² and what 0.0001 m along an edge of 400 m may do.
    assert rebuilt(make, [LEFT, shapely.box(60, 0, 100.0013, 100)]).findings == []
    assert len(rebuilt(make, [LEFT, shapely.box(60, 0, 100.0015, 100)]).findings) == 1


def test_a_piece_that_is_missing(make):
    (finding,) = rebuilt(make, [LEFT]).findings
    assert finding.object_id == OLD[0]
    assert finding.measured == "4000.00"
    assert finding.where.area == pytest.approx(4000.0)


def test_a_boundary_that_moved(make):
    (finding,) = rebuilt(make, [LEFT, shapely.box(60, 0, 100.1, 100)]).findings
    assert finding.measured == "10.00"


def test_what_cannot_be_rebuilt_is_not_checkable(make):
    broken = shapely.Polygon([(60, 0), (100, 100), (100, 0), (60, 100)])
    for pieces in ([LEFT, None], [LEFT, broken]):
        shapes = process(make, *split(make, 6000.0, 4000.0), geometry=pieces)
        previous = last_year(make, {OLD[0]: 10000.0}, geometry=[WHOLE])
        judgement = make.judge("L35", make.case(shapes, previous=previous))
        assert (judgement.tested, judgement.findings, judgement.not_checkable) == (0, [], 1)


def test_another_frame_is_not_checkable(make):
    from osgeo import osr

    def wkt(code):
        frame = osr.SpatialReference()
        frame.ImportFromEPSG(code)
        return frame.ExportToWkt()

    judgement = rebuilt(make, [LEFT], wkt=(wkt(4527), wkt(4526)))
    assert (judgement.tested, judgement.findings, judgement.not_checkable) == (0, [], 1)
    assert len(rebuilt(make, [LEFT], wkt=(wkt(4527), wkt(4527))).findings) == 1


def test_no_last_year_no_judgement(make):
    judgement = make.judge("L35", make.case(process(make, *split(make, 1.0))))
    assert (judgement.tested, judgement.not_checkable) == (0, 1)


# --- L36


@pytest.mark.parametrize(
    ("said", "bad"),
    [
        ("2023-12-31", False),
        ("20231231", False),
        ("2023/12/31", False),
        ("2023-12-31T00:00:00", False),
        ("2023-12-31 00:00:00+08", False),
        ("2022-12-31", True),
        ("2023-12-30", True),
        ("去年", True),
    ],
)
def test_update_date(make, said, bad):
    rows = [make.parcel(GXSJ=said), make.parcel(GXSJ="2023-12-31")]
    case = make.case(make.table("DLTBGX", make.number(rows)))
    findings = make.judge("L36", case).findings
    assert [(f.object_id, f.key) for f in findings] == ([(rows[0]["BSM"], "GXSJ")] if bad else [])


def test_update_year(make):
    rows = [make.parcel(GXSJ="2023-12-31", SJNF=year) for year in (2023.0, 2022.0, 2023.0)]
    (finding,) = make.judge("L36", make.case(make.table("DLTBGX", make.number(rows)))).findings
    assert (finding.key, finding.measured, finding.expected) == ("SJNF", "2022", "2023")


def test_last_years_template_is_one_finding(make):
    rows = [make.parcel(GXSJ="2022-12-31", SJNF=2022.0) for _ in range(5)]
    findings = make.judge("L36", make.case(make.table("DLTBGX", make.number(rows)))).findings
    assert sorted((f.key, f.cause) for f in findings) == [
        ("GXSJ", "whole_layer"),
        ("SJNF", "whole_layer"),
    ]


def test_an_unknown_year_is_taken_from_the_rows(make):
    rows = [make.parcel(GXSJ="2023-12-31") for _ in range(9)] + [make.parcel(GXSJ="2021-12-31")]
    table = make.table("DLTBGX", make.number(rows))
    assert len(make.judge("L36", make.case(table, year=0)).findings) == 1
    mixed = [make.parcel(GXSJ="2023-12-31", SJNF=2020.0 + i) for i in range(4)]
    judgement = make.judge("L36", make.case(make.table("DLTBGX", make.number(mixed)), year=0))
    assert (judgement.tested, judgement.not_checkable) == (0, 4)


# --- L38


def flow(make, remarks):
    rows = [
        piece(n, OLD[0], bsm, 100.0, BGQDLBM="0301", BGHDLBM="0103")
        for n, bsm in enumerate(NEW, start=1)
    ]
    rows.append(piece(9, OLD[1], "371402211000000109", 100.0, BGQDLBM="0301", BGHDLBM="0302"))
    ends = [make.parcel(BSM=bsm, BZ=remark) for bsm, remark in zip(NEW, remarks)]
    return make.judge("L38", make.case(process(make, *rows), make.table("DLTBGX", ends)))


def test_cropland_that_comes_without_a_word(make):
    judgement = flow(make, ["复垦", None, " "])
    assert judgement.tested == 3
    assert [f.key for f in judgement.findings] == NEW[1:]
    assert "0301 → 0103" in judgement.findings[0].message.zh


def test_a_county_without_the_habit_is_left_alone(make):
    judgement = flow(make, [None, None, None])
    assert (judgement.tested, judgement.findings, judgement.not_checkable) == (0, [], 3)


# --- the layers as a whole


def test_a_clean_update_says_nothing(make):
    rows = [
        piece(1, OLD[0], NEW[0], 6000.0),
        piece(2, OLD[0], NEW[1], 4000.0),
        piece(3, OLD[2], OLD[2], 500.0, BGXW="1"),
    ]
    ends = [
        make.parcel("0301", BSM=bsm, GXSJ="2023-12-31", TBBH=str(n))
        for n, bsm in enumerate([*NEW[:2], OLD[2]], start=1)
    ]
    previous = last_year(make, {OLD[0]: 10000.0, OLD[2]: 500.0}, geometry=[WHOLE, WHOLE])
    pieces = process(make, *rows, geometry=[LEFT, RIGHT, WHOLE])
    said = make.said(
        pieces,
        make.table("DLTBGX", ends),
        previous=previous,
        without=("schema.layer_missing", "schema.field_missing", "schema.ysdm"),
    )
    assert said == []


def test_nothing_raises_on_rubbish(make):
    rubbish = [None, "", "０１", float("nan"), 1e308, -5, "NULL", "abc"]
    names = list(PIECE) + ["BGQTBBSM", "BGHTBBSM", "TBBGMJ", "BGHTBDLMJ", "BSM"]
    rng = np.random.default_rng(1)
    rows = [{name: rubbish[rng.integers(len(rubbish))] for name in names} for _ in range(60)]
    case = make.case(process(make, *rows), previous=last_year(make, {OLD[0]: float("nan")}))
    for finding in make.all_findings(case):
        assert finding.message.zh
        assert finding.message.en
