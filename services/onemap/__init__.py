"""The one map: its layers shown in QGIS, and extracts of them for work without network."""
