"""Signing in where no window is: the ``SIGN_IN`` of an algorithm.

==================  =================================================================
``SIGN_IN``         what happens
==================  =================================================================
(empty)             the sign-in of this session, or the one kept from an earlier day
``device``          a code to be confirmed in a browser on any machine (RFC 8628)
``browser``         the browser of this machine
``@file``           a JSON file, readable by its owner alone; see :func:`from_file`
anything else       the id of a configuration of QGIS's authentication manager
==================  =================================================================
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..errors import NotSignedIn, ProfileProblem
from ..redaction import remember
from . import browser
from .account import Account
from .identity import Identity
from .sign_in import Signed

Say = Callable[[Text], object]


def sign_in(
    identity: Identity, how: str, say: Say = lambda _: None, progress: Progress = SILENT
) -> None:
    """Sign in as ``SIGN_IN`` says; ``say`` is told what a person has to do or to know.

    Raises
    ------
    ServiceError
        When nobody is signed in afterwards.
    """
    how = how.strip()
    if how == "device":
        identity.sign_in_with_device(lambda code: say(_told(code)), progress)
    elif how == "browser":
        identity.sign_in_with_browser(webbrowser.open, progress)
    elif how.startswith("@"):
        from_file(identity, Path(how[1:]).expanduser(), say, progress)
    elif how:
        identity.use_authcfg(how)
    elif not identity.ready and not identity.restore(progress):
        raise NotSignedIn(
            Text(
                zh=f"尚未登录“{identity.profile.title.zh}”",
                en=f"Nobody is signed in to '{identity.profile.title.en}'",
            ),
            Text(
                zh="请在面板中登录，或给出 SIGN_IN：认证配置标识、device（设备码）或 @文件。",
                en="Sign in by the panel, or give SIGN_IN: the id of an authentication "
                "configuration, device, or @file.",
            ),
        )


def from_file(
    identity: Identity, path: Path, say: Say = lambda _: None, progress: Progress = SILENT
) -> None:
    """Sign in with what a JSON file holds.

    - ``{"client_id", "client_secret"}``: a machine's own account (client credentials)
    - ``{"refresh_token"}``: a person's earlier consent; the file is rewritten when it changes
    - ``{"username", "password"}``: where the platform takes these itself (``token_login``), or
      allows them to a confidential client (then with ``client_id`` and ``client_secret``)
    - ``{"secrets": {name: key}}``: the keys of the profile

    Raises
    ------
    ServiceError
    """
    found = _read(path, say)
    for name, value in dict(found.get("secrets") or {}).items():
        identity.enter_secret(str(name), str(value))
    if found.get("username"):
        _by_password(identity, found, progress)
    elif found.get("refresh_token"):
        _by_refresh_token(identity, path, found, progress)
    elif found.get("client_secret"):
        _allowed(identity, "client_credentials")
        body = {"grant_type": "client_credentials", "scope": " ".join(_scopes(identity, found))}
        identity.sign_in_by(lambda: _granted(identity, body, found, progress), progress)
    elif not identity.ready:
        raise _unusable(path)


def _by_password(identity: Identity, found: Mapping[str, Any], progress: Progress) -> None:
    user, password = str(found["username"]), str(found.get("password", ""))
    if identity.profile.identity.kind == "token_login":
        identity.sign_in_with_password(user, password, progress)
        return
    _allowed(identity, "password")
    remember(password)
    body = {
        "grant_type": "password",
        "username": user,
        "password": password,
        "scope": " ".join(_scopes(identity, found)),
    }
    identity.sign_in_by(lambda: _granted(identity, body, found, progress), progress)


def _by_refresh_token(
    identity: Identity, path: Path, found: dict[str, Any], progress: Progress
) -> None:
    _allowed(identity, "refresh_token")
    settings = identity.profile.identity

    def get() -> Signed:
        token = str(found["refresh_token"])
        tokens, account = browser.by_refresh(identity.provider, settings, token, None, progress)
        if tokens.refresh != token:
            # The old one is worthless from now on.
            write(path, {**found, "refresh_token": tokens.refresh})
        return tokens, account

    identity.sign_in_by(get, progress)


def _granted(
    identity: Identity, body: dict[str, str], found: Mapping[str, Any], progress: Progress
) -> Signed:
    settings = identity.profile.identity
    account = None
    if found.get("client_secret"):
        account = (str(found.get("client_id") or settings.client_id), str(found["client_secret"]))
    else:
        body = {**body, "client_id": settings.client_id}
    tokens = identity.provider.token(urlencode(body), progress, account)
    # These tokens are renewed by signing in again: a refresh would need the secret once more.
    once = type(tokens)(tokens.access, tokens.expires, "", "", tokens.claims)
    who = browser.account_of(identity.provider, settings, once, nonce=None, progress=progress)
    if not who.user:
        name = account[0] if account else settings.client_id
        who = Account(name, name, who.roles)
    return once, who


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Write a file of secrets for its owner alone, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=".sign-in-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(document, stream)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _scopes(identity: Identity, found: Mapping[str, Any]) -> list[str]:
    asked = found.get("scopes")
    return [str(one) for one in asked] if asked else list(identity.profile.identity.scopes)


def _allowed(identity: Identity, grant: str) -> None:
    if grant not in identity.profile.identity.unattended:
        raise ProfileProblem(
            Text(
                zh=f"平台“{identity.profile.title.zh}”不提供此无人值守登录方式（{grant}）",
                en=f"'{identity.profile.title.en}' does not offer this sign-in without a person "
                f"({grant})",
            ),
            "/identity/unattended",
            Text(
                zh="请改用 device（设备码）或认证配置。",
                en="Use device, or an authentication configuration.",
            ),
        )


def _read(path: Path, say: Say) -> dict[str, Any]:
    try:
        mode = path.stat().st_mode
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        document = None
        mode = 0
    if not isinstance(document, dict):
        raise _unusable(path)
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        say(
            Text(
                zh=f"登录文件 {path} 可被他人读取，请执行 chmod 600",
                en=f"Others may read the sign-in file {path}: chmod 600 it",
            )
        )
    for name in ("password", "client_secret", "refresh_token"):
        remember(str(document.get(name) or ""))
    return document


def _unusable(path: Path) -> NotSignedIn:
    return NotSignedIn(
        Text(
            zh=f"登录文件 {path} 无法读取或内容不可用",
            en=f"The sign-in file {path} cannot be read or holds nothing of use",
        ),
        Text(
            zh='应为 JSON，例如 {"client_id": …, "client_secret": …} 或 {"refresh_token": …}。',
            en='It is JSON such as {"client_id": …, "client_secret": …} or {"refresh_token": …}.',
        ),
    )


def _told(code: browser.DeviceCode) -> Text:
    return Text(
        zh=f"请在任意设备的浏览器中打开 {code.address}，输入代码 {code.code}",
        en=f"Open {code.address} in a browser on any device and enter the code {code.code}",
    )
