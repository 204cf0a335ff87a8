"""What a run was given: trusted layers opened, everything digested."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from .baseline import Baseline, Image
from .errors import InputError
from .findings import Text
from .measures.control import kind_of
from .measures.terrain_file import open_terrain
from .options import Options
from .progress import Progress
from .raster import Raster
from .seal import canonical, file_digests
from .standard import Standard
from .submission.submission import Submission
from .table import Table
from .vector import open_vector, read_trusted

_BAND = re.compile(r"^\s*([A-Za-z_]\w*)\s*=\s*(\d+)\s*$")


def parse_bands(text: str) -> dict[str, int]:
    """``red=3,nir=4`` as a dictionary.

    Raises
    ------
    InputError
        When the text is anything else.
    """
    out: dict[str, int] = {}
    for part in filter(str.strip, re.split(r"[,;]", text)):
        match = _BAND.match(part)
        if match is None or int(match.group(2)) < 1:
            raise InputError(
                Text(
                    f"波段写法无法识别：“{part.strip()}”，应类似 red=3,nir=4",
                    f"Bands not understood: '{part.strip()}'; write them like red=3,nir=4",
                )
            )
        out[match.group(1).lower()] = int(match.group(2))
    return out


def open_baseline(options: Options, standard: Standard, progress: Progress) -> Baseline:
    """Open what is trusted, so that an unreadable file is told at once.

    Raises
    ------
    ExplainedError
        When a trusted layer cannot be read.
    """
    _check_dates(options)
    if options.dem:
        open_terrain(options.dem)
    if options.imagery_previous:
        Raster(options.imagery_previous)
    image = previous_image = None
    if options.imagery:
        bands = parse_bands(options.imagery_bands)
        _check_bands(bands, len(Raster(options.imagery).bands))
        image = Image(options.imagery, options.imagery_date, bands)
    if options.imagery_previous:
        previous_image = Image(options.imagery_previous, options.imagery_previous_date)
    previous = None
    if options.previous:
        previous = read_trusted(options.previous, standard, "DLTB", progress.part(0.0, 0.6))
        _check_parcels(previous)
    control = tuple(
        table
        for path in options.control_layers
        for table in read_control(path, standard, progress.part(0.6, 1.0))
    )
    progress.at(1.0)
    return Baseline(options.dem, options.dem_origin, image, previous_image, previous, control)


def read_control(source: str, standard: Standard, progress: Progress) -> list[Table]:
    """Every control layer of one file; of a source that names a layer that one.

    Of a file of several layers those count that are of a kind we know; where none
    is, the first, so that the rules can say that nobody knows it.

    Raises
    ------
    VectorError
        When the file or a layer of it cannot be read.
    """
    parts = source.split("|")
    if any(part.startswith(("layername=", "layerid=", "subset=")) for part in parts[1:]):
        return [read_trusted(source, standard, "", progress)]
    with open_vector(Path(parts[0]), True, progress) as opened:
        names = opened.layer_names
    if len(names) < 2:
        return [read_trusted(source, standard, "", progress)]
    facts = standard.data("control_layers.json")
    tables = []
    for name in names:
        table = read_trusted(f"{parts[0]}|layername={name}", standard, "", progress)
        if table.geometry is not None and kind_of(table, facts):
            tables.append(table)
    return tables or [read_trusted(f"{parts[0]}|layername={names[0]}", standard, "", progress)]


def _check_dates(options: Options) -> None:
    start, end = options.campaign_start, options.campaign_end
    if start is not None and end is not None and start > end:
        raise InputError(
            Text(
                f"外业开始日期 {start} 晚于结束日期 {end}",
                f"Field work cannot start on {start} and end on {end}",
            )
        )


def _check_bands(bands: dict[str, int], count: int) -> None:
    for role, number in bands.items():
        if number > count:
            raise InputError(
                Text(
                    f"影像没有第 {number} 波段（{role}={number}），只有 {count} 个波段",
                    f"The image has {count} bands, there is no {role}={number}",
                )
            )


def _check_parcels(table: Table) -> None:
    """Last year's layer must be parcels: anything else would make every parcel look new."""
    if "BSM" not in table.fields or (len(table) and table.geometry_type != "polygon"):
        raise InputError(
            Text(
                f"上年度图层 {table.source} 不是地类图斑（应为带 BSM 的面图层）",
                f"Last year's layer {table.source} holds no parcels (polygons with a BSM)",
            )
        )


def package_facts(submission: Submission, baseline: Baseline) -> dict[str, Any]:
    """What the record says of the package itself."""
    return {
        "path": submission.path.name,
        "kind": submission.kind,
        "county": submission.county,
        "year": submission.year,
        "layers": {name: len(table) for name, table in sorted(submission.layers.items())},
        "problems": [
            {"kind": problem.kind, "file": problem.file, "layer": problem.layer}
            for problem in submission.problems
        ],
        "evidence_stores": len(submission.evidence),
        "photos": len(submission.photos),
        "tracks": len(submission.tracks),
        "baseline_has_previous": baseline.previous is not None,
    }


def input_digests(
    submission: Submission, options: Options, progress: Progress
) -> list[dict[str, Any]]:
    """Digests of every file of the package and of the trusted files."""
    jobs = [("submission", item.name, item.path) for item in submission.files]
    named = [
        ("dem", options.dem),
        ("imagery", options.imagery),
        ("imagery_previous", options.imagery_previous),
        ("previous", options.previous),
        *(("control", path) for path in options.control_layers),
    ]
    jobs += [
        (role, Path(text.split("|", 1)[0]).name, Path(text.split("|", 1)[0]))
        for role, text in named
        if text
    ]
    out = []
    for number, (role, name, path) in enumerate(jobs):
        progress.at(number / len(jobs))
        out.append(file_facts(role, name, path, progress))
    return out


def file_facts(role: str, name: str, path: Path, progress: Progress) -> dict[str, Any]:
    """What the record says of one file: its name, size and digests."""
    facts: dict[str, Any] = {"role": role, "path": name}
    # A service or a folder database has no single file to digest.
    with suppress(OSError):  # a file that may not be read is a finding of its own
        if path.is_file():
            facts.update(file_digests(path, progress))
    return facts


def rule_set_facts(standard: Standard) -> dict[str, Any]:
    """Id, version and digest of the rule set: every file of it, by name."""
    digests = {
        path.relative_to(standard.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(standard.folder.rglob("*"))
        if path.is_file()
    }
    return {
        "id": standard.id,
        "version": standard.version,
        "sha256": hashlib.sha256(canonical(digests)).hexdigest(),
    }
