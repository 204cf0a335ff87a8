"""Two models of the differences between heights and a DEM, weighed against each other.

Honest differences carry the errors of the DEM: larger on slopes and on rough
ground, and shared by neighbours (Koppe's formula, Hodgson & Bresnahan 2004,
PE&RS 70, 331–339; correlated over short and long reaches, Rolstad et al. 2009,
J. Glaciology 55, 666–680; Hugonnet et al. 2022, IEEE JSTARS 15, 6456–6472).
Heights read off the DEM do not carry them: what is left is rounding and noise
put on top, the same everywhere and strange to its neighbours. Both are normal
with a covariance of that form. What is not known (how large the errors are,
over how many cells they are shared, how exact the survey, how much noise was
added, how the DEM was interpolated) is integrated out over what is usual: the
ratio is a Bayes factor (Kass & Raftery 1995, JASA 90, 773–795). If what is
usual is right, honest layers exceed a factor of 1000 (logarithm 6.9) at most
once in a thousand, wherever they lie (Ville 1939; Markov's inequality).

How large a DEM's errors usually are, is told by its cell: a few per cent of it
on level ground and a tenth of a cell of misplacement on slopes, about a
quarter of what the best grades of CH/T 9009.2 allow, give or take a factor of
1.6; one in ten may be made from a finer one and err far less, but for what lies
between its cells. That is a habit of DEMs and no law, so that the ratio ranks
layers; alone it proves nothing. On level ground there is nothing to tell by: some plains are
known to decimetres by DEMs of any cell.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.linalg import LinAlgError
from scipy.spatial.distance import cdist
from scipy.stats import norm

from ..table import BoolArray, FloatArray, IntArray
from .robust import nmad

LEVEL, MISPLACED = 0.03, 0.1
"""Usual errors of a DEM, in cells: on level ground, and horizontally."""

LEAST_ROUGH = 0.1
"""Metres of the DEM's interpolation error below which ground is level here."""

_WIDEST = 60.0
_DRAWS, _AT_ONCE = 128, 64
_HABIT = (0.037, 0.09)  # medians of the errors on level ground and by slope, in cells
_SPREAD = 0.5  # of the logarithms of both
_RELIEF_SPREAD = 0.4
_SHORT = (1.0, 2.5)  # cells: least, and times it, of the short reach
_LONG = (6.0, 18.0)
_SHARE = (0.4, 0.9)  # of the variance that is shared over the short reach
_SURVEY = (0.05, 0.5)  # metres
_COMMON = 0.05  # metres that a survey is off as a whole
_FINER, _FINEST = 0.1, 0.03  # of all DEMs: made from a finer one; errors of these, times the usual
_NOISES = np.geomspace(0.05, 1.0, 32)  # of what is usual
_ROUNDED = 0.29  # of the unit: standard deviation of rounding
_NEAR = 0.4  # cells over which relief between cells is alike
_ODD, _MOST_ODD = 6.0, 0.15


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
    whole: float = 0.0,
) -> float:
    """Logarithm of the Bayes factor of copying over an honest survey; NaN on level ground.

    Parameters
    ----------
    residuals
        Heights minus DEM, metres, one array of shape ``(n,)`` for each way of
        interpolating that could have been copied; the last two are also ways
        of comparing honestly.
    xy, rough, slope
        Metres, shape ``(n, 2)``; metres and degrees, shape ``(n,)``.
    cell, resolution, whole
        Of the DEM and of the heights, and what the DEM's are rounded to, metres.
    blocks
        Rows that are taken together (correlation beyond them is left out).
    """
    rows = np.concatenate(blocks)
    if not np.median(rough[rows]) >= LEAST_ROUGH:
        return float("nan")
    width = min(cell, _WIDEST)
    tangent = np.tan(np.radians(slope))
    survey = (_ROUNDED * resolution) ** 2 + (_ROUNDED * whole) ** 2
    parts = [_Part(xy[b], rough[b], tangent[b], cell, width, survey) for b in blocks]
    kept = [part.kept(residuals[-2][b], resolution) for part, b in zip(parts, blocks)]
    parts = [part.only(keep) for part, keep in zip(parts, kept)]
    rows = np.concatenate([b[keep] for b, keep in zip(blocks, kept)])
    centred = [residual - residual[rows].mean() for residual in residuals]
    honest = np.zeros((_DRAWS, 2))
    for part, b, keep in zip(parts, blocks, kept):
        honest += part.likelihoods(np.stack([r[b[keep]] for r in centred[-2:]], axis=1))
    usual = float(np.sqrt(np.median(rough[rows] ** 2 + usual_error(slope[rows], cell) ** 2)))
    copied = [_white(r[rows], usual, resolution) for r in centred]
    ratio = _mean(np.concatenate(copied)) - _mean(honest.ravel())
    spread = min(float(np.sqrt(np.mean(r[rows] ** 2))) for r in centred)
    # Farther off than the DEM errs: too far, whatever it is, and not too near.
    return ratio if spread <= usual else min(ratio, -np.log(spread / usual))


def _white(residual: FloatArray, usual: float, resolution: float) -> FloatArray:
    """Logarithms of likelihood for each noise that may have been added."""
    sigma = np.sqrt((_NOISES * usual) ** 2 + (_ROUNDED * resolution) ** 2 + 4e-6)
    return -len(residual) * np.log(sigma) - 0.5 * np.sum(residual**2) / sigma**2


def _mean(logarithms: FloatArray) -> float:
    """Logarithm of the mean of what these are logarithms of."""
    most = float(logarithms.max())
    return most + float(np.log(np.mean(np.exp(logarithms - most))))


