"""A log of many events: how large a proof is, and how long head and proof take."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

from ...checks.journal.audit import check_journal
from ...checks.journal.events import Action
from ...checks.journal.journal import Journal
from ...checks.seal.tree import verify_inclusion
from .world import make_world

_AT_ONCE = 20_000


def proofs(folder: Path, count: int, tries: int = 50) -> dict[str, Any]:
    """Append ``count`` notes, then prove some of them."""
    world = make_world(folder, 40)
    chance = random.Random(count)
    began = time.monotonic()
    with Journal(world.findings, "李审核") as journal:
        written: list[str] = []
        while len(written) < count - 1:
            some = min(_AT_ONCE, count - 1 - len(written))
            with journal.writing():
                drafted = [journal.event(Action.NOTE, "x", "", {"n": n}) for n in range(some)]
                written += [event.event_id for event in journal.append(drafted)]
        appended = time.monotonic() - began
    with Journal(world.findings, "李审核") as journal:
        began = time.monotonic()
        size, root = journal.head()
        head = time.monotonic() - began
        largest = steps = 0
        right = True
        began = time.monotonic()
        for event_id in [written[-1], written[0], *chance.sample(written, tries - 2)]:
            proof = journal.proof(event_id)
            path = [bytes.fromhex(step) for step in proof["path"]]
            told = (bytes.fromhex(proof["leaf"]), proof["index"], size, path, bytes.fromhex(root))
            right &= verify_inclusion(*told)
            largest = max(largest, sum(map(len, path)))
            steps = max(steps, len(json.dumps({**proof, "event": None})))
        each = (time.monotonic() - began) / tries
    began = time.monotonic()
    intact = check_journal(world.findings).intact
    return {
        "events": size,
        "append_seconds": round(appended, 1),
        "head_ms": round(head * 1000, 2),
        "proof_ms": round(each * 1000, 2),
        "proof_bytes": largest,
        "proof_json_bytes": steps,
        "audit_seconds": round(time.monotonic() - began, 1),
        "damaged": int(not (right and intact)),
    }
