"""A path becomes a submission, or an error that says why not."""

from __future__ import annotations

import re
import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..findings import Text
from ..progress import SILENT, Progress
from ..standard import Standard
from ..table import Table
from ..vector import DRIVERS
from .containers import unpack_zip
from .contents import ARCHIVES, CONVERTIBLE, Contents, look_at_file, look_through
from .layers import Layers, read_layers
from .manifest import compare_manifest, read_manifest
from .submission import Limits, Problem, Submission, SubmissionError

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_COUNTY = re.compile(r"(?<!\d)(?!19|20)([1-9]\d{5})(?!\d)")
_CODE = re.compile(r"[1-9]\d{5}")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_VCT_NAME = re.compile(r"2001[B-K]((?:19|20)\d{2})(\d{6})", re.IGNORECASE)
_SHARE_UNPACK, _SHARE_READ = 0.3, 0.85
_RARE = 0.001
_MOST_YEARS_APART = 5


def open_submission(
    path: str | Path,
    standard: Standard,
    progress: Progress = SILENT,
    limits: Limits | None = None,
    ignored: Iterable[Path] = (),
) -> Submission:
    """Open what a county delivered; nothing is written beside it.

    Parameters
    ----------
    path
        A folder, ``.zip``, ``.gdb``, ``.gpkg``, ``.shp`` or ``.geojson``.
    limits
        How much of an archive is unpacked at most.
    ignored
        Files in a folder that are no part of the package: results of a run.

    Returns
    -------
    Submission
        To be closed (``with``), which removes what was unpacked.

    Raises
    ------
    SubmissionError
        When nothing of it can be read; its text names file and reason.
    Cancelled
        When the listener asked to stop.
    """
    path = Path(path)
    limits = limits or Limits()
    kind = _kind_of(path)
    scratch: list[Path] = []
    try:
        looking = progress.part(0.0, _SHARE_UNPACK)
        if kind == "folder":
            contents = look_through(path, looking, ignored)
        else:
            contents = _contents(path, kind, limits, scratch, looking)
        submission = _read(path, kind, contents, standard, limits, progress)
    except BaseException:
        _remove(scratch)
        raise
    if scratch:
        # Should nobody close it, what was unpacked still goes when it does.
        submission.cleanup = weakref.finalize(submission, _remove, scratch)
    return submission


def _kind_of(path: Path) -> str:
    try:
        if not path.exists():
            raise _refused(path, "文件或文件夹不存在", "there is no such file or folder")
        if path.is_dir():
            return "gdb" if path.suffix.lower() == ".gdb" else "folder"
        with path.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise _refused(path, str(error), str(error)) from error
    suffix = path.suffix.lower()
    if not magic:
        raise _refused(path, "文件为空（0 字节）", "the file is empty (0 bytes)")
    if suffix == ".zip" or magic in _ZIP_MAGIC:
        return "zip"
    if suffix in CONVERTIBLE:
        raise _refused(path, *_convert(suffix))
    if suffix in ARCHIVES:
        raise _refused(path, "不支持此压缩格式，请先解压", "unpack this kind of archive first")
    if suffix not in DRIVERS:
        raise _refused(path, f"不认识的格式“{suffix}”", f"unknown format '{suffix}'")
    return suffix[1:]


def _contents(
    path: Path, kind: str, limits: Limits, scratch: list[Path], progress: Progress
) -> Contents:
    if kind != "zip":
        return look_at_file(path)
    outer = _unpacked(path, "", limits, scratch, progress.part(0.0, 0.5))
    archives = [each for each in outer.archives if each.suffix.lower() == ".zip"]
    if not outer.sources and len(archives) == 1:
        # A package zipped twice over: one level down, and no further.
        name = outer.names[archives[0]]
        inner = _unpacked(archives[0], name, limits, scratch, progress.part(0.5, 1.0))
        outer.archives.remove(archives[0])
        outer.add(inner, name)
    return outer


def _unpacked(
    archive: Path, prefix: str, limits: Limits, scratch: list[Path], progress: Progress
) -> Contents:
    folder = Path(tempfile.mkdtemp(prefix="onemap-"))
    scratch.append(folder)
    unpacked = unpack_zip(archive, folder, limits, progress, prefix)
    contents = look_through(folder, progress)
    contents.problems.extend(unpacked.problems)
    return contents


def _read(
    path: Path,
    kind: str,
    contents: Contents,
    standard: Standard,
    limits: Limits,
    progress: Progress,
) -> Submission:
    reading = progress.part(_SHARE_UNPACK, _SHARE_READ)
    layers = read_layers(contents.sources, contents.names, standard, reading)
    problems = contents.problems + layers.problems + _not_looked_into(contents)
    evidence = contents.evidence or contents.photos or contents.tracks
    if not layers.tables and (contents.sources or not evidence):
        raise _nothing(path, layers, problems)
    manifest: dict[str, Any] | None = None
    if contents.manifest is not None:
        name = contents.names[contents.manifest]
        manifest, unreadable = read_manifest(contents.manifest, name, limits)
        problems += unreadable
        if manifest is not None:
            share = progress.part(_SHARE_READ, 1.0)
            problems += compare_manifest(manifest, name, contents.files, share)
    progress.at(1.0)
    called = [path.name, *(contents.names[source] for source in contents.sources)]
    return Submission(
        path=path,
        kind=kind,
        layers=layers.tables,
        files=sorted(contents.files, key=lambda file: file.name),
        problems=problems,
        manifest=manifest,
        evidence=contents.evidence,
        photos=contents.photos,
        tracks=contents.tracks,
        county=county_of(manifest, layers.tables, called),
        year=year_of(manifest, layers.tables, called),
    )


