"""Rules for what a person reads: both languages, whole, with the same values in them."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable

from code_tree import Complaint, Module, calls, rule

HAN = re.compile(r"[\u4e00-\u9fff]")
# A comma or colon of the Latin script right after a Chinese character.
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?]")


@rule(
    "every Text is bilingual",
    bad=[
        "Text(zh='面积不符', en='')",
        "Text(zh='', en='The area differs')",
        "Text(zh='The area differs', en='The area differs')",
        "Text(zh='面积不符', en='面积不符')",
        "Text('只有中文')",
        "Text(zh='面积 {measured}', en='Area {expected}')",
        "Text(zh=f'面积{a}', en=f'')",
        "Text(zh='面积不符,差{a}', en='The area differs by {a}')",
    ],
    good=[
        "Text(zh='面积 {measured}', en='Area {measured:.2f}')",
        "Text('面积', 'Area')",
        "Text(zh=row['zh'], en=row['en'])",
        "Text(zh=f'{a}的面积', en=f'Area of {a}')",
    ],
)
def bilingual(module: Module) -> Iterable[Complaint]:
    for call in calls(module, "Text"):
        if not isinstance(call.func, ast.Name):
            continue
        given = dict(zip(("zh", "en"), call.args))
        given.update({word.arg: word.value for word in call.keywords if word.arg})
        if set(given) != {"zh", "en"}:
            if not any(isinstance(one, ast.Starred) for one in call.args) and all(
                word.arg for word in call.keywords
            ):
                yield Complaint(call.lineno, "Text needs zh and en")
            continue
        zh, en = _literal(given["zh"]), _literal(given["en"])
        plain = all(isinstance(node, ast.Constant) for node in given.values())
        for fault in faults(zh, en, with_fields=plain):
            yield Complaint(call.lineno, fault)


def faults(zh: str | None, en: str | None, *, with_fields: bool = True) -> Iterable[str]:
    """Yield what is wrong with a sentence in both languages; ``None`` is not looked at.

    ``with_fields`` compares the ``{names}`` of values in them too.
    """
    if zh is not None and not HAN.search(zh):
        yield f"zh without Chinese: {zh!r}"
    if zh is not None and HALF_WIDTH.search(zh):
        yield f"zh with Latin punctuation: {zh!r}"
    if en is not None and (not en.strip() or HAN.search(en)):
        yield f"en without English: {en!r}"
    if zh and en and with_fields and _fields(zh) != _fields(en):
        yield f"zh names {sorted(_fields(zh))}, en {sorted(_fields(en))}"


def _literal(node: ast.expr) -> str | None:
    """Return the fixed words of a literal or f-string; ``None`` for anything computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
        # Only values and no words of its own: what they say is said elsewhere.
        return "".join(parts) if parts or not node.values else None
    return None


def _fields(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return set()
