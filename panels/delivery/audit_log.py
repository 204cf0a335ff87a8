"""The audit log for people: whether it is as it was written, and a copy of it in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QMessageBox, QWidget

from ...processing_provider.language import say, translate
from ..numbers import count
from ..onemap import files
from ..service_task import Tasks

_MOST = 5


class AuditLog(QObject):
    """Checks the log in a task, tells the outcome in a dialog, and saves it where one likes.

    Signals: ``told`` (text, level).
    """

    told = pyqtSignal(str, object)

    def __init__(self, tasks: Tasks, window: QWidget) -> None:
        super().__init__(window)
        self._tasks = tasks
        self._window = window
        self.dialog: QMessageBox | None = None

    def show(self) -> None:
        """Check the log and show what came out."""

        def work(_progress: Any) -> tuple[int, list[Any]]:
            from ...services.audit import log

            found = log()
            return found.count(), found.check()

        self._tasks.start(
            translate("AuditLog", "Checking the audit log"),
            work,
            lambda answer: self._show(*answer),
            self._failed,
            name="audit-check",
        )

    def _show(self, entries: int, breaks: list[Any]) -> None:
        dialog = QMessageBox(self._window)
        dialog.setWindowTitle(translate("AuditLog", "Audit Log"))
        if breaks:
            dialog.setIcon(QMessageBox.Icon.Warning)
            dialog.setText(
                translate(
                    "AuditLog", "The audit log is not as it was written: {count} faults"
                ).format(count=count(len(breaks)))
            )
            dialog.setInformativeText("\n".join(say(one.why) for one in breaks[:_MOST]))
        else:
            dialog.setIcon(QMessageBox.Icon.Information)
            dialog.setText(
                translate("AuditLog", "The audit log is intact: {count} entries").format(
                    count=count(entries)
                )
            )
        self.export = dialog.addButton(
            translate("AuditLog", "Export…"), QMessageBox.ButtonRole.AcceptRole
        )
        self.export.setEnabled(entries > 0)
        self.export.clicked.connect(lambda _checked=False: self._choose())
        dialog.addButton(QMessageBox.StandardButton.Close)
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()

    def _choose(self) -> None:
        name = files.ask_audit(self._window)
        if name:
            self.save(Path(name))

    def save(self, target: Path) -> None:
        """Write the log as CSV or JSON, by the ending of the name."""

        def work(_progress: Any) -> int:
            from ...checks.errors import OutputError
            from ...checks.findings import Text
            from ...services.audit import log

            try:
                return log().export(target)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise OutputError(
                    Text(zh=f"无法写入 {target}：{reason}", en=f"Cannot write {target}: {reason}")
                ) from error

        text = translate("AuditLog", "{count} entries of the audit log saved to {file}")
        self._tasks.start(
            translate("AuditLog", "Saving the audit log"),
            work,
            lambda entries: self.told.emit(
                text.format(count=count(entries), file=target.name), Qgis.MessageLevel.Success
            ),
            self._failed,
            name="audit-export",
        )

    def _failed(self, what: str, advice: str) -> None:
        self.told.emit(f"{what} {advice}".strip(), Qgis.MessageLevel.Warning)
