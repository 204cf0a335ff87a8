"""Find something in the catalogue, look at it, and ask for it to be loaded."""

from __future__ import annotations

from html import escape
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QModelIndex, QPoint, Qt, pyqtSignal
from qgis.PyQt.QtGui import QPixmap
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QTextBrowser,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from ...processing_provider.language import translate
from .catalogue_filters import CatalogueFilters
from .catalogue_model import CatalogueModel, Entry, Heading
from .words import kind_title, period

_PICTURE = 96


class CataloguePage(CatalogueFilters):
    """A search line with filters, the tree, and what is known of the chosen record.

    Signals: ``search_wanted``; ``refresh_wanted``; ``chosen`` (a record, or ``None``);
    ``add_wanted`` and ``save_wanted`` (entries); ``favourite_wanted`` (record id, whether).
    """

    chosen = pyqtSignal(object)
    add_wanted = pyqtSignal(list)
    save_wanted = pyqtSignal(list)
    favourite_wanted = pyqtSignal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = CatalogueModel(self)
        self._make_tree()
        self._make_details()
        self._lay_out()

    def _make_tree(self) -> None:
        self.tree = QTreeView()
        self.tree.setModel(self.model)
        self.tree.setHeaderHidden(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.setAccessibleName(translate("CataloguePage", "Catalogue"))
        self.tree.customContextMenuRequested.connect(self._menu)
        self.tree.doubleClicked.connect(self._double_clicked)
        self.tree.selectionModel().selectionChanged.connect(lambda *_: self._selected())
        self.age = QLabel()
        self.age.setWordWrap(True)
        self.age.setEnabled(False)

    def _make_details(self) -> None:
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.picture.setFixedWidth(_PICTURE + 8)
        self.picture.hide()
        self.about = QTextBrowser()
        self.about.setOpenLinks(False)
        self.about.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.about.setMinimumHeight(90)
        self.about.viewport().setAutoFillBackground(False)
        self.add = QPushButton(translate("CataloguePage", "Add to Map"))
        self.add.setIcon(QgsApplication.getThemeIcon("/mActionAddLayer.svg"))
        self.add.clicked.connect(lambda: self.add_wanted.emit(self.selected()))
        self.save = QPushButton(translate("CataloguePage", "Save for Offline…"))
        self.save.setToolTip(
            translate(
                "CataloguePage",
                "Save what the map shows to a GeoPackage or GeoTIFF, for work without network",
            )
        )
        self.save.clicked.connect(lambda: self.save_wanted.emit(self.selected()))

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.search, 1)
        for button in (self.here, self.favourites, self.refresh):
            first.addWidget(button)
        second.addWidget(self.theme, 1)
        second.addWidget(self.first_year)
        second.addWidget(QLabel("–"))
        second.addWidget(self.last_year)
        lower = QWidget()
        details = QHBoxLayout()
        details.addWidget(self.about, 1)
        details.addWidget(self.picture)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        under = QVBoxLayout(lower)
        under.setContentsMargins(0, 0, 0, 0)
        under.addLayout(details, 1)
        under.addLayout(buttons)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.tree)
        splitter.addWidget(lower)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 4)
        column.setSpacing(4)
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(splitter, 1)
        column.addWidget(self.age)
        self.show_record(None)

    def selected(self) -> list[Entry]:
        """The records selected, those of selected headings included, each once."""
        found: dict[str, Entry] = {}
        for index in self.tree.selectionModel().selectedIndexes():
            for entry in self.model.entries(index):
                found.setdefault(entry.record.id, entry)
        return list(found.values())

    def show_results(self, headings: list[Heading], searched: bool) -> None:
        """Show another result; a short one is opened."""
        before = [entry.record.id for entry in self.selected()]
        self.model.show(headings)
        count = sum(len(heading.entries) for heading in headings)
        self._searched = searched
        if searched or count <= 60:
            self.tree.expandAll()
        elif headings:
            self.tree.expand(self.model.index(0, 0))
        place = self.model.index_of(before[0]) if before else QModelIndex()
        if place.isValid():
            self.tree.setCurrentIndex(place)
        self._selected()

    def show_record(self, record: Any, layer: Any = None) -> None:
        """Show what is known of a record."""
        self.picture.hide()
        if record is None:
            self.about.setHtml(f"<p>{escape(self._hint())}</p>")
            return
        rows = [
            (translate("CataloguePage", "Content"), period(record.begin, record.end)),
            (translate("CataloguePage", "From"), record.organisation),
            (translate("CataloguePage", "Record of"), record.modified),
        ]
        if layer is not None:
            rows += [
                (translate("CataloguePage", "Service"), kind_title(layer.kind)),
                (translate("CataloguePage", "Accuracy"), layer.accuracy_class or ""),
                (
                    translate("CataloguePage", "Resolution"),
                    f"{layer.resolution_m:g} m" if layer.resolution_m else "",
                ),
            ]
        if layer is not None and layer.restricted:
            rows.append(
                (
                    translate("CataloguePage", "Access"),
                    translate("CataloguePage", "Restricted: loading it is logged"),
                )
            )
        lines = "".join(
            f"<tr><td>{escape(name)}&nbsp;</td><td>{escape(value)}</td></tr>"
            for name, value in rows
            if value
        )
        self.about.setHtml(
            f"<p><b>{escape(record.title)}</b></p><p>{escape(record.abstract)}</p>"
            f"<table cellspacing=0 cellpadding=1>{lines}</table>"
        )

    def show_picture(self, picture: bytes | None) -> None:
        """Show a preview, or none."""
        pixmap = QPixmap()
        good = bool(picture) and pixmap.loadFromData(picture)
        if good:
            ratio = self.devicePixelRatioF()
            size = int(_PICTURE * ratio)
            scaled = pixmap.scaled(
                size,
                size,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            scaled.setDevicePixelRatio(ratio)
            self.picture.setPixmap(scaled)
        self.picture.setVisible(good)

    def allow(self, may_load: bool) -> None:
        """Offer loading, or not (nobody is signed in)."""
        self._may_load = may_load
        self._selected()

    _may_load = False
    _searched = False

    def _hint(self) -> str:
        if self.model.headings:
            return translate("CataloguePage", "Choose a layer to see what is known of it.")
        if self._searched:
            return translate("CataloguePage", "Nothing in the catalogue fits the search.")
        if self._may_load:
            return translate("CataloguePage", "The catalogue is not here yet: fetch it anew.")
        return translate("CataloguePage", "Sign in to fetch the catalogue.")

    def _selected(self) -> None:
        entries = self.selected()
        self.add.setEnabled(bool(entries) and self._may_load)
        self.save.setEnabled(bool(entries) and self._may_load)
        only = entries[0] if len(self.tree.selectionModel().selectedIndexes()) == 1 else None
        index = self.tree.currentIndex()
        is_record = self.model.entry(index) is not None
        self.chosen.emit(only.record if only is not None and is_record else None)

    def _double_clicked(self, index: QModelIndex) -> None:
        entry = self.model.entry(index)
        if entry is not None and self._may_load:
            self.add_wanted.emit([entry])

    def _menu(self, place: QPoint) -> None:
        entry = self.model.entry(self.tree.indexAt(place))
        entries = self.selected()
        if not entries:
            return
        menu = QMenu(self)
        add = menu.addAction(self.add.icon(), self.add.text())
        add.setEnabled(self._may_load)
        add.triggered.connect(lambda: self.add_wanted.emit(entries))
        if entry is not None:
            text = (
                translate("CataloguePage", "No Longer a Favourite")
                if entry.favourite
                else translate("CataloguePage", "Mark as Favourite")
            )
            star = menu.addAction(QgsApplication.getThemeIcon("/mIconFavorites.svg"), text)
            star.triggered.connect(
                lambda: self.favourite_wanted.emit(entry.record.id, not entry.favourite)
            )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.tree.viewport().mapToGlobal(place))
