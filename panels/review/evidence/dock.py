"""The Evidence panel: everything needed to decide on one finding, on one screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qgis.core import Qgis
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QSize, Qt, QTimer
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import QShortcut, QWidget

from ....processing_provider.language import say, translate
from ..session import ReviewSession
from .body import PHOTO, EvidenceBody
from .card import message
from .gathering import EvidenceGathering
from .map_shapes import MapShapes
from .photo_pane import PhotoDialog, PhotoPane
from .swipe import Swipe
from .worker import EvidenceWorker

if TYPE_CHECKING:
    from ....checks.evidence.model import Evidence

_PAUSE_MS = 70
SURVEYOR = "surveyor"


class EvidenceDock(QgsDockWidget):
    """Follows the session: shows its current finding, and draws it on the map.

    ``following`` may be replaced by whoever knows the order of the queue: it is given the id of a
    finding and answers with that of the next, which is gathered ahead (empty: none).
    """

    def __init__(
        self, interface: Any, session: ReviewSession, parent: QWidget | None = None
    ) -> None:
        super().__init__(translate("EvidenceDock", "Evidence"), parent)
        self.setObjectName("OneMapEvidenceDock")
        self.session = session
        self.following: Callable[[str], str] = self._next_worst
        self.gathering = EvidenceGathering(self)
        self._decoding = EvidenceWorker("OneMap photos", self)
        self._imaging = EvidenceWorker("OneMap images", self)
        self._interface = interface
        canvas = interface.mapCanvas()
        self.shapes = MapShapes(canvas)
        self.swipe = Swipe(canvas, self._imaging, self)
        self.body = EvidenceBody(PhotoPane(self._decoding))
        self.evidence: Evidence | None = None
        self._photos_large: PhotoDialog | None = None
        self._photo_wanted = ""
        self._order: dict[str, str] = {}
        self.setWidget(self.body)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._gather)
        self._connect()
        self._opened()

    def sizeHint(self) -> QSize:
        return QSize(860, 290)

    def _connect(self) -> None:
        session, head = self.session, self.body.head
        session.opened.connect(self._opened)
        session.current_changed.connect(self._show_current)
        session.person_changed.connect(self._person_changed)
        self.gathering.gathered.connect(self._gathered)
        self.gathering.failed.connect(self._failed)
        self.visibilityChanged.connect(self._visibility_changed)
        self.body.linked.connect(session.set_current)
        self.body.photos.enlarged.connect(self._enlarge)
        head.swipe.clicked.connect(lambda: self._compare("swipe"))
        head.blink.clicked.connect(lambda: self._compare("blink"))
        head.on_map.toggled.connect(self.shapes.set_shown)
        head.zoom.clicked.connect(self.shapes.zoom)
        self.swipe.mode_changed.connect(head.set_mode)
        self.swipe.failed.connect(self._image_failed)
        for widget in (self.body.charts.widget, self.body.profile.widget):
            widget.saved.connect(self._chart_saved)
        # Keys of the panel itself; the queue hands its own on to run().
        for keys, command in (("P", "photo"), ("B", "blink")):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda command=command: self.run(command))

    def run(self, command: str) -> None:
        """Do what a key of the queue asks for: ``photo`` or ``blink``."""
        if command == "photo":
            self.setUserVisible(True)
            self.body.show_page(PHOTO)
            if self.evidence is None:
                self._photo_wanted = self.session.current
            elif self.evidence.photos:
                self._enlarge()
            else:
                text = translate("EvidenceDock", "No photo belongs to this finding.")
                self.session.told.emit(text, Qgis.MessageLevel.Info)
        elif command == "blink":
            self._compare("blink")

    def shut_down(self) -> None:
        """Leave nothing on the canvas and no thread behind."""
        self._pause.stop()
        session = self.session
        session.opened.disconnect(self._opened)
        session.current_changed.disconnect(self._show_current)
        session.person_changed.disconnect(self._person_changed)
        if self._photos_large is not None:
            self._photos_large.close()
        self.swipe.shut_down()
        self.shapes.shut_down()
        self.gathering.shut_down()
        self._decoding.shut_down()
        self._imaging.shut_down()

    def _opened(self) -> None:
        """Another file is reviewed, or none."""
        self.gathering.open(self.session.path)
        self._order = {}
        self._forget()
        self.body.show_nothing(self._hint())
        self._person_changed()
        if self.session.current:
            self._show_current(self.session.current)

    def _hint(self) -> str:
        if self.session.path is None:
            return translate(
                "EvidenceDock",
                "Nothing to look at yet. Verify a package, or open results in the Verify panel.",
            )
        if not len(self.session.table):
            return translate("EvidenceDock", "Nothing was found in this package.")
        return translate("EvidenceDock", "Choose a finding in the queue to see its evidence.")

    def _forget(self) -> None:
        self.evidence = None
        self._pause.stop()
        self.shapes.clear()
        if self._photos_large is not None:
            self._photos_large.close()

    def _person_changed(self) -> None:
        self.body.set_fix_first(self.session.role == SURVEYOR)

    def _show_current(self, finding: str) -> None:
        self._forget()
        row = self.session.row(finding)
        if row < 0:
            self.body.show_nothing(self._hint())
            self.swipe.set_pair(None)
            return
        if not self.isVisible():
            return
        self.body.show_first(self.session.table, row, self.session.rules)
        if self.gathering.known(finding) is not None:
            self._gathered(finding, self.gathering.known(finding))
        else:
            # Who runs through the queue does not want the evidence of each.
            self._pause.start()

    def _visibility_changed(self, visible: bool) -> None:
        if visible and self.evidence is None and self.session.current:
            self._show_current(self.session.current)
        elif not visible:
            self.swipe.end()
        self.shapes.set_shown(visible and self.body.head.on_map.isChecked())

    def _gather(self) -> None:
        if self.session.current:
            self.gathering.want(self.session.current, self.following(self.session.current))

    def _gathered(self, finding: str, evidence: Evidence) -> None:
        if finding != self.session.current or self.session.row(finding) < 0:
            return
        self.evidence = evidence
        self.body.show_evidence(evidence, self._about)
        self.shapes.show(evidence.shapes)
        self.swipe.set_pair(evidence.images)
        self.body.head.set_images(self._no_images())
        self.body.head.show_shapes([say(shape.name) for shape in evidence.shapes])
        if self._photo_wanted == finding:
            self.run("photo")
        self._photo_wanted = ""
        self.gathering.want(finding, self.following(finding))

    def _no_images(self) -> str:
        """Why images cannot be compared; empty where they can."""
        pair = self.evidence.images if self.evidence is not None else None
        if pair is None or not (pair.before or pair.after):
            return translate("EvidenceDock", "No image was used in this verification.")
        if not pair.before:
            return translate("EvidenceDock", "There is no earlier image to compare with.")
        if not pair.after:
            return translate("EvidenceDock", "There is no later image to compare with.")
        return ""

    def _failed(self, finding: str, error: Any) -> None:
        if finding != self.session.current:
            return
        from ....checks.errors import ExplainedError

        self.body.show_failure(
            say(error.text)
            if isinstance(error, ExplainedError)
            else translate("EvidenceDock", "The evidence cannot be shown ({reason}).").format(
                reason=type(error).__name__
            )
        )

    def _about(self, finding: str) -> str:
        row = self.session.row(finding)
        return message(self.session.table, row) if row >= 0 else ""

    def _next_worst(self, finding: str) -> str:
        """The finding after this one in the file; good enough where nobody knows better."""
        row = self.session.row(finding) + 1
        table = self.session.table
        return str(table.value(row, "finding_id")) if 0 < row < len(table) else ""

    def _compare(self, mode: str) -> None:
        reason = self._no_images()
        if reason:
            self.session.told.emit(reason, Qgis.MessageLevel.Info)
        else:
            self.swipe.toggle(mode)
        self.body.head.set_mode(self.swipe.mode)

    def _image_failed(self, path: str) -> None:
        text = translate("EvidenceDock", "Cannot open the image {path}").format(path=path)
        self.session.told.emit(text, Qgis.MessageLevel.Warning)

    def _chart_saved(self, path: str, well: bool) -> None:
        if well:
            text = translate("EvidenceDock", "Saved to {path}").format(path=path)
        else:
            text = translate("EvidenceDock", "Cannot save to {path}").format(path=path)
        self.session.told.emit(
            text, Qgis.MessageLevel.Success if well else Qgis.MessageLevel.Critical
        )

    def _enlarge(self) -> None:
        """Show the photos on the whole screen."""
        pane = self.body.photos
        if not pane.photos or self._photos_large is not None:
            return
        dialog = PhotoDialog(self._decoding, self._interface.mainWindow())
        self._photos_large = dialog
        dialog.finished.connect(self._reduced)
        dialog.pane.show_photos(pane.photos, pane.beside.isChecked(), pane.place)
        dialog.setGeometry(self.screen().geometry())
        dialog.showFullScreen()

    def _reduced(self) -> None:
        dialog, self._photos_large = self._photos_large, None
        if dialog is not None:
            dialog.pane.let_go()
