"""The subject itself: what is measured, judged and recorded.

Pure Python on NumPy, Shapely and GDAL. Nothing here knows QGIS or Qt, so that
the same code runs behind a panel, in ``qgis_process``, in a worker process or
on a cluster.
"""
