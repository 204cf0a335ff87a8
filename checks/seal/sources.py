"""What goes into a sealed package: the files of a folder, a zip or a single file."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..findings import Text
from .errors import SealError
from .names import unsafe

_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_LITTER = {"thumbs.db", "desktop.ini", ".ds_store"}


@dataclass(frozen=True)
class Member:
    """A file on its way into a package; ``open`` may be called more than once."""

    name: str
    open: Callable[[], BinaryIO]


def members(source: Path) -> tuple[list[Member], Callable[[], None]]:
    """The files of a source by name, and what to call when they are no longer needed.

    A folder database (``.gdb``) keeps its folder; the files a file manager leaves behind are
    left out.

    Raises
    ------
    SealError
        For a source that is not there or not readable, and names that are not safe.
    """
    try:
        if source.is_dir():
            return _of_folder(source), lambda: None
        if source.suffix.lower() == ".zip":
            return _of_zip(source)
        if source.is_file():
            return [file_member(source.name, source)], lambda: None
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise SealError(
            Text(f"{source.name} 无法读取：{error}", f"{source.name} cannot be read: {error}")
        ) from error
    raise SealError(Text(f"找不到 {source}", f"There is no {source}"))


def file_member(name: str, path: Path) -> Member:
    """A member that is a file on disk."""
    _safe(name)
    return Member(name, lambda: path.open("rb"))


def _of_folder(folder: Path) -> list[Member]:
    base = folder.parent if folder.suffix.lower() == ".gdb" else folder
    out = []
    for inner, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(inner) / name
            if path.is_symlink():
                raise SealError(
                    Text(
                        f"{path.name} 是符号链接，不能封装",
                        f"{path.name} is a symbolic link and cannot be sealed",
                    )
                )
        out += [Path(inner) / name for name in files if name.lower() not in _LITTER]
    return sorted(
        (file_member(path.relative_to(base).as_posix(), path) for path in out),
        key=lambda member: member.name,
    )


def _of_zip(path: Path) -> tuple[list[Member], Callable[[], None]]:
    opened = zipfile.ZipFile(path)
    out = []
    for info in opened.infolist():
        name = decoded_name(info)
        if info.is_dir() or name.rpartition("/")[2].lower() in _LITTER:
            continue
        if info.flag_bits & _ENCRYPTED_FLAG:
            opened.close()
            raise SealError(
                Text(f"{path.name} 已加密，请先解密", f"{path.name} is encrypted: decrypt it first")
            )
        _safe(name)
        out.append(Member(name, _opener(opened, info)))
    return sorted(out, key=lambda member: member.name), opened.close


def _opener(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], Any]:
    return lambda: opened.open(info)


def decoded_name(info: zipfile.ZipInfo) -> str:
    """The name of a member: UTF-8 where it says so or where it can be, else GBK."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gbk"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return info.filename


def _safe(name: str) -> None:
    reason = unsafe(name)
    if reason is not None:
        raise SealError(
            Text(
                f"“{name[:200]}”不能封装：{reason.zh}",
                f"'{name[:200]}' cannot be sealed: {reason.en}",
            )
        )
