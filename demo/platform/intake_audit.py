"""Events of the clients, kept in the order in which they came, chained by their digests."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ...checks.seal import canonical
from .intake_store import Store

_LOCK = 0x4F4D5641
_MOST_EVENTS = 10_000
_MOST_ON_PAGE, _LONGEST_PAGE = 5_000, 16 << 20
_LARGEST_NUMBER = 2**63 - 1
FIRST = "0" * 64


def events_of(body: bytes) -> list[dict[str, Any]]:
    """The events in a request: one object, a list, ``{"events": […]}`` or JSON by lines.

    Raises
    ------
    ValueError
        For anything else, and for more than 10,000 at once.
    """
    text = body.decode("utf-8")
    try:
        found = json.loads(text)
    except ValueError:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(found, dict):
        found = found["events"] if isinstance(found.get("events"), list) else [found]
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError("events are JSON objects")
    if len(found) > _MOST_EVENTS:
        raise ValueError(f"at most {_MOST_EVENTS} events at once")
    return found


def chained(previous: str, account: str, event: str) -> str:
    """Digest of an entry: what came before it, who sent it, and what it says."""
    return hashlib.sha256(canonical([previous, account, event])).hexdigest()


def append_events(store: Store, account: str, events: list[dict[str, Any]]) -> dict[str, Any]:
    """Append what is new; the same event from the same account is kept once.

    Returns
    -------
    dict
        ``received`` how many were sent, ``appended`` how many were new, ``head`` with ``seq``
        and ``digest`` of the newest entry.
    """
    with store.transaction() as cursor:
        # One writer at a time: a chain has one end.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        cursor.execute("SELECT seq, digest FROM intake.audit ORDER BY seq DESC LIMIT 1")
        seq, previous = cursor.fetchone() or (0, FIRST)
        appended = 0
        for event in events:
            text = canonical(event).decode("utf-8")
            key = hashlib.sha256(canonical([account, text])).hexdigest()
            cursor.execute("SELECT 1 FROM intake.audit WHERE event_sha256 = %s", (key,))
            if cursor.fetchone():
                continue
            digest = chained(previous, account, text)
            cursor.execute(
                "INSERT INTO intake.audit (seq, account, event, event_sha256, previous, digest)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (seq + 1, account, text, key, previous, digest),
            )
            seq, previous, appended = seq + 1, digest, appended + 1
    return {
        "received": len(events),
        "appended": appended,
        "head": {"seq": seq, "digest": previous},
    }


def page_of(store: Store, after: int, limit: int) -> dict[str, Any]:
    """Entries in their order, with all that it takes to follow the chain.

    Parameters
    ----------
    after
        Number of the entry behind which the page begins.
    limit
        How many at most; a page has never more than 5,000, and fewer where they are long.

    Returns
    -------
    dict
        ``entries`` (``seq``, ``received``, ``account``, ``event``, ``previous``, ``digest``; see
        :func:`chained`, ``event`` being digested as canonical JSON), ``next`` for ``after`` of the
        next page or ``None`` at the end, ``head`` as in :func:`append_events`.

    Raises
    ------
    ValueError
        For a number that is none of an entry, or a page of nothing.
    """
    if not (0 <= after <= _LARGEST_NUMBER and 1 <= limit <= _LARGEST_NUMBER):
        raise ValueError("out of range")
    with store.transaction() as cursor:
        # The head first: what comes in meanwhile is on a later page.
        cursor.execute("SELECT seq, digest FROM intake.audit ORDER BY seq DESC LIMIT 1")
        seq, digest = cursor.fetchone() or (0, FIRST)
        cursor.execute(
            "SELECT seq, received, account, event, previous, digest FROM"
            " (SELECT *, sum(length(event)) OVER (ORDER BY seq) - length(event) AS before"
            " FROM (SELECT * FROM intake.audit WHERE seq > %s AND seq <= %s"
            " ORDER BY seq LIMIT %s) AS asked) AS added WHERE before < %s ORDER BY seq",
            (after, seq, min(limit, _MOST_ON_PAGE), _LONGEST_PAGE),
        )
        rows = cursor.fetchall()
    entries = [
        {
            "seq": number,
            "received": received.isoformat(),
            "account": account,
            "event": json.loads(event),
            "previous": previous,
            "digest": own,
        }
        for number, received, account, event, previous, own in rows
    ]
    last = entries[-1]["seq"] if entries else after
    return {
        "entries": entries,
        "next": last if last < seq else None,
        "head": {"seq": seq, "digest": digest},
    }


def broken_links(store: Store) -> list[int]:
    """Numbers of entries that do not fit what stands before them; empty when all is well."""
    broken = []
    with store.transaction() as cursor:
        cursor.execute("SELECT seq, account, event, previous, digest FROM intake.audit ORDER BY 1")
        expected_seq, expected = 1, FIRST
        for seq, account, event, previous, digest in cursor:
            right = seq == expected_seq and previous == expected
            if not right or digest != chained(previous, account, event):
                broken.append(seq)
            expected_seq, expected = seq + 1, digest
    return broken
