"""A county like the honest one, with known frauds planted and written down."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from ..county import County
from ..evidence import Evidence
from . import arithmetic, field, form, logic, picture, shapes, terrain
from .forger import Forged, Forger, Planted

__all__ = ["Forged", "Planted", "plant", "write_truth"]


def plant(
    county: County, seed: int = 1, each: int = 3, evidence: Evidence | None = None
) -> tuple[Forged, list[Planted]]:
    """Plant ``each`` frauds of every kind into a copy of the county's layers and evidence.

    No parcel carries two frauds, and no fraud touches another's neighbours, so
    that every finding has one cause. The county itself stays as it is.
    """
    forger = Forger(county, seed, each, evidence)
    for kinds in (picture, field, terrain, arithmetic, shapes, logic, form):
        kinds.plant(forger)
    forger.finish()
    return Forged(forger.layers, forger.evidence), forger.planted


def write_truth(planted: list[Planted], folder: Path) -> tuple[Path, Path]:
    """Write what was planted as ``planted.json`` and ``planted.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    as_json, as_csv = folder / "planted.json", folder / "planted.csv"
    rows = [fraud.facts() for fraud in planted]
    as_json.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    with as_csv.open("w", encoding="utf-8-sig", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(rows[0].keys())
        for row in rows:
            table.writerow([";".join(v) if isinstance(v, list) else v for v in row.values()])
    return as_json, as_csv
