"""The widgets of the queue and where they lie; what they do is decided by the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import QgsApplication
from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QAction,
    QActionGroup,
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMenu,
    QProgressBar,
    QScrollArea,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate
from ....services import settings
from ...numbers import count
from ..finding_delegate import FindingDelegate
from . import saved_filters
from .filter_panel import Chips, FilterPanel
from .filters import Wanted
from .help import KeyHelp
from .model import QueueModel
from .view import QueueView


class SavedMenu(QMenu):
    """Filters with names; ``chosen`` with what one of them wants."""

    chosen = pyqtSignal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.current: Callable[[], Wanted] = Wanted
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Show what there is now."""
        self.clear()
        now = saved_filters.same(self.current())
        starting = settings.STARTING_FILTER.get()
        for one in saved_filters.everything():
            name = one.name
            if one.key == starting:
                name = translate("SavedFilters", "{name} (at the start)").format(name=name)
            action = self.addAction(name)
            action.setCheckable(True)
            action.setChecked(now is not None and now.key == one.key)
            action.triggered.connect(lambda _=False, one=one: self.chosen.emit(one.wanted))
        self.addSeparator()
        self.addAction(translate("SavedFilters", "Save These Filters…")).triggered.connect(
            self._save
        )
        start = self.addAction(translate("SavedFilters", "Use at the Start"))
        start.setCheckable(True)
        start.setChecked(now is not None and now.key == starting)
        start.setEnabled(now is not None)
        start.triggered.connect(
            lambda on: saved_filters.start_with(now.key if on and now is not None else "")
        )
        delete = self.addAction(translate("SavedFilters", "Delete"))
        delete.setEnabled(now is not None and not now.shipped)
        delete.triggered.connect(lambda: saved_filters.delete(now.name) if now else None)

    def _save(self, _checked: bool = False) -> None:
        name, good = QInputDialog.getText(
            self.parentWidget(),
            translate("SavedFilters", "Save Filters"),
            translate("SavedFilters", "Name"),
        )
        if good:
            saved_filters.save(name, self.current())


