"""One entry of the journal."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any

from ..seal import canonical

_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


class Action(str, Enum):
    """What an event does."""

    OPENED = "opened"
    """The journal begins: digests of what is judged."""
    MOVED = "moved"
    """A finding goes to another state, maybe with an opinion."""
    OPINION = "opinion"
    """A second opinion, given without seeing the first."""
    UNDONE = "undone"
    """An earlier event no longer counts."""
    ASSIGNED = "assigned"
    """A work package goes to a person."""
    NOTE = "note"
    """A remark."""
    CARRIED = "carried"
    """Where a finding stood in an earlier verification goes over to this one."""
    SIGNED = "signed"
    """A lot verdict or the whole review is signed."""


@dataclass(frozen=True)
class Event:
    """Who did what to which finding, when and why.

    ``at`` is UTC with microseconds; ``copy`` tells the copies of one file apart, so that two
    people's events can be brought together.
    """

    event_id: str
    at: str
    who: str
    role: str
    copy: str
    action: str
    subject: str
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def entry(self) -> bytes:
        """The bytes that are digested: canonical JSON of everything."""
        return canonical(
            {
                "event_id": self.event_id,
                "at": self.at,
                "who": self.who,
                "role": self.role,
                "copy": self.copy,
                "action": self.action,
                "subject": self.subject,
                "reason": self.reason,
                "details": dict(self.details),
            }
        )


def new_identifier() -> str:
    """An identifier that no other copy will hand out."""
    return secrets.token_hex(12)


def moment(text: str) -> datetime:
    """The moment of an event; raises ``ValueError`` for what is none."""
    return datetime.strptime(text, _FORMAT).replace(tzinfo=timezone.utc)


def moments(last: str | None, count: int, now: datetime | None = None) -> list[str]:
    """``count`` moments one after the other, a microsecond apart, all after ``last``."""
    if not count:
        return []
    first = moment(next_moment(last, now))
    return [(first + timedelta(microseconds=step)).strftime(_FORMAT) for step in range(count)]


def next_moment(last: str | None, now: datetime | None = None) -> str:
    """Now, or a microsecond after ``last`` where a clock was set back: a log only goes forward."""
    at = now or datetime.now(timezone.utc)
    if last:
        at = max(at, moment(last) + timedelta(microseconds=1))
    return at.strftime(_FORMAT)
