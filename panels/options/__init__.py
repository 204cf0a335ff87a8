"""Our page in QGIS's options."""
