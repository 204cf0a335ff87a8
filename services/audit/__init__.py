"""Audit: who did what when, kept so that nobody can change it unnoticed."""

from __future__ import annotations

from .decisions import note_decisions
from .entry import EVENTS, Anchor, Break, find_breaks
from .local import log, note, ship
from .store import AuditProblem, AuditStore

__all__ = [
    "EVENTS",
    "Anchor",
    "AuditProblem",
    "AuditStore",
    "Break",
    "find_breaks",
    "log",
    "note",
    "note_decisions",
    "ship",
]
