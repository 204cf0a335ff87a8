"""Whole blocks of parcels shifted together, as a village registered to the wrong picture."""

from __future__ import annotations

import numpy as np
import shapely

from .forgery import Forgery

STRENGTHS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
LEAST = 50


def plant_blocks(forgery: Forgery, least: int = LEAST) -> None:
    """One block of at least ``least`` parcels for every strength, as far as there is room.

    Vertices inside move as one; those on the outline of the block stay with
    the neighbours, so that the coverage stays whole.
    """
    xy = shapely.get_coordinates(shapely.centroid(forgery.place.shapes))
    room = int(0.35 * len(forgery.place) / (1.6 * least))
    strengths = forgery.random.permutation(STRENGTHS)[: max(1, min(len(STRENGTHS), room))]
    for strength in strengths.tolist():
        for _ in range(20):
            seed = int(forgery.random.integers(len(xy)))
            near = np.argsort(np.hypot(*(xy - xy[seed]).T))[: int(1.5 * least)]
            if forgery.taken[near].any():
                continue
            angle = forgery.random.uniform(0, 2 * np.pi)
            by = strength * forgery.place.cell * np.array([np.cos(angle), np.sin(angle)])
            if _shift(forgery, near, by, strength, least):
                break


def _shift(forgery: Forgery, rows: np.ndarray, by: np.ndarray, strength: float, least: int) -> bool:
    mesh = forgery.now
    inside = np.zeros(len(forgery.place), dtype=bool)
    inside[rows] = True
    vertices = mesh.vertices(np.sort(rows))
    vertices = vertices[~forgery.fixed[vertices]]
    xy = mesh.xy.copy()
    xy[vertices] += by
    around = mesh.around(vertices)
    made = mesh.some(around, xy)
    broken = around[~shapely.is_valid(made) | (shapely.area(made) < 1.0)]
    # Neighbours too thin for the move keep their place, with what they share.
    for _ in range(8):
        if len(broken) == 0:
            break
        stay = mesh.vertices(broken)
        vertices = np.setdiff1d(vertices, stay)
        if len(vertices) == 0:
            return False
        xy = mesh.xy.copy()
        xy[vertices] += by
        around = mesh.around(vertices)
        made = mesh.some(around, xy)
        broken = around[~shapely.is_valid(made) | (shapely.area(made) < 1.0)]
    before = shapely.area(mesh.shapes[around]).sum()
    if len(broken) or abs(shapely.area(made).sum() - before) > 1e-6 * before + 0.01:
        return False
    whole = [
        row for row in rows.tolist() if np.isin(mesh.vertices(np.array([row])), vertices).all()
    ]
    if len(whole) < least:
        return False
    mesh.keep(vertices, by)
    forgery._changed.update(int(r) for r in around)
    forgery.taken[around] = True
    for row in whole:
        forgery.mark(row, "shift, block of parcels", strength, f"{strength:g} px")
    forgery.touch(np.setdiff1d(around, whole))
    return True
