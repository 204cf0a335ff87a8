"""Every evidence photo of a package as columns: what the store says, what the camera says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Union

import numpy as np

from ..findings import Text
from ..progress import SILENT, Progress
from ..submission.evidence import MOST_BYTES, EvidenceStore, StoredParcel, open_store
from ..submission.photos_exif import parse_moment
from ..submission.submission import Submission
from ..table import BoolArray, FloatArray, TextArray
from .photo_match import NO_MATCH, Match, ParcelNames
from .photo_read import Grey, Picture, in_threads, read_picture

LOOSE, STORED = "photos", "FJ"
"""Layers that findings about photos name: loose files, and rows of the store."""

_NOT_PHOTOS: tuple[str, ...] = (
    ".mp4",
    ".avi",
    ".mov",
    ".3gp",
    ".pdf",
    ".doc",
    ".docx",
    ".xls",
    ".xlsx",
)
_NOT_PHOTOS += (".mp3", ".amr", ".wav", ".m4a", ".txt", ".zip")
_AERIAL = re.compile(r"无人机|航拍|uav|drone|(?:^|[/_])dji[_/]", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")

NO_CONTENT = Text("没有照片内容", "there is no picture in it")
NOT_OURS = Text("没有读取的权限或已不存在", "it may not be read or is gone")
TOO_LONG = Text("附件过大", "the attachment is too large")

Address = Union[Path, tuple[Path, int]]


@dataclass(frozen=True)
class Delivered:
    """One photo as delivered: a loose file, or a row of a store.

    ``name`` is what people know it by, ``path`` where it lies in the package,
    ``address`` where its bytes are; ``values`` are the store's columns.
    """

    layer: str
    object_id: str
    name: str
    path: str
    address: Address
    values: dict[str, str]
    match: Match


@dataclass
class PhotoSet:
    """All photos, in a fixed order: stores by name and row, then files by name.

    Arrays have shape ``(photos,)``. ``longitude`` … ``local_time`` are the
    camera's words (Exif), ``stored_…`` the store's; NaN where not said. Times
    are seconds since 1970 of a clock on the wall (no zone), ``gps_time`` UTC.
    ``problems`` are stores that could be read in part; ``parcels_said`` the
    rows of the stores' parcel tables.
    """

    delivered: list[Delivered] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    problems: list[tuple[str, Text]] = field(default_factory=list)
    parcels_said: list[StoredParcel] = field(default_factory=list)
    codes_used: bool = False
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.delivered)

    def exif(self, name: str) -> FloatArray:
        """One number of the Exif of every photo."""
        return np.array([getattr(p.exif, name) for p in self.pictures], dtype=np.float64)

    def stored(self, *names: str) -> FloatArray:
        """One number of the store's columns, the first name that has one."""
        out = np.full(len(self), np.nan)
        for row, each in enumerate(self.delivered):
            for name in names:
                found = _NUMBER.search(each.values.get(name, ""))
                if found:
                    out[row] = float(found.group())
                    break
        return out

    def words(self, name: str) -> TextArray:
        """One text of the store's columns, ``""`` where it says nothing."""
        return np.array([each.values.get(name, "") for each in self.delivered], dtype=object)

    @property
    def stored_time(self) -> FloatArray:
        """PSSJ as seconds since 1970 of a clock on the wall."""
        said = self.words("PSSJ")
        return np.array([_moment(text) for text in said], dtype=np.float64)

    @property
    def decoded(self) -> BoolArray:
        """Photos whose picture could be looked at."""
        return np.array([p.grey is not None for p in self.pictures], dtype=bool)

    @property
    def aerial(self) -> BoolArray:
        """Photos from above, as their folder, name or camera says."""
        return np.array(
            [
                bool(_AERIAL.search(each.path)) or picture.exif.make.upper().startswith("DJI")
                for each, picture in zip(self.delivered, self.pictures)
            ],
            dtype=bool,
        )

    @property
    def devices(self) -> TextArray:
        """Make, model and serial number of the camera; ``""`` where nothing is said."""
        return np.array(
            [
                "/".join((p.exif.make, p.exif.model, p.exif.serial)).strip("/")
                for p in self.pictures
            ],
            dtype=object,
        )

    def grey(self) -> tuple[Grey, BoolArray]:
        """Small grey copies, shape ``(photos, side, side)``, and which of them say anything."""
        side = 64
        out = np.zeros((len(self), side, side), dtype=np.uint8)
        usable = np.zeros(len(self), dtype=bool)
        for row, picture in enumerate(self.pictures):
            if picture.grey is not None:
                out[row] = picture.grey
                usable[row] = not picture.blank
        return out, usable


def list_photos(
    submission: Submission, names: ParcelNames, progress: Progress = SILENT
) -> PhotoSet:
    """Read every photo of ``submission`` once, streaming."""
    out = PhotoSet()
    stores = [open_store(path, progress) for path in submission.evidence]
    labels = {file.path: file.name for file in submission.files}
    for store in stores:
        label = labels.get(store.path, store.path.name)
        out.problems += [(label, problem) for problem in store.problems]
        out.parcels_said += store.parcels
        out.codes_used |= "JYM" in store.columns
        store.problems.clear()
    jobs = list(_deliveries(submission, stores, names, labels, out))
    contents = _contents(stores, jobs, progress)
    total = max(len(jobs), 1)
    for number, picture in enumerate(in_threads(_read, contents, progress)):
        progress.at(number / total)
        out.delivered.append(jobs[number])
        out.pictures.append(picture)
    for store in stores:
        out.problems += [(labels.get(store.path, store.path.name), p) for p in store.problems]
    return out


