"""``onemap:returnlist``: what goes back to the county, as layer, spreadsheet and PDF."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from .algorithm import OneMapAlgorithm, progress_of
from .language import is_chinese, translate
from .layouts import document, report_parameters

WHICH = ("returned", "open", "all")
LANGUAGES = report_parameters.LANGUAGES


class ReturnList(OneMapAlgorithm):
    """整改清单."""

    identifier = "returnlist"
    group_identifier = "review"
    words = ("return", "correct", "county", "PDF", "Excel", "整改", "清单", "退回", "反馈", "县级")

    def displayName(self) -> str:
        return translate("Review", "Return list")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(
            QgsProcessingParameterFile(
                "FINDINGS", translate("Review", "Findings"), extension="gpkg"
            )
        )
        which = [
            translate("Review", "Returned to the county"),
            translate("Review", "All that are open"),
            translate("Review", "All"),
        ]
        self.addParameter(
            QgsProcessingParameterEnum(
                "WHICH", translate("Review", "Which findings"), which, False, 0
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                "DEADLINE",
                translate("Review", "Deadline (such as 2026-12-31)"),
                optional=True,
            )
        )
        report_parameters.add(self)
        for name, title, kind in (
            ("LIST", translate("Review", "Return list (layer)"), "GeoPackage (*.gpkg)"),
            ("SPREADSHEET", translate("Review", "Return list (spreadsheet)"), "Excel (*.xlsx)"),
            ("PDF", translate("Review", "Return list (PDF)"), "PDF (*.pdf)"),
        ):
            self.addParameter(
                QgsProcessingParameterFileDestination(name, title, kind, None, True, name == "PDF")
            )
        self.addOutput(QgsProcessingOutputNumber("COUNT", translate("Review", "Findings listed")))
        self.addOutput(QgsProcessingOutputNumber("PAGES", translate("Review", "Pages")))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.return_list import Which, make_return_list
        from ..checks.return_list_files import write_geopackage, write_spreadsheet

        findings = Path(self.parameterAsFile(parameters, "FINDINGS", context))
        language = report_parameters.language(self, parameters, context)
        progress = progress_of(feedback)
        targets = {
            name: self.parameterAsFileOutput(parameters, name, context)
            for name in ("LIST", "SPREADSHEET", "PDF")
        }
        if not any(targets.values()):
            raise QgsProcessingException(
                translate("Review", "Choose at least one file to write the list to.")
            )
        made = make_return_list(
            findings,
            Which(WHICH[self.parameterAsEnum(parameters, "WHICH", context)]),
            self.parameterAsString(parameters, "DEADLINE", context),
            progress.part(0.0, 0.25),
        )
        if made.parcels.reason is not None:
            feedback.pushInfo(
                translate(
                    "Review", "Villages, land classes and maps are left out: {reason}"
                ).format(reason=made.parcels.reason.zh if is_chinese() else made.parcels.reason.en)
            )
        outputs: dict[str, Any] = {"COUNT": len(made.items), "PAGES": 0}
        for name, write in (("LIST", write_geopackage), ("SPREADSHEET", write_spreadsheet)):
            if targets[name]:
                write(made, Path(targets[name]), language, progress.part(0.25, 0.35))
                outputs[name] = targets[name]
        if targets["PDF"]:
            county = report_parameters.county(self, parameters, context, made.county, made.package)
            outputs["PAGES"] = self._pdf(
                made,
                document.template_file(
                    report_parameters.template(self, parameters, context), "return_list.qpt"
                ),
                Path(targets["PDF"]),
                (language, county),
                feedback,
            )
            outputs["PDF"] = targets["PDF"]
        return outputs

    @staticmethod
    def _pdf(
        made: Any,
        template: Path,
        target: Path,
        told: tuple[str, str],
        feedback: QgsProcessingFeedback,
    ) -> int:
        from .layouts.return_pages import values_and_sections

        progress = progress_of(feedback)
        whole = document.Document(template, feedback)
        try:
            with tempfile.TemporaryDirectory(prefix="onemap-return-") as folder:
                values, sections = values_and_sections(
                    made, *told, whole.sizes, Path(folder), progress.part(0.35, 0.7)
                )
                return whole.write(values, sections, target, progress.part(0.7, 1.0))
        finally:
            whole.close()
