"""From a place to files: one survey with a few tampered parcels, and the trusted one map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from osgeo import ogr

from onemap_verify.checks.options import Options
from onemap_verify.checks.standard import Standard
from onemap_verify.demo.attributes import RIDGES
from onemap_verify.demo.layer import write_geopackage

from . import honest, tamper
from .blocks import plant_blocks
from .books import YEAR
from .forgery import Forgery, Truth
from .place import Place
from .rings import ring_jobs

SHARE = 0.06
"""Share of parcels that are tampered with in one package."""


@dataclass(frozen=True)
class Package:
    """What was written, and the truth about it; ``bsm`` of the place's parcels in their order."""

    options: Options
    truth: Truth
    place: Place
    seed: int
    bsm: tuple[str, ...]


def make_package(
    place: Place,
    standard: Standard,
    work: Path,
    random: np.random.Generator,
    *,
    blocks: bool = False,
    clean: bool = False,
) -> Package:
    """One replicate.

    ``blocks`` shifts whole blocks of parcels instead of planting into single
    ones; ``clean`` plants nothing.
    """
    forgery = Forgery(place, standard, random)
    honest.usual_errors(forgery)
    each = max(2, len(place) // 250)
    if not (clean or blocks):
        honest.odd_ones(forgery, each)
    if blocks:
        plant_blocks(forgery)
    jobs = [] if clean or blocks else [*tamper.jobs(), *ring_jobs()]
    quota = _quota(len(jobs), len(place), random)
    for stage in (0, 1, 2):
        if stage == 1:
            forgery.settle()
        for number in random.permutation(len(jobs)).tolist():
            job = jobs[number]
            if job.stage == stage and quota[number]:
                job.plant(forgery, job, int(quota[number]))
    if not (clean or blocks):
        honest.cloud(forgery)
    return _written(forgery, work, int(random.integers(2**31)))


def _quota(jobs: int, parcels: int, random: np.random.Generator) -> np.ndarray:
    """How many parcels every job gets: all alike, what is left over by lot."""
    if jobs == 0:
        return np.zeros(0, dtype=int)
    budget = int(SHARE * parcels)
    out = np.full(jobs, budget // jobs)
    out[random.permutation(jobs)[: budget % jobs]] += 1
    return out


def _written(forgery: Forgery, work: Path, seed: int) -> Package:
    place, standard = forgery.place, forgery.standard
    work.mkdir(parents=True, exist_ok=True)
    others = [layer for layer in place.county if layer.name not in ("YJJBNTTB", "PDT")]
    package = work / "survey.gpkg"
    write_geopackage(package, [forgery.layer, *others], standard, place.wkt)
    last = work / "last_year.gpkg"
    for row in range(len(forgery.last)):
        forgery.last.columns["SJNF"][row] = YEAR - 1
    write_geopackage(last, [forgery.last], standard, place.wkt)
    options = Options(
        submission=package,
        findings=work / "findings.gpkg",
        dem=place.dem,
        previous=str(last),
        control_layers=(str(_control(forgery, work)),),
        ridge_coefficients=dict(RIDGES),
        control_area=place.control_area,
        campaign_start=date(2023, 6, 1),
        campaign_end=date(2023, 12, 31),
        seed=seed % 1000,
    )
    if forgery.image is not None:
        options = replace(
            options,
            imagery=forgery.image.write(work / "image.tif", place.wkt),
            imagery_bands=forgery.image.bands,
            imagery_date=_in_year(forgery.image.taken, YEAR),
        )
    if forgery.previous is not None:
        options = replace(
            options,
            imagery_previous=forgery.previous.write(work / "previous.tif", place.wkt),
            imagery_previous_date=_in_year(forgery.previous.taken, YEAR - 1),
        )
    bsm = tuple(map(str, forgery.last.columns["BSM"]))
    return Package(options, forgery.truth, place, seed, bsm)


def _in_year(taken: str, year: int) -> date:
    """The day of a picture in the year of the survey that is made from it.

    Surveys are all of one year; a picture older than its survey would rightly not be
    believed. The season stays.
    """
    day = date.fromisoformat(taken)
    return day.replace(year=year, day=min(day.day, 28))


def _control(forgery: Forgery, work: Path) -> Path:
    """Permanent basic farmland: cropland of last year, whole parcels."""
    path = work / "YJJBNTBHTB.gpkg"
    path.unlink(missing_ok=True)
    rows = np.flatnonzero(forgery.farmland)
    shapes = forgery.before.shapes[rows]
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    from osgeo import osr

    reference = osr.SpatialReference()
    reference.ImportFromWkt(forgery.place.wkt)
    layer = source.CreateLayer("YJJBNTBHTB", reference, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("BSM", ogr.OFTString))
    layer.StartTransaction()
    for number, shape in enumerate(shapely.to_wkb(shapes)):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField(0, f"{forgery.bsm(0)[:6]}2420{number + 1:08d}")
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(shape))
        layer.CreateFeature(feature)
    layer.CommitTransaction()
    return path
