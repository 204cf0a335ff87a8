"""Which kinds of tampering are whose business: the series that the report prints."""

from __future__ import annotations

from dataclasses import dataclass

TRUTH = (
    "terrain", "heights", "imagery", "change", "boundary", "photos", "tracks", "control", "history",
    "statistics",
)  # fmt: skip
"""Families that hold the package against the outside world."""


@dataclass(frozen=True)
class Series:
    """One subject: kinds of tampering (by the beginning of their names), statistics, families.

    ``statistics`` are names of ``statistics.STATISTICS``, ``families`` those
    whose verdicts are the operating point; ``naive`` names the simple
    threshold that stands beside. ``blocks`` says that the kinds come from
    packages in which whole blocks are shifted.
    """

    name: str
    kinds: tuple[str, ...]
    statistics: tuple[str, ...]
    families: tuple[str, ...]
    naive: str = ""
    blocks: bool = False
    least_pixels: float = 0.0


SERIES = (
    Series("class", ("class flip", "hidden change"),
           ("class: contradiction", "class: unlikely change"),
           ("imagery", "change", "history"), "class", least_pixels=20.0),
    Series("class, small parcels", ("class flip, below",), ("class: contradiction",),
           ("imagery", "change", "history"), "class"),
    Series("change", ("hidden change", "class flip", "stale ring"),
           ("change: departure", "change: contrast"), ("change",), "class"),
    Series("slope grade", ("slope grade lowered",), ("slope grade: -log p",), ("terrain",),
           "slope"),
    Series("area", ("area inflated",), ("area: relative deviation",), ("area",)),
    Series("edges of a parcel", ("shift, single", "creep", "scaling", "stale ring"),
           ("edges: parcel, by both sides",), ("boundary", "change"), "moved",
           least_pixels=20.0),
    Series("edges of a block", ("shift, block",), ("edges: block, by both sides", "edges: block"),
           ("boundary",), "moved", blocks=True),
    Series("rings copied", ("cloned ring",), ("rings: copied",), ("boundary", "history")),
    Series("rings made by machine", ("ring ",),
           ("rings: regular, -log p", "rings: share of right angles"), ("boundary", "history")),
    Series("splits", ("split",), ("splits: common outline",), ("boundary", "logic")),
    Series("books", ("ridge", "cropland type"), (), ("logic", "area")),
    Series("history", ("identifier reused",), ("identifier: distance from last year's",),
           ("history", "logic")),
    Series("control", ("intrusion",), ("farmland: share built on",), ("control",)),
)  # fmt: skip
