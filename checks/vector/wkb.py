"""Stored geometries as Shapely arrays, whatever the bytes hold.

Bytes come from files that strangers wrote. GEOS raises for a whole array when
one geometry in it is curved and crashes on collections nested thousands deep,
so headers are looked at first and everything unusual goes through OGR, which
guards against both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from osgeo import ogr

from ..findings import Text
from ..reproject import quiet
from ..table import BoolArray, GeometryArray, RowProblem

_HEAD = 14
_HEADERS = {
    order: np.dtype([("order", "u1"), ("type", f"{order}u4"), ("count", f"{order}u4"),
                     ("inner_order", "u1"), ("inner_type", f"{order}u4")])
    for order in "<>"
}  # fmt: skip
_FARTHEST = 1e9
"""No projected or geographic coordinate of any place on Earth is larger."""

_POLYGON, _COLLECTION = 3, 7
_KINDS = ("point", "line", "polygon")
_WORDS = {
    "point": Text("点", "a point"),
    "line": Text("线", "a line"),
    "polygon": Text("面", "a polygon"),
}

_MISSING = Text("没有图形", "No geometry")
_EMPTY = Text("图形为空（没有任何坐标）", "The geometry is empty: it has no coordinates")
_UNREADABLE = Text(
    "图形数据无法解析（截断、环不闭合或少于四个点）",
    "The geometry cannot be read: cut off, a ring not closed or of fewer than four points",
)
_NO_NUMBER = Text("坐标含有非数值（NaN 或无穷大）", "Coordinates are not numbers (NaN or infinite)")
_TOO_FAR = Text("坐标值超出地球上任何位置", "Coordinates are larger than any place on Earth")
_CURVE = Text("图形含圆弧等曲线段，读取时化为短直线段", "True curves; read as short straight edges")


def read_shapes(
    shapes: Sequence[bytes | None], first_row: int
) -> tuple[GeometryArray, list[RowProblem]]:
    """Parse WKB (ISO or extended) into Shapely geometries.

    Parameters
    ----------
    shapes
        WKB of each row, ``None`` where the row has no geometry.
    first_row
        Row number of the first shape, for the problems.

    Returns
    -------
    tuple
        ``object`` array, shape ``(len(shapes),)``, ``None`` where a row holds
        nothing usable, and the problems in row order. Polygons are 2D;
        collections of one part are that part; nothing else is changed.
    """
    raw = np.empty(len(shapes), dtype=object)
    raw[:] = shapes
    problems: dict[int, RowProblem] = {}

    def note(rows: npt.NDArray[np.bool_], kind: str, text: Text) -> None:
        for row in np.flatnonzero(rows).tolist():
            problems.setdefault(row, RowProblem(first_row + row, kind, text))

    missing = np.array([not shape for shape in shapes], dtype=bool)
    note(missing, "missing_geometry", _MISSING)
    plain = _plain(raw, missing)
    geometry: GeometryArray = np.full(len(raw), None, dtype=object)
    with np.errstate(invalid="ignore"):
        geometry[plain] = shapely.from_wkb(raw[plain], on_invalid="ignore")
    for row in np.flatnonzero(~plain & ~missing).tolist():
        geometry[row], curved = _by_ogr(raw[row])
        if curved and geometry[row] is not None:
            problems[row] = RowProblem(first_row + row, "linearised_curve", _CURVE)
    note(~missing & shapely.is_missing(geometry), "broken_geometry", _UNREADABLE)
    empty = shapely.is_empty(geometry)
    note(empty, "missing_geometry", _EMPTY)
    not_number, too_far = _impossible(geometry)
    for bad, kind, text in (
        (not_number, "nan_coordinates", _NO_NUMBER),
        (too_far & ~not_number, "nan_coordinates", _TOO_FAR),
    ):
        for row in np.flatnonzero(bad).tolist():
            problems[row] = RowProblem(first_row + row, kind, text)
    geometry[empty | not_number | too_far] = None
    return _simplest(geometry), [problems[row] for row in sorted(problems)]


def one_kind(geometry: GeometryArray) -> tuple[GeometryArray, str, list[RowProblem]]:
    """Keep the rows of the layer's prevailing kind; the others become ``None``.

    Returns
    -------
    tuple
        The geometries, the kind (``point``, ``line``, ``polygon`` or ``""``)
        and a ``broken_geometry`` problem for each row of another kind.
    """
    dimension = shapely.get_dimensions(geometry)
    dimension = np.where(shapely.get_type_id(geometry) == _COLLECTION, -1, dimension)
    present = ~shapely.is_missing(geometry)
    counts = Counter(dimension[present & (dimension >= 0)].tolist())
    if not counts:
        return geometry, "", []
    # Ties go to the larger dimension, so that the outcome does not hang on row order.
    prevailing = max(counts, key=lambda key: (counts[key], key))
    kind = _KINDS[prevailing]
    word = _WORDS[kind]
    text = Text(
        f"图形类型与图层不符，应为{word.zh}",
        f"Another kind of geometry than the layer's: not {word.en}",
    )
    other = present & (dimension != prevailing)
    out = geometry.copy()
    out[other] = None
    return (
        out,
        kind,
        [RowProblem(row, "broken_geometry", text) for row in np.flatnonzero(other).tolist()],
    )


def _plain(raw: GeometryArray, missing: BoolArray) -> BoolArray:
    """Rows that GEOS may be given: points, lines, polygons and flat collections of one."""
    joined = b"".join([(shape or b"")[:_HEAD].ljust(_HEAD, b"\0") for shape in raw])
    little, big = (np.frombuffer(joined, dtype=_HEADERS[order]) for order in "<>")
    is_little, inner_little = little["order"] == 1, little["inner_order"] == 1
    kind = _base(np.where(is_little, little["type"], big["type"]))
    count = np.where(is_little, little["count"], big["count"])
    inner = _base(np.where(inner_little, little["inner_type"], big["inner_type"]))
    single = (kind >= 1) & (kind <= _POLYGON)
    flat = (kind > _POLYGON) & (kind < _COLLECTION) & (count == 1) & (inner == kind - _POLYGON)
    return ~missing & (single | flat)


def _base(code: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """The kind without the flags and thousands that tell Z and M."""
    return (code & np.uint32(0x0FFFFFFF)) % np.uint32(1000)


def _by_ogr(wkb: bytes) -> tuple[shapely.Geometry | None, bool]:
    """A geometry by way of OGR, curves as short edges; whether it had any."""
    with quiet(), np.errstate(invalid="ignore"):
        try:
            shape = ogr.CreateGeometryFromWkb(bytes(wkb))
            if shape is None:
                return None, False
            curved = bool(shape.HasCurveGeometry())
            if curved:
                shape = shape.GetLinearGeometry()
            return shapely.from_wkb(bytes(shape.ExportToWkb()), on_invalid="ignore"), curved
        except (RuntimeError, NotImplementedError, AttributeError):
            return None, False


def _impossible(geometry: GeometryArray) -> tuple[BoolArray, BoolArray]:
    """Rows with coordinates that are no numbers, and with numbers too large."""
    vertices, owner = shapely.get_coordinates(geometry, return_index=True)
    not_number = np.zeros(len(geometry), dtype=bool)
    too_far = np.zeros(len(geometry), dtype=bool)
    finite = np.isfinite(vertices).all(axis=1)
    not_number[owner[~finite]] = True
    too_far[owner[finite & (np.abs(vertices) > _FARTHEST).any(axis=1)]] = True
    return not_number, too_far


def _simplest(geometry: GeometryArray) -> GeometryArray:
    """Collections of one part become that part; polygons lose Z and M."""
    kind = shapely.get_type_id(geometry)
    alone = (kind > _POLYGON) & (kind < _COLLECTION) & (shapely.get_num_geometries(geometry) == 1)
    geometry[alone] = shapely.get_geometry(geometry[alone], 0)
    area = shapely.get_dimensions(geometry) == 2
    geometry[area] = shapely.force_2d(geometry[area])
    return geometry
