"""Checks an ID token (OpenID Connect Core 1.0, 3.1.3.7).

RSA signatures (RS256, RS384, RS512; RFC 8017, 8.2.2) are verified here: that takes public values
alone and needs no library. Elliptic curves and PSS need ``cryptography``; where it is missing, the
connection to the token endpoint stands for the signature, as 3.1.3.7 no. 6 allows.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ...checks.findings import Text
from ..errors import BadAnswer

LEEWAY_S = 120
"""What clocks of the platform and of this machine may differ by."""
_HASHES = {"256": "sha256", "384": "sha384", "512": "sha512"}
# DER of DigestInfo up to the digest (RFC 8017, 9.2, note 1).
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
_CURVES = {"ES256": ("SECP256R1", 32), "ES384": ("SECP384R1", 48), "ES512": ("SECP521R1", 66)}


def decode(part: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def check_id_token(
    token: str,
    *,
    issuer: str,
    client_id: str,
    nonce: str | None,
    keys: Sequence[Mapping[str, Any]],
    direct: bool,
    now: float | None = None,
) -> dict[str, Any]:
    """Return the claims of an ID token that is what it should be.

    Parameters
    ----------
    nonce
        What was sent; ``None`` after a refresh, where it may be missing.
    keys
        The issuer's keys (JWK).
    direct
        Whether the token came straight from the token endpoint, by TLS or on this machine.

    Raises
    ------
    BadAnswer
        Naming what is wrong.
    """
    now = time.time() if now is None else now
    try:
        head, body, signature = token.split(".")
        header = json.loads(decode(head))
        claims = json.loads(decode(body))
        signed, value = f"{head}.{body}".encode("ascii"), decode(signature)
        algorithm = str(header["alg"])
        if not isinstance(claims, dict):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        claims = None
    if claims is None:
        raise _wrong("格式", "form")
    _check_signature(algorithm, header.get("kid"), signed, value, keys, direct)
    if str(claims.get("iss", "")).rstrip("/") != issuer.rstrip("/"):
        raise _wrong("颁发者", "issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences or (len(audiences) > 1 and claims.get("azp") != client_id):
        raise _wrong("受众", "audience")
    expires, issued = claims.get("exp"), claims.get("iat", now)
    if not isinstance(expires, (int, float)) or now > expires + LEEWAY_S:
        raise _wrong("有效期", "expiry")
    if not isinstance(issued, (int, float)) or issued > now + LEEWAY_S:
        raise _wrong("签发时间（请核对本机时钟）", "time of issue (is this machine's clock right?)")
    if nonce is not None and not hmac.compare_digest(str(claims.get("nonce", "")), nonce):
        raise _wrong("随机数 nonce", "nonce")
    if not claims.get("sub"):
        raise _wrong("用户", "subject")
    return claims


def _wrong(zh: str, en: str) -> BadAnswer:
    return BadAnswer(
        Text(zh=f"身份令牌无效：{zh}不符", en=f"The ID token is not valid: wrong {en}"),
        Text(
            zh="请重新登录；若问题依旧，请平台管理员核对认证服务的配置。",
            en="Sign in again; if it stays, have the administrator check the identity provider.",
        ),
    )


def _check_signature(
    algorithm: str,
    kid: Any,
    signed: bytes,
    signature: bytes,
    keys: Sequence[Mapping[str, Any]],
    direct: bool,
) -> None:
    fitting = [
        key
        for key in keys
        if key.get("use", "sig") == "sig" and (kid is None or key.get("kid", kid) == kid)
    ]
    # "none" and secrets shared with a public client prove nothing.
    if algorithm[:2] in ("RS", "PS", "ES") and algorithm[2:] in _HASHES:
        outcomes = [_verify(algorithm, key, signed, signature) for key in fitting]
        if True in outcomes:
            return
        if direct and (not outcomes or all(outcome is None for outcome in outcomes)):
            return
    raise _wrong("签名", "signature")


def _verify(algorithm: str, key: Mapping[str, Any], signed: bytes, signature: bytes) -> bool | None:
    """Return whether the signature is right; ``None`` when that cannot be told here."""
    try:
        if algorithm.startswith("RS") and key.get("kty") == "RSA":
            return _rsa(key, _HASHES[algorithm[2:]], signed, signature)
        if key.get("kty") != {"P": "RSA", "E": "EC"}.get(algorithm[0]):
            return False
        return _with_library(algorithm, key, signed, signature)
    except (KeyError, ValueError, TypeError, OverflowError):
        return False


def _rsa(key: Mapping[str, Any], digest: str, signed: bytes, signature: bytes) -> bool:
    modulus, exponent = (int.from_bytes(decode(str(key[name])), "big") for name in ("n", "e"))
    size = (modulus.bit_length() + 7) // 8
    if size < 256 or len(signature) != size or exponent < 3:
        return False
    opened = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big")
    info = _DIGEST_INFO[digest] + hashlib.new(digest, signed).digest()
    expected = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    return hmac.compare_digest(opened, expected)


def _with_library(
    algorithm: str, key: Mapping[str, Any], signed: bytes, signature: bytes
) -> bool | None:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
    except ImportError:
        return None
    digest = getattr(hashes, _HASHES[algorithm[2:]].upper())()
    number = {
        name: int.from_bytes(decode(str(key[name])), "big") for name in _NUMBERS[algorithm[0]]
    }
    try:
        if algorithm.startswith("PS"):
            salted = padding.PSS(padding.MGF1(digest), digest.digest_size)
            public = rsa.RSAPublicNumbers(number["e"], number["n"]).public_key()
            public.verify(signature, signed, salted, digest)
            return True
        name, size = _CURVES[algorithm]
        if len(signature) != 2 * size:
            return False
        r, s = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
        curve = getattr(ec, name)()
        point = ec.EllipticCurvePublicNumbers(number["x"], number["y"], curve).public_key()
        point.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(digest))
    except InvalidSignature:
        return False
    return True


_NUMBERS = {"P": ("n", "e"), "E": ("x", "y")}
