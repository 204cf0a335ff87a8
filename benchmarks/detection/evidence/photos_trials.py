"""Experiments on photos: where they were taken, where they look, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....checks.findings import Family, Finding
from ....checks.measures.case import Case, Settings
from ....checks.measures.gcj02 import wgs84_to_gcj02
from ....checks.table import GeometryArray
from ..protocol import BoolArray, Context, FloatArray, Goal, Group, IntArray, Sample, Tampering
from . import photos_tampering as tamper
from .goals import pooled_rate
from .judging import case_of, findings_of, judge, parcel_table, said_by_object
from .land import mosaic, to_degrees
from .photo_files import write_store
from .photos import END, START, Shots, burst, clock_minutes, clock_zone, genuine
from .pictures import Pictures
from .terrain import Ground, ground_of

HALF_VIEW = 33.7
"""Degrees: half of what the simulated phones see (27 mm equivalent)."""

_SMALL = (120, 90)
"""Pixels: what is seen on a photo is another experiment."""

_STORE = "371402.db"
_QUICK = ("penn", "zion")


_CLEAR = 25.0
"""Metres outside the parcel from which receivers leave no doubt about the side."""


@dataclass(frozen=True)
class Package:
    """One package of photos as the product saw it; arrays of shape ``(photos,)``."""

    statistic: FloatArray
    said: IntArray
    tile: IntArray
    named: BoolArray

    def group(self, rows: IntArray | slice = slice(None)) -> Group:
        """Some of the photos as a group."""
        return Group(self.statistic[rows], self.said[rows], self.tile[rows], self.named[rows])

    def verdicts(self, rows: IntArray | slice = slice(None)) -> Group:
        """The same, ranked by what the rules said, where no statistic stands for all of them."""
        scores = self.said.astype(np.float64)
        return Group(scores[rows], self.said[rows], self.tile[rows], self.named[rows])


class PhotoViews:
    """Photos that cannot see their parcel: moved, turned, swapped; each photo is one object.

    A tenth of a package's photos is spoiled in one way, the rest is honest.
    Turned photos count only where no part of the parcel is left in view.
    """

    name = "photo_view"
    series: tuple[str, ...] = ("photo_view", "photo_time")
    family = "photos"
    places: tuple[str, ...] = ("penn", "somerset", "costarica", "zion")
    calibrated_on: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ()
    replicates = (1, 5)

    def run(self, context: Context, place: str, replicate: int) -> Sequence[Sample]:
        """One package, genuine and spoiled in every way."""
        ground = ground_of(context, place, replicate)
        if ground is None or (context.quick and place not in _QUICK):
            return []
        random = context.random(self.name, place, replicate)
        parcels = mosaic(ground, float(random.uniform(60, 160)), 140, random)
        shots = genuine(ground, parcels, 100 if context.quick else 200, random)
        supply = Pictures(context, f"{place} {replicate}", _SMALL)
        pictures = [supply.take() for _ in range(len(shots))]

        def seen(spoiled: Shots, causes: Sequence[str] = (), code: str = "") -> Package:
            return look(context.work, ground, parcels, spoiled, pictures, causes, code)

        clean = seen(shots)
        odd = {
            "gcj02_store": seen(shots, ("gcj02",), "gcj02").group(),
            "bursts": seen(burst(shots.only(slice(0, 60)), random)).group(),
            "clocks_minutes": seen(clock_minutes(shots, random)).group(),
            "clocks_zone": seen(clock_zone(shots, -8.0)).group(),
        }
        views, times = self._views(shots, parcels, random, seen), self._times(shots, random, seen)
        return [
            Sample(self.name, self.family, place, "view", clean.group(), views, odd, replicate),
            Sample(
                "photo_time", self.family, place, "verdict", clean.verdicts(), times,
                replicate=replicate,
            ),
        ]  # fmt: skip

    def _views(
        self,
        shots: Shots,
        parcels: GeometryArray,
        random: np.random.Generator,
        seen: Callable[..., Package],
    ) -> list[Tampering]:
        out = []
        for three in (tamper.MOVES[::2], tamper.MOVES[1::2]):
            spoiled, chosen = shots, _thirds(shots, random)
            for metres, rows in zip(three, chosen):
                spoiled = tamper.moved(spoiled, parcels, rows, metres, random)
            package = seen(spoiled)
            for metres, rows in zip(three, chosen):
                label = f"{metres:g} m from the parcel"
                out.append(Tampering("moved", metres, label, package.group(rows)))
        for two in (tamper.TURNS[:2], tamper.TURNS[2:]):
            spoiled, chosen = shots, _thirds(shots, random)
            for degrees, rows in zip(two, chosen):
                spoiled = tamper.turned(spoiled, rows, degrees, random)
            spoiled = tamper.swapped(spoiled, chosen[2], random)
            package = seen(spoiled)
            away = tamper.away(spoiled, parcels)
            for degrees, taken in zip((*two, 0.0), chosen):
                rows = taken[tamper.blind(spoiled, parcels, taken, HALF_VIEW)]
                clear = rows[away[rows] >= _CLEAR]
                if not degrees:
                    label = "filed under another parcel"
                    out.append(Tampering("swapped", 1.0, label, package.group(rows)))
                    continue
                label = f"{degrees:g}°, parcel out of view"
                out.append(Tampering("turned", degrees, label, package.group(rows)))
                label = f"{degrees:g}°, ≥ {_CLEAR:g} m outside"
                out.append(Tampering("turned_outside", degrees, label, package.group(clear)))
        return [tampering for tampering in out if len(tampering.group)]

    def _times(
        self, shots: Shots, random: np.random.Generator, seen: Callable[..., Package]
    ) -> list[Tampering]:
        a, b, c = _thirds(shots, random)
        early = tamper.retimed(tamper.retimed(shots, a, "before", random), b, "after", random)
        early = tamper.retimed(early, c, "night", random)
        mock = tamper.mocked(shots, a, random, middle=True)
        mock = tamper.hurried(mock, b)
        rounded = tamper.mocked(shots, np.arange(len(shots)), random, middle=False)
        packages = [seen(each) for each in (early, mock, rounded)]
        found = (
            (0, a, "retimed_before", "before the campaign"),
            (0, b, "retimed_after", "after the campaign"),
            (0, c, "retimed_night", "at night"),
            (1, a, "mock_repeated", "one position for all"),
            (1, b, "hurried", "eight seconds apart"),
            (2, slice(None), "mock_round", "round coordinates throughout"),
        )
        return [
            Tampering(kind, 1.0, label, packages[number].verdicts(rows))
            for number, rows, kind, label in found
        ]

    def goals(self) -> Sequence[Goal]:
        """Photos that cannot see their parcel."""
        return (
            Goal(
                "photo that cannot see its parcel: ≥ 200 m off",
                "≥ 95 % at 1 %",
                0.95,
                pooled_rate(self.name, ("moved",), 0.01, least=200.0),
            ),
            Goal(
                "photo that cannot see its parcel: turned ≥ 90°",
                "≥ 95 % at 1 %",
                0.95,
                pooled_rate(self.name, ("turned",), 0.01, least=90.0),
            ),
        )


def _thirds(shots: Shots, random: np.random.Generator) -> list[IntArray]:
    """Three groups of photos, together a fifth of all."""
    count = max(len(shots) // 15, 4)
    rows = random.permutation(len(shots))
    return [rows[:count], rows[count : 2 * count], rows[2 * count : 3 * count]]


def look(
    work: Path,
    ground: Ground,
    parcels: GeometryArray,
    shots: Shots,
    pictures: Sequence[bytes],
    causes: Sequence[str] = (),
    code: str = "",
) -> Package:
    """Write the store, let the product read and judge it, and sort what it said by photo.

    ``code`` ``gcj02`` encrypts all positions; ``named`` tells photos of whose
    package one of ``causes`` was named.
    """
    degrees = to_degrees(shots.xy)
    if code == "gcj02":
        degrees = np.column_stack(wgs84_to_gcj02(degrees[:, 0], degrees[:, 1]))
    store = write_store(work / _STORE, shots, pictures, degrees)
    case = photo_case(ground, parcels, [store])
    # What is seen on the pictures is another experiment, and takes most of the time.
    found = findings_of(judge(case, Family.PHOTOS, without=("photos.reused",)))
    measure = case.photos
    ids = [str(number + 1) for number in range(len(shots))]
    statistic = np.full(len(shots), np.nan)
    if measure is not None:
        for row, delivered in enumerate(measure.photos.delivered):
            statistic[int(delivered.object_id) - 1] = measure.view.statistic[row]
    said = np.array(said_by_object(found, ids, whom), dtype=np.int64)
    named = bool({finding.cause for finding in found} & set(causes))
    return Package(statistic, said, shots.parcel, np.full(len(shots), named))


def photo_case(ground: Ground, parcels: GeometryArray, stores: list[Path]) -> Case:
    """A case of parcels and evidence stores, with the campaign's dates."""
    settings = Settings(campaign_start=START, campaign_end=END)
    return case_of([parcel_table(parcels)], ground.dem, settings=settings, evidence=stores)


def whom(finding: Finding) -> list[str]:
    """Ids of the photos that a finding is about: its own, and the other of a pair."""
    return [finding.object_id, *str(finding.evidence.get("others", "")).split(",")]
