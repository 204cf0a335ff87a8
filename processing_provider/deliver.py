"""``onemap:deliver``: a sealed package to the platform, done when its signed receipt is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputString,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from .algorithm import OneMapAlgorithm, progress_of
from .language import say, translate

MODES = ("package", "features")
_WAIT_SECONDS = 600


class Deliver(OneMapAlgorithm):
    """Queues a sealed package and carries it until the platform answers for it."""

    identifier = "deliver"
    group_identifier = "platform"
    words = (
        *("deliver", "upload", "tus", "WFS-T", "receipt", "queue", "submit"),
        *("交付", "汇交", "上传", "上报", "续传", "回执", "队列"),
    )

    def displayName(self) -> str:
        return translate("Platform", "Deliver package")

    def group(self) -> str:
        return translate("Platform", "Platform")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(
            QgsProcessingParameterFile(
                "PACKAGE", translate("Platform", "Sealed package"), extension="zip"
            )
        )
        text = QgsProcessingParameterString
        receipt = QgsProcessingParameterFileDestination(
            "RECEIPT",
            translate("Platform", "Receipt"),
            "JSON (*.json)",
            optional=True,
            createByDefault=False,
        )
        wait = QgsProcessingParameterNumber(
            "WAIT",
            translate("Platform", "Seconds to keep trying"),
            QgsProcessingParameterNumber.Type.Integer,
            _WAIT_SECONDS,
            minValue=0,
        )
        for parameter, explanation, advanced in (
            (
                text("PROFILE", translate("Platform", "Site profile"), optional=True),
                translate("Platform", "Id or JSON file; the current platform when empty"),
                False,
            ),
            (
                QgsProcessingParameterEnum(
                    "MODE",
                    translate("Platform", "Way"),
                    options=list(MODES),
                    defaultValue=MODES[0],
                    usesStaticStrings=True,
                ),
                translate(
                    "Platform",
                    "package: the sealed package as one file; features: parcel by parcel into "
                    "the staging layer",
                ),
                False,
            ),
            (
                text("SIGN_IN", translate("Platform", "Sign in"), optional=True),
                translate(
                    "Platform",
                    "Empty: as signed in; device, browser, @file, or the id of an authentication "
                    "configuration",
                ),
                True,
            ),
            (
                wait,
                translate(
                    "Platform", "What fails is tried again; later it stays in the delivery queue"
                ),
                True,
            ),
            (receipt, translate("Platform", "The platform's signed receipt"), False),
        ):
            parameter.setHelp(explanation)
            if advanced:
                parameter.setFlags(
                    parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced
                )
            self.addParameter(parameter)
        for name, title in (
            ("STATE", translate("Platform", "State of the delivery")),
            ("PACKAGE_ID", translate("Platform", "Id of the package")),
            ("SHA256", translate("Platform", "SHA-256 of the package")),
            ("SM3", translate("Platform", "SM3 of the package")),
        ):
            self.addOutput(QgsProcessingOutputString(name, title))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..services import session
        from ..services.audit import note
        from ..services.delivery import shared
        from ..services.delivery.courier import Courier
        from ..services.delivery.states import STATE_NAMES, Mode, State

        progress = progress_of(feedback)
        here = session.open_session(
            self.parameterAsString(parameters, "PROFILE", context),
            self.parameterAsString(parameters, "SIGN_IN", context),
            lambda told: feedback.pushInfo(say(told)),
            progress,
        )
        queue = shared.queue()
        mode = Mode(self.parameterAsEnumString(parameters, "MODE", context))
        package = Path(self.parameterAsFile(parameters, "PACKAGE", context))
        entered = queue.add(package, here.profile, mode, progress=progress.part(0.0, 0.1))
        if not entered.finished:
            # Who starts a delivery wants it to go on, whatever stopped it before.
            queue.resume(entered.id)
        queue.signed_in(here.profile.id)
        courier = Courier(queue, here.transport, here.profile, note)
        wait = self.parameterAsDouble(parameters, "WAIT", context)
        courier.run(progress.part(0.1, 1.0), only=entered.id, wait=wait)
        done = queue.get(entered.id)
        feedback.pushInfo(f"{done.package_id}: {say(STATE_NAMES[done.state])}")
        target = self.parameterAsFileOutput(parameters, "RECEIPT", context)
        if done.state is not State.DELIVERED:
            if target and done.receipt:
                _save_receipt(Path(target), done)
            raise QgsProcessingException(
                translate("Platform", "{package} was not delivered ({state}): {reason}").format(
                    package=done.package_id,
                    state=say(STATE_NAMES[done.state]),
                    reason=say(done.reason),
                )
            )
        if target:
            _save_receipt(Path(target), done)
        return {
            "STATE": done.state.value,
            "PACKAGE_ID": done.package_id,
            "SHA256": done.sha256,
            "SM3": done.sm3,
            "RECEIPT": target,
        }


def _save_receipt(target: Path, delivery: Any) -> None:
    """Write the receipt word for word, at once or not at all; the queue keeps it in any case."""
    from ..checks.errors import OutputError
    from ..checks.record import write_text
    from ..services.delivery.states import STATE_NAMES

    try:
        write_text(target, json.dumps(delivery.receipt, ensure_ascii=False, indent=1) + "\n")
    except OutputError as error:
        raise QgsProcessingException(
            translate(
                "Platform",
                "{package}: {state}, but the receipt cannot be saved ({reason}). The delivery "
                "queue keeps it: run this again, or save it there.",
            ).format(
                package=delivery.package_id,
                state=say(STATE_NAMES[delivery.state]),
                reason=say(error.text),
            )
        ) from error
