"""Files in a bad state: what is said of them, and that nothing happens to them."""

from __future__ import annotations

import os
import resource
import sqlite3

import packages
import pytest

from onemap_verify.checks.vector import VectorError, open_vector


def refused(path):
    with pytest.raises(VectorError) as error, open_vector(path):
        pass
    text = error.value.text
    assert path.name in text.zh and path.name in text.en
    return text


@pytest.mark.parametrize("share", [0.001, 0.5, 0.99])
def test_a_truncated_geopackage(tmp_path, share):
    path = packages.county(tmp_path / "c.gpkg", 2000)
    os.truncate(path, int(path.stat().st_size * share))
    text = refused(path)
    assert "truncated" in text.en and "截断" in text.zh
    assert f"{path.stat().st_size:,}" in text.en


@pytest.mark.parametrize("name", ["c.gpkg", "DLTB.shp", "c.geojson"])
def test_an_empty_file(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"")
    assert "0 字节" in refused(path).zh


@pytest.mark.parametrize("name", ["c.gpkg", "c.geojson"])
def test_a_file_of_something_else(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"<html>404 not found</html>" * 50)
    refused(path)


def test_an_empty_geodatabase_folder(tmp_path):
    path = tmp_path / "c.gdb"
    path.mkdir()
    refused(path)


def test_a_missing_file(tmp_path):
    assert "文件不存在" in refused(tmp_path / "c.gpkg").zh


def test_another_driver_is_never_asked(tmp_path):
    """A VRT could point at any file or address, whatever its name ends in."""
    victim = packages.county(tmp_path / "secret.gpkg", 3)
    trap = tmp_path / "DLTB.gpkg"
    trap.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="DLTB"><SrcDataSource>{victim}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    refused(trap)


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_shapefile_without_a_part(tmp_path, part):
    path = packages.county(tmp_path / "DLTB.shp")
    path.with_suffix(part).unlink()
    text = refused(path)
    assert part in text.zh
    assert not path.with_suffix(part).exists()


def test_a_dbf_cut_off_gives_every_shape_and_the_values_it_has(tmp_path, standard):
    path = packages.county(tmp_path / "DLTB.shp", 10)
    table = path.with_suffix(".dbf")
    content = table.read_bytes()
    header, record = (int.from_bytes(content[i : i + 2], "little") for i in (8, 10))
    os.truncate(table, header + 6 * record + 3)
    with open_vector(path) as source:
        got = source.read("DLTB", "DLTB", standard)
    assert len(got) == 10
    assert got.usable.all()
    assert got.text("DLBM").tolist() == ["0102"] * 6 + [""] * 4
    assert not got.whole
    assert [(p.row, p.kind) for p in got.problems] == [(-1, "unreadable_row")]


@pytest.mark.parametrize("damage", ["no header", "absurd header", "no fields"])
def test_a_dbf_that_is_none(tmp_path, standard, damage):
    path = packages.county(tmp_path / "DLTB.shp", 3)
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    if damage == "no header":
        table.write_bytes(b"\x03\x00\x00")
    elif damage == "absurd header":
        content[4:12] = b"\xff\xff\xff\xff\x00\x00\x00\x00"
        table.write_bytes(content)
    else:
        content[32] = 0x0D
        table.write_bytes(content)
        with open_vector(path) as source:
            assert source.read("DLTB", "DLTB", standard).columns == {}
        return
    with pytest.raises(VectorError) as error, open_vector(path):
        pass
    assert "DLTB.dbf" in error.value.text.zh


@pytest.mark.parametrize("name", ["c.gpkg", "c.gdb", "DLTB.shp", "c.geojson"])
@pytest.mark.parametrize("writable", [True, False])
def test_reading_leaves_a_package_untouched(tmp_path, standard, name, writable):
    folder = tmp_path / "成果"
    folder.mkdir()
    path = packages.county(folder / name)
    before = packages.snapshot(folder)
    if not writable:
        for each in [folder, *folder.rglob("*")]:
            each.chmod(0o555 if each.is_dir() else 0o444)
    try:
        with open_vector(path) as source:
            assert packages.snapshot(folder) == before
            assert len(source.read(source.layer_names[0], "DLTB", standard)) == 20
        assert packages.snapshot(folder) == before
    finally:
        for each in [folder, *folder.rglob("*")]:
            each.chmod(0o755)


def test_a_geopackage_in_wal_mode_gets_no_companions(tmp_path, standard):
    path = packages.county(tmp_path / "c.gpkg")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    before = packages.snapshot(tmp_path)
    with open_vector(path) as source:
        assert packages.snapshot(tmp_path) == before
        assert len(source.read("DLTB", "DLTB", standard)) == 20
    assert packages.snapshot(tmp_path) == before


def test_changes_still_in_the_write_ahead_log_are_read(tmp_path, standard):
    """A package copied while a program had it open: half of it is in the log."""
    open_by_other = tmp_path / "office"
    open_by_other.mkdir()
    path = packages.county(open_by_other / "c.gpkg")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    for (trigger,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type='trigger'"
    ).fetchall():
        connection.execute(f'DROP TRIGGER "{trigger}"')
    connection.execute("UPDATE DLTB SET DLBM = '0301' WHERE fid = 1")
    connection.commit()
    delivered = tmp_path / "delivered"
    delivered.mkdir()
    for each in ("c.gpkg", "c.gpkg-wal"):
        (delivered / each).write_bytes((open_by_other / each).read_bytes())
    connection.close()
    before = packages.snapshot(delivered)
    with open_vector(delivered / "c.gpkg") as source:
        assert source.read("DLTB", "DLTB", standard).text("DLBM").tolist()[:2] == ["0301", "0102"]
    assert packages.snapshot(delivered) == before


def test_a_gigantic_text_in_one_row(tmp_path, standard):
    """OGR pads every text of a batch to the longest: 3 GB, were nobody careful."""
    rows = packages.parcels(1200)
    rows[700]["BZ"] = "长" * 1_000_000
    fields = {**packages.DLTB, "BZ": (packages.TEXT, 0, 0)}
    path = packages.write_layer(tmp_path / "c.gpkg", rows, packages.squares(1200), fields=fields)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open_vector(path) as source:
        table = source.read("DLTB", "DLTB", standard)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kB
    assert len(table.text("BZ")[700]) == 1_000_000
    assert table.text("DLMC")[1199] == "水浇地"
