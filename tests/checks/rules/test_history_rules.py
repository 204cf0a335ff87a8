"""Last year against this: identifiers, transitions, deductions, what nobody recorded."""

import numpy as np
import pytest
import shapely

from onemap_verify.checks.findings import Family, Verdict
from onemap_verify.checks.options import Options
from onemap_verify.checks.verify import verify
from tests.fixtures.packages import DLTB, REAL, TEXT, parcels, squares, write_layer

FIELDS = {
    **DLTB,
    "GDLX": (TEXT, 2, 0),
    "GDPDJB": (TEXT, 2, 0),
    "KCXS": (REAL, 6, 4),
    "TBXHDM": (TEXT, 6, 0),
}


def county(codes, year, **columns):
    rows = parcels(len(codes), year=year)
    for i, (row, code) in enumerate(zip(rows, codes)):
        row["DLBM"] = code
        row.update({name: values[i] for name, values in columns.items()})
    return rows


def judged(tmp_path, was, now, shapes=None, shapes_before=None, families=(Family.HISTORY,)):
    shapes = squares(len(now), side=40.0) if shapes is None else shapes
    before = squares(len(was), side=40.0) if shapes_before is None else shapes_before
    write_layer(tmp_path / "was.gpkg", was, before, fields=FIELDS)
    write_layer(tmp_path / "now.gpkg", now, shapes, fields=FIELDS)
    return verify(
        Options(
            submission=tmp_path / "now.gpkg",
            findings=tmp_path / "f.gpkg",
            previous=str(tmp_path / "was.gpkg"),
            families=families,
            strict=True,
        )
    )


def told(result):
    return {(each.parcel_bsm[-2:] or each.object_id, each.cause) for each in result.findings}


def test_an_honest_year_says_nothing(tmp_path):
    codes = ["0102", "0103", "0301", "0702", "1104", "0404"] * 50
    after = list(codes)
    after[0], after[6], after[7] = "0702", "1006", "0601"  # building on cropland: real life
    assert told(judged(tmp_path, county(codes, 2022), county(after, 2023))) == set()


def test_unlikely_transitions_are_doubts_of_low_score(tmp_path):
    was = ["0601", "1104", "0101", "1003", "0102", "0601", "1101"]
    now = ["0102", "0101", "0103", "0103", "0601", "0601", "1101"]
    result = judged(tmp_path, county(was, 2022), county(now, 2023))
    assert told(result) == {(f"{n:02d}", "unlikely_transition") for n in (1, 2, 3, 4)}
    assert all(f.verdict is Verdict.DOUBTFUL and f.score <= 0.5 for f in result.findings)
    assert {f.evidence["was"] for f in result.findings} == {"0601", "1104", "0101", "1003"}


def test_cropland_in_water_unless_marked(tmp_path):
    was, now = ["1101", "1102", "1101", "0102"], ["0103", "0103", "0103", "0102"]
    rows = county(now, 2023, TBXHDM=["", "", "HDGD", ""])
    result = judged(tmp_path, county(was, 2022), rows)
    causes = told(result)
    assert {("01", "cropland_in_water"), ("02", "cropland_in_water")} <= causes
    assert ("03", "cropland_in_water") not in causes
    # The same fact is not told twice.
    assert ("01", "unlikely_transition") not in causes


def test_identifiers_used_again_and_a_layer_numbered_anew(tmp_path):
    count = 200
    codes = ["0102"] * count
    shapes = squares(count, side=40.0)
    moved = shapes.copy()
    moved[7] = shapely.affinity.translate(shapes[7], 5000.0)
    result = judged(tmp_path, county(codes, 2022), county(codes, 2023), moved)
    (finding,) = [f for f in result.findings if f.cause == "id_reused"]
    assert finding.parcel_bsm.endswith("08")
    assert float(finding.measured) == pytest.approx(5000 - 40, abs=45)


