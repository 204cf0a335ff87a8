"""What the checks need beyond what every QGIS ships, and how to get it."""

from __future__ import annotations

import importlib
import re

from .language import translate

SHAPELY = (2, 1)


def missing() -> str:
    """Return what is missing and how to install it, or an empty text when all is there."""
    try:
        # The first import of Shapely must be the one that keeps its GEOS apart.
        from .. import checks  # noqa: F401

        version = str(importlib.import_module("shapely").__version__)
    except Exception:  # a damaged installation raises more than ImportError
        version = ""
    if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) >= SHAPELY:
        return ""
    found = (
        translate("Requirements", "Shapely {version} is installed.").format(version=version)
        if version
        else translate("Requirements", "Shapely is not installed.")
    )
    needed = translate(
        "Requirements", "OneMap Verify needs the Python library Shapely 2.1 or newer."
    )
    how = translate(
        "Requirements",
        "On Windows open the OSGeo4W Shell that came with QGIS and run: {command} — on Linux and "
        "macOS run it with the Python of QGIS. Then restart QGIS.",
    ).format(command='python -m pip install "shapely>=2.1"')
    return f"{needed} {found}\n{how}"
