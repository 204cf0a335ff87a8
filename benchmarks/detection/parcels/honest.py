"""Errors that every honest survey has, and honest parcels that look odd."""

from __future__ import annotations

import numpy as np

from ..protocol import BoolArray
from . import books
from .forgery import Forgery
from .place import TYPICAL, Picture

NEAR_GROUPS = (("forest", "grass"), ("grass", "crop"), ("garden", "forest"), ("bare", "grass"))
"""Groups that honest people confuse on a picture."""


def usual_errors(forgery: Forgery) -> None:
    """Registration, digitising, rounding, haze: on every package."""
    cell, random = forgery.place.cell, forgery.random
    for picture in (forgery.image, forgery.previous):
        if picture is not None:
            east, north = random.normal(0, 0.25 * cell, 2).clip(-0.7 * cell, 0.7 * cell)
            grid = picture.grid
            picture.grid = type(grid)(
                grid.left + east, grid.top + north, grid.cell, grid.rows, grid.columns
            )
    forgery.redigitise(0.12, min(0.15 * cell, 4.0))


def odd_ones(forgery: Forgery, each: int) -> None:
    """About ``each`` honest parcels of every odd kind; before outlines are settled."""
    _real_change(forgery, each)
    _edge_moved(forgery, each)
    _quarry(forgery, each)
    _terraces(forgery, each)
    _confused(forgery, each)


def cloud(forgery: Forgery, share: float = 0.02) -> None:
    """A few clouds with their shadows over the present picture."""
    picture, random = forgery.image, forgery.random
    if picture is None:
        return
    rows, columns = picture.values.shape[1:]
    y, x = np.mgrid[0:rows, 0:columns]
    cover = np.zeros((rows, columns))
    size = np.sqrt(share * rows * columns / 4 / np.pi)
    for _ in range(4):
        at, wide = random.uniform([0, 0], [rows, columns]), size * random.uniform(0.6, 1.5)
        far = np.hypot((y - at[0]) / wide, (x - at[1]) / (wide * random.uniform(0.7, 1.4)))
        cover = np.maximum(cover, np.clip(1.6 - 1.2 * far, 0, 1))
    step = int(max(3, size * 0.8))
    shadow = np.roll(cover, (step, -step), axis=(0, 1)) * (cover < 0.1)
    _mix(picture, cover, shadow)
    for row in range(len(forgery.place)):
        cells = forgery.pixels(row)
        if len(cells) and np.maximum(cover, shadow).ravel()[cells].mean() > 0.3:
            name = forgery.bsm(row)
            if name not in forgery.truth.marks and name not in forgery.truth.odd:
                forgery.truth.odd[name] = "cloud or its shadow"


def _mix(picture: Picture, cover: np.ndarray, shadow: np.ndarray) -> None:
    kind = picture.values.dtype
    known = picture.values[:, ::7, ::7]
    bright = 1.3 * np.quantile(known, 0.999)
    top = np.iinfo(kind).max if kind.kind in "iu" else np.inf
    dark = np.quantile(known.reshape(len(known), -1), 0.02, axis=1)[:, None, None]
    values = picture.values.astype(np.float32)
    values = values * (1 - cover) + bright * cover
    values = values - shadow * 0.6 * (values - dark).clip(0)
    picture.values = values.clip(0, top).astype(kind)


def _seen(forgery: Forgery) -> BoolArray:
    return np.asarray(forgery.place.pixels >= 6)


def _real_change(forgery: Forgery, each: int) -> None:
    """The ground was something else last year; the survey says what it is now."""
    if forgery.previous is None:
        return
    place = forgery.place
    for row in forgery.choose(_seen(forgery) & (place.group != ""), each, apart=False):
        group = other_group(forgery, str(place.group[row]))
        if group and forgery.paint(forgery.previous, row, group):
            books.reclass(
                forgery.last, row, TYPICAL[group], grade_of(forgery, row), forgery.standard
            )
            forgery.call_odd(row, "real change")


def _edge_moved(forgery: Forgery, each: int) -> None:
    """A side of the parcel lay elsewhere last year."""
    for row in forgery.choose(forgery.inner & (forgery.place.pixels >= 15), each):
        if creep(forgery, [forgery.before], row, forgery.random.uniform(1, 4)):
            forgery.call_odd(row, "edge really moved")


def _quarry(forgery: Forgery, each: int) -> None:
    """A new quarry on what was wood or grass: the terrain model is older, the picture shows it."""
    place = forgery.place
    for row in forgery.choose(
        np.isin(place.group, ["forest", "grass"]) & (place.pixels >= 10), each, apart=False
    ):
        source = "bare" if (place.group == "bare").sum() > 3 else "built"
        if forgery.paint(forgery.image, row, source):
            books.reclass(forgery.layer, row, "0602", 1, forgery.standard)
            forgery.call_odd(row, "new quarry")


def _terraces(forgery: Forgery, each: int) -> None:
    """Terraced since the terrain model was made: honestly gentler than it shows."""
    place = forgery.place
    for row in forgery.choose(place.grade >= 3, each, apart=False):
        for layer in (forgery.layer, forgery.last):
            layer.columns["GDLX"][row] = "TT"
            books.regrade(layer, row, int(place.grade[row]) - 1)
        forgery.call_odd(row, "new terraces")


def _confused(forgery: Forgery, each: int) -> None:
    """One class taken for another that looks alike, in both years."""
    place = forgery.place
    for row in forgery.choose(np.isin(place.group, [a for a, _ in NEAR_GROUPS]), each, apart=False):
        near = [b for a, b in NEAR_GROUPS if a == place.group[row]]
        for layer in (forgery.layer, forgery.last):
            books.reclass(layer, row, TYPICAL[near[0]], grade_of(forgery, row), forgery.standard)
        forgery.call_odd(row, "honest confusion of classes")


def other_group(forgery: Forgery, group: str, among: tuple[str, ...] = ()) -> str:
    """Another group of which the place has enough to show it."""
    place = forgery.place
    known = [
        g
        for g in (among or tuple(TYPICAL))
        if g != group and ((place.group == g) & (place.pixels >= 15)).sum() >= 5
    ]
    return str(forgery.random.choice(known)) if known else ""


def grade_of(forgery: Forgery, row: int) -> int:
    """Slope grade that a survey would give the parcel, were it cropland."""
    return max(1, int(np.argmax(forgery.place.shares[row])))


def creep(forgery: Forgery, meshes: list, row: int, pixels: float) -> bool:
    """One side of a parcel goes outward by so many pixels, in every mesh given."""
    place, random = forgery.place, forgery.random
    for _ in range(6):
        angle = random.uniform(0, 2 * np.pi)
        way = np.array([np.cos(angle), np.sin(angle)])
        mesh = meshes[0]
        vertices = mesh.vertices(np.array([row]))
        along = mesh.xy[vertices] @ way
        side = along > np.quantile(along, 0.6)
        by = pixels * place.cell * way
        if not forgery.move(mesh, row, by, side):
            continue
        for other in meshes[1:]:
            if not forgery.move(other, row, by, side):
                forgery.move(mesh, row, -by, side)
                break
        else:
            return True
    return False
