"""``onemap:checkseal``: whether a sealed package is still what was sealed, and by whom."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputString,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
)

from .algorithm import OneMapAlgorithm, progress_of
from .inputs import PACKAGE as PLUGIN
from .language import say, translate


class CheckSeal(OneMapAlgorithm):
    """Every byte against the manifest, the manifest against its signature; no network."""

    identifier = "checkseal"
    group_identifier = "platform"
    words = ("seal", "signature", "verify", "SM2", "验签", "验章", "签名", "完整性", "国密", "篡改")

    def displayName(self) -> str:
        return translate("Platform", "Check seal")

    def group(self) -> str:
        return translate("Platform", "Platform")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        package = QgsProcessingParameterFile(
            "PACKAGE",
            translate("Platform", "Sealed package"),
            behavior=QgsProcessingParameterFile.Behavior.Folder,
        )
        package.setMetadata(
            {"widget_wrapper": {"class": f"{PLUGIN}.panels.package_parameter.PackageWrapper"}}
        )
        package.setHelp(translate("Platform", "The .zip, or the folder it was unpacked to"))
        self.addParameter(package)
        trust = QgsProcessingParameterMultipleLayers(
            "TRUST",
            translate("Platform", "Trusted certificates"),
            QgsProcessing.SourceType.TypeFile,
            optional=True,
        )
        trust.setHelp(
            translate(
                "Platform",
                "PEM or DER files, or folders of them; without any, those of the chosen platform",
            )
        )
        self.addParameter(trust)
        moment = QgsProcessingParameterDateTime(
            "AT", translate("Platform", "Moment of signing, where no time stamp proves it"),
            optional=True,
        )  # fmt: skip
        moment.setFlags(moment.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(moment)
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "REPORT",
                translate("Platform", "Report"),
                "JSON (*.json)",
                optional=True,
                createByDefault=False,
            )
        )
        for name, title in (
            ("INTACT", translate("Platform", "Everything as it was sealed")),
            ("SIGNER_TRUSTED", translate("Platform", "Signer trusted")),
            ("CERTIFICATE_VALID", translate("Platform", "Certificate valid when signed")),
            ("TIME_PROVEN", translate("Platform", "Time proven")),
        ):
            self.addOutput(QgsProcessingOutputBoolean(name, title))
        for name, title in (
            ("FIRST_DIFFERENCE", translate("Platform", "First object that differs")),
            ("SIGNER", translate("Platform", "Signer")),
            ("PACKAGE_ID", translate("Platform", "Id of the package")),
        ):
            self.addOutput(QgsProcessingOutputString(name, title))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.record import write_text
        from ..checks.seal import check_seal

        package = Path(self.parameterAsString(parameters, "PACKAGE", context))
        report = check_seal(
            package,
            trusted(list(filter(None, self.parameterAsFileList(parameters, "TRUST", context)))),
            self._moment(parameters, context),
            progress_of(feedback),
        )
        for problem in report.problems[:20]:
            feedback.pushWarning(say(problem))
        outputs = {
            "INTACT": report.intact,
            "SIGNER_TRUSTED": report.signer_trusted,
            "CERTIFICATE_VALID": report.certificate_valid_then,
            "TIME_PROVEN": report.time_proven,
            "FIRST_DIFFERENCE": report.first_difference,
            "SIGNER": report.signer,
            "PACKAGE_ID": str(report.package.get("id", "")),
        }
        target = self.parameterAsFileOutput(parameters, "REPORT", context)
        if target:
            text = json.dumps(report.document(), ensure_ascii=False, indent=1, default=str)
            write_text(Path(target), text + "\n")
            outputs["REPORT"] = target
        from ..services.audit import note

        outcome = "done" if report.good else "failed"
        note(
            "check_seal",
            str(outputs["PACKAGE_ID"] or package.name),
            outcome,
            {"sha256": report.sha256},
        )
        return outputs

    def _moment(self, parameters: dict[str, Any], context: QgsProcessingContext) -> datetime | None:
        value = self.parameterAsDateTime(parameters, "AT", context)
        if not value.isValid():
            return None
        return datetime.fromtimestamp(value.toSecsSinceEpoch(), timezone.utc)


def _source(text: str) -> str | bytes:
    """A profile names a file or holds the certificate itself."""
    return text.encode() if "-----BEGIN" in text else text


def trusted(given: list[str]) -> Any:
    """Certificates to believe: those given, else those of the platform signed in to."""
    from ..checks.seal import Trust

    if given:
        return Trust.load(*given)
    from ..services import session

    current = session.current()
    if current is None:
        return Trust()
    profile = current.profile
    stamps = (profile.timestamp.certificate,) if profile.timestamp.certificate else ()
    return Trust(
        Trust.load(*map(_source, profile.trust_certificates)).certificates,
        time_authorities=Trust.load(*map(_source, stamps)).certificates,
    )
