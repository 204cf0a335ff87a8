"""What can differ between a package and its manifest, and how a stream is held against it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..findings import Text
from ..progress import Progress
from .manifest import Manifest, Object
from .sm3 import new_sm3

ARCHIVE = "(zip)"
"""What is named when the archive itself differs and no object of it does."""
_BLOCK = 1 << 20
_MOST = 100


@dataclass(frozen=True)
class Difference:
    """An object that is not as it was sealed.

    ``kind`` is ``changed``, ``missing``, ``extra``, ``header``, ``trailing`` or
    ``manifest``.
    """

    name: str
    kind: str
    why: Text


@dataclass
class Contents:
    """The manifest, the digests of the whole file (empty for a folder) and what differs."""

    manifest: Manifest | None = None
    sha256: str = ""
    sm3: str = ""
    differences: list[Difference] = field(default_factory=list)

    def add(self, name: str, kind: str, why: Text) -> None:
        """Keep a difference; beyond a hundred nobody reads on."""
        if len(self.differences) < _MOST:
            self.differences.append(Difference(name, kind, why))


CHANGED = Text("内容与清单的摘要不符", "its content does not have the digests of the manifest")
MISSING = Text("清单中有，包内没有", "it is in the manifest but not in the package")
EXTRA = Text("包内有，清单中没有", "it is in the package but not in the manifest")
HEADER = Text("压缩包中它的目录信息被改动", "what the archive says about it was changed")
CUT = Text("文件在此处被截断", "the file ends here")
PACKED_ANEW = Text("压缩包被其他程序重新打包", "another program packed the archive anew")
TRAILING = Text("文件末尾多出数据", "there are bytes behind the end")
NO_MANIFEST = Text("没有清单 manifest.json", "there is no manifest.json")
DAMAGED = Text("清单已损坏", "the manifest is damaged")


class Hashes:
    """Both digests of everything read."""

    def __init__(self) -> None:
        self.sha256, self.sm3 = hashlib.sha256(), new_sm3()

    def update(self, data: bytes) -> None:
        """Take in ``data``."""
        self.sha256.update(data)
        self.sm3.update(data)


def matches(one: Object, opened: Callable[[], Any], progress: Progress) -> bool:
    """Whether a stream has the size and the digests that the manifest states."""
    hashes, left = Hashes(), one.bytes
    with opened() as stream:
        while left >= 0:
            block = stream.read(min(_BLOCK, left + 1))
            if not block:
                break
            progress.check()
            left -= len(block)
            hashes.update(block)
    return left == 0 and (hashes.sha256.hexdigest(), hashes.sm3.hexdigest()) == (
        one.sha256,
        one.sm3,
    )
