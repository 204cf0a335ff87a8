"""Experiments on heights: copied, biased, tilted, invented, transplanted, heaped, misplaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....checks.findings import Family, Finding
from ....checks.measures import heights as measuring
from ....checks.measures.heights import HeightSet
from ....checks.measures.heights_shift import Shift
from ..evaluation import strength_found
from ..protocol import Context, Goal, Group, Sample, Tampering
from . import heights_tampering as tamper
from .goals import pooled_rate
from .heights import Survey, genuine, measured
from .judging import case_of, findings_of, judge, said_of, spot_table
from .terrain import PLACES, Ground, ground_of

_WHOLE = {"heights.bias", "heights.tilt", "heights.datum_shift", "heights.accuracy"}
_OTHER = {"heights.blunder", "heights.contour_interval", "heights.contour_neighbour",
          "heights.contour_crossing"}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What the product made of one layer: statistics by name, and its findings."""

    numbers: dict[str, float]
    findings: list[Finding]
    effective: float
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
        return Look({}, found, float("nan"), tile)
    return Look(_numbers(spots), found, spots.given.correlation.effective, tile)


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


Looks = dict[tuple[str, float, str], list[Look]]


class Heights:
    """Layers of n = 30 … 1000 spot heights; each layer is one object.

    Points that only a search for a horizontal shift could tell are another
    experiment (:class:`Misplaced`), since the search costs twenty times the rest.
    """

    name = "heights"
    series: tuple[str, ...] = (
        "height_copied",
        "height_part_copied",
        "height_interpolated",
        "height_heaped",
        "height_bias",
        "height_tilt",
        "height_foreign",
    )
    family = "heights"
    places: tuple[str, ...] = PLACES
    calibrated_on: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ()
    replicates = (1, 4)

    def run(self, context: Context, place: str, replicate: int) -> Sequence[Sample]:
        """Genuine layers and layers spoiled in all ways; four samples of them."""
        ground = ground_of(context, place, replicate)
        if ground is None:
            return []
        random = context.random(self.name, place, replicate)
        with without_search():
            honest = [look(ground, survey) for survey in _honest(ground, random, context.quick)]
            spoiled: Looks = {}
            for forged in _forged(ground, random, context.quick):
                key = (forged.kind, forged.strength, forged.label)
                spoiled.setdefault(key, []).append(look(ground, forged.survey))
        return _samples(place, replicate, honest, spoiled)

    def goals(self) -> Sequence[Goal]:
        """Copied heights."""
        copies = [f"copied_{method}" for method in tamper.METHODS]
        return (
            Goal(
                "heights copied from the DEM, noise ≤ 0.5 NMAD, n ≥ 30",
                "≥ 99 % at 0.1 %",
                0.99,
                pooled_rate("height_copied", copies, 0.001, most=0.5),
            ),
        )


_SAMPLES: tuple[tuple[str, str, Callable[[Finding], bool], tuple[str, ...]], ...] = (
    ("height_copied", "copied", about_nearness, ("copied_from_dem",)),
    ("height_part_copied", "part", about_nearness, ("copied_from_dem",)),
    ("height_interpolated", "smooth", about_nearness, ()),
    ("height_heaped", "verdict", about_digits, ("heaped_digits",)),
    ("height_bias", "bias_z", about_level, ("ellipsoidal_height", "vertical_bias")),
    ("height_tilt", "tilt_z", about_level, ("tilt",)),
    ("height_foreign", "foreign", about_layer, ()),
)


def _belongs(experiment: str, kind: str) -> bool:
    kinds = {
        "height_copied": ("copied", "contours"),
        "height_interpolated": ("interpolated", "invented_smooth"),
        "height_heaped": ("heaped",),
        "height_part_copied": ("part",),
        "height_bias": ("bias", "ellipsoidal"),
        "height_tilt": ("tilt",),
        "height_foreign": ("invented", "transplanted", "shuffled"),
    }
    return kind.startswith(kinds[experiment])


