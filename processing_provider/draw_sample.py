"""``onemap:drawsample``: which units of a lot are inspected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QVariant

from .algorithm import OneMapAlgorithm
from .language import translate

PLANS = ("table_2023", "table_2009", "zero_defect", "size")
SKIP_CHECKS = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
"""A parcel with a broken outline can be drawn and inspected like any other."""
ADDED = {
    "lot": QVariant.Type.Int,
    "stratum": QVariant.Type.String,
    "draw_rank": QVariant.Type.Int,
    "drawn": QVariant.Type.Int,
    "draw_chance": QVariant.Type.Double,
}


class DrawSample(OneMapAlgorithm):
    """A stratified sample that everybody can repeat."""

    identifier = "drawsample"
    group_identifier = "review"
    words = ("sample", "GB/T 24356", "lot", "inspection", "抽样", "抽检", "检验批", "样本", "分层")

    def displayName(self) -> str:
        return translate("Review", "Draw sample")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        kinds = QgsProcessing.SourceType if hasattr(QgsProcessing, "SourceType") else QgsProcessing
        field_type = QgsProcessingParameterField.DataType
        number = QgsProcessingParameterNumber
        self.addParameter(
            QgsProcessingParameterFeatureSource(
                "INPUT", translate("Review", "Units (parcels, sheets, …)"), [kinds.TypeVector]
            )
        )
        self.addParameter(
            QgsProcessingParameterField(
                *("ID_FIELD", translate("Review", "Identifier"), "BSM", "INPUT"),
                *(field_type.Any, False, True),
            )
        )
        self.addParameter(
            QgsProcessingParameterField(
                *("STRATA", translate("Review", "Strata (village, class, …)"), None, "INPUT"),
                *(field_type.Any, True, True),
            )
        )
        plans = [
            translate("Review", "GB/T 24356-2023, table of sample sizes"),
            translate("Review", "GB/T 24356-2009, table of sample sizes"),
            translate("Review", "Zero defects: nothing wrong proves the limit"),
            translate("Review", "A number of units"),
        ]
        self.addParameter(
            QgsProcessingParameterEnum("PLAN", translate("Review", "Plan"), plans, False, 0)
        )
        for name, title, default, low, high in (
            ("LIMIT", translate("Review", "Limit of wrong units (share)"), 0.01, 1e-6, 0.999999),
            ("CONFIDENCE", translate("Review", "Confidence"), 0.95, 0.5, 0.999999),
        ):
            self.addParameter(number(name, title, number.Type.Double, default, False, low, high))
        self.addParameter(
            number(
                *("SIZE", translate("Review", "Number of units"), number.Type.Integer),
                *(100, False, 1, 10_000_000),
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                "SEED", translate("Review", "Seed (agreed before the draw)"), "1"
            )
        )
        self.addParameter(
            QgsProcessingParameterBoolean(
                "ALL_UNITS", translate("Review", "Keep the units that were not drawn"), False
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink("SAMPLE", translate("Review", "Sample"))
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                *("RECORD", translate("Review", "Record of the draw"), "JSON (*.json)"),
                *(None, True, False),
            )
        )
        self.addOutput(QgsProcessingOutputNumber("SAMPLE_SIZE", translate("Review", "Units drawn")))
        self.addOutput(QgsProcessingOutputNumber("LOT_COUNT", translate("Review", "Lots")))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks import standard
        from ..checks.sampling.draw import draw_sample
        from ..checks.sampling.plan import sample_table
        from ..checks.sampling.record import sample_record, write_json

        source = self.parameterAsSource(parameters, "INPUT", context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, "INPUT"))
        identifiers, strata = self._units(parameters, context, source)
        plan = PLANS[self.parameterAsEnum(parameters, "PLAN", context)]
        seed = self.parameterAsString(parameters, "SEED", context)
        how: dict[str, Any] = {"plan": plan}
        way: dict[str, Any]
        if plan.startswith("table"):
            how["edition"] = plan[-4:]
            way = {"table": sample_table(standard.load(), plan[-4:])}
        elif plan == "zero_defect":
            how["limit"] = self.parameterAsDouble(parameters, "LIMIT", context)
            how["confidence"] = self.parameterAsDouble(parameters, "CONFIDENCE", context)
            way = {"zero_defect": (how["limit"], how["confidence"])}
        else:
            how["size"] = self.parameterAsInt(parameters, "SIZE", context)
            way = {"size": how["size"]}
        sample = draw_sample(identifiers, strata, seed, **way)
        outputs = self._write(parameters, context, feedback, source, sample)
        record = self.parameterAsFileOutput(parameters, "RECORD", context)
        if record:
            write_json(sample_record(sample, identifiers, how), Path(record))
            outputs["RECORD"] = record
        outputs["SAMPLE_SIZE"] = int(sample.drawn.sum())
        outputs["LOT_COUNT"] = int(sample.lot.max(initial=0))
        return outputs

    def _units(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        source: QgsProcessingFeatureSource,
    ) -> tuple[list[str], list[str]]:
        fields = source.fields()
        name = self.parameterAsString(parameters, "ID_FIELD", context) or "BSM"
        place = place_of(fields, name)
        columns = [
            fields.lookupField(one) for one in self.parameterAsFields(parameters, "STRATA", context)
        ]
        identifiers, strata = [], []
        for feature in source.getFeatures(QgsFeatureRequest(), SKIP_CHECKS):
            values = feature.attributes()
            identifiers.append(as_text(values[place]))
            strata.append(" / ".join(as_text(values[column]) for column in columns))
        return identifiers, strata

    def _write(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        source: QgsProcessingFeatureSource,
        sample: Any,
    ) -> dict[str, Any]:
        fields = QgsFields()
        kept = [
            place
            for place, field in enumerate(source.fields())
            if field.name().lower() not in (*ADDED, "fid")
        ]
        for place in kept:
            fields.append(source.fields()[place])
        for name, kind in ADDED.items():
            fields.append(QgsField(name, kind))
        sink, target = self.parameterAsSink(
            parameters, "SAMPLE", context, fields, source.wkbType(), source.sourceCrs()
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, "SAMPLE"))
        everything = self.parameterAsBool(parameters, "ALL_UNITS", context)
        count = max(source.featureCount(), 1)
        for row, feature in enumerate(source.getFeatures(QgsFeatureRequest(), SKIP_CHECKS)):
            if feedback.isCanceled():
                break
            if not (everything or sample.drawn[row]):
                continue
            out = QgsFeature(fields)
            out.setGeometry(feature.geometry())
            values = feature.attributes()
            out.setAttributes(
                [values[place] for place in kept]
                + [int(sample.lot[row]), str(sample.strata[row]), int(sample.rank[row])]
                + [int(sample.drawn[row]), float(sample.chance[row])]
            )
            sink.addFeature(out, QgsFeatureSink.Flag.FastInsert)
            feedback.setProgress(100.0 * row / count)
        return {"SAMPLE": target}


def place_of(fields: QgsFields, name: str) -> int:
    """Number of the field ``name``; raises ``QgsProcessingException`` where there is none."""
    place = fields.lookupField(name)
    if place < 0:
        raise QgsProcessingException(
            translate("Review", "The layer has no field {name}.").format(name=name)
        )
    return int(place)


def as_text(value: Any) -> str:
    """An attribute as text; empty for none. A whole number keeps its digits."""
    if value is None or (isinstance(value, QVariant) and value.isNull()):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
