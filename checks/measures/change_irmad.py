"""What two images have in common, and what is left over: IR-MAD.

Two images of one place differ by sun, haze, sensor and season as well as by
what changed on the ground. Canonical correlation finds the combinations of
bands that agree best; their differences, the MAD variates, do not change under
any linear change of either image's bands, so that neither gain nor offset, nor
another set of bands, reads as change. Iterated with the probability of no
change as weight, the many pixels that stayed decide alone what "the same"
looks like.

Sources
-------
Nielsen, A. A. (2007): The regularized iteratively reweighted MAD method for
change detection in multi- and hyperspectral data. IEEE Transactions on Image
Processing 16, 463-478. Canty, M. J. & Nielsen, A. A. (2008): Automatic
radiometric normalization of multitemporal satellite imagery with the
iteratively re-weighted MAD transformation. Remote Sensing of Environment 112,
1025-1036.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri, gammaincc

from ..table import FloatArray

Blocks = Callable[[], Iterable[tuple[npt.NDArray[Any], npt.NDArray[Any]]]]
"""Gives, each time it is called, the same pixels in blocks: arrays of shape
``(n, p)`` and ``(n, q)`` of finite numbers, pixel by pixel the two images."""

_STEPS = 30
_SETTLED = 1e-3
_LEAST_VARIANCE = 1e-8
_LEAST_SHARE = 0.02
"""When fewer pixels than this carry all the weight, they no longer speak for the images."""
_UNCHANGED = 0.05


@dataclass(frozen=True)
class Mad:
    """The transformation that IR-MAD found for ``p`` and ``q`` bands, ``k = min(p, q)``.

    Attributes
    ----------
    first, second
        Shapes ``(p, k)`` and ``(q, k)``: weights of the bands in the canonical
        variates, the best correlated pair first.
    middle_first, middle_second
        Shapes ``(p,)``, ``(q,)``: means over the unchanged pixels.
    correlation
        Shape ``(k,)``: canonical correlations over the unchanged pixels.
    spread
        Shape ``(k,)``: standard deviation of each MAD variate where nothing
        changed, ``sqrt(2 (1 - correlation))``.
    slope, offset
        Shapes ``(p, q)``: orthogonal regression of band ``j`` of the first
        image on band ``i`` of the second over unchanged pixels,
        ``first[j] ≈ slope[j, i] second[i] + offset[j, i]``; NaN where they are
        not related.
    unchanged_share
        Share of the pixels whose probability of no change is beyond 0.05: 0.95
        where nothing changed at all.
    steps
        Iterations made.
    pixels
        Pixels looked at.
    """

    first: FloatArray
    second: FloatArray
    middle_first: FloatArray
    middle_second: FloatArray
    correlation: FloatArray
    spread: FloatArray
    slope: FloatArray
    offset: FloatArray
    unchanged_share: float
    steps: int
    pixels: int

    def __len__(self) -> int:
        return len(self.correlation)

    def variates(self, first: npt.NDArray[Any], second: npt.NDArray[Any]) -> FloatArray:
        """MAD variates in units of their spread, shape ``(n, k)``.

        Parameters
        ----------
        first, second
            Shapes ``(n, p)``, ``(n, q)``: pixels, or means over parcels; the
            transformation is linear.
        """
        one = (np.asarray(first, dtype=np.float64) - self.middle_first) @ self.first
        other = (np.asarray(second, dtype=np.float64) - self.middle_second) @ self.second
        return (one - other) / self.spread

    def no_change(self, first: npt.NDArray[Any], second: npt.NDArray[Any]) -> FloatArray:
        """Probability that so large a difference is no change, shape ``(n,)``.

        The sum of squared variates follows a χ² distribution with ``k``
        degrees of freedom where nothing changed (Nielsen 2007, equation 12).
        """
        return chi_squared_beyond((self.variates(first, second) ** 2).sum(axis=1), len(self))


def chi_squared_beyond(value: npt.ArrayLike, degrees: float) -> FloatArray:
    """Probability that a χ² variable exceeds ``value``."""
    out: FloatArray = gammaincc(degrees / 2, np.asarray(value, dtype=np.float64) / 2)
    return out


def find_mad(blocks: Blocks, ridge: float = 1e-6, steps: int = _STEPS) -> Mad | None:
    """Fit the transformation; ``None`` where there are too few pixels.

    Parameters
    ----------
    blocks
        The pixels; asked for once per iteration, so that they need not fit the
        memory. Only sums of products are kept.
    ridge
        Penalty on the length of the weights, relative to bands of unit
        variance (Nielsen 2007, section V). So small a one only keeps bands
        that repeat one another from dividing by zero.
    """
    start = _Sums.of(blocks)
    if start is None or start.weight < 10 * len(start.middle):
        return None
    scale = np.sqrt(np.diag(start.covariance))
    scale[~(scale > 1e-12 * np.maximum(np.abs(start.middle), 1.0))] = 1.0
    found = _solve(start, start, scale, ridge, 0)
    for step in range(1, steps + 1):
        sums = _Sums.of(blocks, found.no_change)
        if sums is None or sums.weight < _LEAST_SHARE * start.weight:
            break
        before, found = found, _solve(sums, start, scale, ridge, step)
        if np.abs(found.correlation - before.correlation).max() < _SETTLED:
            break
    return found


@dataclass
class _Sums:
    """Weighted mean and covariance of both images' bands side by side."""

    middle: FloatArray
    covariance: FloatArray
    weight: float
    count: int
    unchanged: int
    split: int

    @staticmethod
    def of(blocks: Blocks, weigh: Callable[[Any, Any], FloatArray] | None = None) -> _Sums | None:
        total = 0.0
        count = unchanged = split = 0
        origin: FloatArray | None = None
        first = products = np.zeros(0)
        for one, other in blocks():
            if not len(one):
                continue
            both = np.concatenate([one, other], axis=1).astype(np.float64)
            if origin is None:
                # Sums of squares about some value of the data itself lose no digits.
                origin, split = both.mean(axis=0), one.shape[1]
                first = np.zeros(both.shape[1])
                products = np.zeros((both.shape[1], both.shape[1]))
            weight = np.ones(len(both)) if weigh is None else weigh(one, other)
            both -= origin
            weighted = both * weight[:, None]
            total += float(weight.sum())
            first += weighted.sum(axis=0)
            products += weighted.T @ both
            count += len(both)
            unchanged += int((weight > _UNCHANGED).sum())
        if origin is None or not total > 0:
            return None
        middle = first / total
        covariance = products / total - np.outer(middle, middle)
        return _Sums(origin + middle, covariance, total, count, unchanged, split)


