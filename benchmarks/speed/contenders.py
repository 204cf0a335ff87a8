"""What is timed: each contender does its work in a process of its own.

``python -m onemap_verify.benchmarks.speed.contenders <name> <folder>`` runs one
and prints a JSON object. Times are of the work alone, without starting Python
and importing libraries; memory is the peak of the whole process.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

LIMITS = (2.0, 6.0, 15.0, 25.0)
"""Degrees: five slope grades, as the land survey has them."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

DEM, PARCELS, SLOPE, GRADES = "dem.tif", "parcels.gpkg", "slope.tif", "grades.tif"


def run_ours(folder: Path) -> dict[str, Any]:
    """Read the parcels and sweep the terrain: everything in one go."""
    from osgeo import gdal

    from onemap_verify.checks.measures.sweep import measure_terrain

    began = time.perf_counter()
    source = gdal.OpenEx(str(folder / PARCELS), gdal.OF_VECTOR)
    layer = source.GetLayer(0)
    wkt = layer.GetSpatialRef().ExportToWkt()
    geometries = read_geometries(layer)
    read = time.perf_counter()
    found = measure_terrain(geometries, wkt, str(folder / DEM), LIMITS)
    done = time.perf_counter()
    np.savez(folder / "ours.npz", mean=found.slope_mean, share=found.grade_share)
    return {"seconds": done - began, "read_seconds": read - began, "parcels": len(found)}


def read_geometries(layer: Any) -> Any:
    """Geometries of an OGR layer as a Shapely array, through Arrow where there is Arrow."""
    import shapely

    if hasattr(layer, "GetArrowStreamAsNumPy"):
        name = layer.GetGeometryColumn() or "wkb_geometry"
        stream = layer.GetArrowStreamAsNumPy(["INCLUDE_FID=NO"])
        return np.concatenate([shapely.from_wkb(batch[name]) for batch in stream])
    return shapely.from_wkb([bytes(f.GetGeometryRef().ExportToWkb()) for f in layer])


def run_slope(folder: Path) -> dict[str, Any]:
    """``gdaldem slope``, and the slope cut into grades: what the peers start from."""
    from osgeo import gdal

    began = time.perf_counter()
    options = ["TILED=YES"]
    gdal.DEMProcessing(
        str(folder / SLOPE), str(folder / DEM), "slope", creationOptions=options
    ).FlushCache()
    slope_done = time.perf_counter()
    source = gdal.Open(str(folder / SLOPE))
    target = gdal.GetDriverByName("GTiff").Create(
        str(folder / GRADES), source.RasterXSize, source.RasterYSize, 1, gdal.GDT_Byte, options
    )
    target.SetGeoTransform(source.GetGeoTransform())
    target.SetProjection(source.GetProjection())
    target.GetRasterBand(1).SetNoDataValue(0)
    for row in range(0, source.RasterYSize, 256):
        rows = min(256, source.RasterYSize - row)
        slope = source.ReadAsArray(0, row, source.RasterXSize, rows)
        grade = (np.digitize(slope, LIMITS, right=True) + 1).astype(np.uint8)
        grade[slope < 0] = 0
        target.GetRasterBand(1).WriteArray(grade, 0, row)
    target.FlushCache()
    done = time.perf_counter()
    return {"seconds": slope_done - began, "grades_seconds": done - slope_done}


def run_exactextract(folder: Path) -> dict[str, Any]:
    """Mean, deviation, quantiles and count of slope, by exact fractions of cells."""
    import exactextract

    operations = ["count", "mean", "stdev", *(f"quantile(q={q})" for q in QUANTILES)]
    began = time.perf_counter()
    found = exactextract.exact_extract(
        str(folder / SLOPE), str(folder / PARCELS), operations, include_cols=["row"]
    )
    done = time.perf_counter()
    mean = np.full(len(found), np.nan)
    for feature in found:
        properties = feature["properties"]
        mean[properties["row"]] = properties["mean"]
    np.savez(folder / "exactextract.npz", mean=mean)
    return {
        "seconds": done - began,
        "parcels": len(found),
        "version": exactextract.__version__,
    }


def run_exactextract_grades(folder: Path) -> dict[str, Any]:
    """The share of each slope grade, by exact fractions of cells."""
    import exactextract

    began = time.perf_counter()
    found = exactextract.exact_extract(
        str(folder / GRADES), str(folder / PARCELS), ["unique", "frac"], include_cols=["row"]
    )
    done = time.perf_counter()
    share = np.zeros((len(found), len(LIMITS) + 1))
    for feature in found:
        properties = feature["properties"]
        share[properties["row"], np.asarray(properties["unique"], dtype=int) - 1] = properties[
            "frac"
        ]
    np.savez(folder / "exactextract_grades.npz", share=share)
    return {"seconds": done - began, "parcels": len(found)}


def run_qgis(folder: Path) -> dict[str, Any]:
    """``native:zonalstatisticsfb``: count, sum, mean, median, deviation, least, greatest."""
    return _processing(
        "native:zonalstatisticsfb",
        {
            "INPUT": f"{folder / PARCELS}|layername=parcels",
            "INPUT_RASTER": str(folder / SLOPE),
            "COLUMN_PREFIX": "_",
            "STATISTICS": [0, 1, 2, 3, 4, 5, 6],
        },
    )


def run_qgis_grades(folder: Path) -> dict[str, Any]:
    """``native:zonalhistogram``: how many cell centres of each slope grade."""
    return _processing(
        "native:zonalhistogram",
        {
            "INPUT_VECTOR": f"{folder / PARCELS}|layername=parcels",
            "INPUT_RASTER": str(folder / GRADES),
            "COLUMN_PREFIX": "G",
        },
    )


def _processing(algorithm: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Run one of QGIS's own algorithms on band 1, into memory."""
    from qgis.core import Qgis, QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    for plugins in (
        Path(application.pkgDataPath()) / "python" / "plugins",
        Path("/usr/share/qgis/python/plugins"),
    ):
        if plugins.is_dir():
            sys.path.append(str(plugins))
    import processing
    from processing.core.Processing import Processing

    Processing.initialize()
    began = time.perf_counter()
    result = processing.run(
        algorithm, {**parameters, "RASTER_BAND": 1, "OUTPUT": "TEMPORARY_OUTPUT"}
    )
    done = time.perf_counter()
    return {
        "seconds": done - began,
        "parcels": result["OUTPUT"].featureCount(),
        "version": Qgis.version(),
    }


CONTENDERS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "ours": run_ours,
    "slope": run_slope,
    "exactextract": run_exactextract,
    "exactextract_grades": run_exactextract_grades,
    "qgis": run_qgis,
    "qgis_grades": run_qgis_grades,
}


def peak_memory() -> int:
    """Peak resident memory of this process in bytes."""
    try:
        # Linux: unlike getrusage, does not count what the parent had before exec.
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main(arguments: list[str]) -> int:
    """Run one contender and print what it took."""
    name, folder = arguments
    began = time.process_time()
    out = CONTENDERS[name](Path(folder))
    out["processor_seconds"] = time.process_time() - began
    out["peak_bytes"] = peak_memory()
    sys.stdout.write(json.dumps(out) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
