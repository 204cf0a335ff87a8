"""Sentences about decisions: who decided what, what can be undone, who differs from whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any

from ....processing_provider.language import translate
from ...numbers import count
from ..words import state_title
from .steps import opinion_title


def when(at: str) -> str:
    """A moment of the journal for people, in their own time: today's only by the hour."""
    try:
        moment = datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return at
    here = moment.astimezone()
    today = datetime.now(timezone.utc).astimezone().date()
    return here.strftime("%H:%M" if here.date() == today else "%Y-%m-%d %H:%M")


def outcome(state: str, opinion: str) -> str:
    """What was decided, in a word or two."""
    if not state:
        return opinion_title(opinion)
    if state == "under_review" and opinion:
        return opinion_title(opinion)
    return state_title(state)


def about_deed(deed: Any) -> str:
    """What one's own decision was: what undoing it would take back."""
    details, reason = deed.first.details, deed.first.reason
    if deed.first.action == "assigned":
        return translate("DecisionWords", "Work package {name}").format(name=deed.first.subject)
    if deed.first.action == "carried":
        told = translate("DecisionWords", "Decisions carried over to {n} findings")
        return told.format(n=count(len(deed.findings)))
    what = outcome(str(details.get("state", "")), str(details.get("opinion", "")))
    if len(deed.findings) > 1:
        what = translate("DecisionWords", "{what}, {n} findings").format(
            what=what, n=count(len(deed.findings))
        )
    return f"{what} ({reason})" if reason else what


def about_sent(table: Any, row_of: Callable[[str], int], sent: Any) -> str:
    """What a decision is about: the outcome, and the finding or how many they are."""
    what = outcome(sent.state, sent.opinion)
    if len(sent.findings) > 1:
        words = translate("DecisionWords", "{what}, {n} findings")
        return words.format(what=what, n=count(len(sent.findings)))
    row = row_of(sent.findings[0])
    parts = (table.value(row, name) for name in ("layer", "object_id")) if row >= 0 else ()
    finding = " ".join(part for part in parts if part)
    return translate("DecisionWords", "{what}: {finding}").format(what=what, finding=finding)


def last_decision(standing: Any) -> str:
    """Who decided last, when and why; empty where nobody has."""
    if standing is None or not standing.who:
        return ""
    parts = [standing.who, when(standing.at), standing.reason]
    return " · ".join(part for part in parts if part)


def compared(standing: Any, person: str) -> str:
    """Whether others think what this person thinks; empty where there is nothing to compare."""
    if (
        standing is None
        or standing.settled is not None
        or person not in standing.opinions
        or len(standing.opinions) < 2
    ):
        return ""
    own = standing.opinions[person]
    others = [(who, one) for who, one in standing.opinions.items() if who != person]
    differing = [(who, one) for who, one in others if one != own]
    if not differing:
        names = ", ".join(who for who, _ in others)
        return translate("DecisionWords", "Agrees with {names}").format(names=names)
    return translate("DecisionWords", "Differs from {others}").format(others=_said(differing))


def all_opinions(standing: Any) -> str:
    """Who said what."""
    return _said(list(standing.opinions.items()))


def _said(opinions: Sequence[tuple[str, Any]]) -> str:
    words = translate("DecisionWords", "{who}: {opinion}")
    told = (words.format(who=who, opinion=opinion_title(one.value)) for who, one in opinions)
    return ", ".join(told)
