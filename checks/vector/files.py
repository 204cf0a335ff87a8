"""Vector files as tables: OGR layers read in bulk, text and identifiers kept whole.

Two ways lead through OGR, with equal results: its Arrow stream as NumPy arrays
(GDAL 3.6 and later) and, where that is missing or fails, feature by feature.
Files are opened for reading only, and SQLite files as immutable, so that
nothing appears beside a delivered package.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from osgeo import gdal, ogr

from ..errors import ExplainedError
from ..findings import Text
from ..progress import SILENT, Progress
from ..standard import Standard
from ..table import Table
from .dbf import Dbf, DbfError
from .layer_reader import LayerReader
from .names import LayerNames
from .pending import committed_copy, has_pending_writes

DRIVERS = {
    ".gpkg": "GPKG",
    ".gdb": "OpenFileGDB",
    ".shp": "ESRI Shapefile",
    ".geojson": "GeoJSON",
}
"""Formats of a delivered package by suffix. A package is opened by no other
driver: some follow links to other files or to the network."""

_SHAPE_PARTS = (".shx", ".dbf")
_SQLITE = b"SQLite format 3\x00"


class VectorError(ExplainedError):
    """A file or layer that cannot be read at all; ``text`` names it and says why."""


@dataclass
class VectorSource:
    """An open vector file; layers are only valid while it lives.

    ``notes`` tell what is odd about its text: a stable word (``misdeclared``,
    ``undecodable``) and a sentence.
    """

    path: Path
    dataset: gdal.Dataset
    attributes: Dbf | None = None
    notes: list[tuple[str, Text]] = field(default_factory=list)

    @property
    def layer_names(self) -> list[str]:
        """Names of all layers, in file order."""
        count = self.dataset.GetLayerCount()
        return [self.dataset.GetLayer(i).GetName() for i in range(count)]

    def read(
        self,
        layer: str,
        name: str,
        standard: Standard,
        label: str = "",
        progress: Progress = SILENT,
        where: str = "",
        unread: Collection[str] = (),
    ) -> Table:
        """Read ``layer`` as the standard layer ``name``.

        Parameters
        ----------
        layer
            What the file calls it.
        name
            Standard name; decides which aliases its fields may have and which
            of them are text.
        label
            How to name the place it came from to people.
        where
            SQL condition on the rows, in OGR's dialect; for our own side only.
        unread
            Names (upper case) of fields that are left in the file.

        Raises
        ------
        VectorError
            When nothing of the layer can be read.
        """
        with gdal_messages() as messages:
            opened = self.dataset.GetLayerByName(layer)
            if opened is None:
                raise VectorError(_layer_failed(self.path, layer, _last(messages)))
            if not _filtered(opened, where):
                raise VectorError(_layer_failed(self.path, layer, _last(messages)))
            specs = standard.fields.get(name, [])
            reader = LayerReader(self.dataset, opened, name, specs, self.attributes, unread)
            table = reader.read(label or f"{self.path.name}/{layer}", messages, progress)
        if table is None:
            raise VectorError(_layer_failed(self.path, layer, _last(messages)))
        return table


@contextmanager
def open_vector(
    path: Path, any_format: bool = False, progress: Progress = SILENT
) -> Iterator[VectorSource]:
    """Open a vector file for reading; nothing is written beside it.

    Parameters
    ----------
    path
        A ``.gpkg``, ``.gdb``, ``.shp`` or ``.geojson``.
    any_format
        Let OGR choose among all its drivers: for files of our own side only.

    Raises
    ------
    VectorError
        When it is missing, empty, damaged or of another format.
    """
    with ExitStack() as stack:
        _look_before(path, any_format)
        where = path
        if has_pending_writes(path):
            where = _copied(path, Path(stack.enter_context(_scratch())))
        attributes = _attributes(path, progress)
        if attributes is not None and attributes.missing:
            where = _shapes_alone(path, Path(stack.enter_context(_scratch())))
        with gdal_messages() as messages:
            dataset = _open(where, attributes, any_format)
        if dataset is None:
            raise VectorError(_cut_short(path) or _failed(path, _last(messages)))
        source = VectorSource(path, dataset, attributes)
        if attributes is not None:
            source.notes.extend(_encoding_notes(path, attributes))
        del dataset, attributes
        try:
            yield source
        finally:
            # Windows cannot remove an unpacked package while anything of it is open.
            source.dataset = None
            source.attributes = None


def read_trusted(
    source: str, standard: Standard, name: str = "", progress: Progress = SILENT
) -> Table:
    """Read one layer of our own side: last year's parcels, a control layer.

    Fields with personal data are never read.

    Parameters
    ----------
    source
        A path, as QGIS writes it: ``file.gpkg|layername=dltb|subset=…`` picks
        a layer, and of it the rows that a condition allows.
    name
        Standard name where the caller knows it; else it is found from the
        layer's name, and failing that is the layer's name in upper case.

    Raises
    ------
    VectorError
        When it cannot be read.
    """
    parts = source.split("|")
    chosen = dict(part.split("=", 1) for part in parts[1:] if "=" in part)
    path = Path(parts[0])
    names = LayerNames(standard)
    with open_vector(path, True, progress) as opened:
        layers = opened.layer_names
        layer = chosen.get("layername", "")
        if not layer and chosen.get("layerid", "").isdigit():
            layer = layers[int(chosen["layerid"])] if int(chosen["layerid"]) < len(layers) else ""
        if not layer:
            layer = next((each for each in layers if name and names.resolve(each) == name), "")
        layer = layer or (layers[0] if layers else "")
        if layer not in layers:
            raise VectorError(_layer_failed(path, layer, "not found"))
        resolved = name or names.resolve(layer) or names.resolve(path.stem) or layer.upper()
        # Names and telephone numbers of farmers are no business of a check.
        personal = standard.data("control_layers.json")["personal_fields"]
        where = chosen.get("subset", "")
        return opened.read(layer, resolved, standard, path.name, progress, where, personal)


@contextmanager
def gdal_messages() -> Iterator[list[str]]:
    """Collect GDAL's error messages of this thread instead of printing them."""
    messages: list[str] = []

    def collect(level: int, _number: int, message: str) -> None:
        if level >= gdal.CE_Failure:
            messages.append(message)

    gdal.PushErrorHandler(collect)
    try:
        yield messages
    finally:
        gdal.PopErrorHandler()


