"""How many units of a lot have to be inspected."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from ..errors import InputError
from ..findings import Text
from ..standard import Standard

LARGEST_LOT = 1000
"""Units in a lot at most; GB/T 24356-2023, table of sample sizes, last row."""


@dataclass(frozen=True)
class SampleTable:
    """The table of sample sizes of GB/T 24356: ``sizes[i]`` for lots of up to ``largest[i]``."""

    largest: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    edition: str

    def size(self, units: int) -> int:
        """Units to inspect of a lot of ``units``; all of them where the table asks for more.

        Raises
        ------
        InputError
            When the lot is larger than the table reaches, and has to be split.
        """
        if units <= 0:
            return 0
        row = int(np.searchsorted(self.largest, units))
        if row == len(self.largest):
            raise InputError(
                Text(
                    zh=f"检验批含 {units} 个单位成果，超过 {self.largest[-1]}，须先分批。",
                    en=f"A lot of {units} units is above {self.largest[-1]} and has to be split.",
                )
            )
        return int(min(self.sizes[row], units))


def sample_table(standard: Standard, edition: str = "2023") -> SampleTable:
    """The table of ``sampling.csv`` of a standard.

    Raises
    ------
    InputError
        When the standard holds no table of this edition.
    """
    column = f"n_{edition}"
    rows = [row for row in standard.rows("sampling.csv") if row.get(column) and row["N_max"]]
    if not rows:
        raise InputError(
            Text(
                zh=f"标准中没有 {edition} 版的抽样表。",
                en=f"The standard holds no sampling table of the edition {edition}.",
            )
        )
    return SampleTable(
        np.array([int(row["N_max"]) for row in rows]),
        np.array([int(row[column]) for row in rows]),
        edition,
    )


def split_lots(units: int, largest: int = LARGEST_LOT) -> list[int]:
    """Sizes of the fewest lots of nearly equal size, none above ``largest``.

    >>> split_lots(2500)
    [834, 833, 833]
    """
    if units <= 0:
        return []
    count = math.ceil(units / largest)
    least, more = divmod(units, count)
    return [least + 1] * more + [least] * (count - more)


def zero_defect_size(units: int, limit: float, confidence: float = 0.95) -> int:
    """Units to inspect so that not one error found proves a share of errors below ``limit``.

    The smallest n for which a lot with ``ceil(limit * units)`` wrong units would pass unnoticed
    with a probability of at most ``1 - confidence``: exact, by the hypergeometric distribution
    (acceptance number 0; Squeglia, *Zero Acceptance Number Sampling Plans*; the binomial n of
    GB/T 2828.2 and ISO 2859-2 is its limit for large lots).

    Raises
    ------
    InputError
        When ``limit`` or ``confidence`` is not between 0 and 1.
    """
    if not (0.0 < limit < 1.0 and 0.0 < confidence < 1.0):
        raise InputError(
            Text(
                zh="允许的错误率与置信度须在 0 与 1 之间。",
                en="The limit of errors and the confidence have to lie between 0 and 1.",
            )
        )
    if units <= 0:
        return 0
    wrong = math.ceil(limit * units - 1e-9)
    low, high = 1, units - wrong + 1  # with one more than all right ones, one must be wrong
    while low < high:
        middle = (low + high) // 2
        if stats.hypergeom.pmf(0, units, wrong, middle) <= 1.0 - confidence:
            high = middle
        else:
            low = middle + 1
    return low


def allocate(
    sizes: Mapping[str, int] | Sequence[int], total: int, least: int = 1
) -> npt.NDArray[np.int64]:
    """Share ``total`` units among strata in proportion to their sizes.

    Every stratum that is not empty gets ``least`` (or all it has) first, the rest goes by largest
    remainder; no stratum gets more than it has. Proportional allocation with a floor is what
    Olofsson et al. (2014, section 5.1.2) advise for small strata.

    Returns
    -------
    array
        Units per stratum, in the order given. The sum is ``total``, unless the floors alone ask
        for more or the lot has less.
    """
    have = np.array(list(sizes.values()) if isinstance(sizes, Mapping) else sizes, dtype=np.int64)
    total = min(int(total), int(have.sum()))
    floor = np.minimum(have, least)
    if total <= floor.sum():
        return floor
    # Strata whose proportional share is below the floor get the floor; the rest is shared again.
    held = np.zeros(len(have), dtype=bool)
    while True:
        left = total - int(floor[held].sum())
        share = np.where(held, 0, have) * (left / max(int(have[~held].sum()), 1))
        small = ~held & (share < floor)
        if not small.any():
            break
        held |= small
    given = np.where(held, floor, np.floor(share + 1e-9).astype(np.int64))
    # Ties go to the larger stratum, then to the earlier one: the same on every machine.
    remainder = np.where(held | (given >= have), -1.0, np.round(share - given, 9))
    order = np.lexsort((np.arange(len(have)), -have, -remainder))
    given[order[: total - int(given.sum())]] += 1
    return given
