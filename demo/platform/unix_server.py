"""An HTTP server on a Unix socket: only who may enter its folder can reach it."""

from __future__ import annotations

import os
import socket
import socketserver
from http.server import BaseHTTPRequestHandler
from pathlib import Path


class UnixServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """One thread for each connection; nginx keeps only a few open."""

    address_family = socket.AF_UNIX
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path: Path, handler: type[BaseHTTPRequestHandler]) -> None:
        path.unlink(missing_ok=True)
        super().__init__(str(path), handler)  # type: ignore[arg-type]

    def server_bind(self) -> None:
        """Bind to the path; only the owner may connect."""
        before = os.umask(0o177)
        try:
            self.socket.bind(self.server_address)
        finally:
            os.umask(before)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """The handler wants an address to show."""
        connection, _ = self.socket.accept()
        return connection, ("unix", 0)
