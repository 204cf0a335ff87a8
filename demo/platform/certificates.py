"""Authorities, certificates and keys of the demo, all made by OpenSSL.

Three authorities, as on a real platform: one for the gateway's TLS, one for people who sign
packages and for the platform's receipts (SM2 with SM3), one for time stamps.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .layout import LOOPBACK, Settings

SM2_NAME = "1234567812345678"
"""The signer's name that GM/T 0009 puts into every signature where no other is agreed."""
_SECTIONS = f"""
[req]
distinguished_name = name
prompt = no
[name]
CN = unused
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[stamper]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = IP:{LOOPBACK}, DNS:localhost
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


class CertificateError(Exception):
    """OpenSSL would not; the message is its own."""


@dataclass(frozen=True)
class _Kind:
    """How keys are made and certificates signed."""

    key: tuple[str, ...]
    signing: tuple[str, ...]
    verifying: tuple[str, ...] = ()


_SM2 = _Kind(
    ("-algorithm", "SM2"),
    ("-sm3", "-sigopt", f"distid:{SM2_NAME}"),
    ("-vfyopt", f"distid:{SM2_NAME}"),
)
_RSA = _Kind(("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"), ("-sha256",))


def make_certificates(folder: Path, settings: Settings) -> None:
    """Make everything into ``folder``; keys are readable by the owner only.

    Raises
    ------
    CertificateError
        With what OpenSSL said.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "openssl.cnf").write_text(_SECTIONS, encoding="utf-8")
    _key(folder / "identity.key", _RSA)
    _openssl("rsa", "-in", "identity.key", "-pubout", "-out", "identity.pub", folder=folder)
    _authority(folder, "gateway-ca", "OneMap demo gateway CA", _RSA)
    _issue(folder, "gateway", "OneMap demo gateway", "gateway-ca", "server", _RSA)
    _authority(folder, "signers-ca", "演示签名根 OneMap demo signing CA", _SM2)
    secret = settings.secrets["signer"]
    _issue(folder, "signer", "李审 Li Shen", "signers-ca", "signer", _SM2, secret)
    _issue(folder, "receipts", "演示平台 Demo platform", "signers-ca", "signer", _SM2, secret)
    _authority(folder, "tsa-ca", "OneMap demo time-stamp CA", _RSA)
    _issue(folder, "tsa", "OneMap demo time-stamp authority", "tsa-ca", "stamper", _RSA)
    (folder / "tsa-chain.pem").write_bytes((folder / "tsa-ca.pem").read_bytes())


def _authority(folder: Path, stem: str, name: str, kind: _Kind) -> None:
    _key(folder / f"{stem}.key", kind)
    _openssl(
        "req", "-x509", "-new", "-utf8", "-key", f"{stem}.key", *kind.signing,
        "-subj", f"/C=CN/O=OneMap demo/CN={name}", "-days", "3650",
        "-config", "openssl.cnf", "-extensions", "authority", "-out", f"{stem}.pem",
        folder=folder,
    )  # fmt: skip


def _issue(
    folder: Path, stem: str, name: str, issuer: str, section: str, kind: _Kind, secret: str = ""
) -> None:
    _key(folder / f"{stem}.key", kind, secret)
    opened = ("-passin", "env:ONEMAP_SECRET") if secret else ()
    _openssl(
        "req", "-new", "-utf8", "-key", f"{stem}.key", *opened, *kind.signing,
        "-subj", f"/C=CN/O=OneMap demo/CN={name}", "-config", "openssl.cnf",
        "-out", f"{stem}.csr", folder=folder, secret=secret,
    )  # fmt: skip
    _openssl(
        "x509", "-req", "-in", f"{stem}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key",
        "-CAcreateserial", *kind.signing, *kind.verifying, "-days", "1825",
        "-extfile", "openssl.cnf", "-extensions", section, "-out", f"{stem}.pem", folder=folder,
    )  # fmt: skip
    (folder / f"{stem}.csr").unlink()


def _key(path: Path, kind: _Kind, secret: str = "") -> None:
    locked = ("-aes-256-cbc", "-pass", "env:ONEMAP_SECRET") if secret else ()
    _openssl("genpkey", *kind.key, *locked, "-out", path.name, folder=path.parent, secret=secret)
    path.chmod(0o600)


def _openssl(*arguments: str, folder: Path, secret: str = "") -> None:
    # The passphrase goes by the environment: a command line can be read by everybody.
    done = subprocess.run(
        ["openssl", *arguments],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "ONEMAP_SECRET": secret, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CertificateError(f"openssl {arguments[0]}: {done.stderr.strip()[-300:]}")
