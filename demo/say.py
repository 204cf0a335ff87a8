"""Words for the terminal: bilingual headings, tables that line up with Chinese in them."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence


def say(text: str = "") -> None:
    """Write one line to standard output, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def heading(zh: str, en: str) -> None:
    """A heading in both languages."""
    say()
    say(f"── {zh}  ·  {en} " + "─" * max(4, 66 - width(zh) - width(en)))


def width(text: str) -> int:
    """Columns that a text takes in a terminal: wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def cut(text: str, columns: int) -> str:
    """The text filled or shortened to exactly so many columns."""
    if width(text) > columns:
        while width(text) > columns - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (columns - width(text))


def table(head: Sequence[str], rows: Sequence[Sequence[object]], columns: Sequence[int]) -> None:
    """A table; columns of negative width stand to the right."""

    def line(cells: Sequence[object]) -> str:
        parts = []
        for cell, size in zip(cells, columns):
            text = str(cell)
            if size < 0:
                parts.append(" " * max(0, -size - width(text)) + text)
            else:
                parts.append(cut(text, size))
        return "  " + "  ".join(parts).rstrip()

    say(line(head))
    say("  " + "  ".join("─" * abs(size) for size in columns))
    for row in rows:
        say(line(row))
