"""Evidence: heights, photos, tracks and frames, genuine and spoiled."""

from __future__ import annotations

from ..protocol import Experiment
from .frames_trials import Frames
from .heights_trials import Bias, Heights, Misplaced
from .photos_trials import PhotoViews
from .reuse_trials import Reuse
from .tracks_trials import Tracks

EXPERIMENTS: tuple[Experiment, ...] = (
    Heights(),
    Bias(),
    Misplaced(),
    PhotoViews(),
    Reuse(),
    Tracks(),
    Frames(),
)
