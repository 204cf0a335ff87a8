"""What may be said of one delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from ...checks.findings import Text


class State(str, Enum):
    """Where a delivery stands.

    ``DELIVERED`` and ``REJECTED`` rest on a receipt whose signature was verified; nothing leads
    out of them, but a rejected package may be sent again by a person's ``retry``.
    """

    WAITING = "waiting"
    UPLOADING = "uploading"
    CONFIRMING = "confirming"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    PAUSED = "paused"
    FAILED = "failed"


class Mode(str, Enum):
    """As one file, or parcel by parcel into the staging layer."""

    PACKAGE = "package"
    FEATURES = "features"


class Hold(str, Enum):
    """Why a delivery is paused: what has to happen before it can go on."""

    NONE = ""
    USER = "user"
    SIGN_IN = "sign_in"
    NOT_ALLOWED = "not_allowed"
    PLATFORM_FULL = "platform_full"
    LOCAL_COPY = "local_copy"
    ZONE = "zone"
    PERSON = "person"


STATE_NAMES: Mapping[State, Text] = {
    State.WAITING: Text("等待", "waiting"),
    State.UPLOADING: Text("正在上传", "uploading"),
    State.CONFIRMING: Text("等待平台确认", "waiting for the receipt"),
    State.DELIVERED: Text("已送达", "delivered"),
    State.REJECTED: Text("被平台退回", "rejected"),
    State.PAUSED: Text("已暂停", "paused"),
    State.FAILED: Text("失败，将重试", "failed, will be tried again"),
}
_NOTHING = ""
NO_TEXT = Text(_NOTHING, _NOTHING)


@dataclass(frozen=True)
class Delivery:
    """One row of the queue.

    ``path`` is our own copy of the sealed package, which stays; ``source`` is where it came
    from. ``sent`` bytes (or parcels) of ``total`` are known to be at the platform. ``due`` is
    the time (seconds since 1970) before which it is not tried again, ``tries`` how often it
    failed in a row. ``receipt`` is the receipt word for word once there is a verified one.
    """

    id: int
    package_id: str
    sha256: str
    sm3: str
    bytes: int
    objects: int
    zone: str
    profile: str
    mode: Mode
    path: Path
    source: str
    state: State
    hold: Hold
    reason: Text
    upload_url: str
    sent: int
    total: int
    rate: float
    tries: int
    due: float
    created: float
    updated: float
    receipt: Mapping[str, Any] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """Whether nothing more is to be done."""
        return self.state in (State.DELIVERED, State.REJECTED)

    @property
    def remaining_seconds(self) -> float | None:
        """Seconds left at the present rate; ``None`` where nothing is known."""
        if self.state is not State.UPLOADING or self.rate <= 0:
            return None
        return max(self.total - self.sent, 0) / self.rate
