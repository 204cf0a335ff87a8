"""The options page: what applies to every run unless the form says otherwise."""

from __future__ import annotations

from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from ...processing_provider import icons
from ...processing_provider.language import translate
from ...services import settings
from ..verify.inputs_form import rule_sets
from ..verify.memory import results_folder


class OptionsPage(QgsOptionsPageWidget):
    """Settings that are kept when the dialog is accepted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("OneMapVerifyOptions")
        self.standard = QComboBox()
        self.standard.addItem(translate("OptionsPage", "Newest shipped"), "")
        for identifier, title in rule_sets():
            self.standard.addItem(title, identifier)
        self.standard.setCurrentIndex(max(self.standard.findData(settings.STANDARD.get()), 0))
        self.ridges = QgsFileWidget()
        self.ridges.setFilter(translate("OptionsPage", "Tables") + " (*.csv)")
        self.ridges.setFilePath(settings.RIDGE_COEFFICIENTS.get())
        self.area = QDoubleSpinBox()
        self.area.setRange(0.0, 1e13)
        self.area.setDecimals(2)
        self.area.setGroupSeparatorShown(True)
        self.area.setSuffix(" m²")
        self.area.setSpecialValueText(translate("OptionsPage", "Not known"))
        self.area.setValue(settings.CONTROL_AREA.get())
        self.folder = QgsFileWidget()
        self.folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder.setFilePath(settings.RESULTS_FOLDER.get())
        self.folder.lineEdit().setPlaceholderText(str(results_folder()))
        self.sites = QgsFileWidget()
        self.sites.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.sites.setFilePath(settings.SITES_FOLDER.get())
        self.sites.setToolTip(
            translate(
                "OptionsPage",
                "Site profiles (JSON) of the administrator; one with the id of a shipped profile "
                "takes its place",
            )
        )
        self.follow = QCheckBox(translate("OptionsPage", "The map follows the list of findings"))
        self.follow.setChecked(settings.ZOOM_TO_SELECTED.get())
        hint = QLabel(
            translate(
                "OptionsPage",
                "Defaults for the Verify panel. Each run can say otherwise; the record keeps what "
                "was used.",
            )
        )
        hint.setWordWrap(True)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(translate("OptionsPage", "Rule set"), self.standard)
        form.addRow(translate("OptionsPage", "Field-ridge coefficients"), self.ridges)
        form.addRow(translate("OptionsPage", "Control area of the county"), self.area)
        form.addRow(translate("OptionsPage", "Folder for results"), self.folder)
        form.addRow(translate("OptionsPage", "Folder with site profiles"), self.sites)
        form.addRow("", self.follow)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(hint)
        column.addLayout(form)
        column.addStretch(1)

    def apply(self) -> None:
        settings.STANDARD.set(self.standard.currentData())
        settings.RIDGE_COEFFICIENTS.set(self.ridges.filePath().strip())
        settings.CONTROL_AREA.set(self.area.value())
        settings.RESULTS_FOLDER.set(self.folder.filePath().strip())
        settings.SITES_FOLDER.set(self.sites.filePath().strip())
        settings.ZOOM_TO_SELECTED.set(self.follow.isChecked())


class OptionsFactory(QgsOptionsWidgetFactory):
    """Makes the page when QGIS opens its options."""

    def __init__(self) -> None:
        super().__init__(translate("OptionsPage", "OneMap Verify"), icons.icon("onemap"))

    def icon(self) -> QIcon:
        return icons.icon("onemap")

    def createWidget(self, parent: QWidget | None = None) -> OptionsPage:
        return OptionsPage(parent)
