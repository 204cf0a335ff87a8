"""The life of a finding: who decided what, when and why; what was undone is struck through."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtGui import QColor, QPalette, QShowEvent
from qgis.PyQt.QtWidgets import QFrame, QTextBrowser, QVBoxLayout, QWidget

from ....processing_provider.language import is_chinese, translate
from ..session import ReviewSession
from ..words import state_title
from .chip import COLORS
from .history_lines import Line, read_lines
from .steps import opinion_title, role_title
from .words import when

_PAUSE_MS = 80


class HistoryView(QWidget):
    """The history of the current finding; it is read only while it can be seen."""

    def __init__(self, session: ReviewSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.lines: list[Line] = []
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setAccessibleName(translate("HistoryView", "History of the finding"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.text)
        # Arrow keys pass over many findings; only where they rest is anything read.
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._read)
        session.current_changed.connect(self._turn)
        session.opened.connect(self._turn)
        session.person_changed.connect(self._turn)
        session.standing_changed.connect(self._stands_anew)
        self._turn()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read()

    def _stands_anew(self, names: list[str]) -> None:
        if not names or self.session.current in names:
            self._pause.start()

    def _turn(self, _name: str = "") -> None:
        self.lines = []
        self.text.setHtml(
            "" if self.session.current else _grey(translate("HistoryView", "No finding is chosen."))
        )
        self._pause.start()

    def _read(self) -> None:
        session = self.session
        finding, person, role = session.current, session.person, session.role
        if not self.isVisible() or not finding or session.path is None:
            return

        def then(answer: tuple[list[Line], bool]) -> None:
            if (finding, person, role) == (session.current, session.person, session.role):
                self._show(*answer)

        def failed(reason: str, advice: str) -> None:
            self.text.setHtml(_grey(f"{reason} {advice}".strip()))

        session.look(lambda path: read_lines(path, finding, person, role), then, failed, self)

    def _show(self, lines: Sequence[Line], blind: bool) -> None:
        self.lines = list(lines)
        parts = []
        if blind:
            told = translate(
                "HistoryView",
                "Another reviewer judges this finding too. What others think is shown once you"
                " have given your own opinion.",
            )
            parts.append(_grey(told))
        elif not lines:
            parts.append(_grey(translate("HistoryView", "Nobody has decided about it yet.")))
        parts += [_html(line, self.palette()) for line in reversed(lines)]
        self.text.setHtml("".join(parts))


def _html(line: Line, palette: QPalette) -> str:
    dark = palette.color(QPalette.ColorRole.Base).lightness() < 128
    color = QColor(COLORS.get(line.state, "#7a7f87"))
    if dark:
        color = color.lighter(150)
    head = f'<span style="color:{color.name()}">●</span> <b>{escape(_what(line))}</b>'
    if line.undone:
        head = f"<s>{head}</s> {_badge(translate('HistoryView', 'undone'))}"
    if line.earlier:
        head += f" {_badge(translate('HistoryView', 'former submission'))}"
    if line.blind:
        head += f" {_badge(translate('HistoryView', 'given blind'))}"
    if line.settles:
        head += f" {_badge(translate('HistoryView', 'settles the dispute'))}"
    by = " · ".join(part for part in (line.who, role_title(line.role), when(line.at)) if part)
    body = [head, f'<br><span style="color:#8a8a8a">{escape(by)}</span>']
    if line.reason:
        reason = escape(line.reason)
        body.append(f"<br>{f'<s>{reason}</s>' if line.undone else reason}")
    if line.note is not None:
        body.append(f"<br><i>{escape(line.note[0 if is_chinese() else 1])}</i>")
    return f'<p style="margin:4px 6px 8px 6px">{"".join(body)}</p>'


def _what(line: Line) -> str:
    opinion = opinion_title(line.opinion) if line.opinion else ""
    if line.action == "undone":
        return translate("HistoryView", "Taken back")
    if line.action == "opinion":
        return translate("HistoryView", "Opinion: {opinion}").format(opinion=opinion)
    path = state_title(line.state) if line.state else ""
    if line.before and line.before != line.state:
        path = f"{state_title(line.before)} → {path}"
    if line.action == "carried":
        came = translate("HistoryView", "Carried over from the former submission")
        return f"{came}: {state_title(line.state)}" if line.state else came
    return f"{path} · {opinion}" if opinion else path


def _badge(text: str) -> str:
    return f'<span style="color:#8a8a8a">[{escape(text)}]</span>'


def _grey(text: str) -> str:
    return f'<p style="color:#8a8a8a;margin:6px">{escape(text)}</p>'
