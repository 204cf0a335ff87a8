"""``onemap:mergedecisions``: two people decided on copies of one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterMultipleLayers,
)

from . import journal_inputs
from .algorithm import OneMapAlgorithm, progress_of
from .language import translate

_MOST_TOLD = 20


class MergeDecisions(OneMapAlgorithm):
    """Both keep all they decided; where they differ, the finding is disputed."""

    identifier = "mergedecisions"
    group_identifier = "review"
    words = ("merge", "decisions", "copies", "合并", "决定", "副本", "分歧")

    def displayName(self) -> str:
        return translate("Review", "Merge decisions")

    def group(self) -> str:
        return translate("Review", "Review")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(journal_inputs.findings())
        self.addParameter(
            QgsProcessingParameterMultipleLayers(
                "OTHERS",
                translate("Review", "Copies of the same file, with the decisions of others"),
                QgsProcessing.SourceType.TypeFile,
            )
        )
        journal_inputs.add_person(self)
        for name, title in (
            ("EVENT_COUNT", translate("Review", "Events taken over")),
            ("DISPUTED_COUNT", translate("Review", "Findings on which people differ now")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def run_checks(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ..checks.journal.merge import merge
        from ..services.audit import note as audit

        progress = progress_of(feedback)
        path = Path(self.parameterAsFile(parameters, "FINDINGS", context))
        others = [Path(one) for one in self.parameterAsFileList(parameters, "OTHERS", context)]
        person = journal_inputs.person_of(self, parameters, context)
        events = 0
        disputed: dict[str, None] = {}
        with journal_inputs.open_journal(path, person, progress) as journal:
            for number, other in enumerate(others):
                progress.at(number / max(len(others), 1), other.name)
                done = merge(journal, other)
                events += done.events
                disputed.update(dict.fromkeys(done.disputed))
            size, root = journal.head()
        for name in list(disputed)[:_MOST_TOLD]:
            feedback.pushWarning(
                translate("Review", "People differ on finding {name}.").format(name=name)
            )
        facts = {"merged": [one.name for one in others], "events": events}
        audit("decision", path.name, "done", {**facts, "journal": {"size": size, "root": root}})
        return {"EVENT_COUNT": events, "DISPUTED_COUNT": len(disputed)}
