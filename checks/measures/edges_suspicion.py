"""How far the sides of outlines speak for another place of a parcel, or of a block.

Every parcel has one slope for each direction. A parcel that was moved has its
leading and its trailing side off alike, one that was scaled (or lies where its
colours are no longer its own) has all sides off inward or outward, while a
ditch beside one hedge, a shed or a field within the field pulls on one side
alone: the statistic of a parcel is that of the side that speaks least, over
the best direction. Slopes are told
in units of what parcels of this layer scatter whose lines are as long and as
clear (an empirical null; Efron 2004, JASA 99, 96–104), so that pictures of
different pixels share one scale. Parcels whose lines could not show a move at
all are not judged. How often honest parcels reach a statistic is read off the
layer's own majority, as an exponential tail (Pickands 1975; Coles 2001, ch. 4,
shape 0).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from ..table import BoolArray, FloatArray, IntArray
from .edges_profiles import SECTORS, normals
from .edges_sides import Sides

TELLING_PX = 3.0
"""A parcel is judged if a move of so many units (see :mod:`.edges_sides`) would stand out."""

BLOCK_PX = 1.0
"""The same for a block."""

_DRAWN_PX, _FITTED_PX = 0.5, 0.1
"""What an honest side is drawn off, and an honest part of a picture is rectified off."""

_LEAST_SAMPLES = 16
_SIDE_SAMPLES = 3.0
_LEAST_SIGMAS = 2.5
_LEAST_BLOCK_SIGMAS = 5.0
_LEAST_PARCELS = 30
_TURNS = 12
_FAR = 4.0
_MOST, _MOST_UNITS = 3.0, 1.0
_AROUND, _NEXT = 60, 12
_OTHER, _MOST_OTHER = 0.5, 8.0
_LEAST_SIDE = 2.0
_USUAL = 0.97
_HALFWAY = 0.6745
_MAJORITY, _BEYOND = 0.5, 0.9
_STEEPEST = 0.45
_ASKED = 1 / 3
_BESIDE, _BETWEEN, _LEAST_BLOCK = 9, 0.25, 16
_FEW = 1e-9


@dataclass(frozen=True)
class Suspicion:
    """Continuous statistics of displacement; arrays ``(parcels, …)``, NaN where not judged.

    Attributes
    ----------
    parcel
        Of a move, or another size, of the parcel alone: about normal for the
        better of 16 directions; higher is more suspicious.
    chance
        Probability of so large a ``parcel`` among this layer's own parcels.
    block
        Of a move of the parcel together with those around it, the same way;
        to it half of what the strength of edges says of them is added.
    pull, form
        ``(n, SECTORS)``: what the sides of a parcel say of a move by one unit in
        each direction: log likelihood's slope, and what it has of variance (0
        where it was not asked). They add up over parcels.
    move
        Columns and rows by which the parcel would have to be moved, ``(n, 2)``,
        as far as two units to each side can tell, which is less than the whole
        way where it is long; 0 where its size is off.
    block_move
        The same for the parcels around it.
    sigma, block_sigma
        Standard errors of these, pixels.
    """

    parcel: FloatArray
    chance: FloatArray
    block: FloatArray
    pull: FloatArray
    form: FloatArray
    move: FloatArray
    block_move: FloatArray
    sigma: FloatArray
    block_sigma: FloatArray


@dataclass(frozen=True)
class _Halves:
    """Slopes by direction ``(n, SECTORS)``: those of the leading half, of the trailing one.

    ``front_sum`` and ``back_sum`` are sums of squared cosines: what a slope's
    variance and its response to a move grow with; ``response`` of one unit of
    them for a pixel, ``scatter`` the standard deviation of its square root.
    """

    front: FloatArray
    back: FloatArray
    front_sum: FloatArray
    back_sum: FloatArray
    response: FloatArray
    scatter: FloatArray
    enough: BoolArray


def unsuspected(count: int) -> Suspicion:
    """Nothing is known of so many parcels."""
    one, two = (np.full((count, *more), np.nan) for more in ((), (2,)))
    none = np.zeros((count, SECTORS))
    return Suspicion(one, one, one, none, none, two, two, one, one)


def suspicion(sides: Sides, centres: FloatArray, edges: FloatArray, unit: float = 1.0) -> Suspicion:
    """Statistics of all parcels.

    Parameters
    ----------
    centres
        Middles of the parcels in pixels, ``(n, 2)``.
    edges
        Squared distance of each parcel's neighbourhood from the layer by the
        strength of edges (:class:`.edges_blocks.Neighbourhoods`), ``(n,)``.
    unit
        Pixels of a unit of ``sides``.
    """
    enough = (sides.samples >= _LEAST_SAMPLES) & np.isfinite(centres).all(axis=1)
    if enough.sum() < _LEAST_PARCELS:
        return unsuspected(len(sides.slope))
    halves = _halves(sides, enough)
    if halves.enough.sum() < _LEAST_PARCELS:
        return unsuspected(len(sides.slope))
    parcel, move, sigma = _alone(halves, sides.wide)
    pull, form = _pulls(halves)
    signed, block_move, block_sigma, scale = _together(halves.enough, pull, form, centres)
    # Lines that part no colours may still follow hedges and roads: two kinds of evidence.
    block = signed + _OTHER * np.minimum(np.sqrt(np.nan_to_num(edges)), _MOST_OTHER)
    found = Suspicion(
        parcel,
        _chances(parcel),
        block,
        pull / scale,
        form / scale**2,
        move,
        block_move,
        sigma,
        block_sigma,
    )
    places = ("move", "block_move", "sigma", "block_sigma")
    return replace(found, **{name: unit * getattr(found, name) for name in places})


def speaks_for(found: Suspicion, rows: IntArray, shift: FloatArray) -> float:
    """How far the sides of some parcels speak for a common ``shift``, in standard errors.

    All of them together; NaN where less than a third of them could be asked.
    """
    known = found.form[rows].sum(axis=1) > 0
    if not known.any() or known.mean() < _ASKED:
        return float("nan")
    sector = int(np.argmax(normals() @ shift))
    form = float(found.form[rows, sector].sum())
    error = np.sqrt(form + _FEW) * np.hypot(1.0, _FITTED_PX * np.sqrt(form))
    return float(found.pull[rows, sector].sum() / error)


def moved_with(
    found: Suspicion, rows: IntArray, shift: FloatArray, centres: FloatArray
) -> IntArray:
    """Those ``rows`` that, with those around them, look more moved by ``shift`` than not.

    At the rim of a block, edges alone name parcels that stayed where they were.
    ``centres`` of all parcels, ``(n, 2)``; all ``rows`` where too few would be left.
    """
    sector = int(np.argmax(normals() @ shift))
    step = min(float(np.hypot(*shift)), _MOST_UNITS)
    gain = found.pull[rows, sector] - _BETWEEN * step * found.form[rows, sector]
    near = cKDTree(centres[rows]).query(centres[rows], k=min(_BESIDE, len(rows)))[1]
    kept = rows[gain[near.reshape(len(rows), -1)].sum(axis=1) >= 0]
    return kept if len(kept) >= _LEAST_BLOCK else rows


def _chances(statistic: FloatArray) -> FloatArray:
    """Probability of each value in the layer: the tail of its better half, exponential.

    The scale comes from the median and the ninth decile, which the few that
    were moved hardly reach, and is never below that of blunders that honest
    drawing has.
    """
    out = np.full(len(statistic), np.nan)
    good = np.isfinite(statistic)
    if good.sum() < _LEAST_PARCELS:
        return out
    middle, high = np.quantile(statistic[good], [_MAJORITY, _BEYOND])
    scale = max(float(high - middle) / np.log((1 - _MAJORITY) / (1 - _BEYOND)), _STEEPEST)
    start = max(float(middle), 0.0)
    out[good] = np.minimum((1 - _MAJORITY) * np.exp(-(statistic[good] - start) / scale), 1.0)
    return out


def _halves(sides: Sides, enough: BoolArray) -> _Halves:
    way = normals()
    leading = np.maximum(way @ way.T, 0.0)
    weight = sides.count @ leading**2
    response = _response(sides, enough)
    slope = _centred(sides, enough, response)
    front = slope @ leading
    half = SECTORS // 2
    scatter = _scatter(front / np.sqrt(weight + _FEW), weight, sides, enough)
    return _Halves(
        front,
        -np.roll(front, half, axis=1),
        weight,
        np.roll(weight, half, axis=1),
        response,
        scatter,
        enough & np.isfinite(scatter),
    )


def _response(sides: Sides, enough: BoolArray) -> FloatArray:
    """What a sample's slope grows by for each pixel, by how clear the parcel's lines are.

    Learned from the layer itself by moving all of it, in fifths of clearness.
    """
    samples = np.maximum(sides.samples, 1)
    clear = sides.contrast / samples
    own = sides.response.sum(axis=1)
    edges = np.quantile(clear[enough], np.linspace(0, 1, 6)[1:-1])
    part = np.searchsorted(edges, clear)
    out = np.zeros(len(samples))
    for number in range(len(edges) + 1):
        rows = enough & (part == number)
        if rows.any():
            out[part == number] = own[rows].sum() / samples[rows].sum()
    return np.maximum(out, 0.0)


def _centred(sides: Sides, enough: BoolArray, response: FloatArray) -> FloatArray:
    """Slopes, less what the layer as a whole is still off.

    That is what most parcels have in common: a block that was moved must not drag
    the others along, so parcels count the less the farther they are from the rest
    (reweighted least squares; Beaton & Tukey 1974, Technometrics 16, 147–185).
    """
    way = normals()
    answer = sides.count[enough] * response[enough, None]
    pull = sides.slope[enough] @ way
    form = np.einsum("ns,si,sj->nij", answer, way, way)
    size = np.trace(form, axis1=1, axis2=2)
    known = size > _FEW
    if not np.linalg.det(form.sum(axis=0)) > 0 or not known.any():
        return np.asarray(sides.slope, dtype=np.float64)
    pull, form, root = pull[known], form[known], np.sqrt(size[known])
    left = np.median(2 * pull / size[known, None], axis=0)
    for _ in range(_TURNS):
        away = np.hypot(*(pull - form @ left).T) / root
        apart = away / max(_FAR * float(np.median(away)), _FEW)
        weight = np.where(apart < 1, (1 - apart**2) ** 2, 0.0)
        whole = np.einsum("n,nij->ij", weight, form)
        if not np.linalg.det(whole) > 0:
            break
        left = np.linalg.solve(whole, weight @ pull)
    return np.asarray(sides.slope - sides.count * response[:, None] * (way @ left))


def _scatter(value: FloatArray, weight: FloatArray, sides: Sides, enough: BoolArray) -> FloatArray:
    """Usual size of standardised slopes of parcels with lines as long and clear, ``(n,)``.

    A regression of medians (Koenker & Bassett 1978, Econometrica 46, 33–50) of
    their logarithm, by reweighting.
    """
    samples = np.maximum(sides.samples, 1).astype(np.float64)
    facts = np.stack(
        [np.ones(len(samples)), np.log(samples), np.log(sides.contrast / samples + 0.05)], axis=1
    )
    out = []
    for sector in range(0, SECTORS, SECTORS // 4):
        rows = enough & (weight[:, sector] > _SIDE_SAMPLES)
        if rows.sum() < _LEAST_PARCELS:
            continue
        size = np.log(np.abs(value[rows, sector]) + _FEW)
        fit = np.linalg.lstsq(facts[rows], size, rcond=None)[0]
        for _ in range(_TURNS):
            root = 1 / np.sqrt(np.abs(size - facts[rows] @ fit) + 1e-3)
            fit = np.linalg.lstsq(facts[rows] * root[:, None], size * root, rcond=None)[0]
        out.append(facts @ fit)
    if not out:
        return np.full(len(samples), np.nan)
    return np.asarray(np.exp(np.mean(out, axis=0)) / _HALFWAY)


def _alone(halves: _Halves, wide: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    scatter = halves.scatter[:, None]
    front = halves.front / np.sqrt(halves.front_sum + _FEW) / scatter
    front /= np.hypot(
        1.0, _DRAWN_PX * halves.response[:, None] * np.sqrt(halves.front_sum) / scatter
    )
    back = np.roll(-front, SECTORS // 2, axis=1)
    least = np.minimum(halves.front_sum, halves.back_sum)
    both = np.where(least > _SIDE_SAMPLES, np.minimum(front, back), -np.inf)
    best = np.argmax(both, axis=1)
    rows = np.arange(len(best))
    sized = _all_sides(front, halves)
    statistic = np.sqrt(2.0) * np.maximum(both[rows, best], sized)
    with np.errstate(divide="ignore", invalid="ignore"):
        told = TELLING_PX * halves.response * np.sqrt(least[rows, best]) / halves.scatter
        weight = (halves.front_sum + halves.back_sum)[rows, best]
        length = (halves.front + halves.back)[rows, best] / (weight * halves.response)
        sigma = halves.scatter / (np.sqrt(weight) * halves.response)
    judged = halves.enough & wide & (told >= _LEAST_SIGMAS) & np.isfinite(statistic)
    move = np.where(sized > both[rows, best], 0.0, length)[:, None] * normals()[best]
    return (
        np.where(judged, statistic, np.nan),
        np.where(judged[:, None], move, np.nan),
        np.where(judged, sigma, np.nan),
    )


def _all_sides(front: FloatArray, halves: _Halves) -> FloatArray:
    """How far every side is off inward, or every side outward: that of the least."""
    told = halves.front_sum >= _LEAST_SIDE
    out = np.maximum(
        np.where(told, front, np.inf).min(axis=1), np.where(told, -front, np.inf).min(axis=1)
    )
    return np.where(told.sum(axis=1) > SECTORS // 2, out, -np.inf)


def _pulls(halves: _Halves) -> tuple[FloatArray, FloatArray]:
    rows = halves.enough
    weight = (halves.front_sum + halves.back_sum)[rows]
    scatter, response = halves.scatter[rows, None], halves.response[rows, None]
    root = np.sqrt(weight) * response / scatter
    # A single parcel moved far, or drawn elsewhere, is no block.
    most = np.maximum(_MOST, _MOST_UNITS * root)
    each = np.clip(
        (halves.front + halves.back)[rows] / np.sqrt(weight + _FEW) / scatter, -most, most
    )
    pull, form = np.zeros(halves.front.shape), np.zeros(halves.front.shape)
    pull[rows], form[rows] = each * root, root**2
    return pull, form


def _together(
    enough: BoolArray, every_pull: FloatArray, every_form: FloatArray, centres: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Statistic, move and its error for the parcels around each; the scale of all."""
    count = len(centres)
    out, move, sigma = np.full(count, np.nan), np.full((count, 2), np.nan), np.full(count, np.nan)
    rows = np.flatnonzero(enough)
    around = cKDTree(centres[rows]).query(centres[rows], k=min(_AROUND, len(rows)))[1]
    pull, form = every_pull[rows], every_form[rows]
    total, known = _sums(pull, around), _sums(form, around)
    z = total / np.sqrt(known + _FEW)
    best = np.argmax(z, axis=1)
    number = np.arange(len(rows))
    at = z[number, best]
    # The parcels next to it must go the same way: those beside a block do not.
    near = around[:, :_NEXT]
    local = pull[near, best[:, None]].sum(axis=1)
    local /= np.sqrt(form[near, best[:, None]].sum(axis=1) + _FEW)
    # The quieter half speaks for honest ground, even where much of a small layer was moved.
    scale = max(float(np.quantile(at, 0.25)) / _USUAL, 1e-6)
    statistic = np.minimum(at, local * np.sqrt(around.shape[1] / near.shape[1])) / scale
    statistic /= np.hypot(1.0, _FITTED_PX * np.sqrt(known[number, best]) / scale)
    told = BLOCK_PX * np.sqrt(known.min(axis=1)) / scale >= _LEAST_BLOCK_SIGMAS
    chosen = known[number, best]
    out[rows] = np.where(told, statistic, np.nan)
    length = total[number, best] / np.maximum(chosen, _FEW)
    move[rows] = np.where(told[:, None], length[:, None] * normals()[best], np.nan)
    sigma[rows] = np.where(told, scale / np.sqrt(np.maximum(chosen, _FEW)), np.nan)
    return out, move, sigma, scale


def _sums(values: FloatArray, around: IntArray) -> FloatArray:
    out = np.zeros_like(values)
    for step in range(around.shape[1]):
        out += values[around[:, step]]
    return out
