"""Our own icons, in the variant that can be seen on the current theme."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtGui import QGuiApplication, QIcon, QPalette

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "icons"


def is_dark() -> bool:
    """Whether the window is darker than its text."""
    if QGuiApplication.instance() is None:
        return False
    palette = QGuiApplication.palette()
    window = palette.color(QPalette.ColorRole.Window).lightness()
    return window < palette.color(QPalette.ColorRole.WindowText).lightness()


def path(name: str) -> str:
    """Path of the icon ``name``; its ``_dark`` variant on a dark theme where there is one."""
    dark = FOLDER / f"{name}_dark.svg"
    return str(dark if is_dark() and dark.exists() else FOLDER / f"{name}.svg")


def icon(name: str) -> QIcon:
    """The icon ``name`` for the current theme."""
    return QIcon(path(name))
