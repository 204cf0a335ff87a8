"""Archives of strangers, unpacked without harm.

Every member is judged by its name and its stated size before anything is
written; what is written is counted again, because stated sizes can lie.
"""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ..findings import Text
from ..progress import SILENT, Progress
from .submission import Limits, Problem, SubmissionError

_BLOCK = 1 << 20
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_DRIVE = re.compile(r"^[A-Za-z]:")
_RESERVED = re.compile(r"^(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\..*)?$", re.IGNORECASE)
_LITTER = "__MACOSX/"


@dataclass
class Unpacked:
    """What came out of an archive: names inside the package and problems."""

    names: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def unpack_zip(
    archive: Path,
    target: Path,
    limits: Limits,
    progress: Progress = SILENT,
    prefix: str = "",
) -> Unpacked:
    """Unpack ``archive`` into the folder ``target``.

    Parameters
    ----------
    prefix
        Path inside the package at which the archive lies (for names of
        problems): ``""`` for the package itself.

    Raises
    ------
    SubmissionError
        When it is no zip, is encrypted throughout, or would unpack to more
        than ``limits`` allow.
    """
    name = PurePosixPath(prefix).name or archive.name
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            _check_limits(name, archive, members, limits, target)
            names = _member_names(members)
            return _Unpacking(opened, name, target, prefix).run(members, names, progress)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError) as error:
        raise SubmissionError(
            Text(f"压缩包 {name} 损坏或不完整：{error}", f"The archive {name} is damaged: {error}")
        ) from error


def unsafe_reason(name: str) -> Text | None:
    """Why a member name must not be written to disk, ``None`` where it may."""
    parts = name.replace("\\", "/").split("/")
    if "\0" in name or not name.strip():
        return Text("文件名为空或含有空字符", "an empty name or one with a NUL in it")
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        return Text("是绝对路径", "an absolute path")
    # Windows drops blanks and dots at the end: there ".. " is ".." as well.
    if any(part not in ("", ".") and not part.rstrip(". ") for part in parts):
        return Text("含有“..”，指向包外", "'..' in it, which leads out of the package")
    if any(_RESERVED.match(part) or ":" in part for part in parts):
        return Text("是操作系统保留的名称", "a name that the operating system reserves")
    return None


class _Unpacking:
    """One archive on its way to disk."""

    def __init__(self, opened: zipfile.ZipFile, name: str, target: Path, prefix: str) -> None:
        self._zip = opened
        self._name = name
        self._target = target
        self._prefix = prefix
        self._out = Unpacked()
        self._seen: set[str] = set()

    def run(self, members: list[zipfile.ZipInfo], names: list[str], progress: Progress) -> Unpacked:
        total = max(sum(member.file_size for member in members), 1)
        done = 0
        files = [(m, n) for m, n in zip(members, names) if not n.endswith("/")]
        if files and all(member.flag_bits & _ENCRYPTED_FLAG for member, _ in files):
            raise SubmissionError(
                Text(
                    f"压缩包 {self._name} 已加密，请解密后再提交检查",
                    f"The archive {self._name} is encrypted: decrypt it first",
                )
            )
        for member, name in files:
            progress.at(done / total)
            if not name.startswith(_LITTER):
                self._member(member, name, progress)
            done += member.file_size
        return self._out

    def _member(self, member: zipfile.ZipInfo, name: str, progress: Progress) -> None:
        reason = unsafe_reason(name)
        if reason is None and stat.S_ISLNK(member.external_attr >> 16):
            reason = Text("是符号链接", "a symbolic link")
        if reason is None and name.lower() in self._seen:
            reason = Text("与另一成员同名", "the name of another member")
        if reason is not None:
            self._problem(
                "unsafe_member",
                name,
                Text(
                    f"压缩包成员“{name}”{reason.zh}，未解压",
                    f"Archive member '{name}' has {reason.en}; it was not unpacked",
                ),
            )
            return
        if member.flag_bits & _ENCRYPTED_FLAG:
            self._problem(
                "unreadable_file",
                name,
                Text(f"压缩包成员“{name}”已加密", f"Archive member '{name}' is encrypted"),
                "encrypted",
            )
            return
        self._seen.add(name.lower())
        target = self._target.joinpath(*PurePosixPath(name).parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._write(member, target, progress)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            if target.is_file():
                target.unlink()
            self._unreadable(name, str(error), "damaged")
        except (NotImplementedError, RuntimeError) as error:
            self._unreadable(name, str(error), "unsupported")
        else:
            self._out.names.append(name)

    def _write(self, member: zipfile.ZipInfo, target: Path, progress: Progress) -> None:
        left = member.file_size
        with self._zip.open(member) as source, target.open("xb") as sink:
            while True:
                progress.check()
                block = source.read(_BLOCK)
                if not block:
                    break
                left -= len(block)
                if left < 0:
                    raise zipfile.BadZipFile("more data than the archive states")
                sink.write(block)

    def _unreadable(self, name: str, reason: str, cause: str) -> None:
        text = Text(
            f"压缩包成员“{name}”无法解压：{reason}",
            f"Archive member '{name}' cannot be unpacked: {reason}",
        )
        self._problem("unreadable_file", name, text, cause)

    def _problem(self, kind: str, name: str, text: Text, cause: str = "") -> None:
        inside = f"{self._prefix}/{name}" if self._prefix else name
        self._out.problems.append(Problem(kind, inside, "", text, cause))


def _check_limits(
    name: str, archive: Path, members: list[zipfile.ZipInfo], limits: Limits, target: Path
) -> None:
    """Refuse an archive whose own directory already promises too much."""
    total = sum(member.file_size for member in members)
    packed = max(archive.stat().st_size, 1)
    free = shutil.disk_usage(target).free
    if len(members) > limits.members:
        why = Text(f"成员多达 {len(members)} 个", f"it has {len(members)} members")
    elif total > limits.ratio_from and total / packed > limits.ratio:
        why = Text(
            f"压缩比高达 {total / packed:.0f} 倍，疑似压缩炸弹",
            f"it would grow {total / packed:.0f} times over, as archive bombs do",
        )
    elif total > limits.bytes:
        why = Text(f"解压后达 {total / 2**30:.1f} GiB", f"it unpacks to {total / 2**30:.1f} GiB")
    elif total > free * limits.free_share:
        why = Text(
            f"解压需 {total / 2**30:.1f} GiB，磁盘仅余 {free / 2**30:.1f} GiB",
            f"it needs {total / 2**30:.1f} GiB and {free / 2**30:.1f} GiB of disk are free",
        )
    else:
        return
    raise SubmissionError(
        Text(f"压缩包 {name} 未解压：{why.zh}", f"The archive {name} was not unpacked: {why.en}")
    )


def _member_names(members: list[zipfile.ZipInfo]) -> list[str]:
    """Names as their writer meant them, with ``/`` between folders.

    Without the UTF-8 flag a zip says nothing of its encoding, and Python reads
    code page 437; Chinese Windows writes GBK, other systems UTF-8.
    """
    raw = [
        None if member.flag_bits & _UTF8_FLAG else _bytes_of(member.filename) for member in members
    ]
    stored = [name for name in raw if name is not None]
    codec = "utf-8" if all(_is_valid(name, "utf-8") for name in stored) else "gb18030"
    return [
        (member.filename if name is None else name.decode(codec, errors="replace")).replace(
            "\\", "/"
        )
        for member, name in zip(members, raw)
    ]


def _bytes_of(name: str) -> bytes | None:
    try:
        return name.encode("cp437")
    except UnicodeEncodeError:
        return None


def _is_valid(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
