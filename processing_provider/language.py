"""In which language to speak to the person in front of QGIS."""

from __future__ import annotations

from typing import Protocol

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication


class Bilingual(Protocol):
    """What ``checks.findings.Text`` looks like; ``checks`` needs Shapely, this must not."""

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""

    @property
    def en(self) -> str:
        """The sentence in English."""


def is_chinese() -> bool:
    """Whether QGIS runs in Chinese, whatever this version calls it (zh, zh_CN, zh-Hans)."""
    return QgsApplication.locale().lower().startswith("zh")


def say(text: Bilingual) -> str:
    """Return ``text`` in the user's language."""
    return text.zh if is_chinese() else text.en


def translate(context: str, text: str) -> str:
    """Return ``text`` translated; ``scripts/translate.py`` looks for calls of this function."""
    return QCoreApplication.translate(context, text)


def spoken(both: str) -> str:
    """Return the half in the user's language of ``中文 | English``, as ``checks`` writes it."""
    chinese, _, english = both.partition(" | ")
    return chinese if is_chinese() or not english else english
