"""Pictures, photos, tracks and last year of the demo county: what they say of themselves."""

import io
import sqlite3
from functools import reduce
from operator import xor

import numpy as np
import pytest
import shapely
from osgeo import gdal, ogr
from PIL import Image

from onemap_verify.demo.evidence import gather, write_evidence, write_trusted_pictures
from onemap_verify.demo.evidence.crew import CAMPAIGN, degrees_of
from onemap_verify.demo.frauds import plant


@pytest.fixture(scope="module")
def evidence(county):
    return gather(county, seed=3)


@pytest.fixture(scope="module")
def trusted(county, evidence, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trusted")
    write_trusted_pictures(county, evidence, folder, 3)
    return folder


def test_last_year_is_the_same_county_a_few_changes_ago(county, evidence):
    before, now = evidence.before, county.layers["DLTB"]
    assert (before.parcels.shape == now.shape).all()
    assert (before.parcels.columns["BSM"] == now.columns["BSM"]).all()
    differ = before.parcels.columns["DLBM"] != now.columns["DLBM"]
    assert np.flatnonzero(differ).tolist() == before.changed.tolist()
    assert 0 < len(before.changed) < 0.06 * len(now)


def test_the_pictures_show_what_the_land_is(county, evidence, trusted):
    """Water is dark in the near infrared, woods are green, changed parcels look otherwise."""
    now = gdal.Open(str(trusted / "image_2023.tif"))
    assert [now.GetRasterBand(n).GetDescription() for n in range(1, 5)] == [
        *("blue", "green", "red", "nir")
    ]
    bands = now.ReadAsArray().astype(float)
    left, step, _, top, _, _ = now.GetGeoTransform()
    xy = shapely.get_coordinates(shapely.point_on_surface(county.parcels.shape))
    row = ((top - xy[:, 1]) / step).astype(int)
    column = ((xy[:, 0] - left) / step).astype(int)
    _, _, red, nir = bands[:, row, column]
    greenness = (nir - red) / (nir + red)
    large = shapely.area(county.parcels.shape) > 5000
    code = county.parcels.code.astype(str)
    assert np.median(greenness[(code == "0301") & large]) > 0.6
    assert np.median(greenness[np.char.startswith(code, "07") & large]) < 0.3
    assert np.median(nir[np.isin(code, ["1103", "1104"])]) < 900


def test_photos_look_at_their_parcels_within_the_campaign(county, evidence):
    for photo in evidence.photos:
        shape = county.parcels.shape[photo.station.row]
        assert shape.distance(shapely.Point(photo.station.xy)) < 15
        assert CAMPAIGN[0] <= f"{photo.station.taken:%Y-%m-%d}" <= CAMPAIGN[1]
        assert 8 <= photo.station.taken.hour < 19
    seen = [photo.station for photo in evidence.photos]
    off = [np.hypot(*(np.array(s.noted) - np.array(s.xy))) for s in seen]
    assert 1 < np.median(off) < 10


def test_the_store_and_the_files_in_it_say_the_same(county, evidence, tmp_path):
    store, *tracks = write_evidence(evidence, tmp_path)
    with sqlite3.connect(store) as connection:
        rows = connection.execute(
            "SELECT FJ, Longitude, Latitude, PSJD, PSSJ, TBYBH FROM FJ"
        ).fetchall()
    assert len(rows) == len(evidence.photos)
    known = set(county.layers["DLTB"].columns["TBYBH"])
    for blob, longitude, latitude, azimuth, taken, parcel in rows:
        exif = Image.open(io.BytesIO(blob)).getexif()
        place = exif.get_ifd(0x8825)
        assert float(place[4][0] + place[4][1] / 60 + place[4][2] / 3600) == pytest.approx(
            longitude, abs=1e-6
        )
        assert float(place[2][0] + place[2][1] / 60 + place[2][2] / 3600) == pytest.approx(
            latitude, abs=1e-6
        )
        assert float(place[17]) == pytest.approx(azimuth, abs=0.51)
        assert exif[0x0132].replace(":", "-", 2) == taken
        assert parcel in known
    assert tracks


def test_tracks_can_be_read_by_others(evidence, tmp_path):
    for path in write_evidence(evidence, tmp_path)[1:]:
        if path.suffix == ".gpx":
            source = ogr.Open(str(path))
            first = source.GetLayerByName("track_points").GetNextFeature()
            assert first.GetGeometryRef().GetX() == pytest.approx(123.6, abs=0.3)
        else:
            for line in path.read_text().split():
                body, _, check = line[1:].partition("*")
                assert reduce(xor, body.encode()) == int(check, 16)
                assert body.startswith("BD")


def test_a_place_in_degrees_is_where_the_zone_puts_it():
    (east, north) = degrees_of(np.array([[41_500_000.0, 4_000_000.0]]))[0]
    assert east == pytest.approx(123.0, abs=1e-9)
    assert north == pytest.approx(36.129, abs=0.01)


def test_the_forger_changes_a_copy_of_the_evidence_only(county, evidence):
    jpegs = [photo.jpeg for photo in evidence.photos]
    days = list(evidence.walks)
    forged, planted = plant(county, seed=3, each=1, evidence=evidence)
    assert [photo.jpeg for photo in evidence.photos] == jpegs
    assert list(evidence.walks) == days
    assert len(forged.evidence.walks) == len(days) + 2
    changed = sum(a != b.jpeg for a, b in zip(jpegs, forged.evidence.photos))
    kinds = [fraud.kind for fraud in planted if fraud.family == "photos"]
    assert changed == len(kinds) == 4
