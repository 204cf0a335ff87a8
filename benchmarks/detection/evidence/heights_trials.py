"""Experiments on heights: copied, biased, tilted, invented, transplanted, heaped, misplaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from ....checks.findings import Finding
from ..evaluation import strength_found
from ..protocol import Context, Goal, Sample, Tampering
from . import heights_curve
from . import heights_tampering as tamper
from .goals import pooled_rate
from .heights import Survey, genuine, measured
from .heights_look import (
    Look,
    about_digits,
    about_layer,
    about_level,
    about_nearness,
    group,
    look,
    without_search,
)
from .heights_oracle import oracle_of
from .judging import said_of
from .terrain import PLACES, Ground, ground_of

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
        *heights_curve.series(),
    )
    family = "heights"
    places: tuple[str, ...] = PLACES
    calibrated_on: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ()
    replicates = (4, 4)

    def run(self, context: Context, place: str, replicate: int) -> Sequence[Sample]:
        """Genuine layers and layers spoiled in all ways (copied only, in most quick replicates)."""
        ground = ground_of(context, place, replicate)
        if ground is None:
            return []
        random = context.random(self.name, place, replicate)
        copies_only = context.quick and replicate > 0
        with without_search():
            honest = [
                (survey, look(ground, survey)) for survey in _honest(ground, random, context.quick)
            ]
            spoiled: list[tuple[tamper.Forged, Look]] = []
            for forged in _forged(ground, random, context.quick, copies_only):
                spoiled.append((forged, look(ground, forged.survey)))
            curves = _curves(place, replicate, ground, honest, spoiled, random)
        by_key: Looks = {}
        for forged, seen in spoiled:
            by_key.setdefault((forged.kind, forged.strength, forged.label), []).append(seen)
        return [*_samples(place, replicate, [seen for _, seen in honest], by_key), *curves]

    def goals(self) -> Sequence[Goal]:
        """Copied heights."""
        copies = [f"copied_{method}" for method in tamper.METHODS]
        return (
            Goal(
                "heights copied from the DEM, noise ≤ 0.5 NMAD, n ≥ 30",
                "≥ 99 % at 0.1 %",
                0.99,
                pooled_rate("height_copied", copies, 0.001, most=0.5),
                remedy="see the rows below: what is missed are few heights with much noise",
            ),
            *heights_curve.goals(),
        )


def _curves(
    place: str,
    replicate: int,
    ground: Ground,
    honest: Sequence[tuple[Survey, Look]],
    spoiled: Sequence[tuple[tamper.Forged, Look]],
    random: np.random.Generator,
) -> list[Sample]:
    """Copies by number of heights, where the laws of the DEM's errors are known."""
    if ground.law is None:
        return []
    west, south, east, north = ground.extent
    edge = 6 * ground.cell
    xy = random.uniform((west + edge, south + edge), (east - edge, north - edge), (1500, 2))
    everywhere = look(ground, Survey(xy, np.round(ground.at(xy), 2), 0.01))
    oracle = oracle_of(ground, xy, everywhere.rough)
    if oracle is None:
        return []

    def scored(survey: Survey, seen: Look) -> heights_curve.Scored:
        said = said_of(seen.of(about_nearness), tested=bool(seen.numbers))
        score = seen.numbers.get("copied", float("nan"))
        return heights_curve.scored(score, said, seen.tile, oracle, survey, seen.rough)

    out: list[Sample] = []
    for count in heights_curve.COUNTS:
        clean = [scored(survey, seen) for survey, seen in honest if len(survey) == count]
        copied: dict[float, list[heights_curve.Scored]] = {}
        for forged, seen in spoiled:
            if forged.kind == "copied_bilinear" and len(forged.survey) == count:
                copied.setdefault(forged.strength, []).append(scored(forged.survey, seen))
        if clean and copied:
            out += heights_curve.curve(place, replicate, count, clean, dict(copied))
    return out


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
    share = {30: 62, 100: 30, 300: 8} if quick else {30: 130, 100: 90, 300: 45, 1000: 10}
    for count, times in share.items():
        for _ in range(times):
            yield genuine(ground, count, random)


def _forged(
    ground: Ground, random: np.random.Generator, quick: bool, copies_only: bool
) -> Iterator[tamper.Forged]:
    counts: tuple[int, ...] = (
        (30, 100, 300) if quick else (30,) * 5 + (100,) * 5 + (300,) * 2 + (1000,)
    )
    if copies_only:
        counts = (30, 100)
    noises, biases = tamper.noise_sizes(quick), tamper.bias_sizes(quick)
    for number, count in enumerate(counts):
        honest = genuine(ground, count, random)
        for method in tamper.METHODS:
            for noise in noises:
                spoiled = tamper.copied(honest, ground, method, noise, random)
                yield tamper.Forged(f"copied_{method}", noise, f"{noise:g} NMAD noise", spoiled)
        if copies_only:
            continue
        for size in biases:
            spoiled = tamper.biased(honest, ground, size, bool(number % 2))
            yield tamper.Forged("bias", size, f"{size:g} NMAD", spoiled)
        yield from _invented(ground, honest, random)
    for count in () if copies_only else (100, 300) * (1 if quick else 5):
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
