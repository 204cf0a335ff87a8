"""``onemap:knowncases``: findings whose truth is known, hidden among the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from . import journal_inputs
from .algorithm import OneMapAlgorithm, progress_of
from .language import translate


class KnownCases(OneMapAlgorithm):
    """Committed to in the journal before anybody judges them."""

    identifier = "knowncases"
    group_identifier = "review"
    words = (
        "known cases",
        "reviewer",
        "quality",
        "control",
        "已知案例",
        "盲测",
        "质控",
        "核查人员",
    )

    def displayName(self) -> str:
        return translate("Review", "Set known cases")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(journal_inputs.findings())
        self.addParameter(
            journal_inputs.findings(
                "TRUTH", translate("Review", "File with settled decisions: what is known")
            )
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                "COUNT", translate("Review", "Number of cases"), defaultValue=20, minValue=1
            )
        )
        self.addParameter(
            QgsProcessingParameterString("SEED", translate("Review", "Seed of the draw"), "1")
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "CASES", translate("Review", "Cases (for the administrator alone)"), "JSON (*.json)"
            )
        )
        journal_inputs.add_person(self, "administrator")
        self.addOutput(
            QgsProcessingOutputNumber("CASE_COUNT", translate("Review", "Number of cases"))
        )
        self.addOutput(
            QgsProcessingOutputString("COMMITMENT", translate("Review", "Commitment (SHA-256)"))
        )

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.journal.known_cases import choose, commit, settled_truth

        progress = progress_of(feedback)
        path, other = (
            Path(self.parameterAsFile(parameters, name, context)) for name in ("FINDINGS", "TRUTH")
        )
        target = Path(self.parameterAsFileOutput(parameters, "CASES", context))
        wanted = self.parameterAsInt(parameters, "COUNT", context)
        seed = self.parameterAsString(parameters, "SEED", context)
        person = journal_inputs.person_of(self, parameters, context)
        known = settled_truth(other)
        with journal_inputs.open_journal(path, person, progress) as journal:
            missing = set(journal.unknown(list(known)))
            here = {name: opinion for name, opinion in known.items() if name not in missing}
            chosen = choose(here, wanted, seed)
            if not chosen:
                raise QgsProcessingException(
                    translate("Review", "None of the settled findings is in this file.")
                )
            cases = commit(journal, chosen, target)
            journal_inputs.note(path, journal.events()[-1:], journal)
        if len(chosen) < wanted:
            feedback.pushWarning(
                translate("Review", "Only {count} cases could be found.").format(count=len(chosen))
            )
        return {
            "CASES": str(target),
            "CASE_COUNT": len(chosen),
            "COMMITMENT": cases.commitment,
        }
