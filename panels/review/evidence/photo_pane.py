"""The photos of a finding: one after the other, or two side by side, and on the whole screen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QPointF, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent, QResizeEvent
from qgis.PyQt.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate
from .label import ElidedLabel
from .photo_card import PhotoCard
from .photo_decode import Picture, decode
from .worker import EvidenceWorker

if TYPE_CHECKING:
    from ....checks.evidence.model import Photo

_KEPT = 4
_ROOMY = 700


class PhotoPane(QWidget):
    """Steps through photos.

    ``enlarged`` is told when the person asks for the whole screen, ``shown`` with the number of
    the photo in view.
    """

    enlarged = pyqtSignal()
    shown = pyqtSignal(int)

    def __init__(self, worker: EvidenceWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.photos: tuple[Photo, ...] = ()
        self.place = 0
        self._worker = worker
        self._round = 0
        self._decoded: dict[int, Picture] = {}
        self.cards = (PhotoCard(), PhotoCard())
        self._build()
        worker.done.connect(self._decoded_one)

    def _build(self) -> None:
        both = QHBoxLayout()
        both.setSpacing(6)
        for number, card in enumerate(self.cards):
            both.addWidget(card, 1)
            card.view.enlarged.connect(self.enlarged)
            card.view.stepped.connect(self.step)
            card.view.moved.connect(lambda zoom, middle, n=number: self._together(n, zoom, middle))
        self.previous = self._button(
            "/mActionArrowLeft.svg", translate("PhotoPane", "Previous Photo (Left)")
        )
        self.next = self._button(
            "/mActionArrowRight.svg", translate("PhotoPane", "Next Photo (Right)")
        )
        self.beside = self._button("", translate("PhotoPane", "Show Two Photos Side by Side"))
        self.beside.setText(translate("PhotoPane", "Side by side"))
        self.beside.setCheckable(True)
        self.large = self._button(
            "/mActionZoomFullExtent.svg", translate("PhotoPane", "Whole Screen (P)")
        )
        self.count = ElidedLabel()
        self.previous.clicked.connect(lambda: self.step(-1))
        self.next.clicked.connect(lambda: self.step(1))
        self.large.clicked.connect(self.enlarged)
        self.beside.toggled.connect(lambda _on: self._show())
        row = QHBoxLayout()
        row.setSpacing(2)
        for widget in (self.previous, self.next):
            row.addWidget(widget)
        row.addWidget(self.count, 1)
        row.addWidget(self.beside)
        row.addWidget(self.large)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 2, 4, 4)
        column.setSpacing(2)
        column.addLayout(row)
        column.addLayout(both, 1)

    def _button(self, icon: str, text: str) -> QToolButton:
        button = QToolButton(self)
        if icon:
            button.setIcon(QgsApplication.getThemeIcon(icon))
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setAutoRaise(True)
        return button

    def show_photos(
        self, photos: Sequence[Photo], side_by_side: bool = False, place: int = 0
    ) -> None:
        """Show other photos; ``side_by_side`` where the first two are to be compared."""
        self.photos = tuple(photos)
        self.place = min(place, max(len(self.photos) - 1, 0))
        self._decoded.clear()
        self._round += 1
        self.beside.blockSignals(True)
        self.beside.setChecked(side_by_side and len(self.photos) > 1)
        self.beside.blockSignals(False)
        self._show()

    def let_go(self) -> None:
        """Listen to no worker any more: the pane is about to be deleted."""
        self._worker.done.disconnect(self._decoded_one)

    def step(self, by: int) -> None:
        """Go to another photo; at the ends nothing happens."""
        wanted = self.place + by
        if 0 <= wanted < len(self.photos) - self._more():
            self.place = wanted
            self._show()

    def _more(self) -> int:
        return 1 if self.beside.isChecked() and len(self.photos) > 1 else 0

    def _show(self) -> None:
        several = len(self.photos) > 1
        self.place = max(0, min(self.place, len(self.photos) - 1 - self._more()))
        last = len(self.photos) - self._more()
        for widget in (self.previous, self.next, self.beside):
            widget.setVisible(several)
        self.previous.setEnabled(self.place > 0)
        self.next.setEnabled(self.place + 1 < last)
        self.cards[1].setVisible(bool(self._more()))
        self._fit()
        self._count()
        if not self.photos:
            return
        for card, place in self._in_view():
            card.show_photo(self.photos[place])
            if place in self._decoded:
                card.show_picture(self._decoded[place])
        self._ask()
        self.shown.emit(self.place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        for card in self.cards:
            card.set_compact(bool(self._more()) and self.width() < _ROOMY)

    def _in_view(self) -> list[tuple[PhotoCard, int]]:
        return [(self.cards[more], self.place + more) for more in range(self._more() + 1)]

    def _count(self) -> None:
        if not self.photos:
            self.count.show_text("")
            return
        names = [self.photos[place].name for _card, place in self._in_view()]
        text = " | ".join(names)
        if len(self.photos) > 1:
            text = f"{self.place + 1} / {len(self.photos)}  {text}"
        self.count.show_text(text)

    def _ask(self) -> None:
        """Have decoded what is in view, then what would be next."""
        wanted = [place for _card, place in self._in_view()]
        if wanted[-1] + 1 < len(self.photos):
            wanted.append(wanted[-1] + 1)
        for old in [one for one in self._decoded if abs(one - self.place) > _KEPT]:
            del self._decoded[old]
        first = True
        for place in wanted:
            if place in self._decoded:
                continue
            ask = self._worker.ask if first else self._worker.ask_later
            ask((id(self), self._round, place), partial(_decode, self.photos[place].data))
            first = False

    def _decoded_one(self, ticket: Any, picture: Picture) -> None:
        if ticket[:2] != (id(self), self._round):
            return
        self._decoded[ticket[2]] = picture
        for card, place in self._in_view():
            if place == ticket[2]:
                card.show_picture(picture)

    def _together(self, number: int, zoom: float, middle: QPointF) -> None:
        if self._more():
            self.cards[1 - number].view.look_at(zoom, middle)


def _decode(data: bytes, _progress: Any) -> Picture:
    return decode(data)


class PhotoDialog(QDialog):
    """The photos on the whole screen; Esc or P goes back."""

    def __init__(self, worker: EvidenceWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("PhotoPane", "Photos of the finding"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.pane = PhotoPane(worker, self)
        self.pane.enlarged.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.pane.step(-1 if event.key() == Qt.Key.Key_Left else 1)
        elif event.key() == Qt.Key.Key_P:
            self.close()
        else:
            super().keyPressEvent(event)
