"""Waits for the browser to come back, on this machine and no other interface (RFC 8252, 7.3)."""

from __future__ import annotations

import hmac
import http.server
import os
import queue
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..errors import NotReachable, TimedOut

LOOPBACK = "127.0.0.1"
_PAGE = """<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>OneMap Verify</title>
<style>body{{font:16px/1.6 sans-serif;margin:15vh auto;max-width:30em;text-align:center}}</style>
</head><body><h1>{zh}</h1><p>{en}</p></body></html>"""
DONE = Text(
    zh="登录信息已收到，请关闭本页并回到 QGIS。",
    en="The sign-in was received. Close this page and go back to QGIS.",
)
REFUSED = Text(
    zh="登录未完成，请回到 QGIS 重试。", en="The sign-in was not completed. Try again in QGIS."
)
STRANGE = Text(zh="本页与当前登录无关。", en="This has nothing to do with the sign-in under way.")


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # A port that was just closed may be taken again; on Windows the same flag would let another
    # program listen on a port that is in use.
    allow_reuse_address = os.name == "posix"

    def server_bind(self) -> None:
        if self.allow_reuse_address:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
        if exclusive is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        # Not HTTPServer's: that looks up the machine's name, which can take seconds.
        socket_name = self.server_address
        self.socket.bind(socket_name)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = LOOPBACK, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that goes away is no error."""


class Listener:
    """Takes the one redirect that carries our ``state``; a context manager.

    Parameters
    ----------
    ports
        Ports to try in this order; 0 is any free one.
    path
        Path of the redirect address.
    state
        What the redirect has to carry.

    Raises
    ------
    NotReachable
        When every port is taken.
    """

    def __init__(self, ports: Sequence[int], path: str, state: str) -> None:
        self._answers: queue.Queue[dict[str, str]] = queue.Queue()
        self._server = _bind(ports or (0,), _handler(path, state, self._answers))
        self.address = f"http://{LOOPBACK}:{self._server.server_port}{path}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="onemap-sign-in", daemon=True
        )
        self._thread.start()

    def wait(self, seconds: float, progress: Progress = SILENT) -> dict[str, str]:
        """Return the parameters of the redirect.

        Raises
        ------
        TimedOut, Cancelled
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            progress.check()
            try:
                return self._answers.get(timeout=0.1)
            except queue.Empty:
                continue
        raise TimedOut(
            Text(
                zh=f"{seconds:.0f} 秒内浏览器没有完成登录",
                en=f"The browser did not complete the sign-in within {seconds:.0f} s",
            ),
            Text(zh="请重新登录。", en="Sign in again."),
        )

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _bind(ports: Sequence[int], handler: type) -> _Server:
    for port in ports:
        try:
            return _Server((LOOPBACK, port), handler)
        except OSError:
            continue
    numbers = ", ".join(str(port) for port in ports)
    raise NotReachable(
        Text(
            zh=f"无法等待浏览器返回：本机端口 {numbers} 均被占用",
            en=f"Cannot wait for the browser: the ports {numbers} of this machine are taken",
        ),
        Text(
            zh="请关闭占用端口的程序，或使用设备码登录。",
            en="Close the program that uses them, or sign in by device code.",
        ),
    )


def _handler(path: str, state: str, answers: queue.Queue[dict[str, str]]) -> type:
    class Handler(http.server.BaseHTTPRequestHandler):
        # Browsers open connections ahead of need and leave them silent.
        timeout = 10

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            given = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path != path:
                self._say(404, STRANGE)
            elif not hmac.compare_digest(given.get("state", "").encode(), state.encode()):
                # Somebody else's page may call this address: it must not end our sign-in.
                self._say(400, STRANGE)
            else:
                self._say(200, DONE if "code" in given else REFUSED)
                answers.put(given)

        def _say(self, status: int, text: Text) -> None:
            body = _PAGE.format(zh=text.zh, en=text.en).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """The line would hold the code."""

    return Handler
