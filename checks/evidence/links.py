"""Which other findings bear a finding out, and which speak against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..findings import Text
from ..standard import Standard
from .model import Link
from .subject import numbers_of
from .words import joined

_MOST = 60
_ORDER = {"contradicts": 0, "supports": 1, "same_cause": 2, "same_parcel": 3}


def links_of(
    row: Mapping[str, Any],
    others: Sequence[Mapping[str, Any]],
    standard: Standard,
    facts: Mapping[str, Any],
) -> tuple[Link, ...]:
    """Links to ``others``: contradictions first, then what supports, then the rest.

    ``others`` are findings of the same parcel and such as name this one's objects; what kind of
    link two of them make is data (``facts``, the standard's ``finding_links.json``).
    """
    out: dict[str, Link] = {}
    own = str(row.get("finding_id") or "")
    for other in others[: 10 * _MOST]:
        name = str(other.get("finding_id") or "")
        if name and name != own and name not in out:
            out[name] = _link(row, other, name, facts, standard)
    ordered = sorted(out.values(), key=lambda link: _ORDER.get(link.kind, 9))
    return tuple(ordered[:_MOST])


def _link(
    row: Mapping[str, Any],
    other: Mapping[str, Any],
    name: str,
    facts: Mapping[str, Any],
    standard: Standard,
) -> Link:
    one, two = _words(row), _words(other)
    for fact in facts["links"] if _together(row, other) else ():
        first, second = set(fact["one"]), set(fact["other"])
        if (one & first and two & second) or (one & second and two & first):
            return Link(name, fact["kind"], _said(fact, other, standard))
    alike = bool(row.get("cause")) and row.get("cause") == other.get("cause")
    if alike:
        return Link(name, "same_cause", _said(facts["same_cause"], other, standard))
    said = facts["same_parcel" if _together(row, other) else "named"]
    return Link(name, "same_parcel", _said(said, other, standard))


def _together(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both are about the same parcel, object, photo or track: only then do they argue."""
    if row.get("parcel_bsm") and row.get("parcel_bsm") == other.get("parcel_bsm"):
        return True
    one, two = _things(row), _things(other)
    return bool(one & two)


def _things(row: Mapping[str, Any]) -> set[str]:
    numbers = numbers_of(row)
    named = {f"{name}:{numbers[name]}" for name in ("photo", "track") if numbers.get(name)}
    layer = str(row.get("layer") or "")
    if row.get("object_id"):
        kind = {"photos": "photo", "tracks": "track"}.get(layer, layer)
        named.add(f"{kind}:{row['object_id']}")
    return named


def _words(row: Mapping[str, Any]) -> set[str]:
    out = {f"rule:{row.get('rule_id')}", f"family:{row.get('family')}"}
    if row.get("cause"):
        out.add(str(row["cause"]))
    return out


def _said(fact: Mapping[str, str], other: Mapping[str, Any], standard: Standard) -> Text:
    rule = standard.rules.get(str(other.get("rule_id") or ""))
    if rule is None:
        return Text(fact["zh"], fact["en"])
    return joined(rule.title, Text(fact["zh"], fact["en"]), zh="：", en=": ")
