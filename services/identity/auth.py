"""Puts secrets on requests: at the last moment, and for their own origins alone."""

from __future__ import annotations

import ssl
from typing import Protocol
from urllib.parse import quote, urlsplit, urlunsplit

import requests
from requests.auth import AuthBase

from ..site_profile import Placing


class Holder(Protocol):
    """Knows the secrets; an :class:`..identity.Identity`."""

    def secrets_for(self, url: str) -> list[tuple[Placing, str]]:
        """Return what belongs on a request to this address."""

    def headers_for(self, url: str) -> dict[str, str]:
        """Return the headers of QGIS's own configuration for it."""

    def renew_after_refusal(self, url: str, carried: str) -> bool:
        """Return whether there is a better secret after a refusal."""

    def client_context(self) -> ssl.SSLContext | None:
        """Return what holds the client certificate."""


class ProfileAuth(AuthBase):
    """The sign-in and the keys of an identity, for ``requests`` and whatever stands on it."""

    def __init__(self, identity: Holder) -> None:
        self._identity = identity

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return the request with what belongs to its origin."""
        for placing, value in self._identity.secrets_for(request.url or ""):
            request = put(request, placing, value)
        for name, value in self._identity.headers_for(request.url or "").items():
            request.headers[name] = value
        return request

    def renew(self, refused: requests.PreparedRequest) -> bool:
        """After a 401: whether another try has a better secret."""
        carried = f"{refused.url} {dict(refused.headers)}"
        return self._identity.renew_after_refusal(refused.url or "", carried)

    def certificate(self) -> ssl.SSLContext | None:
        """Return the ``ssl.SSLContext`` with a client certificate, or ``None``."""
        return self._identity.client_context()

    def __repr__(self) -> str:
        return "ProfileAuth(***)"


def put(
    request: requests.PreparedRequest, placing: Placing, value: str
) -> requests.PreparedRequest:
    """Put a secret where the platform expects it."""
    worded = f"{placing.prefix}{value}"
    if placing.place == "header":
        request.headers[placing.name] = worded
    elif placing.place == "cookie":
        others = request.headers.get("Cookie", "")
        request.headers["Cookie"] = "; ".join(filter(None, [others, f"{placing.name}={worded}"]))
    else:
        request.url = in_query(request.url or "", placing.name, worded)
    return request


def in_query(url: str, name: str, value: str) -> str:
    """Return an address with a query parameter, once."""
    parts = urlsplit(url)
    others = [
        pair
        for pair in parts.query.split("&")
        if pair and pair.partition("=")[0].lower() != name.lower()
    ]
    query = "&".join([*others, f"{quote(name, safe='')}={quote(value, safe='')}"])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
