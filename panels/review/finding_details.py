"""One finding in full, as rich text: what is wrong, the numbers, the cause, and how to fix it."""

from __future__ import annotations

from html import escape
from typing import Any

from qgis.PyQt.QtGui import QPalette

from ...processing_provider.language import say, translate
from ...processing_provider.styling import category_title
from ..numbers import quantity
from .causes import cause_title
from .finding_table import FindingTable
from .verdict_look import verdict_text_color
from .words import family_title, message_column


def details(table: FindingTable, row: int, rules: dict[str, Any], palette: QPalette) -> str:
    """The finding in ``row`` as rich text that can be read in ``palette``."""
    verdict, severity = table.value(row, "verdict"), table.value(row, "severity")
    rule = rules.get(table.value(row, "rule_id"))
    color = verdict_text_color(verdict, palette).name()
    parts = [
        f'<p style="margin:0 0 4px 0"><b style="color:{color}">'
        f"{escape(category_title(verdict, severity))}</b></p>",
        f'<p style="margin:0 0 6px 0"><b>{escape(table.value(row, message_column()))}</b></p>',
        '<table cellspacing="0" cellpadding="1">',
    ]
    parts += [_line(title, value) for title, value in _facts(table, row, rule) if value]
    parts.append("</table>")
    if rule is not None:
        for title, text in (
            (translate("FindingDetails", "How to fix"), rule.fix),
            (translate("FindingDetails", "Honest explanations"), rule.honest),
        ):
            said = say(text)
            if said:
                parts.append(f'<p style="margin:6px 0 0 0"><b>{title}</b><br>{escape(said)}</p>')
    return "".join(parts)


def _facts(table: FindingTable, row: int, rule: Any) -> list[tuple[str, str]]:
    unit = table.value(row, "unit")
    tolerance = table.value(row, "tolerance")
    cause = table.value(row, "cause")
    identifier = table.value(row, "rule_id")
    named = f"{say(rule.title)} ({identifier})" if rule is not None else identifier
    parcel = table.value(row, "parcel_bsm")
    return [
        (translate("FindingDetails", "Object"), _object(table, row)),
        (
            translate("FindingDetails", "Parcel"),
            parcel if parcel != table.value(row, "object_id") else "",
        ),
        (
            translate("FindingDetails", "Measured"),
            quantity(str(table.value(row, "measured") or ""), unit),
        ),
        (
            translate("FindingDetails", "Expected"),
            quantity(str(table.value(row, "expected") or ""), unit),
        ),
        (
            translate("FindingDetails", "Tolerance"),
            "" if tolerance is None else f"± {quantity(str(tolerance), unit)}",
        ),
        (translate("FindingDetails", "Likely cause"), cause_title(cause) if cause else ""),
        (translate("FindingDetails", "Family"), family_title(table.value(row, "family"))),
        (translate("FindingDetails", "Rule"), named),
    ]


def _object(table: FindingTable, row: int) -> str:
    return f"{table.value(row, 'layer')} {table.value(row, 'object_id')}".strip()


def _line(title: str, value: str) -> str:
    return (
        f'<tr><td style="padding-right:10px;white-space:nowrap">{escape(title)}</td>'
        f"<td>{escape(value)}</td></tr>"
    )
