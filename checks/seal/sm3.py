"""SM3 (GB/T 32905-2016): from OpenSSL where there is one, else computed here."""

from __future__ import annotations

import hashlib
import struct
from functools import lru_cache
from typing import Any

_MASK = 0xFFFFFFFF
_BLOCK = 64
_START = (
    *(0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600),
    *(0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E),
)


def _turn(word: int, bits: int) -> int:
    bits %= 32
    return ((word << bits) | (word >> (32 - bits))) & _MASK


_CONSTANTS = tuple(_turn(0x79CC4519 if j < 16 else 0x7A879D8A, j) for j in range(64))


class SlowSM3:
    """SM3 in Python alone, clause 5 of the standard: about 0.3 MB/s."""

    name = "sm3"
    digest_size = 32
    block_size = _BLOCK

    def __init__(self, data: bytes = b"") -> None:
        self._state: tuple[int, ...] = _START
        self._rest = b""
        self._length = 0
        self.update(data)

    def update(self, data: bytes) -> None:
        """Take in ``data``."""
        self._length += len(data)
        data = self._rest + data
        whole = len(data) - len(data) % _BLOCK
        for start in range(0, whole, _BLOCK):
            self._state = _compress(self._state, data[start : start + _BLOCK])
        self._rest = data[whole:]

    def digest(self) -> bytes:
        """Return the digest of what was taken in so far."""
        padding = b"\x80" + b"\x00" * ((55 - self._length) % _BLOCK)
        tail = self._rest + padding + struct.pack(">Q", self._length * 8)
        state = self._state
        for start in range(0, len(tail), _BLOCK):
            state = _compress(state, tail[start : start + _BLOCK])
        return struct.pack(">8I", *state)

    def hexdigest(self) -> str:
        """Return :meth:`digest` in hexadecimal."""
        return self.digest().hex()


def _compress(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    words = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _turn(words[j - 3], 15)
        mixed ^= _turn(mixed, 15) ^ _turn(mixed, 23)
        words.append(mixed ^ _turn(words[j - 13], 7) ^ words[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        turned = _turn(a, 12)
        first = _turn((turned + e + _CONSTANTS[j]) & _MASK, 7)
        if j < 16:
            left, right = a ^ b ^ c, e ^ f ^ g
        else:
            left, right = (a & b) | (a & c) | (b & c), (e & f) | (~e & g & _MASK)
        second = (left + d + (first ^ turned) + (words[j] ^ words[j + 4])) & _MASK
        third = (right + h + first + words[j]) & _MASK
        d, c, b, a = c, _turn(b, 9), a, second
        h, g, f, e = g, _turn(f, 19), e, third ^ _turn(third, 9) ^ _turn(third, 17)
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h)))


class _OpenSSL:
    """SM3 of the ``cryptography`` library in the manner of ``hashlib``."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives import hashes

        self._hash = hashes.Hash(hashes.SM3())

    def update(self, data: bytes) -> None:
        self._hash.update(data)

    def digest(self) -> bytes:
        return bytes(self._hash.copy().finalize())

    def hexdigest(self) -> str:
        return self.digest().hex()


@lru_cache(maxsize=1)
def _fast() -> Any:
    """Whatever offers SM3 at full speed; ``None`` where nothing does."""
    try:
        hashlib.new("sm3", b"")
    except ValueError:
        try:
            _OpenSSL()
        except Exception:  # an old, a missing or a broken library: all the same here
            return None
        return _OpenSSL
    return lambda: hashlib.new("sm3")


def sm3_available() -> bool:
    """Whether SM3 (GB/T 32905-2016) can be had at full speed here."""
    return _fast() is not None


def new_sm3() -> Any:
    """Return a new SM3 with ``update``, ``digest`` and ``hexdigest``; it may be a slow one."""
    fast = _fast()
    return SlowSM3() if fast is None else fast()


def sm3(data: bytes) -> bytes:
    """Return the SM3 digest of ``data``, 32 bytes."""
    one = new_sm3()
    one.update(data)
    return bytes(one.digest())