def _filtered(layer: ogr.Layer, where: str) -> bool:
    """Keep to the rows that ``where`` allows; whether OGR understood it."""
    if not where:
        return True
    try:
        return bool(layer.SetAttributeFilter(where) == ogr.OGRERR_NONE)
    except RuntimeError:
        return False


def _look_before(path: Path, any_format: bool) -> None:
    """Say in plain words what GDAL would say in riddles."""
    try:
        if not path.exists():
            raise VectorError(_failed(path, "no such file", "文件不存在"))
        if path.is_file():
            with path.open("rb") as stream:
                if not stream.read(1):
                    raise VectorError(_failed(path, "the file is empty", "文件为空（0 字节）"))
    except OSError as error:
        raise VectorError(_failed(path, str(error))) from error
    suffix = path.suffix.lower()
    if not any_format and suffix not in DRIVERS:
        raise VectorError(_failed(path, f"unknown format {suffix}", f"不认识的格式 {suffix}"))
    for part in _SHAPE_PARTS:
        if suffix == ".shp" and not _beside(path, part):
            raise VectorError(_failed(path, f"{part} is missing", f"缺少同名 {part} 文件"))


def _open(path: Path, attributes: Dbf | None, any_format: bool) -> gdal.Dataset | None:
    suffix = path.suffix.lower()
    options = {}
    if suffix == ".gpkg":
        options = {"open_options": ["IMMUTABLE=YES"]}
    elif attributes is not None:
        # Only names pass through OGR here; values are read from the bytes.
        options = {"open_options": [f"ENCODING={attributes.encoding.codec.upper()}"]}
    if suffix in DRIVERS:
        options["allowed_drivers"] = [DRIVERS[suffix]]
    elif not any_format:
        return None
    try:
        return gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_READONLY, **options)
    except RuntimeError:
        return None


