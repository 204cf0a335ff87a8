"""What photos show: pieces of real photos and images that never overlap, and fields made of them.

Two honest photos must not share a pixel, or "the same picture" would be true
of them; so every piece of a source is used once. Half of the pictures are such
pieces as they are, half are field scenes: sky above, a far line of trees, and
a piece of ground in perspective below. Field scenes are alike as photos of
fields are, which is what a comparison of pictures must bear.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
from osgeo import gdal
from PIL import Image, ImageEnhance, ImageFilter
from scipy.ndimage import gaussian_filter

from ..protocol import Context

SIZE = (640, 480)
_PIECE = 400
"""Pixels across of a piece of a photo; those of images may be smaller."""

Pixels = npt.NDArray[np.uint8]


class Pictures:
    """A supply of pictures, each different from all others, the same for the same seed."""

    def __init__(self, context: Context, seed: str, size: tuple[int, int] = SIZE) -> None:
        self._random = context.random("pictures", seed)
        self._size = size
        pieces = [*_of_photos(context.folder("photos")), *_of_images(context)]
        order = self._random.permutation(len(pieces))
        self._pieces = [pieces[place] for place in order]
        self._next = 0

    def take(self) -> bytes:
        """The next picture as a JPEG, of a phone's quality."""
        number, self._next = self._next, self._next + 1
        if number < len(self._pieces):
            piece = Image.fromarray(self._pieces[number])
            plain = piece.width >= 300 and number % 2 == 0
            image = self._plain(piece) if plain else self._field(piece)
        else:
            image = self._field(Image.fromarray(_texture(self._random)))
        quality = int(self._random.integers(78, 94))
        return jpeg(image, quality)

    def _plain(self, piece: Image.Image) -> Image.Image:
        w, h = self._size
        image = piece.resize((round(1.08 * w), round(1.08 * h)), Image.Resampling.BICUBIC)
        lean = float(self._random.uniform(-1.5, 1.5))
        turned = image.rotate(lean, Image.Resampling.BICUBIC)
        left, top = (turned.width - w) // 2, (turned.height - h) // 2
        turned = turned.crop((left, top, left + w, top + h))
        return ImageEnhance.Brightness(turned).enhance(float(self._random.uniform(0.85, 1.15)))

    def _field(self, piece: Image.Image) -> Image.Image:
        """Sky, trees far away, ground in perspective."""
        width, height = self._size
        horizon = int(height * self._random.uniform(0.3, 0.55))
        image = Image.new("RGB", self._size)
        image.paste(_sky(self._random, width, horizon))
        below = height - horizon
        # The far edge of the ground is squeezed, as lenses show it.
        squeeze = float(self._random.uniform(0.15, 0.4))
        w, h = piece.size
        far = (w * squeeze, 0, 0, h, w, h, w * (1 - squeeze), 0)
        ground = piece.transform(
            (width, below), Image.Transform.QUAD, far, Image.Resampling.BICUBIC
        )
        image.paste(ground, (0, horizon))
        trees, outline = _trees(self._random, width, max(int(0.16 * height), 8))
        image.paste(trees, (0, horizon - trees.height + 2), outline)
        soft = image.filter(ImageFilter.GaussianBlur(float(self._random.uniform(0.0, 0.6))))
        grain = self._random.normal(0.0, 2.0, (height, width, 1))
        noisy = np.clip(np.asarray(soft, dtype=np.float64) + grain, 0, 255)
        return Image.fromarray(noisy.astype(np.uint8))


