"""What the forger does to parcels, by kind and strength.

Form stays faultless: neighbours follow a moved edge, areas and deductions are
booked anew, identifiers stay unique. Only the truth is hurt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import books
from .forgery import Forgery
from .honest import creep, grade_of, other_group
from .place import TYPICAL

GOAL_GROUPS = ("crop", "forest", "built", "water", "grass")
LEAST_PIXELS = 20

PIXELS = (0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
SCALES = (1.1, 1.2, 1.4, 1.7)


@dataclass(frozen=True)
class Job:
    """One kind and strength to be planted; ``plant`` does it to so many parcels."""

    kind: str
    strength: float
    label: str
    plant: Callable[[Forgery, Job, int], int]
    stage: int = 0


def jobs() -> list[Job]:
    """All that is planted into single parcels. Stage 0 moves shared vertices, 1 comes after."""
    out = [
        *(Job("shift, single parcel", p, f"{p:g} px", _shift) for p in PIXELS),
        *(Job("creep of one side", p, f"{p:g} px", _creep) for p in PIXELS[1:]),
        *(Job("stale ring", p, f"{p:g} px", _stale) for p in (2.0, 4.0, 8.0)),
        *(Job("scaling", s, f"x {s:g}", _scale) for s in SCALES),
        *(Job("ring on a metre grid", g, f"{g:g} m", _metre_grid) for g in (1.0, 5.0, 10.0)),
    ]
    pairs = [(a, b) for a in GOAL_GROUPS for b in GOAL_GROUPS if a != b]
    for number, (one, other) in enumerate(pairs):
        out.append(Job("class flip", float(number), f"{one} → {other}", _flip, 1))
    out += [
        Job("class flip, below 20 px", 1.0, "any", _flip_small, 1),
        Job("class flip, last year too", 1.0, "any", _lie, 1),
        Job("hidden change", 1.0, "any", _hidden, 1),
        Job("slope grade lowered", 1.0, "by 1, second grade 25 % or more", _lower_mixed, 1),
        Job("slope grade lowered", 2.0, "by 1, second grade below 25 %", _lower_clear, 1),
        Job("slope grade lowered", 3.0, "by 2", _lower_twice, 1),
        *(Job("area inflated", s, f"{s:.1%}", _inflate, 1) for s in (0.001, 0.01, 0.05)),
        *(Job("ridge coefficient lowered", s, f"{s:.0%}", _ridge, 1) for s in (0.1, 0.3)),
        Job("cropland type swapped", 1.0, "TT → PD", _swap, 1),
        Job("identifier reused", 1.0, "two swapped", _reuse, 1),
        Job("intrusion without approval", 1.0, "built on basic farmland", _intrude, 1),
    ]
    return out


def _by_mesh(forgery: Forgery, job: Job, count: int, act: Callable[[int], bool], least: float = 20
             ) -> int:  # fmt: skip
    done = 0
    able = forgery.inner & (forgery.place.pixels >= least)
    for row in forgery.choose(able, 3 * count):
        if done >= count:
            break
        if act(row):
            forgery.mark(row, job.kind, job.strength, job.label)
            forgery.touch(forgery.now.neighbours(row))
            done += 1
    return done


def _shift(forgery: Forgery, job: Job, count: int) -> int:
    def act(row: int) -> bool:
        for _ in range(5):
            angle = forgery.random.uniform(0, 2 * np.pi)
            by = job.strength * forgery.place.cell * np.array([np.cos(angle), np.sin(angle)])
            if forgery.move(forgery.now, row, by):
                return True
        return False

    return _by_mesh(forgery, job, count, act)


def _creep(forgery: Forgery, job: Job, count: int) -> int:
    return _by_mesh(
        forgery, job, count, lambda row: creep(forgery, [forgery.now], row, job.strength)
    )


def _stale(forgery: Forgery, job: Job, count: int) -> int:
    """The edge has moved on the ground, last year's ring is sent again."""
    meshes = [forgery.now, forgery.before]
    return _by_mesh(forgery, job, count, lambda row: creep(forgery, meshes, row, job.strength))


def _scale(forgery: Forgery, job: Job, count: int) -> int:
    def act(row: int) -> bool:
        mesh = forgery.now
        xy = mesh.xy[mesh.vertices(np.array([row]))]
        factor = np.sqrt(job.strength)
        return forgery.move(mesh, row, (factor - 1) * (xy - xy.mean(axis=0)))

    return _by_mesh(forgery, job, count, act)


def _metre_grid(forgery: Forgery, job: Job, count: int) -> int:
    def act(row: int) -> bool:
        mesh = forgery.now
        xy = mesh.xy[mesh.vertices(np.array([row]))]
        return forgery.move(mesh, row, np.round(xy / job.strength) * job.strength - xy)

    return _by_mesh(forgery, job, count, act)


def _change_class(forgery: Forgery, row: int, group: str, *, both: bool = False) -> None:
    layers = (forgery.layer, forgery.last) if both else (forgery.layer,)
    for layer in layers:
        books.reclass(layer, row, TYPICAL[group], grade_of(forgery, row), forgery.standard)


