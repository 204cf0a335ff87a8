"""The one way out: every request to a platform goes through here.

QGIS's proxy, certificate authorities and time-out hold where QGIS runs, the environment's
elsewhere. Secrets are put on by the credentials at the last moment, for their own origins alone;
redirects are followed here, one by one, so that none travels along. What goes wrong is a
:class:`..services.errors.ServiceError`; what is cancelled is :class:`..checks.progress.Cancelled`.
"""

from __future__ import annotations

import io
import logging
import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urljoin

import requests

from ..checks.findings import Text
from ..checks.progress import SILENT, Cancelled, Progress
from .errors import (
    BadAnswer,
    NotSignedIn,
    Refused,
    ServiceError,
    TooBusy,
    place,
)
from .redaction import quiet_libraries, redact, without_secrets
from .site_profile import SiteProfile, origin
from .transport_answer import CHUNK, as_json, read_body, shortfall, status_error
from .transport_line import Line, explain

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""Methods that may be repeated (RFC 9110, 9.2.2)."""
RETRY_STATUS = frozenset({429, 500, 502, 503, 504})
ATTEMPTS = 4
FIRST_WAIT = 0.4
LONGEST_WAIT = 20.0
LONGEST_RETRY_AFTER = 60.0
REDIRECTS = 8
MAX_BODY = 256 * 1024 * 1024
# What may go along to another host.
HARMLESS = frozenset({"accept", "accept-language", "accept-encoding", "user-agent", "range"})

Body = bytes
"""So named because :class:`Transport` has a method ``bytes``."""

_log = logging.getLogger("onemap_verify.transport")


class Credentials(Protocol):
    """Adds the secret to a prepared request if, and only if, it goes to one of its origins."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return ``request`` with the secret on it, or as it was."""

    def renew(self, refused: requests.PreparedRequest) -> bool:
        """Get a new secret after the server refused this request; return whether there is one."""


