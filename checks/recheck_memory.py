"""What a verification leaves in its file so that a later one need not begin anew.

The table ``object_digests`` holds, by layer, a digest of every object; by rule, which parcels it
held against trusted evidence and why it could not check others; and of every file of the package
its size and time.
"""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .findings import Text
from .findings_read import connect, unreadable
from .measures.case import Case
from .recheck_digests import DIGEST, ObjectDigests, digest_objects
from .rules.rule import Judgement, Rule
from .rules.terrain_base import shifted_layers
from .submission.submission import Submission
from .table import BoolArray, FloatArray
from .tables_file import TEXT, WHOLE, OutTable

TABLE = "object_digests"
_VERSION = 1
_COLUMNS = {"layer": TEXT, "part": TEXT, "objects": WHOLE, "content": TEXT}
_FILES, _NOTES, _RULES = "@files", "@notes", "@rules"
_STEP = 0.25
"""Metres (or millionths of a degree) between boxes that are told apart."""


@dataclass(frozen=True)
class Said:
    """What a rule said of parcels: held against trusted evidence, or why it could not be."""

    compared: BoolArray | None = None
    excuses: tuple[tuple[BoolArray, Text], ...] = ()


@dataclass(frozen=True)
class Memory:
    """What is remembered of one run.

    ``layers`` by standard name; ``rules`` by rule id, masks of shape ``(parcels,)``; ``files`` by
    name inside the package: size and time of change; ``shifted`` names layers that lie beside the
    terrain model, as spot heights show, ``None`` where that was not asked.
    """

    layers: Mapping[str, ObjectDigests] = field(default_factory=dict)
    rules: Mapping[str, Said] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    shifted: tuple[str, ...] | None = None


def remember(
    case: Case,
    judged: Sequence[tuple[Rule, Judgement, float]],
    digests: Mapping[str, ObjectDigests] | None = None,
) -> Memory:
    """What is worth remembering of a run; ``digests`` of its layers where they are known."""
    rules = {
        rule.id: Said(judgement.compared, tuple(judgement.excuses))
        for rule, judgement, _ in judged
        if judgement.compared is not None or judgement.excuses
    }
    return Memory(
        digests or {name: digest_objects(table, case.progress) for name, table in _layers(case)},
        rules,
        file_states(case.submission),
        shifted_layers(case),
    )


def file_states(submission: Submission) -> dict[str, str]:
    """Size and time of change of every file of the package, by name inside it."""
    out = {}
    for item in submission.files:
        try:
            state = os.stat(item.path)
        except OSError:
            continue
        out[item.name] = f"{state.st_size}:{state.st_mtime_ns}"
    return out


def memory_table(memory: Memory) -> OutTable:
    """The table ``object_digests``."""
    rows: list[dict[str, Any]] = []

    def add(layer: str, part: str, objects: int, content: bytes) -> None:
        packed = base64.b64encode(zlib.compress(content, 6)).decode("ascii")
        rows.append({"layer": layer, "part": part, "objects": objects, "content": packed})

    for name, layer in memory.layers.items():
        add(name, "ids", len(layer), _json([str(each) for each in layer.ids]))
        add(name, "digests", len(layer), layer.digests.tobytes())
        add(name, "boxes", len(layer), _boxes_out(layer.boxes))
    for rule, said in memory.rules.items():
        if said.compared is not None:
            add(_RULES, f"{rule}/compared", len(said.compared), _bits(said.compared))
        for number, (rows_said, reason) in enumerate(said.excuses):
            add(_RULES, f"{rule}/excuse/{number}", len(rows_said), _bits(rows_said))
            add(_RULES, f"{rule}/reason/{number}", 1, _json([reason.zh, reason.en]))
    add(_FILES, "states", len(memory.files), _json(dict(memory.files)))
    notes = {"version": _VERSION, "shifted": memory.shifted}
    add(_NOTES, "notes", 1, _json(notes))
    return OutTable(TABLE, _COLUMNS, rows)


