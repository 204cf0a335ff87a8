"""Last year's class by overlay, and rings that are sent again."""

import numpy as np
import pytest
import shapely
from osgeo import osr

from onemap_verify.checks.measures.change_past import ClassGroups, past_of
from onemap_verify.checks.standard import load
from onemap_verify.checks.table import Field, Table


def wkt(code):
    out = osr.SpatialReference()
    out.ImportFromEPSG(code)
    return out.ExportToWkt()


def table(geometry, codes, crs=""):
    count = len(geometry)
    return Table(
        "DLTB",
        "x",
        {name: Field(name, name, "text") for name in ("BSM", "DLBM")},
        {
            "BSM": np.array([str(i) for i in range(count)], dtype=object),
            "DLBM": np.array(codes, dtype=object),
        },
        np.array(geometry, dtype=object),
        np.arange(count),
        crs,
        "polygon",
    )


GROUPS = ClassGroups.of(load())


def group(name):
    return GROUPS.names.index(name)


def test_codes_fall_into_groups_by_longest_prefix():
    codes = np.array(
        ["0101", "0305", "0301K", "0810", "0810A", "1104A", "1006", "xx", ""], dtype=object
    )
    names = [GROUPS.names[g] if g >= 0 else "" for g in GROUPS.of_codes(codes)]
    assert names == ["crop", "shrub", "forest", "grass", "built", "water", "", "", ""]


def test_shares_and_rings():
    before = [shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)]
    previous = table(before, ["0101", "0301"])
    turned = shapely.Polygon([(100, 100), (0, 100), (0, 0), (100, 0)])
    now = np.array(
        [turned, shapely.box(60, 0, 160, 100), shapely.box(500, 0, 600, 100), None], dtype=object
    )
    past = past_of(now, "", previous, GROUPS.of_codes(previous.text("DLBM")), len(GROUPS.names))
    assert past.same_ring.tolist() == [True, False, False, False]
    assert past.main.tolist() == [0, 1, -1, -1]
    assert past.group_share[1, group("crop")] == pytest.approx(0.4)
    assert past.group_share[1, group("forest")] == pytest.approx(0.6)
    assert past.group.tolist() == [group("crop"), group("forest"), -1, -1]
    assert past.known_share == pytest.approx([1, 1, 0, 0])


def test_a_millimetre_is_the_same_ring_a_metre_is_not():
    before = [shapely.box(0.004, 0, 100, 100), shapely.box(100, 0, 200, 100)]
    previous = table(before, ["0101", "0301"])
    now = np.array([shapely.box(0.0041, 0, 100, 100), shapely.box(101, 0, 200, 100)], dtype=object)
    past = past_of(now, "", previous, GROUPS.of_codes(previous.text("DLBM")), len(GROUPS.names))
    assert past.same_ring.tolist() == [True, False]
    assert past.main_share[1] == pytest.approx(1.0)


def test_last_year_in_another_frame_is_brought_over():
    metres, degrees = wkt(32618), wkt(4326)
    box = shapely.box(500_000, 4_400_000, 500_300, 4_400_300)
    from onemap_verify.checks.reproject import Reprojection

    there = Reprojection(metres, degrees)
    previous = table([shapely.transform(box, there.points)], ["0101"], degrees)
    now = np.array([box], dtype=object)
    past = past_of(now, metres, previous, GROUPS.of_codes(previous.text("DLBM")), len(GROUPS.names))
    assert past.known_share == pytest.approx([1.0], abs=1e-6)
    assert past.group.tolist() == [group("crop")]


def test_broken_neighbours_are_left_out():
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    previous = table([bow, None, shapely.box(0, 0, 10, 10)], ["0301", "0301", "0101"])
    now = np.array([shapely.box(0, 0, 10, 9)], dtype=object)
    past = past_of(now, "", previous, GROUPS.of_codes(previous.text("DLBM")), len(GROUPS.names))
    assert past.main.tolist() == [2]
    assert past.group.tolist() == [group("crop")]
