"""The evidence store as it should be, as it is, and as it should never be."""

import sqlite3

import photos_small as made

from onemap_verify.checks.submission.evidence import open_store


def test_rows_and_pictures_one_by_one(tmp_path):
    pictures = [made.scene(number, (160, 120)) for number in range(3)]
    made.write_store(
        tmp_path / "a.db",
        [{"TBYBH": f"T{n}", "PSJD": n, "FJ": content} for n, content in enumerate(pictures)],
        [{"TBYBH": "T0", "SFJZ": "Y"}],
    )
    store = open_store(tmp_path / "a.db")
    assert [photo.values["TBYBH"] for photo in store.photos] == ["T0", "T1", "T2"]
    assert [content for _, content in store.pictures()] == pictures
    assert store.parcels[0].values["SFJZ"] == "Y"
    assert not store.problems
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db"]


def test_other_names_missing_columns_wrong_types(tmp_path):
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE fj (TBYBH, AZIM, lon, lat, PHOTO)")
    connection.execute(
        "INSERT INTO fj VALUES (?, ?, ?, ?, ?)", (7, "12.5", b"113.5", None, "no picture")
    )
    connection.execute("INSERT INTO fj VALUES (?, ?, ?, ?, ?)", ("图斑".encode("gbk"), 1, 1, 1, 5))
    connection.commit()
    connection.close()
    store = open_store(path)
    assert store.photos[0].values["PSJD"] == "12.5"
    assert store.photos[0].values["LONGITUDE"] == "113.5"
    assert store.photos[0].values["LATITUDE"] == ""
    assert store.photos[1].values["TBYBH"] == "图斑"
    assert [content for _, content in store.pictures()] == [b"no picture", None]


def test_a_view_is_no_table(tmp_path):
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.execute(
        "CREATE VIEW FJ AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c)"
        " SELECT x AS FJ FROM c"
    )
    connection.commit()
    connection.close()
    store = open_store(path)
    assert not store.photos
    assert store.problems


def test_a_damaged_store_gives_what_it_has(tmp_path):
    path = tmp_path / "a.db"
    rows = [{"TBYBH": f"T{n}", "FJ": made.scene(n, (320, 240))} for n in range(30)]
    made.write_store(path, rows)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\xaa" * (len(content) - len(content) // 2)
    path.write_bytes(bytes(content))
    store = open_store(path)
    list(store.pictures())
    assert store.problems or len(store.photos) == 30


def test_no_database_at_all(tmp_path):
    path = tmp_path / "a.db"
    path.write_bytes(b"SQLite format 3\0" + b"\0" * 4000)
    assert open_store(path).problems
    path.write_bytes(b"")
    assert open_store(path).problems
