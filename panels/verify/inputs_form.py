"""The form of the Verify panel: package, trusted layers, and what is rarely changed.

Its fields are the widgets that Processing itself makes for the parameters of our algorithm, so
that panel, toolbox and model take the same things in the same way.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsProcessingContext, QgsProject
from qgis.gui import (
    QgsAbstractProcessingParameterWidgetWrapper,
    QgsCollapsibleGroupBox,
    QgsFileWidget,
    QgsGui,
    QgsProcessingGui,
    QgsProcessingParameterWidgetContext,
)
from qgis.PyQt.QtCore import Qt, QVariant, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ...processing_provider.inputs import DEM_ORIGINS, dem_origin_title
from ...processing_provider.language import is_chinese, translate
from ..package_choice import PackageChoice
from .tasks import ALGORITHM

STANDARDS = Path(__file__).resolve().parents[2] / "resources" / "standards"
LAYERS = ("DEM", "IMAGERY", "IMAGERY_PREVIOUS", "PREVIOUS", "CONTROL_LAYERS")


def rule_sets() -> list[tuple[str, str]]:
    """Id and title of every rule set that comes with the plugin."""
    found = []
    for file in sorted(STANDARDS.glob("*/standard.json")):
        about = json.loads(file.read_text(encoding="utf-8"))
        found.append((file.parent.name, about["title"]["zh" if is_chinese() else "en"]))
    return found


class InputsForm(QScrollArea):
    """All inputs, in sections; ``package_changed`` comes with the path of the package."""

    package_changed = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._wrappers: dict[str, QgsAbstractProcessingParameterWidgetWrapper] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(6, 8, 6, 6)
        self._column.setSpacing(8)
        self._build()
        self._column.addStretch(1)
        self.setWidget(body)
        self.package.changed.connect(self.package_changed)

    def _build(self) -> None:
        self.package = PackageChoice()
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(translate("InputsForm", "Package"), self.package)
        self._column.addLayout(form)

        trusted = self._section(translate("InputsForm", "Trusted One Map"))
        self._parameter(trusted, "DEM", translate("InputsForm", "DEM"))
        self.dem_origin = QComboBox()
        for option in DEM_ORIGINS:
            self.dem_origin.addItem(dem_origin_title(option), option)
        self._narrow(self.dem_origin)
        trusted.addRow(translate("InputsForm", "Heights"), self.dem_origin)
        self._parameter(trusted, "PREVIOUS", translate("InputsForm", "Last year"))
        self._parameter(trusted, "CONTROL_LAYERS", translate("InputsForm", "Control"))

        imagery = self._section(translate("InputsForm", "Imagery"), collapsed=True)
        self._parameter(imagery, "IMAGERY", translate("InputsForm", "Current"))
        self._parameter(imagery, "IMAGERY_DATE", translate("InputsForm", "Taken on"))
        self._parameter(imagery, "IMAGERY_BANDS", translate("InputsForm", "Bands"))
        self._parameter(imagery, "IMAGERY_PREVIOUS", translate("InputsForm", "Earlier"))
        self._parameter(imagery, "IMAGERY_PREVIOUS_DATE", translate("InputsForm", "Taken on"))

        more = self._section(translate("InputsForm", "More"), collapsed=True)
        self.standard = QComboBox()
        self.standard.addItem(translate("InputsForm", "Newest shipped"), "")
        for identifier, title in rule_sets():
            self.standard.addItem(title, identifier)
        self._narrow(self.standard)
        more.addRow(translate("InputsForm", "Rule set"), self.standard)
        self._parameter(more, "CAMPAIGN_START", translate("InputsForm", "Field work from"))
        self._parameter(more, "CAMPAIGN_END", translate("InputsForm", "Field work to"))
        self._parameter(more, "RIDGE_COEFFICIENTS", translate("InputsForm", "Ridge table"))
        self._parameter(more, "CONTROL_AREA", translate("InputsForm", "Control area (m²)"))
        self.folder = QgsFileWidget()
        self.folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder.setDialogTitle(translate("InputsForm", "Choose Folder for Results"))
        more.addRow(translate("InputsForm", "Results in"), self.folder)

    def _section(self, title: str, collapsed: bool = False) -> QFormLayout:
        box = QgsCollapsibleGroupBox(title)
        box.setCollapsed(collapsed)
        form = QFormLayout(box)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self._column.addWidget(box)
        return form

    @staticmethod
    def _narrow(box: QComboBox) -> None:
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(10)

    def _parameter(self, form: QFormLayout, name: str, title: str) -> None:
        """Add the widget that Processing makes for the parameter ``name``."""
        algorithm = QgsApplication.processingRegistry().algorithmById(ALGORITHM)
        definition = algorithm.parameterDefinition(name)
        wrapper = QgsGui.processingGuiRegistry().createParameterWidgetWrapper(
            definition, QgsProcessingGui.WidgetType.Standard
        )
        place = QgsProcessingParameterWidgetContext()
        place.setProject(QgsProject.instance())
        wrapper.setWidgetContext(place)
        widget = wrapper.createWrappedWidget(self._context)
        widget.setToolTip(definition.help() or definition.description())
        widget.setAccessibleName(definition.description())
        widget.setMinimumWidth(80)
        policy = widget.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        widget.setSizePolicy(policy)
        form.addRow(title, widget)
        self._wrappers[name] = wrapper

    def value(self, name: str) -> Any:
        """What is chosen for a parameter."""
        if name == "SUBMISSION":
            return self.package.path()
        if name == "DEM_ORIGIN":
            return self.dem_origin.currentData()
        if name == "STANDARD":
            return self.standard.currentData()
        return self._wrappers[name].parameterValue()

    def set_value(self, name: str, value: Any) -> None:
        """Choose ``value`` for a parameter."""
        if name == "SUBMISSION":
            self.package.set_path(str(value or ""))
        elif name in ("DEM_ORIGIN", "STANDARD"):
            box = self.dem_origin if name == "DEM_ORIGIN" else self.standard
            place = box.findData(value)
            if place < 0 and name == "STANDARD" and value:
                box.addItem(str(value), value)
                place = box.count() - 1
            box.setCurrentIndex(max(place, 0))
        else:
            self._wrappers[name].setParameterValue(value, self._context)

    def values(self) -> dict[str, Any]:
        """All parameters that have a value, as Processing takes them."""
        names = ("SUBMISSION", "DEM_ORIGIN", "STANDARD", *self._wrappers)
        found = {name: self.value(name) for name in names}
        return {name: value for name, value in found.items() if not _is_nothing(value)}

    def is_empty(self, name: str) -> bool:
        """Whether nothing is chosen for a parameter."""
        return name not in self.values()


def _is_nothing(value: Any) -> bool:
    """Whether a widget of Processing means that nothing was chosen."""
    return value in (None, "", []) or (isinstance(value, QVariant) and value.isNull())
