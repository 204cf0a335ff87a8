"""How long to wait before the next try: longer each time, never too long, told when to stop."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from ...checks.progress import Progress


@dataclass(frozen=True)
class Patience:
    """Waits between tries, in seconds.

    Parameters
    ----------
    tries
        Failures in a row, without a byte gained, after which a run gives up for now.
    first, most
        Wait after the first failure; the longest within a run.
    later, latest
        As before, between runs (``retry_at``).
    confirm
        How long a run waits for the receipt before it comes back later.
    recheck
        After how long without a receipt the server is asked again whether it has everything.
    poll
        Seconds between two questions for the receipt.
    """

    tries: int = 6
    first: float = 0.5
    most: float = 15.0
    later: float = 20.0
    latest: float = 900.0
    confirm: float = 120.0
    recheck: float = 15.0
    poll: float = 1.0

    def wait(self, failures: int, progress: Progress, error: object = None) -> None:
        """Sleep after the ``failures``-th failure in a row; what the server asked for counts."""
        asked = getattr(error, "retry_after", None) or 0.0
        pause = max(_grown(self.first, self.most, failures), min(float(asked), self.most))
        self.sleep(pause, progress)

    def until(self, tries: int, error: object = None) -> float:
        """Return when (seconds since 1970) to try again after ``tries`` runs that failed."""
        asked = getattr(error, "retry_after", None) or 0.0
        pause = max(_grown(self.later, self.latest, tries), min(float(asked), self.latest))
        return time.time() + pause

    @staticmethod
    def sleep(seconds: float, progress: Progress) -> None:
        """Sleep, and stop at once when cancelled."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            progress.check()
            time.sleep(min(left, 0.1))


def _grown(first: float, most: float, failures: int) -> float:
    # Spread a little, so that a hundred clients do not come back in the same moment.
    spread = random.uniform(0.8, 1.0)  # noqa: S311 - no secret
    return float(min(first * 2.0 ** min(failures - 1, 30), most) * spread)
