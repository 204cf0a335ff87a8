"""A layer whose frame is being examined, and what is found wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from shapely import Geometry

from ..findings import Text
from . import frame_words as words
from .crs import Crs
from .frame_evidence import Evidence

DOUBTS = ("terrain", "away", "same_numbers")
"""What an issue rests on where the declared frame may still be right."""


@dataclass(frozen=True)
class FrameIssue:
    """Something wrong with the frame of one or more layers.

    ``kind`` is a stable word: ``no_crs``, ``datum``, ``six_degree_zone``,
    ``utm``, ``web_mercator``, ``geographic``, ``projection``, ``zone_prefix``,
    ``wrong_zone``, ``axis_swap``, ``geographic_in_projected``,
    ``projected_in_geographic``, ``wrong_crs``, ``mixed_crs``; and, told by last
    year's parcels or by trusted places, ``gcj02``, ``bd09``, ``datum_shift``,
    ``false_easting``, ``coordinate_unit``, ``coordinate_sign``.
    ``contradiction`` tells that the coordinates cannot be in the declared
    frame, ``doubtful`` that an honest explanation remains; ``seems`` names the
    frame they seem to be in, if it can be told; ``facts`` are the numbers behind it.
    """

    kind: str
    layers: tuple[str, ...]
    text: Text
    contradiction: bool = False
    doubtful: bool = False
    declared: str = ""
    seems: str = ""
    where: Geometry | None = None
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Layer:
    """One layer under examination; ``used`` is the frame to compare in.

    ``confirmed`` tells that last year's parcels lie where it says,
    ``distorted`` that no frame gives these coordinates their true areas.
    """

    name: str
    dataset: str
    evidence: Evidence
    declared: Crs | None
    used: Crs | None
    trusted: bool = True
    reason: Text | None = None
    issues: tuple[FrameIssue, ...] = ()
    empty: bool = False
    confirmed: bool = False
    distorted: bool = False

    def blame(
        self,
        kind: str,
        seems: Crs | None = None,
        contradiction: bool = False,
        told: dict[str, object] | None = None,
        **facts: object,
    ) -> Layer:
        """The same layer with one more issue."""
        declared = self.declared.name if self.declared else ""
        facts["prefixed"] = seems is not None and seems.zone > 0
        text = words.issue(kind, declared, seems.name if seems else "", **facts)
        issue = FrameIssue(
            kind,
            (self.name,),
            text,
            contradiction,
            any(facts.get(key) for key in DOUBTS),
            declared,
            seems.name if seems else str(facts.get("called", "")),
            self.evidence.box,
            dict(told or {}),
        )
        return replace(self, issues=(*self.issues, issue))

    def in_frame(self, crs: Crs | None, trusted: bool) -> Layer:
        """The same layer, to be compared in ``crs``."""
        reason = None if trusted and crs is not None else words.UNTRUSTED
        return replace(self, used=crs, trusted=trusted and crs is not None, reason=reason)
