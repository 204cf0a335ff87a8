"""From a reviewed file of findings to the sample and the errors that a lot is judged by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError
from .findings import Text
from .findings_read import read_verification
from .journal.lifecycle import Opinion, State
from .journal.reading import read_standing
from .journal.state import Standing
from .progress import SILENT, Progress
from .return_list import Parcels, clean, read_parcels, usable_standard
from .review_inputs import ReviewInputs
from .tables_file import REAL, TEXT, OutTable, as_multi, write_tables

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
        reason = parcels.reason or Text("", "")
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
    verification = read_verification(findings)
    standing = read_standing(findings)
    wanted = set(units)
    columns = verification.findings
    found = [
        UpheldError(str(unit), str(family), str(severity), str(name))
        for name, unit, family, severity in zip(
            *(columns[one] for one in ("finding_id", "parcel_bsm", "family", "severity"))
        )
        if unit in wanted and is_upheld(standing.get(str(name)))
    ]
    return sorted(found, key=lambda error: (error.unit, error.severity, error.finding_id))


def undecided(findings: Path, units: Collection[str]) -> int:
    """How many findings about these units nobody has formed an opinion on.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    verification = read_verification(findings)
    standing = read_standing(findings)
    wanted = set(units)
    columns = verification.findings
    return sum(
        1
        for name, unit in zip(columns["finding_id"], columns["parcel_bsm"])
        if unit in wanted and standing.get(str(name), Standing()).opinion is None
    )


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
