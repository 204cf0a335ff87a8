"""The parameters that all reports share, and what is read from them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from ..language import is_chinese, translate

LANGUAGES = ("zh", "en", "both")
_NAME = re.compile(r"\d{6}[_-]?([\u4e00-\u9fff]{2,})")


def add(algorithm: QgsProcessingAlgorithm, both: bool = True) -> None:
    """Language, name of the county, template."""
    titles = [translate("Review", "Chinese"), translate("Review", "English")]
    titles += [translate("Review", "Chinese and English")] if both else []
    algorithm.addParameter(
        QgsProcessingParameterEnum(
            *("LANGUAGE", translate("Review", "Language"), titles, False),
            0 if is_chinese() else 1,
        )
    )
    algorithm.addParameter(
        QgsProcessingParameterString(
            "COUNTY", translate("Review", "Name of the county, as printed"), optional=True
        )
    )
    template = QgsProcessingParameterFile(
        "TEMPLATE",
        translate("Review", "Layout template instead of ours"),
        extension="qpt",
        optional=True,
    )
    template.setFlags(template.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
    algorithm.addParameter(template)


def language(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> str:
    """``zh``, ``en`` or ``both``."""
    return LANGUAGES[algorithm.parameterAsEnum(parameters, "LANGUAGE", context)]


def template(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> str:
    """Path of the template chosen; empty for ours."""
    return str(algorithm.parameterAsFile(parameters, "TEMPLATE", context) or "")


def county(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    context: QgsProcessingContext,
    code: str,
    package: str,
) -> str:
    """What the county is called: as given, else by the package's name, with its code."""
    given = str(algorithm.parameterAsString(parameters, "COUNTY", context) or "").strip()
    if not given:
        found = _NAME.search(package)
        given = found[1] if found else ""
    return " ".join(part for part in (given, code) if part) or package


def today() -> str:
    """The day, as printed."""
    return datetime.now().astimezone().strftime("%Y-%m-%d")
