"""Tells when the files of a package were saved, without nagging."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.PyQt.QtCore import QFileSystemWatcher, QObject, QTimer, pyqtSignal

_QUIET_MS = 1200
"""Saving takes several writes; it is told once, when all is quiet."""


class PackageWatch(QObject):
    """Watches some files. Signal: ``edited`` when one of them is another than when last seen."""

    edited = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: tuple[Path, ...] = ()
        self._seen: tuple[tuple[int, int], ...] = ()
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._stirred)
        self._watcher.directoryChanged.connect(self._stirred)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self._look)

    def watch(self, files: Sequence[Path]) -> None:
        """Watch these files from now on; none to stop."""
        self._quiet.stop()
        old = [*self._watcher.files(), *self._watcher.directories()]
        if old:
            self._watcher.removePaths(old)
        self._files = tuple(files)
        self.forget()
        self._listen()

    def forget(self) -> None:
        """What the files are now is known: tell only of later changes."""
        self._seen = self._state()

    def _listen(self) -> None:
        # A file that is replaced is watched no more, and a log may come later: so folders too.
        wanted = {str(path) for path in self._files if path.exists()}
        wanted |= {str(path.parent) for path in self._files if path.parent.is_dir()}
        missing = wanted - {*self._watcher.files(), *self._watcher.directories()}
        if missing:
            self._watcher.addPaths(sorted(missing))

    def _stirred(self, _path: str) -> None:
        self._quiet.start()

    def _look(self) -> None:
        self._listen()
        now = self._state()
        if now != self._seen:
            self._seen = now
            self.edited.emit()

    def _state(self) -> tuple[tuple[int, int], ...]:
        from ....checks.recheck_state import state_of

        return state_of(self._files)
