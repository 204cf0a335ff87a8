"""In which order a service sends coordinates: tried on one feature, not believed.

OGC API – Features, part 2 (OGC 18-058r1, 6.2.2) wants the order of the CRS, which for the Chinese
projected frames is north before east. pygeoapi keeps to it; QGIS Server and MapServer send east
first whatever the CRS says. Nothing in an answer tells which.
"""

from __future__ import annotations

import math
from typing import Any

from ...checks.findings import Text
from ..errors import BadAnswer
from . import frames

_DEGREES_ROUNDED = 5e-5
"""Half of the last digit that a service may keep of degrees, generously."""


def is_north_first(in_degrees: Any, as_sent: Any, crs: str, name: Text) -> bool:
    """Whether ``as_sent`` has north before east.

    Parameters
    ----------
    in_degrees, as_sent
        The same GeoJSON geometry in CRS84 and as sent in ``crs``.
    crs
        Code of the frame.
    name
        What the layer is called.

    Raises
    ------
    BadAnswer
        When the two are not the same place in either order.
    """
    true, sent = first_point(in_degrees), first_point(as_sent)
    if true is None or sent is None:
        return False
    box = frames.carried((*true, *true), "OGC:CRS84", crs)
    if box is not None and all(map(math.isfinite, (*sent, *box))):
        allowed = _DEGREES_ROUNDED * (111_320.0 / frames.metres_per_unit(crs))
        for north_first, (x, y) in ((False, sent), (True, sent[::-1])):
            if math.hypot(x - box[0], y - box[1]) <= allowed * 2.0:
                return north_first
    raise BadAnswer(
        Text(
            zh=f"图层“{name.zh}”以 {crs} 返回的坐标与其经纬度不在同一位置，坐标系或轴序配置有误",
            en=f"Layer “{name.en}” has other places in {crs} than in degrees: its frame or its "
            "order of axes is set up wrongly",
        )
    )


def first_point(geometry: Any) -> tuple[float, float] | None:
    """The first two numbers of a GeoJSON geometry; ``None`` where there are none."""
    if not isinstance(geometry, dict):
        return None
    value = geometry.get("coordinates")
    if value is None and isinstance(geometry.get("geometries"), list) and geometry["geometries"]:
        return first_point(geometry["geometries"][0])
    for _ in range(6):
        if not isinstance(value, list) or not value:
            return None
        if len(value) >= 2 and all(_is_number(each) for each in value[:2]):
            return float(value[0]), float(value[1])
        value = value[0]
    return None


def turned(geometry: Any) -> Any:
    """A GeoJSON geometry with the first two numbers of every point exchanged."""
    if not isinstance(geometry, dict):
        return geometry
    out = dict(geometry)
    if "coordinates" in geometry:
        out["coordinates"] = _turned(geometry["coordinates"])
    if isinstance(geometry.get("geometries"), list):
        out["geometries"] = [turned(each) for each in geometry["geometries"]]
    return out


def _turned(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    if len(value) >= 2 and _is_number(value[0]):
        return [value[1], value[0], *value[2:]]
    return [_turned(each) for each in value]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
