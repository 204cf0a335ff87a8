"""``manifest.json``: what the package says it holds, against what it holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..findings import Text
from ..progress import SILENT, Progress
from ..seal import file_digests
from .containers import unsafe_reason
from .submission import Limits, Problem, SourceFile

_LITTER = ("thumbs.db", "desktop.ini", ".ds_store")
_LITTER_ENDINGS = (".lock", "-shm", "-wal")
"""What file managers and databases leave behind: no part of a package."""

_SHOWN = 16


def read_manifest(
    path: Path, name: str, limits: Limits
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Parse a manifest; ``None`` and a problem when it is not one."""
    try:
        if path.stat().st_size > limits.manifest_bytes:
            raise ValueError(f"larger than {limits.manifest_bytes} bytes")
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        if not isinstance(document, dict) or not isinstance(document.get("objects", []), list):
            raise ValueError("not an object with a list of objects")
    except (OSError, ValueError, RecursionError) as error:
        text = Text(
            f"清单 {name} 无法读取：{error}", f"The manifest {name} cannot be read: {error}"
        )
        return None, [Problem("manifest_unreadable", name, "", text)]
    return document, []


def compare_manifest(
    manifest: dict[str, Any],
    name: str,
    files: list[SourceFile],
    progress: Progress = SILENT,
) -> list[Problem]:
    """One problem for each object that differs from its file, naming the first difference.

    Parameters
    ----------
    name
        Path of the manifest inside the package; its objects lie beside it.
    """
    base = name.rpartition("/")[0]
    by_name = {file.name: file for file in files}
    total = max(sum(file.bytes for file in files), 1)
    listed: set[str] = set()
    out: list[Problem] = []
    done = 0
    for entry in manifest.get("objects", []):
        progress.at(done / total)
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(path, str) or unsafe_reason(path) is not None:
            out.append(_mismatch(str(path)[:200], "unsafe", _UNSAFE))
            continue
        inside = _inside(base, path)
        listed.add(inside)
        file = by_name.get(inside)
        if file is None:
            out.append(_mismatch(inside, "missing", _MISSING))
            continue
        difference = _difference(entry, file, progress)
        done += file.bytes
        if difference is not None:
            out.append(_mismatch(inside, *difference))
    for file in files:
        if file.name != name and file.name not in listed and not _is_litter(file.name):
            out.append(_mismatch(file.name, "unlisted", _UNLISTED))
    return out


_UNSAFE = Text("清单中的路径不合法", "its path in the manifest is not one inside the package")
_MISSING = Text("清单中有，包内没有", "it is in the manifest but not in the package")
_UNLISTED = Text("包内有，清单中没有", "it is in the package but not in the manifest")


def _difference(
    entry: dict[str, Any], file: SourceFile, progress: Progress
) -> tuple[str, Text] | None:
    size = entry.get("bytes")
    if size is not None and size != file.bytes:
        return "bytes", Text(
            f"清单记为 {size} 字节，实为 {file.bytes} 字节",
            f"the manifest says {size} bytes, it has {file.bytes}",
        )
    stated = {key: entry[key] for key in ("sha256", "sm3") if entry.get(key)}
    if not stated:
        return None
    try:
        actual = file_digests(file.path, progress)
    except OSError as error:
        return "missing", Text(f"文件无法读取：{error}", f"it cannot be read: {error}")
    for key, value in stated.items():
        # Without SM3 in this Python's OpenSSL that digest cannot be compared.
        if actual[key] is not None and str(value).strip().lower() != actual[key]:
            return key, Text(
                f"{key.upper()} 摘要不符：清单 {str(value)[:_SHOWN]}…，"
                f"文件 {actual[key][:_SHOWN]}…",
                f"its {key.upper()} differs: {str(value)[:_SHOWN]}… in the manifest, "
                f"{actual[key][:_SHOWN]}… of the file",
            )
    return None


def _inside(base: str, path: str) -> str:
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    return "/".join([base, *parts] if base else parts)


def _is_litter(name: str) -> bool:
    last = name.rpartition("/")[2].lower()
    return last in _LITTER or last.endswith(_LITTER_ENDINGS) or last.startswith("._")


def _mismatch(file: str, cause: str, why: Text) -> Problem:
    text = Text(f"“{file}”与清单不符：{why.zh}", f"'{file}' differs from the manifest: {why.en}")
    return Problem("manifest_mismatch", file, "", text, cause)
