"""Glewlwyd, the identity provider: its configuration, users, clients and roles.

Roles are scopes: a user is granted the scopes of the roles held, a token carries those that were
asked for and granted, and the gateway reads them there.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

from .http_client import Answer, call
from .layout import LOOPBACK, Place, Settings, write_private

CLIENT = "onemap-verify"
"""The plugin: a public client with PKCE, as a program on people's machines must be."""
MACHINE = "onemap-desktop"
"""A confidential client for QGIS's own OAuth2, which knows no PKCE before 3.40."""
GUARD = "onemap-gateway"
ROLES = ("surveyor", "reviewer", "administrator")
SCOPES = ("openid", *ROLES)
REDIRECT_PORTS = (7070, 7071, 7072, 7073, 7074)
_SCHEMA = Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
_WEBAPP = Path("/usr/share/glewlwyd/webapp")
_MODULES = Path("/usr/lib/glewlwyd")


def program() -> str:
    """Path of glewlwyd.

    Raises
    ------
    FileNotFoundError
        When it is not installed.
    """
    found = shutil.which("glewlwyd")
    if not found or not _SCHEMA.is_file():
        raise FileNotFoundError("glewlwyd is not installed (package glewlwyd)")
    return found


def command(place: Place) -> list[str]:
    """The server in the foreground."""
    return [program(), f"--config-file={place.identity / 'glewlwyd.conf'}"]


def issuer(gateway: str) -> str:
    """The issuer behind the gateway."""
    return f"{gateway}/id/api/oidc"


def make_database(place: Place) -> None:
    """An empty database with glewlwyd's tables."""
    path = place.identity / "glewlwyd.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.executescript(_SCHEMA.read_text(encoding="utf-8"))
    database.close()
    path.chmod(0o600)


def configure(place: Place, settings: Settings, gateway: str) -> None:
    """Write the configuration for these ports, and the issuer into the database."""
    webapp = place.identity / "webapp"
    if not webapp.exists():
        # Debian links the page's settings to a file that only root may read.
        shutil.copytree(_WEBAPP, webapp, ignore=shutil.ignore_patterns("config.json"))
        _webapp_settings(webapp)
    kinds = {
        ".html": "text/html; charset=utf-8",
        ".css": "text/css",
        ".js": "application/javascript",
        ".json": "application/json",
        ".png": "image/png",
        ".ttf": "font/ttf",
        ".woff": "font/woff",
        ".woff2": "font/woff2",
        ".ico": "image/x-icon",
    }
    mime = ",\n".join(f'{{ extension = "{k}"; mime_type = "{v}" }}' for k, v in kinds.items())
    secure = gateway.startswith("https:")
    write_private(
        place.identity / "glewlwyd.conf",
        f"""
port={settings.ports["identity"]}
bind_address="{LOOPBACK}"
external_url="{gateway}/id"
login_url="login.html"
api_prefix="api"
static_files_path="{webapp}"
allow_origin="{gateway}"
log_mode="console"
log_level="INFO"
cookie_secure={int(secure)}
cookie_same_site="lax"
session_expiration=36000
session_key="ONEMAP_SESSION"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
allow_multiple_user_per_session=false
login_api_enabled=true
add_x_frame_option_header_deny=true
max_post_size=1048576
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="{_MODULES}/user"
client_module_path="{_MODULES}/client"
user_auth_scheme_module_path="{_MODULES}/scheme"
plugin_module_path="{_MODULES}/plugin"
use_secure_connection=false
secure_connection_key_file=""
secure_connection_pem_file=""
secure_connection_ca_file=""
hash_algorithm="SHA512"
static_files_mime_types = ({mime})
database = {{ type = "sqlite3"; path = "{place.identity / "glewlwyd.db"}" }};
""",
    )
    if settings.seeded:
        _move_issuer(place.identity / "glewlwyd.db", issuer(gateway))


def _webapp_settings(webapp: Path) -> None:
    """What the sign-in page has to know; its list of foreign providers is left out."""
    settings = {
        "GlewlwydUrl": "./",
        "ProfileUrl": "profile.html",
        "AdminUrl": "index.html",
        "LoginUrl": "login.html",
        "CallbackPage": "callback.html",
        "PasswordMinLength": 8,
        "lang": ["en"],
        "pattern": {"user": [], "client": []},
        "defaultScheme": "",
        "sessionSchemes": [],
        "profilePicture": False,
        "register": [],
        "register-complete": [],
        "providerMainstreamList": [],
    }
    (webapp / "config.json").write_text(json.dumps(settings), encoding="utf-8")


def _move_issuer(path: Path, wanted: str) -> None:
    """The ports may have changed since the issuer was written down."""
    with sqlite3.connect(path) as database:
        rows = database.execute(
            "SELECT gpmi_id, gpmi_parameters FROM g_plugin_module_instance WHERE gpmi_name='oidc'"
        ).fetchall()
        for number, text in rows:
            parameters = json.loads(text)
            if parameters["iss"] != wanted:
                parameters["iss"] = wanted
                database.execute(
                    "UPDATE g_plugin_module_instance SET gpmi_parameters=? WHERE gpmi_id=?",
                    (json.dumps(parameters), number),
                )
    database.close()


class SetupError(Exception):
    """Glewlwyd refused a step of the set-up."""


