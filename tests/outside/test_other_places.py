"""Counties on other real terrain: the honest ones pass, planted errors are found, no others are."""

import numpy as np
import other_places
import pytest
from spoil import rules_found

PLACES = {
    # surveyor's cells, checker's cells, hectares of a parcel
    "penn, surveyed on 10 m": (other_places.penn, 10.0, 30.0, 2.5),
    "somerset, surveyed on 2 m": (other_places.somerset, 2.0, 10.0, 0.9),
}


@pytest.fixture(scope="module", params=PLACES)
def place(request, shared_data, tmp_path_factory):
    """Layers of an honest county, its shares by grade, and the checker's own DEM."""
    read, surveyed, checked, hectares = PLACES[request.param]
    native = read(shared_data)
    survey = native if surveyed == native.cell else native.on(surveyed)
    dem = native if checked == native.cell else native.on(checked)
    made, share = other_places.county(survey, 160, hectares)
    return made, share, dem.write(tmp_path_factory.mktemp("place") / "dem.tif")


def _verify(bench, made, dem):
    layers = other_places.layers(made, bench.layers())
    return bench.verify(layers, dem=dem, ridge_coefficients=other_places.RIDGES)


def _copy(made):
    return {
        name: ([dict(row) for row in rows], list(shapes), k)
        for name, (rows, shapes, k) in made.items()
    }


def test_an_honest_county_is_not_accused(bench, place):
    made, _, dem = place
    found = _verify(bench, made, dem)
    assert not [f for f in found.findings if f.verdict.value == "inconsistent"]
    assert len(found.findings) <= 3
    assert all(f.family.value in ("terrain", "heights") for f in found.findings)
    assert (found.parcels.outcome == "accepted").sum() > 80


def test_lowered_grades_are_found_and_no_others(bench, place):
    made, share, dem = place
    made = _copy(made)
    rows = made["DLTB"][0]
    crop = [n for n, row in enumerate(rows) if row["GDPDJB"]]
    one = [n for n in crop if (g := int(np.argmax(share[n]))) > 1 and share[n, g - 1] < 0.1][:5]
    two = [n for n in crop if int(np.argmax(share[n])) == 3 and n not in one][:5]
    for n in one:
        other_places.regrade(rows[n], int(np.argmax(share[n])) - 1)
    for n in two:
        other_places.regrade(rows[n], 1)
    found = _verify(bench, made, dem)
    told = {f.object_id for f in found.findings if f.rule_id == "terrain.slope_grade"}
    planted = {rows[n]["BSM"] for n in one + two}
    assert len(planted & told) >= 9
    assert len(told - planted) <= 3
    assert set(rules_found(found)) <= {"terrain.slope_grade", "heights.bias"}
    review = dict(zip(found.parcels.bsm, found.parcels.outcome))
    assert sum(review[bsm] == "review" for bsm in planted) >= 8


def test_planted_slips_are_found_each_by_one_rule(bench, place):
    made, _, dem = place
    made = _copy(made)
    rows = made["DLTB"][0]
    graded = [row for row in rows if row["KCXS"]][:6]
    plain = [row for row in rows if not row["GDPDJB"]][:6]
    graded[0]["TBMJ"] = round(graded[0]["TBMJ"] * 1.03, 2)
    other_places.deduct(graded[0])
    graded[1]["KCMJ"] = round(graded[1]["KCMJ"] * 0.9, 2)
    graded[1]["TBDLMJ"] = round(graded[1]["TBMJ"] - graded[1]["KCMJ"], 2)
    graded[2]["TBDLMJ"] = graded[2]["TBMJ"]
    graded[3]["KCXS"] = round(graded[3]["KCXS"] * 0.6, 4)
    other_places.deduct(graded[3])
    graded[4]["ZZSXDM"] = graded[4]["ZZSXMC"] = None
    plain[0]["DLBM"] = "0399"
    plain[1]["DLMC"] = "水田"
    plain[2]["QSXZ"] = "99"
    plain[3]["QSDWMC"] = None
    plain[4]["BSM"] = plain[4]["BSM"][:-1]
    plain[5]["GDPDJB"] = "2"
    made["GCZJD"][0][5]["BSGC"] += 120.0
    found = _verify(bench, made, dem)
    counts = rules_found(found)
    for doubt in ("terrain.slope_grade", "heights.bias"):
        counts.pop(doubt, None)
    assert counts == dict.fromkeys(
        [
            "L21",
            "L19",
            "L20",
            "L18",
            "L03",
            "codes.land_class",
            "L29",
            "codes.value",
            "schema.mandatory_empty",
            "codes.bsm_form",
            "L14",
            "heights.blunder",
        ],
        1,
    )