def _samples(place: str, replicate: int, honest: list[Look], spoiled: Looks) -> list[Sample]:
    out = []
    for experiment, statistic, wanted, causes in _SAMPLES:
        own = {key: looks for key, looks in spoiled.items() if _belongs(experiment, key[0])}
        out.append(_sample(experiment, statistic, place, replicate, honest, own, wanted, causes))
    return out


def _sample(
    experiment: str,
    statistic: str,
    place: str,
    replicate: int,
    honest: list[Look],
    spoiled: Looks,
    wanted: Callable[[Finding], bool],
    causes: Sequence[str],
) -> Sample:
    tampered = [
        Tampering(*key, group(looks, statistic, wanted, causes)) for key, looks in spoiled.items()
    ]
    clean = group(honest, statistic, wanted, causes)
    return Sample(experiment, "heights", place, statistic, clean, tampered, replicate=replicate)


def _honest(ground: Ground, random: np.random.Generator, quick: bool) -> Iterator[Survey]:
    share = {30: 60, 100: 25, 300: 5} if quick else {30: 130, 100: 90, 300: 45, 1000: 10}
    for count, times in share.items():
        for _ in range(times):
            yield genuine(ground, count, random)


def _forged(ground: Ground, random: np.random.Generator, quick: bool) -> Iterator[tamper.Forged]:
    counts = (30, 100, 300) if quick else (30,) * 5 + (100,) * 5 + (300,) * 2 + (1000,)
    noises, biases = tamper.noise_sizes(quick), tamper.bias_sizes(quick)
    for number, count in enumerate(counts):
        honest = genuine(ground, count, random)
        for method in tamper.METHODS:
            for noise in noises:
                spoiled = tamper.copied(honest, ground, method, noise, random)
                yield tamper.Forged(f"copied_{method}", noise, f"{noise:g} NMAD noise", spoiled)
        for size in biases:
            spoiled = tamper.biased(honest, ground, size, bool(number % 2))
            yield tamper.Forged("bias", size, f"{size:g} NMAD", spoiled)
        yield from _invented(ground, honest, random)
    for count in (100, 300) * (1 if quick else 5):
        honest = genuine(ground, count, random)
        yield from _of_parts(ground, honest, random)


def _invented(
    ground: Ground, honest: Survey, random: np.random.Generator
) -> Iterator[tamper.Forged]:
    """Heights that were not measured here, in other ways than by copying."""
    for size in (1.0, 2.0, 4.0):
        tilted = tamper.tilted(honest, ground, size, random)
        yield tamper.Forged("tilt", size, f"{size:g} NMAD across", tilted)
    for share in (0.2, 0.5):
        made = tamper.interpolated(honest, random, share)
        yield tamper.Forged("interpolated", share, f"{share:.0%} measured", made)
    geoid = float(random.uniform(10.0, 60.0)) * float(random.choice([-1, 1]))
    yield tamper.Forged("ellipsoidal", 1.0, "10–60 m", tamper.ellipsoidal(honest, geoid))
    yield tamper.Forged(
        "invented_smooth", 1.0, "surface", tamper.invented(honest, ground, random, False)
    )
    yield tamper.Forged(
        "invented_flat", 1.0, "constant", tamper.invented(honest, ground, random, True)
    )
    yield tamper.Forged("shuffled", 1.0, "other points", tamper.other_points(honest, random))
    interval = float(np.clip(np.round(ground.spread), 1, 10))
    made = tamper.contour_heights(honest, ground, interval)
    yield tamper.Forged("contours", 1.0, "points on contours of the DEM", made)
    yield tamper.Forged("heaped", 0.5, "half of the heights", tamper.heaped(honest, random, 0.5))
    if ground.truth is not None:
        moved = tamper.transplanted(honest, ground, random)
        yield tamper.Forged("transplanted", 1.0, "another place", moved)


def _of_parts(
    ground: Ground, honest: Survey, random: np.random.Generator
) -> Iterator[tamper.Forged]:
    for share in (0.1, 0.3, 0.6):
        part = tamper.copied(honest, ground, "bilinear", 0.0, random, share)
        yield tamper.Forged("part_scattered", share, f"{share:.0%} here and there", part)
        block = tamper.copied_block(honest, ground, share, 0.25, random)
        yield tamper.Forged("part_block", share, f"{share:.0%} on one side, 0.25 NMAD noise", block)


