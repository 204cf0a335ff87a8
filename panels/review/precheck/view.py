"""How the pre-check looks: what is left in words and colours, and the buttons."""

from __future__ import annotations

from collections.abc import Mapping

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QPainter, QPaintEvent, QPalette
from qgis.PyQt.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate
from ...numbers import count as told
from ..finding_table import SEVERITIES
from ..verdict_look import verdict_text_color
from .count import Count

_DONE, _DONE_ON_DARK = "#2b8a3e", "#5fcf7a"
_TRACK_ALPHA = 40


class ProgressStrip(QWidget):
    """A bar that fills with what is done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.part = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_part(self, part: float) -> None:
        """Fill ``part`` (0…1) of it."""
        self.part = min(max(part, 0.0), 1.0)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        area = QRectF(self.rect()).adjusted(0, 1, 0, -1)
        radius = area.height() / 2.0
        track = QColor(self.palette().color(QPalette.ColorRole.WindowText))
        track.setAlpha(_TRACK_ALPHA)
        painter.setBrush(track)
        painter.drawRoundedRect(area, radius, radius)
        if self.part > 0.0:
            painter.setBrush(done_color(self.palette()))
            width = max(area.width() * self.part, area.height())
            painter.drawRoundedRect(
                QRectF(area.left(), area.top(), width, area.height()), radius, radius
            )
        painter.end()


def done_color(palette: QPalette) -> QColor:
    """The green of what is done, on this ground."""
    dark = palette.color(QPalette.ColorRole.Window).lightness() < 128
    return QColor(_DONE_ON_DARK if dark else _DONE)


class PrecheckView(QFrame):
    """Widgets without a will of their own.

    Signals: one for each button.
    """

    recheck_pressed = pyqtSignal()
    whole_pressed = pyqtSignal()
    edit_pressed = pyqtSignal()
    list_pressed = pyqtSignal()
    save_pressed = pyqtSignal()
    cancel_pressed = pyqtSignal()
    next_pressed = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.left = QLabel()
        self.left.setTextFormat(Qt.TextFormat.RichText)
        self.strip = ProgressStrip()
        self.advice = _wrapped()
        self.hint = _wrapped()
        self.save = QPushButton(translate("Precheck", "Save Edits"))
        self.running = QProgressBar()
        self.running.setTextVisible(False)
        self.running.setMaximumHeight(8)
        self.cancel = QPushButton(translate("Precheck", "Cancel"))
        self._buttons()
        self._lay_out()

    def _buttons(self) -> None:
        self.recheck = QPushButton(translate("Precheck", "Re-check Edited"))
        self.recheck.setToolTip(
            translate("Precheck", "Verify again only what was edited since the last time")
        )
        self.whole = QPushButton(translate("Precheck", "Verify Whole"))
        self.whole.setToolTip(translate("Precheck", "Verify the whole package with all rules"))
        self.edit = QPushButton(translate("Precheck", "Jump && Edit"))
        self.edit.setToolTip(
            translate("Precheck", "Go to the object in the package and open it for editing")
        )
        self.fix_list = QToolButton()
        self.fix_list.setIcon(QgsApplication.getThemeIcon("/mActionFileSaveAs.svg"))
        self.fix_list.setToolTip(translate("Precheck", "Export the list of what is to be fixed…"))
        self.fix_list.setAccessibleName(self.fix_list.toolTip())
        self.seal = QPushButton(translate("Precheck", "Seal && Deliver…"))
        self.send = QPushButton(translate("Precheck", "Send to Reviewer…"))
        for button, signal in (
            (self.recheck, self.recheck_pressed),
            (self.whole, self.whole_pressed),
            (self.edit, self.edit_pressed),
            (self.fix_list, self.list_pressed),
            (self.save, self.save_pressed),
            (self.cancel, self.cancel_pressed),
        ):
            button.clicked.connect(lambda _checked=False, signal=signal: signal.emit())
        self.seal.clicked.connect(lambda _checked=False: self.next_pressed.emit("deliver"))
        self.send.clicked.connect(lambda _checked=False: self.next_pressed.emit("review"))

    def _lay_out(self) -> None:
        head = _row(self.title)
        head.addStretch(1)
        head.addWidget(self.left)
        buttons = _row(self.recheck, self.whole, self.edit)
        buttons.setSpacing(4)
        for at, button in enumerate((self.recheck, self.whole, self.edit)):
            buttons.setStretch(at, max(button.sizeHint().width(), 1))
            # In a narrow panel rather a word cut off than a panel that will not shrink.
            button.setMinimumWidth(60)
        buttons.addWidget(self.fix_list)
        self.onward = QWidget()
        onward = _row(self.seal, self.send)
        onward.addStretch(1)
        onward.setContentsMargins(0, 0, 0, 0)
        self.onward.setLayout(onward)
        told_row = _row(self.hint)
        told_row.setStretch(0, 1)
        told_row.addWidget(self.save, 0, Qt.AlignmentFlag.AlignTop)
        work = _row(self.running)
        work.setStretch(0, 1)
        work.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 4)
        column.setSpacing(5)
        column.addLayout(head)
        column.addWidget(self.strip)
        column.addWidget(self.advice)
        column.addWidget(self.onward)
        column.addLayout(buttons)
        column.addLayout(work)
        column.addLayout(told_row)
        self.show_running(False)
        self.show_hint("")
        self.onward.hide()

    def show_count(self, count: Count, to_confirm: int, rechecked: bool) -> None:
        """Show how far it is to nothing left."""
        self.strip.show_part(1.0 if not count.total else count.done / count.total)
        self.left.setText(self._by_severity(count.left))
        self.left.setToolTip(translate("Precheck", "Left to fix, by severity"))
        clean = not count.open
        if clean:
            self.title.setText("✓ " + translate("Precheck", "Nothing left to fix"))
        else:
            text = translate("Precheck", "{done} of {total} fixed")
            self.title.setText(text.format(done=told(count.done), total=told(count.total)))
        palette = self.title.palette()
        color = done_color(self.palette()) if clean else self.palette().color(self.foregroundRole())
        palette.setColor(QPalette.ColorRole.WindowText, color)
        self.title.setPalette(palette)
        self.advice.setText(" ".join(self._advice(count, to_confirm, rechecked)))
        self.advice.setVisible(bool(self.advice.text()))
        self.onward.setVisible(clean)
        # What was put together from parts is delivered only after a whole run.
        self.seal.setEnabled(clean and not rechecked)
        self.seal.setToolTip(
            translate("Precheck", "Verify the whole package once more before it is sealed")
            if rechecked
            else ""
        )

    def _advice(self, count: Count, to_confirm: int, rechecked: bool) -> list[str]:
        out = []
        if to_confirm:
            text = translate("Precheck", "{n} to be confirmed by a whole run.")
            out.append(text.format(n=told(to_confirm)))
        elif rechecked and not count.open:
            out.append(translate("Precheck", "Verify the whole package once before you deliver."))
        if count.doubtful:
            text = translate(
                "Precheck",
                "{n} doubtful, {explained} explained: these need not become zero; where the survey "
                "is right, add evidence.",
            )
            out.append(
                text.format(n=told(count.doubtful), explained=told(count.doubtful_explained))
            )
        return out

    def _by_severity(self, left: Mapping[str, int]) -> str:
        color = verdict_text_color("inconsistent", self.palette()).name()
        parts = [
            f'<b style="color:{color}">{severity}</b>&nbsp;{told(left[severity])}'
            for severity in SEVERITIES
            if left.get(severity)
        ]
        return "&nbsp;&nbsp; ".join(parts)

    def show_hint(self, text: str, save: bool = False) -> None:
        """Say something below the buttons; with ``save`` beside a button that saves edits."""
        self.hint.setText(text)
        self.hint.setVisible(bool(text))
        self.save.setVisible(save)

    def show_running(self, running: bool, part: float = 0.0) -> None:
        """Show that a check is under way, and how far it is."""
        self.running.setVisible(running)
        self.cancel.setVisible(running)
        self.running.setValue(int(part))
        for button in (self.recheck, self.whole, self.fix_list):
            button.setEnabled(not running)


def _wrapped() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return label


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget)
    return row
