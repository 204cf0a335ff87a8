"""How much a finding says: likelihood ratios counted on genuine and tampered parcels.

For a finding of rule r, verdict v, severity s and score band b the ratio is

    P(parcel has it | tampered) / P(parcel has it | honest)

both estimated with Jeffreys' prior (half a parcel added to both sides; Brown,
Cai & DasGupta 2001, Statistical Science 16, 101-133), so that a cell without
any false alarm gives a finite ratio that grows with the number of honest
parcels. Cells seen on few parcels are drawn towards the ratio of their family
and verdict (weight n / (n + 20)). A parcel counts once in a cell.

``python -m onemap_verify.benchmarks.detection.likelihoods [DETECTION.json]``
prints what the ratios of ``risk.json`` would be.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .parcels.experiment import LEFT_OUT, TAMPERED, Record

BANDS = (0.0, 0.35, 0.7, 1.01)
SHRINK = 20.0


def tables(records: Sequence[Record], places: set[str]) -> dict[str, Any]:
    """Counts of honest and tampered parcels with each finding, over the training places.

    Where no package is from a training place all are taken, and the table says so.
    """
    own = [r for r in records if r.place in places]
    chosen = own or list(records)
    cells: dict[tuple[str, ...], list[int]] = {}
    honest = tampered = 0
    for record in chosen:
        bad = record.state == TAMPERED
        out = record.state == LEFT_OUT
        honest += int((~bad & ~out).sum())
        tampered += int(bad.sum())
        seen: set[tuple[int, tuple[str, ...]]] = set()
        for row, rule, family, verdict, severity, score in record.findings:
            if out[row]:
                continue
            band = str(int(np.digitize(score, BANDS)) - 1)
            for key in ((family, verdict), (rule, family, verdict, severity, band)):
                if (row, key) not in seen:
                    seen.add((row, key))
                    cells.setdefault(key, [0, 0])[int(bad[row])] += 1
    return {
        "places": sorted({r.place for r in chosen}),
        "only_training_places": bool(own),
        "honest": honest,
        "tampered": tampered,
        "bands": [*BANDS[:-1], 1.0],
        "families": [
            {"family": k[0], "verdict": k[1], "honest": v[0], "tampered": v[1]}
            for k, v in sorted(cells.items())
            if len(k) == 2
        ],
        "rules": [
            {"rule": k[0], "family": k[1], "verdict": k[2], "severity": k[3], "band": int(k[4]),
             "honest": v[0], "tampered": v[1]}
            for k, v in sorted(cells.items())
            if len(k) == 5
        ],
    }  # fmt: skip


def log_ratio(found: int, tampered: int, false: int, honest: int) -> float:
    """Natural logarithm of the ratio with Jeffreys' prior on both shares."""
    p = (found + 0.5) / (tampered + 1)
    q = (false + 0.5) / (honest + 1)
    return math.log(p / q)


def log_ratios(table: dict[str, Any]) -> dict[tuple[str, str, str, int], float]:
    """Shrunken log-likelihood ratios by (rule, verdict, severity, band)."""
    honest, tampered = int(table["honest"]), int(table["tampered"])
    family = {
        (row["family"], row["verdict"]): log_ratio(row["tampered"], tampered, row["honest"], honest)
        for row in table["families"]
    }
    out = {}
    for row in table["rules"]:
        count = row["honest"] + row["tampered"]
        own = log_ratio(row["tampered"], tampered, row["honest"], honest)
        weight = count / (count + SHRINK)
        base = family[row["family"], row["verdict"]]
        key = (row["rule"], row["verdict"], row["severity"], int(row["band"]))
        out[key] = weight * own + (1 - weight) * base
    return out


def family_ratios(table: dict[str, Any]) -> dict[tuple[str, str], float]:
    """Log-likelihood ratios by (family, verdict)."""
    return {
        (row["family"], row["verdict"]): log_ratio(
            row["tampered"], int(table["tampered"]), row["honest"], int(table["honest"])
        )
        for row in table["families"]
    }


def main(arguments: list[str]) -> int:
    """Print the ratios of a finished run."""
    default = Path(__file__).resolve().parents[1] / "DETECTION.json"
    path = Path(arguments[0]) if arguments else default
    table = json.loads(path.read_text(encoding="utf-8"))["likelihoods"]
    print(f"{table['honest']:,} honest and {table['tampered']:,} tampered parcels of", end=" ")
    print(", ".join(table["places"]))
    for (family, verdict), value in sorted(family_ratios(table).items()):
        print(f"{family:12} {verdict:13} {math.exp(value):10.1f}")
    for (rule, verdict, severity, band), value in sorted(log_ratios(table).items()):
        low, high = table["bands"][band], table["bands"][band + 1]
        print(f"{rule:34} {verdict:13} {severity} {low:.2f}-{high:.2f} {math.exp(value):10.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
