"""How far heights are from the terrain, and what that says of them as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from ..table import BoolArray, FloatArray
from .heights_model import usual_error
from .heights_waves import waves
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
_ROUNDED = 0.29  # of the unit: standard deviation of rounding
_LEAST_OF_USUAL = 0.5
"""Of the usual error of a DEM of this cell, what every DEM has at least."""


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
        Robust mean of the residuals and its standard error: the correlation that
        they show, or the one that errors of DEMs usually have
        (:mod:`.heights_waves`), whichever makes it larger.
    effective
        How many independent residuals would give that standard error.
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
    effective: float
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
    cell: float,
    unit: float = 0.0,
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
    cell, unit
        Of the DEM, metres: its cell, and what its heights are rounded to.
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
    long = waves(xy[good], cell)
    least = _least_spread(slope[good], cell, unit)
    # What all points share of an error, they do not show.
    spread = max(float(np.nan_to_num(nmad(values))) / np.sqrt(long.seen), least)
    level_spread = max(float(np.nan_to_num(nmad(detrended))) / np.sqrt(long.seen_level), least)
    bias_sigma = _wider(alone, about, spread**2 * long.mean)
    return Residuals(
        residual=residual,
        slope=slope,
        low=low,
        high=high,
        bias=bias,
        bias_sigma=bias_sigma,
        effective=about.count * (alone / bias_sigma) ** 2 if bias_sigma > 0 else float("nan"),
        tilt=tilt,
        tilt_sigma=np.array(
            [_wider(own, about, level_spread**2 * more) for own, more in zip(tilt_alone, long.tilt)]
        ),
        tilt_span=span,
        level=level,
        per_slope=per_slope,
        correlation=about,
        accuracy=tuple(accuracy),
    )


def _least_spread(slope: FloatArray, cell: float, unit: float) -> float:
    """The least that a DEM errs, metres: where all points lie level, rounding hides more."""
    usual = usual_error(slope[np.isfinite(slope)], cell)
    least = _LEAST_OF_USUAL * float(np.median(usual)) if len(usual) else 0.0
    return float(np.hypot(least, _ROUNDED * unit))


def _wider(alone: float, about: Correlation, long: float) -> float:
    """A standard error with the correlation that is seen, or that DEMs have, if larger."""
    if not (np.isfinite(alone) and np.isfinite(long)):
        return float("inf")
    return float(max(alone * np.sqrt(max(about.inflation, 1.0)), np.hypot(alone, np.sqrt(long))))


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
