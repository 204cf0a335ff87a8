"""A small certificate authority of SM2, for demonstrations, trials and tests."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from . import sm2
from .errors import asn1
from .keys import named_curve, write_private_key
from .pem import write_pem
from .public_key import SM2_SM3


@dataclass(frozen=True, repr=False)
class Issued:
    """A private key with its certificate (DER)."""

    private: int
    certificate: bytes

    def write(self, folder: Path, stem: str, passphrase: str, *more: bytes) -> tuple[Path, Path]:
        """Write ``<stem>.key`` (encrypted) and ``<stem>.crt`` (with ``more`` certificates behind).

        Returns
        -------
        tuple
            Paths of key and certificate.
        """
        folder.mkdir(parents=True, exist_ok=True)
        key, certificate = folder / f"{stem}.key", folder / f"{stem}.crt"
        write_private_key(key, self.private, passphrase)
        certificate.write_bytes(
            b"".join(write_pem("CERTIFICATE", der) for der in (self.certificate, *more))
        )
        return key, certificate


def make_authority(name: str, days: float = 3650, begins: datetime | None = None) -> Issued:
    """An authority that signs itself."""
    private = sm2.new_private_key()
    subject = _name(name)
    body = _body(subject, subject, sm2.public_point(private), begins, days)
    body["extensions"] = _extensions(authority=True, usage={"key_cert_sign", "crl_sign"})
    return Issued(private, _signed(body, private))


def issue_certificate(
    authority: Issued,
    name: str,
    days: float = 730,
    begins: datetime | None = None,
    *,
    usage: tuple[str, ...] = ("digital_signature", "non_repudiation"),
    is_authority: bool = False,
    public: bytes = b"",
) -> Issued:
    """A key and its certificate; with ``public``, a certificate for a key made elsewhere."""
    private = 0 if public else sm2.new_private_key()
    issuer = asn1("x509").Certificate.load(authority.certificate).subject
    point = public or sm2.public_point(private)
    body = _body(issuer, _name(name), point, begins, days)
    wanted = set(usage) | ({"key_cert_sign"} if is_authority else set())
    body["extensions"] = _extensions(authority=is_authority, usage=wanted)
    return Issued(private, _signed(body, authority.private))


def _name(common: str) -> Any:
    return asn1("x509").Name.build({"country_name": "CN", "common_name": common})


def _body(
    issuer: Any, subject: Any, point: bytes, begins: datetime | None, days: float
) -> dict[str, Any]:
    x509, keys = asn1("x509"), asn1("keys")
    # Clocks differ: a certificate made for now is valid from an hour ago.
    start = begins or datetime.now(timezone.utc) - timedelta(hours=1)
    start = start.replace(microsecond=0)
    end = start + timedelta(days=days)
    return {
        "version": "v3",
        "serial_number": secrets.randbits(120) | 1 << 120,
        "signature": {"algorithm": SM2_SM3},
        "issuer": issuer,
        "subject": subject,
        "validity": {
            "not_before": x509.Time("utc_time", x509.UTCTime(start)),
            "not_after": x509.Time("utc_time", x509.UTCTime(end)),
        },
        "subject_public_key_info": {
            "algorithm": {"algorithm": "ec", "parameters": named_curve()},
            "public_key": keys.ECPointBitString(point),
        },
    }


def _extensions(*, authority: bool, usage: set[str]) -> list[dict[str, Any]]:
    return [
        {"extn_id": "basic_constraints", "critical": True, "extn_value": {"ca": authority}},
        {"extn_id": "key_usage", "critical": True, "extn_value": usage},
    ]


def _signed(body: dict[str, Any], private: int) -> bytes:
    x509 = asn1("x509")
    inner = x509.TbsCertificate(body)
    digest = sm2.message_digest(inner.dump(), sm2.public_point(private))
    whole = x509.Certificate(
        {
            "tbs_certificate": inner,
            "signature_algorithm": {"algorithm": SM2_SM3},
            "signature_value": sm2.sign_digest(digest, private),
        }
    )
    return bytes(whole.dump())
