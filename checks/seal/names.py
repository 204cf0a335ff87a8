"""Names of objects in a package: which are safe, and when two are the same."""

from __future__ import annotations

import re
import unicodedata

from ..findings import Text

_DRIVE = re.compile(r"^[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LONGEST = 1000


def unsafe(name: str) -> Text | None:
    """Why a package must not hold an object of this name; ``None`` where it may."""
    parts = name.split("/")
    if not name or len(name.encode("utf-8", "replace")) > LONGEST or _CONTROL.search(name):
        return Text(
            "名称为空、过长或含控制字符", "its name is empty, too long or has control signs"
        )
    if name.startswith("/") or _DRIVE.match(name) or "\\" in name:
        return Text("名称是绝对路径或含反斜杠", "its name is an absolute path or has a backslash")
    if any(part in ("", ".", "..") or not part.rstrip(". ") for part in parts):
        return Text("名称含“..”或空段，可能指向包外", "its name has '..' or empty parts in it")
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return Text("名称不是合法的 UTF-8", "its name is no valid UTF-8")
    return None


def same(name: str) -> str:
    """Equal for names that one or another file system takes for the same."""
    return unicodedata.normalize("NFC", name).casefold()