def jpeg(image: Image.Image, quality: int) -> bytes:
    """A JPEG without any Exif."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def again(picture: bytes, random: np.random.Generator) -> bytes:
    """The same scene photographed again honestly: a step aside, other light, other crop.

    What a burst or a second photo of one field looks like: near, yet not a copy.
    """
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    w, h = image.size
    left, top, right, bottom = random.uniform(0.01, 0.06, 4)
    lean = random.normal(0.0, 0.015, 4)
    corners = (
        w * (left + lean[0]), h * top, w * left, h * (1 - bottom + lean[1]),
        w * (1 - right), h * (1 - bottom), w * (1 - right + lean[2]), h * (top + lean[3]),
    )  # fmt: skip
    moved = image.transform((w, h), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    lit = ImageEnhance.Brightness(moved).enhance(float(random.uniform(0.92, 1.08)))
    noisy = np.asarray(lit, dtype=np.float64) + random.normal(0.0, 3.0, (h, w, 3))
    return jpeg(Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)), 88)


def _of_photos(folder: Path | None) -> list[Pixels]:
    """Pieces of the real photos that do not overlap, each about ``_PIECE`` pixels high."""
    out = []
    for path in sorted(folder.glob("*.jp*g")) if folder is not None else []:
        pixels = np.asarray(Image.open(path).convert("RGB"))
        height, width = pixels.shape[:2]
        if min(height, width) < 200:
            continue
        rows, columns = max(height // _PIECE, 1), max(width // _PIECE, 1)
        for band in np.array_split(pixels, rows, axis=0):
            out += np.array_split(band, columns, axis=1)
    return [np.ascontiguousarray(piece) for piece in out]


def _of_images(context: Context) -> list[Pixels]:
    """Pieces of aerial and satellite images as textures of ground."""
    out = []
    for place, name, piece in (
        ("somerset", "rgb.tif", 100),
        ("penn", "landsat7_2002-07-20.tif", 75),
    ):
        folder = context.folder(place)
        if folder is None or not (folder / name).is_file():
            continue
        bands = gdal.Open(str(folder / name)).ReadAsArray()[:3].astype(np.float64)
        low, high = np.quantile(bands, [0.02, 0.98], axis=(1, 2), keepdims=True)
        pixels = (np.clip((bands - low) / (high - low), 0, 1) * 255).astype(np.uint8)
        pixels = np.moveaxis(pixels, 0, -1)
        rows, columns = pixels.shape[0] // piece, pixels.shape[1] // piece
        for band in np.array_split(pixels, rows, axis=0):
            out += [np.ascontiguousarray(part) for part in np.array_split(band, columns, axis=1)]
    return out


def _texture(random: np.random.Generator, side: int = 192) -> Pixels:
    """Crop rows and soil that nobody photographed."""
    rows = np.sin(np.arange(side) * random.uniform(0.15, 0.9) + random.uniform(0, 6))
    rough = gaussian_filter(random.standard_normal((side, side)), random.uniform(0.6, 2.0))
    patch = gaussian_filter(random.standard_normal((side, side)), random.uniform(8, 25))
    shade = 0.5 * rows[None, :] * random.uniform(0.2, 1) + rough / rough.std() * 0.5
    shade = shade + patch / patch.std() * random.uniform(0.3, 1.2)
    colour = random.uniform([60, 80, 30], [170, 160, 100])
    return np.clip(colour + shade[:, :, None] * 28, 0, 255).astype(np.uint8)


def _sky(random: np.random.Generator, width: int, height: int) -> Image.Image:
    top, low = random.uniform([70, 120, 170], [170, 190, 235]), random.uniform(190, 240, 3)
    share = np.linspace(0, 1, height)[:, None, None]
    sky = np.broadcast_to(top * (1 - share) + low * share, (height, width, 3)).copy()
    cloud = gaussian_filter(random.standard_normal((height // 4 + 1, width // 4 + 1)), 6)
    cloud = np.clip(cloud / cloud.std() - random.uniform(-0.5, 1.5), 0, 1.5)
    grown = np.repeat(np.repeat(cloud, 4, axis=0), 4, axis=1)[:height, :width, None]
    return Image.fromarray(np.clip(sky + grown * 60, 0, 255).astype(np.uint8))


def _trees(random: np.random.Generator, width: int, height: int) -> tuple[Image.Image, Image.Image]:
    """A far line of trees and where it hides the sky."""
    tops = gaussian_filter(random.standard_normal(width), random.uniform(2, 6))
    slow = gaussian_filter(random.standard_normal(width), random.uniform(15, 60))
    tall = 0.4 + 0.12 * tops / tops.std() + 0.2 * slow / slow.std() * random.uniform(0, 1)
    share = 1 - np.arange(height)[:, None] / height
    hides = (share < np.clip(tall, 0.05, 1.0)[None, :]).astype(np.uint8) * 255
    dark = random.uniform([20, 40, 15], [60, 80, 45])
    noise = random.normal(0, 14, (height, width, 1)) + tops[None, :, None] * 30
    colours = np.clip(dark + noise, 0, 255).astype(np.uint8)
    return Image.fromarray(colours), Image.fromarray(hides)