class Transport:
    """Talks to the servers of one profile. May be used from several threads.

    Parameters
    ----------
    profile
        Time-out, certificate authorities and origins; ``None`` for no platform in particular.
    credentials
        See :class:`Credentials`; any ``requests.auth.AuthBase`` will do.
    log
        Told one line per request, without secrets.
    attempts
        How often a request that may be repeated is tried.
    """

    def __init__(
        self,
        profile: SiteProfile | None = None,
        credentials: Callable[[requests.PreparedRequest], requests.PreparedRequest] | None = None,
        log: Callable[[str], object] | None = None,
        *,
        attempts: int = ATTEMPTS,
    ) -> None:
        quiet_libraries()
        self.profile = profile
        self.credentials = credentials
        self.attempts = attempts
        self._tell = log
        self._advice = profile.identity.errors if profile is not None else None
        self._line = Line(profile)

    def close(self) -> None:
        """Close all connections."""
        self._line.close()

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: Any = None,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        stream: bool = False,
        idempotent: bool | None = None,
        expect: Collection[int] = (200,),
        timeout: float | None = None,
        limit: int = MAX_BODY,
        progress: Progress = SILENT,
    ) -> requests.Response:
        """Send a request and return the answer, its body read unless ``stream``.

        Parameters
        ----------
        data, json, params, headers
            As ``requests`` takes them.
        stream
            Leave the body to :meth:`chunks`.
        idempotent
            Whether it may be sent again; by default what RFC 9110 says of the method.
        expect
            Statuses that are no error.
        timeout
            Seconds without a sign of the server; by default the profile's, QGIS's, or 30.
        limit
            Bytes of the body; more is a :class:`BadAnswer`.

        Raises
        ------
        ServiceError, Cancelled
        """
        method = method.upper()
        repeat = method in SAFE if idempotent is None else idempotent
        start = _position(data)
        attempts = self.attempts if repeat and start is not None else 1
        renewed = False
        number = 0
        while True:
            progress.check()
            number += 1
            _rewind(data, start if number > 1 else None)
            began = time.monotonic()
            answer: requests.Response | None = None
            sent: requests.PreparedRequest | None = None
            error: ServiceError | None = None
            try:
                answer, sent = self._follow(
                    requests.Request(method, url, headers, data=data, json=json, params=params),
                    timeout,
                    progress,
                )
                if answer.status_code in expect and not stream:
                    read_body(answer, limit, progress)
            except (requests.RequestException, OSError) as trouble:
                error = explain(trouble, url)
            except ServiceError as trouble:
                error = trouble
            if answer is not None and error is None:
                self._note(method, url, answer.status_code, began)
                if answer.status_code in expect:
                    return answer
                error = status_error(answer, url, self._advice)
                answer.close()
                if isinstance(error, NotSignedIn) and not renewed and start is not None:
                    renewed = True
                    if sent is not None and self._renew(sent):
                        number -= 1
                        continue
            assert error is not None
            if answer is None:
                self._note(method, url, type(error).__name__, began)
            if number >= attempts or not _worth_repeating(error):
                raise error
            _wait(_pause(number, error), progress)

    def get(self, url: str, **options: Any) -> requests.Response:
        """:meth:`request` with GET."""
        return self.request("GET", url, **options)

    def post(self, url: str, data: Any = None, **options: Any) -> requests.Response:
        """:meth:`request` with POST."""
        return self.request("POST", url, data=data, **options)

    def put(self, url: str, data: Any = None, **options: Any) -> requests.Response:
        """:meth:`request` with PUT."""
        return self.request("PUT", url, data=data, **options)

    def head(self, url: str, **options: Any) -> requests.Response:
        """:meth:`request` with HEAD."""
        return self.request("HEAD", url, **options)

    def delete(self, url: str, **options: Any) -> requests.Response:
        """:meth:`request` with DELETE."""
        return self.request("DELETE", url, **options)

    def bytes(self, url: str, limit: int = MAX_BODY, **options: Any) -> Body:
        """Return the body of a GET, at most ``limit`` bytes."""
        return self.request(options.pop("method", "GET"), url, limit=limit, **options).content

    def json(self, url: str, limit: int = MAX_BODY, **options: Any) -> Any:
        """Return the body of a GET as JSON; :class:`BadAnswer` when it is none."""
        return as_json(self.bytes(url, limit, **options), url)

    def chunks(
        self, answer: requests.Response, progress: Progress = SILENT, size: int = CHUNK
    ) -> Iterator[Body]:
        """Yield the body of an answer asked for with ``stream``; a cut one is a ServiceError."""
        error: ServiceError | None = None
        try:
            for chunk in answer.iter_content(size):
                progress.check()
                yield chunk
            error = shortfall(answer)
        except (requests.RequestException, OSError) as trouble:
            error = explain(trouble, answer.url)
        finally:
            answer.close()
        if error is not None:
            raise error

    def download(
        self, url: str, target: Path, *, progress: Progress = SILENT, **options: Any
    ) -> int:
        """Write the body of a GET to ``target`` and return its bytes; nothing stays of half a file.

        Memory does not grow with the size. ``options`` as for :meth:`request`.
        """
        part = target.with_name(target.name + ".part")
        try:
            for attempt in range(1, self.attempts + 1):
                answer = self.get(url, stream=True, progress=progress, **options)
                total = int(answer.headers.get("Content-Length") or 0)
                done = 0
                try:
                    with part.open("wb") as stream:
                        for chunk in self.chunks(answer, progress):
                            stream.write(chunk)
                            done += len(chunk)
                            if total:
                                progress.at(min(done / total, 1.0))
                    break
                except ServiceError as error:
                    if attempt == self.attempts or not _worth_repeating(error):
                        raise
                    pause = _pause(attempt, error)
                _wait(pause, progress)
            part.replace(target)
            return done
        finally:
            part.unlink(missing_ok=True)

    def _renew(self, refused: requests.PreparedRequest) -> bool:
        renew = getattr(self.credentials, "renew", None)
        return bool(renew is not None and renew(refused))

    def _follow(
        self, request: requests.Request, timeout: float | None, progress: Progress
    ) -> tuple[requests.Response, requests.PreparedRequest]:
        """Send, and follow redirects without taking secrets or bodies to other places."""
        home = origin(request.url)
        if home is None:
            raise Refused(
                Text(
                    zh=f"地址 {place(request.url)} 不是 http(s) 地址",
                    en=f"{place(request.url)} is no http(s) address",
                )
            )
        for _ in range(REDIRECTS):
            answer, sent = self._line.send(request, self.credentials, timeout, progress)
            target = answer.headers.get("Location") if answer.is_redirect else None
            if target is None:
                return answer, sent
            answer.close()
            request = _redirected(request, answer, urljoin(request.url, target))
        raise BadAnswer(
            Text(
                zh=f"{place(request.url)} 重定向次数过多",
                en=f"{place(request.url)} redirects without end",
            )
        )

    def _note(self, method: str, url: str, outcome: object, began: float) -> None:
        line = f"{method} {place(url)} {outcome} {time.monotonic() - began:.2f} s"
        _log.debug("%s", line)
        if self._tell is not None:
            self._tell(redact(line))


