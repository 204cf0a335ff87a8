"""Giving out work: who has what and how far it is, and who gets the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate
from ...numbers import count, number
from ..session import ReviewSession
from .assign_people import PeopleList
from .assign_plan import Wish, planner, read_progress

_PAUSE_MS = 200
_DONE = 3


class AssignDialog(QDialog):
    """Packages there are, above; below, how what is left shall be divided."""

    def __init__(self, session: ReviewSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.shares: list[Any] = []
        self._sets: dict[str, list[str]] = {}
        self.setWindowTitle(translate("AssignDialog", "Assign Work"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._plan)
        self._build()
        session.opened.connect(self.reject)
        session.standing_changed.connect(self._read)
        self._fill_findings()
        self._read()
        self._plan_soon()

    def _build(self) -> None:
        self.packages = _tree(
            translate("AssignDialog", "Work packages"),
            [
                translate("AssignDialog", "Work package"),
                translate("AssignDialog", "Person"),
                translate("AssignDialog", "Kind"),
                translate("AssignDialog", "Done"),
                translate("AssignDialog", "Minutes left"),
            ],
        )
        self.packages.itemSelectionChanged.connect(self._enable)
        self.take_back = QPushButton(translate("AssignDialog", "Take Back"))
        self.take_back.setToolTip(
            translate("AssignDialog", "Take what is left of the package away from the person")
        )
        self.take_back.clicked.connect(lambda _checked=False: self._take_back())
        given = QGroupBox(translate("AssignDialog", "Given out"))
        column = QVBoxLayout(given)
        column.addWidget(self.packages)
        column.addWidget(self.take_back, 0, Qt.AlignmentFlag.AlignRight)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.hide()
        self.confirm = QPushButton()
        self.confirm.clicked.connect(lambda _checked=False: self._give_out())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        buttons.addButton(self.confirm, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.addWidget(given, 2)
        whole.addWidget(self._new(), 3)
        whole.addWidget(self.told)
        whole.addWidget(buttons)
        self.resize(660, 600)

    def _new(self) -> QGroupBox:
        self.what = QComboBox()
        self.group = QComboBox()
        for text, value in (
            (translate("AssignDialog", "By village"), "village"),
            (translate("AssignDialog", "By parcel"), "parcel"),
            (translate("AssignDialog", "Findings one by one"), "none"),
        ):
            self.group.addItem(text, value)
        if self.session.table.facts is None:
            self.group.setCurrentIndex(self.group.findData("parcel"))
            self.group.removeItem(self.group.findData("village"))
        self.second = QSpinBox()
        self.second.setRange(0, 100)
        self.second.setSuffix(" %")
        self.second.setToolTip(
            translate(
                "AssignDialog", "Findings that a second person judges without seeing the first"
            )
        )
        self.name = QLineEdit(translate("AssignDialog", "Batch 1"))
        self.people = PeopleList([self.session.person] if self.session.person else [])
        self.preview = _tree(
            translate("AssignDialog", "Who would get what"),
            [
                translate("AssignDialog", "Person"),
                translate("AssignDialog", "Findings"),
                translate("AssignDialog", "Second opinions"),
                translate("AssignDialog", "Minutes"),
            ],
        )
        form = QFormLayout()
        form.addRow(translate("AssignDialog", "Name"), self.name)
        form.addRow(translate("AssignDialog", "Findings"), self.what)
        form.addRow(translate("AssignDialog", "Keep together"), self.group)
        form.addRow(translate("AssignDialog", "Second opinion"), self.second)
        left = QVBoxLayout()
        left.addLayout(form)
        left.addWidget(self.people, 1)
        box = QGroupBox(translate("AssignDialog", "Give out, evenly by minutes of work"))
        row = QHBoxLayout(box)
        row.addLayout(left, 1)
        row.addWidget(self.preview, 1)
        for signal in (
            self.what.currentIndexChanged,
            self.group.currentIndexChanged,
            self.second.valueChanged,
            self.name.textChanged,
            self.people.changed,
        ):
            signal.connect(self._plan_soon)
        return box

    def _fill_findings(self) -> None:
        session = self.session
        every = session.table.columns["finding_id"]
        first = session.work.first if session.work is not None else {}
        waiting = [name for name in every if _waits(session.standing.get(name))]
        free = [name for name in waiting if name not in first]
        chosen = [name for name in session.selection if session.row(name) >= 0]
        self._sets = {"free": free, "waiting": waiting, "chosen": chosen}
        self.what.clear()
        for text, key in (
            (translate("AssignDialog", "Not yet assigned ({n})"), "free"),
            (translate("AssignDialog", "All that wait ({n})"), "waiting"),
            (translate("AssignDialog", "Selected in the queue ({n})"), "chosen"),
        ):
            if self._sets[key]:
                self.what.addItem(text.format(n=count(len(self._sets[key]))), key)

    def wish(self) -> Wish:
        """What the form says."""
        return Wish(
            tuple(self._sets.get(self.what.currentData() or "", ())),
            tuple(self.people.names()),
            self.group.currentData() or "none",
            self.second.value() / 100.0,
            self.name.text().strip(),
        )

    def _plan_soon(self, *_: Any) -> None:
        self.shares = []
        self._enable()
        self._pause.start()

    def _plan(self) -> None:
        wish = self.wish()
        if not wish.people or not wish.findings:
            self._show_shares([])
            return

        def then(shares: list[Any]) -> None:
            if wish == self.wish():
                self._tell(self._warning(wish))
                self._show_shares(shares)

        self.session.look(planner(wish, self.session.table), then, self._failed, self)

    def _warning(self, wish: Wish) -> str:
        first = self.session.work.first if self.session.work is not None else {}
        taken = sum(name in first for name in wish.findings)
        told = translate("AssignDialog", "{n} of them are given out already and would go over.")
        return told.format(n=count(taken)) if taken else ""

    def _show_shares(self, shares: Sequence[Any]) -> None:
        self.shares = list(shares)
        self.preview.clear()
        for share in shares:
            minutes = number(share.minutes, 0)
            numbers = [count(len(share.findings)), count(len(share.second)), minutes]
            self.preview.addTopLevelItem(_item([share.person, *numbers], right=(1, 2, 3)))
        self._enable()

    def _enable(self) -> None:
        wish = self.wish()
        self.confirm.setText(
            translate("AssignDialog", "Give Out {n} Findings").format(n=count(len(wish.findings)))
        )
        self.confirm.setEnabled(bool(self.shares and wish.name))
        self.take_back.setEnabled(bool(self.packages.selectedItems()))

    def _give_out(self) -> None:
        shares, name = list(self.shares), self.wish().name

        def write(journal: Any) -> Any:
            from ....checks.journal.assignments import assign_shares

            return assign_shares(journal, name, shares)

        self._write(translate("AssignDialog", "Giving out the work"), write)

    def _take_back(self) -> None:
        packages = [
            item.data(0, Qt.ItemDataRole.UserRole) for item in self.packages.selectedItems()
        ]

        def write(journal: Any) -> Any:
            from ....checks.journal.assignments import assign_all
            from ....checks.journal.work import Package

            return assign_all(
                journal, [Package(one.name, "", one.findings, "", one.second) for one in packages]
            )

        self._write(translate("AssignDialog", "Taking work back"), write)

    def _write(self, title: str, write: Any) -> None:
        self._tell(translate("AssignDialog", "Saving…"))
        self.confirm.setEnabled(False)

        def then(_events: Any) -> None:
            self._tell("")
            self.session.reload()

        self.session.write(title, [], write, then, self._failed, self)

    def _read(self, _names: Sequence[str] = ()) -> None:
        table = self.session.table
        self.session.look(
            lambda path: read_progress(path, table), self._show_progress, self._failed, self
        )

    def _show_progress(self, packages: Sequence[Any]) -> None:
        chosen = self.what.currentData()
        self.what.blockSignals(True)
        self._fill_findings()
        self.what.setCurrentIndex(max(self.what.findData(chosen), 0))
        self.what.blockSignals(False)
        self.packages.clear()
        for progress in packages:
            item = _package_item(progress)
            self.packages.addTopLevelItem(item)
            self.packages.setItemWidget(item, _DONE, _bar(progress, self.fontMetrics().height()))
        self._plan_soon()

    def _failed(self, why: str, advice: str) -> None:
        self._tell(f"{why} {advice}".strip())
        self._enable()

    def _tell(self, text: str) -> None:
        self.told.setText(text)
        self.told.setVisible(bool(text))


def _waits(standing: Any) -> bool:
    return standing is None or standing.state.value not in ("closed", "exception", "returned")


def _tree(name: str, columns: list[str]) -> QTreeWidget:
    tree = QTreeWidget()
    tree.setAccessibleName(name)
    tree.setRootIsDecorated(False)
    tree.setHeaderLabels(columns)
    tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    header = tree.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return tree


def _item(texts: list[str], right: tuple[int, ...]) -> QTreeWidgetItem:
    item = QTreeWidgetItem(texts)
    for column in right:
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
    return item


def _package_item(progress: Any) -> QTreeWidgetItem:
    package = progress.package
    kind = (
        translate("AssignDialog", "Second opinion")
        if package.second
        else translate("AssignDialog", "First look")
    )
    left = number(progress.minutes_left, 0)
    item = _item([package.name, package.person, kind, "", left], right=(4,))
    item.setData(0, Qt.ItemDataRole.UserRole, package)
    return item


def _bar(progress: Any, height: int) -> QProgressBar:
    bar = QProgressBar()
    bar.setRange(0, max(progress.total, 1))
    bar.setValue(progress.done)
    bar.setFormat(f"{count(progress.done)} / {count(progress.total)}")
    bar.setAccessibleName(f"{progress.package.person}: {bar.format()}")
    bar.setMaximumHeight(height + 4)
    return bar
