"""Seal a package, change one byte of it ten thousand times, and count what was noticed.

``python -m onemap_verify.benchmarks.seal [--changes 10000] [--megabytes 0]``; with megabytes, a
package of that size is sealed and checked as well, and time and memory are told.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from ...checks.seal import FileKey, Trust, check_seal, seal_package
from ...checks.seal.authority import issue_certificate, make_authority

_SEED = 20231231
_PIECE = 1 << 20


def main() -> int:
    """Entry point; the exit status is 1 when a change went unnoticed or was named wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--megabytes", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="onemap-seal-") as folder:
        report = {"changes": changes(Path(folder), given.changes)}
        if given.megabytes:
            report["size"] = size(Path(folder), given.megabytes)
    print(json.dumps(report, ensure_ascii=False, indent=1))
    return 1 if report["changes"]["unnoticed"] or report["changes"]["named_wrongly"] else 0


def changes(folder: Path, count: int) -> dict[str, Any]:
    """One byte changed at a place drawn at random, ``count`` times."""
    chance = random.Random(_SEED)
    signer, trust = _signer(folder)
    source = folder / "survey"
    (source / "举证照片").mkdir(parents=True)
    for name, length in (("DLTB.gpkg", 9000), ("DLTB.dbf", 3000), ("tracks.gpx", 0)):
        (source / name).write_bytes(chance.randbytes(length))
    for number in range(6):
        (source / "举证照片" / f"{number}.jpg").write_bytes(chance.randbytes(1500))
    record = folder / "record.json"
    record.write_text("{}")
    sealed = seal_package(
        source, folder / "sealed.zip", signer, {"year": 2023}, {"verification/record.json": record}
    )
    data, regions = _regions(sealed.path)
    told: Counter[str] = Counter()
    unnoticed = wrong = 0
    mutant = folder / "mutant.zip"
    began = time.monotonic()
    for _ in range(count):
        place = chance.randrange(len(data))
        changed = bytearray(data)
        changed[place] ^= chance.randrange(1, 256)
        mutant.write_bytes(changed)
        found = check_seal(mutant, trust)
        expected = next(name for start, end, name in regions if start <= place < end)
        unnoticed += found.intact
        wrong += found.first_difference != expected
        told[found.first_difference] += 1
    return {
        "package_bytes": len(data),
        "changes": count,
        "detected": count - unnoticed,
        "unnoticed": unnoticed,
        "named_wrongly": wrong,
        "seconds": round(time.monotonic() - began, 1),
        "named": dict(told.most_common()),
    }


def size(folder: Path, megabytes: int) -> dict[str, Any]:
    """Seal and check a package of that size."""
    signer, trust = _signer(folder)
    source = folder / "large"
    source.mkdir()
    with (source / "photos.bin").open("wb") as stream:
        piece = random.Random(_SEED).randbytes(_PIECE)
        for number in range(megabytes):
            stream.write(number.to_bytes(4, "big") + piece[4:])
    began = time.monotonic()
    sealed = seal_package(source, folder / "large.zip", signer, {"year": 2023})
    middle = time.monotonic()
    good = check_seal(sealed.path, trust).good
    end = time.monotonic()
    scale = 1024 if sys.platform != "darwin" else 1024 * 1024
    return {
        "megabytes": megabytes,
        "good": good,
        "seal_seconds": round(middle - began, 1),
        "check_seconds": round(end - middle, 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale),
    }


def _signer(folder: Path) -> tuple[FileKey, Trust]:
    authority = make_authority("benchmark")
    issued = issue_certificate(authority, "reviewer")
    key, certificate = issued.write(folder, "reviewer", "benchmark")
    return FileKey(key, certificate, "benchmark"), Trust.load(authority.certificate)


def _regions(path: Path) -> tuple[bytes, list[tuple[int, int, str]]]:
    """The bytes, and which object each range of them belongs to."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as opened:
        infos = opened.infolist()
        directory = opened.start_dir
    starts = [info.header_offset for info in infos] + [directory]
    out = [(starts[i], starts[i + 1], info.filename) for i, info in enumerate(infos)]
    place = directory
    for info in infos:
        end = place + 46 + len(info.filename.encode("utf-8"))
        out.append((place, end, info.filename))
        place = end
    return data, [*out, (place, len(data), "(zip)")]


if __name__ == "__main__":
    sys.exit(main())
