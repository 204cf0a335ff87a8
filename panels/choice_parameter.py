"""The widget of ``DEM_ORIGIN`` in Processing: stable words with names for people.

Loaded by QGIS when a dialog is shown, never with the provider.
"""

from __future__ import annotations

from typing import Any

from processing.gui.wrappers import DIALOG_MODELER, WidgetWrapper
from qgis.core import (
    QgsProcessingOutputString,
    QgsProcessingParameterEnum,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtWidgets import QComboBox, QWidget

from ..processing_provider.inputs import dem_origin_title


class DemOriginWrapper(WidgetWrapper):
    """Choice of where the heights of the submission may come from."""

    def createWidget(self, **settings: Any) -> QWidget:
        box = QComboBox()
        for option in self.parameterDefinition().options():
            box.addItem(dem_origin_title(option), option)
        if self.dialogType == DIALOG_MODELER:
            values = self.dialog.getAvailableValuesOfType(
                [QgsProcessingParameterEnum, QgsProcessingParameterString],
                [QgsProcessingOutputString],
            )
            for value in values:
                box.addItem(self.dialog.resolveValueDescription(value), value)
        box.currentIndexChanged.connect(lambda: self.widgetValueHasChanged.emit(self))
        return box

    def setValue(self, value: Any) -> None:
        self.setComboValue(value)

    def value(self) -> Any:
        return self.comboValue()
