"""Somebody's own genuine package as a place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import shapely
from osgeo import gdal, osr

from onemap_verify.checks.standard import Standard
from onemap_verify.checks.submission.open import open_submission
from onemap_verify.checks.table import Table
from onemap_verify.demo.grid import Grid
from onemap_verify.demo.layer import filled

from ..protocol import OwnData
from .place import Picture, Place, grade_shares

_NEEDED = ("BSM", "DLBM", "DLMC", "TBMJ", "KCDLBM", "KCXS", "KCMJ", "TBDLMJ", "GDLX", "GDPDJB",
           "GDDB", "ZZSXDM", "ZZSXMC", "ZLDWDM", "TBBH", "TBYBH", "SJNF")  # fmt: skip


class OwnDataError(ValueError):
    """Data that the benchmark cannot plant anything into; says why."""


def own_place(own: OwnData, work: Path, standard: Standard) -> Place:
    """A place from a package of the user's own, taken to be genuine.

    Raises
    ------
    OwnDataError
        When the package has no DLTB in a Gauss-Krüger zone in metres.
    """
    with open_submission(own.submission, standard) as submission:
        table = submission.layers.get("DLTB")
        if table is None or table.geometry is None:
            raise OwnDataError(f"{own.submission} has no DLTB layer")
        usable = table.usable & (shapely.get_type_id(table.geometry) == 3)
        shapes = table.geometry[usable]
        columns = _columns(table, usable)
    reference = osr.SpatialReference()
    reference.ImportFromWkt(table.wkt)
    meridian = reference.GetProjParm("central_meridian", float("nan"))
    east = reference.GetProjParm("false_easting", float("nan"))
    if not (reference.IsProjected() and np.isfinite(meridian) and np.isfinite(east)):
        raise OwnDataError(f"the DLTB of {own.submission} is not in a Gauss-Krüger zone")
    image = _picture(own.imagery, table.wkt, own.imagery_bands, own.imagery_date)
    previous = _picture(
        own.imagery_previous, table.wkt, own.imagery_bands, own.imagery_previous_date
    )
    grade = np.array([int(g) if str(g or "").isdigit() else 0 for g in columns["GDPDJB"]])
    shares = np.zeros((len(shapes), 6))
    dem = ""
    if own.dem:
        heights = _picture(own.dem, table.wkt, "", "")
        assert heights is not None
        dem = heights.write(work / "dem.tif", table.wkt)
        shares = grade_shares(
            shapes, heights.values[0].astype(float), heights.grid, standard.slope_limits
        )
    return Place(
        "own", table.wkt, meridian, east, shapes, columns["DLBM"].copy(), grade, shares, dem,
        image, previous, image.grid.cell if image else 5.0,
        f"{own.submission.name}, taken to be genuine as delivered",
        [], columns,
    )  # fmt: skip


def _columns(table: Table, rows: np.ndarray) -> dict[str, np.ndarray]:
    out: dict[str, np.ndarray] = {}
    for name, values in table.columns.items():
        column = values[rows].astype(object)
        missing = [v is None or (isinstance(v, float) and not np.isfinite(v)) for v in column]
        column[np.array(missing, dtype=bool)] = None
        out[name] = column
    for name in _NEEDED:
        out.setdefault(name, filled(int(rows.sum()), None))
    for name in ("TBMJ", "KCMJ", "TBDLMJ"):
        out[name] = np.array([0.0 if v is None else float(v) for v in out[name]], dtype=object)
    return out


def _picture(path: str, wkt: str, bands: str, taken: str) -> Picture | None:
    """A raster in the frame of the parcels, warped when it is in another."""
    if not path:
        return None
    source = gdal.Open(path)
    here, there = osr.SpatialReference(), osr.SpatialReference()
    here.ImportFromWkt(wkt)
    there.ImportFromWkt(source.GetProjection())
    _, step, turn, _, lean, down = source.GetGeoTransform()
    straight = turn == 0 and lean == 0 and down < 0 and abs(step + down) < 1e-6 * step
    if not (here.IsSame(there) and straight):
        source = gdal.Warp("", source, format="MEM", dstSRS=wkt, resampleAlg="bilinear")
        left, step, _, top, _, down = source.GetGeoTransform()
        if abs(step + down) > 1e-6 * step:
            source = gdal.Warp("", source, format="MEM", xRes=step, yRes=step)
    left, step, _, top, _, _ = source.GetGeoTransform()
    values = source.ReadAsArray()
    values = values if values.ndim == 3 else values[None]
    grid = Grid(left, top, step, source.RasterYSize, source.RasterXSize)
    if not bands:
        named = [source.GetRasterBand(n + 1).GetDescription() for n in range(len(values))]
        bands = ",".join(f"{name.lower()}={n + 1}" for n, name in enumerate(named) if name)
    return Picture(values, grid, bands, taken or date.today().isoformat())
