"""What became of a decision: being saved, saved, or why not, and what to do then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate

_SAVED_MS = 6000


@dataclass(frozen=True)
class Failure:
    """A decision that was not saved: what, why, and how to try once more."""

    what: str
    why: str
    again: Callable[[], None]


class StatusLine(QLabel):
    """One short line; what was saved is said for some seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(translate("DecisionStatus", "What became of the decision"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self.say(""))

    def say(self, text: str, lasting: bool = True) -> None:
        """Show ``text``; for a while only unless it is ``lasting``."""
        self._timer.stop()
        self.setText(text)
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        if text and not lasting:
            self._timer.start(_SAVED_MS)


class Failures(QFrame):
    """Decisions that could not be saved, the first one in full; nothing typed is lost."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._kept: list[Failure] = []
        picture = QLabel()
        size = self.fontMetrics().height() + 2
        icon = QgsApplication.getThemeIcon("/mIconCritical.svg")
        picture.setPixmap(icon.pixmap(size, size))
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.again = QPushButton(translate("DecisionStatus", "Try Again"))
        self.again.clicked.connect(self._try_again)
        self.drop = QPushButton(translate("DecisionStatus", "Discard"))
        self.drop.setToolTip(translate("DecisionStatus", "Do not save this decision"))
        self.drop.clicked.connect(self._discard)
        row = QHBoxLayout()
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.drop)
        buttons.addWidget(self.again)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 4)
        column.setSpacing(4)
        column.addLayout(row)
        column.addLayout(buttons)
        self.hide()

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, failure: Failure) -> None:
        """Keep one more that was not saved."""
        self._kept.append(failure)
        self._show()

    def clear(self) -> None:
        """Forget them: another file is shown."""
        self._kept.clear()
        self._show()

    def _try_again(self) -> None:
        kept, self._kept = self._kept, []
        self._show()
        for failure in kept:
            failure.again()

    def _discard(self) -> None:
        self._kept = self._kept[1:]
        self._show()

    def _show(self) -> None:
        if self._kept:
            first = self._kept[0]
            text = translate("DecisionStatus", "Not saved: {what}. {why}").format(
                what=first.what, why=first.why
            )
            if len(self._kept) > 1:
                more = translate("DecisionStatus", "And {n} more.")
                text = f"{text} {more.format(n=len(self._kept) - 1)}"
            self.text.setText(text)
            self.setAccessibleName(text)
        self.setVisible(bool(self._kept))
