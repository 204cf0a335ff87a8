"""The whole verification with every kind of evidence, timed in a process of its own.

``python -m onemap_verify.benchmarks.speed.truth_run <folder> <photos>`` makes
pictures, last year's parcels and photos if they are not there yet (in another
process), verifies with all rules and prints a JSON object.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

from .contenders import DEM, peak_memory

FOLDER = "with_evidence"
_SLOWEST = 12


def make(folder: Path, photos: int) -> None:
    """Make what the checker and the crew have besides terrain and parcels."""
    import numpy as np
    from osgeo import ogr

    from . import synthetic, truth_data, whole_run

    if not (folder / whole_run.PACKAGE).exists():
        whole_run.make(folder)
    facts = json.loads((folder / "ready").read_text(encoding="utf-8"))
    side = round(facts["cells"] ** 0.5)
    geometries = synthetic.make_parcels(side, facts["parcels"])
    source = ogr.Open(str(folder / whole_run.PACKAGE))
    rows = [(f["DLBM"], f["TBYBH"]) for f in source.GetLayerByName("DLTB")]
    source = None
    codes, names = (np.array(column, dtype=object) for column in zip(*rows))
    truth_data.make_images(folder, geometries, codes, side)
    truth_data.copy_previous(folder / whole_run.PACKAGE, folder / truth_data.PREVIOUS)
    package = folder / FOLDER
    package.mkdir(exist_ok=True)
    shutil.copy(folder / whole_run.PACKAGE, package / whole_run.PACKAGE)
    truth_data.make_store(package / truth_data.STORE, geometries, names, photos)
    (package / ".made").write_text(str(photos), encoding="utf-8")


def run(folder: Path, photos: int) -> dict[str, Any]:
    """Verify the package with everything that is trusted."""
    from onemap_verify.checks.verify import Options, verify

    from . import truth_data

    began, processor = time.perf_counter(), time.process_time()
    done = verify(
        Options(
            submission=folder / FOLDER,
            findings=folder / "findings.gpkg",
            record=folder / "record.json",
            report=folder / "report.html",
            dem=str(folder / DEM),
            imagery=str(folder / truth_data.NOW_FILE),
            imagery_date=date(2023, 8, 12),
            imagery_previous=str(folder / truth_data.THEN_FILE),
            imagery_previous_date=date(2022, 8, 24),
            previous=str(folder / truth_data.PREVIOUS),
            campaign_start=date(2023, 7, 1),
            campaign_end=date(2023, 10, 15),
        )
    )
    seconds = time.perf_counter() - began
    families: dict[str, float] = defaultdict(float)
    for rule in done.runs:
        families[rule.family] += rule.seconds
    parcels = len(done.parcels.bsm)
    return {
        "seconds": seconds,
        "processor_seconds": time.process_time() - processor,
        "parcels": parcels,
        "photos": photos,
        "rules": len(done.runs),
        "findings": len(done.findings),
        "inconsistent": sum(f.verdict.value == "inconsistent" for f in done.findings),
        "families": {name: round(value, 2) for name, value in sorted(families.items())},
        "milliseconds_per_photo": 1e3 * families.get("photos", 0.0) / max(photos, 1),
        "milliseconds_per_parcel": 1e3 * (seconds - families.get("photos", 0.0)) / max(parcels, 1),
        "peak_bytes": peak_memory(),
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    }


def main(arguments: list[str]) -> int:
    """Make what is missing, verify, print what it took."""
    folder, photos = Path(arguments[0]), int(arguments[1])
    if arguments[2:] == ["make"]:
        make(folder, photos)
        return 0
    mark = folder / FOLDER / ".made"
    if not mark.exists() or mark.read_text(encoding="utf-8") != str(photos):
        # Elsewhere, so that the making does not count in the memory of the run.
        command = [sys.executable, "-m", "onemap_verify.benchmarks.speed.truth_run"]
        made = subprocess.run(
            [*command, str(folder), str(photos), "make"],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            sys.stderr.write(made.stderr)
            return 1
    sys.stdout.write(json.dumps(run(folder, photos)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
