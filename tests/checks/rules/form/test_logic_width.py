"""Declared widths against the shape of the strip."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from onemap_verify.checks.rules.logic_width import strip_width


def without_numbers():
    with np.errstate(invalid="ignore"):
        return shapely.Polygon([(0, 0), (np.nan, 0), (500, 5), (0, 0)])


def road(make, width, shape, dlbm="1006"):
    return make.table("DLTB", [make.parcel(dlbm, XZDWKD=width)], geometry=[shape])


def strip(width, length=400.0):
    return shapely.box(500000, 4000000, 500000 + length, 4000000 + width)


def test_width_of_a_rectangle_is_exact():
    shape = strip(6.0)
    width = strip_width(np.array([shape.area]), np.array([shape.length]))
    assert width == pytest.approx([6.0])


def test_a_square_has_no_width_and_a_disc_none_at_all():
    assert strip_width(np.array([100.0]), np.array([40.0])) == pytest.approx([10.0])
    assert np.isnan(strip_width(np.array([np.pi]), np.array([2 * np.pi]))[0])


@pytest.mark.parametrize("declared", [4.0, 6.0, 8.0, 11.0])
def test_honest_widths_say_nothing(make, declared):
    judgement = make.judge("L28", make.case(road(make, declared, strip(6.0), "1003")))
    assert (judgement.tested, judgement.findings) == (1, [])


@pytest.mark.parametrize("declared", [20.0, 1.0])
def test_far_widths_are_doubtful(make, declared):
    (finding,) = make.judge("L28", make.case(road(make, declared, strip(6.0), "1003"))).findings
    assert (finding.verdict.value, finding.severity.value) == ("doubtful", "D")
    assert finding.expected == "6.0"
    assert finding.unit == "m"


def test_a_bent_road_keeps_its_width(make):
    line = shapely.LineString([(500000, 0), (500300, 0), (500300, 300), (500700, 350)])
    shape = line.buffer(3.0, cap_style="flat")
    assert make.judge("L28", make.case(road(make, 6.0, shape))).findings == []
    # A rural road that may not be so wide at all is told by L27.
    assert make.judge("L28", make.case(road(make, 16.0, shape))).findings == []
    assert len(make.judge("L28", make.case(road(make, 16.0, shape, "1003"))).findings) == 1


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.Polygon(),
        shapely.Polygon([(0, 0), (900, 900), (900, 0), (0, 900)]),
        shapely.box(500000, 0, 500100, 100),
        without_numbers(),
    ],
    ids=["missing", "empty", "bow tie", "compact", "NaN"],
)
def test_what_is_no_strip_is_not_checkable(make, shape):
    table = make.table(
        "DLTB",
        make.number([make.parcel("1003", XZDWKD=30.0), make.parcel("1006", XZDWKD=6.0)]),
        geometry=[shape, strip(6.0)],
    )
    judgement = make.judge("L28", make.case(table))
    assert (judgement.tested, judgement.findings, judgement.not_checkable) == (1, [], 1)


def test_degrees_are_not_checkable(make):
    shape = shapely.box(115.0, 36.0, 115.01, 36.0001)
    judgement = make.judge("L28", make.case(road(make, 30.0, shape, "1003")))
    assert (judgement.tested, judgement.not_checkable) == (0, 1)
