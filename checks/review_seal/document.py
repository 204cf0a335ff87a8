"""The file of a signature: what was signed, block by block, and by whom.

Everything but ``signatures`` and ``check`` is signed in its canonical form. ``check`` is the
digest of all the rest, so that a damaged file is told from a forged one and damage outside of
what is signed is found as well.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..findings import Text
from ..seal import canonical
from ..seal.tree import root
from .blocks import Blocks

FORMAT = "onemap-review-signature"
VERSION = 1
LARGEST = 512 << 20
_UNSIGNED = ("signatures", "check")


@dataclass(frozen=True)
class SignedFile:
    """One file as it was signed; ``path`` is seen from the findings or from the package."""

    role: str
    path: str
    blocks: Blocks
    whole: bool = True
    """Whether the digests of the blocks come to the root that stands beside them."""


@dataclass(frozen=True)
class Signature:
    """A file of a signature that could be read.

    ``damaged`` names the parts that are not as they were written; empty where all are.
    """

    document: Mapping[str, Any]
    files: tuple[SignedFile, ...]
    damaged: tuple[str, ...]

    @property
    def journal(self) -> tuple[int, str]:
        """Head of the journal when it was signed."""
        head = self.document.get("journal")
        known = head if isinstance(head, Mapping) else {}
        size, top = known.get("size"), known.get("root")
        return (size if isinstance(size, int) else 0), str(top or "")

    @property
    def signed(self) -> bytes:
        """The bytes that are signed."""
        return signed_form(self.document)

    @property
    def entry(self) -> Any:
        """The signature itself."""
        entries = self.document.get("signatures")
        return entries[0] if isinstance(entries, list) and entries else None

    def told(self, name: str) -> str:
        """One of the facts about who signed when (``who``, ``at``, ``certificate_sha256``)."""
        known = self.document.get("signed")
        return str(known.get(name) or "") if isinstance(known, Mapping) else ""


def signed_form(document: Mapping[str, Any]) -> bytes:
    """What is signed of a document."""
    return canonical({key: value for key, value in document.items() if key not in _UNSIGNED})


def file_entry(role: str, path: str, blocks: Blocks) -> dict[str, Any]:
    """One file for the document."""
    return {
        "role": role,
        "path": path,
        "bytes": blocks.size,
        "block": blocks.block,
        "page": blocks.page,
        "root": blocks.root,
        "first": blocks.quiet.hex(),
        "blocks": base64.b64encode(b"".join(blocks.leaves)).decode("ascii"),
    }


def finished(document: Mapping[str, Any]) -> bytes:
    """The bytes of the file, with their own check."""
    return canonical({**document, "check": _check(document)})


def _check(document: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in document.items() if key != "check"}
    return hashlib.sha256(canonical(rest)).hexdigest()


def read_signature(path: Path) -> Signature:
    """Read the file of a signature, as much of it as can be understood.

    Raises
    ------
    InputError
        When it is none, or so damaged that nothing of it can be read; the message says where.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("too large")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            Text(f"不能读取 {path.name}：{error}", f"{path.name} cannot be read: {error}")
        ) from error
    except ValueError as error:
        raise _no_signature(path, error) from error
    try:
        document = json.loads(data.decode("utf-8"))
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise ValueError("another format")
        version = document.get("version")
        if version != VERSION:
            raise ValueError(f"version {version}")
        written = canonical(document) == data
        intact = written and document.get("check") == _check(document)
        entries = document.get("files")
        files = tuple(_file(entry) for entry in (entries if isinstance(entries, list) else []))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _no_signature(path, error) from error
    damaged = () if intact else _damaged(files, written)
    return Signature(document, files, damaged)


def _no_signature(path: Path, error: Exception) -> InputError:
    return InputError(
        Text(
            f"{path.name} 不是核查签名文件，或已损坏（{error}）。",
            f"{path.name} is no signature of a review, or is damaged ({error}).",
        )
    )


def _file(entry: Mapping[str, Any]) -> SignedFile:
    data = base64.b64decode(str(entry["blocks"]), validate=True)
    leaves = tuple(data[at : at + 32] for at in range(0, len(data), 32))
    size, block, page = int(entry["bytes"]), int(entry["block"]), int(entry["page"])
    blocks = Blocks(size, block, leaves, page, bytes.fromhex(str(entry["first"])))
    whole = (
        root(leaves).hex() == entry["root"]
        and 512 <= block <= 1 << 24
        and (page == 0 or (512 <= page <= 65536 and page & (page - 1) == 0))
        and len(leaves) == -(-size // block)
    )
    return SignedFile(str(entry["role"]), str(entry["path"]), blocks, whole)


def _damaged(files: tuple[SignedFile, ...], written: bool) -> tuple[str, ...]:
    out = [f"files/{one.path}" for one in files if not one.whole]
    if not out:
        out.append("signed, journal, signatures, check" if written else "layout")
    return tuple(out)
