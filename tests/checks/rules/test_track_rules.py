"""Tracks through a whole verification: recorded ones pass, drawn and replayed ones do not."""

import json
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal

from onemap_verify.checks.findings import Family, Verdict
from onemap_verify.checks.measures.gcj02 import wgs84_to_gcj02
from onemap_verify.checks.options import Options
from onemap_verify.checks.submission.tracks import read_track
from onemap_verify.checks.verify import verify
from tests.fixtures.packages import county, wkt
from tests.fixtures.receivers import START, clicked, gga, gpx, sentence, to_degrees, walked, wander

GNSS = Path(__file__).resolve().parents[4] / "shared" / "data" / "gnss"
needs_logs = pytest.mark.skipif(not GNSS.is_dir(), reason="no shared GNSS logs here")
LON, LAT = 117.0, 36.14
"""Where the parcels of the package lie (CGCS2000, 3° zone 39)."""


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "survey"
    folder.mkdir()
    county(folder / "DLTB.gpkg")
    return folder


def judged(package, **options):
    result = verify(
        Options(
            submission=package,
            findings=package.parent / "findings.gpkg",
            families=(Family.TRACKS,),
            strict=True,
            **options,
        )
    )
    return result.findings


def told(findings):
    return {(each.object_id, each.cause) for each in findings}


def put(package, name, xy, time=None, **facts):
    lon, lat = to_degrees(*xy, lon=LON, lat=LAT)
    time = START + np.arange(len(lon)) if time is None else time
    return gpx(package / "tracks" / name, lon, lat, time, **facts)


@pytest.mark.parametrize("kind", ["phone", "handheld", "survey"])
@pytest.mark.parametrize("way", ["walk", "bike", "car"])
def test_recorded_tracks_pass(package, kind, way):
    rng = np.random.default_rng(11)
    for number in range(4):
        time = START + 86400 * number + np.arange(500)
        put(package, f"{number}.gpx", walked(rng, 500, way, kind), time)
    assert judged(package) == []


@pytest.mark.parametrize("speed", [1.2, 4.0, 9.0])
def test_a_clicked_line_is_drawn(package, speed):
    put(package, "drawn.gpx", clicked(np.random.default_rng(3), 300, speed))
    (finding,) = judged(package)
    assert finding.cause == "drawn_track" and finding.object_id == "drawn.gpx"
    assert finding.verdict is Verdict.INCONSISTENT and finding.where is not None
    assert finding.evidence["steadiness"] < 0.01
    assert speed > 4 or finding.evidence["straight"] > 0.8


def test_white_noise_does_not_hide_a_drawn_line(package):
    put(package, "noisy.gpx", clicked(np.random.default_rng(4), 600, 1.4, noise=1.5))
    (finding,) = judged(package)
    assert finding.cause == "drawn_track"
    assert finding.evidence["white"] == pytest.approx(1.5, rel=0.2)


def test_jittered_times_do_not_hide_even_spacing(package):
    rng = np.random.default_rng(5)
    time = START + np.cumsum(rng.uniform(0.5, 1.5, 400))
    put(package, "jitter.gpx", clicked(rng, 400, 5.0), time)
    (finding,) = judged(package)
    assert finding.cause == "drawn_track" and finding.evidence["evenness"] < 0.02


def test_a_track_without_times_is_not_checkable(package):
    lon, lat = to_degrees(*clicked(np.random.default_rng(3)), lon=LON, lat=LAT)
    gpx(package / "tracks" / "untimed.gpx", lon, lat)
    assert judged(package) == []


def test_unreadable_tracks_are_told_and_the_rest_is_checked(package):
    put(package, "drawn.gpx", clicked(np.random.default_rng(3)))
    (package / "tracks" / "broken.gpx").write_bytes(b"<gpx><trk>")
    (package / "tracks" / "empty.nmea").write_bytes(b"")
    (package / "tracks" / "noise.log").write_bytes(bytes(range(256)))
    assert told(judged(package)) == {
        ("broken.gpx", "unreadable_file"),
        ("empty.nmea", "unreadable_file"),
        ("noise.log", "unreadable_file"),
        ("drawn.gpx", "drawn_track"),
    }


