"""Receipts: what the platform signs and gives out, word for word."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ...checks.seal import FileKey, canonical, sign_bytes
from ...services.delivery.problems import Problem
from .intake_configuration import Configuration


class ReceiptWriter:
    """Writes receipts with the platform's key."""

    def __init__(self, configuration: Configuration) -> None:
        self._signer = FileKey(
            configuration.key, configuration.certificate, configuration.passphrase
        )
        self._one = threading.Lock()

    def __call__(
        self,
        package_id: str,
        sha256: str,
        sm3: str,
        state: str,
        problems: tuple[Problem, ...],
        facts: Mapping[str, Any],
        objects: int = 0,
    ) -> str:
        """A receipt as JSON text; the signature covers all of it but itself."""
        document: dict[str, Any] = {
            "package_id": package_id,
            "sha256": sha256,
            "sm3": sm3,
            "received": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "objects": objects,
            "state": state,
            "reasons": [problem.as_json() for problem in problems],
            **facts,
        }
        with self._one:
            value = sign_bytes(canonical(document), self._signer)
        document["signature"] = base64.b64encode(value).decode("ascii")
        return json.dumps(document, ensure_ascii=False, sort_keys=True)
