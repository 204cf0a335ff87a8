"""GCJ-02 and BD-09 against published pairs of coordinates."""

import numpy as np
import pytest

from onemap_verify.checks.measures.gcj02 import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_offset,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

# Pairs of the tests of googollee/eviltransform: latitude and longitude, WGS 84 then GCJ-02.
PAIRS = [
    (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),
    (22.543847, 113.912316, 22.540796131694766, 113.9171764808363),
    (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),
]


@pytest.mark.parametrize(("lat", "lon", "there_lat", "there_lon"), PAIRS)
def test_published_pairs(lat, lon, there_lat, there_lon):
    east, north = wgs84_to_gcj02(lon, lat)
    assert float(east) == pytest.approx(there_lon, abs=1e-9)
    assert float(north) == pytest.approx(there_lat, abs=1e-9)


def test_there_and_back_over_all_china():
    lon, lat = np.meshgrid(np.linspace(75, 134, 60), np.linspace(18, 53, 36))
    back = gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))
    assert np.abs(back[0] - lon).max() < 1e-9
    assert np.abs(back[1] - lat).max() < 1e-9
    back = bd09_to_wgs84(*wgs84_to_bd09(lon, lat))
    assert np.abs(back[0] - lon).max() < 1e-9
    assert np.abs(back[1] - lat).max() < 1e-9
    metres = np.hypot(
        gcj02_offset(lon, lat)[0] * np.cos(np.radians(lat)), gcj02_offset(lon, lat)[1]
    )
    assert np.median(metres) * 111_000 == pytest.approx(500, abs=150)
    assert metres.max() * 111_000 < 1000


def test_baidu_of_a_known_place():
    # wandergis/coordTransform: gcj02tobd09(116.404, 39.915), and the way back of its README.
    east, north = gcj02_to_bd09(116.404, 39.915)
    assert (float(east), float(north)) == pytest.approx(
        (116.41036949371029, 39.92133699351021), abs=1e-9
    )
    east, north = bd09_to_gcj02(east, north)
    assert (float(east), float(north)) == pytest.approx((116.404, 39.915), abs=1e-9)


def test_nothing_moves_abroad_and_nothing_breaks():
    lon, lat = np.array([-113.0, np.nan, 1e300]), np.array([37.2, 30.0, np.inf])
    east, north = wgs84_to_gcj02(lon, lat)
    assert east[0] == -113.0 and north[0] == 37.2
    assert np.isnan(east[1])
    assert gcj02_to_wgs84(lon, lat)[0][0] == -113.0
    assert wgs84_to_gcj02(116.0, 40.0)[0].shape == ()
