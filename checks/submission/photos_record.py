"""What an app noted of a photo beside its columns: ``metaRecord`` of table FJ.

Its form is not published; apps write JSON, or names and values with ``:`` or
``=`` between. Names are those of Android's and iOS's location services and
their Chinese counterparts; what is not understood is left alone.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

_ACCURACY = (
    "accuracy", "horizontalaccuracy", "gpsaccuracy", "locationaccuracy", "haccuracy", "hacc",
    "radius", "定位精度", "水平精度", "精度",
)  # fmt: skip
_ALTITUDE = ("altitude", "gpsaltitude", "alt", "elevation", "高程", "海拔", "海拔高度")
_DILUTION = ("hdop", "gpsdop", "dop", "pdop")
_MOCK = ("ismock", "mock", "isfrommockprovider", "mocklocation", "ismocklocation", "模拟定位")
_YES = frozenset({"1", "true", "yes", "y", "是"})
_PAIR = re.compile(r"[\"']?([A-Za-z_\u4e00-\u9fff]+)[\"']?\s*[:=：]\s*[\"']?([^,;，；\"'{}\s]+)")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_LONGEST, _DEEPEST = 65_536, 4


@dataclass(frozen=True)
class PhotoRecord:
    """Metres; NaN where not said. ``mock`` is whether the app itself says mock location."""

    accuracy: float = math.nan
    altitude: float = math.nan
    dilution: float = math.nan
    mock: bool = False


NO_RECORD = PhotoRecord()


def read_record(text: str) -> PhotoRecord:
    """Read one ``metaRecord``; never raises for anything it holds."""
    if not text.strip() or len(text) > _LONGEST:
        return NO_RECORD
    said: dict[str, str] = {}
    try:
        _gather(json.loads(text), said, 0)
    except (ValueError, RecursionError):
        said = {_plain(name): value for name, value in _PAIR.findall(text)}
    return PhotoRecord(
        _number(said, _ACCURACY),
        _number(said, _ALTITUDE),
        _number(said, _DILUTION),
        any(said.get(name, "").strip().lower() in _YES for name in _MOCK),
    )


def _gather(value: Any, out: dict[str, str], depth: int) -> None:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, (dict, list)):
                _gather(each, out, depth + 1)
            else:
                out.setdefault(_plain(str(name)), str(each))
    elif isinstance(value, list):
        for each in value[:16]:
            _gather(each, out, depth + 1)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _number(said: dict[str, str], names: tuple[str, ...]) -> float:
    for name in names:
        found = _NUMBER.match(said.get(name, "").strip())
        if found:
            value = float(found.group())
            return value if math.isfinite(value) else math.nan
    return math.nan
