"""Every form in which a package is delivered, as real files."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import zipfile
from pathlib import Path

import packages
import pytest
import shapely

from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.seal import file_digests
from onemap_verify.checks.submission.open import open_submission
from onemap_verify.checks.submission.submission import SubmissionError


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    """Temporary folders of the code under test lie where the test can look."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def kinds(submission):
    return [(problem.kind, problem.file, problem.cause) for problem in submission.problems]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.gpkg", "gpkg"), ("a.gdb", "gdb"), ("DLTB.shp", "shp"), ("DLTB.geojson", "geojson")],
)
def test_a_single_file(tmp_path, standard, name, kind):
    (tmp_path / "in").mkdir()
    path = packages.county(tmp_path / "in" / name)
    packages.county(tmp_path / "in" / "other.gpkg")
    with open_submission(str(path), standard) as submission:
        assert submission.kind == kind
        assert list(submission.layers) == ["DLTB"]
        assert len(submission.layers["DLTB"]) == 20
        assert submission.problems == []
        assert (submission.county, submission.year) == ("371402", 2023)
        # Only what belongs to this file: a digest of the neighbour proves nothing.
        assert all(file.name.startswith(name.split(".")[0]) for file in submission.files)
        assert {file.bytes for file in submission.files} <= {
            each.stat().st_size for each in (tmp_path / "in").rglob("*")
        }


def test_a_real_layout_with_chinese_folders(tmp_path, standard):
    root = tmp_path / "(371402)2023年度国土变更调查数据库更新成果"
    database = root / "更新数据包" / "原格式数据" / "371402GX.gdb"
    database.parent.mkdir(parents=True)
    packages.county(database)
    packages.write_layer(
        database,
        [{"XZQDM": "371402001", "XZQMC": "安德街道"}],
        [shapely.box(39_500_000, 4_000_000, 39_501_000, 4_001_000)],
        layer="XZQ",
        fields={"XZQDM": (packages.TEXT, 12, 0), "XZQMC": (packages.TEXT, 100, 0)},
    )
    heights = root / "更新数据包" / "高程" / "GCZJD.shp"
    heights.parent.mkdir()
    packages.write_layer(
        heights,
        [{"BSGC": 21.5}],
        [shapely.Point(39_500_100, 4_000_100)],
        fields={"BSGC": (packages.REAL, 10, 2)},
        kind=1,
    )
    (root / "更新数据包" / "汇总表格").mkdir()
    (root / "更新数据包" / "汇总表格" / "耕地坡度分级面积汇总表.xlsx").write_bytes(b"PK")
    with open_submission(root, standard) as submission:
        assert list(submission.layers) == ["XZQ", "GCZJD", "DLTB"]  # the standard's order
        assert submission.layers["DLTB"].source == "更新数据包/原格式数据/371402GX.gdb/DLTB"
        assert submission.layers["GCZJD"].number("BSGC").tolist() == [21.5]
        assert submission.county == "371402"
        names = [file.name for file in submission.files]
        assert names == sorted(names)
        assert "更新数据包/汇总表格/耕地坡度分级面积汇总表.xlsx" in names
        assert submission.problems == []


