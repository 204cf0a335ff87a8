"""One photo with what its record says of it: when, who, where to, and where the sun stood."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QResizeEvent
from qgis.PyQt.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from ....processing_provider.language import say, translate
from ...numbers import number
from .chart_look import small
from .photo_decode import Picture
from .photo_rose import PhotoRose
from .photo_view import PhotoView

if TYPE_CHECKING:
    from ....checks.evidence.model import Photo

_NARROW = 240
_BESIDE = 370
_NOTE_WIDTH = 132


def trouble_text(trouble: str) -> str:
    """Why a photo cannot be shown."""
    return {
        "empty": translate("Photo", "The package has only the record of this photo, no picture."),
        "too_large": translate("Photo", "This picture claims a size that is not safe to open."),
        "unreadable": translate("Photo", "This file is not a picture that can be read."),
    }[trouble]


def caption(photo: Photo) -> list[str]:
    """What the record says, a line each."""
    lines = [photo.taken, photo.person]
    if photo.parcel:
        lines.append(translate("Photo", "Parcel {parcel}").format(parcel=photo.parcel))
    if math.isfinite(photo.azimuth):
        text = translate("Photo", "Azimuth {azimuth}°").format(azimuth=number(photo.azimuth, 0))
        if math.isfinite(photo.half_view):
            text += f" ± {number(photo.half_view, 0)}°"
        lines.append(text)
    if math.isfinite(photo.sun_azimuth) and math.isfinite(photo.sun_elevation):
        if photo.sun_elevation < 0:
            lines.append(translate("Photo", "Sun below the horizon"))
        else:
            lines.append(
                translate("Photo", "Sun {azimuth}°, {height}° high").format(
                    azimuth=number(photo.sun_azimuth, 0), height=number(photo.sun_elevation, 0)
                )
            )
    return [line for line in lines if line]


class PhotoCard(QWidget):
    """The picture with the rose beside it, what the record says below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.photo: Photo | None = None
        self._compact = False
        self.view = PhotoView()
        self.rose = PhotoRose()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setFont(small(self.font()))
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._place(beside=False)

    def show_photo(self, photo: Photo) -> None:
        """Show what is known; the picture comes with :meth:`show_picture`."""
        self.photo = photo
        lines = caption(photo)
        note = say(photo.note)
        self.text.setToolTip("\n".join([photo.name, *lines, *([note] if note else [])]))
        self.rose.show_view(photo.azimuth, photo.half_view, photo.sun_azimuth, photo.sun_elevation)
        self.rose.setToolTip("\n".join(lines))
        self.rose.setAccessibleName("; ".join(lines))
        self._fit()
        self.view.show_text(translate("Photo", "Opening the photo…"))

    def set_compact(self, compact: bool) -> None:
        """Leave the rose out: another photo stands beside this one."""
        self._compact = compact
        self._fit()

    def show_picture(self, picture: Picture) -> None:
        """Show the decoded picture, or why there is none."""
        if picture.trouble:
            self.view.show_text(trouble_text(picture.trouble))
        else:
            name = self.photo.name if self.photo is not None else ""
            self.view.show_image(picture.image, name, picture.small)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _place(self, beside: bool) -> None:
        """Put the caption under the rose where the picture can spare the width."""
        self._beside = beside
        for widget in (self.view, self.rose, self.text):
            self._grid.removeWidget(widget)
        top = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter
        self._grid.addWidget(self.view, 0, 0, 2 if beside else 1, 1)
        self._grid.addWidget(self.rose, 0, 1, top)
        self._grid.addWidget(self.text, 1, 1 if beside else 0, 1, 1 if beside else 2)
        self._grid.setRowStretch(0, 0 if beside else 1)
        self._grid.setRowStretch(1, 1 if beside else 0)
        self._grid.setColumnMinimumWidth(1, _NOTE_WIDTH if beside else 0)

    def _fit(self) -> None:
        """Two photos side by side leave the rose no room; its numbers are in the caption."""
        beside = self.width() >= _BESIDE
        if beside != self._beside:
            self._place(beside)
        photo = self.photo
        lines = caption(photo) if photo is not None else []
        note = say(photo.note) if photo is not None else ""
        self.text.setText(("\n" if beside else " · ").join([*lines, *([note] if note else [])]))
        angles = photo is not None and any(
            math.isfinite(one) for one in (photo.azimuth, photo.sun_azimuth)
        )
        self.rose.setVisible(angles and not self._compact and self.width() >= _NARROW)
