"""Digests, hash trees, signatures and sealed packages: how a result proves itself."""

from __future__ import annotations

from .certificates import Certificate, Trust, parse_certificate, read_certificates
from .check import SealReport, check_seal
from .digests import canonical, file_digests, merkle_root
from .errors import SealError
from .keys import FileKey, Signer
from .package import Sealed, seal_package
from .signatures import sign_bytes, verify_bytes
from .sm3 import sm3_available

__all__ = [
    "Certificate",
    "FileKey",
    "SealError",
    "SealReport",
    "Sealed",
    "Signer",
    "Trust",
    "canonical",
    "check_seal",
    "file_digests",
    "merkle_root",
    "parse_certificate",
    "read_certificates",
    "seal_package",
    "sign_bytes",
    "sm3_available",
    "verify_bytes",
]
