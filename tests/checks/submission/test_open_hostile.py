"""Archives as attackers and bad luck make them."""

from __future__ import annotations

import os
import struct
import tempfile
import zipfile

import packages
import pytest

from onemap_verify.checks.submission.containers import unsafe_reason
from onemap_verify.checks.submission.open import open_submission
from onemap_verify.checks.submission.submission import Limits, SubmissionError


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    """Temporary folders of the code under test lie where the test can look."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def data(tmp_path):
    """The bytes of a clean GeoPackage."""
    return packages.county(tmp_path / "clean.gpkg").read_bytes()


def refused(path, standard, scratch, limits=None):
    with pytest.raises(SubmissionError) as error:
        open_submission(path, standard, limits=limits)
    assert list(scratch.iterdir()) == []
    assert path.name in error.value.text.zh
    return error.value.text


ESCAPES = [
    "../evil.gpkg",
    "a/../../evil.gpkg",
    "/evil.gpkg",
    "C:/evil.gpkg",
    "C:evil.gpkg",
    "\\\\server\\share\\evil.gpkg",
    "..\\evil.gpkg",
    "a/.. /../evil.gpkg",
    "con.gpkg/x",
    "a/NUL",
    "x.gpkg:stream",
    "",
    " ",
]


@pytest.mark.parametrize("name", ESCAPES)
def test_names_that_lead_out_are_recognised(name):
    assert unsafe_reason(name) is not None


@pytest.mark.parametrize(
    "name", ["a/b.gpkg", "更新数据包/原格式数据/371402GX.gdb/gdb", "a..b/c...d", "./a", "console/x"]
)
def test_ordinary_names_are_not_suspected(name):
    assert unsafe_reason(name) is None


def test_members_that_lead_out_are_left_and_the_rest_is_read(tmp_path, standard, scratch, data):
    path = tmp_path / "a.zip"
    names = [name for name in ESCAPES if name.strip()]
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, data)
        archive.writestr("DLTB.gpkg", data)
    with open_submission(path, standard) as submission:
        assert len(submission.layers["DLTB"]) == 20
        told = [problem for problem in submission.problems if problem.kind == "unsafe_member"]
        assert [p.file for p in told] == [name.replace("\\", "/") for name in names]
        assert [p.kind for p in submission.problems] == ["unsafe_member"] * len(names)
        (folder,) = scratch.iterdir()
        unpacked = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
        assert unpacked == ["DLTB.gpkg"]
    assert not list(tmp_path.rglob("evil*"))


def test_links_in_archives_and_folders_are_not_followed(tmp_path, standard, data):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("passwd.gpkg")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("DLTB.gpkg", data)
    with open_submission(path, standard) as submission:
        assert [(p.kind, p.file) for p in submission.problems] == [("unsafe_member", "passwd.gpkg")]
    root, secret = tmp_path / "p", tmp_path / "secret"
    root.mkdir()
    secret.mkdir()
    (root / "DLTB.gpkg").write_bytes(data)
    (secret / "XZQ.gpkg").write_bytes(data)
    os.symlink(secret, root / "folder")
    os.symlink(secret / "XZQ.gpkg", root / "XZQ.gpkg")
    os.symlink(root, root / "loop")
    with open_submission(root, standard) as submission:
        assert list(submission.layers) == ["DLTB"]
        assert [(p.kind, p.file) for p in submission.problems] == [
            ("unsafe_member", "XZQ.gpkg"),
            ("unsafe_member", "folder"),
            ("unsafe_member", "loop"),
        ]


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path, standard, scratch):
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("DLTB.gpkg", "w") as member,
    ):
        for _ in range(300):
            member.write(bytes(2**20))
    assert path.stat().st_size < 1_000_000
    assert "炸弹" in refused(path, standard, scratch).zh


def test_a_bomb_of_overlapping_members(tmp_path, standard, scratch):
    """Many entries in the directory that all point to the same packed data."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.gpkg", bytes(4 * 2**20))
        first = archive.filelist[0]
        for number in range(1, 100):
            info = zipfile.ZipInfo(f"{number}.gpkg")
            for key in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(info, key, getattr(first, key))
            archive.filelist.append(info)
            archive.NameToInfo[info.filename] = info
    refused(path, standard, scratch)


@pytest.mark.parametrize(
    "limits", [Limits(members=3), Limits(bytes=10_000), Limits(free_share=1e-9)]
)
def test_limits_can_be_set(tmp_path, standard, scratch, data, limits):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.gpkg", data)
    refused(path, standard, scratch, limits)
    with open_submission(path, standard) as submission:
        assert "DLTB" in submission.layers


