"""Rules about single shapes and boundary lines: limits, exceptions, words."""

import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon
from synthetic_coverage import array, boxes, case, county, table

from onemap_verify.checks.findings import Severity, Text, Verdict
from onemap_verify.checks.rules.topology import rules
from onemap_verify.checks.table import RowProblem

CODE = "4101010010010000000"


@pytest.fixture(scope="module")
def judge(standard):
    """The findings of one rule, or of all."""

    def run(layers, only=None):
        whole = case(layers, standard)
        return [
            finding
            for rule in rules(standard)
            if only in (None, rule.id)
            for finding in rule.judge(whole).findings
        ]

    return run


def test_parts(judge):
    two = shapely.MultiPolygon([*boxes((0, 0, 40, 40), (50, 0, 90, 40))])
    one = shapely.MultiPolygon([shapely.box(100, 0, 140, 40)])
    (found,) = judge({"CZCDYD": table("CZCDYD", [two, one])}, "topology.multipart")
    assert (found.measured, found.expected, found.object_id[-1]) == ("2", "1", "0")
    assert "2 个部分" in found.message.zh


def test_what_the_reader_could_not_read_is_told_with_its_reason(judge):
    layers = {"DLTB": table("DLTB", [*boxes((0, 0, 50, 50)), None, None])}
    layers["DLTB"].problems += [
        RowProblem(1, "broken_geometry", Text("环不足四点", "a ring of three points")),
        RowProblem(2, "nan_coordinates", Text("坐标非数值", "not a number")),
    ]
    missing = judge(layers, "topology.missing_geometry")
    assert [(f.object_id[-1], f.cause) for f in missing] == [("1", "broken_geometry")]
    assert "a ring of three points" in missing[0].message.en
    broken = judge(layers, "topology.not_finite")
    assert [(f.object_id[-1], f.cause) for f in broken] == [("2", "nan_coordinates")]


def test_a_layer_of_another_kind_is_not_told_row_by_row(judge):
    points = array([shapely.Point(i, i) for i in range(5)])
    layers = {"DLTB": table("DLTB", points, geometry_type="point")}
    assert judge(layers, "topology.missing_geometry") == []


def test_broken_coordinates_are_shown_where_something_is_left(judge):
    nan = float("nan")
    with np.errstate(invalid="ignore"):
        broken = Polygon([(0, 0), (9, 0), (nan, nan), (9, 9), (0, 9)])
    (found,) = judge({"DLTB": table("DLTB", [broken])}, "topology.not_finite")
    assert found.where.area == pytest.approx(81)
    assert found.parcel_bsm == found.object_id


def three_by_three(middle, **columns):
    """A parcel in the middle of eight others of its village and owner."""
    west, _, east, _ = middle.bounds
    around = shapely.difference(shapely.box(-500, -500, 900, 900), middle)
    pieces = [
        shapely.intersection(around, shapely.box(*bounds))
        for bounds in (
            (-500, -500, (west + east) / 2, 900),
            ((west + east) / 2, -500, 900, 900),
        )
    ]
    columns = {"DLBM": ["0103"] * 3, "ZLDWDM": [CODE] * 3, "QSDWDM": [CODE] * 3, **columns}
    return {"DLTB": table("DLTB", [middle, *pieces], **columns)}


SIZES = ("topology.fragment", "topology.sliver", "L37")


@pytest.mark.parametrize(
    ("bounds", "rule"),
    [
        ((0, 0, 3, 3), "topology.fragment"),
        ((0, 0, 9.9, 1), "topology.fragment"),
        ((0, 0, 300, 3.5), "topology.sliver"),
        ((0, 0, 100, 3.5), "topology.sliver"),
        ((0, 0, 19, 19), "L37"),
        ((0, 0, 20.1, 20), None),
        ((0, 0, 300, 4.5), None),
    ],
)
def test_a_small_parcel_is_told_by_one_rule(judge, bounds, rule):
    layers = three_by_three(shapely.box(*bounds))
    found = [f for name in SIZES for f in judge(layers, name)]
    assert [f.rule_id for f in found] == ([rule] if rule else [])
    assert all(f.verdict == Verdict.DOUBTFUL for f in found)


@pytest.mark.parametrize(
    "columns",
    [
        {"DLBM": ["1006", "0103", "0103"]},  # a rural road
        {"ZLDWDM": [CODE, "4101010010020000000", CODE]},  # cut off by a village boundary
        {"QSDWDM": [CODE, CODE, "4101010010020000000"]},  # or by that of an owner
    ],
)
def test_what_classes_and_boundaries_make_small_is_honest(judge, columns):
    for bounds in ((0, 0, 300, 3.5), (0, 0, 19, 19)):
        layers = three_by_three(shapely.box(*bounds), **columns)
        assert [f for name in SIZES for f in judge(layers, name)] == []


def test_small_parcels_at_the_rim_are_honest(judge):
    shapes = boxes((0, 0, 19, 19), (19, 0, 300, 19))
    layers = {"DLTB": table("DLTB", shapes, DLBM=["0103", "0103"])}
    assert judge(layers, "L37") == []


@pytest.mark.parametrize(("code", "limit"), [("0702", 200), ("0103", 400), ("1207", 600)])
def test_the_limit_is_that_of_the_class(judge, code, limit):
    for area, told in ((limit * 0.98, True), (limit * 1.001, False)):
        middle = shapely.box(0, 0, area**0.5, area**0.5)
        layers = three_by_three(middle, DLBM=[code, "0103", "0103"])
        found = judge(layers, "L37")
        assert bool(found) == told
        assert all(f.tolerance == limit for f in found)


