"""Bring the translations up to date: collect the texts from the code, and compile.

``python scripts/translate.py`` writes ``i18n/onemap_verify_zh_CN.ts`` (texts that are new have
the mark *unfinished*; texts that are gone are left out) and compiles it with ``lrelease``.
``--check`` writes nothing and fails where something would change.

pylupdate5 is not used: it misses texts in calls that go over several lines.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

CHECKOUT = Path(__file__).resolve().parents[1]
ROOMS = ("services", "processing_provider", "panels")
TRANSLATION = CHECKOUT / "i18n" / "onemap_verify_zh_CN.ts"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'

Message = tuple[str, str]
"""Context and source text."""


def collect() -> dict[Message, str]:
    """Return every text given to ``translate``, with the file it stands in first."""
    found: dict[Message, str] = {}
    files = sorted(CHECKOUT.glob("*.py"))
    for room in ROOMS:
        files += sorted((CHECKOUT / room).rglob("*.py"))
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) < 2:
                continue
            called = node.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            texts = [arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant)]
            if name == "translate" and len(texts) == 2 and all(isinstance(t, str) for t in texts):
                found.setdefault(
                    (str(texts[0]), str(texts[1])), file.relative_to(CHECKOUT).as_posix()
                )
    return found


def known() -> dict[Message, str]:
    """Return the translations there are."""
    if not TRANSLATION.exists():
        return {}
    said = {}
    for context in ElementTree.parse(TRANSLATION).iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is not None and translation.get("type") != "unfinished":
                said[(name, message.findtext("source") or "")] = translation.text or ""
    return said


def document(texts: dict[Message, str], translations: dict[Message, str]) -> str:
    """Return the ``.ts`` file as text."""
    lines = [HEAD + '<TS version="2.1" language="zh_CN" sourcelanguage="en">\n']
    for context in sorted({name for name, _ in texts}):
        lines.append(f"<context>\n    <name>{escape(context)}</name>\n")
        for name, source in sorted(texts):
            if name != context:
                continue
            said = translations.get((name, source), "")
            mark = "" if said else ' type="unfinished"'
            lines.append(
                "    <message>\n"
                f'        <location filename="../{escape(texts[(name, source)])}"/>\n'
                f"        <source>{escape(source)}</source>\n"
                f"        <translation{mark}>{escape(said)}</translation>\n"
                "    </message>\n"
            )
        lines.append("</context>\n")
    return "".join([*lines, "</TS>\n"])


def compiled(text: str) -> bytes:
    """Return the ``.qm`` file that lrelease makes of a ``.ts`` file."""
    program = next(filter(None, map(shutil.which, ("lrelease", "lrelease-qt5"))), None)
    if program is None:
        sys.exit("lrelease is missing: install qttools5-dev-tools")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.ts", Path(folder) / "a.qm"
        source.write_text(text, encoding="utf-8")
        subprocess.run([program, "-silent", str(source), "-qm", str(target)], check=True)
        return target.read_bytes()


def main() -> int:
    """Entry point."""
    texts, translations = collect(), known()
    text = document(texts, translations)
    binary = compiled(text)
    target = TRANSLATION.with_suffix(".qm")
    missing = sorted(source for source in texts if not translations.get(source))
    for context, source in missing:
        print(f"not translated: {context}: {source}")
    if "--check" in sys.argv[1:]:
        old = TRANSLATION.read_text(encoding="utf-8") if TRANSLATION.exists() else ""
        stale = old != text or not target.exists() or target.read_bytes() != binary
        if stale:
            print("the translations are not up to date: run scripts/translate.py")
        return int(stale or bool(missing))
    TRANSLATION.parent.mkdir(exist_ok=True)
    TRANSLATION.write_text(text, encoding="utf-8", newline="\n")
    target.write_bytes(binary)
    print(f"{len(texts)} texts, {len(missing)} not translated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
