"""The same picture delivered more than once, however it was saved again.

Three ways of being the same: the same bytes (or the same compressed scan under
other metadata); the same frame, compressed, scaled, brightened, mirrored or
turned; a part of the other. The last two are verified on the detail of the
pictures, where two honest takes of one scene differ.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import zoom

from ..progress import SILENT, Progress
from ..table import BoolArray, FloatArray, IntArray
from .photo_compare import Picture as FloatPicture
from .photo_compare import lay_over
from .photo_features import Features, Overlap, find_overlaps
from .photo_hash import DIHEDRAL, alike_pairs, correlations, describe
from .photo_list import PhotoSet, read_again
from .photo_read import SMALL, Grey, decode_grey

FILE, SCAN, FRAME, PART = "file", "scan", "frame", "part"

_LEAST_COSINE = 0.72
_LEAST_FRAME = 0.85
_LEAST_PART = 0.7
_LEAST_SHARE = 0.12
_LEAST_PROMISE = 0.3
_MOST_PAIRS = 300_000
_KEPT_PICTURES = 400


@dataclass(frozen=True)
class Same:
    """Two photos with the same picture; ``kind`` is ``file``, ``scan``, ``frame`` or ``part``.

    ``likeness`` 0 … 1 is the correlation of detail, ``share`` the smaller part
    of either picture that both show, ``nested`` the larger (near 1: one lies in
    the other); ``mirrored`` and ``turned`` (quarter turns) what was done.
    """

    one: int
    other: int
    kind: str
    likeness: float
    share: float = 1.0
    nested: float = 1.0
    mirrored: bool = False
    turned: int = 0


@dataclass
class PhotoReuse:
    """What was found among all pairs.

    ``likeness`` is per photo the best agreement with any other that it was
    compared with in detail (0 where nothing resembles it, NaN where the picture
    could not be looked at), shape ``(photos,)``. ``unverified`` counts pairs
    left aside because there were too many.
    """

    pairs: list[Same]
    likeness: FloatArray
    compared: BoolArray
    unverified: int = 0
    by_photo: dict[int, list[Same]] = field(default_factory=dict)


def measure_reuse(photos: PhotoSet, progress: Progress = SILENT) -> PhotoReuse:
    """Find the same pictures among ``photos``."""
    grey, usable = photos.grey()
    likeness = np.where(photos.decoded & usable, 0.0, np.nan)
    exact, first = _exact(photos)
    likeness[[each for same in exact for each in (same.one, same.other)]] = 1.0
    usable &= first
    frames = _frames(grey, usable, likeness, progress.part(0.0, 0.3))
    known = {(same.one, same.other) for same in frames}
    parts, left = _parts(photos, usable, known, likeness, progress.part(0.3, 1.0))
    out = PhotoReuse(exact + frames + parts, likeness, photos.decoded, left)
    for same in out.pairs:
        out.by_photo.setdefault(same.one, []).append(same)
        out.by_photo.setdefault(same.other, []).append(same)
    return out


def _exact(photos: PhotoSet) -> tuple[list[Same], BoolArray]:
    """Each photo with the first of the same bytes or scan, and which are first."""
    pairs: list[Same] = []
    first = np.ones(len(photos), dtype=bool)
    files: dict[str, int] = {}
    scans: dict[str, int] = {}
    for row, picture in enumerate(photos.pictures):
        if picture.digest and picture.digest in files and picture.grey is not None:
            pairs.append(Same(files[picture.digest], row, FILE, 1.0))
            first[row] = False
        elif picture.scan and picture.scan in scans and picture.grey is not None:
            pairs.append(Same(scans[picture.scan], row, SCAN, 1.0))
            first[row] = False
        elif picture.digest:
            files[picture.digest] = row
            scans.setdefault(picture.scan or picture.digest, row)
    return pairs, first


def _frames(grey: Grey, usable: BoolArray, likeness: FloatArray, progress: Progress) -> list[Same]:
    found = alike_pairs(describe(grey), usable, _LEAST_COSINE, progress)
    if len(found.one) > _MOST_PAIRS:
        keep = np.sort(np.argsort(-found.cosine, kind="stable")[:_MOST_PAIRS])
        found = type(found)(*(getattr(found, name)[keep] for name in vars(found)))
    agree = correlations(grey, found, progress)
    for side in (found.one, found.other):
        np.maximum.at(likeness, side, np.clip(agree, 0.0, 1.0))
    out = []
    for place in np.flatnonzero(agree >= _LEAST_FRAME):
        mirror, turn = DIHEDRAL[found.variant[place]]
        pair = int(found.one[place]), int(found.other[place])
        out.append(Same(*pair, FRAME, float(agree[place]), mirrored=bool(mirror), turned=turn))
    return out


def _parts(
    photos: PhotoSet,
    usable: BoolArray,
    known: set[tuple[int, int]],
    likeness: FloatArray,
    progress: Progress,
) -> tuple[list[Same], int]:
    rows = np.flatnonzero(usable)
    features = [_features(photos, row) for row in rows]
    most = 1_000 + len(rows)
    overlaps = find_overlaps(features, progress.part(0.0, 0.3), most=2 * most)
    overlaps = [each for each in overlaps if _pair(each, rows) not in known]
    looked = [
        each
        for number, each in enumerate(overlaps[:most])
        if _promising(photos, each, rows, progress.part(0.3, 0.6), number / most)
    ]
    looked.sort(key=lambda each: (each.one, each.other))
    pictures = _Pictures(photos)
    out = []
    for number, overlap in enumerate(looked):
        progress.at(0.6 + 0.4 * number / len(looked))
        pair = _pair(overlap, rows)
        one, other = pictures.of(pair[0]), pictures.of(pair[1])
        if one is None or other is None:
            continue
        laid = lay_over(one, other, overlap)
        value = float(np.clip(laid.correlation, 0.0, 1.0))
        share = max(laid.share, laid.share_other)
        if share >= _LEAST_SHARE:
            for row in pair:
                likeness[row] = max(likeness[row], value)
        if value >= _LEAST_PART and share >= _LEAST_SHARE:
            small = min(laid.share, laid.share_other)
            out.append(Same(*pair, PART, value, small, share, overlap.mirrored))
    return out, max(0, len(overlaps) - most)


def _promising(
    photos: PhotoSet, overlap: Overlap, rows: IntArray, progress: Progress, done: float
) -> bool:
    """Whether the small copies already agree a little: most pairs that blobs name do not."""
    progress.at(done)
    one, other = (_upright(photos, row) for row in _pair(overlap, rows))
    return lay_over(one, other, overlap, SMALL, quick=True).correlation >= _LEAST_PROMISE


def _upright(photos: PhotoSet, row: int) -> FloatPicture:
    """The small copy in the picture's own shape."""
    picture = photos.pictures[row]
    longer = max(picture.width, picture.height, 1)
    shape = [max(8, round(SMALL * side / longer)) for side in (picture.height, picture.width)]
    assert picture.grey is not None
    factor = [side / SMALL for side in shape]
    return np.asarray(
        zoom(picture.grey.astype(np.float32), factor, order=1, grid_mode=True, mode="nearest")
    )


def _features(photos: PhotoSet, row: int) -> Features:
    found = photos.pictures[row].features
    if found is None:
        raise ValueError(row)
    return found


def _pair(overlap: Overlap, rows: IntArray) -> tuple[int, int]:
    return int(rows[overlap.one]), int(rows[overlap.other])


class _Pictures:
    """Pictures read once more, the last few hundred kept."""

    def __init__(self, photos: PhotoSet) -> None:
        self._photos = photos
        self._kept: OrderedDict[int, FloatPicture | None] = OrderedDict()

    def of(self, row: int) -> FloatPicture | None:
        if row in self._kept:
            self._kept.move_to_end(row)
            return self._kept[row]
        picture = decode_grey(read_again(self._photos.delivered[row]))
        self._kept[row] = picture
        if len(self._kept) > _KEPT_PICTURES:
            self._kept.popitem(last=False)
        return picture
