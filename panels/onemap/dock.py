"""The One Map panel: a platform, its catalogue, what is loaded, what is delivered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsProject
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtWidgets import (
    QLabel,
    QProgressBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ...processing_provider.language import translate
from ..delivery.audit_log import AuditLog
from ..delivery.page import DeliveryPage
from ..delivery.presenter import DeliveryPresenter
from ..notice import Notice
from ..service_task import Tasks
from ..verify.empty_state import PageWithEmptyState
from . import files
from .account_bar import AccountBar
from .catalogue_page import CataloguePage
from .loaded_page import LoadedPage, reveal
from .offline import OfflineSaver
from .presenter import CataloguePresenter
from .saved_projects import SavedProjects
from .sign_in import SignInPresenter
from .sign_in_dialogs import ask_configuration, ask_key, ask_password


def open_queue() -> Any:
    """The delivery queue of this profile of QGIS."""
    from ...services.delivery import shared

    return shared.queue()


class OneMapDock(QgsDockWidget):
    """Sign in, find, load, see how fresh it is, deliver."""

    def __init__(self, interface: Any, parent: QWidget | None = None) -> None:
        super().__init__(translate("OneMapDock", "One Map"), parent)
        self.setObjectName("OneMapDock")
        self.setAllowedAreas(
            Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea
        )
        self._interface = interface
        self._begun = False
        self.tasks = Tasks(self)
        self.account = AccountBar()
        self.catalogue = CataloguePage()
        self.loaded = LoadedPage()
        self.delivery = DeliveryPage()
        self.signing = SignInPresenter(self.tasks, self)
        self.finding = CataloguePresenter(self.tasks, interface.mapCanvas(), self)
        self.delivering = DeliveryPresenter(self.tasks, open_queue, self)
        self.auditing = AuditLog(self.tasks, self)
        self.saving = OfflineSaver(self.finding, self)
        self.saved = SavedProjects(self.finding, self.begin, self)
        self._build()
        self._connect()
        self._changed()

    def _build(self) -> None:
        self.notice = Notice()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self._catalogue = PageWithEmptyState(
            translate("OneMapDock", "Choose a platform above; its catalogue then appears here."),
            self.catalogue,
        )
        self._loaded = PageWithEmptyState(
            translate("OneMapDock", "Nothing of the one map is in this project yet."), self.loaded
        )
        self.tabs.addTab(self._catalogue, translate("OneMapDock", "Catalogue"))
        self.tabs.addTab(self._loaded, translate("OneMapDock", "Loaded"))
        self.tabs.addTab(self.delivery, translate("OneMapDock", "Delivery"))
        self.status = QLabel()
        self.status.setContentsMargins(6, 2, 6, 4)
        self.status.setWordWrap(True)
        self.status.hide()
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setMaximumHeight(6)
        self.progress.hide()
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.account, self.notice):
            column.addWidget(widget)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.progress)
        column.addWidget(self.status)
        body.setMinimumWidth(320)
        self.setWidget(body)

    def sizeHint(self) -> QSize:
        return QSize(420, 600)

    def _connect(self) -> None:
        account, signing, finding = self.account, self.signing, self.finding
        account.site_chosen.connect(signing.choose)
        account.site_wanted.connect(self._choose_file)
        account.sign_in_wanted.connect(self.sign_in)
        account.cancel_wanted.connect(signing.cancel)
        account.sign_out_wanted.connect(signing.sign_out)
        account.code_wanted.connect(lambda: signing.open_address(signing.code_address))
        signing.changed.connect(self._changed)
        signing.ready.connect(self._ready)
        signing.code_shown.connect(account.show_code)
        page = self.catalogue
        page.search_wanted.connect(lambda: finding.search(page.wanted()))
        page.refresh_wanted.connect(finding.refresh)
        page.chosen.connect(finding.describe)
        page.add_wanted.connect(finding.add)
        page.save_wanted.connect(self._save_offline)
        page.favourite_wanted.connect(self._favourite)
        finding.found.connect(page.show_results)
        finding.themes.connect(page.show_themes)
        finding.aged.connect(page.age.setText)
        finding.described.connect(page.show_record)
        finding.pictured.connect(page.show_picture)
        finding.busy_with.connect(self._busy_with)
        finding.loaded.connect(self._show_loaded)
        self.loaded.mend_wanted.connect(finding.mend)
        finding.found_again.connect(self._tell_found_again)
        finding.found.connect(self.saved.attempt)
        signing.ready.connect(self.saved.attempt)
        self.loaded.layer_wanted.connect(lambda layer: reveal(layer, self._interface))
        delivery, delivering = self.delivery, self.delivering
        delivery.add_wanted.connect(self._choose_package)
        delivery.audit_wanted.connect(self.auditing.show)
        delivery.dropped.connect(delivering.add)
        delivery.pause_wanted.connect(delivering.pause)
        delivery.resume_wanted.connect(delivering.resume)
        delivery.retry_wanted.connect(delivering.retry)
        delivery.receipt_wanted.connect(self._choose_receipt)
        delivering.queue_read.connect(delivery.show_queue)
        delivering.allowed.connect(delivery.allow)
        delivering.added.connect(delivery.select)
        self.saving.busy_with.connect(self._busy_with)
        for presenter in (signing, finding, delivering, self.saving, self.auditing):
            presenter.told.connect(self._tell)
        self.tasks.busy_changed.connect(self._busy)
        project = QgsProject.instance()
        project.layersAdded.connect(self._show_loaded)
        project.layersRemoved.connect(self._show_loaded)

    def show_delivery(self) -> None:
        """Bring the queue of deliveries to the front."""
        self.tabs.setCurrentWidget(self.delivery)
        self.setUserVisible(True)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.begin()

    def begin(self) -> None:
        """Take up platform and queue, once.

        Nothing is asked of any server before somebody looks, or opens a project that needs it.
        """
        if not self._begun:
            self._begun = True
            self.signing.begin()
            self.delivering.begin()

    def shut_down(self) -> None:
        """Stop what is under way and let go of everything outside the dock."""
        project = QgsProject.instance()
        project.layersAdded.disconnect(self._show_loaded)
        project.layersRemoved.disconnect(self._show_loaded)
        self.saved.shut_down()
        self.saving.shut_down()
        self.tasks.shut_down()
        self.signing.shut_down()
        self.delivering.shut_down()
        self.finding.blockSignals(True)
        self.finding.close()

    def _changed(self) -> None:
        session = self.signing.session
        place = ""
        if session is not None:
            place = str(session.profile.path or session.profile.id)
        sites = self.signing.sites()
        if session is not None and place not in [where for where, _ in sites]:
            sites.append((place, session.profile))
        self.account.show_sites(sites, place)
        self.account.show_identity(session.identity if session is not None else None)
        self._catalogue.set_filled(session is not None)
        self.catalogue.allow(session is not None and session.identity.ready)
        self.finding.use(session)
        self.delivering.use(session)
        self._show_loaded()

    def _ready(self) -> None:
        self.catalogue.allow(True)
        catalogue = self.finding.catalogue
        if catalogue is not None and catalogue.age() is None:
            self.finding.refresh()
        self.delivering.ship_audit()

    def sign_in(self, way: str) -> None:
        """Sign in one way, asking the person for what it needs."""
        session = self.signing.session
        if session is None:
            return
        given: tuple[str, ...] | None = ()
        if way == "password":
            given = ask_password(self, session.profile)
        elif way == "key":
            given = ask_key(self, session.profile)
        elif way == "authcfg":
            given = ask_configuration(self)
        if given is not None:
            self.signing.sign_in(way, *given)

    def _choose_file(self) -> None:
        name = files.ask_profile(self)
        if name:
            self.signing.choose(name)

    def _choose_package(self) -> None:
        names = files.ask_packages(self)
        if names:
            self.delivering.add(names)

    def _choose_receipt(self, number: int) -> None:
        name = files.ask_receipt(self, self.delivering.queue.get(number).package_id)
        if name:
            self.delivering.save_receipt(number, Path(name))

    def _save_offline(self, entries: list[Any]) -> None:
        folder = files.ask_folder(self) if self.saving.may_save(entries) else ""
        if folder:
            self.saving.save(entries, folder)

    def _favourite(self, identifier: str, wanted: bool) -> None:
        self.finding.favourite(identifier, wanted)
        self.finding.search(self.catalogue.wanted())

    def _show_loaded(self, *_: Any) -> None:
        from ...services.onemap.loading import known_layers

        session = self.signing.session
        profile = session.profile if session is not None else None
        count = self.loaded.show_layers(known_layers(QgsProject.instance()), profile)
        self._loaded.set_filled(count > 0)

    def _busy(self, busy: bool) -> None:
        self.progress.setVisible(busy and not self._quiet())

    def _quiet(self) -> bool:
        """Whether only what nobody waits for is under way."""
        loud = ("sign-in", "open", "refresh", "load", "mend")
        return not any(self.tasks.running(name) for name in loud)

    def _busy_with(self, text: str) -> None:
        self.status.setText(text)
        self.status.setVisible(bool(text))
        self.progress.setVisible(bool(text) or (not self._quiet()))

    def _tell_found_again(self, texts: list[str]) -> None:
        """In QGIS's own message bar: this panel may well be closed when a project is opened."""
        title = translate("OneMapDock", "One Map")
        bar = self._interface.messageBar()
        if len(texts) == 1:
            bar.pushMessage(title, texts[0], Qgis.MessageLevel.Success)
            return
        text = translate("OneMapDock", "{count} layers were found again where they are now")
        everything = "\n".join(texts)
        bar.pushMessage(title, text.format(count=len(texts)), everything, Qgis.MessageLevel.Success)

    def _tell(self, text: str, level: Any) -> None:
        self.notice.tell(text, level)
