"""From vector files to the layers of the standard: each once, or joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from ..findings import Text
from ..progress import SILENT, Progress
from ..reproject import same_crs
from ..standard import Standard
from ..table import RowProblem, Table
from ..vector import VectorError, VectorSource, open_vector
from ..vector.names import LayerNames
from .submission import Problem

_HELPERS = ("layer_styles", "qgis_projects", "gpkg_", "sqlite_", "t_1_", "n_1_")
"""Tables that programs keep beside layers; nobody delivered them."""

_SHARED = 0.5
"""Share of common identifiers up to which two deliveries are parts, no copies."""


@dataclass
class Layers:
    """Tables by standard name, what was wrong, and how many files could be read."""

    tables: dict[str, Table] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    opened: int = 0


def read_layers(
    sources: list[Path], names: dict[Path, str], standard: Standard, progress: Progress = SILENT
) -> Layers:
    """Read every layer that the standard knows from ``sources``, best format first.

    ``names`` gives the path of each source inside the package.
    """
    out = Layers()
    resolver = LayerNames(standard)
    parts: dict[str, list[Table]] = {}
    for number, path in enumerate(sources):
        share = progress.part(number / len(sources), (number + 1) / len(sources))
        share.at(0.0)
        label = names[path]
        try:
            with open_vector(path, progress=share) as source:
                out.opened += 1
                for cause, note in source.notes:
                    out.problems.append(Problem("bad_encoding", label, "", note, cause))
                _read_source(source, label, resolver, standard, parts, out, share)
        except VectorError as error:
            layer = resolver.resolve(path.stem) if path.suffix.lower() == ".shp" else ""
            out.problems.append(Problem("unreadable_file", label, layer, error.text, "damaged"))
    order = {name: place for place, name in enumerate(standard.layers)}
    for name in sorted(parts, key=lambda each: order[each]):
        table, problems = _one_of(name, parts[name])
        out.tables[name] = table
        out.problems.extend(problems)
        if not len(table):
            text = Text(f"图层 {name} 没有任何要素", f"Layer {name} has no rows")
            out.problems.append(Problem("empty_layer", table.source, name, text))
    return out


def _read_source(
    source: VectorSource,
    label: str,
    resolver: LayerNames,
    standard: Standard,
    parts: dict[str, list[Table]],
    out: Layers,
    progress: Progress,
) -> None:
    layers = [name for name in source.layer_names if not name.lower().startswith(_HELPERS)]
    stem = PurePosixPath(label).stem
    for number, layer in enumerate(layers):
        name = resolver.resolve(layer)
        if not name and len(layers) == 1:
            name = resolver.resolve(stem)
        where = label if len(layers) == 1 and layer == stem else f"{label}/{layer}"
        if not name:
            out.unknown.append(where)
            text = Text(
                f"图层“{where}”不是标准规定的图层，未检查",
                f"Layer '{where}' is none of the standard's and was not checked",
            )
            out.problems.append(Problem("unknown_layer", label, layer, text))
            continue
        share = progress.part(number / len(layers), (number + 1) / len(layers))
        try:
            table = source.read(layer, name, standard, where, share)
        except VectorError as error:
            out.problems.append(Problem("unreadable_layer", label, name, error.text, "damaged"))
            continue
        parts.setdefault(name, []).append(table)


def _one_of(name: str, tables: list[Table]) -> tuple[Table, list[Problem]]:
    """The layer from its deliveries: joined where they are parts, else the first.

    Parts are told from copies by their identifiers: parts of a county
    (townships) share the fields and the CRS, and hardly a BSM.
    """
    filled = [table for table in tables if len(table)]
    if len(filled) < 2:
        return (filled or tables)[0], []
    if _are_parts(filled):
        table = _joined(filled)
        sources = "、".join(part.source for part in filled)
        text = Text(
            f"图层 {name} 分 {len(filled)} 部分提交（字段一致、标识码基本不同），"
            f"已合并检查：{sources}",
            f"Layer {name} came in {len(filled)} parts (same fields, different BSM) "
            f"and was joined: {', '.join(part.source for part in filled)}",
        )
        return table, [Problem("merged_layer", table.source, name, text)]
    taken, problems = filled[0], []
    for other in filled[1:]:
        text = Text(
            f"图层 {name} 重复提交：采用“{taken.source}”，"
            f"未采用“{other.source}”（{len(other)} 行）",
            f"Layer {name} was delivered twice: '{taken.source}' was taken, "
            f"'{other.source}' ({len(other)} rows) was not",
        )
        problems.append(Problem("duplicate_layer", other.source, name, text))
    return taken, problems


def _are_parts(tables: list[Table]) -> bool:
    first = tables[0]
    for table in tables[1:]:
        same_shape = table.geometry_type == first.geometry_type
        same_fields = set(table.fields) == set(first.fields)
        if not (same_shape and same_fields and same_crs(table.wkt, first.wkt)):
            return False
    if "BSM" not in first.fields:
        return False
    ids = [np.unique(table.text("BSM")) for table in tables]
    ids = [each[each != ""] for each in ids]
    together = np.concatenate(ids)
    # One identifier copied must not keep a whole part from being looked at.
    twice = len(together) - len(np.unique(together))
    return len(together) > 0 and twice <= _SHARED * min(len(each) for each in ids)


def _joined(tables: list[Table]) -> Table:
    first = tables[0]
    offsets = np.cumsum([0] + [len(table) for table in tables])
    problems = [
        RowProblem(p.row + int(offset) if p.row >= 0 else -1, p.kind, p.detail, p.field)
        for table, offset in zip(tables, offsets)
        for p in table.problems
    ]
    return Table(
        name=first.name,
        source="; ".join(table.source for table in tables),
        fields=first.fields,
        columns={
            name: _stacked([table.columns[name] for table in tables]) for name in first.columns
        },
        geometry=None
        if first.geometry is None
        else np.concatenate([table.geometry for table in tables]),  # type: ignore[misc]
        # Ids of several files collide; the running number does not.
        row_ids=np.arange(offsets[-1], dtype=np.int64),
        wkt=first.wkt,
        geometry_type=first.geometry_type,
        problems=problems,
    )


def _stacked(columns: list[np.ndarray]) -> np.ndarray:  # type: ignore[type-arg]
    """One column of all parts; text where any part has text."""
    if any(column.dtype == object for column in columns):
        return np.concatenate([column.astype(object) for column in columns])
    return np.concatenate(columns)
