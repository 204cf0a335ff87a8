"""One line of the audit log, and how each is tied to the one before it.

The fields are those that GB/T 22239-2019, 8.1.4.3 asks of an audit: when, who, what kind of event,
on which object, with which outcome; and what a chain needs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...checks.findings import Text
from ...checks.seal import canonical

FIELDS = (
    *("chain", "seq", "ts", "user_id", "user_role", "event_type", "object", "result"),
    *("client_ip", "host", "data_sha256", "data_sm3", "rule_id", "before_after", "prev_hash"),
)
"""What is digested; ``hash`` follows from it."""
EVENTS = (
    *("sign_in", "sign_out", "load", "verify", "decision", "seal", "check_seal"),
    *("deliver", "export", "config"),
)
FIRST = "0" * 64
"""What the first entry follows."""
Entry = Mapping[str, Any]


def digest(entry: Entry) -> str:
    """SHA-256 of an entry, the digest of the one before it included."""
    return hashlib.sha256(canonical({name: entry[name] for name in FIELDS})).hexdigest()


@dataclass(frozen=True)
class Anchor:
    """An entry that was seen elsewhere: its number and digest."""

    seq: int
    hash: str
    by: Text


@dataclass(frozen=True)
class Break:
    """Where the log is not what was written.

    ``kind`` is ``edited``, ``removed``, ``moved`` or ``rewritten``.
    """

    seq: int
    kind: str
    why: Text


def find_breaks(entries: Iterable[Entry], anchors: Iterable[Anchor] = ()) -> list[Break]:
    """Whatever was edited, removed, moved or cut off, in the order of the log.

    Parameters
    ----------
    entries
        In the order in which they are kept.
    anchors
        Ends of the log as others knew them: without one, a log that was cut off or written anew
        from some entry on cannot be told from a shorter or another one.
    """
    wanted = {anchor.seq: anchor for anchor in anchors}
    out: list[Break] = []
    expected, previous, chain = 1, FIRST, None
    for entry in entries:
        seq = int(entry["seq"])
        chain = entry["chain"] if chain is None else chain
        if seq != expected:
            out.append(_gap(expected, seq))
        elif entry["prev_hash"] != previous or entry["chain"] != chain:
            out.append(_moved(seq))
        if entry["hash"] != _safe_digest(entry):
            out.append(_edited(seq))
        anchor = wanted.pop(seq, None)
        if anchor is not None and anchor.hash != entry["hash"]:
            out.append(
                Break(
                    seq,
                    "rewritten",
                    Text(
                        f"第 {seq} 条与{anchor.by.zh}不符，日志被重写",
                        f"Entry {seq} is not the one in {anchor.by.en}: it was rewritten",
                    ),
                )
            )
        expected, previous = seq + 1, entry["hash"]
    for anchor in sorted(wanted.values(), key=lambda one: one.seq):
        if anchor.seq >= expected:
            out.append(
                Break(
                    expected,
                    "removed",
                    Text(
                        f"第 {expected} 条至第 {anchor.seq} 条被删除（{anchor.by.zh}有记载）",
                        f"Entries {expected} to {anchor.seq}, in {anchor.by.en}, were removed",
                    ),
                )
            )
            break
    return sorted(out, key=lambda one: one.seq)


def _safe_digest(entry: Entry) -> str:
    try:
        return digest(entry)
    except (KeyError, ValueError, TypeError):
        return ""


def _gap(expected: int, seq: int) -> Break:
    if seq > expected:
        last = seq - 1
        return Break(
            expected,
            "removed",
            Text(
                f"第 {expected} 条至第 {last} 条被删除",
                f"Entries {expected} to {last} were removed",
            ),
        )
    return Break(seq, "moved", Text(f"第 {seq} 条的次序被改动", f"Entry {seq} was moved"))


def _moved(seq: int) -> Break:
    return Break(
        seq,
        "moved",
        Text(f"第 {seq} 条不接续前一条", f"Entry {seq} does not follow the one before it"),
    )


def _edited(seq: int) -> Break:
    return Break(seq, "edited", Text(f"第 {seq} 条被改动", f"Entry {seq} was edited"))