def test_replays_are_found_moved_reversed_and_thinned(package):
    rng = np.random.default_rng(6)
    x, y = walked(rng, 600, "bike", "handheld")
    put(package, "a.gpx", (x, y))
    later = START + 3 * 86400 + 1234 + np.arange(600)
    put(package, "later.gpx", (x, y), later)
    put(package, "moved.gpx", (x + 4000.0, y - 2500.0), later + 86400)
    put(package, "reversed.gpx", (x[::-1] + 900.0, y[::-1]), later + 2 * 86400)
    put(package, "thinned.gpx", (x[::3] - 700.0, y[::3]), later[::3] + 3 * 86400)
    put(package, "other.gpx", walked(rng, 600, "bike", "handheld"), later + 4 * 86400)
    found = [each for each in judged(package) if each.cause == "replayed_track"]
    pairs = {frozenset((each.object_id, each.evidence["other_track"])) for each in found}
    names = ["a.gpx", "later.gpx", "moved.gpx", "reversed.gpx", "thinned.gpx"]
    assert {name for pair in pairs for name in pair} == set(names)
    assert not [pair for pair in pairs if "other.gpx" in pair]
    assert all(each.verdict is Verdict.INCONSISTENT for each in found)


def test_one_recording_delivered_twice_is_no_replay(package):
    x, y = walked(np.random.default_rng(7), 500)
    put(package, "a.gpx", (x, y))
    put(package, "part.gpx", (x[100:400], y[100:400]), START + np.arange(100, 400))
    assert judged(package) == []
    put(package, "zone.gpx", (x, y), START + 8 * 3600 + np.arange(500))
    findings = judged(package)
    assert findings and all(each.verdict is Verdict.DOUBTFUL for each in findings)


def test_two_walks_along_one_way_are_no_replay(package):
    rng = np.random.default_rng(8)
    x, y = walked(rng, 600, "walk", "survey")
    pace = np.cumsum(rng.uniform(0.8, 1.2, 600))
    pace *= 599 / pace[-1]
    again = [np.interp(pace, np.arange(600), each) + rng.normal() for each in (x, y)]
    again = [each + np.cumsum(rng.normal(size=600)) * 0.02 for each in again]
    put(package, "a.gpx", (x, y))
    put(package, "b.gpx", again, START + 86400 + np.arange(600))
    assert judged(package) == []


def test_impossible_speed_and_compressed_times(package):
    rng = np.random.default_rng(9)
    x, y = walked(rng, 400)
    put(package, "far.gpx", (x + np.where(np.arange(400) > 200, 60_000.0, 0), y))
    put(package, "fast.gpx", walked(rng, 1500), START + np.arange(1500) / 15)
    x[200] += 5000
    put(package, "jump.gpx", (x, y), START + 9 * 86400 + np.arange(400))
    found = {each.object_id: each for each in judged(package) if each.rule_id == "tracks.speed"}
    assert found["far.gpx"].cause == "impossible_speed"
    assert found["far.gpx"].verdict is Verdict.INCONSISTENT
    assert found["fast.gpx"].cause == "impossible_acceleration"
    assert "jump.gpx" not in found


def test_times_that_run_back(package):
    rng = np.random.default_rng(10)
    x, y = walked(rng, 300)
    shuffled = START + rng.permutation(300)
    put(package, "mixed.gpx", (x, y), shuffled)
    put(package, "newest_first.gpx", walked(rng, 300), START + 86400 - np.arange(300))
    found = [each for each in judged(package) if each.cause == "time_order"]
    assert [each.object_id for each in found] == ["mixed.gpx"]
    assert found[0].verdict is Verdict.INCONSISTENT


