"""``python -m onemap_verify.benchmarks.review``: make the file, use the queue, write the report."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .report import markdown
from .survey import FULL, QUICK, Size, make

BENCHMARKS = Path(__file__).resolve().parents[1]
BUILD = Path(os.environ.get("ONEMAP_BUILD") or BENCHMARKS.parent / ".build")
PEERS = ("attribute_table", "quality_result_gui")
_MODULE = __package__ or "onemap_verify.benchmarks.review"
_PEER_MINUTES = 10
_INSTALLED = ("quality-result-gui==2.0.9", "qgis-plugin-tools==1.1.1")
"""The peer (GPL 3) and what it needs; used by this benchmark alone, no part of the plugin."""


def child(*arguments: str, minutes: float = 20.0) -> dict[str, Any]:
    """Run a part in a fresh process; its JSON, or ``{"error": …}``."""
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    paths = [environment.get("PYTHONPATH", ""), str(BUILD / "peers")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    try:
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
            timeout=minutes * 60,
        )
    except subprocess.TimeoutExpired:
        return {"error": f"not finished after {minutes:g} minutes"}
    if done.returncode == 0 and done.stdout.strip():
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return found
    why = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    return {"error": why}


def install_peer(folder: Path) -> None:
    """Get quality-result-gui into a folder of its own, unless it is there or cannot be had."""
    if (folder / "quality_result_gui").is_dir():
        return
    say(f"installing {' and '.join(_INSTALLED)} into {folder}")
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--quiet", "--no-deps", "--target", str(folder), *_INSTALLED]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        say("  " + (done.stderr.strip().splitlines() or ["not possible"])[-1])


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    from qgis.core import Qgis
    from qgis.PyQt.QtCore import QT_VERSION_STR

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
        "python": platform.python_version(),
        "qgis": Qgis.QGIS_VERSION,
        "qt": QT_VERSION_STR,
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def say(line: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def measure(folder: Path, size: Size, peers: bool) -> dict[str, Any]:
    """Ours and the peers on copies of one file: decisions are written into ours."""
    made = folder / "findings.gpkg"
    if not made.exists():
        say("making the file …")
        part = folder / "part" / made.name
        make(part, size)
        part.replace(made)
        shutil.rmtree(part.parent)
    found: dict[str, Any] = {"machine": machine(), "bytes": made.stat().st_size, "peers": {}}
    used = folder / "used.gpkg"
    say("the queue …")
    shutil.copyfile(made, used)
    found["ours"] = child(f"{_MODULE}.measure", str(used))
    if peers:
        install_peer(BUILD / "peers")
    for name in PEERS if peers else ():
        say(f"{name} …")
        shutil.copyfile(made, used)
        found["peers"][name] = child(f"{_MODULE}.peers", name, str(used), minutes=_PEER_MINUTES)
    used.unlink()
    return found


def main(arguments: list[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="./run benchmark review", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 findings")
    parser.add_argument("--findings", type=int, help="how many findings, instead")
    parser.add_argument("--decisions", type=int, help="how many decisions, instead")
    parser.add_argument("--no-peers", action="store_true", help="ours alone")
    parser.add_argument("--out", type=Path, help="where to write REVIEW.md and REVIEW.json")
    options = parser.parse_args(arguments)
    usual = QUICK if options.quick else FULL
    size = Size(options.findings or usual.findings, options.decisions or usual.decisions)
    folder = BUILD / "benchmarks" / size.name
    folder.mkdir(parents=True, exist_ok=True)
    say(f"{size.findings:,} findings, {size.decisions:,} decisions; data in {folder}")
    found = measure(folder, size, not options.no_peers)
    # A smaller run says nothing that should replace the report in the tree.
    out = options.out or (BENCHMARKS if size == FULL else folder)
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (out / "REVIEW.json").write_text(text + "\n", encoding="utf-8")
    report = markdown(found)
    (out / "REVIEW.md").write_text(report, encoding="utf-8")
    sys.stdout.write(report)
    say(f"written: {out / 'REVIEW.md'} and REVIEW.json")
    return 1 if "error" in found["ours"] else 0


if __name__ == "__main__":
    sys.exit(main())
