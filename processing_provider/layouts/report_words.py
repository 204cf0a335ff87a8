"""Sentences of the reports in the language that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...checks.findings import Text


class Words:
    """Sentences in the language of the report; ``both`` has them one below the other."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, zh: str, en: str, between: str = "\n") -> str:
        if self.language == "zh" or zh == en:
            return zh
        return en if self.language == "en" else f"{zh}{between}{en}"

    def line(self, zh: str, en: str) -> str:
        """On one line also in both languages."""
        return self(zh, en, "  ")

    def text(self, text: Text) -> str:
        """A bilingual sentence."""
        return self(text.zh, text.en)


def signatures(words: Words) -> dict[str, str]:
    """What stands under the lines to sign on."""
    return {
        "sign_1": words.line("核查人", "Reviewer"),
        "sign_2": words.line("复核人", "Second reviewer"),
        "sign_3": words.line("日期", "Date"),
    }
