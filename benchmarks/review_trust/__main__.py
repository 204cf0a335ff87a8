"""Changed bytes, kills, torn writes and merges of a review, counted.

``python -m onemap_verify.benchmarks.review_trust [--changes 10000] [--kills 300] [--merges 300]``
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import kill, merging, proofs, tamper
from .world import decide, make_signer, make_world, sign

_SEED = 20261122


def main() -> int:
    """Entry point; the exit status is 1 when anything was lost, unnoticed or named wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--cells", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--merges", type=int, default=300)
    parser.add_argument("--events", type=int, default=0, help="1000000 takes minutes")
    given = parser.parse_args()
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="onemap-trust-") as text:
        folder = Path(text)
        if given.changes or given.cells:
            world = make_world(folder / "tamper")
            decide(world)
            signer, trust = make_signer(folder)
            report["cells"] = tamper.change_cells(world, given.cells, _SEED)
            few = given.cells // 2
            report["unsigned_files"] = tamper.change_unsigned_files(world, few, _SEED)
            sign(world, signer)
            report["signed"] = tamper.change_signed(world, trust, given.changes, _SEED)
        if given.kills:
            report["kills"] = kill.kills(folder / "kill", given.kills, _SEED)
            report["torn"] = kill.torn(folder / "torn", given.kills, _SEED)
        if given.merges:
            report["merges"] = merging.merges(folder / "merge", given.merges, _SEED)
        if given.events:
            report["proof"] = proofs.proofs(folder / "proof", given.events)
    print(json.dumps(report, ensure_ascii=False, indent=1))
    wrong = ("unnoticed", "named_wrongly", "lost", "damaged", "different")
    return 1 if any(part.get(name) for part in report.values() for name in wrong) else 0


if __name__ == "__main__":
    sys.exit(main())
