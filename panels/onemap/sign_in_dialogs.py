"""What some ways of signing in ask of the person."""

from __future__ import annotations

from html import escape
from typing import Any

from qgis.gui import QgsAuthConfigSelect, QgsPasswordLineEdit
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from ...processing_provider.language import say, translate


def _dialog(
    parent: QWidget, title: str, rows: list[tuple[str, QWidget]], note: str = ""
) -> QDialog:
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    form = QFormLayout()
    for name, widget in rows:
        form.addRow(name, widget)
    buttons = QDialogButtonBox(
        QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
    )
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    if note:
        label = QLabel(note)
        label.setWordWrap(True)
        label.setOpenExternalLinks(True)
        column.addWidget(label)
    column.addLayout(form)
    column.addWidget(buttons)
    return dialog


def _accepted(dialog: QDialog) -> bool:
    good = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return good


def ask_password(parent: QWidget, profile: Any) -> tuple[str, str] | None:
    """Account and password for a platform that takes them itself."""
    account, password = QLineEdit(), QgsPasswordLineEdit()
    title = translate("SignInDialog", "Sign In to {platform}").format(platform=say(profile.title))
    rows = [
        (translate("SignInDialog", "Account"), account),
        (translate("SignInDialog", "Password"), password),
    ]
    if not _accepted(_dialog(parent, title, rows)) or not account.text():
        return None
    return account.text().strip(), password.text()


def ask_key(parent: QWidget, profile: Any) -> tuple[str, str] | None:
    """A key of the profile: the first one."""
    secrets = profile.identity.secrets
    if not secrets:
        return None
    first = secrets[0]
    value = QgsPasswordLineEdit()
    note = escape(say(first.help))
    if first.link.startswith("https://"):
        note += f' <a href="{escape(first.link)}">{escape(first.link)}</a>'
    title = translate("SignInDialog", "Enter Key")
    if not _accepted(_dialog(parent, title, [(say(first.title), value)], note)):
        return None
    return (first.name, value.text()) if value.text().strip() else None


def ask_configuration(parent: QWidget) -> tuple[str] | None:
    """A configuration of QGIS's authentication manager."""
    select = QgsAuthConfigSelect(parent)
    title = translate("SignInDialog", "Use an Authentication Configuration")
    if not _accepted(_dialog(parent, title, [("", select)])):
        return None
    return (select.configId(),) if select.configId() else None
