"""One survey in the making: honest errors first, then what the forger changes, all written down."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely

from onemap_verify.checks.standard import Standard

from ..protocol import BoolArray, FloatArray, IntArray
from . import books
from .mesh import Mesh
from .place import Picture, Place


@dataclass(frozen=True)
class Mark:
    """What was done to a parcel: kind, strength (orders the strengths of a kind), its label."""

    kind: str
    strength: float
    label: str


@dataclass
class Truth:
    """What is known of every delivered parcel, by BSM.

    ``marks`` the tampered, ``odd`` the honest but odd ones; ``touched`` are
    neighbours of a tampered outline and others that are neither genuine nor
    tampered: they count nowhere.
    """

    marks: dict[str, Mark] = field(default_factory=dict)
    odd: dict[str, str] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)


class Forgery:
    """A survey of a place that may be changed, and last year's survey beside it.

    ``now`` and ``before`` hold the outlines of both years over shared
    vertices. After :meth:`settle` outlines are single polygons again and may
    be cut or replaced, rows may be added.
    """

    def __init__(self, place: Place, standard: Standard, random: np.random.Generator) -> None:
        self.place = place
        self.standard = standard
        self.random = random
        self.now = Mesh(place.shapes.copy())
        self.before = Mesh(place.shapes.copy())
        self.layer = books.describe(place, place.shapes.copy(), standard, random)
        self.last = self.layer.copy()
        self.truth = Truth()
        self.taken = np.zeros(len(place), dtype=bool)
        self.image = None if place.image is None else place.image.copy()
        self.previous = None if place.previous is None else place.previous.copy()
        self.fixed = self._fixed()
        inner = np.ones(len(place), dtype=bool)
        inner[self.now.owner[self.fixed[self.now.index]]] = False
        self.inner = inner
        self.farmland = (place.grade > 0) & (random.random(len(place)) < 0.35)
        self._pixels: tuple[IntArray, IntArray] | None = None
        self._changed: set[int] = set()
        self._known_changes()

    def bsm(self, row: int) -> str:
        """Identifier of a row."""
        return str(self.layer.columns["BSM"][row])

    def choose(self, mask: BoolArray, count: int, *, apart: bool = True) -> list[int]:
        """Free rows of ``mask``, taken from then on, with their neighbours if ``apart``."""
        rows: list[int] = []
        for row in self.random.permutation(np.flatnonzero(mask & ~self.taken)).tolist():
            if len(rows) >= count:
                break
            around = self.now.neighbours(row) if apart else np.zeros(0, dtype=int)
            if self.taken[row] or (apart and self.taken[around].any()):
                continue
            self.taken[row] = True
            self.taken[around] = True
            rows.append(row)
        return rows

    def mark(self, row: int, kind: str, strength: float, label: str) -> None:
        """Write down a tampered parcel."""
        self.truth.marks[self.bsm(row)] = Mark(kind, strength, label)

    def call_odd(self, row: int, kind: str) -> None:
        """Write down an honest but odd parcel."""
        self.truth.odd[self.bsm(row)] = kind

    def touch(self, rows: IntArray) -> None:
        """Leave parcels out of all counts."""
        self.truth.touched.update(self.bsm(int(row)) for row in rows)

    def move(self, mesh: Mesh, row: int, by: FloatArray, part: BoolArray | None = None) -> bool:
        """Move vertices of a parcel with all who share them; False where that breaks something.

        ``part`` chooses among ``mesh.vertices([row])``.
        """
        vertices = mesh.vertices(np.array([row]))
        if part is not None:
            vertices, by = vertices[part], by if by.ndim == 1 else by[part]
        if len(vertices) == 0 or self.fixed[vertices].any():
            return False
        tried = mesh.moved(vertices, by)
        if tried is None:
            return False
        mesh.keep(vertices, by)
        if mesh is self.now:
            self._changed.update(int(r) for r in tried[0])
        return True

    def redigitise(self, share: float, metres: float) -> None:
        """Some parcels are drawn anew this year: every vertex a little elsewhere."""
        rows = self.random.random(len(self.place)) < share
        vertices = np.unique(self.now.index[rows[self.now.owner]])
        vertices = vertices[~self.fixed[vertices]]
        room = self.now.room()
        move = self.random.normal(0, metres, (len(vertices), 2))
        length = np.hypot(*move.T).clip(1e-9)
        move *= np.minimum(1.0, 0.25 * room[vertices] / length)[:, None]
        xy = self.now.xy.copy()
        for _ in range(5):
            xy[vertices] = np.round(self.now.xy[vertices] + move, 3)
            made = self.now.with_vertices(xy)
            broken = np.flatnonzero(~shapely.is_valid(made))
            if len(broken) == 0:
                break
            bad = np.unique(self.now.index[np.isin(self.now.owner, broken)])
            move[np.isin(vertices, bad)] = 0.0
        else:
            return
        self.now.xy, self.now.shapes = xy, made
        changed = self.now.around(vertices) if len(vertices) else np.zeros(0, dtype=int)
        self._changed.update(changed.tolist())

    def settle(self) -> None:
        """Outlines as they are now go into the layers, areas are booked anew."""
        rows = np.array(sorted(self._changed), dtype=int)
        self.layer.shape = self.now.shapes.copy()
        self.last.shape = self.before.shapes.copy()
        if len(rows):
            old = self.place.areas(self.place.shapes[rows], self.standard)
            new = self.place.areas(self.layer.shape[rows], self.standard)
            for row, before, after in zip(rows.tolist(), old, new):
                spare = float(self.layer.columns["TBMJ"][row]) - before
                books.resize(self.layer, row, after + spare)
        moved = np.flatnonzero(~shapely.equals_exact(self.last.shape, self.place.shapes, 1e-6))
        if len(moved):
            area = self.place.areas(self.last.shape[moved], self.standard)
            for row, value in zip(moved.tolist(), area):
                books.resize(self.last, row, value)
        self._close_sums()

    def _close_sums(self) -> None:
        """Cents that rounding left over go to the largest changed parcel of the village."""
        unit = self.layer.columns["ZLDWDM"]
        if not self.place.columns or not self._changed:
            return
        was, now = self.place.columns["TBMJ"], self.layer.columns["TBMJ"]
        rows = np.array(sorted(self._changed), dtype=int)
        for name in set(unit[rows].tolist()):
            own = np.flatnonzero(unit == name)
            rest = round(sum(map(float, was[own])) - sum(map(float, now[own])), 2)
            if 0 < abs(rest) < 1:
                changed = rows[unit[rows] == name]
                largest = changed[np.argmax(now[changed].astype(float))]
                books.resize(self.layer, int(largest), float(now[largest]) + rest)

    def shape_area(self, shape: shapely.Geometry) -> float:
        """TBMJ of an outline."""
        return float(self.place.areas(np.array([shape], dtype=object), self.standard)[0])

    def new_bsm(self) -> str:
        """An identifier that nobody has."""
        first = self.bsm(0)
        return f"{first[:10]}{90_000_000 + len(self.layer):08d}"

    def pixels(self, row: int) -> IntArray:
        """Flat indices of the picture's cells in the true outline of a parcel."""
        if self._pixels is None:
            assert self.image is not None
            label = self.image.grid.burn(
                self.place.shapes, np.arange(1, len(self.place) + 1)
            ).ravel()
            order = np.argsort(label, kind="stable")
            start = np.searchsorted(label[order], np.arange(1, len(self.place) + 2))
            self._pixels = order, start
        order, start = self._pixels
        return np.asarray(order[start[row] : start[row + 1]])

    def paint(self, picture: Picture | None, row: int, group: str) -> bool:
        """Let a picture show land of ``group`` in a parcel: cells of another such parcel."""
        if picture is None:
            return False
        own = self.pixels(row)
        donors = np.flatnonzero((self.place.group == group) & (self.place.pixels >= 15))
        donors = donors[donors != row]
        if len(own) < 4 or len(donors) == 0:
            return False
        cells = self.pixels(int(self.random.choice(donors)))
        if len(cells) < 8:
            return False
        drawn = self.random.choice(cells, len(own))
        flat = picture.values.reshape(len(picture.values), -1)
        flat[:, own] = flat[:, drawn]
        return True

    def _known_changes(self) -> None:
        """What really changed at this place since last year."""
        place = self.place
        if place.before is not None:
            for row in np.flatnonzero(place.before != place.code).tolist():
                grade = max(1, int(np.argmax(place.shares[row])))
                books.reclass(self.last, row, str(place.before[row]), grade, self.standard)
                self.call_odd(row, "real change")
                self.taken[row] = True
        if place.unsure is not None:
            self.touch(np.flatnonzero(place.unsure))
            self.taken |= place.unsure

    def _fixed(self) -> BoolArray:
        """Vertices that other layers share, or that lie on the rim: nobody moves these."""
        fixed = self.now.outer()
        for layer in self.place.county:
            if layer.name not in ("CJDCQ", "XZQ", "CZCDYD"):
                continue
            known = np.round(shapely.get_coordinates(layer.shape) * 1e4).astype(np.int64)
            keys = {tuple(key) for key in known.tolist()}
            own = np.round(self.now.xy * 1e4).astype(np.int64).tolist()
            fixed |= np.array([tuple(key) in keys for key in own], dtype=bool)
        return fixed
