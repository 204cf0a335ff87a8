"""Photos and tracks on the card: wedge, sight, sun, speed, distance."""

import math

import numpy as np
import pytest
import reviewed_survey as made
import shapely

from onemap_verify.checks.evidence.gather import Gatherer
from onemap_verify.checks.review_inputs import ReviewInputs


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    return made.make(tmp_path_factory.mktemp("field") / "county")


@pytest.fixture(scope="module")
def gatherer(findings):
    with Gatherer(ReviewInputs.read(findings)) as opened:
        yield opened


@pytest.fixture
def card(findings, gatherer):
    def of(rule_id, **more):
        return gatherer.gather(made.row(findings, rule_id, **more))

    return of


def shapes(evidence, role):
    return [shapely.from_wkb(each.geometry) for each in evidence.shapes if each.role == role]


def chart(evidence, kind):
    return next(each for each in evidence.charts if each.kind == kind)


def test_a_photo_with_its_record(card):
    photo = card("photos.view").photos[0]
    assert photo.name == "one.jpg" and photo.data[:2] == b"\xff\xd8"
    assert (photo.person, photo.parcel) == ("张三", made.bsm(1))
    assert photo.taken == "2023-08-01 12:30:00"
    assert photo.azimuth == pytest.approx(made.AZIMUTH)
    lon, lat = made.degrees(*made.STATION)
    assert (photo.longitude, photo.latitude) == pytest.approx((lon, lat), abs=1e-6)


def test_the_sun_at_noon_in_august(card):
    photo = card("photos.view").photos[0]
    # Solar noon at 104.78° E is about 13:07 in China; declination on 1 August 18.0°.
    assert photo.sun_elevation == pytest.approx(90 - photo.latitude + 18.0, abs=3.0)
    assert 120 < photo.sun_azimuth < 180


def test_the_wedge_opens_about_true_azimuth(card):
    evidence = card("photos.view")
    (wedge,) = shapes(evidence, "wedge")
    (station,) = shapes(evidence, "station")
    assert (station.x, station.y) == pytest.approx(made.STATION, abs=0.05)
    corners = shapely.get_coordinates(wedge)
    away = np.hypot(*(corners - (station.x, station.y)).T)
    rim = corners[away > 1.0]
    lon, lat = made.degrees(station.x, station.y)
    seen = []
    for x, y in rim:
        east, north = made.degrees(x, y)
        seen.append(
            math.degrees(math.atan2((east - lon) * math.cos(math.radians(lat)), north - lat)) % 360
        )
    seen = np.array(seen)
    # The ellipsoid's two radii of curvature differ by 0.4 %: 0.1° at most.
    aside = (seen - made.AZIMUTH + 180.0) % 360.0 - 180.0
    assert aside.mean() == pytest.approx(0.0, abs=0.15)
    assert np.ptp(aside) == pytest.approx(50.0, abs=0.2)


def test_the_sight_ends_at_the_parcel(card):
    (sight,) = shapes(card("photos.view"), "sight")
    assert sight.length == pytest.approx(80.0, abs=0.05)
    assert shapely.Point(sight.coords[-1]).distance(made.parcel(1)) < 1e-6


def test_a_reused_photo_stands_beside_the_other(card):
    evidence = card("photos.reused")
    assert [photo.name for photo in evidence.photos] == ["one.jpg", "two.jpg"]
    assert evidence.photos[0].data == evidence.photos[1].data
    assert evidence.photos[1].parcel == made.bsm(14)
    (other,) = shapes(evidence, "other_object")
    assert other.equals(made.parcel(14))


def test_the_line_of_sight_over_a_plane_stays_above_it(card):
    found = chart(card("photos.sight"), "sight_profile")
    ground = next(each for each in found.series if each.role == "measured")
    line = next(each for each in found.series if each.role == "expected")
    # A straight line between 1.6 m and 2 m above a plane.
    assert line.y - ground.y == pytest.approx(np.linspace(1.6, 2.0, len(line.y)), abs=1e-3)
    assert found.marks == ()


def test_photos_of_the_parcel_go_with_any_finding(card):
    evidence = card("boundary.vertex_grid")
    assert [photo.name for photo in evidence.photos] == ["one.jpg"]


def test_the_speed_of_a_steady_walk(card):
    evidence = card("tracks.drawn")
    found = chart(evidence, "track_speed")
    assert found.series[0].y == pytest.approx(3.6 * made.TRACK_SPEED, rel=0.01)
    assert found.series[0].x[-1] == pytest.approx(10.0)
    (line,) = shapes(evidence, "track")
    assert line.length == pytest.approx(600 * made.TRACK_SPEED, rel=1e-3)


def test_the_altitude_of_a_track_above_the_terrain(card):
    found = chart(card("tracks.drawn"), "track_altitude")
    ground = next(each for each in found.series if each.role == "measured").y
    told = next(each for each in found.series if each.role == "declared").y
    known = np.isfinite(ground)
    # The track leaves the terrain model at one end, and runs straight across the slope.
    assert known.sum() > 60
    assert (told - ground)[known] == pytest.approx(4.0, abs=0.05)


def test_the_track_passes_the_station_when_the_photo_is_taken(card):
    evidence = card("tracks.visit")
    found = chart(evidence, "track_about_photo")
    away = found.series[0]
    assert away.x[away.y.argmin()] == pytest.approx(0.0, abs=0.05)
    assert away.y.min() == pytest.approx(0.0, abs=0.2)
    assert away.y.max() == pytest.approx(450.0, abs=1.0)
    assert found.bands[0].high == 300.0
