"""Experiments on tracks: drawn, replayed, impossible, or with heights that nobody measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ....checks.findings import Family, Finding
from ....checks.measures.case import Settings
from ....checks.measures.gcj02 import wgs84_to_gcj02
from ....checks.table import GeometryArray
from ..protocol import BoolArray, Context, FloatArray, Goal, Group, Sample, Tampering
from . import tracks_tampering as tamper
from .goals import pooled_rate
from .judging import case_of, findings_of, judge, parcel_table, said_of
from .land import mosaic, to_degrees
from .photos import END, START
from .terrain import Ground, ground_of
from .track_files import write_gpx, write_nmea
from .tracks import KINDS, Track, genuine, real_windows, round_of


@dataclass(frozen=True)
class Seen:
    """What the product made of a package of tracks; arrays of shape ``(tracks,)``.

    ``moved`` tells tracks whose motion could be measured.
    """

    drawn: FloatArray
    replayed: FloatArray
    moved: BoolArray
    findings: list[list[Finding]]

    def group(
        self, rows: Sequence[int], scores: str, causes: Sequence[str] = (), tile: int = 0
    ) -> Group:
        """Some tracks; ``scores`` is ``drawn``, ``replayed``, or rules whose verdict ranks them.

        Rules are written with commas between; what the others said does not count then.
        """
        chosen = np.array(rows, dtype=np.int64)
        wanted = scores.split(",") if "." in scores else []
        found = [
            [f for f in self.findings[row] if f.rule_id in wanted or not wanted] for row in rows
        ]
        said = np.array([said_of(own) for own in found], dtype=np.int64)
        values = said.astype(np.float64) if wanted else getattr(self, scores)[chosen]
        if scores == _MOTION:
            values = np.where((said > 0) | self.moved[chosen], values, np.nan)
        named = [any(f.cause in causes for f in own) for own in found]
        return Group(
            values, said, tile + np.arange(len(chosen)),
            np.array(named, dtype=bool) if causes else None,
        )  # fmt: skip


_MOTION = "tracks.speed,tracks.time_order"
_HEIGHT = "tracks.altitude"
_FRAME = "tracks.frame"


class Tracks:
    """Tracks of field work, honest ones simulated or real; each track is one object."""

    name = "tracks"
    series: tuple[str, ...] = (
        "track_drawn",
        "track_impossible",
        "track_altitude",
        "track_replayed",
    )
    family = "tracks"
    places: tuple[str, ...] = ("penn", "somerset", "costarica", "zion")
    calibrated_on: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ()
    replicates = (1, 8)

    def run(self, context: Context, place: str, replicate: int) -> Sequence[Sample]:
        """One county's tracks, genuine and spoiled."""
        ground = ground_of(context, place, replicate)
        if ground is None:
            return []
        random = context.random(self.name, place, replicate)
        parcels = mosaic(ground, 120.0, 140, random)
        count = 250 if context.quick else 400
        honest = [
            genuine(parcels, ground, random, KINDS[n % len(KINDS)], float(random.uniform(6, 18)))
            for n in range(count)
        ]
        length = int(random.integers(80, 300))
        share = (self.places.index(place) + len(self.places) * replicate, len(self.places) * 8)
        honest += real_windows(context, ground, 10, length, share)

        def seen(tracks: Sequence[Track], coded: bool = False) -> Seen:
            return look(context.work, ground, parcels, tracks, coded)

        clean, every = seen(honest), range(len(honest))
        # Tampered tracks are delivered among as many honest ones as a village has.
        honest = [*honest[:50], *honest[count:]]
        drawn, drawn_rows = self._drawn(parcels, ground, honest, random)
        others, other_rows = self._others(ground, honest, random)
        replays, replay_rows = self._replayed(honest, random)
        found = (seen([*honest, *drawn]), seen([*honest, *others]), seen([*honest, *replays]))
        base = len(honest)

        def tampered(
            number: int, rows: dict[str, list[int]], scores: str, causes: Sequence[str] = ()
        ) -> list[Tampering]:
            return [
                Tampering(
                    kind, 1.0, kind.replace("_", " "),
                    found[number].group([base + row for row in own], scores, causes),
                )
                for kind, own in rows.items()
            ]  # fmt: skip

        coded = seen(honest, coded=True).group(range(len(honest)), _FRAME, ("gcj02",))
        odd = {"gcj02_tracks": coded}
        impossible = {k: v for k, v in other_rows.items() if k in tamper.IMPOSSIBLE}
        altitude = {k: v for k, v in other_rows.items() if k not in tamper.IMPOSSIBLE}

        def sample(name: str, scores: str, own: list[Tampering]) -> Sample:
            group = clean.group(every, scores)
            more = odd if name == "track_impossible" else {}
            statistic = "verdict" if "." in scores else scores
            return Sample(name, self.family, place, statistic, group, own, more, replicate)

        return [
            sample("track_drawn", "drawn", tampered(0, drawn_rows, "drawn", ("drawn_track",))),
            sample("track_impossible", _MOTION, tampered(1, impossible, _MOTION)),
            sample("track_altitude", _HEIGHT, tampered(1, altitude, _HEIGHT)),
            sample(
                "track_replayed", "replayed",
                tampered(2, replay_rows, "replayed", ("replayed_track",)),
            ),
        ]  # fmt: skip

    def _drawn(
        self,
        parcels: GeometryArray,
        ground: Ground,
        honest: Sequence[Track],
        random: np.random.Generator,
    ) -> tuple[list[Track], dict[str, list[int]]]:
        out: list[Track] = []
        rows: dict[str, list[int]] = {}
        for how in tamper.DRAWN:
            for _ in range(4):
                corners = round_of(parcels, ground, random, float(random.uniform(8, 18)))
                like = honest[int(random.integers(len(honest)))]
                rows.setdefault(how, []).append(len(out))
                out.append(tamper.drawn(corners, like, how, random))
        return out, rows

    def _others(
        self, ground: Ground, honest: Sequence[Track], random: np.random.Generator
    ) -> tuple[list[Track], dict[str, list[int]]]:
        out: list[Track] = []
        rows: dict[str, list[int]] = {}

        def add(kind: str, make: Callable[[Track], Track]) -> None:
            for _ in range(4):
                rows.setdefault(kind, []).append(len(out))
                out.append(make(honest[int(random.integers(len(honest)))]))

        for how in tamper.IMPOSSIBLE:
            add(how, partial(_impossible, how, random))
        add("altitude_of_dem", lambda track: tamper.heights_of_dem(track, ground, False))
        add("altitude_constant", lambda track: tamper.heights_of_dem(track, ground, True))
        return out, rows

    def _replayed(
        self, honest: Sequence[Track], random: np.random.Generator
    ) -> tuple[list[Track], dict[str, list[int]]]:
        out: list[Track] = []
        rows: dict[str, list[int]] = {}
        for how in tamper.REPLAYED:
            for _ in range(4):
                rows.setdefault(how, []).append(len(out))
                track = honest[int(random.integers(len(honest)))]
                out.append(tamper.replayed(track, how, random))
        return out, rows

    def goals(self) -> Sequence[Goal]:
        """Drawn and impossible tracks."""
        return (
            Goal(
                "drawn track", "≥ 99 % at 0.1 %", 0.99,
                pooled_rate("track_drawn", tamper.DRAWN, 0.001, unjudged_apart=True),
                remedy="logs as the receiver wrote them (NMEA, one fix a second)",
            ),
            Goal(
                "impossible track", "≥ 99 % at 0.1 %", 0.99,
                pooled_rate("track_impossible", tamper.IMPOSSIBLE, 0.001, unjudged_apart=True),
            ),
        )  # fmt: skip


