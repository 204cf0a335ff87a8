"""The few DER structures that signatures need; certificates are read by asn1crypto."""

from __future__ import annotations


def encode_pair(r: int, s: int) -> bytes:
    """SEQUENCE of two INTEGERs: a signature as GM/T 0009-2012 and RFC 3279 write it."""
    body = _integer(r) + _integer(s)
    return b"\x30" + _length(len(body)) + body


def decode_pair(data: bytes) -> tuple[int, int]:
    """The two integers of a signature, which must be DER to the last byte.

    Raises
    ------
    ValueError
        For anything else, other encodings of the same numbers included.
    """
    try:
        values, place = [], 0
        for start in _parts(data, 0x30):
            values.append(int.from_bytes(start, "big"))
            place += 1
        if place != 2 or encode_pair(*values) != data:
            raise ValueError("not a pair of integers in DER")
    except IndexError as error:
        raise ValueError("a signature cut short") from error
    return values[0], values[1]


def _parts(data: bytes, tag: int) -> list[bytes]:
    body, rest = _read(data, tag)
    if rest:
        raise ValueError("bytes behind the signature")
    out = []
    while body:
        part, body = _read(body, 0x02)
        out.append(part)
    return out


def _read(data: bytes, tag: int) -> tuple[bytes, bytes]:
    if data[0] != tag:
        raise ValueError("not a signature")
    size, start = data[1], 2
    if size & 0x80:
        count = size & 0x7F
        size, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    if start + size > len(data):
        raise ValueError("a signature cut short")
    return data[start : start + size], data[start + size :]


def _integer(value: int) -> bytes:
    body = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + _length(len(body)) + body


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    body = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(body)]) + body
