"""The guard behind the gateway: who sends a request, and may that person do it.

nginx asks ``/authorise`` about every request. Documents that are posted come through ``/door``,
which reads what they would write before the map server sees them. Whether a token holds is asked of
the identity provider each time it has not been asked for ``CACHE_SECONDS``, so that a revoked token
ends within that time.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from .access import Need, need_of, needs_of_document, split
from .documents import BadRequest, read_document, refuse_unknown
from .documents_columns import Columns
from .http_client import Answer, call
from .timestamps import KIND_OF_REPLY, Stamper
from .unix_server import UnixServer

CACHE_SECONDS = 3.0
_MOST_CACHED = 5000
_LARGEST_DOCUMENT = 64 << 20
_LARGEST_QUERY = 64 << 10


@dataclass(frozen=True)
class Person:
    """Whose token it is and what it allows."""

    user: str
    roles: tuple[str, ...]
    until: float


@dataclass(frozen=True)
class Refusal(Exception):
    """Why a request is refused: HTTP status, a stable word, a sentence in both languages."""

    status: int
    error: str
    zh: str
    en: str

    def document(self) -> str:
        """The JSON that the client gets; pure ASCII, as it travels in a header."""
        return json.dumps({"error": self.error, "message": {"zh": self.zh, "en": self.en}})


NOT_SIGNED_IN = Refusal(401, "not_signed_in", "请先登录。", "Please sign in first.")
INVALID = Refusal(
    401,
    "invalid_token",
    "登录已失效、过期或被撤销，请重新登录。",
    "The sign-in has expired, was revoked, or is not valid. Please sign in again.",
)
UNAVAILABLE = Refusal(
    503,
    "identity_unavailable",
    "身份服务暂时没有应答，请稍后再试。",
    "The identity service does not answer for the moment. Please try again shortly.",
)


def not_allowed(need: Need) -> Refusal:
    """The refusal for somebody who is known, but may not."""
    roles = ", ".join(sorted(need.roles)) or "nobody"
    return Refusal(
        403,
        "not_allowed",
        f"您的角色无权进行此操作（需要：{roles}）。",
        f"Your role does not allow {need.why} (needed: {roles}).",
    )


class Tokens:
    """Asks the identity provider about tokens and remembers the answer for a moment."""

    def __init__(self, introspection: str, client: tuple[str, str], roles: tuple[str, ...]) -> None:
        self._introspection = introspection
        self._client = client
        self._roles = roles
        self._known: dict[bytes, tuple[float, Person | None]] = {}
        self._lock = threading.Lock()

    def person(self, authorization: str) -> Person:
        """Whose token stands in an ``Authorization`` header.

        Raises
        ------
        Refusal
            When there is none, it does not hold, or nobody can be asked.
        """
        kind, _, token = authorization.strip().partition(" ")
        token = token.strip()
        if not token or kind.lower() != "bearer":
            raise NOT_SIGNED_IN
        key = hashlib.sha256(token.encode()).digest()
        now = time.time()
        with self._lock:
            asked, person = self._known.get(key, (0.0, None))
        if now - asked > CACHE_SECONDS:
            person = self._ask(token)
            with self._lock:
                if len(self._known) > _MOST_CACHED:
                    self._known.clear()
                self._known[key] = (now, person)
        if person is None or person.until <= now:
            raise INVALID
        return person

    def forget(self) -> None:
        """Ask again about every token."""
        with self._lock:
            self._known.clear()

    def _ask(self, token: str) -> Person | None:
        try:
            answer = call(
                "POST", self._introspection, form={"token": token}, basic=self._client, timeout=5
            )
            said = answer.json() if answer.status == 200 else None
        except (OSError, ValueError) as error:
            raise UNAVAILABLE from error
        if not isinstance(said, dict):
            raise UNAVAILABLE
        # A refresh token is no ticket to the services.
        if said.get("active") is not True or said.get("token_type") != "bearer":
            return None
        granted = str(said.get("scope", "")).split()
        roles = tuple(role for role in self._roles if role in granted)
        return Person(str(said.get("username", "")), roles, float(said.get("exp", 0)))


class Guard(UnixServer):
    """The server that nginx asks, with all it needs to answer."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.inner = Path(config["inner"])
        self.revocation = str(config["revocation"])
        self.client = (str(config["client"]), str(config["secret"]))
        self.public_clients = frozenset(config["public_clients"])
        self.tokens = Tokens(str(config["introspection"]), self.client, tuple(config["roles"]))
        self.columns = Columns(self.inner)
        self.stamper = Stamper(Path(config["certificates"]))
        super().__init__(Path(config["socket"]), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Guard
    protocol_version = "HTTP/1.1"
    # A request that stops half-way does not hold a thread for ever.
    timeout = 120

    def do_GET(self) -> None:
        """Answer whether a request may pass."""
        if self.path == "/health":
            self._send(200, b"ready")
            return
        if self.path != "/authorise":
            self._send(404)
            return
        try:
            person = self.server.tokens.person(self.headers.get("Authorization", ""))
            need = self._need()
            if not need.met_by(person.roles):
                raise not_allowed(need)
        except Refusal as refusal:
            self._refuse_to_gateway(refusal)
        else:
            self._send(200, headers=_whose(person))

    def _need(self) -> Need:
        try:
            return need_of(
                self.headers.get("X-Original-Method", ""), self.headers.get("X-Original-URI", "")
            )
        except BadRequest as error:
            raise Refusal(
                403, "not_allowed", f"不接受此请求：{error}", f"Refused: {error}"
            ) from error

    def do_POST(self) -> None:
        """Take a document in at the door, revoke a token, or stamp a time."""
        target = self.headers.get("X-Original-URI", "")
        try:
            if self.path == "/revoke":
                self._revoke()
            elif self.path == "/timestamp":
                self._stamp()
            elif self.path == "/door":
                self._door(target)
            else:
                self._send(404)
        except Refusal as refusal:
            self._refuse(refusal)
        except OSError as error:
            sys.stderr.write(f"{self.path}: {error!r}\n")
            self._refuse(Refusal(503, "unavailable", "服务暂时不可用。", "Not available now."))

    def _door(self, target: str) -> None:
        # The body is read first: an answer into a connection still being written to is lost.
        body = self._body(_LARGEST_DOCUMENT)
        person = self.server.tokens.person(self.headers.get("Authorization", ""))
        try:
            path, query = split(target)
            document = read_document(body)
            for need in needs_of_document(path, query, document):
                if not need.met_by(person.roles):
                    raise not_allowed(need)
            if document.properties:
                refuse_unknown(document, self.server.columns())
        except BadRequest as error:
            raise Refusal(
                400, "bad_request", f"不接受此请求：{error}", f"Refused: {error}"
            ) from error
        kept = ("Content-Type", "Accept", "Accept-Language", "Host", "X-Forwarded-Proto")
        sent = {name: self.headers[name] for name in kept if name in self.headers}
        sent |= _whose(person)
        self._pass_on(
            call("POST", target, body=body, headers=sent, unix=self.server.inner, timeout=110)
        )

    def _revoke(self) -> None:
        """Revocation for a public client (RFC 7009, 2.1): it has no secret to show, we do."""
        from urllib.parse import parse_qs

        form = {
            name: value[0] for name, value in parse_qs(self._body(_LARGEST_QUERY).decode()).items()
        }
        if form.get("client_id") not in self.server.public_clients:
            raise Refusal(401, "invalid_client", "未知的客户端。", "The client is not known.")
        sent: dict[str, str] = {
            name: form[name] for name in ("token", "token_type_hint") if name in form
        }
        answer = call("POST", self.server.revocation, form=sent, basic=self.server.client)
        self.server.tokens.forget()
        self._pass_on(answer)

    def _stamp(self) -> None:
        reply = self.server.stamper.reply(self._body(_LARGEST_QUERY))
        if reply is None:
            raise Refusal(400, "bad_request", "不是时间戳请求。", "This is no time-stamp request.")
        self._send(200, reply, {"Content-Type": KIND_OF_REPLY})

    def _body(self, most: int) -> bytes:
        try:
            length = int(self.headers.get("Content-Length", "0"))
        except ValueError:
            length = most + 1
        if not 0 <= length <= most:
            self.close_connection = True
            raise Refusal(413, "too_large", "文档过大。", "The document is too large.")
        return self.rfile.read(length)

    def _pass_on(self, answer: Answer) -> None:
        kept = {"content-type", "cache-control", "location", "retry-after"}
        self._send(answer.status, answer.body, {k: v for k, v in answer.headers if k in kept})

    def _refuse_to_gateway(self, refusal: Refusal) -> None:
        """Refuse with a status that nginx takes for a refusal, and the words in a header."""
        self._send(
            refusal.status if refusal.status in (401, 403) else 500,
            headers={"X-Onemap-Denied": refusal.document()},
        )

    def _refuse(self, refusal: Refusal) -> None:
        headers = {"Content-Type": "application/json"}
        if refusal.status == 401:
            headers["WWW-Authenticate"] = f'Bearer realm="onemap", error="{refusal.error}"'
        if refusal.status == 503:
            headers["Retry-After"] = "1"
        self._send(refusal.status, refusal.document().encode(), headers)

    def _send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The gateway writes the log, with the user in it."""


def _whose(person: Person) -> dict[str, str]:
    name = person.user.encode("ascii", "backslashreplace").decode()
    return {"X-Onemap-User": name, "X-Onemap-Roles": ",".join(person.roles)}


def main() -> None:
    """Entry point: ``guard.py <configuration>``."""
    with Guard(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))) as guard:
        guard.serve_forever()


if __name__ == "__main__":
    main()
