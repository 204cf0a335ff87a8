"""Blocks of parcels that lie off the picture in another way than the rest of the layer.

Every neighbourhood of some fifty parcels, and every village, has a shift of
its own with its uncertainty. How much honest neighbourhoods differ, since an
orthophoto is not exact to the pixel, is read off the layer itself (robustly,
as a block that was moved must not widen it). What differs beyond that, after
allowing for the number of neighbourhoods looked at, is joined to blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from ..table import BoolArray, FloatArray, IntArray
from .edges_shift import GroupShifts, Surface, group_shifts, shift_operator

LEAST = 50
"""Parcels in a neighbourhood."""

_APART = 12
_NEIGHBOURS = 9
_ROUNDS = 3
_CHOSEN = 0.1
_ALIKE = 1.0
_SHARED = 0.2
_FLOOR = 0.15
_CLEAR_STRENGTH = 2.5
_CLEAR_LEAD = 0.5
_AHEAD = 1.5

Single = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Block:
    """Parcels moved together.

    ``rows`` are the parcels; ``shift`` (pixels) what must be added to them to
    fit the picture, less the shift of the layer; ``sigma`` its standard error
    along itself, honest differences between neighbourhoods included; ``chance``
    the probability of such a neighbourhood in an honest layer, and
    ``own_chance`` that of its own parcels, all neighbourhoods allowed for;
    ``strength`` its squared distance from the layer in standard errors.
    ``by_sides`` is what the colours on both sides of its lines say of the same
    move, in standard errors; NaN where too few of its parcels could be asked.
    """

    rows: IntArray
    shift: FloatArray
    sigma: float
    chance: float
    own_chance: float
    strength: float
    by_sides: float = float("nan")

    def beyond(self, chance: float, least: float, sigmas: float) -> bool:
        """Whether it is off by more than ``least`` pixels, sigmas taken off, and not by chance.

        Its parcels were chosen for fitting elsewhere, which is why they alone
        must be ten times as unlikely as the neighbourhood was.
        """
        length = float(np.hypot(*self.shift))
        sure = self.chance < chance and self.own_chance < chance * _CHOSEN
        return sure and length - sigmas * self.sigma > least


@dataclass(frozen=True)
class Neighbourhoods:
    """All neighbourhoods that were looked at.

    ``members`` holds the rows of each; ``relative`` ``(g, 2)`` their shift less
    that of the layer; ``sigma`` ``(g,)``; ``statistic`` ``(g,)`` the squared
    Mahalanobis distance from the layer (higher: more suspicious, NaN: no edge
    there); ``parcel_statistic`` ``(rows,)`` the same for each parcel: the
    median over the neighbourhoods that hold it. ``between`` ``(2, 2)`` is the
    covariance of honest neighbourhoods beyond their own.
    """

    members: list[IntArray]
    relative: FloatArray
    sigma: FloatArray
    statistic: FloatArray
    parcel_statistic: FloatArray
    between: FloatArray


def spatial_order(xy: FloatArray) -> IntArray:
    """Rows along a curve that keeps neighbours together (Morton 1966)."""
    low, high = np.nanmin(xy, axis=0), np.nanmax(xy, axis=0)
    cells = ((xy - low) / np.maximum((high - low).max(), 1e-9) * 65535).astype(np.uint64)
    return np.argsort(_spread(cells[:, 0]) | (_spread(cells[:, 1]) << np.uint64(1)), kind="stable")


def _spread(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        value = (value | (value << np.uint64(shift))) & np.uint64(mask)
    return value


def neighbourhoods(xy: FloatArray, usable: BoolArray, villages: IntArray) -> list[IntArray]:
    """Rows of every neighbourhood, each in spatial order.

    ``xy`` are the centres of the parcels in pixels, ``villages`` a number for
    each parcel, -1 where none is known.
    """
    rows = np.flatnonzero(usable)
    if len(rows) < 2 * LEAST:
        return []
    order = rows[spatial_order(xy[rows])]
    rank = np.empty(len(xy), dtype=np.int64)
    rank[order] = np.arange(len(order))
    tree = cKDTree(xy[order])
    out = []
    for size, apart in ((LEAST, _APART), (3 * LEAST, LEAST)):
        if 2 * size <= len(order):
            centres = np.arange(apart // 2, len(order), apart)
            near = tree.query(xy[order][centres], k=size)[1]
            out += [order[np.sort(each)] for each in near]
    for village in np.unique(villages[rows][villages[rows] >= 0]):
        inside = order[villages[order] == village]
        if LEAST <= len(inside) <= len(rows) // 2:
            out.append(inside)
    return out


def compare(
    total: Single,
    samples: IntArray,
    members: list[IntArray],
    layer: FloatArray,
    surface: Surface,
    suspected: BoolArray,
) -> Neighbourhoods:
    """Shift of every neighbourhood against that of the ``layer`` ``(2,)``.

    What honest neighbourhoods are like is learned from those without many
    parcels already ``suspected`` ``(rows,)``.
    """
    found = group_shifts(total, samples, members, surface, layer)
    clear = (found.strength > _CLEAR_STRENGTH) & (found.lead > _CLEAR_LEAD)
    clear &= found.ahead > _AHEAD
    relative = np.where(clear[:, None], found.shift - layer, np.nan)
    own = _steadied(found, clear)
    honest = np.array([suspected[rows].mean() < _SHARED for rows in members], dtype=bool)
    between = _between(relative[honest], own[honest])
    covariance = own + between
    statistic = np.full(len(members), np.nan)
    sigma = np.full(len(members), np.nan)
    good = np.flatnonzero(np.isfinite(relative).all(axis=1))
    solved = np.linalg.solve(covariance[good], relative[good][:, :, None])[:, :, 0]
    statistic[good] = (relative[good] * solved).sum(axis=1)
    length = np.hypot(*relative[good].T)
    # The standard error in the direction of the shift itself.
    along = relative[good] / np.maximum(length, 1e-9)[:, None]
    sigma[good] = np.sqrt(np.einsum("ni,nij,nj->n", along, covariance[good], along))
    per_parcel = _per_parcel(len(samples), members, statistic)
    return Neighbourhoods(members, relative, sigma, statistic, per_parcel, between)


def _steadied(found: GroupShifts, clear: BoolArray) -> FloatArray:
    """Jackknife covariances, each half its own and half what the layer makes expect.

    A dozen folds give a variance to a third of itself; the expected one falls
    with the number of samples.
    """
    own = found.covariance.copy()
    own[~np.isfinite(own).all(axis=(1, 2))] = np.eye(2)
    if not clear.any():
        return own
    per_sample = np.median(own[clear] * found.samples[clear, None, None], axis=0)
    expected = per_sample[None] / np.maximum(found.samples, 1)[:, None, None]
    return 0.5 * own + 0.5 * expected + 1e-4 * np.eye(2)


def _between(relative: FloatArray, own: FloatArray) -> FloatArray:
    """Variance between honest neighbourhoods beyond their own, ``(2, 2)`` diagonal."""
    good = np.isfinite(relative).all(axis=1)
    floor = np.full(2, _FLOOR**2)
    if good.sum() < 8:
        return np.diag(2.0 * floor)
    values = relative[good]
    spread = 1.4826 * np.median(np.abs(values - np.median(values, axis=0)), axis=0)
    inside = np.median(own[good][:, [0, 1], [0, 1]], axis=0)
    return np.diag(np.maximum(spread**2 - inside, floor))


def _per_parcel(rows: int, members: list[IntArray], statistic: FloatArray) -> FloatArray:
    out = np.full(rows, np.nan)
    known = [n for n in range(len(members)) if np.isfinite(statistic[n])]
    if not known:
        return out
    row = np.concatenate([members[n] for n in known])
    value = np.repeat(statistic[known], [len(members[n]) for n in known])
    order = np.lexsort((value, row))
    row, value = row[order], value[order]
    names, first, count = np.unique(row, return_index=True, return_counts=True)
    out[names] = value[first + (count - 1) // 2]
    return out


def blocks(
    total: Single,
    samples: IntArray,
    xy: FloatArray,
    found: Neighbourhoods,
    layer: FloatArray,
    surface: Surface,
    chance: float,
) -> list[Block]:
    """Join neighbourhoods that are off, and find the parcels that make them so.

    Parameters
    ----------
    layer
        Shift of the layer in pixels, ``(2,)``.
    chance
        Probability of any such neighbourhood in an honest layer.
    """
    if not found.members:
        return []
    with np.errstate(invalid="ignore"):
        # Neighbourhoods overlap: about a third of them are independent.
        p = tail(found.statistic) * max(len(found.members) / 3, 1.0)
        hits = np.flatnonzero(p < chance)
    out = []
    for joined in _joined(found, hits):
        best = joined[np.argmax(found.statistic[joined])]
        rows, shift, sigma = _refined(total, samples, xy, found, joined, layer, surface)
        if len(rows) < LEAST // 3:
            continue
        strength = (float(np.hypot(*shift)) / sigma) ** 2
        own = float(tail(np.array([strength]))[0]) * max(len(found.members) / 3, 1.0)
        one = Block(np.sort(rows), shift, sigma, float(min(p[best], 1.0)), min(own, 1.0), strength)
        if one.beyond(1.0 / _CHOSEN, 0.0, 1.0):
            out.append(one)
    return out


def _refined(
    total: Single,
    samples: IntArray,
    xy: FloatArray,
    found: Neighbourhoods,
    joined: IntArray,
    layer: FloatArray,
    surface: Surface,
) -> tuple[IntArray, FloatArray, float]:
    """Parcels of a block, its shift from them alone, and the standard error along it.

    Neighbourhoods at the rim hold parcels that were not moved, and lie between.
    """
    shift = _common(found, joined)
    around = np.unique(np.concatenate([found.members[n] for n in joined]))
    around = around[spatial_order(xy[around])]
    rows, own = around[:0], np.eye(2)
    for _ in range(_ROUNDS):
        rows = _true_members(total, xy, around, shift, layer)
        again = group_shifts(total, samples, [rows], surface)
        if not np.isfinite(again.shift).all():
            return rows[:0], shift, float("inf")
        shift, own = again.shift[0] - layer, again.covariance[0]
    along = shift / max(float(np.hypot(*shift)), 1e-9)
    return rows, shift, float(np.sqrt(along @ (own + found.between) @ along))


def tail(statistic: FloatArray) -> FloatArray:
    """Probability of a squared distance in two dimensions from a jackknife of 12 folds.

    Hotelling's T² with 11 degrees of freedom has far heavier tails than chi
    squared; here more than half of the covariance is common to all
    neighbourhoods, which leaves about 60 (Mardia, Kent & Bibby 1979, section
    3.5): for two dimensions the F tail is ``(1 + T²/m)^-(m-1)/2``.
    """
    freedom = 60.0
    out: FloatArray = (1 + statistic / freedom) ** (-(freedom - 1) / 2)
    return out


def _joined(found: Neighbourhoods, hits: IntArray) -> list[IntArray]:
    """Hits that share a part of their parcels, together."""
    if not len(hits):
        return []
    size = np.array([len(found.members[n]) for n in hits])
    row = np.concatenate([found.members[n] for n in hits])
    hit = np.repeat(np.arange(len(hits)), size)
    holds = coo_matrix((np.ones(len(row)), (hit, row))).tocsr()
    shared = (holds @ holds.T).tocoo()
    enough = shared.data >= _SHARED * np.minimum(size[shared.row], size[shared.col])
    graph = coo_matrix(
        (shared.data[enough], (shared.row[enough], shared.col[enough])),
        shape=(len(hits), len(hits)),
    )
    count, label = connected_components(graph, directed=False)
    return [hits[label == each] for each in range(count)]


def _common(found: Neighbourhoods, joined: IntArray) -> FloatArray:
    """The shift of the surest of some neighbourhoods and of those that agree with it.

    Those at the rim of a block hold parcels that were not moved, and lie between.
    """
    best = joined[np.argmax(found.statistic[joined])]
    apart = np.hypot(*(found.relative[joined] - found.relative[best]).T)
    return np.asarray(np.median(found.relative[joined[apart <= _ALIKE]], axis=0))


def _true_members(
    total: Single, xy: FloatArray, rows: IntArray, shift: FloatArray, layer: FloatArray
) -> IntArray:
    """Those ``rows`` that, with their neighbours, fit better when moved by ``shift``."""
    operator = shift_operator(np.stack([layer + shift, layer]))
    scores = total[rows].reshape(len(rows), -1) @ operator
    gain = (scores[:, 0] - scores[:, 1]).astype(float)
    near = cKDTree(xy[rows]).query(xy[rows], k=min(_NEIGHBOURS, len(rows)))[1]
    smooth = gain[near.reshape(len(rows), -1)].sum(axis=1)
    return rows[smooth > 0]


def village_numbers(codes: Sequence[str]) -> IntArray:
    """A number for each code, -1 where it is empty."""
    words = np.asarray(codes, dtype=object).astype(str)
    number = np.unique(words, return_inverse=True)[1].reshape(-1).astype(np.int64)
    number[words == ""] = -1
    return number
