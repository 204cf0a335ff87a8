"""Features of a service, page by page: what all kinds of services have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...checks.findings import Text
from ...checks.progress import Progress
from ..errors import BadAnswer, NotThere
from ..site_profile import LayerSource
from . import frames
from .withheld import kept, leaves_out, refuse

PAGE_LIMIT = 96 * 1024 * 1024
"""Bytes of one page of features."""


@dataclass(frozen=True)
class Column:
    """A column as the service describes it; ``kind`` is text, integer, real, date or datetime."""

    name: str
    kind: str = "text"


@dataclass(frozen=True)
class Page:
    """One answer with features.

    ``identifier`` names the column with the service's own ids, empty without; ``last`` says that
    the service has no further page.
    """

    content: bytes
    driver: str
    returned: int
    identifier: str = ""
    open_options: Sequence[str] = ()
    last: bool = False


@dataclass
class Described:
    """What a service says of a layer before any of its features is read.

    ``box`` is the layer's own, in degrees; ``crs`` that in which features are asked for.
    """

    columns: list[Column]
    crs: str
    box: frames.Box | None = None
    geometry: str = ""
    notes: list[Text] = field(default_factory=list)


class Features(Protocol):
    """A layer of features at a service."""

    layer: LayerSource
    described: Described | None

    def describe(self, progress: Progress) -> Described:
        """Ask what there is; no feature is read."""

    def count(self, box: frames.Box | None, progress: Progress) -> int | None:
        """How many features touch ``box`` (in ``described.crs``); ``None``: the service can't."""

    def page(self, start: int, size: int, box: frames.Box | None, progress: Progress) -> Page:
        """Features from number ``start`` (0 is the first)."""


def asked(layer: LayerSource, described: Described) -> list[str]:
    """Names of the columns to ask for.

    Raises
    ------
    Refused
        When the service does not tell its columns and some must not be read.
    """
    names = [column.name for column in described.columns]
    own = layer.options.get("columns")
    if not names and isinstance(own, (list, tuple)):
        names = [str(name) for name in own]
    if not names and layer.withheld:
        raise refuse(layer)
    return kept(layer, names)


def all_are_asked(layer: LayerSource, described: Described) -> bool:
    """Whether nothing has to be left out, so that columns need not be named."""
    own = layer.options.get("columns")
    if own:
        return False
    return not leaves_out(layer, [column.name for column in described.columns])


def no_such_layer(layer: LayerSource, known: Sequence[str]) -> NotThere:
    """The error for a layer that the service does not have."""
    listed = ", ".join(list(known)[:8])
    return NotThere(
        Text(
            zh=f"服务中没有图层“{layer.layer}”；现有：{listed}",
            en=f"The service has no layer “{layer.layer}”; it has: {listed}",
        )
    )


def short(layer: LayerSource, got: int, told: int) -> BadAnswer:
    """The error for fewer features than the service says there are."""
    return BadAnswer(
        Text(
            zh=f"图层“{layer.title.zh}”应有 {told:,} 个要素，只收到 {got:,} 个，结果不完整",
            en=f"Layer “{layer.title.en}” has {told:,} features, only {got:,} arrived; "
            "it is not complete",
        )
    )


def kind_of_type(name: Any) -> str:
    """Our kind of a column from the name of an XSD, JSON or ArcGIS type."""
    word = str(name or "").rpartition(":")[2].lower().replace("esrifieldtype", "")
    if word in ("int", "integer", "long", "short", "smallinteger", "biginteger", "oid",
                "unsignedlong", "unsignedint", "nonnegativeinteger"):  # fmt: skip
        return "integer"
    if word in ("decimal", "double", "float", "number", "single"):
        return "real"
    if word in ("date", "datetime"):
        return word
    return "text"
