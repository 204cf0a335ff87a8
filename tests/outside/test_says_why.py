"""A parcel that could not be checked says why, in its own row."""

import numpy as np
from osgeo import gdal


def _reasons(found):
    return dict(zip(found.parcels.bsm, zip(found.parcels.outcome, found.parcels.reasons)))


def test_cropland_outside_the_terrain_says_so(bench):
    path = str(bench.folder / "half.tif")
    source = gdal.Open(str(bench.dem))
    gdal.Translate(path, source, srcWin=[0, 0, source.RasterXSize // 2, source.RasterYSize])
    rows = bench.layers("DLTB")["DLTB"].rows
    said = _reasons(bench.verify(bench.county, dem=path))
    crop = [row["BSM"] for row in rows if row["GDPDJB"]]
    outside = [bsm for bsm in crop if "Outside the DEM" in said[bsm][1]]
    assert len(outside) > 30
    assert all(said[bsm][0] == "not_checkable" for bsm in outside)
    assert all("DEM 范围之外" in said[bsm][1] for bsm in outside)
    assert any(said[bsm][0] == "accepted" for bsm in crop)


def test_without_a_terrain_every_cropland_parcel_says_so(bench):
    rows = bench.layers("DLTB")["DLTB"].rows
    said = _reasons(bench.verify(bench.county, dem=""))
    crop = [row["BSM"] for row in rows if row["GDPDJB"]]
    assert all("No trusted DEM was given" in said[bsm][1] for bsm in crop)


def test_layers_rounded_differently_are_one_doubt_and_not_hundreds(bench):
    """Two millimetres along every border are one fact about two layers."""
    import shapely

    layers = bench.layers("DLTB", "XZQ", "CJDCQ")
    dltb = layers["DLTB"]
    moved = shapely.transform(
        np.array(dltb.shapes, dtype=object), lambda xy: np.round(xy + 0.0021, 3)
    )
    dltb.shapes = list(moved)
    found = bench.verify(layers, dem="")
    topology = [f for f in found.findings if f.family.value == "topology"]
    assert topology
    assert {f.cause for f in topology} == {"snapping"}
    assert len(topology) <= 4
    assert max(f.evidence.get("objects", 0) for f in topology) > 15
