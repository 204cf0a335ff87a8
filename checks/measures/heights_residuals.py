"""How far heights are from the terrain, and what that says of them as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from ..table import BoolArray, FloatArray
from .robust import (
    Correlation,
    absolute_quantile,
    correlation,
    nmad,
    robust_fit,
    robust_mean,
    root_mean_square,
)

_SLOPE_BINS = 8
_LEAST_IN_BIN = 10
_LEAST_SPREAD = 0.05
"""Metres: heights are written to a decimetre or a centimetre."""

_LEAST_FOR_TILT = 30


@dataclass(frozen=True)
class Accuracy:
    """Statistics of differences in metres (Höhle & Höhle 2009), for some points.

    ``quantile_68`` and ``quantile_95`` are of absolute differences, from zero.
    """

    name: str
    count: int
    median: float
    mean: float
    deviation: float
    nmad: float
    rmse: float
    quantile_68: float
    quantile_95: float

    @classmethod
    def of(cls, name: str, values: FloatArray) -> Accuracy:
        """Statistics of the finite ``values``; NaN where there are none."""
        values = values[np.isfinite(values)]
        some = len(values) > 0
        return cls(
            name,
            len(values),
            float(np.median(values)) if some else float("nan"),
            float(np.mean(values)) if some else float("nan"),
            float(np.std(values)) if some else float("nan"),
            nmad(values),
            root_mean_square(values),
            absolute_quantile(values, 0.683),
            absolute_quantile(values, 0.95),
        )


@dataclass(frozen=True)
class Residuals:
    """Delivered heights minus DEM, metres, and what they say together.

    Attributes
    ----------
    residual, slope
        Shape ``(n,)``: metres; degrees of the DEM at the point. NaN where the
        DEM has no height.
    low, high
        Shape ``(n,)``: the DEM's range within a few cells of the point.
    bias, bias_sigma
        Robust mean of the residuals and its standard error, correlation
        counted.
    tilt, tilt_sigma
        Shape ``(2,)``: slope of the residuals east and north in metres per
        kilometre; NaN and infinite where too few points tell.
    tilt_span
        How much that tilt makes out over the points' own extent, metres.
    level, per_slope
        Spread of the residuals: ``sqrt(level² + (per_slope · tan slope)²)``.
    accuracy
        For all points, then by terrain class, then by thirds of height.
    """

    residual: FloatArray
    slope: FloatArray
    low: FloatArray
    high: FloatArray
    bias: float
    bias_sigma: float
    tilt: FloatArray
    tilt_sigma: FloatArray
    tilt_span: float
    level: float
    per_slope: float
    correlation: Correlation
    accuracy: tuple[Accuracy, ...]

    @property
    def compared(self) -> BoolArray:
        """Which points have a height of the DEM."""
        return np.isfinite(self.residual)

    @property
    def sigma(self) -> FloatArray:
        """Spread expected at each point, shape ``(n,)``, metres."""
        tangent = np.tan(np.radians(np.nan_to_num(self.slope)))
        return np.hypot(self.level, self.per_slope * tangent)

    @property
    def standardised(self) -> FloatArray:
        """Residual less bias, in spreads expected at its slope; NaN where none."""
        return (self.residual - self.bias) / self.sigma


def summarise(
    xy: FloatArray,
    height: FloatArray,
    ground: FloatArray,
    slope: FloatArray,
    low: FloatArray,
    high: FloatArray,
    terrain_limits: dict[str, tuple[float, float]],
) -> Residuals:
    """Statistics of ``height − ground``.

    Parameters
    ----------
    xy, height, ground
        Metres; shapes ``(n, 2)``, ``(n,)``, ``(n,)``; NaN where unknown.
    slope, low, high
        As in :class:`Residuals`.
    terrain_limits
        Terrain classes by slope: name → (above, up to) in degrees.
    """
    residual = height - ground
    good = np.isfinite(residual) & np.isfinite(xy).all(axis=1)
    residual = np.where(good, residual, np.nan)
    values = residual[good]
    bias, alone = robust_mean(values)
    tilt, tilt_alone, span, detrended = _tilt(xy[good], values)
    about = correlation(xy[good], detrended)
    level, per_slope = _spread_by_slope(values - bias, slope[good])
    accuracy = [Accuracy.of("all", values)]
    for name, (above, up_to) in terrain_limits.items():
        accuracy.append(Accuracy.of(name, residual[(slope > above) & (slope <= up_to)]))
    if len(values) >= 3:
        thirds = np.quantile(height[good], [1 / 3, 2 / 3])
        band = np.digitize(height, thirds)
        for number, name in enumerate(("low", "middle", "high")):
            accuracy.append(Accuracy.of(name, residual[good & (band == number)]))
    inflation = np.sqrt(about.inflation)
    return Residuals(
        residual,
        slope,
        low,
        high,
        bias,
        alone * float(inflation),
        tilt,
        np.where(np.isfinite(tilt_alone), tilt_alone, np.inf) * max(float(inflation), 1.0),
        span,
        level,
        per_slope,
        about,
        tuple(accuracy),
    )


def _tilt(xy: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray, float, FloatArray]:
    """Metres per kilometre, standard errors if independent, effect, what is left."""
    unknown = (np.full(2, np.nan), np.full(2, np.inf), float("nan"), values)
    if len(values) < _LEAST_FOR_TILT:
        return unknown
    kilometres = (xy - np.median(xy, axis=0)) / 1000
    if np.ptp(kilometres, axis=0).min() < 1e-3:
        return unknown
    fit = robust_fit(np.column_stack([kilometres, np.ones(len(values))]), values)
    plane = kilometres @ fit.coefficients[:2]
    low, high = np.quantile(plane, [0.05, 0.95])
    errors = np.sqrt(np.diag(fit.covariance)[:2])
    return fit.coefficients[:2], errors, float(high - low), values - plane


def _spread_by_slope(values: FloatArray, slope: FloatArray) -> tuple[float, float]:
    """``level`` and ``per_slope``: NMAD² of bins of slope is a² + b²·tan² slope.

    The error of a DEM grows with slope because a horizontal error becomes one
    of height (Koppe's formula; Hodgson & Bresnahan 2004, PE&RS 70, 331–339).
    """
    good = np.isfinite(values) & np.isfinite(slope)
    values, tangent = values[good], np.tan(np.radians(slope[good]))
    whole = nmad(values)
    if not whole > 0:
        return _LEAST_SPREAD, 0.0
    bins = min(_SLOPE_BINS, len(values) // _LEAST_IN_BIN)
    if bins < 2:
        return max(whole, _LEAST_SPREAD), 0.0
    parts = np.array_split(np.argsort(tangent, kind="stable"), bins)
    squares = np.array([nmad(values[part]) ** 2 for part in parts])
    steep = np.array([float(np.median(tangent[part])) ** 2 for part in parts])
    # Relative errors of a variance are alike, so small ones count as much.
    weight = 1 / np.maximum(squares, 0.05 * whole**2)
    design = np.column_stack([np.ones(bins), steep])
    (level, per_slope), _ = nnls(design * weight[:, None], squares * weight)
    return max(float(np.sqrt(level)), _LEAST_SPREAD), float(np.sqrt(per_slope))
