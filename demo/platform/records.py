"""Records of the catalogue in ISO 19139: those of the one map, and as many more as wanted."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from . import catalogue
from .layout import Place
from .onemap import LAYERS, MapLayer

Extent = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

_RECORD = """<?xml version="1.0" encoding="UTF-8"?>
<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" \
xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:gml="http://www.opengis.net/gml/3.2" \
xmlns:gmx="http://www.isotc211.org/2005/gmx" xmlns:srv="http://www.isotc211.org/2005/srv" \
xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<gmd:fileIdentifier><gco:CharacterString>{identifier}</gco:CharacterString></gmd:fileIdentifier>
<gmd:language><gmd:LanguageCode codeList="http://www.loc.gov/standards/iso639-2/" \
codeListValue="chi"/></gmd:language>
<gmd:characterSet><gmd:MD_CharacterSetCode codeList="#MD_CharacterSetCode" \
codeListValue="utf8"/></gmd:characterSet>
<gmd:hierarchyLevel><gmd:MD_ScopeCode codeList="#MD_ScopeCode" codeListValue="dataset">dataset\
</gmd:MD_ScopeCode></gmd:hierarchyLevel>
<gmd:contact><gmd:CI_ResponsibleParty><gmd:organisationName><gco:CharacterString>{organisation}\
</gco:CharacterString></gmd:organisationName><gmd:role><gmd:CI_RoleCode codeList="#CI_RoleCode" \
codeListValue="pointOfContact"/></gmd:role></gmd:CI_ResponsibleParty></gmd:contact>
<gmd:dateStamp><gco:Date>{stamp}</gco:Date></gmd:dateStamp>
<gmd:metadataStandardName><gco:CharacterString>ISO 19115:2003/19139</gco:CharacterString>\
</gmd:metadataStandardName>
<gmd:referenceSystemInfo><gmd:MD_ReferenceSystem><gmd:referenceSystemIdentifier>\
<gmd:RS_Identifier><gmd:code><gco:CharacterString>EPSG:4529</gco:CharacterString></gmd:code>\
</gmd:RS_Identifier></gmd:referenceSystemIdentifier></gmd:MD_ReferenceSystem>\
</gmd:referenceSystemInfo>
<gmd:identificationInfo><gmd:MD_DataIdentification>
<gmd:citation><gmd:CI_Citation><gmd:title><gco:CharacterString>{title}</gco:CharacterString>\
</gmd:title><gmd:alternateTitle><gco:CharacterString>{title_en}</gco:CharacterString>\
</gmd:alternateTitle><gmd:date><gmd:CI_Date><gmd:date><gco:Date>{date}</gco:Date></gmd:date>\
<gmd:dateType><gmd:CI_DateTypeCode codeList="#CI_DateTypeCode" codeListValue="publication"/>\
</gmd:dateType></gmd:CI_Date></gmd:date></gmd:CI_Citation></gmd:citation>
<gmd:abstract><gco:CharacterString>{abstract}</gco:CharacterString></gmd:abstract>
<gmd:graphicOverview><gmd:MD_BrowseGraphic><gmd:fileName><gco:CharacterString>{preview}\
</gco:CharacterString></gmd:fileName></gmd:MD_BrowseGraphic></gmd:graphicOverview>
<gmd:descriptiveKeywords><gmd:MD_Keywords>{keywords}</gmd:MD_Keywords></gmd:descriptiveKeywords>
<gmd:descriptiveKeywords><gmd:MD_Keywords><gmd:keyword><gco:CharacterString>{group}\
</gco:CharacterString></gmd:keyword><gmd:type><gmd:MD_KeywordTypeCode \
codeList="#MD_KeywordTypeCode" codeListValue="theme"/></gmd:type></gmd:MD_Keywords>\
</gmd:descriptiveKeywords>
<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:accessConstraints><gmd:MD_RestrictionCode \
codeList="#MD_RestrictionCode" codeListValue="{access}"/></gmd:accessConstraints>\
</gmd:MD_LegalConstraints></gmd:resourceConstraints>
<gmd:language><gco:CharacterString>chi</gco:CharacterString></gmd:language>
<gmd:topicCategory><gmd:MD_TopicCategoryCode>{topic}</gmd:MD_TopicCategoryCode>\
</gmd:topicCategory>
<gmd:extent><gmd:EX_Extent><gmd:geographicElement><gmd:EX_GeographicBoundingBox>\
<gmd:westBoundLongitude><gco:Decimal>{west:.6f}</gco:Decimal></gmd:westBoundLongitude>\
<gmd:eastBoundLongitude><gco:Decimal>{east:.6f}</gco:Decimal></gmd:eastBoundLongitude>\
<gmd:southBoundLatitude><gco:Decimal>{south:.6f}</gco:Decimal></gmd:southBoundLatitude>\
<gmd:northBoundLatitude><gco:Decimal>{north:.6f}</gco:Decimal></gmd:northBoundLatitude>\
</gmd:EX_GeographicBoundingBox></gmd:geographicElement><gmd:temporalElement>\
<gmd:EX_TemporalExtent><gmd:extent><gml:TimePeriod gml:id="time"><gml:beginPosition>{date}\
</gml:beginPosition><gml:endPosition>{date}</gml:endPosition></gml:TimePeriod></gmd:extent>\
</gmd:EX_TemporalExtent></gmd:temporalElement></gmd:EX_Extent></gmd:extent>
</gmd:MD_DataIdentification></gmd:identificationInfo>
<gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions>\
{links}</gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution>\
</gmd:distributionInfo>
</gmd:MD_Metadata>
"""
_LINK = (
    "<gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>{url}</gmd:URL></gmd:linkage>"
    "<gmd:protocol><gco:CharacterString>{protocol}</gco:CharacterString></gmd:protocol>"
    "<gmd:name><gco:CharacterString>{name}</gco:CharacterString></gmd:name>"
    "<gmd:description><gco:CharacterString>{title}</gco:CharacterString></gmd:description>"
    "</gmd:CI_OnlineResource></gmd:onLine>"
)
_THEMES = (
    ("imagery", "遥感影像", "正射影像 DOM", "imageryBaseMapsEarthCover"),
    ("survey", "国土调查", "地类图斑 DLTB", "planningCadastre"),
    ("control", "管控边界", "永久基本农田", "planningCadastre"),
    ("terrain", "地形", "数字高程模型 DEM", "elevation"),
    ("boundary", "行政区", "行政区 XZQ", "boundaries"),
    ("geology", "地质", "地质图", "geoscientificInformation"),
    ("marine", "海洋", "海岸线", "oceans"),
    ("planning", "国土空间规划", "用地布局", "planningCadastre"),
)
_TOPICS = {"imagery": "imageryBaseMapsEarthCover", "terrain": "elevation", "boundary": "boundaries"}
_GROUPS = {
    "survey": "国土调查",
    "control": "管控边界",
    "boundary": "行政区",
    "terrain": "地形",
    "imagery": "遥感影像",
}


@dataclass(frozen=True)
class Record:
    """One record: what is said in it, and its services as (protocol, address, layer)."""

    identifier: str
    title: str
    title_en: str
    abstract: str
    group: str
    keywords: tuple[str, ...]
    date: str
    extent: Extent
    links: tuple[tuple[str, str, str], ...]
    topic: str = "planningCadastre"
    restricted: bool = False
    preview: str = ""

    def document(self) -> str:
        """The record in ISO 19139."""
        west, south, east, north = self.extent
        words = "".join(
            f"<gmd:keyword><gco:CharacterString>{escape(word)}</gco:CharacterString></gmd:keyword>"
            for word in self.keywords
        )
        links = "".join(
            _LINK.format(
                url=escape(url), protocol=protocol, name=escape(name), title=escape(self.title)
            )
            for protocol, url, name in self.links
        )
        return _RECORD.format(
            identifier=escape(self.identifier),
            organisation="云岫县自然资源局",
            stamp="2024-01-15",
            title=escape(self.title),
            title_en=escape(self.title_en),
            date=self.date,
            abstract=escape(self.abstract),
            preview=escape(self.preview),
            keywords=words,
            group=escape(self.group),
            access="restricted" if self.restricted else "otherRestrictions",
            topic=self.topic,
            west=west,
            south=south,
            east=east,
            north=north,
            links=links,
        )


def of_the_map(gateway: str, extent: Extent) -> Iterator[Record]:
    """The records of the one map's own layers."""
    west, south, east, north = extent
    for layer in LAYERS:
        preview = (
            f"{gateway}/ows/onemap?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS={layer.name}"
            f"&STYLES=&CRS=EPSG:4490&BBOX={south:.6f},{west:.6f},{north:.6f},{east:.6f}"
            "&WIDTH=320&HEIGHT=320&FORMAT=image/png"
        )
        yield Record(
            layer.record,
            layer.zh,
            layer.en,
            layer.abstract,
            _GROUPS[layer.group],
            layer.keywords,
            layer.date,
            extent,
            _services(layer, gateway),
            _TOPICS.get(layer.group, "planningCadastre"),
            layer.restricted,
            preview,
        )