class QueueWidgets:
    """Builds what a page shows."""

    def __init__(self, page: QWidget, model: QueueModel) -> None:
        self.search = QgsFilterLineEdit()
        self.search.setShowSearchIcon(True)
        self.search.setShowClearButton(True)
        self.search.setPlaceholderText(translate("QueuePage", "Search message, object, rule…"))
        self.filters = _tool(
            "/mActionFilter2.svg", translate("QueuePage", "Filters (F)"), checkable=True
        )
        self.filters.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.saved = SavedMenu(page)
        saved = _tool(
            "/mActionShowBookmarks.svg", translate("QueuePage", "Saved filters"), self.saved
        )
        self.menu = QMenu(page)
        self.orders = QActionGroup(page)
        self.groupings = QActionGroup(page)
        self._order_menu()
        arrange = _tool("/sort.svg", translate("QueuePage", "Order and groups (G)"), self.menu)
        self.panel = FilterPanel()
        self.panel.hide()
        self.chips = Chips()
        self.chips.hide()
        self.count = QLabel()
        self._numbers = (0, 0, 0)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setMaximumHeight(4)
        self.view = QueueView(model)
        self.view.setAccessibleName(translate("QueuePage", "Findings"))
        self.delegate = FindingDelegate(self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.set_line_height(self.delegate.height(self.view.font()))
        self.decisions_slot = QVBoxLayout()
        self.decisions_slot.setContentsMargins(0, 0, 0, 0)
        self.details = _rich_label()
        self._lay_out(page, (self.filters, saved, arrange))
        self.help = KeyHelp(self.view)

    def _lay_out(self, page: QWidget, tools: tuple[QToolButton, ...]) -> None:
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self.search, 1)
        for tool in tools:
            top.addWidget(tool)
        numbers = QHBoxLayout()
        self.order_label = QLabel()
        numbers.addWidget(self.count, 1)
        numbers.addWidget(self.order_label)
        upper = QWidget()
        under = QVBoxLayout(upper)
        under.setContentsMargins(0, 0, 0, 0)
        under.setSpacing(4)
        under.addWidget(self.view, 1)
        under.addLayout(self.decisions_slot)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.StyledPanel)
        area.setWidget(self.details)
        self.details_area = area
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(upper)
        splitter.addWidget(area)
        splitter.setCollapsible(0, False)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([300, 180])
        column = QVBoxLayout(page)
        column.setContentsMargins(6, 8, 6, 6)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.panel)
        column.addWidget(self.chips)
        column.addLayout(numbers)
        column.addWidget(self.progress)
        column.addWidget(splitter, 1)

    def _order_menu(self) -> None:
        self.menu.addSection(translate("QueuePage", "Order"))
        for text, tip, value in (
            (translate("QueuePage", "Most errors per minute first"), _why_minutes(), "minutes"),
            (translate("QueuePage", "Worst first"), "", "worst"),
            (translate("QueuePage", "By family"), "", "family"),
            (translate("QueuePage", "By object"), "", "object"),
        ):
            self._choice(self.orders, text, tip, value)
        self.menu.addSection(translate("QueuePage", "Groups"))
        for text, value in (
            (translate("QueuePage", "No groups"), "none"),
            (translate("QueuePage", "By parcel"), "parcel"),
            (translate("QueuePage", "By rule"), "rule"),
        ):
            self._choice(self.groupings, text, "", value)
        self.menu.setToolTipsVisible(True)

    def _choice(self, group: QActionGroup, text: str, tip: str, value: str) -> None:
        action = QAction(text, self.menu)
        action.setCheckable(True)
        action.setData(value)
        action.setToolTip(tip or text)
        group.addAction(action)
        self.menu.addAction(action)

    def allow_minutes(self, possible: bool) -> None:
        """Say whether the order by expected errors per minute could be reckoned."""
        self.orders.actions()[0].setEnabled(possible)

    def show_counts(self, shown: int, all_of_them: int, decided: int) -> None:
        """How many findings are shown, and how many are decided."""
        self._numbers = (shown, all_of_them, decided)
        self.show_selected(0)
        self.progress.setRange(0, max(all_of_them, 1))
        self.progress.setValue(decided)
        told = translate("QueuePage", "Decided: {decided} of {total}").format(
            decided=count(decided), total=count(all_of_them)
        )
        self.progress.setToolTip(told)
        self.progress.setAccessibleName(told)
        self.count.setToolTip(
            translate("QueuePage", "{shown} of {total} findings").format(
                shown=count(shown), total=count(all_of_them)
            )
        )

    def show_selected(self, chosen: int) -> None:
        """How many findings are chosen, where it is more than one."""
        shown, all_of_them, decided = self._numbers
        parts = [f"{count(shown)} / {count(all_of_them)}"]
        if chosen > 1:
            parts.append(translate("QueuePage", "{chosen} chosen").format(chosen=count(chosen)))
        elif decided:
            parts.append(translate("QueuePage", "{decided} decided").format(decided=count(decided)))
        self.count.setText(" · ".join(parts))

    def show_state(self, presenter: Any, on: int) -> None:
        """Which filters, order and groups there are."""
        name = translate("QueuePage", "Filters")
        self.filters.setText(f"{name} ({on})" if on else name)
        self.chips.show_wanted(presenter.wanted, presenter.table)
        self.chips.setVisible(bool(self.chips.buttons) and not self.filters.isChecked())
        for group, value in (
            (self.orders, presenter.order),
            (self.groupings, presenter.grouping),
        ):
            for action in group.actions():
                action.setChecked(action.data() == value)
        checked = self.orders.checkedAction()
        self.order_label.setText(checked.text() if checked is not None else "")
        self.order_label.setToolTip(_why_minutes() if presenter.order == "minutes" else "")

    def show_searching(self, on: bool) -> None:
        """Say that a search is under way."""
        if on:
            self.count.setText(translate("QueuePage", "Searching…"))


def _why_minutes() -> str:
    return translate(
        "QueuePage",
        "The parcels come first whose look promises the most true errors per minute: the"
        " probability of a true problem divided by the minutes that a look takes. Findings of"
        " one parcel are looked at together. The minutes adapt to your own decisions.",
    )


def _tool(icon: str, text: str, menu: QMenu | None = None, checkable: bool = False) -> QToolButton:
    button = QToolButton()
    button.setIcon(_icon(icon))
    button.setIconSize(QSize(16, 16))
    button.setText(text)
    button.setToolTip(text)
    button.setAccessibleName(text)
    button.setAutoRaise(True)
    button.setCheckable(checkable)
    if menu is not None:
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button


def _icon(name: str) -> QIcon:
    return QgsApplication.getThemeIcon(name)


def _rich_label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    label.setMargin(6)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label
