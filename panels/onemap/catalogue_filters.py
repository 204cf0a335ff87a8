"""How one narrows the catalogue down: words, theme, place, time, favourites."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.core import QgsApplication
from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtGui import QIntValidator
from qgis.PyQt.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QToolButton, QWidget

from ...processing_provider.language import translate

_TYPING = 250


@dataclass(frozen=True)
class Wanted:
    """What the person looks for."""

    text: str = ""
    theme: str = ""
    here: bool = False
    favourites: bool = False
    first_year: str = ""
    last_year: str = ""


class CatalogueFilters(QWidget):
    """The widgets of a search; a page lays them out.

    Signals: ``search_wanted`` when something was changed, ``refresh_wanted``.
    """

    search_wanted = pyqtSignal()
    refresh_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING)
        self._typing.timeout.connect(self.search_wanted)
        self._make_filters()

    def _make_filters(self) -> None:
        self.search = QgsFilterLineEdit()
        self.search.setShowSearchIcon(True)
        self.search.setPlaceholderText(translate("CataloguePage", "Search the catalogue"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.theme = QComboBox()
        self.theme.setAccessibleName(translate("CataloguePage", "Group or theme"))
        self.theme.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.theme.activated.connect(lambda _row: self.search_wanted.emit())
        self.first_year, self.last_year = self._year(), self._year()
        self.first_year.setAccessibleName(translate("CataloguePage", "From year"))
        self.last_year.setAccessibleName(translate("CataloguePage", "To year"))
        self.here = self._toggle(
            "/mActionZoomToLayer.svg", translate("CataloguePage", "Only What Touches the Map")
        )
        self.favourites = self._toggle(
            "/mIconFavorites.svg", translate("CataloguePage", "Only Favourites")
        )
        self.refresh = QToolButton()
        self.refresh.setIcon(QgsApplication.getThemeIcon("/mActionRefresh.svg"))
        self.refresh.setToolTip(translate("CataloguePage", "Fetch the Catalogue Anew"))
        self.refresh.setAutoRaise(True)
        self.refresh.clicked.connect(self.refresh_wanted)

    def _year(self) -> QLineEdit:
        line = QLineEdit()
        line.setValidator(QIntValidator(1900, 2200, line))
        line.setPlaceholderText(translate("CataloguePage", "Year"))
        line.setFixedWidth(line.fontMetrics().horizontalAdvance("00000") + 16)
        line.textChanged.connect(lambda _text: self._typing.start())
        return line

    def _toggle(self, icon: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(QgsApplication.getThemeIcon(icon))
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.toggled.connect(lambda _on: self.search_wanted.emit())
        return button

    def wanted(self) -> Wanted:
        """What the filters say."""
        return Wanted(
            self.search.text().strip(),
            str(self.theme.currentData() or ""),
            self.here.isChecked(),
            self.favourites.isChecked(),
            self.first_year.text(),
            self.last_year.text(),
        )

    def show_themes(self, themes: list[tuple[str, int]]) -> None:
        """Offer groups and themes with their counts; the chosen one stays."""
        before = self.theme.currentData()
        self.theme.clear()
        self.theme.addItem(translate("CataloguePage", "All themes"), "")
        for word, number in themes[:200]:
            self.theme.addItem(f"{word} ({number})", word)
        self.theme.setCurrentIndex(max(self.theme.findData(before), 0))
