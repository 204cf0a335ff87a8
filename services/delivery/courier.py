"""Carries what the queue holds to one platform, and believes nothing but signed receipts."""

from __future__ import annotations

import time
from typing import Any

from ...checks.errors import ExplainedError
from ...checks.findings import Text
from ...checks.progress import SILENT, Cancelled, Progress
from ..errors import (
    NotAllowed,
    NotSignedIn,
    ProfileProblem,
    ServerProblem,
    ServiceError,
    TimedOut,
)
from .features import FeatureDelivery
from .local_copy import check_local_copy
from .meter import Meter
from .outcomes import Audit, Outcomes
from .package import PackageDelivery, UploadGone
from .patience import Patience
from .problems import QueueProblem
from .queue import DeliveryQueue
from .receipts import Receipt, ReceiptDesk, Verdict, Wanted
from .states import NO_TEXT, Delivery, Hold, Mode, State
from .tus import LocalCopyChanged
from .zones import zone_problem

_DAMAGED_TRIES = 3
_GONE_TRIES = 5


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
        self._outcomes = Outcomes(queue, self.patience, audit)
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
                    self._outcomes.failed(number, error)
                except LocalCopyChanged:
                    self._outcomes.hold(number, Hold.LOCAL_COPY, _CHANGED)
                except OSError as error:
                    reason = Text(
                        f"本地文件无法读取：{error.strerror or error}",
                        f"A local file cannot be read: {error.strerror or error}",
                    )
                    self._outcomes.hold(number, Hold.LOCAL_COPY, reason)
        return self.queue.get(number)

    # -- the way of one delivery -----------------------------------------------------------

    def _carry(self, delivery: Delivery, progress: Progress) -> None:
        problem = zone_problem(delivery.zone, self.profile)
        if problem is not None:
            self._outcomes.hold(delivery.id, Hold.ZONE, problem.text)
            return
        check_local_copy(delivery)
        # The platform may have had it all along: an answer of ours may have been lost.
        receipt = self._ask(delivery, progress)
        end = time.monotonic() + self.patience.confirm
        damaged = gone = 0
        while not self._outcomes.settled(delivery, receipt):
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

    def _confirming(self, number: int) -> None:
        if not self.queue.update(number, state=State.CONFIRMING, rate=0.0, tries=0):
            raise Paused

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
_NO_RECEIPT = Text(
    "平台已收到全部数据，尚未给出回执", "The platform has it all, but no receipt yet"
)
_NO_RECEIPT_ADVICE = Text("稍后会自动再问", "It will be asked again by itself")
_NO_DELIVERY = Text("该站点不接收成果交付", "This site takes no deliveries")
