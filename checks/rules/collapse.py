"""Telling a habit of a whole layer from the errors of single objects.

A county that writes one wrong value in every row made one mistake, not a
hundred thousand: it gets one finding about the layer.
"""

from __future__ import annotations

import numpy as np

from ..table import BoolArray, IntArray


def rows_by_value(place: IntArray, rows: IntArray) -> list[tuple[int, IntArray]]:
    """The given rows grouped by their value's place, in the order of the places.

    One sort for all groups, so that as many values as rows cost no more.
    """
    if not len(rows):
        return []
    order = np.argsort(place[rows], kind="stable")
    values, starts = np.unique(place[rows][order], return_index=True)
    parts = np.split(rows[order], starts[1:])
    return [(int(value), part) for value, part in zip(values, parts)]


def split_habits(
    place: IntArray, offending: BoolArray, among: BoolArray, share: float, count: int
) -> tuple[list[tuple[int, IntArray]], IntArray]:
    """Part the offending rows into habits and single cases.

    Parameters
    ----------
    place
        Each row's place in the list of distinct values; shape ``(rows,)``.
    offending, among
        Rows that break the rule, and rows that it speaks of; shape ``(rows,)``.
    share, count
        A value is a habit when it makes up at least this share of ``among``
        and at least this many rows.

    Returns
    -------
    habits, single
        Pairs of (place of the value, its rows), and all other offending rows.
    """
    rows = np.flatnonzero(offending).astype(np.int64)
    if not len(rows):
        return [], rows
    least = max(float(count), share * float(among.sum()))
    found, counts = np.unique(place[rows], return_counts=True)
    common = found[counts >= least]
    habits = [(int(value), rows[place[rows] == value]) for value in common]
    return habits, rows[~np.isin(place[rows], common)]
