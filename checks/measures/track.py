"""All facts about the receiver tracks of a package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from ..progress import SILENT, Progress
from ..submission.submission import Submission
from ..submission.tracks import Track, UnreadableTrack, read_tracks
from ..table import FloatArray, Table
from .track_drawn import drawn_ratio
from .track_motion import Motion, measure_motion, path_of
from .track_place import Place, measure_places
from .track_replay import Replay, find_replays


@dataclass(frozen=True)
class TrackMeasure:
    """Tracks and what was measured of each, in the order of their names.

    ``motions`` and ``places`` have one entry a track; ``replays`` name tracks
    by their number. ``unreadable`` are files that gave no track, by name.
    ``statistic`` (shape ``(tracks,)``) is the continuous test statistic of
    drawnness: the log likelihood ratio of drawn against recorded (see
    :mod:`.track_drawn`); higher is more suspicious, NaN where nothing could be judged.
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
    signs: Mapping[str, Any],
    progress: Progress = SILENT,
) -> TrackMeasure:
    """Read and measure every track of the package.

    ``signs`` are the weights of the signs of drawn tracks, ``track_signs.json``.
    """
    files = track_files(submission)
    read = read_tracks(files, progress.part(0.0, 0.4))
    paths = [path_of(track) for track in read.tracks]
    motions = [measure_motion(track, path) for track, path in zip(read.tracks, paths)]
    places = measure_places(read.tracks, parcels, wkt, dem_path)
    replays = find_replays(read.tracks, paths, progress.part(0.6, 1.0))
    progress.at(1.0)
    statistic = np.array([drawn_ratio(motion, signs) for motion in motions], dtype=float)
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
