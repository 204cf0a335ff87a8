"""A small client for our own servers on loopback and on Unix sockets: no proxy, no redirects."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit


class UnixConnection(http.client.HTTPConnection):
    """A connection to a server that listens on a socket in the file system."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = str(path)

    def connect(self) -> None:
        """Connect to the socket instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


@dataclass(frozen=True)
class Answer:
    """What a server answered; names of ``headers`` are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def call(
    method: str,
    url: str,
    *,
    body: Any = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
    unix: Path | None = None,
    authority: Path | None = None,
    timeout: float = 10.0,
) -> Answer:
    """Send one request; ``body`` goes as it is where it is bytes, else as JSON.

    Raises
    ------
    OSError
        When the server cannot be reached or hangs up.
    """
    sent = dict(headers or {})
    if form is not None:
        body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        sent.setdefault("Content-Type", kind)
    elif body is not None and not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode()
        sent.setdefault("Content-Type", "application/json")
    if basic is not None:
        pair = base64.b64encode(f"{basic[0]}:{basic[1]}".encode()).decode()
        sent["Authorization"] = f"Basic {pair}"
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection = _connection(
        parts.scheme, parts.hostname or "", parts.port, unix, authority, timeout
    )
    try:
        connection.request(method, target or "/", body, sent)
        answer = connection.getresponse()
        names = tuple((name.lower(), value) for name, value in answer.getheaders())
        return Answer(answer.status, names, answer.read())
    except http.client.HTTPException as error:
        raise OSError(f"{url}: {error!r}") from error
    finally:
        connection.close()


def _connection(
    scheme: str,
    host: str,
    port: int | None,
    unix: Path | None,
    authority: Path | None,
    timeout: float,
) -> http.client.HTTPConnection:
    if unix is not None:
        return UnixConnection(unix, timeout)
    if scheme == "https":
        context = ssl.create_default_context(cafile=str(authority) if authority else None)
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
    return http.client.HTTPConnection(host, port, timeout=timeout)
