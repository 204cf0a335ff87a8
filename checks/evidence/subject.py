"""What a finding is about: its numbers, its place, its object and its parcel as delivered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from ..errors import ExplainedError
from ..findings import Text
from ..findings_read import places
from ..progress import SILENT, Progress
from .cells import in_units
from .rows import Box, LayerRows, Row, rows_of
from .sources import Sources

_PLACE_KEYS = ("geometry", "geom", "wkb", "where")
_NEAR = 0.5
"""Metres."""


@dataclass(frozen=True)
class Subject:
    """One finding with what it speaks of.

    Attributes
    ----------
    row
        The columns of the finding.
    numbers
        Its evidence, as written by the rule.
    where, wkt
        The place of the finding and the CRS of it.
    object
        The delivered object (``None``: no row of a layer, or not found).
    parcel
        The DLTB parcel concerned; the object itself where that is one.
    """

    row: Mapping[str, Any]
    numbers: Mapping[str, Any]
    where: shapely.Geometry | None
    wkt: str
    object: Row | None = None
    parcel: Row | None = None

    def text(self, name: str) -> str:
        """A column as text."""
        value = self.row.get(name)
        return "" if value is None else str(value)

    @property
    def id(self) -> str:
        """``finding_id``."""
        return self.text("finding_id")

    @property
    def tolerance(self) -> float:
        """The tolerance in the finding's unit; NaN for none."""
        return number_of(self.row.get("tolerance"))

    def number(self, name: str) -> float:
        """A number of the evidence; NaN where there is none of that name."""
        return number_of(self.numbers.get(name))

    @property
    def shape(self) -> shapely.Geometry | None:
        """The object's polygon, else the parcel's; ``None`` where neither can be measured."""
        for row in (self.object, self.parcel):
            if row is not None and polygonal(row.geometry):
                return row.geometry
        return None


def number_of(value: Any) -> float:
    """``value`` as a finite number, else NaN."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return float("nan")
    try:
        number = float(value)
    except ValueError:
        return float("nan")
    return number if np.isfinite(number) else float("nan")


def polygonal(shape: shapely.Geometry | None) -> bool:
    """Whether ``shape`` is a polygon that can be measured."""
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        return False
    return bool(np.isfinite(shapely.get_coordinates(shape)).all() and shape.is_valid)


def numbers_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence of a row; empty where it is no JSON object."""
    given = row.get("evidence")
    if isinstance(given, dict):
        return given
    try:
        found = json.loads(given) if isinstance(given, (str, bytes)) else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def place_of(row: Mapping[str, Any]) -> shapely.Geometry | None:
    """The place of a row: Shapely, WKB or a GeoPackage blob; ``None`` for anything else."""
    for key in _PLACE_KEYS:
        given = row.get(key)
        if isinstance(given, shapely.Geometry):
            return given
        if isinstance(given, (bytes, bytearray, memoryview)) and len(given):
            blob = bytes(given)
            if blob[:2] == b"GP":
                found = places([blob])[0]
            else:
                found = shapely.from_wkb(blob, on_invalid="ignore")
            if isinstance(found, shapely.Geometry):
                return found
    return None


def subject_of(
    row: Mapping[str, Any], sources: Sources, progress: Progress = SILENT
) -> tuple[Subject, list[Text]]:
    """The subject of a finding, and texts about what of it could not be found."""
    missing: list[Text] = []
    where = place_of(row)
    wkt = str(row.get("wkt") or "") or sources.wkt
    layer, identifier = str(row.get("layer") or ""), str(row.get("object_id") or "")
    bsm = str(row.get("parcel_bsm") or "")
    found: Row | None = None
    if _is_object(layer, identifier, bsm, where, sources):
        found = _looked_up(layer, identifier, where, sources, missing, progress)
    parcel = found if layer == "DLTB" else None
    if parcel is None and bsm and (layer, identifier) != ("DLTB", bsm):
        parcel = _looked_up("DLTB", bsm, where, sources, missing, progress)
    return Subject(row, numbers_of(row), where, wkt, found, parcel), missing


def _is_object(
    layer: str, identifier: str, bsm: str, where: shapely.Geometry | None, sources: Sources
) -> bool:
    """Whether a finding is about one row, not about a layer, a field or a group of rows."""
    if layer not in sources.standard.layers or not identifier:
        return False
    if layer == "DLTB":
        return identifier == bsm
    fields = sources.standard.fields_by_name.get(layer, {})
    return where is not None and identifier != layer and identifier not in fields


def _looked_up(
    layer: str,
    identifier: str,
    where: shapely.Geometry | None,
    sources: Sources,
    missing: list[Text],
    progress: Progress,
) -> Row | None:
    try:
        places_of_layer = sources.layers(layer, progress)
    except ExplainedError as error:
        missing.append(error.text)
        return None
    for rows in places_of_layer:
        found = find_row(rows, identifier, where, progress)
        if found is not None:
            return found
    missing.append(
        Text(
            f"成果的 {layer} 中已没有 {identifier}。",
            f"{layer} of the package has no {identifier} (any more).",
        )
    )
    return None


def find_row(
    rows: LayerRows,
    identifier: str,
    where: shapely.Geometry | None,
    progress: Progress = SILENT,
    anywhere: bool = True,
) -> Row | None:
    """The row of that identifier; of several the one nearest to ``where`` (CRS of the layer)."""
    table = rows.find(identifier, _box(where, rows.wkt), progress, anywhere)
    if table is None:
        return None
    found = rows_of(table, 100)
    if len(found) == 1 or where is None:
        return found[0]
    shapes = [row.geometry for row in found]
    with np.errstate(invalid="ignore"):
        away = shapely.distance(np.array(shapes, dtype=object), where)
    return found[int(np.argmin(np.where(np.isfinite(away), away, np.inf)))]


def _box(where: shapely.Geometry | None, wkt: str) -> Box | None:
    if where is None or where.is_empty or not np.isfinite(where.bounds).all():
        return None
    west, south, east, north = where.bounds
    room = in_units(_NEAR, wkt)
    return (west - room, south - room, east + room, north + room)
