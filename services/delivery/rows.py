"""The parcels of a sealed package as rows of the staging layer.

Both sides use this: the client for delivery by features, the platform's intake for loading a
package. What a row *is* is thereby one thing, and its digest can be compared.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import shapely
from osgeo import osr

from ...checks.errors import ExplainedError
from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ...checks.seal import canonical
from ...checks.standard import Standard, load
from ...checks.submission.containers import unsafe_reason
from ...checks.submission.contents import look_through
from ...checks.submission.layers import read_layers
from ...checks.table import Table
from ...checks.vector import DRIVERS, VectorError, open_vector
from ...checks.vector.names import LayerNames

LAYER = "DLTB"
MORE = "more"
_KINDS = {"int": "integer", "float": "real", "double": "real"}
_LARGEST_INTEGER = 2**31 - 1
_BESIDE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_EXTRACTED_MOST = 64 << 30
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class NoParcels(ExplainedError):
    """There are no parcels in the package that could be delivered."""


@dataclass(frozen=True)
class Parcels:
    """Parcels by column of the staging layer.

    Attributes
    ----------
    columns
        By column (lower case), one value per row: ``None``, text, float or int, as the column
        holds it. ``more`` is JSON of whatever fits no column.
    geometry
        Shapely multipolygons (or what else was delivered), ``None`` where there is none.
    srid
        EPSG code of the CRS.
    """

    columns: Mapping[str, list[Any]]
    geometry: np.ndarray[Any, Any]
    srid: int

    def __len__(self) -> int:
        return len(self.geometry)

    def row(self, number: int) -> dict[str, Any]:
        """The values of one row that are not null."""
        return {
            name: values[number]
            for name, values in self.columns.items()
            if values[number] is not None
        }

    def digest(self, progress: Progress = SILENT) -> str:
        """SHA-256 over all rows, see :func:`rows_digest`."""
        shapes = shapely.to_wkb(self.geometry, output_dimension=2, byte_order=1, hex=True)

        def rows() -> Iterator[tuple[int, dict[str, Any], str | None]]:
            for number, shape in enumerate(shapes):
                if number % 1000 == 0:
                    progress.check()
                yield number, self.row(number), shape

        return rows_digest(rows())


def rows_digest(rows: Iterator[tuple[int, Mapping[str, Any], str | None]]) -> str:
    """SHA-256 over rows in the order of their numbers.

    Each row counts as the canonical JSON of number, values that are not null, and the geometry
    as little-endian 2D WKB in upper-case hex (``None`` where missing), ended by a line feed.
    """
    digest = hashlib.sha256()
    for number, values, shape in rows:
        digest.update(canonical([number, values, shape.upper() if shape else None]))
        digest.update(b"\n")
    return digest.hexdigest()


@lru_cache(maxsize=4)
def staging_columns(standard: Standard | None = None) -> dict[str, str]:
    """Columns of the staging layer and their kinds (``text``, ``real``, ``integer``)."""
    fields = (standard or load()).fields[LAYER]
    out = {each.name.lower(): _KINDS.get(each.type.lower(), "text") for each in fields}
    out[MORE] = "text"
    return out


def read_parcels(package: Path, progress: Progress = SILENT) -> Parcels:
    """Read the parcels of a sealed package whose seal was found intact.

    Raises
    ------
    NoParcels
        When there is no layer of parcels, or its CRS has no EPSG code.
    OSError
        When it cannot be unpacked.
    """
    with _unpacked(package, progress.part(0.0, 0.3)) as folder:
        table = _table(folder, progress.part(0.3, 0.9))
        if table is None or not len(table) or table.geometry is None:
            raise NoParcels(
                Text("成果包内没有地类图斑层（DLTB）", "There are no parcels (DLTB) in the package")
            )
        return _as_rows(table)


def _as_rows(table: Table) -> Parcels:
    srid = _srid(table.wkt)
    if not srid:
        raise NoParcels(
            Text("图斑层没有可识别的坐标系", "The parcels have no coordinate system that is known")
        )
    known = staging_columns()
    count = len(table)
    columns: dict[str, list[Any]] = {name: [None] * count for name in known}
    more: list[dict[str, Any]] = [{} for _ in range(count)]
    for name, values in table.columns.items():
        column = name.lower()
        kind = known.get(column, "") if column != MORE else ""
        for row, value in enumerate(_plain(values)):
            if value is None:
                continue
            fit = _fitting(value, kind) if kind else None
            if fit is None:
                more[row][name] = value
            else:
                columns[column][row] = fit
    columns[MORE] = [
        json.dumps(each, ensure_ascii=True, sort_keys=True) if each else None for each in more
    ]
    assert table.geometry is not None
    return Parcels(columns, _multi(table.geometry), srid)


def _plain(values: np.ndarray[Any, Any]) -> list[Any]:
    """Python values, ``None`` for null; a whole number stays one whatever held it."""
    if values.dtype.kind == "f":
        return [None if math.isnan(value) else value for value in values.tolist()]
    return [
        None
        if value is None or (isinstance(value, float) and math.isnan(value))
        else value.hex()
        if isinstance(value, (bytes, bytearray))
        else value
        if isinstance(value, (str, int, float))
        else str(value)
        for value in values.tolist()
    ]


def _fitting(value: Any, kind: str) -> Any:
    """``value`` as a column of that kind holds it, ``None`` when it cannot, exactly."""
    if kind == "text":
        # XML has no place for control characters, PostgreSQL none for NUL and half characters.
        return value if isinstance(value, str) and not _NO_TEXT.search(value) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not math.isfinite(value):
        return None
    if kind == "real":
        return float(value) if float(value) == value else None
    return int(value) if int(value) == value and abs(value) <= _LARGEST_INTEGER else None


def _multi(geometry: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Polygons as multipolygons of one, so that all rows are of one type."""
    out = geometry.copy()
    single = np.flatnonzero(shapely.get_type_id(out) == shapely.GeometryType.POLYGON)
    if len(single):
        out[single] = shapely.multipolygons(out[single], indices=np.arange(len(single)))
    return out


