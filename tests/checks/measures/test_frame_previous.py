"""Frames told by last year's parcels, and by where trusted data lie."""

from __future__ import annotations

import numpy as np
import packages
import pytest
import shapely
from shapely.affinity import translate

from onemap_verify.checks.measures.frame import measure_frame
from onemap_verify.checks.measures.gcj02 import wgs84_to_bd09, wgs84_to_gcj02
from onemap_verify.checks.reproject import Reprojection
from onemap_verify.checks.table import Field, Table

PLAIN_117, PLAIN_114, ZONE_39, UTM_50, MERCATOR = 4548, 4547, 4527, 32650, 3857
EAST, NORTH = 535_000.0, 4_030_000.0


def rings(count=300, seed=0, reach=12_000.0):
    """Irregular polygons over 24 km, in metres of the 117° zone."""
    random = np.random.default_rng(seed)
    middle = np.array([EAST, NORTH]) + random.uniform(-reach, reach, (count, 2))
    out = []
    for x, y in middle:
        angle = np.sort(random.uniform(0, 2 * np.pi, random.integers(5, 12)))
        radius = random.uniform(20, 60, len(angle))
        out.append(
            shapely.Polygon(
                np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])
            )
        )
    return np.array(out, dtype=object)


def table(shapes, code=PLAIN_117, names=None, name="DLTB"):
    ids = np.array([f"3709232110{n:08d}" for n in range(len(shapes))], dtype=object)
    ids = ids if names is None else np.asarray(names, dtype=object)
    return Table(
        name=name,
        source=name,
        fields={"BSM": Field("BSM", "BSM", "text")},
        columns={"BSM": ids},
        geometry=np.asarray(shapes, dtype=object),
        row_ids=np.arange(len(shapes)),
        wkt=packages.wkt(code),
        geometry_type="polygon",
    )


def through(shapes, move, code=PLAIN_117):
    """Shapes whose longitudes and latitudes went through ``move``."""
    there = Reprojection(packages.wkt(PLAIN_117), "EPSG:4490")
    back = Reprojection("EPSG:4490", packages.wkt(code))

    def turned(xy):
        degrees = there.points(xy)
        return back.points(np.column_stack(move(degrees[:, 0], degrees[:, 1])))

    return shapely.transform(shapes, turned)


def numbers(shapes, move):
    return shapely.transform(shapes, lambda xy: np.column_stack(move(xy[:, 0], xy[:, 1])))


def measure(standard, shapes, previous, code=PLAIN_117, names=None, more=()):
    mine = table(shapes, code, names)
    layers = {each.name: each for each in (mine, *more)}
    return measure_frame(layers, "", standard, previous)


SLIPS = {
    "gcj02": lambda s: through(s, wgs84_to_gcj02),
    "bd09": lambda s: through(s, wgs84_to_bd09),
    "datum_shift": lambda s: numbers(s, lambda x, y: (x + 96.0, y - 41.0)),
    "axis_swap": lambda s: numbers(s, lambda x, y: (y, x)),
    "wrong_zone": lambda s: through(s, lambda x, y: (x, y), PLAIN_114),
    "false_easting": lambda s: numbers(s, lambda x, y: (x - 500_000, y)),
    "coordinate_sign": lambda s: numbers(s, lambda x, y: (x, -y)),
}


@pytest.mark.parametrize("kind", SLIPS)
@pytest.mark.parametrize("renamed", [False, True])
def test_each_slip_is_named_once_for_all_layers(standard, kind, renamed):
    shapes = rings()
    names = [f"9{n:017d}" for n in range(len(shapes))] if renamed else None
    moved = SLIPS[kind](shapes)
    more = [table(moved[:7], name="CJDCQ")]
    frame = measure(standard, moved, table(shapes), names=names, more=more)
    assert [issue.kind for issue in frame.issues] == [kind]
    assert frame.issues[0].contradiction
    assert set(frame.issues[0].layers) == {"DLTB", "CJDCQ"}
    # Another zone is put right; in all other cases nothing is compared.
    assert frame.trusted("DLTB") == (kind == "wrong_zone")
    if kind == "wrong_zone":
        assert frame.central_meridian("DLTB") == 114.0
    if kind in ("gcj02", "bd09"):
        assert np.isnan(frame.central_meridian("DLTB"))


