"""Running the experiments: place by place, in a few processes, until time is up."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import Any

from .kept import Kept
from .protocol import Context, Experiment, Sample

QUICK_MINUTES, WHOLE_MINUTES = 8.0, 54.0
"""Nothing new is begun after so long; what is under way is finished."""

_LONG = {("parcels", "zion"): 0, ("parcels", "demo"): 2}
"""What takes longest is begun first; the demo county, which only calibrates, last."""


@dataclass(frozen=True)
class Task:
    """One experiment on one place, some replicates in a row."""

    experiment: str
    place: str
    replicates: int


@dataclass
class Outcome:
    """What a task brought; ``records``, ``offered`` and ``facts`` as experiments gather them."""

    samples: list[Sample] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)
    facts: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Take in another replicate's."""
        self.samples += other.samples
        self.records += other.records
        self.offered |= other.offered
        self.facts.update(other.facts)
        self.seconds += other.seconds


def experiments() -> list[Experiment]:
    """All experiments of this version."""
    from .evidence import EXPERIMENTS as EVIDENCE
    from .parcels import EXPERIMENTS as PARCELS

    return [*PARCELS, *EVIDENCE]


def planned(
    chosen: Sequence[Experiment], context: Context, options: argparse.Namespace
) -> tuple[list[Task], list[str]]:
    """Tasks in their order, and places whose data are not there."""
    wanted = [word for word in options.places.split(",") if word]
    tasks: list[Task] = []
    absent: list[str] = []
    for experiment in chosen:
        count = options.replicates or experiment.replicates[0 if context.quick else 1]
        for place in experiment.places:
            if (wanted and place not in wanted) or (context.own is not None) != (place == "own"):
                continue
            if place not in experiment.made_up and context.folder(place) is None:
                absent += [] if place in absent else [place]
                continue
            # Small places are tried more often.
            more = int(getattr(experiment, "more", {}).get(place, 1))
            tasks.append(Task(experiment.name, place, count * more))
    return sorted(tasks, key=lambda task: _LONG.get((task.experiment, task.place), 1)), absent


def gather(
    chosen: Sequence[Experiment],
    plan: Sequence[Task],
    context: Context,
    options: argparse.Namespace,
    kept: Kept | None = None,
) -> tuple[list[Sample], dict[str, float]]:
    """Run the plan; also the mean processor seconds of a replicate, by experiment and place.

    Records and facts go to the experiments themselves.
    The result does not depend on the number of processes, as long as time does
    not run out: every replicate draws from a stream of its own.
    """
    minutes = options.minutes or (QUICK_MINUTES if context.quick else WHOLE_MINUTES)
    until = time.time() + 60 * minutes
    done: dict[int, Outcome] = {}
    if options.processes < 2 or len(plan) < 2:
        for number, task in enumerate(plan):
            done[number] = conduct(task, context, until, kept)
    else:
        # Fresh processes: GDAL and threads do not survive a fork.
        with ProcessPoolExecutor(
            options.processes, mp_context=multiprocessing.get_context("spawn")
        ) as pool:
            quiet = replace(context, say=say)
            waiting = {pool.submit(conduct, t, quiet, until, kept): n for n, t in enumerate(plan)}
            for future in as_completed(waiting):
                done[waiting[future]] = future.result()
    by_name = {experiment.name: experiment for experiment in chosen}
    samples: list[Sample] = []
    for number in sorted(done, key=lambda n: (plan[n].experiment, plan[n].place)):
        experiment, outcome = by_name[plan[number].experiment], done[number]
        samples += outcome.samples
        for name in ("records", "offered", "facts"):
            own, more = getattr(experiment, name, None), getattr(outcome, name)
            if isinstance(own, list):
                own.extend(more)
            elif isinstance(own, (set, dict)):
                own.update(more)
    order = [series for e in chosen for series in getattr(e, "series", (e.name,))]
    took = {
        f"{plan[n].experiment}, {plan[n].place}": round(sum(o.seconds) / len(o.seconds), 1)
        for n, o in sorted(done.items())
        if o.seconds
    }
    ranked = sorted(
        samples, key=lambda s: order.index(s.experiment) if s.experiment in order else 99
    )
    return ranked, took


def conduct(task: Task, context: Context, until: float, kept: Kept | None = None) -> Outcome:
    """One task, in whatever process; what an earlier run did already is taken from ``kept``."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    experiment = next(e for e in experiments() if e.name == task.experiment)
    out = Outcome()
    work = context.work / f"{task.experiment}_{task.place}"
    work.mkdir(parents=True, exist_ok=True)
    own = replace(context, work=work)
    for replicate in range(task.replicates):
        found = kept.load(task.experiment, task.place, replicate) if kept else None
        if isinstance(found, Outcome):
            out.add(found)
            context.say(f"  {task.experiment}, {task.place}, {replicate + 1}: done before")
            continue
        # Once everything has had its turn, whatever the time.
        if replicate and time.time() > until:
            context.say(f"  {task.experiment}, {task.place}: time is up")
            break
        found = _once(experiment, own, task.place, replicate)
        if kept:
            kept.store(task.experiment, task.place, replicate, found)
        out.add(found)
        context.say(f"  {task.experiment}, {task.place}, {replicate + 1}: {found.seconds[0]:.1f} s")
    if task.experiment == "parcels":
        # One process may conduct several places with the same experiment.
        experiment.forget(task.place)  # type: ignore[attr-defined]
    return out


def _once(experiment: Experiment, context: Context, place: str, replicate: int) -> Outcome:
    """One replicate by itself."""
    began = time.process_time()
    records = getattr(experiment, "records", None)
    before = len(records) if records is not None else 0
    out = Outcome(list(experiment.run(context, place, replicate)))
    if records is not None:
        out.records = list(records[before:])
        del records[before:]
    out.offered = set(getattr(experiment, "offered", ()))
    out.facts = dict(getattr(experiment, "facts", {}))
    out.seconds = [time.process_time() - began]
    return out


def say(line: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
