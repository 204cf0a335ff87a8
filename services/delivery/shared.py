"""The queue that belongs to this profile of QGIS: the panel and the algorithm use the same."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from ..audit.local import state_folder
from .queue import DeliveryQueue

VARIABLE = "ONEMAP_QUEUE"
"""Names the queue's file where an administrator wants it elsewhere."""
_lock = threading.Lock()
_open: dict[Path, DeliveryQueue] = {}


def queue_path() -> Path:
    """Where the queue lies."""
    given = os.environ.get(VARIABLE, "")
    if given:
        return Path(given)
    core = sys.modules.get("qgis.core")
    if core is not None and core.QgsApplication.instance() is not None:
        base = Path(core.QgsApplication.qgisSettingsDirPath()) / "onemap_verify"
    else:
        base = state_folder()
    return base / "delivery" / "queue.db"


def queue() -> DeliveryQueue:
    """The queue, opened once.

    Raises
    ------
    QueueProblem
        When it cannot be opened.
    """
    path = queue_path()
    with _lock:
        if path not in _open:
            _open[path] = DeliveryQueue(path)
        return _open[path]


def close() -> None:
    """Let go of every queue that was opened (when the plugin is unloaded)."""
    with _lock:
        for each in _open.values():
            each.close()
        _open.clear()