def test_a_member_larger_than_it_says(tmp_path, standard, data):
    """The stated size is a lie: no more than that may be written."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.gpkg", data)
        archive.writestr("liar.gpkg", bytes(5_000_000))
    content = bytearray(path.read_bytes())
    real, stated = struct.pack("<I", 5_000_000), struct.pack("<I", 1000)
    assert content.count(real) == 2
    path.write_bytes(content.replace(real, stated))
    with open_submission(path, standard) as submission:
        assert [(p.kind, p.file) for p in submission.problems] == [("unreadable_file", "liar.gpkg")]
        assert [file.name for file in submission.files] == ["good.gpkg"]


@pytest.mark.parametrize("codec", ["gbk", "utf-8"])
def test_chinese_names_without_the_utf8_flag(tmp_path, standard, data, codec):
    """Chinese Windows writes GBK and says nothing; macOS writes UTF-8 and says nothing."""
    path = tmp_path / "a.zip"
    name = "更新数据包/原格式数据/地类图斑.gpkg"
    raw = name.encode(codec)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x" * len(raw), data)
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    with open_submission(path, standard) as submission:
        assert [file.name for file in submission.files] == [name]
        assert list(submission.layers) == ["DLTB"]
        assert submission.problems == []


def test_backslashes_between_folders(tmp_path, standard, data):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = "成果\\数据\\DLTB.gpkg"
        archive.writestr(info, data)
    with open_submission(path, standard) as submission:
        assert [file.name for file in submission.files] == ["成果/数据/DLTB.gpkg"]


def encrypted(path, names):
    """Mark members as encrypted in both their headers."""
    content = bytearray(path.read_bytes())
    for name in names:
        raw = name.encode()
        for magic, flags, start in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
            at = content.find(magic)
            while at >= 0:
                if content[at + start : at + start + len(raw)] == raw:
                    content[at + flags] |= 1
                at = content.find(magic, at + 1)
    path.write_bytes(content)


def test_encrypted_archives(tmp_path, standard, scratch, data):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("DLTB.gpkg", data)
        archive.writestr("XZQ.gpkg", data)
    encrypted(path, ["XZQ.gpkg"])
    with open_submission(path, standard) as submission:
        assert [(p.kind, p.file, p.cause) for p in submission.problems] == [
            ("unreadable_file", "XZQ.gpkg", "encrypted")
        ]
    encrypted(path, ["DLTB.gpkg"])
    assert "加密" in refused(path, standard, scratch).zh


def test_an_archive_cut_off(tmp_path, standard, scratch, data):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("DLTB.gpkg", data)
    os.truncate(path, path.stat().st_size // 2)
    assert "损坏" in refused(path, standard, scratch).zh


def test_a_damaged_member(tmp_path, standard, data):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bad.gpkg", data)
        archive.writestr("good.gpkg", data)
    content = bytearray(path.read_bytes())
    content[2000:2100] = b"\xff" * 100
    path.write_bytes(content)
    with open_submission(path, standard) as submission:
        assert [(p.kind, p.file, p.cause) for p in submission.problems] == [
            ("unreadable_file", "bad.gpkg", "damaged")
        ]
        assert submission.layers["DLTB"].source == "good.gpkg/DLTB"


def test_a_truncated_geopackage_in_an_archive(tmp_path, standard, scratch, data):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("成果/DLTB.gpkg", data[: len(data) // 2])
    text = refused(path, standard, scratch)
    assert "DLTB.gpkg" in text.zh and "截断" in text.zh


def test_two_members_of_one_name(tmp_path, standard, data):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("dltb.gpkg", data)
        archive.writestr("DLTB.gpkg", b"overwritten on Windows")
    with open_submission(path, standard) as submission:
        assert len(submission.layers["DLTB"]) == 20
        assert [p.kind for p in submission.problems] == ["unsafe_member"]


def test_litter_of_macos_is_no_data(tmp_path, standard, data):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("DLTB.gpkg", data)
        archive.writestr("__MACOSX/._DLTB.gpkg", b"\x00\x05\x16\x07")
        archive.writestr("._DLTB.gpkg", b"\x00\x05\x16\x07")
    with open_submission(path, standard) as submission:
        assert submission.problems == []


def test_an_empty_archive(tmp_path, standard, scratch):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w"):
        pass
    assert "没有可读取的矢量数据" in refused(path, standard, scratch).zh
