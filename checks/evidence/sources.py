"""Everything that evidence is drawn from, opened when first asked for and kept open.

For one thread only: GDAL and SQLite handles live as long as the object, and belong to whoever
made it. What cannot be opened is remembered as such, so that it is tried once and told each time.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any, TypeVar

import shapely

from ..errors import ExplainedError
from ..findings import Text
from ..findings_read import connect
from ..measures.image_file import ImageFile
from ..measures.terrain_file import open_terrain
from ..progress import SILENT, Progress
from ..raster import Raster
from ..review_inputs import ReviewInputs
from ..standard import Standard, StandardError, load
from ..submission.containers import unpack_zip
from ..submission.contents import Contents, look_at_file, look_through
from ..submission.evidence import EvidenceStore, open_store
from ..submission.submission import Limits
from ..submission.tracks import Track, read_track
from ..vector import VectorError, VectorSource, open_vector
from ..vector.names import LayerNames
from .pictures import Pictures
from .rows import LayerRows

_Made = TypeVar("_Made")
_KEPT_TRACKS = 4
_HELPERS = ("layer_styles", "qgis_projects", "gpkg_", "sqlite_", "t_1_", "n_1_")


class Unavailable(ExplainedError):
    """Something that was not given or cannot be read; ``text`` says which and why."""


class Sources:
    """The inputs of one verification, opened lazily; to be closed."""

    def __init__(self, inputs: ReviewInputs) -> None:
        self.inputs = inputs
        self._stack = ExitStack()
        self._kept: dict[str, Any] = {}
        self._tracks: OrderedDict[str, Track] = OrderedDict()
        self.kept_signatures: list[Any] = []
        """Signatures of classes learned so far; those of :mod:`.imagery`."""

    def close(self) -> None:
        """Let go of every file; safe to call twice."""
        self._kept.clear()
        self._tracks.clear()
        self._stack.close()

    def keep(self, name: str, make: Callable[[], _Made]) -> _Made:
        """What ``make`` gives, made once; a failure is kept too and raised again.

        Raises
        ------
        ExplainedError
            As ``make`` did the first time.
        """
        if name not in self._kept:
            try:
                self._kept[name] = make()
            except ExplainedError as error:
                self._kept[name] = Unavailable(error.text)
        found = self._kept[name]
        if isinstance(found, Unavailable):
            raise found
        return found  # type: ignore[no-any-return]

    @property
    def standard(self) -> Standard:
        """The rule set of the run, else the newest shipped."""

        def make() -> Standard:
            try:
                return load(self.inputs.standard)
            except StandardError:
                return load()

        return self.keep("standard", make)

    def table(self, name: str) -> Any:
        """A JSON table of the standard, read once."""
        return self.keep(f"table:{name}", lambda: self.standard.data(name))

    @property
    def dem(self) -> Raster:
        """The trusted terrain."""

        def make() -> Raster:
            given = self._given("dem", Text("数字高程模型", "a terrain model"))
            return open_terrain(given)

        return self.keep("dem", make)

    def image(self, shape: shapely.Geometry, wkt: str, previous: bool = False) -> ImageFile:
        """The current trusted image, or the earlier one, about ``shape``."""
        return self.pictures(previous).at(shape, wkt)

    def pictures(self, previous: bool = False) -> Pictures:
        """The same, for any place."""
        name = "imagery_previous" if previous else "imagery"

        def make() -> Pictures:
            what = Text("影像", "an image")
            if previous:
                what = Text("前期影像", "an earlier image")
            bands = {} if previous else self.inputs.bands
            found = Pictures(self._given(name, what), self.inputs.dates.get(name), bands)
            self._stack.callback(found.close)
            return found

        return self.keep(name, make)

    def asked(self, query: str, *values: str) -> tuple[Any, ...] | None:
        """The first row that the file of findings answers; ``None`` for none or no such table.

        Opened for each question: somebody else may want to write, or replace the file.
        """
        try:
            with closing(connect(self.inputs.findings)) as connection:
                found = connection.execute(query, values).fetchone()
        except (sqlite3.Error, ExplainedError):
            return None
        return None if found is None else tuple(found)

    @property
    def wkt(self) -> str:
        """CRS of the findings' places, which is that of the package; empty where not known."""

        def make() -> str:
            row = self.asked(
                "SELECT s.definition FROM gpkg_geometry_columns g JOIN gpkg_spatial_ref_sys s"
                " ON g.srs_id = s.srs_id WHERE g.table_name = 'findings'"
            )
            return "" if row is None or row[0] in (None, "undefined") else str(row[0])

        return self.keep("wkt", make)

    def contents(self, progress: Progress = SILENT) -> Contents:
        """What lies in the package; a zip is unpacked once, into a folder that goes on close."""

        def make() -> Contents:
            path = Path(self._given("submission", Text("提交成果", "the submission")))
            if path.is_dir() and path.suffix.lower() != ".gdb":
                return look_through(path, progress)
            if path.suffix.lower() != ".zip":
                return look_at_file(path)
            folder = Path(tempfile.mkdtemp(prefix="onemap-"))
            self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
            unpack_zip(path, folder, Limits(), progress)
            return look_through(folder, progress)

        return self.keep("contents", make)

    def layers(self, name: str, progress: Progress = SILENT) -> list[LayerRows]:
        """The places in the package where a standard layer lies, best format first.

        Raises
        ------
        Unavailable
            When there is none.
        """

        def make() -> list[LayerRows]:
            out = [each for each in self._all_layers(progress) if each.name == name]
            if not out:
                raise Unavailable(
                    Text(f"成果中没有图层 {name}", f"the package has no layer {name}")
                )
            return out

        return self.keep(f"layer:{name}", make)

    def _all_layers(self, progress: Progress) -> list[LayerRows]:
        def make() -> list[LayerRows]:
            out: list[LayerRows] = []
            names = LayerNames(self.standard)
            for path in self.contents(progress).sources:
                with suppress(VectorError):
                    source = self._stack.enter_context(open_vector(path, progress=progress))
                    found = [
                        each for each in source.layer_names if not each.lower().startswith(_HELPERS)
                    ]
                    for layer in found:
                        name = names.resolve(layer)
                        if not name and len(found) == 1:
                            name = names.resolve(path.stem)
                        if name:
                            out.append(LayerRows(source, layer, name, self.standard))
            return out

        return self.keep("all layers", make)

    @property
    def previous(self) -> LayerRows:
        """Last year's parcels."""

        def make() -> LayerRows:
            given = self._given("previous", Text("上年度图斑", "last year's parcels"))
            return self._trusted(given, "DLTB")

        return self.keep("previous", make)

    @property
    def control(self) -> list[LayerRows]:
        """The control layers that can be read."""

        def make() -> list[LayerRows]:
            out = []
            for given in self.inputs.control_layers:
                with suppress(VectorError):
                    out.append(self._trusted(given, ""))
            if not out:
                raise Unavailable(Text("没有管控图层", "there is no control layer"))
            return out

        return self.keep("control", make)

    def _trusted(self, given: str, name: str) -> LayerRows:
        source = self._stack.enter_context(
            open_vector(Path(given.split("|", 1)[0]), any_format=True)
        )
        return trusted_layer(source, given, name, self.standard)

    def stores(self, progress: Progress = SILENT) -> list[EvidenceStore]:
        """The evidence stores: rows without pictures."""

        def make() -> list[EvidenceStore]:
            return [open_store(path, progress) for path in self.contents(progress).evidence]

        return self.keep("stores", make)

    def track(self, name: str, progress: Progress = SILENT) -> Track:
        """One track by the name that findings give it.

        Raises
        ------
        ExplainedError
            When it is not there or cannot be read.
        """
        if name in self._tracks:
            self._tracks.move_to_end(name)
            return self._tracks[name]
        contents = self.contents(progress)
        for path in contents.tracks:
            if name in (path.name, contents.names.get(path, ""), self._inside(path)):
                self._tracks[name] = read_track(path, name)
                while len(self._tracks) > _KEPT_TRACKS:
                    self._tracks.popitem(last=False)
                return self._tracks[name]
        raise Unavailable(Text(f"成果中没有轨迹“{name}”", f"the package has no track '{name}'"))

    def _inside(self, path: Path) -> str:
        with suppress(ValueError):
            return path.relative_to(self.inputs.submission).as_posix()
        return path.name

    def _given(self, name: str, what: Text) -> str:
        given: str = getattr(self.inputs, name)
        if not given:
            asked = self.inputs.parameters.get(name)
            if asked:
                raise Unavailable(Text(f"找不到{what.zh}：{asked}", f"{what.en} is gone: {asked}"))
            raise Unavailable(Text(f"核验时未提供{what.zh}", f"{what.en} was not given"))
        return given


def trusted_layer(source: VectorSource, given: str, name: str, standard: Standard) -> LayerRows:
    """The layer that ``given`` names (``file|layername=…|subset=…``), personal data left unread."""
    parts = given.split("|")
    chosen = dict(part.split("=", 1) for part in parts[1:] if "=" in part)
    names = LayerNames(standard)
    layers = source.layer_names
    layer, number = chosen.get("layername", ""), chosen.get("layerid", "")
    if not layer and number.isdigit() and int(number) < len(layers):
        layer = layers[int(number)]
    if not layer:
        fitting = (each for each in layers if name and names.resolve(each) == name)
        layer = next(fitting, layers[0] if layers else "")
    resolved = name or names.resolve(layer) or names.resolve(Path(parts[0]).stem) or layer.upper()
    personal = standard.data("control_layers.json")["personal_fields"]
    return LayerRows(source, layer, resolved, standard, chosen.get("subset", ""), personal)
