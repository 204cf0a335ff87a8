"""The honest county: a clean coverage, exact books, every rule content."""

import hashlib

import numpy as np
import pytest
import shapely
from osgeo import osr

from onemap_verify.checks.verify import Options, verify
from onemap_verify.demo.areas import ellipsoid_areas
from onemap_verify.demo.attributes import RIDGES
from onemap_verify.demo.corners import sharp_corners
from onemap_verify.demo.county import build_county, write_county, write_trusted
from onemap_verify.demo.names import COUNTY_CODE
from onemap_verify.demo.terrain import (
    CENTRAL_MERIDIAN,
    EPSG,
    SOURCE_MERIDIAN,
    sample_file,
)


def cents(values):
    return np.array([round(float(value) * 100) for value in values])


def totals(keys, values):
    names, place = np.unique(np.asarray(keys, dtype=str), return_inverse=True)
    return dict(zip(names.tolist(), np.bincount(place, values).astype(int).tolist()))


def test_parcels_are_a_clean_coverage(county):
    shapes = county.layers["DLTB"].shape
    assert set(shapely.get_type_id(shapes)) == {3}
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert len(sharp_corners(shapes)[0]) == 0


def test_parcels_are_as_many_as_asked_for(county):
    assert 300 <= len(county.layers["DLTB"]) <= 520


def test_parcels_are_not_smaller_than_their_class_allows(county):
    layer = county.layers["DLTB"]
    least = np.array(
        [county.standard.classes[code].min_area for code in layer.columns["DLBM"]], dtype=float
    )
    linear = np.array([county.standard.classes[code].linear for code in layer.columns["DLBM"]])
    assert (shapely.area(layer.shape)[~linear] >= least[~linear]).all()


def test_coordinates_are_stored_to_a_tenth_of_a_millimetre(county):
    xy = shapely.get_coordinates(county.layers["DLTB"].shape)
    assert np.abs(xy * 1e4 - np.round(xy * 1e4)).max() < 1e-3
    assert xy[:, 0].min() > 41_500_000


def test_villages_and_towns_match_node_by_node(county):
    parcels = county.layers["DLTB"]
    villages = county.layers["CJDCQ"]
    of_parcels = set(map(tuple, shapely.get_coordinates(parcels.shape).tolist()))
    for code, shape in zip(villages.columns["ZLDWDM"], villages.shape):
        inside = parcels.columns["ZLDWDM"] == code
        united = shapely.union_all(parcels.shape[inside])
        assert united.equals(shape)
        assert set(map(tuple, shapely.get_coordinates(shape).tolist())) <= of_parcels
    of_villages = set(map(tuple, shapely.get_coordinates(villages.shape).tolist()))
    towns = county.layers["XZQ"]
    assert set(map(tuple, shapely.get_coordinates(towns.shape).tolist())) <= of_villages
    assert shapely.coverage_is_valid(villages.shape)
    assert shapely.coverage_is_valid(towns.shape)


def test_slope_map_covers_the_county_once(county):
    patches = county.layers["PDT"]
    assert shapely.coverage_is_valid(patches.shape)
    whole = shapely.union_all(county.layers["XZQ"].shape)
    assert shapely.area(patches.shape).sum() == pytest.approx(whole.area, abs=1.0)
    assert set(patches.columns["PDJB"]) <= set("12345")


def test_areas_close_to_the_cent(county):
    parcels, villages = county.layers["DLTB"].columns, county.layers["CJDCQ"].columns
    towns = county.layers["XZQ"].columns
    by_village = totals(parcels["ZLDWDM"], cents(parcels["TBMJ"]))
    declared = dict(zip(villages["ZLDWDM"].tolist(), cents(villages["DCMJ"]).tolist()))
    assert by_village == declared
    by_town = totals([code[:9] for code in villages["ZLDWDM"]], cents(villages["DCMJ"]))
    assert by_town == dict(zip(towns["XZQDM"].tolist(), cents(towns["DCMJ"]).tolist()))
    assert cents(towns["DCMJ"]).sum() == round(county.control_area * 100)