def _solve(sums: _Sums, start: _Sums, scale: FloatArray, ridge: float, step: int) -> Mad:
    """Canonical correlation by singular values of the whitened cross-covariance."""
    p = sums.split
    standard = sums.covariance / np.outer(scale, scale)
    # The ridge follows the weighted variance, which shrinks as pixels drop out.
    size = max(float(np.trace(standard)) / len(standard), 1e-300)
    within_first, at_first = _whitener(standard[:p, :p], ridge * size)
    within_second, at_second = _whitener(standard[p:, p:], ridge * size)
    left, correlation, right = np.linalg.svd(
        within_first.T @ standard[:p, p:] @ within_second, full_matrices=False
    )
    count = min(at_first, at_second)
    left, right, correlation = left[:, :count], right[:count], correlation[:count]
    first, second = within_first @ left, within_second @ right.T
    # Signs are free: the variate shall grow with the image.
    sign = np.where((standard[:p, :p] @ first).sum(axis=0) < 0, -1.0, 1.0)
    correlation = np.clip(correlation, 0.0, 1.0)
    if step:
        correlation = np.clip(1 - (1 - correlation) / _kept_variance(count), 0.0, 1.0)
    slope, offset = _orthogonal(sums)
    return Mad(
        first=first * sign / scale[:p, None],
        second=second * sign / scale[p:, None],
        middle_first=sums.middle[:p],
        middle_second=sums.middle[p:],
        correlation=correlation,
        spread=np.sqrt(np.maximum(2 * (1 - correlation), _LEAST_VARIANCE)),
        slope=slope,
        offset=offset,
        unchanged_share=sums.unchanged / sums.count if step else float("nan"),
        steps=step,
        pixels=start.count,
    )


@lru_cache(maxsize=64)
def _kept_variance(degrees: int) -> float:
    """What is left of a variance when pixels weigh by their own χ² probability.

    With these weights ``w`` the variance of an unchanged variate becomes ``E[w
    d²] / (k E[w])`` of what it is. Left alone, every iteration would shrink it
    further, until most unchanged pixels looked changed; divided by it, the true
    variance stays where it is (the consistency factor of any M-estimate of
    scatter, Maronna 1976).
    """
    share = (np.arange(20_000) + 0.5) / 20_000
    squares = chdtri(degrees, share)  # the value that χ² exceeds with probability ``share``
    return float((share * squares).mean() / (0.5 * degrees))


def _whitener(covariance: FloatArray, ridge: float) -> tuple[FloatArray, int]:
    """A matrix that makes ``covariance`` the unit matrix, and how many directions it has.

    Directions without any variance (a band twice, an empty band) are left out.
    """
    value, vector = np.linalg.eigh(covariance)
    value, vector = value[::-1], vector[:, ::-1]
    some = max(int((value > 1e-10 * max(value[0], 1e-300)).sum()), 1)
    value = np.maximum(value[:some], 0.0) + max(ridge, 1e-300)
    return vector[:, :some] / np.sqrt(value), some


def _orthogonal(sums: _Sums) -> tuple[FloatArray, FloatArray]:
    """Major axis of every pair of bands (Canty & Nielsen 2008, equation 10)."""
    p = sums.split
    variance = np.maximum(np.diag(sums.covariance), 0.0)
    xx, yy = variance[:p, None], variance[None, p:]
    xy = sums.covariance[:p, p:]
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (xx - yy + np.sqrt((xx - yy) ** 2 + 4 * xy**2)) / (2 * xy)
    slope = np.where(np.abs(xy) > 1e-9 * np.sqrt(xx * yy), slope, np.nan)
    return slope, sums.middle[:p, None] - slope * sums.middle[None, p:]
