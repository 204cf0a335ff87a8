"""What is said of a delivery: its state, how far it is, what went wrong and what to do."""

from __future__ import annotations

import time
from datetime import datetime
from html import escape
from typing import Any

from ...processing_provider.language import say, translate
from ..numbers import count, number

_MINUTES = "%Y-%m-%d %H:%M"
_UNITS = ("B", "KB", "MB", "GB", "TB")


def state_title(delivery: Any) -> str:
    """What the state is called."""
    from ...services.delivery.states import STATE_NAMES

    return say(STATE_NAMES[delivery.state])


def size(amount: float) -> str:
    """Bytes for people."""
    unit = 0
    while amount >= 1000.0 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000.0, unit + 1
    return f"{number(amount, 0 if unit == 0 else 1)} {_UNITS[unit]}"


def duration(seconds: float) -> str:
    """A length of time, roughly."""
    if seconds < 90:
        return translate("Delivery", "{count} s").format(count=max(int(seconds), 1))
    if seconds < 5400:
        return translate("Delivery", "{count} min").format(count=round(seconds / 60))
    return translate("Delivery", "{count} h").format(count=number(seconds / 3600, 1))


def amount(delivery: Any, value: float) -> str:
    """So many bytes, or parcels when it goes parcel by parcel."""
    if delivery.mode.value == "features":
        return translate("Delivery", "{count} parcels").format(count=count(int(value)))
    return size(value)


def progress_text(delivery: Any) -> str:
    """How far and how fast; else the state, and when it is tried again."""
    state = delivery.state.value
    if state == "failed" and delivery.due > time.time():
        again = duration(delivery.due - time.time())
        return translate("Delivery", "failed, again in {time}").format(time=again)
    if state != "uploading":
        return state_title(delivery)
    parts = [f"{100 * delivery.sent // max(delivery.total, 1)} %"]
    if delivery.rate > 0:
        parts.append(f"{amount(delivery, delivery.rate)}/s")
    return " · ".join(parts)


def widest_texts() -> tuple[str, ...]:
    """The longest that :func:`progress_text` has to say, for the width of its column."""
    again = translate("Delivery", "failed, again in {time}").format(time=duration(5000))
    return "100 % · 99.9 MB/s", again


def advice(delivery: Any) -> str:
    """What a person can do about it; empty when there is nothing to do."""
    return {
        "user": translate("Delivery", "Press Resume to go on where it stopped."),
        "sign_in": translate("Delivery", "Sign in again; it then goes on by itself."),
        "not_allowed": translate(
            "Delivery", "Delivering needs the role of a reviewer: sign in as one, or ask one."
        ),
        "platform_full": translate(
            "Delivery", "The platform has no room: tell its administrator, then press Resume."
        ),
        "local_copy": translate(
            "Delivery",
            "The copy in the queue was changed or cannot be read: add the sealed package again.",
        ),
        "zone": translate(
            "Delivery", "Choose a platform in the package's own network zone; never copy it out."
        ),
        "person": translate("Delivery", "Look at the reason, put it right, then press Resume."),
    }.get(delivery.hold.value, "") or {
        "rejected": translate(
            "Delivery", "Correct what the platform names, verify and seal anew, and deliver that."
        ),
        "failed": translate("Delivery", "It will be tried again by itself, or press Retry."),
    }.get(delivery.state.value, "")


def details_html(delivery: Any) -> str:
    """Everything about a delivery: reason, advice, digests and the receipt."""
    parts = [f"<p><b>{escape(delivery.package_id)}</b></p>"]
    reason, what = say(delivery.reason), advice(delivery)
    if reason:
        parts.append(f"<p>{escape(reason)}</p>")
    if what:
        parts.append(f"<p><b>{escape(what)}</b></p>")
    left = delivery.remaining_seconds
    rows = [
        (translate("Delivery", "State"), state_title(delivery)),
        (translate("Delivery", "Time left"), duration(left) if left is not None else ""),
        (translate("Delivery", "Size"), size(delivery.bytes)),
        (
            translate("Delivery", "At the platform"),
            f"{amount(delivery, delivery.sent)} / {amount(delivery, delivery.total)}"
            if not delivery.finished
            else "",
        ),
        (translate("Delivery", "Objects"), count(delivery.objects)),
        ("SHA-256", delivery.sha256),
        ("SM3", delivery.sm3),
        (
            translate("Delivery", "Added"),
            datetime.fromtimestamp(delivery.created).strftime(_MINUTES),
        ),
    ]
    receipt = delivery.receipt
    if receipt:
        rows += [
            (translate("Delivery", "Received"), _local_time(str(receipt.get("received", "")))),
            (
                translate("Delivery", "Receipt"),
                translate("Delivery", "digests are ours, signature of the platform verified"),
            ),
        ]
    lines = "".join(
        f"<tr><td>{escape(name)}&nbsp;</td><td>{_breakable(value)}</td></tr>"
        for name, value in rows
        if value
    )
    return "".join([*parts, f"<table cellspacing=0 cellpadding=1>{lines}</table>"])


def _breakable(text: str) -> str:
    """A digest may be broken anywhere, so that it never widens the panel."""
    pieces = [text[i : i + 16] for i in range(0, len(text), 16)] if len(text) > 40 else [text]
    return "&#8203;".join(escape(piece) for piece in pieces)


def _local_time(text: str) -> str:
    """A moment as the clock here shows it; what cannot be read stays as it is."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return text
    return moment.astimezone().strftime(_MINUTES)
