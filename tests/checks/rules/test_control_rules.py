"""Construction in basic farmland, in the red line, outside the boundary; approvals excuse it."""

import pytest
import shapely

from onemap_verify.checks.findings import Family, Verdict
from onemap_verify.checks.options import Options
from onemap_verify.checks.verify import verify
from tests.fixtures.packages import TEXT, parcels, squares, write_layer

EAST, NORTH, SIDE = 39_500_000.0, 4_000_000.0, 50.0
FIELDS = {"BSM": (TEXT, 18, 0), "PZWH": (TEXT, 40, 0)}
NAMED = {"BSM": (TEXT, 18, 0), "HXBM": (TEXT, 40, 0)}


def layer(path, codes, code=4527):
    rows = parcels(len(codes))
    for row, dlbm in zip(rows, codes):
        row["DLBM"] = dlbm
    return write_layer(path, rows, squares(len(codes), side=SIDE), code=code)


def control(path, box, name, fields=FIELDS, code=4527, row=None):
    from onemap_verify.checks.reproject import Reprojection

    shape = shapely.box(*box)
    if code != 4527:
        shape = shapely.transform(shape, Reprojection("EPSG:4527", f"EPSG:{code}").points)
    return str(
        write_layer(path, [row or {"BSM": "1"}], [shape], layer=name, fields=fields, code=code)
    )


def judged(tmp_path, layers, previous="", package=None):
    return verify(
        Options(
            submission=package or tmp_path / "now.gpkg",
            findings=tmp_path / "f.gpkg",
            control_layers=tuple(layers),
            previous=str(previous),
            families=(Family.CONTROL,),
            strict=True,
        )
    )


def boxed(first, last, inset=0.0):
    """From the first to the last of parcels side by side."""
    west, east = EAST + first * SIDE + inset, EAST + (last + 1) * SIDE - inset
    return west, NORTH + inset, east, NORTH + SIDE - inset


def test_new_construction_in_farmland_old_and_approved_not(tmp_path):
    layer(tmp_path / "was.gpkg", ["0102", "0601", "0102", "0102", "0102"])
    layer(tmp_path / "now.gpkg", ["0601", "0601", "0601", "0301", "0102"])
    farmland = control(tmp_path / "a.gpkg", boxed(0, 4), "YJJBNTBHTB")
    approval = control(
        tmp_path / "b.gpkg", boxed(2, 2), "approved", FIELDS, row={"BSM": "1", "PZWH": "2023-1"}
    )
    result = judged(tmp_path, [farmland, approval], tmp_path / "was.gpkg")
    found = {each.parcel_bsm[-1]: each for each in result.findings}
    assert set(found) == {"1", "4"}
    assert {each.cause for each in result.findings} == {"intrusion_farmland"}
    assert all(each.verdict is Verdict.DOUBTFUL for each in result.findings)
    assert found["1"].evidence["area_m2"] == pytest.approx(SIDE**2, rel=1e-3)
    assert found["1"].evidence["share"] == pytest.approx(1.0, rel=1e-3)


def test_slivers_along_an_edge_are_tolerated(tmp_path):
    layer(tmp_path / "now.gpkg", ["0601", "0102"])
    west, south, east, north = boxed(1, 1)
    farmland = control(tmp_path / "a.gpkg", (west - 4.0, south, east, north), "永久基本农田")
    assert judged(tmp_path, [farmland]).findings == []
    farmland = control(tmp_path / "b.gpkg", (west - 15.0, south, east, north), "永久基本农田")
    (finding,) = judged(tmp_path, [farmland]).findings
    assert finding.evidence["area_m2"] == pytest.approx(15 * SIDE, rel=0.02)


@pytest.mark.parametrize("code", [4527, 4490, 4548, 3857])
def test_the_red_line_in_any_frame(tmp_path, code):
    layer(tmp_path / "now.gpkg", ["0702", "0102", "0301"])
    line = control(tmp_path / "line.gpkg", boxed(0, 2), "stranger", NAMED, code, {"HXBM": "1"})
    (finding,) = judged(tmp_path, [line]).findings
    assert finding.cause == "intrusion_redline" and finding.score < 0.4
    assert finding.evidence["area_m2"] == pytest.approx(SIDE**2, rel=2e-3)


