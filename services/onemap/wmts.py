"""WMTS (OGC 07-057r7): layers, matrix sets and addresses of tiles, KVP and REST.

A matrix set's scales count pixels of 0.28 mm (90.7 dpi). SuperMap writes scales for the dpi that
stands in the text of the matrix set; drawn by the standard, such tiles lie at a wrong scale. What
is true is measured in :mod:`.wmts_measure`; here both readings are at hand.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ...checks.seal import canonical
from ..answers import (
    Requests,
    address,
    as_bytes,
    children,
    descendants,
    first,
    local,
    parse_xml,
    raise_exception_report,
    read,
    text,
    unreadable,
)
from ..site_profile import LayerSource
from . import frames
from .features import no_such_layer

PIXEL = 0.00028
"""Metres: the standard's rendering pixel (OGC 07-057r7, 6.1)."""
DEGREE = 111_319.49079327358
"""Metres per degree that the standard counts with (2π a / 360 of WGS 84)."""
_INCH = 0.0254
_DPI = re.compile(r"(?:\bdpi\b\D{0,20}|\bis\s+)(\d{2,3}(?:\.\d+)?)", re.IGNORECASE)
_KEYS = re.compile(r"([?&])(?:tk|token|key|authkey|access_token|ak)=[^&]*&?", re.IGNORECASE)
_PREFERRED = ("EPSG:4490", "EPSG:4326", "OGC:CRS84", "EPSG:3857", "EPSG:900913")


@dataclass(frozen=True)
class Matrix:
    """One level: its scale as written, its corner (east, north), tiles' and matrix's size."""

    id: str
    scale: float
    west: float
    north: float
    tile_width: int
    tile_height: int
    across: int
    down: int


@dataclass(frozen=True)
class MatrixSet:
    """Levels of tiles in one frame, coarsest first; ``dpi`` that its own text speaks of, or 0."""

    id: str
    crs: str
    matrices: tuple[Matrix, ...]
    dpi: float = 0.0

    def cell(self, matrix: Matrix, dpi: float = 0.0) -> float:
        """CRS units per pixel; by the standard, or as if scales were written for ``dpi``."""
        pixel = _INCH / dpi if dpi else PIXEL
        return matrix.scale * pixel / self.metres_per_unit

    def covers(self, box: frames.Box | None, dpi: float = 0.0) -> bool:
        """Whether all levels together reach as far as ``box`` (degrees)."""
        own = frames.carried(box, "OGC:CRS84", self.crs) if box else None
        if own is None:
            return True
        slack = 0.01 * max(own[2] - own[0], own[3] - own[1])
        for matrix in self.matrices:
            cell = self.cell(matrix, dpi)
            east = matrix.west + matrix.across * matrix.tile_width * cell
            south = matrix.north - matrix.down * matrix.tile_height * cell
            if east < own[2] - slack or south > own[1] + slack:
                return False
        return True

    @property
    def metres_per_unit(self) -> float:
        """Metres per CRS unit, as the standard counts."""
        metres = frames.metres_per_unit(self.crs)
        return DEGREE if metres > 1000 else metres


@dataclass(frozen=True)
class Chosen:
    """Layer, style, format and matrix set to draw with; ``template`` of REST addresses."""

    layer: str
    title: str
    style: str
    format: str
    matrix_set: MatrixSet
    template: str
    box: frames.Box | None


