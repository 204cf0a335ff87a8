"""``python -m onemap_verify.benchmarks.detection``: plant, look, count, write the report."""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..speed.__main__ import machine
from . import detectability, likelihoods, report
from .conduct import experiments, gather, planned, say
from .evaluation import Cell, Evaluation
from .kept import Kept
from .protocol import Context, Experiment, Goal, OwnData, Sample
from .queue import TOPS, Queue

BENCHMARKS = Path(__file__).resolve().parents[1]
BUILD = Path(os.environ.get("ONEMAP_BUILD") or BENCHMARKS.parent / ".build")
DATA = (BENCHMARKS.parents[1] / "shared" / "data", BENCHMARKS.parent / "data")
"""Where real data sets are looked for: beside the checkout, or in it."""


def options_of(arguments: list[str] | None) -> argparse.Namespace:
    """What the person asked for."""
    parser = argparse.ArgumentParser(prog="./run benchmark detection", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer replicates, within 10 minutes")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other tampering")
    parser.add_argument("--places", default="", help="only these, comma between: demo,zion")
    parser.add_argument("--only", default="", help="only experiments or families of this name")
    parser.add_argument("--replicates", type=int, default=0, help="packages a place, instead")
    parser.add_argument("--data", type=Path, help="folder of the real data sets")
    parser.add_argument("--out", type=Path, help="where to write DETECTION.md and DETECTION.json")
    parser.add_argument(
        "--minutes", type=float, default=0.0, help="begin nothing new after so long"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="do not go on where an interrupted run stopped"
    )
    parser.add_argument(
        "--processes", type=int, default=min(2, os.cpu_count() or 1), help="how many at once"
    )
    own = parser.add_argument_group("your own data: a genuine package and what is trusted there")
    own.add_argument("--submission", type=Path, help="package that is taken to be genuine")
    for name in ("dem", "imagery", "imagery-bands", "imagery-date", "imagery-previous",
                 "imagery-previous-date", "previous"):  # fmt: skip
        own.add_argument(f"--{name}", default="")
    return parser.parse_args(arguments)


def own_data(options: argparse.Namespace) -> OwnData | None:
    """The user's own package, when one is given."""
    if options.submission is None:
        return None
    return OwnData(
        options.submission, options.dem, options.imagery, options.imagery_bands,
        options.imagery_date, options.imagery_previous, options.imagery_previous_date,
        options.previous,
    )  # fmt: skip


def reported(samples: Sequence[Sample], chosen: Sequence[Experiment], own: bool) -> list[Sample]:
    """Samples of places that nothing may have been calibrated on.

    Where an experiment has no others, all of its places are reported.
    """
    calibrated = {
        name: set(e.calibrated_on) for e in chosen for name in getattr(e, "series", (e.name,))
    }
    out: list[Sample] = []
    for name in dict.fromkeys(sample.experiment for sample in samples):
        mine = [sample for sample in samples if sample.experiment == name]
        fresh = [s for s in mine if own or s.place not in calibrated.get(name, set())]
        out += fresh or mine
    return out


def main(arguments: list[str] | None = None) -> int:
    """Entry point."""
    options = options_of(arguments)
    began = time.monotonic()
    data = options.data or next((path for path in DATA if path.is_dir()), None)
    chosen = [e for e in experiments() if options.only in ("", e.name, e.family)]
    if not chosen:
        names = sorted({n for e in experiments() for n in (e.name, e.family)})
        return fail(f"no experiment '{options.only}'; there are: {', '.join(names)}")
    work = Path(tempfile.mkdtemp(prefix="detection_", dir=_folder(BUILD / "benchmarks")))
    kept = None
    if not (options.fresh or options.submission):
        kept = Kept.of(BUILD / "benchmarks" / "kept", options.seed, options.quick, data)
    context = Context(
        data, work, BUILD / "benchmarks" / "cache", options.seed, options.quick, say,
        own_data(options),
    )  # fmt: skip
    try:
        plan, absent = planned(chosen, context, options)
        samples, took = gather(chosen, plan, context, options, kept)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if not samples:
        return fail("nothing could be tried: no such place, or no data")
    return finish(options, chosen, samples, absent, time.monotonic() - began, took)


