"""The sentences in which frame errors are told."""

from __future__ import annotations

from collections.abc import Sequence

from ..findings import Text
from .frame_pairs import Explained

UNTRUSTED = Text(
    "坐标系缺失或有误，无法与可信数据比较",
    "The coordinate frame is missing or wrong: comparing with trusted data makes no sense",
)
OTHER_DATUM = Text(
    "大地基准与可信数据不同且转换关系未知，无法比较",
    "Another datum than the trusted data's, and how they relate is not known",
)

_SEEMS = Text("；坐标看来属于“{seems}”", "; they seem to be in '{seems}'")
_UNKNOWN = Text("；从坐标无法判断实际坐标系", "; which frame they are in cannot be told")
_ASSUMED = Text(
    "没有声明坐标系；从坐标看应为“{seems}”，暂按此检查",
    "No CRS is declared; the coordinates look like '{seems}', which was assumed",
)
_NOT_ASSUMED = Text(
    "没有声明坐标系，且从坐标无法判断；涉及位置的检查不能进行",
    "No CRS is declared and the coordinates do not tell which: nothing that needs a place was "
    "checked",
)
_SAME_PLACE = Text("（坐标与图层 {other} 同处一地）", " (the same coordinates as layer {other})")
_BY_TERRAIN = Text(
    "按声明的坐标系，数据不在可信 DEM 范围内；按“{seems}”则落在其中",
    "Declared as it is the data lie off the trusted DEM; in '{seems}' they lie on it",
)

_SAME_NUMBERS = Text(
    "（数据位于该中央经线 1.5° 以内，坐标数值与 3° 带相同）",
    " (the data lie within 1.5° of that meridian, where the numbers are the same)",
)
_WITH_ZONE = Text(
    "，横坐标却是带有带号的 8 位数", " but the eastings have eight digits with a zone in front"
)
_WITHOUT_ZONE = Text(
    "，横坐标却是不带带号的 6 位数", " but the eastings have six digits and no zone in front"
)
_TOLD = ("zone_prefix", "geographic_in_projected", "projected_in_geographic", "wrong_crs")

_KINDS = {
    "datum": Text(
        "声明的大地基准是{datum}，不是 2000 国家大地坐标系",
        "The declared datum is {datum}, not CGCS2000",
    ),
    "six_degree_zone": Text(
        "声明的是 6° 分带“{declared}”，国土调查应采用 3° 分带",
        "A 6° zone is declared ('{declared}'); land surveys use 3° zones",
    ),
    "utm": Text(
        "声明的投影是 UTM（“{declared}”），不是高斯-克吕格投影",
        "The declared projection is UTM ('{declared}'), not Gauss-Krüger",
    ),
    "web_mercator": Text(
        "声明的投影是墨卡托（“{declared}”），不是高斯-克吕格投影",
        "The declared projection is Mercator ('{declared}'), not Gauss-Krüger",
    ),
    "geographic": Text(
        "采用经纬度坐标“{declared}”，没有投影到高斯-克吕格 3° 带",
        "Coordinates are longitude and latitude ('{declared}'), not projected to a 3° zone",
    ),
    "projection": Text(
        "声明的投影“{declared}”不是高斯-克吕格 3° 带",
        "The declared projection '{declared}' is no 3° Gauss-Krüger zone",
    ),
    "axis_swap": Text(
        "坐标轴颠倒：横坐标位置上是北坐标，纵坐标位置上是东坐标",
        "The axes are swapped: northings stand where eastings belong",
    ),
    "zone_prefix": Text(
        "带号不一致：声明的坐标系是“{declared}”",
        "The zone number does not match: '{declared}' is declared",
    ),
    "geographic_in_projected": Text(
        "声明的是投影坐标系“{declared}”，坐标却是经纬度（度）",
        "A projected CRS is declared ('{declared}') but the coordinates are degrees",
    ),
    "projected_in_geographic": Text(
        "声明的是经纬度坐标系“{declared}”，坐标却是以米为单位的投影坐标",
        "A geographic CRS is declared ('{declared}') but the coordinates are metres",
    ),
    "gcj02": Text(
        "坐标是 GCJ-02（火星坐标），未还原为 CGCS2000",
        "The coordinates are GCJ-02 (encrypted), not turned back to CGCS2000",
    ),
    "bd09": Text(
        "坐标是 BD-09（百度坐标），未还原为 CGCS2000",
        "The coordinates are BD-09 (Baidu), not turned back to CGCS2000",
    ),
    "datum_shift": Text(
        "坐标整体平移，疑为大地基准（1980 西安、1954 北京等）转换缺失或参数错误",
        "The coordinates are shifted as a whole: a datum transformation (Xian 1980, Beijing 1954) "
        "left out or with wrong parameters",
    ),
    "false_easting": Text(
        "横坐标的 500 公里东偏有误（{called}）",
        "The false easting of 500 km is mistaken ({called})",
    ),
    "coordinate_unit": Text(
        "坐标单位不是米（{called}）", "Coordinates are not in metres ({called})"
    ),
    "coordinate_sign": Text(
        "坐标正负号颠倒（{called}）", "The sign of a coordinate is turned round ({called})"
    ),
    "wrong_crs": Text(
        "坐标不可能属于声明的坐标系“{declared}”",
        "The coordinates cannot be in the declared CRS '{declared}'",
    ),
}


