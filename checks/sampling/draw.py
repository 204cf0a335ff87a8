"""Which units are inspected: drawn by a seed that everybody can repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ..findings import Text
from .plan import SampleTable, allocate, split_lots, zero_defect_size


@dataclass(frozen=True)
class Sample:
    """What was drawn.

    Attributes
    ----------
    lot
        Number of the lot of every unit, from 1; shape (units,).
    rank
        Place of a unit in the drawing order of its stratum within its lot, from 1: the units
        to take when a drawn one cannot be reached are the next ones.
    drawn
        Whether a unit is in the sample.
    chance
        Probability with which each unit was to be drawn (inclusion probability); the estimates
        of ``accuracy`` weight by its inverse.
    strata
        Stratum of every unit.
    seed
        The seed, as recorded.
    """

    lot: npt.NDArray[np.int64]
    rank: npt.NDArray[np.int64]
    drawn: npt.NDArray[np.bool_]
    chance: npt.NDArray[np.float64]
    strata: npt.NDArray[np.object_]
    seed: str


def lottery(identifiers: Sequence[str], seed: str) -> npt.NDArray[np.object_]:
    """One ticket a unit: SHA-256 of seed and identifier.

    The draw depends on nothing but the seed and the identifiers: not on the order of the rows,
    the machine, or the version of a random-number library; so a surveyed party can repeat it.
    Sorting by a digest is sampling by permanent random numbers (Ohlsson 1995).
    """
    prefix = hashlib.sha256(seed.encode("utf-8")).digest()
    return np.array(
        [hashlib.sha256(prefix + str(unit).encode("utf-8")).digest() for unit in identifiers],
        dtype=object,
    )


def draw_sample(
    identifiers: Sequence[str],
    strata: Sequence[str],
    seed: str,
    table: SampleTable | None = None,
    zero_defect: tuple[float, float] | None = None,
    size: int | None = None,
    least: int = 1,
) -> Sample:
    """Draw a stratified sample without replacement from every lot.

    Lots are filled stratum by stratum in the order of the strata's names, so that a lot is as
    much of one piece as it can be. Exactly one of ``table`` (GB/T 24356), ``zero_defect``
    (limit of errors, confidence) and ``size`` (units over all) says how many; every stratum gets
    at least ``least``.

    Raises
    ------
    InputError
        When identifiers are missing or not unique: a unit that cannot be named cannot be drawn.
    """
    units = np.array([str(unit) for unit in identifiers], dtype=object)
    groups = np.array([str(stratum) for stratum in strata], dtype=object)
    _check(units)
    if sum(way is not None for way in (table, zero_defect, size)) != 1:
        raise InputError(
            Text(zh="须且只能指定一种抽样方案。", en="Give exactly one way to set the sample size.")
        )
    tickets = lottery(list(units), seed)
    # Which units form a lot must not depend on the seed: a lot is agreed before it is drawn from.
    order = np.array(
        sorted(range(len(units)), key=lambda row: (groups[row], units[row])), dtype=np.int64
    )
    lot = np.zeros(len(units), dtype=np.int64)
    rank = np.zeros(len(units), dtype=np.int64)
    chance = np.zeros(len(units))
    # A sample by table needs lots; the other plans hold for any number of units.
    sizes = split_lots(len(units), int(table.largest[-1]) if table else max(len(units), 1))
    start = 0
    for number, length in enumerate(sizes, 1):
        rows = order[start : start + length]
        start += length
        lot[rows] = number
        names, index, counts = np.unique(
            groups[rows].astype(str), return_inverse=True, return_counts=True
        )
        wanted = _wanted(length, table, zero_defect, size)
        given = allocate([int(count) for count in counts], wanted, least)
        for stratum in range(len(names)):
            inside = rows[index == stratum]
            inside = inside[np.argsort(tickets[inside], kind="stable")]
            rank[inside] = np.arange(1, len(inside) + 1)
            chance[inside] = given[stratum] / len(inside)
    drawn = rank <= np.round(chance * _stratum_size(lot, groups))
    return Sample(lot, rank, drawn & (chance > 0), chance, groups, seed)


def _stratum_size(
    lot: npt.NDArray[np.int64], groups: npt.NDArray[np.object_]
) -> npt.NDArray[np.int64]:
    keys = np.array([f"{number}\x1f{group}" for number, group in zip(lot, groups)], dtype=str)
    if not len(keys):
        return np.zeros(0, dtype=np.int64)
    _, index, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return counts[index]


def _wanted(
    units: int,
    table: SampleTable | None,
    zero_defect: tuple[float, float] | None,
    size: int | None,
) -> int:
    if table is not None:
        return table.size(units)
    if zero_defect is not None:
        return zero_defect_size(units, *zero_defect)
    return max(0, min(int(size or 0), units))


def _check(units: npt.NDArray[np.object_]) -> None:
    blank = int(sum(not unit.strip() or unit in ("None", "nan", "NULL") for unit in units))
    if blank:
        raise InputError(
            Text(
                zh=f"有 {blank} 个单位没有标识，无法抽样。",
                en=f"{blank} units have no identifier and cannot be drawn.",
            )
        )
    twice = len(units) - len(set(units))
    if twice:
        raise InputError(
            Text(
                zh=f"有 {twice} 个标识重复，抽样前须使其唯一。",
                en=f"{twice} identifiers are not unique; they have to be before a sample is drawn.",
            )
        )