def hills(path, code=4490):
    """A DEM of hills round the parcels."""
    step, size = 0.0003, 400
    lon = LON - 0.06 + (np.arange(size) + 0.5) * step
    lat = LAT + 0.06 - (np.arange(size) + 0.5) * step
    east, north = np.meshgrid((lon - LON) * 90_000, (lat - LAT) * 111_000)
    heights = 300 + 60 * np.sin(east / 350) * np.cos(north / 420) + east / 60
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), size, size, 1, gdal.GDT_Float32)
    dataset.SetGeoTransform((LON - 0.06, step, 0, LAT + 0.06, 0, -step))
    dataset.SetProjection(wkt(code))
    dataset.GetRasterBand(1).WriteArray(heights.astype(np.float32))
    del dataset

    def at(there_lon, there_lat):
        a, b = (there_lon - LON) * 90_000, (there_lat - LAT) * 111_000
        return 300 + 60 * np.sin(a / 350) * np.cos(b / 420) + a / 60

    return at


def test_heights_against_the_terrain(package):
    rng = np.random.default_rng(12)
    at = hills(package.parent / "dem.tif")
    raster = gdal.Open(str(package.parent / "dem.tif"))
    cells = raster.ReadAsArray()

    def nearest(lon, lat):
        column = ((lon - (LON - 0.06)) / 0.0003).astype(int)
        row = (((LAT + 0.06) - lat) / 0.0003).astype(int)
        return cells[row, column]

    def track(name, day, height):
        x, y = walked(rng, 600, "bike")
        lon, lat = to_degrees(x * 0.6, y * 0.6, lon=LON, lat=LAT)
        time = START + 86400 * day + np.arange(600)
        gpx(package / "tracks" / name, lon, lat, time, height(lon, lat))

    track("honest.gpx", 0, lambda lon, lat: at(lon, lat) + 12 + rng.normal(size=600).cumsum() * 0.1)
    track("copied.gpx", 1, nearest)
    track("flat.gpx", 2, lambda lon, lat: np.full(600, 100.0))
    assert told(judged(package, dem=str(package.parent / "dem.tif"))) == {
        ("copied.gpx", "altitude_from_dem"),
        ("flat.gpx", "constant_altitude"),
    }


def test_gcj02_is_named_and_swapped_axes(package):
    rng = np.random.default_rng(13)
    at = hills(package.parent / "dem.tif")
    x, y = walked(rng, 900, "bike")
    lon, lat = to_degrees(x * 0.6, y * 0.6, lon=LON, lat=LAT)
    height = at(lon, lat) + 5 + rng.normal(size=900) * 0.4
    time = START + np.arange(900)
    shifted = np.round(wgs84_to_gcj02(lon, lat), 6)
    gpx(package / "tracks" / "gcj.gpx", *shifted, time, height)
    x, y = walked(rng, 300)
    lon, lat = to_degrees(x, y, lon=LON, lat=LAT)
    gpx(package / "tracks" / "swapped.gpx", lat, lon, time[:300] + 86400)
    lon, lat = to_degrees(*walked(rng, 300), lon=LON + 3, lat=LAT)
    gpx(package / "tracks" / "far.gpx", lon, lat, time[:300] + 2 * 86400)
    findings = judged(package, dem=str(package.parent / "dem.tif"))
    assert told(findings) == {
        ("gcj.gpx", "gcj02"),
        ("swapped.gpx", "axis_swap"),
        ("far.gpx", "elsewhere"),
    }


def test_a_track_along_the_edges_of_parcels_is_traced(package):
    rng = np.random.default_rng(14)
    # The parcels are squares of 20 m from 500 000, 4 000 000.
    from onemap_verify.checks.reproject import Reprojection

    steps = rng.uniform(0.6, 1.6, 150).cumsum()
    xy = np.column_stack([39_500_000.0 + steps, np.full(150, 4_000_020.0)])
    degrees = Reprojection(wkt(4527), "EPSG:4326").points(xy)
    gpx(package / "tracks" / "t.gpx", *degrees.T, START + np.arange(150), decimals=8)
    assert ("t.gpx", "traced_boundary") in told(judged(package))


