"""Rings made by machine or copied from elsewhere, and parcels cut small.

A made ring is laid as an island into a large parcel that gets a hole for it, so
that nothing overlaps and no gap is left: only the ring itself tells.
"""

from __future__ import annotations

import numpy as np
import shapely
from shapely import affinity

from . import books
from .forgery import Forgery
from .place import TYPICAL, group_of
from .tamper import Job

_NOISES = ((0.0, "exact"), (0.02, "vertices moved by 0.02 px"), (0.1, "by 0.1 px"))


def ring_jobs() -> list[Job]:
    """Jobs of stage 2: outlines are settled, rows may be added."""
    out = [
        Job(f"cloned ring, {way}", noise, label, _clone, 2)
        for way in ("moved", "rotated", "mirrored", "scaled")
        for noise, label in _NOISES
    ]
    out += [
        Job("ring of picture cells", 1.0, "staircase", _staircase, 2),
        Job("ring with constant spacing", 1.0, "20 vertices or more", _spaced, 2),
        Job("split below the minimum area", 1.0, "2 to 5 parts", _split, 2),
    ]
    return out


def _host(forgery: Forgery, radius: float) -> tuple[int, shapely.Point] | None:
    """A free parcel with room for a circle, and its centre."""
    area = forgery.place.pixels * forgery.place.cell**2
    able = (area > 12 * radius**2) & (area < 4000 * radius**2)
    for row in forgery.choose(able, 12, apart=False):
        shape = forgery.layer.shape[row]
        line = shapely.maximum_inscribed_circle(shape, tolerance=radius / 4)
        if shapely.length(line) > 1.08 * radius:
            return row, shapely.get_point(line, 0)
        forgery.taken[row] = False
    return None


def _lay(forgery: Forgery, job: Job, host: int, ring: shapely.Polygon, code: str) -> bool:
    """Make ``ring`` a parcel of its own inside ``host``."""
    rest = shapely.difference(forgery.layer.shape[host], ring)
    if rest.geom_type != "Polygon" or not (rest.is_valid and ring.is_valid):
        return False
    forgery.touch(np.array([host]))
    made = forgery.new_bsm()
    row = forgery.layer.append(host, ring, BSM=made, **_number(forgery))
    books.reclass(
        forgery.layer, row, code, max(1, int(forgery.place.grade[host])), forgery.standard
    )
    whole = float(forgery.layer.columns["TBMJ"][host])
    area = forgery.shape_area(ring)
    books.resize(forgery.layer, row, area)
    forgery.layer.shape[host] = rest
    books.resize(forgery.layer, host, whole - area)
    forgery.mark(row, job.kind, job.strength, job.label)
    return True


def _number(forgery: Forgery) -> dict[str, object]:
    """Parcel numbers that nobody has."""
    number = f"9{len(forgery.layer):05d}"
    return {"TBBH": number, "TBYBH": number}


def _another(forgery: Forgery, host: int) -> str:
    """A class other than the host's."""
    own = group_of(np.array([forgery.layer.columns["DLBM"][host]], dtype=object))[0]
    groups = [g for g in ("forest", "grass", "garden") if g != own]
    return TYPICAL[str(forgery.random.choice(groups))]


def _clone(forgery: Forgery, job: Job, count: int) -> int:
    """A ring that exists elsewhere, moved, turned, mirrored or scaled, with some noise."""
    place, random = forgery.place, forgery.random
    corners = shapely.get_num_coordinates(place.shapes)
    holes = shapely.get_num_interior_rings(place.shapes)
    sources = np.flatnonzero((corners >= 9) & (holes == 0) & (place.pixels < 150))
    done, tries = 0, 0
    while done < count and tries < 4 * count and len(sources):
        tries += 1
        source = int(random.choice(sources))
        ring = shapely.Polygon(forgery.layer.shape[source].exterior)
        ring = _turned(ring, job.kind, random)
        around = shapely.minimum_bounding_circle(ring)
        radius = float(shapely.minimum_bounding_radius(ring))
        found = _host(forgery, radius)
        if found is None:
            continue
        host, centre = found
        middle = around.centroid
        ring = affinity.translate(ring, centre.x - middle.x, centre.y - middle.y)
        xy = shapely.get_coordinates(ring)[:-1]
        xy = xy + random.normal(0, job.strength * place.cell, xy.shape)
        made = shapely.Polygon(np.round(xy, 4))
        if _lay(forgery, job, host, made, _another(forgery, host)):
            # Nobody can tell which of two alike is the copy: the source counts nowhere.
            forgery.touch(np.array([source]))
            done += 1
    return done


