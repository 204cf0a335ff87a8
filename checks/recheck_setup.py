"""How a verification was run: options, digests and rules, from its file and its record."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .baseline import DemOrigin
from .errors import InputError
from .findings import Family, Text
from .findings_read import connect, unreadable
from .options import Options
from .review_inputs import ReviewInputs

_RUN_COLUMNS = (
    *("rule_id", "rule_version", "family", "tested", "findings"),
    *("not_checkable", "reason", "seconds"),
)


@dataclass(frozen=True)
class Setup:
    """What is known of an earlier run.

    Attributes
    ----------
    options
        Its options, with paths as they are now; ``findings``, ``record`` and ``report`` are its
        own files.
    record, recorded_digest, created
        Its record, the SHA-256 of that file, and when it was made.
    rule_set, parameters, inputs
        As the record has them.
    recorded
        SHA-256 of the files of the package by name.
    runs
        Rows of ``rules_run``.
    to_confirm
        Findings of which only a whole run can tell, since an earlier check of edits.
    whole_run
        When the whole package was verified last.
    fixed
        By verdict: findings gone since then.
    """

    options: Options
    record: Path
    recorded_digest: str
    created: str
    rule_set: dict[str, Any]
    parameters: dict[str, Any]
    inputs: list[dict[str, Any]]
    recorded: Mapping[str, str]
    runs: list[dict[str, Any]]
    to_confirm: tuple[str, ...]
    whole_run: str
    fixed: Mapping[str, int]


def read_setup(findings: Path, submission: Path | None = None) -> Setup:
    """Read how ``findings`` came about.

    Raises
    ------
    InputError
        When the record, the package or a trusted layer of it is not there.
    """
    now = ReviewInputs.read(findings)
    if now.record is None:
        raise InputError(now.missing[0])
    missing = [text for text in now.missing if submission is None or "提交成果" not in text.zh]
    if missing:
        raise InputError(missing[0])
    raw = now.record.read_bytes()
    document = json.loads(raw)
    inputs = [dict(item) for item in document["inputs"]]
    runs, waiting = _tables(findings)
    created = str(document.get("created", ""))
    return Setup(
        _options(now, document, findings, submission),
        now.record,
        hashlib.sha256(raw).hexdigest(),
        created,
        dict(document["rule_set"]),
        {**document["parameters"], **({"submission": str(submission)} if submission else {})},
        inputs,
        {
            str(item["path"]): str(item.get("sha256") or "")
            for item in inputs
            if item.get("role") == "submission"
        },
        runs,
        waiting,
        str(document.get("recheck", {}).get("whole_run") or created),
        {
            str(key): int(value)
            for key, value in document.get("recheck", {}).get("fixed", {}).items()
        },
    )


def _options(
    now: ReviewInputs, document: Mapping[str, Any], findings: Path, submission: Path | None
) -> Options:
    told = now.parameters
    families, area = told.get("families"), told.get("control_area")
    ridges = told.get("ridge_coefficients") or {}
    report = findings.with_name("report.html")
    try:
        return Options(
            submission=submission or Path(now.submission),
            findings=findings,
            record=now.record,
            report=report if report.is_file() else None,
            dem=now.dem,
            dem_origin=DemOrigin(now.dem_origin),
            imagery=now.imagery,
            imagery_date=now.dates.get("imagery"),
            imagery_bands=str(told.get("imagery_bands") or ""),
            imagery_previous=now.imagery_previous,
            imagery_previous_date=now.dates.get("imagery_previous"),
            previous=now.previous,
            control_layers=now.control_layers,
            campaign_start=now.campaign[0],
            campaign_end=now.campaign[1],
            standard=now.standard,
            ridge_coefficients={(key[:-1], key[-1]): float(ridges[key]) for key in ridges},
            control_area=float("nan") if area is None else float(area),
            families=None if families is None else tuple(Family(name) for name in families),
            seed=int(document.get("seed") or 0),
        )
    except (ValueError, TypeError, IndexError) as error:
        raise InputError(
            Text(
                f"核验记录 {now.record} 中的参数无法识别：{error}",
                f"The parameters in the record {now.record} are not understood: {error}",
            )
        ) from error


def _tables(findings: Path) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    columns = ", ".join(_RUN_COLUMNS)
    try:
        with closing(connect(findings)) as connection:
            rows = connection.execute(f"SELECT {columns} FROM rules_run ORDER BY rowid")  # noqa: S608
            runs = [dict(zip(_RUN_COLUMNS, row)) for row in rows]
            has = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name = 'to_confirm'"
            ).fetchone()
            waiting = (
                connection.execute("SELECT finding_id FROM to_confirm").fetchall() if has[0] else []
            )
    except sqlite3.Error as error:
        raise unreadable(findings, error) from error
    return runs, tuple(str(row[0]) for row in waiting)
