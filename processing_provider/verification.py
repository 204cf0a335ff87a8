"""What ``verifysubmission`` and the algorithms of single families have in common."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputVectorLayer,
)

from . import help_pages, inputs, results
from .algorithm import OneMapAlgorithm, progress_of
from .language import translate
from .ridge_table import read_ridge_table
from .sources import VectorSource, raster_source

if TYPE_CHECKING:
    from ..checks.verify import Options


class Verification(OneMapAlgorithm):
    """Checks a submission and writes findings, record and report.

    A subclass says which ``families`` of rules are run (``None``: all) and which
    ``parameters_used`` of :data:`inputs.INPUTS` they take, in the order of the form; those
    without which nothing can be checked are its ``needs``.
    """

    families: ClassVar[tuple[str, ...] | None] = None
    parameters_used: ClassVar[tuple[str, ...]]
    needs: ClassVar[tuple[str, ...]] = ()
    group_identifier = "families"

    def __init__(self) -> None:
        super().__init__()
        self._given: dict[str, Any] = {}

    def group(self) -> str:
        return translate("Verification", "Single families of rules")

    def shortHelpString(self) -> str:
        pages = [help_pages.page(self.identifier)]
        pages += [help_pages.rules(family) for family in self.families or ()]
        return help_pages.as_html("\n\n".join(pages))

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        for name in self.parameters_used:
            self.addParameter(inputs.parameter(name, required=name in self.needs))
        for destination in inputs.destinations():
            self.addParameter(destination)
        self.addOutput(
            QgsProcessingOutputVectorLayer(
                "FINDINGS_LAYER",
                translate("Verification", "Layer of findings"),
                QgsProcessing.SourceType.TypeVectorAnyGeometry,
            )
        )
        for name, title in (
            ("FINDING_COUNT", translate("Verification", "Number of findings")),
            ("INCONSISTENT_COUNT", translate("Verification", "Findings that are inconsistent")),
            ("DOUBTFUL_COUNT", translate("Verification", "Findings that are doubtful")),
            ("OBJECTS_TESTED", translate("Verification", "Objects tested")),
            ("NOT_CHECKABLE_COUNT", translate("Verification", "Objects not checkable")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Read everything that belongs to layers, which live in the main thread."""
        if feedback.isCanceled():
            return True
        given: dict[str, Any] = {}
        for name in ("DEM", "IMAGERY", "IMAGERY_PREVIOUS"):
            if name in self.parameters_used:
                layer = self.parameterAsRasterLayer(parameters, name, context)
                if layer is None and parameters.get(name):
                    raise QgsProcessingException(self.invalidRasterError(parameters, name))
                title = self.parameterDefinition(name).description()
                given[name] = raster_source(layer, title)
        if "PREVIOUS" in self.parameters_used:
            layer = self.parameterAsVectorLayer(parameters, "PREVIOUS", context)
            if layer is None and parameters.get("PREVIOUS"):
                raise QgsProcessingException(self.invalidSourceError(parameters, "PREVIOUS"))
            given["PREVIOUS"] = None if layer is None else VectorSource(layer)
        if "CONTROL_LAYERS" in self.parameters_used:
            layers = self.parameterAsLayerList(parameters, "CONTROL_LAYERS", context)
            given["CONTROL_LAYERS"] = tuple(
                VectorSource(layer) for layer in layers if layer is not None
            )
        self._given = given
        return True

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.findings import Verdict
        from ..checks.verify import verify

        options = self.options(parameters, context, feedback)
        done = verify(options, progress_of(feedback))
        _note(options, done)
        results.load_on_completion(context, options.findings, options.submission.name)
        outputs = {
            "FINDINGS": str(options.findings),
            "FINDINGS_LAYER": results.layer_source(options.findings),
            "FINDING_COUNT": len(done.findings),
            "INCONSISTENT_COUNT": done.count(Verdict.INCONSISTENT),
            "DOUBTFUL_COUNT": done.count(Verdict.DOUBTFUL),
            "OBJECTS_TESTED": done.objects_tested,
            "NOT_CHECKABLE_COUNT": done.not_checkable,
        }
        if options.record is not None:
            outputs["RECORD"] = str(options.record)
        if options.report is not None:
            outputs["REPORT"] = str(options.report)
        return outputs

    def options(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Options:
        """The options of ``verify`` that the parameters stand for."""
        from ..checks.baseline import DemOrigin
        from ..checks.findings import Family
        from ..checks.verify import Options

        previous: VectorSource | None = self._given.get("PREVIOUS")
        control: tuple[VectorSource, ...] = self._given.get("CONTROL_LAYERS", ())
        return Options(
            submission=Path(self._text(parameters, "SUBMISSION", context)),
            findings=Path(self.parameterAsFileOutput(parameters, "FINDINGS", context)),
            record=self._destination(parameters, "RECORD", context),
            report=self._destination(parameters, "REPORT", context),
            dem=self._given.get("DEM", ""),
            dem_origin=DemOrigin(
                self._text(parameters, "DEM_ORIGIN", context) or DemOrigin.INDEPENDENT
            ),
            imagery=self._given.get("IMAGERY", ""),
            imagery_date=self._date(parameters, "IMAGERY_DATE", context),
            imagery_bands=self._text(parameters, "IMAGERY_BANDS", context),
            imagery_previous=self._given.get("IMAGERY_PREVIOUS", ""),
            imagery_previous_date=self._date(parameters, "IMAGERY_PREVIOUS_DATE", context),
            previous=previous.path(context, feedback) if previous is not None else "",
            control_layers=tuple(layer.path(context, feedback) for layer in control),
            campaign_start=self._date(parameters, "CAMPAIGN_START", context),
            campaign_end=self._date(parameters, "CAMPAIGN_END", context),
            standard=self._text(parameters, "STANDARD", context),
            ridge_coefficients=self._ridge_coefficients(parameters, context),
            control_area=self._control_area(parameters, context),
            families=None if self.families is None else tuple(map(Family, self.families)),
        )

    def _text(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext) -> str:
        if name not in self.parameters_used:
            return ""
        if name == "DEM_ORIGIN":
            return str(self.parameterAsEnumString(parameters, name, context))
        return str(self.parameterAsString(parameters, name, context) or "").strip()

    def _destination(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> Path | None:
        path = self.parameterAsFileOutput(parameters, name, context)
        return Path(path) if path else None

    def _date(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> date | None:
        if name not in self.parameters_used:
            return None
        day = self.parameterAsDateTime(parameters, name, context).date()
        return day.toPyDate() if day.isValid() else None

    def _ridge_coefficients(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> dict[tuple[str, str], float]:
        path = self._text(parameters, "RIDGE_COEFFICIENTS", context)
        return read_ridge_table(Path(path)) if path else {}

    def _control_area(self, parameters: dict[str, Any], context: QgsProcessingContext) -> float:
        if "CONTROL_AREA" not in self.parameters_used:
            return math.nan
        area = self.parameterAsDouble(parameters, "CONTROL_AREA", context)
        return area if area > 0.0 else math.nan


def _note(options: Options, done: Any) -> None:
    """Who verified what, and with which outcome, belongs in the audit log."""
    from ..checks.findings import Verdict
    from ..services.audit import note

    facts = {
        "findings": len(done.findings),
        "inconsistent": done.count(Verdict.INCONSISTENT),
        "rule_set": done.rule_set.get("sha256", ""),
    }
    note("verify", options.submission.name, "done", facts)
