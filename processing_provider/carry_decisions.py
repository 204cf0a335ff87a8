"""``onemap:carrydecisions``: what was decided stays with findings that are still the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingOutputNumber

from . import journal_inputs
from .algorithm import OneMapAlgorithm, progress_of
from .language import translate


class CarryDecisions(OneMapAlgorithm):
    """Only what changed comes back."""

    identifier = "carrydecisions"
    group_identifier = "review"
    words = ("carry", "decisions", "resubmission", "沿用", "决定", "再次报送", "整改", "复核")

    def displayName(self) -> str:
        return translate("Review", "Carry decisions over")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(
            journal_inputs.findings(
                "FINDINGS", translate("Review", "Findings of the later verification")
            )
        )
        self.addParameter(
            journal_inputs.findings(
                "EARLIER",
                translate("Review", "Findings of the earlier verification, with its decisions"),
            )
        )
        journal_inputs.add_person(self)
        for name, title in (
            ("CARRIED_COUNT", translate("Review", "Findings whose decision came over")),
            ("SETTLED_COUNT", translate("Review", "Of these settled: nobody has to look again")),
            ("RETURNED_COUNT", translate("Review", "Of these back in the queue")),
            ("NEW_COUNT", translate("Review", "New findings")),
            ("CHANGED_COUNT", translate("Review", "Findings that have changed")),
            ("GONE_COUNT", translate("Review", "Findings that are gone")),
            ("NOT_CHECKED_COUNT", translate("Review", "Findings that could not be checked again")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.journal.carry import carry

        progress = progress_of(feedback)
        path, earlier = (
            Path(self.parameterAsFile(parameters, name, context))
            for name in ("FINDINGS", "EARLIER")
        )
        person = journal_inputs.person_of(self, parameters, context)
        with journal_inputs.open_journal(path, person, progress) as journal:
            done = carry(journal, earlier, progress=progress)
            journal_inputs.note(path, done.events, journal)
        if done.already:
            feedback.pushInfo(
                translate(
                    "Review", "{count} findings were left as they are: they are decided here."
                ).format(count=done.already)
            )
        return {
            "CARRIED_COUNT": done.standing,
            "SETTLED_COUNT": done.settled,
            "RETURNED_COUNT": done.returned,
            "NEW_COUNT": done.new,
            "CHANGED_COUNT": done.changed,
            "GONE_COUNT": done.gone,
            "NOT_CHECKED_COUNT": done.not_checked,
        }
