"""``python -m onemap_verify.benchmarks.speed``: make the data, time everyone, write the report."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from . import contenders, truth_run, whole_run
from .report import markdown
from .synthetic import FULL, QUICK, Size

BENCHMARKS = Path(__file__).resolve().parents[1]
BUILD = Path(os.environ.get("ONEMAP_BUILD") or BENCHMARKS.parent / ".build")

ORDER = ("ours", "slope", "exactextract", "exactextract_grades", "qgis", "qgis_grades")


def child(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module in a fresh process; its JSON, or ``{"error": …}``."""
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode == 0 and done.stdout.strip():
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return found
    why = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    return {"error": why}


def prepare(folder: Path, size: Size) -> None:
    """Make terrain and parcels unless an earlier run has.

    In a process of its own: a large parent would count in the memory of its
    children.
    """
    if (folder / "ready").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    made = child(f"{__package__}.synthetic", str(folder), str(size.side), str(size.parcels))
    if "error" in made:
        raise SystemExit(f"the synthetic county could not be made: {made['error']}")
    (folder / "ready").write_text(json.dumps(made), encoding="utf-8")


def measure(folder: Path, size: Size, repeat: int, whole: bool) -> dict[str, Any]:
    """Time every contender; of several runs the fastest counts."""
    results: dict[str, Any] = {}
    for name in ORDER:
        runs = []
        for _ in range(repeat):
            say(f"{name} …")
            runs.append(child(contenders.__name__, name, str(folder)))
            say(summary(runs[-1]))
        good = [run for run in runs if "error" not in run]
        results[name] = min(good, key=lambda run: run["seconds"]) if good else runs[0]
    if whole:
        say("whole run …")
        results["whole"] = child(whole_run.__name__, str(folder))
        say(summary(results["whole"]))
        say("whole run with every kind of evidence …")
        results["truth"] = child(truth_run.__name__, str(folder), str(size.photos))
        say(summary(results["truth"]))
    return {
        "cells": size.side**2,
        "parcels": results["ours"].get("parcels", size.parcels),
        "machine": machine(),
        "results": results,
        "agreement": agreement(folder),
    }


def agreement(folder: Path) -> dict[str, float]:
    """Largest differences between our numbers and exactextract's on the same parcels."""
    import numpy as np

    out: dict[str, float] = {}
    try:
        ours = np.load(folder / "ours.npz")
        mean = np.load(folder / "exactextract.npz")["mean"]
        share = np.load(folder / "exactextract_grades.npz")["share"]
    except OSError:
        return out
    out["mean_degrees"] = float(np.nanmax(np.abs(ours["mean"] - mean)))
    out["share_of_grade"] = float(np.nanmax(np.abs(ours["share"] - share)))
    return out


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    import numpy as np
    from osgeo import gdal

    model = platform.processor()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return {
        "processor": model,
        "processors": os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "gdal": gdal.__version__,
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def summary(run: dict[str, Any]) -> str:
    """One line about one run."""
    if "error" in run:
        return f"  not run: {run['error']}"
    return f"  {run['seconds']:.2f} s, peak {run['peak_bytes'] / 1e6:.0f} MB"


def say(line: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def main(arguments: list[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="./run benchmark speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 parcels, 4 million cells")
    parser.add_argument("--side", type=int, help="cells along a side, instead")
    parser.add_argument("--parcels", type=int, help="parcels, instead")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each; the fastest counts")
    parser.add_argument("--no-whole-run", action="store_true", help="the terrain part only")
    parser.add_argument("--out", type=Path, help="where to write SPEED.md and SPEED.json")
    options = parser.parse_args(arguments)
    usual = QUICK if options.quick else FULL
    size = Size(options.side or usual.side, options.parcels or usual.parcels)
    folder = BUILD / "benchmarks" / size.name
    say(f"{size.parcels:,} parcels, {size.side**2:,} cells; data in {folder}")
    prepare(folder, size)
    found = measure(folder, size, options.repeat, not options.no_whole_run)
    # A smaller run says nothing that should replace the report in the tree.
    out = options.out or (BENCHMARKS if size == FULL else folder)
    out.mkdir(parents=True, exist_ok=True)
    (out / "SPEED.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = markdown(found)
    (out / "SPEED.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    say(f"written: {out / 'SPEED.md'} and SPEED.json")
    return 1 if "error" in found["results"]["ours"] else 0


if __name__ == "__main__":
    sys.exit(main())
