"""Whether one picture is cut out of another: laid over it and compared where both are.

The place that a few blobs voted for is refined by least squares on the grey
values themselves (B. D. Lucas & T. Kanade, IJCAI 1981, here for a scale and a
shift), and the detail of both is correlated block by block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter, map_coordinates, zoom

from .photo_features import Overlap

Picture = npt.NDArray[np.float32]

LONGER = 160
_STEPS = (3.0, 3.0, 1.5, 1.5, 0.7, 0.7, 0.7)
_QUICK_STEPS = (1.5, 0.7, 0.7)
"""Pixels of smoothing of each step of the refinement, at ``LONGER``."""

_BLOCKS = 6
_LEAST_IN_BLOCK = 9
_LEAST_INSIDE = 100
_FLAT = 0.15


@dataclass(frozen=True)
class Laid:
    """One picture laid over the other.

    ``correlation`` is the median over blocks of that of their detail,
    ``share`` the part of the first picture, and ``share_other`` that of the
    second, which both show.
    """

    correlation: float
    share: float
    share_other: float


NOT_LAID = Laid(0.0, 0.0, 0.0)


def lay_over(
    one: Picture, other: Picture, overlap: Overlap, longer: int = LONGER, quick: bool = False
) -> Laid:
    """Lay ``one`` over ``other`` as ``overlap`` says, refine, and compare.

    Parameters
    ----------
    one, other
        Grey values, shapes as the pictures' own.
    longer
        Pixels of the longer side at which they are compared.
    quick
        Refine little: for a first look.
    """
    first, second = _sized(one, longer), _sized(other, longer)
    rows, columns = np.mgrid[: first.shape[0], : first.shape[1]].astype(np.float64)
    x, y = (columns + 0.5) / longer, (rows + 0.5) / longer
    if overlap.mirrored:
        x = -x
    place = np.array([overlap.scale, overlap.shift_x, overlap.scale, overlap.shift_y])
    for sigma in _QUICK_STEPS if quick else _STEPS:
        width = sigma * longer / LONGER
        moved = _refined(place, gaussian_filter(first, width), gaussian_filter(second, width), x, y)
        if moved is None:
            break
        place = moved
    seen, inside = _seen(place, second, x, y)
    if inside.mean() < 0.02:
        return NOT_LAID
    covered = place[0] * place[2] * inside.mean() * first.size / second.size
    return Laid(
        _agreement(first, seen, inside),
        float(inside.mean()),
        float(np.clip(covered, 0.0, 1.0)),
    )


def _sized(picture: Picture, longer: int) -> npt.NDArray[np.float64]:
    """The picture with its longer side ``longer`` pixels, contrast evened out."""
    factor = longer / max(picture.shape)
    smooth = gaussian_filter(picture.astype(np.float64), max(0.0, 0.4 / factor - 0.4))
    small = zoom(smooth, factor, order=1, grid_mode=True, mode="nearest")
    return np.asarray((small - small.mean()) / (small.std() + 1e-6))


def _seen(
    place: npt.NDArray[np.float64],
    second: npt.NDArray[np.float64],
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    longer = max(second.shape)
    column = (place[0] * x + place[1]) * longer - 0.5
    row = (place[2] * y + place[3]) * longer - 0.5
    inside = (column >= 0) & (row >= 0)
    inside &= (column <= second.shape[1] - 1) & (row <= second.shape[0] - 1)
    return map_coordinates(second, [row, column], order=1, mode="nearest"), inside


def _refined(
    place: npt.NDArray[np.float64],
    first: npt.NDArray[np.float64],
    second: npt.NDArray[np.float64],
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64] | None:
    """One step of Gauss-Newton with gain and offset; ``None`` where it leads nowhere."""
    seen, inside = _seen(place, second, x, y)
    if inside.sum() < _LEAST_INSIDE:
        return None
    down, across = np.gradient(second)
    east, _ = _seen(place, across, x, y)
    south, _ = _seen(place, down, x, y)
    ours, theirs = first[inside], seen[inside]
    ours = (ours - ours.mean()) / (ours.std() + 1e-6) * theirs.std() + theirs.mean()
    longer = max(second.shape)
    design = longer * np.column_stack(
        [
            east[inside] * x[inside],
            east[inside],
            south[inside] * y[inside],
            south[inside],
        ]
    )
    normal = design.T @ design
    normal[np.diag_indices(4)] += 1e-6 * np.trace(normal) + 1e-9
    step = np.linalg.solve(normal, design.T @ (ours - theirs))
    if not np.isfinite(step).all() or np.abs(step).max() > 0.15:
        return None
    moved = place + step
    # Both scales go together but for a picture squeezed a little.
    sane = 0.2 < moved[0] < 5 and 0.2 < moved[2] < 5 and 0.7 < moved[0] / moved[2] < 1.4
    return np.asarray(moved) if sane else None


def _agreement(
    first: npt.NDArray[np.float64],
    seen: npt.NDArray[np.float64],
    inside: npt.NDArray[np.bool_],
) -> float:
    """Lower quartile over blocks with any detail of the correlation of detail."""
    ours, theirs = _detail(first), _detail(seen)
    found = []
    row = np.arange(first.shape[0]) * _BLOCKS // first.shape[0]
    column = np.arange(first.shape[1]) * _BLOCKS // first.shape[1]
    block = row[:, None] * _BLOCKS + column
    typical = float(ours[inside].std())
    for number in range(_BLOCKS * _BLOCKS):
        part = (block == number) & inside
        if part.sum() < _LEAST_IN_BLOCK:
            continue
        a, b = ours[part], theirs[part]
        if max(a.std(), b.std()) < _FLAT * typical or typical <= 0:
            continue  # sky over sky tells nothing
        if min(a.std(), b.std()) <= 0:
            found.append(0.0)
            continue
        found.append(float(np.corrcoef(a, b)[0, 1]))
    return float(np.quantile(found, 0.25)) if len(found) >= 3 else 0.0


def _detail(image: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(gaussian_filter(image, 0.7) - gaussian_filter(image, 3.0))