def _services(layer: MapLayer, gateway: str) -> tuple[tuple[str, str, str], ...]:
    maps = f"{gateway}/ows/onemap"
    found = [("OGC:WMS", maps, layer.name), ("OGC:WMTS", maps, layer.name)]
    if layer.raster:
        return (("OGC:WCS", f"{gateway}/wcs", layer.name), *found)
    return (("OGC:WFS", maps, layer.name), ("OGC:OAPIF", f"{maps}/wfs3", layer.name), *found)


def many(gateway: str, count: int, extent: Extent) -> Iterator[Record]:
    """Records of a province's layers: themes by counties by years, all served by the one map."""
    west, south, east, north = extent
    for number in range(count):
        key, group, what, topic = _THEMES[number % len(_THEMES)]
        county, year = number // len(_THEMES) % 97, 2015 + number // (len(_THEMES) * 97) % 10
        code = f"99{county // 10 + 1:02d}{county % 10 + 1:02d}"
        east_by, north_by = 0.11 * (county % 10), 0.09 * (county // 10)
        layer = LAYERS[number % len(LAYERS)]
        yield Record(
            f"urn:onemap:demo:province:{number:05d}",
            f"{code} 县 {year} 年{what}（{number + 1}）",
            f"{key} of county {code}, {year} ({number + 1})",
            f"{code} 县 {year} 年度{group}数据，{what}。",
            group,
            (group, what, code, str(year)),
            f"{year}-{number % 12 + 1:02d}-15",
            (west + east_by, south + north_by, east + east_by, north + north_by),
            _services(layer, gateway)[:2],
            topic,
            restricted=key == "control",
        )


def load(place: Place, records: Iterable[Record]) -> None:
    """Put records into the catalogue's database, all at once.

    Raises
    ------
    OSError
        With what pycsw said.
    """
    lines = "\n".join(json.dumps(one.document()) for one in records)
    done = subprocess.run(
        [str(catalogue.python()), str(Path(__file__).with_name("load_records.py"))],
        input=lines,
        env=catalogue.environment(place) | {"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        raise OSError(f"pycsw did not take the records: {done.stderr.strip()[-400:]}")
