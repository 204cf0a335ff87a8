"""The subject itself: what is measured, judged and recorded.

Pure Python on NumPy, Shapely and GDAL. Nothing here knows QGIS or Qt, so that
the same code runs behind a panel, in ``qgis_process``, in a worker process or
on a cluster.
"""

from __future__ import annotations

import os
import sys


def _keep_geos_apart() -> None:
    """Load Shapely bound to the GEOS it brings, not to the one of the program.

    The QGIS programs are linked with the system's GEOS, whose C functions
    stand before those of Shapely's own, newer GEOS in the search order of the
    dynamic linker. Shapely would then call one library with objects of the
    other: wrong dimensions at best. Binding deeply puts its own first.
    """
    deep = getattr(os, "RTLD_DEEPBIND", 0)
    if not deep or "shapely" in sys.modules:
        return
    usual = sys.getdlopenflags()
    try:
        import numpy  # noqa: F401  (not to be bound so)

        sys.setdlopenflags(usual | deep)
        import shapely  # noqa: F401
    except ImportError:
        # What is missing is told, with the way to get it, by who needs it.
        return
    finally:
        sys.setdlopenflags(usual)


_keep_geos_apart()
