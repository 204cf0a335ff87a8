"""Pictures that look alike, found among all pairs: a perceptual hash that keeps its real values.

The low frequencies of a picture survive compression, scaling and brightness (C.
Zauner, Implementation and benchmarking of perceptual image hash functions,
2010: DCT hash). Instead of its 64 signs the whitened coefficients themselves are
kept: natural pictures have a falling spectrum (D. J. Field, J. Opt. Soc. Am. A 4,
1987), so each frequency is weighted by its inverse. Mirroring and turning a
picture changes only signs and order of the coefficients. All pairs of a set are
one matrix product, block by block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import dctn
from scipy.ndimage import gaussian_filter

from ..progress import SILENT, Progress
from ..table import BoolArray, FloatArray, IntArray
from .photo_read import Grey

SIDE = 10
_WHITENING = 1.4
_LARGEST = 2.5
_BLOCK = 2048

Descriptors = npt.NDArray[np.float32]

DIHEDRAL = tuple((mirror, turn) for mirror in (0, 1) for turn in (0, 1, 2, 3))
"""Mirror left and right (0, 1), then quarter turns anticlockwise (0 … 3)."""


@dataclass(frozen=True)
class AlikePairs:
    """Pairs ``one`` < ``other`` whose hashes agree.

    ``variant`` is the place in :data:`DIHEDRAL` of what must be done to the
    other; ``cosine`` how well they agree.
    """

    one: IntArray
    other: IntArray
    variant: IntArray
    cosine: FloatArray


def describe(grey: Grey) -> Descriptors:
    """Whitened low frequencies of unit length, shape ``(n, SIDE, SIDE)``.

    Parameters
    ----------
    grey
        Shape ``(n, 64, 64)``.
    """
    out = np.zeros((len(grey), SIDE, SIDE), dtype=np.float32)
    row, column = np.mgrid[:SIDE, :SIDE]
    weight = np.hypot(row, column) ** _WHITENING
    for first in range(0, len(grey), 512):
        block = grey[first : first + 512].astype(np.float32)
        found = dctn(block, axes=(1, 2), norm="ortho")[:, :SIDE, :SIDE] * weight
        spread = np.sqrt((found**2).mean(axis=(1, 2), keepdims=True)) + 1e-6
        found = np.clip(found / spread, -_LARGEST, _LARGEST)
        length = np.sqrt((found**2).sum(axis=(1, 2), keepdims=True)) + 1e-6
        out[first : first + 512] = found / length
    return out


def transformed(descriptors: Descriptors, mirror: int, turn: int) -> Descriptors:
    """The descriptors that the mirrored and turned pictures would have."""
    sign = (-1.0) ** np.arange(SIDE, dtype=np.float32)
    out = descriptors
    if mirror:
        out = out * sign[None, None, :]
    for _ in range(turn):
        # A quarter turn anticlockwise: transpose, then upside down.
        out = out.transpose(0, 2, 1) * sign[None, :, None]
    return out.astype(np.float32, copy=False)


def alike_pairs(
    descriptors: Descriptors,
    usable: BoolArray,
    least: float,
    progress: Progress = SILENT,
) -> AlikePairs:
    """All pairs whose descriptors have a cosine of at least ``least`` in some variant."""
    rows = np.flatnonzero(usable)
    flat = descriptors[rows].reshape(len(rows), -1)
    found: list[tuple[IntArray, IntArray, IntArray, FloatArray]] = []
    for variant, (mirror, turn) in enumerate(DIHEDRAL):
        other = transformed(descriptors[rows], mirror, turn).reshape(len(rows), -1)
        for first in range(0, len(rows), _BLOCK):
            progress.at((variant + first / max(len(rows), 1)) / len(DIHEDRAL))
            cosine = flat[first : first + _BLOCK] @ other[first:].T
            one, two = np.nonzero(cosine >= least)
            keep = two > one
            one, two = one[keep], two[keep]
            kind = np.full(len(one), variant, dtype=np.int64)
            value = cosine[one, two].astype(np.float64)
            found.append((rows[one + first], rows[two + first], kind, value))
    if not found:
        empty = np.empty(0, dtype=np.int64)
        return AlikePairs(empty, empty, empty, np.empty(0))
    one, two, kind, value = (np.concatenate(parts) for parts in zip(*found))
    return _best(one, two, kind, value)


def _best(one: IntArray, two: IntArray, kind: IntArray, value: FloatArray) -> AlikePairs:
    """Each pair once, with the variant that agrees best."""
    order = np.lexsort((-value, two, one))
    one, two, kind, value = one[order], two[order], kind[order], value[order]
    first = np.ones(len(one), dtype=bool)
    first[1:] = (one[1:] != one[:-1]) | (two[1:] != two[:-1])
    return AlikePairs(one[first], two[first], kind[first], value[first])


def correlations(grey: Grey, pairs: AlikePairs, progress: Progress = SILENT) -> FloatArray:
    """Correlation of detail over the whole frame, shape ``(pairs,)``.

    Only structures of one to four pixels of the small copies count (a
    difference of Gaussians): what two views of one kind of scene share (sky
    above, field below) is taken off, and two takes of the same scene from a
    hand do not align so well.
    """
    out = np.empty(len(pairs.one))
    for variant, (mirror, turn) in enumerate(DIHEDRAL):
        rows = np.flatnonzero(pairs.variant == variant)
        for first in range(0, len(rows), 512):
            progress.at(first / max(len(rows), 1))
            part = rows[first : first + 512]
            one = detail(grey[pairs.one[part]])
            other = grey[pairs.other[part]]
            if mirror:
                other = other[:, :, ::-1]
            other = detail(np.rot90(other, turn, axes=(1, 2)))
            out[part] = (one * other).mean(axis=(1, 2))
    return out


def detail(grey: Grey) -> npt.NDArray[np.float32]:
    """Fine structure with zero mean and unit variance, shape ``(n, 64, 64)``."""
    values = grey.astype(np.float32)
    fine = gaussian_filter(values, (0, 0.7, 0.7)) - gaussian_filter(values, (0, 3.0, 3.0))
    fine -= fine.mean(axis=(1, 2), keepdims=True)
    spread = fine.std(axis=(1, 2), keepdims=True)
    # A few strong edges must not decide alone.
    fine = np.clip(fine, -3 * spread, 3 * spread)
    fine -= fine.mean(axis=(1, 2), keepdims=True)
    return np.asarray(fine / (fine.std(axis=(1, 2), keepdims=True) + 1e-3), dtype=np.float32)
