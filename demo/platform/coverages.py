"""MapServer, which serves the coverages: terrain and imagery by WCS."""

from __future__ import annotations

import shutil
from pathlib import Path

from .layout import Place

_MAP = """
MAP
  NAME "coverages"
  EXTENT {extent}
  SIZE 800 800
  UNITS METERS
  PROJECTION "init=epsg:{epsg}" END
  OUTPUTFORMAT NAME "GTiff" DRIVER "GDAL/GTiff" MIMETYPE "image/tiff" IMAGEMODE FLOAT32
    EXTENSION "tif" FORMATOPTION "NULLVALUE=-9999" END
  OUTPUTFORMAT NAME "GTiff16" DRIVER "GDAL/GTiff" MIMETYPE "image/tiff" IMAGEMODE INT16
    EXTENSION "tif" END
  WEB
    METADATA
      "ows_title" "云岫县地形与影像 Terrain and imagery"
      "ows_enable_request" "*"
      "ows_srs" "EPSG:{epsg} EPSG:4490 EPSG:4326"
      "ows_onlineresource" "{url}"
      "wcs_label" "coverages"
      "wcs_description" "coverages"
      "ows_contactorganization" "Demo"
    END
  END
{layers}
END
"""
_LAYER = """
  LAYER
    NAME "{name}" TYPE RASTER STATUS ON DATA "{path}"
    PROJECTION "init=epsg:{epsg}" END
    METADATA
      "ows_title" "{title}"
      "wcs_label" "{title}"
      "wcs_description" "{title}"
      "wcs_rangeset_name" "{name}" "wcs_rangeset_label" "{name}"
      "wcs_formats" "{format}" "wcs_nativeformat" "{format}" "wcs_imagemode" "{mode}"
      "wcs_bandcount" "{bands}"
      "ows_extent" "{extent}" "wcs_resolution" "{cell} {cell}" "wcs_size" "{columns} {rows}"
    END
  END
"""


def program() -> str:
    """Path of ``mapserv``.

    Raises
    ------
    FileNotFoundError
        When it is not installed.
    """
    for path in (shutil.which("mapserv"), "/usr/lib/cgi-bin/mapserv"):
        if path and Path(path).exists():
            return path
    raise FileNotFoundError("MapServer is not installed (package cgi-mapserver)")


def environment(place: Place) -> dict[str, str]:
    """The map file is fixed; a parameter cannot name another."""
    return {
        "MAPSERVER_CONFIG_FILE": str(place.data / "mapserver.conf"),
        "MS_MAPFILE": str(place.data / "coverages.map"),
        "PROJ_LIB": "/usr/share/proj",
    }


def configure(place: Place, gateway: str) -> None:
    """Write the map file of the rasters that are there, for this gateway."""
    from osgeo import gdal

    gdal.UseExceptions()
    layers, extent, epsg = [], "", ""
    titles = {"dem": "数字高程模型 Digital elevation model"}
    for path in sorted(place.data.glob("*.tif")):
        if path.stem != "dem" and not path.stem.startswith("image_"):
            continue
        opened = gdal.Open(str(path))
        west, cell, _, north, _, _ = opened.GetGeoTransform()
        columns, rows = opened.RasterXSize, opened.RasterYSize
        extent = f"{west} {north - rows * cell} {west + columns * cell} {north}"
        epsg = opened.GetSpatialRef().GetAuthorityCode(None) or epsg
        terrain = path.stem == "dem"
        layers.append(
            _LAYER.format(
                name=path.stem,
                path=path,
                epsg=epsg,
                title=titles.get(path.stem, f"影像 Imagery {path.stem[-4:]}"),
                format="GTiff" if terrain else "GTiff16",
                mode="FLOAT32" if terrain else "INT16",
                bands=opened.RasterCount,
                extent=extent,
                cell=cell,
                columns=columns,
                rows=rows,
            )
        )
        opened = None
    told = _MAP.format(extent=extent, epsg=epsg, url=f"{gateway}/wcs?", layers="".join(layers))
    (place.data / "coverages.map").write_text(told, encoding="utf-8")
    config = (
        f'CONFIG\n  ENV\n    "MS_MAP_NO_PATH" "1"\n    "MS_MAPFILE" "{place.data}/coverages.map"\n'
    )
    config += f'    "MS_MAP_PATTERN" "^{place.data}/"\n  END\n  MAPS\n'
    config += f'    "coverages" "{place.data}/coverages.map"\n  END\nEND\n'
    (place.data / "mapserver.conf").write_text(config, encoding="utf-8")
