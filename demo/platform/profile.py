"""What a start tells: addresses and users for a person or a test, and the plugin's site profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..evidence.scenes import BANDS
from ..names import YEAR
from . import database, gateway, identity
from .layout import LOOPBACK, Place, Settings, write_private
from .onemap import GROUPS, LAYERS, MapLayer

_KEEP_MONTHS = 6
_CHUNK = 8 << 20


def describe(place: Place, settings: Settings) -> dict[str, Any]:
    """Everything that a client of the platform has to know; passwords of the demo included."""
    base = gateway.address(settings)
    issuer = identity.issuer(base)
    certificates = place.certificates
    return {
        "folder": str(place.folder),
        "gateway": base,
        "identity": {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/auth",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "revocation_endpoint": f"{issuer}/revoke",
            "device_authorization_endpoint": f"{issuer}/device_authorization",
            "jwks_uri": f"{issuer}/jwks",
            "client_id": identity.CLIENT,
            "scopes": list(identity.SCOPES),
            "redirect_ports": list(identity.REDIRECT_PORTS),
            "sign_in": f"{base}/id/api/auth/",
            "grant": f"{base}/id/api/auth/grant",
            "desktop_client": {
                "client_id": identity.MACHINE,
                "client_secret": settings.secrets["services"],
            },
        },
        "catalogue": f"{base}/csw",
        "wms": f"{base}/ows/onemap",
        "wmts": f"{base}/ows/onemap?SERVICE=WMTS&REQUEST=GetCapabilities",
        "wfs": f"{base}/ows/onemap",
        "oapif": f"{base}/ows/onemap/wfs3",
        "wcs": f"{base}/wcs",
        "staging": f"{base}/ows/intake",
        "uploads": f"{base}/files/",
        "receipts": f"{base}/receipts",
        "audit": f"{base}/audit",
        "timestamp": f"{base}/timestamp",
        "postgis": {
            "host": LOOPBACK,
            "port": settings.ports["postgres"],
            "database": database.NAME,
            "user": database.READER,
            "password_file": str(place.data / "reader.pgpass"),
        },
        "users": [
            {
                "name": one.name,
                "title": one.title,
                "password": one.password,
                "roles": one.roles,
                "sign_in": str(_sign_in_file(place, one.name)),
            }
            for one in settings.users
        ],
        "profile": str(place.profile),
        "trust": [str(certificates / "signers-ca.pem")],
        "authorities": [str(certificates / "gateway-ca.pem")] if settings.tls else [],
        "signer": {
            "key": str(certificates / "signer.key"),
            "passphrase": settings.secrets["signer"],
            "certificate": str(certificates / "signer.pem"),
        },
        "receipt_certificate": str(certificates / "receipts.pem"),
        "timestamp_certificate": str(certificates / "tsa-ca.pem"),
        "layers": [one.name for one in LAYERS],
        "parcels": settings.parcels,
        "logs": str(place.logs),
    }


def write(place: Place, settings: Settings, described: dict[str, Any]) -> None:
    """Write the site profile, which holds no secret, and the description, which does."""
    told = site_profile(place, settings)
    place.profile.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    for user in described["users"]:
        # What SIGN_IN=@file of an algorithm takes where no person is at hand.
        account = {**described["identity"]["desktop_client"], "username": user["name"]}
        file = _sign_in_file(place, user["name"])
        file.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(file, json.dumps({**account, "password": user["password"]}))
    write_private(place.described, json.dumps(described, ensure_ascii=False, indent=1))


def _sign_in_file(place: Place, user: str) -> Path:
    return place.folder / "sign-in" / f"{user}.json"


def site_profile(place: Place, settings: Settings) -> dict[str, Any]:
    """The profile by which the plugin knows this platform."""
    base = gateway.address(settings)
    certificates = place.certificates
    return {
        "version": 1,
        "id": "embedded",
        "title": {"zh": "演示平台", "en": "Demo platform"},
        "zone": "business",
        "variables": {"gateway": base},
        "network": {
            "timeout_s": 30,
            "certificate_authorities": [str(certificates / "gateway-ca.pem")]
            if settings.tls
            else [],
            "allow_http": not settings.tls,
        },
        "identity": {
            "kind": "oidc",
            "issuer": "{gateway}/id/api/oidc",
            "client_id": identity.CLIENT,
            "scopes": list(identity.SCOPES),
            "roles": {"claim": "scope", "map": {role: role for role in identity.ROLES}},
            "redirect_ports": list(identity.REDIRECT_PORTS),
            "device": True,
            "unattended": ["refresh_token", "password"],
            "credential": {"place": "header", "name": "Authorization", "prefix": "Bearer "},
        },
        "catalogue": [{"kind": "csw", "url": "{gateway}/csw", "version": "2.0.2"}],
        "groups": [
            {"id": name, "title": {"zh": zh, "en": en}, "parent": None} for name, zh, en in GROUPS
        ],
        "layers": [_layer(one) for one in LAYERS],
        "delivery": {
            "kinds": ["package", "features"],
            "uploads": "{gateway}/files/",
            "receipts": "{gateway}/receipts",
            "wfs": "{gateway}/ows/intake",
            "staging": "staging_parcels",
            "commit": "commits",
            "chunk_bytes": _CHUNK,
            "receipt_certificate": _pem(certificates / "receipts.pem"),
        },
        "trust": {"certificates": [_pem(certificates / "signers-ca.pem")]},
        "timestamp": {
            "url": "{gateway}/timestamp",
            "certificate": _pem(certificates / "tsa-ca.pem"),
        },
        "audit": {"url": "{gateway}/audit", "keep_months": _KEEP_MONTHS},
    }


def _layer(layer: MapLayer) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": layer.name,
        "title": {"zh": layer.zh, "en": layer.en},
        "group": layer.group,
        "layer": layer.name,
        "crs": "EPSG:4529",
        "date": layer.date,
        "restricted": layer.restricted,
        "withheld": [name.upper() for name in layer.withheld],
        "record": layer.record,
    }
    if layer.role:
        told["role"] = layer.role
    if layer.raster:
        told |= {"kind": "wcs", "url": "{gateway}/wcs", "format": "GTiff", "resolution_m": 10.0}
        if layer.name.startswith("image_"):
            told["format"] = "GTiff16"
            told["options"] = {"bands": list(BANDS)}
            told["accuracy_class"] = f"{YEAR} DOM"
        else:
            # Grey heights would lie over the imagery, which says more.
            told["options"] = {"visible": False}
    else:
        told |= {"kind": "wfs", "url": "{gateway}/ows/onemap"}
    return told


def _pem(path: Path) -> str:
    return path.read_text(encoding="ascii")
