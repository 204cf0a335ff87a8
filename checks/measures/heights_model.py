"""Two models of the differences between heights and a DEM, weighed against each other.

Honest differences carry the errors of the DEM: larger on slopes and on rough
ground, and shared by neighbours (Koppe's formula, Hodgson & Bresnahan 2004,
PE&RS 70, 331–339; correlated over short and long reaches, Rolstad et al. 2009,
J. Glaciology 55, 666–680; Hugonnet et al. 2022, IEEE JSTARS 15, 6456–6472).
Heights read off the DEM do not carry them: what is left is rounding and noise
put on top, the same everywhere and strange to its neighbours. Both are normal
with a covariance of that form; the logarithm of the ratio of their greatest
(posterior) likelihoods tells how much better copying explains the differences.

How large a DEM's errors usually are, is told by its cell: a few per cent of it
on level ground and a tenth of a cell of misplacement on slopes, about a
quarter of what the best grades of CH/T 9009.2 allow. That is a habit of DEMs
and no law, so that the ratio ranks layers; alone it proves nothing.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.linalg import LinAlgError, cho_solve, cholesky
from scipy.spatial.distance import cdist

from ..table import FloatArray, IntArray
from .robust import nmad

LEVEL, MISPLACED = 0.03, 0.1
"""Usual errors of a DEM, in cells: on level ground, and horizontally."""

_WIDEST = 60.0
_DEM = (0.4, 0.65, 1.0, 1.6, 2.6)
_RELIEF = (0.6, 1.0, 1.6)
_REACH = (1.5, 4.0)  # cells
_LONG, _LONG_SHARE = 15.0, 0.25
_SURVEY = (0.1, 0.4)
_HABIT = 0.6  # of the logarithm of a DEM's usual error
_CLIP = 4.0
_ROUNDED = 0.29  # of the unit: standard deviation of rounding
_NEAR = 0.4  # cells over which relief between cells is alike


def usual_error(slope: FloatArray, cell: float) -> FloatArray:
    """What a DEM of that cell usually errs at slopes in degrees, metres, shape ``(n,)``."""
    width = min(cell, _WIDEST)
    return np.hypot(LEVEL * width, MISPLACED * width * np.tan(np.radians(slope)))


def copying(
    residuals: list[FloatArray],
    xy: FloatArray,
    rough: FloatArray,
    slope: FloatArray,
    cell: float,
    resolution: float,
    blocks: list[IntArray],
) -> float:
    """Logarithm of the likelihood ratio of copying over an honest survey.

    Parameters
    ----------
    residuals
        Heights minus DEM, metres, one array of shape ``(n,)`` for each way of
        interpolating that could have been copied; the last two are also ways
        of comparing honestly.
    xy, rough, slope
        Metres, shape ``(n, 2)``; metres and degrees, shape ``(n,)``.
    cell, resolution
        Of the DEM and of the heights, metres.
    blocks
        Rows that are taken together (correlation beyond them is left out).
    """
    rows = np.concatenate(blocks)
    plain = [_clipped(residual, rows, resolution) for residual in residuals]
    copied = max(_white(residual[rows], resolution) for residual in plain)
    errors = usual_error(slope, cell)
    ratio = copied - max(
        _honest(residual, xy, rough, errors, cell, resolution, blocks) for residual in plain[-2:]
    )
    spread = min(float(np.sqrt(np.mean(residual[rows] ** 2))) for residual in plain)
    usual = float(np.sqrt(np.median(rough[rows] ** 2 + errors[rows] ** 2)))
    # Farther off than the DEM errs: too far, whatever it is, and not too near.
    return ratio if spread <= usual else min(ratio, -np.log(spread / usual))


def _clipped(residual: FloatArray, rows: IntArray, resolution: float) -> FloatArray:
    """About their median, blunders pulled in; rounded values may have no NMAD at all."""
    middle = np.median(residual[rows])
    reach = _CLIP * max(nmad(residual[rows]), resolution) + 0.02
    return np.clip(residual - middle, -reach, reach)


def _white(residual: FloatArray, resolution: float) -> float:
    """Greatest likelihood of one spread everywhere."""
    sigma = max(float(np.sqrt(np.mean(residual**2))), _ROUNDED * resolution + 2e-3)
    return float(-len(residual) * np.log(sigma) - 0.5 * np.sum((residual / sigma) ** 2))


def _honest(
    residual: FloatArray,
    xy: FloatArray,
    rough: FloatArray,
    errors: FloatArray,
    cell: float,
    resolution: float,
    blocks: list[IntArray],
) -> float:
    """Greatest posterior of errors of the DEM, relief between cells, and a survey."""
    shapes = []
    for block in blocks:
        distance = cdist(xy[block], xy[block]) / cell
        long = _LONG_SHARE * np.exp(-3 * distance / _LONG)
        near = np.outer(rough[block], rough[block]) * np.exp(-((distance / _NEAR) ** 2))
        by_slope = np.outer(errors[block], errors[block])
        shapes.append((residual[block], distance, long, near, by_slope))
    best = -np.inf
    noise = (resolution**2) / 12
    for reach in _REACH:
        kept = [
            (r, ((1 - _LONG_SHARE) * np.exp(-((d / reach) ** 2)) + long) * by_slope, near)
            for r, d, long, near, by_slope in shapes
        ]
        for dem, relief, survey in product(_DEM, _RELIEF, _SURVEY):
            prior = -0.5 * (np.log(dem) / _HABIT) ** 2
            total = prior + sum(
                _normal(r, dem**2 * by_dem + relief**2 * near, noise + survey**2)
                for r, by_dem, near in kept
            )
            best = max(best, total)
    return float(best)


def _normal(residual: FloatArray, covariance: FloatArray, white: float) -> float:
    matrix = covariance + white * np.eye(len(residual))
    try:
        root = cholesky(matrix, lower=True, check_finite=False)
    except LinAlgError:
        return -np.inf
    solved = cho_solve((root, True), residual, check_finite=False)
    return float(-np.sum(np.log(np.diag(root))) - 0.5 * residual @ solved)
