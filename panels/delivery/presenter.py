"""Keeps the queue moving while QGIS is open, and tells what becomes of each delivery."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...processing_provider.language import say, translate
from ..service_task import Tasks

_LOOK = 700
_WAIT = 20.0
_RUNNABLE = ("waiting", "uploading", "confirming", "failed")


class DeliveryPresenter(QObject):
    """The queue, its courier, and the audit log that goes along.

    Signals: ``queue_read`` (deliveries), ``added`` (number), ``allowed`` (whether one may
    deliver, and why not), ``told`` (text, level).
    """

    queue_read = pyqtSignal(list)
    added = pyqtSignal(int)
    allowed = pyqtSignal(bool, str)
    told = pyqtSignal(str, object)

    def __init__(
        self, tasks: Tasks, open_queue: Callable[[], Any], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.session: Any = None
        self.queue: Any = None
        self._tasks = tasks
        self._open_queue = open_queue
        self._states: dict[int, str] = {}
        self._clock = QTimer(self)
        self._clock.setInterval(_LOOK)
        self._clock.timeout.connect(self.look)

    def begin(self) -> None:
        """Open the queue; called once the page is first seen."""
        if self.queue is not None or self._tasks.running("queue"):
            return
        title = translate("Delivery", "Opening the delivery queue")
        self._tasks.start(
            title, lambda _progress: self._open_queue(), self._opened, self._failed, name="queue"
        )

    def _opened(self, queue: Any) -> None:
        self.queue = queue
        self._clock.start()
        self.look()

    def use(self, session: Any) -> None:
        """Another platform, or another sign-in at it."""
        self.session = session
        self.allowed.emit(*self.may_deliver())
        if session is not None and session.identity.ready and self.queue is not None:
            self.queue.signed_in(session.profile.id)
        self.look()

    def may_deliver(self) -> tuple[bool, str]:
        """Whether who is signed in may deliver here, and why not."""
        from ...services.identity import Role

        if self.session is None:
            return False, translate("Delivery", "Choose a platform to deliver to.")
        profile, identity = self.session.profile, self.session.identity
        if not profile.delivery.uploads and not profile.delivery.wfs:
            return False, translate("Delivery", "This platform takes no deliveries.")
        if not identity.ready:
            return True, translate(
                "Delivery", "Nobody is signed in: packages wait here until somebody is."
            )
        account = identity.account
        if account is not None and account.roles and not identity.may(Role.REVIEWER):
            return False, translate(
                "Delivery", "Delivering needs the role of a reviewer; you are signed in without it."
            )
        return True, ""

    def look(self) -> None:
        """Read the queue, and set the courier to work where there is something to carry."""
        if self.queue is None:
            return
        from ...services.delivery.problems import QueueProblem

        profile = self.session.profile.id if self.session is not None else None
        try:
            deliveries = self.queue.list(profile)
        except QueueProblem as error:
            self._clock.stop()
            self._failed(say(error.text), "")
            return
        for one in deliveries:
            before = self._states.get(one.id)
            self._states[one.id] = one.state.value
            if before not in (None, one.state.value):
                self._tell_end(one)
        self.queue_read.emit(deliveries)
        if any(one.state.value in _RUNNABLE for one in deliveries):
            self._carry()

    def _tell_end(self, delivery: Any) -> None:
        if delivery.state.value == "delivered":
            text = translate("Delivery", "{package} is delivered; the platform's receipt is here.")
            self.told.emit(text.format(package=delivery.package_id), Qgis.MessageLevel.Success)
        elif delivery.state.value == "rejected":
            text = translate("Delivery", "The platform rejected {package}; the reason is below.")
            self.told.emit(text.format(package=delivery.package_id), Qgis.MessageLevel.Critical)

    def _carry(self) -> None:
        session, queue = self.session, self.queue
        if session is None or not session.identity.ready or self._tasks.running("courier"):
            return
        if not self.may_deliver()[0]:
            return
        from ...services.audit import note
        from ...services.delivery.courier import Courier

        def work(progress: Any) -> None:
            Courier(queue, session.transport, session.profile, note).run(progress, wait=_WAIT)

        title = translate("Delivery", "Delivering to {platform}")
        self._tasks.start(
            title.format(platform=say(session.profile.title)),
            work,
            lambda _answer: self.look(),
            self._failed,
            name="courier",
        )

    def add(self, paths: list[str]) -> None:
        """Take sealed packages into the queue; each is examined first."""
        session, queue = self.session, self.queue
        if session is None or queue is None:
            return
        for path in paths:
            self._tasks.start(
                translate("Delivery", "Examining {name}").format(name=Path(path).name),
                partial(_enter, queue, session.profile, path),
                self._added,
                self._failed,
            )

    def _added(self, delivery: Any) -> None:
        self.look()
        self.added.emit(delivery.id)

    def pause(self, number: int) -> None:
        """Stop a delivery until it is resumed."""
        self._change(self.queue.pause, number)

    def resume(self, number: int) -> None:
        """Let a delivery go on."""
        self._change(self.queue.resume, number)

    def retry(self, number: int) -> None:
        """Try a delivery again at once."""
        self._change(self.queue.retry, number)

    def _change(self, does: Callable[[int], Any], number: int) -> None:
        title = translate("Delivery", "Changing the delivery queue")
        self._tasks.start(
            title, lambda _progress: does(number), lambda _: self.look(), self._failed
        )

    def save_receipt(self, number: int, path: Path) -> None:
        """Write the receipt word for word."""
        from ...checks.errors import OutputError
        from ...checks.record import write_text

        receipt = self.queue.get(number).receipt
        try:
            write_text(path, json.dumps(dict(receipt), ensure_ascii=False, indent=1) + "\n")
        except OutputError as error:
            self._failed(say(error.text), "")

    def ship_audit(self) -> None:
        """Send the platform what it does not have yet of the audit log."""
        session = self.session
        if session is None or not session.identity.ready or self._tasks.running("audit"):
            return
        url = session.profile.audit.url
        if not url:
            return
        from ...services.audit import ship

        # Whoever works is not told when this fails: it is taken up again the next time.
        self._tasks.start(
            translate("Delivery", "Sending the audit log"),
            lambda progress: ship(session.transport, url, progress=progress),
            name="audit",
        )

    def shut_down(self) -> None:
        """Stop looking; what is under way goes on at the next start."""
        self.blockSignals(True)
        self._clock.stop()
        self.queue = None

    def _failed(self, what: str, advice: str) -> None:
        self.told.emit(f"{what} {advice}".strip(), Qgis.MessageLevel.Warning)


def _enter(queue: Any, profile: Any, path: str, progress: Any) -> Any:
    return queue.add(Path(path), profile, progress=progress)
