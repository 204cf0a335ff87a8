"""Delivery parcel by parcel into a staging layer, made visible by one row.

A server may carry out half a transaction, or all of it and lose the answer. So the batch has a
name that follows from the package, every row its number in it, and the server is asked what it
has: what is missing is inserted, what is there twice or wrong is removed, and only when every
field of every row was read back is the commit row written, which alone makes the batch visible.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from osgeo import osr

from ...checks.errors import ExplainedError
from ...checks.findings import Text
from ...checks.progress import Progress
from ..errors import (
    BadAnswer,
    NotReachable,
    ProfileProblem,
    ServerProblem,
    TimedOut,
    TooBusy,
)
from .package import Note
from .patience import Patience
from .problems import NotAdmitted, Problem
from .rows import Parcels, read_parcels
from .states import Delivery
from .wfst import Feature, FeatureService, Schema, between, equals

BATCH, ROW = "batch_id", "row_no"
_AT_ONCE = 100
_READ_AT_ONCE = 500
_PASSING = (NotReachable, TimedOut, ServerProblem, TooBusy, BadAnswer)
_ROUNDS = 3
_METRES, _DEGREES = 1e-3, 2e-8
"""Coarser coordinates than these cannot be called the same."""


class ReadBackDiffers(ExplainedError):
    """What the platform has is not what was sent, and stays so."""


class FeatureDelivery:
    """Delivers the parcels of packages by WFS-T."""

    def __init__(self, transport: Any, settings: Any, patience: Patience) -> None:
        if not settings.wfs:
            raise ProfileProblem(
                Text("该站点不接收逐图斑交付", "This site takes no single parcels"),
                "/delivery/wfs",
            )
        self._service = FeatureService(transport, settings.wfs)
        self._settings = settings
        self._patience = patience

    def bring(self, delivery: Delivery, note: Note, progress: Progress) -> None:
        """Have the platform hold and show every parcel; return only then.

        Raises
        ------
        ReadBackDiffers
            When it keeps other values than were sent.
        ServiceError
            When it cannot be done now.
        """
        commits = self._service.schema(self._settings.commit, progress)
        if self._committed(commits, delivery, progress):
            return
        schema = self._service.schema(self._settings.staging, progress)
        parcels = in_crs(read_parcels(delivery.path, progress), schema.srid)
        _check_columns(parcels, schema)
        batch = batch_of(delivery)
        for _ in range(_ROUNDS):
            self._fill(schema, batch, parcels, note, progress)
            differing = self._compare(schema, batch, parcels, progress)
            if not differing:
                break
            self._service.delete(schema, [fid for fid, _ in differing], progress)
        else:
            raise ReadBackDiffers(differing[0][1])
        self._commit(commits, delivery, batch, len(parcels), progress)

    # -- steps -----------------------------------------------------------------------------

    def _fill(
        self, schema: Schema, batch: str, parcels: Parcels, note: Note, progress: Progress
    ) -> None:
        """Insert what the server lacks, until it lacks nothing."""
        failures = 0
        there = self._there(schema, batch, parcels, progress)
        note(len(there), len(parcels))
        while len(there) < len(parcels):
            before = len(there)
            complaint = ""
            try:
                missing = [row for row in range(len(parcels)) if row not in there]
                for start in range(0, len(missing), _AT_ONCE):
                    rows = missing[start : start + _AT_ONCE]
                    done = self._service.insert(
                        schema, (_row(parcels, batch, row) for row in rows), progress
                    )
                    complaint = complaint or next(iter(done.complaints), "")
                    if done.inserted != len(rows):
                        break
                    there |= set(rows)
                    note(len(there), len(parcels))
                there = self._there(schema, batch, parcels, progress)
            except _PASSING as error:
                failures += 1
                if failures > self._patience.tries:
                    raise
                self._patience.wait(failures, progress, error)
                there = self._there(schema, batch, parcels, progress)
            else:
                failures = 0 if len(there) > before else failures + 1
                if failures > self._patience.tries:
                    raise ReadBackDiffers(_not_taken(complaint))
            note(len(there), len(parcels))

    def _there(self, schema: Schema, batch: str, parcels: Parcels, progress: Progress) -> set[int]:
        """Numbers of the rows that the server has; copies and strangers are removed."""
        rows: set[int] = set()
        surplus = []
        wanted = [equals(BATCH, batch)]
        for feature in self._asked(schema, wanted, (ROW,), progress):
            number = _whole(feature.values.get(ROW))
            if number is None or number in rows or not 0 <= number < len(parcels):
                surplus.append(feature.fid)
            else:
                rows.add(number)
        if surplus:
            self._service.delete(schema, surplus, progress)
        return rows

    def _compare(
        self, schema: Schema, batch: str, parcels: Parcels, progress: Progress
    ) -> list[tuple[str, Text]]:
        """Rows that are not as they were sent: id at the server, and what differs."""
        differing = []
        for start in range(0, len(parcels), _READ_AT_ONCE):
            end = min(start + _READ_AT_ONCE, len(parcels))
            wanted = [equals(BATCH, batch), *between(ROW, start, end - 1)]
            seen = set()
            for feature in self._asked(schema, wanted, (), progress):
                number = _whole(feature.values.get(ROW))
                if number is None or number in seen or not start <= number < end:
                    differing.append((feature.fid, _TWICE))
                    continue
                seen.add(number)
                what = difference(parcels, number, feature, schema)
                if what is not None:
                    differing.append((feature.fid, what))
            if len(seen) < end - start:
                raise BadAnswer(_GONE_AGAIN)
        return differing

    def _commit(
        self, schema: Schema, delivery: Delivery, batch: str, count: int, progress: Progress
    ) -> None:
        """Write the commit row and see that it is there; once, whatever answers are lost."""
        values = {
            "batch_id": batch,
            "package_id": delivery.package_id,
            "features": count,
            "sha256": delivery.sha256,
            "sm3": delivery.sm3,
            "kind": "features",
        }
        known = {name: value for name, value in values.items() if name in schema.fields}
        failures = 0
        while True:
            complaint = ""
            try:
                done = self._service.insert(schema, [(known, None)], progress)
                complaint = next(iter(done.complaints), "")
            except _PASSING as error:
                self._patience.wait(failures + 1, progress, error)
            if self._committed(schema, delivery, progress):
                return
            failures += 1
            if failures > self._patience.tries:
                raise ServerProblem(_not_taken(complaint))

    def _committed(self, schema: Schema, delivery: Delivery, progress: Progress) -> bool:
        """Whether anything is committed under the package's id; the receipt says what."""
        found = self._asked(schema, [equals("package_id", delivery.package_id)], (), progress)
        return bool(found)

    def _asked(
        self, schema: Schema, conditions: list[str], names: tuple[str, ...], progress: Progress
    ) -> list[Feature]:
        """Read features, tried again a few times."""
        failures = 0
        while True:
            try:
                return self._service.features(schema, conditions, names, progress)
            except _PASSING as error:
                failures += 1
                if failures > self._patience.tries:
                    raise
                self._patience.wait(failures, progress, error)


