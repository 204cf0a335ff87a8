"""Photos decoded off the window's thread, upright, and never larger than is safe."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.PyQt.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from qgis.PyQt.QtGui import QImage, QImageReader

MOST_PIXELS = 200_000_000
"""A picture that claims to be larger is not opened: no phone takes such."""
MOST_BYTES = 64 * 2**20
LONGEST_SIDE = 4096
"""What is kept of a larger picture; sharp enough to read a number plate."""
SMALL_SIDE = 900
_FORMATS = (b"jpeg", b"jpg", b"png", b"webp", b"tiff", b"bmp")


@dataclass(frozen=True)
class Picture:
    """A decoded photo, upright; ``image`` is null when ``trouble`` says why not.

    ``trouble`` is ``empty``, ``too_large`` or ``unreadable``; ``width`` and ``height`` are those
    of the file, upright, in pixels.
    """

    image: QImage
    width: int = 0
    height: int = 0
    trouble: str = ""
    small: QImage | None = None


def decode(data: bytes, longest: int = LONGEST_SIDE) -> Picture:
    """Decode a photo as it was stored, turned as its EXIF says; never raises for what it holds.

    The size is read from the header first, and a large JPEG is made small while it is decoded, so
    that memory stays bounded whatever the file claims.
    """
    if not data:
        return Picture(QImage(), trouble="empty")
    if len(data) > MOST_BYTES:
        return Picture(QImage(), trouble="too_large")
    content = QByteArray(data)
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    if bytes(reader.format()) not in _FORMATS:
        return Picture(QImage(), trouble="unreadable")
    size = reader.size()
    if not size.isValid():
        return Picture(QImage(), trouble="unreadable")
    if size.width() * size.height() > MOST_PIXELS:
        return Picture(QImage(), size.width(), size.height(), "too_large")
    if max(size.width(), size.height()) > longest:
        wanted = QSize(size)
        wanted.scale(longest, longest, Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(wanted.expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        return Picture(QImage(), size.width(), size.height(), "unreadable")
    turned = (image.width() < image.height()) != (size.width() < size.height())
    if turned:
        size.transpose()
    return Picture(image, size.width(), size.height(), small=_small(image))


def _small(image: QImage) -> QImage:
    """What is painted while the photo is small: made once, with every pixel counted."""
    if max(image.width(), image.height()) <= SMALL_SIDE:
        return image
    modes = Qt.TransformationMode
    aspect = Qt.AspectRatioMode.KeepAspectRatio
    return image.scaled(QSize(SMALL_SIDE, SMALL_SIDE), aspect, modes.SmoothTransformation)
