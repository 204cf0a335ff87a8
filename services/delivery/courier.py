"""Carries what the queue holds to one platform, and believes nothing but signed receipts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ...checks.errors import ExplainedError
from ...checks.findings import Text
from ...checks.progress import SILENT, Cancelled, Progress
from ..errors import (
    NotAllowed,
    NotSignedIn,
    ProfileProblem,
    Refused,
    ServerProblem,
    ServiceError,
    TimedOut,
)
from .features import FeatureDelivery, ReadBackDiffers, rows_agree
from .local_copy import check_local_copy
from .meter import Meter
from .package import PackageDelivery, UploadGone
from .patience import Patience
from .problems import NotAdmitted, QueueProblem, reasons_text
from .queue import DeliveryQueue
from .receipts import Receipt, ReceiptDesk, Verdict, Wanted
from .states import NO_TEXT, Delivery, Hold, Mode, State
from .tus import LocalCopyChanged
from .zones import zone_problem

_NO_SPACE = 507
_TOO_LARGE = 413
_DAMAGED_TRIES = 3
_GONE_TRIES = 5
Audit = Callable[[str, str, str, Mapping[str, Any]], object]
"""Told event, object, outcome and further facts; see ``services/audit``."""


class Paused(Exception):
    """A person paused the delivery while it was under way."""


class Courier:
    """Carries the deliveries of one profile.

    Parameters
    ----------
    queue
        Where deliveries wait.
    transport
        The :class:`..transport.Transport` to the platform, signed in or not.
    profile
        The :class:`..site.SiteProfile`; its ``delivery`` says where things go.
    audit
        Called as ``audit("deliver", package_id, outcome, facts)`` at each end, good or bad.
    patience
        How long to wait for what.

    Raises
    ------
    ProfileProblem
        When the profile takes no deliveries.
    """

    def __init__(
        self,
        queue: DeliveryQueue,
        transport: Any,
        profile: Any,
        audit: Audit | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.queue = queue
        self.profile = profile
        self.patience = patience or Patience()
        self._transport = transport
        self._audit = audit
        self._desk: ReceiptDesk | None = None

    def run(
        self, progress: Progress = SILENT, only: int | None = None, wait: float = 0.0
    ) -> list[Delivery]:
        """Carry what is due, one after the other; return what was touched, as it then stands.

        Parameters
        ----------
        only
            One delivery of the queue; else all.
        wait
            Seconds for which to stay and try again what failed.

        Raises
        ------
        Cancelled
            When the listener asked to stop; everything is kept as it stood.
        """
        end = time.monotonic() + wait
        touched: dict[int, None] = {}
        while True:
            jobs = [
                each
                for each in self.queue.due(self.profile.id, time.time())
                if only is None or each.id == only
            ]
            for number, job in enumerate(jobs):
                touched[job.id] = None
                self.carry(job.id, progress.part(number / len(jobs), (number + 1) / len(jobs)))
            if not self._more(only, end):
                break
            self.patience.sleep(min(0.2, self.patience.poll), progress)
        progress.at(1.0)
        return [self.queue.get(number) for number in touched]

    def carry(self, number: int, progress: Progress = SILENT) -> Delivery:
        """Do for one delivery what can be done now; every outcome is written into the queue."""
        with self.queue.claim(number) as mine:
            delivery = self.queue.get(number)
            if mine and not delivery.finished and self.queue.wanted(number):
                try:
                    self._carry(delivery, progress)
                except Paused:
                    self.queue.update(number, rate=0.0)
                except Cancelled:
                    self.queue.update(number, state=State.WAITING, rate=0.0)
                    raise
                except QueueProblem:
                    raise
                except ExplainedError as error:
                    self._failed(number, error)
                except LocalCopyChanged:
                    self._hold(number, Hold.LOCAL_COPY, _CHANGED)
                except OSError as error:
                    reason = Text(
                        f"本地文件无法读取：{error.strerror or error}",
                        f"A local file cannot be read: {error.strerror or error}",
                    )
                    self._hold(number, Hold.LOCAL_COPY, reason)
        return self.queue.get(number)

    # -- the way of one delivery -----------------------------------------------------------

    def _carry(self, delivery: Delivery, progress: Progress) -> None:
        problem = zone_problem(delivery.zone, self.profile)
        if problem is not None:
            self._hold(delivery.id, Hold.ZONE, problem.text)
            return
        check_local_copy(delivery)
        # The platform may have had it all along: an answer of ours may have been lost.
        receipt = self._ask(delivery, progress)
        end = time.monotonic() + self.patience.confirm
        damaged = gone = 0
        while not self._settled(delivery, receipt):
            if receipt.verdict is Verdict.DAMAGED:
                damaged += 1
                check_local_copy(delivery, thoroughly=True)
                if damaged > _DAMAGED_TRIES:
                    raise ServerProblem(_DAMAGED)
                self.queue.update(delivery.id, upload_url="", sent=0)
            try:
                self._bring(self.queue.get(delivery.id), progress.part(0.0, 0.95))
            except UploadGone:
                # Taken in and tidied away, or lost: the receipt tells.
                gone += 1
                if gone > _GONE_TRIES:
                    raise ServerProblem(_LOST) from None
                receipt = self._ask(self.queue.get(delivery.id), progress)
                self.queue.update(delivery.id, upload_url="", sent=0)
            else:
                self._confirming(delivery.id)
                receipt = self._await(self.queue.get(delivery.id), end, progress)
            delivery = self.queue.get(delivery.id)

    def _bring(self, delivery: Delivery, progress: Progress) -> None:
        """Have the platform hold everything, by either way."""
        way: PackageDelivery | FeatureDelivery
        if delivery.mode is Mode.FEATURES:
            way = FeatureDelivery(self._transport, self.profile.delivery, self.patience)
        else:
            way = PackageDelivery(self._transport, self.profile.delivery, self.patience)
        meter = Meter()

        def note(sent: int, total: int, **columns: Any) -> None:
            """Keep what is known; stop when somebody paused meanwhile."""
            rate = meter.rate(sent)
            progress.at(sent / max(total, 1))
            going = self.queue.update(
                delivery.id,
                state=State.UPLOADING,
                hold=Hold.NONE,
                reason=NO_TEXT,
                sent=sent,
                total=total,
                rate=rate,
                **columns,
            )
            if not going:
                raise Paused

        way.bring(delivery, note, progress)

    def _await(self, delivery: Delivery, end: float, progress: Progress) -> Receipt:
        """Ask for the receipt until there is one.

        Returns
        -------
        Receipt
            ``NOT_YET`` when it is time to ask again whether all has arrived: an answer that
            said so may have been wrong.

        Raises
        ------
        TimedOut
            When the platform has not made up its mind by ``end`` (monotonic).
        """
        again = time.monotonic() + self.patience.recheck
        pause, failures = min(self.patience.poll, 0.05), 0
        while True:
            try:
                receipt = self._ask(delivery, progress)
                failures = 0
                if receipt.verdict is not Verdict.NOT_YET or time.monotonic() > again:
                    return receipt
            except (NotSignedIn, NotAllowed):
                raise
            except ServiceError as error:
                failures += 1
                if failures > self.patience.tries:
                    raise
                self.patience.wait(failures, progress, error)
            if time.monotonic() > end:
                raise TimedOut(_NO_RECEIPT, _NO_RECEIPT_ADVICE)
            if not self.queue.wanted(delivery.id):
                raise Paused
            self.patience.sleep(pause, progress)
            pause = min(pause * 1.6, self.patience.poll)

    def _ask(self, delivery: Delivery, progress: Progress) -> Receipt:
        if self._desk is None:
            settings = self.profile.delivery
            if not settings.receipts:
                raise ProfileProblem(_NO_DELIVERY, "/delivery/receipts")
            self._desk = ReceiptDesk(
                self._transport, settings.receipts, settings.receipt_certificate
            )
        upload = delivery.upload_url.rstrip("/").rpartition("/")[2]
        wanted = Wanted(delivery.package_id, delivery.sha256, delivery.sm3, upload)
        return self._desk.ask(wanted, progress)

    def _settled(self, delivery: Delivery, receipt: Receipt) -> bool:
        """Write down a receipt that decides; ``False`` for any other."""
        if receipt.verdict is Verdict.COMMITTED:
            if not rows_agree(delivery, receipt.document):
                raise ReadBackDiffers(_OTHER_ROWS)
            self.queue.update(
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
            self.queue.update(
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

    # -- outcomes ----------------------------------------------------------------------------

    def _confirming(self, number: int) -> None:
        if not self.queue.update(number, state=State.CONFIRMING, rate=0.0, tries=0):
            raise Paused

    def _failed(self, number: int, error: ExplainedError) -> None:
        hold = _hold_for(error)
        reason = _explained(error)
        if hold is not None:
            self._hold(number, hold, reason)
            return
        tries = self.queue.get(number).tries + 1
        self.queue.update(
            number,
            state=State.FAILED,
            hold=Hold.NONE,
            reason=reason,
            rate=0.0,
            tries=tries,
            due=self.patience.until(tries, error),
        )
        self._tell(self.queue.get(number), "failed", {"reason": reason.en})

    def _hold(self, number: int, hold: Hold, reason: Text) -> None:
        self.queue.update(number, state=State.PAUSED, hold=hold, reason=reason, rate=0.0)
        self._tell(self.queue.get(number), "paused", {"reason": reason.en, "hold": hold.value})

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

    def _more(self, only: int | None, end: float) -> bool:
        """Whether something may still become due before ``end`` (monotonic)."""
        left = end - time.monotonic()
        if left <= 0:
            return False
        waiting = (State.WAITING, State.UPLOADING, State.CONFIRMING, State.FAILED)
        return any(
            each.state in waiting and each.due <= time.time() + left
            for each in self.queue.list(self.profile.id)
            if only is None or each.id == only
        )


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
    return Text(f"{error.text.zh}。{advice.zh}", f"{error.text.en}. {advice.en}")


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
_CHANGED = Text(
    "队列中的成果包在入队后被改动，已暂停；请重新签章并重新加入队列",
    "Our copy of the package was changed after it was queued; paused. Seal it again and add it "
    "again",
)
_DAMAGED = Text(
    "成果包多次在传输中损坏，请检查网络设备",
    "The package was damaged on its way several times: check the network",
)
_LOST = Text("平台反复丢失上传内容", "The platform lost the upload again and again")
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
_NO_RECEIPT = Text(
    "平台已收到全部数据，尚未给出回执", "The platform has it all, but no receipt yet"
)
_NO_RECEIPT_ADVICE = Text("稍后会自动再问", "It will be asked again by itself")
_NO_DELIVERY = Text("该站点不接收成果交付", "This site takes no deliveries")
