"""A sealed package: what is in it, and that no change to it goes unnoticed."""

import base64
import hashlib
import json
import os
import random
import shutil
import subprocess
import zipfile
from datetime import datetime, timedelta, timezone

import pytest

from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.seal import (
    FileKey,
    SealError,
    Trust,
    archive,
    canonical,
    check_seal,
    file_digests,
    seal_package,
)
from onemap_verify.checks.seal.authority import issue_certificate, make_authority
from onemap_verify.checks.seal.manifest import signed_form

PACKAGE = {"xzqdm": "410182", "year": 2023, "zone": "inner"}


class Keys:
    def __init__(self, folder):
        self.authority = make_authority("试验根证书")
        issued = issue_certificate(self.authority, "审核员 张三")
        key, certificate = issued.write(folder, "reviewer", "口令")
        self.signer = FileKey(key, certificate, "口令")
        self.trust = Trust.load(self.authority.certificate)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def sealed(tmp_path_factory, keys):
    folder = tmp_path_factory.mktemp("sealed")
    source = folder / "410182_2023"
    (source / "举证照片").mkdir(parents=True)
    (source / "DLTB.gpkg").write_bytes(bytes(range(256)) * 5)
    (source / "举证照片" / "IMG_0001.jpg").write_bytes(b"\xff\xd8" + b"photo" * 60)
    (source / "empty.txt").write_bytes(b"")
    (source / "manifest.json").write_text('{"package": {}, "objects": []}')
    record = folder / "record.json"
    record.write_text('{"format": "onemap-verification-record"}')
    target = folder / "sealed.zip"
    extra = {"verification/record.json": record}
    return seal_package(source, target, keys.signer, PACKAGE, extra)


NAMES = [
    "manifest.json",
    "DLTB.gpkg",
    "empty.txt",
    "verification/record.json",
    "verification/submission-manifest.json",
    "举证照片/IMG_0001.jpg",
]


def test_everything_is_in_it_and_in_order(sealed, keys):
    with zipfile.ZipFile(sealed.path) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == NAMES
        manifest = json.loads(opened.read("manifest.json"))
        contents = {name: opened.read(name) for name in NAMES[1:]}
    assert list(manifest) == ["objects", "package", "signatures"]
    assert manifest["package"]["xzqdm"] == "410182" and manifest["package"]["year"] == 2023
    for one in manifest["objects"]:
        data = contents.pop(one["path"])
        assert one["bytes"] == len(data)
        assert one["sha256"] == hashlib.sha256(data).hexdigest()
        assert len(one["sm3"]) == 64
    assert not contents
    (signature,) = manifest["signatures"]
    assert signature["alg"] == "SM2-SM3"
    assert base64.b64decode(signature["certificate"]) == keys.signer.certificate
    digests = file_digests(sealed.path)
    assert (sealed.bytes, sealed.sha256) == (digests["bytes"], digests["sha256"])
    assert digests["sm3"] in (None, sealed.sm3)


def test_a_good_package_is_good(sealed, keys):
    report = check_seal(sealed.path, keys.trust)
    assert report.intact and report.signer_trusted and report.certificate_valid_then
    assert report.certificate_valid_now and not report.time_proven and report.good
    assert report.first_difference == "" and report.problems == ()
    assert (report.signer, report.package["id"]) == ("审核员 张三", sealed.package_id)
    assert (report.sha256, report.sm3) == (sealed.sha256, sealed.sm3)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_openssl_verifies_the_manifest(sealed, tmp_path):
    with zipfile.ZipFile(sealed.path) as opened:
        manifest = json.loads(opened.read("manifest.json"))
    signature = manifest.pop("signatures")[0]
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    (tmp_path / "signed").write_bytes(text.encode())
    (tmp_path / "value").write_bytes(base64.b64decode(signature["value"]))
    (tmp_path / "c.der").write_bytes(base64.b64decode(signature["certificate"]))
    run = lambda *a: subprocess.run(["openssl", *a], cwd=tmp_path, capture_output=True, check=True)  # noqa: E731
    run("x509", "-inform", "DER", "-in", "c.der", "-pubkey", "-noout", "-out", "public")
    run("pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678",
        "-in", "signed", "-sigfile", "value", "-pubin", "-inkey", "public")  # fmt: skip


