"""Which platform, and who one is there: the top of the One Map panel."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...processing_provider.language import say, translate
from .words import state_title, zone_title

_ICONS = {
    "signed_in": "/mIconSuccess.svg",
    "failed": "/mIconWarning.svg",
    "expired": "/mIconWarning.svg",
}


class AccountBar(QFrame):
    """Shows the sign-in and asks for what should happen.

    Signals: ``site_chosen`` (path or id), ``site_wanted`` (another file), ``sign_in_wanted`` (how:
    ``browser``, ``device``, ``password``, ``authcfg`` or ``key``), ``cancel_wanted``,
    ``sign_out_wanted``, ``code_wanted`` (open the address of a device code).
    """

    site_chosen = pyqtSignal(str)
    site_wanted = pyqtSignal()
    sign_in_wanted = pyqtSignal(str)
    cancel_wanted = pyqtSignal()
    sign_out_wanted = pyqtSignal()
    code_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual = "browser"
        self.sites = QComboBox()
        self.sites.setAccessibleName(translate("AccountBar", "Platform"))
        self.sites.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.sites.setMinimumContentsLength(8)
        self.sites.activated.connect(self._chosen)
        self.open_site = QToolButton()
        self.open_site.setIcon(QgsApplication.getThemeIcon("/mActionFileOpen.svg"))
        self.open_site.setToolTip(translate("AccountBar", "Use a Site Profile from a File…"))
        self.open_site.setAutoRaise(True)
        self.open_site.clicked.connect(self.site_wanted)
        self.picture = QLabel()
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.sign_in = QPushButton(translate("AccountBar", "Sign In"))
        self.sign_in.clicked.connect(lambda: self.sign_in_wanted.emit(self._usual))
        self.ways = QToolButton()
        self.ways.setArrowType(Qt.ArrowType.DownArrow)
        self.ways.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.ways.setAutoRaise(True)
        self.ways.setToolTip(translate("AccountBar", "Other Ways to Sign In"))
        self.ways.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.ways.setMenu(QMenu(self.ways))
        self.sign_out = QPushButton(translate("AccountBar", "Sign Out"))
        self.sign_out.clicked.connect(self.sign_out_wanted)
        self.cancel = QPushButton(translate("AccountBar", "Cancel"))
        self.cancel.clicked.connect(self.cancel_wanted)
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        self.hint.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        self.hint.linkActivated.connect(lambda _link: self.code_wanted.emit())
        self.hint.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.sites, 1)
        first.addWidget(self.open_site)
        second.addWidget(self.picture)
        second.addWidget(self.state, 1)
        for button in (self.cancel, self.sign_out, self.sign_in, self.ways):
            second.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 4)
        column.setSpacing(4)
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(self.hint)

    def show_sites(self, sites: list[tuple[str, Any]], current: str) -> None:
        """Offer profiles: where each is, and the profile itself."""
        self.sites.clear()
        if not current:
            self.sites.addItem(translate("AccountBar", "Choose a platform…"), "")
        for place, profile in sites:
            self.sites.addItem(f"{say(profile.title)} · {zone_title(profile.zone)}", place)
            if profile.template:
                row = self.sites.count() - 1
                self.sites.setItemData(
                    row,
                    translate("AccountBar", "A template: an administrator fills in the addresses"),
                    Qt.ItemDataRole.ToolTipRole,
                )
        self.sites.setCurrentIndex(max(self.sites.findData(current), 0))

    def show_identity(self, identity: Any) -> None:
        """Show where the sign-in stands; ``None`` while no platform is chosen."""
        if identity is None:
            self.state.setText(translate("AccountBar", "Choose a platform to begin"))
            self._show_buttons()
            self.picture.clear()
            return
        state = identity.state.value
        self.state.setText(state_title(identity))
        problem = identity.problem
        told = say(problem.text) if problem is not None and state in ("failed", "expired") else ""
        self.state.setToolTip(told)
        icon = _ICONS.get(state)
        size = self.fontMetrics().height()
        if icon:
            self.picture.setPixmap(QgsApplication.getThemeIcon(icon).pixmap(size, size))
        self.picture.setVisible(bool(icon))
        wanted = identity.needs_sign_in
        self._show_buttons(
            sign_in=wanted and state not in ("signed_in", "signing_in"),
            sign_out=wanted and state == "signed_in",
            cancel=state == "signing_in",
        )
        if state != "signing_in":
            self.hint.hide()
        self._offer(identity.profile.identity)

    def _show_buttons(
        self, sign_in: bool = False, sign_out: bool = False, cancel: bool = False
    ) -> None:
        self.sign_in.setVisible(sign_in)
        self.ways.setVisible(sign_in)
        self.sign_out.setVisible(sign_out)
        self.cancel.setVisible(cancel)

    def _offer(self, settings: Any) -> None:
        ways = {
            "oidc": ["browser", *(["device"] if settings.device else [])],
            "token_login": ["password"],
            "key": ["key"],
            "authcfg": [],
        }.get(settings.kind, [])
        ways = [*ways, "authcfg"]
        self._usual = ways[0]
        titles = {
            "browser": translate("AccountBar", "In the Browser"),
            "device": translate("AccountBar", "With a Code on Another Device"),
            "password": translate("AccountBar", "With Account and Password…"),
            "key": translate("AccountBar", "Enter Key…"),
            "authcfg": translate("AccountBar", "With an Authentication Configuration of QGIS…"),
        }
        menu = self.ways.menu()
        menu.clear()
        for way in ways:
            action = menu.addAction(titles[way])
            action.setObjectName(way)
            action.triggered.connect(lambda _checked=False, way=way: self.sign_in_wanted.emit(way))

    def show_code(self, address: str, code: str) -> None:
        """Show what a person types on another device."""
        text = translate("AccountBar", "On any device open {address} and enter the code:")
        link = f'<a href="code">{address}</a>'
        self.hint.setText(f"{text.format(address=link)}<br><b><big>{code}</big></b>")
        self.hint.show()

    def _chosen(self, row: int) -> None:
        place = self.sites.itemData(row)
        if place:
            self.site_chosen.emit(place)
