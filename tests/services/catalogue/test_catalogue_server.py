"""The catalogue against pycsw, QGIS Server and MapServer."""

import time
from datetime import datetime, timedelta, timezone

import pytest

from onemap_verify.services.catalogue import Catalogue, Query
from onemap_verify.services.catalogue.service_list import ServiceList
from onemap_verify.services.transport import Transport

COUNT = 120


@pytest.mark.parametrize("version", ["2.0.2", "3.0.0", ""])
def test_every_record_is_fetched_with_all_it_says(csw, profile_with, transport, version):
    profile = profile_with({"kind": "csw", "url": csw, "version": version})
    catalogue = Catalogue(profile, transport)
    assert catalogue.age() is None
    assert catalogue.refresh() == []
    assert catalogue.search(Query()).total == COUNT
    record = catalogue.find("cn-000007")
    assert record.title == "测试县00007 永久基本农田（2022年）"
    assert (record.begin, record.end) == ("2022-01-01", "2022-12-31")
    assert record.box == (107.0, 27.0, 108.0, 28.0)
    assert record.groups == ("永久基本农田",)
    link = record.link("wfs")
    assert (link.name, link.url) == ("DLTB_7", "http://127.0.0.1:9/ows/7?map=a&b=c")
    assert record.preview == "http://127.0.0.1:9/preview/7.png"
    assert record.organisation == "省自然资源厅"
    assert catalogue.details("cn-000007").details["crs"] == "EPSG:4528"
    assert catalogue.details("nobody") is None


@pytest.mark.parametrize("version", ["2.0.2", "3.0.0"])
def test_pages_add_up(csw, transport, version, monkeypatch):
    from onemap_verify.services.catalogue import csw as module

    monkeypatch.setattr(module, "_PAGE", 50)
    pages = list(module.Csw(transport, csw, version).pages())
    assert [len(records) for records, _ in pages] == [50, 50, 20]
    assert len({record.id for records, _ in pages for record in records}) == COUNT


def test_searching(csw, profile_with, transport):
    catalogue = Catalogue(profile_with({"kind": "csw", "url": csw}), transport)
    catalogue.refresh()

    def ids(**query):
        found = catalogue.search(Query(limit=1000, **query))
        assert found.total == len(found.records)
        return {record.id for record in found.records}

    assert ids(text="本农田 2016") == {
        f"cn-{n:06d}" for n in range(COUNT) if n % 6 == 1 and n % 9 == 1
    }
    assert ids(text="ＤＬＴＢ＿１１") == {"cn-000011", *(f"cn-{n:06d}" for n in range(110, 120))}
    assert ids(group="正射影像") == {f"cn-{n:06d}" for n in range(COUNT) if n % 6 == 4}
    assert ids(box=(110.2, 30.2, 110.3, 30.3)) == {"cn-000010", "cn-000070"}
    assert ids(begin="2016-03-01", end="2017-02-01") == {
        f"cn-{n:06d}" for n in range(COUNT) if n % 9 in (1, 2)
    }
    assert ids(text="没有这种东西") == set()
    assert ids(text="50%_") == set()  # no pattern signs
    catalogue.favourite("cn-000050")
    assert ids(favourites=True) == {"cn-000050"}
    assert catalogue.search(Query(limit=1)).records[0].id == "cn-000050"
    catalogue.refresh()
    assert ids(favourites=True) == {"cn-000050"}


def test_without_network_what_was_kept_is_there_with_its_age(
    csw, profile_with, transport, tmp_path
):
    profile = profile_with({"kind": "csw", "url": csw})
    first = Catalogue(profile, transport, tmp_path / "c.sqlite")
    first.refresh()
    first.close()
    offline = Catalogue(profile, None, tmp_path / "c.sqlite")
    assert offline.search(Query(text="生态保护")).total == COUNT // 6
    assert offline.details("cn-000003").title
    later = datetime.now(timezone.utc) + timedelta(days=3, minutes=5)
    assert offline.age_text(later).zh == "目录为 3 天前的缓存"
    assert [fault.text.en for fault in offline.refresh()] == [
        "The catalogue cannot be refreshed offline"
    ]
    assert offline.search(Query()).total == COUNT


