"""Projects that are opened: services that moved since are found again without being asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject

from .presenter import CataloguePresenter


class SavedProjects(QObject):
    """Watches for projects with layers of a platform and has them mended.

    What a project needs may not be there yet when it is read: the platform is chosen, the
    catalogue opened or the person signed in later. ``attempt`` is called whenever one of these
    may have happened, and does its work once for each project.
    """

    def __init__(
        self,
        finding: CataloguePresenter,
        begin: Callable[[], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._finding = finding
        self._begin = begin
        self._waiting = False
        QgsProject.instance().readProject.connect(self._read)
        QgsProject.instance().cleared.connect(self._forget)

    def shut_down(self) -> None:
        """Watch no more."""
        QgsProject.instance().readProject.disconnect(self._read)
        QgsProject.instance().cleared.disconnect(self._forget)
        self._waiting = False

    def attempt(self, *_: Any) -> None:
        """Look for what moved, if a project waits for it and its platform can be asked."""
        session = self._finding.session
        if not self._waiting or session is None or not session.identity.ready:
            return
        if self._finding.catalogue is None or session.profile.id not in self._platforms():
            return
        self._waiting = False
        self._finding.mend(asked=False)

    def _read(self, *_: Any) -> None:
        # A project without anything of a platform asks nothing of any server.
        self._waiting = bool(self._platforms())
        if self._waiting:
            self._begin()
            self.attempt()

    def _forget(self) -> None:
        self._waiting = False

    def _platforms(self) -> set[str]:
        from ...services.onemap import relocate

        layers = QgsProject.instance().mapLayers().values()
        return {one.profile for one in relocate.remember(layers)}
