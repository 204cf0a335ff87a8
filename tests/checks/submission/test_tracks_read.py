"""Receiver tracks: GPX and NMEA read as arrays, whatever the files hold."""

from pathlib import Path

import numpy as np
import pytest

from onemap_verify.checks.submission.tracks import (
    RTK_FIXED,
    UnreadableTrack,
    decimals_of,
    read_track,
    read_tracks,
)
from tests.fixtures.receivers import START, gga, gpx, sentence

GNSS = Path(__file__).resolve().parents[4] / "shared" / "data" / "gnss"
needs_logs = pytest.mark.skipif(not GNSS.is_dir(), reason="no shared GNSS logs here")


def test_gpx_gives_what_was_written(tmp_path):
    lon, lat = np.array([116.5, 116.50001, 116.500025]), np.array([36.1, 36.10001, 36.10002])
    track = read_track(
        gpx(tmp_path / "a.gpx", lon, lat, START + np.arange(3), np.array([20.5, 21.0, 21.5]))
    )
    assert track.kind == "gpx" and len(track) == 3 and track.dated
    np.testing.assert_allclose(track.lon, lon)
    np.testing.assert_allclose(track.time, START + np.arange(3))
    np.testing.assert_allclose(track.height, [20.5, 21.0, 21.5])
    assert track.unit == pytest.approx(1e-6) and track.height_unit == pytest.approx(0.1)


def test_segments_extensions_and_zones_of_time(tmp_path):
    path = tmp_path / "b.gpx"
    path.write_text(
        """<?xml version="1.0"?><gpx xmlns:x="u"><trk><trkseg>
        <trkpt lat="36.1" lon="116.5"><time>2023-09-04T09:00:00+08:00</time><hdop>0.9</hdop>
        <sat>11</sat><fix>3d</fix><extensions><x:speed>1.25</x:speed></extensions></trkpt>
        </trkseg><trkseg><trkpt lat="36.2" lon="116.6"><time>no time</time></trkpt>
        <trkpt lat="x" lon="116.6"/></trkseg></trk><rte><rtept lat="1" lon="1"/></rte></gpx>""",
        encoding="utf-8",
    )
    track = read_track(path)
    assert len(track) == 2 and track.damaged == 1
    assert track.time[0] == START and np.isnan(track.time[1])
    assert list(track.segment) == [0, 1]
    assert (track.hdop[0], track.satellites[0], track.quality[0]) == (0.9, 11, 1)
    assert track.speed[0] == 1.25


