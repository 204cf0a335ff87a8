"""Terrain sweep and whole run, timed beside exactextract and QGIS on the same data."""