@lru_cache(maxsize=1)
def _usual_errors() -> dict[str, FloatArray]:
    """Draws of what is not known of an honest survey, evenly over what is usual.

    A sequence of low discrepancy (additive recurrence by powers of the
    generalised golden ratio), so that every run weighs alike.
    """
    names = ("level", "by_slope", "relief", "share", "survey", "short", "long", "finer")
    golden = 2.0
    for _ in range(60):
        golden = (1 + golden) ** (1 / (len(names) + 1))
    steps = golden ** -np.arange(1.0, len(names) + 1)
    even = np.mod(0.5 + np.outer(np.arange(1, _DRAWS + 1), steps), 1.0)
    u = dict(zip(names, even.T))
    bell = {name: norm.ppf(0.001 + 0.998 * u[name]) for name in names[:3]}
    # A grid made coarser from a finer one has the errors of that, and those of its own width only.
    finer = np.minimum(_FINEST ** (1.0 - u["finer"] / _FINER), 1.0)
    return {
        "level": _HABIT[0] * np.exp(_SPREAD * bell["level"]) * finer,
        "by_slope": _HABIT[1] * np.exp(_SPREAD * bell["by_slope"]) * finer,
        "relief": np.exp(_RELIEF_SPREAD * bell["relief"]),
        "share": _SHARE[0] + (_SHARE[1] - _SHARE[0]) * u["share"],
        "survey": _SURVEY[0] * (_SURVEY[1] / _SURVEY[0]) ** u["survey"],
        "short": _SHORT[0] * _SHORT[1] ** u["short"],
        "long": _LONG[0] * (_LONG[1] / _LONG[0]) ** u["long"],
    }


def _solved(roots: FloatArray, columns: FloatArray) -> FloatArray:
    """``roots⁻¹ columns`` for lower triangles ``(draws, n, n)``: forward substitution, all at once.

    NumPy's own solver takes no notice of the triangle and starts a thread for each.
    """
    out = np.empty((len(roots), *columns.shape))
    out[:, 0] = columns[0] / roots[:, 0, :1]
    for row in range(1, len(columns)):
        known = np.einsum("dk,dkc->dc", roots[:, row, :row], out[:, :row])
        out[:, row] = (columns[row] - known) / roots[:, row, row, None]
    return out


class _Part:
    """Points whose honest differences are correlated; ``width`` is the cell, at most 60 m."""

    def __init__(
        self,
        xy: FloatArray,
        rough: FloatArray,
        tangent: FloatArray,
        cell: float,
        width: float,
        white: float,
    ) -> None:
        self._squares = cdist(xy, xy, "sqeuclidean") / cell**2
        self._near = np.outer(rough, rough) * np.exp(-self._squares / _NEAR**2)
        self._tangent, self._width, self._white = tangent, width, white

    def only(self, keep: BoolArray) -> _Part:
        """Some of the points."""
        out = object.__new__(_Part)
        both = np.ix_(keep, keep)
        out._squares, out._near = self._squares[both], self._near[both]
        out._tangent, out._width, out._white = self._tangent[keep], self._width, self._white
        return out

    def kept(self, residual: FloatArray, resolution: float) -> BoolArray:
        """Points that are no blunders: neither far off, nor far from what their neighbours say.

        Neither model knows blunders, and copies have none; they decide nothing.
        """
        middle = {k: np.array([np.median(v)]) for k, v in _usual_errors().items()}
        covariance = self._covariances(middle)
        keep = np.ones(len(residual), dtype=bool)
        for _ in range(4):
            own = residual[keep]
            inverse = np.linalg.inv(covariance[0][np.ix_(keep, keep)])
            alone = (inverse @ (own - np.median(own))) / np.sqrt(np.diag(inverse))
            far = np.abs(own - np.median(own)) > _ODD * max(nmad(own), resolution)
            far |= np.abs(alone - np.median(alone)) > _ODD * max(nmad(alone), 0.25)
            if not far.any() or far.sum() + (~keep).sum() > _MOST_ODD * len(keep):
                break
            keep[np.flatnonzero(keep)[far]] = False
        return keep

    def likelihoods(self, residuals: FloatArray) -> FloatArray:
        """Logarithms of likelihood of columns of ``residuals``, shape ``(draws, columns)``."""
        out = np.full((_DRAWS, residuals.shape[1]), -np.inf)
        for first in range(0, _DRAWS, _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            draws = {name: values[some] for name, values in _usual_errors().items()}
            try:
                roots = np.linalg.cholesky(self._covariances(draws))
            except LinAlgError:
                continue
            solved = _solved(roots, residuals)
            logs = np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
            out[some] = -logs[:, None] - 0.5 * (solved**2).sum(axis=1)
        return out

    def _covariances(self, draws: dict[str, FloatArray]) -> FloatArray:
        """Of honest differences, shape ``(draws, n, n)``, m²."""
        squares = self._squares[None]
        size = draws["level"][:, None], draws["by_slope"][:, None] * self._tangent
        errors = self._width * np.hypot(*size)
        share = draws["share"][:, None, None]
        short = np.exp(-squares / (4 * draws["short"][:, None, None] ** 2))
        long = np.exp(-squares / (4 * draws["long"][:, None, None] ** 2))
        out = (share * short + (1 - share) * long) * errors[:, :, None] * errors[:, None, :]
        out += draws["relief"][:, None, None] ** 2 * self._near + _COMMON**2
        own = np.arange(out.shape[1])
        out[:, own, own] += draws["survey"][:, None] ** 2 + self._white
        return out
