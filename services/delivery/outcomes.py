"""How a run of a delivery ends: done, turned down, tried again later, or waiting for a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...checks.errors import ExplainedError
from ...checks.findings import Text
from ..errors import NotAllowed, NotSignedIn, ProfileProblem, Refused, ServiceError
from .features import ReadBackDiffers, rows_agree
from .patience import Patience
from .problems import NotAdmitted, reasons_text, sentences
from .queue import DeliveryQueue
from .receipts import Receipt, Verdict
from .states import NO_TEXT, Delivery, Hold, State

_NO_SPACE = 507
_TOO_LARGE = 413
Audit = Callable[[str, str, str, Mapping[str, Any]], object]
"""Told event, object, outcome and further facts; see ``services/audit``."""


class Outcomes:
    """Writes ends into the queue and tells the audit log."""

    def __init__(self, queue: DeliveryQueue, patience: Patience, audit: Audit | None) -> None:
        self._queue = queue
        self._patience = patience
        self._audit = audit

    def settled(self, delivery: Delivery, receipt: Receipt) -> bool:
        """Write down a receipt that decides; ``False`` for any other."""
        if receipt.verdict is Verdict.COMMITTED:
            if not rows_agree(delivery, receipt.document):
                raise ReadBackDiffers(_OTHER_ROWS)
            self._queue.update(
                delivery.id,
                state=State.DELIVERED,
                hold=Hold.NONE,
                reason=NO_TEXT,
                sent=delivery.total,
                rate=0.0,
                tries=0,
                receipt=dict(receipt.document),
            )
            self._tell(delivery, "committed", {})
            return True
        if receipt.verdict in (Verdict.REJECTED, Verdict.OTHER_CONTENT):
            reason = (
                reasons_text(receipt.document.get("reasons"))
                if receipt.verdict is Verdict.REJECTED
                else _OTHER_CONTENT
            )
            self._queue.update(
                delivery.id,
                state=State.REJECTED,
                hold=Hold.NONE,
                reason=reason,
                rate=0.0,
                receipt=dict(receipt.document),
            )
            self._tell(delivery, "rejected", {"reason": reason.en})
            return True
        return False

    def failed(self, number: int, error: ExplainedError) -> None:
        """Something went wrong: paused where a person is needed, else tried again later."""
        hold = _hold_for(error)
        reason = _explained(error)
        if hold is not None:
            self.hold(number, hold, reason)
            return
        tries = self._queue.get(number).tries + 1
        self._queue.update(
            number,
            state=State.FAILED,
            hold=Hold.NONE,
            reason=reason,
            rate=0.0,
            tries=tries,
            due=self._patience.until(tries, error),
        )
        self._tell(self._queue.get(number), "failed", {"reason": reason.en})

    def hold(self, number: int, hold: Hold, reason: Text) -> None:
        """A person has to do something first."""
        self._queue.update(number, state=State.PAUSED, hold=hold, reason=reason, rate=0.0)
        self._tell(self._queue.get(number), "paused", {"reason": reason.en, "hold": hold.value})

    def _tell(self, delivery: Delivery, outcome: str, facts: Mapping[str, Any]) -> None:
        if self._audit is None:
            return
        known = {
            "sha256": delivery.sha256,
            "sm3": delivery.sm3,
            "profile": delivery.profile,
            "mode": delivery.mode.value,
        }
        self._audit("deliver", delivery.package_id, outcome, {**known, **facts})


def _hold_for(error: ExplainedError) -> Hold | None:
    """What a person must do before it makes sense to go on; ``None``: time will do."""
    if isinstance(error, NotSignedIn):
        return Hold.SIGN_IN
    if isinstance(error, NotAllowed):
        return Hold.NOT_ALLOWED
    status = getattr(error, "status", 0)
    if status == _NO_SPACE:
        return Hold.PLATFORM_FULL
    if isinstance(error, (Refused, ProfileProblem, NotAdmitted, ReadBackDiffers)):
        return Hold.PERSON
    if isinstance(error, ServiceError):
        return None
    return Hold.PERSON


def _explained(error: ExplainedError) -> Text:
    """What happened and what to do."""
    status = getattr(error, "status", 0)
    if status == _NO_SPACE:
        return _FULL
    if status == _TOO_LARGE:
        return _LARGE
    advice = getattr(error, "advice", NO_TEXT)
    if isinstance(error, NotSignedIn):
        advice = _SIGN_IN
    if not advice.en:
        return error.text
    return sentences(error.text, advice)


_SIGN_IN = Text(
    "请重新登录，登录后将从中断处继续", "Sign in again; it goes on from where it stopped"
)
_FULL = Text(
    "平台存储空间已满，已暂停；请联系平台管理员，腾出空间后点“继续”，将从中断处续传",
    "The platform has no space left; paused. Tell its administrator, then resume: it goes on from "
    "where it stopped",
)
_LARGE = Text(
    "成果包超过平台允许的大小；请联系平台管理员", "The package is larger than the platform takes"
)
_OTHER_CONTENT = Text(
    "平台已收存同一编号、内容不同的成果包；内容有改动时须使用新的编号并重新签章",
    "The platform already holds another package with this id; changed contents need a new id and "
    "a new seal",
)
_OTHER_ROWS = Text(
    "平台回执中的图斑摘要与成果包不一致，请联系平台管理员核查",
    "The receipt is about other parcels than those of the package: tell the platform's "
    "administrator",
)