def test_an_unknown_class_cannot_be_checked(standard):
    layers = three_by_three(shapely.box(0, 0, 19, 19), DLBM=["9999", "", "0103"])
    (rule,) = [rule for rule in rules(standard) if rule.id == "L37"]
    judgement = rule.judge(case(layers, standard))
    assert (judgement.tested, judgement.not_checkable, judgement.findings) == (1, 2, [])


def test_spikes_short_edges_and_repeats(judge):
    spike = [(0, 0), (100, 0), (100, 50), (180, 51), (100, 52), (100, 100), (0, 100)]
    short = [(200, 0), (300, 0), (300.004, 0), (300, 100), (200, 100)]
    twice = [(400, 0), (500, 0), (500, 0.0005), (500, 100), (400, 100)]
    layers = {"DLTB": table("DLTB", [Polygon(ring) for ring in (spike, short, twice)])}
    (found,) = judge(layers, "topology.spike")
    assert found.where.equals(shapely.Point(180, 51))
    assert float(found.measured) == pytest.approx(1.432, abs=1e-3)
    assert (found.severity, found.verdict) == (Severity.D, Verdict.DOUBTFUL)
    (found,) = judge(layers, "topology.short_edge")
    assert (found.object_id[-1], found.evidence["count"]) == ("1", 1)
    (found,) = judge(layers, "topology.repeated_vertex")
    assert found.object_id[-1] == "2"
    # The slope map comes from a raster and may look as it likes.
    assert judge({"PDT": layers["DLTB"]}, "topology.spike") == []


def test_the_ends_of_strips_are_no_spikes(judge):
    strip = Polygon([(0, 0), (60, 0), (40, 0.9), (20, 0.9)])
    assert judge({"DLTB": table("DLTB", [strip])}, "topology.spike") == []


def test_holes_of_towns(judge):
    town = Polygon(shapely.box(0, 0, 90, 90).exterior, [shapely.box(20, 20, 40, 40).exterior])
    (found,) = judge(
        {"CZCDYD": table("CZCDYD", [town, *boxes((100, 0, 120, 9))])}, "topology.town_hole"
    )
    assert found.where.area == pytest.approx(400)
    assert "400.00" in found.message.zh


def test_the_outline_of_a_town_follows_parcels(judge):
    layers = county()
    grid = layers["DLTB"].geometry
    layers["CZCDYD"] = table("CZCDYD", [shapely.coverage_union_all(grid[[7, 8, 13, 14]])])
    assert judge(layers) == []
    cut = shapely.box(*shapely.bounds(grid[7]))
    layers["CZCDYD"] = table("CZCDYD", [shapely.union_all([grid[8], cut])])
    (found,) = judge(layers, "topology.town_outline")
    assert found.verdict == Verdict.INCONSISTENT
    on = shapely.boundary(grid)
    off = shapely.difference(
        layers["CZCDYD"].geometry[0].boundary, shapely.union_all(on).buffer(1e-4)
    )
    assert float(found.measured) == pytest.approx(off.length, abs=0.05)


def lines_of(layers):
    villages = layers["CJDCQ"].geometry
    rim = layers["XZQ"].geometry[0].exterior
    inner = shapely.line_merge(
        shapely.difference(shapely.union_all(shapely.boundary(villages)), rim)
    )
    layers["XZQJX"] = table("XZQJX", [LineString(rim.coords)])
    layers["CJDCQJX"] = table("CJDCQJX", list(shapely.get_parts(inner)))
    return layers


def test_honest_boundary_lines_are_left_in_peace(judge):
    assert judge(lines_of(county())) == []


def test_boundary_lines_off_their_polygons(judge):
    layers = lines_of(county())
    line = layers["CJDCQJX"].geometry[0]
    layers["CJDCQJX"].geometry[0] = shapely.affinity.translate(line, 0.004, 0.004)
    found = judge(layers, "topology.line_off_boundary")
    assert [(f.verdict, f.cause) for f in found] == [(Verdict.DOUBTFUL, "snapping")]
    layers = lines_of(county())
    xy = shapely.get_coordinates(line)
    xy[1] += 5
    layers["CJDCQJX"].geometry[0] = LineString(xy)
    (found,) = judge(layers, "topology.line_off_boundary")
    assert found.verdict == Verdict.INCONSISTENT
    lost = np.hypot(*(xy[1] - xy[0])) + np.hypot(*(xy[2] - xy[1]))
    assert float(found.measured) == pytest.approx(lost, abs=0.02)


def test_lines_twice_loose_and_short(judge):
    layers = lines_of(county())
    old = list(layers["CJDCQJX"].geometry)
    xy = shapely.get_coordinates(old[0])
    layers["CJDCQJX"] = table("CJDCQJX", [*old, LineString(xy[:3])])
    (found,) = judge(layers, "topology.line_twice")
    assert found.object_id.endswith("00") and found.key.endswith("04")
    assert found.evidence["length_m"] == pytest.approx(LineString(xy[:3]).length)
    layers["CJDCQJX"] = table("CJDCQJX", [*old[1:], LineString(xy[1:])])
    (found,) = judge(layers, "topology.loose_end")
    assert found.where.equals(shapely.Point(xy[1]))
    layers["CJDCQJX"] = table("CJDCQJX", [LineString([(0, 0), (1.5, 0)]), *old])
    (found,) = judge(layers, "topology.short_line")
    assert float(found.measured) == 1.5
