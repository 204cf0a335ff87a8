"""The honest county: planned, surveyed, booked and written."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..checks.standard import Standard, load
from ..checks.table import FloatArray, IntArray
from . import attributes, districts, estates, heights, layers, terrain
from .grid import Grid, mask_of
from .layer import Layer, write_geopackage
from .names import COUNTY_CODE, COUNTY_NAME, YEAR
from .parcels import Parcels, draw_parcels
from .plan import Plan, make_plan
from .slope_map import SlopeMap, grade_parcels, map_slopes


@dataclass
class County:
    """The county as delivered (``layers`` by name) and what lies behind it.

    ``shares`` are the shares of each DLTB row by grade 1…5 in the surveyor's
    slope map, ``(parcels, 6)``, zero where no cropland; ``dem`` the trusted
    heights on ``dem_grid``; ``control_area`` in m².
    """

    layers: dict[str, Layer]
    standard: Standard
    wkt: str
    dem_grid: Grid
    dem: FloatArray
    parcels: Parcels
    shares: FloatArray
    unit: IntArray
    control_area: float

    @property
    def name(self) -> str:
        """File name without ending, as counties name their packages."""
        return f"{COUNTY_CODE}{COUNTY_NAME}{YEAR}"


def build_county(parcels: int = 5000, seed: int = 1) -> County:
    """Build a county of about so many parcels; the same seed gives the same county.

    Raises
    ------
    FileNotFoundError
        When matplotlib's sample terrain is not installed.
    """
    standard = load()
    plan = make_plan(parcels, seed)
    # Every part draws from a stream of its own: changing one leaves the others.
    chance = [np.random.default_rng([seed, part]) for part in range(1, 7)]
    drawn = draw_parcels(plan, chance[0])
    estates.build_up(drawn, plan, chance[1])
    town_of = districts.group_villages(drawn)
    unit = estates.number_units(drawn, town_of)
    divisions = districts.form_districts(drawn, town_of, chance[2])
    order, number = attributes.numbering(drawn, divisions)
    drawn, unit = drawn.keep(order), unit[order]
    books = attributes.keep_books(drawn, divisions, standard)
    water = mask_of(plan.ground.grid, np.array([s for s, _ in plan.still], dtype=object))
    survey_grid, survey = terrain.surveyed(plan.ground, water, chance[3])
    slope_map = map_slopes(
        survey_grid, survey, divisions.county, standard.slope_limits, plan.centre
    )
    grade, shares = _grades(drawn, slope_map, plan)
    dltb = attributes.describe(drawn, number, books, grade, divisions, standard, chance[4])
    measured = _heights(plan, divisions, survey_grid, survey, len(drawn), chance[3])
    made = [
        dltb,
        *layers.district_layers(divisions, books, standard),
        layers.built_layer(drawn, unit, books, divisions, standard),
        layers.farmland_layer(dltb, _farmland(dltb, chance[4]), standard),
        *layers.terrain_layers(slope_map, measured, standard),
    ]
    return County(
        {layer.name: layer for layer in made},
        standard,
        plan.ground.wkt,
        plan.ground.grid,
        terrain.trusted(plan.ground, water, chance[5]),
        drawn,
        shares,
        unit,
        books.control / 100,
    )


def _grades(parcels: Parcels, slope_map: SlopeMap, plan: Plan) -> tuple[IntArray, FloatArray]:
    crop = np.array([code.startswith("01") for code in parcels.code])
    west, south, east, north = plan.ground.grid.bounds
    found, part = grade_parcels(parcels.shape[crop], slope_map, (west, south, east, north))
    grade = np.zeros(len(parcels), dtype=np.int64)
    shares = np.zeros((len(parcels), 6))
    grade[crop], shares[crop] = found, part
    return grade, shares


def _heights(
    plan: Plan,
    divisions: districts.Districts,
    grid: Grid,
    survey: FloatArray,
    parcels: int,
    random: np.random.Generator,
) -> heights.Heights:
    still = np.array([shape for shape, _ in plan.still], dtype=object)
    count = max(60, int(0.27 * parcels))
    spots, measured = heights.measure_heights(plan.ground, divisions.county, still, count, random)
    lines, level = heights.draw_contours(grid, survey, divisions.county)
    return heights.Heights(spots, measured, lines, level)


def _farmland(dltb: Layer, random: np.random.Generator) -> IntArray:
    """Rows that are permanent basic farmland: most of the gentle cropland."""
    gentle = np.isin(dltb.columns["GDPDJB"].astype(str), ["1", "2"])
    return np.flatnonzero(gentle & (random.random(len(dltb)) < 0.8))


def write_county(county: County, folder: Path, name: str = "") -> Path:
    """Write the package as GeoPackage into ``folder``; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name or county.name}.gpkg"
    write_geopackage(path, list(county.layers.values()), county.standard, county.wkt)
    return path


def write_trusted(county: County, folder: Path) -> tuple[Path, Path]:
    """Write what the checker has: ``dem.tif`` and ``ridge_coefficients.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    dem, ridges = folder / "dem.tif", folder / "ridge_coefficients.csv"
    county.dem_grid.write(county.dem, dem, county.wkt)
    with ridges.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["GDLX", "GDPDJB", "KCXS"])
        table.writerows([*pair, f"{value:.4f}"] for pair, value in attributes.RIDGES.items())
    return dem, ridges
