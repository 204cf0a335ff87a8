"""Parcels beside last year's: class, identifier, deduction, and what stayed the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..progress import SILENT, Progress
from ..reproject import Reprojection, ReprojectionError, same_crs
from ..standard import Standard
from ..table import BoolArray, FloatArray, GeometryArray, IntArray, Table, TextArray
from .change_past import Past, past_of

_PAIRS_AT_ONCE = 50_000


@dataclass(frozen=True)
class HistoryMeasure:
    """Facts of ``n`` parcels against last year's layer; arrays of shape ``(n,)``.

    Attributes
    ----------
    past
        Overlay of outlines (see :class:`.change_past.Past`); groups are land
        classes, ``codes`` names them.
    was
        The DLBM that covered most of the parcel last year, ``""`` if not known.
    was_share
        How much of the parcel it covered.
    own
        Row of last year's parcel with the same BSM; -1 for none, or where the
        BSM is not unique in one of the years.
    apart
        Metres between the parcel and last year's of the same BSM; 0 where they
        touch, NaN where there is none.
    same_attributes
        The parcel has the outline and all attributes of last year's.
    transition
        Row of ``class_transitions.json`` that the change of class is; -1: none.
    statistic
        How unlikely the change of class is, 0 … 1 by that table and by the
        share that changed; NaN where last year's class is not known. The
        continuous test statistic.
    """

    past: Past
    codes: tuple[str, ...]
    was: TextArray
    was_share: FloatArray
    own: IntArray
    apart: FloatArray
    same_attributes: BoolArray
    transition: IntArray
    statistic: FloatArray


def measure_history(
    parcels: Table,
    wkt: str,
    previous: Table,
    standard: Standard,
    progress: Progress = SILENT,
) -> HistoryMeasure:
    """Compare DLTB with last year's.

    Parameters
    ----------
    wkt
        The frame that the parcels are in.
    """
    facts = standard.data("class_transitions.json")
    before = previous.text("DLBM")
    codes = tuple(sorted(set(before) - {""}))
    place = {code: number for number, code in enumerate(codes)}
    group = np.array([place.get(code, -1) for code in before], dtype=np.int64)
    shapes = parcels.measurable
    past = past_of(shapes, wkt, previous, group, len(codes), progress.part(0.0, 0.9))
    kind = past.group
    was = np.array([codes[k] if k >= 0 else "" for k in kind], dtype=object)
    own = _same_identifier(parcels, previous)
    now = parcels.text("DLBM")
    transition = _transitions(was, now, facts["rows"])
    weights = np.array([float(row["score"]) for row in facts["rows"]] + [0.0])
    known = (kind >= 0) & (past.known_share > 0.5)
    return HistoryMeasure(
        past,
        codes,
        was,
        past.purity,
        own,
        _apart(shapes, wkt, previous, own, past),
        _same_attributes(parcels, previous, past, facts["attributes"]),
        transition,
        np.where(known, weights[transition] * past.purity, np.nan),
    )


def _same_identifier(parcels: Table, previous: Table) -> IntArray:
    """Row of last year's parcel of the same BSM where it is unique in both years."""
    out = np.full(len(parcels), -1, dtype=np.int64)
    if "BSM" not in parcels.columns or "BSM" not in previous.columns:
        return out
    names, first, counts = np.unique(
        previous.text("BSM").astype(str), return_index=True, return_counts=True
    )
    mine = parcels.text("BSM").astype(str)
    _, back, mine_counts = np.unique(mine, return_inverse=True, return_counts=True)
    at = np.clip(np.searchsorted(names, mine), 0, max(len(names) - 1, 0))
    if len(names):
        found = (names[at] == mine) & (counts[at] == 1) & (mine_counts[back.ravel()] == 1)
        out[found & (mine != "")] = first[at][found & (mine != "")]
    return out


def _apart(
    shapes: GeometryArray, wkt: str, previous: Table, own: IntArray, past: Past
) -> FloatArray:
    """Distance between parcels of the same BSM; only where the overlay found another."""
    out = np.full(len(shapes), np.nan)
    then = previous.measurable
    good = (own >= 0) & ~shapely.is_missing(shapes)
    good[good] &= ~shapely.is_missing(then[own[good]])
    out[good & (own == past.main)] = 0.0
    rows = np.flatnonzero(good & (own != past.main))
    there: Reprojection | None = None
    if wkt and previous.wkt and not same_crs(previous.wkt, wkt):
        try:
            there = Reprojection(previous.wkt, wkt)
        except ReprojectionError:
            return np.full(len(shapes), np.nan)
    for first in range(0, len(rows), _PAIRS_AT_ONCE):
        part = rows[first : first + _PAIRS_AT_ONCE]
        other = then[own[part]]
        if there is not None:
            other = shapely.transform(other, there.points)
        out[part] = shapely.distance(shapes[part], other)
    return out


def _same_attributes(parcels: Table, previous: Table, past: Past, names: list[str]) -> BoolArray:
    """Parcels with the outline of last year's and every attribute that both years carry."""
    same = past.same_ring.copy()
    rows = np.flatnonzero(same)
    then = past.main[rows]
    kept = np.ones(len(rows), dtype=bool)
    for name in names:
        if name not in parcels.columns or name not in previous.columns:
            continue
        one, other = parcels.columns[name], previous.columns[name]
        if one.dtype.kind in "fiu" and other.dtype.kind in "fiu":
            a, b = parcels.number(name)[rows], previous.number(name)[then]
            kept &= (np.abs(a - b) <= 1e-6) | (np.isnan(a) & np.isnan(b))
        else:
            kept &= np.asarray(parcels.text(name)[rows] == previous.text(name)[then], dtype=bool)
    same[rows] = kept
    return same


def _transitions(was: TextArray, now: TextArray, rows: list[dict[str, list[str]]]) -> IntArray:
    """The first row of the table that each change of class is; -1 for none."""
    pairs = dict.fromkeys(set(zip(was, now)), -1)
    for pair in pairs:
        if not pair[0] or not pair[1] or pair[0] == pair[1]:
            continue
        for number, row in enumerate(rows):
            fits = pair[0].startswith(tuple(row["was"])) and pair[1].startswith(tuple(row["now"]))
            fits &= not pair[0].startswith(tuple(row.get("not_was", ["-"])))
            fits &= not pair[1].startswith(tuple(row.get("not_now", ["-"])))
            if fits:
                pairs[pair] = number
                break
    return np.array([pairs[pair] for pair in zip(was, now)], dtype=np.int64)