def _attributes(path: Path, progress: Progress) -> Dbf | None:
    table = _beside(path, ".dbf") if path.suffix.lower() == ".shp" else None
    if table is None:
        return None
    try:
        return Dbf(table, progress)
    except DbfError as error:
        raise VectorError(error.text) from error


def _encoding_notes(path: Path, attributes: Dbf) -> list[tuple[str, Text]]:
    encoding = attributes.encoding
    codec = encoding.codec.upper()
    out = []
    if encoding.misdeclared:
        text = Text(
            f"{path.name} 声明的文字编码为 {encoding.misdeclared}，"
            f"实际为 {codec}，已按 {codec} 读取",
            f"{path.name} claims to be in {encoding.misdeclared} but is in {codec}; read as such",
        )
        out.append(("misdeclared", text))
    if encoding.damaged:
        text = Text(
            f"{path.name} 的文字既不是有效的 UTF-8 也不是有效的 GB18030，"
            f"有 {encoding.damaged} 种取值无法解读",
            f"The text in {path.name} is neither valid UTF-8 nor valid GB18030: "
            f"{encoding.damaged} distinct values cannot be read",
        )
        out.append(("undecodable", text))
    return out


def _beside(path: Path, suffix: str) -> Path | None:
    """The file of the same stem with that suffix, in lower or upper case."""
    for each in (suffix, suffix.upper()):
        candidate = path.with_suffix(each)
        if candidate.is_file():
            return candidate
    return None


def _shapes_alone(path: Path, folder: Path) -> Path:
    """A shapefile without its attributes, whose end OGR takes for the end of the shapes."""
    try:
        for suffix in (".shx", ".prj"):
            part = _beside(path, suffix)
            if part is not None:
                shutil.copyfile(part, (folder / path.name).with_suffix(suffix))
        shutil.copyfile(path, folder / path.name)
    except OSError as error:
        raise VectorError(_failed(path, str(error))) from error
    return folder / path.name


def _copied(path: Path, folder: Path) -> Path:
    """A copy of what is committed, so that the original stays untouched."""
    try:
        return committed_copy(path, folder)
    except (OSError, sqlite3.Error) as error:
        raise VectorError(_failed(path, str(error))) from error


@contextmanager
def _scratch() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="onemap-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cut_short(path: Path) -> Text | None:
    """What to say of an SQLite file that ends before its own header says, else ``None``.

    The header holds the page size at byte 16 and the page count at byte 28
    (SQLite file format, 1.3). Versions of GDAL word such damage differently.
    """
    with suppress(OSError), path.open("rb") as stream:
        header = stream.read(100)
        if path.suffix.lower() != ".gpkg" or not _SQLITE.startswith(header[: len(_SQLITE)]):
            return None
        present = path.stat().st_size
        page = int.from_bytes(header[16:18], "big")
        pages = int.from_bytes(header[28:32], "big")
        whole = (65536 if page == 1 else page) * pages
        if len(header) < 100 or present < whole:
            size = f"{present:,} / {whole:,}" if len(header) == 100 else f"{present:,}"
            return _failed(
                path,
                f"the file is truncated ({size} bytes are there)",
                f"文件被截断（现有 {size} 字节）",
            )
    return None


def _last(messages: list[str]) -> str:
    return messages[-1] if messages else "not recognised"


def _failed(path: Path, reason: str, reason_zh: str = "") -> Text:
    return Text(
        f"{path.name} 无法读取：{reason_zh or reason}", f"{path.name} cannot be read: {reason}"
    )


def _layer_failed(path: Path, layer: str, reason: str) -> Text:
    return Text(
        f"{path.name} 中的图层 {layer} 无法读取：{reason}",
        f"Layer {layer} of {path.name} cannot be read: {reason}",
    )
