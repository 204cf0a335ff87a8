"""``onemap:provincedashboard``: many verifications on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
)

from .algorithm import OneMapAlgorithm, progress_of
from .language import is_chinese, say, translate


class ProvinceDashboard(OneMapAlgorithm):
    """Counties beside each other, with what is certain and what is not."""

    identifier = "provincedashboard"
    group_identifier = "review"
    words = ("dashboard", "province", "ranking", "trend", "HTML", "省级", "总览", "排名", "看板")

    def displayName(self) -> str:
        return translate("Review", "Province dashboard")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        kinds = QgsProcessing.SourceType if hasattr(QgsProcessing, "SourceType") else QgsProcessing
        self.addParameter(
            QgsProcessingParameterFile(
                "FOLDER",
                translate("Review", "Folder with verifications"),
                QgsProcessingParameterFile.Behavior.Folder,
                optional=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterMultipleLayers(
                "FINDINGS",
                translate("Review", "Single files of findings"),
                kinds.TypeFile,
                optional=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterString("TITLE", translate("Review", "Title"), optional=True)
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "DASHBOARD", translate("Review", "Dashboard"), "HTML (*.html)"
            )
        )
        for name, title in (
            ("COUNTY_COUNT", translate("Review", "Counties")),
            ("SUBMISSION_COUNT", translate("Review", "Submissions")),
            ("UNREADABLE_COUNT", translate("Review", "Files that could not be read")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.dashboard import findings_files, make_dashboard
        from ..checks.dashboard_page import write_dashboard

        folder = self.parameterAsFile(parameters, "FOLDER", context)
        paths = [
            Path(one) for one in self.parameterAsFileList(parameters, "FINDINGS", context) if one
        ]
        if folder:
            paths += [path for path in findings_files(Path(folder)) if path not in paths]
        if not paths:
            raise QgsProcessingException(
                translate("Review", "No file of findings was given, and the folder has none.")
            )
        progress = progress_of(feedback)
        made = make_dashboard(paths, progress.part(0.0, 0.9))
        for name, reason in made.failures:
            feedback.pushWarning(f"{name}: {say(reason)}")
        target = self.parameterAsFileOutput(parameters, "DASHBOARD", context)
        title = self.parameterAsString(parameters, "TITLE", context).strip()
        language = "zh" if is_chinese() else "en"
        write_dashboard(made, Path(target), title, language, progress.part(0.9, 1.0))
        return {
            "DASHBOARD": target,
            "COUNTY_COUNT": len(made.counties),
            "SUBMISSION_COUNT": sum(len(county.submissions) for county in made.counties),
            "UNREADABLE_COUNT": len(made.failures),
        }