def finish(
    options: argparse.Namespace,
    chosen: Sequence[Experiment],
    samples: list[Sample],
    absent: list[str],
    seconds: float,
    took: dict[str, float],
) -> int:
    """Count, write, and tell."""
    own = options.submission is not None
    evaluation = Evaluation(reported(samples, chosen, own), options.seed)
    records = [record for e in chosen for record in getattr(e, "records", [])]
    known = {place for e in chosen for place in e.calibrated_on}
    fresh = [r for r in records if own or r.place not in known] or records
    queue = Queue(fresh, seed=options.seed)
    goals: list[Goal] = [goal for e in chosen for goal in e.goals()]
    if records:
        goals += queue.goals()
    about = _about(options, chosen, absent, seconds)
    about["seconds_each"] = took
    about["failed"] = sorted(
        {f"{rule}: {facts['failed']}" for r in records for rule, facts in r.rules.items()
         if facts.get("failed")}
    )  # fmt: skip
    judged = report.judged(goals, evaluation)
    text = report.markdown(about, evaluation, judged, queue if records else None)
    whole = not (own or options.only or options.places)
    default = BENCHMARKS if whole else BUILD / "benchmarks"
    out = _folder(options.out or default)
    (out / "DETECTION.md").write_text(text, encoding="utf-8")
    facts = plain(about, evaluation, judged, queue, likelihoods.tables(records, known))
    (out / "DETECTION.json").write_text(
        json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )
    if whole and out == BENCHMARKS:
        detectability.write(BENCHMARKS.parent / "docs", json.loads(json.dumps(facts)))
    sys.stdout.write(text)
    say(f"written: {out / 'DETECTION.md'} and DETECTION.json")
    return 0


def _about(
    options: argparse.Namespace, chosen: Sequence[Experiment], absent: list[str], seconds: float
) -> dict[str, Any]:
    facts = machine()
    described: dict[str, str] = {}
    for experiment in chosen:
        described.update(getattr(experiment, "facts", {}))
    return {
        "seed": options.seed,
        "quick": options.quick,
        "seconds": seconds,
        "machine": f"{facts['processor']}, {facts['processors']} processors",
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "facts": described,
        "absent": absent,
        "calibrated_on": sorted({place for e in chosen for place in e.calibrated_on}),
        "missing": sorted({name for e in chosen for name in getattr(e, "missing", set())}),
    }


def plain(
    about: dict[str, Any],
    evaluation: Evaluation,
    goals: list[dict[str, Any]],
    queue: Queue,
    ratios: dict[str, Any],
) -> dict[str, Any]:
    """Everything as plain values; numbers that are unknown are null."""
    cells = evaluation.cells()
    facts: dict[str, Any] = {
        **about,
        "goals": goals,
        "cells": [_cell(cell) for cell in cells],
        "genuine": [
            {**{k: v for k, v in vars(g).items() if k not in ("doubted", "contradicted")},
             "doubted": vars(g.doubted), "inconsistent": vars(g.contradicted)}
            for g in evaluation.genuine()
        ],
        "not_detectable": [_cell(cell) for cell in report.lost(cells)],
        "likelihoods": ratios,
    }  # fmt: skip
    if queue.records:
        facts["queue"] = {
            "prior": queue.prior,
            "recall": {str(top): queue.recall(top) for top in TOPS},
            "recall_by_kind": {str(top): queue.recall_by_kind(top) for top in TOPS},
            "recall_by_family": {str(top): queue.recall_by_family(top) for top in TOPS},
            "own_share": queue.own_share,
            "calibration": vars(queue.calibration()),
            "calibration_as_made": vars(queue.calibration_as_made()),
            "outcomes": queue.outcomes(),
            "findings_per_thousand": queue.findings_per_thousand(),
            "packages_accused": {k: vars(v) for k, v in queue.packages_accused().items()},
        }
    made: dict[str, Any] = _finite(facts)
    return made


def _cell(cell: Cell) -> dict[str, Any]:
    facts = {k: v for k, v in vars(cell).items() if k not in ("rates", "doubted", "contradicted")}
    names = [f"at_{alarm:g}" for alarm in report.FALSE_ALARMS]
    facts.update({name: vars(found) for name, found in zip(names, cell.rates)})
    facts["found"], facts["inconsistent"] = vars(cell.doubted), vars(cell.contradicted)
    return facts


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def fail(words: str) -> int:
    """Tell why, in one line."""
    sys.stderr.write(f"Error: {words}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
