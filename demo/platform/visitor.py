"""Signing in to the platform as one of its users, without a person: for the demo and the tests.

What a person does in a browser (the sign-in page, consent, following the way back) is done here
with plain requests; the plugin on the other side cannot tell the difference.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from .http_client import Answer, call
from .identity import CLIENT, session_of


class VisitError(Exception):
    """The identity provider refused; the message says at which step."""


def user_of(platform: dict[str, Any], role: str) -> dict[str, Any]:
    """The first user with a role."""
    return next(user for user in platform["users"] if role in user["roles"])


def tokens(platform: dict[str, Any], role: str) -> dict[str, Any]:
    """Tokens of a user with that role: the answer of the token endpoint.

    Raises
    ------
    VisitError
        When they are not given.
    """
    user, told = user_of(platform, role), platform["identity"]
    desktop = told["desktop_client"]
    answer = _ask(
        platform,
        "POST",
        told["token_endpoint"],
        form={
            "grant_type": "password",
            "scope": " ".join(told["scopes"]),
            "username": user["name"],
            "password": user["password"],
        },
        basic=(desktop["client_id"], desktop["client_secret"]),
    )
    if answer.status != 200:
        raise VisitError(f"token of {user['name']}: {answer.status} {answer.text}")
    return answer.json()


def headers(platform: dict[str, Any], role: str) -> dict[str, str]:
    """The header with which a user of that role is let in."""
    return {"Authorization": f"Bearer {tokens(platform, role)['access_token']}"}


def browser(platform: dict[str, Any], role: str) -> Callable[[str], None]:
    """A browser in which a user of that role signs in and agrees: give it the address to open.

    It follows the way back to the plugin's listener, as a browser does.
    """

    def open_address(address: str) -> None:
        cookie = _sign_in(platform, role)
        scope = parse_qs(urlsplit(address).query).get("scope", [""])[0]
        _agree(platform, cookie, scope)
        answer = _ask(platform, "GET", f"{address}&g_continue=", headers={"Cookie": cookie})
        back = dict(answer.headers).get("location", "")
        if answer.status not in (302, 303) or "login.html" in back:
            raise VisitError(f"authorization: {answer.status} {back} {answer.text}")
        call("GET", back)

    return open_address


def approve_device(platform: dict[str, Any], role: str, user_code: str) -> None:
    """Type a device's code on the page of sign-in, and agree.

    Raises
    ------
    VisitError
        When the code is not accepted.
    """
    cookie = _sign_in(platform, role)
    _agree(platform, cookie, " ".join(platform["identity"]["scopes"]))
    query = urlencode({"code": user_code, "g_continue": ""})
    address = f"{platform['identity']['issuer']}/device?{query}"
    answer = _ask(platform, "GET", address, headers={"Cookie": cookie})
    if "deviceComplete" not in dict(answer.headers).get("location", ""):
        raise VisitError(f"device: {answer.status} {answer.headers}")


def _sign_in(platform: dict[str, Any], role: str) -> str:
    user = user_of(platform, role)
    body = {"username": user["name"], "password": user["password"]}
    answer = _ask(platform, "POST", platform["identity"]["sign_in"], body=body)
    if answer.status != 200:
        raise VisitError(f"sign-in of {user['name']}: {answer.status}")
    return session_of(answer)


def _agree(platform: dict[str, Any], cookie: str, scope: str) -> None:
    address = f"{platform['identity']['grant']}/{CLIENT}/"
    _ask(platform, "PUT", address, body={"scope": scope}, headers={"Cookie": cookie})


def _ask(platform: dict[str, Any], method: str, address: str, **more: Any) -> Answer:
    authorities = platform.get("authorities") or [None]
    authority = Path(authorities[0]) if authorities[0] else None
    return call(method, address, authority=authority, **more)
