"""The log of this QGIS, and the one line by which the rest of the plugin writes to it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...checks.progress import SILENT, Progress
from ..redaction import redact
from .store import AuditProblem, AuditStore

VARIABLE = "ONEMAP_AUDIT"
"""Names the log where an administrator wants it elsewhere."""
_BATCH = 500


def log() -> AuditStore:
    """The log that belongs to this profile of QGIS, or to this account without QGIS."""
    given = os.environ.get(VARIABLE, "")
    if given:
        return _store(Path(given), None)
    core = sys.modules.get("qgis.core")
    if core is not None and core.QgsApplication.instance() is not None:
        folder = Path(core.QgsApplication.qgisSettingsDirPath()) / "onemap_verify"
        # Who throws a profile away throws its settings away with it: the end belongs to them.
        return _store(folder / "audit" / "audit.db", folder / "audit_head.json")
    folder = state_folder()
    return _store(folder / "audit" / "audit.db", folder / "audit_head.json")


@lru_cache(maxsize=8)
def _store(path: Path, head: Path | None) -> AuditStore:
    return AuditStore(path, head)


def state_folder() -> Path:
    """Where this account keeps what belongs to no profile of QGIS."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base / "onemap_verify"


def note(
    event: str, object_: str, result: str = "done", facts: Mapping[str, Any] | None = None
) -> bool:
    """Write an event; tell whether it could be kept.

    What cannot be logged is said in QGIS's log as critical, and does not undo what was done.

    Parameters
    ----------
    event
        One of :data:`.entry.EVENTS`.
    object_
        What it was about: layer, package, file, parcel.
    result
        ``done``, ``failed`` or another short word; a reason may follow after a colon.
    facts
        Digests (``sha256``, ``sm3``), ``rule_id``, ``before_after`` and other plain facts.
    """
    user, role = _who()
    clean = {key: redact(value) if isinstance(value, str) else value
             for key, value in (facts or {}).items()}  # fmt: skip
    try:
        log().append(event, redact(object_), redact(result), clean, user=user, role=role)
    except AuditProblem as error:
        logging.getLogger("onemap_verify").critical("%s", error.text.en)
        return False
    return True


def _who() -> tuple[str, str]:
    """Who is signed in, at the current platform first, without waiting for anything."""
    session = sys.modules.get(f"{__package__.rpartition('.')[0]}.session")
    known = [*getattr(session, "_current", ()), *reversed(getattr(session, "_sessions", ()))]
    accounts = [one.identity.account for one in known if one.identity.account is not None]
    account = accounts[0] if accounts else None
    if account is None:
        return "", ""
    return str(account.user), " ".join(sorted(role.value for role in account.roles))


def ship(
    transport: Any, url: str, store: AuditStore | None = None, progress: Progress = SILENT
) -> int:
    """Send the platform what it does not have yet, and return how many events that was.

    Interrupted, it goes on where the platform last said that it has everything; an event sent
    twice is kept once there.

    Raises
    ------
    ServiceError, Cancelled
    """
    if not url:
        return 0
    own = store or log()
    sent = 0
    while True:
        batch = list(own.entries(own.acknowledged, _BATCH))
        if not batch:
            return sent
        progress.check()
        answer = transport.post(
            url, json={"events": batch}, idempotent=True, expect=(200, 201), progress=progress
        )
        try:
            said = answer.json()
            kept = int(said["received"]) == len(batch)
        except (ValueError, KeyError, TypeError) as error:
            raise _not_kept() from error
        if not kept:
            raise _not_kept()
        own.acknowledge(batch[-1], said)
        sent += len(batch)


def _not_kept() -> Exception:
    from ...checks.findings import Text
    from ..errors import BadAnswer

    return BadAnswer(
        Text("平台没有确认收到审计日志", "The platform did not say that it keeps the audit log")
    )
