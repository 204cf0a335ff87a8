"""Names and codes of a county that is nowhere."""

from __future__ import annotations

import numpy as np

COUNTY_CODE = "990101"
"""No division of GB/T 2260 begins with 99."""
COUNTY_NAME = "云岫县"
YEAR = 2023

_FIRST = "青石柳枫桃松鹿白双清龙凤玉梅竹荷霞泉沙岩"
_SECOND = "溪坪岭湾塘桥坝坑洲冲垄峪潭坡源"
_TOWNS = ("云岫镇", "望川镇", "鹿鸣镇", "枕溪乡", "听松乡", "拾谷乡")


def village_names(count: int, random: np.random.Generator) -> list[str]:
    """Invented village names, all different."""
    pairs = [first + second + "村" for first in _FIRST for second in _SECOND]
    return [pairs[i] for i in random.permutation(len(pairs))[:count]]


def town_names(count: int) -> list[str]:
    """Invented names of towns and townships."""
    return list(_TOWNS[:count])


def town_code(town: int) -> str:
    """Nine digits of town number ``town`` (from 1): towns 1xx, townships 2xx."""
    name = _TOWNS[town - 1]
    return COUNTY_CODE + (f"1{town - 1:02d}" if name.endswith("镇") else f"2{town - 1:02d}")


def unit_code(town: int, village: int) -> str:
    """ZLDWDM: 19 digits of village ``village`` (from 1) inside ``town``."""
    return f"{town_code(town)}{200 + village - 1:03d}{0:07d}"


def identifier(layer_code: str, number: int) -> str:
    """BSM: county, layer, sequence."""
    return f"{COUNTY_CODE}{layer_code}{number:08d}"