def _turned(ring: shapely.Polygon, kind: str, random: np.random.Generator) -> shapely.Polygon:
    if kind.endswith("rotated"):
        return affinity.rotate(ring, float(random.uniform(20, 340)))
    if kind.endswith("mirrored"):
        return affinity.rotate(affinity.scale(ring, -1.0, 1.0), float(random.uniform(0, 90)))
    if kind.endswith("scaled"):
        factor = float(random.uniform(0.6, 0.9))
        return affinity.scale(ring, factor, factor)
    return ring


def _blob(forgery: Forgery, radius: float, corners: int) -> np.ndarray:
    """A round shape as no other, ``(corners, 2)`` around the origin."""
    random = forgery.random
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    far = np.ones(corners)
    for wave in (2, 3, 4, 5):
        far += random.normal(0, 0.22 / wave) * np.cos(wave * angle + random.uniform(0, 6.28))
    far = far.clip(0.4, 1.0)
    return radius * far[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])


def _staircase(forgery: Forgery, job: Job, count: int) -> int:
    """The outline of picture cells, as a classifier leaves it."""
    picture = forgery.image
    if picture is None:
        return 0
    cell, done = picture.grid.cell, 0
    for _ in range(3 * count):
        if done >= count:
            break
        found = _host(forgery, 4.5 * cell)
        if found is None:
            break
        host, centre = found
        blob = shapely.Polygon(_blob(forgery, 3.2 * cell, 60) + np.array([centre.x, centre.y]))
        side = np.arange(-6, 7)
        column = np.floor((centre.x - picture.grid.left) / cell) + side
        row = np.floor((picture.grid.top - centre.y) / cell) + side
        x, y = np.meshgrid(picture.grid.left + column * cell, picture.grid.top - row * cell)
        cells = shapely.box(x.ravel(), y.ravel() - cell, x.ravel() + cell, y.ravel())
        inside = shapely.contains(blob, shapely.centroid(cells))
        union = shapely.union_all(cells[inside])
        if union.geom_type != "Polygon":
            continue
        ring = shapely.Polygon(union.exterior)
        done += _lay(forgery, job, host, ring, _another(forgery, host))
    return done


def _spaced(forgery: Forgery, job: Job, count: int) -> int:
    """Vertices at equal steps along the outline, as software sets them."""
    cell, done = forgery.place.cell, 0
    for _ in range(3 * count):
        if done >= count:
            break
        found = _host(forgery, 4.2 * cell)
        if found is None:
            break
        host, centre = found
        line = shapely.LinearRing(_blob(forgery, 4.0 * cell, 400))
        corners = int(forgery.random.integers(20, 40))
        steps = np.arange(corners) / corners
        xy = shapely.get_coordinates(shapely.line_interpolate_point(line, steps, normalized=True))
        ring = shapely.Polygon(np.round(xy + np.array([centre.x, centre.y]), 3))
        done += _lay(forgery, job, host, ring, _another(forgery, host))
    return done


