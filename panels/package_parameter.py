"""The widget of ``SUBMISSION`` in Processing: QGIS's own takes a file or a folder, not both.

Loaded by QGIS when a dialog is shown, never with the provider.
"""

from __future__ import annotations

from typing import Any

from processing.gui.wrappers import DIALOG_MODELER, WidgetWrapper
from qgis.core import (
    QgsProcessingOutputFile,
    QgsProcessingOutputFolder,
    QgsProcessingOutputString,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtWidgets import QComboBox, QWidget

from .package_choice import PackageChoice


class PackageWrapper(WidgetWrapper):
    """Path of a survey package in the dialog, the batch table and the model designer."""

    def createWidget(self, **settings: Any) -> QWidget:
        if self.dialogType != DIALOG_MODELER:
            choice = PackageChoice()
            choice.changed.connect(lambda: self.widgetValueHasChanged.emit(self))
            return choice
        box = QComboBox()
        box.setEditable(True)
        values = self.dialog.getAvailableValuesOfType(
            [QgsProcessingParameterFile, QgsProcessingParameterString],
            [QgsProcessingOutputFile, QgsProcessingOutputFolder, QgsProcessingOutputString],
        )
        for value in values:
            box.addItem(self.dialog.resolveValueDescription(value), value)
        box.setEditText("")
        return box

    def setValue(self, value: Any) -> None:
        if value is None:
            return
        if self.dialogType != DIALOG_MODELER:
            self.widget.set_path(str(value))
        else:
            self.setComboValue(value)

    def value(self) -> Any:
        if self.dialogType != DIALOG_MODELER:
            return self.widget.path()
        return self.comboValue()
