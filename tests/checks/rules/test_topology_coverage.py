"""Rules about how layers fit: what is found, what is said of it, what is left in peace."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon
from synthetic_coverage import boxes, case, county, noisy, table

from onemap_verify.checks.findings import Severity, Verdict
from onemap_verify.checks.rules.topology import rules


@pytest.fixture(scope="module")
def judge(standard):
    """All findings of the family, or of one rule, on some layers."""

    def run(layers, only=None):
        whole = case(layers, standard)
        out = []
        for rule in rules(standard):
            if only is None or rule.id == only:
                judgement = rule.judge(whole)
                assert judgement.tested + judgement.not_checkable > 0 or judgement.reasons
                out += judgement.findings
        return out

    return run


def ids(findings):
    return sorted(finding.rule_id for finding in findings)


def replaced(layers, name, row, geometry):
    layers[name].geometry[row] = geometry
    return layers


def test_every_rule_of_the_data_exists_and_only_those(standard):
    written = [rule.id for rule in rules(standard)]
    told = [name for name, spec in standard.rules.items() if spec.family.value == "topology"]
    assert written == told


@pytest.mark.parametrize("size", [0, 1e-7, 1e-4])
def test_an_honest_county_is_left_in_peace(judge, size):
    layers = county(rows=8, columns=8)
    if size:
        layers["DLTB"].geometry[:] = noisy(layers["DLTB"].geometry, size)
    assert judge(layers) == []


def test_an_enclave_is_left_in_peace(judge):
    layers = county()
    enclave = layers["DLTB"].geometry[14]
    for name in ("XZQ", "CJDCQ"):
        for row, polygon in enumerate(layers[name].geometry):
            layers[name].geometry[row] = shapely.difference(polygon, enclave)
    assert layers["XZQ"].geometry[0].interiors
    keep = np.arange(36) != 14
    old = layers["DLTB"]
    columns = {key: values[keep] for key, values in old.columns.items()}
    layers["DLTB"] = table("DLTB", old.geometry[keep], **columns)
    assert judge(layers) == []


def test_a_gap_is_one_finding(judge):
    layers = county()
    bare = layers["DLTB"].geometry[14]
    keep = np.arange(36) != 14
    old = layers["DLTB"]
    layers["DLTB"] = table(
        "DLTB", old.geometry[keep], **{key: values[keep] for key, values in old.columns.items()}
    )
    (found,) = judge(layers)
    assert found.rule_id == "topology.gap"
    assert (found.verdict, found.severity) == (Verdict.INCONSISTENT, Severity.B)
    assert found.where.equals(bare)
    assert found.object_id == found.parcel_bsm == "410101211000000008"
    assert found.evidence["area_m2"] == pytest.approx(bare.area, abs=1e-6)
    assert found.evidence["neighbour_count"] == 4
    assert f"{bare.area:.3f}" in found.message.zh and f"{bare.area:.3f} m²" in found.message.en
    json.dumps(found.evidence)


def test_a_hole_without_any_frame_is_only_doubtful(judge):
    layers = {"DLTB": county()["DLTB"]}
    grid = layers["DLTB"]
    keep = np.arange(36) != 14
    layers["DLTB"] = table(
        "DLTB", grid.geometry[keep], **{key: values[keep] for key, values in grid.columns.items()}
    )
    found = [f for f in judge(layers) if f.rule_id == "topology.gap"]
    assert [(f.verdict, f.cause) for f in found] == [(Verdict.DOUBTFUL, "possible_enclave")]


def test_a_narrow_hole_of_the_county_itself_is_doubtful(judge):
    outline = Polygon(shapely.box(0, 0, 5000, 5000).exterior, [shapely.box(9, 9, 900, 12).exterior])
    wide = Polygon(shapely.box(0, 0, 5000, 5000).exterior, [shapely.box(9, 9, 900, 99).exterior])
    (found,) = judge({"XZQ": table("XZQ", [outline])}, "topology.gap")
    assert (found.verdict, found.layer) == (Verdict.DOUBTFUL, "XZQ")
    assert judge({"XZQ": table("XZQ", [wide])}, "topology.gap") == []


def test_bare_ground_at_the_rim_is_told_once(judge):
    layers = county()
    x0, y0, x1, y1 = layers["XZQ"].geometry[0].bounds
    layers["XZQ"].geometry[0] = shapely.box(x0, y0, x1, y1 + 25)
    found = judge(layers)
    # CJDCQ leaves the rim bare, and DLTB with it: one fact for each piece of ground.
    assert set(ids(found)) == {"topology.rim"}
    assert {f.layer for f in found} == {"XZQ"}
    assert {f.key.split()[0] for f in found} == {"CJDCQ"}
    bare = layers["XZQ"].geometry[0].area - shapely.area(layers["DLTB"].geometry).sum()
    assert sum(f.evidence["area_m2"] for f in found) == pytest.approx(bare, rel=1e-6)


def test_no_parcels_in_half_the_county(judge):
    layers = county()
    old = layers["DLTB"]
    keep = np.arange(36) >= 18
    layers["DLTB"] = table(
        "DLTB", old.geometry[keep], **{key: values[keep] for key, values in old.columns.items()}
    )
    (found,) = judge(layers)
    assert (found.rule_id, found.layer, found.object_id) == (
        "topology.rim",
        "XZQ",
        layers["XZQ"].object_ids[0],
    )
    assert found.evidence["area_m2"] == pytest.approx(shapely.area(old.geometry[:18]).sum())


def test_the_gap_of_a_lost_shape_is_not_told_again(judge):
    layers = replaced(county(), "DLTB", 14, None)
    assert ids(judge(layers)) == ["topology.missing_geometry"]


def test_an_overlap_is_one_finding_named_from_both_sides_alike(judge):
    layers = county()
    grid = layers["DLTB"].geometry
    both = shapely.union_all(grid[[13, 14]])
    layers["DLTB"].geometry[13] = shapely.intersection(shapely.buffer(grid[13], 2.0), both)
    (found,) = judge(layers)
    assert found.rule_id == "topology.overlap"
    assert found.verdict == Verdict.INCONSISTENT
    assert (found.object_id, found.key) == ("410101211000000013", "410101211000000014")
    shared = shapely.intersection(layers["DLTB"].geometry[13], grid[14])
    assert float(found.measured) == pytest.approx(shared.area, abs=1e-3)
    backward = layers["DLTB"]
    order = np.arange(36)[::-1]
    layers["DLTB"] = table(
        "DLTB",
        backward.geometry[order],
        **{key: values[order] for key, values in backward.columns.items()},
    )
    (again,) = judge(layers)
    assert again.finding_id == found.finding_id
    assert again.message == found.message


@pytest.mark.parametrize(
    ("bounds", "cause", "verdict"),
    [
        ([(0, 0, 100, 50), (0, 49.995, 100, 90)], "snapping", Verdict.DOUBTFUL),
        ([(0, 0, 100, 50), (0, 49.9, 100, 90)], "", Verdict.INCONSISTENT),
        ([(0, 0, 100, 50), (20, 20, 40, 40)], "contained", Verdict.INCONSISTENT),
        ([(0, 0, 100, 50), (0, 0, 100.01, 50.01)], "duplicate", Verdict.INCONSISTENT),
    ],
)
def test_the_cause_of_an_overlap_is_named(judge, bounds, cause, verdict):
    (found,) = judge({"CJDCQ": table("CJDCQ", boxes(*bounds))}, "topology.overlap")
    assert (found.cause, found.verdict) == (cause, verdict)


def test_an_overlap_into_the_next_village_is_not_told_again(judge):
    layers = county()
    grid = layers["DLTB"].geometry
    both = shapely.union_all(grid[[14, 15]])  # columns 2 and 3: two villages
    layers["DLTB"].geometry[14] = shapely.intersection(shapely.buffer(grid[14], 2.0), both)
    assert ids(judge(layers)) == ["topology.overlap"]


def test_other_layers_may_have_reasons_to_overlap(judge):
    shapes = boxes((0, 0, 100, 50), (0, 40, 100, 90))
    (found,) = judge({"LSYD": table("LSYD", shapes)})
    assert (found.rule_id, found.verdict) == ("topology.overlap", Verdict.DOUBTFUL)
    # What is no part of the survey database is not looked at.
    assert judge({"STBHHX": table("STBHHX", shapes)}) == []


def test_copies_are_copies_and_not_overlaps(judge):
    layers = county()
    old = layers["DLTB"]
    again = np.append(np.arange(36), [14, 14])
    columns = {key: values[again] for key, values in old.columns.items()}
    columns["BSM"] = [f"{i:018d}" for i in range(38)]
    layers["DLTB"] = table("DLTB", old.geometry[again], **columns)
    found = judge(layers)
    assert ids(found) == ["topology.duplicate"] * 2
    assert {(f.object_id, f.key) for f in found} == {
        (f"{14:018d}", f"{36:018d}"),
        (f"{14:018d}", f"{37:018d}"),
    }


def test_an_invalid_parcel_is_told_once_and_breaks_nothing(judge):
    layers = county()
    old = layers["DLTB"].geometry[14]
    xy = shapely.get_coordinates(old)
    xy[[4, 12]] = xy[[12, 4]]
    layers["DLTB"].geometry[14] = Polygon(xy)
    assert not layers["DLTB"].geometry[14].is_valid
    found = judge(layers)
    invalid = [f for f in found if f.rule_id == "topology.invalid"]
    assert [f.object_id for f in invalid] == ["410101211000000014"]
    assert invalid[0].cause == "self_intersection"
    # Neither the ground that the knot loses nor the loop it gains is told again.
    assert len(found) == 1


def test_a_ring_that_touches_itself_is_a_small_doubt(judge):
    shape = Polygon([(0, 0), (100, 0), (100, 100), (50, 0), (0, 100)])
    (found,) = judge({"CJDCQ": table("CJDCQ", [shape])}, "topology.invalid")
    assert (found.verdict, found.severity) == (Verdict.DOUBTFUL, Severity.D)
    assert found.cause == "ring_self_touch"
    assert found.where.equals(shapely.Point(50, 0))


def test_a_parcel_across_the_village_boundary(judge):
    layers = county()
    grid = layers["DLTB"].geometry
    both = shapely.coverage_union_all(grid[[14, 15]])  # columns 2 and 3: two villages
    old = layers["DLTB"]
    keep = np.arange(36) != 15
    geometry = grid.copy()
    geometry[14] = both
    layers["DLTB"] = table(
        "DLTB", geometry[keep], **{key: values[keep] for key, values in old.columns.items()}
    )
    found = judge(layers)
    assert ids(found) == ["topology.in_village"]
    outside = float(found[0].measured)
    assert outside == pytest.approx(min(grid[14].area, grid[15].area), abs=0.01) or (
        outside == pytest.approx(max(grid[14].area, grid[15].area), abs=0.01)
    )


def test_the_code_of_another_village(judge):
    layers = county()
    codes = layers["CJDCQ"].text("ZLDWDM")
    layers["DLTB"].columns["ZLDWDM"][14] = codes[3]
    (found,) = [f for f in judge(layers) if f.rule_id != "L37"]
    assert found.rule_id == "topology.village_code"
    assert (found.measured, found.expected) == (codes[3], codes[0])
    assert found.verdict == Verdict.INCONSISTENT


def test_swapped_codes_of_two_villages_are_two_findings(judge):
    layers = county(rows=8, columns=8)
    codes = layers["CJDCQ"].columns["ZLDWDM"]
    codes[[0, 1]] = codes[[1, 0]]
    found = judge(layers)
    assert ids(found) == ["topology.village_code"] * 2
    assert {f.layer for f in found} == {"CJDCQ"}
    assert {f.evidence["parcels_with_other_code"] for f in found} == {16}


def test_a_code_that_no_village_has_is_for_the_rules_of_codes(judge, standard):
    layers = county()
    layers["DLTB"].columns["ZLDWDM"][:3] = ["", "9" * 19, None]
    (rule,) = [rule for rule in rules(standard) if rule.id == "topology.village_code"]
    judgement = rule.judge(case(layers, standard))
    assert (judgement.findings, judgement.tested, judgement.not_checkable) == ([], 33, 3)


def test_only_the_last_digits_differ(judge):
    layers = county()
    codes = layers["CJDCQ"].columns["ZLDWDM"]
    codes[1] = codes[0][:12] + "0000001"
    (found,) = judge(layers, "topology.village_code") or [None]
    assert found is None or found.verdict == Verdict.DOUBTFUL


def test_a_village_beyond_the_county(judge):
    layers = county()
    grid = layers["DLTB"].geometry
    layers["XZQ"].geometry[0] = shapely.coverage_union_all(grid[6:])
    found = judge(layers)
    assert ids(found) == ["topology.in_district"] * 2
    assert {f.layer for f in found} == {"CJDCQ"}
    assert sum(float(f.measured) for f in found) == pytest.approx(
        shapely.area(grid[:6]).sum(), abs=0.01
    )
    del layers["CJDCQ"]
    found = judge(layers)
    assert ids(found) == ["topology.in_district"] * 6
    assert {f.cause for f in found} == {"no_holder"}


def test_layers_in_different_frames_are_not_compared(standard):
    layers = county()
    shift = 38_000_000
    layers["CJDCQ"].geometry[:] = shapely.transform(
        layers["CJDCQ"].geometry, lambda xy: xy - [shift, 0]
    )
    whole = case(layers, standard)
    for rule in rules(standard):
        judgement = rule.judge(whole)
        assert judgement.findings == []
        if rule.id in ("topology.in_village", "topology.in_district", "topology.village_code"):
            assert judgement.tested == 0
            assert judgement.not_checkable > 0
            assert "different frames" in next(iter(judgement.reasons)).en


def test_degrees_are_measured_in_metres(judge):
    def degrees(geometry):
        return shapely.transform(
            geometry, lambda xy: (xy - [38_500_000, 4_000_000]) / 100_000 + [114, 36]
        )

    layers = county()
    for layer in layers.values():
        layer.geometry[:] = degrees(layer.geometry)
        layer.wkt = 'GEOGCS["CGCS2000"]'
    del layers["DLTB"].columns["TBMJ"]
    assert judge(layers) == []
    bare = layers["DLTB"].geometry[14]
    area = bare.area * 111_195**2 * np.cos(np.radians(36))
    layers["DLTB"].geometry[14] = None
    found = [f for f in judge(layers) if f.rule_id == "topology.gap"]
    assert [f.evidence["area_m2"] for f in found] == pytest.approx([area], rel=1e-3)
    assert shapely.equals_exact(found[0].where.normalize(), bare.normalize(), 1e-9)


WIDTHS = st.floats(0.0105, 100).map(lambda w: round(w, 4))


@settings(max_examples=25)
@given(WIDTHS, st.booleans())
def test_one_plant_of_any_width_is_one_finding(judge, width, gap):
    x, y = 38_500_000.0, 4_000_000.0
    split = 300 + (width if gap else -width)
    parcels = boxes((0, 0, 300, 200), (split, 0, 800, 200), (0, 200, 800, 300), origin=(x, y))
    lower = shapely.box(x, y - 100, x + 800, y)
    layers = {
        "XZQ": table("XZQ", boxes((0, -100, 800, 300), origin=(x, y))),
        "CJDCQ": table("CJDCQ", boxes((0, -100, 800, 300), origin=(x, y))),
        "DLTB": table("DLTB", [*parcels, lower]),
    }
    found = [f for f in judge(layers) if f.rule_id in ("topology.gap", "topology.overlap")]
    assert ids(found) == ["topology.gap" if gap else "topology.overlap"]
    assert found[0].evidence["area_m2"] == pytest.approx(width * 200, rel=1e-5, abs=1e-3)
    assert found[0].verdict == Verdict.INCONSISTENT


def test_one_sided_vertices_on_long_edges_only(judge):
    x, y = 38_500_000.0, 4_000_000.0

    def pair(length):
        low = shapely.box(x, y, x + length, y + 500)
        high = Polygon(
            [
                (x, y + 500),
                (x + length / 2, y + 500),
                (x + length, y + 500),
                (x + length, y + 1000),
                (x, y + 1000),
            ]
        )
        return {"DLTB": table("DLTB", [low, high])}

    (found,) = judge(pair(1000), "topology.one_sided_vertex")
    # The published example: 7.15 m² for one vertex in the middle of 1 km at 36 N.
    assert float(found.measured) == pytest.approx(7.15, abs=0.05)
    assert (found.cause, found.verdict) == ("vertex_on_one_side", Verdict.DOUBTFUL)
    assert judge(pair(50), "topology.one_sided_vertex") == []


def test_ids_survive_noise_and_order(judge):
    layers = county(seed=5)
    layers["DLTB"].geometry[14] = shapely.buffer(
        layers["DLTB"].geometry[14], 1.5, join_style="mitre"
    )
    first = {f.finding_id for f in judge(layers)}
    layers["DLTB"].geometry[:] = noisy(layers["DLTB"].geometry, 1e-5)
    assert {f.finding_id for f in judge(layers)} == first
    assert len(first) >= 4


@pytest.mark.filterwarnings("ignore:invalid value")
def test_hostile_shapes_break_no_rule(judge):
    nan = float("nan")
    layers = county()
    with np.errstate(invalid="ignore"):
        hostile = [
            None,
            Polygon(),
            shapely.Point(1, 2),
            shapely.GeometryCollection([shapely.box(0, 0, 1, 1)]),
            Polygon([(0, 0), (1, nan), (1, 1)]),
            Polygon([(0, 0), (1e300, 0), (1, 1)]),
            Polygon([(0, 0), (1, 1), (2, 2)]),
            Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
            shapely.MultiPolygon([shapely.box(0, 0, 4, 4), shapely.box(2, 2, 6, 6)]),
        ]
    for name in ("DLTB", "CJDCQ", "XZQ", "CZCDYD"):
        layers[name] = table(
            name, [*layers[name].geometry, *hostile] if name in layers else hostile
        )
    for name in ("XZQJX", "CJDCQJX"):
        layers[name] = table(name, [*hostile, shapely.LineString([(0, 0), (nan, 1)])])
    found = judge(layers)
    states = [f for f in found if f.layer == "DLTB" and f.rule_id == "topology.missing_geometry"]
    assert len(states) == 4
    assert all(json.dumps(f.evidence) for f in found)
    # Every parcel of the clean grid still counts as fitting its neighbours.
    clean = {f"4101012110{i:08d}" for i in range(36)}
    assert not [f for f in found if f.object_id in clean and f.layer == "DLTB"]


def test_empty_layers_and_layers_without_geometry(standard):
    bare = table("CJDCQ", [])
    bare.geometry = None
    whole = case({"DLTB": table("DLTB", []), "CJDCQ": bare, "XZQJX": table("XZQJX", [])}, standard)
    nothing = case({}, standard)
    for rule in rules(standard):
        for each in (whole, nothing):
            judgement = rule.judge(each)
            assert judgement.findings == []
            assert judgement.reasons or judgement.tested == 0
