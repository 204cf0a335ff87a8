"""The topology of every polygon and boundary layer of a submission, on demand.

Each fact is computed once, when a rule first asks for it, in metres; what is
to be shown on the map comes back in the coordinates of the layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from ..findings import Text
from ..progress import SILENT, Progress
from ..reproject import same_crs
from ..standard import Standard
from ..table import BoolArray, FloatArray, GeometryArray, IntArray, Table
from .coverage_fit import Fit, fit
from .coverage_lines import Ends, Stretches, drawn_twice, loose_ends, off_boundary, usable_lines
from .coverage_within import Outside, homes, outside
from .shape import (
    Soundness,
    areas,
    duplicates,
    narrower_than,
    only,
    perimeters,
    soundness,
    width_of,
)
from .shape_vertices import Rings, rings

_METRES_PER_DEGREE = 6_371_000.0 * np.pi / 180.0
_POLE = 90.0
# Degrees that mean a place in China; small metric coordinates are no degrees.
_CHINA = (70.0, 0.0, 140.0, 56.0)

NO_LAYER = Text("成果中没有该图层", "The layer was not delivered")
OTHER_CRS = Text(
    "两图层坐标系不同，不能叠置", "The two layers are in different CRS: not laid together"
)
NO_GEOMETRY = Text("图层没有图形", "The layer has no geometry")
APART = Text(
    "两图层范围互不相交，坐标框架可能不一致",
    "The two layers lie apart; they may be in different frames",
)


@dataclass(frozen=True)
class Plane:
    """From stored coordinates to metres and back: nothing to do unless in degrees.

    Degrees are stretched to metres at the middle latitude, which keeps
    neighbourhood exactly and lengths to about a tenth of a percent in a county.
    """

    east: float = 1.0
    north: float = 1.0

    def metres(self, geometries: GeometryArray) -> GeometryArray:
        """The same geometries in metres."""
        return self._scaled(geometries, np.array([self.east, self.north]))

    def back(self, geometries: GeometryArray) -> GeometryArray:
        """Geometries in metres as the layer stores them."""
        return self._scaled(geometries, 1.0 / np.array([self.east, self.north]))

    def _scaled(self, geometries: GeometryArray, by: FloatArray) -> GeometryArray:
        if self.east == self.north == 1.0:
            return geometries
        return np.asarray(shapely.transform(geometries, lambda xy: xy * by), dtype=object)


def in_degrees(table: Table) -> bool:
    """Whether a layer stores degrees: by its CRS, or without one by its numbers."""
    if table.wkt:
        return table.wkt.lstrip().upper().startswith("GEOG")
    box, china = _extent(table.geometry), np.array(_CHINA)
    return bool((box[:2] >= china[:2]).all() and (box[2:] <= china[2:]).all())


def _extent(geometry: GeometryArray | None) -> FloatArray:
    """West, south, east, north of a layer but for its wildest objects; NaN if empty."""
    if geometry is None or not len(geometry):
        return np.full(4, np.nan)
    box = shapely.bounds(geometry).reshape(-1, 4)
    box = box[np.isfinite(box).all(axis=1)]
    if not len(box):
        return np.full(4, np.nan)
    # A single object at the end of the world must not move the whole layer there.
    west, south = np.percentile(box[:, :2], 1, axis=0)
    east, north = np.percentile(box[:, 2:], 99, axis=0)
    return np.array([west, south, east, north])


@dataclass(frozen=True)
class LayerShape:
    """One polygon layer, each polygon by itself, in metres.

    Attributes
    ----------
    table, plane
        The layer, and how to come back to its coordinates.
    sound
        Validity of every polygon as delivered.
    copy_of
        Row of an earlier polygon with the same rings, else ``-1``.
    polygons
        What stands in a coverage: sound or harmlessly repaired, no copies.
    """

    table: Table
    plane: Plane
    sound: Soundness
    copy_of: IntArray
    polygons: GeometryArray

    @cached_property
    def area(self) -> FloatArray:
        """Plane area in m², NaN where the polygon cannot be measured."""
        return areas(self.polygons)

    @cached_property
    def perimeter(self) -> FloatArray:
        """Length of all rings in m, NaN where the polygon cannot be measured."""
        return perimeters(self.polygons)

    @cached_property
    def width(self) -> FloatArray:
        """Width in m of the rectangle with this area and perimeter."""
        return width_of(self.area, self.perimeter)

    @cached_property
    def rings(self) -> Rings:
        """Rings of the polygons that can be measured."""
        return rings(self.polygons)

    def shown(self, geometries: GeometryArray) -> GeometryArray:
        """Geometries in metres in the coordinates of the layer."""
        return self.plane.back(geometries)

    def narrower_than(self, width: float) -> BoolArray:
        """Polygons of which nothing is left when ``width`` / 2 is taken off all round."""
        return narrower_than(self.polygons, width)


class CoverageMeasure:
    """Topology of the layers of one submission; see :func:`measure_coverage`."""

    def __init__(
        self, layers: dict[str, Table], standard: Standard, progress: Progress = SILENT
    ) -> None:
        self._layers = layers
        self._check: Callable[[], None] = progress.check
        about = standard.data("topology.json")
        self.tolerance = float(about["xy_tolerance_m"]["value"])
        self.min_area = float(about["min_area_m2"]["value"])
        self._frames: dict[str, list[str]] = about["frames"]["value"]
        self._known: dict[tuple[Any, ...], Any] = {}

    @cached_property
    def _degrees(self) -> Plane:
        """One stretch for all layers in degrees, so that they still fit together."""
        boxes = [_extent(t.geometry) for t in self._layers.values() if in_degrees(t)]
        middle = np.nanmedian([(box[1] + box[3]) / 2 for box in boxes])
        if abs(middle) > _POLE:
            # Latitudes stand where longitudes belong, which the rules of frames tell.
            across = np.nanmedian([(box[0] + box[2]) / 2 for box in boxes])
            return Plane(_METRES_PER_DEGREE, _METRES_PER_DEGREE * float(np.cos(np.radians(across))))
        narrowing = np.cos(np.radians(np.clip(np.nan_to_num(middle), -89.0, 89.0)))
        return Plane(_METRES_PER_DEGREE * float(narrowing), _METRES_PER_DEGREE)

    def plane(self, table: Table) -> Plane:
        """How the coordinates of ``table`` become metres."""
        return self._degrees if in_degrees(table) else Plane()

    def shape(self, layer: str) -> LayerShape | None:
        """The polygons of ``layer`` one by one, ``None`` without layer or geometry."""
        return self._once(("shape", layer), lambda: self._shape(layer))

    def _shape(self, layer: str) -> LayerShape | None:
        table = self._layers.get(layer)
        if table is None or table.geometry is None:
            return None
        plane = self.plane(table)
        sound = soundness(plane.metres(table.geometry))
        self._check()
        copy_of = duplicates(table.geometry)
        polygons = only(sound.geometry, copy_of < 0)
        return LayerShape(table, plane, sound, copy_of, polygons)

    def frame_of(self, layer: str) -> str:
        """The layer that says what ``layer`` must cover; ``""`` when there is none."""
        for name in self._frames.get(layer, []):
            frame = self.shape(name)
            if frame is not None and len(frame.table) and self.apart(layer, name) is None:
                return name
        return ""

    def fit(self, layer: str) -> Fit | None:
        """How the polygons of ``layer`` fit together and fill their frame."""
        return self._once(("fit", layer), lambda: self._fit(layer))

    def _fit(self, layer: str) -> Fit | None:
        shape = self.shape(layer)
        if shape is None:
            return None
        name = self.frame_of(layer)
        frame = self.shape(name) if name else None
        found = fit(
            shape.polygons,
            None if frame is None else frame.polygons,
            tolerance=self.tolerance,
            min_area=self.min_area,
            stand_ins=shape.sound.stand_in,
            check=self._check,
        )
        return replace(
            found,
            overlaps=replace(found.overlaps, where=shape.shown(found.overlaps.where)),
            gaps=replace(found.gaps, where=shape.shown(found.gaps.where)),
        )

    def homes(self, inner: str, outer: str) -> IntArray:
        """Row of the ``outer`` polygon that holds each ``inner`` one, or ``-1``."""
        return self._once(("homes", inner, outer), lambda: self._homes(inner, outer))

    def _homes(self, inner: str, outer: str) -> IntArray:
        small, large = self.shape(inner), self.shape(outer)
        if small is None or large is None:
            return np.zeros(0, dtype=np.int64)
        return homes(small.polygons, large.polygons)

    def outside(self, inner: str, outer: str) -> Outside | None:
        """What of ``inner`` lies outside the ``outer`` polygon that holds it."""
        return self._once(("outside", inner, outer), lambda: self._outside(inner, outer))

    def _outside(self, inner: str, outer: str) -> Outside | None:
        small, large = self.shape(inner), self.shape(outer)
        if small is None or large is None:
            return None
        found = outside(
            small.polygons,
            large.polygons,
            self.homes(inner, outer),
            tolerance=self.tolerance,
            min_area=self.min_area,
            check=self._check,
        )
        return replace(found, where=small.shown(found.where))

    def apart(self, one: str, other: str) -> Text | None:
        """Why two layers cannot be compared, ``None`` when they can."""
        tables = [self._layers.get(name) for name in (one, other)]
        if any(table is None for table in tables):
            return NO_LAYER
        if any(table is None or table.geometry is None for table in tables):
            return NO_GEOMETRY
        declared = [table.wkt for table in tables if table is not None]
        if all(declared) and not same_crs(*declared):
            return OTHER_CRS
        first, second = (_extent(table.geometry) for table in tables if table is not None)
        meet = (first[:2] <= second[2:]).all() and (second[:2] <= first[2:]).all()
        return None if meet else APART

    def lines(self, layer: str) -> GeometryArray | None:
        """The usable lines of ``layer`` in metres, ``None`` where one is not usable."""
        table = self._layers.get(layer)
        if table is None or table.geometry is None:
            return None
        return self.plane(table).metres(only(table.geometry, usable_lines(table.geometry)))

    def off_boundary(
        self, lines: str, polygons: str, tolerance: float | None = None
    ) -> Stretches | None:
        """Stretches of lines, or of polygon outlines, off the boundaries of ``polygons``.

        ``tolerance`` is in m and the XY tolerance unless given.
        """
        outlines = self.shape(lines)
        drawn = self.lines(lines)
        if outlines is not None and outlines.sound.usable.any():
            drawn = shapely.boundary(outlines.polygons)
        borders = self.shape(polygons)
        if drawn is None or borders is None:
            return None
        return self._shown(
            lines, off_boundary(drawn, borders.polygons, tolerance or self.tolerance)
        )

    def drawn_twice(self, layer: str) -> Stretches | None:
        """Stretches along which lines of ``layer`` run together."""
        drawn = self.lines(layer)
        return None if drawn is None else self._shown(layer, drawn_twice(drawn, self.tolerance))

    def loose_ends(self, layer: str, other: str) -> Ends | None:
        """Ends of the lines of ``layer`` that meet none of its own or of ``other``."""
        drawn, more = self.lines(layer), self.lines(other)
        if drawn is None:
            return None
        return loose_ends(drawn, drawn[:0] if more is None else more, self.tolerance)

    def _shown(self, layer: str, found: Stretches) -> Stretches:
        return replace(found, where=self.plane(self._layers[layer]).back(found.where))

    def _once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]


def measure_coverage(
    layers: dict[str, Table], standard: Standard, progress: Progress = SILENT
) -> CoverageMeasure:
    """Return the topology of ``layers``; everything in it is computed when asked for.

    ``progress`` is only asked whether to stop.
    """
    return CoverageMeasure(layers, standard, progress)
