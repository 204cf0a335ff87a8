"""What of a package was edited since it was verified."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from .progress import SILENT, Progress
from .recheck_digests import ObjectDigests, digest_objects, matched
from .recheck_memory import Memory, file_states
from .recheck_scopes import EVIDENCE
from .submission.submission import Submission
from .table import FloatArray, IntArray


@dataclass(frozen=True)
class LayerChanges:
    """One layer then and now; either may be empty.

    Attributes
    ----------
    old, new
        Digests of the objects.
    before
        Shape ``(len(new),)``: row of the same unchanged object then, -1 for none.
    """

    old: ObjectDigests
    new: ObjectDigests
    before: IntArray

    @cached_property
    def rows(self) -> IntArray:
        """Rows, now, of objects that were edited or added."""
        return np.flatnonzero(self.before < 0)

    @cached_property
    def lost(self) -> IntArray:
        """Rows, then, of objects that were edited or deleted."""
        gone = np.ones(len(self.old), dtype=bool)
        gone[self.before[self.before >= 0]] = False
        return np.flatnonzero(gone)

    @cached_property
    def edited(self) -> frozenset[str]:
        """Identifiers of objects that are there then and now, but not the same."""
        return self._now & self._then

    @cached_property
    def added(self) -> frozenset[str]:
        """Identifiers that were not there."""
        return self._now - frozenset(str(name) for name in self.old.ids)

    @cached_property
    def deleted(self) -> frozenset[str]:
        """Identifiers that are there no more."""
        return self._then - frozenset(str(name) for name in self.new.ids)

    @cached_property
    def touched(self) -> frozenset[str]:
        """Identifiers of everything that was edited, added or deleted."""
        return self._now | self._then

    @cached_property
    def boxes(self) -> FloatArray:
        """Where edited objects are and were, shape ``(m, 4)``."""
        boxes = np.concatenate([self.new.boxes[self.rows], self.old.boxes[self.lost]])
        return np.asarray(boxes[np.isfinite(boxes).all(axis=1)], dtype=np.float64)

    @property
    def any(self) -> bool:
        """Whether anything was edited."""
        return bool(len(self.rows) or len(self.lost))

    @cached_property
    def _now(self) -> frozenset[str]:
        return frozenset(str(name) for name in self.new.ids[self.rows])

    @cached_property
    def _then(self) -> frozenset[str]:
        return frozenset(str(name) for name in self.old.ids[self.lost])


@dataclass(frozen=True)
class Changes:
    """All that was edited.

    ``layers`` holds every layer then or now; ``evidence`` says that photos, tracks or a store
    were changed, added or taken away; ``digests`` are those of all objects as they are now.
    """

    layers: Mapping[str, LayerChanges]
    evidence: bool
    digests: Mapping[str, ObjectDigests] = field(default_factory=dict)

    @cached_property
    def what(self) -> frozenset[str]:
        """Names of layers that were edited, and ``evidence``."""
        names = {name for name, layer in self.layers.items() if layer.any}
        return frozenset(names | ({EVIDENCE} if self.evidence else set()))

    def touched(self, layer: str, object_id: str, parcel: str) -> bool:
        """Whether a finding is about something that was edited.

        So is one about an edited layer as a whole: what names no object of it.
        """
        changes = self.layers.get(layer)
        about = changes is not None and changes.any
        if about and (object_id in self._touched(layer) or not self.names(layer, object_id)):
            return True
        parcels = self.layers.get("DLTB")
        return bool(parcel) and parcels is not None and parcel in parcels.touched

    def gone(self, layer: str, object_id: str, parcel: str) -> bool:
        """Whether what a finding is about is there no more."""
        changes, parcels = self.layers.get(layer), self.layers.get("DLTB")
        if changes is not None and object_id in changes.deleted:
            return True
        return bool(parcel) and parcels is not None and parcel in parcels.deleted

    def _touched(self, layer: str) -> frozenset[str]:
        changes = self.layers.get(layer)
        return frozenset() if changes is None else changes.touched

    def names(self, layer: str, object_id: str) -> bool:
        """Whether ``object_id`` names an object of that layer, then or now."""
        cache: dict[str, frozenset[str]] = self.__dict__.setdefault("_names", {})
        if layer not in cache:
            changes = self.layers.get(layer)
            both = () if changes is None else (*changes.old.ids, *changes.new.ids)
            cache[layer] = frozenset(str(each) for each in both)
        return object_id in cache[layer]


def changes_of(
    memory: Memory,
    submission: Submission,
    recorded: Mapping[str, str],
    progress: Progress = SILENT,
) -> Changes:
    """Hold a package as it is against what was remembered of it.

    ``recorded`` are the SHA-256 of its files by name: a copied file has another time, but need
    not be another one.
    """
    nothing = ObjectDigests(
        np.zeros(0, dtype=object), np.zeros((0, 16), dtype=np.uint8), np.zeros((0, 4))
    )
    digests = {name: digest_objects(table, progress) for name, table in submission.layers.items()}
    layers = {}
    for name in sorted(memory.layers.keys() | digests.keys()):
        old, new = memory.layers.get(name, nothing), digests.get(name, nothing)
        layers[name] = LayerChanges(old, new, matched(old, new))
    return Changes(layers, _evidence_changed(memory, submission, recorded), digests)


def _evidence_changed(memory: Memory, submission: Submission, recorded: Mapping[str, str]) -> bool:
    """Whether photos, tracks or stores are others than before."""
    paths = {*submission.evidence, *submission.photos, *submission.tracks}
    files = {item.name: item for item in submission.files if item.path in paths}
    now = file_states(submission)
    for name, item in files.items():
        then = memory.files.get(name, "")
        if now.get(name) == then:
            continue
        if now.get(name, "").split(":")[0] != then.split(":")[0]:
            return True
        if _sha256(item.path) != recorded.get(name):
            return True
    suffixes = {name.rsplit(".", 1)[-1] for name in files}
    lost = memory.files.keys() - now.keys()
    return any(name.rsplit(".", 1)[-1] in suffixes for name in lost)


def _sha256(path: Path) -> str:
    whole = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                whole.update(block)
    except OSError:
        return ""
    return whole.hexdigest()
