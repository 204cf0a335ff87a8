"""From a reviewed file of findings to the sample and the errors that a lot is judged by."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError
from .findings import Text
from .findings_read import VerificationFile, read_verification
from .journal.lifecycle import Opinion, State
from .journal.reading import read_events, read_standing
from .journal.state import Standing, standing_of
from .progress import SILENT, Progress
from .return_list import Parcels, clean, read_parcels, unsaid, usable_standard
from .review_figures import read_json_record
from .review_inputs import ReviewInputs
from .sampling.plan import sample_table, split_lots, zero_defect_size
from .sampling.record import KIND_LOT, KIND_SAMPLE
from .standard import Standard, load
from .tables_file import REAL, TEXT, OutTable, as_multi, write_tables

SIGNATURE = "review.sig.json"
"""What ``onemap:signreview`` writes beside the findings."""
DRAW, LOT = "draw.json", "lot.json"
"""Names of the records in the folder of an acceptance."""
_FIELDS = {"BSM": TEXT, "ZLDWDM": TEXT, "ZLDWMC": TEXT, "DLBM": TEXT, "DLMC": TEXT, "TBMJ": REAL}
_ERROR_FIELDS = {"parcel_bsm": TEXT, "family": TEXT, "severity": TEXT, "finding_id": TEXT}


@dataclass(frozen=True)
class Units:
    """The parcels that can be drawn; ``blank`` and ``double`` ones cannot be named."""

    count: int
    blank: int
    double: int


@dataclass(frozen=True)
class UpheldError:
    """One finding that a reviewer upheld about one inspected unit."""

    unit: str
    element: str
    severity: str
    finding_id: str


def write_units(findings: Path, target: Path, progress: Progress = SILENT) -> Units:
    """Write the parcels of the package that was verified as a layer ``units``.

    Whatever the package is (folder, archive, database, shapes), the layer has the standard's
    fields. A parcel without BSM, or with one that another has already, cannot be drawn: the first
    one stays. Both are findings of their own.

    Raises
    ------
    InputError
        When the package cannot be read any more.
    OutputError
        When the file cannot be written.
    """
    inputs = ReviewInputs.read(findings)
    parcels = read_parcels(
        inputs.submission, usable_standard(inputs.standard), progress.part(0.0, 0.5)
    )
    table = parcels.table
    if table is None:
        reason = parcels.reason or unsaid()
        raise InputError(
            Text(
                f"无法读取被核验的成果，不能抽样：{reason.zh}",
                f"Nothing can be drawn, the verified package cannot be read: {reason.en}",
            )
        )
    rows, where = _units_of(parcels)
    write_tables(
        target, [OutTable("units", _FIELDS, rows, where)], table.wkt, progress.part(0.5, 1.0)
    )
    blank = sum(1 for bsm in table.text("BSM").tolist() if not clean(bsm))
    return Units(len(rows), blank, len(table) - blank - len(rows))


def _units_of(parcels: Parcels) -> tuple[list[Mapping[str, Any]], Any]:
    table = parcels.table
    assert table is not None
    kept = sorted(row for bsm, row in parcels.rows.items() if clean(bsm) not in ("", "None"))
    area = table.number("TBMJ") if "TBMJ" in table.columns else np.full(len(table), np.nan)
    texts = {
        name: table.text(name) if name in table.columns else np.full(len(table), "", dtype=object)
        for name in _FIELDS
        if name != "TBMJ"
    }
    rows: list[Mapping[str, Any]] = [
        {
            **{name: clean(column[row]) for name, column in texts.items()},
            "TBMJ": float(area[row]) if np.isfinite(area[row]) else None,
        }
        for row in kept
    ]
    where = None if table.geometry is None else as_multi(table.geometry[kept])
    return rows, where


def upheld_errors(findings: Path, units: Collection[str]) -> list[UpheldError]:
    """The findings about these units that a reviewer upheld, by unit and finding.

    What was dismissed, stays doubtful, is an exception, or is nobody's opinion yet does not
    count: a lot is judged by what a person stands for.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    verification, standing = read_verification(findings), read_standing(findings)
    return _about(verification, standing, set(units))[2]


