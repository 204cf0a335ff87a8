"""Columns that are never asked for: what the profile withholds, and all personal ones.

Names, identity numbers, telephone numbers and addresses of farmers lie in the layer of permanent
basic farmland (YJJBNTBHTB). Nobody who checks parcels needs them, so no request ever names them
(Personal Information Protection Law, art. 6: collect the least).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...checks import standard
from ...checks.findings import Text
from ..errors import Refused
from ..site_profile import LayerSource


def personal() -> frozenset[str]:
    """Names (upper case) of columns with personal data, from the newest rule set."""
    listed = standard.load().data("control_layers.json")["personal_fields"]
    return frozenset(str(name).upper() for name in listed)


def withheld(layer: LayerSource) -> frozenset[str]:
    """Names (upper case) of the columns of ``layer`` that are never asked for."""
    return personal() | {name.upper() for name in layer.withheld}


def kept(layer: LayerSource, columns: Sequence[str]) -> list[str]:
    """Those of ``columns`` that may be asked for, in their order."""
    never = withheld(layer)
    return [name for name in columns if name.upper() not in never]


def leaves_out(layer: LayerSource, columns: Sequence[str]) -> list[str]:
    """Those of ``columns`` that stay at the server."""
    never = withheld(layer)
    return [name for name in columns if name.upper() in never]


def refuse(layer: LayerSource) -> Refused:
    """The error for a layer whose columns cannot be told from one another beforehand."""
    return Refused(
        Text(
            zh=f"图层“{layer.title.zh}”含不得读取的字段，而服务未说明有哪些字段，因此不加载",
            en=f"Layer “{layer.title.en}” has columns that must not be read, and the service does "
            "not say which columns there are; it is not loaded",
        ),
        Text(
            zh="请管理员在站点配置中列出可读取的字段（options.columns）。",
            en="Have the administrator list the columns that may be read (options.columns).",
        ),
    )


def sent_all_the_same(layer: LayerSource, names: Iterable[str]) -> Refused:
    """The error for a service that sends what was not asked for."""
    listed = ", ".join(sorted(names))
    return Refused(
        Text(
            zh=f"服务未按要求略去图层“{layer.title.zh}”的字段（{listed}），已停止读取，未保存",
            en=f"The service sends columns of “{layer.title.en}” that were not asked for "
            f"({listed}); reading was stopped and nothing kept",
        )
    )
