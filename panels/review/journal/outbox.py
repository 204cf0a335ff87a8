"""Decisions that were sent off and not answered yet: after a crash nobody has to remember them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ....services import settings

_MOST = 2000
"""Findings of one decision that are kept; who decides about more at once has them selected."""


@dataclass(frozen=True)
class Sent:
    """One decision as it was given; ``state`` is empty for an opinion alone."""

    key: str
    path: str
    person: str
    role: str
    findings: tuple[str, ...]
    state: str
    opinion: str
    reason: str
    settles: bool = False


def keep(
    path: Path | None,
    who: tuple[str, str],
    findings: Sequence[str],
    said: tuple[str, str, str],
    settles: bool = False,
) -> str:
    """Keep a decision until it is answered; ``said`` is state, opinion and reason."""
    if path is None or len(findings) > _MOST:
        return ""
    sent = Sent(secrets.token_hex(8), str(path), *who, tuple(findings), *said, settles)
    settings.UNANSWERED.set([*settings.UNANSWERED.get(), asdict(sent)])
    return sent.key


def answered(key: str) -> None:
    """Whoever decided has heard what came of it."""
    if not key:
        return
    left = settings.UNANSWERED.get()
    kept = [one for one in left if not (isinstance(one, dict) and one.get("key") == key)]
    if len(kept) < len(left):
        settings.UNANSWERED.set(kept)


def left_over(path: Path, person: str, standing: Mapping[str, Any]) -> list[Sent]:
    """Decisions of a person about a file of which no answer came, and that are not in the journal.

    They are forgotten here: who shows them keeps them.
    """
    kept, found = [], []
    for one in settings.UNANSWERED.get():
        sent = _sent(one)
        if sent is None or (sent.path, sent.person) != (str(path), person):
            kept.append(one)
        elif not all(_is_there(sent, standing.get(name)) for name in sent.findings):
            found.append(sent)
    settings.UNANSWERED.set(kept)
    return found


def _sent(one: Any) -> Sent | None:
    try:
        return Sent(**{**one, "findings": tuple(map(str, one["findings"]))})
    except (TypeError, KeyError):  # of another version
        return None


def _is_there(sent: Sent, standing: Any) -> bool:
    if standing is None:
        return False
    if not sent.state:
        opinion = standing.opinions.get(sent.person)
        return opinion is not None and opinion.value == sent.opinion
    where = (standing.who, standing.state.value, standing.reason)
    return bool(where == (sent.person, sent.state, sent.reason.strip()))
