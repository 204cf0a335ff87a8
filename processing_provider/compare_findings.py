"""``onemap:comparefindings``: a resubmission beside what was found before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
)

from .algorithm import OneMapAlgorithm, progress_of
from .language import translate


class CompareFindings(OneMapAlgorithm):
    """New, remaining, gone."""

    identifier = "comparefindings"
    group_identifier = "review"
    words = (
        "compare",
        "resubmission",
        "difference",
        "new",
        "gone",
        "对比",
        "复核",
        "整改",
        "再次报送",
    )

    def displayName(self) -> str:
        return translate("Review", "Compare findings")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        extension = "gpkg"
        for name, title in (
            ("FINDINGS_BEFORE", translate("Review", "Findings of the earlier verification")),
            ("FINDINGS_AFTER", translate("Review", "Findings of the later verification")),
        ):
            self.addParameter(QgsProcessingParameterFile(name, title, extension=extension))
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "COMPARISON", translate("Review", "Comparison"), "GeoPackage (*.gpkg)"
            )
        )
        for name, title in (
            ("NEW_COUNT", translate("Review", "New findings")),
            ("REMAINING_COUNT", translate("Review", "Findings that are still there")),
            ("GONE_COUNT", translate("Review", "Findings that are gone")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.comparison import State, compare
        from ..checks.comparison_file import write_comparison
        from ..checks.findings_read import read_verification

        progress = progress_of(feedback)
        earlier, later = (
            read_verification(Path(self.parameterAsFile(parameters, name, context)), progress)
            for name in ("FINDINGS_BEFORE", "FINDINGS_AFTER")
        )
        target = Path(self.parameterAsFileOutput(parameters, "COMPARISON", context))
        comparison = compare(earlier, later, progress.part(0.1, 0.7))
        write_comparison(comparison, earlier, later, target, progress.part(0.7, 1.0))
        return {
            "COMPARISON": str(target),
            "NEW_COUNT": comparison.count(State.NEW),
            "REMAINING_COUNT": comparison.count(State.REMAINING),
            "GONE_COUNT": comparison.count(State.GONE),
        }
