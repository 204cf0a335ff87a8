"""Where the inputs of a verification are now: from the record beside its findings.

A result is moved about: with its package, to another disk, another machine, another system. So a
path of the record is only where the file *was*; the same path ends are looked for beside the
findings and beside the folders above.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from .errors import ExplainedError
from .findings import Text
from .findings_read import FINDING_COLUMNS, connect
from .inputs import parse_bands
from .seal import canonical, merkle_root

RECORD_FORMAT = "onemap-verification-record"
_MOST_BYTES = 64 * 2**20
_MOST_FILES = 200
_MOST_LEVELS = 6
_ROLES = {
    "submission": Text("提交成果", "the submission"),
    "dem": Text("数字高程模型", "the terrain model"),
    "imagery": Text("影像", "the image"),
    "imagery_previous": Text("前期影像", "the earlier image"),
    "previous": Text("上年度图斑", "last year's parcels"),
    "control": Text("管控图层", "a control layer"),
}


@dataclass(frozen=True)
class ReviewInputs:
    """What was verified against what, and where it is now.

    Attributes
    ----------
    findings, record
        The file of findings and the record that belongs to it (``None``: there is none).
    submission, dem, imagery, imagery_previous, previous, control_layers
        Paths that exist; ``previous`` and ``control_layers`` may end in ``|layername=…``. Empty
        where none was given or it is gone: then :attr:`missing` says so.
    dates
        When the images were taken: ``imagery``, ``imagery_previous``.
    bands
        Band numbers of the image by role, as a person told them.
    campaign
        First and last day of the field work.
    missing
        What cannot be found, or is not the file that was verified.
    """

    findings: Path
    record: Path | None = None
    submission: str = ""
    dem: str = ""
    dem_origin: str = "independent"
    imagery: str = ""
    imagery_previous: str = ""
    previous: str = ""
    control_layers: tuple[str, ...] = ()
    dates: Mapping[str, date] = field(default_factory=dict)
    bands: Mapping[str, int] = field(default_factory=dict)
    campaign: tuple[date | None, date | None] = (None, None)
    standard: str = ""
    county: str = ""
    year: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[Text, ...] = ()

    @classmethod
    def read(cls, findings: Path) -> ReviewInputs:
        """Find record and inputs of a file of findings; never raises for what they hold."""
        findings = Path(findings)
        missing: list[Text] = []
        found = _record_of(findings, missing)
        if found is None:
            return cls(findings, missing=tuple(missing))
        path, document = found
        told = _mapping(document.get("parameters"))
        package = _mapping(document.get("package"))
        search = _Search(findings, _sizes(document), missing)
        dates = {
            name: day
            for name in ("imagery", "imagery_previous")
            for day in [_date(told.get(f"{name}_date"))]
            if day is not None
        }
        controls = told.get("control_layers")
        return cls(
            findings,
            path,
            **{
                name: search.now(name, told.get(name))
                for name in ("submission", "dem", "imagery", "imagery_previous", "previous")
            },
            control_layers=tuple(
                place
                for given in (controls if isinstance(controls, list) else [])
                for place in [search.now("control", given)]
                if place
            ),
            dem_origin=str(told.get("dem_origin") or "independent"),
            dates=dates,
            bands=_bands(told.get("imagery_bands")),
            campaign=(_date(told.get("campaign_start")), _date(told.get("campaign_end"))),
            standard=search.now("standard", told.get("standard"), quiet=True),
            county=str(package.get("county") or ""),
            year=_whole(package.get("year")),
            parameters=told,
            missing=tuple(missing),
        )


class _Search:
    """Looks for files that may have been moved together with the findings."""

    def __init__(self, findings: Path, sizes: Mapping[str, set[int]], missing: list[Text]) -> None:
        here = findings.absolute().parent
        # The root of a disk holds much that was never moved together with the findings.
        above = [each for each in here.parents if each != each.parent]
        self._folders = [here, *above][: _MOST_LEVELS + 1]
        self._sizes = sizes
        self._missing = missing

    def now(self, role: str, given: Any, quiet: bool = False) -> str:
        """Where a file of the record is now, with what followed the bar; empty where nowhere."""
        if not isinstance(given, str) or not given.strip() or "\0" in given:
            return ""
        text, bar, rest = given.partition("|")
        places = [place for place in self._places(text) if _exists(place)]
        if places:
            fitting = [place for place in places if self._same(role, text, place)]
            if not fitting:
                self._tell(role, text, changed=True)
            return str((fitting or places)[0]) + bar + rest
        if not quiet:
            self._tell(role, text)
        return given if quiet else ""

    def _places(self, text: str) -> Iterator[Path]:
        parts = [part for part in re.split(r"[\\/]+", text) if part not in ("", ".", "..")]
        if text.startswith(("/vsi", "\\\\?\\")) or "://" in text:
            return
        yield Path(text) if Path(text).is_absolute() else self._folders[0] / text
        for count in range(min(len(parts), _MOST_LEVELS), 0, -1):
            if not parts[-count].endswith(":"):
                for folder in self._folders:
                    yield folder.joinpath(*parts[-count:])

    def _same(self, role: str, text: str, place: Path) -> bool:
        """Whether the size is that of the record; a folder is taken by its name."""
        name = re.split(r"[\\/]+", text)[-1]
        known = self._sizes.get(f"{role}/{name}")
        try:
            return not known or place.is_dir() or place.stat().st_size in known
        except OSError:
            return False

    def _tell(self, role: str, text: str, changed: bool = False) -> None:
        what = _ROLES.get(role, Text(role, role))
        if changed:
            told = Text(
                f"{what.zh}与核验时的文件大小不同：{text}",
                f"{what.en} has another size than when it was verified: {text}",
            )
        else:
            told = Text(f"找不到{what.zh}：{text}", f"Cannot find {what.en}: {text}")
        self._missing.append(Text(told.zh, told.en[0].upper() + told.en[1:]))


def _exists(place: Path) -> bool:
    try:
        return place.exists()
    except (OSError, ValueError):
        return False


def _record_of(findings: Path, missing: list[Text]) -> tuple[Path, dict[str, Any]] | None:
    """The record of these findings: the one whose count, and if need be whose tree, fits."""
    candidates = [
        (path, document)
        for path in _json_files(findings.absolute().parent)
        for document in [_document(path)]
        if document is not None
    ]
    count = _count(findings)
    fitting = [item for item in candidates if _claimed(item[1], "count") == count]
    if len(fitting) > 1:
        root = _root(findings)
        fitting = [item for item in fitting if _claimed(item[1], "merkle_root") == root] or fitting
    if fitting:
        return fitting[0]
    if candidates and candidates[0][0].name == "record.json":
        missing.append(
            Text(
                "核验记录 record.json 与结果文件的条数不符，可能出自另一次核验。",
                "The record.json counts other findings than this file; it may be of another run.",
            )
        )
        return candidates[0]
    missing.append(
        Text(
            f"{findings.name} 旁没有核验记录，无法得知所用数据。",
            f"There is no record beside {findings.name}: its inputs are unknown.",
        )
    )
    return None


def _json_files(folder: Path) -> list[Path]:
    try:
        beside = sorted(folder.glob("*.json"))[:_MOST_FILES]
    except OSError:
        return []
    usual = folder / "record.json"
    return ([usual] if usual.is_file() else []) + [path for path in beside if path != usual]


def _document(path: Path) -> dict[str, Any] | None:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        with path.open("rb") as stream:
            text = stream.read(4096)
            if RECORD_FORMAT.encode() not in text:
                return None
            text += stream.read()
        document = json.loads(text)
    except (OSError, ValueError, RecursionError):
        return None
    fits = isinstance(document, dict) and document.get("format") == RECORD_FORMAT
    return document if fits else None


def _claimed(document: dict[str, Any], name: str) -> Any:
    return _mapping(document.get("findings")).get(name)


def _count(findings: Path) -> int:
    try:
        with closing(connect(findings)) as connection:
            return int(connection.execute("SELECT count(*) FROM findings").fetchone()[0])
    except (sqlite3.Error, ExplainedError, OSError):
        return -1


def _root(findings: Path) -> str:
    names = ", ".join(f'"{name}"' for name in FINDING_COLUMNS)
    try:
        with closing(connect(findings)) as connection:
            rows = connection.execute(f"SELECT {names} FROM findings ORDER BY rowid")  # noqa: S608
            return merkle_root(canonical(dict(zip(FINDING_COLUMNS, row))) for row in rows)
    except (sqlite3.Error, ExplainedError, OSError, ValueError, TypeError):
        return ""


def _sizes(document: dict[str, Any]) -> dict[str, set[int]]:
    """Sizes of the trusted files by role and name."""
    out: dict[str, set[int]] = {}
    inputs = document.get("inputs")
    for item in inputs if isinstance(inputs, list) else []:
        if not isinstance(item, dict) or item.get("role") == "submission":
            continue
        size = item.get("bytes")
        if isinstance(size, int):
            out.setdefault(f"{item.get('role')}/{item.get('path')}", set()).add(size)
    return out


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _bands(text: Any) -> dict[str, int]:
    try:
        return parse_bands(text) if isinstance(text, str) else {}
    except ExplainedError:
        return {}


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
