"""What came of checking again what was edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .findings import Text
from .findings_read import VerificationFile
from .tables_file import TEXT, OutTable

TO_CONFIRM = "to_confirm"
_COLUMNS = {"finding_id": TEXT, "rule_id": TEXT, "reason_zh": TEXT, "reason_en": TEXT}
_WHY = Text(
    "对象已修改，本规则须完整核验才能确认",
    "The object was edited; only a whole run can say whether this is still so",
)


@dataclass(frozen=True)
class Recheck:
    """What came of checking again.

    Attributes
    ----------
    edited, added, deleted
        Objects by layer.
    gone, remaining, new, to_confirm
        Identifiers of findings: no longer there; still there although what they are about was
        edited; not there before; of which only a whole run can tell.
    again, kept
        Rules that were run again, and those whose findings were taken over.
    fixed
        By verdict: findings that are gone since the last whole run.
    previous
        Where the results of before are kept; ``None`` where nothing was edited.
    """

    findings: Path
    edited: Mapping[str, int]
    added: Mapping[str, int]
    deleted: Mapping[str, int]
    evidence: bool
    gone: tuple[str, ...]
    remaining: tuple[str, ...]
    new: tuple[str, ...]
    to_confirm: tuple[str, ...]
    again: tuple[str, ...]
    kept: tuple[str, ...]
    seconds: float
    fixed: Mapping[str, int] = field(default_factory=dict)
    previous: Path | None = field(default=None)

    @property
    def changed(self) -> bool:
        """Whether anything was edited."""
        return bool(self.evidence or any((*self.edited.values(), *self.added.values())))

    @property
    def objects(self) -> int:
        """Objects that were edited, added or deleted."""
        told = (self.edited, self.added, self.deleted)
        return sum(sum(each.values()) for each in told)


def confirm_table(result: Recheck, before: VerificationFile) -> OutTable:
    """The table ``to_confirm``: findings of which only a whole run can tell."""
    rules = dict(zip(before.findings["finding_id"], before.findings["rule_id"]))
    rows = [
        {
            "finding_id": name,
            "rule_id": str(rules.get(name, "")),
            "reason_zh": _WHY.zh,
            "reason_en": _WHY.en,
        }
        for name in result.to_confirm
    ]
    return OutTable(TO_CONFIRM, _COLUMNS, rows)
