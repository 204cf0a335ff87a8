"""Every server of the platform with its command, environment and health check."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from pathlib import Path

from . import catalogue, coverages, database, gateway, identity
from .http_client import call
from .layout import LOOPBACK, Place, Settings, write_private
from .server import Server

PORTS = ("gateway", "postgres", "identity")
_HAS_INTAKE = Path(__file__).with_name("intake.py").exists()
_QGIS = "/usr/lib/cgi-bin/qgis_mapserv.fcgi"


def all_servers(place: Place, settings: Settings) -> list[Server]:
    """The servers in the order in which they are told to start."""
    return [
        postgres(place, settings),
        glewlwyd(place, settings),
        guard(place, settings),
        _gateway(place),
        _qgis(place, "onemap", 2),
        _qgis(place, "staging", 2),
        _coverages(place),
        _catalogue(place),
        *([_intake(place, settings)] if _HAS_INTAKE else []),
        _uploads(place, settings),
    ]


def postgres(place: Place, settings: Settings) -> Server:
    """PostgreSQL, as a user of its own where we are root."""
    port = settings.ports["postgres"]
    return Server(
        "postgres",
        database.command(place, port),
        lambda: database.is_ready(port),
        account=database.account(),
        folder=database.data_directory(place),
        ends_by=signal.SIGINT,
    )


def glewlwyd(place: Place, settings: Settings, empty: bool = False) -> Server:
    """The identity provider; while it is ``empty`` there is only its page of sign-in to ask for."""
    base = f"http://{LOOPBACK}:{settings.ports['identity']}"
    asked = "login.html" if empty else "api/oidc/.well-known/openid-configuration"
    return Server(
        "identity",
        identity.command(place),
        lambda: _answers(f"{base}/{asked}"),
        folder=place.identity,
    )


def guard(place: Place, settings: Settings) -> Server:
    """The guard that the gateway asks."""
    base = f"http://{LOOPBACK}:{settings.ports['identity']}/api/oidc"
    path = place.run / "guard.json"
    told = {
        "socket": str(place.socket("guard")),
        "inner": str(place.socket("inner")),
        "introspection": f"{base}/introspect",
        "revocation": f"{base}/revoke",
        "client": identity.GUARD,
        "secret": settings.secrets["guard"],
        "public_clients": [identity.CLIENT],
        "roles": list(identity.ROLES),
        "certificates": str(place.certificates),
    }
    write_private(path, json.dumps(told))
    return Server(
        "guard",
        _python("guard", str(path)),
        lambda: _answers("http://guard/health", place.socket("guard")),
    )


def _gateway(place: Place) -> Server:
    return Server(
        "gateway",
        gateway.command(place),
        lambda: _answers("http://inner/health", place.socket("inner")),
        folder=place.run,
        clears=(place.socket("inner"),),
    )


def _qgis(place: Place, name: str, copies: int) -> Server:
    """QGIS Server for one project; the project is fixed, so a parameter cannot name another."""
    path = {"onemap": "/ows/onemap", "staging": "/ows/intake"}[name]
    asked = f"http://inner{path}?SERVICE=WFS&REQUEST=GetCapabilities"
    profile = place.folder / "qgis"
    profile.mkdir(exist_ok=True, mode=0o700)
    environment = {
        "QGIS_PROJECT_FILE": str(place.data / f"{name}.qgs"),
        "QGIS_OPTIONS_PATH": str(profile),
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
        "QGIS_SERVER_LOG_STDERR": "1",
        "QGIS_SERVER_LOG_LEVEL": "2",
        "QGIS_SERVER_TRUST_LAYER_METADATA": "0",
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(profile),
        "XDG_RUNTIME_DIR": str(profile),
        "PGSERVICEFILE": str(place.data / "pg_service.conf"),
        "PGPASSFILE": str(place.data / "services.pgpass"),
        "LANG": "C.UTF-8",
    }
    return Server(
        name,
        [_QGIS],
        lambda: _answers(asked, place.socket("inner"), b"FeatureType"),
        environment,
        after=("postgres", "gateway"),
        listen=place.socket(name),
        copies=copies,
    )


def _coverages(place: Place) -> Server:
    asked = "http://inner/wcs?SERVICE=WCS&VERSION=1.0.0&REQUEST=GetCapabilities"
    return Server(
        "coverages",
        [coverages.program()],
        lambda: _answers(asked, place.socket("inner"), b"CoverageOfferingBrief"),
        coverages.environment(place),
        after=("gateway",),
        listen=place.socket("coverages"),
        # MapServer thinks about SIGTERM when the next request comes.
        ends_by=signal.SIGKILL,
    )


def _catalogue(place: Place) -> Server:
    asked = "http://catalogue/csw?service=CSW&version=2.0.2&request=GetCapabilities"
    return Server(
        "catalogue",
        catalogue.command(place),
        lambda: _answers(asked, place.socket("catalogue"), b"Capabilities"),
        catalogue.environment(place),
    )


def _intake(place: Place, settings: Settings) -> Server:
    path = place.run / "intake.json"
    certificates = place.certificates
    told = {
        "socket": str(place.socket("intake")),
        "folder": str(place.intake),
        "uploads": str(place.uploads),
        "database": database.connection(settings, database.INTAKE),
        "hook_secret": settings.secrets["hook"],
        "user_header": "x-onemap-user",
        "roles_header": "x-onemap-roles",
        "key": str(certificates / "receipts.key"),
        "passphrase": settings.secrets["signer"],
        "certificate": str(certificates / "receipts.pem"),
        "trust": [str(certificates / "signers-ca.pem")],
    }
    write_private(path, json.dumps(told))
    return Server(
        "intake",
        _python("intake", "--config", str(path)),
        lambda: _answers("http://intake/health", place.socket("intake")),
        after=("postgres",),
    )


def _uploads(place: Place, settings: Settings) -> Server:
    path = place.run / "uploads.json"
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        raise FileNotFoundError("node is not installed (package nodejs)")
    told = {
        "socket": str(place.socket("uploads")),
        "path": "/files",
        "folder": str(place.uploads),
        "modules": str(node_modules()),
        "maximum_bytes": 16 << 30,
        "hook": "http://intake/hooks/finished",
        "hook_socket": str(place.socket("intake")),
        "hook_secret": settings.secrets["hook"],
        "user_header": "x-onemap-user",
        "expire_hours": 168,
    }
    write_private(path, json.dumps(told))
    return Server(
        "uploads",
        [node, str(Path(__file__).with_name("tus_server.mjs")), str(path)],
        lambda: _answers(
            "http://uploads/files", place.socket("uploads"), method="OPTIONS", status=204
        ),
        clears=(place.socket("uploads"),),
    )


def node_modules() -> Path:
    """The folder that ``npm`` installed the tus server into."""
    return catalogue.tools() / "tus"


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", f"{__package__}.{module}", *arguments]


def _answers(
    url: str, unix: Path | None = None, word: bytes = b"", method: str = "GET", status: int = 200
) -> bool:
    try:
        answer = call(method, url, unix=unix, timeout=10)
    except OSError:
        return False
    return answer.status == status and word in answer.body
