"""What people decide about findings, as events of the audit log: one for each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .local import note


def note_decisions(findings: Path, events: Sequence[Any], head: tuple[int, str]) -> bool:
    """Note what was decided at once; tell whether it could be kept.

    The head of the journal goes with it, so that the two logs hold each other fast: who wants to
    rewrite a decision has to rewrite both.

    Parameters
    ----------
    events
        ``checks.journal.events.Event`` as they were written by one call of a ``Journal``.
    head
        ``Journal.head()`` thereafter.
    """
    if not events:
        return True
    first = events[0]
    subjects = list(dict.fromkeys(str(event.subject) for event in events))
    kinds = Counter(
        str(event.details.get("state") or event.details.get("opinion") or event.action)
        for event in events
    )
    facts = {
        "action": str(first.action),
        "who": str(first.who),
        "role": str(first.role),
        "findings": len(subjects),
        "decisions": dict(kinds),
        "reason": str(first.reason)[:200],
        "event": str(first.event_id),
        "journal": {"size": head[0], "root": head[1]},
    }
    about = subjects[0] if len(subjects) == 1 else findings.name
    return note("decision", about, "done", facts)