class WmtsService:
    """One layer of a tiled service."""

    def __init__(self, transport: Requests, layer: LayerSource) -> None:
        self.transport = transport
        self.layer = layer
        self.chosen: Chosen | None = None
        self.content = b""
        self.notes: list[Text] = []
        self._kvp = ""

    @property
    def capabilities_url(self) -> str:
        """Where the capabilities are."""
        url = self.layer.url
        if url.lower().split("?")[0].endswith(".xml"):
            return url
        return address(url, SERVICE="WMTS", REQUEST="GetCapabilities", VERSION="1.0.0")

    def describe(self, progress: Progress = SILENT) -> Chosen:
        """Ask for the capabilities and choose.

        Raises
        ------
        NotThere
            When there is no such layer.
        BadAnswer
            When no matrix set can be used.
        """
        if self.chosen is not None:
            return self.chosen
        url = self.capabilities_url
        self.content, _ = read(self.transport, url, progress=progress)
        root = parse_xml(self.content, url)
        raise_exception_report(root, url)
        contents = first(root, "Contents")
        if contents is None:
            raise unreadable(url, local(root))
        about = self._layer(contents)
        sets = {text(each, "Identifier"): each for each in children(contents, "TileMatrixSet")}
        linked = [text(each, "TileMatrixSet") for each in children(about, "TileMatrixSetLink")]
        found = [name for name in linked if name in sets]
        box = _box(about)
        matrix_set = self._set([_matrix_set(sets[name], box) for name in found], box, url)
        formats = [(each.text or "").strip() for each in children(about, "Format")]
        fitting = [name for name in formats if name.startswith("image/")]
        wanted = self.layer.format or ""
        picture = wanted if wanted in formats else next(
            (name for name in ("image/png", *fitting) if name in formats), "image/png"
        )  # fmt: skip
        templates = {
            each.get("format"): each.get("template") or ""
            for each in children(about, "ResourceURL")
            if each.get("resourceType") == "tile"
        }
        self._kvp = _kvp(root)
        self.chosen = Chosen(
            text(about, "Identifier"), text(about, "Title"), self._style(about), picture,
            matrix_set, templates.get(picture, ""), box,
        )  # fmt: skip
        return self.chosen

    def _layer(self, contents: Any) -> Any:
        listed = children(contents, "Layer")
        wanted = self.layer.layer
        for name in ("Identifier", "Title"):  # SuperMap's front end names layers by title
            for each in listed:
                if wanted and text(each, name) == wanted:
                    return each
        if not wanted and listed:
            return listed[0]
        raise no_such_layer(self.layer, [text(each, "Identifier") for each in listed])

    def _set(self, sets: list[MatrixSet], box: frames.Box | None, url: str) -> MatrixSet:
        usable = [each for each in sets if each.matrices and each.crs]
        if not usable:
            raise unreadable(url, "no TileMatrixSet")
        wanted, dpi = self.layer.matrix_set, float(self.layer.options.get("dpi") or 0.0)
        order = [frames.code(self.layer.crs), *_PREFERRED]

        def rank(each: MatrixSet) -> tuple[bool, bool, int]:
            known = order.index(each.crs) if each.crs in order else len(order)
            return each.id != wanted, not each.covers(box, dpi), known

        best = min(usable, key=rank)
        if wanted and best.id != wanted:
            self.notes.append(
                Text(
                    zh=f"服务没有切片矩阵集“{wanted}”，改用“{best.id}”",
                    en=f"The service has no matrix set “{wanted}”; “{best.id}” is used",
                )
            )
        if not best.covers(box, dpi):
            self.notes.append(
                Text(
                    zh=f"切片矩阵集“{best.id}”的范围没有覆盖整个图层，部分地方可能没有切片",
                    en=f"The matrix set “{best.id}” does not reach as far as the layer; some "
                    "places may have no tiles",
                )
            )
        return best

    def _style(self, about: Any) -> str:
        styles = children(about, "Style")
        names = [text(each, "Identifier") for each in styles]
        wanted = self.layer.style or ""
        if wanted in names:
            return wanted
        default = [each for each in styles if each.get("isDefault") in ("true", "1")]
        return text((default or styles)[0], "Identifier") if styles else "default"

    def tile_url(self, matrix: Matrix, column: int, row: int) -> str:
        """Address of one tile: REST where offered, else KVP."""
        chosen = self.describe()
        if chosen.template:
            values = {
                "style": chosen.style, "tilematrixset": chosen.matrix_set.id,
                "tilematrix": matrix.id, "tilerow": str(row), "tilecol": str(column),
            }  # fmt: skip
            return re.sub(
                r"\{(\w+)\}",
                lambda match: values.get(match.group(1).lower(), match.group(0)),
                chosen.template,
            )
        return address(
            self._kvp or self.layer.url, SERVICE="WMTS", REQUEST="GetTile", VERSION="1.0.0",
            LAYER=chosen.layer, STYLE=chosen.style, FORMAT=chosen.format,
            TILEMATRIXSET=chosen.matrix_set.id, TILEMATRIX=matrix.id, TILEROW=row,
            TILECOL=column,
        )  # fmt: skip


