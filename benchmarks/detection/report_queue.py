"""The part of the report about the reviewer's queue: order, outcomes, probabilities, alarms."""

from __future__ import annotations

import math

from .queue import TOPS, Queue
from .reliability import Calibration
from .words import percent


def lines(queue: Queue) -> list[str]:
    """Everything about the queue."""
    out = [
        "## The queue of a reviewer",
        "",
        f"Reweighted to {percent(queue.prior, 1)} of problem parcels, the share that the"
        " ministry's rounds found. Recall is the share of all tampered parcels, sub-pixel ones"
        " included, in the top of the queue ordered by risk.",
        "",
        "| top of the queue | " + " | ".join(percent(t) for t in TOPS) + " |",
        "|---|" + "---:|" * len(TOPS),
        "| recall | " + " | ".join(percent(queue.recall(t)) for t in TOPS) + " |",
    ]
    by_kind = {top: queue.recall_by_kind(top) for top in TOPS}
    out += [
        f"| {kind} | " + " | ".join(percent(by_kind[t].get(kind, math.nan)) for t in TOPS) + " |"
        for kind in by_kind[TOPS[0]]
    ]
    out += ["", "| parcels | accepted | review | not checkable |", "|---|---:|---:|---:|"]
    for name, shares in queue.outcomes().items():
        words = [percent(shares.get(w, 0.0), 1) for w in ("accepted", "review", "not_checkable")]
        out.append(f"| {name} | {' | '.join(words)} |")
    out += _by_family(queue)
    out += _reliability(queue)
    out += [
        "",
        "Genuine parcels with a finding, per 1,000; genuine packages of 10,000 parcels (tiles drawn"
        " together) with any inconsistent one.",
        "",
        "| family | genuine parcels | doubtful | inconsistent | packages accused |",
        "|---|---:|---:|---:|---:|",
    ]
    packages = queue.packages_accused()
    for family, facts in queue.findings_per_thousand().items():
        accused = percent(packages[family].value, 1) if family in packages else ""
        out.append(
            f"| {family} | {facts['tested']:,} | {facts['doubtful']:.2f} |"
            f" {facts['inconsistent']:.2f} | {accused} |"
        )
    loose = queue.loose()
    told = ", ".join(f"{family}: {count}" for family, count in loose.items()) or "none"
    out += [
        "",
        f"Packages of {len(queue.records)} with an inconsistent truth finding about a layer as a"
        f" whole: {told}.",
        "",
    ]
    return out


def _by_family(queue: Queue) -> list[str]:
    """Each family's own queue."""
    found = {top: queue.recall_by_family(top) for top in TOPS}
    spoke = [family for family, value in found[TOPS[-1]].items() if value > 0]
    if not spoke:
        return []
    return [
        "",
        "Each family's own queue (what it says inconsistent, then doubtful, by risk): the share of"
        " *all* tampered parcels, most of which are of kinds that it does not speak of.",
        "",
        "| family | " + " | ".join(f"top {percent(top)}" for top in TOPS) + " |",
        "|---|" + "---:|" * len(TOPS),
        *(
            f"| {family} | " + " | ".join(percent(found[top][family], 1) for top in TOPS) + " |"
            for family in spoke
        ),
    ]


def _reliability(queue: Queue) -> list[str]:
    made, prior = queue.calibration_as_made(), queue.calibration()
    return [
        "",
        "Are the probabilities of `parcel_risk` true? At the prior nearly every parcel lies in the"
        " first bin, so that the expected error is small by construction; the packages as made"
        f" hold {percent(queue.own_share, 1)} tampered parcels (the risks brought to that prior),"
        " and there the bins are filled. True shares with 95 % intervals (bootstrap over tiles).",
        "",
        f"Packages as made: expected calibration error **{made.error:.4f}**.",
        "",
        *_bins(made),
        "",
        f"At the prior of {percent(queue.prior, 1)}: expected calibration error"
        f" **{prior.error:.4f}**.",
        "",
        *_bins(prior),
    ]


def _bins(found: Calibration) -> list[str]:
    lines = [
        "| risk | parcels | mean risk | true share | weight |",
        "|---|---:|---:|---:|---:|",
    ]
    for n, count in enumerate(found.count):
        if not count:
            continue
        true = percent(found.true[n], 1)
        if math.isfinite(found.low[n]):
            true += f" ({100 * found.low[n]:.1f}–{100 * found.high[n]:.1f})"
        lines.append(
            f"| {100 * found.edges[n]:g}–{100 * found.edges[n + 1]:g} % | {count:,} |"
            f" {percent(found.risk[n], 1)} | {true} | {percent(found.weight[n], 2)} |"
        )
    return lines
