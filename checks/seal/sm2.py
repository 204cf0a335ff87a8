"""SM2 signatures with SM3: GB/T 32918.2-2016, encoded as GM/T 0009-2012 asks.

Why not a library: ``cryptography`` knows no SM2, the pure-Python ``gmssl`` draws its nonces from
``random`` (which betrays the key), and compiled ones cannot be bundled for every QGIS. The tests
hold this one against the standard's example, ``gmssl`` and OpenSSL.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from .der import decode_pair, encode_pair
from .elliptic import SM2
from .sm3 import new_sm3, sm3

USER_ID = b"1234567812345678"
"""The signer's distinguishing identifier where none was agreed: GM/T 0009-2012, clause 10."""
_SIZE = SM2.size


def public_point(private: int) -> bytes:
    """The uncompressed public key (65 bytes) of a private one.

    Raises
    ------
    ValueError
        When ``private`` is not in 1 … n - 2 (GB/T 32918.1-2016, 6.1).
    """
    if not 1 <= private <= SM2.n - 2:
        raise ValueError("not a private key of SM2")
    x, y = SM2.affine(SM2.multiply(private, SM2.gx, SM2.gy))
    return b"\x04" + x.to_bytes(_SIZE, "big") + y.to_bytes(_SIZE, "big")


def new_private_key() -> int:
    """A private key from the operating system's generator."""
    return secrets.randbelow(SM2.n - 2) + 1


def message_digest(message: bytes, public: bytes, user_id: bytes = USER_ID) -> bytes:
    """E = SM3(Z ‖ M): what is signed. GB/T 32918.2-2016, 5.5 and 6.1 (A1, A2)."""
    x, y = _coordinates(public)
    whole = new_sm3()
    identity = (len(user_id) * 8).to_bytes(2, "big") + user_id
    numbers = (SM2.a, SM2.b, SM2.gx, SM2.gy, x, y)
    whole.update(sm3(identity + b"".join(number.to_bytes(_SIZE, "big") for number in numbers)))
    whole.update(message)
    return bytes(whole.digest())


def sign_digest(digest: bytes, private: int, nonce: int | None = None) -> bytes:
    """Signature of ``e`` as DER r ‖ s: GB/T 32918.2-2016, 6.1.

    ``nonce`` is for the standard's example alone: without it, it comes from the key, the digest
    and fresh randomness, so that neither a bad generator nor a repeated message betrays the key.
    """
    e = int.from_bytes(digest, "big")
    while True:
        k = _nonce(digest, private) if nonce is None else nonce
        x, _ = SM2.affine(SM2.multiply(k, SM2.gx, SM2.gy))
        r = (e + x) % SM2.n
        s = pow(1 + private, -1, SM2.n) * (k - r * private) % SM2.n
        if r and s and (r + k) % SM2.n:
            return encode_pair(r, s)
        if nonce is not None:
            raise ValueError("a nonce that gives no signature")


def verify_digest(signature: bytes, digest: bytes, public: bytes) -> bool:
    """Whether ``signature`` (DER) is one of ``e`` by ``public``: GB/T 32918.2-2016, 7.1."""
    try:
        r, s = decode_pair(signature)
        x, y = _coordinates(public)
    except ValueError:
        return False
    t = (r + s) % SM2.n
    if not (0 < r < SM2.n and 0 < s < SM2.n and t):
        return False
    total = SM2.add(SM2.multiply(s, SM2.gx, SM2.gy), SM2.multiply(t, x, y))
    try:
        x1, _ = SM2.affine(total)
    except ValueError:
        return False
    return (int.from_bytes(digest, "big") + x1) % SM2.n == r


def _nonce(digest: bytes, private: int) -> int:
    """RFC 6979, 3.2 with the additional randomness of 3.6, over HMAC-SHA256."""
    size = _SIZE
    extra = (
        private.to_bytes(size, "big")
        + (int.from_bytes(digest, "big") % SM2.n).to_bytes(size, "big")
        + secrets.token_bytes(size)
    )
    value, key = b"\x01" * 32, b"\x00" * 32
    for separator in (b"\x00", b"\x01"):
        key = hmac.new(key, value + separator + extra, hashlib.sha256).digest()
        value = hmac.new(key, value, hashlib.sha256).digest()
    while True:
        value = hmac.new(key, value, hashlib.sha256).digest()
        candidate = int.from_bytes(value, "big")
        if 1 <= candidate < SM2.n:
            return candidate
        key = hmac.new(key, value + b"\x00", hashlib.sha256).digest()
        value = hmac.new(key, value, hashlib.sha256).digest()


def _coordinates(public: bytes) -> tuple[int, int]:
    if len(public) != 1 + 2 * _SIZE or public[:1] != b"\x04":
        raise ValueError("not an uncompressed public key of SM2")
    x = int.from_bytes(public[1 : 1 + _SIZE], "big")
    y = int.from_bytes(public[1 + _SIZE :], "big")
    if not SM2.holds(x, y):
        raise ValueError("a public key that is not on the curve")
    return x, y
