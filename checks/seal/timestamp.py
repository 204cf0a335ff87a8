"""Time stamps of RFC 3161: what is asked, and whether the answer holds.

The authority may sign with SM2, RSA or ECDSA and digest with SHA-256 or SM3.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ..findings import Text
from .certificates import Certificate, Trust, find_chain, parse_certificate
from .errors import SealError, asn1
from .sm3 import sm3

_SHA256 = "2.16.840.1.101.3.4.2.1"
_SM3 = "1.2.156.10197.1.401"
_DIGESTS = {
    _SHA256: "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    _SM3: "sm3",
}
_STAMP = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_LARGEST = 1 << 20


@dataclass(frozen=True)
class TimeStampRequest:
    """What goes to the authority (``application/timestamp-query``), and what must come back."""

    der: bytes
    algorithm: str
    imprint: bytes
    nonce: int


@dataclass(frozen=True)
class TimeProof:
    """What a token proves: the time, by whom, and whether that authority is trusted."""

    time: datetime | None
    authority: str
    trusted: bool
    problems: tuple[Text, ...] = ()


def time_stamp_request(data: bytes, algorithm: str = "sha256") -> TimeStampRequest:
    """Ask for a stamp on ``data`` (RFC 3161, 2.4.1), digested with ``sha256`` or ``sm3``."""
    tsp = asn1("tsp")
    imprint = _digest(algorithm, data)
    nonce = secrets.randbits(63) | 1
    request = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": _SM3 if algorithm == "sm3" else algorithm},
                "hashed_message": imprint,
            },
            "nonce": nonce,
            "cert_req": True,
        }
    )
    return TimeStampRequest(bytes(request.dump()), algorithm, imprint, nonce)


def read_time_stamp_response(der: bytes, request: TimeStampRequest) -> bytes:
    """The token in an answer to ``request``, as DER.

    Raises
    ------
    SealError
        When the authority refused, or answered something else.
    """
    try:
        response = asn1("tsp").TimeStampResp.load(der[:_LARGEST], strict=True)
        status = response["status"]["status"].native
        if status not in ("granted", "granted_with_mods"):
            reason = " ".join(response["status"]["status_string"].native or [str(status)])[:200]
            raise _refused(reason)
        token = bytes(response["time_stamp_token"].dump())
        info = _parts(token).info
        stamped = info["message_imprint"]["hashed_message"].native
        if info["nonce"].native != request.nonce or stamped != request.imprint:
            raise _refused("digest or nonce differ")
    except SealError:
        raise
    except Exception as error:  # asn1crypto raises many kinds for what is not DER
        raise _refused("no time stamp in the answer") from error
    return token


def _refused(reason: str) -> SealError:
    return SealError(
        Text(
            f"时间戳服务没有给出有效的时间戳：{reason}",
            f"The authority gave no time stamp: {reason}",
        )
    )


def verify_token(token: bytes, data: bytes, trust: Trust) -> TimeProof:
    """Whether ``token`` stamps ``data``, and by whom (RFC 3161, 2.2 and 2.4.2).

    The authority is trusted when its certificate leads to a trusted one, was valid then, and is
    for time stamping and nothing else (2.3).

    Raises
    ------
    SealError
        When the token is none at all.
    """
    try:
        parts = _parts(token)
        info = parts.info
        algorithm = _DIGESTS[info["message_imprint"]["hash_algorithm"]["algorithm"].dotted]
        stamped = info["message_imprint"]["hashed_message"].native
        time = info["gen_time"].native
        certificate, others = _signer(parts)
        signed = certificate is not None and _signature_holds(parts, certificate)
    except SealError:
        raise
    except Exception as error:  # asn1crypto raises many kinds for what is not DER
        raise SealError(Text("时间戳无法解析", "The time stamp cannot be parsed")) from error
    moment = time if time.tzinfo else time.replace(tzinfo=timezone.utc)
    name = certificate.name if certificate else ""
    problem = None
    if not hmac.compare_digest(stamped, _digest(algorithm, data)):
        problem = Text("时间戳属于另一份签名", "The time stamp belongs to another signature")
    elif not signed or certificate is None:
        problem = Text("时间戳的签名不成立", "The signature of the time stamp does not hold")
    elif certificate.purposes != frozenset({"time_stamping"}) or not certificate.purposes_critical:
        problem = Text(
            f"“{name}”的证书不是时间戳专用证书",
            f"The certificate of {name} is not one for time stamps",
        )
    else:
        chain = find_chain(certificate, others, trust.for_time, moment)
        if chain is None or not chain.valid(moment):
            problem = Text(
                f"时间戳机构“{name}”的证书不能追溯到可信的根证书",
                f"The certificate of the time-stamp authority {name} leads to no trusted one",
            )
    return TimeProof(moment, name, problem is None, () if problem is None else (problem,))


@dataclass(frozen=True)
class _Parts:
    signed_data: Any
    signer: Any
    content: bytes
    info: Any


def _parts(token: bytes) -> _Parts:
    """The parts of a token: CMS signed data (RFC 5652, 5) with one signer around a TSTInfo."""
    whole = asn1("cms").ContentInfo.load(token, strict=True)
    signed_data = whole["content"]
    encapsulated = signed_data["encap_content_info"]
    if encapsulated["content_type"].dotted != _STAMP or len(signed_data["signer_infos"]) != 1:
        raise ValueError("no time stamp")
    octets = encapsulated["content"]
    content = octets.native if isinstance(octets.native, bytes) else octets.parsed.dump()
    info = asn1("tsp").TSTInfo.load(content, strict=True)
    return _Parts(signed_data, signed_data["signer_infos"][0], bytes(content), info)


def _signer(parts: _Parts) -> tuple[Certificate | None, list[Certificate]]:
    """The certificate that the signed attributes name by its digest, and the others."""
    found = [
        parse_certificate(choice.chosen.dump())
        for choice in parts.signed_data["certificates"] or ()
    ]
    wanted = _named(parts)
    own = [one for one in found if wanted is not None and wanted[1] == _digest(wanted[0], one.der)]
    return (own[0] if own else None), found


def _named(parts: _Parts) -> tuple[str, bytes] | None:
    for attribute in parts.signer["signed_attrs"]:
        kind = attribute["type"].dotted
        if kind == _SIGNING_CERTIFICATE_V2:
            first = attribute["values"][0]["certs"][0]
            return _DIGESTS[first["hash_algorithm"]["algorithm"].dotted], first["cert_hash"].native
        if kind == _SIGNING_CERTIFICATE:  # RFC 2634: SHA-1 only names the certificate here
            return "sha1", attribute["values"][0]["certs"][0]["cert_hash"].native
    return None


def _signature_holds(parts: _Parts, certificate: Certificate) -> bool:
    signer = parts.signer
    digest = _DIGESTS[signer["digest_algorithm"]["algorithm"].dotted]
    attributes = {one["type"].dotted: one["values"] for one in signer["signed_attrs"]}
    stated = attributes[_MESSAGE_DIGEST][0].native
    kind = attributes[_CONTENT_TYPE][0].dotted
    if kind != _STAMP or not hmac.compare_digest(stated, _digest(digest, parts.content)):
        return False
    # RFC 5652, 5.4: what is signed is the SET OF, not the implicit tag it is sent with.
    signed = b"\x31" + signer["signed_attrs"].dump()[1:]
    algorithm = signer["signature_algorithm"]["algorithm"].dotted
    return certificate.public.verify(signed, signer["signature"].native, algorithm, digest)


def _digest(algorithm: str, data: bytes) -> bytes:
    if algorithm == "sm3":
        return sm3(data)
    return hashlib.new(algorithm, data).digest()
