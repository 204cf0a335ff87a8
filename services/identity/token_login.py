"""Signing in where a platform takes account and password itself and answers with a token.

ESB platforms of provinces, ArcGIS (``generateToken``) and SuperMap iServer work this way, each with
its own names, which the profile's ``identity.login`` states. The password is used once and kept
nowhere.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..errors import BadAnswer, NotSignedIn, place
from ..redaction import forget, redact, remember
from ..site_profile import SiteProfile
from ..transport import Transport
from .account import Account, roles_of
from .provider import Tokens


def by_password(
    profile: SiteProfile,
    transport: Transport,
    user: str,
    password: str,
    progress: Progress = SILENT,
) -> tuple[Tokens, Account]:
    """Return the token for an account; see ``identity.login`` of the profile."""
    login = profile.identity.login
    fields = {
        **login.get("extra", {}),
        login.get("user", "username"): user,
        login.get("password", "password"): password,
    }
    remember(password)
    try:
        as_form = login.get("encoding", "form") == "form"
        answer = transport.request(
            "POST",
            str(login["url"]),
            data=fields if as_form else None,
            json=None if as_form else fields,
            expect=(200, 201, 400, 401, 403),
            limit=1_000_000,
            progress=progress,
        )
        body = answer.text
        try:
            found: Any = answer.json()
        except ValueError:
            found = body.strip()
        token = at(found, str(login.get("token", "/token")))
        if answer.status_code >= 400 or not isinstance(token, str) or not token:
            raise _refused(found, str(login["url"]))
    finally:
        forget(password)
    remember(token)
    return (
        Tokens(token, _expiry(found, login)),
        _account(profile, transport, user, token, progress),
    )


def sign_out(profile: SiteProfile, transport: Transport, token: str) -> None:
    """Tell the platform that the token is no longer needed, where it has a place for that."""
    login = profile.identity.login
    url = str(login.get("sign_out_url", ""))
    if url:
        _with_token(
            profile, transport, str(login.get("sign_out_method", "POST")), url, token, SILENT
        )


def at(document: Any, pointer: str) -> Any:
    """Return what a JSON pointer leads to, or ``None``; the empty pointer is the whole."""
    for step in pointer.split("/")[1:]:
        if isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def _expiry(found: Any, login: Mapping[str, Any]) -> float:
    """Return when the token ends: milliseconds since 1970 as ArcGIS says it, seconds, or a life."""
    stated = at(found, str(login["expires"])) if login.get("expires") else None
    now = time.time()
    if isinstance(stated, (int, float)) and stated > 0:
        if stated > 1e11:
            return float(stated) / 1000.0
        return float(stated) if stated > 1e9 else now + float(stated)
    return now + float(login.get("life_s", 3600.0))


def _account(
    profile: SiteProfile, transport: Transport, user: str, token: str, progress: Progress
) -> Account:
    login = profile.identity.login
    url = str(login.get("account_url", ""))
    if not url:
        return Account(user, user)
    found = _with_token(profile, transport, "GET", url, token, progress)
    name = at(found, str(login.get("account_name", "/name")))
    roles = at(found, str(login.get("account_roles", "/roles")))
    claim = {profile.identity.roles_claim: roles} if roles is not None else {}
    settings = profile.identity
    return Account(user, str(name or user), roles_of(settings, [claim] if claim else []))


def _with_token(
    profile: SiteProfile,
    transport: Transport,
    method: str,
    url: str,
    token: str,
    progress: Progress,
) -> Any:
    from .auth import put

    class Once:
        def __call__(self, request: Any) -> Any:
            return put(request, profile.identity.placing, token)

    once = Transport(profile, Once(), attempts=transport.attempts)
    try:
        answer = once.request(method, url, expect=(200, 204), limit=1_000_000, progress=progress)
        try:
            return answer.json()
        except ValueError:
            return {}
    finally:
        once.close()


def _refused(found: Any, url: str) -> Exception:
    said = ""
    for pointer in ("/error/message", "/error_description", "/message", "/msg", "/errorMsg"):
        value = at(found, pointer)
        if isinstance(value, str) and value.strip():
            said = " ".join(redact(value).split())[:200]
            break
    if not isinstance(found, (Mapping, str)):
        return BadAnswer(
            Text(
                zh=f"{place(url)} 的登录结果无法识别", en=f"{place(url)}: no sign-in in the answer"
            )
        )
    return NotSignedIn(
        Text(
            zh=f"{place(url)} 拒绝登录" + (f"：{said}" if said else ""),
            en=f"{place(url)} refuses the sign-in" + (f": {said}" if said else ""),
        ),
        Text(zh="请核对账号和密码。", en="Check account and password."),
    )
