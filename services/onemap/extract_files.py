"""Files and tables of PostGIS as extracts: cut to the extent by GDAL, personal columns left out."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from osgeo import gdal

from ...checks.findings import Text
from ...checks.progress import SILENT, Cancelled, Progress
from ...checks.raster import Raster, RasterError
from ..errors import BadAnswer, NotReachable
from ..site_profile import LayerSource
from . import frames
from .coverage import CellGrid
from .extract_features import layer_name
from .extract_raster import HALO
from .extract_source import (
    Extract,
    Journal,
    fingerprint,
    gdal_speaks,
    not_written,
    output_error,
    put_in_place,
    source_facts,
)
from .withheld import kept, leaves_out


def copy_vector(
    layer: LayerSource,
    path: str,
    target: Path,
    box: frames.Box | None = None,
    box_crs: str = frames.DEGREES,
    progress: Progress = SILENT,
) -> Extract:
    """Copy a layer of a file, or a table (``postgresql://…``), that touches ``box``.

    Raises
    ------
    BadAnswer
        When it cannot be read, or not all of it could be copied.
    OutputError
        When the copy cannot be written.
    """
    _make_folder(target)
    with gdal_speaks() as messages:
        dataset = _open_vector(layer, path, messages)
        source = dataset.GetLayerByName(layer.layer) if layer.layer else dataset.GetLayer(0)
        if source is None:
            raise _unreadable(layer, messages or ["layer not found"])
        definition = source.GetLayerDefn()
        columns = [definition.GetFieldDefn(i).GetName() for i in range(definition.GetFieldCount())]
        crs = source.GetSpatialRef()
        wkt = crs.ExportToWkt() if crs is not None else frames.wkt(layer.crs or "")
        own = frames.carried(box, box_crs, wkt) if box else None
        if own is not None:
            source.SetSpatialFilterRect(*own)
        told = int(source.GetFeatureCount())
        names = kept(layer, columns)
        name = layer_name(layer)
        journal = Journal(target, fingerprint(layer, columns=names, box=own, total=told))
        # One copy is one transaction: what is unfinished is no use.
        journal.discard()
        options = ["-f", "GPKG", "-nln", name, "-select", ",".join(names), "-nlt",
                   "PROMOTE_TO_MULTI", "-nlt", "CONVERT_TO_LINEAR", "-gt", "unlimited",
                   "-lco", "FID=onemap_fid", "-lco", "GEOMETRY_NAME=geom"]  # fmt: skip
        if own is not None:
            options += ["-spat", *(repr(value) for value in own)]
        source.SetSpatialFilter(None)
        done = _translated(str(journal.part), dataset, [*options, source.GetName()], progress)
        progress.check()
        written = done.GetLayerByName(name) if done is not None else None
        count = int(written.GetFeatureCount()) if written is not None else -1
        facts = source_facts(
            layer, frames.code(wkt) or (crs.GetName() if crs else ""), own, count=count, told=told,
            columns=names, withheld=leaves_out(layer, columns),
        )  # fmt: skip
        del written, done, source, dataset
    if count < 0 or (count == told and messages):
        journal.discard()
        raise output_error(target, not_written(target, messages))
    if count != told:
        journal.discard()
        raise _unreadable(layer, messages or [f"{count} / {told}"])
    return Extract(layer, target, name, count, _placed(journal, target, facts, progress))


def _make_folder(target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(target, error) from error


def _placed(
    journal: Journal, target: Path, facts: dict[str, Any], progress: Progress
) -> dict[str, Any]:
    try:
        return put_in_place(journal, target, facts, progress)
    except OSError as error:
        with suppress(OSError):
            journal.discard()
        raise output_error(target, error) from error


def _translated(
    target: str, source: gdal.Dataset, options: list[str], progress: Progress
) -> gdal.Dataset | None:
    try:
        return gdal.VectorTranslate(
            target, source,
            options=gdal.VectorTranslateOptions(options=options, callback=_callback(progress)),
        )  # fmt: skip
    except RuntimeError:
        return None


def _callback(progress: Progress) -> Callable[..., int]:
    def told(fraction: float, _: str, __: Any) -> int:
        try:
            progress.at(fraction)
        except Cancelled:
            return 0
        return 1

    return told


def _open_vector(layer: LayerSource, path: str, messages: list[str]) -> gdal.Dataset:
    where, drivers = path, None
    if layer.kind == "postgis":
        where, drivers = postgres(layer), ["PostgreSQL"]
    elif path.startswith(("/vsi", "http:", "https:", "ftp:")) or ":" in path[2:]:
        # A profile may name files, not the network by GDAL's own ways: no guard stands there.
        raise _unreadable(layer, ["not a file"])
    try:
        options: dict[str, Any] = {"allowed_drivers": drivers} if drivers else {}
        dataset = gdal.OpenEx(where, gdal.OF_VECTOR | gdal.OF_READONLY, **options)
    except RuntimeError as error:
        messages.append(str(error))
        dataset = None
    if dataset is None:
        if layer.kind == "postgis":
            raise _no_database(layer)
        raise _unreadable(layer, messages)
    return dataset


def postgres(layer: LayerSource) -> str:
    """Connection of a table for GDAL; the password comes from libpq's own file or service.

    ``options.columns`` are not needed here: the query names the columns that may be read.
    """
    parts = urlsplit(layer.url)
    options = layer.options
    words = {
        "host": parts.hostname, "port": parts.port, "dbname": unquote(parts.path.lstrip("/")),
        "user": unquote(parts.username or ""), "service": options.get("service"),
        "passfile": options.get("passfile") or os.environ.get("PGPASSFILE"),
    }  # fmt: skip
    quoted = " ".join(
        "{}='{}'".format(name, str(value).replace("\\", "\\\\").replace("'", "\\'"))
        for name, value in words.items()
        if value
    )
    table = f" tables='{layer.layer}'" if layer.layer else ""
    return f"PG:{quoted}{table}"


def copy_raster(
    layer: LayerSource,
    path: str,
    target: Path,
    box: frames.Box | None = None,
    box_crs: str = frames.DEGREES,
    progress: Progress = SILENT,
) -> Extract:
    """Copy the part of a raster file that ``box`` touches, cells as they are.

    Raises
    ------
    BadAnswer
        When it cannot be read or does not cover the extent.
    """
    try:
        grid = Raster(path).grid
    except RasterError as error:
        raise BadAnswer(error.text) from error
    cells = CellGrid(
        grid.wkt, min(grid.bounds[0], grid.bounds[2]), max(grid.bounds[1], grid.bounds[3]),
        abs(grid.step_x), abs(grid.step_y), grid.width, grid.height,
    )  # fmt: skip
    options = ["-co", "TILED=YES", "-co", "COMPRESS=DEFLATE", "-co", "BIGTIFF=IF_SAFER"]
    if box is not None:
        own = frames.carried(box, box_crs, grid.wkt)
        window = cells.window(own, HALO) if own else None
        if window is None:
            raise BadAnswer(
                Text(
                    zh=f"“{layer.title.zh}”不覆盖所选范围",
                    en=f"“{layer.title.en}” does not cover the extent",
                )
            )
        corner = (window.column, window.row, window.columns, window.rows)
        options += ["-srcwin", *map(str, corner)]
        cells = cells.part(window)
    _make_folder(target)
    journal = Journal(target, fingerprint(layer, grid=repr(cells)))
    journal.discard()
    with gdal_speaks() as messages:
        try:
            done = gdal.Translate(
                str(journal.part), path,
                options=gdal.TranslateOptions(options=options, callback=_callback(progress)),
            )  # fmt: skip
        except RuntimeError as error:
            messages.append(str(error))
            done = None
        worked = done is not None
        del done
    progress.check()
    if not worked or messages:
        journal.discard()
        raise output_error(target, not_written(target, messages))
    facts = source_facts(
        layer, frames.code(layer.crs), cells.box, count=cells.columns * cells.rows,
        cell=[cells.step_x, cells.step_y], size=[cells.columns, cells.rows],
    )  # fmt: skip
    return Extract(
        layer, target, "", cells.columns * cells.rows, _placed(journal, target, facts, progress)
    )


def _unreadable(layer: LayerSource, messages: list[str]) -> BadAnswer:
    reason = " ".join((messages[-1] if messages else "?").split())[:200]
    return BadAnswer(
        Text(
            zh=f"图层“{layer.title.zh}”无法读取：{reason}",
            en=f"Layer “{layer.title.en}” cannot be read: {reason}",
        )
    )


def _no_database(layer: LayerSource) -> NotReachable:
    """The database's own words can hold the connection, so they are not repeated."""
    return NotReachable(
        Text(
            zh=f"图层“{layer.title.zh}”的数据库无法连接或没有此表",
            en=f"The database of “{layer.title.en}” cannot be reached, or has no such table",
        )
    )