def batch_of(delivery: Delivery) -> str:
    """Name of the batch: the same for the same package, whoever sends it and however often."""
    return f"features:{delivery.package_id}:{delivery.sha256[:16]}"


def rows_agree(delivery: Delivery, receipt: Mapping[str, Any]) -> bool:
    """Whether the rows that a receipt speaks of are, bit for bit, those of our package.

    A receipt without ``rows_sha256``, or about rows in another CRS than the package's, tells
    nothing: then the reading back has to do.
    """
    stated = receipt.get("rows_sha256")
    if receipt.get("kind") != "features" or not isinstance(stated, str):
        return True
    parcels = read_parcels(delivery.path)
    if receipt.get("srid", parcels.srid) != parcels.srid:
        return True
    return parcels.digest() == stated


def in_crs(parcels: Parcels, srid: int) -> Parcels:
    """The same parcels in the CRS of the layer (``srid`` 0: unknown, left as they are)."""
    if srid in (0, parcels.srid):
        return parcels
    systems = []
    for code in (parcels.srid, srid):
        system = osr.SpatialReference()
        system.ImportFromEPSG(code)
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        systems.append(system)
    across = osr.CoordinateTransformation(*systems)

    def moved(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.asarray(across.TransformPoints(points.tolist()), dtype=float)[:, :2]

    return Parcels(parcels.columns, shapely.transform(parcels.geometry, moved), srid)


def difference(parcels: Parcels, row: int, feature: Feature, schema: Schema) -> Text | None:
    """What of a row differs from what the server has; ``None`` when nothing does."""
    for name, values in parcels.columns.items():
        if name in schema.fields and not _same(values[row], feature.values.get(name)):
            return _differs(parcels, row, name, values[row], feature.values.get(name))
    ours, theirs = parcels.geometry[row], feature.shape
    if not _same_shape(ours, theirs, schema.srid):
        return _differs(parcels, row, schema.geometry, _shown(ours), _shown(theirs))
    return None


def _same(ours: Any, theirs: str | None) -> bool:
    if ours is None or ours == "":
        # Some databases cannot tell an empty text from none.
        return not theirs
    if theirs is None:
        return False
    if isinstance(ours, str):
        return ours.replace("\r\n", "\n") == theirs.replace("\r\n", "\n")
    try:
        return math.isclose(float(theirs), ours, rel_tol=1e-12, abs_tol=0.0)
    except ValueError:
        return False


def _same_shape(ours: Any, theirs: Any, srid: int) -> bool:
    if ours is None or theirs is None:
        return ours is None and theirs is None
    if theirs.geom_type == "Polygon":
        theirs = shapely.multipolygons([theirs])
    first, second = shapely.get_coordinates(ours), shapely.get_coordinates(theirs)
    if ours.geom_type != theirs.geom_type or first.shape != second.shape:
        return False
    if shapely.get_num_geometries(ours) != shapely.get_num_geometries(theirs):
        return False
    # Only the coordinates' size tells degrees from metres where the server says no CRS.
    degrees = 4000 <= srid < 5000 and np.abs(first).max(initial=0.0) <= 360.0
    return bool(np.allclose(first, second, rtol=0.0, atol=_DEGREES if degrees else _METRES))


def _row(parcels: Parcels, batch: str, row: int) -> tuple[dict[str, Any], Any]:
    return {BATCH: batch, ROW: row, **parcels.row(row)}, parcels.geometry[row]


def _whole(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None


def _check_columns(parcels: Parcels, schema: Schema) -> None:
    """Make sure before the first row that the layer can hold what there is."""
    needed = {
        name for name, values in parcels.columns.items() if any(v is not None for v in values)
    }
    missing = sorted((needed | {BATCH, ROW}) - set(schema.fields))
    problems = []
    if missing:
        names = "、".join(missing)
        problems.append(
            Problem(
                "staging_columns",
                Text(
                    f"平台暂存图层缺少字段：{names}；请改用整包交付",
                    f"The staging layer has no {', '.join(missing)}: deliver the whole package",
                ),
            )
        )
    shapes = parcels.geometry[~shapely.is_missing(parcels.geometry)]
    flat = np.isin(shapely.get_type_id(shapes), (6,)) & ~shapely.is_empty(shapes)
    heights = shapely.get_coordinates(shapes, include_z=True)[:, 2]
    if not flat.all() or np.any(np.nan_to_num(heights) != 0.0):
        problems.append(
            Problem(
                "staging_geometry",
                Text(
                    "图斑含高程或不是面，逐图斑交付会丢失；请改用整包交付",
                    "Parcels have heights or are no polygons, which would be lost: deliver the "
                    "whole package",
                ),
            )
        )
    if problems:
        raise NotAdmitted(problems)


def _differs(parcels: Parcels, row: int, name: str, ours: Any, theirs: Any) -> Text:
    bsm = parcels.columns["bsm"][row] or row
    ours, theirs = str(ours)[:80], str(theirs)[:80]
    return Text(
        f"图斑 {bsm} 的 {name} 读回不一致：提交“{ours}”，平台存为“{theirs}”",
        f"Parcel {bsm}: {name} was sent as '{ours}', the platform has '{theirs}'",
    )


def _shown(shape: Any) -> str:
    return "" if shape is None else str(shape.wkt)


def _not_taken(complaint: str) -> Text:
    return Text(
        f"平台未能写入：{complaint or '原因未说明'}",
        f"The platform did not take it: {complaint or 'it does not say why'}",
    )


_TWICE = Text("平台中有重复的行", "The platform has a row twice")
_GONE_AGAIN = Text("读回时缺少已写入的行", "Rows that were written were missing when read back")
