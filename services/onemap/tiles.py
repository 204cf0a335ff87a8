"""Tiles of WMTS and XYZ services as a raster of their own grid: pictures for the eye."""

from __future__ import annotations

import math

from ...checks.findings import Text
from ...checks.grid import Window
from ...checks.progress import SILENT, Progress
from ..answers import Requests, read
from ..errors import BadAnswer, NotThere
from ..site_profile import LayerSource
from .coverage import CellGrid
from .wmts import Matrix, WmtsService

TILE_LIMIT = 8 * 1024 * 1024
_MERCATOR = 20_037_508.342789244
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_FINEST = 0.5


class Tiles:
    """One level of a tiled layer: that whose pixels are about ``resolution_m`` large."""

    def __init__(self, transport: Requests, layer: LayerSource) -> None:
        self.transport = transport
        self.layer = layer
        self.notes: list[Text] = [
            Text(
                zh="切片是供目视的图片，不能用于量测光谱",
                en="Tiles are pictures for the eye; no spectrum can be measured in them",
            )
        ]
        self.side = 256
        self.grid: CellGrid | None = None
        self._service: WmtsService | None = None
        self._matrix: Matrix | None = None
        self._level = 0

    def describe(self, progress: Progress = SILENT) -> CellGrid:
        """The grid of the level."""
        if self.grid is not None:
            return self.grid
        wanted = max(self.layer.resolution_m or 2.0, _FINEST)
        if self.layer.kind == "xyz":
            most = int(self.layer.options.get("zmax", 18))
            level = round(math.log2(2 * _MERCATOR / self.side / wanted))
            self._level = min(max(level, int(self.layer.options.get("zmin", 0))), most)
            count = 2**self._level * self.side
            step = 2 * _MERCATOR / count
            self.grid = CellGrid("EPSG:3857", -_MERCATOR, _MERCATOR, step, step, count, count)
            return self.grid
        service = self._service = WmtsService(self.transport, self.layer)
        matrix_set = service.describe(progress).matrix_set
        dpi = float(self.layer.options.get("dpi") or 0.0)
        per_unit = matrix_set.metres_per_unit

        def misfit(matrix: Matrix) -> float:
            return abs(math.log(matrix_set.cell(matrix, dpi) * per_unit / wanted))

        matrix = min(matrix_set.matrices, key=misfit)
        if matrix.tile_width != matrix.tile_height:
            raise BadAnswer(
                Text(zh="切片不是正方形，无法保存", en="Tiles that are not square cannot be saved")
            )
        self._matrix, self.side = matrix, matrix.tile_width
        step = matrix_set.cell(matrix, dpi)
        self.grid = CellGrid(
            matrix_set.crs, matrix.west, matrix.north, step, step,
            matrix.across * self.side, matrix.down * self.side,
        )  # fmt: skip
        return self.grid

    def address(self, column: int, row: int) -> str:
        """Address of a tile."""
        if self._service is not None and self._matrix is not None:
            return self._service.tile_url(self._matrix, column, row)
        upside = 2**self._level - 1 - row
        values = {"x": column, "y": row, "-y": upside, "z": self._level}
        url = self.layer.url
        for name, value in values.items():
            url = url.replace("{" + name + "}", str(value))
        return url

    def block(self, window: Window, progress: Progress = SILENT) -> bytes | None:
        """One tile, or ``None`` where the service has none."""
        self.describe(progress)
        url = self.address(window.column // self.side, window.row // self.side)
        try:
            body, _ = read(self.transport, url, limit=TILE_LIMIT, progress=progress)
        except NotThere:
            return None
        if not body:
            return None
        if not body.startswith(_PICTURES):
            raise BadAnswer(Text(zh="返回的切片不是图片", en="The tile that came is no picture"))
        return body
