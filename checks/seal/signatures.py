"""Sign and verify bytes: manifests, receipts, heads of audit chains."""

from __future__ import annotations

from . import sm2
from .certificates import Certificate, parse_certificate
from .keys import Signer
from .public_key import verify_sm2


def sign_bytes(data: bytes, signer: Signer) -> bytes:
    """SM2-SM3 signature of ``data`` (DER r ‖ s, the usual user id).

    Raises
    ------
    SealError
        When the signer's certificate is damaged.
    """
    point = parse_certificate(signer.certificate).public.point
    return signer.sign_digest(sm2.message_digest(data, point))


def verify_bytes(data: bytes, signature: bytes, certificate: Certificate | bytes) -> bool:
    """Whether ``signature`` is one of ``data`` by the key in ``certificate`` (DER when bytes).

    Says nothing about whether the certificate is to be trusted.
    """
    known = parse_certificate(certificate) if isinstance(certificate, bytes) else certificate
    return known.public.is_sm2 and verify_sm2(data, signature, known.public.point)