def test_what_a_receiver_says_of_its_fixes(package):
    rng = np.random.default_rng(15)
    lon, lat = to_degrees(*walked(rng, 120), lon=LON, lat=LAT, decimals=8)
    clocks = [f"01{i // 60:02d}{i % 60:02d}.00" for i in range(120)]
    rmc = sentence("GNRMC,010000.00,A,3608.00000,N,11700.00000,E,2.000,,040923,,,A")
    lines = [gga(clock, b, a) for clock, a, b in zip(clocks, lon, lat)]
    folder = package / "tracks"
    folder.mkdir()
    (folder / "good.nmea").write_text(rmc + "".join(lines))
    (folder / "mock.nmea").write_text(
        rmc + "".join(gga(c, b + 0.01, a, quality=8) for c, a, b in zip(clocks, lon, lat))
    )
    edited = [line.replace("N,117", "N,118", 1) for line in lines]
    (folder / "edited.nmea").write_text(rmc + "".join(edited))
    found = told(judged(package))
    assert ("mock.nmea", "simulated_fix") in found and ("edited.nmea", "edited_log") in found
    assert not [pair for pair in found if pair == ("good.nmea", "simulated_fix")]


@needs_logs
def test_real_logs_pass(package):
    (package / "tracks").mkdir()
    for log in GNSS.glob("*.log"):
        (package / "tracks" / log.name).write_bytes(log.read_bytes())
    ride = read_track(GNSS / "gpxbtour_wageningen_muenster_2010.gpx")
    starts = range(0, 3200, 300)
    for number, first in enumerate(starts):
        part = slice(first, first + 300, 1 + number % 3)
        gpx(
            package / "tracks" / f"ride{number}.gpx",
            ride.lon[part],
            ride.lat[part],
            ride.time[part],
            ride.height[part],
        )
    findings = judged(package)
    assert {each.cause for each in findings} <= {"elsewhere"}
    assert json.dumps([each.evidence for each in findings])


def test_replays_sampled_anew_or_with_noise_are_found_and_commutes_are_not(package):
    rng = np.random.default_rng(21)
    x, y = walked(rng, 700, "walk", "phone")
    put(package, "a.gpx", (x, y), decimals=7)
    later = np.arange(0.0, 699.0, 3.0)
    anew = [np.interp(later, np.arange(700), each) for each in (x, y)]
    put(package, "anew.gpx", anew, START + 3 * 86400 + 1234 + later, decimals=7)
    noisy = [each + rng.normal(0, 0.4, 700) for each in (x, y)]
    put(package, "noisy.gpx", noisy, START + 9 * 86400 - 1111 + np.arange(700), decimals=7)
    # The same way again at another pace, seen by a receiver better than any phone.
    pace = np.cumsum(np.exp(wander(rng, 700, 20, 0.15)))
    pace = pace[pace < 699]
    commute = [np.interp(pace, np.arange(700), each) for each in (x, y)]
    time = START + 5 * 86400 + np.arange(len(pace))
    put(package, "commute.gpx", commute, time, decimals=7)
    found = [each for each in judged(package) if each.cause == "replayed_track"]
    pairs = {frozenset((each.object_id, each.evidence["other_track"])) for each in found}
    assert {frozenset(("a.gpx", "anew.gpx")), frozenset(("a.gpx", "noisy.gpx"))} <= pairs
    assert not [pair for pair in pairs if "commute.gpx" in pair]


def test_times_got_by_dividing_are_drawn(package):
    rng = np.random.default_rng(22)
    x, y = np.cumsum(rng.gamma(2.0, 20.0, (2, 40)) * rng.choice([-1, 1], (2, 40)), axis=1)
    put(package, "divided.gpx", (x, y), START + np.round(np.arange(40) * 13.37), decimals=7)
    put(package, "clock.gpx", (x + 9e3, y), START + 13.0 * np.arange(40), decimals=7)
    found = {each.object_id: each for each in judged(package) if each.cause == "drawn_track"}
    assert set(found) == {"divided.gpx"}
    assert found["divided.gpx"].verdict is Verdict.DOUBTFUL


