"""How far a county is on its way to nothing left to fix, and where its package can be edited."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .errors import ExplainedError
from .recheck_setup import read_setup
from .standard import Standard, load
from .submission.contents import look_at_file, look_through
from .vector import VectorError, open_vector
from .vector.names import LayerNames

_WRITE_AHEAD = "-wal"
_MOST_WATCHED = 200
_EDITABLE = (".gpkg", ".shp", ".geojson", ".gdb")


@dataclass(frozen=True)
class Place:
    """A layer of the package: the file, and what the file calls it."""

    file: Path
    layer: str


@dataclass(frozen=True)
class Progressed:
    """What is known beside the findings themselves.

    Attributes
    ----------
    fixed
        By verdict: findings gone since the last whole run.
    to_confirm
        Findings of which only a whole run can tell.
    rechecked
        Whether something was checked again since the last whole run.
    package
        The package as it is now; ``None`` where it cannot be found.
    layers
        Where each standard layer can be edited; empty for an archive.
    problem
        Why nothing can be checked again, or ``None``.
    """

    fixed: Mapping[str, int] = field(default_factory=dict)
    to_confirm: frozenset[str] = frozenset()
    rechecked: bool = False
    package: Path | None = None
    layers: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    problem: ExplainedError | None = None


def read_progress(findings: Path) -> Progressed:
    """Read how far a file of findings has come; says why where nothing can be told."""
    try:
        setup = read_setup(findings)
        standard = load(setup.options.standard)
    except ExplainedError as error:
        return Progressed(problem=error)
    package = setup.options.submission
    return Progressed(
        setup.fixed,
        frozenset(setup.to_confirm),
        setup.whole_run != setup.created,
        package,
        layers_of(package, standard),
    )


def layers_of(package: Path, standard: Standard) -> dict[str, tuple[Place, ...]]:
    """Where the standard layers of a package lie; nothing for an archive, which is not edited."""
    if package.is_file() and package.suffix.lower() not in _EDITABLE:
        return {}
    whole = package.is_file() or package.suffix.lower() == ".gdb"
    resolver = LayerNames(standard)
    out: dict[str, list[Place]] = {}
    for path in (look_at_file(package) if whole else look_through(package)).sources:
        try:
            with open_vector(path) as source:
                names = source.layer_names
        except VectorError:
            continue
        for name in names:
            found = resolver.resolve(name)
            if not found and len(names) == 1:
                found = resolver.resolve(path.stem)
            if found:
                out.setdefault(found, []).append(Place(path, name))
    return {name: tuple(places) for name, places in out.items()}


def files_to_watch(package: Path, layers: Mapping[str, tuple[Place, ...]]) -> tuple[Path, ...]:
    """Files whose change means that the package was edited: layers and what waits beside them."""
    files = {place.file for places in layers.values() for place in places}
    if package.is_dir() and package.suffix.lower() != ".gdb":
        stores = (path for path in package.iterdir() if path.suffix.lower() in (".db", ".sqlite"))
        files.update(stores)
    out = []
    for path in sorted(files):
        out += [path, path.with_name(path.name + _WRITE_AHEAD)]
        if path.suffix.lower() == ".shp":
            out.append(path.with_suffix(".dbf"))
    return tuple(out[:_MOST_WATCHED])


def state_of(files: tuple[Path, ...]) -> tuple[tuple[int, int], ...]:
    """Size and time of each file, zeros for one that is not there."""
    out = []
    for path in files:
        try:
            found = os.stat(path)
        except OSError:
            out.append((0, 0))
            continue
        # An empty write-ahead log is no edit: it comes and goes with every look at the layer.
        out.append((found.st_size, found.st_mtime_ns) if found.st_size else (0, 0))
    return tuple(out)
