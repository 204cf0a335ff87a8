"""The product's own eyes: layers as cases, and what its rules say of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ....checks.baseline import Baseline, DemOrigin
from ....checks.findings import Family, Finding, Verdict
from ....checks.measures.case import Case, Settings
from ....checks.rules.rule import Judgement, Rule
from ....checks.standard import Standard, load
from ....checks.submission.submission import Submission
from ....checks.table import Field, GeometryArray, Table
from ..protocol import CLEAN, DOUBTFUL, INCONSISTENT, NOT_CHECKABLE, FloatArray
from .terrain import wkt

CAMPAIGN_YEAR = 2023


@lru_cache(maxsize=1)
def standard() -> Standard:
    """The newest rule set that ships."""
    return load()


@lru_cache(maxsize=32)
def rules(family: Family) -> tuple[Rule, ...]:
    """The shipped rules of a family, without those of the others."""
    module = import_module(f"....checks.rules.{family.value}", __package__)
    return tuple(module.rules(standard()))


def table(
    name: str, columns: Mapping[str, Sequence[Any]], geometry: GeometryArray, code: str = ""
) -> Table:
    """A layer as the reader would give it; ``code`` is its CRS as WKT."""
    arrays: dict[str, Any] = {}
    for key, values in columns.items():
        text = len(values) > 0 and isinstance(values[0], (str, type(None)))
        arrays[key] = np.asarray(values, dtype=object if text else np.float64)
    fields = {
        key: Field(key, key, "text" if values.dtype == object else "real")
        for key, values in arrays.items()
    }
    kinds = {0: "point", 1: "line", 3: "polygon"}
    kind = kinds.get(int(shapely.get_type_id(geometry[0])) if len(geometry) else 3, "polygon")
    return Table(
        name, f"{name}.gpkg", fields, arrays, np.asarray(geometry, dtype=object),
        np.arange(len(geometry)), code or wkt(), kind,
    )  # fmt: skip


def spot_table(xy: FloatArray, z: FloatArray, code: str = "") -> Table:
    """GCZJD."""
    ids = [f"371402{4300000000 + number:012d}" for number in range(len(xy))]
    return table("GCZJD", {"BSM": ids, "BSGC": list(z)}, shapely.points(xy), code)


def parcel_table(
    geometry: GeometryArray, classes: Sequence[str] | str = "0103", code: str = ""
) -> Table:
    """DLTB of a few fields."""
    count = len(geometry)
    columns = {
        "BSM": [bsm(number) for number in range(count)],
        "TBYBH": [f"{number:08d}" for number in range(count)],
        "DLBM": [classes] * count if isinstance(classes, str) else list(classes),
        "TBMJ": list(np.round(shapely.area(geometry), 2)),
    }
    return table("DLTB", columns, geometry, code)


def bsm(number: int) -> str:
    """Identifier of the parcel of that number."""
    return f"371402{2110000000 + number:012d}"


def case_of(
    layers: Iterable[Table],
    dem: Path | str = "",
    *,
    settings: Settings | None = None,
    origin: DemOrigin = DemOrigin.INDEPENDENT,
    evidence: Sequence[Path] = (),
    tracks: Sequence[Path] = (),
) -> Case:
    """A case of layers on a DEM, with evidence stores and tracks."""
    found = {layer.name: layer for layer in layers}
    submission = Submission(
        Path("package.gpkg"),
        "folder",
        found,
        evidence=list(evidence),
        tracks=list(tracks),
        county="371402",
        year=CAMPAIGN_YEAR,
    )
    return Case(submission, Baseline(dem=str(dem), dem_origin=origin), standard(), settings)


def judge(case: Case, family: Family, without: Sequence[str] = ()) -> list[tuple[Rule, Judgement]]:
    """What each rule of a family says, those ``without`` left out."""
    return [(rule, rule.judge(case)) for rule in rules(family) if rule.id not in without]


def findings_of(judged: Iterable[tuple[Rule, Judgement]]) -> list[Finding]:
    """All findings."""
    return [finding for _, judgement in judged for finding in judgement.findings]


def said_of(findings: Iterable[Finding], tested: bool = True) -> int:
    """The strongest that ``findings`` say; not checkable when there are none and no test."""
    worst = CLEAN if tested else NOT_CHECKABLE
    for finding in findings:
        worst = max(worst, INCONSISTENT if finding.verdict is Verdict.INCONSISTENT else DOUBTFUL)
    return worst


def said_by_object(
    findings: Iterable[Finding], names: Sequence[str], key: Callable[[Finding], Iterable[str]]
) -> list[int]:
    """The strongest said of each of ``names``; ``key`` tells whom a finding is about."""
    places = {name: number for number, name in enumerate(names)}
    out = [CLEAN] * len(names)
    for finding in findings:
        for name in key(finding):
            if name in places:
                out[places[name]] = max(out[places[name]], said_of([finding]))
    return out
