"""What lies beside the parcels: pictures of two years, last year's map, photos, tracks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from osgeo import ogr, osr

from ...checks.table import IntArray
from ..county import County
from ..names import YEAR, identifier
from .crew import Walk, visit, walks
from .logs import write_gpx, write_nmea
from .photos import Photo, take, write_store
from .scenes import NOW, THEN, see, write_scene
from .year_before import YearBefore, look_back, write_year_before

_UNCHANGED_VISITED = 16
_PROTECTED_CODE = "2420"


@dataclass
class Evidence:
    """What an honest crew brings home beside the layers; ``protected`` are DLTB rows."""

    before: YearBefore
    photos: list[Photo]
    walks: dict[str, Walk]
    protected: IntArray


def gather(county: County, seed: int) -> Evidence:
    """Look back a year, and visit what changed and some of what did not."""
    chance = [np.random.default_rng([seed, 50, part]) for part in range(4)]
    before = look_back(county, chance[0])
    size = shapely.area(county.parcels.shape)
    quiet = np.setdiff1d(np.flatnonzero((size > 4000) & (size < 60_000)), before.changed)
    others = chance[1].choice(quiet, min(_UNCHANGED_VISITED, len(quiet)), replace=False)
    stations = visit(county, np.r_[before.changed, others], chance[2])
    photos = take(county, stations, seed)
    walked = walks(county, stations, chance[3])
    names = [f"{walk.times[0]:%Y%m%d}" for walk in walked]
    farmland = np.isin(
        shapely.to_wkb(county.parcels.shape), shapely.to_wkb(county.layers["YJJBNTTB"].shape)
    )
    farmland[before.changed] = False
    return Evidence(before, photos, dict(zip(names, walked)), np.flatnonzero(farmland))


def write_evidence(evidence: Evidence, folder: Path) -> list[Path]:
    """Write store and tracks into the package ``folder``; return the files."""
    tracks = folder / "tracks"
    tracks.mkdir(parents=True, exist_ok=True)
    made = [write_store(evidence.photos, folder)]
    for name, walk in evidence.walks.items():
        file = track_file(evidence, name)
        write = write_nmea if file.endswith(".nmea") else write_gpx
        made.append(write(walk, tracks / file))
    return made


def track_file(evidence: Evidence, name: str) -> str:
    """Name of the file of a walk: the crew has a phone and a BeiDou receiver, and uses either."""
    return f"{name}.{'nmea' if list(evidence.walks).index(name) % 3 == 1 else 'gpx'}"


def write_trusted_pictures(county: County, evidence: Evidence, folder: Path, seed: int) -> None:
    """Write ``image_2023.tif``, ``image_2022.tif``, ``dltb_2022.gpkg`` and ``control.gpkg``."""
    random = np.random.default_rng([seed, 60])
    now = see(county, county.parcels.code, NOW, random)
    write_scene(county, now, folder / f"image_{YEAR}.tif")
    then = see(county, evidence.before.code, THEN, random)
    write_scene(county, then, folder / f"image_{YEAR - 1}.tif")
    write_year_before(county, evidence.before, folder)
    _write_protected(county, evidence.protected, folder / "control.gpkg")


def _write_protected(county: County, rows: IntArray, path: Path) -> None:
    """Permanent basic farmland as the one map has it (YJJBNTBHTB)."""
    path.unlink(missing_ok=True)
    reference = osr.SpatialReference()
    reference.ImportFromWkt(county.wkt)
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = source.CreateLayer("YJJBNTBHTB", reference, ogr.wkbPolygon)
    for name in ("BSM", "YJJBNTTBBH", "DLBM"):
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTString))
    layer.StartTransaction()
    for number, row in enumerate(rows.tolist(), 1):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature["BSM"] = identifier(_PROTECTED_CODE, number)
        feature["YJJBNTTBBH"] = f"{number:08d}"
        feature["DLBM"] = str(county.parcels.code[row])
        feature.SetGeometryDirectly(
            ogr.CreateGeometryFromWkb(shapely.to_wkb(county.parcels.shape[row]))
        )
        layer.CreateFeature(feature)
    layer.CommitTransaction()
    layer = source = None
