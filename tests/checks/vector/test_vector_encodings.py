"""Text of shapefiles, whatever encoding it is in and whatever the file claims."""

from __future__ import annotations

import packages
import pytest

from onemap_verify.checks.vector import open_vector

NAME = "陵城区郑家寨镇水浇地"
FIELDS = {"BSM": (packages.TEXT, 18, 0), "DLMC": (packages.TEXT, 60, 0)}


def shapefile(folder, names, codec, cpg=None, driver=0, width=60):
    """A shapefile whose text is in ``codec``, with or without a word about it."""
    rows = [{"BSM": str(371402211000000001 + i)} for i in range(len(names))]
    path = packages.write_layer(
        folder / "DLTB.shp",
        rows,
        packages.squares(len(names)),
        fields={**FIELDS, "DLMC": (packages.TEXT, width, 0)},
    )
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    header, record = (int.from_bytes(content[i : i + 2], "little") for i in (8, 10))
    content[29] = driver
    for i, name in enumerate(names):
        raw = name if isinstance(name, bytes) else name.encode(codec)
        at = header + i * record + 1 + 18
        content[at : at + width] = raw[:width].ljust(width)
    table.write_bytes(content)
    return path


def read(path, standard):
    with open_vector(path) as source:
        return source.read("DLTB", "DLTB", standard), source.notes


@pytest.mark.parametrize("codec", ["utf-8", "gbk", "gb18030"])
@pytest.mark.parametrize(
    ("cpg", "driver"), [("declared", 0), (None, 0), (None, 0x4D), (None, 0x57), ("ISO-8859-1", 0)]
)
def test_the_text_is_right_whatever_is_declared(tmp_path, standard, codec, cpg, driver):
    claim = codec.upper() if cpg == "declared" else cpg
    names = [NAME, "旱地", "水田", "乔木林地"]
    table, notes = read(shapefile(tmp_path, names, codec, claim, driver), standard)
    assert table.text("DLMC").tolist() == names
    assert table.problems == []
    wrongly = codec == "utf-8" and driver == 0x4D
    assert [cause for cause, _ in notes] == (["misdeclared"] if wrongly else [])


def test_characters_that_only_gb18030_has(tmp_path, standard):
    table, notes = read(shapefile(tmp_path, ["㐂村", "𠮷家庄"], "gb18030", "GBK"), standard)
    assert table.text("DLMC").tolist() == ["㐂村", "𠮷家庄"]
    assert notes == []


@pytest.mark.parametrize(("codec", "claim"), [("gbk", "UTF-8"), ("utf-8", "GBK")])
def test_a_wrong_declaration_is_seen_through_and_told(tmp_path, standard, codec, claim):
    names = ["水浇地", "旱地", "水田", "果园"]
    table, notes = read(shapefile(tmp_path, names, codec, claim), standard)
    assert table.text("DLMC").tolist() == names
    (cause, text), = notes  # fmt: skip
    assert cause == "misdeclared"
    assert "DLTB.shp" in text.zh


def test_text_in_no_known_encoding_is_told_and_the_rest_read(tmp_path, standard):
    broken = b"\xff\xfe\xfd\x81"
    table, notes = read(shapefile(tmp_path, ["水浇地", broken, "旱地"], "gbk"), standard)
    assert table.text("DLMC")[0] == "水浇地"
    assert "\ufffd" in table.text("DLMC")[1]
    assert table.text("DLMC")[2] == "旱地"
    assert [cause for cause, _ in notes] == ["undecodable"]
    assert [(p.row, p.kind, p.field) for p in table.problems] == [(1, "bad_text", "DLMC")]


@pytest.mark.parametrize(
    ("codec", "width", "shown"), [("gbk", 9, "水浇地水"), ("utf-8", 11, "水浇地")]
)
def test_half_a_character_at_the_end_of_a_full_field_is_dropped(
    tmp_path, standard, codec, width, shown
):
    names = ["水浇地水浇地", "旱地", "水田", "茶园"]
    table, notes = read(shapefile(tmp_path, names, codec, width=width), standard)
    assert table.text("DLMC").tolist()[0] == shown
    assert (notes, table.problems) == ([], [])


def test_many_damaged_values_are_one_problem(tmp_path, standard):
    names = [b"\xff\xfe" + bytes([0x81 + i]) for i in range(60)]
    table, _ = read(shapefile(tmp_path, names, "gbk"), standard)
    assert [(p.row, p.kind) for p in table.problems] == [(-1, "bad_text")]
    assert "60" in table.problems[0].detail.zh


@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
def test_chinese_field_names(tmp_path, standard, codec):
    """Ten bytes hold four characters of GBK, and three and a third of UTF-8."""
    path = packages.write_layer(
        tmp_path / "DLTB.shp",
        [{"FIRST": "371402211000000001", "SECOND": "0102"}],
        packages.squares(1),
        fields={"FIRST": (packages.TEXT, 18, 0), "SECOND": (packages.TEXT, 5, 0)},
    )
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    for at, name in ((32, "标识码"), (64, "地类编码")):
        content[at : at + 11] = name.encode(codec)[:10].ljust(11, b"\0")
    table.write_bytes(content)
    got, _ = read(path, standard)
    second = "DLBM" if codec == "gb18030" else "地类编"
    assert list(got.columns) == ["BSM", second]
    assert got.columns["BSM"].tolist() == ["371402211000000001"]
    assert got.columns[second].tolist() == ["0102"]
