"""Frames: what is right stays unblamed, what is wrong is named, and by the right name."""

from __future__ import annotations

import numpy as np
import packages
import pytest
import shapely

from onemap_verify.checks.measures.crs import CrsReader
from onemap_verify.checks.measures.frame import measure_frame
from onemap_verify.checks.reproject import Reprojection
from onemap_verify.checks.table import Table

# A county at 117.4° E, 36.4° N: in 3° zone 39 (central meridian 117°).
EAST, NORTH = 35_000.0, 4_030_000.0
ZONE_39, PLAIN_117, PLAIN_114, PLAIN_120 = 4527, 4548, 4547, 4549
ESRI = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_39",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",39500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",117.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
NAMELESS = (
    ESRI.replace("CGCS2000_3_Degree_GK_Zone_39", "unknown")
    .replace("D_China_2000", "D_unknown")
    .replace('"CGCS2000"', '"ellipsoid"')
    .replace("GCS_China_Geodetic_Coordinate_System_2000", "unknown")
)


def layer(code, east=500_000.0 + EAST, north=NORTH, name="DLTB", shapes=None):
    """A layer of 100 parcels of 20 m, declared in ``code``, stored from (east, north)."""
    if shapes is None:
        shapes = packages.squares(100, east, north)
    return Table(
        name=name,
        source=name,
        fields={},
        columns={},
        geometry=np.asarray(shapes),
        row_ids=np.arange(len(shapes)),
        wkt=packages.wkt(code),
        geometry_type="polygon",
    )


def degrees():
    """The same parcels in degrees."""
    there = Reprojection(packages.wkt(PLAIN_117), packages.wkt(4490))
    return shapely.transform(packages.squares(100, 500_000 + EAST, NORTH), there.points)


def swapped(shapes):
    return shapely.transform(shapes, lambda xy: xy[:, ::-1])


@pytest.fixture
def dem(tmp_path):
    """A DEM of 100 km around the county, in zone 39 without prefix."""
    west, north = 500_000 + EAST - 50_000, NORTH + 50_000
    return str(packages.plane_dem(tmp_path / "dem.tif", PLAIN_117, west, north, 2_000))


def measure(standard, *layers, dem=""):
    return measure_frame({table.name: table for table in layers}, dem, standard)


def named(frame):
    return [(issue.kind, issue.layers, issue.contradiction) for issue in frame.issues]


@pytest.mark.parametrize(
    ("code", "east", "prefix"),
    [
        (ZONE_39, 39_500_000.0, True),
        (PLAIN_117, 500_000.0, False),
        (ESRI, 39_500_000.0, True),
        (NAMELESS, 39_500_000.0, True),
    ],
)
@pytest.mark.parametrize("with_dem", [False, True])
def test_a_right_frame_is_not_blamed(standard, dem, code, east, prefix, with_dem):
    frame = measure(standard, layer(code, east + EAST), dem=dem if with_dem else "")
    assert frame.issues == []
    assert frame.trusted("DLTB") and frame.reason("DLTB") is None
    assert frame.central_meridian("DLTB") == 117.0
    assert frame.false_easting("DLTB") == east
    assert frame.zone_prefix("DLTB") is prefix
    assert not frame.geographic("DLTB")
    assert frame.wkt("DLTB") != ""


def test_a_layer_that_is_not_there(standard):
    frame = measure(standard)
    assert (frame.wkt("DLTB"), frame.trusted("DLTB")) == ("", False)
    assert np.isnan(frame.central_meridian("DLTB"))
    assert frame.reason("DLTB") is not None


def test_eastings_with_a_zone_under_a_frame_without(standard, dem):
    frame = measure(standard, layer(PLAIN_117, 39_500_000 + EAST), dem=dem)
    assert named(frame) == [("zone_prefix", ("DLTB",), True)]
    assert "zone 39" in frame.issues[0].seems
    assert "8 位数" in frame.issues[0].text.zh
    assert frame.false_easting("DLTB") == 39_500_000.0
    assert frame.trusted("DLTB")


def test_eastings_without_a_zone_under_a_frame_with_one(standard):
    frame = measure(standard, layer(ZONE_39))
    assert named(frame) == [("zone_prefix", ("DLTB",), True)]
    assert "CM 117E" in frame.issues[0].seems
    assert frame.false_easting("DLTB") == 500_000.0


def test_the_zone_in_the_eastings_is_another(standard, dem):
    frame = measure(standard, layer(4526, 39_500_000 + EAST), dem=dem)
    assert named(frame) == [("wrong_zone", ("DLTB",), True)]
    assert "zone 39" in frame.issues[0].seems and "zone 38" in frame.issues[0].declared
    assert frame.central_meridian("DLTB") == 117.0


