"""The list that goes back to the county (整改清单): what is wrong, why, and how to put it right."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from .errors import ExplainedError, InputError
from .findings import Text
from .findings_read import VerificationFile, connect, read_verification
from .journal.lifecycle import OPEN, State
from .journal.reading import read_standing
from .journal.state import Standing
from .progress import SILENT, Progress
from .review_inputs import ReviewInputs
from .standard import Standard, load
from .submission.open import open_submission
from .table import GeometryArray, Table

_CAUSES = Path(__file__).resolve().parents[1] / "resources" / "report" / "causes.json"
_VILLAGE_DIGITS = 12
"""Digits of a village in ZLDWDM: county 6, town 3, village 3 (GB/T 10114)."""

VERDICTS = {"inconsistent": Text("不一致", "inconsistent"), "doubtful": Text("存疑", "doubtful")}
NO_VILLAGE = Text("不涉及具体图斑", "about no single parcel")
UNKNOWN_VILLAGE = Text("坐落不明", "village unknown")


class Which(str, Enum):
    """Which findings are listed."""

    RETURNED = "returned"
    OPEN = "open"
    ALL = "all"

    def takes(self, state: State) -> bool:
        """Whether a finding in ``state`` is listed."""
        if self is Which.RETURNED:
            return state is State.RETURNED
        return self is Which.ALL or state in OPEN


@dataclass(frozen=True)
class Parcels:
    """What is known of the delivered parcels, by BSM.

    ``table`` is the layer DLTB as delivered, ``None`` where it cannot be read; ``reason`` says
    why. ``kept`` is what the file of findings keeps of every parcel, for that case.
    """

    table: Table | None
    reason: Text | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def value(self, bsm: str, name: str) -> str:
        """An attribute of a parcel as text; empty where parcel or field are not known."""
        row = self.rows.get(bsm, -1)
        if self.table is None:
            return self.kept.get(bsm, {}).get(name, "")
        if row < 0 or name not in self.table.columns:
            return ""
        return str(self.table.text(name)[row] or "")


@dataclass(frozen=True)
class ReturnItem:
    """One line of the list; every text is clean of control characters."""

    number: int
    finding_id: str
    village_code: str
    village: Text
    layer: str
    object_id: str
    bsm: str
    land_class: str
    rule_id: str
    rule: Text
    verdict: str
    severity: str
    message: Text
    measured: str
    expected: str
    tolerance: str
    unit: str
    cause: Text
    fix: Text
    reason: str
    decided_by: str
    state: State
    x: float
    y: float


@dataclass(frozen=True)
class ReturnList:
    """The whole list in its order: by village, parcel, severity, rule.

    ``where`` holds the place of every item, ``None`` where it has none; ``left_out`` counts the
    findings that are not on the list.
    """

    items: tuple[ReturnItem, ...]
    where: GeometryArray
    wkt: str
    county: str
    year: int
    package: str
    which: Which
    deadline: str
    created: str
    left_out: int
    parcels: Parcels

    def villages(self) -> list[tuple[str, Text, list[ReturnItem]]]:
        """Code, name and items of every village, in order."""
        groups: dict[str, list[ReturnItem]] = {}
        for item in self.items:
            groups.setdefault(item.village_code, []).append(item)
        return [(code, own[0].village, own) for code, own in groups.items()]

    def count(self, name: str) -> Counter[str]:
        """How many items have each value of an attribute."""
        return Counter(str(getattr(item, name)) for item in self.items)


def make_return_list(
    findings: Path,
    which: Which = Which.RETURNED,
    deadline: str = "",
    progress: Progress = SILENT,
) -> ReturnList:
    """Make the list from a file of findings, the decisions in it, and the package beside it.

    The order depends on nothing but the content. A package that is no longer there only leaves
    village and land class empty.

    Raises
    ------
    InputError
        When the findings cannot be read, or the deadline is no date.
    """
    deadline = _day(deadline)
    progress.at(0.0)
    verification = read_verification(findings, progress.part(0.0, 0.3))
    standing = read_standing(findings)
    inputs = ReviewInputs.read(findings)
    standard = usable_standard(inputs.standard)
    parcels = read_parcels(inputs.submission, standard, progress.part(0.3, 0.8))
    if parcels.table is None:
        parcels = replace(parcels, kept=_kept(findings))
    columns = verification.findings
    states = [standing.get(str(name), Standing()) for name in columns["finding_id"]]
    chosen = [row for row, one in enumerate(states) if which.takes(one.state)]
    made = []
    for count, row in enumerate(chosen):
        if count % 2000 == 0:
            progress.at(0.8 + 0.2 * count / len(chosen))
        made.append((_item(verification, row, states[row], standard, parcels), row))
    made.sort(key=lambda pair: _order(pair[0]))
    return ReturnList(
        items=tuple(_numbered(item, number) for number, (item, _) in enumerate(made, 1)),
        where=verification.where[np.array([row for _, row in made], dtype=np.int64)],
        wkt=verification.wkt,
        county=inputs.county,
        year=inputs.year,
        package=Path(inputs.submission).name if inputs.submission else findings.parent.name,
        which=which,
        deadline=deadline,
        created=datetime.now(timezone.utc).astimezone().strftime("%Y-%m-%d"),
        left_out=len(states) - len(made),
        parcels=parcels,
    )


def usable_standard(place: str) -> Standard:
    """The rule set of a verification, or the newest shipped where that is not here any more."""
    try:
        return load(place)
    except ExplainedError:
        return load()


def read_parcels(submission: str, standard: Standard, progress: Progress = SILENT) -> Parcels:
    """The parcels of a package; what cannot be read is said, not raised."""
    if not submission:
        return Parcels(None, Text("找不到提交成果", "the submission cannot be found"))
    try:
        with open_submission(submission, standard, progress) as package:
            table = package.layers.get("DLTB")
    except ExplainedError as error:
        return Parcels(None, error.text)
    if table is None:
        return Parcels(None, Text("成果中没有 DLTB 图层", "the package has no layer DLTB"))
    rows: dict[str, int] = {}
    for row, bsm in enumerate(table.text("BSM").tolist()):
        rows.setdefault(str(bsm), row)
    return Parcels(table, None, rows)


def _kept(findings: Path) -> dict[str, dict[str, str]]:
    """Village and class of every parcel as the findings keep them; nothing in an older file."""
    query = "SELECT bsm, zldwdm, zldwmc, dlbm FROM parcel_facts"
    try:
        with closing(connect(findings)) as connection:
            return {
                str(row[0]): {
                    name: str(value or "")
                    for name, value in zip(("ZLDWDM", "ZLDWMC", "DLBM"), row[1:])
                }
                for row in connection.execute(query)
            }
    except sqlite3.Error:
        return {}


def cause_title(word: str) -> Text:
    """What a stable word for a likely cause is called; the word itself where it has no title."""
    known = _causes().get(word)
    return Text(known["zh"], known["en"]) if known else Text(word, word)


@lru_cache(maxsize=1)
def _causes() -> dict[str, dict[str, str]]:
    data: dict[str, dict[str, str]] = json.loads(_CAUSES.read_text(encoding="utf-8"))
    return data


def unsaid(word: str = "") -> Text:
    """The same word in both languages, or nothing in either."""
    return Text(word, word)


def clean(value: Any) -> str:
    """Text without control characters, which no spreadsheet and no PDF may hold."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return "".join(
        " " if letter in "\t\r\n\u2028\u2029" else letter
        for letter in text
        if letter in "\t\r\n" or (ord(letter) >= 32 and not _is_hidden(letter))
    ).strip()


