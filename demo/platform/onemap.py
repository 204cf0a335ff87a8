"""The one map of the demo county: its layers, in what order they are shown, and what they say.

One list serves all: the tables in PostGIS, the layers of the map server, the catalogue's records
and the site profile.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..names import YEAR

PERSONAL = ("zzrr", "zrrzjhm", "zrrmc", "lxdh", "jzdz", "cfzr")
"""Columns of YJJBNTBHTB about people: there, as on real platforms, and not to be asked for."""
GROUPS = (
    ("survey", "国土调查", "Land survey"),
    ("control", "管控边界", "Control lines"),
    ("boundary", "行政区", "Divisions"),
    ("terrain", "地形", "Terrain"),
    ("imagery", "遥感影像", "Imagery"),
)


@dataclass(frozen=True)
class MapLayer:
    """One layer: ``source`` is its standard name (DLTB) or the raster's file name."""

    name: str
    source: str
    zh: str
    en: str
    group: str
    keywords: tuple[str, ...]
    date: str
    role: str = ""
    restricted: bool = False
    withheld: tuple[str, ...] = ()
    raster: bool = False
    abstract: str = ""

    @property
    def record(self) -> str:
        """Identifier of its record in the catalogue."""
        return f"urn:onemap:demo:{self.name}"


_NOW, _THEN = YEAR, YEAR - 1

LAYERS = (
    MapLayer(
        f"dltb_{_NOW}", "DLTB", f"{_NOW} 年地类图斑", f"Land parcels {_NOW}", "survey",
        ("国土变更调查", "地类图斑", "DLTB"), f"{_NOW}-12-31", "reference",
        abstract=f"云岫县 {_NOW} 年度国土变更调查地类图斑。",
    ),
    MapLayer(
        f"dltb_{_THEN}", "DLTB", f"{_THEN} 年地类图斑", f"Land parcels {_THEN}", "survey",
        ("国土变更调查", "地类图斑", "DLTB", "上年度"), f"{_THEN}-12-31", "previous",
        abstract=f"云岫县 {_THEN} 年度国土变更调查地类图斑，作为核验的上年度底图。",
    ),
    MapLayer(
        "czcdyd", "CZCDYD", "城镇村等用地", "Towns and villages", "survey",
        ("城镇村", "CZCDYD"), f"{_NOW}-12-31",
        abstract="城市、建制镇、村庄和采矿用地等范围。",
    ),
    MapLayer(
        "pdt", "PDT", "坡度图", "Slope map", "survey",
        ("坡度", "PDT"), f"{_NOW}-06-30", abstract="按二至二十五度分五级的坡度图。",
    ),
    MapLayer(
        "yjjbntbhtb", "YJJBNTBHTB", "永久基本农田保护图斑", "Permanent basic farmland", "control",
        ("三区三线", "永久基本农田", "YJJBNTBHTB"), f"{_THEN}-12-31", "control", True, PERSONAL,
        abstract="永久基本农田保护图斑；责任人等个人信息字段不对外提供。",
    ),
    MapLayer(
        "stbhhx", "STBHHX", "生态保护红线", "Ecological red line", "control",
        ("三区三线", "生态保护红线", "STBHHX"), f"{_THEN}-12-31", "control", True,
        abstract="生态保护红线。",
    ),
    MapLayer(
        "czkfbj", "CZKFBJ", "城镇开发边界", "Urban development boundary", "control",
        ("三区三线", "城镇开发边界", "CZKFBJ"), f"{_THEN}-12-31", "control", True,
        abstract="城镇开发边界。",
    ),
    MapLayer(
        "xzq", "XZQ", "行政区", "Townships", "boundary",
        ("行政区", "XZQ"), f"{_NOW}-12-31", abstract="乡镇级行政区。",
    ),
    MapLayer(
        "cjdcq", "CJDCQ", "村级调查区", "Villages", "boundary",
        ("村级调查区", "CJDCQ"), f"{_NOW}-12-31", abstract="村级调查区。",
    ),
    MapLayer(
        "dem", "dem", "数字高程模型", "Elevation model", "terrain",
        ("DEM", "高程", "地形"), f"{_THEN}-06-30", "dem", raster=True,
        abstract="十米格网数字高程模型，独立于测绘单位的地形。",
    ),
    MapLayer(
        f"image_{_NOW}", f"image_{_NOW}", f"{_NOW} 年遥感影像", f"Imagery {_NOW}", "imagery",
        ("遥感影像", "DOM", "正射影像"), f"{_NOW}-08-12", "imagery", raster=True,
        abstract=f"{_NOW} 年 8 月 12 日四波段影像，十米分辨率。",
    ),
    MapLayer(
        f"image_{_THEN}", f"image_{_THEN}", f"{_THEN} 年遥感影像", f"Imagery {_THEN}", "imagery",
        ("遥感影像", "DOM", "正射影像", "上年度"), f"{_THEN}-08-24", "imagery", raster=True,
        abstract=f"{_THEN} 年 8 月 24 日四波段影像，十米分辨率。",
    ),
)  # fmt: skip