def test_the_zone_in_the_eastings_belies_a_frame_without(standard):
    frame = measure(standard, layer(PLAIN_114, 39_500_000 + EAST))
    assert named(frame) == [("wrong_zone", ("DLTB",), True)]


@pytest.mark.parametrize("code", [PLAIN_114, PLAIN_120])
def test_only_the_dem_tells_the_wrong_zone(standard, dem, code):
    frame = measure(standard, layer(code), dem=dem)
    assert named(frame) == [("wrong_zone", ("DLTB",), False)]
    assert frame.issues[0].doubtful
    assert "CM 117E" in frame.issues[0].seems
    # No parcel may be accused in a frame that was guessed.
    assert not frame.trusted("DLTB") and frame.reason("DLTB") is not None
    assert measure(standard, layer(code)).issues == []


def test_a_dem_that_several_zones_would_fit_tells_nothing(standard, tmp_path):
    wide = packages.plane_dem(tmp_path / "wide.tif", 4490, 100, 45, 0.5)
    frame = measure(standard, layer(None), dem=str(wide))
    assert named(frame) == [("no_crs", ("DLTB",), False)]
    assert frame.wkt("DLTB") == ""


def test_a_dem_elsewhere_does_not_put_the_frame_in_doubt(standard, tmp_path):
    far = packages.plane_dem(tmp_path / "far.tif", 4490, 85, 30, 0.02)
    frame = measure(standard, layer(PLAIN_117), dem=str(far))
    assert frame.issues == []
    assert frame.trusted("DLTB")


def test_another_layer_with_the_same_numbers_tells_the_wrong_zone(standard):
    frame = measure(standard, layer(PLAIN_117), layer(PLAIN_114, name="CJDCQ"))
    assert named(frame) == [("wrong_zone", ("CJDCQ",), True)]
    assert "DLTB" in frame.issues[0].text.zh
    assert frame.central_meridian("CJDCQ") == 117.0


@pytest.mark.parametrize(
    ("code", "offset"), [(ZONE_39, 39_500_000.0), (PLAIN_117, 500_000.0), (ESRI, 39_500_000.0)]
)
def test_swapped_axes(standard, dem, code, offset):
    shapes = swapped(packages.squares(100, offset + EAST, NORTH))
    frame = measure(standard, layer(code, shapes=shapes), dem=dem)
    assert named(frame) == [("axis_swap", ("DLTB",), True)]
    assert not frame.trusted("DLTB")
    assert np.isnan(frame.central_meridian("DLTB"))


def test_latitude_before_longitude(standard):
    frame = measure(standard, layer(4490, shapes=swapped(degrees())))
    assert ("axis_swap", ("DLTB",), True) in named(frame)
    assert not frame.trusted("DLTB")


def test_degrees_under_a_projected_frame(standard, dem):
    frame = measure(standard, layer(ZONE_39, shapes=degrees()), dem=dem)
    assert named(frame) == [("geographic_in_projected", ("DLTB",), True)]
    assert frame.geographic("DLTB")
    assert frame.trusted("DLTB")


def test_metres_under_a_geographic_frame(standard):
    frame = measure(standard, layer(4490, 39_500_000 + EAST))
    assert named(frame) == [("projected_in_geographic", ("DLTB",), True)]
    assert frame.central_meridian("DLTB") == 117.0


def test_degrees_that_are_declared_so(standard, dem):
    frame = measure(standard, layer(4490, shapes=degrees()), dem=dem)
    assert named(frame) == [("geographic", ("DLTB",), False)]
    assert frame.geographic("DLTB") and frame.trusted("DLTB")


@pytest.mark.parametrize(
    ("code", "datum"), [(2363, "Xian80"), (2415, "Beijing54"), (2384, "Xian80")]
)
def test_another_datum(standard, dem, code, datum):
    """Xian 80 and Beijing 54, zone 39 with and CM 117 without prefix."""
    declared = CrsReader(standard).read(packages.wkt(code))
    assert declared.datum == datum
    frame = measure(standard, layer(code, declared.false_easting + EAST), dem=dem)
    assert named(frame) == [("datum", ("DLTB",), False)]
    assert "年" not in frame.issues[0].text.zh
    assert ("1980" if datum == "Xian80" else "1954") in frame.issues[0].text.zh
    # 100 m and more lie between these datums and the trusted data.
    assert not frame.trusted("DLTB")


