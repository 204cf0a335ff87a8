"""The layers beside DLTB: districts, their lines, built units, slope map, heights."""

from __future__ import annotations

import numpy as np
import shapely

from ..checks.standard import Standard
from ..checks.table import GeometryArray, IntArray
from .attributes import LAYER_CODES, Books, money
from .districts import Districts
from .heights import INTERVAL, Heights
from .layer import Layer, filled
from .names import identifier
from .parcels import Parcels
from .slope_map import SlopeMap

_LEVELS = {1: "670500", 2: "660200", 3: "650200"}


def make_layer(
    name: str, shape: GeometryArray, columns: dict[str, np.ndarray], standard: Standard
) -> Layer:
    """A layer with BSM, YSDM and an empty remark added, fields in the standard's order."""
    count = len(shape)
    columns["BSM"] = np.array([identifier(LAYER_CODES[name], n + 1) for n in range(count)], object)
    columns["YSDM"] = filled(count, standard.layers[name].ysdm.split(";")[0])
    given = {f.name: columns.get(f.name, filled(count, None)) for f in standard.fields[name]}
    return Layer(name, shape, {k: np.asarray(v, dtype=object) for k, v in given.items()})


def district_layers(districts: Districts, books: Books, standard: Standard) -> list[Layer]:
    """XZQ, XZQJX, CJDCQ and CJDCQJX."""
    towns, villages = districts.towns, districts.villages
    level = districts.lines.level
    kinds = np.array([_LEVELS[int(value)] for value in level], object)

    def lines(name: str, least: int) -> Layer:
        rows = level >= least
        columns = {"JXLX": kinds[rows], "JXXZ": filled(int(rows.sum()), "600001")}
        return make_layer(name, districts.lines.shape[rows], columns, standard)

    return [
        make_layer(
            "XZQ",
            towns,
            {
                "XZQDM": np.array(districts.town_codes, object),
                "XZQMC": np.array(districts.town_names, object),
                "DCMJ": money(books.towns),
                "JSMJ": money(books.town_computed),
                "MSSM": filled(len(towns), "00"),
            },
            standard,
        ),
        lines("XZQJX", 2),
        make_layer(
            "CJDCQ",
            villages,
            {
                "ZLDWDM": np.array(districts.unit_codes, object),
                "ZLDWMC": np.array(districts.unit_names, object),
                "DCMJ": money(books.villages),
                "JSMJ": money(books.village_computed),
                "MSSM": filled(len(villages), "00"),
            },
            standard,
        ),
        lines("CJDCQJX", 1),
    ]


def built_layer(
    parcels: Parcels, unit: IntArray, books: Books, districts: Districts, standard: Standard
) -> Layer:
    """CZCDYD: towns, villages and single works as units."""
    shapes, kinds, codes, names, areas = [], [], [], [], []
    for number in range(1, int(unit.max()) + 1):
        rows = np.flatnonzero(unit == number)
        shapes.append(shapely.coverage_union_all(parcels.shape[rows]))
        kind = str(parcels.estate[rows[0]])
        village = int(parcels.village[rows[0]])
        town = int(districts.town_of[village])
        in_town = kind.startswith("202")
        kinds.append(kind)
        codes.append(
            districts.town_codes[town - 1] + "0" * 10
            if in_town
            else districts.unit_codes[village - 1]
        )
        names.append(
            districts.town_names[town - 1] if in_town else districts.unit_names[village - 1]
        )
        areas.append(int(books.parcels[rows].sum()))
    columns = {
        "CZCLX": np.array(kinds, object),
        "CZCDM": np.array(codes, object),
        "CZCMC": np.array(names, object),
        "CZCMJ": money(np.array(areas, dtype=np.int64)),
    }
    return make_layer("CZCDYD", np.array(shapes, dtype=object), columns, standard)


def farmland_layer(parcels: Layer, chosen: IntArray, standard: Standard) -> Layer:
    """YJJBNTTB: permanent basic farmland, whole cropland parcels."""
    source = {name: column[chosen] for name, column in parcels.columns.items()}
    columns = {f.name: source[f.name] for f in standard.fields["YJJBNTTB"] if f.name in source}
    columns["YJJBNTTBBH"] = np.array([f"{n + 1:08d}" for n in range(len(chosen))], object)
    columns["YJJBNTTBMJ"] = source["TBMJ"]
    columns["YJJBNTMJ"] = source["TBDLMJ"]
    return make_layer("YJJBNTTB", parcels.shape[chosen], columns, standard)


def terrain_layers(slope_map: SlopeMap, heights: Heights, standard: Standard) -> list[Layer]:
    """PDT, GCZJD and DGX."""
    grades = np.array([str(grade) for grade in slope_map.grade], object)
    index = np.round(heights.contour_heights / INTERVAL).astype(int) % 5 == 0
    return [
        make_layer("PDT", slope_map.shape, {"PDJB": grades}, standard),
        make_layer(
            "GCZJD",
            heights.spots,
            {"BSGC": np.array([float(h) for h in heights.spot_heights], object)},
            standard,
        ),
        make_layer(
            "DGX",
            heights.contours,
            {
                "DGXLX": np.where(index, "710102", "710101").astype(object),
                "BSGC": np.array([float(h) for h in heights.contour_heights], object),
            },
            standard,
        ),
    ]
