"""The forger's hand: picks parcels, changes them consistently, keeps the true list."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
import shapely

from ...checks.findings import Text
from ..areas import cents, ellipsoid_areas
from ..attributes import LAYER_CODES, RIDGES
from ..county import County
from ..evidence import Evidence
from ..layer import Layer
from ..mosaic import measure
from ..names import identifier


@dataclass(frozen=True)
class Planted:
    """One fraud that was planted.

    ``family`` is the family of rules whose business it is, ``rules`` the rules
    of which any one must find it on one of ``objects`` (BSM) of ``layer``.
    ``consequences`` are further objects (``layer:id``) that it makes wrong in
    a way no forger could avoid.
    """

    kind: str
    title: Text
    family: str
    layer: str
    objects: tuple[str, ...]
    strength: str
    rules: tuple[str, ...]
    consequences: tuple[str, ...] = ()

    def facts(self) -> dict[str, object]:
        """As plain values for a file."""
        facts = asdict(self)
        facts["title"] = f"{self.title.zh} | {self.title.en}"
        return {k: list(v) if isinstance(v, tuple) else v for k, v in facts.items()}


@dataclass(frozen=True)
class Forged:
    """The forged copy: layers by name, and the evidence beside them."""

    layers: dict[str, Layer]
    evidence: Evidence | None


class Forger:
    """Changes a copy of a county.

    ``taken`` marks DLTB rows that are part of a fraud or touch one, ``inner``
    those that touch no border of a village.
    """

    def __init__(
        self, county: County, seed: int, each: int, evidence: Evidence | None = None
    ) -> None:
        self.county = county
        self.layers = {name: layer.copy() for name, layer in county.layers.items()}
        self.parcels = self.layers["DLTB"]
        self.evidence = None
        if evidence is not None:
            self.evidence = replace(
                evidence, photos=list(evidence.photos), walks=dict(evidence.walks)
            )
        self.each = each
        self.random = np.random.default_rng([seed, 99])
        self.planted: list[Planted] = []
        self.code = county.parcels.code.astype(str)
        self.grade = np.argmax(county.shares, axis=1)
        self.taken = np.zeros(len(self.parcels), dtype=bool)
        self._dropped: list[int] = []
        faces = measure(county.parcels.shape)
        self.near = [
            np.concatenate([faces.first, faces.second]),
            np.concatenate([faces.second, faces.first]),
        ]
        self.area = faces.area
        village = county.parcels.village
        shared = np.bincount(self.near[0], np.tile(faces.length, 2), len(self.area))
        outer = np.bincount(self.near[0], village[self.near[0]] != village[self.near[1]])
        self.inner = (outer == 0) & (faces.perimeter - shared < 0.01)
        farmland = self.layers["YJJBNTTB"]
        by_shape = {shapely.to_wkb(shape): row for row, shape in enumerate(self.parcels.shape)}
        self.farmland = {by_shape[shapely.to_wkb(s)]: n for n, s in enumerate(farmland.shape)}

    def neighbours(self, row: int) -> np.ndarray:
        """DLTB rows that share an edge with ``row``."""
        return np.unique(self.near[1][self.near[0] == row])

    def choose(self, mask: np.ndarray, count: int | None = None) -> list[int]:
        """Some free rows of ``mask``, taken from then on together with their neighbours."""
        rows: list[int] = []
        for row in self.random.permutation(np.flatnonzero(mask & ~self.taken)).tolist():
            if len(rows) >= (self.each if count is None else count):
                break
            around = self.neighbours(row)
            if self.taken[row] or self.taken[around].any():
                continue
            self.taken[row] = True
            self.taken[around] = True
            rows.append(row)
        return rows

    def column(self, name: str) -> np.ndarray:
        """A column of DLTB without the rows that were added."""
        return self.parcels.columns[name][: len(self.code)]

    def get(self, row: int, name: str) -> object:
        """A value of DLTB."""
        return self.parcels.columns[name][row]

    def put(self, row: int, **values: object) -> None:
        """Set values of DLTB; permanent basic farmland copies what it shares."""
        for name, value in values.items():
            self.parcels.columns[name][row] = value
            if row in self.farmland:
                shared = {"TBMJ": "YJJBNTTBMJ", "TBDLMJ": "YJJBNTMJ"}.get(name, name)
                columns = self.layers["YJJBNTTB"].columns
                if shared in columns and shared not in ("BSM", "YSDM"):
                    columns[shared][self.farmland[row]] = value

    def book(self, row: int) -> None:
        """Redo the deduction of a parcel from its area, grade and type."""
        key = (str(self.get(row, "GDLX") or ""), str(self.get(row, "GDPDJB") or ""))
        ridge = RIDGES.get(key, 0.0)
        total = round(float(self.get(row, "TBMJ")) * 100)  # type: ignore[arg-type]
        deducted = int(np.floor(total * ridge + 0.5))
        self.put(
            row,
            KCXS=ridge if str(self.get(row, "DLBM")).startswith("01") else None,
            KCMJ=deducted / 100,
            TBDLMJ=(total - deducted) / 100,
            KCDLBM="1203" if ridge > 0 else None,
        )

    def reclass(self, row: int, code: str) -> None:
        """Give a parcel another class that is no cropland, as if it had always been so."""
        self.put(
            row, DLBM=code, DLMC=self.county.standard.classes[code].title, GDLX=None,
            GDPDJB=None, GDDB=None, ZZSXDM=None, ZZSXMC=None, TBXHDM=None, TBXHMC=None,
        )  # fmt: skip
        self.book(row)

    def new_identifier(self) -> str:
        """A BSM that no parcel has yet."""
        return identifier(LAYER_CODES["DLTB"], len(self.parcels) + 1)

    def true_area(self, shape: shapely.Geometry) -> float:
        """TBMJ that the formula gives."""
        areas = ellipsoid_areas(np.array([shape], dtype=object), self.county.standard)
        return int(cents(areas)[0]) / 100

    def drop(self, row: int) -> None:
        """Leave a parcel out at the end."""
        self._dropped.append(row)

    def village(self, row: int) -> str:
        """``layer:id`` of the village of a parcel."""
        codes = self.layers["CJDCQ"].columns
        number = int(np.flatnonzero(codes["ZLDWDM"] == self.get(row, "ZLDWDM"))[0])
        return f"CJDCQ:{codes['BSM'][number]}"

    def note(
        self,
        kind: str,
        title: Text,
        family: str,
        rows: list[int],
        strength: str,
        rules: tuple[str, ...],
        consequences: tuple[str, ...] = (),
    ) -> None:
        """Write down a fraud on parcels; what copies them goes wrong with them."""
        ids = tuple(str(self.get(row, "BSM")) for row in rows)
        copies = self.layers["YJJBNTTB"].columns["BSM"]
        consequences += tuple(
            f"YJJBNTTB:{copies[self.farmland[row]]}" for row in rows if row in self.farmland
        )
        self.planted.append(
            Planted(kind, title, family, "DLTB", ids, strength, rules, consequences)
        )

    def note_other(
        self,
        kind: str,
        title: Text,
        family: str,
        layer: str,
        ids: tuple[str, ...],
        strength: str,
        rules: tuple[str, ...],
        consequences: tuple[str, ...] = (),
    ) -> None:
        """Write down a fraud on another layer."""
        self.planted.append(Planted(kind, title, family, layer, ids, strength, rules, consequences))

    def finish(self) -> None:
        """Leave out what was dropped."""
        self.parcels.drop(self._dropped)
