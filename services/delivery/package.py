"""Delivery of the whole sealed package as one file."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ...checks.findings import Text
from ...checks.progress import Progress
from ..errors import NotThere, ProfileProblem, ServerProblem
from .patience import Patience
from .states import Delivery
from .tus import TusClient

_NOTE_EVERY = 0.25
Note = Callable[..., None]
"""``note(sent, total, **columns)``: keep it in the queue, or raise to stop."""


class UploadGone(Exception):
    """The server no longer has the upload: it was taken in, expired, or was lost."""


class PackageDelivery:
    """Uploads sealed packages by tus."""

    def __init__(self, transport: Any, settings: Any, patience: Patience) -> None:
        if not settings.uploads:
            raise ProfileProblem(
                Text("该站点不接收整包交付", "This site takes no whole packages"),
                "/delivery/uploads",
            )
        self.client = TusClient(transport, settings.uploads, settings.chunk_bytes, patience)

    def bring(self, delivery: Delivery, note: Note, progress: Progress) -> None:
        """Have the server hold every byte; return only then.

        Raises
        ------
        UploadGone
            When the server does not know the upload any more.
        ServiceError
            When it cannot be done now.
        """
        url = delivery.upload_url if self.client.ours(delivery.upload_url) else ""
        if not url:
            url = self._create(delivery, progress)
            # Known for good before the first byte goes out: a kill costs nothing then.
            note(0, delivery.bytes, upload_url=url)
        watch = _Watch(note, delivery.bytes)
        try:
            self.client.upload(url, delivery.path, delivery.bytes, watch, progress)
        except NotThere as error:
            raise UploadGone from error
        note(delivery.bytes, delivery.bytes)

    def _create(self, delivery: Delivery, progress: Progress) -> str:
        try:
            return self.client.create(delivery.bytes, self._metadata(delivery), progress)
        except NotThere as error:
            # No such service at all; a gateway that is starting says so as well.
            raise ServerProblem(error.text, error.advice) from error

    @staticmethod
    def _metadata(delivery: Delivery) -> dict[str, str]:
        return {
            "filename": f"{delivery.package_id}.zip",
            "package_id": delivery.package_id,
            "sha256": delivery.sha256,
            "sm3": delivery.sm3,
        }


class _Watch:
    """Passes on what arrived, not more often than a disk likes to be written to."""

    def __init__(self, note: Note, total: int) -> None:
        self._note = note
        self._total = total
        self._last = 0.0

    def __call__(self, sent: int) -> None:
        now = time.monotonic()
        if now - self._last >= _NOTE_EVERY:
            self._last = now
            self._note(sent, self._total)