def test_evidence_photos_and_tracks_are_found(tmp_path, standard):
    root = tmp_path / "p"
    for folder in ("photos", "举证照片/371402", "tracks", "docs"):
        (root / folder).mkdir(parents=True)
    packages.county(root / "a.gpkg")
    store = sqlite3.connect(root / "371402陵城区.db")
    store.execute("CREATE TABLE FJ (F_ID INTEGER PRIMARY KEY, FJ BLOB)")
    store.close()
    other = sqlite3.connect(root / "cache.db")
    other.execute("CREATE TABLE t (x)")
    other.close()
    (root / "broken.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    (root / "thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    for name in ("photos/a.JPG", "举证照片/371402/b.jpeg", "docs/logo.jpg", "photos/notes.txt"):
        (root / name).write_bytes(b"x")
    for name in ("tracks/a.gpx", "tracks/b.NMEA", "tracks/c.log", "docs/install.log"):
        (root / name).write_bytes(b"x")
    before = packages.snapshot(root)
    with open_submission(root, standard) as submission:
        assert [p.name for p in submission.evidence] == ["371402陵城区.db"]
        assert sorted(p.name for p in submission.photos) == ["a.JPG", "b.jpeg"]
        assert sorted(p.name for p in submission.tracks) == ["a.gpx", "b.NMEA", "c.log"]
        assert kinds(submission) == [("unreadable_file", "broken.db", "damaged")]
    assert packages.snapshot(root) == before


def test_a_package_of_evidence_alone_is_a_package(tmp_path, standard):
    root = tmp_path / "p" / "photos"
    root.mkdir(parents=True)
    (root / "a.jpg").write_bytes(b"x")
    with open_submission(root.parent, standard) as submission:
        assert submission.layers == {}
        assert len(submission.photos) == 1


def test_a_zip_is_unpacked_and_cleaned_away(tmp_path, standard, scratch):
    database = packages.county(tmp_path / "in.gdb")
    path = packages.zipped(tmp_path / "371402.zip", database, "成果/")
    submission = open_submission(path, standard)
    assert submission.kind == "zip"
    assert len(submission.layers["DLTB"]) == 20
    assert submission.layers["DLTB"].source == "成果/in.gdb/DLTB"
    assert all(file.path.is_file() for file in submission.files)
    assert len(list(scratch.iterdir())) == 1
    submission.close()
    submission.close()
    assert list(scratch.iterdir()) == []


def test_what_was_unpacked_goes_even_if_nobody_closes(tmp_path, standard, scratch):
    path = packages.zipped(tmp_path / "a.zip", packages.county(tmp_path / "a.gpkg"))
    submission = open_submission(path, standard)
    assert list(scratch.iterdir())
    del submission
    assert list(scratch.iterdir()) == []


def test_cancelling_leaves_nothing_behind(tmp_path, standard, scratch):
    path = packages.zipped(tmp_path / "a.zip", packages.county(tmp_path / "a.gpkg", 3000))
    for patience in (0, 1, 3, 5, 7):
        asked = []

        def cancelled(asked=asked, patience=patience):
            asked.append(1)
            return len(asked) > patience

        with pytest.raises(Cancelled):
            open_submission(path, standard, Progress(None, cancelled))
        assert list(scratch.iterdir()) == []


def test_progress_goes_forward_to_the_end(tmp_path, standard):
    path = packages.zipped(tmp_path / "a.zip", packages.county(tmp_path / "a.gpkg", 3000))
    seen = []
    with open_submission(path, standard, Progress(lambda share, _: seen.append(share))):
        pass
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_zip_within_a_zip_is_opened_once(tmp_path, standard):
    inner = packages.zipped(tmp_path / "inner.zip", packages.county(tmp_path / "a.gpkg"))
    path = tmp_path / "outer.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "成果/inner.zip")
        archive.writestr("photos/1.jpg", b"x")
    with open_submission(path, standard) as submission:
        assert submission.layers["DLTB"].source == "成果/inner.zip/a.gpkg/DLTB"
        assert len(submission.photos) == 1
        assert kinds(submission) == []


def test_an_archive_beside_the_data_is_named_and_left(tmp_path, standard):
    root = tmp_path / "p"
    root.mkdir()
    packages.zipped(root / "backup.zip", packages.county(root / "a.gpkg"))
    with open_submission(root, standard) as submission:
        assert kinds(submission) == [("nested_archive", "backup.zip", "")]
        assert len(submission.layers["DLTB"]) == 20


def test_parts_of_a_county_are_joined(tmp_path, standard):
    root = tmp_path / "p"
    for number, town in enumerate(("001安德街道", "002郑家寨镇", "003糜镇")):
        (root / town).mkdir(parents=True)
        packages.write_layer(
            root / town / "DLTB.shp",
            packages.parcels(10, first=1 + 10 * number),
            packages.squares(10, north=4_000_000.0 + 1000 * number),
        )
    with open_submission(root, standard) as submission:
        table = submission.layers["DLTB"]
        assert len(table) == 30
        assert table.text("BSM").tolist() == [row["BSM"] for row in packages.parcels(30)]
        assert len(set(table.row_ids.tolist())) == 30
        assert shapely.bounds(table.geometry)[20, 1] == 4_002_000.0
        (problem,) = submission.problems
        assert (problem.kind, problem.layer) == ("merged_layer", "DLTB")
        assert "糜镇" in problem.detail.zh


def test_problems_of_joined_parts_point_to_the_right_rows(tmp_path, standard):
    root = tmp_path / "p"
    root.mkdir()
    packages.write_layer(root / "DLTB1.gpkg", packages.parcels(5), packages.squares(5))
    shapes = packages.squares(5, north=4_100_000.0).tolist()
    shapes[2] = None
    packages.write_layer(root / "DLTB2.gpkg", packages.parcels(5, first=6), shapes)
    with open_submission(root, standard) as submission:
        assert [p.row for p in submission.layers["DLTB"].problems] == [7]


def test_a_copy_is_not_a_part(tmp_path, standard):
    root = tmp_path / "p"
    (root / "旧").mkdir(parents=True)
    packages.county(root / "旧" / "DLTB.shp", 30)
    packages.county(root / "z.gpkg", 20)
    packages.county(root / "b.gpkg", 25)
    with open_submission(root, standard) as submission:
        # Databases before shapefiles, then by name.
        assert submission.layers["DLTB"].source == "b.gpkg/DLTB"
        assert [(p.kind, p.file, p.layer) for p in submission.problems] == [
            ("duplicate_layer", "z.gpkg/DLTB", "DLTB"),
            ("duplicate_layer", "旧/DLTB.shp", "DLTB"),
        ]


def test_an_empty_copy_does_not_win(tmp_path, standard):
    root = tmp_path / "p"
    root.mkdir()
    packages.county(root / "a.gpkg", 0)
    packages.county(root / "b.gpkg", 7)
    with open_submission(root, standard) as submission:
        assert len(submission.layers["DLTB"]) == 7


def test_an_empty_layer_is_told(tmp_path, standard):
    with open_submission(packages.county(tmp_path / "a.gpkg", 0), standard) as submission:
        assert len(submission.layers["DLTB"]) == 0
        assert kinds(submission) == [("empty_layer", "a.gpkg/DLTB", "")]


def test_layers_of_no_standard_are_told_and_helpers_are_not(tmp_path, standard):
    path = packages.county(tmp_path / "a.gpkg")
    for name in ("DLTB_backup", "layer_styles"):
        packages.county(path, 1, layer=name)
    with open_submission(path, standard) as submission:
        assert list(submission.layers) == ["DLTB"]
        assert [(p.kind, p.layer) for p in submission.problems] == [
            ("unknown_layer", "DLTB_backup")
        ]


def test_the_file_name_speaks_for_a_single_nameless_layer(tmp_path, standard):
    path = packages.county(tmp_path / "371402DLTB.gpkg", layer="export_output")
    with open_submission(path, standard) as submission:
        assert list(submission.layers) == ["DLTB"]


def manifest_for(root: Path, names, **package):
    objects = [{"path": name, **file_digests(root / name)} for name in names]
    return {"package": {"id": "1", **package}, "objects": objects, "signatures": []}


def test_a_true_manifest_has_nothing_against_it(tmp_path, standard):
    root = tmp_path / "p"
    (root / "photos").mkdir(parents=True)
    packages.county(root / "a.gpkg")
    (root / "photos" / "1.jpg").write_bytes(b"picture")
    (root / "Thumbs.db").write_bytes(b"litter")
    document = manifest_for(root, ["a.gpkg", "photos/1.jpg"], xzqdm="371499", year=2024)
    (root / "manifest.json").write_text(json.dumps(document), encoding="utf-8")
    with open_submission(root, standard) as submission:
        assert submission.problems == []
        assert submission.manifest["package"]["id"] == "1"
        assert (submission.county, submission.year) == ("371499", 2024)


def test_every_difference_from_the_manifest_is_named(tmp_path, standard):
    root = tmp_path / "p"
    root.mkdir()
    packages.county(root / "a.gpkg")
    for name in ("longer.txt", "changed.txt", "sm3.txt", "right.txt", "extra.txt"):
        (root / name).write_bytes(b"0123456789")
    names = ["a.gpkg", "longer.txt", "changed.txt", "sm3.txt", "right.txt"]
    document = manifest_for(root, names)
    document["objects"][3]["sm3"] = "0" * 64
    document["objects"] += [
        {"path": "gone.txt", "bytes": 1, "sha256": "00"},
        {"path": "../../etc/passwd", "bytes": 1},
        "no object",
    ]
    (root / "longer.txt").write_bytes(b"0123456789x")
    (root / "changed.txt").write_bytes(b"012345678X")
    (root / "manifest.json").write_text(json.dumps(document), encoding="utf-8")
    with open_submission(root, standard) as submission:
        assert kinds(submission) == [
            ("manifest_mismatch", "longer.txt", "bytes"),
            ("manifest_mismatch", "changed.txt", "sha256"),
            ("manifest_mismatch", "sm3.txt", "sm3"),
            ("manifest_mismatch", "gone.txt", "missing"),
            ("manifest_mismatch", "../../etc/passwd", "unsafe"),
            ("manifest_mismatch", "None", "unsafe"),
            ("manifest_mismatch", "extra.txt", "unlisted"),
        ]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1, 2]", b'{"objects": 5}', b"\xff\xfe{", b"[" * 200_000]
)
def test_a_manifest_that_is_none(tmp_path, standard, content):
    root = tmp_path / "p"
    root.mkdir()
    packages.county(root / "a.gpkg")
    (root / "manifest.json").write_bytes(content)
    with open_submission(root, standard) as submission:
        assert submission.manifest is None
        assert [p.kind for p in submission.problems] == ["manifest_unreadable"]
        assert len(submission.layers["DLTB"]) == 20


def test_the_county_code_and_year_from_what_there_is(tmp_path, standard):
    rows = [{"DLBM": "0102"}]
    fields = {"DLBM": (packages.TEXT, 5, 0)}
    path = packages.write_layer(
        tmp_path / "371402_2023_DLTB.gpkg", rows, packages.squares(1), fields=fields
    )
    with open_submission(path, standard) as submission:
        assert (submission.county, submission.year) == ("371402", 2023)
    old = packages.parcels(2000, year=2019)
    for row in old[:40]:
        row["SJNF"] = 2023
    old[50]["SJNF"] = 2099
    path = packages.write_layer(tmp_path / "b.gpkg", old, packages.squares(2000))
    with open_submission(path, standard) as submission:
        assert submission.year == 2023  # most parcels did not change; one is a slip


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.vct", b"HeadBegin\r\n", "VCT"),
        ("a.mdb", b"\x00\x01\x00\x00", ".mdb"),
        ("a.rar", b"Rar!\x1a\x07", "解压"),
        ("a.gpkg", b"", "0 字节"),
        ("a.docx.txt", b"hello", ".txt"),
        ("a.zip", b"not a zip at all", "压缩包"),
    ],
)
def test_what_cannot_be_a_package(tmp_path, standard, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SubmissionError) as error:
        open_submission(path, standard)
    text = error.value.text
    assert said in text.zh
    assert name in text.zh and name in text.en


def test_a_missing_package(tmp_path, standard):
    with pytest.raises(SubmissionError) as error:
        open_submission(tmp_path / "没有", standard)
    assert "不存在" in error.value.text.zh


def test_a_folder_without_data_says_what_is_there(tmp_path, standard):
    root = tmp_path / "p"
    root.mkdir()
    with pytest.raises(SubmissionError) as error:
        open_submission(root, standard)
    assert "没有可读取的矢量数据" in error.value.text.zh
    packages.county(root / "a.gpkg", layer="宗地")
    with pytest.raises(SubmissionError) as error:
        open_submission(root, standard)
    assert "宗地" in error.value.text.zh


def test_one_unreadable_file_does_not_cost_the_others(tmp_path, standard):
    root = tmp_path / "p"
    root.mkdir()
    good = packages.county(root / "b.gpkg")
    (root / "a.gpkg").write_bytes(good.read_bytes()[:5000])
    (root / "2001H2023371402.vct").write_bytes(b"HeadBegin")
    with open_submission(root, standard) as submission:
        assert len(submission.layers["DLTB"]) == 20
        assert kinds(submission) == [
            ("unreadable_file", "a.gpkg", "damaged"),
            ("unreadable_file", "2001H2023371402.vct", "unsupported"),
        ]
