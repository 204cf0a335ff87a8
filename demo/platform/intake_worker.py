"""Looks at finished uploads one by one and decides about each, once."""

from __future__ import annotations

import json
import logging
import os
import queue
import re
import shutil
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from ...checks.errors import ExplainedError
from ...checks.findings import Text
from ...checks.seal import Trust, file_digests
from ...services.delivery.admission import Admission, examine
from ...services.delivery.problems import Problem
from ...services.delivery.receipts import DAMAGED
from ...services.delivery.rows import Parcels, read_parcels, rows_digest, staging_columns
from .intake_configuration import Configuration
from .intake_receipts import ReceiptWriter
from .intake_store import (
    Store,
    committed_digest,
    load_parcels,
    lock_package,
    note_commit,
    note_receipt,
    note_upload,
    rows_of_batch,
)

_ID = re.compile(r"[A-Za-z0-9_-]{8,128}")
_log = logging.getLogger("intake")


@dataclass(frozen=True)
class Upload:
    """A finished upload and what was said of it when it was announced."""

    id: str
    path: Path
    package_id: str
    sha256: str
    sm3: str
    by: str


class Worker(threading.Thread):
    """Takes uploads in the order in which they were finished, as far as that is known."""

    def __init__(self, configuration: Configuration, store: Store) -> None:
        super().__init__(name="intake", daemon=True)
        self._settings = configuration
        self._store = store
        self._hints: queue.Queue[str] = queue.Queue()
        self._stopped = threading.Event()
        self._now = ""
        self._receipt = ReceiptWriter(configuration)
        self._trust = Trust.load(*configuration.trust)
        self._packages = configuration.folder / "packages"
        self._packages.mkdir(parents=True, exist_ok=True)

    # -- from outside -----------------------------------------------------------------------

    def hint(self, upload_id: str) -> None:
        """An upload may be finished; look at it now."""
        self._hints.put(upload_id)

    def stop(self) -> None:
        """End after what is under way."""
        self._stopped.set()
        self._hints.put("")
        self.join(timeout=10)

    def busy_with(self, package_id: str) -> bool:
        """Whether a package is being looked at this moment."""
        return bool(package_id) and self._now == package_id

    def receipt_of_features(self, package_id: str) -> str | None:
        """The receipt of a batch that a client committed itself, made when first asked for."""
        with self._store.transaction() as cursor:
            cursor.execute(
                "SELECT batch_id, features, sha256, sm3, by FROM intake.commits"
                " WHERE package_id = %s AND kind = 'features'",
                (package_id,),
            )
            row = cursor.fetchone()
            if row is None:
                return None
            batch, features, sha256, sm3, by = row
            facts = {
                "batch_id": batch,
                "features": features,
                "rows_sha256": _digest_of(cursor, batch),
                "srid": _srid_of(cursor, batch),
                "kind": "features",
                "by": by or "",
            }
            text = self._receipt(package_id, sha256, sm3, "committed", (), facts)
            note_receipt(cursor, package_id, sha256, sm3, "committed", text)
        return self._store.receipt(package_id)

    # -- the thread ----------------------------------------------------------------------------

    def run(self) -> None:
        """Follow hints; between them, look through the folder."""
        wait = 0.0
        while not self._stopped.is_set():
            try:
                hint = self._hints.get(timeout=wait) if wait else ""
                names = [hint] if hint else []
            except queue.Empty:
                names = []
            if not names:
                names = self._finished_ones()
            wait = self._settings.scan_seconds
            for name in names:
                if self._stopped.is_set():
                    return
                try:
                    self.look_at(name)
                except Store.Unavailable as error:
                    _log.warning("database: %s", error)
                    self._stopped.wait(0.5)
                except Exception:
                    # One upload that nobody foresaw must not keep the others waiting.
                    _log.exception("upload %s", name)

    def look_at(self, upload_id: str) -> None:
        """Decide about one upload, if it is finished and was not decided upon."""
        upload = self._upload(upload_id)
        if upload is None:
            return
        self._now = upload.package_id
        try:
            if self._store.upload_state(upload.id) is None:
                self._decide(upload)
            self._tidy(upload)
        finally:
            self._now = ""

    def _finished_ones(self) -> list[str]:
        names = []
        with suppress(OSError):
            entries = [each for each in os.scandir(self._settings.uploads) if each.is_file()]
            entries = [each for each in entries if each.name.endswith(".json")]
            names = [each.name[: -len(".json")] for each in sorted(entries, key=_age)]
        return names

    def _upload(self, upload_id: str) -> Upload | None:
        """What the tus server wrote down; ``None`` while bytes are missing."""
        if not _ID.fullmatch(upload_id):
            return None
        path = self._settings.uploads / upload_id
        try:
            facts = json.loads(path.with_name(f"{upload_id}.json").read_text(encoding="utf-8"))
            said = facts["metadata"]
            if path.stat().st_size != facts["size"]:
                return None
            return Upload(
                upload_id,
                path,
                str(said["package_id"]),
                str(said["sha256"]),
                str(said["sm3"]),
                str(said.get("by") or ""),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _decide(self, upload: Upload) -> None:
        with self._store.transaction() as cursor:
            known = committed_digest(cursor, upload.package_id)
            if known == upload.sha256:
                note_upload(cursor, upload.id, upload.package_id, upload.sha256, "duplicate")
                return
        problems, parcels, admission = self._problems(upload, known)
        try:
            with self._store.transaction() as cursor:
                lock_package(cursor, upload.package_id)
                known = committed_digest(cursor, upload.package_id)
                if known == upload.sha256:
                    note_upload(cursor, upload.id, upload.package_id, upload.sha256, "duplicate")
                elif problems or parcels is None or known is not None:
                    self._reject(cursor, upload, problems or (_TAKEN,), admission)
                else:
                    self._commit(cursor, upload, parcels, admission)
        except psycopg2.DataError as error:
            _log.warning("upload %s: %s", upload.id, error)
            with self._store.transaction() as cursor:
                self._reject(cursor, upload, (_unstorable(error),), admission)

    def _problems(
        self, upload: Upload, known: str | None
    ) -> tuple[tuple[Problem, ...], Parcels | None, Admission]:
        admission = examine(upload.path, trust=self._trust)
        sha256, sm3 = admission.sha256, admission.sm3
        if not sha256:
            digests = file_digests(upload.path)
            sha256, sm3 = str(digests["sha256"]), str(digests["sm3"])
        if (sha256, sm3) != (upload.sha256, upload.sm3):
            return (_DAMAGED,), None, admission
        if admission.problems:
            return admission.problems, None, admission
        if admission.package_id != upload.package_id:
            return (_OTHER_ID,), None, admission
        if known is not None:
            return (_TAKEN,), None, admission
        try:
            return (), read_parcels(upload.path), admission
        except ExplainedError as error:
            return (Problem("no_parcels", error.text),), None, admission

    def _commit(self, cursor: Any, upload: Upload, parcels: Parcels, admission: Admission) -> None:
        """Rows, commit, receipt and the upload's end: one transaction, all or nothing."""
        batch = f"package:{upload.package_id}:{upload.sha256[:16]}"
        load_parcels(cursor, batch, parcels)
        note_commit(
            cursor,
            batch,
            upload.package_id,
            len(parcels),
            upload.sha256,
            upload.sm3,
            upload.by,
        )
        if (stored := _digest_of(cursor, batch)) != parcels.digest():
            # Never seen; if it happens, nothing of it is to stay.
            raise RuntimeError(f"{batch}: the rows stored are not the rows read")
        facts = {
            "batch_id": batch,
            "features": len(parcels),
            "rows_sha256": stored,
            "srid": parcels.srid,
            "kind": "package",
            "upload": upload.id,
            "by": upload.by,
        }
        text = self._receipt(
            upload.package_id,
            upload.sha256,
            upload.sm3,
            "committed",
            (),
            facts,
            admission.objects,
        )
        note_receipt(cursor, upload.package_id, upload.sha256, upload.sm3, "committed", text)
        note_upload(cursor, upload.id, upload.package_id, upload.sha256, "committed")

    def _reject(
        self, cursor: Any, upload: Upload, problems: tuple[Problem, ...], admission: Admission
    ) -> None:
        facts = {"kind": "package", "upload": upload.id, "by": upload.by}
        text = self._receipt(
            upload.package_id,
            upload.sha256,
            upload.sm3,
            "rejected",
            problems,
            facts,
            admission.objects,
        )
        note_receipt(cursor, upload.package_id, upload.sha256, upload.sm3, "rejected", text)
        note_upload(cursor, upload.id, upload.package_id, upload.sha256, "rejected")

    def _tidy(self, upload: Upload) -> None:
        """A committed package is kept, any other upload goes; in this order a kill is harmless."""
        state = self._store.upload_state(upload.id)
        if state is None:
            return
        if state == "committed":
            folder = self._packages / upload.package_id
            folder.mkdir(parents=True, exist_ok=True)
            _move(upload.path, folder / f"{upload.sha256}.zip")
        else:
            upload.path.unlink(missing_ok=True)
        upload.path.with_name(f"{upload.id}.json").unlink(missing_ok=True)


def _move(source: Path, target: Path) -> None:
    """Move a file, also to another disk; at the target it is whole or not there."""
    try:
        os.replace(source, target)
    except OSError:
        part = target.with_name(f".{target.name}.part")
        shutil.copyfile(source, part)
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        os.replace(part, target)
        source.unlink()


def _digest_of(cursor: Any, batch: str) -> str:
    """SHA-256 of a batch as it is stored, see ``rows_digest``."""
    columns = list(staging_columns())
    return rows_digest(
        (
            row[0],
            {name: value for name, value in zip(columns, row[1:]) if value is not None},
            row[-1],
        )
        for row in rows_of_batch(cursor, batch, columns)
    )


def _srid_of(cursor: Any, batch: str) -> int | None:
    cursor.execute(
        "SELECT min(ST_SRID(geom)) FROM intake.staging_parcels WHERE batch_id = %s", (batch,)
    )
    row = cursor.fetchone()
    return int(row[0]) if row and row[0] else None


def _age(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat().st_mtime
    except OSError:
        return 0.0


def _unstorable(error: Exception) -> Problem:
    said = str(error).strip().splitlines()[0][:200]
    return Problem(
        "not_storable",
        Text(f"图斑数据无法入库：{said}", f"The parcels cannot be stored: {said}"),
    )


_DAMAGED = Problem(
    DAMAGED,
    Text(
        "收到的内容与申报的摘要不符，传输中损坏，请重传",
        "What arrived does not have the digests announced: damaged on its way, send it again",
    ),
)
_OTHER_ID = Problem(
    "package_id",
    Text("成果包编号与清单不符", "The package id is not the one in the manifest"),
)
_TAKEN = Problem(
    "id_taken",
    Text(
        "同一编号的另一份成果包已入库；内容有改动时须使用新的编号并重新签章",
        "Another package with this id was already taken in; changed contents need a new id and a "
        "new seal",
    ),
)