class Bias:
    """Layers spread over a whole county, so that about 100 differences are independent.

    A bias of the DEM itself over a village cannot be told from one of the
    survey; over a county the DEM's errors average out. Every replicate has
    another DEM of other errors.
    """

    name = "height_bias_100"
    series: tuple[str, ...] = ("height_bias_100",)
    family = "heights"
    places: tuple[str, ...] = ("zion", "penn")
    calibrated_on: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ()
    replicates = (3, 25)

    def run(self, context: Context, place: str, replicate: int) -> Sequence[Sample]:
        """Honest layers on one DEM, and biased ones."""
        ground = ground_of(context, place, 100 + replicate)
        if ground is None:
            return []
        random = context.random(self.name, place, replicate)
        sizes = tamper.bias_sizes(context.quick)[:5]
        with without_search():
            honest = [look(ground, _wide(ground, random)) for _ in range(16)]
            spoiled: Looks = {}
            for number in range(4):
                survey = _wide(ground, random)
                for size in sizes:
                    biased = tamper.biased(survey, ground, size, bool(number % 2))
                    key = ("bias", size, f"{size:g} NMAD")
                    spoiled.setdefault(key, []).append(look(ground, biased))
        # All layers share the errors of one DEM: they stand or fall together.
        together = [replace(one, tile=replicate) for one in honest]
        spoiled = {
            key: [replace(one, tile=replicate) for one in looks] for key, looks in spoiled.items()
        }
        return [
            _sample(
                self.name, "bias_z", place, replicate, together, spoiled, about_level,
                ("vertical_bias",),
            )
        ]  # fmt: skip

    def goals(self) -> Sequence[Goal]:
        """The least bias that is found."""
        return (
            Goal(
                "height bias, effective n = 100",
                "found 90 % of the time from 0.6 NMAD at 0.1 %",
                0.6,
                strength_found("height_bias_100", "bias", 0.001),
                at_most=True,
                unit="NMAD",
                remedy="a DEM whose own errors are correlated over less ground, or control "
                "points: a bias of the DEM's own cannot be told from one of the survey",
            ),
        )


def _wide(ground: Ground, random: np.random.Generator) -> Survey:
    """160 heights all over the place."""
    west, south, east, north = ground.extent
    edge = 5 * ground.cell
    low, high = (west + edge, south + edge), (east - edge, north - edge)
    return measured(ground, random.uniform(low, high, (160, 2)), random)


class Misplaced:
    """Layers drawn beside where they were measured: the whole measure, search included."""

    name = "height_misplaced"
    series: tuple[str, ...] = ("height_misplaced",)
    family = "heights"
    places: tuple[str, ...] = PLACES
    calibrated_on: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ()
    replicates = (1, 3)

    def run(self, context: Context, place: str, replicate: int) -> Sequence[Sample]:
        """Wrong sheets, by cells of the DEM."""
        ground = ground_of(context, place, replicate)
        if ground is None:
            return []
        random = context.random(self.name, place, replicate)
        times = 2 if context.quick else 12
        honest = [look(ground, genuine(ground, 100, random)) for _ in range(2 * times)]
        tampered = []
        for cells in (1.0, 3.0, 6.0):
            looks = []
            for _ in range(times):
                survey = genuine(ground, 100, random)
                looks.append(look(ground, tamper.wrong_sheet(survey, cells, ground.cell, random)))
            found = group(looks, "gain", about_layer, ("datum_shift",))
            tampered.append(Tampering("wrong_sheet", cells, f"{cells:g} cells", found))
        clean = group(honest, "gain", about_layer)
        return [Sample(self.name, self.family, place, "gain", clean, tampered, replicate=replicate)]

    def goals(self) -> Sequence[Goal]:
        """None of its own: the frame experiment counts what is named."""
        return ()