def _impossible(how: str, random: np.random.Generator, track: Track) -> Track:
    return tamper.impossible(track, how, random)


def look(
    work: Path, ground: Ground, parcels: GeometryArray, tracks: Sequence[Track], coded: bool
) -> Seen:
    """Write the tracks, let the product read and judge them; ``coded``: all in GCJ-02."""
    folder = work / "tracks"
    folder.mkdir(exist_ok=True)
    paths = []
    for number, track in enumerate(tracks):
        degrees = to_degrees(track.xy)
        if coded:
            degrees = np.column_stack(wgs84_to_gcj02(degrees[:, 0], degrees[:, 1]))
        # NMEA knows one fix an instant: several of them would be one.
        alone = len(np.unique(track.time)) == len(track)
        if alone and (track.fix == 4 or number % 4 == 3):
            path = folder / f"{number:04d}.nmea"
            talker = ("GN", "BD", "GP")[number % 3]
            paths.append(write_nmea(path, track, talker, degrees))
        else:
            paths.append(write_gpx(folder / f"{number:04d}.gpx", track, degrees))
    settings = Settings(campaign_start=START, campaign_end=END)
    case = case_of([parcel_table(parcels)], ground.dem, settings=settings, tracks=paths)
    found = findings_of(judge(case, Family.TRACKS))
    names = [path.name for path in paths]
    by_name: dict[str, list[Finding]] = {name: [] for name in names}
    for finding in found:
        by_name.get(finding.object_id, []).append(finding)
    measure = case.tracks
    drawn, replayed = np.full(len(names), np.nan), np.full(len(names), np.nan)
    moved = np.zeros(len(names), dtype=bool)
    if measure is not None:
        rows = [names.index(track.name) for track in measure.tracks]
        drawn[rows], replayed[rows] = measure.statistic, 0.0
        moved[rows] = [np.isfinite(motion.top_speed) for motion in measure.motions]
        for replay in measure.replays:
            for one in {replay.one, replay.other}:
                replayed[rows[one]] = max(replayed[rows[one]], replay.share)
    for path in paths:
        path.unlink()
    return Seen(drawn, replayed, moved, [by_name[name] for name in names])
