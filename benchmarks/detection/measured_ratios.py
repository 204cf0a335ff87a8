"""The likelihood ratios of ``risk.json`` from what the benchmark counted on its training places.

``python -m onemap_verify.benchmarks.detection.measured_ratios FOLDER [--write]``
reads the packages that a run of the benchmark kept in ``.build/benchmarks/kept``,
prints what the ratios would be and what they do on the places that were not
used, and with ``--write`` writes them into the newest rule set.

For a finding of rule r, verdict v, severity s and score band b

    LR = P(finding | a problem of a kind that the rule's source speaks of) / P(finding | honest)

with Jeffreys' prior on both shares (L. D. Brown, T. T. Cai & A. DasGupta,
Statistical Science 16, 2001). Cells seen on few parcels are drawn towards the
judgement they replace, in logarithms: weight n / (n + 20) for n parcels that have
the finding. Ratios never fall with the score, are at least 1 and at most
:data:`MOST`, since honest surveys have more ways of being odd than the
benchmark knows. A cell on which nothing was counted keeps the judgement.
"""

from __future__ import annotations

import json
import math
import pickle
import re
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from ...checks.findings import Family, Finding, Severity, Text, Verdict
from ...checks.risk import BANDS, MIDDLES, RiskModel, fuse
from .likelihoods import SHRINK, log_ratio
from .parcels.experiment import LEFT_OUT, TAMPERED, Record
from .protocol import BoolArray, FloatArray
from .queue import PRIOR
from .reliability import at_prior, reliability

RISK = (
    Path(__file__).resolve().parents[2] / "resources" / "standards" / "tdt1057-2020" / "risk.json"
)
MOST = 5000.0
_BEGIN = ',\n "measured": '

_KINDS = (
    ("class flip", "class"),
    ("cropland type", "class"),
    ("hidden change", "class"),
    ("identifier", "form"),
    ("intrusion", "protected"),
    ("area inflated", "area"),
    ("ridge coefficient", "area"),
    ("slope grade", "slope"),
    ("ring ", "outline"),
    ("cloned ring", "outline"),
    ("stale ring", "outline"),
    ("creep", "outline"),
    ("scaling", "outline"),
    ("shift", "outline"),
    ("split", "outline"),
)
"""Beginnings of the names of tampering, and the kind of problem that each is."""


def kind_of(tampering: str) -> str:
    """The kind of problem (of ``risk.json``) that a tampering makes, ``""`` if of none."""
    return next((kind for start, kind in _KINDS if tampering.startswith(start)), "")


def measured(records: Sequence[Record], facts: dict[str, Any]) -> dict[str, Any]:
    """Ratios by rule, verdict and severity, one for each band of the score."""
    model = RiskModel({**facts, "measured": {}})
    honest, of_kind, cells = _counted(records, model)
    rules: dict[str, Any] = {}
    for (rule, family, verdict, severity), rows in sorted(cells.items()):
        source = model.sources[model.source_of[family]]
        kinds = set(facts["sources"][source]["kinds"])
        total = sum(of_kind.get(kind, 0) for kind in kinds)
        found = [row[0] for row in rows]
        false = [row[1] for row in rows]
        if not total or not sum(found) + sum(false):
            continue
        full = model.judged(rule, family, verdict, severity)
        base = np.log(max(full, 1.0)) * np.array(MIDDLES)
        counts = np.array([f + g for f, g in zip(found, false)], dtype=np.float64)
        own = np.array([log_ratio(f, total, g, honest) for f, g in zip(found, false)])
        weight = counts / (counts + SHRINK)
        value = np.clip(weight * own + (1 - weight) * base, 0.0, math.log(MOST))
        rules.setdefault(rule, {}).setdefault(verdict, {})[severity] = {
            "ratio": [float(f"{v:.3g}") for v in np.exp(np.maximum.accumulate(value))],
            "found": found,
            "of": total,
            "false": false,
        }
    return rules


def _counted(
    records: Sequence[Record], model: RiskModel
) -> tuple[int, dict[str, int], dict[tuple[str, str, str, str], list[list[int]]]]:
    """Honest parcels, tampered ones by kind, and both by cell and band (found, false)."""
    honest = 0
    of_kind: dict[str, int] = {}
    cells: dict[tuple[str, str, str, str], list[list[int]]] = {}
    for record in records:
        bad, out = record.state == TAMPERED, record.state == LEFT_OUT
        honest += int((~bad & ~out).sum())
        kinds = [kind_of(str(name)) for name in record.kind]
        for row in np.flatnonzero(bad):
            of_kind[kinds[row]] = of_kind.get(kinds[row], 0) + 1
        seen: set[tuple[Any, ...]] = set()
        for row, rule, family, verdict, severity, score in record.findings:
            if out[row] or family not in model.source_of:
                continue
            band = int(np.digitize(score, BANDS[1:-1]))
            key = (rule, family, verdict, severity)
            if (row, key, band) in seen:
                continue
            seen.add((row, key, band))
            cell = cells.setdefault(key, [[0, 0] for _ in MIDDLES])
            spoken = model.speaks[:, model.source_of[family]]
            if not bad[row]:
                cell[band][1] += 1
            elif kinds[row] in model.kinds and spoken[model.kinds.index(kinds[row])]:
                cell[band][0] += 1
    return honest, of_kind, cells