def test_parcel_areas_are_ellipsoid_areas(county):
    layer = county.layers["DLTB"]
    exact = ellipsoid_areas(layer.shape, county.standard)
    declared = layer.columns["TBMJ"].astype(float)
    assert np.abs(declared - exact).max() < 0.016
    # 55 km off the central meridian the plane is too large by 0.007 %.
    assert (shapely.area(layer.shape) / exact).mean() == pytest.approx(1.000_075, abs=2e-5)


def test_deductions_follow_the_county_table(county):
    columns = county.layers["DLTB"].columns
    for row, code in enumerate(columns["DLBM"]):
        key = (columns["GDLX"][row] or "", columns["GDPDJB"][row] or "")
        ridge = RIDGES.get(key, 0.0) if code.startswith("01") else 0.0
        total = round(columns["TBMJ"][row] * 100)
        deducted = int(np.floor(total * ridge + 0.5))
        assert round(columns["KCMJ"][row] * 100) == deducted
        assert round(columns["TBDLMJ"][row] * 100) == total - deducted
        assert (columns["KCDLBM"][row] == "1203") == (ridge > 0)
        assert (columns["GDPDJB"][row] is not None) == code.startswith("01")


def test_identifiers_are_text_of_eighteen_digits_and_unique(county):
    every = [value for layer in county.layers.values() for value in layer.columns["BSM"]]
    assert len(set(every)) == len(every)
    assert all(len(v) == 18 and v.isdigit() and v.startswith(COUNTY_CODE) for v in every)
    assert county.layers["DLTB"].columns["BSM"][0][6:10] == "2110"


def test_all_thirty_fields_are_there(county):
    names = [field.name for field in county.standard.fields["DLTB"]]
    assert list(county.layers["DLTB"].columns) == names
    assert len(names) == 30


def test_heights_lie_near_the_trusted_terrain_but_not_on_it(county):
    spots = county.layers["GCZJD"]
    xy = shapely.get_coordinates(spots.shape)
    off = spots.columns["BSGC"].astype(float) - county.dem_grid.sample(county.dem, xy)
    assert 0.25 < off.std() < 1.5
    assert abs(off.mean()) < 0.4


def test_terrain_is_the_real_one_moved(county):
    """Every tenth height agrees with the sample at the place it was taken from."""
    source, target = osr.SpatialReference(), osr.SpatialReference()
    source.ImportFromEPSG(EPSG)
    target.ImportFromEPSG(4490)
    for reference in (source, target):
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    back = osr.CoordinateTransformation(source, target)
    east, north = county.dem_grid.centres()
    with np.load(sample_file()) as sample:
        known, step = sample["elevation"].astype(float), float(sample["dx"])
        left, top = float(sample["xmin"]), float(sample["ymin"])
    off = []
    for row in range(5, len(north), 40):
        for column in range(5, len(east), 40):
            longitude, latitude, _ = back.TransformPoint(east[column], north[row])
            longitude += SOURCE_MERIDIAN - CENTRAL_MERIDIAN
            at = int((top - latitude) / step), int((longitude - left) / step)
            off.append(county.dem[row, column] - known[at])
    assert len(off) > 40
    assert abs(np.median(off)) < 2.0
    assert np.percentile(np.abs(off), 90) < 20.0


def test_same_seed_same_bytes(tmp_path):
    first_made, again, other = (build_county(160, seed=seed) for seed in (4, 4, 5))

    def digests(made, folder):
        files = [write_county(made, folder), *write_trusted(made, folder)]
        return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]

    first = digests(first_made, tmp_path / "first")
    assert digests(again, tmp_path / "again") == first
    assert digests(other, tmp_path / "other")[:2] != first[:2]


def test_no_rule_accuses_the_honest_surveyor(county, tmp_path):
    package = write_county(county, tmp_path)
    dem, _ = write_trusted(county, tmp_path)
    done = verify(
        Options(
            submission=package,
            findings=tmp_path / "findings.gpkg",
            dem=str(dem),
            ridge_coefficients=dict(RIDGES),
            control_area=county.control_area,
            strict=True,
        )
    )
    accused = [f.message.en for f in done.findings if f.verdict.value == "inconsistent"]
    assert accused == []
    assert len(done.findings) <= 10
    assert sum(run.tested for run in done.runs) > 10_000
