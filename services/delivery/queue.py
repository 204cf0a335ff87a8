"""The queue of deliveries: one SQLite file and our own copies of the packages beside it.

Every change of state is one transaction that has reached the disk before the call returns
(write-ahead log, ``synchronous=FULL``); a process that is killed, or a machine that loses its
power, finds at the next start exactly the last state that was told. What the *platform* holds is
never taken from here but asked for again. A claim on a delivery is a lock of the operating
system, so that it ends with the process that held it.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from .admission import Admission, examine
from .problems import NotAdmitted, Problem, QueueProblem
from .queue_file import QueueFile, sync_folder
from .states import NO_TEXT, Delivery, Hold, Mode, State
from .zones import zone_problem

Deliveries = list[Delivery]
Problems = list[Problem]
"""Named here, for the queue's method ``list`` hides the type."""


class DeliveryQueue(QueueFile):
    """Deliveries waiting, under way and done.

    Parameters
    ----------
    path
        The SQLite file; it and the folder ``<name>.packages`` are made where missing.

    Raises
    ------
    QueueProblem
        When the file cannot be opened or written, or was made by a newer version.
    """

    # -- what is there ------------------------------------------------------------------

    def list(self, profile: str | None = None) -> Deliveries:
        """Return all deliveries in the order in which they were added."""
        rows = self._read("SELECT * FROM deliveries ORDER BY id")
        return [self._delivery(row) for row in rows if profile in (None, row["profile"])]

    def get(self, number: int) -> Delivery:
        """Return one delivery; ``KeyError`` when there is none of that number."""
        rows = self._read("SELECT * FROM deliveries WHERE id = ?", (number,))
        if not rows:
            raise KeyError(number)
        return self._delivery(rows[0])

    def due(self, profile: str, now: float) -> Deliveries:
        """Return what may be carried now, what was added first first."""
        rows = self._read(
            "SELECT * FROM deliveries WHERE profile = ? AND due <= ?"
            " AND state IN ('waiting', 'uploading', 'confirming', 'failed') ORDER BY id",
            (profile, now),
        )
        return [self._delivery(row) for row in rows]

    # -- what a person does ---------------------------------------------------------------

    def add(
        self,
        package: Path,
        profile: Any,
        mode: Mode = Mode.PACKAGE,
        trust: Any = None,
        progress: Progress = SILENT,
    ) -> Delivery:
        """Take a sealed package into the queue; the same package is the same delivery.

        Parameters
        ----------
        package
            The sealed ``.zip``. It stays where it is; the queue keeps a copy of its own.
        profile
            The :class:`..site.SiteProfile` of the platform.
        trust
            Whom to trust as signers (``checks.seal.Trust``); the profile's when missing.

        Raises
        ------
        NotAdmitted
            When it is not verified, not sealed, not intact, or may not leave its network zone.
        QueueProblem
            When the queue cannot be written.
        """
        package = Path(package)
        incoming = self.folder / f".incoming-{uuid.uuid4().hex}"
        try:
            _take(package, incoming)
            admission = examine(incoming, profile, trust, progress)
            problems = [*admission.problems]
            problems += [p for p in [zone_problem(admission.zone, profile)] if p is not None]
            problems += self._conflicts(admission, profile.id)
            if problems:
                raise NotAdmitted(problems)
            target = self.folder / f"{admission.sha256}.zip"
            os.replace(incoming, target)
            sync_folder(self.folder)
        except OSError as error:
            raise self._unusable(error) from error
        finally:
            with suppress(OSError):
                incoming.unlink()
        try:
            return self._enter(admission, profile.id, mode, target, package)
        except QueueProblem:
            self._drop(target)
            raise

    def pause(self, number: int) -> Delivery:
        """Stop it until :meth:`resume`; a courier at work notices within a second."""
        self._write(
            "UPDATE deliveries SET state = 'paused', hold = 'user', reason_zh = ?, reason_en = ?,"
            " rate = 0, updated = ? WHERE id = ? AND state NOT IN ('delivered', 'rejected')",
            ("由用户暂停", "paused by the user", time.time(), number),
        )
        return self.get(number)

    def resume(self, number: int) -> Delivery:
        """Let what is paused or has failed go on at once."""
        self._write(
            "UPDATE deliveries SET state = 'waiting', hold = '', reason_zh = '', reason_en = '',"
            " due = 0, tries = 0, updated = ? WHERE id = ? AND state IN ('paused', 'failed')",
            (time.time(), number),
        )
        return self.get(number)

    def retry(self, number: int) -> Delivery:
        """As :meth:`resume`, and a rejected package is sent anew from its first byte."""
        self._write(
            "UPDATE deliveries SET state = 'waiting', hold = '', reason_zh = '', reason_en = '',"
            " due = 0, tries = 0, sent = 0, upload_url = '', receipt = '{}', updated = ?"
            " WHERE id = ? AND state = 'rejected'",
            (time.time(), number),
        )
        return self.resume(number)

    def signed_in(self, profile: str) -> int:
        """After a sign-in: what waited for it goes on. Returns how many."""
        return self._write(
            "UPDATE deliveries SET state = 'waiting', hold = '', reason_zh = '', reason_en = '',"
            " due = 0, tries = 0, updated = ?"
            " WHERE profile = ? AND state = 'paused' AND hold IN ('sign_in', 'not_allowed')",
            (time.time(), profile),
        )

    # -- what the courier does ------------------------------------------------------------

    @contextmanager
    def claim(self, number: int) -> Iterator[bool]:
        """Yield whether this process alone may carry the delivery now."""
        # An exclusive transaction on a database of its own is a lock that every system has and
        # that ends with its process, however that ends.
        lock = sqlite3.connect(self.folder / f"{number}.lock", timeout=0.0, isolation_level=None)
        try:
            try:
                lock.execute("BEGIN EXCLUSIVE")
                held = True
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise self._unusable(error) from error
                held = False
            yield held
        finally:
            lock.close()

    def update(self, number: int, **columns: Any) -> bool:
        """Write columns of an open delivery; ``False`` when a person has paused it meanwhile.

        ``reason`` may be given as a :class:`Text`, ``state`` and ``hold`` as their enums,
        ``receipt`` as a dictionary. A final state is written whatever else is said.
        """
        reason = columns.pop("reason", None)
        if reason is not None:
            columns["reason_zh"], columns["reason_en"] = reason.zh, reason.en
        if "receipt" in columns:
            columns["receipt"] = json.dumps(columns["receipt"], ensure_ascii=False)
        columns = {
            key: value.value if isinstance(value, (State, Hold, Mode)) else value
            for key, value in columns.items()
        }
        columns["updated"] = time.time()
        final = columns.get("state") in (State.DELIVERED.value, State.REJECTED.value)
        guard = "" if final else " AND NOT (state = 'paused' AND hold = 'user')"
        names = ", ".join(f"{name} = ?" for name in columns)
        return bool(
            self._write(
                # The names are those of our own callers, never of anything read.
                f"UPDATE deliveries SET {names}"  # noqa: S608
                f" WHERE id = ? AND state != 'delivered'{guard}",
                (*columns.values(), number),
            )
        )

    def wanted(self, number: int) -> bool:
        """Whether nobody has paused the delivery."""
        rows = self._read("SELECT state FROM deliveries WHERE id = ?", (number,))
        return bool(rows) and rows[0]["state"] != State.PAUSED.value

    # -- inside ------------------------------------------------------------------------------

    def _drop(self, copy: Path) -> None:
        """Remove a copy that no delivery names: nobody would ever make room by removing it."""
        with suppress(QueueProblem, OSError):
            if not self._read("SELECT 1 FROM deliveries WHERE path = ?", (copy.name,)):
                copy.unlink()

    def _conflicts(self, admission: Admission, profile: str) -> Problems:
        rows = self._read(
            "SELECT 1 FROM deliveries WHERE profile = ? AND package_id = ? AND sha256 != ?"
            " AND state = 'delivered'",
            (profile, admission.package_id, admission.sha256),
        )
        if not rows:
            return []
        text = Text(
            f"编号为 {admission.package_id} 的另一份成果包已送达平台；内容有改动时须使用新的编号"
            "并重新签章",
            f"Another package with the id {admission.package_id} was already delivered; changed "
            "contents need a new id and a new seal",
        )
        return [Problem("id_taken", text)]

    def _enter(
        self, admission: Admission, profile: str, mode: Mode, path: Path, source: Path
    ) -> Delivery:
        now = time.time()
        total = admission.bytes
        self._write(
            "INSERT INTO deliveries (package_id, sha256, sm3, bytes, objects, zone, profile, mode,"
            " path, source, state, hold, reason_zh, reason_en, upload_url, sent, total, rate,"
            " tries, due, created, updated, receipt)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,'waiting','','','','',0,?,0,0,0,?,?,'{}')"
            " ON CONFLICT (profile, sha256) DO UPDATE SET mode = excluded.mode"
            " WHERE state = 'waiting' AND sent = 0 AND upload_url = ''",
            (
                *(admission.package_id, admission.sha256, admission.sm3, admission.bytes),
                *(admission.objects, admission.zone, profile, mode.value, path.name),
                *(str(source), total, now, now),
            ),
        )
        row = self._read(
            "SELECT * FROM deliveries WHERE profile = ? AND sha256 = ?", (profile, admission.sha256)
        )[0]
        return self._delivery(row)

    def _delivery(self, row: sqlite3.Row) -> Delivery:
        values = dict(row)
        zh, en = values.pop("reason_zh"), values.pop("reason_en")
        values["reason"] = Text(zh, en) if zh or en else NO_TEXT
        values["state"] = State(values["state"])
        values["hold"] = Hold(values["hold"])
        values["mode"] = Mode(values["mode"])
        # Only the name is kept, so that the folder as a whole can be moved.
        values["path"] = self.folder / values["path"]
        values["receipt"] = json.loads(values["receipt"])
        return Delivery(**values)


def _take(package: Path, incoming: Path) -> None:
    """Our own copy, on disk for good: a second name for the file where that is possible."""
    if not package.is_file():
        raise NotAdmitted(
            [
                Problem(
                    "no_file",
                    Text(f"没有这个文件：{package}", f"There is no such file: {package}"),
                )
            ]
        )
    try:
        os.link(package, incoming)
    except OSError:
        shutil.copyfile(package, incoming)
    with incoming.open("rb+" if os.name == "nt" else "rb") as stream:
        os.fsync(stream.fileno())
