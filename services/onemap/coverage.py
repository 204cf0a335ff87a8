"""Coverages of WCS 1.0.0 and 2.0.1 (OGC 03-065r6, 09-110r4) on their own grid, block by block.

What servers get wrong is met here: QGIS Server answers 1.0.0 to every version and counts one cell
too many; MapServer 2.0.1 names axes its own way; a block may come on another grid than asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...checks.findings import Text
from ...checks.grid import Window
from ...checks.progress import SILENT, Progress
from ..answers import (
    Requests,
    address,
    children,
    descendants,
    first,
    local,
    parse_xml,
    raise_exception_report,
    read,
    read_xml,
    text,
    unreadable,
)
from ..errors import BadAnswer, Refused
from ..site_profile import LayerSource
from . import frames

BLOCK_LIMIT = 128 * 1024 * 1024
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


@dataclass(frozen=True)
class CellGrid:
    """A north-up grid: outer corner, cell sides (positive) and numbers of cells."""

    crs: str
    west: float
    north: float
    step_x: float
    step_y: float
    columns: int
    rows: int

    @property
    def box(self) -> frames.Box:
        """Outer bounds."""
        return (
            self.west,
            self.north - self.rows * self.step_y,
            self.west + self.columns * self.step_x,
            self.north,
        )

    def bounds(self, window: Window) -> frames.Box:
        """Outer bounds of a block."""
        west = self.west + window.column * self.step_x
        north = self.north - window.row * self.step_y
        return (
            *(west, north - window.rows * self.step_y),
            *(west + window.columns * self.step_x, north),
        )

    def window(self, box: frames.Box, halo: int = 0) -> Window | None:
        """Cells that ``box`` touches, and ``halo`` more around; ``None`` when it lies beside."""
        inside = frames.common(box, self.box)
        if inside is None:
            return None
        shy = 1e-6  # a box that ends on an edge does not take the next cell
        left = int((inside[0] - self.west) / self.step_x + shy) - halo
        right = -int(-((inside[2] - self.west) / self.step_x - shy) // 1) + halo
        top = int((self.north - inside[3]) / self.step_y + shy) - halo
        bottom = -int(-((self.north - inside[1]) / self.step_y - shy) // 1) + halo
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, self.columns), min(bottom, self.rows)
        if right <= left or bottom <= top:
            return None
        return Window(top, left, bottom - top, right - left)

    def part(self, window: Window) -> CellGrid:
        """The grid of a part."""
        west, _, _, north = self.bounds(window)
        return CellGrid(
            self.crs, west, north, self.step_x, self.step_y, window.columns, window.rows
        )


class Coverage:
    """One coverage of a WCS."""

    def __init__(self, transport: Requests, layer: LayerSource) -> None:
        self.transport = transport
        self.layer = layer
        self.version = ""
        self.grid: CellGrid | None = None
        self.format = layer.format or ""
        self.axes = ("", "")
        self.notes: list[Text] = []

    def describe(self, progress: Progress = SILENT) -> CellGrid:
        """Ask for the grid of the coverage.

        Raises
        ------
        BadAnswer
            When the description cannot be understood.
        """
        if self.grid is not None:
            return self.grid
        wanted = self.layer.version or ""
        order = ["2.0.1", "1.0.0"] if wanted.startswith("2") else ["1.0.0", "2.0.1"]
        fault: Exception | None = None
        for version in order:
            try:
                self.grid = self._described(version, progress)
                return self.grid
            except (Refused, BadAnswer) as error:
                fault = fault or error
        assert fault is not None
        raise fault

    def _described(self, version: str, progress: Progress) -> CellGrid:
        key = "COVERAGEID" if version == "2.0.1" else "COVERAGE"
        name = self.layer.layer or ""
        asked = {"COVERAGE": None, "COVERAGEID": None, key: name}
        url = address(
            self.layer.url, SERVICE="WCS", VERSION=version, REQUEST="DescribeCoverage", **asked
        )
        root = read_xml(self.transport, url, progress=progress)
        if local(root) == "CoverageDescription":
            # QGIS Server answers 1.0.0 to 2.0.1, and then with every coverage it has.
            found = _named(root, "CoverageOffering", "name", name)
            if found is None:
                raise unreadable(url, f"no coverage {name}")
            self.version = "1.0.0"
            grid = self._of_1_0(found, url)
        elif local(root) == "CoverageDescriptions":
            found = _named(root, "CoverageDescription", "CoverageId", name)
            if found is None:
                raise unreadable(url, f"no coverage {name}")
            self.version = "2.0.1"
            grid = self._of_2_0(found, url)
        else:
            raise unreadable(url, local(root))
        wanted = self.layer.version or self.version
        if wanted[:1] != self.version[:1]:
            self.notes.append(
                Text(
                    zh=f"要求 WCS {wanted}，服务按 {self.version} 应答",
                    en=f"WCS {wanted} was asked for; the service speaks {self.version}",
                )
            )
        return grid

    def _of_1_0(self, offering: Any, url: str) -> CellGrid:
        domain = first(offering, "domainSet", "spatialDomain")
        grid = first(domain, "RectifiedGrid") if domain is not None else None
        if domain is None or grid is None:
            raise unreadable(url, "no RectifiedGrid")
        offsets = [_numbers(each.text) for each in children(grid, "offsetVector")]
        names = [frames.code(each.text) for tag in ("nativeCRSs", "requestResponseCRSs")
                 for each in descendants(offering, tag)]  # fmt: skip
        envelopes = {
            frames.code(each.get("srsName")): [_numbers(p.text) for p in children(each, "pos")]
            for each in children(domain, "Envelope")
        }
        wanted = frames.code(self.layer.crs)
        crs = next((name for name in (*names, wanted, *envelopes) if name in envelopes), "")
        formats = [(each.text or "").strip() for each in descendants(offering, "formats")]
        self.format = _format(self.format, formats)
        # The outer bounds are told alike by all; the limits are not.
        return _grid(crs, envelopes.get(crs, []), offsets, url)

    def _of_2_0(self, description: Any, url: str) -> CellGrid:
        envelope = first(description, "boundedBy", "Envelope")
        grid = first(description, "domainSet", "RectifiedGrid")
        if envelope is None or grid is None:
            raise unreadable(url, "no RectifiedGrid")
        crs = frames.code(envelope.get("srsName"))
        corners = [_numbers(text(envelope, name)) for name in ("lowerCorner", "upperCorner")]
        offsets = [_numbers(each.text) for each in children(grid, "offsetVector")]
        labels = (envelope.get("axisLabels") or "").split()
        if frames.is_north_first(crs):
            corners = [corner[::-1] for corner in corners]
            offsets = [offset[::-1] for offset in offsets]
            labels = labels[::-1]
        if len(labels) != 2:
            raise unreadable(url, "axisLabels")
        self.axes = (labels[0], labels[1])
        self.format = self.format or "image/tiff"
        return _grid(crs, corners, offsets, url)

    def block(self, window: Window, progress: Progress = SILENT) -> bytes:
        """One block as GeoTIFF.

        Raises
        ------
        BadAnswer
            When the answer is no TIFF.
        """
        grid = self.describe(progress)
        west, south, east, north = grid.bounds(window)
        if self.version == "1.0.0":
            url = address(
                self.layer.url, SERVICE="WCS", VERSION="1.0.0", REQUEST="GetCoverage",
                COVERAGE=self.layer.layer, CRS=grid.crs,
                BBOX=",".join(map(_plain, (west, south, east, north))),
                WIDTH=window.columns, HEIGHT=window.rows, FORMAT=self.format,
            )  # fmt: skip
        else:
            url = address(
                self.layer.url, SERVICE="WCS", VERSION="2.0.1", REQUEST="GetCoverage",
                COVERAGEID=self.layer.layer, FORMAT=self.format,
            )  # fmt: skip
            for label, low, high in ((self.axes[0], west, east), (self.axes[1], south, north)):
                url += f"&SUBSET={label}({_plain(low)},{_plain(high)})"
        body, _ = read(self.transport, url, limit=BLOCK_LIMIT, progress=progress)
        if not body.startswith(_TIFF):
            if body.lstrip().startswith(b"<"):
                raise_exception_report(parse_xml(body, url), url)
            raise unreadable(url, "no TIFF")
        return body


def _named(root: Any, tag: str, identifier: str, name: str) -> Any:
    """The one description of that name."""
    return next((each for each in children(root, tag) if text(each, identifier) == name), None)


def _plain(value: float) -> str:
    return f"{value:.12g}" if abs(value) < 1000 else f"{value:.4f}".rstrip("0").rstrip(".")


def _numbers(value: Any) -> list[float]:
    try:
        return [float(each) for each in str(value or "").split()]
    except ValueError:
        return []


def _format(wanted: str, offered: list[str]) -> str:
    names = [name for listed in offered for name in listed.split() if name]
    if wanted in names:
        return wanted
    for name in names:
        if "tif" in name.lower():
            return name
    return wanted or "GeoTIFF"


def _grid(crs: str, corners: list[list[float]], offsets: list[list[float]], url: str) -> CellGrid:
    if len(corners) != 2 or any(len(corner) < 2 for corner in corners) or len(offsets) < 2:
        raise unreadable(url, "grid")
    across = max(abs(offset[0]) for offset in offsets[:2] if offset)
    down = max(abs(offset[1]) for offset in offsets[:2] if len(offset) > 1)
    skew = min(max(abs(offset[0]), abs(offset[1])) for offset in offsets[:2] if len(offset) > 1)
    turned = any(abs(offset[0]) > 0 and abs(offset[1]) > 0 for offset in offsets[:2])
    (west, south), (east, north) = corners[0][:2], corners[1][:2]
    if not crs or across <= 0 or down <= 0 or skew <= 0 or west >= east or south >= north or turned:
        raise unreadable(url, "grid")
    return CellGrid(
        crs, west, north, across, down, round((east - west) / across), round((north - south) / down)
    )
