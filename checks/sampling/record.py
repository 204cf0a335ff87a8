"""The written record of a draw and of a verdict: enough to repeat both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..record import software_version, tidy, write_text
from .accuracy import Share
from .draw import Sample
from .scoring import LotVerdict, UnitScores

KIND_SAMPLE, KIND_LOT = "onemap-sample", "onemap-lot-verdict"


def sample_record(
    sample: Sample, identifiers: list[str], plan: Mapping[str, Any]
) -> dict[str, Any]:
    """What was drawn, from what, by which plan and seed.

    ``population`` digests the sorted identifiers: whoever repeats the draw sees at once whether
    it is from the same units.
    """
    whole = hashlib.sha256("\n".join(sorted(identifiers)).encode("utf-8")).hexdigest()
    lots = []
    for lot in np.unique(sample.lot):
        inside = sample.lot == lot
        strata = []
        for stratum in sorted(set(sample.strata[inside].tolist())):
            here = inside & (sample.strata == stratum)
            strata.append(
                {
                    "stratum": stratum,
                    "units": int(here.sum()),
                    "drawn": int((here & sample.drawn).sum()),
                }
            )
        drawn = [name for name, taken in zip(identifiers, inside & sample.drawn) if taken]
        lots.append(
            {"lot": int(lot), "units": int(inside.sum()), "strata": strata, "drawn": sorted(drawn)}
        )
    return {
        "kind": KIND_SAMPLE,
        "software": software_version(),
        "method": "SHA-256(SHA-256(seed) + identifier), ascending, by lot and stratum",
        "seed": sample.seed,
        "plan": dict(plan),
        "units": len(identifiers),
        "population": whole,
        "lots": lots,
    }


def lot_record(
    scores: UnitScores, verdict: LotVerdict, wrong: Share | None, plan: Mapping[str, Any]
) -> dict[str, Any]:
    """The verdict on a lot with every unit's score."""
    units = [
        {
            "unit": str(unit),
            "errors": dict(zip("ABCD", (int(count) for count in scores.counts[row]))),
            "score": round(float(scores.scores[row]), 2),
            "grade": scores.grades[row].value,
            "reasons": [{"zh": text.zh, "en": text.en} for text in scores.reasons[row]],
        }
        for row, unit in enumerate(scores.units)
    ]
    record: dict[str, Any] = {
        "kind": KIND_LOT,
        "software": software_version(),
        "plan": dict(plan),
        "verdict": "passed" if verdict.passed else "failed",
        "grade": verdict.grade.value,
        "inspected": verdict.inspected,
        "failed": verdict.failed,
        "shares": {grade.value: round(share, 4) for grade, share in verdict.shares.items()},
        "reasons": [{"zh": text.zh, "en": text.en} for text in verdict.reasons],
        "units": units,
    }
    if wrong is not None:
        record["share_of_wrong_units"] = {
            "estimate": round(wrong.share, 6),
            "low_95": round(wrong.low, 6),
            "high_95": round(wrong.high, 6),
        }
    return record


def write_json(record: Mapping[str, Any], path: Path) -> None:
    """Write a record; the file appears whole or not at all.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    write_text(path, json.dumps(tidy(dict(record)), ensure_ascii=False, indent=1) + "\n")