def test_gbk_gpx_is_read(tmp_path):
    path = gpx(tmp_path / "c.gpx", [116.5, 116.6], [36.1, 36.2], [START, START + 9], encoding="GBK")
    track = read_track(path)
    assert len(track) == 2 and track.creator == "外业"


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>
<gpx><trk><trkseg><trkpt lat="1" lon="1"><ele>&b;</ele></trkpt></trkseg></trk></gpx>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<gpx><trk><trkseg><trkpt lat="1" lon="1"><ele>&x;</ele></trkpt></trkseg></trk></gpx>"""


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (BOMB, "unsafe"),
        (OUTSIDE, "unsafe"),
        (b"<gpx>" + b"<a>" * 200, "unsafe"),
        (b"", "empty"),
        (b"\0\0\0", "empty"),
        (b"<gpx></gpx>", "empty"),
        (b"<gpx><trk", "damaged"),
        (b"<gpx><trk><trkseg><trkpt lat='a' lon='b'/></trkseg></trk></gpx>", "damaged"),
        (b"no track at all\n", "unsupported"),
        (bytes(range(256)) * 40, "unsupported"),
        (sentence("GPGGA,010203.00,,,,,0,00,,,M,,M,,").encode(), "empty"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path, content, cause):
    (tmp_path / "x.gpx" if content[:1] == b"<" else tmp_path / "x.log").write_bytes(content)
    path = next(tmp_path.iterdir())
    with pytest.raises(UnreadableTrack) as told:
        read_track(path)
    assert told.value.cause == cause
    assert path.name in told.value.text.zh and path.name in told.value.text.en


def test_one_bad_file_leaves_the_others(tmp_path):
    good = gpx(tmp_path / "good.gpx", [116.5, 116.6], [36.1, 36.2])
    bad = tmp_path / "bad.gpx"
    bad.write_bytes(b"<gpx>")
    read = read_tracks([("bad", bad), ("good", good), ("gone", tmp_path / "gone.gpx")])
    assert [track.name for track in read.tracks] == ["good"]
    assert {name: error.cause for name, error in read.unreadable.items()} == {
        "bad": "damaged",
        "gone": "unreadable",
    }


def test_a_cut_file_gives_its_beginning(tmp_path):
    path = gpx(tmp_path / "cut.gpx", np.full(50, 116.5), np.full(50, 36.1), START + np.arange(50))
    path.write_bytes(path.read_bytes()[:2000])
    track = read_track(path)
    assert track.cut_off and 5 < len(track) < 50


@pytest.mark.parametrize("talker", ["GP", "GL", "GA", "GB", "BD", "GN", "QZ"])
def test_every_talker_counts(tmp_path, talker):
    path = tmp_path / "t.nmea"
    path.write_text("".join(gga(f"01020{i}.00", 36.5, -116.25, talker) for i in range(3)))
    track = read_track(path)
    assert len(track) == 3 and not track.dated
    np.testing.assert_allclose(track.lat, 36.5)
    np.testing.assert_allclose(track.lon, -116.25)
    np.testing.assert_allclose(np.diff(track.time), 1.0)
    assert (track.quality == 1).all() and (track.geoid == -8.0).all()


def test_midnight_comments_junk_and_wrong_sums(tmp_path):
    path = tmp_path / "m.log"
    rmc = sentence("GNRMC,235959.00,A,3630.00000,N,11615.00000,E,2.000,,030923,,,A")
    edited = gga("000002.00", 36.5, 116.25).replace(",12,", ",13,")
    path.write_bytes(
        b"# a comment\n\xb5\x62\x01\x07junk"
        + rmc.encode()
        + gga("235959.00", 36.5, 116.25).encode()
        + gga("000000.00", 36.5, 116.25).encode()
        + b"\xd3\x00\x13\xff\xfe$GNGG"
        + gga("000001.00", 36.5, 116.25).encode()
        + edited.encode()
        + gga("000003.00", 36.5, 116.25).encode()[:30]
    )
    track = read_track(path)
    assert track.dated and len(track) == 4
    np.testing.assert_allclose(np.diff(track.time), 1.0)
    assert track.time[0] == START - 3601
    assert track.misprinted == 1 and track.damaged >= 1
    assert track.speed[0] == pytest.approx(2 * 1852 / 3600)


def test_decimals_are_those_of_the_numbers():
    assert decimals_of(np.array([5.7499000000000002, 5.75, 52.012845])) == 6
    assert decimals_of(np.array([116.0, 36.0])) == 0
    assert decimals_of(np.random.default_rng(1).random(20)) == 9


@needs_logs
def test_real_logs():
    ride = read_track(GNSS / "gpxbtour_wageningen_muenster_2010.gpx")
    assert len(ride) == 3228 and ride.unit == pytest.approx(1e-6) and ride.damaged == 0
    rtk = read_track(GNSS / "nmea-rtk.log")
    assert (rtk.quality == RTK_FIXED).any() and rtk.lat[0] == pytest.approx(41 + 34.49795459 / 60)
    assert rtk.dated and np.median(np.diff(rtk.time)) == pytest.approx(0.1, abs=1e-3)
    assert len(read_track(GNSS / "beidou-gb.log")) == 2
    f9p = read_track(GNSS / "ublox-zed-f9p-nmea.log")
    assert f9p.lat[0] == pytest.approx(-45.8775, abs=1e-3) and f9p.misprinted == 0
