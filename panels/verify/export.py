"""Findings as shown in the list, written to a file of the person's choice in a task."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsVectorFileWriter, QgsVectorFileWriterTask, QgsVectorLayer

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