def read_memory(path: Path) -> Memory | None:
    """What a run left in its file; ``None`` where an older version wrote it.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    query = f"SELECT layer, part, objects, content FROM {TABLE} ORDER BY rowid"  # noqa: S608
    try:
        with closing(connect(path)) as connection:
            told = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name = ?", (TABLE,)
            ).fetchone()
            if not told[0]:
                return None
            rows = connection.execute(query).fetchall()
    except sqlite3.Error as error:
        raise unreadable(path, error) from error
    try:
        return _memory(rows)
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
        # Damaged: as good as none, and a whole run is the remedy for both.
        return None


def _memory(rows: Sequence[tuple[str, str, int, str]]) -> Memory | None:
    parts = {
        (layer, part): (int(count), zlib.decompress(base64.b64decode(content)))
        for layer, part, count, content in rows
    }
    notes = json.loads(parts.pop((_NOTES, "notes"))[1])
    if notes["version"] != _VERSION:
        return None
    files = json.loads(parts.pop((_FILES, "states"))[1])
    rules: dict[str, Said] = {}
    for rule in dict.fromkeys(part.split("/")[0] for layer, part in parts if layer == _RULES):
        rules[rule] = _said(parts, rule)
    layers = {layer: _digests(parts, layer) for layer, part in parts if part == "ids"}
    shifted = notes["shifted"]
    return Memory(layers, rules, files, None if shifted is None else tuple(shifted))


def _said(parts: Mapping[tuple[str, str], tuple[int, bytes]], rule: str) -> Said:
    compared = parts.get((_RULES, f"{rule}/compared"))
    excuses: list[tuple[BoolArray, Text]] = []
    while (_RULES, f"{rule}/excuse/{len(excuses)}") in parts:
        number = len(excuses)
        zh, en = json.loads(parts[(_RULES, f"{rule}/reason/{number}")][1])
        rows = _mask(*parts[(_RULES, f"{rule}/excuse/{number}")])
        excuses.append((rows, Text(zh, en)))
    return Said(None if compared is None else _mask(*compared), tuple(excuses))


def _digests(parts: Mapping[tuple[str, str], tuple[int, bytes]], layer: str) -> ObjectDigests:
    count, ids = parts[(layer, "ids")]
    names = np.empty(count, dtype=object)
    names[:] = json.loads(ids)
    digests = np.frombuffer(parts[(layer, "digests")][1], dtype=np.uint8).reshape(count, DIGEST)
    return ObjectDigests(names, digests, _boxes_in(parts[(layer, "boxes")][1], count))


def _layers(case: Case) -> list[tuple[str, Any]]:
    return sorted(case.submission.layers.items())


def _json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _bits(rows: BoolArray) -> bytes:
    return np.packbits(np.asarray(rows, dtype=bool)).tobytes()


def _mask(count: int, raw: bytes) -> BoolArray:
    return np.unpackbits(np.frombuffer(raw, dtype=np.uint8), count=count).astype(bool)


def _boxes_out(boxes: FloatArray) -> bytes:
    """Boxes as float32 beside the layer's middle, a step wider so that nothing is cut off."""
    some = boxes[np.isfinite(boxes).all(axis=1)]
    middle = np.median(some, axis=0) if len(some) else np.zeros(4)
    degrees = bool(len(some) and np.abs(some).max() <= 360.0)
    step = _STEP * 1e-6 if degrees else _STEP
    wider = boxes + np.array([-step, -step, step, step])
    with np.errstate(over="ignore"):
        near = (wider - middle).astype("<f4")
    return middle.astype("<f8").tobytes() + near.tobytes()


def _boxes_in(raw: bytes, count: int) -> FloatArray:
    middle = np.frombuffer(raw[:32], dtype="<f8")
    near = np.frombuffer(raw[32:], dtype="<f4").reshape(count, 4)
    return np.asarray(near.astype(np.float64) + middle, dtype=np.float64)
