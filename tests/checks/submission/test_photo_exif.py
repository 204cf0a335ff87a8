"""Exif of real cameras, of our own writer, and of nobody's."""

import math
import struct
from pathlib import Path

import photos_small as made
import pytest

from onemap_verify.checks.submission.photos_exif import NOTHING, parse_moment, read_exif
from onemap_verify.checks.submission.photos_jpeg import read_jpeg

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "photos"


def of(jpeg):
    return read_exif(read_jpeg(jpeg).exif)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real photos are not beside the checkout")
def test_real_photos():
    phone = of((REAL / "iphone5_flower_dir93_2012-09-29.jpg").read_bytes())
    assert phone.longitude == pytest.approx(-(122 + 20.24 / 60))
    assert phone.latitude == pytest.approx(47 + 37.63 / 60)
    assert phone.direction == pytest.approx(93.4188, abs=1e-3)
    assert not phone.magnetic
    assert phone.altitude == pytest.approx(3.98, abs=0.01)
    assert phone.resolution == pytest.approx(111320 / 6000, rel=0.01)  # hundredths of minutes
    assert phone.field_of_view == pytest.approx(2 * math.degrees(math.atan(18 / 33)))
    assert (phone.make, phone.model) == ("Apple", "iPhone 5")
    camera = of((REAL / "mapillary_DSC00001_2018-06-08.jpg").read_bytes())
    assert camera.gps_time == parse_moment("2018-06-08 20:24:11")
    assert camera.local_time == parse_moment("2018-06-08 13:24:10")
    assert camera.zone == -7 * 3600
    assert camera.dop == pytest.approx(1.78)
    south = of((REAL / "qgis_0997_dir60_2012-03-06.jpg").read_bytes())
    assert south.latitude < 0
    assert south.software.startswith("GIMP")


def test_what_is_written_is_read():
    jpeg = made.tagged(
        made.scene(1), lon=113.5, lat=-34.25, altitude=-12.5, direction=359.5, reference="M",
        taken="2023:10:01 09:30:00", offset="+08:00", gps_date="2023:10:01", gps_time=(1, 30, 0),
        focal=26, serial="SN1", software="V1",
    )  # fmt: skip
    found = of(jpeg)
    assert found.longitude == pytest.approx(113.5, abs=1e-7)
    assert found.latitude == pytest.approx(-34.25, abs=1e-7)
    assert found.altitude == -12.5
    assert (found.direction, found.magnetic) == (359.5, True)
    assert found.gps_time == found.local_time - found.zone
    assert found.serial == "SN1"


def test_the_scan_is_the_same_under_other_metadata():
    one = made.tagged(made.scene(1), lon=1, lat=2)
    other = made.tagged(made.scene(1), lon=3, lat=4)
    assert read_jpeg(one).scan_digest == read_jpeg(other).scan_digest
    assert read_jpeg(one).scan_digest != read_jpeg(made.scene(2)).scan_digest


def test_a_directory_that_leads_to_itself():
    loop = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x8769, 4, 1, 8) + struct.pack("<I", 8)
    assert read_exif(loop).local_time != read_exif(loop).local_time  # NaN, and no endless walk


@pytest.mark.parametrize(
    "block",
    [b"", b"II", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 60, b"x" * 99],
)
def test_garbage_is_nothing(block):
    found = read_exif(block)
    assert found == NOTHING or found.longitude != found.longitude


@pytest.mark.parametrize("content", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff", b"PNG" * 9])
def test_no_jpeg_has_a_reason(content):
    assert read_jpeg(content).reason is not None


def test_every_cut_of_a_photo_is_survived():
    facts = {"lon": 113.5, "lat": 34.0, "direction": 5, "taken": "2023:10:01 01:02:03"}
    whole = made.tagged(made.scene(3), **facts)
    for length in range(0, 600, 7):
        read_exif(read_jpeg(whole[:length]).exif)
    block = made.exif_block(**facts)
    for place in range(len(block)):
        broken = bytearray(block)
        broken[place] ^= 0xFF
        read_exif(bytes(broken))


@pytest.mark.parametrize(
    "text",
    ["2023:10:01 09:30:00", "2023-10-01T09:30:00", "20231001093000", "2023年10月1日 9时30分",
     "2023/10/1 9:30"],
)  # fmt: skip
def test_moments(text):
    assert parse_moment(text) == parse_moment("2023-10-01 09:30:00")


@pytest.mark.parametrize("text", ["", "0000:00:00 00:00:00", "2023-13-45", "abc"])
def test_no_moment(text):
    assert math.isnan(parse_moment(text))


@pytest.mark.parametrize("lat, metres", [(37.25, 111320 / 3600e5), (37.28, 111320 / 3600e5)])
def test_round_angles_are_not_taken_for_coarse_ones(lat, metres):
    found = of(made.tagged(made.scene(4, (160, 120)), lon=113.0 + 1 / 3600, lat=lat))
    assert found.resolution <= 2 * metres
