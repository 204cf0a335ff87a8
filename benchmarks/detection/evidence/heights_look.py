"""Layers of heights as the product sees them: its statistics, and what its rules say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....checks.findings import Family, Finding
from ....checks.measures import heights as measuring
from ....checks.measures.heights import HeightSet
from ....checks.measures.heights_shift import Shift
from ..protocol import FloatArray, Group
from .heights import Survey
from .judging import case_of, findings_of, judge, said_of, spot_table
from .terrain import Ground

_WHOLE = {"heights.bias", "heights.tilt", "heights.datum_shift", "heights.accuracy"}
_OTHER = {"heights.blunder", "heights.contour_interval", "heights.contour_neighbour",
          "heights.contour_crossing"}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What the product made of one layer: statistics by name, and its findings.

    ``rough`` is how rough the DEM is at its points, metres, NaN where not known.
    """

    numbers: dict[str, float]
    findings: list[Finding]
    rough: FloatArray
    tile: int

    def of(self, wanted: Callable[[Finding], bool]) -> list[Finding]:
        """Some of the findings."""
        return [finding for finding in self.findings if wanted(finding)]


def about_nearness(finding: Finding) -> bool:
    """Rules that say *too near*: whatever is neither about position, level nor single points."""
    return finding.rule_id not in _WHOLE | _OTHER


def about_digits(finding: Finding) -> bool:
    """The rule of heaped last digits."""
    return finding.rule_id == "heights.heaped_digits"


def about_level(finding: Finding) -> bool:
    """Rules of bias and tilt."""
    return finding.rule_id in ("heights.bias", "heights.tilt")


def about_layer(finding: Finding) -> bool:
    """Any rule that speaks of the layer as a whole."""
    return finding.object_id == finding.layer and finding.rule_id not in _OTHER


@contextmanager
def without_search() -> Iterator[None]:
    """Heights are not searched for elsewhere: nine tenths of the time, for one fact in five."""
    search = measuring.find_shift

    def none(*_: Any) -> Shift:
        return Shift("few")

    measuring.find_shift = none  # type: ignore[assignment]
    try:
        yield
    finally:
        measuring.find_shift = search


def look(ground: Ground, survey: Survey) -> Look:
    """Measure and judge one layer of heights against the checker's DEM."""
    case = case_of([spot_table(survey.xy, survey.z)], ground.dem)
    found = findings_of(judge(case, Family.HEIGHTS))
    spots = case.heights.spots if case.heights is not None else None
    west, south, east, north = ground.extent
    share = (survey.xy.mean(axis=0) - (west, south)) / (east - west, north - south)
    tile = int(np.clip(share[0] * 4, 0, 3)) * 4 + int(np.clip(share[1] * 4, 0, 3))
    if spots is None:
        return Look({}, found, np.full(len(survey), np.nan), tile)
    return Look(_numbers(spots), found, spots.near.rough, tile)


def _numbers(spots: HeightSet) -> dict[str, float]:
    given, near, like = spots.given, spots.near, spots.likeness
    with np.errstate(invalid="ignore", divide="ignore"):
        tilt = float(np.hypot(*(given.tilt / given.tilt_sigma)))
    blocks = near.block_evidence[np.isfinite(near.block_evidence)]
    part = max([near.evidence, -near.spike, -near.all_exact, *blocks.tolist()])
    shift = spots.shift
    return {
        "copied": near.statistic,
        "evidence": near.evidence,
        "part": part,
        "bias_z": abs(given.bias) / given.bias_sigma if given.bias_sigma > 0 else float("nan"),
        "tilt_z": tilt,
        "foreign": _log_ratio(like.spread, like.relief),
        "smooth": -_log_ratio(like.own_error, like.ground_error),
        "gain": shift.gain if shift.state == "found" and shift.length > 0 else 0.0,
    }


def _log_ratio(one: float, other: float) -> float:
    return float(np.log(one / other)) if one > 0 and other > 0 else float("nan")


def group(
    looks: Sequence[Look],
    statistic: str,
    wanted: Callable[[Finding], bool],
    causes: Sequence[str] = (),
) -> Group:
    """Layers as a group: one statistic, and what some of the rules said."""
    said, named = [], []
    for one in looks:
        own = one.of(wanted)
        said.append(said_of(own, tested=bool(one.numbers)))
        named.append(any(finding.cause in causes for finding in own))
    scores = np.array([one.numbers.get(statistic, float("nan")) for one in looks])
    if statistic == "verdict":
        scores = np.array(said, dtype=np.float64)
    return Group(
        scores,
        np.array(said, dtype=np.int64),
        np.array([one.tile for one in looks], dtype=np.int64),
        np.array(named, dtype=bool) if causes else None,
    )
