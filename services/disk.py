"""A disk that is full, said as such: libraries call it by many names."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from ..checks.findings import Text

LITTLE = 256 << 10
"""Bytes free below which what cannot be written is taken for what there is no room for."""


def reason(error: object, path: Path) -> Text:
    """Why ``path`` could not be written."""
    plain = getattr(error, "strerror", None) or str(error)
    if not is_full(error, path):
        return Text(plain, plain)
    return Text(f"磁盘空间不足（{plain}）", f"the disk is full ({plain})")


def is_full(error: object, path: Path) -> bool:
    """Whether the disk of ``path`` has no room, as far as can be told afterwards."""
    if getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error):
        return True
    if isinstance(error, OSError) and error.errno not in (None, 0, errno.EIO):
        return False
    folder = next((each for each in (path, *path.parents) if each.is_dir()), None)
    return folder is not None and shutil.disk_usage(folder).free < LITTLE
