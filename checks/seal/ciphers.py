"""AES and SM4 in CBC mode, for key files alone: a few blocks, so plain Python is fast enough.

FIPS 197, GB/T 32907-2016, SP 800-38A (CBC) and RFC 5652, 6.3 (padding).
"""

from __future__ import annotations

from collections.abc import Callable

_BLOCK = 16
Blockwise = Callable[[bytes], bytes]


def _double(value: int) -> int:
    return ((value << 1) ^ 0x1B) & 0xFF if value & 0x80 else value << 1


def _times(first: int, second: int) -> int:
    total = 0
    while second:
        if second & 1:
            total ^= first
        first, second = _double(first), second >> 1
    return total


def _aes_box() -> list[int]:
    """The substitution of FIPS 197, 5.1.1: the inverse in GF(2⁸), then an affine map."""
    box = []
    for value in range(256):
        inverse = next((one for one in range(256) if _times(value, one) == 1), 0)
        out = 0x63
        for turn in range(5):
            out ^= ((inverse << turn) | (inverse >> (8 - turn))) & 0xFF
        box.append(out)
    return box


class _AES:
    """The block cipher of FIPS 197 for keys of 16, 24 or 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._box = _aes_box()
        self._back = [self._box.index(value) for value in range(256)]
        words = [list(key[i : i + 4]) for i in range(0, len(key), 4)]
        size, constant = len(words), 1
        for i in range(size, 4 * (size + 7)):
            word = list(words[-1])
            if i % size == 0:
                word = [self._box[value] for value in word[1:] + word[:1]]
                word[0] ^= constant
                constant = _double(constant)
            elif size == 8 and i % size == 4:
                word = [self._box[value] for value in word]
            words.append([a ^ b for a, b in zip(words[-size], word)])
        flat = [value for word in words for value in word]
        self._keys = [flat[i : i + 16] for i in range(0, len(flat), 16)]

    def encrypt(self, block: bytes) -> bytes:
        state = _xor(block, self._keys[0])
        for number, key in enumerate(self._keys[1:], start=2):
            state = [self._box[state[(i + 4 * (i % 4)) % 16]] for i in range(16)]
            if number < len(self._keys):
                state = _mix(state, (2, 3, 1, 1))
            state = _xor(state, key)
        return bytes(state)

    def decrypt(self, block: bytes) -> bytes:
        state = list(block)
        for number in range(len(self._keys) - 1, 0, -1):
            state = _xor(state, self._keys[number])
            if number < len(self._keys) - 1:
                state = _mix(state, (14, 11, 13, 9))
            state = [self._back[state[(i - 4 * (i % 4)) % 16]] for i in range(16)]
        return bytes(_xor(state, self._keys[0]))


def _mix(state: list[int], row: tuple[int, ...]) -> list[int]:
    out = []
    for column in range(0, 16, 4):
        for i in range(4):
            value = 0
            for j in range(4):
                value ^= _times(state[column + j], row[(j - i) % 4])
            out.append(value)
    return out


_SM4_BOX = bytes.fromhex(
    "d690e9fecce13db716b614c228fb2c052b679a762abe04c3aa441326498606999c4250f491ef987a33540b43edcfac62"
    "e4b31ca9c908e89580df94fa758f3fa64707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35"
    "1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89eeabf8ad240c738b5a3f7f2cef96115a1"
    "e0ae5da49b341a55ad933230f58cb1e31df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51"
    "8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b08969974a0c96777e65b9f109c56ec684"
    "18f07dec3adc4d2079ee5f3ed7cb3948"
)
_SM4_FAMILY = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)


class _SM4:
    """The block cipher of GB/T 32907-2016."""

    def __init__(self, key: bytes) -> None:
        words = [int.from_bytes(key[i : i + 4], "big") ^ _SM4_FAMILY[i // 4] for i in (0, 4, 8, 12)]
        for i in range(32):
            fixed = int.from_bytes(bytes((4 * i + j) * 7 & 0xFF for j in range(4)), "big")
            value = _substitute(words[i + 1] ^ words[i + 2] ^ words[i + 3] ^ fixed)
            words.append(words[i] ^ value ^ _turn(value, 13) ^ _turn(value, 23))
        self._keys = words[4:]

    def encrypt(self, block: bytes) -> bytes:
        return self._run(block, self._keys)

    def decrypt(self, block: bytes) -> bytes:
        return self._run(block, self._keys[::-1])

    def _run(self, block: bytes, keys: list[int]) -> bytes:
        words = [int.from_bytes(block[i : i + 4], "big") for i in (0, 4, 8, 12)]
        for key in keys:
            value = _substitute(words[1] ^ words[2] ^ words[3] ^ key)
            mixed = value ^ _turn(value, 2) ^ _turn(value, 10) ^ _turn(value, 18) ^ _turn(value, 24)
            words = [*words[1:], words[0] ^ mixed]
        return b"".join(word.to_bytes(4, "big") for word in words[::-1])


def _substitute(word: int) -> int:
    return int.from_bytes(bytes(_SM4_BOX[value] for value in word.to_bytes(4, "big")), "big")


def _turn(word: int, bits: int) -> int:
    return ((word << bits) | (word >> (32 - bits))) & 0xFFFFFFFF


def _xor(first: bytes | list[int], second: bytes | list[int]) -> list[int]:
    return [a ^ b for a, b in zip(first, second)]


def block_cipher(name: str, key: bytes) -> _AES | _SM4:
    """The block cipher ``aes`` or ``sm4`` with ``key``."""
    return _SM4(key) if name == "sm4" else _AES(key)


def decrypt_cbc(decrypt: Blockwise, vector: bytes, data: bytes) -> bytes:
    """Plain text of ``data`` without its padding.

    Raises
    ------
    ValueError
        When the padding is not one: the key is wrong.
    """
    if not data or len(data) % _BLOCK:
        raise ValueError("not whole blocks")
    out, last = b"", vector
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK]
        out += bytes(_xor(decrypt(block), last))
        last = block
    count = out[-1]
    if not 1 <= count <= _BLOCK or out[-count:] != bytes([count]) * count:
        raise ValueError("not padded as it should be")
    return out[:-count]


def encrypt_cbc(encrypt: Blockwise, vector: bytes, data: bytes) -> bytes:
    """Cipher text of ``data`` with padding."""
    count = _BLOCK - len(data) % _BLOCK
    data += bytes([count]) * count
    out, last = b"", vector
    for start in range(0, len(data), _BLOCK):
        last = encrypt(bytes(_xor(data[start : start + _BLOCK], last)))
        out += last
    return out
