"""X.509 certificates: read, and followed up to one that is trusted.

RFC 5280, section 6, as far as it concerns a signature on a document; the signatures may be SM2
with SM3 (GM/T 0015-2012), and RSA or ECDSA for the authorities of time stamps.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..findings import Text
from .errors import SealError, asn1
from .pem import read_pem
from .public_key import PublicKey

_KNOWN_EXTENSIONS = {
    "basic_constraints",
    "key_usage",
    "extended_key_usage",
    "subject_alt_name",
    "certificate_policies",
    "authority_key_identifier",
    "key_identifier",
    "crl_distribution_points",
}
_DEEPEST = 8
_LARGEST_FILE = 16 << 20


@dataclass(frozen=True, eq=False)
class Certificate:
    """What a certificate says, as far as it matters here.

    ``subject`` and ``issuer`` are DER names; ``usage`` is ``None`` where any use is allowed;
    ``purposes`` are the extended uses.
    """

    der: bytes
    name: str
    subject: bytes
    issuer: bytes
    serial: int
    begins: datetime
    ends: datetime
    public: PublicKey
    authority: bool
    path_length: int | None
    usage: frozenset[str] | None
    purposes: frozenset[str] | None
    purposes_critical: bool
    strange: tuple[str, ...]
    _signed: bytes = field(repr=False)
    _algorithm: str = field(repr=False)
    _signature: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """Fingerprint, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    def valid(self, at: datetime) -> bool:
        """Whether ``at`` lies between beginning and end."""
        return self.begins <= at <= self.ends

    def may(self, *usages: str) -> bool:
        """Whether the key may be used in one of these ways."""
        return self.usage is None or bool(self.usage & set(usages))

    def signed_by(self, other: Certificate) -> bool:
        """Whether ``other``'s key signed this certificate."""
        return self.issuer == other.subject and other.public.verify(
            self._signed, self._signature, self._algorithm
        )


def parse_certificate(der: bytes) -> Certificate:
    """Read a certificate.

    Raises
    ------
    SealError
        When it is not one, or its parts contradict each other.
    """
    try:
        return _parsed(der)
    except SealError:
        raise
    except Exception as error:  # asn1crypto raises many kinds for what is not DER
        raise SealError(Text("证书无法解析", "A certificate cannot be parsed")) from error


def _parsed(der: bytes) -> Certificate:
    whole = asn1("x509").Certificate.load(der, strict=True)
    body = whole["tbs_certificate"]
    inner, outer = body["signature"].dump(), whole["signature_algorithm"].dump()
    if inner != outer:
        raise SealError(
            Text("证书内外签名算法不一致", "A certificate names two algorithms of its signature")
        )
    # Signatures are whole octets (RFC 5280, 4.1.1.3): no bit of the last one may be left out.
    if not whole["signature_value"].contents.startswith(b"\x00"):
        raise SealError(Text("证书无法解析", "A certificate cannot be parsed"))
    extensions = {one["extn_id"].native: one for one in body["extensions"] or ()}
    limits = _value(extensions, "basic_constraints")
    usage = _value(extensions, "key_usage")
    purposes = _value(extensions, "extended_key_usage")
    critical = {name for name, one in extensions.items() if one["critical"].native}
    return Certificate(
        der=der,
        name=_shown(body["subject"]),
        subject=body["subject"].dump(),
        issuer=body["issuer"].dump(),
        serial=int(body["serial_number"].native),
        begins=_utc(body["validity"]["not_before"].native),
        ends=_utc(body["validity"]["not_after"].native),
        public=PublicKey.of(body["subject_public_key_info"]),
        authority=bool(limits and limits["ca"].native),
        path_length=limits["path_len_constraint"].native if limits else None,
        usage=frozenset(usage.native) if usage is not None else None,
        purposes=frozenset(purposes.native) if purposes is not None else None,
        purposes_critical="extended_key_usage" in critical,
        strange=tuple(sorted(critical - _KNOWN_EXTENSIONS)),
        _signed=body.dump(),
        _algorithm=whole["signature_algorithm"]["algorithm"].dotted,
        _signature=whole["signature_value"].native,
    )


def _value(extensions: dict[str, Any], name: str) -> Any:
    return extensions[name]["extn_value"].parsed if name in extensions else None


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment


