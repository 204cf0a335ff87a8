"""``onemap:judgelot``: what becomes of a lot, by the errors found in its sample."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QVariant

from .algorithm import OneMapAlgorithm
from .draw_sample import SKIP_CHECKS, as_text, place_of
from .language import say, translate

if TYPE_CHECKING:
    from ..checks.sampling.accuracy import Share

_COLUMNS = {
    "unit": QVariant.Type.String,
    "errors_a": QVariant.Type.Int,
    "errors_b": QVariant.Type.Int,
    "errors_c": QVariant.Type.Int,
    "errors_d": QVariant.Type.Int,
    "score": QVariant.Type.Double,
    "grade": QVariant.Type.String,
    "reasons": QVariant.Type.String,
}


class JudgeLot(OneMapAlgorithm):
    """Deductions, grades and the verdict on a lot (GB/T 24356)."""

    identifier = "judgelot"
    group_identifier = "review"
    words = ("score", "grade", "lot", "accept", "GB/T 24356", "评分", "批判定", "质量等级", "验收")

    def displayName(self) -> str:
        return translate("Review", "Judge lot")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        kinds = QgsProcessing.SourceType if hasattr(QgsProcessing, "SourceType") else QgsProcessing
        any_type = QgsProcessingParameterField.DataType.Any
        number = QgsProcessingParameterNumber
        self.addParameter(
            QgsProcessingParameterFeatureSource(
                "SAMPLE", translate("Review", "Sample (of Draw sample)"), [kinds.TypeVector]
            )
        )
        self.addParameter(
            QgsProcessingParameterField(
                *("ID_FIELD", translate("Review", "Identifier"), "BSM", "SAMPLE"),
                *(any_type, False, True),
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSource(
                *("ERRORS", translate("Review", "Errors that were upheld"), [kinds.TypeVector]),
                *(None, True),
            )
        )
        for name, title, default in (
            ("UNIT_FIELD", translate("Review", "Errors: unit"), "parcel_bsm"),
            ("ELEMENT_FIELD", translate("Review", "Errors: quality element"), "family"),
            ("CLASS_FIELD", translate("Review", "Errors: class A, B, C, D"), "severity"),
        ):
            self.addParameter(
                QgsProcessingParameterField(name, title, default, "ERRORS", any_type, False, True)
            )
        self.addParameter(
            QgsProcessingParameterString(
                *("WEIGHTS", translate("Review", "Weights of the elements as JSON"), ""),
                *(False, True),
            )
        )
        self.addParameter(
            number(
                *("ADJUSTMENT", translate("Review", "Adjustment factor t"), number.Type.Double),
                *(1.0, False, 0.001, 1000.0),
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                *("OBJECTION", translate("Review", "What fails the lot in any case")),
                *("", True, True),
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                "UNITS", translate("Review", "Scores of the units"), kinds.TypeVector
            )
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                *("RECORD", translate("Review", "Record of the verdict"), "JSON (*.json)"),
                *(None, True, False),
            )
        )
        for name, title in (
            ("VERDICT", translate("Review", "Verdict (passed or failed)")),
            ("GRADE", translate("Review", "Grade of the lot")),
        ):
            self.addOutput(QgsProcessingOutputString(name, title))
        for name, title in (
            ("INSPECTED_COUNT", translate("Review", "Units inspected")),
            ("FAILED_COUNT", translate("Review", "Units not qualified")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.findings import Text
        from ..checks.sampling.record import lot_record, write_json
        from ..checks.sampling.scoring import judge_lot, score_units

        source = self.parameterAsSource(parameters, "SAMPLE", context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, "SAMPLE"))
        units, rows = self._sample(parameters, context, source)
        errors, outside = self._errors(parameters, context, set(units))
        if outside:
            feedback.pushInfo(
                translate("Review", "{count} errors are of units outside the sample.").format(
                    count=outside
                )
            )
        weights = self._weights(parameters, context)
        adjustment = self.parameterAsDouble(parameters, "ADJUSTMENT", context)
        objection = self.parameterAsString(parameters, "OBJECTION", context).strip()
        scores = score_units(units, errors, weights, adjustment)
        verdict = judge_lot(scores, [Text(objection, objection)] if objection else [])
        for reason in verdict.reasons:
            feedback.pushInfo(say(reason))
        outputs = self._write(parameters, context, scores)
        record = self.parameterAsFileOutput(parameters, "RECORD", context)
        if record:
            plan = {"adjustment": adjustment, "weights": weights or "equal"}
            share = _share_wrong(rows, [bool(why) for why in scores.reasons])
            write_json(lot_record(scores, verdict, share, plan), Path(record))
            outputs["RECORD"] = record
        outputs["VERDICT"] = "passed" if verdict.passed else "failed"
        outputs["GRADE"] = verdict.grade.value
        outputs["INSPECTED_COUNT"] = verdict.inspected
        outputs["FAILED_COUNT"] = verdict.failed
        return outputs

    def _sample(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        source: QgsProcessingFeatureSource,
    ) -> tuple[list[str], list[dict[str, Any]]]:
        """Identifiers of the inspected units, and what the draw wrote beside them."""
        fields = source.fields()
        name = self.parameterAsString(parameters, "ID_FIELD", context) or "BSM"
        place = place_of(fields, name)
        names = [field.name() for field in fields]
        units, rows = [], []
        for feature in source.getFeatures(QgsFeatureRequest(), SKIP_CHECKS):
            row = dict(zip(names, feature.attributes()))
            if as_text(row.get("drawn", 1)) == "0":
                continue
            units.append(as_text(feature.attributes()[place]))
            rows.append(row)
        return units, rows

    def _errors(
        self, parameters: dict[str, Any], context: QgsProcessingContext, units: set[str]
    ) -> tuple[list[tuple[str, str, str]], int]:
        source = self.parameterAsSource(parameters, "ERRORS", context)
        if source is None:
            return [], 0
        fields = source.fields()
        places = []
        for parameter in ("UNIT_FIELD", "ELEMENT_FIELD", "CLASS_FIELD"):
            name = self.parameterAsString(parameters, parameter, context)
            places.append(place_of(fields, name))
        inside, outside = [], 0
        for feature in source.getFeatures(QgsFeatureRequest(), SKIP_CHECKS):
            values = feature.attributes()
            unit, element, severity = (as_text(values[place]) for place in places)
            if unit in units:
                inside.append((unit, element, severity))
            else:
                outside += 1
        return inside, outside

    def _weights(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> dict[str, float] | None:
        text = self.parameterAsString(parameters, "WEIGHTS", context).strip()
        if not text:
            return None
        try:
            return {str(name): float(value) for name, value in json.loads(text).items()}
        except (ValueError, TypeError, AttributeError) as error:
            raise QgsProcessingException(
                translate("Review", "The weights are no JSON object of numbers: {reason}").format(
                    reason=error
                )
            ) from error

    def _write(
        self, parameters: dict[str, Any], context: QgsProcessingContext, scores: Any
    ) -> dict[str, Any]:
        fields = QgsFields()
        for name, kind in _COLUMNS.items():
            fields.append(QgsField(name, kind))
        sink, target = self.parameterAsSink(parameters, "UNITS", context, fields)
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, "UNITS"))
        for row, unit in enumerate(scores.units):
            out = QgsFeature(fields)
            out.setAttributes(
                [
                    *(str(unit), *(int(count) for count in scores.counts[row])),
                    *(float(scores.scores[row]), scores.grades[row].value),
                    "; ".join(say(reason) for reason in scores.reasons[row]),
                ]
            )
            sink.addFeature(out, QgsFeatureSink.Flag.FastInsert)
        return {"UNITS": target}


def _share_wrong(rows: list[dict[str, Any]], failed: list[bool]) -> Share | None:
    """Share of failed units in the lot, where the sample says with what chance it was drawn."""
    from ..checks.sampling.accuracy import share_wrong

    seen: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    size: dict[str, float] = {}
    for row, bad in zip(rows, failed):
        chance = row.get("draw_chance")
        if not isinstance(chance, float) or not 0.0 < chance <= 1.0:
            return None
        key = f"{as_text(row.get('lot'))}\x1f{as_text(row.get('stratum'))}"
        seen[key] += 1
        wrong[key] += bad
        size[key] = size.get(key, 0.0) + 1.0 / chance
    keys = list(seen)
    if not keys:
        return None
    return share_wrong(
        [wrong[key] for key in keys],
        [seen[key] for key in keys],
        [max(round(size[key]), seen[key]) for key in keys],
    )
