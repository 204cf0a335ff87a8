"""The whole verification of the synthetic county, timed in a process of its own.

``python -m onemap_verify.benchmarks.speed.whole_run <folder>`` makes the package
if it is not there yet (in another process), verifies it with all rules, writes
findings, record and report, and prints a JSON object.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .contenders import DEM, peak_memory

PACKAGE = "survey.gpkg"
_SLOWEST = 12


def make(folder: Path) -> None:
    """Make the package from the parcels that the county was made of."""
    from . import survey, synthetic

    made = json.loads((folder / "ready").read_text(encoding="utf-8"))
    side = round(made["cells"] ** 0.5)
    survey.make_package(folder, synthetic.make_parcels(side, made["parcels"]), side)


def run(folder: Path) -> dict[str, Any]:
    """Verify the package against the terrain."""
    from onemap_verify.checks.verify import Options, verify

    began, processor = time.perf_counter(), time.process_time()
    done = verify(
        Options(
            submission=folder / PACKAGE,
            findings=folder / "findings.gpkg",
            record=folder / "record.json",
            report=folder / "report.html",
            dem=str(folder / DEM),
        )
    )
    seconds = time.perf_counter() - began
    slowest = sorted(done.runs, key=lambda rule: -rule.seconds)[:_SLOWEST]
    return {
        "seconds": seconds,
        "processor_seconds": time.process_time() - processor,
        "parcels": len(done.parcels.bsm),
        "findings": len(done.findings),
        "rules": len(done.runs),
        "slowest": [(rule.rule_id, round(rule.seconds, 3)) for rule in slowest],
        "peak_bytes": peak_memory(),
    }


def main(arguments: list[str]) -> int:
    """Make what is missing, verify, print what it took."""
    folder = Path(arguments[0])
    if arguments[1:] == ["make"]:
        make(folder)
        return 0
    if not (folder / PACKAGE).exists():
        # Elsewhere, so that the making does not count in the memory of the run.
        made = subprocess.run(
            [sys.executable, "-m", "onemap_verify.benchmarks.speed.whole_run", str(folder), "make"],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            (folder / PACKAGE).unlink(missing_ok=True)
            sys.stderr.write(made.stderr)
            return 1
    sys.stdout.write(json.dumps(run(folder)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
