"""The switch between the county's pre-check and the province's review."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from ....processing_provider.language import translate
from ....services import settings
from ..session import ReviewSession

PRECHECK, REVIEW = "precheck", "review"
_ROLES = {PRECHECK: "surveyor", REVIEW: "reviewer"}


class ModeSwitch(QWidget):
    """Two buttons of which one is down. Signal: ``mode_changed`` with the word of the mode.

    The mode decides in which capacity a person acts; a role chosen elsewhere moves the switch.
    """

    mode_changed = pyqtSignal(str)

    def __init__(self, session: ReviewSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._mode = ""
        self.buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        group.setExclusive(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for mode, title, hint in (
            (
                PRECHECK,
                translate("ModeSwitch", "Pre-check"),
                translate("ModeSwitch", "County: fix what was found, then deliver"),
            ),
            (
                REVIEW,
                translate("ModeSwitch", "Review"),
                translate("ModeSwitch", "Province: decide on what was found"),
            ),
        ):
            button = QToolButton()
            button.setText(title)
            button.setToolTip(hint)
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _checked=False, mode=mode: self.set_mode(mode))
            group.addButton(button)
            row.addWidget(button)
            self.buttons[mode] = button
        self.setAccessibleName(translate("ModeSwitch", "Pre-check or review"))
        session.person_changed.connect(self._follow)
        told = settings.MODE.get()
        if session.person:
            told = PRECHECK if session.role == _ROLES[PRECHECK] else REVIEW
        self._show(told if told in _ROLES else REVIEW)

    @property
    def mode(self) -> str:
        """``precheck`` or ``review``."""
        return self._mode

    def set_mode(self, mode: str) -> None:
        """Change the mode, and with it the role of the person."""
        if mode == self._mode or mode not in _ROLES:
            self._show(self._mode)
            return
        settings.MODE.set(mode)
        self._show(mode)
        if self.session.role != _ROLES[mode]:
            settings.ROLE.set(_ROLES[mode])
            self.session.set_person(self.session.person, _ROLES[mode])
        self.mode_changed.emit(mode)

    def _follow(self) -> None:
        """Somebody became a surveyor, or stopped being one, at another place."""
        if self.session.role == _ROLES[PRECHECK]:
            self.set_mode(PRECHECK)
        elif self._mode == PRECHECK:
            self._review()

    def _review(self) -> None:
        """Review in whatever role the person has but that of the surveyor."""
        settings.MODE.set(REVIEW)
        self._show(REVIEW)
        self.mode_changed.emit(REVIEW)

    def _show(self, mode: str) -> None:
        self._mode = mode
        for name, button in self.buttons.items():
            button.setChecked(name == mode)
            # In some themes a button that is down hardly differs.
            font = button.font()
            font.setBold(name == mode)
            button.setFont(font)
