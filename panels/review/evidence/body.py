"""The evidence panel inside: words, chart, and tabs; side by side where it is wide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from qgis.PyQt.QtCore import QEvent, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QResizeEvent
from qgis.PyQt.QtWidgets import (
    QLabel,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import say, translate
from ..finding_table import FindingTable
from .card import card
from .chart_look import look_of
from .charts import EvidenceCharts
from .head import EvidenceHead
from .links import EvidenceLinks
from .photo_pane import PhotoPane

if TYPE_CHECKING:
    from ....checks.evidence.model import Evidence

WIDE = 480
"""From this width on words and tabs stand side by side, and the chart is one of the tabs."""
WIDER = 720
"""From this width on the chart has a column of its own."""
PHOTO, PROFILE, RELATED = 0, 1, 2
_SHARES = {
    "chart": (0.34, 0.30, 0.36),
    "photo": (0.42, 0.0, 0.58),
    "": (0.58, 0.0, 0.42),
}
"""Of words, chart and tabs, by what there is to see; then the same in a narrow panel."""
_UPRIGHT = {"chart": (0.36, 0.31, 0.33), "photo": (0.48, 0.0, 0.52), "": (0.6, 0.0, 0.4)}
_FIRST = {
    "photos": PHOTO,
    "tracks": PHOTO,
    "terrain": PROFILE,
    "heights": PROFILE,
}


class EvidenceBody(QWidget):
    """Shows a finding from the table at once, and all its evidence when it is there.

    ``linked`` is told the id of a related finding the person wants to see.
    """

    linked = pyqtSignal(str)

    def __init__(self, photos: PhotoPane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fix_first = False
        self._charts_are_tab = False
        self._own_shares: dict[str, tuple[float, ...]] = {}
        self._shown: tuple[FindingTable, int, dict[str, Any], Evidence | None] | None = None
        self.head = EvidenceHead()
        self.words = QTextBrowser()
        self.words.setOpenLinks(False)
        self.words.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.words.setMinimumWidth(180)
        self.words.setAccessibleName(translate("EvidenceDock", "What was found"))
        self.charts = EvidenceCharts()
        self.photos = photos
        self.profile = EvidenceCharts()
        self.links = EvidenceLinks()
        self.links.wanted.connect(self.linked)
        self.empty = QLabel()
        self.empty.setWordWrap(True)
        self.empty.setMargin(16)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._no_photo, self._no_links = self._hint(), self._hint()
        self._build()

    def _hint(self) -> QLabel:
        label = QLabel()
        label.setWordWrap(True)
        label.setMargin(12)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return label

    def _build(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self._photo_stack = _stack(self.photos, self._no_photo)
        self._link_stack = _stack(self.links, self._no_links)
        for page, title in (
            (self._photo_stack, translate("EvidenceDock", "Photo")),
            (self.profile, translate("EvidenceDock", "Profile")),
            (self._link_stack, translate("EvidenceDock", "Related")),
        ):
            self.tabs.addTab(page, title)
        self._pages = {PHOTO: self._photo_stack, PROFILE: self.profile, RELATED: self._link_stack}
        self.splitter = QSplitter()
        self.splitter.setChildrenCollapsible(False)
        for part, stretch in ((self.words, 35), (self.charts, 31), (self.tabs, 34)):
            self.splitter.addWidget(part)
            self.splitter.setStretchFactor(self.splitter.count() - 1, stretch)
        self.splitter.splitterMoved.connect(self._moved)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.head)
        column.addWidget(self.splitter, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(filled)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def sizeHint(self) -> QSize:
        return QSize(860, 270)

    def minimumSizeHint(self) -> QSize:
        return QSize(260, 170)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= WIDE and self.width() > 1.4 * self.height()
        wide = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        self._place_charts(beside and self.width() < WIDER)
        if self.splitter.orientation() != wide:
            self.splitter.setOrientation(wide)
            self._own_shares.clear()
        self._share_out()

    def show_page(self, page: int) -> None:
        """Bring photos, profile or related findings to the front."""
        self.tabs.setCurrentWidget(self._pages[page])

    def _place_charts(self, as_tab: bool) -> None:
        """Three columns that are too narrow to read help nobody."""
        if as_tab == self._charts_are_tab:
            return
        self._charts_are_tab = as_tab
        self._own_shares.clear()
        if as_tab:
            self.tabs.insertTab(0, self.charts, translate("EvidenceDock", "Chart"))
            if self._kind() == "chart":
                self.tabs.setCurrentWidget(self.charts)
        else:
            self.splitter.insertWidget(1, self.charts)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._shown is not None:
            self._write()

    def set_fix_first(self, first: bool) -> None:
        """Whether what to do comes before the numbers."""
        if first != self.fix_first:
            self.fix_first = first
            self._write()

    def show_nothing(self, text: str) -> None:
        """Say what to do instead of a card."""
        self._shown = None
        self.empty.setText(text)
        self._stack.setCurrentIndex(0)

    def show_first(self, table: FindingTable, row: int, rules: dict[str, Any]) -> None:
        """Show what the table knows of a finding; the rest is on its way."""
        self._shown = (table, row, rules, None)
        self._stack.setCurrentIndex(1)
        rule = rules.get(str(table.value(row, "rule_id")))
        title = say(rule.title) if rule is not None else str(table.value(row, "rule_id"))
        self.head.show_finding(
            str(table.value(row, "verdict")), str(table.value(row, "severity")), title
        )
        self.head.busy.setText(translate("EvidenceDock", "Collecting the evidence…"))
        self.head.set_images(translate("EvidenceDock", "The images are still being looked for."))
        self._write()
        self.words.verticalScrollBar().setValue(0)
        waiting = translate("EvidenceDock", "Collecting the evidence…")
        self.charts.show_charts((), waiting)
        self.profile.show_charts((), waiting)
        self._fill_photos(None, waiting)
        self._fill_links(None, waiting, str)
        self._share_out()

    def show_evidence(self, evidence: Evidence, about: Any) -> None:
        """Show all that was gathered of the finding in view; ``about`` names other findings."""
        if self._shown is None:
            return
        table, row, rules, _ = self._shown
        self._shown = (table, row, rules, evidence)
        self.head.busy.setText("")
        place = self.words.verticalScrollBar().value()
        self._write()
        self.words.verticalScrollBar().setValue(place)
        self.charts.show_charts(evidence.charts, translate("EvidenceDock", "Nothing to draw here."))
        profile = (evidence.profile,) if evidence.profile is not None else ()
        self.profile.show_charts(
            profile,
            translate(
                "EvidenceDock", "No elevation profile: it needs a terrain model and a polygon."
            ),
        )
        self._fill_photos(evidence, translate("EvidenceDock", "No photo belongs to this finding."))
        self._fill_links(
            evidence, translate("EvidenceDock", "No other finding has to do with this one."), about
        )
        self._choose_tab(str(table.value(row, "family")), evidence)
        self._share_out()

    def show_failure(self, text: str) -> None:
        """Say why there is no more than the table knows."""
        self.head.busy.setText("")
        self.head.set_images(text)
        self.charts.show_charts((), text)
        self.profile.show_charts((), text)
        self._fill_photos(None, text)
        self._fill_links(None, text, str)

    def _write(self) -> None:
        if self._shown is not None:
            look = look_of(self.words)
            self.words.setHtml(card(*self._shown, look, self.fix_first))

    def _fill_photos(self, evidence: Evidence | None, empty: str) -> None:
        photos: Sequence[Any] = evidence.photos if evidence is not None else ()
        reused = False
        if self._shown is not None:
            table, row = self._shown[:2]
            reused = table.value(row, "cause") == "reused_photo"
        self.photos.show_photos(photos, side_by_side=reused)
        self._no_photo.setText(empty)
        self._photo_stack.setCurrentIndex(0 if photos else 1)
        title = translate("EvidenceDock", "Photo")
        self._name_tab(PHOTO, f"{title} {len(photos)}" if photos else title)

    def _fill_links(
        self, evidence: Evidence | None, empty: str, about: Callable[[str], str]
    ) -> None:
        links: Sequence[Any] = evidence.links if evidence is not None else ()
        self.links.show_links(links, about)
        self._no_links.setText(empty)
        self._link_stack.setCurrentIndex(0 if links else 1)
        title = translate("EvidenceDock", "Related")
        self._name_tab(RELATED, f"{title} {len(links)}" if links else title)

    def _name_tab(self, page: int, title: str) -> None:
        self.tabs.setTabText(self.tabs.indexOf(self._pages[page]), title)

    def _choose_tab(self, family: str, evidence: Evidence) -> None:
        """The tab that says most of such a finding; one that is empty is never put in front."""
        filled = {
            PHOTO: bool(evidence.photos),
            PROFILE: evidence.profile is not None,
            RELATED: bool(evidence.links),
        }
        front = self.tabs.currentWidget()
        now = next((name for name, page in self._pages.items() if page is front), None)
        if now is None and front is not self.charts:
            return  # a tab that somebody else has put here
        if self._charts_are_tab and evidence.charts and _FIRST.get(family) != PHOTO:
            self.tabs.setCurrentWidget(self.charts)
            return
        last = PHOTO if now is None else now
        for name in (_FIRST.get(family, last), last, PHOTO, PROFILE, RELATED):
            if filled[name]:
                self.show_page(name)
                return

    def _share_out(self) -> None:
        """Share the room as the person did, else by use; none for a chart that is not there."""
        kind = self._kind()
        if self._charts_are_tab:
            place = self.tabs.indexOf(self.charts)
            self.tabs.setTabEnabled(place, kind == "chart")
            kind = "photo" if kind == "chart" else kind
        else:
            self.charts.setVisible(kind == "chart")
        wide = self.splitter.orientation() == Qt.Orientation.Horizontal
        whole = self.width() if wide else self.height() - self.head.height()
        shares = self._own_shares.get(kind) or (_SHARES if wide else _UPRIGHT)[kind]
        self.splitter.setSizes([int(whole * share) for share in shares])

    def _kind(self) -> str:
        evidence = self._shown[3] if self._shown is not None else None
        if evidence is None or evidence.charts:
            return "chart"
        return "photo" if evidence.photos else ""

    def _moved(self, _position: int, _index: int) -> None:
        sizes = self.splitter.sizes()
        whole = float(sum(sizes)) or 1.0
        self._own_shares[self._kind()] = tuple(size / whole for size in sizes)


def _stack(filled: QWidget, empty: QWidget) -> QStackedWidget:
    stack = QStackedWidget()
    stack.addWidget(filled)
    stack.addWidget(empty)
    return stack