def set_up(place: Place, settings: Settings, gateway: str) -> None:
    """Tell a glewlwyd that runs with an empty database about users, clients and roles.

    Raises
    ------
    SetupError
        With the step that was refused.
    """
    base = f"http://{LOOPBACK}:{settings.ports['identity']}/api"
    cookie = _sign_in(base, "admin", "password")

    def tell(step: str, method: str, path: str, body: Any) -> None:
        answer = call(method, f"{base}{path}", body=body, headers={"Cookie": cookie})
        if answer.status != 200:
            raise SetupError(f"{step}: {answer.status} {answer.text[:300]}")

    for scope in SCOPES:
        described = {"name": scope, "display_name": scope, "description": scope}
        manner = {"password_required": True, "password_max_age": 0, "scheme": {}}
        if scope != "openid" or not _has_scope(base, cookie, scope):
            tell(f"scope {scope}", "POST", "/scope", described | manner)
    tell("plugin", "POST", "/mod/plugin", _plugin(place, gateway))
    for user in settings.users:
        tell(
            f"user {user.name}",
            "POST",
            "/user",
            {
                "username": user.name,
                "name": user.title,
                "password": user.password,
                "email": "",
                "enabled": True,
                "scope": ["openid", "g_profile", *user.roles],
            },
        )
    for client in _clients(settings):
        tell(f"client {client['client_id']}", "POST", "/client", client)
    tell(
        "password of admin",
        "PUT",
        "/profile/password",
        {"old_password": "password", "password": settings.secrets["identity"]},
    )


def _has_scope(base: str, cookie: str, scope: str) -> bool:
    return call("GET", f"{base}/scope/{scope}", headers={"Cookie": cookie}).status == 200


def _sign_in(base: str, user: str, password: str) -> str:
    answer = call("POST", f"{base}/auth/", body={"username": user, "password": password})
    if answer.status != 200:
        raise SetupError(f"sign-in of {user}: {answer.status}")
    return session_of(answer)


def session_of(answer: Answer) -> str:
    """The session's cookie out of an answer to a sign-in."""
    return "; ".join(value.split(";")[0] for name, value in answer.headers if name == "set-cookie")


def _clients(settings: Settings) -> list[dict[str, Any]]:
    ports = [f"http://{LOOPBACK}:{port}/" for port in REDIRECT_PORTS]
    person = {
        "client_id": CLIENT,
        "name": "OneMap Verify",
        "enabled": True,
        "confidential": False,
        "token_endpoint_auth_method": ["none"],
        "authorization_type": ["code", "refresh_token", "delete_token", "device_authorization"],
        "redirect_uri": [*ports, *(f"{port}callback" for port in ports)],
        "scope": [],
    }
    secret = settings.secrets["services"]
    desktop = {
        "client_id": MACHINE,
        "name": "QGIS",
        "enabled": True,
        "confidential": True,
        "password": secret,
        "client_secret": secret,
        "token_endpoint_auth_method": ["client_secret_basic", "client_secret_post"],
        "authorization_type": ["code", "refresh_token", "password", "delete_token"],
        "redirect_uri": ports,
        "scope": [],
    }
    guard = {
        "client_id": GUARD,
        "name": "Gateway",
        "enabled": True,
        "confidential": True,
        "password": settings.secrets["guard"],
        "client_secret": settings.secrets["guard"],
        "token_endpoint_auth_method": ["client_secret_basic"],
        "authorization_type": ["client_credentials"],
        "redirect_uri": [],
        "scope": ["introspect"],
    }
    return [person, desktop, guard]


def _plugin(place: Place, gateway: str) -> dict[str, Any]:
    key = (place.certificates / "identity.key").read_text(encoding="ascii")
    public = (place.certificates / "identity.pub").read_text(encoding="ascii")
    parameters = {
        "iss": issuer(gateway),
        "jwt-type": "rsa",
        "jwt-key-size": "256",
        "key": key,
        "cert": public,
        "access-token-duration": 900,
        "refresh-token-duration": 86400,
        "code-duration": 300,
        "refresh-token-rolling": True,
        "refresh-token-one-use": "always",
        "allow-non-oidc": True,
        "auth-type-client-enabled": True,
        "auth-type-code-enabled": True,
        "auth-type-code-revoke-replayed": True,
        "auth-type-token-enabled": False,
        "auth-type-id-token-enabled": False,
        "auth-type-none-enabled": False,
        "auth-type-password-enabled": True,
        "auth-type-refresh-enabled": True,
        "auth-type-device-enabled": True,
        "device-authorization-expiration": 600,
        "device-authorization-interval": 1,
        "pkce-allowed": True,
        "pkce-method-plain-allowed": False,
        "pkce-required": False,
        "pkce-required-public-client": True,
        "introspection-revocation-allowed": True,
        "introspection-revocation-allow-target-client": True,
        "introspection-revocation-auth-scope": ["introspect"],
        "subject-type": "public",
        "name-claim": "mandatory",
        "email-claim": "no",
        "scope-claim": "mandatory",
        "claims": [],
        "scope": [],
        "allowed-scope": list(SCOPES),
        "jwks-show": True,
        "jwks-x5c": [],
        "request-parameter-allow": False,
        "oauth-par-allowed": False,
        "session-management-allowed": False,
    }
    return {"module": "oidc", "name": "oidc", "display_name": "OIDC", "parameters": parameters}
