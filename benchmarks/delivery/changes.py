"""Single bytes of a sealed package changed: whether it is noticed and the object named."""

from __future__ import annotations

import random
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...checks.seal import FileKey, Trust, check_seal
from ...checks.seal.authority import issue_certificate, make_authority
from .packages import make_verified, seal

_PASSPHRASE = "only for the benchmark"  # noqa: S105 - of keys made for the run
_LOCAL, _CENTRAL, _REST = 30, 46, "(zip)"


@dataclass
class Changes:
    """How many single bytes were changed, noticed, and put down to the right object."""

    bytes: int = 0
    objects: int = 0
    changed: int = 0
    detected: int = 0
    named: int = 0
    seconds: float = 0.0


def run_changes(
    folder: Path, count: int, seed: int = 1, tell: Callable[[str], object] = lambda _: None
) -> Changes:
    """Change ``count`` bytes of one package, anywhere in it, headers and manifest included."""
    authority = make_authority("benchmark authority")
    authority.write(folder, "authority", _PASSPHRASE)
    key, certificate = issue_certificate(authority, "signer").write(folder, "signer", _PASSPHRASE)
    trust = Trust.load(folder / "authority.crt")
    package = folder / "sealed.zip"
    made = make_verified(folder / "made", parcels=9)
    sealed = seal(made, package, FileKey(key, certificate, _PASSPHRASE), id="changes")
    assert check_seal(package, trust).intact
    places = _places(package)
    chance = random.Random(seed)
    out = Changes(bytes=sealed.bytes, objects=sealed.objects)
    began = time.monotonic()
    with package.open("r+b") as stream:
        for number in range(count):
            # Every region as often as another: most bytes lie in the one large object.
            start, end, name = places[number % len(places)]
            place = chance.randrange(start, end)
            stream.seek(place)
            before = stream.read(1)
            _put(stream, place, bytes([before[0] ^ chance.randrange(1, 256)]))
            report = check_seal(package, trust)
            out.changed += 1
            out.detected += not report.intact
            out.named += report.first_difference == name
            _put(stream, place, before)
            if number % 2000 == 0:
                tell(f"{number} bytes of a sealed package changed")
    assert check_seal(package, trust).intact
    out.seconds = time.monotonic() - began
    return out


def _put(stream: object, place: int, value: bytes) -> None:
    stream.seek(place)  # type: ignore[attr-defined]
    stream.write(value)  # type: ignore[attr-defined]
    stream.flush()  # type: ignore[attr-defined]


def _places(package: Path) -> list[tuple[int, int, str]]:
    """Regions of the zip, from and to, with the object that each belongs to."""
    with zipfile.ZipFile(package) as opened:
        infos = opened.infolist()
        central = opened.start_dir
    out = []
    ends = [*(info.header_offset for info in infos[1:]), central]
    for info, end in zip(infos, ends):
        body = info.header_offset + _LOCAL + len(info.filename.encode())
        out += [(info.header_offset, body, info.filename), (body, end, info.filename)]
    place = central
    for info in infos:
        after = place + _CENTRAL + len(info.filename.encode())
        out.append((place, after, info.filename))
        place = after
    out.append((place, package.stat().st_size, _REST))
    return [each for each in out if each[1] > each[0]]
