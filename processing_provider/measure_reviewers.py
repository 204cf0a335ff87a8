"""``onemap:measurereviewers``: how well people judge, against known cases and each other."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
)
from qgis.PyQt.QtCore import QVariant

from . import journal_inputs
from .algorithm import OneMapAlgorithm
from .language import translate

_WHOLE, _REAL = QVariant.Type.LongLong, QVariant.Type.Double
_RATES = ("agreement", "sensitivity", "specificity")
_COLUMNS = {
    "person": QVariant.Type.String,
    "decisions": _WHOLE,
    "seconds": _REAL,
    "judged": _WHOLE,
    "too_early": _WHOLE,
    "doubtful": _WHOLE,
    **{f"{rate}{end}": _REAL for rate in _RATES for end in ("", "_low", "_high")},
}


class MeasureReviewers(OneMapAlgorithm):
    """Sensitivity, specificity, kappa, and seconds for a decision."""

    identifier = "measurereviewers"
    group_identifier = "review"
    words = ("reviewer", "kappa", "agreement", "quality", "核查人员", "一致性", "质控", "已知案例")

    def displayName(self) -> str:
        return translate("Review", "Measure reviewers")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(journal_inputs.findings())
        cases = QgsProcessingParameterFile(
            "CASES", translate("Review", "Known cases"), extension="json"
        )
        cases.setFlags(cases.flags() | QgsProcessingParameterDefinition.Flag.FlagOptional)
        self.addParameter(cases)
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                "REVIEWERS",
                translate("Review", "Reviewers"),
                QgsProcessing.SourceType.TypeVector,
            )
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                *("REPORT", translate("Review", "Report"), "JSON (*.json)", None, True, False)
            )
        )
        for name, title in (
            ("REVIEWER_COUNT", translate("Review", "Number of reviewers")),
            ("CASE_COUNT", translate("Review", "Number of cases")),
            ("PAIR_COUNT", translate("Review", "Pairs with opinions in common")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.journal.reviewers import measure_reviewers
        from ..checks.record import write_text

        path = Path(self.parameterAsFile(parameters, "FINDINGS", context))
        cases = self.parameterAsFile(parameters, "CASES", context)
        found = measure_reviewers(path, Path(cases) if cases else None)
        for pair in found.pairs:
            feedback.pushInfo(
                translate(
                    "Review", "{first} and {second}: {count} in common, kappa {kappa}"
                ).format(
                    first=pair.first,
                    second=pair.second,
                    count=pair.agreement.both,
                    kappa=_shown(pair.agreement.kappa),
                )
            )
        outputs = self._write(parameters, context, found.reviewers)
        target = self.parameterAsFileOutput(parameters, "REPORT", context)
        if target:
            text = json.dumps(found.as_json(), ensure_ascii=False, indent=1)
            write_text(Path(target), text + "\n")
            outputs["REPORT"] = target
        outputs["REVIEWER_COUNT"] = len(found.reviewers)
        outputs["CASE_COUNT"] = found.cases
        outputs["PAIR_COUNT"] = len(found.pairs)
        return outputs

    def _write(
        self, parameters: dict[str, Any], context: QgsProcessingContext, reviewers: Sequence[Any]
    ) -> dict[str, Any]:
        fields = QgsFields()
        for name, kind in _COLUMNS.items():
            fields.append(QgsField(name, kind))
        sink, target = self.parameterAsSink(parameters, "REVIEWERS", context, fields)
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, "REVIEWERS"))
        for one in reviewers:
            out = QgsFeature(fields)
            rates = [getattr(one, rate) for rate in _RATES]
            out.setAttributes(
                [
                    *(one.person, one.decisions, _number(one.seconds)),
                    *(one.judged, one.too_early, one.doubtful),
                    *(
                        _number(value)
                        for rate in rates
                        for value in (rate.share, rate.low, rate.high)
                    ),
                ]
            )
            sink.addFeature(out, QgsFeatureSink.Flag.FastInsert)
        return {"REVIEWERS": target}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _shown(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"
