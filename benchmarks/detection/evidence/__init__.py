"""Evidence: heights, photos, tracks and frames, genuine and spoiled."""

from __future__ import annotations

from ..protocol import Experiment
from .heights_trials import Heights, Misplaced

EXPERIMENTS: tuple[Experiment, ...] = (Heights(), Misplaced())
