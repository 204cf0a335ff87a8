"""What somebody could find who knew everything but the errors themselves.

Copies of a DEM with noise are told from a survey by a likelihood ratio; no
test is better than that of the true laws (Neyman & Pearson 1933, Phil. Trans.
R. Soc. A 231, 289–337). Here the maker of a DEM lends the laws: how large its
errors are in every cell and over what reach they are shared, how much relief
lies between the cells, which interpolation was copied and how much noise put
on top. A checker knows none of it. The ratio is therefore a bound: what it
misses at some false-alarm rate nobody finds from these heights and this DEM.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, cholesky
from scipy.spatial.distance import cdist

from ..protocol import FloatArray
from .heights import Survey
from .terrain import LONG, SHORT, Ground, Law, sampled

_NEAR = 0.4  # cells over which relief between cells is alike
_SURVEY = 0.3  # metres: the middle of what crews err
_ODD = 4.0


@dataclass(frozen=True)
class Oracle:
    """The laws of one ground; ``relief`` is that between cells over what the DEM makes expect."""

    ground: Ground
    law: Law
    relief: float

    def ratio(self, survey: Survey, rough: FloatArray, noise: float) -> float:
        """Logarithm of the likelihood ratio of a bilinear copy with ``noise`` NMAD.

        ``rough`` is the product's own roughness of the ground at the points,
        metres, shape ``(n,)``. Blunders are pulled in: copies have none.
        """
        away = survey.z - self.ground.seen(survey.xy)
        known = np.isfinite(away) & np.isfinite(rough)
        away, xy, rough = away[known], survey.xy[known], rough[known]
        rounding = survey.step**2 / 12
        near = np.exp(-cdist(xy, xy, "sqeuclidean") / (_NEAR * self.ground.cell) ** 2)
        honest = self._errors(xy) + self.relief**2 * np.outer(rough, rough) * near
        honest += np.eye(len(xy)) * (_SURVEY**2 + rounding) + 0.05**2
        reach = _ODD * np.sqrt(np.diag(honest))
        root = cholesky(honest, lower=True)
        pulled = np.clip(away, -reach, reach)
        survey_log = -np.log(np.diag(root)).sum() - 0.5 * pulled @ cho_solve((root, True), pulled)
        white = (noise * self.ground.spread) ** 2 + rounding
        return float(-0.5 * (len(away) * np.log(white) + away @ away / white) - survey_log)

    def _errors(self, xy: FloatArray) -> FloatArray:
        """Covariance of the DEM's errors interpolated at points, m²."""
        weights, rows, columns = _bilinear(self.ground, xy)
        size = self.law.size[rows, columns]
        squares = cdist(*[np.column_stack([rows, columns]).astype(np.float64)] * 2, "sqeuclidean")
        share = self.law.share
        alike = share * np.exp(-squares / (4 * SHORT**2))
        alike += (1 - share) * np.exp(-squares / (4 * LONG**2))
        return weights @ (alike * np.outer(size, size)) @ weights.T


def oracle_of(ground: Ground, xy: FloatArray, rough: FloatArray) -> Oracle | None:
    """The laws of ``ground``, relief taken at true points ``xy``; ``None`` where nobody has them.

    ``rough`` is the product's roughness at these points, shape ``(n,)``.
    """
    law = ground.law
    if law is None:
        return None
    smooth = sampled(law.clean, ground.cell, ground.west, ground.north, xy, "bilinear")
    times = (ground.at(xy) - smooth) / np.maximum(rough, 0.02)
    times = times[np.isfinite(times)]
    return Oracle(ground, law, float(np.sqrt(np.mean(np.clip(times, -_ODD, _ODD) ** 2))))


def _bilinear(ground: Ground, xy: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weights ``(n, cells)`` of the cells that bilinear heights take, their rows and columns."""
    column = (xy[:, 0] - ground.west) / ground.cell - 0.5
    row = (ground.north - xy[:, 1]) / ground.cell - 0.5
    left, top = np.floor(column).astype(np.int64), np.floor(row).astype(np.int64)
    right, down = column - left, row - top
    wide = ground.cells.shape[1]
    corners, shares = [], []
    for i, vertical in ((0, 1 - down), (1, down)):
        for j, across in ((0, 1 - right), (1, right)):
            corners.append((top + i) * wide + left + j)
            shares.append(vertical * across)
    number, place = np.unique(np.concatenate(corners), return_inverse=True)
    weights = np.zeros((len(xy), len(number)))
    np.add.at(weights, (np.tile(np.arange(len(xy)), 4), place.ravel()), np.concatenate(shares))
    return weights, number // wide, number % wide
