"""All signs of a drawn track together: how much likelier drawn than recorded.

Each sign adds to a log likelihood ratio by pieces of straight lines, as a
logistic regression weighs them (Cox 1958, J. R. Stat. Soc. B 20, 215-242) that
was taught on simulated receivers, honest loggers' thinning and smoothing
included, and on simulated drawings. Weights never change sign: less steadiness
never makes a track more suspicious.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .track_motion import Motion

_LEAST, _MOST = 2e-3, 2.0


def drawn_parts(motion: Motion, signs: Mapping[str, Any]) -> dict[str, float]:
    """What each sign adds to the log likelihood ratio, 0 and more; only those that do.

    ``signs`` is ``track_signs.json``: for each a list of ``[from, weight]``.
    """
    # At steady speed on a motorway a car comes close to a program.
    fast = motion.speed >= signs["fast_m_s"]
    factor = 1.0 / signs["fast_factor"] if fast else 1.0
    out: dict[str, float] = {}
    for name in signs["low"]:
        value = getattr(motion, name)
        if np.isfinite(value):
            known = np.log(max(value * factor, _LEAST))
            out[name] = sum(w * max(np.log(k) - known, 0.0) for k, w in signs["low"][name])
    for name in signs["high"]:
        value = getattr(motion, name)
        if np.isfinite(value):
            out[name] = sum(w * max(value - k, 0.0) for k, w in signs["high"][name])
    if np.isfinite(motion.white):
        # After several seconds the wander of a receiver itself has no memory.
        allowed = max(1.0, motion.interval / signs["white_s"])
        out["white"] = _white(motion, signs["white"], allowed)
        out["white"] += _white(motion, signs["plain_white"], 1.0)
    if np.isfinite(motion.bumpy) and np.isfinite(motion.pace):
        out["pace"] = out.get("pace", 0.0) + _both(motion, signs["both"], factor)
    if motion.computed > signs["computed"]["least"]:
        out["computed"] = float(signs["computed"]["weight"])
    return {name: float(value) for name, value in out.items() if value > 0}


def _white(motion: Motion, knots: Sequence[tuple[float, float, float]], allowed: float) -> float:
    """Noise without memory: enough of it, and hardly anything else."""
    total = 0.0
    for metres, share, weight in knots:
        noise = np.log(max(motion.white, 1e-2) / (allowed * metres))
        purity = 4 * np.log(max(motion.white_share, 1e-2) / share)
        total += weight * float(np.clip(min(noise, purity), 0.0, _MOST))
    return total


def _both(motion: Motion, knots: Sequence[tuple[float, float, float]], factor: float) -> float:
    """Smooth from fix to fix, and no change of pace over a minute either."""
    total = 0.0
    for bumpy, pace, weight in knots:
        smooth = np.log(bumpy / max(motion.bumpy * factor, _LEAST))
        even = 2 * np.log(pace / max(motion.pace * factor, _LEAST))
        total += weight * float(np.clip(min(smooth, even), 0.0, _MOST))
    return total


def drawn_ratio(motion: Motion, signs: Mapping[str, Any]) -> float:
    """The log likelihood ratio; NaN where no sign could be measured.

    NaN also where fixes are so far apart that neither gait nor a receiver's error
    would show, and no sign says drawn.
    """
    known = [motion.steadiness, motion.evenness, motion.straight, motion.white, motion.rough]
    known += [motion.cubic]
    enough = motion.moving >= signs["least_moving"] and np.isfinite(known).any()
    enough &= motion.interval < signs["most_interval_s"]
    if not enough and not motion.computed > signs["computed"]["least"]:
        return float("nan")
    ratio = float(signs["origin"]) + sum(drawn_parts(motion, signs).values())
    apart = motion.interval * motion.speed > signs["most_step_m"]
    return float("nan") if apart and ratio <= 0 else ratio
