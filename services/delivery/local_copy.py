"""Our own copy of a package: still there, still the same."""

from __future__ import annotations

from ...checks.seal import file_digests
from .states import Delivery
from .tus import LocalCopyChanged


def check_local_copy(delivery: Delivery, thoroughly: bool = False) -> None:
    """Make sure that what is sent is what was checked when it was taken in.

    Size and time of writing tell nearly always; ``thoroughly`` reads it all. Whatever slips
    through is found by the platform, which digests what arrives.

    Raises
    ------
    LocalCopyChanged
        When it differs.
    OSError
        When it cannot be read.
    """
    facts = delivery.path.stat()
    same = facts.st_size == delivery.bytes
    if same and (thoroughly or facts.st_mtime > delivery.created):
        same = file_digests(delivery.path)["sha256"] == delivery.sha256
    if not same:
        raise LocalCopyChanged
