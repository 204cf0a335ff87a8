"""Experiment on frames: whether a mistake is named, and parcels accused because of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ....checks.findings import Family, Finding
from ....checks.options import Options
from ....checks.verify import verify
from ..evaluation import Evaluation, named, pooled
from ..protocol import (
    CLEAN,
    DOUBTFUL,
    Context,
    Goal,
    Group,
    Measured,
    Sample,
    Tampering,
)
from .frames import MISTAKES, County, make_county, right, write_package, write_previous
from .judging import bsm, said_by_object, said_of
from .terrain import ground_of

FAMILIES = (
    Family.PACKAGE, Family.TERRAIN, Family.HEIGHTS, Family.CHANGE, Family.BOUNDARY,
    Family.CONTROL, Family.HISTORY, Family.STATISTICS,
)  # fmt: skip
"""What runs: rules that compare with what is trusted, and those that name frames."""

_FORM = {Family.PACKAGE, Family.SCHEMA, Family.CODES}
_ANY = frozenset().union(*(mistake.causes for mistake in MISTAKES))


class Frames:
    """Whole counties in a wrong frame, from end to end through ``verify``.

    ``frame_named`` has packages as objects (named: the right word was found);
    ``frame_accused`` has parcels: what was said of each beyond what the same
    county in its right frame gets.
    """

    name = "frame_named"
    series: tuple[str, ...] = ("frame_named", "frame_accused")
    family = "heights"
    places: tuple[str, ...] = ("zion", "penn", "somerset")
    calibrated_on: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ()
    replicates = (1, 6)

    def run(self, context: Context, place: str, replicate: int) -> Sequence[Sample]:
        """One county, right and in every wrong frame."""
        ground = ground_of(context, place, replicate)
        if ground is None:
            return []
        random = context.random(self.name, place, replicate)
        county = make_county(context, ground, random)
        previous = write_previous(context.work / "previous.gpkg", county, random)
        # What a reviewer has differs: last year's parcels and heights, or one of them only.
        lacks = ("", "heights", "previous")[(self.places.index(place) + replicate) % 3]
        package = context.work / "package.gpkg"

        def found(path: Path) -> list[Finding]:
            options = Options(
                submission=path,
                findings=context.work / "findings.gpkg",
                dem=str(ground.dem),
                previous="" if lacks == "previous" else str(previous),
                families=FAMILIES,
            )
            return list(verify(options).findings)

        spots = lacks != "heights"
        honest = found(write_package(package, county, right(county), spots))
        known = _about_parcels(honest)
        tampered, odd = [], {}
        for mistake in MISTAKES:
            if mistake.kind == "ellipsoidal_height" and not spots:
                continue
            wrong = found(write_package(package, county, mistake.apply(county, random), spots))
            causes = {finding.cause for finding in wrong}
            hit = bool(causes & mistake.causes)
            words = [finding for finding in wrong if finding.cause in mistake.causes]
            group = Group(
                np.array([float(hit)]), np.array([said_of(words)]), np.zeros(1, dtype=np.int64),
                np.array([hit]),
            )  # fmt: skip
            tampered.append(Tampering(mistake.kind, 1.0, mistake.label, group))
            if not hit:
                context.say(f"{place} without {lacks or 'nothing'}: {mistake.kind} not named")
            more = [f for f in _about_parcels(wrong).values() if _key(f) not in known]
            odd[mistake.kind] = _parcels(county, more)
        wrongly = [finding for finding in honest if finding.cause in _ANY]
        clean = Group(
            np.array([float(bool(wrongly))]), np.array([said_of(wrongly)]),
            np.zeros(1, dtype=np.int64), np.zeros(1, dtype=bool),
        )  # fmt: skip
        own = _parcels(county, list(known.values()))
        return [
            Sample(
                self.name, self.family, place, "named", clean, tampered, replicate=replicate
            ),
            Sample(
                "frame_accused", self.family, place, "verdict", own, (), odd, replicate
            ),
        ]  # fmt: skip

    def goals(self) -> Sequence[Goal]:
        """Named rightly, and nobody accused."""
        return (
            Goal(
                "frame mistakes named correctly", "≥ 95 %", 0.95, _named(self.name)
            ),
            Goal(
                "parcels accused because of a frame mistake", "none", 0.0, accused_parcels,
                at_most=True,
            ),
        )  # fmt: skip


def _named(experiment: str) -> Callable[[Evaluation], Measured]:
    share = named(experiment)

    def measure(evaluation: Evaluation) -> Measured:
        found = share(evaluation)
        missed = {
            f"{t.kind} ({s.place})"
            for s in evaluation.of(experiment)
            for t in s.tampered
            if t.group.named is not None and not t.group.named.all()
        }
        note = f"not named: {', '.join(sorted(missed))}" if missed else ""
        return Measured(found.value, found.low, found.high, found.count, note)

    return measure


def accused_parcels(evaluation: Evaluation) -> Measured:
    """Share of parcels said to be doubtful or worse only because of a frame mistake."""
    groups, kinds = [], set()
    for number, sample in enumerate(evaluation.of("frame_accused")):
        for kind, group in sample.odd.items():
            groups.append((number, group))
            if (group.said >= DOUBTFUL).any():
                kinds.add(f"{kind} ({sample.place})")
    pool = pooled(groups)
    if not len(pool):
        return Measured(float("nan"), note="not tried")
    accused = pool.said >= DOUBTFUL
    note = f"{int(accused.sum())} of {len(pool)}" + (
        f": {', '.join(sorted(kinds))}" if kinds else ""
    )
    return Measured(float(accused.mean()), count=len(pool), note=note)


def _about_parcels(findings: Sequence[Finding]) -> dict[tuple[str, str, str], Finding]:
    """Findings on truth about single parcels."""
    return {
        _key(finding): finding
        for finding in findings
        if finding.parcel_bsm and finding.family not in _FORM
    }


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.rule_id, finding.parcel_bsm, finding.cause


def _parcels(county: County, findings: Sequence[Finding]) -> Group:
    names = [bsm(number) for number in range(len(county.parcels))]
    said = np.array(said_by_object(findings, names, lambda f: [f.parcel_bsm]), dtype=np.int64)
    scores = (said > CLEAN).astype(np.float64)
    return Group(scores, said, np.arange(len(names)) // 20)
