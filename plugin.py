"""Lifecycle only: what is registered is undone in reverse order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTranslator
from qgis.PyQt.QtWidgets import QAction

MENU = "OneMap Verify 一张图核验"
TRANSLATIONS = Path(__file__).resolve().parent / "i18n"


class OneMapPlugin:
    """What QGIS starts and stops.

    ``interface`` is QGIS's window, or ``None`` in ``qgis_process``.
    """

    def __init__(self, interface: Any) -> None:
        self.interface = interface
        self.provider: Any = None
        self.dock: Any = None
        self.one_map: Any = None
        self.evidence: Any = None
        self._undo: list[Callable[[], object]] = []

    def initProcessing(self) -> None:
        """Register the provider; all that ``qgis_process`` asks for."""
        if self.provider is not None:
            return
        self._translate()
        from .services import libraries

        libraries.add_bundled()
        self._undo.append(libraries.remove_bundled)
        from .processing_provider.provider import OneMapProvider

        provider = OneMapProvider()
        # A second copy of the plugin is refused, and its provider is deleted by QGIS.
        if QgsApplication.processingRegistry().addProvider(provider):
            self.provider = provider
            self._undo.append(self._forget_provider)

    def initGui(self) -> None:
        """Add the panel, the menu, the toolbar and the options page."""
        self.initProcessing()
        self._start_session()
        self._add_panels()
        self._add_options()

    def unload(self) -> None:
        """Undo everything, last first."""
        while self._undo:
            self._undo.pop()()

    def _translate(self) -> None:
        from .processing_provider.language import is_chinese

        if not is_chinese():
            return
        translator = QTranslator()
        if translator.load(str(TRANSLATIONS / "onemap_verify_zh_CN.qm")):
            QCoreApplication.installTranslator(translator)
            # The undo keeps the translator alive.
            self._undo.append(lambda: QCoreApplication.removeTranslator(translator))

    def _start_session(self) -> None:
        """Put sign-ins on QGIS's own requests from now on; undone on unloading."""
        try:
            from .services import session
        except ImportError:  # without Shapely there are neither checks nor a platform
            return
        session.start()
        self._undo.append(session.stop)
        self._undo.append(_close_queues)

    def _forget_provider(self) -> None:
        QgsApplication.processingRegistry().removeProvider(self.provider)
        self.provider = None

    def _add_panels(self) -> None:
        from .panels.onemap.dock import OneMapDock
        from .panels.review.evidence.dock import EvidenceDock
        from .panels.verify.dock import VerifyDock
        from .processing_provider import icons
        from .processing_provider.language import translate

        window = self.interface.mainWindow()
        self.dock = VerifyDock(self.interface, window)
        self.evidence = EvidenceDock(self.interface, self.dock.session, window)
        self.dock.room.attach_evidence(self.evidence)
        self.one_map = OneMapDock(self.interface, window)
        self.dock.room.deliver_wanted.connect(self.one_map.show_delivery)
        verify = QAction(icons.icon("onemap"), translate("Plugin", "Verify Submission"), window)
        verify.setToolTip(translate("Plugin", "Show or hide the panel that verifies submissions"))
        self._add_panel("dock", verify, "onemap_verify_panel")
        card = QAction(
            QgsApplication.getThemeIcon("/mActionIdentify.svg"),
            translate("Plugin", "Evidence"),
            window,
        )
        card.setToolTip(translate("Plugin", "Show or hide the panel with the evidence"))
        self._add_panel(
            "evidence", card, "onemap_evidence_panel", Qt.DockWidgetArea.BottomDockWidgetArea
        )
        globe = QgsApplication.getThemeIcon("/mActionAddWmsLayer.svg")
        one_map = QAction(globe, translate("Plugin", "One Map"), window)
        one_map.setToolTip(
            translate("Plugin", "Show or hide the panel to sign in, load the one map and deliver")
        )
        self._add_panel("one_map", one_map, "onemap_platform_panel")

    def _add_panel(
        self,
        name: str,
        action: QAction,
        object_name: str,
        area: Any = Qt.DockWidgetArea.RightDockWidgetArea,
    ) -> None:
        dock = getattr(self, name)
        if not self.interface.mainWindow().restoreDockWidget(dock):
            self.interface.addDockWidget(area, dock)
            dock.hide()
            self._size_at_first(dock, area)
        self._undo.append(lambda: self._forget_panel(name))
        action.setObjectName(object_name)
        action.setCheckable(True)
        dock.setToggleVisibilityAction(action)
        self.interface.addToolBarIcon(action)
        self.interface.addPluginToMenu(MENU, action)
        self._undo.append(lambda: self._forget_action(action))

    def _size_at_first(self, dock: Any, area: Any) -> None:
        """Give a new panel the size it asks for when first shown; QGIS gives the least."""
        window = self.interface.mainWindow()
        below = area == Qt.DockWidgetArea.BottomDockWidgetArea
        across = Qt.Orientation.Vertical if below else Qt.Orientation.Horizontal

        def shown(visible: bool) -> None:
            if visible:
                dock.visibilityChanged.disconnect(shown)
                size = dock.sizeHint()
                window.resizeDocks([dock], [size.height() if below else size.width()], across)

        dock.visibilityChanged.connect(shown)

    def _forget_panel(self, name: str) -> None:
        dock = getattr(self, name)
        dock.shut_down()
        self.interface.removeDockWidget(dock)
        dock.deleteLater()
        setattr(self, name, None)

    def _forget_action(self, action: QAction) -> None:
        entries = [entry.menu() for entry in self.interface.pluginMenu().actions()]
        own = [menu for menu in entries if menu is not None and action in menu.actions()]
        self.interface.removePluginMenu(MENU, action)
        # QGIS takes an empty submenu out of its menu and forgets to delete it.
        for menu in own:
            if menu.isEmpty():
                menu.deleteLater()
        self.interface.removeToolBarIcon(action)
        action.deleteLater()

    def _add_options(self) -> None:
        from .panels.options.page import OptionsFactory

        factory = OptionsFactory()
        self.interface.registerOptionsWidgetFactory(factory)
        self._undo.append(lambda: self.interface.unregisterOptionsWidgetFactory(factory))


def _close_queues() -> None:
    """Let go of the queue's file; what was under way goes on at the next start."""
    from .services.delivery import shared

    shared.close()