def _shown(name: Any) -> str:
    facts = name.native
    common = facts.get("common_name") or facts.get("organization_name") or name.human_friendly
    return str(common if not isinstance(common, list) else common[-1])


def read_certificates(source: Path | str | bytes) -> list[Certificate]:
    """Every certificate in a file (PEM with several, or DER), a folder of them, or such bytes.

    Raises
    ------
    SealError
        When there is none, or one is damaged.
    """
    out = [parse_certificate(der) for der in _certificate_blocks(source)]
    if not out:
        name = "" if isinstance(source, bytes) else Path(source).name
        raise SealError(Text(f"没有证书：{name}", f"There is no certificate: {name}"))
    return out


def _certificate_blocks(source: Path | str | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        found = [der for label, der in read_pem(source) if label.endswith("CERTIFICATE")]
        yield from found or ([source] if source[:1] == b"\x30" else [])
        return
    path = Path(source)
    if path.is_dir():
        for inner in sorted(path.iterdir()):
            if inner.suffix.lower() in (".pem", ".crt", ".cer", ".der"):
                yield from _certificate_blocks(inner)
        return
    try:
        if path.stat().st_size > _LARGEST_FILE:
            return
        data = path.read_bytes()
    except OSError as error:
        raise SealError(
            Text(
                f"证书文件 {path.name} 无法读取：{error.strerror}",
                f"The certificate file {path.name} cannot be read: {error.strerror}",
            )
        ) from error
    yield from _certificate_blocks(data)


def from_text(text: str) -> bytes:
    """DER of a certificate written in base64 or as PEM, as in a manifest.

    Raises
    ------
    ValueError
        For anything else.
    """
    data = text.encode("ascii")
    if b"-----BEGIN" in data:
        return next(iter(_certificate_blocks(data)), b"")
    try:
        der = base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if base64.b64encode(der) != data:
        raise ValueError("not base64 as it is written")
    return der


@dataclass(frozen=True)
class Trust:
    """Which certificates are believed without further proof, and which no longer.

    ``revoked`` are SHA-256 fingerprints. A certificate named in ``certificates`` may be an
    authority or a signer's own; ``time_authorities`` are believed about time stamps alone.
    """

    certificates: tuple[Certificate, ...] = ()
    revoked: frozenset[str] = frozenset()
    time_authorities: tuple[Certificate, ...] = ()

    @property
    def for_time(self) -> Trust:
        """Who is believed about the time: also those who are believed about signers."""
        return Trust((*self.certificates, *self.time_authorities), self.revoked)

    @staticmethod
    def load(*sources: Path | str | bytes) -> Trust:
        """Trust what is in these files, folders or PEM texts.

        Raises
        ------
        SealError
            When one holds no certificate.
        """
        return Trust(tuple(one for source in sources for one in read_certificates(source)))


@dataclass(frozen=True)
class Chain:
    """A way from a certificate to a trusted one, both included."""

    certificates: tuple[Certificate, ...]

    def valid(self, at: datetime) -> bool:
        """Whether all were valid at that moment."""
        return all(one.valid(at) for one in self.certificates)


def find_chain(
    leaf: Certificate, others: Iterable[Certificate], trust: Trust, at: datetime
) -> Chain | None:
    """The way to a trusted certificate, one that was valid ``at`` where there is any.

    Validity in time is the caller's to judge: a chain that has run out is returned as well.
    """
    first: Chain | None = None
    for chain in _chains((leaf,), tuple(others), trust):
        if chain.valid(at):
            return chain
        first = first or chain
    return first


def _chains(
    so_far: tuple[Certificate, ...], others: Sequence[Certificate], trust: Trust
) -> Iterator[Chain]:
    last = so_far[-1]
    if last.sha256 in trust.revoked or last.strange:
        return
    if any(last.der == one.der for one in trust.certificates):
        yield Chain(so_far)
        return
    if len(so_far) >= _DEEPEST:
        return
    for candidate in (*trust.certificates, *others):
        if any(candidate.der == one.der for one in so_far):
            continue
        if _may_issue(candidate, len(so_far) - 1) and last.signed_by(candidate):
            yield from _chains((*so_far, candidate), others, trust)


def _may_issue(candidate: Certificate, authorities_below: int) -> bool:
    return (
        candidate.authority
        and candidate.may("key_cert_sign")
        and (candidate.path_length is None or candidate.path_length >= authorities_below)
    )
