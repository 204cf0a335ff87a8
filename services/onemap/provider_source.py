"""What QGIS opens for a layer of the one map: provider and address, never a secret.

The network is asked here, in whatever thread; layers are made from it in the main thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..answers import Requests, address
from ..errors import ProfileProblem
from ..site_profile import LayerSource, SiteProfile
from . import frames
from .coverage import Coverage
from .features import Described, all_are_asked, asked
from .features_api import ApiFeatures, ArcGisFeatures
from .features_wfs import WfsFeatures
from .withheld import leaves_out, refuse
from .wmts import WmtsService, corrected_capabilities

VECTORS = ("wfs", "oapif", "arcgis_feature", "postgis")
RASTER_SUFFIXES = (".tif", ".tiff", ".img", ".vrt", ".asc", ".jp2", ".png", ".jpg")


@dataclass(frozen=True)
class ProviderSource:
    """Provider and address of a layer; ``vector`` tells which kind of layer it makes.

    ``identifiable`` is false where a click on the map could bring withheld columns to light.
    """

    layer: LayerSource
    provider: str
    uri: str
    vector: bool
    identifiable: bool = True
    notes: Sequence[Text] = field(default_factory=tuple)


def provider_source(
    layer: LayerSource,
    transport: Requests,
    profile: SiteProfile | None = None,
    cache: Path | None = None,
    progress: Progress = SILENT,
) -> ProviderSource:
    """Say what QGIS is to open.

    Parameters
    ----------
    layer
        A layer of a profile or of a catalogue.
    transport
        Asks the service which columns, matrix sets and names there are.
    profile
        Paths of files are taken from its folder.
    cache
        Folder for corrected capabilities of tiled services.

    Raises
    ------
    ServiceError
        When the service does not have the layer, or would send columns that must stay there.
    """
    makers: dict[str, Callable[..., ProviderSource]] = {
        "wms": _wms, "xyz": _xyz, "wfs": _wfs, "oapif": _oapif, "wcs": _wcs,
        "arcgis_map": _arcgis_map, "arcgis_feature": _arcgis_feature, "postgis": _postgis,
    }  # fmt: skip
    if layer.kind == "file":
        return _file(layer, profile)
    if layer.kind == "wmts":
        return _wmts(layer, transport, cache, progress)
    if layer.kind not in makers:
        raise ProfileProblem(
            Text(
                zh=f"不支持的图层类型：{layer.kind}",
                en=f"Layers of kind {layer.kind} are not known",
            )
        )
    return makers[layer.kind](layer, transport, progress)


def feature_service(layer: LayerSource, transport: Requests) -> Any:
    """What reads the features of a layer, or ``None`` for other kinds."""
    readers: dict[str, Any] = {
        "wfs": WfsFeatures, "oapif": ApiFeatures, "arcgis_feature": ArcGisFeatures,
    }  # fmt: skip
    return readers[layer.kind](transport, layer) if layer.kind in readers else None


def _encoded(url: str) -> str:
    """An address as a value in a raster source, where ``&`` and ``=`` have a meaning."""
    return quote(url, safe=":/?{}.,-_~@")


def _plain(value: str) -> str:
    """A name as a value in a raster source; later versions of QGIS leave ``%3A`` as it is."""
    return quote(value, safe=":/?@!$'()*,;~.-_")


def _pairs(*pairs: tuple[str, Any]) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs if value not in (None, ""))


def _withholds(layer: LayerSource) -> bool:
    return bool(layer.withheld)


def _wms(layer: LayerSource, _: Requests, __: Progress) -> ProviderSource:
    crs = layer.crs or "EPSG:4490"
    uri = _pairs(
        ("contextualWMSLegend", 0), ("crs", crs), ("dpiMode", 7),
        ("format", layer.format or "image/png"), ("layers", _plain(layer.layer or "")),
    )  # fmt: skip
    # A style has to be named, were it by nothing.
    uri += f"&styles={_plain(_service_style(layer))}"
    uri += f"&url={_encoded(address(layer.url, SERVICE=None, REQUEST=None, VERSION=None))}"
    return ProviderSource(layer, "wms", uri, False, not _withholds(layer))


def _service_style(layer: LayerSource) -> str:
    """Name of a style at the service; one that ends in .qml is ours."""
    style = layer.style or ""
    return "" if style.lower().endswith(".qml") else style


def _wmts(
    layer: LayerSource, transport: Requests, cache: Path | None, progress: Progress
) -> ProviderSource:
    service = WmtsService(transport, layer)
    chosen = service.describe(progress)
    url = service.capabilities_url
    notes = list(service.notes)
    if layer.options.get("dpi"):
        # This service was measured: its scales count another pixel size than 0.28 mm.
        if cache is None:
            notes.append(
                Text(
                    zh="该切片服务的比例尺不合标准，未指定缓存文件夹，位置可能有偏差",
                    en="The scales of this tile service are not the standard's; without a cache "
                    "folder it may be drawn off its place",
                )
            )
        else:
            path = corrected_capabilities(service, float(layer.options["dpi"]), cache)
            url = path.absolute().as_uri()
    elif chosen.matrix_set.dpi and "dpi" not in layer.options:
        notes.append(
            Text(
                zh=f"该切片服务提到 {chosen.matrix_set.dpi:g} dpi，"
                "位置可能不合标准，请先用要素核对",
                en=f"This tile service speaks of {chosen.matrix_set.dpi:g} dpi and may be drawn "
                "off its place; hold it against features first",
            )
        )
    uri = _pairs(
        ("contextualWMSLegend", 0), ("crs", chosen.matrix_set.crs), ("dpiMode", 7),
        ("format", chosen.format), ("layers", _plain(chosen.layer)),
        ("styles", _plain(chosen.style)),
        ("tileMatrixSet", _plain(chosen.matrix_set.id)), ("url", _encoded(url)),
    )  # fmt: skip
    return ProviderSource(layer, "wms", uri, False, not _withholds(layer), tuple(notes))


def _xyz(layer: LayerSource, _: Requests, __: Progress) -> ProviderSource:
    least, most = layer.options.get("zmin", 0), layer.options.get("zmax", 18)
    uri = _pairs(("type", "xyz"), ("url", _encoded(layer.url)), ("zmin", least),
                 ("zmax", most))  # fmt: skip
    return ProviderSource(layer, "wms", uri, False)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _wfs(layer: LayerSource, transport: Requests, progress: Progress) -> ProviderSource:
    service = WfsFeatures(transport, layer)
    described = service.describe(progress)
    url = address(layer.url, SERVICE=None, REQUEST=None, VERSION=None)
    named = service.columns_named(described)
    parts = []
    if named is not None:
        # QGIS asks for all columns whatever one selects; what stands in the address goes along
        # with every request, so that the server never sends the others.
        url = address(url, PROPERTYNAME=named)
        columns = ", ".join(f'"{name}"' for name in asked(layer, described))
        parts.append(f'sql=SELECT {columns} FROM "{service.name}"')  # noqa: S608  # asked of QGIS
    if frames.is_north_first(described.crs) and not service.expects_north_first(progress):
        # QGIS would turn its boxes as the EPSG says, and this server would find nothing in them.
        parts.insert(0, "IgnoreAxisOrientation='1'")
    uri = (
        f"pagingEnabled='true' restrictToRequestBBOX='1' srsname={_quoted(described.crs)} "
        f"typename={_quoted(service.name)} url={_quoted(url)} version={_quoted(service.version)}"
    )
    return ProviderSource(
        layer, "WFS", " ".join([uri, *parts]), True, True, _left(layer, described)
    )


def _left(layer: LayerSource, described: Described) -> tuple[Text, ...]:
    names = leaves_out(layer, [column.name for column in described.columns])
    if not names:
        return tuple(described.notes)
    listed = "、".join(names)
    return (
        *described.notes,
        Text(
            zh=f"个人信息字段 {listed} 不读取",
            en=f"Columns with personal data are not read: {', '.join(names)}",
        ),
    )


def _oapif(layer: LayerSource, transport: Requests, progress: Progress) -> ProviderSource:
    service = ApiFeatures(transport, layer)
    described = service.describe(progress)
    parts = urlsplit(service.url)
    path, _, name = parts.path.rpartition("/collections/")
    url = f"{parts.scheme}://{parts.netloc}{path}"
    if parts.query:
        url += f"?{parts.query}"
    names = asked(layer, described)
    if not all_are_asked(layer, described):
        if not names:
            raise refuse(layer)
        url = address(url, properties=",".join(names))
    uri = (
        f"pagingEnabled='true' restrictToRequestBBOX='1' srsname={_quoted('OGC:CRS84')} "
        f"typename={_quoted(layer.layer or name)} url={_quoted(url)}"
    )
    return ProviderSource(layer, "OAPIF", uri, True, True, _left(layer, described))


def _wcs(layer: LayerSource, transport: Requests, progress: Progress) -> ProviderSource:
    service = Coverage(transport, layer)
    grid = service.describe(progress)
    if service.version != "1.0.0":
        # QGIS reads no WCS 2.0.1; a server that speaks it speaks 1.0.0 too, or is not for QGIS.
        service = Coverage(transport, replace(layer, version="1.0.0"))
        grid = service.describe(progress)
    url = address(layer.url, SERVICE=None, REQUEST=None, VERSION=None)
    uri = _pairs(
        ("crs", grid.crs), ("format", service.format),
        ("identifier", _plain(layer.layer or "")), ("url", _encoded(url)),
        ("version", service.version),
    )  # fmt: skip
    return ProviderSource(layer, "wcs", uri, False, True, tuple(service.notes))


def _arcgis_map(layer: LayerSource, _: Requests, __: Progress) -> ProviderSource:
    base, number = layer.url.split("?")[0].rstrip("/"), layer.layer or ""
    if base.rpartition("/")[2].isdigit():
        base, _slash, number = base.rpartition("/")
    uri = (
        f"crs={_quoted(layer.crs or 'EPSG:4490')} format={_quoted(layer.format or 'PNG32')} "
        f"layer={_quoted(number)} url={_quoted(base)}"
    )
    return ProviderSource(layer, "arcgismapserver", uri, False, not _withholds(layer))


def _arcgis_feature(layer: LayerSource, transport: Requests, progress: Progress) -> ProviderSource:
    service = ArcGisFeatures(transport, layer)
    described = service.describe(progress)
    if not all_are_asked(layer, described):
        # QGIS asks this kind of service for every column.
        raise refuse(layer)
    uri = f"crs={_quoted(described.crs)} url={_quoted(service.url)}"
    return ProviderSource(layer, "arcgisfeatureserver", uri, True)


def _postgis(layer: LayerSource, _: Requests, __: Progress) -> ProviderSource:
    """A table of PostGIS; ``options`` hold ``key``, ``geometry``, ``columns`` and ``authcfg``.

    Columns are named in a query of its own where some have to stay at the server.
    """
    parts = urlsplit(layer.url)
    options = layer.options
    if parts.password:
        raise ProfileProblem(
            Text(
                zh=f"图层“{layer.title.zh}”的地址中不得含密码，请用 QGIS 认证配置",
                en=f"The address of “{layer.title.en}” holds a password; use an authentication "
                "configuration of QGIS",
            )
        )
    schema, _dot, table = (layer.layer or "").rpartition(".")
    key, geometry = str(options.get("key") or "fid"), str(options.get("geometry") or "geom")
    columns = [str(name) for name in options.get("columns") or ()]
    if layer.withheld and not columns:
        raise refuse(layer)
    where = f'"{schema or "public"}"."{table}"'
    if columns:
        described = Described([], "")
        listed = ", ".join(f'"{name}"' for name in (*asked(layer, described), geometry))
        keyed = listed if key in columns else f'"{key}", {listed}'
        query = f"(SELECT {keyed} FROM {where})"  # noqa: S608  # names from the profile
        where = '"' + query.replace('"', '\\"') + '"'
    connection = [
        f"dbname={_quoted(parts.path.lstrip('/'))}",
        f"host={_quoted(parts.hostname)}" if parts.hostname else "",
        f"port={parts.port}" if parts.port else "",
        f"user={_quoted(parts.username)}" if parts.username else "",
        f"authcfg={options['authcfg']}" if options.get("authcfg") else "",
        f"service={_quoted(str(options['service']))}" if options.get("service") else "",
        f"key={_quoted(key)}",
        f"srid={frames.number(layer.crs)}" if layer.crs else "",
        "checkPrimaryKeyUnicity='0'",
        f"table={where} ({geometry})",
    ]
    return ProviderSource(layer, "postgres", " ".join(filter(None, connection)), True)


def file_path(layer: LayerSource, profile: SiteProfile | None) -> str:
    """The path of a layer of files, taken from the folder of the profile."""
    text = layer.url
    if text.startswith("file://"):
        from urllib.request import url2pathname

        text = url2pathname(urlsplit(text).path)
    path = Path(text)
    if not path.is_absolute() and profile is not None and profile.path is not None:
        path = profile.path.parent / path
    return str(path)


def _file(layer: LayerSource, profile: SiteProfile | None) -> ProviderSource:
    path = file_path(layer, profile)
    if path.lower().endswith(RASTER_SUFFIXES):
        return ProviderSource(layer, "gdal", path, False)
    source = f"{path}|layername={layer.layer}" if layer.layer else path
    return ProviderSource(layer, "ogr", source, True)
