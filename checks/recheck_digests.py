"""A short digest of every object, so that it can be told later which were edited."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from .progress import SILENT, Progress
from .table import FloatArray, IntArray, Table, TextArray

DIGEST = 16
"""Octets of a digest: two of a million objects alike by chance in 10^26 packages."""
_ROWS_AT_ONCE = 20_000
_NONE = "\x00"


@dataclass(frozen=True)
class ObjectDigests:
    """Every object of one layer, in the order of the layer.

    Attributes
    ----------
    ids
        Shape ``(n,)``: BSM, else F_ID, else the row id, as text.
    digests
        Shape ``(n, 16)``: BLAKE2b of geometry and attributes, and of the layer's fields and CRS.
    boxes
        Shape ``(n, 4)``: west, south, east, north in the layer's coordinates, NaN for none; to
        half a metre or better, so that it is known where an object was that is no longer there.
    """

    ids: TextArray
    digests: npt.NDArray[np.uint8]
    boxes: FloatArray

    def __len__(self) -> int:
        return len(self.ids)


def digest_objects(table: Table, progress: Progress = SILENT) -> ObjectDigests:
    """Digest every row of a layer; the order of rows and of columns does not matter."""
    count = len(table)
    names = sorted(table.columns)
    numbers = [name for name in names if table.columns[name].dtype.kind in "fiub"]
    words = [name for name in names if name not in numbers]
    key = _structure(table, names)
    odd = _odd_rows(table)
    out = np.zeros((count, DIGEST), dtype=np.uint8)
    for start in range(0, count, _ROWS_AT_ONCE):
        progress.check()
        rows = slice(start, min(start + _ROWS_AT_ONCE, count))
        shapes = _shapes(table, rows)
        values = _values(table, numbers, rows)
        texts = _texts(table, words, rows)
        told = [
            hashlib.blake2b(
                b"\x1e".join((shape, value, text.encode("utf-8", "surrogatepass"))),
                digest_size=DIGEST,
                key=key,
            )
            for shape, value, text in zip(shapes, values, texts)
        ]
        for row in odd.keys() & set(range(rows.start, rows.stop)):
            told[row - rows.start].update(odd[row])
        whole = b"".join(each.digest() for each in told)
        out[rows] = np.frombuffer(whole, dtype=np.uint8).reshape(-1, DIGEST)
    return ObjectDigests(table.object_ids, out, boxes_of(table))


def boxes_of(table: Table) -> FloatArray:
    """West, south, east, north of every row, shape ``(n, 4)``, NaN for none."""
    if table.geometry is None:
        return np.full((len(table), 4), np.nan)
    boxes = shapely.bounds(table.geometry).reshape(-1, 4)
    boxes[~np.isfinite(boxes).all(axis=1)] = np.nan
    return np.asarray(boxes, dtype=np.float64)


def matched(old: ObjectDigests, new: ObjectDigests) -> IntArray:
    """Row of the same, unchanged object before, shape ``(len(new),)``; -1: edited or new.

    Objects that share identifier and content are taken one for one.
    """
    waiting: dict[tuple[str, bytes], list[int]] = {}
    for row in range(len(old) - 1, -1, -1):
        waiting.setdefault((str(old.ids[row]), old.digests[row].tobytes()), []).append(row)
    out = np.full(len(new), -1, dtype=np.int64)
    for row in range(len(new)):
        rows = waiting.get((str(new.ids[row]), new.digests[row].tobytes()))
        if rows:
            out[row] = rows.pop()
    return out


def _structure(table: Table, names: list[str]) -> bytes:
    """What holds for all rows: an object in another CRS is another object."""
    fields = [
        (name, each.kind, each.width, each.decimals) for name, each in sorted(table.fields.items())
    ]
    whole = repr((table.wkt, table.geometry_type, names, fields))
    return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=32).digest()


def _odd_rows(table: Table) -> dict[int, bytes]:
    """Rows that could be read only in part, with how."""
    out: dict[int, bytes] = {}
    for problem in table.problems:
        if problem.row >= 0:
            said = f"{problem.kind}\x1f{problem.field}\x1d".encode()
            out[problem.row] = out.get(problem.row, b"") + said
    return out


def _shapes(table: Table, rows: slice) -> list[bytes]:
    if table.geometry is None:
        return [b""] * (rows.stop - rows.start)
    # Always little-endian and with what dimensions there are, whatever the machine.
    wkb = shapely.to_wkb(table.geometry[rows], output_dimension=4, byte_order=1)
    return [b"" if each is None else each for each in wkb]


def _values(table: Table, names: list[str], rows: slice) -> list[bytes]:
    if not names:
        return [b""] * (rows.stop - rows.start)
    block = np.column_stack([table.columns[name][rows].astype("<f8") for name in names])
    block[np.isnan(block)] = np.nan  # one bit pattern for all that is no number
    width, raw = block.shape[1] * 8, np.ascontiguousarray(block).tobytes()
    return [raw[at * width : (at + 1) * width] for at in range(len(block))]


def _texts(table: Table, names: list[str], rows: slice) -> list[str]:
    if not names:
        return [""] * (rows.stop - rows.start)
    columns = [
        [_NONE if value is None else str(value) for value in table.columns[name][rows]]
        for name in names
    ]
    return list(map("\x1f".join, zip(*columns)))
