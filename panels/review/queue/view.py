"""The list of the queue: keys that decide and move, headings that open."""

from __future__ import annotations

from typing import Any

import numpy as np
from qgis.PyQt.QtCore import QEvent, QItemSelectionModel, QModelIndex, QRectF, Qt, pyqtSignal
from qgis.PyQt.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextOption,
)
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QFrame,
    QHeaderView,
    QTableView,
)

from ....processing_provider.language import translate
from ..finding_table import IntArray
from ..verdict_look import readable
from .model import QueueModel

COMMANDS = {
    "A": "accept",
    "R": "reject",
    "D": "doubtful",
    "T": "return",
    "E": "exception",
    "U": "undo",
    "P": "photo",
    "Z": "zoom",
    "B": "blink",
}
"""Letters and the commands they stand for; ``decision_steps.KEYS`` shows some of them."""
MOVES = {"J": "next", "K": "previous", "N": "next_waiting", "F": "filters", "G": "grouping"}
SIGNS = {"/": "search", "／": "search", "、": "search", "?": "help", "？": "help"}
_KEYS = {
    int(Qt.Key.Key_Down): "next",
    int(Qt.Key.Key_Up): "previous",
    int(Qt.Key.Key_Home): "first",
    int(Qt.Key.Key_End): "last",
    int(Qt.Key.Key_Return): "enter",
    int(Qt.Key.Key_Enter): "enter",
    int(Qt.Key.Key_Left): "close",
    int(Qt.Key.Key_Right): "open",
    int(Qt.Key.Key_Escape): "escape",
    int(Qt.Key.Key_F1): "help",
}


def word_of(event: QKeyEvent) -> str:
    """What a key asks for; empty for a key that is not ours."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    shift = Qt.KeyboardModifier.ShiftModifier
    # A sign may need Shift, depending on the keyboard.
    if modifiers in (Qt.KeyboardModifier.NoModifier, shift) and event.text() in SIGNS:
        return SIGNS[event.text()]
    if modifiers != Qt.KeyboardModifier.NoModifier:
        return ""
    letter = event.text().upper()
    return COMMANDS.get(letter) or MOVES.get(letter) or _KEYS.get(int(event.key()), "")


class QueueView(QTableView):
    """One column of lines of one height; ``pressed_word`` tells what a key asks for."""

    pressed_word = pyqtSignal(str)

    def __init__(self, model: QueueModel) -> None:
        super().__init__()
        self.setModel(model)
        self._model = model
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        # With a Chinese input method on, letters would be taken for pinyin.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def set_line_height(self, pixels: int) -> None:
        """All lines are of one height, so that none has to be measured."""
        self.verticalHeader().setMinimumSectionSize(pixels)
        self.verticalHeader().setDefaultSectionSize(pixels)

    def event(self, event: QEvent) -> bool:
        # The program's own shortcuts of one letter must not win over the list's.
        if event.type() == QEvent.Type.ShortcutOverride and word_of(event):  # type: ignore[arg-type]
            event.accept()
            return True
        return bool(super().event(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._model.rowCount() or not len(self._model.table):
            return
        area = self.viewport().rect().adjusted(12, 12, -12, -12)
        painter = QPainter(self.viewport())
        palette = self.viewport().palette()
        dim = readable(
            palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.Base)
        )
        dim.setAlphaF(0.7)
        painter.setPen(dim)
        hint = translate("QueuePage", "No finding passes these filters.")
        painter.drawText(QRectF(area), hint, QTextOption(Qt.AlignmentFlag.AlignCenter))
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self.currentIndex().isValid():
            super().focusInEvent(event)
        else:
            # Qt would make the first line current, but only where the window is the active one:
            # what the first arrow key does must not depend on that.
            QAbstractScrollArea.focusInEvent(self, event)
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        word = word_of(event)
        if word:
            event.accept()
            self.pressed_word.emit(word)
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands; typing for a line would look through every message."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.pos())
        group = self._model.group_of(index.row()) if index.isValid() else -1
        if group >= 0 and event.pos().x() < self.verticalHeader().defaultSectionSize():
            self._model.open_group(group)

    def make_current(self, line: int) -> None:
        """Choose one line alone, and bring it into sight."""
        index = self._model.index(line, 0)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)

    def line(self) -> int:
        """The current line; -1 for none."""
        index: QModelIndex = self.currentIndex()
        return int(index.row()) if index.isValid() else -1

    def selected_lines(self) -> IntArray:
        """All lines chosen, from the top; ranges, not one object for each line."""
        ranges: Any = self.selectionModel().selection()
        parts = [np.arange(one.top(), one.bottom() + 1) for one in ranges]
        return np.unique(np.concatenate(parts)) if parts else np.empty(0, dtype=np.int64)

    def move(self, step: int) -> None:
        """Make the next (1) or the previous (-1) finding current, opening headings on the way."""
        line = self.line() + step
        while 0 <= line < len(self._model.lines):
            group = self._model.group_of(line)
            if group < 0:
                self.make_current(line)
                return
            before = len(self._model.lines)
            self._model.open_group(group, True)
            if step < 0 and len(self._model.lines) > before:
                # Upwards, a heading that was closed ends with its last finding.
                line += len(self._model.lines) - before
            else:
                line += step

    def to_edge(self, first: bool) -> None:
        """Make the first or the last finding current."""
        line = 0 if first else len(self._model.lines) - 1
        if not 0 <= line < len(self._model.lines):
            return
        if self._model.group_of(line) >= 0:
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(self._model.index(line, 0), flags.NoUpdate)
            self.move(1 if first else -1)
            if self._model.group_of(self.line()) >= 0:
                self.move(1)
        else:
            self.make_current(line)

    def to_row(self, row: int) -> None:
        """Make a finding current, wherever it is; nothing where it is filtered out."""
        line = self._model.reveal(row)
        if line >= 0:
            self.make_current(line)

    def open_heading(self, wanted: bool) -> None:
        """Open or close the heading of the current line; closing goes to it first."""
        line = self.line()
        if not wanted and self._model.grouping != "none":
            while line > 0 and self._model.group_of(line) < 0:
                line -= 1
            if line >= 0 and self._model.group_of(line) >= 0:
                self.make_current(line)
        self._model.open_group(self._model.group_of(line), wanted)