def test_xian_by_its_ellipsoid_alone(standard):
    nameless = NAMELESS.replace("6378137.0,298.257222101", "6378140.0,298.257")
    frame = measure(standard, layer(nameless, 39_500_000 + EAST))
    assert named(frame) == [("datum", ("DLTB",), False)]
    assert "1980" in frame.issues[0].text.zh


def test_wgs84_is_another_datum_but_near_enough_to_compare(standard, dem):
    wgs = ESRI.replace("D_China_2000", "D_WGS_1984").replace("298.257222101", "298.257223563")
    frame = measure(standard, layer(wgs, 39_500_000 + EAST), dem=dem)
    assert named(frame) == [("datum", ("DLTB",), False)]
    assert frame.trusted("DLTB")


def test_a_six_degree_zone(standard, dem):
    frame = measure(standard, layer(4498, 20_500_000 + EAST), dem=dem)
    assert named(frame) == [("six_degree_zone", ("DLTB",), False)]
    assert not frame.issues[0].doubtful
    assert frame.trusted("DLTB")
    # Without a zone number the same place has the same numbers in both.
    frame = measure(standard, layer(4509))
    assert named(frame) == [("six_degree_zone", ("DLTB",), False)]
    assert frame.issues[0].doubtful


def test_the_number_of_a_six_degree_zone_under_a_three_degree_frame(standard):
    frame = measure(standard, layer(ZONE_39, 20_500_000 + EAST))
    assert named(frame) == [("six_degree_zone", ("DLTB",), True)]


@pytest.mark.parametrize(("code", "kind"), [(32650, "utm"), (3857, "web_mercator")])
def test_other_projections(standard, dem, code, kind):
    there = Reprojection(packages.wkt(PLAIN_117), packages.wkt(code))
    shapes = shapely.transform(packages.squares(100, 500_000 + EAST, NORTH), there.points)
    frame = measure(standard, layer(code, shapes=shapes), dem=dem)
    assert [issue.kind for issue in frame.issues] == ["datum", kind]
    assert frame.trusted("DLTB")
    assert np.isnan(frame.central_meridian("DLTB"))


def test_a_meridian_of_a_city_of_its_own(standard):
    local = ESRI.replace('"Central_Meridian",117.0', '"Central_Meridian",116.35').replace(
        "39500000.0", "500000.0"
    )
    frame = measure(standard, layer(local.replace("CGCS2000_3_Degree_GK_Zone_39", "city")))
    assert named(frame) == [("projection", ("DLTB",), False)]


def test_a_zone_number_that_is_not_the_meridians(standard):
    broken = ESRI.replace('"Central_Meridian",117.0', '"Central_Meridian",114.0')
    frame = measure(standard, layer(broken, 39_500_000 + EAST))
    assert "projection" in [issue.kind for issue in frame.issues]


def test_no_crs_but_a_zone_in_the_eastings(standard, dem):
    frame = measure(standard, layer(None, 39_500_000 + EAST), dem=dem)
    assert named(frame) == [("no_crs", ("DLTB",), False)]
    assert "zone 39" in frame.issues[0].seems
    assert frame.trusted("DLTB") and frame.zone_prefix("DLTB")
    assert frame.central_meridian("DLTB") == 117.0


def test_no_crs_but_another_layer_in_the_same_place(standard):
    frame = measure(standard, layer(PLAIN_117), layer(None, name="PDT"))
    assert named(frame) == [("no_crs", ("PDT",), False)]
    assert frame.central_meridian("PDT") == 117.0
    assert frame.trusted("PDT")
    elsewhere = layer(None, 300_000.0, 3_000_000.0, name="PDT")
    frame = measure(standard, layer(PLAIN_117), elsewhere)
    assert not frame.trusted("PDT")


def test_no_crs_but_one_zone_puts_it_on_the_dem(standard, dem):
    frame = measure(standard, layer(None), dem=dem)
    assert named(frame) == [("no_crs", ("DLTB",), False)]
    assert "CM 117E" in frame.issues[0].seems
    assert frame.trusted("DLTB")


def test_no_crs_and_nothing_that_tells(standard):
    frame = measure(standard, layer(None))
    assert named(frame) == [("no_crs", ("DLTB",), False)]
    assert frame.issues[0].seems == ""
    assert (frame.wkt("DLTB"), frame.trusted("DLTB")) == ("", False)
    assert np.isnan(frame.central_meridian("DLTB"))


def test_no_crs_and_degrees(standard):
    frame = measure(standard, layer(None, shapes=degrees()))
    assert named(frame) == [("no_crs", ("DLTB",), False)]
    assert frame.geographic("DLTB")