def is_upheld(standing: Standing | None) -> bool:
    """Whether a reviewer stands for a finding."""
    return (
        standing is not None
        and standing.opinion is Opinion.UPHELD
        and standing.state is not State.EXCEPTION
        and not standing.disputed
    )


def by_class(errors: Iterable[UpheldError]) -> dict[str, Counter[str]]:
    """How many errors of each class every quality element has."""
    out: dict[str, Counter[str]] = {}
    for error in errors:
        out.setdefault(error.element, Counter())[error.severity] += 1
    return out


def write_errors(errors: Iterable[UpheldError], target: Path) -> int:
    """Write errors as a table ``errors`` for ``onemap:judgelot``; how many there are.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    rows = [
        {
            "parcel_bsm": one.unit,
            "family": one.element,
            "severity": one.severity,
            "finding_id": one.finding_id,
        }
        for one in errors
    ]
    write_tables(target, [OutTable("errors", _ERROR_FIELDS, rows)])
    return len(rows)


@dataclass(frozen=True)
class Plan:
    """How a sample is to be drawn: the parameters of ``onemap:drawsample``."""

    kind: str = "table_2023"
    limit: float = 0.01
    confidence: float = 0.95
    size: int = 100


@dataclass(frozen=True)
class Expected:
    """What a plan comes to: ``rows`` are the rows of the standard's table (from, to, sample)."""

    lots: tuple[int, ...]
    units: int
    rows: tuple[tuple[int, int, int], ...] = ()


def expected_sample(units: int, plan: Plan, standard: Standard | None = None) -> Expected:
    """How many units a plan takes of so many, without drawing; strata may add a few.

    Raises
    ------
    InputError
        When the plan's numbers make no sense.
    """
    if plan.kind.startswith("table"):
        table = sample_table(standard or load(), plan.kind[-4:])
        lots = split_lots(units, int(table.largest[-1]))
        rows = set()
        for lot in lots:
            row = int(np.searchsorted(table.largest, lot))
            low = int(table.largest[row - 1]) + 1 if row else 1
            rows.add((low, int(table.largest[row]), int(table.sizes[row])))
        return Expected(tuple(lots), sum(table.size(lot) for lot in lots), tuple(sorted(rows)))
    if plan.kind == "zero_defect":
        return Expected((units,), zero_defect_size(units, plan.limit, plan.confidence))
    return Expected((units,), max(0, min(plan.size, units)))


@dataclass(frozen=True)
class Acceptance:
    """How far the acceptance of a lot has come, by the files in its folder.

    Attributes
    ----------
    parcels
        Parcels that were verified and have a name of their own: what can be drawn from.
    draw, lot
        Records of the draw and of the verdict; ``None`` where there is none yet.
    drawn
        Identifiers of the sample.
    findings
        Findings about the sample, the undecided ones first.
    errors
        Upheld ones among them.
    undecided
        Findings about the sample that wait for somebody's opinion.
    stale
        Whether sample or decisions are no longer those that the verdict was made from.
    submission
        The package that was verified; empty where it is gone.
    signer, unsigned
        Who signed the review (empty: nobody), and events of the journal since then.
    """

    parcels: int
    draw: Mapping[str, Any] | None = None
    lot: Mapping[str, Any] | None = None
    drawn: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    errors: tuple[UpheldError, ...] = ()
    undecided: int = 0
    stale: bool = False
    submission: str = ""
    signer: str = ""
    unsigned: int = 0


