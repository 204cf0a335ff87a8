"""The record of a verification: what was checked, by what, and what was found.

``FINDINGS`` is a GeoPackage for people and programs; ``RECORD`` is JSON that
proves what the findings were made from.
"""

from __future__ import annotations

import configparser
import json
import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from osgeo import gdal

from .errors import OutputError
from .findings import Finding, Text, Verdict
from .risk import ParcelRisk
from .seal import canonical, merkle_root

SCHEMA_VERSION = 1
_DIGITS = 10
"""Significant digits kept of numbers in evidence: enough for a millimetre in a
million kilometres, few enough that the last bits of one machine do not matter."""


@dataclass(frozen=True)
class RuleRun:
    """How one rule went; ``reason`` says why objects were not checkable."""

    rule_id: str
    version: str
    family: str
    tested: int
    findings: int
    not_checkable: int
    reason: Text
    seconds: float


@dataclass(frozen=True)
class Verification:
    """Everything that one run says.

    ``inputs`` is one dictionary per file (``role``, ``path``, ``bytes``,
    ``sha256``, ``sm3``); ``package`` describes the submission (``path``,
    ``kind``, ``county``, ``year``, ``layers`` with row counts); ``wkt`` is the
    CRS of the finding geometries. ``recheck`` says what was run again and what was
    taken over, where only what was edited was verified.
    """

    findings: Sequence[Finding]
    parcels: ParcelRisk
    runs: Sequence[RuleRun]
    package: dict[str, Any]
    inputs: Sequence[dict[str, Any]]
    rule_set: dict[str, Any]
    parameters: dict[str, Any]
    wkt: str
    seed: int = 0
    started: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    seconds: float = 0.0
    recheck: dict[str, Any] = field(default_factory=dict)

    def count(self, verdict: Verdict) -> int:
        """How many findings have ``verdict``."""
        return sum(1 for finding in self.findings if finding.verdict is verdict)

    @property
    def objects_tested(self) -> int:
        """Objects tested, summed over the rules."""
        return sum(run.tested for run in self.runs)

    @property
    def not_checkable(self) -> int:
        """Objects that could not be checked, summed over the rules."""
        return sum(run.not_checkable for run in self.runs)


@lru_cache(maxsize=1)
def software_version() -> str:
    """The version in ``metadata.txt``."""
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(Path(__file__).resolve().parents[1] / "metadata.txt", encoding="utf-8")
    return metadata.get("general", "version", fallback="0")


def tidy(value: Any) -> Any:
    """``value`` as plain JSON: NumPy gone, numbers rounded, no NaN."""
    if isinstance(value, dict):
        return {str(key): tidy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [tidy(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return float(f"{number:.{_DIGITS}g}") if np.isfinite(number) else None
    return value if value is None else str(value)


def finding_row(finding: Finding) -> dict[str, Any]:
    """The columns of ``findings`` for one finding, in the contract's order."""
    return {
        "finding_id": finding.finding_id,
        "rule_id": finding.rule_id,
        "rule_version": finding.rule_version,
        "family": finding.family.value,
        "verdict": finding.verdict.value,
        "severity": finding.severity.value,
        "layer": finding.layer,
        "object_id": finding.object_id,
        "parcel_bsm": finding.parcel_bsm,
        "score": round(min(max(float(finding.score), 0.0), 1.0), 6),
        "measured": finding.measured,
        "expected": finding.expected,
        "tolerance": tidy(finding.tolerance),
        "unit": finding.unit,
        "cause": finding.cause,
        "message_zh": finding.message.zh,
        "message_en": finding.message.en,
        "evidence": json.dumps(tidy(finding.evidence), ensure_ascii=False, sort_keys=True),
    }


def parcel_rows(parcels: ParcelRisk) -> list[dict[str, Any]]:
    """The rows of ``parcel_risk``."""
    return [
        {"bsm": str(bsm), "risk": round(float(risk), 6), "outcome": outcome, "reasons": reasons}
        for bsm, risk, outcome, reasons in zip(
            parcels.bsm, parcels.risk, parcels.outcome, parcels.reasons
        )
    ]


def rule_rows(runs: Sequence[RuleRun]) -> list[dict[str, Any]]:
    """The rows of ``rules_run``; a reason is given in both languages."""
    return [
        {
            "rule_id": run.rule_id,
            "rule_version": run.version,
            "family": run.family,
            "tested": run.tested,
            "findings": run.findings,
            "not_checkable": run.not_checkable,
            "reason": both(run.reason),
            "seconds": round(run.seconds, 3),
        }
        for run in runs
    ]


def both(text: Text) -> str:
    """Both languages on one line; empty when there is nothing to say."""
    return f"{text.zh} | {text.en}" if text.zh or text.en else ""


def record_document(verification: Verification) -> dict[str, Any]:
    """The ``RECORD`` as a dictionary."""
    rows = [finding_row(finding) for finding in verification.findings]
    digest = merkle_root(canonical(row) for row in rows)
    objects = [
        {key: item.get(key) for key in ("role", "path", "bytes", "sha256", "sm3")}
        for item in verification.inputs
    ]
    parcels = parcel_rows(verification.parcels)
    outcomes = [row["outcome"] for row in parcels]
    return {
        "format": "onemap-verification-record",
        "format_version": SCHEMA_VERSION,
        "created": verification.started.isoformat(timespec="seconds"),
        "seconds": round(verification.seconds, 3),
        "software": {
            "name": "OneMap Verify",
            "version": software_version(),
            "python": platform.python_version(),
            "numpy": np.__version__,
            "shapely": shapely.__version__,
            "geos": ".".join(map(str, shapely.geos_version)),
            "gdal": gdal.VersionInfo("RELEASE_NAME"),
        },
        "rule_set": verification.rule_set,
        "seed": verification.seed,
        "parameters": tidy(verification.parameters),
        "package": tidy(verification.package),
        "inputs": objects,
        "counts": {
            "findings": len(rows),
            "inconsistent": verification.count(Verdict.INCONSISTENT),
            "doubtful": verification.count(Verdict.DOUBTFUL),
            "objects_tested": verification.objects_tested,
            "not_checkable": verification.not_checkable,
            "parcels": {name: outcomes.count(name) for name in sorted(set(outcomes))},
        },
        "rules": rule_rows(verification.runs),
        "findings": {"count": len(rows), "merkle_root": digest},
        "parcels": {
            "count": len(parcels),
            "merkle_root": merkle_root(canonical(row) for row in parcels),
        },
        "merkle_root": merkle_root(canonical(item) for item in objects),
        **({"recheck": tidy(verification.recheck)} if verification.recheck else {}),
    }


def write_record(verification: Verification, path: Path) -> None:
    """Write the ``RECORD``; the file appears whole or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    text = json.dumps(record_document(verification), ensure_ascii=False, indent=1)
    write_text(path, text + "\n")


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 beside the target, then put it in place."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: object) -> OutputError:
    """The error for an output that could not be written."""
    return OutputError(Text(f"无法写入 {path}:{error}", f"Cannot write {path}: {error}"))