def test_parcels_in_degrees(tmp_path):
    from onemap_verify.checks.reproject import Reprojection

    rows = parcels(2)
    rows[0]["DLBM"] = "0601"
    shapes = shapely.transform(squares(2, side=SIDE), Reprojection("EPSG:4527", "EPSG:4490").points)
    write_layer(tmp_path / "now.gpkg", rows, shapes, code=4490)
    (finding,) = judged(
        tmp_path, [control(tmp_path / "a.gpkg", boxed(0, 1), "YJJBNTBHTB")]
    ).findings
    assert finding.evidence["area_m2"] == pytest.approx(SIDE**2, rel=2e-3)
    assert finding.where.bounds[0] == pytest.approx(shapes[0].bounds[0], abs=1e-5)


def test_outside_the_boundary_needs_last_year(tmp_path):
    layer(tmp_path / "was.gpkg", ["0102", "0102", "0601"])
    layer(tmp_path / "now.gpkg", ["0601", "0601", "0601"])
    urban = control(tmp_path / "u.gpkg", boxed(0, 0), "CZKFBJ")
    without = judged(tmp_path, [urban])
    assert without.findings == []
    run = {each.rule_id: each for each in without.runs}["control.urban"]
    assert "上一年度" in run.reason.zh
    (finding,) = judged(tmp_path, [urban], tmp_path / "was.gpkg").findings
    assert finding.parcel_bsm.endswith("2") and finding.cause == "outside_urban_boundary"


def test_unknown_layers_and_broken_geometry_are_survived(tmp_path):
    layer(tmp_path / "now.gpkg", ["0601", "0102"])
    bow = shapely.Polygon(
        [(EAST, NORTH), (EAST + 50, NORTH + 50), (EAST + 50, NORTH), (EAST, NORTH + 50)]
    )
    broken = str(
        write_layer(tmp_path / "b.gpkg", [{"BSM": "1"}], [bow], layer="YJJBNTBHTB", fields=FIELDS)
    )
    other = control(tmp_path / "o.gpkg", boxed(0, 1), "trees", {"BSM": (TEXT, 18, 0)})
    result = judged(tmp_path, [broken, other])
    (finding,) = result.findings
    assert finding.evidence["area_m2"] == pytest.approx(SIDE**2 / 2, rel=0.1)
    run = {each.rule_id: each for each in result.runs}["control.unknown_layer"]
    assert "TREES" in run.reason.en


def test_every_layer_of_a_control_file_counts(tmp_path):
    layer(tmp_path / "was.gpkg", ["0102", "0102", "0102", "0102"])
    layer(tmp_path / "now.gpkg", ["0601", "0601", "0601", "0102"])
    control(tmp_path / "all.gpkg", boxed(0, 3), "trees", {"BSM": (TEXT, 18, 0)})
    control(tmp_path / "all.gpkg", boxed(0, 0), "YJJBNTBHTB")
    control(tmp_path / "all.gpkg", boxed(1, 1), "STBHHX", NAMED)
    every = str(tmp_path / "all.gpkg")
    result = judged(tmp_path, [every], tmp_path / "was.gpkg")
    said = {(each.cause, each.parcel_bsm[-1]) for each in result.findings}
    assert said == {("intrusion_farmland", "1"), ("intrusion_redline", "2")}
    one = judged(tmp_path, [f"{every}|layername=STBHHX"], tmp_path / "was.gpkg")
    assert {each.cause for each in one.findings} == {"intrusion_redline"}


def test_a_control_file_of_layers_that_nobody_knows_is_told(tmp_path):
    layer(tmp_path / "now.gpkg", ["0601"])
    for name in ("trees", "benches"):
        control(tmp_path / "all.gpkg", boxed(0, 0), name, {"BSM": (TEXT, 18, 0)})
    result = judged(tmp_path, [str(tmp_path / "all.gpkg")])
    run = {each.rule_id: each for each in result.runs}["control.unknown_layer"]
    assert result.findings == []
    assert "TREES" in run.reason.en
