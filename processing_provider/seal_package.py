"""``onemap:sealpackage``: a signed package that proves what was checked."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputString,
    QgsProcessingParameterAuthConfig,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from . import inputs
from .algorithm import OneMapAlgorithm, progress_of
from .language import translate
from .passphrase import passphrase_of

if TYPE_CHECKING:
    from collections.abc import Callable

ZONES = ("any", "internet", "government", "business", "inner")
RECORD_NAME = "verification/record.json"
FINDINGS_NAME = "verification/findings.gpkg"
_LARGEST_RECORD = 256 << 20


class SealPackage(OneMapAlgorithm):
    """Digests of everything, signed with SM2, in one zip."""

    identifier = "sealpackage"
    group_identifier = "platform"
    words = ("seal", "sign", "SM2", "SM3", "manifest", "封装", "签名", "签章", "国密", "数字签名")

    def __init__(self) -> None:
        super().__init__()
        self._passphrase = ""

    def displayName(self) -> str:
        return translate("Platform", "Seal package")

    def group(self) -> str:
        return translate("Platform", "Platform")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(inputs.submission())
        for name, title, extension, optional in (
            ("RECORD", translate("Platform", "Verification record"), "json", True),
            ("FINDINGS", translate("Platform", "Findings"), "gpkg", True),
            ("KEY", translate("Platform", "Key of the signer (SM2, PKCS#8)"), "", False),
            ("CERTIFICATE", translate("Platform", "Certificate of the signer"), "", False),
        ):
            parameter = QgsProcessingParameterFile(name, title, extension=extension)
            if optional:
                parameter.setFlags(
                    parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagOptional
                )
            self.addParameter(parameter)
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
            QgsProcessingParameterEnum(
                "ZONE",
                translate("Platform", "Network zone the package must not leave"),
                options=list(ZONES),
                defaultValue=ZONES[0],
                usesStaticStrings=True,
            )
        )
        stamp = QgsProcessingParameterString(
            "TIMESTAMP",
            translate("Platform", "Time stamp: address or site profile"),
            optional=True,
        )
        stamp.setFlags(stamp.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(stamp)
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "PACKAGE", translate("Platform", "Sealed package"), "ZIP (*.zip)"
            )
        )
        for name, title in (
            ("PACKAGE_ID", translate("Platform", "Id of the package")),
            ("SHA256", translate("Platform", "SHA-256 of the package")),
            ("SM3", translate("Platform", "SM3 of the package")),
            ("SIGNER", translate("Platform", "Signer")),
        ):
            self.addOutput(QgsProcessingOutputString(name, title))

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """QGIS may ask for its master password, which belongs in the main thread."""
        place = str(parameters.get("PASSPHRASE") or "")
        self._passphrase = passphrase_of(place)
        return True

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.seal import FileKey, seal_package

        def path(name: str) -> Path | None:
            text = self.parameterAsFile(parameters, name, context)
            return Path(text) if text else None

        key, certificate = path("KEY"), path("CERTIFICATE")
        if key is None or certificate is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, "KEY"))
        secret, self._passphrase = self._passphrase, ""
        signer = FileKey(key, certificate, secret)
        record, findings = path("RECORD"), path("FINDINGS")
        facts = _package_facts(record)
        zone = self.parameterAsEnumString(parameters, "ZONE", context)
        facts["zone"] = "" if zone == ZONES[0] else zone
        if record is None:
            feedback.pushWarning(
                translate(
                    "Platform",
                    "Without a verification record the package can be sealed, but not delivered.",
                )
            )
        if not secret:
            feedback.pushInfo(translate("Platform", "The key was opened without a passphrase."))
        progress = progress_of(feedback)
        stamp = stamper_of(self.parameterAsString(parameters, "TIMESTAMP", context), progress)
        with tempfile.TemporaryDirectory(prefix="onemap-seal-") as folder:
            extra = {} if record is None else {RECORD_NAME: record}
            if findings is not None:
                extra[FINDINGS_NAME] = _settled(findings, Path(folder))
            done = seal_package(
                Path(self.parameterAsString(parameters, "SUBMISSION", context)),
                Path(self.parameterAsFileOutput(parameters, "PACKAGE", context)),
                signer,
                facts,
                extra,
                stamp,
                progress,
            )
        from ..services.audit import note

        note("seal", done.package_id, "done", {"sha256": done.sha256, "sm3": done.sm3})
        return {
            "PACKAGE": str(done.path),
            "PACKAGE_ID": done.package_id,
            "SHA256": done.sha256,
            "SM3": done.sm3,
            "SIGNER": done.signer,
        }


def _package_facts(record: Path | None) -> dict[str, Any]:
    """County and year as the verification record has them."""
    if record is None:
        return {}
    try:
        if record.stat().st_size > _LARGEST_RECORD:
            raise ValueError("too large")
        known = json.loads(record.read_text(encoding="utf-8-sig")).get("package", {})
        return {"xzqdm": str(known.get("county") or ""), "year": known.get("year")}
    except (ValueError, AttributeError, RecursionError) as error:
        raise QgsProcessingException(
            translate("Platform", "{name} is no verification record.").format(name=record.name)
        ) from error


def _settled(findings: Path, folder: Path) -> Path:
    """A copy of the findings as of now, though QGIS may have them open and unsettled."""
    copy = folder / "findings.gpkg"
    try:
        address = f"{findings.resolve().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise QgsProcessingException(
            translate("Platform", "{name} cannot be read: {reason}").format(
                name=findings.name, reason=error
            )
        ) from error
    return copy


def stamper_of(where: str, progress: Any) -> Callable[[bytes], bytes] | None:
    """Who stamps the time: an address, or the authority of a site profile."""
    where = (where or "").strip()
    if not where:
        return None
    from ..services import session
    from ..services.timestamp import stamper
    from ..services.transport import Transport

    if where.lower().startswith(("http://", "https://")):
        return stamper(Transport(), where, progress=progress)
    found = session.of(where)
    if not found.profile.timestamp.url:
        raise QgsProcessingException(
            translate("Platform", "The site profile {name} names no time-stamp authority.").format(
                name=found.profile.id
            )
        )
    return stamper(found.transport, found.profile.timestamp.url, progress=progress)
