"""Asking for files and folders."""

from __future__ import annotations

from qgis.PyQt.QtWidgets import QFileDialog, QWidget

from ...processing_provider.language import translate


def ask_profile(parent: QWidget) -> str:
    """A site profile; empty when nothing was chosen."""
    name, _ = QFileDialog.getOpenFileName(
        parent,
        translate("OneMapDock", "Use a Site Profile"),
        "",
        translate("OneMapDock", "Site profiles") + " (*.json)",
    )
    return name


def ask_packages(parent: QWidget) -> list[str]:
    """Sealed packages."""
    names, _ = QFileDialog.getOpenFileNames(
        parent,
        translate("OneMapDock", "Deliver Sealed Packages"),
        "",
        translate("OneMapDock", "Sealed packages") + " (*.zip)",
    )
    return list(names)


def ask_receipt(parent: QWidget, package_id: str) -> str:
    """Where a receipt is to be saved; empty when nowhere."""
    name, _ = QFileDialog.getSaveFileName(
        parent,
        translate("OneMapDock", "Save Receipt"),
        f"{package_id}.receipt.json",
        translate("OneMapDock", "Receipts") + " (*.json)",
    )
    return name


def ask_folder(parent: QWidget) -> str:
    """Where layers are to be saved; empty when nowhere."""
    return QFileDialog.getExistingDirectory(
        parent, translate("OneMapDock", "Save for Work Without Network")
    )


def ask_audit(parent: QWidget) -> str:
    """Where the audit log is to be saved; empty when nowhere."""
    name, _ = QFileDialog.getSaveFileName(
        parent,
        translate("AuditLog", "Save Audit Log"),
        "audit_log.csv",
        translate("AuditLog", "Audit logs") + " (*.csv *.json)",
    )
    return name
