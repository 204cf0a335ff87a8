"""The words of the evidence card as rich text: what is wrong, against what, why, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from ....processing_provider.language import is_chinese, say, translate
from ...numbers import quantity
from ..causes import cause_title
from ..finding_table import FindingTable
from ..words import family_title
from .chart_look import Look

if TYPE_CHECKING:
    from ....checks.evidence.model import Evidence

_SIDES = ("declared", "measured", "expected")
_LEADING = (*_SIDES, "tolerance", "cause")
_LONG = 64
_VERY_LONG = 180
_TITLES = "38%"
_BRACKETS = (" (", "（")
"""Where the other units of an area begin, in English and in Chinese."""
_ITEM = "margin:5px 0 0 0"

Line = tuple[str, str, str]
"""Title, value and role of a line of the table."""


def card(
    table: FindingTable,
    row: int,
    rules: dict[str, Any],
    evidence: Evidence | None,
    look: Look,
    fix_first: bool = False,
) -> str:
    """The card of the finding in ``row``; with ``evidence`` the whole, without it the first part.

    ``fix_first`` puts what to do before the numbers: who has to mend it reads that first.
    """
    rule = rules.get(str(table.value(row, "rule_id")))
    said = message(table, row)
    text = escape(said) if len(said) > _LONG else f"<b>{escape(said)}</b>"
    first, more = _sorted([*_numbers(table, row, evidence), *_about(table, row)], rule)
    fix = _said(translate("EvidenceCard", "How to fix"), rule and say(rule.fix))
    honest = _said(translate("EvidenceCard", "Honest explanations"), rule and say(rule.honest))
    clause = say(evidence.clause) if evidence is not None else rule and rule.source
    words = f'<p style="margin:0">{text}</p>'
    numbers = _table(first, look)
    if fix_first:
        parts = [words, fix, numbers, honest]
    elif len(said) > _VERY_LONG:
        # A message of many lines must not push the numbers out of sight.
        parts = [numbers, words, honest, fix]
    else:
        parts = [words, numbers, honest, fix]
    parts += [_table(more, look), _said(translate("EvidenceCard", "Clause"), clause)]
    if evidence is not None and evidence.missing:
        missing = "<br>".join(escape(say(one)) for one in evidence.missing)
        title = escape(translate("EvidenceCard", "Not shown"))
        color = look.of("reference").name()
        parts.append(f'<p style="{_ITEM};color:{color}"><b>{title}</b><br>{missing}</p>')
    return "".join(parts)


def _sorted(lines: Iterable[Line], rule: Any) -> tuple[list[Line], list[Line]]:
    """What decides: one line for each side and the cause; then everything else."""
    first: dict[str, Line] = {}
    more: list[Line] = []
    honest = rule and say(rule.honest)
    leading = True
    for line in lines:
        if line[1] and line[1] == honest:
            # The numbers of the rule end here; what follows describes the parcel.
            leading = False
            continue
        if not line[1] or line in more:
            continue
        if line[2] == "cause" or (leading and line[2] in _LEADING and line[2] not in first):
            first[line[2]] = line
        else:
            more.append(line)
    return [first[role] for role in _LEADING if role in first], more


def message(table: FindingTable, row: int) -> str:
    """What a finding says, in the person's language."""
    return str(table.value(row, "message_zh" if is_chinese() else "message_en") or "")


def _said(title: str, text: Any) -> str:
    if not text:
        return ""
    lines = escape(str(text)).replace("\n", "<br>")
    return f'<p style="{_ITEM}"><b>{escape(title)}</b><br>{lines}</p>'


def _numbers(table: FindingTable, row: int, evidence: Evidence | None) -> Iterable[Line]:
    """Both sides: as they were gathered, or as the table has them."""
    if evidence is not None and evidence.facts:
        for fact in evidence.facts:
            # A cause is a stable word; what it is called is ours to say.
            if fact.role != "cause":
                yield say(fact.title), say(fact.value), fact.role
    else:
        unit = str(table.value(row, "unit") or "")
        tolerance = table.value(row, "tolerance")
        for role, title in (
            ("measured", translate("EvidenceCard", "Measured")),
            ("expected", translate("EvidenceCard", "Expected")),
        ):
            yield title, quantity(str(table.value(row, role) or ""), unit), role
        if tolerance is not None:
            text = f"± {quantity(str(tolerance), unit)}"
            yield translate("EvidenceCard", "Tolerance"), text, "tolerance"
    cause = str(table.value(row, "cause") or "")
    if cause:
        yield translate("EvidenceCard", "Likely cause"), cause_title(cause), "cause"


def _about(table: FindingTable, row: int) -> Iterable[Line]:
    named = str(table.value(row, "object_id") or "")
    layer = str(table.value(row, "layer") or "")
    yield translate("EvidenceCard", "Object"), f"{layer} {named}".strip(), "other"
    parcel = str(table.value(row, "parcel_bsm") or "")
    if parcel != named:
        yield translate("EvidenceCard", "Parcel"), parcel, "other"
    rule = f"{family_title(str(table.value(row, 'family')))} · {table.value(row, 'rule_id')}"
    yield translate("EvidenceCard", "Rule"), rule, "other"


def _table(lines: Iterable[Line], look: Look) -> str:
    """The facts; the sides wear the colours of the charts."""
    rows = []
    for title, value, role in lines:
        if not value:
            continue
        side = look.of(role if role != "tolerance" else "expected").name()
        bar = f'<td width="4" bgcolor="{side}"></td>' if role in _SIDES else "<td></td>"
        text = escape(value).replace("\n", "<br>")
        if role in _SIDES or role == "cause":
            head, bracket, rest = text.partition(_BRACKETS[is_chinese()])
            text = f"<b>{head}</b>{bracket}{rest}"
        rows.append(
            f'<tr>{bar}<td width="{_TITLES}" style="padding-right:6px">{escape(title)}</td>'
            f"<td>{text}</td></tr>"
        )
    if not rows:
        return ""
    head = '<table width="100%" cellspacing="0" cellpadding="2" style="margin:4px 0 0 0">'
    return f"{head}{''.join(rows)}</table>"
