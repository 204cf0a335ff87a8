"""Filling an empty platform: database, users, certificates, maps, catalogue. Done once."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..county import County
from . import catalogue, county_data, database, gateway, identity, records
from .certificates import make_certificates
from .layout import Place, Settings
from .onemap import LAYERS
from .processes import end_all
from .server import Server, clean_environment, spawn
from .servers import glewlwyd, postgres

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Seed:
    """What to fill the platform with.

    ``parcels`` and ``seed`` make the county as ``./run demo`` does; ``records`` are further records
    in the catalogue beside those of the one map (5,000 make it as large as a province's).
    ``county`` is that of ``parcels`` and ``seed`` where it is built already.
    """

    parcels: int = 5000
    seed: int = 1
    records: int = 0
    county: County | None = field(default=None, repr=False, compare=False)


class SeedError(Exception):
    """The platform could not be filled; the message says why."""


def fill(place: Place, settings: Settings, what: Seed) -> None:
    """Fill an empty platform whose ports are known; nothing runs afterwards.

    Raises
    ------
    SeedError
        With the reason of the step that failed.
    """
    for folder in (place.data, place.identity, place.certificates, place.catalogue):
        shutil.rmtree(folder, ignore_errors=True)
    _forget_database(place)
    place.make()
    address = gateway.address(settings)
    make_certificates(place.certificates, settings)
    identity.make_database(place)
    identity.configure(place, settings, address)
    database.make_cluster(place, settings)
    database.write_password_files(place, settings, settings.ports["postgres"])
    provider = glewlwyd(place, settings, empty=True)
    with _running(place, postgres(place, settings)), _running(place, provider):
        database.create(settings)
        database.run_file(settings, _HERE / "intake.sql")
        identity.set_up(place, settings, address)
        sources = county_data.build(place.data, what.parcels, what.seed, what.county)
        county_data.load_tables(sources, database.connection(settings))
        shutil.rmtree(place.data / "made")
        database.grant(settings)
        _make_projects(place)
    catalogue.configure(place, address)
    catalogue.make_database(place)
    west, south, east, north = county_data.extent_in_degrees(place.data)
    records.load(place, records.of_the_map(address, (west, south, east, north)))
    if what.records:
        records.load(place, records.many(address, what.records, (west, south, east, north)))
    settings.parcels, settings.records, settings.gateway = what.parcels, what.records, address
    settings.seeded = True
    settings.write(place.settings)


def _forget_database(place: Place) -> None:
    link = place.folder / "postgres"
    if link.exists():
        shutil.rmtree(link.resolve(), ignore_errors=True)
    if link.is_symlink():
        link.unlink()
    else:
        shutil.rmtree(link, ignore_errors=True)


@contextlib.contextmanager
def _running(place: Place, server: Server, seconds: float = 30.0) -> Iterator[None]:
    process = spawn(server, place.folder, place.logs)
    try:
        until = time.monotonic() + seconds
        while not server.ready():
            if process.poll() is not None or time.monotonic() > until:
                raise SeedError(f"{server.name} does not start: {last_lines(place, server.name)}")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(server.ends_by)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        end_all(place.folder)


def last_lines(place: Place, name: str, count: int = 3) -> str:
    """The end of a server's log, for a message."""
    try:
        lines = (place.logs / f"{name}.log").read_text("utf-8", "replace").strip().splitlines()
    except OSError:
        return "no log"
    return " | ".join(lines[-count:]) or "it said nothing"


def _make_projects(place: Place) -> None:
    layers = [
        {
            "name": one.name,
            "source": one.source,
            "title": f"{one.zh} {one.en}",
            "abstract": one.abstract,
            "raster": one.raster,
        }
        # The first is drawn on top.
        for one in LAYERS
    ]
    profile = place.folder / "qgis"
    profile.mkdir(exist_ok=True, mode=0o700)
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
        "HOME": str(profile),
        "XDG_RUNTIME_DIR": str(profile),
        "PGSERVICEFILE": str(place.data / "pg_service.conf"),
        "PGPASSFILE": str(place.data / "services.pgpass"),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    told = json.dumps({"folder": str(place.data), "layers": layers})
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.projects", told],
        env=clean_environment(place.folder, environment),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=120,
    )
    if done.returncode != 0:
        raise SeedError(f"QGIS could not make the projects: {done.stderr.strip()[-500:]}")
