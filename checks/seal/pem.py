"""PEM: DER between lines (RFC 7468)."""

from __future__ import annotations

import base64
import binascii
import re

_BLOCK = re.compile(
    rb"-----BEGIN ([A-Z0-9 ]+)-----\s*([A-Za-z0-9+/=\s]*?)-----END \1-----", re.DOTALL
)


def read_pem(data: bytes) -> list[tuple[str, bytes]]:
    """Label and DER of every block; what is not base64 is left out."""
    out = []
    for label, body in _BLOCK.findall(data):
        try:
            out.append((label.decode("ascii"), base64.b64decode(body, validate=False)))
        except binascii.Error:
            continue
    return out


def write_pem(label: str, der: bytes) -> bytes:
    """One block with lines of 64."""
    text = base64.b64encode(der).decode("ascii")
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()
