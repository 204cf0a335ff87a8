"""Noise without memory in a track: what is drawn has it, what is received hardly.

Second differences tell white noise from wander as the Allan variance does
(Allan 1966, Proc. IEEE 54, 221-230).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from ..table import FloatArray
from .track_path import Path

_NOISE_STEP = 6.0
_EVEN_SHARE = 0.8
_EVEN_SPACING = 0.5
_ROUNDINGS = 12.0


def white_noise(path: Path, evenness: float) -> tuple[float, float]:
    """Spread of the noise without memory in metres, and its share; the clearer of two ways.

    Across the way, speed does not disturb; where the noise is larger than the
    steps there is no "across", and whole second differences tell.
    """
    usual = float(np.median(path.span))
    if usual > _NOISE_STEP or len(path.rows) < 60:
        return float("nan"), float("nan")
    even = float(np.mean(path.joined & (np.abs(path.span - usual) <= 0.05 * usual)))
    if even < _EVEN_SHARE and not evenness < _EVEN_SPACING:
        # Thinned to its corners, any track zigzags.
        return float("nan"), float("nan")
    across, whole = _white_across(path), _white_whole(path)
    return max((across, whole), key=lambda one: one[1] if np.isfinite(one[1]) else -1.0)


def _white_across(path: Path) -> tuple[float, float]:
    """Each fix against the line through its neighbours.

    White noise of variance w gives (3/2, -1, 1/4) w at lags 0, 1, 2; a position
    that wanders at random (1/2, -1/4, 0); a course that does (1, 1/4, 0).
    """
    moving = path.joined & (path.step > max(4 * path.unit, 0.3))
    length = np.maximum(path.step, 1e-9)
    part = length[:-1] / (length[:-1] + length[1:])
    chord_x, chord_y = path.x[2:] - path.x[:-2], path.y[2:] - path.y[:-2]
    chord = np.hypot(chord_x, chord_y)
    off_x, off_y = path.east[:-1] - part * chord_x, path.north[:-1] - part * chord_y
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = (chord_x * off_y - chord_y * off_x) / chord
    good = moving[:-1] & moving[1:] & (chord > 0.5 * length[:-1])
    return _apart(
        [np.where(good, offset, np.nan)],
        [[1.5, 0.5, 1.0], [-1.0, -0.25, 0.25], [0.25, 0.0, 0.0]],
        path.unit,
    )


def _white_whole(path: Path) -> tuple[float, float]:
    """Second differences of positions, fix after fix.

    White noise gives (6, -4, 1) w; a position that wanders at random (2, -1, 0);
    a velocity that does (4, 1, 0) / 6.
    """
    usual = float(np.median(path.span))
    even = path.joined & (np.abs(path.span - usual) <= 0.05 * usual)
    if even.mean() < _EVEN_SHARE:
        return float("nan"), float("nan")
    good = even[:-1] & even[1:]
    # Standing still, a receiver repeats itself.
    good &= (path.step[:-1] > 2 * path.unit) | (path.step[1:] > 2 * path.unit)
    second = [np.where(good, np.diff(each), np.nan) for each in (path.east, path.north)]
    return _apart(second, [[6.0, 2.0, 4.0], [-4.0, -1.0, 1.0], [1.0, 0.0, 0.0]], path.unit)


def _apart(
    offsets: list[FloatArray], models: list[list[float]], unit: float
) -> tuple[float, float]:
    """Take autocovariances at lags 0, 1, 2 apart into the models; the first is white noise."""
    lags = np.zeros(3)
    for offset in offsets:
        known = np.isfinite(offset)
        if known.sum() < 80:
            return float("nan"), float("nan")
        limit = 4 * 1.4826 * float(np.median(np.abs(offset[known]))) + 1e-9
        kept = np.where(np.abs(offset) <= limit, offset, np.nan)
        for lag in range(3):
            pairs = kept[lag:] * kept[: len(kept) - lag]
            lags[lag] += float(np.nanmean(pairs)) if np.isfinite(pairs).any() else np.nan
    if not np.isfinite(lags).all() or lags[0] <= 0:
        return float("nan"), float("nan")
    lags /= len(offsets)
    design = np.array(models)
    (white, _, _), _ = nnls(design, lags)
    share = min(design[0, 0] * white / lags[0], 1.0)
    if white < _ROUNDINGS * unit**2 / 12:
        return 0.0, 0.0
    return float(np.sqrt(white - unit**2 / 12)), float(share)
