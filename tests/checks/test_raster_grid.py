"""True size of cells, and coordinates brought onto the grid."""

import math

import numpy as np
import pytest
import shapely
from small_rasters import GAUSS, wkt_of

from onemap_verify.checks.grid import Grid
from onemap_verify.checks.placing import Frame, Placing
from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.reproject import (
    Reprojection,
    ReprojectionError,
    same_crs,
    shorten_edges,
)


def grid(epsg, west, north, step, size=100):
    return Grid(size, size, west, north, step, -step, wkt_of(epsg) if epsg else "")


def test_metres_of_a_degree_are_those_of_the_ellipsoid():
    # Arc lengths of one degree on GRS80 at 30 N: 110,852.46 m and 96,486.28 m.
    across, down = grid(4490, 110.0, 30.5, 0.01).spacing(50, 1)
    latitude = math.radians(30.5 - 0.01 * 50.5)
    a, e2 = 6378137.0, 0.00669438002290
    w2 = 1 - e2 * math.sin(latitude) ** 2
    expected = math.radians(0.01) * a / math.sqrt(w2) * math.cos(latitude)
    assert across[0] == pytest.approx(expected, rel=1e-6)
    expected = math.radians(0.01) * a * (1 - e2) / w2**1.5
    assert down[0] == pytest.approx(expected, rel=1e-6)
    assert across[0] == pytest.approx(964.86, rel=1e-3)
    assert down[0] == pytest.approx(1108.52, rel=1e-3)


def test_gauss_cells_are_even_and_as_written():
    here = grid(GAUSS, 500_000, 3_400_000, 5)
    assert here.even
    across, down = here.spacing(10, 3)
    assert across.tolist() == down.tolist() == [5, 5, 5]


def test_feet_are_metres_after_all():
    across, down = grid(2263, 900_000, 200_000, 10).spacing(0, 1)  # US survey feet
    assert across[0] == down[0] == pytest.approx(10 * 1200 / 3937)


def test_web_mercator_cells_shrink_with_latitude():
    north = 6378137 * math.log(math.tan(math.pi / 4 + math.radians(40) / 2))
    here = grid(3857, 1.2e7, north, 10)
    assert not here.even
    across, down = here.spacing(0, 1)
    assert across[0] == pytest.approx(10 * math.cos(math.radians(40)), rel=5e-3)
    assert down[0] == pytest.approx(across[0], rel=1e-2)


def test_without_a_crs_units_are_metres():
    assert grid(0, 0, 0, 7).spacing(0, 1)[0][0] == 7


def test_reprojection_equals_osr_point_by_point():
    from osgeo import osr

    rng = np.random.default_rng(3)
    xy = rng.uniform((450_000, 3_200_000), (550_000, 3_600_000), (120_001, 2))
    out = Reprojection(wkt_of(GAUSS), wkt_of(4490)).points(xy)
    one, other = osr.SpatialReference(), osr.SpatialReference()
    one.ImportFromEPSG(GAUSS)
    other.ImportFromEPSG(4490)
    one.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    other.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    single = osr.CoordinateTransformation(one, other)
    for row in (0, 49_999, 50_000, 120_000):
        np.testing.assert_allclose(
            out[row], single.TransformPoint(*xy[row])[:2], rtol=0, atol=1e-11
        )


def test_points_without_an_image_become_nan_and_spare_the_rest():
    xy = np.array([[114.0, 30.0], [np.nan, 30], [114, 95], [1e300, 0], [np.inf, 1], [115.0, 31.0]])
    out = Reprojection("EPSG:4490", wkt_of(GAUSS)).points(xy)
    assert np.isfinite(out).all(axis=1).tolist() == [True, False, False, False, False, True]
    assert out[0, 0] == pytest.approx(500_000, abs=1e-3)


def test_unknown_crs_is_told():
    with pytest.raises(ReprojectionError, match="no such"):
        Reprojection("no such", "EPSG:4490")
    with pytest.raises(ReprojectionError):
        Reprojection("EPSG:4490", "")


def test_same_crs_by_content_not_by_text():
    assert same_crs("EPSG:4547", wkt_of(4547))
    assert not same_crs("EPSG:4547", "EPSG:4548")
    assert not same_crs("", "EPSG:4548")


def test_reprojection_can_be_cancelled():
    def stop():
        return True

    with pytest.raises(Cancelled):
        Reprojection("EPSG:4490", "EPSG:4547").points(
            np.tile([114.0, 30.0], (60_000, 1)), Progress(cancelled=stop)
        )


def test_edges_are_broken_alike_on_both_sides():
    left = shapely.box(0, 0, 10, 100)
    right = shapely.box(10, 0, 20, 100)
    small = shapely.box(30, 30, 31, 31)
    out = shorten_edges(np.array([left, right, small, None], dtype=object), 30)
    assert out[2] is small
    assert out[3] is None
    points = [{tuple(p) for p in shapely.get_coordinates(g).round(9)} for g in out[:2]]
    shared = [{p for p in side if p[0] == 10} for side in points]
    assert shared[0] == shared[1]
    assert len(shared[0]) == 5


def test_an_endless_edge_does_not_fill_the_memory():
    mad = shapely.Polygon([(0, 0), (1e15, 0), (1e15, 1)])
    assert shorten_edges(np.array([mad], dtype=object), 1.0)[0].equals(mad)


def test_frames_are_told():
    here = grid(GAUSS, 500_000, 3_400_000, 10)
    inside, outside = (500_100, 3_399_500, 500_200, 3_399_600), (0, 0, 1, 1)
    assert Placing(wkt_of(GAUSS), here, inside).frame is Frame.SAME
    assert Placing("EPSG:4490", here, (114, 30, 115, 31)).frame is Frame.REPROJECTED
    assert Placing("", here, inside).frame is Frame.ASSUMED
    assert Placing("", here, outside).frame is Frame.UNKNOWN
    assert Placing("", here, (np.nan,) * 4).frame is Frame.UNKNOWN
    bare = grid(0, 500_000, 3_400_000, 10)
    assert Placing(wkt_of(GAUSS), bare, inside).frame is Frame.ASSUMED
    assert np.isnan(Placing("", here, outside).to_pixels(np.zeros((2, 2)))).all()


def test_pixels_count_from_the_outer_corner():
    here = grid(GAUSS, 500_000, 3_400_000, 10)
    placing = Placing(wkt_of(GAUSS), here, here.bounds)
    np.testing.assert_allclose(
        placing.to_pixels(np.array([[500_000, 3_400_000], [500_025, 3_399_995]])),
        [[0, 0], [2.5, 0.5]],
    )
