"""What all our algorithms share: names, help, icon, progress, errors in the user's language."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import (
    Qgis,
    QgsMessageLog,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
)
from qgis.PyQt.QtGui import QIcon

from . import help_pages, icons, requirements
from .language import say, spoken, translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..checks.progress import Progress


class OneMapAlgorithm(QgsProcessingAlgorithm):
    """Base of our algorithms.

    A subclass says its ``identifier``, its ``icon_name`` and the words by which it should be
    found, and writes ``displayName``, ``group``, ``initAlgorithm`` and ``run_checks``. Its help
    are the pages ``help/<language>/<identifier>.md``.
    """

    identifier: ClassVar[str]
    group_identifier: ClassVar[str]
    icon_name: ClassVar[str] = "onemap"
    words: ClassVar[tuple[str, ...]] = ()

    def createInstance(self) -> OneMapAlgorithm:
        return type(self)()

    def name(self) -> str:
        return self.identifier

    def groupId(self) -> str:
        return self.group_identifier

    def tags(self) -> list[str]:
        return list(self.words)

    def icon(self) -> QIcon:
        return icons.icon(self.icon_name)

    def svgIconPath(self) -> str:
        return icons.path(self.icon_name)

    def shortHelpString(self) -> str:
        return help_pages.as_html(help_pages.page(self.identifier))

    def shortDescription(self) -> str:
        return help_pages.summary(help_pages.page(self.identifier))

    def helpUrl(self) -> str:
        return help_pages.address(self.identifier)

    def canExecute(self) -> tuple[bool, str]:
        reason = requirements.missing()
        return not reason, reason

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        if feedback.isCanceled():
            return {}
        # A model or a script may run what canExecute() would have refused.
        reason = requirements.missing()
        if reason:
            raise QgsProcessingException(reason)
        from ..checks.progress import Cancelled

        try:
            with plain_errors():
                return self.run_checks(parameters, context, feedback)
        except Cancelled:
            feedback.pushInfo(translate("Algorithm", "Cancelled."))
            return {}

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Do the work; ``checks`` may be imported here."""
        raise NotImplementedError


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what a user can put right into a message in the user's language.

    Raises
    ------
    QgsProcessingException
        For errors of ``checks`` that carry a ``text``, for files that cannot be read or written,
        and for a memory that is too small.
    """
    try:
        yield
    except QgsProcessingException:
        raise
    except Exception as error:
        if type(error).__name__ == "Cancelled":
            raise
        text: Any = getattr(error, "text", None)
        if hasattr(text, "zh") and hasattr(text, "en"):
            raise QgsProcessingException(say(text)) from error
        if isinstance(error, MemoryError):
            raise QgsProcessingException(
                translate("Algorithm", "There is not enough memory for this package.")
            ) from error
        if isinstance(error, OSError):
            name = error.filename or translate("Algorithm", "a file")
            raise QgsProcessingException(
                translate("Algorithm", "Cannot read or write {name}: {reason}").format(
                    name=name, reason=error.strerror or error
                )
            ) from error
        # Nothing a user can put right: the traceback belongs in the log, not in a dialog.
        QgsMessageLog.logMessage(
            traceback.format_exc(), "OneMap Verify", Qgis.MessageLevel.Critical
        )
        raise QgsProcessingException(
            translate(
                "Algorithm",
                "Internal error ({kind}). The details are in the log panel, tab OneMap Verify; "
                "please report them.",
            ).format(kind=f"{type(error).__name__}: {error}")
        ) from error


def progress_of(feedback: QgsProcessingFeedback) -> Progress:
    """Return a progress of ``checks`` that tells ``feedback`` and asks it whether to stop."""
    from ..checks.progress import Progress

    def report(fraction: float, text: str) -> None:
        feedback.setProgress(fraction * 100.0)
        if text:
            feedback.setProgressText(spoken(text))

    return Progress(report, feedback.isCanceled)
