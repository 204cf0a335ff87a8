"""Public keys and the signatures they verify: SM2, ECDSA, RSA."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from . import sm2
from .der import decode_pair
from .elliptic import CURVES, SM2, Curve

SM2_SM3 = "1.2.156.10197.1.501"
_ECDSA = {
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_RSA = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
_RSA_PLAIN = "1.2.840.113549.1.1.1"
_LARGEST_MODULUS = 16384


@dataclass(frozen=True)
class PublicKey:
    """A key of one of three kinds; ``point`` for curves, ``modulus`` and ``exponent`` for RSA."""

    curve: Curve | None
    point: bytes = b""
    modulus: int = 0
    exponent: int = 0

    @staticmethod
    def of(info: Any) -> PublicKey:
        """Read asn1crypto's ``PublicKeyInfo``; a key of another kind verifies nothing."""
        kind = info["algorithm"]["algorithm"].native
        if kind == "ec":
            return PublicKey(
                CURVES.get(_oid(info["algorithm"]["parameters"])), info["public_key"].native
            )
        if kind == "rsa":
            key = info["public_key"].parsed
            return PublicKey(
                None, b"", int(key["modulus"].native), int(key["public_exponent"].native)
            )
        return PublicKey(None)

    @property
    def is_sm2(self) -> bool:
        """Whether the key is one of SM2."""
        return self.curve is SM2

    def verify(self, message: bytes, signature: bytes, algorithm: str, digest: str = "") -> bool:
        """Whether ``signature`` of ``message`` (of a certificate or time stamp) is by this key.

        ``algorithm`` is an OID; ``digest`` names the hash where the algorithm does not. For SM2
        the empty user id is taken as well: OpenSSL signs certificates so unless told otherwise.
        """
        if algorithm == SM2_SM3 and self.curve is SM2:
            return verify_sm2(message, signature, self.point) or verify_sm2(
                message, signature, self.point, b""
            )
        if algorithm in _ECDSA and self.curve not in (None, SM2):
            return self._ecdsa(hashlib.new(_ECDSA[algorithm], message).digest(), signature)
        name = _RSA.get(algorithm, digest if algorithm == _RSA_PLAIN else "")
        if name in ("sha256", "sha384", "sha512") and self.modulus:
            return self._rsa(name, hashlib.new(name, message).digest(), signature)
        return False

    def _ecdsa(self, digest: bytes, signature: bytes) -> bool:
        """FIPS 186-4, 6.4."""
        curve = self.curve
        if curve is None or len(self.point) != 1 + 2 * curve.size or self.point[0] != 4:
            return False
        x = int.from_bytes(self.point[1 : 1 + curve.size], "big")
        y = int.from_bytes(self.point[1 + curve.size :], "big")
        try:
            r, s = decode_pair(signature)
        except ValueError:
            return False
        if not (0 < r < curve.n and 0 < s < curve.n and curve.holds(x, y)):
            return False
        excess = max(len(digest) * 8 - curve.n.bit_length(), 0)
        e = int.from_bytes(digest, "big") >> excess
        inverse = pow(s, -1, curve.n)
        total = curve.add(
            curve.multiply(e * inverse % curve.n, curve.gx, curve.gy),
            curve.multiply(r * inverse % curve.n, x, y),
        )
        try:
            return curve.affine(total)[0] % curve.n == r
        except ValueError:
            return False

    def _rsa(self, name: str, digest: bytes, signature: bytes) -> bool:
        """RSASSA-PKCS1-v1_5, RFC 8017, 8.2.2."""
        bits = self.modulus.bit_length()
        size = (bits + 7) // 8
        if not 2048 <= bits <= _LARGEST_MODULUS or self.exponent >= 1 << 64:
            return False
        value = int.from_bytes(signature, "big")
        if len(signature) != size or value >= self.modulus:
            return False
        info = _DIGEST_INFO[name] + digest
        expected = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
        opened = pow(value, self.exponent, self.modulus).to_bytes(size, "big")
        return hmac.compare_digest(opened, expected)


# RFC 8017, section 9.2, note 1.
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


def verify_sm2(
    message: bytes, signature: bytes, point: bytes, user_id: bytes = sm2.USER_ID
) -> bool:
    """Whether an SM2-SM3 signature (DER) of ``message`` is by the key ``point``."""
    try:
        return sm2.verify_digest(signature, sm2.message_digest(message, point, user_id), point)
    except ValueError:
        return False


def _oid(parameters: Any) -> str:
    chosen = getattr(parameters, "chosen", None)
    return str(getattr(chosen, "dotted", ""))