def _kvp(root: Any) -> str:
    for operation in descendants(root, "Operation"):
        if operation.get("name") == "GetTile":
            for get in descendants(operation, "Get"):
                values = [(each.text or "").strip() for each in descendants(get, "Value")]
                for name, value in get.attrib.items():
                    if name.endswith("href") and (not values or "KVP" in values):
                        return str(value)
    return ""


def _box(about: Any) -> frames.Box | None:
    lower = text(about, "WGS84BoundingBox", "LowerCorner").split()
    upper = text(about, "WGS84BoundingBox", "UpperCorner").split()
    try:
        west, south, east, north = map(float, (*lower, *upper))
    except ValueError:
        return None
    return west, south, east, north


def _matrix_set(element: Any, box: frames.Box | None) -> MatrixSet:
    crs = frames.code(text(element, "SupportedCRS"))
    own = frames.carried(box, "OGC:CRS84", crs) if box and crs else None
    matrices = []
    for each in children(element, "TileMatrix"):
        try:
            corner = [float(value) for value in text(each, "TopLeftCorner").split()]
            matrix = Matrix(
                text(each, "Identifier"), float(text(each, "ScaleDenominator")),
                corner[0], corner[1],
                *(int(text(each, name)) for name in
                  ("TileWidth", "TileHeight", "MatrixWidth", "MatrixHeight")),
            )  # fmt: skip
        except (ValueError, IndexError, TypeError):
            continue
        if matrix.scale > 0 and min(matrix.tile_width, matrix.tile_height) > 0:
            matrices.append(_turned(matrix, crs, own))
    words = " ".join(
        (part.text or "") for name in ("Title", "Abstract", "Identifier")
        for part in children(element, name)
    )  # fmt: skip
    found = _DPI.search(words)
    matrices.sort(key=lambda each: -each.scale)
    return MatrixSet(
        text(element, "Identifier"), crs, tuple(matrices), float(found.group(1)) if found else 0.0
    )


def _turned(matrix: Matrix, crs: str, box: frames.Box | None) -> Matrix:
    """The corner with east first: servers write both orders, whatever the CRS demands."""
    turned = replace(matrix, west=matrix.north, north=matrix.west)
    north_first = frames.is_north_first(crs)
    likely, other = (turned, matrix) if north_first else (matrix, turned)
    if box is None:
        return likely
    slack = 0.02 * max(box[2] - box[0], box[3] - box[1])

    def away(one: Matrix) -> float:
        """How far the corner is from the layer; a corner beyond it is none."""
        if one.west > box[0] + slack or one.north < box[3] - slack:
            return math.inf
        return math.hypot(box[0] - one.west, one.north - box[3])

    return other if away(other) < away(likely) else likely


def corrected_capabilities(service: WmtsService, dpi: float, folder: Path) -> Path:
    """Capabilities whose scales are the standard's, for a service that counts ``dpi``.

    QGIS reads them from the file and fetches tiles from where the service says.
    """
    import hashlib

    chosen = service.describe()
    root = parse_xml(service.content, service.capabilities_url)
    for matrix_set in descendants(root, "TileMatrixSet"):
        if text(matrix_set, "Identifier") != chosen.matrix_set.id:
            continue
        for each in descendants(matrix_set, "ScaleDenominator"):
            # cell = scale · 0.0254 / dpi must come out of cell = scale' · 0.00028
            each.text = repr(float(each.text or 0) * _INCH / dpi / PIXEL)
    for each in root.iter():
        for name in list(each.attrib):
            if name.endswith(("href", "template")):
                # Some services repeat the key they were asked with.
                each.set(name, _KEYS.sub(r"\1", each.get(name) or "").rstrip("?&"))
    content = as_bytes(root)
    mark = hashlib.sha256(canonical([service.layer.url, chosen.layer, dpi])).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"wmts-{mark}.xml"
    scratch = path.with_suffix(".new")
    scratch.write_bytes(content)
    scratch.replace(path)
    return path