def test_the_same_contents_are_the_same_package(sealed, keys, tmp_path):
    source = sealed.path.parent / "410182_2023"
    extra = {"verification/record.json": sealed.path.parent / "record.json"}
    again = seal_package(source, tmp_path / "again.zip", keys.signer, PACKAGE, extra)
    assert again.package_id == sealed.package_id
    zipped = tmp_path / "source.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as opened:
        for path in sorted(source.rglob("*")):
            opened.write(path, path.relative_to(source).as_posix())
    from_zip = seal_package(zipped, tmp_path / "b.zip", keys.signer, PACKAGE, extra)
    assert from_zip.package_id == sealed.package_id


def regions(path):
    """Byte ranges of a sealed zip with the names that must be told when they change."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as opened:
        infos = opened.infolist()
        start = opened.start_dir
    out = []
    for info, following in zip(infos, [*infos[1:], None]):
        end = following.header_offset if following else start
        out.append((info.header_offset, end, info.filename))
    place = start
    for info in infos:
        size = 46 + len(info.filename.encode())
        out.append((place, place + size, info.filename))
        place += size
    out.append((place, len(data), "(zip)"))
    return data, out


def test_every_changed_byte_is_found_and_named(sealed, keys, tmp_path):
    data, found = regions(sealed.path)
    chance = random.Random(20231)
    changed = tmp_path / "changed.zip"
    places = []
    for start, end, name in found:
        size = end - start
        # Headers are taken whole, contents by chance.
        some = range(start, end) if size <= 64 else chance.sample(range(start, end), 40)
        places += [(place, name) for place in some]
    for place, name in places:
        mutant = bytearray(data)
        mutant[place] ^= chance.randrange(1, 256)
        changed.write_bytes(mutant)
        report = check_seal(changed, keys.trust)
        assert not report.intact, (place, name)
        assert report.first_difference == name, (place, report.differences[:2])
    assert len(places) > 500


def test_cut_lengthened_and_shifted_archives(sealed, keys, tmp_path):
    data, found = regions(sealed.path)
    changed = tmp_path / "changed.zip"
    middle = next(start for start, _, name in found if name.endswith("jpg")) + 100
    for mutant in (
        data[:-1],
        data[:middle],
        data[:40],
        data + b"\x00",
        data[:middle] + b"x" + data[middle:],
        data[:middle] + data[middle + 1 :],
        b"MZ" + data,
    ):
        changed.write_bytes(mutant)
        report = check_seal(changed, keys.trust)
        assert not report.intact and report.first_difference, len(mutant)


def resealed(sealed, path, change):
    """Write the package again after ``change`` had its way with the members."""
    with zipfile.ZipFile(sealed.path) as opened:
        members = [(info.filename, opened.read(info)) for info in opened.infolist()]
    with zipfile.ZipFile(path, "w") as opened:
        for name, data in change(members):
            opened.writestr(name, data)
    return path


def test_another_zip_of_the_same_files(sealed, keys, tmp_path):
    report = check_seal(resealed(sealed, tmp_path / "a.zip", lambda members: members), keys.trust)
    assert not report.intact and report.first_difference == "(zip)"
    assert "packed" in report.problems[0].en


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda m: m[:-1], "举证照片/IMG_0001.jpg"),
        (lambda m: [*m, ("new.txt", b"x")], "new.txt"),
        (lambda m: [*m, ("../evil.txt", b"x")], "../evil.txt"),
        (lambda m: [*m, ("DLTB.gpkg", b"other")], "DLTB.gpkg"),
        (lambda m: [(n.replace("empty", "full"), d) for n, d in m], "empty.txt"),
        (lambda m: [(n, d.replace(b"photo", b"photq", 1)) for n, d in m], "举证照片/IMG_0001.jpg"),
        (lambda m: [(n, d) for n, d in m if n != "manifest.json"], "manifest.json"),
    ],
    ids=["missing", "extra", "slip", "double", "renamed", "changed", "no manifest"],
)
def test_tampered_and_packed_anew(sealed, keys, tmp_path, change, name):
    report = check_seal(resealed(sealed, tmp_path / "a.zip", change), keys.trust)
    assert not report.intact and report.first_difference == name


def foreign(tmp_path, keys, objects, **package):
    """Sign and zip as somebody else would, who knows the contract alone."""
    from onemap_verify.checks.seal import sign_bytes

    document = {
        "package": {"id": "x", "xzqdm": "", "year": 2023, "created": "2023-10-01", **package},
        "objects": [
            {"path": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
             "sm3": hashlib.new("sm3", data).hexdigest()}
            for name, data in objects
        ],
    }  # fmt: skip
    value = sign_bytes(signed_form(document), keys.signer)
    document["signatures"] = [
        {"alg": "SM2-SM3", "value": base64.b64encode(value).decode(),
         "certificate": base64.b64encode(keys.signer.certificate).decode()}
    ]  # fmt: skip
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def test_a_package_of_another_program(keys, tmp_path):
    objects = [("a/DLTB.gpkg", b"x" * 5000), ("b.txt", b"hello")]
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in objects:
            opened.writestr(name, data, zipfile.ZIP_STORED if len(data) < 9 else None)
        opened.writestr("manifest.json", foreign(tmp_path, keys, objects))
    at = datetime.now(timezone.utc)
    report = check_seal(path, keys.trust, at)
    assert report.intact and report.good, report.problems
    # The date it states lies before the certificate began.
    assert not check_seal(path, keys.trust).certificate_valid_then
    data = path.read_bytes()
    for mutant in (data + b"x", data.replace(b"hello", b"hellp"), data[:-4] + b"xxxx"):
        path.write_bytes(mutant)
        assert not check_seal(path, keys.trust, at).intact


def test_an_unpacked_package(sealed, keys, tmp_path):
    folder = tmp_path / "open"
    with zipfile.ZipFile(sealed.path) as opened:
        opened.extractall(folder)
    assert check_seal(folder, keys.trust).good
    (folder / "more.txt").write_text("x")
    assert check_seal(folder, keys.trust).first_difference == "more.txt"
    (folder / "empty.txt").unlink()
    assert check_seal(folder, keys.trust).first_difference == "empty.txt"
    (folder / "DLTB.gpkg").write_bytes(b"y")
    assert check_seal(folder, keys.trust).first_difference == "DLTB.gpkg"


def test_signatures_taken_away_or_by_others(sealed, keys, tmp_path):
    folder = tmp_path / "open"
    with zipfile.ZipFile(sealed.path) as opened:
        opened.extractall(folder)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    without = {**manifest, "signatures": []}
    path.write_bytes(canonical(without))
    report = check_seal(folder, keys.trust)
    assert not report.intact and report.first_difference == "manifest.json"
    other = Keys(tmp_path / "other")
    path.write_bytes(foreign_signature(manifest, other))
    report = check_seal(folder, keys.trust)
    assert report.intact and not report.signer_trusted and not report.good
    assert check_seal(folder).signer_trusted is False
    # A signature by one with the certificate of another.
    mixed = json.loads(foreign_signature(manifest, other))
    mixed["signatures"][0]["certificate"] = manifest["signatures"][0]["certificate"]
    path.write_bytes(canonical(mixed))
    assert not check_seal(folder, keys.trust).intact


def foreign_signature(manifest, keys):
    from onemap_verify.checks.seal import sign_bytes

    value = sign_bytes(signed_form(manifest), keys.signer)
    entry = {
        "alg": "SM2-SM3",
        "certificate": base64.b64encode(keys.signer.certificate).decode(),
        "value": base64.b64encode(value).decode(),
    }
    return canonical({**manifest, "signatures": [entry]})


def test_a_certificate_that_had_run_out(keys, tmp_path):
    before = datetime.now(timezone.utc) - timedelta(days=400)
    old = issue_certificate(keys.authority, "旧证书", 30, before)
    key, certificate = old.write(tmp_path, "old", "x")
    (tmp_path / "a").write_bytes(b"x")
    signer = FileKey(key, certificate, "x")
    root = make_authority("试验根证书")  # not used: only the old one's own is trusted below
    done = seal_package(tmp_path / "a", tmp_path / "s.zip", signer, PACKAGE)
    report = check_seal(done.path, Trust.load(certificate))
    assert report.intact and report.signer_trusted and not report.certificate_valid_then
    then = before + timedelta(days=10)
    assert check_seal(done.path, Trust.load(certificate), then).certificate_valid_then
    assert not check_seal(done.path, Trust.load(root.certificate)).signer_trusted


def test_what_cannot_be_sealed(keys, tmp_path):
    target = tmp_path / "t.zip"
    source = tmp_path / "s"
    with pytest.raises(SealError):
        seal_package(source, target, keys.signer, PACKAGE)
    source.mkdir()
    with pytest.raises(SealError, match="nothing"):
        seal_package(source, target, keys.signer, PACKAGE)
    (source / "a").write_bytes(b"x")
    with pytest.raises(SealError, match="same name"):
        seal_package(source, target, keys.signer, PACKAGE, {"A": source / "a"})
    (source / "link").symlink_to("/etc/passwd")
    with pytest.raises(SealError, match="symbolic link"):
        seal_package(source, target, keys.signer, PACKAGE)
    assert not target.exists() and not list(tmp_path.glob("*.part"))


def test_cancelled_leaves_nothing(keys, tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 10)
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(Cancelled):
        seal_package(tmp_path / "a", tmp_path / "t.zip", keys.signer, PACKAGE,
                     progress=Progress(None, cancelled))  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


def test_a_file_that_grows_meanwhile(keys, tmp_path):
    path = tmp_path / "s" / "a"
    path.parent.mkdir()
    path.write_bytes(b"x" * 10)

    class Slow(Progress):
        def at(self, fraction, text=""):
            if path.stat().st_size == 10 and fraction > 0:
                path.write_bytes(b"y" * 10 + b"z")

        def part(self, start, end):
            return self

    with pytest.raises(SealError, match="changed while"):
        seal_package(path.parent, tmp_path / "t.zip", keys.signer, PACKAGE, progress=Slow())


def test_hostile_manifests(keys, tmp_path):
    for number, text in enumerate(
        (
            "", "[]", "{" * 2000, '{"package": {}}', '{"package": {}, "objects": [1]}',
            '{"package": {}, "package": {}, "objects": []}',
            '{"package": {}, "objects": [{"path": "../x", "bytes": 1}]}',
            '{"package": {}, "objects": [{"path": "x", "bytes": 1e400}]}',
            '{"package": {"a": NaN}, "objects": []}',
            '{"package": {"a": "\\ud800"}, "objects": []}',
            '{"package": {}, "objects": [], "signatures": 3}',
            '{"package": {}, "objects": [], "signatures": [3, {"alg": "SM2-SM3"}]}',
        )
    ):  # fmt: skip
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "manifest.json").write_text(text)
        report = check_seal(folder, keys.trust)
        assert not report.intact and report.first_difference == "manifest.json", text
    with pytest.raises(SealError):
        check_seal(tmp_path / "nowhere")
    (tmp_path / "no.zip").write_bytes(b"hello")
    with pytest.raises(SealError, match="no sealed package"):
        check_seal(tmp_path / "no.zip")


def test_zip64_headers_are_those_that_others_read():
    big = archive.Entry("big", 5 << 30, 7, 0)
    late = archive.Entry("late", 3, 9, big.end)
    local = archive.local_header(big)
    assert len(local) == 30 + 3 + 20 and big.end == len(local) + (5 << 30)
    pieces = b"".join(piece for _, piece in archive.tail([big, late]))
    assert pieces.count(b"PK\x06\x06") == 1 and pieces.count(b"PK\x06\x07") == 1


def test_a_member_beyond_4_gib_is_read_by_zipfile(keys, tmp_path):
    """Sparse: the archive takes no room on the disk, its headers are the real ones."""
    size = (4 << 30) + 5
    big = archive.Entry("big", size, 0, 0)
    late = archive.Entry("late", 3, archive.crc32(b"abc"), big.end)
    path = tmp_path / "big.zip"
    try:
        with path.open("wb") as stream:
            stream.write(archive.local_header(big))
            stream.seek(late.offset)
            stream.write(archive.local_header(late) + b"abc")
            for _, piece in archive.tail([big, late]):
                stream.write(piece)
    except OSError:
        pytest.skip("this file system has no sparse files of this size")
    with zipfile.ZipFile(path) as opened:
        assert [(info.filename, info.file_size) for info in opened.infolist()] == [
            ("big", size),
            ("late", 3),
        ]
        assert opened.read("late") == b"abc"
    assert os.stat(path).st_blocks * 512 < 1 << 20