def _redirected(
    request: requests.Request, answer: requests.Response, target: str
) -> requests.Request:
    """Return the request that a redirect asks for (RFC 9110, 15.4)."""
    here, there = origin(request.url), origin(target)
    where = place(request.url)
    if there is None or (here is not None and here[0] == "https" and there[0] == "http"):
        raise Refused(
            Text(
                zh=f"{where} 要求转到不安全的地址 {place(target)}，已拒绝",
                en=f"{where} redirects to {place(target)}, which is not safe; not followed",
            )
        )
    if here != there:
        target = without_secrets(target)
    method, data, body = request.method, request.data, request.json
    if answer.status_code == 303 or (answer.status_code in (301, 302) and method == "POST"):
        method, data, body = ("HEAD" if method == "HEAD" else "GET"), None, None
    headers = dict(request.headers or {})
    if here != there:
        if data or body is not None:
            raise Refused(
                Text(
                    zh=f"{where} 要求把数据转发到另一服务器 {place(target)}，已拒绝",
                    en=f"{where} wants the data sent on to {place(target)}; not done",
                )
            )
        headers = {name: value for name, value in headers.items() if name.lower() in HARMLESS}
    elif data is None:
        headers = {k: v for k, v in headers.items() if k.lower() not in ("content-type",)}
    _rewind(data, 0 if hasattr(data, "seek") else None)
    return requests.Request(method, target, headers, data=data, json=body)


def _position(data: Any) -> int | None:
    """Return where a body starts, or ``None`` when it cannot be sent twice."""
    if data is None or isinstance(data, (bytes, str, Mapping, list, tuple)):
        return 0
    try:
        return int(data.tell()) if data.seekable() else None
    except (AttributeError, OSError, io.UnsupportedOperation):
        return None


def _rewind(data: Any, start: int | None) -> None:
    if start is not None and hasattr(data, "seek"):
        data.seek(start)


def _worth_repeating(error: ServiceError) -> bool:
    if isinstance(error, TooBusy):
        return (error.retry_after or 0.0) <= LONGEST_RETRY_AFTER
    if error.status:
        return error.status in RETRY_STATUS
    return error.passing


def _pause(number: int, error: ServiceError) -> float:
    """Return the seconds to wait before the next attempt: growing, capped, spread a little."""
    asked = getattr(error, "retry_after", None)
    if asked is not None:
        return float(asked)
    grown = min(FIRST_WAIT * 2.0 ** (number - 1), LONGEST_WAIT)
    return grown * random.uniform(0.7, 1.0)  # noqa: S311 - spreads load, keeps no secret


def _wait(seconds: float, progress: Progress) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        progress.check()
        time.sleep(min(left, 0.1))


__all__ = ["Cancelled", "Credentials", "Transport", "as_json"]
