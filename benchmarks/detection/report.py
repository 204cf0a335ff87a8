"""The detection report as Markdown and as plain values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from . import report_queue
from .evaluation import FALSE_ALARMS, Cell, Evaluation, Genuine
from .protocol import Goal
from .queue import Queue
from .words import percent, with_interval

NOT_DETECTABLE = 0.20
LEAST_COUNT = 8
"""Of fewer objects nothing is said to be lost."""


def judged(goals: Sequence[Goal], evaluation: Evaluation) -> list[dict[str, Any]]:
    """Every goal with what came out and whether it is reached."""
    out = []
    for goal in goals:
        found = goal.measure(evaluation)
        known = math.isfinite(found.value)
        good = found.value <= goal.target if goal.at_most else found.value >= goal.target
        out.append(
            {
                "what": goal.what,
                "wanted": goal.wanted,
                "value": found.value if known else None,
                "low": found.low if math.isfinite(found.low) else None,
                "high": found.high if math.isfinite(found.high) else None,
                "count": found.count,
                "unit": goal.unit,
                "note": found.note,
                "reached": bool(good) if known else None,
                "remedy": goal.remedy,
            }
        )
    return out


def lost(cells: Sequence[Cell]) -> list[Cell]:
    """Kinds and strengths that neither the measure at 1 % nor the rules find one time in five."""
    best: dict[tuple[str, float, str], tuple[float, Cell]] = {}
    for cell in cells:
        if cell.statistic.startswith("baseline") or cell.count < LEAST_COUNT:
            continue
        values = [cell.rates[1].value, cell.doubted.value]
        value = max((v for v in values if math.isfinite(v)), default=0.0)
        key = (cell.kind, cell.strength, cell.label)
        if key not in best or value > best[key][0]:
            best[key] = (value, cell)
    return [cell for value, cell in best.values() if value < NOT_DETECTABLE]


def markdown(
    about: dict[str, Any], evaluation: Evaluation, goals: list[dict[str, Any]], queue: Queue | None
) -> str:
    """The whole report."""
    cells = evaluation.cells()
    lines = [
        "# Detection",
        "",
        *_head(about),
        "## Goals",
        "",
        *_goals(goals),
        "## What is found, by type and strength",
        "",
        _legend(),
        "",
        *_cells(cells, baseline=False),
        "## Strength found 90 % of the time",
        "",
        *_strengths(evaluation, cells),
        "## Genuine, and honest but odd",
        "",
        *_genuine(evaluation.genuine()),
        "## Beside simple means",
        "",
        *_cells(cells, baseline=True),
        *(report_queue.lines(queue) if queue is not None and queue.records else []),
        "## Not detectable by this product",
        "",
        *lost_table(lost(cells)),
        *_missing(about),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _head(about: dict[str, Any]) -> list[str]:
    lines = [
        f"Seed {about['seed']}, {'quick' if about['quick'] else 'whole'} run,"
        f" {about['seconds'] / 60:.1f} minutes; {about['machine']}; {about['date']}."
        " `./run benchmark detection` makes this page again; with `--submission`, `--dem`,"
        " `--imagery` and `--previous` it plants the same tampering into a package of your own.",
        "",
        "Every genuine object carries honest errors (registration up to 0.7 px, a vertex noise of"
        " 0.15 px where drawn anew, rounding; for evidence see the experiments). Packages hold"
        " 6 % tampered parcels of all kinds together; neighbours of a changed outline count"
        " nowhere. Places that thresholds may have been looked at are left out of the tables:"
        f" {', '.join(about['calibrated_on']) or 'none'}.",
        "",
        "| place | where truth, survey and checker have their facts from |",
        "|---|---|",
        *(f"| {name} | {facts} |" for name, facts in about["facts"].items()),
        "",
    ]
    if about["absent"]:
        lines += [f"Not there, left out: {', '.join(about['absent'])}.", ""]
    return lines


def _goals(goals: list[dict[str, Any]]) -> list[str]:
    lines = ["| goal | wanted | measured | objects | |", "|---|---|---|---:|---|"]
    for goal in goals:
        if goal["value"] is None:
            value = goal["note"] or "–"
        elif goal["unit"] == "share":
            value = percent(goal["value"], 1)
            if goal["low"] is not None:
                value += f" ({100 * goal['low']:.1f}–{100 * goal['high']:.1f})"
        else:
            value = f"{goal['value']:.3g}"
        if goal["value"] is not None and goal["note"]:
            value += f"; {goal['note']}"
        state = {True: "reached", False: "**missed**", None: "not measured"}[goal["reached"]]
        if goal["reached"] is False and goal["remedy"]:
            state += f": {goal['remedy']}"
        count = f"{goal['count']:,}" if goal["count"] else ""
        lines.append(f"| {goal['what']} | {goal['wanted']} | {value} | {count} | {state} |")
    return [*lines, ""]


def _legend() -> str:
    return (
        "True-positive rates at the given false-alarm rates, from the continuous statistic of the"
        " measure, with 95 % intervals (bootstrap over tiles); a dagger marks rates for which"
        " there are too few genuine objects. *Found* is what the shipped rules said at their"
        " shipped limits. *Abstains*: the measure gives no score."
    )


def _cells(cells: Sequence[Cell], *, baseline: bool) -> list[str]:
    beside = [c.statistic.startswith("baseline") or c.statistic == "risk" for c in cells]
    chosen = [c for c, simple in zip(cells, beside) if simple == baseline]
    lines: list[str] = []
    for experiment in dict.fromkeys(c.experiment for c in chosen):
        own = [c for c in chosen if c.experiment == experiment]
        if baseline:
            lines += _beside(experiment, own, [c for c in cells if c.experiment == experiment])
            continue
        lines += [
            f"### {experiment}",
            "",
            "| statistic | tampering | strength | n | "
            + " | ".join(f"at {percent(a, 1)}" for a in FALSE_ALARMS)
            + " | found | inconsistent | abstains |",
            "|---|---|---|---:|" + "---:|" * (len(FALSE_ALARMS) + 3),
        ]
        order = {name: n for n, name in enumerate(dict.fromkeys(c.statistic for c in own))}
        for c in sorted(own, key=lambda c: (order[c.statistic], c.kind, c.strength)):
            rates = " | ".join(with_interval(r) + ("†" if r.note else "") for r in c.rates)
            lines.append(
                f"| {c.statistic} | {c.kind} | {c.label} | {c.count} | {rates} |"
                f" {with_interval(c.doubted)} | {percent(c.contradicted.value)} |"
                f" {percent(c.abstained)} |"
            )
        lines.append("")
    return lines


def _beside(experiment: str, own: list[Cell], every: list[Cell]) -> list[str]:
    """Mean rate at 1 % over strengths, by kind: product beside the simple means."""
    names = list(dict.fromkeys(c.statistic for c in every))
    lines = [
        f"### {experiment}: at 1 % false alarms",
        "",
        "| tampering | n | " + " | ".join(n.replace("baseline: ", "") for n in names) + " |",
        "|---|---:|" + "---:|" * len(names),
    ]
    for kind in dict.fromkeys(c.kind for c in own):
        row, count = [], 0
        for name in names:
            mine = [c for c in every if c.kind == kind and c.statistic == name]
            known = [(c.rates[1].value, c.count) for c in mine if math.isfinite(c.rates[1].value)]
            count = sum(c.count for c in mine)
            total = sum(n for _, n in known)
            row.append(percent(sum(v * n for v, n in known) / total) if total else "–")
        lines.append(f"| {kind} | {count} | " + " | ".join(row) + " |")
    return [*lines, ""]


def _strengths(evaluation: Evaluation, cells: Sequence[Cell]) -> list[str]:
    lines = [
        "| what | tampering | strengths tried | at 0.1 % | at 1 % |",
        "|---|---|---|---:|---:|",
    ]
    keys = dict.fromkeys(
        (c.experiment, c.kind) for c in cells if not c.statistic.startswith("baseline")
    )
    for experiment, kind in keys:
        own = sorted(
            {(c.strength, c.label) for c in cells if (c.experiment, c.kind) == (experiment, kind)}
        )
        if len(own) < 2 or kind == "class flip":
            continue
        found = [evaluation.strength_found(experiment, kind, at) for at in (0.001, 0.01)]
        words = [f"{v:.3g}" if math.isfinite(v) else "not reached" for v in found]
        tried = f"{own[0][1]} … {own[-1][1]}"
        lines.append(f"| {experiment} | {kind} | {tried} | {words[0]} | {words[1]} |")
    return [*lines, ""]


def _genuine(rows: Sequence[Genuine]) -> list[str]:
    lines = [
        "*Above* is the share whose score lies above the limits that give genuine objects"
        " 0.1, 1 and 5 %.",
        "",
        "| what | statistic | objects | n | doubted | inconsistent | abstains |"
        " above 0.1 % | 1 % | 5 % |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for g in rows:
        if g.statistic.startswith("baseline") or g.statistic == "risk":
            continue
        lines.append(
            f"| {g.experiment} | {g.statistic} | {g.kind or 'genuine'} | {g.count:,} |"
            f" {percent(g.doubted.value, 2)} | {percent(g.contradicted.value, 2)} |"
            f" {percent(g.abstained)} | " + " | ".join(percent(a, 1) for a in g.above) + " |"
        )
    return [*lines, ""]


def lost_table(cells: Sequence[Cell]) -> list[str]:
    """What this product does not find, as a table."""
    if not cells:
        return ["Nothing that was tried lies below 20 %.", ""]
    lines = [
        "Neither the measures at 1 % false alarms nor the shipped rules find these one time in"
        " five. Other evidence is needed: a better picture, a field visit.",
        "",
        "| tampering | strength | best measure at 1 % | found by the rules |",
        "|---|---|---:|---:|",
    ]
    for c in cells:
        lines.append(
            f"| {c.kind} | {c.label} | {percent(c.rates[1].value)} | {percent(c.doubted.value)} |"
        )
    return [*lines, ""]


def _missing(about: dict[str, Any]) -> list[str]:
    lines = []
    if about.get("failed"):
        lines = ["Rules that broke in this run:", "", *(f"- {f}" for f in about["failed"]), ""]
    if not about["missing"]:
        return lines
    return [*lines, "This version has no measure yet for: " + ", ".join(about["missing"]) + ".", ""]
