"""``onemap:reviewreport``: what the review came to, to be printed and signed."""

from __future__ import annotations

import tempfile
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
from .layouts import document, report_parameters


class ReviewReport(OneMapAlgorithm):
    """The reviewer's report as PDF."""

    identifier = "reviewreport"
    group_identifier = "review"
    words = ("report", "review", "PDF", "print", "layout", "核查报告", "报告", "打印", "签字")

    def displayName(self) -> str:
        return translate("Review", "Review report")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        for name, title, extension, optional in (
            ("FINDINGS", translate("Review", "Findings"), "gpkg", False),
            ("DRAW", translate("Review", "Record of the draw"), "json", True),
            ("RECORD", translate("Review", "Record of the verdict"), "json", True),
        ):
            self.addParameter(
                QgsProcessingParameterFile(name, title, extension=extension, optional=optional)
            )
        report_parameters.add(self, both=False)
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "PDF", translate("Review", "Review report (PDF)"), "PDF (*.pdf)"
            )
        )
        self.addOutput(QgsProcessingOutputNumber("PAGES", translate("Review", "Pages")))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.return_list import read_parcels, usable_standard
        from ..checks.review_figures import read_json_record, review_figures
        from ..checks.sampling.record import KIND_LOT, KIND_SAMPLE
        from .layouts.review_pages import values_and_sections

        progress = progress_of(feedback)
        draw, lot = (
            read_json_record(Path(text), kind) if text else None
            for text, kind in (
                (self.parameterAsFile(parameters, "DRAW", context), KIND_SAMPLE),
                (self.parameterAsFile(parameters, "RECORD", context), KIND_LOT),
            )
        )
        findings = Path(self.parameterAsFile(parameters, "FINDINGS", context))
        figures = review_figures(findings, progress.part(0.0, 0.2))
        inputs = figures.inputs
        parcels = read_parcels(
            inputs.submission, usable_standard(inputs.standard), progress.part(0.2, 0.5)
        )
        package = Path(inputs.submission).name or findings.parent.name
        told = (
            report_parameters.language(self, parameters, context),
            report_parameters.county(self, parameters, context, inputs.county, package),
        )
        target = Path(self.parameterAsFileOutput(parameters, "PDF", context))
        chosen = report_parameters.template(self, parameters, context)
        whole = document.Document(document.template_file(chosen, "review_report.qpt"), feedback)
        try:
            with tempfile.TemporaryDirectory(prefix="onemap-report-") as folder:
                values, sections = values_and_sections(
                    *(figures, parcels, (draw, lot), told, whole.sizes, Path(folder)),
                    progress.part(0.5, 0.7),
                )
                pages = whole.write(values, sections, target, progress.part(0.7, 1.0))
        finally:
            whole.close()
        return {"PDF": str(target), "PAGES": pages}
