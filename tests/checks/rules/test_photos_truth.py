"""Evidence photos through the whole pass: honest packages stay clean, each lie is told by name."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import photos_small as made
import pytest
from PIL import Image, ImageOps

from onemap_verify.checks.findings import Family
from onemap_verify.checks.measures.gcj02 import wgs84_to_gcj02
from onemap_verify.checks.options import Options
from onemap_verify.checks.verify import verify


def run(folder, tmp_path, **more):
    return verify(
        Options(
            submission=folder,
            findings=tmp_path / "findings.gpkg",
            families=(Family.PHOTOS,),
            campaign_start=date(2023, 9, 15),
            campaign_end=date(2023, 11, 15),
            strict=True,
            **more,
        )
    )


def causes(verification):
    """(cause, last digits of the parcel, verdict) of every finding."""
    return sorted(
        (f.cause, f.parcel_bsm[-3:].lstrip("0"), f.verdict.value) for f in verification.findings
    )


def run_of(verification, rule):
    return next(run for run in verification.runs if run.rule_id == f"photos.{rule}")


def spoilt(tmp_path, **changes):
    """A package with photo ``photo_<n>`` changed by the facts given."""
    package = made.Package(12)
    for key, facts in changes.items():
        package.shots[int(key.split("_")[1])].update(facts)
    return run(package.write(tmp_path / "package"), tmp_path)


@pytest.mark.parametrize("seed", range(3))
def test_an_honest_package_is_clean(tmp_path, seed):
    package = made.Package(15, seed)
    dem = made.write_flat_dem(tmp_path / "dem.tif", package.shapes)
    found = run(package.write(tmp_path / "package"), tmp_path, dem=dem)
    assert causes(found) == []
    assert run_of(found, "view").tested == 15
    assert run_of(found, "altitude").tested == 15


def test_an_honest_store_is_clean(tmp_path):
    package = made.Package(12)
    found = run(package.write_as_store(tmp_path / "package"), tmp_path)
    assert causes(found) == []
    assert run_of(found, "exif").tested == 12
    assert run_of(found, "speed").tested == 12


def test_no_photos_is_not_checkable(tmp_path):
    made.write_parcels(tmp_path / "package", made.squares(3))
    found = run(tmp_path / "package", tmp_path)
    assert causes(found) == []
    assert "no evidence photos" in run_of(found, "view").reason.en


def test_taken_elsewhere(tmp_path):
    package = made.Package(12)
    x, y = package.shots[2]["x"], package.shots[2]["y"]
    found = spoilt(tmp_path, photo_2={"x": x - 3000, "y": y - 2000})
    assert causes(found) == [("photo_elsewhere", "3", "inconsistent")]


def test_turned_away(tmp_path):
    package = made.Package(12)
    found = spoilt(tmp_path, photo_4={"direction": (package.shots[4]["direction"] + 180) % 360})
    assert causes(found) == [("photo_turned_away", "5", "doubtful")]


def changed_positions(change):
    package = made.Package(12)
    for shot in package.shots:
        shot["lon"], shot["lat"] = (
            float(v) for v in change(*made.to_degrees(shot["x"], shot["y"]))
        )
    return package


@pytest.mark.parametrize(
    "cause, change",
    [("gcj02", wgs84_to_gcj02), ("axis_swap", lambda lon, lat: (lat, lon))],
)
def test_one_mistake_of_all_positions_is_one_finding(tmp_path, cause, change):
    package = changed_positions(change)
    found = run(package.write(tmp_path / "package"), tmp_path)
    assert causes(found) == [(cause, "", "doubtful")]


def test_a_datum_shift_is_told_by_the_directions(tmp_path):
    package = made.Package(20)
    for shot in package.shots:
        shot["x"] += 140
        shot["y"] -= 120
    found = run(package.write(tmp_path / "package"), tmp_path)
    assert causes(found) == [("datum_shift", "", "doubtful")]
    evidence = found.findings[0].evidence
    assert evidence["east_m"] == pytest.approx(-140, abs=40)
    assert evidence["north_m"] == pytest.approx(120, abs=40)


def test_a_turned_compass_is_one_finding(tmp_path):
    package = made.Package(20)
    for shot in package.shots:
        shot["direction"] = (shot["direction"] + 90) % 360
    found = run(package.write(tmp_path / "package"), tmp_path)
    assert causes(found) == [("azimuth_offset", "", "doubtful")]


def test_times(tmp_path):
    found = spoilt(
        tmp_path,
        photo_1={"taken": "2022:05:01 10:00:00"},
        photo_3={"taken": "2023:10:02 23:30:00"},
    )
    assert causes(found) == [
        ("night_photo", "4", "doubtful"),
        ("outside_campaign", "2", "doubtful"),
    ]


def test_satellites_that_say_another_year_are_believed(tmp_path):
    found = spoilt(
        tmp_path,
        photo_1={
            "taken": "2022:05:01 10:00:00",
            "gps_date": "2022:05:01",
            "gps_time": (2, 0, 0),
        },
    )
    assert causes(found) == [("outside_campaign", "2", "inconsistent")]


def test_a_clock_in_another_zone_accuses_nobody(tmp_path):
    package = made.Package(12)
    for shot in package.shots:
        moment = datetime.strptime(shot["taken"], "%Y:%m:%d %H:%M:%S") + timedelta(hours=12)
        shot["taken"] = f"{moment:%Y:%m:%d %H:%M:%S}"
    found = run(package.write(tmp_path / "package"), tmp_path)
    assert causes(found) == [("clock_zone", "", "doubtful")]


@pytest.mark.parametrize("satellites", ["none", "right", "copied"])
@pytest.mark.parametrize("hours", [-8, 8])
def test_a_store_eight_hours_off_is_one_finding(tmp_path, hours, satellites):
    package = made.Package(24)
    for shot in package.shots:
        moment = datetime.strptime(shot["taken"], "%Y:%m:%d %H:%M:%S")
        wrong, true = moment + timedelta(hours=hours), moment - timedelta(hours=8)
        shot["taken"], shot["offset"] = f"{wrong:%Y:%m:%d %H:%M:%S}", "+08:00"
        if satellites != "none":
            told = true if satellites == "right" else wrong
            shot["gps_date"] = f"{told:%Y:%m:%d}"
            shot["gps_time"] = (told.hour, told.minute, told.second)
    found = run(package.write_as_store(tmp_path / "package"), tmp_path)
    assert causes(found) == [("clock_zone", "", "doubtful")]
    assert found.findings[0].evidence["hours"] * hours > 0


def test_some_photos_of_the_night_are_no_time_zone(tmp_path):
    found = spoilt(
        tmp_path,
        photo_2={"taken": "2023:10:02 23:10:00"},
        photo_5={"taken": "2023:10:02 23:30:00"},
        photo_8={"taken": "2023:10:03 01:30:00"},
    )
    assert {cause for cause, _, _ in causes(found)} == {"night_photo"}


def test_altitude_and_accuracy_of_the_apps_record(tmp_path):
    package = made.Package(12)
    for shot in package.shots:
        del shot["altitude"]
    dem = made.write_flat_dem(tmp_path / "dem.tif", package.shapes)
    said = '{"location": {"horizontalAccuracy": 3.9, "Altitude": 103.5}, "isMock": false}'
    records = dict.fromkeys(range(12), said)
    records[4] = "accuracy=4.5;altitude=640m;provider=gps"
    records[7] = '{"accuracy": 6, "altitude": 99, "isMock": true}'
    folder = package.write_as_store(tmp_path / "package", metaRecord=records)
    found = run(folder, tmp_path, dem=dem)
    assert run_of(found, "altitude").tested == 12
    assert causes(found) == [
        ("altitude_differs", "5", "doubtful"),
        ("mock_position", "8", "doubtful"),
    ]


def test_why_an_altitude_is_not_held_against_the_terrain(tmp_path):
    package = made.Package(12)
    for shot in package.shots[:3]:
        del shot["altitude"]
    dem = made.write_flat_dem(tmp_path / "dem.tif", package.shapes[:5], room=150)
    found = run(package.write(tmp_path / "package"), tmp_path, dem=dem)
    said = run_of(found, "altitude").reason.en
    assert "tells no altitude (3)" in said
    assert "DEM has no data where the photo was taken (7)" in said


def test_photos_in_pairs(tmp_path):
    package = made.Package(12)
    for number in range(12):
        if number != 3:
            shot = dict(package.shots[number])
            centre = package.shapes[number].centroid
            shot.update(
                x=centre.x + 7.3, y=centre.y - 90.0, direction=355.0, altitude=101.0,
                name=f"{made.bsm(number)}_2.jpg", jpeg=made.scene(100 + number, (320, 240)),
            )  # fmt: skip
            west, south = package.shapes[number].bounds[:2]
            package.shots[number].update(x=west + 51.7, y=south - 4.2, direction=2.0)
            package.shots.append(shot)
    found = run(package.write(tmp_path / "package"), tmp_path)
    assert [(f.cause, f.object_id, f.severity.value) for f in found.findings] == [
        ("view_missing", made.bsm(3), "D")
    ]
    names = {f"{made.bsm(n)}_{k}.jpg" for n in range(12) for k in (1, 2)}
    assert {shot["name"] for shot in package.shots} < names


def test_single_photos_are_no_broken_pairs(tmp_path):
    found = run(made.Package(12).write(tmp_path / "package"), tmp_path)
    assert run_of(found, "pair").not_checkable
    assert causes(found) == []


def test_photos_that_show_their_parcel_support_it_and_others_do_not(tmp_path):
    package = made.Package(12)
    package.shots[4]["direction"] = (package.shots[4]["direction"] + 180) % 360
    del package.shots[6]["direction"]
    found = run(package.write(tmp_path / "package"), tmp_path)
    risk = dict(zip(found.parcels.bsm, found.parcels.risk))
    supported = {made.bsm(n) for n in range(12)} - {made.bsm(4), made.bsm(6)}
    lowest = min(risk.values())
    assert sum(risk[bsm] == lowest for bsm in supported) >= 8
    assert risk[made.bsm(6)] > lowest
    assert risk[made.bsm(4)] > risk[made.bsm(6)]
    # Nobody has looked at the pictures: they do not bear out the class.
    assert "accepted" not in set(found.parcels.outcome)


def test_an_altitude_apart(tmp_path):
    package = made.Package(12)
    package.shots[5]["altitude"] = 900.0
    for shot in package.shots:
        shot["altitude"] -= 25.0  # ellipsoidal heights: the device's constant
    dem = made.write_flat_dem(tmp_path / "dem.tif", package.shapes)
    found = run(package.write(tmp_path / "package"), tmp_path, dem=dem)
    assert causes(found) == [("altitude_differs", "6", "doubtful")]


def test_terrain_that_hides(tmp_path):
    package = made.Package(10)
    shot, shape = package.shots[0], package.shapes[0]
    # 180 m west of its parcel, behind a wall of 60 m.
    shot.update(x=shape.bounds[0] - 171.3, y=shape.centroid.y + 3.7, direction=90.0)
    west = shape.bounds[0]

    def wall(x, y):
        return 100 + 60.0 * ((x > west - 100) & (x < west - 70))

    dem = made.write_flat_dem(tmp_path / "dem.tif", package.shapes, wall)
    found = run(package.write(tmp_path / "package"), tmp_path, dem=dem)
    assert causes(found) == [("hidden_by_terrain", "1", "doubtful")]
    level = made.write_flat_dem(tmp_path / "level.tif", package.shapes)
    assert causes(run(tmp_path / "package", tmp_path, dem=level)) == []


def test_positions_that_no_receiver_gives(tmp_path):
    package = made.Package(20)
    shared = package.shots[6]["x"], package.shots[6]["y"]
    for number in (7, 12):
        package.shots[number].update(x=shared[0], y=shared[1])
    found = run(package.write(tmp_path / "package"), tmp_path)
    mock = {f.parcel_bsm[-2:] for f in found.findings if f.cause == "mock_position"}
    assert mock == {"07", "08", "13"}


def again(jpeg, how):
    image = Image.open(io.BytesIO(jpeg))
    if how == "recompressed":
        return made.encoded(image, 40)
    if how == "resized":
        return made.encoded(image.resize((150, 112), Image.LANCZOS), 60)
    if how == "mirrored":
        return made.encoded(ImageOps.mirror(image), 75)
    if how == "turned":
        return made.encoded(image.transpose(Image.ROTATE_90), 75)
    if how == "cropped":
        width, height = image.size
        return made.encoded(
            image.crop((0.1 * width, 0.05 * height, 0.9 * width, 0.85 * height)), 75
        )
    return jpeg


@pytest.mark.parametrize(
    "how", ["exact", "recompressed", "resized", "mirrored", "turned", "cropped"]
)
def test_a_picture_used_again(tmp_path, how):
    package = made.Package(12)
    package.shots[9]["jpeg"] = again(package.shots[2]["jpeg"], how)
    found = run(package.write(tmp_path / "package"), tmp_path)
    assert {cause for cause, _, _ in causes(found)} == {"reused_photo"}
    assert [parcel for _, parcel, _ in causes(found)] == ["10", "3"]
    if how != "cropped":
        assert {verdict for _, _, verdict in causes(found)} == {"inconsistent"}


def lit(jpeg, gain, lift=0.0):
    """The picture at another brightness and contrast."""
    image = Image.open(io.BytesIO(jpeg)).convert("RGB").point(lambda v: lift + gain * v)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


@pytest.mark.parametrize("gain", [0.7, 0.4])
def test_a_picture_of_little_contrast_used_again_darker(tmp_path, gain):
    package = made.Package(12)
    # Haze: a scatter of about four grey values.
    haze = lit(package.shots[2]["jpeg"], 0.08, 120.0)
    package.shots[2]["jpeg"] = haze
    package.shots[9]["jpeg"] = lit(haze, gain)
    found = run(package.write(tmp_path / "package"), tmp_path)
    assert [(cause, parcel) for cause, parcel, _ in causes(found)] == [
        ("reused_photo", "10"), ("reused_photo", "3")
    ]  # fmt: skip


def test_pictures_of_nothing_are_no_copies(tmp_path):
    package = made.Package(12)
    for shot, grey in ((2, 90), (5, 140), (9, 200)):
        package.shots[shot]["jpeg"] = lit(package.shots[shot]["jpeg"], 0.004, grey)
    found = run(package.write(tmp_path / "package"), tmp_path)
    assert causes(found) == []
    assert "hardly anything" in run_of(found, "reused").reason.en
    assert run_of(found, "reused").tested == 9


def test_a_picture_sent_twice_for_its_parcel_is_nothing(tmp_path):
    package = made.Package(12)
    package.shots.append({**package.shots[2], "name": f"{made.bsm(2)}_2.jpg"})
    found = run(package.write(tmp_path / "package"), tmp_path)
    assert causes(found) == []


def test_unreadable_photos_are_one_finding_each(tmp_path):
    folder = made.Package(8).write(tmp_path / "package")
    photos = folder / "photos"
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "text.jpg").write_text("no photo")
    (photos / "garbage.jpg").write_bytes(b"\xff\xd8" + bytes(range(256)) * 9)
    (photos / "cut.jpg").write_bytes(made.scene(90, (320, 240))[:6000])
    huge = bytearray(made.scene(91, (320, 240)))
    place = huge.index(b"\xff\xc0")
    huge[place + 5 : place + 9] = b"\xfd\xe8\xfd\xe8"
    (photos / "huge.jpg").write_bytes(bytes(huge))
    found = run(folder, tmp_path)
    assert {(f.cause, f.object_id) for f in found.findings} == {
        ("unreadable_file", f"{name}.jpg") for name in ("empty", "text", "garbage", "cut", "huge")
    }
    assert run_of(found, "view").tested == 8


def test_the_store_against_the_metadata(tmp_path):
    package = made.Package(10)
    folder = package.write_as_store(
        tmp_path / "package",
        [
            {"TBYBH": "YB000001", "SFJZ": "Y", "JZSM": "现状为乔木林地"},
            {"TBYBH": "YB000099", "SFJZ": "Y"},
            {"TBYBH": "YB000002", "SFJZ": "Y", "JZSM": "种植小麦"},
        ],
        PSSJ={3: "2023-11-10 09:00:00"},
        PSJD={5: round(package.shots[5]["direction"] + 150) % 360},
        JYM={},
    )
    found = run(folder, tmp_path)
    assert causes(found) == [
        ("exif_differs", "4", "doubtful"),
        ("exif_differs", "6", "doubtful"),
        ("note_differs", "1", "doubtful"),
        ("photo_missing", "", "doubtful"),
    ]


def test_faster_than_a_car(tmp_path):
    package = made.Package(20)
    near = package.shots[15]["taken"]
    moment = datetime.strptime(near, "%Y:%m:%d %H:%M:%S") + timedelta(seconds=8)
    package.shots[3]["taken"] = f"{moment:%Y:%m:%d %H:%M:%S}"
    found = run(package.write_as_store(tmp_path / "package"), tmp_path)
    assert causes(found) == [("impossible_speed", "4", "doubtful")]


def test_a_missing_check_code(tmp_path):
    package = made.Package(12)
    found = run(package.write_as_store(tmp_path / "package", JYM={4: ""}), tmp_path)
    assert causes(found) == [("check_code_missing", "5", "doubtful")]


def test_names_that_photos_go_by(tmp_path):
    package = made.Package(8)
    package.shots[0]["name"] = "YB000001001.jpg"
    package.shots[1]["name"] = "2-1.jpg"
    package.shots[2]["name"] = f"IMG_{made.bsm(2)}003.jpg"
    package.shots[3]["name"] = "IMG_0005.jpg"  # a camera's number, not a parcel's
    found = run(package.write(tmp_path / "package"), tmp_path)
    assert causes(found) == []
    assert (run_of(found, "view").tested, run_of(found, "view").not_checkable) == (7, 1)
