"""``./run benchmark delivery``: 10,000 faults, and one delivery of 3 GB."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .large import run_large
from .report import markdown, write_report
from .servers import Missing
from .storm import _CLIENTS, run_storm

_FAULTS, _QUICK = 10_000, 300
_LARGE = 3 << 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; the status is 1 when anything was lost, doubled or falsely called done."""
    parser = argparse.ArgumentParser(prog="./run benchmark delivery", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{_QUICK} faults, nothing large")
    parser.add_argument("--faults", type=int, default=0, help="how many")
    parser.add_argument("--large", type=float, default=-1.0, help="GB of the large delivery")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    given = parser.parse_args(arguments)
    faults = given.faults or (_QUICK if given.quick else _FAULTS)
    size = int(given.large * 1e9) if given.large >= 0 else (0 if given.quick else _LARGE)
    work = Path(tempfile.mkdtemp(prefix="onemap-delivery-", dir=given.folder))
    work.chmod(0o755)
    try:
        books = run_storm(_made(work / "storm"), faults, given.seed, _say)
        large = run_large(_made(work / "large"), size, _say) if size else None
    except Missing as error:
        _say(f"Error: {error}")
        return 2
    finally:
        shutil.rmtree(work, ignore_errors=True)
    settings = {"seed": given.seed, "parcels": 9, "clients": _CLIENTS}
    sys.stdout.write(markdown(books, large, settings))
    if not given.quick and not given.faults:
        write_report(Path(__file__).resolve().parents[1], books, large, settings)
    wrong = large is not None and not large.note and not large.digest_right
    return 0 if books.clean and not wrong else 1


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