def test_a_layer_numbered_anew_is_one_doubt(tmp_path):
    codes = ["0102"] * 200
    shapes = squares(200, side=40.0)
    result = judged(tmp_path, county(codes, 2022), county(codes, 2023), shapes[::-1])
    found = [f for f in result.findings if f.rule_id == "history.id_reused"]
    assert [f.cause for f in found] == ["renumbered"] and found[0].parcel_bsm == ""


def test_a_coefficient_lowered_alone_and_a_revised_table(tmp_path):
    count = 60
    was = county(["0103"] * count, 2022, KCXS=[0.12] * count, GDPDJB=["3"] * count)
    lowered = np.full(count, 0.12)
    lowered[4] = 0.05
    now = county(["0103"] * count, 2023, KCXS=list(lowered), GDPDJB=["3"] * count)
    assert told(judged(tmp_path, was, now)) == {("05", "deduction_lowered")}
    (tmp_path / "second").mkdir()
    now = county(["0103"] * count, 2023, KCXS=[0.10] * count, GDPDJB=["3"] * count)
    result = judged(tmp_path / "second", was, now)
    assert [f.cause for f in result.findings] == ["coefficient_table_changed"]
    assert result.findings[0].parcel_bsm == ""


def test_last_year_again_only_in_another_year(tmp_path):
    codes = ["0102", "0301"] * 150
    result = judged(tmp_path, county(codes, 2022), county(codes, 2023))
    assert told(result) == {("DLTB", "last_year_again")}
    (tmp_path / "same").mkdir()
    result = judged(tmp_path / "same", county(codes, 2023), county(codes, 2023))
    assert told(result) == set()


def test_an_identifier_far_beyond_all_others(tmp_path):
    rows = county(["0102"] * 100, 2023)
    rows[99]["BSM"] = rows[99]["BSM"][:10] + "90000001"
    result = judged(tmp_path, county(["0102"] * 100, 2022), rows)
    assert ("id_jump") in {f.cause for f in result.findings}


def test_a_change_without_a_record(tmp_path):
    count = 100
    was = county(["0102"] * count, 2022)
    codes = ["0102"] * count
    codes[10], codes[50] = "0601", "0601"
    shapes = squares(count, side=40.0)
    folder = tmp_path / "package"
    folder.mkdir()
    rows = county(codes, 2023)
    write_layer(tmp_path / "was.gpkg", was, shapes, fields=FIELDS)
    write_layer(folder / "DLTB.gpkg", rows, shapes, fields=FIELDS)
    write_layer(folder / "DLTBGX.gpkg", [rows[10]], [shapes[10]], layer="DLTBGX", fields=FIELDS)
    result = verify(
        Options(
            submission=folder,
            findings=tmp_path / "f.gpkg",
            previous=str(tmp_path / "was.gpkg"),
            families=(Family.HISTORY,),
            strict=True,
        )
    )
    assert told(result) == {("51", "unrecorded_change")}


def test_without_last_year_nothing_is_checkable(tmp_path):
    write_layer(tmp_path / "now.gpkg", parcels(5), squares(5))
    result = verify(
        Options(
            submission=tmp_path / "now.gpkg",
            findings=tmp_path / "f.gpkg",
            families=(Family.HISTORY,),
            strict=True,
        )
    )
    assert result.findings == []
    assert all(run.reason.zh for run in result.runs if run.family == "history")


def test_no_parcel_is_accused_where_the_frame_is_mistaken(tmp_path):
    # A few parcels so small that the shift puts them wholly elsewhere.
    shapes = squares(200, side=300.0)
    shapes[::25] = [shapely.affinity.scale(each, 0.05, 0.05) for each in shapes[::25]]
    moved = [shapely.affinity.translate(each, 83.0, 61.0) for each in shapes]
    codes = list(np.random.default_rng(5).choice(["0102", "0301", "0601", "1104"], 200))
    families = (Family.HISTORY, Family.PACKAGE, Family.SCHEMA)
    rows = county(codes, 2022), county(codes, 2023)
    result = judged(tmp_path, *rows, np.array(moved), shapes, families)
    assert "datum_shift" in {each.cause for each in result.findings}
    assert not [f for f in result.findings if f.rule_id.startswith("history.") and f.parcel_bsm]
