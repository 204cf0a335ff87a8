"""Findings as shown in the list, written to a file of the person's choice in a task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsVectorFileWriter,
    QgsVectorFileWriterTask,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QWidget

from ...processing_provider.language import translate

FORMATS = {".xlsx": "XLSX", ".csv": "CSV", ".gpkg": "GPKG"}


def filters() -> str:
    """Formats as a file dialog wants them; a spreadsheet first, because it keeps BSM as text."""
    return ";;".join(
        (
            translate("Export", "Excel workbook") + " (*.xlsx)",
            translate("Export", "GeoPackage") + " (*.gpkg)",
            translate("Export", "Text table") + " (*.csv)",
        )
    )


def export_task(layer: QgsVectorLayer, path: Path) -> QgsVectorFileWriterTask:
    """A task that writes the selected features of ``layer`` to ``path``.

    Raises
    ------
    KeyError
        When the format is not one of :data:`FORMATS`.
    """
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = FORMATS[path.suffix.lower()]
    options.layerName = "findings"
    options.fileEncoding = "UTF-8"
    options.onlySelectedFeatures = True
    if options.driverName == "CSV":
        # Spreadsheets take UTF-8 for what it is only with this mark at the start.
        options.layerOptions = ["WRITE_BOM=YES"]
    return QgsVectorFileWriterTask(layer, str(path), options)


def ask_where(parent: QWidget, folder: Path) -> Path | None:
    """Where to export to, with the ending of the format that was chosen; ``None``: nowhere."""
    name, chosen = QFileDialog.getSaveFileName(
        parent,
        translate("VerifyDock", "Export Shown Findings"),
        str(folder / "findings.xlsx"),
        filters(),
    )
    if not name:
        return None
    path = Path(name)
    if path.suffix.lower() not in FORMATS:
        path = path.with_name(path.name + "." + chosen.rsplit("*.", 1)[-1].rstrip(")"))
    return path


class Exports(QObject):
    """Exports under way; ``told`` comes with what became of one, and the level of the message."""

    told = pyqtSignal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: list[Any] = []

    def start(self, layer: QgsVectorLayer, path: Path) -> None:
        """Write the selected features of ``layer`` to ``path``, in a task."""
        task = export_task(layer, path)
        self._running.append((task, layer))
        saved = translate("VerifyDock", "Saved to {path}").format(path=path)
        failed = translate("VerifyDock", "Cannot save to {path}").format(path=path)
        task.writeComplete.connect(lambda *_: self._ended(saved, Qgis.MessageLevel.Success))
        task.errorOccurred.connect(
            lambda _number, reason: self._ended(f"{failed} ({reason})", Qgis.MessageLevel.Critical)
        )
        QgsApplication.taskManager().addTask(task)

    def _ended(self, text: str, level: Any) -> None:
        self._running.clear()
        self.told.emit(text, level)