def _split(forgery: Forgery, job: Job, count: int) -> int:
    """One parcel cut into parts of its own class that each lie just below the minimum area."""
    done = 0
    classes = forgery.standard.classes
    least = np.array([classes[str(c)].min_area for c in forgery.place.code])
    area = forgery.place.pixels * forgery.place.cell**2
    able = (area > 1.6 * least) & (area < 4.5 * least)
    for row in forgery.choose(able, 2 * count, apart=False):
        if done >= count:
            break
        parts = _strips(forgery.layer.shape[row], float(0.93 * least[row]))
        if len(parts) < 2:
            continue
        _tell_neighbours(forgery, row, parts)
        areas = [forgery.shape_area(part) for part in parts]
        spare = float(forgery.layer.columns["TBMJ"][row]) - sum(areas)
        for number, (part, own) in enumerate(zip(parts, areas)):
            at = (
                row
                if number == 0
                else forgery.layer.append(row, part, BSM=forgery.new_bsm(), **_number(forgery))
            )
            forgery.layer.shape[at] = part
            books.resize(forgery.layer, at, own + (spare if number == 0 else 0.0))
            forgery.mark(at, job.kind, job.strength, job.label)
        done += 1
    return done


def _tell_neighbours(forgery: Forgery, row: int, parts: list[shapely.Polygon]) -> None:
    """Neighbours get the ends of the cuts as vertices, as an editor's snapping sets them."""
    old = {tuple(xy) for xy in shapely.get_coordinates(forgery.layer.shape[row]).tolist()}
    new = np.array(
        [xy for xy in np.unique(shapely.get_coordinates(parts), axis=0) if tuple(xy) not in old]
    )
    beside = shapely.dwithin(forgery.layer.shape, forgery.layer.shape[row], 1e-3)
    beside[row] = False
    for other in np.flatnonzero(beside).tolist():
        shape = forgery.layer.shape[other]
        rings = [shape.exterior, *shape.interiors]
        made = [_with_points(shapely.get_coordinates(ring), new) for ring in rings]
        forgery.layer.shape[other] = shapely.Polygon(made[0], made[1:])


def _with_points(ring: np.ndarray, points: np.ndarray) -> np.ndarray:
    out = [ring[0]]
    for start, end in zip(ring[:-1], ring[1:]):
        along = end - start
        length = float(np.hypot(*along))
        if length > 0 and len(points):
            place = (points - start) @ along / length
            off = np.abs((points - start) @ np.array([-along[1], along[0]])) / length
            on = (off < 1e-3) & (place > 1e-3) & (place < length - 1e-3)
            out += list(points[on][np.argsort(place[on])])
        out.append(end)
    return np.array(out)


def _strips(shape: shapely.Polygon, area: float) -> list[shapely.Polygon]:
    """Cut along straight lines into strips of at most ``area``; empty where one breaks apart."""
    pieces = int(np.ceil(shape.area / area))
    box = shapely.minimum_rotated_rectangle(shape)
    ring = shapely.get_coordinates(box)
    sides = np.hypot(*np.diff(ring, axis=0).T)
    along = (ring[1] - ring[0]) if sides[0] >= sides[1] else (ring[2] - ring[1])
    length = float(np.hypot(*along))
    along = along / length
    across = np.array([-along[1], along[0]])
    start = ring[:-1][np.argmin(ring[:-1] @ along)]
    cuts = [0.0]
    for number in range(1, pieces):
        low, high = cuts[-1], length
        for _ in range(40):
            middle = (low + high) / 2
            done = _band(start, along, across, -1.0, middle, length).intersection(shape).area
            low, high = (middle, high) if done < number * shape.area / pieces else (low, middle)
        cuts.append((low + high) / 2)
    cuts.append(length + 1.0)
    cuts[0] = -1.0
    out = [
        _band(start, along, across, a, b, length).intersection(shape)
        for a, b in zip(cuts[:-1], cuts[1:])
    ]
    if not all(p.geom_type == "Polygon" and p.area > 50 for p in out):
        return []
    return [shapely.transform(p, lambda xy: np.round(xy, 4)) for p in out]


def _band(start: np.ndarray, along: np.ndarray, across: np.ndarray, a: float, b: float,
          length: float) -> shapely.Polygon:  # fmt: skip
    reach = 4 * length * across
    one, other = start + a * along, start + b * along
    return shapely.Polygon([one - reach, other - reach, other + reach, one + reach])
