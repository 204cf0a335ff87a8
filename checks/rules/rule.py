"""A rule turns facts into findings, and counts what it could not check."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from shapely import Geometry

from ..findings import Family, Finding, Severity, Text, Verdict
from ..measures.case import Case
from ..standard import RuleSpec
from ..table import BoolArray, Table


@dataclass
class Judgement:
    """What one rule said of one submission.

    ``tested`` counts objects that could be checked (clean or not),
    ``not_checkable`` those that should have been but could not, with
    ``reasons`` counting why. ``compared`` marks the DLTB rows that this rule
    held against trusted evidence (shape ``(parcels,)``), ``None`` where the
    rule compares nothing with the outside world; ``excuses`` say of others why
    they could not be.
    """

    tested: int = 0
    findings: list[Finding] = field(default_factory=list)
    not_checkable: int = 0
    reasons: Counter[Text] = field(default_factory=Counter)
    compared: BoolArray | None = None
    excuses: list[tuple[BoolArray, Text]] = field(default_factory=list)

    def skip(self, count: int, reason: Text) -> Judgement:
        """Count ``count`` objects as not checkable for ``reason``; return self.

        With ``count`` 0 the reason still tells why the rule did not run.
        """
        self.not_checkable += count
        self.reasons[reason] += count
        return self


class Rule(ABC):
    """One rule. Subclasses set ``id`` and ``family`` and write ``judge``.

    Its words, version, severity, footing and limits are data of the standard
    (``spec``); the class holds only the logic. A judgement must not depend on
    the order of rows, on threads or on earlier rules.
    """

    id: ClassVar[str]
    family: ClassVar[Family]

    def __init__(self, spec: RuleSpec) -> None:
        self.spec = spec

    @abstractmethod
    def judge(self, case: Case) -> Judgement:
        """Judge ``case``; never raise for anything the submission contains."""

    def limit(self, name: str) -> float:
        """A number of this rule from the standard's data."""
        return float(self.spec.limits[name])

    def finding(
        self,
        table: Table,
        row: int,
        message: Text,
        *,
        verdict: Verdict | None = None,
        severity: Severity | None = None,
        where: Geometry | None = None,
        parcel: bool = True,
        **facts: Any,
    ) -> Finding:
        """A finding about row ``row`` of ``table``.

        ``where`` defaults to the row's geometry; ``verdict`` is never stronger
        than the rule's footing allows; ``facts`` are further attributes of
        :class:`Finding` (score, measured, expected, tolerance, unit, cause,
        key, evidence).
        """
        object_id = str(table.object_ids[row])
        if where is None and table.geometry is not None:
            where = table.geometry[row]
        return self._make(
            table.name,
            object_id,
            message,
            verdict,
            severity,
            where,
            object_id if parcel and table.name == "DLTB" else "",
            facts,
        )

    def finding_about(
        self,
        layer: str,
        object_id: str,
        message: Text,
        *,
        verdict: Verdict | None = None,
        severity: Severity | None = None,
        where: Geometry | None = None,
        parcel_bsm: str = "",
        **facts: Any,
    ) -> Finding:
        """A finding about something that is not a row: a file, a layer, a field."""
        return self._make(layer, object_id, message, verdict, severity, where, parcel_bsm, facts)

    def _make(
        self,
        layer: str,
        object_id: str,
        message: Text,
        verdict: Verdict | None,
        severity: Severity | None,
        where: Geometry | None,
        parcel_bsm: str,
        facts: dict[str, Any],
    ) -> Finding:
        said = verdict or self.spec.verdict
        if self.spec.strongest is Verdict.DOUBTFUL:
            said = Verdict.DOUBTFUL
        return Finding(
            rule_id=self.id,
            rule_version=self.spec.version,
            family=self.family,
            verdict=said,
            severity=severity or self.spec.severity,
            layer=layer,
            object_id=object_id,
            message=message,
            parcel_bsm=parcel_bsm,
            where=where,
            **facts,
        )


def plain_number(value: float, digits: int = 4) -> float | None:
    """``value`` as evidence can hold it: rounded, ``None`` where it is no number."""
    return round(float(value), digits) if np.isfinite(value) else None


NO_DEM = Text("未提供可信 DEM", "No trusted DEM was given")
NO_PARCELS = Text("成果中没有 DLTB 图层", "The package has no DLTB layer")
