"""What a sample says about the whole: shares, areas and accuracies with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from ..errors import InputError
from ..findings import Text

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MapAccuracy:
    """Accuracies and areas estimated from a stratified sample, with standard errors.

    All are shares of the whole (``areas``: in the unit of the strata's sizes). Classes that have
    no sample, or no reference, are NaN.
    """

    overall: float
    overall_error: float
    users: Floats
    users_error: Floats
    producers: Floats
    producers_error: Floats
    areas: Floats
    areas_error: Floats


def map_accuracy(counts: npt.ArrayLike, sizes: npt.ArrayLike) -> MapAccuracy:
    """Estimates from an error matrix whose rows are both strata and declared classes.

    Olofsson, Foody, Herold, Stehman, Woodcock and Wulder (2014), *Good practices for estimating
    area and assessing accuracy of land change*, Remote Sensing of Environment 148:42-57:
    equations 1-3 and 8 for the estimates, 5-7, 10 and 11 for their standard errors.

    Parameters
    ----------
    counts
        Sampled units declared i whose reference is j; shape (k, k).
    sizes
        Size (units or area) of the declared class i in the whole; shape (k,).
    """
    sampled = np.asarray(counts, dtype=float)
    whole = np.asarray(sizes, dtype=float)
    if sampled.ndim != 2 or sampled.shape != (len(whole), len(whole)):
        raise InputError(
            Text(
                "误差矩阵须为方阵且与分层数一致。", "The error matrix has to be one row a stratum."
            )
        )
    if (sampled < 0).any() or (whole < 0).any() or not whole.sum() > 0:
        raise InputError(
            Text("样本数与面积不能为负。", "Counts and sizes cannot be negative or all nothing.")
        )
    drawn = sampled.sum(axis=1)
    if ((drawn < 2) & (whole > 0)).any():
        raise InputError(
            Text(
                "每一层至少须有 2 个样本，才能估计不确定度。",
                "Every stratum needs two units at least before its uncertainty can be estimated.",
            )
        )
    weight = whole / whole.sum()
    safe = np.maximum(drawn, 1.0)
    rows = sampled / safe[:, None]
    shares = weight[:, None] * rows
    hit = np.diag(rows)
    users = np.where(drawn > 0, hit, np.nan)
    users_variance = hit * (1 - hit) / np.maximum(drawn - 1, 1)
    reference = shares.sum(axis=0)
    column_variance = (weight**2 / np.maximum(drawn - 1, 1))[:, None] * rows * (1 - rows)
    areas = reference * whole.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        producers = np.where(reference > 0, np.diag(shares) / reference, np.nan)
        total = (whole[:, None] * rows).sum(axis=0)
        spread = (whole**2 / np.maximum(drawn - 1, 1))[:, None] * rows * (1 - rows)
        others = spread.sum(axis=0) - np.diag(spread)
        own = whole**2 * (1 - producers) ** 2 * users_variance
        producers_error = np.sqrt(own + producers**2 * others) / total
    return MapAccuracy(
        overall=float(np.diag(shares).sum()),
        overall_error=float(np.sqrt((weight**2 * users_variance).sum())),
        users=users,
        users_error=np.where(drawn > 0, np.sqrt(users_variance), np.nan),
        producers=producers,
        producers_error=producers_error,
        areas=areas,
        areas_error=np.sqrt(column_variance.sum(axis=0)) * whole.sum(),
    )


@dataclass(frozen=True)
class Share:
    """A share of the whole with its confidence limits."""

    share: float
    low: float
    high: float
    error: float


def share_wrong(
    wrong: npt.ArrayLike, drawn: npt.ArrayLike, sizes: npt.ArrayLike, confidence: float = 0.95
) -> Share:
    """Share of wrong units in the whole, from a stratified sample without replacement.

    The estimate is the sum of W_h p_h, its variance that of Cochran (1977, *Sampling Techniques*,
    section 5.6) with the finite-population correction. The limits are those of Clopper and
    Pearson for the effective sample size (Korn and Graubard 1998, *Survey Methodology* 24:193),
    which stay honest where no error or few were found; the normal limits would then claim a
    certainty that nobody has.

    Parameters
    ----------
    wrong, drawn, sizes
        Wrong units, inspected units and all units per stratum.
    """
    bad = np.asarray(wrong, dtype=float)
    seen = np.asarray(drawn, dtype=float)
    whole = np.asarray(sizes, dtype=float)
    if (bad > seen).any() or (seen > whole).any() or (bad < 0).any():
        raise InputError(
            Text(
                "错漏数不能超过样本数，样本数不能超过总数。", "More wrong than drawn, or than all."
            )
        )
    used = whole > 0
    if (seen[used] < 1).any() or not used.any():
        raise InputError(Text("有一层没有样本。", "A stratum has no sample."))
    bad, seen, whole = bad[used], seen[used], whole[used]
    weight = whole / whole.sum()
    each = bad / seen
    share = float(weight @ each)
    free = 1.0 - seen / whole
    variance = float((weight**2 * free * each * (1 - each) / np.maximum(seen - 1, 1)).sum())
    total = float(seen.sum())
    if free.max() <= 0.0:
        return Share(share, share, share, 0.0)  # everything was inspected
    effective = total
    if variance > 0.0:
        effective = min(total, share * (1 - share) / variance)
    low, high = _clopper_pearson(share * effective, effective, confidence)
    return Share(share, low, high, float(np.sqrt(variance)))


def _clopper_pearson(wrong: float, drawn: float, confidence: float) -> tuple[float, float]:
    tail = (1.0 - confidence) / 2.0
    low = float(stats.beta.ppf(tail, wrong, drawn - wrong + 1)) if wrong > 0 else 0.0
    high = float(stats.beta.ppf(1 - tail, wrong + 1, drawn - wrong)) if wrong < drawn else 1.0
    return low, high
