"""Progress and cancellation, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable


class Cancelled(Exception):
    """The person at the other end asked to stop. Nothing is wrong."""


class Progress:
    """A share of the work, told upward as a fraction, that can be cancelled.

    Parameters
    ----------
    report
        Called with the overall fraction done (0…1) and a short text, or the
        empty string when the text has not changed.
    cancelled
        Asked often; answers whether to stop.
    start, end
        The part of the whole that this object stands for.

    Examples
    --------
    >>> seen = []
    >>> whole = Progress(lambda fraction, text: seen.append((fraction, text)))
    >>> half = whole.part(0.0, 0.5)
    >>> half.at(0.5, "reading")
    >>> seen
    [(0.25, 'reading')]
    """

    __slots__ = ("_cancelled", "_end", "_report", "_start")

    def __init__(
        self,
        report: Callable[[float, str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        start: float = 0.0,
        end: float = 1.0,
    ) -> None:
        self._report = report
        self._cancelled = cancelled
        self._start = start
        self._end = end

    def part(self, start: float, end: float) -> Progress:
        """Return the share ``start``…``end`` (0…1) of this progress."""
        width = self._end - self._start
        return Progress(
            self._report,
            self._cancelled,
            self._start + start * width,
            self._start + end * width,
        )

    def steady(self) -> Progress:
        """Return the same progress, which never goes back.

        Several measures may each count from nothing to all within one rule's share.
        """
        report = self._report
        if report is None:
            return self
        furthest = self._start

        def forward(fraction: float, text: str) -> None:
            nonlocal furthest
            furthest = max(furthest, fraction)
            report(furthest, text)

        return Progress(forward, self._cancelled, self._start, self._end)

    def at(self, fraction: float, text: str = "") -> None:
        """Report ``fraction`` (0…1) of this share done; raise when cancelled.

        Raises
        ------
        Cancelled
            When the listener asked to stop.
        """
        self.check()
        if self._report is not None:
            bounded = min(max(fraction, 0.0), 1.0)
            self._report(self._start + bounded * (self._end - self._start), text)

    def check(self) -> None:
        """Raise :class:`Cancelled` when the listener asked to stop."""
        if self._cancelled is not None and self._cancelled():
            raise Cancelled


SILENT = Progress()
"""A progress nobody listens to."""
