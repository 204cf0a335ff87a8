"""Features of a service saved to a GeoPackage: page by page, counted, and taken up again.

Each page is one transaction, so that after a cut or a kill the file holds whole pages and the next
page starts where they end. What was counted beforehand has to be there in the end.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from osgeo import gdal

from ...checks import standard
from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ...checks.vector.names import LayerNames
from ..errors import BadAnswer, ServiceError
from ..site_profile import LayerSource
from . import frames
from .extract_features_file import Writer
from .extract_source import (
    Extract,
    Journal,
    fingerprint,
    not_written,
    output_error,
    put_in_place,
    source_facts,
    written,
)
from .features import Described, Features, asked, short
from .features_api import IDENTIFIER
from .withheld import leaves_out

PAGE = 2000
AT_ONCE = 20_000
"""Features asked for in one page where a server cannot page."""
LEAST_PAGE = 25
_MOST_PAGES = 1_000_000


def layer_name(layer: LayerSource) -> str:
    """Name of the layer in the extract: the standard's where it is one."""
    names = LayerNames(standard.load())
    for each in (layer.layer or "", layer.id, layer.title.zh):
        found = names.resolve(each.rpartition(":")[2])
        if found:
            return found
    bare = (layer.layer or layer.id).rpartition(":")[2]
    return "".join(sign if sign.isalnum() or sign in "_-" else "_" for sign in bare)[:60] or "layer"


class Repeated(BadAnswer):
    """Features came more than once: the server does not page as it should."""


@dataclass
class FeatureExtract:
    """One extract.

    Parameters
    ----------
    service
        Where the features come from.
    target
        GeoPackage to write; an older one is replaced when the new one is whole.
    box, box_crs
        Only what touches it; ``None`` for all.
    page
        Features asked for at once.
    """

    service: Features
    target: Path
    box: frames.Box | None = None
    box_crs: str = frames.DEGREES
    page: int = PAGE

    def run(self, progress: Progress = SILENT) -> Extract:
        """Fetch, count, and put the file in its place.

        Raises
        ------
        BadAnswer
            When the service does not send all that it counted.
        OutputError
            When the file cannot be written.
        ServiceError, Cancelled
            What is there stays, and the next run goes on from it.
        """
        layer = self.service.layer
        described = self.service.describe(progress.part(0.0, 0.02))
        box = self._carried(described)
        total = self.service.count(box, progress)
        names = asked(layer, described)
        mark = fingerprint(layer, columns=names, box=box, crs=described.crs, total=total)
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            journal = Journal(self.target, mark)
            try:
                writer, count = self._once(journal, described, names, box, total, progress)
            except Repeated:
                # Some servers send the first page again and again (MapServer 8.0 with files).
                if total is None or total > AT_ONCE or self.page >= total:
                    raise
                self.page = total
                writer, count = self._once(journal, described, names, box, total, progress)
            facts = source_facts(
                layer, described.crs, box, count=count, told=total, columns=names,
                withheld=leaves_out(layer, [column.name for column in described.columns]),
            )  # fmt: skip
            _describe(journal.part, facts)
            facts = put_in_place(journal, self.target, facts, progress.part(0.95, 1.0))
        except (OSError, sqlite3.OperationalError) as error:
            raise _cannot_write(self.target, error) from error
        return Extract(layer, self.target, writer.name, count, facts, tuple(described.notes))

    def _once(
        self,
        journal: Journal,
        described: Described,
        names: Sequence[str],
        box: frames.Box | None,
        total: int | None,
        progress: Progress,
    ) -> tuple[Writer, int]:
        layer = self.service.layer
        writer = Writer(journal, layer_name(layer), described, names)
        try:
            self._fetch(writer, box, total, progress.part(0.02, 0.95))
        except BaseException:
            writer.drop()
            raise
        writer.close()
        # What was changed in between has to show.
        counted = self.service.count(box, progress)
        told = total if counted is None else counted
        return writer, _checked(layer, journal, writer.name, told)

    def _carried(self, described: Described) -> frames.Box | None:
        if self.box is None:
            return None
        box = frames.carried(self.box, self.box_crs, described.crs)
        if box is None:
            raise BadAnswer(
                Text(
                    zh=f"范围无法转换到图层坐标系 {described.crs}",
                    en=f"The extent cannot be carried into the layer's frame {described.crs}",
                )
            )
        return box

    def _fetch(
        self, writer: Writer, box: frames.Box | None, total: int | None, progress: Progress
    ) -> None:
        layer, size = self.service.layer, self.page
        for _ in range(_MOST_PAGES):
            start = writer.count
            if total is not None and start >= total:
                return
            label = f"{layer.title.zh}：{start:,} | {layer.title.en}: {start:,}"
            progress.at(start / total if total else 0.5, label)
            try:
                page = self.service.page(start, size, box, progress)
                added = writer.add(page)
            except BadAnswer:
                # A page too large, or one that a tired server cuts: smaller ones may pass.
                if size <= LEAST_PAGE:
                    raise
                size = max(size // 4, LEAST_PAGE)
                continue
            if 0 <= page.returned != added:
                raise short(layer, start + added, start + page.returned)
            if added == 0 or (page.last and total is None):
                if total is not None and writer.count < total:
                    raise short(layer, writer.count, total)
                return


def _checked(layer: LayerSource, journal: Journal, name: str, told: int | None) -> int:
    """How many features are there, each once; what does not add up is thrown away."""
    quoted = name.replace('"', '""')
    with closing(sqlite3.connect(journal.part)) as connection:
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            journal.discard()
            raise not_written(journal.part, ["quick_check"])
        (count,) = connection.execute(
            f'SELECT count(*) FROM "{quoted}"'  # noqa: S608  # our own name
        ).fetchone()
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{quoted}")')]
        distinct = count
        if IDENTIFIER in columns and count:
            distinct, empty = connection.execute(
                f"SELECT count(DISTINCT {IDENTIFIER}), sum(coalesce({IDENTIFIER}, '') = '') "  # noqa: S608
                f'FROM "{quoted}"'
            ).fetchone()
            distinct = count if empty else distinct
    if distinct != count:
        journal.discard()
        raise Repeated(
            Text(
                zh=f"图层“{layer.title.zh}”分页时有 {count - distinct:,} 个要素重复，可能有遗漏",
                en=f"{count - distinct:,} features of “{layer.title.en}” came twice, so that "
                "others may be missing",
            )
        )
    if told is not None and count != told:
        journal.discard()
        raise short(layer, count, told)
    return int(count)


def _describe(path: Path, facts: dict[str, Any]) -> None:
    """Write the source into the GeoPackage's own metadata."""
    items = {
        f"ONEMAP_{key.upper()}": value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False)
        for key, value in facts.items()
    }
    with written(path):
        dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
        if dataset is None:
            raise RuntimeError(path.name)
        dataset.SetMetadata(items)
        dataset.FlushCache()
        del dataset


def _cannot_write(path: Path, error: Exception) -> Exception:
    return error if isinstance(error, ServiceError) else output_error(path, error)
