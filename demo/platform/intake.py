"""The platform's side of a delivery: takes finished uploads, answers with signed receipts.

``python -m onemap_verify.demo.platform.intake --config FILE``, behind the gateway, which says who
asks: it listens on a socket that only its owner reaches, or, where there is none, on loopback.

``POST /hooks/finished``
    From the tus server (header ``X-Hook-Secret``): ``{"id": "<upload>"}``. Only a hint that saves
    waiting: the folder of uploads is looked through at the start and every few seconds anyway.
``GET /receipts/<package_id>``
    The receipt, 202 while the package is being looked at, 404 when nothing is known of it.
``POST /audit``
    Events of a client, appended with a chain of digests; the same event twice is one event.
``GET /audit?after=SEQ&limit=N``
    For administrators: what was collected, in its order, with the digests of the chain.
``GET /health``

The configuration is JSON (the file holds secrets: readable by its owner only)::

    {"socket": "<path>", or "host": "127.0.0.1", "port": 18095,
     "database": "host=… dbname=onemap user=onemap_intake password=…",
     "uploads": "<folder of the tus server>", "folder": "<where delivered packages are kept>",
     "hook_secret": "…", "user_header": "x-onemap-user",
     "roles_header": "x-onemap-roles", "scan_seconds": 2,
     "key": "….key", "passphrase": "…", "certificate": "<of that key, which signs receipts>",
     "trust": ["<PEM of trusted signers or their authority>", …]}

Prints ``ready`` once it listens. Whatever moment it is killed at, nothing is lost: a package is
loaded, committed and given its receipt in one transaction, and until then the upload stays.
"""

from __future__ import annotations

import argparse
import hmac
import json
import logging
import signal
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from .intake_audit import append_events, events_of, page_of
from .intake_configuration import Configuration
from .intake_store import Store
from .intake_worker import Worker
from .unix_server import UnixServer

ADMINISTRATOR = "administrator"
_MOST_BODY = 8 << 20
_log = logging.getLogger("intake")


class Intake(UnixServer):
    """The service: an HTTP server, a worker, and a store."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.store = Store(configuration.database)
        self.worker = Worker(configuration, self.store)
        if configuration.socket is not None:
            super().__init__(configuration.socket, Handler)
        else:
            self.address_family = socket.AF_INET
            # Started again after a kill, it takes its port at once.
            self.allow_reuse_address = True
            TCPServer.__init__(self, (configuration.host, configuration.port), Handler)

    def server_bind(self) -> None:
        """Bind to whichever it is."""
        if self.configuration.socket is not None:
            super().server_bind()
        else:
            TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A client that went away is no error of ours."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            _log.exception("request from %s", client_address)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    server: Intake

    def do_GET(self) -> None:
        """Health, receipts."""
        path, query = urlsplit(self.path)[2:4]
        if path == "/health":
            self._answer(HTTPStatus.OK, {"state": "ready"})
        elif path.startswith("/receipts/"):
            self._receipt(unquote(path[len("/receipts/") :]))
        elif path == "/audit":
            self._audited(query)
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "not_found"})

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Hook of the tus server, audit."""
        body = self._body()
        if body is None:
            return
        path = urlsplit(self.path).path
        if path == "/hooks/finished":
            self._finished(body)
        elif path == "/audit":
            self._audit(body)
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "not_found"})

    def _receipt(self, package_id: str) -> None:
        receipt = self.server.store.receipt(package_id)
        if receipt is None:
            receipt = self.server.worker.receipt_of_features(package_id)
        if receipt is not None:
            self._send(HTTPStatus.OK, receipt.encode("utf-8"))
        elif self.server.worker.busy_with(package_id):
            self._answer(HTTPStatus.ACCEPTED, {"package_id": package_id, "state": "checking"})
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"package_id": package_id, "state": "unknown"})

    def _finished(self, body: bytes) -> None:
        given = self.headers.get("X-Hook-Secret", "")
        secret = self.server.configuration.hook_secret
        if not hmac.compare_digest(given.encode(), secret.encode()):
            self._answer(HTTPStatus.FORBIDDEN, {"error": "forbidden"})
            return
        try:
            upload = str(json.loads(body)["id"])
        except (ValueError, KeyError, TypeError):
            self._answer(HTTPStatus.BAD_REQUEST, {"error": "bad_request"})
            return
        self.server.worker.hint(upload)
        self._answer(HTTPStatus.ACCEPTED, {})

    def _audit(self, body: bytes) -> None:
        account = self.headers.get(self.server.configuration.user_header, "")
        if not account:
            self._answer(HTTPStatus.FORBIDDEN, {"error": "forbidden"})
            return
        try:
            events = events_of(body)
        except ValueError as error:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": "bad_request", "message": str(error)})
            return
        self._answer(HTTPStatus.OK, append_events(self.server.store, account, events))

    def _audited(self, query: str) -> None:
        # The gateway lets nobody else in either.
        roles = self.headers.get(self.server.configuration.roles_header, "").split(",")
        if ADMINISTRATOR not in roles:
            self._answer(HTTPStatus.FORBIDDEN, {"error": "forbidden"})
            return
        try:
            given = {name: int(values[-1]) for name, values in parse_qs(query).items()}
            page = page_of(self.server.store, given.get("after", 0), given.get("limit", 500))
        except ValueError:
            self._answer(
                HTTPStatus.BAD_REQUEST,
                {"error": "bad_request", "message": "after and limit are whole numbers"},
            )
            return
        self._answer(HTTPStatus.OK, page)

    def _body(self) -> bytes | None:
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            length = -1
        if not 0 <= length <= _MOST_BODY:
            self.close_connection = True
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "too_large"})
            return None
        body = self.rfile.read(length)
        if len(body) != length:
            # The rest never came: nobody is there to be answered.
            self.close_connection = True
            return None
        return body

    def _answer(self, status: HTTPStatus, document: Mapping[str, Any]) -> None:
        self._send(status, json.dumps(document, ensure_ascii=False).encode("utf-8"))

    def _send(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_one_request(self) -> None:
        """As inherited; a database that is away for a while is said so, not a traceback."""
        try:
            super().handle_one_request()
        except Store.Unavailable:
            self.close_connection = True
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "database"})

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """To the log of the platform, quietly."""
        _log.debug("%s", format % arguments)


def serve(configuration: Configuration) -> None:
    """Serve until SIGTERM."""
    intake = Intake(configuration)
    # shutdown() waits for the loop that this very thread runs.
    signal.signal(
        signal.SIGTERM, lambda *_: threading.Thread(target=intake.shutdown, daemon=True).start()
    )
    intake.worker.start()
    print("ready", flush=True)
    try:
        intake.serve_forever(poll_interval=0.2)
    finally:
        intake.worker.stop()
        intake.server_close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line of the module."""
    parser = argparse.ArgumentParser(prog="intake", description="Takes deliveries.")
    parser.add_argument("--config", type=Path, required=True)
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    serve(Configuration.read(given.config))
    return 0


if __name__ == "__main__":
    sys.exit(main())
