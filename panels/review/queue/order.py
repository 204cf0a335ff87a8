"""The order by expected errors per minute for a table of findings; runs in a thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..finding_table import FindingTable, IntArray

_FEWEST = 5
"""Decisions of a person before their own pace is looked at."""


def by_minutes(
    table: FindingTable, standard: str, path: Path | None = None, person: str = ""
) -> IntArray | None:
    """Rows in the order of ``checks.review_order``; ``None`` where it cannot be reckoned.

    With ``path`` and ``person`` the minutes are those that this person needs by the journal; then
    ``None`` also says that too few decisions are there to tell.
    """
    try:
        from ....checks.review_order import Minutes, order_by_rate, refined
        from ....checks.risk import RiskModel
        from ....checks.standard import StandardError, load
    except ImportError:
        return None
    try:
        rules = load(standard)
        model = RiskModel(rules.data("risk.json"))
        minutes = Minutes.read(rules.data("review_minutes.json"))
    except (StandardError, KeyError, TypeError, ValueError):
        # A rule set of one's own may have no such table.
        return None
    if path is not None:
        decisions = _decisions(table, path, person)
        if len(decisions) < _FEWEST:
            return None
        minutes = refined(minutes, decisions)
    return order_by_rate(_looks(table), model, minutes)


def _decisions(table: FindingTable, path: Path, person: str) -> list[Any]:
    from ....checks.review_order import Decided
    from ....checks.review_order_times import decisions_of

    made = decisions_of(path, person)
    asked = {finding for _, finding in made}
    rows = {name: row for row, name in enumerate(table.columns["finding_id"]) if name in asked}
    value = table.value
    return [
        Decided(at, value(rows[name], "family"), value(rows[name], "parcel_bsm"))
        for at, name in made
        if name in rows
    ]


def _looks(table: FindingTable) -> Any:
    from ....checks.review_order import Looks

    coded = table.coded
    parcels = coded["parcel_bsm"]
    named = np.array([bool(value) for value in parcels.values], dtype=bool)
    parcel = np.where(named[parcels.codes], parcels.codes, -1).astype(np.int64)
    numbers = {
        name: coded[name].codes.astype(np.int64)
        for name in ("rule_id", "family", "verdict", "severity")
    }
    return Looks(
        parcel=parcel,
        rule=numbers["rule_id"],
        family=numbers["family"],
        verdict=numbers["verdict"],
        severity=numbers["severity"],
        score=np.array(table.columns["score"], dtype=np.float64),
        risk=np.asarray(table.risk, dtype=np.float64),
        rules=coded["rule_id"].values,
        families=coded["family"].values,
        verdicts=coded["verdict"].values,
        severities=coded["severity"].values,
    )