def test_a_walk_along_fields_at_the_speed_of_a_train_is_impossible(package):
    rng = np.random.default_rng(23)
    turns = np.cumsum(rng.choice([-1, 1], 16) * np.pi / 2)
    x, y = np.cumsum([np.sin(turns) * 90.0, np.cos(turns) * 90.0], axis=1)
    put(package, "hurried.gpx", (x, y), decimals=7)
    assert ("hurried.gpx", "impossible_acceleration") in told(judged(package))


def test_what_one_short_track_leaves_open_all_tracks_tell_together(package):
    rng = np.random.default_rng(24)
    at = hills(package.parent / "dem.tif")
    for number in range(12):
        x, y = walked(rng, 240, "walk", "handheld") + rng.uniform(-700, 700, (2, 1))
        lon, lat = to_degrees(x, y, lon=LON, lat=LAT)
        height = at(lon, lat) + rng.normal() * 5 + wander(rng, 240, 90, 2.5)
        shifted = np.round(wgs84_to_gcj02(lon, lat), 6)
        time = START + 3600 * number + np.arange(240)
        gpx(package / "tracks" / f"{number:02d}.gpx", *shifted, time, height)
        gpx(package.parent / "honest" / f"{number:02d}.gpx", lon, lat, time, height)
    named = {name for name, cause in told(judged(package, dem=str(package.parent / "dem.tif")))}
    assert len(named) >= 11
    for path in (package / "tracks").iterdir():
        path.write_bytes((package.parent / "honest" / path.name).read_bytes())
    assert judged(package, dem=str(package.parent / "dem.tif")) == []


def test_a_spline_through_clicks_is_drawn_and_a_far_apart_log_is_not_checkable(package):
    rng = np.random.default_rng(8)
    from scipy.interpolate import CubicSpline

    corners = np.cumsum(rng.normal(size=(40, 2)) * 22, axis=0)
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    x, y = CubicSpline(way, corners)(np.arange(0.0, way[-1], 1.4)).T
    lon, lat = to_degrees(x, y, lon=LON, lat=LAT, decimals=7)
    gpx(package / "tracks" / "spline.gpx", lon, lat, START + np.arange(len(x)), decimals=7)
    time = START + 9 * 86400 + np.arange(0, 2400, 12)
    whole = walked(rng, 2400, "bike", "phone")
    put(package, "apart.gpx", (whole[0][::12], whole[1][::12]), time)
    findings = judged(package)
    assert ("spline.gpx", "drawn_track") in told(findings)
    assert not any(f.object_id == "apart.gpx" for f in findings)
    (one,) = [f for f in findings if f.object_id == "spline.gpx" and f.cause == "drawn_track"]
    assert "cubic" in one.evidence


def test_a_track_of_a_few_fixes_at_the_speed_of_a_train_is_impossible(package):
    put(package, "few.gpx", (np.arange(8) * 90.0, np.array([0, 3, -2, 1, 0, 4, -1, 2.0])))
    assert ("few.gpx", "impossible_speed") in told(judged(package))


def test_six_fixes_are_judged_by_the_whole_way_that_was_gone_fast(package):
    pace = np.cumsum([0.0, 58, 64, 66, 62, 70])
    put(package, "six.gpx", (pace, np.array([0, 3, -2, 1, 0, 4.0])))
    # A receiver that jumps away and back was fast for two steps only.
    jump = np.array([0.0, 2, 400, 5, 7, 9])
    put(package, "jump.gpx", (jump, np.array([0, 1, 0, -1, 0, 1.0])))
    found = told(judged(package))
    assert ("six.gpx", "impossible_speed") in found
    assert not any(name == "jump.gpx" for name, _ in found)
