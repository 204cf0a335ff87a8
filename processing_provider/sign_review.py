"""``onemap:signreview``: whatever is changed later is found, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterAuthConfig,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFile,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
)

from . import inputs, journal_inputs
from .algorithm import OneMapAlgorithm, progress_of
from .language import translate
from .passphrase import passphrase_of
from .seal_package import stamper_of


class SignReview(OneMapAlgorithm):
    """Decisions, findings, record, verdicts and package, block by block, signed with SM2."""

    identifier = "signreview"
    group_identifier = "review"
    words = ("sign", "signature", "review", "SM2", "SM3", "签名", "签章", "核查", "国密", "防篡改")

    def __init__(self) -> None:
        super().__init__()
        self._passphrase = ""

    def displayName(self) -> str:
        return translate("Review", "Sign review")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(journal_inputs.findings())
        package = inputs.submission()
        package.setFlags(package.flags() | QgsProcessingParameterDefinition.Flag.FlagOptional)
        self.addParameter(package)
        verdicts = QgsProcessingParameterMultipleLayers(
            "VERDICTS",
            translate("Review", "Records of samples and lots"),
            QgsProcessing.SourceType.TypeFile,
            optional=True,
        )
        verdicts.setHelp(translate("Review", "Files beside the findings, or in folders there"))
        self.addParameter(verdicts)
        for name, title in (
            ("KEY", translate("Platform", "Key of the signer (SM2, PKCS#8)")),
            ("CERTIFICATE", translate("Platform", "Certificate of the signer")),
        ):
            self.addParameter(QgsProcessingParameterFile(name, title))
        passphrase = QgsProcessingParameterAuthConfig(
            "PASSPHRASE", translate("Platform", "Where the key's passphrase is"), optional=True
        )
        passphrase.setHelp(
            translate(
                "Platform",
                "An authentication configuration with it as password, env:NAME or @file; never "
                "the passphrase itself",
            )
        )
        self.addParameter(passphrase)
        self.addParameter(
            QgsProcessingParameterString("REASON", translate("Review", "Remark"), optional=True)
        )
        stamp = QgsProcessingParameterString(
            "TIMESTAMP",
            translate("Platform", "Time stamp: address or site profile"),
            optional=True,
        )
        stamp.setFlags(stamp.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(stamp)
        journal_inputs.add_person(self)
        for name, title in (
            ("SIGNATURE", translate("Review", "Signature")),
            ("SIGNER", translate("Platform", "Signer")),
            ("ROOT", translate("Review", "Root of the decisions")),
        ):
            self.addOutput(QgsProcessingOutputString(name, title))
        for name, title in (
            ("EVENT_COUNT", translate("Review", "Events in the journal")),
            ("FILE_COUNT", translate("Review", "Files signed")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """QGIS may ask for its master password, which belongs in the main thread."""
        self._passphrase = passphrase_of(str(parameters.get("PASSPHRASE") or ""))
        return True

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.journal.lifecycle import Role
        from ..checks.review_seal import sign_review
        from ..checks.seal import FileKey
        from ..services.audit import note

        def path(name: str) -> Path | None:
            text = self.parameterAsFile(parameters, name, context)
            return Path(text) if text else None

        findings, key, certificate = path("FINDINGS"), path("KEY"), path("CERTIFICATE")
        if findings is None or key is None or certificate is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, "KEY"))
        secret, self._passphrase = self._passphrase, ""
        signer = FileKey(key, certificate, secret)
        progress = progress_of(feedback)
        given = self.parameterAsString(parameters, "SUBMISSION", context)
        who, role = journal_inputs.person_of(self, parameters, context)
        verdicts = filter(None, self.parameterAsFileList(parameters, "VERDICTS", context))
        if not given:
            feedback.pushWarning(
                translate("Review", "Without the package its files are not signed.")
            )
        done = sign_review(
            *(findings, signer, who, Path(given) if given else None, list(map(Path, verdicts))),
            reason=self.parameterAsString(parameters, "REASON", context),
            role=Role(role),
            timestamp=stamper_of(
                self.parameterAsString(parameters, "TIMESTAMP", context), progress
            ),
            progress=progress,
        )
        journal = {"size": done.size, "root": done.root}
        note("seal", findings.name, "done", {"signer": done.signer, "journal": journal})
        return {
            "SIGNATURE": str(done.path),
            "SIGNER": done.signer,
            "ROOT": done.root,
            "EVENT_COUNT": done.size,
            "FILE_COUNT": done.files,
        }