def county_of(manifest: dict[str, Any] | None, layers: dict[str, Table], called: list[str]) -> str:
    """Six-digit county code: stated, else that of most objects, else in a name.

    ``called`` are the names of the package and of what lies in it.
    """
    stated = _stated(manifest, "xzqdm")
    if re.fullmatch(r"\d{6}", stated):
        return stated
    for layer, column in (
        ("XZQ", "XZQDM"),
        ("CJDCQ", "ZLDWDM"),
        ("DLTB", "ZLDWDM"),
        ("DLTB", "BSM"),
        ("DLTBGX", "ZLDWDM"),
        ("DLTBGX", "BSM"),
    ):
        if layer in layers:
            found = Counter(text[:6] for text in layers[layer].text(column))
            codes = {code: count for code, count in found.items() if _CODE.match(code)}
            if codes:
                return min(codes, key=lambda code: (-codes[code], code))
    return _first(called, (_VCT_NAME, 2), (_COUNTY, 1))


def year_of(manifest: dict[str, Any] | None, layers: dict[str, Table], called: list[str]) -> int:
    """Survey year: stated, else the latest SJNF that is no slip, else in a name.

    Parcels that did not change keep the SJNF of an earlier survey, so most of
    them say nothing of this one.
    """
    stated = _stated(manifest, "year")
    if _YEAR.fullmatch(stated):
        return int(stated)
    for layer in ("DLTBGX", "DLTB"):
        if layer in layers:
            found = Counter(text[:4] for text in layers[layer].text("SJNF"))
            years = {year: count for year, count in found.items() if _YEAR.fullmatch(year)}
            if years:
                enough = max(3.0, _RARE * sum(years.values()))
                common = sorted(int(year) for year, count in years.items() if count >= enough)
                # A name that agrees with the rows weighs more than a few later rows.
                named = int(_first(called, (_VCT_NAME, 1), (_YEAR, 1)) or 0)
                if named in common:
                    return named
                return _latest(common) if common else int(max(years, key=lambda y: (years[y], y)))
    return int(_first(called, (_VCT_NAME, 1), (_YEAR, 1)) or 0)


def _latest(years: list[int]) -> int:
    """The last of ascending years that does not stand alone in the future."""
    last = years[0]
    for year in years[1:]:
        if year - last > _MOST_YEARS_APART:
            break
        last = year
    return last


def _first(names: list[str], *patterns: tuple[re.Pattern[str], int]) -> str:
    """The first match of any pattern, names in order."""
    for name in names:
        for pattern, group in patterns:
            found = pattern.search(name)
            if found:
                return found.group(group)
    return ""


def _stated(manifest: dict[str, Any] | None, key: str) -> str:
    package = (manifest or {}).get("package")
    return str(package.get(key, "")).strip() if isinstance(package, dict) else ""


def _not_looked_into(contents: Contents) -> list[Problem]:
    out = []
    for archive in contents.archives:
        name = contents.names[archive]
        text = Text(
            f"包内压缩文件“{name}”未解压检查",
            f"The archive '{name}' inside the package was not looked into",
        )
        out.append(Problem("nested_archive", name, "", text))
    for file in contents.convertible:
        name = contents.names[file]
        zh, en = _convert(file.suffix.lower())
        text = Text(f"“{name}”未读取：{zh}", f"'{name}' was not read: {en}")
        out.append(Problem("unreadable_file", name, "", text, "unsupported"))
    return out


def _nothing(path: Path, layers: Layers, problems: list[Problem]) -> SubmissionError:
    """The error of a package without one usable layer, with the likeliest reason."""
    kinds = ("unreadable_layer", "unreadable_file", "unsafe_member", "nested_archive")
    for kind in kinds:
        told = next((p for p in problems if p.kind == kind), None)
        if told is not None and told.file == path.name:
            return SubmissionError(told.detail)
        if told is not None:
            return _refused(path, told.detail.zh, told.detail.en)
    if layers.unknown:
        shown = ", ".join(layers.unknown[:5])
        return _refused(
            path,
            f"没有标准规定的图层（现有：{shown}）",
            f"it has no layer of the standard (found: {shown})",
        )
    return _refused(
        path,
        "没有可读取的矢量数据（.gdb、.gpkg、.shp）",
        "there is no vector data in it (.gdb, .gpkg, .shp)",
    )


def _convert(suffix: str) -> tuple[str, str]:
    if suffix == ".vct":
        return (
            "本版本尚不能读取 VCT，请先转换为 GDB 或 GeoPackage",
            "this version does not read VCT yet: convert it to GDB or GeoPackage first",
        )
    return (
        f"不能读取 {suffix}，请先转换为文件地理数据库（.gdb）或 GeoPackage",
        f"{suffix} cannot be read: convert it to a file geodatabase or GeoPackage first",
    )


def _refused(path: Path, zh: str, en: str) -> SubmissionError:
    return SubmissionError(
        Text(f"成果包 {path.name} 无法读取：{zh}", f"The package {path.name} cannot be read: {en}")
    )


def _remove(folders: list[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