def test_web_mercator_without_crs_is_not_taken_for_a_zone(standard):
    """13,060,000 m could be 6° zone 13, or 117° E in Web Mercator."""
    frame = measure(standard, layer(None, 13_060_000.0, 4_350_000.0))
    assert named(frame) == [("no_crs", ("DLTB",), False)]
    assert frame.wkt("DLTB") == ""


@pytest.mark.parametrize(("degrees_away", "blamed"), [(1.4, False), (1.9, False), (2.3, True)])
def test_a_county_far_from_its_meridian(standard, degrees_away, blamed):
    there = Reprojection(packages.wkt(4490), packages.wkt(PLAIN_117))
    east, north = there.points(np.array([[117 + degrees_away, 36.4]]))[0]
    frame = measure(standard, layer(PLAIN_117, east, north))
    assert [issue.kind for issue in frame.issues] == (["wrong_zone"] if blamed else [])
    if blamed:
        assert frame.issues[0].doubtful and "CM 120E" in frame.issues[0].seems
    assert frame.trusted("DLTB")


def test_layers_in_different_frames(standard):
    frame = measure(
        standard,
        layer(ZONE_39, 39_500_000 + EAST),
        layer(ESRI, 39_500_000 + EAST, name="XZQ"),
        layer(PLAIN_117, name="PDT"),
    )
    assert named(frame) == [("mixed_crs", ("PDT",), False)]
    assert "PDT" in frame.issues[0].text.zh and "DLTB" in frame.issues[0].text.zh


def test_one_slip_in_many_layers_is_one_issue(standard):
    tables = [layer(PLAIN_117, 39_500_000 + EAST, name=name) for name in ("XZQ", "CJDCQ", "DLTB")]
    frame = measure(standard, *tables)
    assert named(frame) == [("zone_prefix", ("XZQ", "CJDCQ", "DLTB"), True)]
    assert "XZQ、CJDCQ、DLTB" in frame.issues[0].text.zh
    assert frame.issues[0].where.intersects(tables[0].geometry[50])


def test_a_few_slips_of_coordinates_do_not_change_the_frame(standard, dem):
    shapes = packages.squares(100, 39_500_000 + EAST, NORTH)
    shapes[3] = shapely.box(0, 0, 1, 1)
    shapes[4] = None
    shapes[5] = shapely.box(-1e8, -1e8, 1e8, 1e8)
    frame = measure(standard, layer(ZONE_39, shapes=shapes), dem=dem)
    assert frame.issues == []


def test_empty_layers_accuse_nobody(standard):
    nothing = np.empty(0, dtype=object)
    frame = measure(standard, layer(None, shapes=nothing), layer(4490, name="XZQ", shapes=nothing))
    assert named(frame) == [("geographic", ("XZQ",), False)]
    assert not frame.trusted("DLTB")


def test_photo_points_may_be_in_degrees(standard):
    photos = layer(4326, shapes=shapely.centroid(degrees()), name="JZZP")
    assert measure(standard, photos).issues == []


@pytest.mark.parametrize("wkt", ['LOCAL_CS["x",UNIT["m",1]]', "nonsense", "EPSG:0"])
def test_what_is_no_crs(standard, wkt):
    table = layer(PLAIN_117)
    table.wkt = wkt
    assert [issue.kind for issue in measure(standard, table).issues] == ["no_crs"]


def test_all_frames_of_the_standard_are_recognised_by_their_parameters(standard):
    reader = CrsReader(standard)
    zones = standard.data("crs.json")
    for key in ("gk3_zone_prefix", "gk3_cm", "gk6_zone_prefix", "gk6_cm"):
        width = int(key[2])
        for row in zones[key]:
            crs = reader.read(packages.wkt(row["epsg"]))
            assert (crs.kind, crs.datum) == ("gauss_kruger", "CGCS2000")
            assert crs.central_meridian == row["cm"]
            assert crs.false_easting == row["false_easting"]
            assert crs.zone == row.get("zone", 0)
            assert crs.width == width, crs.name


def test_the_real_heights_of_baranja_are_to_be_compared(standard, shared_data):
    """Another continent, UTM and WGS 84: no survey of ours, but its coordinates are sound."""
    from onemap_verify.checks.vector import read_trusted

    folder = shared_data / "baranja"
    table = read_trusted(str(folder / "spot_heights_6370.gpkg"), standard, "GCZJD")
    frame = measure_frame({"GCZJD": table}, str(folder / "dem_qgis_testdata.tif"), standard)
    assert [issue.kind for issue in frame.issues] == ["datum", "utm"]
    assert frame.trusted("GCZJD")
