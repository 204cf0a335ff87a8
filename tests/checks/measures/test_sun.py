"""The sun where the almanacs put it."""

import calendar

import numpy as np
import pytest

from onemap_verify.checks.measures.sun import sun_position


def unix(*moment):
    return float(calendar.timegm((*moment, 0, 0, 0)[:6]))


@pytest.mark.parametrize(
    "moment, lon, lat, elevation, azimuth",
    [
        # NREL SPA (Reda & Andreas 2004), the paper's own example: zenith 50.11162°, refracted.
        ((2003, 10, 17, 19, 30, 30), -105.1786, 39.742476, 39.88838, 194.34024),
        # Equinox of March 2024 (20 March 03:06 UTC): the sun over the equator near 133.5° E;
        # the equation of time is -7.4 min then.
        ((2024, 3, 20, 3, 6, 0), 135.35, 0.0, 90.0, None),
    ],
)
def test_almanac(moment, lon, lat, elevation, azimuth):
    found = sun_position(np.array([unix(*moment)]), np.array([lon]), np.array([lat]))
    assert found[0][0] == pytest.approx(elevation, abs=0.1)
    if azimuth is not None:
        assert found[1][0] == pytest.approx(azimuth, abs=0.02)


def test_highest_and_lowest_noon_of_the_year():
    # At 34.27° N the sun culminates 90 - 34.27 ± 23.436 degrees high at the solstices of 2023.
    times = np.array([unix(2023, 6, 21), unix(2023, 12, 22)])[:, None] + np.arange(0, 86400, 60.0)
    shape = times.shape
    elevation, _ = sun_position(
        times, np.full(shape, 108.95), np.full(shape, 34.27), refracted=False
    )
    assert elevation.max(axis=1) == pytest.approx(
        [90 - 34.27 + 23.436, 90 - 34.27 - 23.436], abs=0.02
    )


def test_sunrise_is_refracted():
    # With its centre 0.83° below the horizon the sun rises: air lifts it by half a degree.
    times = unix(2023, 6, 21) + np.arange(0, 86400, 20.0)
    true, _ = sun_position(times, np.full(4320, 0.0), np.full(4320, 50.0), refracted=False)
    seen, _ = sun_position(times, np.full(4320, 0.0), np.full(4320, 50.0))
    at_horizon = int(np.argmin(np.abs(true)))
    assert seen[at_horizon] - true[at_horizon] == pytest.approx(0.48, abs=0.03)


def test_unknown_stays_unknown():
    elevation, azimuth = sun_position(np.array([np.nan]), np.array([1.0]), np.array([2.0]))
    assert np.isnan(elevation[0])
    assert np.isnan(azimuth[0])
