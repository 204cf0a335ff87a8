"""How an experiment hands its numbers to the detection benchmark.

An experiment takes something genuine (a county's parcels, a layer of spot
heights, a track, pairs of photos), spoils part of it in known ways, lets the
*product* look at all of it, and returns what the product said as arrays. It
counts nothing and prints nothing: rates, intervals, tables and goals are made
here, in the same way for everyone.

An experiment is any object like :class:`Experiment`. Those of this room are
listed in ``benchmarks/detection/parcels/__init__.py``, those about heights,
photos, tracks and frames in ``benchmarks/detection/evidence/__init__.py``,
each as ``EXPERIMENTS: tuple[Experiment, ...]``. The benchmark then calls, for
every place that is there and every replicate::

    for sample in experiment.run(context, place, replicate):
        ...

and afterwards ``experiment.goals()`` for the rows of the goals table.

What is one object? Whatever the goal counts: a parcel, a *layer* of n heights
(one score for each simulated layer), a track, a photo and its parcel, a pair
of photos. ``Group.tile`` says which objects belong together (a block of
ground, a ride, a camera): the bootstrap draws tiles, not objects.

A minimal example::

    class HeightBias:
        name = "height_bias"
        family = "heights"
        series = ("height_bias",)
        places = ("baranja", "demo")
        calibrated_on = ("demo",)
        made_up = ("demo",)
        replicates = (2, 10)

        def run(self, context, place, replicate):
            random = context.random(self.name, place, replicate)
            genuine = Group(scores, said, tile)            # arrays of one length
            found = [Tampering("bias", 0.6, "0.6 NMAD", Group(...))]
            return [Sample(self.name, self.family, place, "bias_z", genuine, found)]

        def goals(self):
            return (Goal("height bias, effective n = 100", "≥ 90 % at 0.6 NMAD, 0.1 %",
                         0.90, evaluation.rate("height_bias", "bias", 0.6, at=0.001)),)
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

NOT_CHECKABLE, CLEAN, DOUBTFUL, INCONSISTENT = -1, 0, 1, 2
"""What the shipped rules said of an object; of several findings the strongest."""


@dataclass(frozen=True)
class Group:
    """What the product said of ``n`` objects of one kind.

    Attributes
    ----------
    scores
        Shape ``(n,)``: the measure's continuous test statistic, higher is more
        suspicious; NaN where the measure abstains.
    said
        Shape ``(n,)``: the operating point, i.e. what the shipped rules said
        with their shipped limits: :data:`NOT_CHECKABLE`, :data:`CLEAN`,
        :data:`DOUBTFUL` or :data:`INCONSISTENT`.
    tile
        Shape ``(n,)``: objects with the same number stand or fall together; over the
        replicates of a place the same number is the same ground, ride or camera.
    named
        Shape ``(n,)`` or ``None``: whether the cause was named as it should be
        (``datum_shift``, ``gcj02``, ``copied_from_dem``, …); only where a goal
        asks for it.
    """

    scores: FloatArray
    said: IntArray
    tile: IntArray
    named: BoolArray | None = None

    def __len__(self) -> int:
        return len(self.scores)

    def __post_init__(self) -> None:
        lengths = {len(self.scores), len(self.said), len(self.tile)}
        if self.named is not None:
            lengths.add(len(self.named))
        if len(lengths) != 1:
            raise ValueError(f"arrays of a group differ in length: {sorted(lengths)}")


@dataclass(frozen=True)
class Tampering:
    """Objects spoiled in one way and strength.

    ``strength`` orders the strengths of one ``kind`` (pixels, metres, NMAD;
    1.0 where there is only one); ``label`` is how it is printed. ``weak`` says
    that nobody claims it can be found (for the curve only).
    """

    kind: str
    strength: float
    label: str
    group: Group


@dataclass(frozen=True)
class Sample:
    """One experiment on one place with one seed.

    ``odd`` are honest but odd objects by kind (real change, terraces, cloud, a
    clock an hour off): they are printed beside the genuine ones, never used
    to set a threshold. ``statistic`` names what ``scores`` are; samples of the
    same experiment and statistic are pooled over places and replicates, so
    that scores must mean the same everywhere (a z-score, minus the logarithm
    of a p-value, a likelihood ratio; never metres of one place).
    """

    experiment: str
    family: str
    place: str
    statistic: str
    genuine: Group
    tampered: Sequence[Tampering]
    odd: dict[str, Group] = field(default_factory=dict)
    replicate: int = 0


@dataclass(frozen=True)
class OwnData:
    """A genuine package of somebody's own, and what is trusted there.

    All but the package may be empty. ``standard`` is the rule set.
    """

    submission: Path
    dem: str = ""
    imagery: str = ""
    imagery_bands: str = ""
    imagery_date: str = ""
    imagery_previous: str = ""
    imagery_previous_date: str = ""
    previous: str = ""
    standard: str = ""


@dataclass(frozen=True)
class Context:
    """What an experiment is given.

    ``data`` is the folder of real data sets (``None`` when there is none:
    only made-up places then); ``work`` an empty folder of its own that is
    removed afterwards; ``cache`` keeps what is dear to make and the same for
    every run (the demo county). ``quick`` asks for a tenth of the work.
    """

    data: Path | None
    work: Path
    cache: Path
    seed: int
    quick: bool
    say: Callable[[str], None]
    own: OwnData | None = None

    def random(self, *key: Any) -> np.random.Generator:
        """A stream of its own for ``key``: adding an experiment leaves the others as they are."""
        words = [zlib.crc32(str(part).encode("utf-8")) for part in key]
        return np.random.default_rng([self.seed, *words])

    def folder(self, place: str) -> Path | None:
        """Folder of a real data set, ``None`` where it is not there."""
        if self.data is None or not (self.data / place).is_dir():
            return None
        return self.data / place


@dataclass(frozen=True)
class Measured:
    """What came out for a goal: ``value`` with its interval, over ``count`` objects.

    ``value`` NaN: nothing could be measured, ``note`` says why.
    """

    value: float
    low: float = float("nan")
    high: float = float("nan")
    count: int = 0
    note: str = ""


@dataclass(frozen=True)
class Goal:
    """One row of the goals table.

    ``wanted`` in words; reached where the measured value is at least (or, with
    ``at_most``, at most) ``target``. ``unit`` is ``share`` (printed in per
    cent) or anything else (printed as it is). ``remedy`` says what data would
    reach it, printed when missed.
    """

    what: str
    wanted: str
    target: float
    measure: Callable[[Any], Measured]
    at_most: bool = False
    unit: str = "share"
    remedy: str = ""


class Experiment(Protocol):
    """Something that can be tried on places.

    ``places`` are names of real data sets (folders of the data), or ``demo``
    for the demo county, or any word for something made up (then it always
    runs). ``needs`` lists the data folders that a place needs beyond its own
    name. ``calibrated_on`` are the places that thresholds may be looked at on:
    results are reported on the others only. ``replicates`` is how often a
    place is tried, quick and whole. ``series`` are the names under which it
    returns samples (``Sample.experiment``), usually ``(name,)``.
    """

    name: str
    family: str
    series: tuple[str, ...]
    places: tuple[str, ...]
    calibrated_on: tuple[str, ...]
    made_up: tuple[str, ...]
    replicates: tuple[int, int]

    def run(self, context: Context, place: str, replicate: int) -> Sequence[Sample]:
        """Try it once; no samples where the product has no measure for it yet."""
        ...

    def goals(self) -> Sequence[Goal]:
        """Rows of the goals table that this experiment answers."""
        ...
