"""Pictures read once, one after another: Exif, digests, a small grey copy.

Only a few are in memory at a time; the decoder is asked for an eighth of the
size (``draft``), which a JPEG gives without computing the rest (libjpeg scaled
DCT decoding). Pillow lets go of Python's lock while it decodes, so threads help.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from ..findings import Text
from ..progress import SILENT, Progress
from ..submission.photos_exif import NOTHING, Exif, read_exif
from ..submission.photos_jpeg import read_jpeg
from .photo_features import Features, find_features

try:
    from PIL import Image
except ImportError:  # the rules that look at pictures say so
    Image = None  # type: ignore[assignment]

Grey = npt.NDArray[np.uint8]

NO_PILLOW = Text(
    "缺少 Pillow 库，无法比较照片画面：请安装 Pillow",
    "The pictures cannot be looked at: install Pillow",
)
SMALL = 64
"""Side of the grey copy that is kept of every picture, in pixels."""

WORKING = 192
"""Length of the longer side when a picture is looked at more closely."""

_MOST_PIXELS = 150_000_000
_MOST_SIDES_RATIO = 30
_ROUNDING = 1 / np.sqrt(12)
_FLAT = 3.0
_THUMBNAIL_SIDE = 32
_FORMATS = ("JPEG", "MPO")
_THREADS = max(1, min(4, os.cpu_count() or 1))
_WAITING = 3 * _THREADS

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Picture:
    """What one picture says.

    ``digest`` is the SHA-256 of the file, ``scan`` that of tables and
    compressed scan alone. ``grey`` is the picture shrunk to ``SMALL`` ×
    ``SMALL`` grey values, whatever its shape (``None`` where it was not
    decoded), ``agreement`` the correlation of the thumbnail that the camera
    embedded with the picture (NaN without one). ``reason`` and ``cause`` tell
    why it cannot be read: ``damaged``, ``too_large``, ``wrong_type``, ``empty``.
    """

    digest: str = ""
    scan: str = ""
    width: int = 0
    height: int = 0
    exif: Exif = NOTHING
    grey: Grey | None = None
    blank: bool = False
    features: Features | None = None
    agreement: float = float("nan")
    reason: Text | None = None
    cause: str = ""


def read_picture(content: bytes) -> Picture:
    """Read one picture; never raises for anything that ``content`` holds."""
    facts = read_jpeg(content)
    exif = read_exif(facts.exif) if facts.exif else NOTHING
    digest = hashlib.sha256(content).hexdigest()
    if facts.reason is not None:
        cause = "empty" if not content else ("damaged" if content[:2] == b"\xff\xd8" else "")
        return Picture(digest=digest, exif=exif, reason=facts.reason, cause=cause or "wrong_type")
    size = (facts.width, facts.height)
    too_large = _too_large(*size)
    if too_large is not None:
        return Picture(digest, facts.scan_digest, *size, exif, reason=too_large, cause="too_large")
    if Image is None:
        return Picture(digest, facts.scan_digest, *size, exif)
    try:
        image = _decoded(content, WORKING)
        grey = image.resize((SMALL, SMALL), Image.BOX)
        values = np.asarray(grey, dtype=np.uint8)
        blank = _is_blank(values)
        features = None if blank else find_features(_shrunk(image, WORKING))
    except Exception as error:
        # Decoders raise anything for a hostile file: SyntaxError, struct.error, MemoryError …
        reason = _not_decoded(error)
        return Picture(digest, facts.scan_digest, *size, exif, reason=reason, cause="damaged")
    return Picture(
        digest,
        facts.scan_digest,
        *size,
        exif,
        grey=values,
        blank=blank,
        features=features,
        agreement=_agreement(grey, exif.thumbnail, size),
    )


def _is_blank(values: Grey) -> bool:
    """Whether a small grey copy has no more detail than whole grey values leave by rounding.

    A picture in haze, or darkened, has little contrast; its detail is as telling.
    """
    seen = values.astype(np.float32)
    detail = gaussian_filter(seen, 0.7) - gaussian_filter(seen, 3.0)
    return bool(detail.std() < _ROUNDING)


def decode_grey(content: bytes, least: int = WORKING) -> npt.NDArray[np.float32] | None:
    """The picture as grey values, its longer side ``least`` pixels; ``None`` if undecodable."""
    if Image is None or _too_large(*_size(content)) is not None:
        return None
    try:
        return _shrunk(_decoded(content, least), least)
    except Exception:
        return None


def in_threads(
    make: Callable[[_Given], _Made], given: Iterable[_Given], progress: Progress = SILENT
) -> Iterator[_Made]:
    """``map`` over threads, in order, with few items under way and room for cancelling."""
    waiting: deque[Future[_Made]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        try:
            for each in given:
                progress.check()
                waiting.append(pool.submit(make, each))
                if len(waiting) >= _WAITING:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _size(content: bytes) -> tuple[int, int]:
    facts = read_jpeg(content)
    return facts.width, facts.height


def _too_large(width: int, height: int) -> Text | None:
    ratio = max(width, height) / max(1, min(width, height))
    if width * height <= _MOST_PIXELS and ratio <= _MOST_SIDES_RATIO:
        return None
    return Text(
        f"声明的尺寸 {width}×{height} 不合常理，未解码",
        f"it claims {width} x {height} pixels and was not decoded",
    )


def _decoded(content: bytes, least: int) -> Any:
    image = Image.open(io.BytesIO(content), formats=_FORMATS)
    image.draft("L", (least, least))
    return image.convert("L")


def _shrunk(image: Any, longer: int) -> npt.NDArray[np.float32]:
    scale = longer / max(image.size)
    size = (max(8, round(image.width * scale)), max(8, round(image.height * scale)))
    return np.asarray(image.resize(size, Image.BOX), dtype=np.float32)


def _not_decoded(error: Exception) -> Text:
    if isinstance(error, (OSError, SyntaxError, struct.error, ValueError)) and str(error):
        words = str(error).splitlines()[0][:120]
    else:
        words = type(error).__name__
    return Text(f"图像数据损坏（{words}）", f"its picture is damaged ({words})")


def _agreement(grey: Any, thumbnail: bytes, size: tuple[int, int]) -> float:
    """Correlation of the embedded thumbnail with the picture; NaN where it has none."""
    if not thumbnail:
        return float("nan")
    try:
        small = Image.open(io.BytesIO(thumbnail), formats=_FORMATS).convert("L")
    except Exception:
        return float("nan")
    small = _without_bars(small, size)
    shape = (_THUMBNAIL_SIDE, _THUMBNAIL_SIDE)
    one = np.asarray(grey.resize(shape, Image.BOX), dtype=np.float64).ravel()
    other = np.asarray(small.resize(shape, Image.BOX), dtype=np.float64).ravel()
    if one.std() < _FLAT or other.std() < _FLAT:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def _without_bars(small: Any, size: tuple[int, int]) -> Any:
    """Cameras put black bars beside pictures that are not 4:3: cut them off."""
    width, height = size
    wanted = width / max(height, 1)
    if small.width / small.height > wanted * 1.02:
        keep = round(small.height * wanted)
        left = (small.width - keep) // 2
        return small.crop((left, 0, left + max(keep, 1), small.height))
    if small.width / small.height < wanted / 1.02:
        keep = round(small.width / wanted)
        top = (small.height - keep) // 2
        return small.crop((0, top, small.width, top + max(keep, 1)))
    return small
