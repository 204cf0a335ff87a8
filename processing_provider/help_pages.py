"""Help pages: small Markdown files, shown in QGIS and used as they are in the documentation.

What is understood: headings, paragraphs, lists, tables, ``code``, **strong** and *emphasis*.
Qt could read Markdown too, but needs a window system for it, and ``qgis_process`` has none.
"""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path

from .language import is_chinese, translate

FOLDER = Path(__file__).resolve().parent / "help"
STANDARDS = Path(__file__).resolve().parents[1] / "resources" / "standards"
_BLANK_LINES = re.compile(r"\n\s*\n")
_ITEM = re.compile(r"^\s*[-*]\s+", re.MULTILINE)


def _file(identifier: str) -> Path:
    wanted = FOLDER / ("zh" if is_chinese() else "en") / f"{identifier}.md"
    return wanted if wanted.exists() else FOLDER / "en" / f"{identifier}.md"


def page(identifier: str) -> str:
    """The page of an algorithm as Markdown in the user's language; empty when there is none."""
    file = _file(identifier)
    return file.read_text(encoding="utf-8") if file.exists() else ""


def address(identifier: str) -> str:
    """Where the page lies, as a URL."""
    return _file(identifier).as_uri()


def summary(markdown: str) -> str:
    """The first paragraph as plain text."""
    for block in _BLANK_LINES.split(markdown):
        if block.strip() and not block.startswith("#"):
            return re.sub(r"[`*]", "", " ".join(block.split()))
    return ""


def rules(family: str) -> str:
    """The rules of a family in the newest rule set, as a Markdown list; empty without any."""
    language = "zh" if is_chinese() else "en"
    standards = sorted(
        STANDARDS.glob("*/standard.json"),
        key=lambda file: json.loads(file.read_text(encoding="utf-8")).get("year", 0),
    )
    file = standards[-1].with_name("rules") / f"{family}.json" if standards else Path()
    if not file.is_file():
        return ""
    lines = []
    for identifier, fact in json.loads(file.read_text(encoding="utf-8")).items():
        line = f"- `{identifier}` {fact['title'][language]}"
        if fact["confidence"].startswith("memory"):
            line += " – " + translate("Help", "by memory of the standard: at most doubtful")
        lines.append(line)
    heading = translate("Help", "Rules")
    return f"## {heading}\n\n" + "\n".join(lines)


def as_html(markdown: str) -> str:
    """Turn a page into HTML without its title, which QGIS shows itself."""
    blocks = [block.strip("\n") for block in _BLANK_LINES.split(markdown) if block.strip()]
    return "\n".join(_block(block) for block in blocks if not block.startswith("# "))


def _block(block: str) -> str:
    if block.startswith("#"):
        level = len(block) - len(block.lstrip("#"))
        return f"<h{level + 1}>{_inline(block.lstrip('# '))}</h{level + 1}>"
    if _ITEM.match(block):
        items = [item for item in _ITEM.split(block) if item.strip()]
        return "<ul>" + "".join(f"<li>{_inline(_joined(item))}</li>" for item in items) + "</ul>"
    if block.startswith("|"):
        return _table(block.splitlines())
    return f"<p>{_inline(_joined(block))}</p>"


def _joined(text: str) -> str:
    """Join the lines of a paragraph; Chinese needs no blank between them."""
    text = re.sub(
        r"(?<=[\u3000-\u9fff\uff00-\uffef])\s*\n\s*(?=[\u3000-\u9fff\uff00-\uffef])", "", text
    )
    return " ".join(text.split())


def _table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    rows = [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
    html = []
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        html.append("<tr>" + "".join(f"<{tag}>{_inline(cell)}</{tag}>" for cell in row) + "</tr>")
    return '<table border="0" cellspacing="0" cellpadding="3">' + "".join(html) + "</table>"


def _inline(text: str) -> str:
    text = escape(text, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", text)
    return re.sub(r"\*([^*]+)\*", r"<i>\1</i>", text)
