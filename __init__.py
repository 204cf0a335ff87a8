"""OneMap Verify 一张图核验: a QGIS plugin that checks whether survey packages are true.

Nothing is imported here, so that ``checks`` can be used without QGIS.
"""

from __future__ import annotations

from typing import Any


def classFactory(iface: Any) -> Any:
    """Return the plugin; called by QGIS."""
    from .plugin import OneMapPlugin

    return OneMapPlugin(iface)
