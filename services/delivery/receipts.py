"""What the platform answers in the end, and what of it may be believed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import quote

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ...checks.seal import canonical
from ..errors import BadAnswer, NotThere, ProfileProblem, place
from .problems import reason_codes

_MOST_BYTES = 1 << 20
DAMAGED = "transfer_damaged"
"""Reason word: what arrived is not what was announced; sending it again will do."""


class Verdict(Enum):
    """What a receipt means for one delivery."""

    NOT_YET = "not_yet"
    COMMITTED = "committed"
    REJECTED = "rejected"
    DAMAGED = "damaged"
    OTHER_CONTENT = "other_content"


@dataclass(frozen=True)
class Receipt:
    """A receipt whose signature was verified (empty for ``NOT_YET``)."""

    verdict: Verdict
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """The delivery that a receipt is asked for; ``upload`` is the last part of its address."""

    package_id: str
    sha256: str
    sm3: str
    upload: str = ""


class ReceiptDesk:
    """Asks one platform for receipts and checks them.

    Parameters
    ----------
    transport
        The :class:`..transport.Transport`.
    receipts
        Address under which receipts lie.
    certificate
        PEM text, or path of a PEM file, of the key that signs receipts: pinned by the profile,
        so that nothing in an answer decides whom to believe.

    Raises
    ------
    ProfileProblem
        When the profile names no usable certificate: without one nothing would ever be done.
    """

    def __init__(self, transport: Any, receipts: str, certificate: str) -> None:
        self._transport = transport
        self._receipts = receipts.rstrip("/")
        self._certificates = _certificates(certificate)

    def ask(self, wanted: Wanted, progress: Progress = SILENT) -> Receipt:
        """Fetch the receipt of a package and say what it means.

        Raises
        ------
        BadAnswer
            When it is no receipt, or its signature does not verify.
        ServiceError
            When the platform does not answer.
        """
        url = f"{self._receipts}/{quote(wanted.package_id, safe='')}"
        try:
            answer = self._transport.request(
                "GET", url, expect=(200, 202), limit=_MOST_BYTES, progress=progress
            )
        except NotThere:
            return Receipt(Verdict.NOT_YET, {})
        try:
            document = answer.json()
        except ValueError as error:
            raise _not_a_receipt(url, "JSON") from error
        if not isinstance(document, dict):
            raise _not_a_receipt(url, "JSON")
        state = document.get("state")
        if state not in ("committed", "rejected"):
            return Receipt(Verdict.NOT_YET, {})
        if not self._signed(document):
            raise _not_a_receipt(url, "signature")
        if document.get("package_id") != wanted.package_id:
            raise _not_a_receipt(url, "package_id")
        return Receipt(_meaning(document, wanted), document)

    def _signed(self, document: Mapping[str, Any]) -> bool:
        from ...checks.seal import verify_bytes

        signature = document.get("signature")
        if isinstance(signature, Mapping):
            signature = signature.get("value")
        if not isinstance(signature, str):
            return False
        try:
            value = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        body = canonical({key: item for key, item in document.items() if key != "signature"})
        return any(verify_bytes(body, value, each) for each in self._certificates)


def _meaning(document: Mapping[str, Any], wanted: Wanted) -> Verdict:
    same = document.get("sha256") == wanted.sha256 and document.get("sm3") == wanted.sm3
    if document["state"] == "committed":
        return Verdict.COMMITTED if same else Verdict.OTHER_CONTENT
    if not same:
        # Another content under this id was turned down; ours has not been looked at yet.
        return Verdict.NOT_YET
    # A rejection is about one upload; one that is not ours, or of an earlier try, says nothing.
    upload = document.get("upload", wanted.upload)
    if not wanted.upload or upload != wanted.upload:
        return Verdict.NOT_YET
    return Verdict.DAMAGED if DAMAGED in reason_codes(document) else Verdict.REJECTED


def _certificates(source: str) -> list[Any]:
    from ...checks.errors import ExplainedError
    from ...checks.seal import read_certificates

    found: list[Any] = []
    if source:
        try:
            found = read_certificates(source.encode() if "-----BEGIN" in source else source)
        except (ExplainedError, OSError, ValueError):
            found = []
    if not found:
        raise ProfileProblem(
            Text(
                "站点配置缺少可用的回执证书，无法核对平台回执",
                "The site profile names no usable receipt certificate: no receipt can be checked",
            ),
            "/delivery/receipt_certificate",
        )
    return found


def _not_a_receipt(url: str, what: str) -> BadAnswer:
    if what == "signature":
        return BadAnswer(
            Text(
                f"{place(url)} 的回执签名无法通过核验，不予采信",
                f"The signature of the receipt from {place(url)} does not verify; it is not "
                "believed",
            )
        )
    return BadAnswer(
        Text(f"{place(url)} 的回答不是回执（{what}）", f"{place(url)} gave no receipt ({what})")
    )
