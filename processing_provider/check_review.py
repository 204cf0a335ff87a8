"""``onemap:checkreview``: whether package, findings and decisions are as they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
)

from . import inputs, journal_inputs
from .algorithm import OneMapAlgorithm, progress_of
from .check_seal import trusted
from .language import say, translate

_MOST_TOLD = 50


class CheckReview(OneMapAlgorithm):
    """Every later edit, located by file, table, row, line or byte."""

    identifier = "checkreview"
    group_identifier = "review"
    words = ("tamper", "integrity", "signature", "review", "篡改", "完整性", "验签", "核查", "日志")

    def displayName(self) -> str:
        return translate("Review", "Check review")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        optional = QgsProcessingParameterDefinition.Flag.FlagOptional
        self.addParameter(journal_inputs.findings())
        package = inputs.submission()
        package.setFlags(package.flags() | optional)
        self.addParameter(package)
        signature = QgsProcessingParameterFile(
            "SIGNATURE", translate("Review", "Signature"), extension="json"
        )
        signature.setFlags(signature.flags() | optional)
        signature.setHelp(translate("Review", "Empty: review.sig.json beside the findings"))
        self.addParameter(signature)
        trust = QgsProcessingParameterMultipleLayers(
            "TRUST",
            translate("Platform", "Trusted certificates"),
            QgsProcessing.SourceType.TypeFile,
            optional=True,
        )
        self.addParameter(trust)
        self.addParameter(
            QgsProcessingParameterFileDestination(
                *("REPORT", translate("Review", "Report"), "JSON (*.json)", None, True, False)
            )
        )
        for name, title in (
            ("INTACT", translate("Review", "Nothing was changed")),
            ("SIGNED", translate("Review", "There is a signature")),
            ("SIGNATURE_HOLDS", translate("Review", "The signature holds")),
            ("SIGNER_TRUSTED", translate("Platform", "Signer trusted")),
            ("TIME_PROVEN", translate("Platform", "Time proven")),
        ):
            self.addOutput(QgsProcessingOutputBoolean(name, title))
        self.addOutput(
            QgsProcessingOutputNumber("BREACH_COUNT", translate("Review", "Places changed"))
        )
        for name, title in (
            ("FIRST_BREACH", translate("Review", "First place changed")),
            ("SIGNER", translate("Platform", "Signer")),
            ("ROOT", translate("Review", "Root of the decisions")),
        ):
            self.addOutput(QgsProcessingOutputString(name, title))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.record import write_text
        from ..checks.review_seal import check_review
        from ..services.audit import note

        findings = Path(self.parameterAsFile(parameters, "FINDINGS", context))
        package = self.parameterAsString(parameters, "SUBMISSION", context)
        signature = self.parameterAsFile(parameters, "SIGNATURE", context)
        given = list(filter(None, self.parameterAsFileList(parameters, "TRUST", context)))
        report = check_review(
            findings,
            Path(package) if package else None,
            Path(signature) if signature else None,
            trusted(given),
            progress=progress_of(feedback),
        )
        for breach in report.breaches[:_MOST_TOLD]:
            feedback.pushWarning(say(breach.told))
        for told in report.notes:
            feedback.pushInfo(say(told))
        outputs: dict[str, Any] = {
            "INTACT": report.intact,
            "SIGNED": report.signed,
            "SIGNATURE_HOLDS": report.signature_holds,
            "SIGNER_TRUSTED": report.signer_trusted,
            "TIME_PROVEN": report.time_proven,
            "BREACH_COUNT": len(report.breaches),
            "FIRST_BREACH": say(report.breaches[0].told) if report.breaches else "",
            "SIGNER": report.signer,
            "ROOT": report.root,
        }
        target = self.parameterAsFileOutput(parameters, "REPORT", context)
        if target:
            text = json.dumps(report.document(), ensure_ascii=False, indent=1, default=str)
            write_text(Path(target), text + "\n")
            outputs["REPORT"] = target
        facts = {"breaches": len(report.breaches), "journal": {"root": report.root}}
        note("check_seal", findings.name, "done" if report.intact else "failed", facts)
        return outputs
