"""The SQLite file below the queue: opened so that what was told has reached the disk."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

from ...checks.findings import Text
from ..disk import reason
from .problems import QueueProblem

VERSION = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  package_id TEXT NOT NULL, sha256 TEXT NOT NULL, sm3 TEXT NOT NULL,
  bytes INTEGER NOT NULL, objects INTEGER NOT NULL, zone TEXT NOT NULL,
  profile TEXT NOT NULL, mode TEXT NOT NULL, path TEXT NOT NULL, source TEXT NOT NULL,
  state TEXT NOT NULL, hold TEXT NOT NULL, reason_zh TEXT NOT NULL, reason_en TEXT NOT NULL,
  upload_url TEXT NOT NULL, sent INTEGER NOT NULL, total INTEGER NOT NULL, rate REAL NOT NULL,
  tries INTEGER NOT NULL, due REAL NOT NULL, created REAL NOT NULL, updated REAL NOT NULL,
  receipt TEXT NOT NULL,
  UNIQUE (profile, sha256)
)
"""


class QueueFile:
    """One connection for all threads of a process; it must not be carried across a fork."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.folder = self.path.with_name(self.path.name + ".packages")
        self._lock = threading.RLock()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                self.path, timeout=30.0, isolation_level=None, check_same_thread=False
            )
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            found = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if found > VERSION:
                raise QueueProblem(
                    Text(
                        f"交付队列 {self.path} 由更新版本的插件创建，请升级插件",
                        f"The queue {self.path} was made by a newer version: update the plugin",
                    )
                )
            self._connection.execute(_TABLE)
            if found != VERSION:
                # Written once only: a queue can be read on a disk that is full.
                self._connection.execute(f"PRAGMA user_version={VERSION}")
            sync_folder(self.path.parent)
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, sql: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise self._unusable(error) from error

    def _write(self, sql: str, values: tuple[Any, ...]) -> int:
        with self._lock:
            try:
                return self._connection.execute(sql, values).rowcount
            except sqlite3.Error as error:
                raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> QueueProblem:
        why = reason(error, self.path)
        return QueueProblem(
            Text(
                f"交付队列 {self.path} 无法使用：{why.zh}。已有的交付和成果包不会丢失",
                f"The queue {self.path} cannot be used: {why.en}. No delivery and no package in it "
                "is lost",
            )
        )


def sync_folder(folder: Path) -> None:
    """Make names in ``folder`` last (a folder cannot be opened on Windows, nor need it be)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
