"""The tools at the top of the Verify panel."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import QAction, QSizePolicy, QToolBar, QWidget

from ...processing_provider.language import translate
from ...services import settings


class DockTools(QToolBar):
    """Actions on results: open, report, export; and to move through the findings."""

    def __init__(self, icon_size: QSize, dock: QWidget) -> None:
        super().__init__()
        self._dock = dock
        self.setIconSize(icon_size)
        self.open = self._tool("/mActionFileOpen.svg", translate("DockTools", "Open Results…"))
        self.report = self._tool("/mIconReport.svg", translate("DockTools", "Open Report"))
        self.export = self._tool(
            "/mActionFileSaveAs.svg", translate("DockTools", "Export Shown Findings…")
        )
        self.addSeparator()
        self.previous = self._tool(
            "/mActionArrowUp.svg", translate("DockTools", "Previous Finding"), "Alt+Up"
        )
        self.next = self._tool(
            "/mActionArrowDown.svg", translate("DockTools", "Next Finding"), "Alt+Down"
        )
        self.zoom = self._tool(
            "/mActionZoomToSelected.svg", translate("DockTools", "Zoom to Finding")
        )
        self.follow = self._tool(
            "/mActionPanToSelected.svg", translate("DockTools", "Map Follows the List")
        )
        self.follow.setCheckable(True)
        self.follow.setChecked(settings.ZOOM_TO_SELECTED.get())
        self.follow.toggled.connect(settings.ZOOM_TO_SELECTED.set)
        self.addSeparator()
        self.options = self._tool("/mActionOptions.svg", translate("DockTools", "Options…"))

    def add_at_end(self, widget: QWidget) -> None:
        """Put a widget at the right end."""
        filler = QWidget()
        filler.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(filler)
        self.addWidget(widget)

    def enable(self, findings: bool, report: bool) -> None:
        """Enable what makes sense: with ``findings`` in the list, with a ``report`` to open."""
        self.report.setEnabled(report)
        for action in (self.export, self.previous, self.next, self.zoom):
            action.setEnabled(findings)

    def _tool(self, icon: str, text: str, shortcut: str = "") -> QAction:
        action = QAction(QgsApplication.getThemeIcon(icon), text, self._dock)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._dock.addAction(action)
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{text} ({keys})")
        self.addAction(action)
        return action
