"""A verification of a large county: findings as they occur, and a journal of decisions.

Rules, verdicts and severities come in the proportions of the demo county's tampered package;
parcels, words and places are made. The same numbers give the same file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import shapely
from osgeo import osr

from onemap_verify.checks.findings import Family, Finding, Severity, Text, Verdict
from onemap_verify.checks.findings_file import write_findings
from onemap_verify.checks.journal.events import Action, Event
from onemap_verify.checks.journal.journal import Journal
from onemap_verify.checks.journal.lifecycle import Opinion, State
from onemap_verify.checks.parcel_facts import COLUMNS, NAME
from onemap_verify.checks.record import RuleRun, Verification
from onemap_verify.checks.risk import ACCEPTED, REVIEW, ParcelRisk
from onemap_verify.checks.standard import Standard, load
from onemap_verify.checks.table import GeometryArray
from onemap_verify.checks.tables_file import OutTable

EPSG = 4547
WEST, SOUTH, CELL = 480_000.0, 3_300_000.0, 60.0
COUNTY = "990101"
PEOPLE = ("王审", "李核")
_VILLAGES = 320
_PER_PARCEL = 1.25
_SHARES = {
    ("area", "inconsistent"): 21,
    ("boundary", "doubtful"): 4,
    ("change", "doubtful"): 9,
    ("codes", "doubtful"): 3,
    ("codes", "inconsistent"): 21,
    ("control", "doubtful"): 10,
    ("heights", "doubtful"): 4,
    ("heights", "inconsistent"): 8,
    ("history", "doubtful"): 17,
    ("imagery", "doubtful"): 22,
    ("logic", "inconsistent"): 48,
    ("photos", "doubtful"): 6,
    ("photos", "inconsistent"): 9,
    ("schema", "doubtful"): 3,
    ("terrain", "doubtful"): 12,
    ("terrain", "inconsistent"): 25,
    ("topology", "doubtful"): 6,
    ("topology", "inconsistent"): 17,
    ("tracks", "doubtful"): 5,
    ("tracks", "inconsistent"): 3,
}
_CLASSES = ("0101", "0102", "0103", "0201", "0301", "0307", "0404", "0601", "0702", "1006", "1101")
_WITHOUT_PARCEL = 0.04


@dataclass(frozen=True)
class Size:
    """How much: findings, and decisions on them."""

    findings: int
    decisions: int

    @property
    def name(self) -> str:
        """Name of the cache folder."""
        return f"review_{self.findings}_{self.decisions}"


FULL = Size(100_000, 20_000)
QUICK = Size(10_000, 2_000)


def make(path: Path, size: Size, seed: int = 20231231) -> None:
    """Write the file of findings with its journal."""
    chance = np.random.default_rng(seed)
    standard = load()
    parcels = max(4, int(size.findings / _PER_PARCEL * 1.2))
    side = math.ceil(math.sqrt(parcels))
    bsm = np.array([f"{COUNTY}211{i:09d}" for i in range(parcels)], dtype=object)
    findings = _findings(chance, size.findings, standard, bsm, side)
    risk = np.round(chance.beta(0.4, 4.0, parcels), 6)
    named = {finding.parcel_bsm for finding in findings}
    flagged = np.array([name in named for name in bsm])
    reasons = np.full(parcels, "未发现问题 | Nothing found", dtype=object)
    outcome = np.where(flagged, REVIEW, ACCEPTED).astype(object)
    verification = Verification(
        findings=findings,
        parcels=ParcelRisk(bsm, np.where(flagged, risk, 0.002), outcome, reasons),
        runs=_runs(findings, parcels),
        package={},
        inputs=[],
        rule_set={},
        parameters={},
        wkt=_wkt(),
        seed=seed,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_findings(verification, path, more=(_facts(chance, bsm),))
    _decide(path, chance, [finding.finding_id for finding in findings], size.decisions)


def _wkt() -> str:
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(EPSG)
    reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return str(reference.ExportToWkt())


def _findings(
    chance: np.random.Generator, count: int, standard: Standard, bsm: np.ndarray, side: int
) -> list[Finding]:
    kinds = list(_SHARES)
    shares = np.array([_SHARES[kind] for kind in kinds], dtype=np.float64)
    drawn = chance.choice(len(kinds), count, p=shares / shares.sum())
    parcel = chance.integers(0, len(bsm), count)
    score = chance.beta(2.0, 2.0, count)
    without = chance.random(count) < _WITHOUT_PARCEL
    severity = chance.choice(list("ABCD"), count, p=[0.05, 0.4, 0.4, 0.15])
    rules = {
        family: [rule for rule in standard.rules.values() if rule.id.startswith(f"{family}.")]
        or [rule for rule in standard.rules.values() if _family(rule) == family]
        for family in {family for family, _ in kinds}
    }
    which = chance.integers(0, 1 << 30, count)
    where = _places(chance, parcel, side)
    out = []
    for row in range(count):
        family, verdict = kinds[drawn[row]]
        choice = rules[family] or list(standard.rules.values())
        rule = choice[which[row] % len(choice)]
        name = str(bsm[parcel[row]])
        object_id = f"{which[row]:010d}" if without[row] else name
        measured = f"{1000 * score[row]:.2f}"
        out.append(
            Finding(
                rule_id=rule.id,
                rule_version="1",
                family=Family(family),
                verdict=Verdict(verdict),
                severity=Severity(severity[row]),
                layer="GCZJD" if without[row] else "DLTB",
                object_id=object_id,
                parcel_bsm="" if without[row] else name,
                message=Text(
                    f"图斑 {object_id} {rule.title.zh}:申报 {measured},可信数据为 {score[row]:.3f}",
                    f"Parcel {object_id}, {rule.title.en}: {measured} was declared, trusted data"
                    f" say {score[row]:.3f}",
                ),
                score=float(score[row]),
                measured=measured,
                expected=f"{score[row]:.3f}",
                tolerance=0.5,
                unit="m²" if family == "area" else "",
                cause=("", "slope_lowered", "area_edited")[row % 3],
                key=str(row),
                evidence={"share": float(score[row]), "cells": int(which[row] % 5000), "row": row},
                where=where[row],
            )
        )
    return out


def _family(rule: object) -> str:
    return str(getattr(getattr(rule, "family", ""), "value", getattr(rule, "family", "")))


def _places(chance: np.random.Generator, parcel: np.ndarray, side: int) -> GeometryArray:
    """A jittered ring of twelve corners in the cell of each parcel."""
    turn = np.linspace(0.0, 2 * np.pi, 12, endpoint=False)
    reach = CELL * (0.3 + 0.2 * chance.random((len(parcel), 12)))
    x = WEST + (parcel % side + 0.5)[:, None] * CELL + reach * np.cos(turn)
    y = SOUTH + (parcel // side + 0.5)[:, None] * CELL + reach * np.sin(turn)
    rings = np.stack([np.c_[x, x[:, :1]], np.c_[y, y[:, :1]]], axis=2)
    return np.asarray(shapely.polygons(rings))


def _runs(findings: Sequence[Finding], parcels: int) -> list[RuleRun]:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.rule_id] = counts.get(finding.rule_id, 0) + 1
    family = {finding.rule_id: finding.family.value for finding in findings}
    return [
        RuleRun(name, "1", family[name], parcels, number, 0, Text("无", "none"), 0.1)
        for name, number in sorted(counts.items())
    ]


def _facts(chance: np.random.Generator, bsm: np.ndarray) -> OutTable:
    classes = chance.integers(0, len(_CLASSES), len(bsm))
    area = np.round(chance.lognormal(7.5, 0.8, len(bsm)), 2)
    village = np.arange(len(bsm)) * _VILLAGES // len(bsm)
    rows = [
        {
            "bsm": name,
            "dlbm": _CLASSES[classes[row]],
            "zldwdm": f"{COUNTY}{village[row] // 20 + 101:03d}{village[row] % 20 + 201:03d}0000000",
            "zldwmc": f"云岫县第{village[row] + 1}村",
            "area_m2": float(area[row]),
        }
        for row, name in enumerate(bsm)
    ]
    return OutTable(NAME, COLUMNS, rows)


def _decide(path: Path, chance: np.random.Generator, names: list[str], count: int) -> None:
    """Decisions of two people, as a copy of the file would bring them along."""
    chosen = chance.choice(len(names), min(count, len(names)), replace=False)
    took = chance.lognormal(math.log(35.0), 0.7, len(chosen))
    at = datetime(2024, 1, 8, 1, 0, tzinfo=timezone.utc)
    events = []
    for number, row in enumerate(chosen):
        at += timedelta(seconds=float(took[number]))
        state, opinion = (
            (State.RETURNED, Opinion.UPHELD),
            (State.CLOSED, Opinion.DISMISSED),
            (State.UNDER_REVIEW, Opinion.DOUBTFUL),
        )[number % 3]
        events.append(
            Event(
                event_id=f"{number:024x}",
                at=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                who=PEOPLE[number % 2],
                role="reviewer",
                copy="00",
                action=Action.MOVED.value,
                subject=names[row],
                reason="与实地不符" if state is State.RETURNED else "",
                details={"state": state.value, "opinion": opinion.value},
            )
        )
    with Journal(path, PEOPLE[0]) as journal:
        journal.take_over(events)
