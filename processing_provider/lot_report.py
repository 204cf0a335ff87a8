"""``onemap:lotreport``: the verdict on a lot, to be printed and signed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsFeatureRequest,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
)

from .algorithm import OneMapAlgorithm, progress_of
from .draw_sample import SKIP_CHECKS, as_text, place_of
from .language import translate
from .layouts import document, report_parameters


class LotReport(OneMapAlgorithm):
    """The verdict on a lot as PDF."""

    identifier = "lotreport"
    group_identifier = "review"
    words = ("lot", "verdict", "report", "PDF", "GB/T 24356", "批判定", "判定书", "验收", "打印")

    def displayName(self) -> str:
        return translate("Review", "Lot report")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        kinds = QgsProcessing.SourceType if hasattr(QgsProcessing, "SourceType") else QgsProcessing
        for name, title, extension, optional in (
            ("RECORD", translate("Review", "Record of the verdict"), "json", False),
            ("DRAW", translate("Review", "Record of the draw"), "json", True),
            ("FINDINGS", translate("Review", "Findings"), "gpkg", True),
        ):
            self.addParameter(
                QgsProcessingParameterFile(name, title, extension=extension, optional=optional)
            )
        self.addParameter(
            QgsProcessingParameterFeatureSource(
                *("SAMPLE", translate("Review", "Sample, for the map"), [kinds.TypeVector]),
                *(None, True),
            )
        )
        self.addParameter(
            QgsProcessingParameterField(
                *("ID_FIELD", translate("Review", "Identifier"), "BSM", "SAMPLE"),
                *(QgsProcessingParameterField.DataType.Any, False, True),
            )
        )
        report_parameters.add(self, both=False)
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "PDF", translate("Review", "Lot report (PDF)"), "PDF (*.pdf)"
            )
        )
        self.addOutput(QgsProcessingOutputNumber("PAGES", translate("Review", "Pages")))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.return_list import Parcels, read_parcels, usable_standard
        from ..checks.review_figures import journal_head, read_json_record
        from ..checks.review_inputs import ReviewInputs
        from ..checks.sampling.record import KIND_LOT, KIND_SAMPLE
        from .layouts.lot_pages import values_and_sections

        progress = progress_of(feedback)

        def file(name: str) -> Path | None:
            text = self.parameterAsFile(parameters, name, context)
            return Path(text) if text else None

        verdict, drawn, findings = file("RECORD"), file("DRAW"), file("FINDINGS")
        lot = read_json_record(verdict or Path(), KIND_LOT)
        draw = read_json_record(drawn, KIND_SAMPLE) if drawn else None
        parcels, head, code, package = Parcels(None), (0, ""), "", ""
        if findings is not None:
            inputs = ReviewInputs.read(findings)
            standard = usable_standard(inputs.standard)
            parcels = read_parcels(inputs.submission, standard, progress.part(0.0, 0.3))
            head = journal_head(findings)
            code, package = inputs.county, Path(inputs.submission).name or findings.parent.name
        places, wkt = self._places(parameters, context, parcels)
        told = (
            report_parameters.language(self, parameters, context),
            report_parameters.county(self, parameters, context, code, package),
            package,
        )
        target = Path(self.parameterAsFileOutput(parameters, "PDF", context))
        chosen = report_parameters.template(self, parameters, context)
        whole = document.Document(document.template_file(chosen, "lot_report.qpt"), feedback)
        try:
            with tempfile.TemporaryDirectory(prefix="onemap-report-") as folder:
                progress.at(0.4, "绘制地图 | Drawing the maps")
                values, sections = values_and_sections(
                    *((draw, lot), parcels, places, wkt, told, whole.sizes, Path(folder), head)
                )
                pages = whole.write(values, sections, target, progress.part(0.6, 1.0))
        finally:
            whole.close()
        return {"PDF": str(target), "PAGES": pages}

    def _places(
        self, parameters: dict[str, Any], context: QgsProcessingContext, parcels: Any
    ) -> tuple[dict[str, tuple[float, float]], str]:
        """Where the units are, and in which system: by the sample, else by the package."""
        source = self.parameterAsSource(parameters, "SAMPLE", context)
        places: dict[str, tuple[float, float]] = {}
        if source is not None:
            name = self.parameterAsString(parameters, "ID_FIELD", context) or "BSM"
            column = place_of(source.fields(), name)
            for feature in source.getFeatures(QgsFeatureRequest(), SKIP_CHECKS):
                if feature.hasGeometry():
                    point = feature.geometry().pointOnSurface().asPoint()
                    places[as_text(feature.attributes()[column])] = (point.x(), point.y())
            wkt = source.sourceCrs().toWkt()
            if places or parcels.table is None:
                return places, wkt
        table = parcels.table
        if table is None or table.geometry is None:
            return places, ""
        import shapely

        points = shapely.centroid(table.geometry)
        for bsm, row in parcels.rows.items():
            point = points[row]
            if point is not None and not point.is_empty:
                places[bsm] = (float(point.x), float(point.y))
        return places, str(table.wkt)
