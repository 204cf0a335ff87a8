"""Who decides here: a button that shows the person and the role, and lets both be changed."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAction,
    QActionGroup,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from ....processing_provider.language import translate
from ....services import settings
from ..session import ReviewSession
from .person import ROLES, PersonWatch, present
from .steps import role_title

_NAME_WIDTH = 130


class PersonChip(QToolButton):
    """Name and role under which decisions are written; keeps ``session`` up to date with them."""

    def __init__(self, session: ReviewSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._build_menu()
        self._watch = PersonWatch(self)
        self._watch.changed.connect(self.refresh)
        session.person_changed.connect(self._show)
        session.opened.connect(self._watch.listen)
        self.refresh()

    def _build_menu(self) -> None:
        menu = QMenu(self)
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.name.setMinimumWidth(200)
        self.name.setAccessibleName(translate("PersonChip", "Your name"))
        self.name.setPlaceholderText(translate("PersonChip", "Your name"))
        self.name.returnPressed.connect(self._named)
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(8, 6, 8, 4)
        column.addWidget(self.hint)
        column.addWidget(self.name)
        entry = QWidgetAction(menu)
        entry.setDefaultWidget(box)
        menu.addAction(entry)
        menu.addSection(translate("PersonChip", "Role"))
        self._group = QActionGroup(self)
        self.roles: dict[str, QAction] = {}
        for role in ROLES:
            action = menu.addAction(role_title(role))
            action.setCheckable(True)
            action.triggered.connect(lambda _checked=False, role=role: self._become(role))
            self._group.addAction(action)
            self.roles[role] = action
        menu.aboutToShow.connect(self._open_menu)
        self.setMenu(menu)

    def refresh(self) -> None:
        """Take up who is there now: after signing in or out."""
        person = present()
        role = self.session.role if self.session.person else settings.ROLE.get()
        if person.roles and role not in person.roles:
            role = person.roles[-1]
        self.session.set_person(person.name if person.roles else "", role)
        self._show()

    def shut_down(self) -> None:
        """Listen to sign-ins no more."""
        self._watch.stop()

    def _show(self) -> None:
        person = present()
        name = self.session.person or translate("PersonChip", "Who are you?")
        metrics = self.fontMetrics()
        short = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH)
        self.setText(f"{short} · {role_title(self.session.role)}")
        if person.known and not person.roles:
            told = translate("PersonChip", "The platform grants this account no role here")
        elif person.known:
            told = translate("PersonChip", "Signed in at the platform")
        else:
            told = translate("PersonChip", "Not signed in: decisions bear the name given here")
        self.setToolTip(f"{name} · {role_title(self.session.role)}\n{told}")
        self.setAccessibleName(
            translate("PersonChip", "Person and role: {person}").format(person=self.text())
        )
        self.hint.setText(told)
        self.name.setReadOnly(person.known)
        for role, action in self.roles.items():
            action.setChecked(role == self.session.role)
            action.setEnabled(role in person.roles)

    def _open_menu(self) -> None:
        self._watch.listen()
        self._show()
        self.name.setText(self.session.person)
        self.name.selectAll()
        self.name.setFocus()

    def _named(self) -> None:
        self._keep(self.session.role)
        self.menu().close()

    def _become(self, role: str) -> None:
        settings.ROLE.set(role)
        self._keep(role)

    def _keep(self, role: str) -> None:
        name = " ".join(self.name.text().split())
        if self.name.isReadOnly() or not name:
            name = self.session.person
        elif name != self.session.person:
            settings.REVIEWER.set(name)
        self.session.set_person(name, role)