def test_a_failed_refresh_keeps_what_there_was(csw, profile_with, tmp_path, transport):
    from cutting_proxy import CuttingProxy

    way = CuttingProxy(csw)
    try:
        profile = profile_with({"kind": "csw", "url": way.url})
        catalogue = Catalogue(profile, Transport(profile, attempts=1), tmp_path / "c.sqlite")
        assert catalogue.refresh() == []
        # Answers come compressed; the page of records has some ten thousand bytes.
        for size in (0, 500, 2_000, 5_000):
            way.cut = lambda line, size=size: size
            (fault,) = catalogue.refresh()
            assert fault.text.zh and fault.advice.zh
            assert catalogue.search(Query()).total == COUNT
    finally:
        way.close()


def test_layers_of_map_servers_are_records_too(map_server, transport):
    for url, kind in (
        (f"{map_server}/ows/?SERVICE=WMS", "wms"),
        (f"{map_server}/ows/?SERVICE=WMTS", "wmts"),
        (f"{map_server}/ows/?SERVICE=WFS", "wfs"),
        (f"{map_server}/mapserv?map=onemap&SERVICE=WFS&VERSION=2.0.0", "wfs"),
        (f"{map_server}/mapserv?map=onemap&SERVICE=WCS&VERSION=2.0.1", "wcs"),
        (f"{map_server}/mapserv?map=onemap&SERVICE=WCS&VERSION=1.0.0", "wcs"),
        (f"{map_server}/ows/wfs3/collections", "oapif"),
    ):
        ((records, total),) = ServiceList(transport, url).pages()
        assert total == len(records) > 0
        names = {record.link(kind).name.rpartition(":")[2] for record in records}
        assert names & {"DLTB", "dem10"}, (url, names)
        boxes = [r.box for r in records if r.box]
        if kind not in ("wcs",):
            assert boxes and all(119.9 < box[0] < 120.1 for box in boxes)


def test_five_thousand_layers_open_and_search_in_two_seconds(profile_with, tmp_path):
    from onemap_verify.services.catalogue.record import Link, Record
    from onemap_verify.services.catalogue.store import Store

    profile = profile_with({"kind": "csw", "url": "http://127.0.0.1:9/csw"})
    store = Store(tmp_path / "c.sqlite")
    themes = ("土地利用现状", "永久基本农田", "生态保护红线", "数字高程模型")
    store.replace(
        profile.catalogue[0].url,
        (
            Record(
                f"id-{n}", f"某县{n:05d}{themes[n % 4]}", "第三次国土调查成果" * 20, "dataset",
                (themes[n % 4], f"分组{n % 50}"), (100.0 + n % 30, 20.0, 101.0 + n % 30, 21.0),
                "2020-01-01", "2020-12-31", links=(Link(f"http://127.0.0.1:9/{n}", "wfs", "DLTB"),),
            )
            for n in range(5000)
        ),
        5000,
    )  # fmt: skip
    store.close()
    started = time.perf_counter()
    catalogue = Catalogue(profile, None, tmp_path / "c.sqlite")
    assert catalogue.search(Query(limit=5000)).total == 5000
    assert len(catalogue.groups()) == 54
    for text in ("基本农田", "县0123", "调查 红线", "0"):
        assert catalogue.search(Query(text=text)).total > 0
    assert time.perf_counter() - started < 2.0


def test_a_preview_is_a_picture_of_a_modest_size(files, profile_with, transport):
    from onemap_verify.services.catalogue.record import Link, Record
    from onemap_verify.services.errors import BadAnswer, NotThere

    folder, url = files
    picture = b"\x89PNG\r\n\x1a\n" + bytes(100)
    (folder / "good.png").write_bytes(picture)
    (folder / "page.png").write_bytes(b"<html>no picture</html>")
    (folder / "large.png").write_bytes(picture + bytes(3 << 20))
    catalogue = Catalogue(profile_with(), transport)

    def record(name):
        return Record(name, name, links=(Link(f"{url}/{name}", "preview"),))

    assert catalogue.preview(record("good.png")) == picture
    (folder / "good.png").unlink()
    assert catalogue.preview(record("good.png")) == picture
    for name, kind in (("page.png", BadAnswer), ("large.png", BadAnswer), ("none.png", NotThere)):
        with pytest.raises(kind):
            catalogue.preview(record(name))
    assert catalogue.preview(Record("a", "a")) is None
