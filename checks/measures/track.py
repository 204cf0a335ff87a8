"""All facts about the receiver tracks of a package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np

from ..progress import SILENT, Progress
from ..submission.submission import Submission
from ..submission.tracks import Track, UnreadableTrack, read_tracks
from ..table import FloatArray, Table
from .track_motion import Motion, measure_motion, path_of
from .track_place import Place, measure_places
from .track_replay import Replay, find_replays


@dataclass(frozen=True)
class TrackMeasure:
    """Tracks and what was measured of each, in the order of their names.

    ``motions`` and ``places`` have one entry a track; ``replays`` name tracks
    by their number. ``unreadable`` are files that gave no track, by name.
    ``statistic`` (shape ``(tracks,)``) is the continuous test statistic of
    drawnness: the logarithm of how far the clearest sign of a drawn track lies
    beyond what honest receivers reach; higher is more suspicious, above 0 is
    doubtful, NaN where nothing could be judged.
    """

    tracks: list[Track]
    motions: list[Motion]
    places: list[Place]
    replays: list[Replay]
    unreadable: dict[str, UnreadableTrack]
    statistic: FloatArray


def measure_tracks(
    submission: Submission,
    parcels: Table | None,
    wkt: str,
    dem_path: str,
    limits: Mapping[str, float],
    progress: Progress = SILENT,
) -> TrackMeasure:
    """Read and measure every track of the package.

    ``limits`` are those of the rule ``tracks.drawn``: they scale the statistic.
    """
    files = track_files(submission)
    read = read_tracks(files, progress.part(0.0, 0.4))
    paths = [path_of(track) for track in read.tracks]
    motions = [measure_motion(track, path) for track, path in zip(read.tracks, paths)]
    places = measure_places(read.tracks, parcels, wkt, dem_path)
    replays = find_replays(read.tracks, paths, progress.part(0.6, 1.0))
    progress.at(1.0)
    statistic = np.array([drawn_statistic(motion, limits) for motion in motions], dtype=float)
    return TrackMeasure(read.tracks, motions, places, replays, read.unreadable, statistic)


def track_files(submission: Submission) -> list[tuple[str, FilePath]]:
    """Tracks by the name that findings give them: the file's, with its folder if not unique."""
    inside = {item.path: item.name for item in submission.files}
    plain = [path.name for path in submission.tracks]
    out = [
        (path.name if plain.count(path.name) == 1 else inside.get(path, str(path)), path)
        for path in submission.tracks
    ]
    return sorted(out)


def drawn_signs(motion: Motion, limits: Mapping[str, float]) -> dict[str, float]:
    """The signs of a drawn track as logarithms of how far each is beyond its limit.

    Above 0: beyond it. Signs that could not be measured are left out. ``limits``
    are those of the rule ``tracks.drawn``.
    """
    out: dict[str, float] = {}
    # At steady speed on a motorway a car comes close to a program.
    factor = 1.0 if motion.speed < limits["fast_m_s"] else limits["fast_factor"]
    for name in ("steadiness", "evenness"):
        value = getattr(motion, name)
        if np.isfinite(value):
            out[name] = float(np.log(limits[name] * factor / max(value, 1e-5)))
    if np.isfinite(motion.straight):
        out["straight"] = float(np.log((motion.straight + 0.05) / (limits["straight"] + 0.05)))
    if np.isfinite(motion.white):
        # After several seconds the wander of a receiver itself has no memory.
        allowed = limits["white_m"] * max(1.0, motion.interval / limits["white_s"])
        noise = np.log(max(motion.white, 1e-3) / allowed)
        share = 4 * np.log(max(motion.white_share, 1e-3) / limits["white_share"])
        out["white"] = float(min(noise, share))
    return out


def drawn_statistic(motion: Motion, limits: Mapping[str, float]) -> float:
    """The clearest sign; NaN where there is none."""
    signs = drawn_signs(motion, limits)
    return max(signs.values()) if signs else float("nan")
