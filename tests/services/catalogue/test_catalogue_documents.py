"""Documents of other kinds of catalogues, served as files; broken and hostile ones too."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onemap_verify.services.answers import address, parse_xml
from onemap_verify.services.catalogue import Catalogue, Query
from onemap_verify.services.catalogue.ogc_records import OgcRecords
from onemap_verify.services.catalogue.record import box_of, clean, fold, iso_date, kind_of
from onemap_verify.services.catalogue.service_list import ServiceList
from onemap_verify.services.catalogue.store import Store
from onemap_verify.services.catalogue.supermap import _rows
from onemap_verify.services.errors import BadAnswer, Refused


def test_a_list_of_services_as_csv_in_either_encoding(files, transport):
    folder, url = files
    lines = "名称,服务类型,服务地址,图层,分组,时间\n地类图斑,WFS,http://10.0.0.1/wfs,DLTB,国土调查,2023\n"
    for codec in ("utf-8-sig", "gb18030"):
        (folder / "list.csv").write_bytes(lines.encode(codec))
        ((records, _),) = ServiceList(transport, f"{url}/list.csv").pages()
        (record,) = records
        assert (record.title, record.groups) == ("地类图斑", ("国土调查",))
        assert (record.begin, record.end) == ("2023-01-01", "2023-12-31")
        assert record.link("wfs").name == "DLTB"


def test_records_of_an_ogc_api(files, transport):
    folder, url = files
    feature = {
        "type": "Feature", "id": "r1",
        "geometry": {
            "type": "Polygon", "coordinates": [[[110, 30], [111, 30], [111, 31], [110, 30]]],
        },
        "time": {"interval": ["2022-03-01T00:00:00Z", "2023-12-31"]},
        "properties": {"title": "影像", "description": "一米影像", "keywords": ["遥感"]},
        "links": [
            {"href": "http://10.0.0.1/wmts", "rel": "item", "type": "OGC:WMTS", "name": "img"}
        ],
    }  # fmt: skip
    items = folder / "collections" / "main"
    items.mkdir(parents=True)
    document = {"type": "FeatureCollection", "features": [feature], "numberMatched": 1, "links": []}
    (items / "items").write_text(json.dumps(document))
    reader = OgcRecords(transport, f"{url}/collections/main")
    (((record,), total),) = reader.pages()
    assert total == 1 and record.box == (110.0, 30.0, 111.0, 31.0)
    assert (record.begin, record.end) == ("2022-03-01", "2023-12-31")
    assert record.link("wmts").name == "img"
    (items / "items").write_text(json.dumps({**document, "numberMatched": 2}))
    with pytest.raises(BadAnswer, match="1 of 2"):
        list(reader.pages())


@pytest.mark.parametrize(
    "answer",
    [
        [{"id": 1}],
        {"data": {"records": [{"id": 1}], "total": 1}},
        {"code": 200, "result": {"rows": [{"id": 1}], "totalCount": 1}},
        {"content": [{"id": 1}], "totalElements": 1},
    ],
)
def test_service_pages_are_wrapped_in_many_ways(answer):
    rows, total = _rows(answer)
    assert rows == [{"id": 1}]
    assert total in (1, -1)


BOMB = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;&b;">]><a>&c;</a>'
READS = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
FETCHES = '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/x.dtd"> %b;]><a/>'


@pytest.mark.parametrize("text", [BOMB, READS, FETCHES])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-be"])
def test_entities_are_refused(text, codec):
    with pytest.raises(BadAnswer):
        parse_xml(text.encode(codec))


def test_deep_and_broken_documents_are_refused():
    for content in (b"", b"<a", b"<a><b></a>", b"<a>" * 100_000, b"\xff\xfe", b"{}"):
        with pytest.raises(BadAnswer):
            parse_xml(content)
    assert parse_xml(b'<!DOCTYPE WMT SYSTEM "http://x/y.dtd"><a/>').tag == "a"


def test_a_catalogue_of_rubbish_is_an_error_and_not_an_empty_one(files, profile_with, transport):
    folder, url = files
    for number, content in enumerate((b"<html/>", b"{}", b"[1, 2", b"\x00\x01", BOMB.encode())):
        (folder / f"list{number}.json").write_bytes(content)
        profile = profile_with({"kind": "service_list", "url": f"{url}/list{number}.json"})
        (fault,) = Catalogue(profile, transport).refresh()
        assert isinstance(fault, (BadAnswer, Refused)), content


def test_a_damaged_store_is_made_anew_and_keeps_favourites_if_it_can(tmp_path):
    path = tmp_path / "c.sqlite"
    store = Store(path)
    store.favourite("a", True)
    store._connection.execute("PRAGMA user_version=1")
    store.close()
    again = Store(path)
    assert again.favourites() == {"a"}
    again.close()
    path.write_bytes(b"no database at all" * 1000)
    empty = Store(path)
    assert empty.favourites() == frozenset()
    assert empty.search(Query()).total == 0
    empty.close()


@given(st.text(max_size=60))
def test_whatever_stands_in_a_field_is_survived(text):
    date = iso_date(text)
    assert date == "" or (len(date) == 10 and date[4] == date[7] == "-")
    assert kind_of(text) in {
        "", "wmts", "wms", "wcs", "wfs", "oapif", "arcgis_feature", "arcgis_map", "xyz", "postgis",
    }  # fmt: skip
    assert not any(ord(sign) < 32 and sign not in "\t\n" for sign in clean(text))
    assert fold(fold(text)) == fold(text)
    assert box_of([text] * 4) is None or box_of([text] * 4)[0] <= 180


def test_addresses_carry_each_parameter_once():
    url = address("http://h/ows?map=a&service=WMS&Request=x#part", SERVICE="WFS", REQUEST="y")
    assert url == "http://h/ows?map=a&SERVICE=WFS&REQUEST=y"
    assert address("http://h/ows?a=1", A=None) == "http://h/ows"
