"""Spot heights that nobody measured, or that were measured elsewhere.

Every function takes an honest layer and gives one of the same length, points
and rounding: a forger keeps the table and replaces the column.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import LinearNDInterpolator, RBFInterpolator
from scipy.spatial import cKDTree

from .heights import Survey, measured, places, rounded
from .terrain import Ground

METHODS = ("nearest", "bilinear", "bicubic")


@dataclass(frozen=True)
class Forged:
    """A spoiled layer: what was done, how strongly, in words."""

    kind: str
    strength: float
    label: str
    survey: Survey


def biased(survey: Survey, ground: Ground, strength: float, up: bool) -> Survey:
    """Heights too high or low by ``strength`` NMAD as a whole."""
    return survey.heights(survey.z + (strength if up else -strength) * ground.spread)


def tilted(survey: Survey, ground: Ground, strength: float, random: np.random.Generator) -> Survey:
    """Heights that climb by ``strength`` NMAD from one side to the other."""
    angle = random.uniform(0, 2 * np.pi)
    along = survey.xy @ np.array([np.cos(angle), np.sin(angle)])
    share = (along - along.mean()) / max(float(np.ptp(along)), 1.0)
    return survey.heights(survey.z + share * strength * ground.spread)


def copied(
    survey: Survey,
    ground: Ground,
    method: str,
    noise: float,
    random: np.random.Generator,
    share: float = 1.0,
) -> Survey:
    """Heights read off the DEM, with white noise of ``noise`` NMAD, for ``share`` of the points."""
    z = ground.seen(survey.xy, method)
    z = z + random.normal(0.0, 1.0, len(z)) * noise * ground.spread
    chosen = random.uniform(size=len(z)) < share
    return survey.heights(np.where(chosen & np.isfinite(z), z, survey.z))


def copied_block(
    survey: Survey, ground: Ground, share: float, noise: float, random: np.random.Generator
) -> Survey:
    """One side of the area was never walked: its heights are read off the DEM."""
    angle = random.uniform(0, 2 * np.pi)
    along = survey.xy @ np.array([np.cos(angle), np.sin(angle)])
    side = along <= np.quantile(along, share)
    z = ground.seen(survey.xy) + random.normal(0.0, 1.0, len(survey)) * noise * ground.spread
    return survey.heights(np.where(side & np.isfinite(z), z, survey.z))


def invented(survey: Survey, ground: Ground, random: np.random.Generator, flat: bool) -> Survey:
    """Heights from somebody's head: about one value, or a smooth surface through a guess."""
    level = float(np.median(survey.z))
    if flat:
        return survey.heights(level + random.normal(0.0, 0.3 * ground.spread, len(survey)))
    some = random.permutation(len(survey))[:6]
    guess = survey.z[some] + random.normal(0.0, 3 * ground.spread, len(some))
    surface = RBFInterpolator(survey.xy[some], guess, kernel="linear", degree=1)
    return survey.heights(surface(survey.xy))


def interpolated(survey: Survey, random: np.random.Generator, share: float) -> Survey:
    """Measured at ``share`` of the points, the rest interpolated linearly from these."""
    count = max(int(share * len(survey)), 5)
    some = random.permutation(len(survey))[:count]
    z = LinearNDInterpolator(survey.xy[some], survey.z[some])(survey.xy)
    near = survey.z[some][cKDTree(survey.xy[some]).query(survey.xy)[1]]
    z = np.where(np.isfinite(z), z, near)
    z[some] = survey.z[some]
    return survey.heights(z)


def transplanted(survey: Survey, ground: Ground, random: np.random.Generator) -> Survey:
    """Heights of another place of the same county, put at these points, levelled roughly."""
    if ground.truth is None:
        raise ValueError("needs ground at other places")
    there = places(ground, len(survey), random)
    other = measured(ground, there, random)
    z = other.z - np.median(other.z) + np.median(survey.z)
    return survey.heights(z)


def other_points(survey: Survey, random: np.random.Generator) -> Survey:
    """The measured heights dealt out to the wrong points."""
    return survey.heights(survey.z[random.permutation(len(survey))])


def wrong_sheet(survey: Survey, cells: float, cell: float, random: np.random.Generator) -> Survey:
    """Points drawn ``cells`` DEM cells beside where they were measured."""
    angle = random.uniform(0, 2 * np.pi)
    step = cells * cell * np.array([np.cos(angle), np.sin(angle)])
    return replace(survey, xy=survey.xy + step)


def ellipsoidal(survey: Survey, geoid: float) -> Survey:
    """Ellipsoidal heights delivered as normal heights: a constant of the geoid's size."""
    return survey.heights(survey.z + geoid)


def heaped(survey: Survey, random: np.random.Generator, share: float) -> Survey:
    """``share`` of the heights written as somebody likes numbers: to half metres."""
    likes = random.uniform(size=len(survey)) < share
    fine = rounded(survey.z, 0.1)
    return replace(survey, z=np.where(likes, np.round(fine * 2) / 2, fine), step=0.1)


def contour_heights(survey: Survey, ground: Ground, interval: float) -> Survey:
    """Points slid down the DEM onto its contours and labelled with these."""
    seen = ground.seen(survey.xy)
    level = np.round(seen / interval) * interval
    step = max(ground.cell / 4, 1.0)
    along, up = np.array([step, 0.0]), np.array([0.0, step])
    east = ground.seen(survey.xy + along) - ground.seen(survey.xy - along)
    north = ground.seen(survey.xy + up) - ground.seen(survey.xy - up)
    slope = np.column_stack([east, north]) / (2 * step)
    squared = (slope**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        move = slope * ((level - seen) / squared)[:, None]
    near = np.isfinite(move).all(axis=1) & (np.hypot(*move.T) < ground.cell)
    xy = np.where(near[:, None], survey.xy + np.nan_to_num(move), survey.xy)
    z = np.where(near, level, seen)
    return replace(survey, xy=xy, z=rounded(np.where(np.isfinite(z), z, survey.z), 0.01))


def bias_sizes(quick: bool) -> tuple[float, ...]:
    """Strengths of a bias in NMAD."""
    return (0.2, 0.4, 0.6, 1.0, 2.0) if quick else (0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0)


def noise_sizes(quick: bool) -> tuple[float, ...]:
    """Noise added to copies, in NMAD."""
    return (0.0, 0.25, 0.5, 1.0) if quick else (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
