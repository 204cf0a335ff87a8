"""What the checks need beyond what every QGIS ships, and how to get it."""

from __future__ import annotations

import importlib
import re

from .language import translate

SHAPELY = (2, 0)


def missing() -> str:
    """Return what is missing and how to install it, or an empty text when all is there."""
    try:
        # The checks load Shapely in a way of their own, which has to come first.
        importlib.import_module("..checks", __package__)
        version = str(importlib.import_module("shapely").__version__)
    except Exception:  # a damaged installation raises more than ImportError
        version = ""
    if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) >= SHAPELY:
        if not is_mixed():
            return ""
        return translate(
            "Requirements",
            "Another plugin has loaded Shapely together with the geometry library of QGIS, and "
            "its results would be wrong. Disable that plugin, or let OneMap Verify run first, and "
            "restart QGIS.",
        )
    found = (
        translate("Requirements", "Shapely {version} is installed.").format(version=version)
        if version
        else translate("Requirements", "Shapely is not installed.")
    )
    needed = translate(
        "Requirements", "OneMap Verify needs the Python library Shapely 2.0 or newer."
    )
    how = translate(
        "Requirements",
        "On Windows open the OSGeo4W Shell that came with QGIS and run: {command} — on Linux and "
        "macOS run it with the Python of QGIS. Then restart QGIS.",
    ).format(command='python -m pip install "shapely>=2.0"')
    return f"{needed} {found}\n{how}"


def is_mixed() -> bool:
    """Whether something loaded Shapely before us in such a way that it cannot be trusted.

    On Linux a plain import within QGIS mixes Shapely's own GEOS with the one QGIS is linked to:
    then a plain point has an M value, and the coverage functions crash.
    """
    import shapely

    try:
        plain = shapely.Point(0.0, 0.0)
        has_m = getattr(shapely, "has_m", None)  # Shapely 2.0 knows no M
        return bool(has_m and has_m(plain)) or shapely.from_wkb(shapely.to_wkb(plain)) != plain
    except Exception:  # what a mixture of two libraries raises is anybody's guess
        return True
