"""What the decision bar has to offer for the findings that are chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....processing_provider.language import translate
from ...numbers import count
from ..session import ReviewSession
from ..words import state_title
from .steps import Step, common_steps, opinions, steps
from .words import all_opinions, compared, last_decision


@dataclass(frozen=True)
class Offer:
    """A word for the chip and its kind, a sentence beside it, and what can be decided."""

    word: str = ""
    kind: str = ""
    text: str = ""
    steps: tuple[Step, ...] = ()
    settles: bool = False


def offer_for(session: ReviewSession, about: Sequence[str]) -> Offer:
    """What this person may decide now about the findings with these ids."""
    if session.trouble:
        return Offer(text=session.trouble)
    if session.path is not None and not session.ready:
        return Offer(text=translate("DecisionBar", "Reading the decisions…"))
    if not about:
        return Offer(text=translate("DecisionBar", "Choose a finding to decide about it."))
    return _of_one(session, about[0]) if len(about) == 1 else _of_several(session, about)


def _of_one(session: ReviewSession, name: str) -> Offer:
    if name in session.blind:
        return Offer(
            translate("DecisionBar", "Second opinion"),
            "blind",
            translate("DecisionBar", "What others think is shown after your opinion"),
            tuple(opinions()),
        )
    standing = session.standing.get(name)
    state = standing.state.value if standing is not None else "found"
    told = compared(standing, session.person) or last_decision(standing)
    if standing is not None and standing.disputed:
        word, kind = translate("DecisionBar", "Disputed"), "disputed"
        if _is_third(session, standing):
            return Offer(word, kind, all_opinions(standing), settles=True)
    else:
        word, kind = state_title(state), state
    offered = tuple(steps(session.role, state))
    if not offered and not told:
        told = translate("DecisionBar", "Nothing for you to decide here")
    return Offer(word, kind, told, offered)


def _of_several(session: ReviewSession, about: Sequence[str]) -> Offer:
    word = translate("DecisionBar", "{n} selected").format(n=count(len(about)))
    if session.blind and any(name in session.blind for name in about):
        told = translate("DecisionBar", "Second opinions are given one by one")
        return Offer(word, "found", told)
    standing = session.standing
    states = Counter(standing[name].state.value for name in about if name in standing)
    states["found"] += len(about) - sum(states.values())
    offered = tuple(common_steps(session.role, +states))
    told = translate("DecisionBar", "Nothing can be decided about all of them at once")
    return Offer(word, "found", "" if offered else told, offered)


def _is_third(session: ReviewSession, standing: Any) -> bool:
    """Whether this person is to settle a dispute of others."""
    if session.role == "surveyor":
        return False
    return session.person not in standing.opinions or session.role == "administrator"
