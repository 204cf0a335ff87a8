"""How far the errors of a DEM itself move the mean and the tilt of differences.

Neighbouring cells of a DEM err together: what is left of a bias or a tilt over
``n`` points is not ``σ / √n`` but the weighted sum of the covariances of all
pairs (Rolstad et al. 2009, J. Glaciology 55, 666–680, equation 5 for points
instead of a circle; Hugonnet et al. 2022, IEEE JSTARS 15, 6456–6472, equation
18). The points of one village lie within a single wave of such errors, so that
they themselves cannot show it: no variogram reaches farther than half of
their extent. What DEMs usually have is therefore taken for granted: errors
shared over a few cells, over some tens of cells, and a small part over
everything (Hugonnet et al. 2022, table IV; Rodríguez, Morris & Belz 2006,
PE&RS 72, 249–260, on the long waves of SRTM).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import pdist, squareform

from ..table import FloatArray

REACHES = ((4.0, 0.5), (48.0, 0.45))
"""Practical range in cells, and share of the variance, of errors of a DEM."""

EVERYWHERE = 0.01
"""Share of the variance that all of a county has in common."""

_MOST = 600
_LEAST_SEEN = 0.25


@dataclass(frozen=True)
class Waves:
    """Variances that correlated errors of a DEM of unit variance add.

    ``mean`` to the mean of the differences; ``tilt`` (shape ``(2,)``) to their
    slope east and north, per kilometre²; infinite where it is not determined.
    ``seen`` is the share of the unit variance that the differences still show
    about their mean, ``seen_level`` about their plane.
    """

    mean: float
    tilt: FloatArray
    seen: float
    seen_level: float


def waves(xy: FloatArray, cell: float) -> Waves:
    """What a DEM of ``cell`` metres does to differences at ``xy`` (metres, ``(n, 2)``).

    Of many points every so-manieth is taken, in an order of places, not of rows.
    """
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    xy = xy[order[:: max(1, -(-len(xy) // _MOST))]]
    if len(xy) < 2:
        return Waves(1.0, np.full(2, np.inf), _LEAST_SEEN, _LEAST_SEEN)
    shared = squareform(_shared(pdist(xy) / cell))
    count = len(xy)
    mean = float(shared.sum()) / count**2
    seen = max(1 - mean - 1 / count, _LEAST_SEEN)
    kilometres = (xy - xy.mean(axis=0)) / 1000
    design = np.column_stack([kilometres, np.ones(count)])
    if np.linalg.matrix_rank(design) < 3:
        return Waves(mean, np.full(2, np.inf), seen, seen)
    weights = np.linalg.pinv(design)
    tilt = np.einsum("ki,ij,kj->k", weights[:2], shared, weights[:2])
    fitted = float(np.einsum("ik,kj,ij->", design, weights, shared)) + 3
    level = max(1 - fitted / count, _LEAST_SEEN)
    return Waves(mean, np.maximum(tilt, 0.0), seen, level)


def _shared(cells: FloatArray) -> FloatArray:
    """Correlation of the errors at distances in cells; the points' own is left out."""
    out = np.full(cells.shape, EVERYWHERE)
    for reach, share in REACHES:
        out += share * np.exp(-3 * cells / reach)
    return out