def read_again(delivered: Delivered) -> bytes:
    """The bytes of a photo once more; empty where they cannot be had."""
    if isinstance(delivered.address, Path):
        found = _of_file(delivered.address)
        return found if isinstance(found, bytes) else b""
    path, key = delivered.address
    store = open_store(path)
    store.photos = [photo for photo in store.photos if photo.key == key]
    return next((content for _, content in store.pictures() if content), b"")


def _deliveries(
    submission: Submission,
    stores: list[EvidenceStore],
    names: ParcelNames,
    labels: dict[Path, str],
    out: PhotoSet,
) -> Iterator[Delivered]:
    points = _photo_points(submission)
    rows_of: dict[str, list[dict[str, str]]] = {}
    loose = {path.stem.upper(): path for path in submission.photos}
    taken: set[Path] = set()
    for number, store in enumerate(stores):
        label = labels.get(store.path, store.path.name)
        for photo in store.photos:
            name = photo.values.get("FJMC", "")
            if name.lower().endswith(_NOT_PHOTOS):
                out.left_out += 1
                continue
            object_id = photo.values.get("F_ID") or str(photo.key)
            if number:
                object_id = f"{store.path.stem}:{object_id}"
            match = names.of_row(photo.values)
            if not match.rows and name:
                match = names.of_path(PurePosixPath(name.replace("\\", "/")).as_posix())
            address: Address = (store.path, photo.key)
            beside = loose.get(_stem(name)) if name else None
            if not photo.bytes and beside is not None:
                # The row speaks of a file that lies beside the store.
                address = beside
                taken.add(beside)
            for key in (_stem(name), object_id.upper()):
                rows_of.setdefault(key, []).append(photo.values)
            yield Delivered(
                STORED, object_id, name or object_id, label, address, photo.values, match
            )
    for path in submission.photos:
        if path in taken:
            continue
        inside = labels.get(path, path.name)
        said = rows_of.get(path.stem.upper(), [])
        values = said[0] if len(said) == 1 else points.get(path.stem.upper(), {})
        match = names.of_row(values) if values else NO_MATCH
        if not match.rows:
            match = names.of_path(inside)
        yield Delivered(LOOSE, path.name, path.name, inside, path, values, match)


def _photo_points(submission: Submission) -> dict[str, dict[str, str]]:
    """What the delivered points JZZP say of loose files, by file name."""
    table = submission.layers.get("JZZP")
    out: dict[str, dict[str, str]] = {}
    if table is None or "NAME" not in table.columns:
        return out
    parcels = submission.layers.get("DCCGTB")
    of_key: dict[str, str] = {}
    if parcels is not None:
        of_key = dict(zip(parcels.text("WYM"), parcels.text("BSM")))
    columns = {
        "TBYBH": "TBYBH",
        "PSSJ": "PSSJ",
        "PSJD": "AZIM",
        "PSRY": "PSR",
        "LONGITUDE": "PICX",
        "LATITUDE": "PICY",
    }
    for row, name in enumerate(table.text("NAME")):
        if name:
            values = {key: str(table.text(column)[row]) for key, column in columns.items()}
            values["JKBSM"] = of_key.get(table.text("WYM")[row], "")
            out[_stem(name)] = values
    return out


def _contents(
    stores: list[EvidenceStore], jobs: list[Delivered], progress: Progress
) -> Iterator[bytes | Path | Text]:
    """The bytes of stored photos in the order of ``jobs``; files as paths, read by the threads."""
    place = 0
    for store in stores:
        pictures = store.pictures(progress)
        found: tuple[int, bytes | None] | None = next(pictures, None)
        while place < len(jobs):
            job = jobs[place]
            if job.layer != STORED or not _belongs(job, store.path):
                break
            place += 1
            if isinstance(job.address, Path):
                yield job.address
                continue
            while found is not None and found[0] != job.address[1]:
                found = next(pictures, None)
            yield _or_reason(store, job.address[1], found[1] if found else None)
    for job in jobs[place:]:
        yield job.address if isinstance(job.address, Path) else NO_CONTENT


def _belongs(job: Delivered, path: Path) -> bool:
    return isinstance(job.address, Path) or job.address[0] == path


def _or_reason(store: EvidenceStore, key: int, content: bytes | None) -> bytes | Text:
    if content:
        return content
    size = next((photo.bytes for photo in store.photos if photo.key == key), 0)
    return TOO_LONG if size > MOST_BYTES else NO_CONTENT


def _read(given: bytes | Path | Text) -> Picture:
    content = _of_file(given) if isinstance(given, Path) else given
    if isinstance(content, Text):
        return Picture(reason=content, cause="empty" if content is NO_CONTENT else "damaged")
    return read_picture(content)


def _of_file(path: Path) -> bytes | Text:
    try:
        if path.stat().st_size > MOST_BYTES:
            return TOO_LONG
        return path.read_bytes()
    except OSError:
        return NOT_OURS


def _stem(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).stem.upper()


def _moment(text: str) -> float:
    """PSSJ as text, or as seconds or milliseconds since 1970."""
    if text.isdigit() and len(text) in (10, 13):
        seconds = float(text) / (1000 if len(text) == 13 else 1)
        return seconds + 8 * 3600
    return parse_moment(text)