class _Facts:
    """What :func:`fuse` asks of a rule set."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self._facts = facts

    def data(self, name: str) -> dict[str, Any]:
        """The one table that risk needs."""
        assert name == "risk.json"
        return self._facts


def risks(record: Record, facts: dict[str, Any]) -> FloatArray:
    """The risks that ``facts`` would have given the parcels of a kept package."""
    names = np.array([str(row) for row in range(len(record.state))], dtype=object)
    nothing = Text("基准", "Benchmark")
    findings = [
        Finding(
            rule, "", Family(family), Verdict(verdict), Severity(severity), "DLTB", names[row],
            nothing, parcel_bsm=names[row], score=score,
        )
        for row, rule, family, verdict, severity, score in record.findings
    ]  # fmt: skip
    held = {Family(name): rows for name, rows in record.held.items()}
    return fuse(names, findings, held, _Facts(facts)).risk  # type: ignore[arg-type]


def quality(records: Sequence[Record], facts: dict[str, Any]) -> dict[str, float]:
    """Expected calibration error and mean log score, at the packages' own share of problems."""
    kept = [record.state != LEFT_OUT for record in records]
    risk = np.concatenate([risks(r, facts)[k] for r, k in zip(records, kept)])
    bad: BoolArray = np.concatenate([(r.state == TAMPERED)[k] for r, k in zip(records, kept)])
    tile = np.concatenate([r.tile[k] for r, k in zip(records, kept)])
    share = float(bad.mean())
    told = np.clip(at_prior(risk, float(facts.get("prior", PRIOR)), share), 1e-9, 1 - 1e-9)
    loss = -np.where(bad, np.log(told), np.log(1 - told))
    order = np.argsort(-risk, kind="stable")
    top = order[: max(1, round(0.05 * len(order)))]
    return {
        "parcels": float(len(risk)),
        "share": share,
        "error": reliability(told, bad, np.ones(len(told)), tile).error,
        "log_score": float(loss.mean()),
        "recall_top_5_percent": float(bad[top].sum() / max(bad.sum(), 1)),
    }


def kept_records(folder: Path) -> list[Record]:
    """Packages that a run kept."""
    out: list[Record] = []
    for path in sorted(folder.glob("parcels_*.pickle")):
        with path.open("rb") as stream:
            out += pickle.load(stream).records  # noqa: S301 (written by the benchmark)
    return [record for record in out if record.style != "clean"] + [
        record for record in out if record.style == "clean"
    ]


def written(text: str, block: dict[str, Any]) -> str:
    """``risk.json`` with the block of measured ratios in its end, all else as it was."""
    place = text.find(_BEGIN)
    head = text[:place] if place >= 0 else text.rstrip().removesuffix("}").rstrip()
    lines = json.dumps(block, ensure_ascii=False, indent=1).splitlines()
    made = "\n".join(lines[:1] + [f" {line}" for line in lines[1:]])
    return f"{head}{_BEGIN}{_compact(made)}\n}}\n"


def _compact(text: str) -> str:
    """Lists of numbers on one line."""
    return re.sub(
        r"\[([^\[\]{}]*)\]",
        lambda found: "[" + ", ".join(part.strip() for part in found.group(1).split(",")) + "]",
        text,
    )


def main(arguments: list[str]) -> int:
    """Count, compare, and write if asked to and no worse."""
    folder = Path(arguments[0])
    records = kept_records(folder)
    training = {"demo", "penn"}
    own = [r for r in records if r.place in training]
    others = [r for r in records if r.place not in training]
    if not own or not others:
        sys.stderr.write("Error: packages of training places and of others are needed\n")
        return 1
    facts = json.loads(RISK.read_text(encoding="utf-8"))
    block = {
        "about": {
            "zh": "由检出基准在训练地点上统计的似然比，按评分分档；"
            "样本少者按 n/(n+20) 收缩到专家判断值。",
            "en": "Likelihood ratios counted by the detection benchmark on its training places, by"
            " band of the score; drawn to the judgement by n/(n+20) where few were counted.",
        },
        "seed": int(folder.name.split("_")[1]) if folder.name.count("_") else 0,
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "places": sorted({r.place for r in own}),
        "packages": len(own),
        "parcels": int(sum(len(r.state) for r in own)),
        "bands": list(BANDS),
        "rules": measured(own, facts),
    }
    before = {**facts, "measured": {}}
    after = {**facts, "measured": block}
    old, new = (quality(others, each) for each in (before, after))
    for name in old:
        sys.stdout.write(f"{name:22} judgement {old[name]:10.4f} measured {new[name]:10.4f}\n")
    worse = new["error"] > old["error"] + 1e-4 or new["log_score"] > old["log_score"] + 1e-4
    if "--write" in arguments and not worse:
        RISK.write_text(written(RISK.read_text(encoding="utf-8"), block), encoding="utf-8")
        sys.stdout.write(f"written: {RISK}\n")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