@pytest.mark.parametrize(("factor", "unit"), [(1000, "mm"), (100, "cm"), (0.001, "km")])
def test_units(standard, factor, unit):
    shapes = rings()
    moved = numbers(shapes, lambda x, y: (x * factor, y * factor))
    for previous in (table(shapes), None):
        frame = measure(standard, moved, previous)
        assert [(one.kind, one.seems) for one in frame.issues] == [("coordinate_unit", unit)]


def test_the_numbers_of_a_datum_shift_are_told(standard):
    shapes = rings()
    frame = measure(standard, SLIPS["datum_shift"](shapes), table(shapes))
    facts = frame.issues[0].facts
    assert facts["east_m"] == pytest.approx(96, abs=2) and facts["north_m"] == pytest.approx(
        -41, abs=2
    )
    assert facts["pairs"] > 290 and facts["share_explained"] == 1.0
    text = frame.issues[0].text
    assert f"{facts['pairs']} parcels" in text.en and f"{facts['pairs']} 个" in text.zh


@pytest.mark.parametrize(
    ("stored", "declared", "named"),
    [(UTM_50, PLAIN_117, "UTM 50N"), (MERCATOR, PLAIN_117, "Web Mercator")],
)
def test_numbers_of_another_projection(standard, stored, declared, named):
    shapes = rings()
    moved = through(shapes, lambda x, y: (x, y), stored)
    frame = measure(standard, moved, table(shapes), declared)
    assert [one.kind for one in frame.issues] == ["wrong_crs"]
    if stored == UTM_50:
        assert "UTM" in frame.issues[0].seems and frame.trusted("DLTB")


@pytest.mark.parametrize("noise", [0.0, 0.8])
def test_an_honest_year_is_not_blamed(standard, noise):
    """A third of the parcels really changed, all were digitised anew."""
    shapes = rings()
    random = np.random.default_rng(3)
    step = random.normal(0, noise, (len(shapes), 2))
    moved = [translate(shape, *by) for shape, by in zip(shapes, step)]
    moved[:100] = rings(seed=9)[:100]
    frame = measure(standard, moved, table(shapes))
    assert frame.issues == [] and frame.trusted("DLTB")
    assert measure(standard, moved, table(shapes, names=["x"] * 300)).issues == []


def test_nothing_is_said_where_nothing_is_shared(standard):
    frame = measure(standard, rings(), table(rings(seed=5), names=[f"8{n}" for n in range(300)]))
    assert frame.issues == [] and frame.trusted("DLTB")
    # BSM given anew by a fresh count: the same names, other places.
    assert measure(standard, rings(), table(rings(seed=5))).issues == []
    assert measure(standard, rings(5), table(rings(5))).issues == []


def test_other_zone_by_place_alone(standard, tmp_path):
    """A whole zone off every trusted layer: named even without common parcels."""
    shapes = through(rings(), lambda x, y: (x, y), PLAIN_114)
    previous = table(rings(seed=5), names=[f"8{n}" for n in range(300)])
    frame = measure(standard, shapes, previous)
    assert [one.kind for one in frame.issues] == ["wrong_zone"]
    assert not frame.trusted("DLTB") and frame.issues[0].doubtful


def test_broken_rows_do_not_matter(standard):
    shapes = rings()
    moved = through(shapes, wgs84_to_gcj02)
    moved[3] = None
    moved[4] = shapely.Polygon()
    shapes[7] = None
    frame = measure(standard, moved, table(shapes))
    assert [one.kind for one in frame.issues] == ["gcj02"]
