"""A proxy between client and servers that breaks what passes through it.

It understands just enough HTTP to know where a request ends: every byte that does pass is one
that a real client or a real server sent.
"""

from __future__ import annotations

import json
import random
import re
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .faults import (
    CUT_DOWN,
    CUT_UP,
    ERROR_AFTER,
    ERROR_BEFORE,
    EXPIRED,
    FLIPPED,
    FORGED,
    SILENT,
    SLOW,
    TRUNCATED,
    WRONG_OFFSET,
    Counters,
)

_HEAD = 1 << 16
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_OFFSET = re.compile(rb"(\r\nupload-offset: *)(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_SILENCE = 1.3


class _Cut(Exception):
    """The connection is to end here."""


@dataclass(frozen=True)
class Message:
    """Head (with the empty line) and body of a request or an answer."""

    head: bytes
    body: bytes

    @property
    def whole(self) -> bytes:
        """As it passes over the line."""
        return self.head + self.body


class OneCut:
    """Cuts one single request on its way up, and counts what was announced."""

    def __init__(self, which: int) -> None:
        self.which = which
        self.requests = 0
        self.announced = 0

    def pick(self, method: bytes, head: bytes) -> str:
        """The fault of a request."""
        if method != b"PATCH":
            return ""
        self.requests += 1
        self.announced += _body_length(head)
        return CUT_UP if self.requests == self.which else ""


class FaultProxy:
    """Listens on one port and passes on by path.

    Parameters
    ----------
    routes
        Path prefix and (host, port) of the server behind it.
    share
        Of the requests that are made to go wrong.
    plan
        Decides instead of chance.
    """

    def __init__(
        self,
        routes: dict[str, tuple[str, int]],
        counters: Counters,
        share: float = 0.0,
        seed: int = 1,
        plan: OneCut | None = None,
    ) -> None:
        self._plan = plan
        self._routes = routes
        self._counters = counters
        self._share = share
        self._chance = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Serve until the process ends or :meth:`close`."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connection, args=(client,), daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()

    # -- one connection ------------------------------------------------------------------------

    def _connection(self, client: socket.socket) -> None:
        client.settimeout(30)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while True:
                head = _read_head(client)
                if head is None:
                    return
                self._request(client, head)
        except (_Cut, OSError):
            pass
        finally:
            _reset(client)

    def _request(self, client: socket.socket, head: bytes) -> None:
        method, path = head.split(b" ", 2)[:2]
        fault = self._plan.pick(method, head) if self._plan else self._pick(method, path)
        if fault == CUT_UP:
            self._cut_up(client, head, path)
        request = Message(head, _read_body(client, head))
        if fault == ERROR_BEFORE:
            self._counters.add(fault)
            status = self._chance.choice((500, 502, 503, 504))
            client.sendall(_answer(status, b'{"error":"injected"}'))
            return
        if fault == EXPIRED:
            self._counters.add(fault)
            client.sendall(_answer(401, b'{"error":"token expired"}'))
            return
        if fault == FORGED:
            self._counters.add(fault)
            client.sendall(_answer(200, self._forged(path)))
            return
        if fault == FLIPPED and request.body:
            self._counters.add(fault)
            changed = bytearray(request.body)
            changed[self._chance.randrange(len(changed))] ^= 1 << self._chance.randrange(8)
            request = Message(head, bytes(changed))
        if fault == SLOW:
            self._counters.add(fault)
            time.sleep(self._chance.uniform(0.02, 0.25))
        try:
            answer = self._ask(request, path, method)
        except OSError:
            # A server that is being restarted: what a gateway says then.
            client.sendall(_answer(502, b'{"error":"no server"}'))
            return
        self._back(client, answer, fault)

    def _back(self, client: socket.socket, answer: Message, fault: str) -> None:
        if fault == CUT_DOWN:
            self._counters.add(fault)
            with suppress(OSError):
                client.sendall(answer.whole[: self._chance.randrange(len(answer.whole))])
            raise _Cut
        if fault == ERROR_AFTER:
            self._counters.add(fault)
            client.sendall(_answer(self._chance.choice((500, 502, 504)), b"injected"))
            return
        if fault == SILENT:
            self._counters.add(fault)
            time.sleep(_SILENCE)
            raise _Cut
        if fault == TRUNCATED and len(answer.body) > 1:
            self._counters.add(fault)
            body = answer.body[: self._chance.randrange(1, len(answer.body))]
            length = b"\r\nContent-Length: %d" % len(body)
            answer = Message(_LENGTH.sub(length, answer.head), body)
        if fault == WRONG_OFFSET and (found := _OFFSET.search(answer.head)):
            self._counters.add(fault)
            true = int(found.group(2))
            wrong = self._chance.choice((0, true + 1, max(true - 1, 0), true * 2 + 7, 10**9))
            head = _OFFSET.sub(lambda m: m.group(1) + b"%d" % wrong, answer.head)
            answer = Message(head, answer.body)
        client.sendall(answer.whole)

    def _cut_up(self, client: socket.socket, head: bytes, path: bytes) -> None:
        """Pass on a part of the request and no more; the server sees a client that is gone."""
        self._counters.add(CUT_UP)
        length = _body_length(head)
        passed = self._chance.randrange(len(head) + length)
        server = self._connect(path)
        try:
            server.sendall(head[:passed])
            left = passed - len(head)
            while left > 0:
                block = client.recv(min(left, 1 << 16))
                if not block:
                    break
                server.sendall(block)
                left -= len(block)
            time.sleep(0.002)
        finally:
            _reset(server)
        raise _Cut

    def _ask(self, request: Message, path: bytes, method: bytes) -> Message:
        # A connection for each request: what breaks one must not break the next by itself.
        server = self._connect(path)
        try:
            server.sendall(request.whole)
            head = _read_head(server)
            if head is None:
                raise OSError("no answer")
            if method == b"HEAD" or head.split(b" ", 2)[1] in (b"204", b"304"):
                return Message(head, b"")
            if _CHUNKED.search(head):
                body = _read_chunks(server)
                return Message(_CHUNKED.sub(b"\r\nContent-Length: %d" % len(body), head), body)
            return Message(head, _read_body(server, head))
        finally:
            server.close()

    def _connect(self, path: bytes) -> socket.socket:
        for prefix, address in self._routes.items():
            if path.startswith(prefix.encode()):
                server = socket.create_connection(address, timeout=20)
                server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return server
        raise OSError(f"no server for {path!r}")

    def _pick(self, method: bytes, path: bytes) -> str:
        if not self._counters.on or self._chance.random() >= self._share:
            return ""
        choices = [CUT_UP, CUT_DOWN, ERROR_BEFORE, ERROR_AFTER, SLOW]
        # A receipt that is asked for again and again would otherwise have most of the faults.
        if path.startswith(b"/receipts"):
            choices += [TRUNCATED, FORGED]
        elif path.startswith(b"/ows"):
            choices += [TRUNCATED, ERROR_AFTER]
        if method in (b"HEAD", b"PATCH"):
            choices += [WRONG_OFFSET, WRONG_OFFSET]
        weights = [4.0] * len(choices)
        choices += [EXPIRED, SILENT, FLIPPED if method == b"PATCH" else SLOW]
        weights += [0.8, 0.4, 0.25]
        return self._chance.choices(choices, weights)[0]

    def _forged(self, path: bytes) -> bytes:
        """A receipt as somebody would write it who has not the key."""
        document: dict[str, Any] = {
            "package_id": path.rsplit(b"/", 1)[1].decode(),
            "sha256": "0" * 64,
            "sm3": "0" * 64,
            "state": self._chance.choice(("committed", "rejected")),
            "reasons": [],
            "signature": "MEUCIQDFbpQM3lhzhIEvWWtomIuarGR8aG3h8E0qYws3KsKVRgIhAMy/u7IEMd0+AmXA4u10"
            "nGzBGofSPucHIS12ftlOGwre",
        }
        return json.dumps(document).encode()


def _answer(status: int, body: bytes) -> bytes:
    return (
        b"HTTP/1.1 %d Injected\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        % (status, len(body))
    ) + body


def _read_head(source: socket.socket) -> bytes | None:
    """Everything up to the empty line, byte-exact; ``None`` at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        # Looking first, so that not one byte of a body is taken along.
        seen = source.recv(_HEAD, socket.MSG_PEEK)
        if not seen:
            if data:
                raise _Cut
            return None
        end = (data + seen).find(b"\r\n\r\n")
        take = len(seen) if end < 0 else end + 4 - len(data)
        data += source.recv(take)
        if len(data) > _HEAD:
            raise _Cut
    return data


def _body_length(head: bytes) -> int:
    found = _LENGTH.search(head)
    return int(found.group(1)) if found else 0


def _read_body(source: socket.socket, head: bytes) -> bytes:
    left = _body_length(head)
    parts = []
    while left > 0:
        block = source.recv(min(left, 1 << 16))
        if not block:
            raise _Cut
        parts.append(block)
        left -= len(block)
    return b"".join(parts)


def _read_chunks(source: socket.socket) -> bytes:
    """A body whose length was not known when it began."""
    parts: list[bytes] = []
    with source.makefile("rb") as stream:
        while True:
            length = int(stream.readline().split(b";")[0], 16)
            if not length:
                return b"".join(parts)
            part = stream.read(length)
            if len(part) < length:
                raise _Cut
            parts.append(part)
            stream.readline()


def _reset(connection: socket.socket) -> None:
    """End a connection as a broken line does: without a farewell."""
    with suppress(OSError):
        linger: Any = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.close()