def issue(kind: str, declared: str, seems: str, **facts: object) -> Text:
    """The sentence for one issue; ``seems`` names the frame the data seem to be in."""
    text, found = _issue(kind, declared, seems, facts), facts.get("previous")
    return _joined(text, _by_pairs(found)) if isinstance(found, Explained) else text


def _by_pairs(found: Explained) -> Text:
    """How last year's parcels prove it."""
    told = f"{found.before:.0f}" if found.before < 1e7 else "?"
    return Text(
        f"（与上年度同一图斑对照 {found.pairs} 个：按声明相差 {told} 米，东 {found.east:+.1f} 米、"
        f"北 {found.north:+.1f} 米；据此解释后 {found.share:.0%} 吻合）",
        f" (of {found.pairs} parcels shared with last year: {told} m off as declared, "
        f"{found.east:+.1f} m east and {found.north:+.1f} m north; so explained {found.share:.0%} "
        "coincide)",
    )


def _issue(kind: str, declared: str, seems: str, facts: dict[str, object]) -> Text:
    if kind in ("wrong_zone", "wrong_crs") and facts.get("terrain"):
        return _BY_TERRAIN.format(seems=seems)
    if kind == "no_crs":
        return _beside((_ASSUMED if seems else _NOT_ASSUMED).format(seems=seems), facts)
    if kind == "wrong_zone":
        return _wrong_zone(declared, seems, facts)
    datum = facts.get("datum")
    if isinstance(datum, Text):
        text = _KINDS[kind]
        return Text(text.zh.format(datum=datum.zh), text.en.format(datum=datum.en))
    text = _KINDS[kind].format(declared=declared, called=facts.get("called", ""))
    if kind == "six_degree_zone" and facts.get("same_numbers"):
        return _joined(text, _SAME_NUMBERS)
    if kind == "zone_prefix":
        text = _joined(text, _WITH_ZONE if facts.get("prefixed") else _WITHOUT_ZONE)
    if kind in _TOLD:
        return _joined(text, _SEEMS.format(seems=seems) if seems else _UNKNOWN)
    return text


def _wrong_zone(declared: str, seems: str, facts: dict[str, object]) -> Text:
    away = facts.get("away")
    if isinstance(away, float):
        side = Text("东", "east") if away > 0 else Text("西", "west")
        return Text(
            f"数据中部在中央经线以{side.zh} {abs(away):.2f}°，已超出该 3° 带；宜采用“{seems}”",
            f"The middle of the data lies {abs(away):.2f}° {side.en} of the central meridian, "
            f"beyond its 3° zone; '{seems}' is the zone there",
        )
    text = Text(
        f"3° 带声明有误：声明为“{declared}”，坐标属于“{seems}”",
        f"The wrong zone is declared: '{declared}', while the coordinates are in '{seems}'",
    )
    return _beside(text, facts)


def _beside(text: Text, facts: dict[str, object]) -> Text:
    """With the layer whose coordinates prove it, if there is one."""
    other = facts.get("other")
    return _joined(text, _SAME_PLACE.format(other=other)) if other else text


def _joined(first: Text, second: Text) -> Text:
    return Text(first.zh + second.zh, first.en + second.en)


def with_layers(text: Text, layers: Sequence[str]) -> Text:
    """The sentence with the layers it is about in front."""
    word = "Layer" if len(layers) == 1 else "Layers"
    return Text(f"图层 {'、'.join(layers)}：{text.zh}", f"{word} {', '.join(layers)}: {text.en}")


def mixed(groups: Sequence[tuple[str, Sequence[str]]]) -> Text:
    """Which layers are declared in which CRS."""
    zh = "；".join(f"“{name}”：{'、'.join(layers)}" for name, layers in groups)
    en = "; ".join(f"'{name}': {', '.join(layers)}" for name, layers in groups)
    return Text(f"各图层声明的坐标系不一致。{zh}", f"Layers are declared in different CRS. {en}")