def _srid(wkt: str) -> int:
    if not wkt:
        return 0
    reference = osr.SpatialReference()
    try:
        if reference.ImportFromWkt(wkt) != 0:
            return 0
        code = reference.GetAuthorityCode(None)
        if code is None and reference.AutoIdentifyEPSG() == 0:
            code = reference.GetAuthorityCode(None)
        if code is None:
            matches = reference.FindMatches()
            sure = [match for match, confidence in matches or [] if confidence >= 90]
            code = sure[0].GetAuthorityCode(None) if sure else None
    except RuntimeError:
        return 0
    return int(code) if code and str(code).isdigit() else 0


@contextmanager
def _unpacked(package: Path, progress: Progress) -> Iterator[Path]:
    """The vector files of a package, and nothing else of it, in a folder for a while."""
    folder = Path(tempfile.mkdtemp(prefix="onemap-"))
    try:
        _extract(package, folder, progress)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _extract(package: Path, folder: Path, progress: Progress, depth: int = 1) -> None:
    with zipfile.ZipFile(package) as opened:
        members = [each for each in opened.infolist() if _is_vector(each.filename)]
        if not members and depth:
            members = [each for each in opened.infolist() if each.filename.lower().endswith(".zip")]
        if sum(member.file_size for member in members) > _EXTRACTED_MOST:
            raise NoParcels(Text("成果包解压后过大", "The package unpacks to too much"))
        inner = []
        for member in members:
            progress.check()
            target = folder.joinpath(*PurePosixPath(member.filename).parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with opened.open(member) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
            if target.suffix.lower() == ".zip":
                inner.append(target)
    for path in inner:
        _extract(path, path.with_suffix(""), progress, depth - 1)


def _is_vector(name: str) -> bool:
    parts = PurePosixPath(name).parts
    if not parts or name.endswith("/") or parts[0] == "verification" or unsafe_reason(name):
        return False
    suffix = PurePosixPath(name).suffix.lower()
    inside = any(part.lower().endswith(".gdb") for part in parts[:-1])
    return inside or suffix in DRIVERS or suffix in _BESIDE


def _table(folder: Path, progress: Progress) -> Table | None:
    standard = load()
    contents = look_through(folder)
    resolver = LayerNames(standard)
    found: list[Table] = []
    for path in contents.sources:
        name = contents.names[path]
        try:
            with open_vector(path, progress=progress) as source:
                layers = source.layer_names
                for layer in layers:
                    known = resolver.resolve(layer)
                    if not known and len(layers) == 1:
                        known = resolver.resolve(PurePosixPath(name).stem)
                    if known == LAYER:
                        found.append(source.read(layer, LAYER, standard, name, progress))
        except VectorError:
            # What cannot be read was a finding of the verification.
            continue
    if len(found) > 1:
        # Parts of a county, or copies: the same decision as when it was verified.
        return read_layers(contents.sources, contents.names, standard).tables.get(LAYER)
    return found[0] if found else None
