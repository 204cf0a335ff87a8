"""Earlier verifications of the same county, among the results that were kept; no Qt."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MOST = 200
_LARGEST = 64 << 20


@dataclass(frozen=True)
class Earlier:
    """A verification that was done before: its findings, when, and how much was decided."""

    path: Path
    created: str
    package: str
    decided: int


def earlier_of(path: Path, folders: Iterable[Path]) -> list[Earlier]:
    """Verifications of the same county before the one at ``path``, the latest first.

    Looked for in the folders in ``folders``, and beside the folder that holds ``path``; only
    those with decisions are of interest.
    """
    own = _record(path)
    county = _county(own)
    if not county:
        return []
    found: dict[Path, Earlier] = {}
    for folder in [*folders, path.parent.parent]:
        for other in _files(folder):
            if other.resolve() == path.resolve() or other.resolve() in found:
                continue
            record = _record(other)
            before = str(record.get("created", "")) < str(own.get("created", ""))
            if _county(record) == county and before and (decided := _decided(other)):
                named = record.get("package", {}).get("path", "")
                found[other.resolve()] = Earlier(
                    other, str(record.get("created", "")), str(named), decided
                )
    return sorted(found.values(), key=lambda one: one.created, reverse=True)


def is_untouched(path: Path) -> bool:
    """Whether nobody has decided anything in a file yet."""
    return _decided(path) == 0


def _files(folder: Path) -> list[Path]:
    try:
        inner = sorted(folder.iterdir(), reverse=True)[:_MOST]
    except OSError:
        return []
    return [file for one in inner if (file := one / "findings.gpkg").is_file()]


def _record(findings: Path) -> dict[str, Any]:
    path = findings.with_name("record.json")
    try:
        if path.stat().st_size > _LARGEST:
            return {}
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _county(record: dict[str, Any]) -> str:
    package = record.get("package")
    return str(package.get("county") or "") if isinstance(package, dict) else ""


def _decided(findings: Path) -> int:
    """On how many findings somebody has decided; 0 for a file that cannot be read."""
    from ....checks.errors import ExplainedError
    from ....checks.journal.reading import read_standing

    try:
        return len(read_standing(findings))
    except ExplainedError:
        return 0