def _is_hidden(letter: str) -> bool:
    """Controls, halves of surrogates, non-characters, and marks that turn the reading order."""
    code = ord(letter)
    return (
        0x7F <= code <= 0x9F
        or 0xD800 <= code <= 0xDFFF
        or code in (0xFFFE, 0xFFFF, 0x200E, 0x200F)
        or 0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
    )


def village_of(parcels: Parcels, bsm: str) -> tuple[str, Text]:
    """Code and name of the village that a parcel lies in."""
    if not bsm:
        return "\uffff", NO_VILLAGE
    code = clean(parcels.value(bsm, "ZLDWDM"))[:_VILLAGE_DIGITS]
    name = clean(parcels.value(bsm, "ZLDWMC"))
    if not code and not name:
        return "\ufffe", UNKNOWN_VILLAGE
    return code or name, Text(name or code, name or code)


def _item(
    verification: VerificationFile,
    row: int,
    standing: Standing,
    standard: Standard,
    parcels: Parcels,
) -> ReturnItem:
    values = {name: clean(column[row]) for name, column in verification.findings.items()}
    bsm = values["parcel_bsm"]
    code, village = village_of(parcels, bsm)
    rule = standard.rules.get(values["rule_id"])
    unknown = Text(values["rule_id"], values["rule_id"])
    x, y = _point(verification.where[row])
    kind = " ".join(
        part for part in (clean(parcels.value(bsm, one)) for one in ("DLBM", "DLMC")) if part
    )
    return ReturnItem(
        number=0,
        finding_id=values["finding_id"],
        village_code=code,
        village=village,
        layer=values["layer"],
        object_id=values["object_id"],
        bsm=bsm,
        land_class=kind,
        rule_id=values["rule_id"],
        rule=rule.title if rule else unknown,
        verdict=values["verdict"],
        severity=values["severity"],
        message=Text(values["message_zh"] or values["message_en"], values["message_en"]),
        measured=values["measured"],
        expected=values["expected"],
        tolerance=_short(verification.findings["tolerance"][row]),
        unit=values["unit"],
        cause=cause_title(values["cause"]),
        fix=rule.fix if rule else unsaid(),
        reason=clean(standing.reason),
        decided_by=clean(standing.who),
        state=standing.state,
        x=x,
        y=y,
    )


def _short(tolerance: Any) -> str:
    """A tolerance with the digits that mean something."""
    if isinstance(tolerance, (int, float)) and np.isfinite(tolerance):
        return f"{float(tolerance):.4g}"
    return clean(tolerance)


def _point(where: Any) -> tuple[float, float]:
    if where is None or shapely.is_empty(where):
        return float("nan"), float("nan")
    try:
        point = shapely.point_on_surface(where)
    except shapely.errors.GEOSException:
        point = shapely.centroid(where)
    return (float("nan"), float("nan")) if point.is_empty else (float(point.x), float(point.y))


def _order(item: ReturnItem) -> tuple[str, ...]:
    return (item.village_code, item.bsm, item.severity, item.rule_id, item.finding_id)


def _numbered(item: ReturnItem, number: int) -> ReturnItem:
    return replace(item, number=number)


def _day(text: str) -> str:
    text = text.strip()
    try:
        return date.fromisoformat(text[:10]).isoformat() if text else ""
    except ValueError as error:
        raise InputError(
            Text(
                f"整改期限“{text}”不是日期（如 2026-12-31）。",
                f"The deadline '{text}' is no date (such as 2026-12-31).",
            )
        ) from error
