"""What algorithms that write decisions share: the findings, who acts, and the audit log."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from .language import translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..checks.journal.journal import Journal
    from ..checks.progress import Progress

ROLES = ("surveyor", "reviewer", "administrator")


def findings(name: str = "FINDINGS", title: str = "") -> QgsProcessingParameterFile:
    """A file of findings that holds, or will hold, a journal."""
    shown = title or translate("Review", "Findings (with the decisions in it)")
    return QgsProcessingParameterFile(name, shown, extension="gpkg")


def add_person(algorithm: QgsProcessingAlgorithm, role: str = "reviewer") -> None:
    """Parameters ``WHO`` and ``ROLE``."""
    who = QgsProcessingParameterString(
        "WHO", translate("Review", "Who acts (name)"), defaultValue="", optional=True
    )
    who.setHelp(translate("Review", "Empty: the name in the settings, or that of the account"))
    algorithm.addParameter(who)
    roles = QgsProcessingParameterEnum(
        "ROLE",
        translate("Review", "Role"),
        options=list(ROLES),
        defaultValue=role,
        usesStaticStrings=True,
    )
    roles.setFlags(roles.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
    algorithm.addParameter(roles)


def person_of(
    algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any], context: QgsProcessingContext
) -> tuple[str, str]:
    """Name and role of who acts."""
    who = algorithm.parameterAsString(parameters, "WHO", context).strip()
    if not who:
        from ..services.settings import REVIEWER

        who = REVIEWER.get().strip() or _account()
    return who, algorithm.parameterAsEnumString(parameters, "ROLE", context)


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def open_journal(path: Path, person: tuple[str, str], progress: Progress) -> Journal:
    """The journal of a file of findings, for a person; waiting for it can be cancelled."""
    from ..checks.journal.journal import Journal
    from ..checks.journal.lifecycle import Role

    who, role = person
    return Journal(path, who, Role(role), stop=lambda: _cancelled(progress))


def _cancelled(progress: Progress) -> bool:
    from ..checks.progress import Cancelled

    try:
        progress.check()
    except Cancelled:
        return True
    return False


def note(path: Path, events: Sequence[Any], journal: Journal) -> None:
    """Write into the audit log what was decided."""
    from ..services.audit import note_decisions

    note_decisions(path, events, journal.head())
