"""Why a package is not taken: a stable word, and a sentence for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...checks.errors import ExplainedError
from ...checks.findings import Text


@dataclass(frozen=True)
class Problem:
    """One reason; ``code`` is stable, ``text`` is for a person."""

    code: str
    text: Text

    def as_json(self) -> dict[str, str]:
        """As it stands in a receipt."""
        return {"code": self.code, "zh": self.text.zh, "en": self.text.en}


class NotAdmitted(ExplainedError):
    """The package must not be sent; ``problems`` says why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(joined(problem.text for problem in self.problems))


class QueueProblem(ExplainedError):
    """The queue itself cannot do what was asked; nothing in it is lost."""


def joined(texts: Iterable[Text]) -> Text:
    """Several sentences as one, each once."""
    unique = list(dict.fromkeys(texts))
    return Text("；".join(text.zh for text in unique), "; ".join(text.en for text in unique))


def sentences(first: Text, second: Text) -> Text:
    """Two sentences, one after the other."""
    # A platform's own words may well end with a full stop.
    before = Text(zh=first.zh.rstrip("。."), en=first.en.rstrip("。."))
    zh, en = f"{before.zh}。{second.zh}", f"{before.en}. {second.en}"
    return Text(zh, en)


def reasons_text(reasons: Any) -> Text:
    """The reasons of a receipt as one text, whatever shape a platform gives them."""
    if isinstance(reasons, (str, bytes)) or not isinstance(reasons, (list, tuple)):
        reasons = [reasons] if reasons else []
    texts = []
    for reason in reasons[:20]:
        if isinstance(reason, Mapping):
            en = str(reason.get("en") or reason.get("code") or reason.get("zh") or "")
            texts.append(Text(str(reason.get("zh") or en)[:500], en[:500]))
        else:
            texts.append(Text(str(reason)[:500], str(reason)[:500]))
    return joined(texts) if texts else Text("平台未说明原因", "the platform gave no reason")


def reason_codes(receipt: Mapping[str, Any]) -> set[str]:
    """The stable words among the reasons of a receipt."""
    reasons = receipt.get("reasons")
    if not isinstance(reasons, (list, tuple)):
        return set()
    return {str(reason.get("code")) for reason in reasons if isinstance(reason, Mapping)}