def read_acceptance(findings: Path, folder: Path, progress: Progress = SILENT) -> Acceptance:
    """Read where the acceptance stands; a record that is no record counts as none.

    Raises
    ------
    InputError
        When the findings cannot be read.
    """
    verification = read_verification(findings, progress.part(0.0, 0.6))
    signer, signed = _signature(findings)
    facts: dict[str, Any] = {
        "parcels": len({str(bsm) for bsm in verification.parcels["bsm"] if bsm}),
        "submission": ReviewInputs.read(findings).submission,
        "signer": signer,
    }
    events = read_events(findings)
    if signer:
        facts["unsigned"] = len(events) - signed
    draw = _record_or_none(folder / DRAW, KIND_SAMPLE)
    lot = _record_or_none(folder / LOT, KIND_LOT)
    if draw is None:
        return Acceptance(lot=lot, stale=lot is not None, **facts)
    drawn = drawn_units(draw)
    standing = standing_of(events)
    progress.at(0.8)
    about, open_, errors = _about(verification, standing, set(drawn))
    stale = lot is not None and not _fits(lot, drawn, errors)
    progress.at(1.0)
    return Acceptance(
        draw=draw,
        lot=lot,
        drawn=drawn,
        findings=tuple(open_ + about),
        errors=tuple(errors),
        undecided=len(open_),
        stale=stale,
        **facts,
    )


def _signature(findings: Path) -> tuple[str, int]:
    """Who signed the review, and how many events the journal then had."""
    try:
        text = (findings.parent / SIGNATURE).read_text(encoding="utf-8")
        document = json.loads(text)
        return str(document["signed"]["name"]), int(document["journal"]["size"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "", 0


def drawn_units(draw: Mapping[str, Any]) -> tuple[str, ...]:
    """Identifiers of all drawn units of a record of a draw."""
    lots = draw.get("lots")
    return tuple(
        str(name)
        for lot in (lots if isinstance(lots, list) else [])
        if isinstance(lot, dict)
        for name in lot.get("drawn") or []
    )


def _about(
    verification: VerificationFile, standing: Mapping[str, Standing], units: set[str]
) -> tuple[list[str], list[str], list[UpheldError]]:
    """Ids of decided findings about units, of open ones, and the errors among them."""
    columns = verification.findings
    decided, open_, errors = [], [], []
    for name, unit, family, severity in zip(
        *(columns[one] for one in ("finding_id", "parcel_bsm", "family", "severity"))
    ):
        if unit not in units:
            continue
        stands = standing.get(str(name))
        if stands is None or stands.opinion is None:
            open_.append(str(name))
        else:
            decided.append(str(name))
        if is_upheld(stands):
            errors.append(UpheldError(str(unit), str(family), str(severity), str(name)))
    errors.sort(key=lambda error: (error.unit, error.severity, error.finding_id))
    return decided, open_, errors


def _fits(lot: Mapping[str, Any], drawn: Collection[str], errors: Iterable[UpheldError]) -> bool:
    """Whether a verdict was made from this sample and these errors."""
    judged: dict[str, Counter[str]] = {}
    for one in lot.get("units") or []:
        if not isinstance(one, dict):
            return False
        counts = one.get("errors") or {}
        judged[str(one.get("unit"))] = Counter({k: int(v) for k, v in counts.items() if v})
    now: dict[str, Counter[str]] = {unit: Counter() for unit in drawn}
    for error in errors:
        now[error.unit][error.severity] += 1
    return judged == now


def _record_or_none(path: Path, kind: str) -> dict[str, Any] | None:
    try:
        return read_json_record(path, kind) if path.is_file() else None
    except (InputError, OSError):
        return None


def draw_note(path: Path) -> dict[str, Any]:
    """What the journal keeps of a draw: enough to see that another one came before.

    Raises
    ------
    InputError
        When the file is no record of a draw.
    """
    draw = read_json_record(path, KIND_SAMPLE)
    return {
        "kind": KIND_SAMPLE,
        "seed": str(draw.get("seed") or ""),
        "plan": dict(draw.get("plan") or {}),
        "population": str(draw.get("population") or ""),
        "drawn": len(drawn_units(draw)),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