def _flip(forgery: Forgery, job: Job, count: int) -> int:
    """A change is claimed that neither picture shows."""
    one, other = job.label.split(" → ")
    place = forgery.place
    able = (place.group == one) & (place.pixels >= LEAST_PIXELS)
    rows = forgery.choose(able, count, apart=False)
    for row in rows:
        _change_class(forgery, row, other)
        forgery.mark(row, job.kind, job.strength, job.label)
    return len(rows)


def _flip_any(forgery: Forgery, job: Job, count: int, able: np.ndarray, both: bool) -> int:
    done = 0
    able = able & np.isin(forgery.place.group, GOAL_GROUPS)
    for row in forgery.choose(able, count, apart=False):
        others = [g for g in GOAL_GROUPS if g != forgery.place.group[row]]
        _change_class(forgery, row, str(forgery.random.choice(others)), both=both)
        forgery.mark(row, job.kind, job.strength, job.label)
        done += 1
    return done


def _flip_small(forgery: Forgery, job: Job, count: int) -> int:
    return _flip_any(forgery, job, count, forgery.place.pixels < LEAST_PIXELS, False)


def _lie(forgery: Forgery, job: Job, count: int) -> int:
    """The one map of last year already carries the same lie."""
    return _flip_any(forgery, job, count, forgery.place.pixels >= LEAST_PIXELS, True)


def _hidden(forgery: Forgery, job: Job, count: int) -> int:
    """The ground has changed, last year's class and ring are sent again."""
    if forgery.previous is None:
        return 0
    done = 0
    for row in forgery.choose(forgery.place.pixels >= LEAST_PIXELS, count, apart=False):
        group = other_group(forgery, str(forgery.place.group[row]), GOAL_GROUPS)
        if group and forgery.paint(forgery.previous, row, group):
            _change_class(forgery, row, group, both=True)
            forgery.mark(row, job.kind, job.strength, job.label)
            done += 1
    return done


def _graded(forgery: Forgery, job: Job, count: int, steps: int, clear: bool | None) -> int:
    place = forgery.place
    second = books.steep_shares(place)
    able = (place.grade > steps) & (place.pixels >= 8)
    if clear is not None:
        able &= (second < 0.25) == clear
    rows = forgery.choose(able, count, apart=False)
    for row in rows:
        grade = int(place.grade[row]) - steps
        for layer in (forgery.layer, forgery.last):
            books.regrade(layer, row, grade)
        forgery.mark(row, job.kind, job.strength, job.label)
    return len(rows)


def _lower_mixed(forgery: Forgery, job: Job, count: int) -> int:
    return _graded(forgery, job, count, 1, False)


def _lower_clear(forgery: Forgery, job: Job, count: int) -> int:
    return _graded(forgery, job, count, 1, True)


def _lower_twice(forgery: Forgery, job: Job, count: int) -> int:
    return _graded(forgery, job, count, 2, None)


def _inflate(forgery: Forgery, job: Job, count: int) -> int:
    rows = forgery.choose(forgery.place.grade > 0, count, apart=False)
    for row in rows:
        books.resize(
            forgery.layer, row, float(forgery.layer.columns["TBMJ"][row]) * (1 + job.strength)
        )
        forgery.mark(row, job.kind, job.strength, job.label)
    return len(rows)


def _ridge(forgery: Forgery, job: Job, count: int) -> int:
    rows = forgery.choose(forgery.place.grade > 1, count, apart=False)
    for row in rows:
        ridge = float(forgery.layer.columns["KCXS"][row] or 0.0)
        books.deduct(forgery.layer, row, round(ridge * (1 - job.strength), 4))
        forgery.mark(row, job.kind, job.strength, job.label)
    return len(rows)


def _swap(forgery: Forgery, job: Job, count: int) -> int:
    """A sloping field said to be terraced (or not): another deduction, rightly computed."""
    kinds = forgery.layer.columns["GDLX"]
    able = (forgery.place.grade > 1) & np.array([k == "TT" for k in kinds])
    rows = forgery.choose(able, count, apart=False)
    for row in rows:
        forgery.layer.columns["GDLX"][row] = "PD"
        books.book(forgery.layer, row)
        forgery.mark(row, job.kind, job.strength, job.label)
    return len(rows)


def _reuse(forgery: Forgery, job: Job, count: int) -> int:
    """Two parcels far apart have swapped their identifiers since last year."""
    rows = forgery.choose(np.ones(len(forgery.place), dtype=bool), 2 * count, apart=False)
    names = forgery.layer.columns["BSM"]
    for one, other in zip(rows[::2], rows[1::2]):
        names[one], names[other] = names[other], names[one]
        for row in (one, other):
            forgery.mark(row, job.kind, job.strength, job.label)
    return len(rows) // 2


def _intrude(forgery: Forgery, job: Job, count: int) -> int:
    """Built on permanent basic farmland, shown by the picture, declared as it is, no approval."""
    done = 0
    for row in forgery.choose(forgery.farmland & (forgery.place.pixels >= 8), count):
        if forgery.paint(forgery.image, row, "built"):
            _change_class(forgery, row, "built")
            forgery.mark(row, job.kind, job.strength, job.label)
            done += 1
    return done
