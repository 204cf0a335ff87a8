"""A field for a survey package: a file or a folder, typed, chosen, dropped, or used before."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QDragEnterEvent, QDropEvent
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QToolButton, QWidget

from ..processing_provider.language import translate
from ..services import settings

KEPT = 10


class PackageChoice(QWidget):
    """One line with the path, and a button each for a file and for a folder.

    ``changed`` comes with the path whenever it is another one.
    """

    changed = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last = ""
        self.line = QComboBox()
        self.line.setEditable(True)
        self.line.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.line.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.line.setMinimumContentsLength(12)
        self.line.addItems([str(path) for path in settings.RECENT_PACKAGES.get()])
        self.line.setCurrentIndex(-1)
        edit = self.line.lineEdit()
        edit.setPlaceholderText(translate("PackageChoice", "Folder, .zip, .gdb, .gpkg or .shp"))
        edit.setClearButtonEnabled(True)
        self.line.setAccessibleName(translate("PackageChoice", "Survey package"))
        self.file_button = self._button(
            "/mIconFile.svg",
            translate("PackageChoice", "Choose a package file (.zip, .gpkg, .shp)"),
        )
        self.folder_button = self._button(
            "/mIconFolder.svg", translate("PackageChoice", "Choose a package folder or .gdb")
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.file_button)
        layout.addWidget(self.folder_button)
        self.setFocusProxy(self.line)
        self.setAcceptDrops(True)
        edit.setAcceptDrops(False)  # a dropped file shall replace the text, not be inserted
        self.line.editTextChanged.connect(self._edited)
        self.file_button.clicked.connect(self.choose_file)
        self.folder_button.clicked.connect(self.choose_folder)

    def _button(self, icon: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(QgsApplication.getThemeIcon(icon))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def path(self) -> str:
        """The path, without blanks or quotation marks around it."""
        return self.line.currentText().strip().strip('"').strip()

    def set_path(self, path: str) -> None:
        """Show another path."""
        self.line.setEditText(path)
        self.line.lineEdit().setCursorPosition(len(path))

    def remember(self) -> None:
        """Keep the path among those used before."""
        path = self.path()
        if not path:
            return
        recent = [path, *(old for old in settings.RECENT_PACKAGES.get() if old != path)][:KEPT]
        settings.RECENT_PACKAGES.set(recent)
        self.line.blockSignals(True)
        self.line.clear()
        self.line.addItems(recent)
        self.line.setEditText(path)
        self.line.blockSignals(False)

    def choose_file(self) -> None:
        """Ask for a file."""
        kinds = translate("PackageChoice", "Survey packages")
        everything = translate("PackageChoice", "All files")
        path, _ = QFileDialog.getOpenFileName(
            self,
            translate("PackageChoice", "Choose Survey Package"),
            self._start(),
            f"{kinds} (*.zip *.gpkg *.shp *.sqlite *.db);;{everything} (*)",
        )
        if path:
            self.set_path(path)

    def choose_folder(self) -> None:
        """Ask for a folder; a file geodatabase is one too."""
        path = QFileDialog.getExistingDirectory(
            self, translate("PackageChoice", "Choose Survey Package"), self._start()
        )
        if path:
            self.set_path(path)

    def _start(self) -> str:
        path = Path(self.path()) if self.path() else Path.home()
        return str(path.parent if path.name else path)

    def _edited(self) -> None:
        path = self.path()
        if path != self._last:
            self._last = path
            self.changed.emit(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.set_path(url.toLocalFile())
                event.acceptProposedAction()
                return
