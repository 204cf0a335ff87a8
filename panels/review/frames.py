"""From one coordinate reference system to another, whatever went wrong with it before."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject


def between(
    source: QgsCoordinateReferenceSystem, target: QgsCoordinateReferenceSystem
) -> QgsCoordinateTransform:
    """The transform of the project between two systems.

    QGIS keeps a transform that could not be made once, in whatever thread that was, and hands it
    out again: it then moves nothing and says nothing. Such a one is made anew.
    """
    made = QgsCoordinateTransform(source, target, QgsProject.instance())
    if made.isShortCircuited() and source.isValid() and target.isValid() and source != target:
        QgsCoordinateTransform.invalidateCache()
        made = QgsCoordinateTransform(source, target, QgsProject.instance())
    return made
