"""``onemap:recheck``: verify again only what was edited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from .algorithm import OneMapAlgorithm, progress_of
from .language import translate


class Recheck(OneMapAlgorithm):
    """The county's way to nothing left to fix."""

    identifier = "recheck"
    group_identifier = "review"
    words = ("recheck", "again", "edited", "pre-check", "fix", "复查", "自查", "整改", "修改")

    def displayName(self) -> str:
        return translate("Review", "Re-check what was edited")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(
            QgsProcessingParameterFile(
                "FINDINGS",
                translate("Review", "Findings of the verification (brought up to date)"),
                extension="gpkg",
            )
        )
        for name, title in (
            ("SUBMISSION", translate("Review", "Survey package, if it was moved")),
            ("WHO", translate("Review", "In whose name decisions are carried over")),
        ):
            self.addParameter(QgsProcessingParameterString(name, title, None, False, True))
        for name, title in (
            ("EDITED_COUNT", translate("Review", "Objects edited, added or deleted")),
            ("GONE_COUNT", translate("Review", "Findings that are gone")),
            ("REMAINING_COUNT", translate("Review", "Findings that are still there")),
            ("NEW_COUNT", translate("Review", "New findings")),
            ("TO_CONFIRM_COUNT", translate("Review", "Findings that need a whole run")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, title))
        self.addOutput(
            QgsProcessingOutputFile("PREVIOUS", translate("Review", "Findings as they were"))
        )
        self.addOutput(
            QgsProcessingOutputString(
                "RECHECKED", translate("Review", "Findings brought up to date")
            )
        )

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.recheck import recheck

        package = self.parameterAsString(parameters, "SUBMISSION", context).strip()
        done = recheck(
            Path(self.parameterAsFile(parameters, "FINDINGS", context)),
            Path(package) if package else None,
            self.parameterAsString(parameters, "WHO", context).strip(),
            progress_of(feedback),
        )
        for title, counts in (
            (translate("Review", "Edited"), done.edited),
            (translate("Review", "Added"), done.added),
            (translate("Review", "Deleted"), done.deleted),
        ):
            if counts:
                told = ", ".join(f"{layer} {count}" for layer, count in counts.items())
                feedback.pushInfo(f"{title}: {told}")
        return {
            "RECHECKED": str(done.findings),
            "PREVIOUS": "" if done.previous is None else str(done.previous),
            "EDITED_COUNT": done.objects,
            "GONE_COUNT": len(done.gone),
            "REMAINING_COUNT": len(done.remaining),
            "NEW_COUNT": len(done.new),
            "TO_CONFIRM_COUNT": len(done.to_confirm),
        }
