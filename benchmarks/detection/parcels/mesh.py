"""Parcels as vertices that neighbours share: whoever moves one moves all of them."""

from __future__ import annotations

import numpy as np
import shapely

from ..protocol import BoolArray, FloatArray, IntArray

RESOLUTION = 1e-4


class Mesh:
    """Polygons over common vertices.

    ``xy`` ``(m, 2)`` are the vertices, ``index`` the vertex of every stored
    coordinate and ``owner`` the polygon of every stored coordinate.
    """

    def __init__(self, shapes: np.ndarray) -> None:
        self.shapes = shapes
        coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
        whole = np.round(coordinates / RESOLUTION).astype(np.int64)
        _, first, index = np.unique(whole, axis=0, return_index=True, return_inverse=True)
        self.xy: FloatArray = coordinates[first]
        self.index: IntArray = np.asarray(index).ravel()
        self.owner: IntArray = owner
        self._start = np.searchsorted(owner, np.arange(len(shapes) + 1))
        order = np.argsort(self.index, kind="stable")
        self._by_vertex = order
        self._vertex_start = np.searchsorted(self.index[order], np.arange(len(self.xy) + 1))

    def with_vertices(self, xy: np.ndarray) -> np.ndarray:
        """All polygons with other vertices."""
        return shapely.set_coordinates(self.shapes.copy(), xy[self.index])

    def some(self, rows: IntArray, xy: FloatArray) -> np.ndarray:
        """The polygons ``rows`` (ascending) with other vertices."""
        parts = [self.index[self._start[row] : self._start[row + 1]] for row in rows]
        return shapely.set_coordinates(self.shapes[rows].copy(), xy[np.concatenate(parts)])

    def vertices(self, rows: IntArray) -> IntArray:
        """Vertices of the polygons ``rows``, each once."""
        parts = [self.index[self._start[row] : self._start[row + 1]] for row in rows]
        return np.unique(np.concatenate(parts))

    def around(self, vertices: IntArray) -> IntArray:
        """Polygons that own any of the vertices, ascending."""
        parts = [
            self._by_vertex[self._vertex_start[v] : self._vertex_start[v + 1]] for v in vertices
        ]
        return np.unique(self.owner[np.concatenate(parts)])

    def neighbours(self, row: int) -> IntArray:
        """Polygons that share a vertex with ``row``, without it."""
        found = self.around(self.vertices(np.array([row])))
        return found[found != row]

    def room(self) -> FloatArray:
        """Distance from each vertex to the nearest other one."""
        from scipy.spatial import cKDTree

        distance, _ = cKDTree(self.xy).query(self.xy, k=2)
        return np.asarray(distance[:, 1])

    def outer(self) -> BoolArray:
        """Vertices on the rim of the coverage."""
        rim = shapely.boundary(shapely.coverage_union_all(self.shapes))
        coordinates = np.round(shapely.get_coordinates(rim) / RESOLUTION).astype(np.int64)
        keys = {tuple(key) for key in coordinates.tolist()}
        own = np.round(self.xy / RESOLUTION).astype(np.int64).tolist()
        return np.array([tuple(key) in keys for key in own], dtype=bool)

    def moved(self, vertices: IntArray, by: FloatArray) -> tuple[IntArray, np.ndarray] | None:
        """Polygons after moving ``vertices`` by ``(2,)`` or ``(k, 2)`` metres.

        Returns
        -------
        rows, shapes
            The polygons concerned; ``None`` where the move would break one,
            or make them overlap (their common area would change).
        """
        xy = self.xy.copy()
        xy[vertices] = np.round(xy[vertices] + by, 4)
        rows = self.around(vertices)
        made = self.some(rows, xy)
        before, after = shapely.area(self.shapes[rows]), shapely.area(made)
        sound = shapely.is_valid(made).all() and (after > 0.15 * before).all()
        if not sound or abs(before.sum() - after.sum()) > 1e-6 * before.sum() + 0.01:
            return None
        return rows, made

    def keep(self, vertices: IntArray, by: FloatArray) -> None:
        """Make a move that was tried lasting."""
        self.xy[vertices] = np.round(self.xy[vertices] + by, 4)
        rows = self.around(vertices)
        self.shapes[rows] = self.some(rows, self.xy)
