"""Digests, hash trees, signatures and sealed packages: how a result proves itself."""

from __future__ import annotations

from .digests import canonical, file_digests, merkle_root
from .sm3 import sm3_available

__all__ = ["canonical", "file_digests", "merkle_root", "sm3_available"]
