"""What is planted is found, and nothing else is said because of it."""

import numpy as np
from spoil import rules_found


def test_a_few_later_years_do_not_make_a_later_survey(bench):
    layers = bench.layers("DLTB")
    for row in layers["DLTB"].rows[:3]:
        row["SJNF"] = 2031
    found = bench.verify(layers)
    assert found.package["year"] == 2023
    assert rules_found(found, "codes") == {"codes.year": 3}


def test_a_wrong_village_area_is_not_a_wrong_town_area_as_well(bench):
    layers = bench.layers("DLTB", "XZQ", "CJDCQ")
    layers["CJDCQ"].rows[0]["DCMJ"] += 50.0
    assert rules_found(bench.verify(layers), "area") == {"L22": 1}


def test_a_height_far_off_where_all_others_fit_is_doubted(bench):
    """Nothing on gentle ground explains 15 m where all others agree to half a metre."""
    layers = bench.layers("DLTB", "GCZJD")
    honest = [f for f in bench.verify(layers).findings if f.rule_id == "heights.blunder"]
    assert not honest
    spots = layers["GCZJD"].rows
    wrong = np.random.default_rng(3).choice(len(spots), 3, replace=False)
    for place in wrong:
        spots[place]["BSGC"] += 15.0
    found = [f for f in bench.verify(layers).findings if f.rule_id == "heights.blunder"]
    assert {f.object_id for f in found} == {spots[place]["BSM"] for place in wrong}


def test_the_order_of_rows_changes_nothing(bench):
    from onemap_verify.checks.record import finding_row

    def found(order):
        layers = bench.layers("DLTB", "XZQ", "CJDCQ")
        dltb = layers["DLTB"]
        for one, other in ((3, 40), (5, 60), (5, 61)):
            dltb.rows[other]["BSM"] = dltb.rows[one]["BSM"]
        dltb.rows[70]["TBMJ"] *= 1.03
        dltb.shapes[80] = dltb.shapes[81]
        dltb.rows = [dltb.rows[n] for n in order]
        dltb.shapes = [dltb.shapes[n] for n in order]
        said = bench.verify(layers).findings
        return [(finding_row(f), None if f.where is None else f.where.wkt) for f in said]

    straight = np.arange(207)
    shuffled = np.random.default_rng(1).permutation(straight)
    assert len(found(straight)) > 4
    assert found(shuffled) == found(straight)


def test_an_area_alone_changed_is_told_by_its_shape_only(bench):
    layers = bench.layers("DLTB", "XZQ", "CJDCQ", "CZCDYD")
    for row in layers["DLTB"].rows[20:24]:
        row["TBMJ"] = round(row["TBMJ"] * 1.03, 2)
    assert rules_found(bench.verify(layers), "area", "logic") == {"L21": 4}


def test_all_areas_inflated_break_no_sums_besides(bench):
    layers = bench.layers("DLTB", "XZQ", "CJDCQ", "CZCDYD")
    for row in layers["DLTB"].rows:
        row["TBMJ"] = round(row["TBMJ"] * 1.03, 2)
    assert rules_found(bench.verify(layers), "area", "logic") == {"L21": 207}


def test_areas_in_another_unit_are_one_finding_that_names_it(bench):
    for unit, size in (("unit_hectare", 10_000), ("unit_mu", 10_000 / 15)):
        layers = bench.layers("DLTB", "XZQ", "CJDCQ", "CZCDYD")
        for row in layers["DLTB"].rows:
            for name in ("TBMJ", "KCMJ", "TBDLMJ"):
                row[name] = None if row[name] is None else round(row[name] / size, 2)
        found = [f for f in bench.verify(layers).findings if f.family.value == "area"]
        assert [(f.rule_id, f.cause) for f in found] == [("L21", unit)]


def test_a_field_never_filled_in_is_one_finding(bench):
    layers = bench.layers("DLTB")
    for row in layers["DLTB"].rows:
        row["ZZSXDM"] = row["ZZSXMC"] = None
    found = bench.verify(layers)
    said = [f for f in found.findings if f.family.value == "logic"]
    assert [(f.rule_id, f.object_id) for f in said] == [("L03", "ZZSXDM")]
    assert said[0].evidence["rows"] > 100
