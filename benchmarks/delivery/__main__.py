"""``./run benchmark delivery``: 10,000 faults, parcels one by one, and one delivery of 3 GB."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .changes import run_changes
from .large import run_large
from .report import markdown, write_report
from .servers import Missing
from .storm import _CLIENTS, Books, run_storm

_FAULTS, _QUICK = 10_000, 300
_PARCEL_FAULTS, _PARCEL_QUICK = 1_000, 60
_CHANGES, _CHANGES_QUICK = 10_000, 300
_LARGE = 3 << 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; the status is 1 when anything was lost, doubled or falsely called done."""
    parser = argparse.ArgumentParser(prog="./run benchmark delivery", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{_QUICK} faults, nothing large")
    parser.add_argument("--faults", type=int, default=0, help="how many")
    parser.add_argument("--parcels", type=int, default=-1, help="faults of the parcels' storm")
    parser.add_argument("--large", type=float, default=-1.0, help="GB of the large delivery")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    given = parser.parse_args(arguments)
    faults = given.faults or (_QUICK if given.quick else _FAULTS)
    parcels = given.parcels if given.parcels >= 0 else _PARCEL_FAULTS
    if given.parcels < 0 and (given.quick or given.faults):
        parcels = _PARCEL_QUICK
    size = int(given.large * 1e9) if given.large >= 0 else (0 if given.quick else _LARGE)
    work = Path(tempfile.mkdtemp(prefix="onemap-delivery-", dir=given.folder))
    work.chmod(0o755)
    try:
        books = run_storm(_made(work / "storm"), faults, given.seed, _say)
        features = _parcels(_made(work / "parcels"), parcels, given.seed) if parcels else None
        some = _CHANGES_QUICK if given.quick or given.faults else _CHANGES
        changes = run_changes(_made(work / "changes"), some, given.seed, _say)
        large = run_large(_made(work / "large"), size, _say) if size else None
    except Missing as error:
        _say(f"Error: {error}")
        return 2
    finally:
        shutil.rmtree(work, ignore_errors=True)
    settings = {"seed": given.seed, "parcels": 9, "clients": _CLIENTS}
    sys.stdout.write(markdown(books, large, settings, features, changes))
    if not given.quick and not given.faults:
        write_report(Path(__file__).resolve().parents[1], books, large, settings, features, changes)
    wrong = large is not None and not large.note and not large.digest_right
    clean = books.clean and (features is None or features.clean)
    clean = clean and changes.named == changes.detected == changes.changed
    return 0 if clean and not wrong else 1


def _parcels(folder: Path, faults: int, seed: int) -> Books:
    """The storm over parcels, against a platform of its own.

    Raises
    ------
    Missing
        When the platform cannot be started here.
    """
    from ...demo.platform.control import PlatformError, start, stop
    from ...demo.platform.seed import Seed
    from .storm_features import run_feature_storm

    place = folder / "platform"
    try:
        told = start(place, Seed(150), tls=False, ends_with=os.getpid())
    except PlatformError as error:
        raise Missing(str(error)) from error
    try:
        return run_feature_storm(_made(folder / "storm"), told, faults, seed, _say)
    finally:
        stop(place)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
