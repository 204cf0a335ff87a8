"""``manifest.json`` of a sealed package: what it holds, and who vouches for it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..findings import Text
from .digests import canonical
from .errors import SealError
from .names import same, unsafe

ALGORITHM = "SM2-SM3"
LARGEST = 256 << 20
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Object:
    """One object as the manifest states it."""

    path: str
    bytes: int
    sha256: str
    sm3: str


@dataclass(frozen=True)
class Manifest:
    """A manifest that was understood; ``signed`` is what its signatures are about."""

    document: Mapping[str, Any]
    objects: tuple[Object, ...]
    signed: bytes

    @property
    def package(self) -> dict[str, Any]:
        """What it says of the package: ``id``, ``xzqdm``, ``year``, ``created`` and more."""
        return dict(self.document["package"])

    @property
    def signatures(self) -> list[dict[str, Any]]:
        """Algorithm, certificate, value; perhaps ``chain`` and ``timestamp``."""
        return list(self.document.get("signatures", []))


def signed_form(document: Mapping[str, Any]) -> bytes:
    """Canonical JSON of everything but ``signatures``."""
    return canonical({key: value for key, value in document.items() if key != "signatures"})


def unsigned_document(package: Mapping[str, Any], objects: Sequence[Object]) -> dict[str, Any]:
    """The manifest before anybody signs it."""
    return {
        "package": dict(package),
        "objects": [
            {"path": one.path, "bytes": one.bytes, "sha256": one.sha256, "sm3": one.sm3}
            for one in objects
        ],
    }


def signature_entry(
    value: bytes, certificate: bytes, chain: Sequence[bytes], token: bytes | None
) -> dict[str, Any]:
    """One entry of ``signatures``; binary parts in base64 of DER."""
    entry: dict[str, Any] = {
        "alg": ALGORITHM,
        "certificate": _text(certificate),
        "value": _text(value),
    }
    if chain:
        entry["chain"] = [_text(one) for one in chain]
    if token is not None:
        entry["timestamp"] = _text(token)
    return entry


def parse_manifest(data: bytes) -> Manifest:
    """Read a manifest.

    Raises
    ------
    SealError
        When it is not one, or says something impossible.
    """
    try:
        document = json.loads(data.decode("utf-8"), object_pairs_hook=_without_doubles)
        if not isinstance(document, dict) or not isinstance(document.get("package"), dict):
            raise ValueError("no package in it")
        if not isinstance(document.get("signatures", []), list):
            raise ValueError("signatures are not a list")
        objects = _objects(document.get("objects"))
        return Manifest(document, objects, signed_form(document))
    except (ValueError, RecursionError, TypeError) as error:
        raise SealError(
            Text(f"清单无法读取：{error}", f"The manifest cannot be read: {error}")
        ) from error


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("a key stands there twice")
    return out


def _objects(entries: Any) -> tuple[Object, ...]:
    if not isinstance(entries, list):
        raise ValueError("no list of objects")
    out = []
    seen: set[str] = set()
    for entry in entries:
        one = _object(entry)
        key = same(one.path)
        if key in seen or key == "manifest.json":
            raise ValueError(f"'{one.path[:200]}' stands there twice")
        seen.add(key)
        out.append(one)
    return tuple(out)


def _object(entry: Any) -> Object:
    path = entry.get("path") if isinstance(entry, dict) else None
    if not isinstance(path, str) or unsafe(path) is not None:
        raise ValueError(f"an object whose path is no path inside the package: {str(path)[:200]!r}")
    size, sha256, sm3 = entry.get("bytes"), entry.get("sha256"), entry.get("sm3")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 1 << 62:
        raise ValueError(f"'{path[:200]}' has no size")
    for digest in (sha256, sm3):
        if not isinstance(digest, str) or not _HEX.fullmatch(digest):
            raise ValueError(f"'{path[:200]}' has no digests")
    return Object(path, size, str(sha256), str(sm3))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
