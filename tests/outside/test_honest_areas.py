"""Areas that are honest though the stored shape is not quite the surveyed one."""

import numpy as np
import pytest
import shapely
from osgeo import ogr
from spoil import rules_found


def _moved(shapes, change):
    return list(shapely.transform(np.array(shapes, dtype=object), change))


@pytest.mark.parametrize("step", [0.01, 0.1])
def test_coordinates_stored_coarsely_are_one_doubt_about_the_layer(bench, step):
    layers = bench.layers("DLTB")
    dltb = layers["DLTB"]
    dltb.shapes = _moved(dltb.shapes, lambda xy: np.round(xy / step) * step)
    dltb.rows[20]["TBMJ"] = round(dltb.rows[20]["TBMJ"] * 1.03, 2)
    found = bench.verify(layers, dem="")
    areas = [f for f in found.findings if f.rule_id == "L21"]
    assert [(f.object_id, f.cause, f.verdict.value) for f in areas] == [
        (dltb.rows[20]["BSM"], "", "inconsistent"),
        ("DLTB", "coordinate_rounding", "doubtful"),
    ]
    assert f"{step:g} m" in areas[1].message.en


def test_coordinates_of_single_precision_are_one_doubt(bench):
    layers = bench.layers("DLTB")
    layers["DLTB"].shapes = _moved(
        layers["DLTB"].shapes, lambda xy: xy.astype(np.float32).astype(float)
    )
    counts = rules_found(bench.verify(layers, dem=""), "area")
    assert counts == {"L21": 1}


def test_true_curves_are_no_wrong_areas_and_a_wrong_area_is_still_found(bench):
    """Two parcels that share an arc; their areas are those of the circle's segment."""
    layers = bench.layers("DLTB")
    dltb = layers["DLTB"]
    x, y = 41557303.0, 4051504.0
    arc = f"CIRCULARSTRING({x + 100} {y},{x + 120} {y + 50},{x + 100} {y + 100})"
    back = f"CIRCULARSTRING({x + 100} {y + 100},{x + 120} {y + 50},{x + 100} {y})"
    west = (
        f"CURVEPOLYGON(COMPOUNDCURVE(({x} {y + 100},{x} {y},{x + 100} {y}),{arc},"
        f"({x + 100} {y + 100},{x} {y + 100})))"
    )
    east = (
        f"CURVEPOLYGON(COMPOUNDCURVE({back},({x + 100} {y},{x + 200} {y},{x + 200} {y + 100},"
        f"{x + 100} {y + 100})))"
    )
    radius = (20**2 + 50**2) / 40
    angle = 2 * np.arcsin(50 / radius)
    segment = radius**2 / 2 * (angle - np.sin(angle))
    dltb.rows, dltb.kind = dltb.rows[:2], ogr.wkbCurvePolygon
    dltb.shapes = [bytes(ogr.CreateGeometryFromWkt(t).ExportToIsoWkb()) for t in (west, east)]
    # 57 km from the central meridian the plane is 0.008 % too large.
    for row, area in zip(dltb.rows, (10_000 + segment, 10_000 - segment)):
        row["TBMJ"] = round(area * 0.99992, 2)
    assert not rules_found(bench.verify(layers, dem=""), "area", "topology")
    dltb.rows[0]["TBMJ"] *= 1.03
    (found,) = [f for f in bench.verify(layers, dem="").findings if f.family.value == "area"]
    assert (found.object_id, found.verdict.value) == (dltb.rows[0]["BSM"], "inconsistent")


def test_areas_inflated_throughout_are_no_rounding_though_coordinates_are_round(bench):
    layers = bench.layers("DLTB")
    dltb = layers["DLTB"]
    dltb.rows = dltb.rows[:40]
    grid = [(4 * (n % 8) * 25, 100 * (n // 8)) for n in range(40)]
    dltb.shapes = [
        shapely.box(41557000 + x, 4051500 + y, 41557100 + x, 4051600 + y) for x, y in grid
    ]
    for row in dltb.rows:
        row["TBMJ"] = 10_300.0
    found = [f for f in bench.verify(layers, dem="").findings if f.rule_id == "L21"]
    assert len(found) == 40
    assert {f.verdict.value for f in found} == {"inconsistent"}
