"""Who signs: a key in a file with a passphrase, or a token that never gives its key away."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from ..findings import Text
from . import sm2
from .ciphers import block_cipher, decrypt_cbc, encrypt_cbc
from .elliptic import SM2
from .errors import SealError, asn1
from .pem import read_pem, write_pem

_ITERATIONS = 100_000
_MOST_ITERATIONS = 10_000_000
_SCRYPT_MEMORY = 1 << 30
_LARGEST_FILE = 1 << 20
_SM4_CBC = "1.2.156.10197.1.104.2"
_HMAC_SM3 = "1.2.156.10197.1.401.3.1"


class Signer(Protocol):
    """What signs. A driver of a token (PKCS#11, GM/T 0016 SKF) has just these three.

    The digest handed over is already e = SM3(Z ‖ M): exactly what ``C_Sign`` with ``CKM_SM2`` and
    ``SKF_ECCSignData`` take, so that the private key stays in the token.
    """

    @property
    def certificate(self) -> bytes:
        """The signer's certificate as DER."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Certificates between the signer's and the trusted one, as DER; may be empty."""

    def sign_digest(self, digest: bytes) -> bytes:
        """Signature of the 32 bytes e, as DER r ‖ s."""


class FileKey:
    """A signer whose key lies in a PKCS#8 file, in PEM or DER, encrypted with a passphrase.

    Examples
    --------
    >>> FileKey("reviewer.key", "reviewer.crt", "secret").sign_digest(...)  # doctest: +SKIP
    """

    def __init__(
        self, key: Path | str, certificate: Path | str, passphrase: str | bytes = b""
    ) -> None:
        from .certificates import read_certificates

        self._private = read_private_key(Path(key), passphrase)
        found = read_certificates(Path(certificate))
        public = sm2.public_point(self._private)
        own = [one for one in found if one.public.point == public]
        if not own:
            raise SealError(
                Text(
                    f"证书 {Path(certificate).name} 与私钥 {Path(key).name} 不匹配",
                    f"The certificate {Path(certificate).name} does not belong to the key "
                    f"{Path(key).name}",
                )
            )
        self.certificate: bytes = own[0].der
        self.chain: tuple[bytes, ...] = tuple(one.der for one in found if one is not own[0])

    def __repr__(self) -> str:
        return "FileKey(…)"

    def sign_digest(self, digest: bytes) -> bytes:
        """Signature of the 32 bytes e, as DER r ‖ s."""
        return sm2.sign_digest(digest, self._private)


def read_private_key(path: Path, passphrase: str | bytes = b"") -> int:
    """The private key of SM2 in a PKCS#8 file.

    Raises
    ------
    SealError
        When the file cannot be read, is of another kind, or the passphrase does not open it.
    """
    name = path.name
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise _not_a_key(name)
        data = path.read_bytes()
    except OSError as error:
        raise SealError(
            Text(
                f"私钥文件 {name} 无法读取：{error.strerror}",
                f"The key file {name} cannot be read: {error.strerror}",
            )
        ) from error
    secret = passphrase.encode("utf-8") if isinstance(passphrase, str) else passphrase
    label, der = _key_block(data, name)
    try:
        if label == "EC PRIVATE KEY":
            return _checked(asn1("keys").ECPrivateKey.load(der, strict=True), name, None)
        if label == "ENCRYPTED PRIVATE KEY":
            der = _decrypted(asn1("keys").EncryptedPrivateKeyInfo.load(der, strict=True), secret)
        info = asn1("keys").PrivateKeyInfo.load(der, strict=True)
        curve = info["private_key_algorithm"]["parameters"].chosen.dotted
        return _checked(info["private_key"].parsed, name, curve)
    except SealError:
        raise
    except Exception as error:  # asn1crypto raises many kinds for what is not DER
        if label == "ENCRYPTED PRIVATE KEY":
            raise SealError(
                Text(
                    f"口令不能打开私钥文件 {name}，或文件已损坏",
                    f"The passphrase does not open the key file {name}, or the file is damaged",
                )
            ) from None
        raise _not_a_key(name) from error


def write_private_key(
    path: Path, private: int, passphrase: str | bytes, cipher: str = "aes"
) -> None:
    """Write a key as PKCS#8 encrypted by PBES2, readable by its owner alone.

    ``cipher`` is ``aes`` or ``sm4``.

    Raises
    ------
    SealError
        Without a passphrase.
    """
    secret = passphrase.encode("utf-8") if isinstance(passphrase, str) else passphrase
    if not secret:
        raise SealError(Text("私钥文件必须设置口令", "A key file needs a passphrase"))
    keys = asn1("keys")
    inner = keys.ECPrivateKey(
        {
            "version": 1,
            "private_key": private,
            "public_key": keys.ECPointBitString(sm2.public_point(private)),
        }
    )
    info = keys.PrivateKeyInfo(
        {
            "version": 0,
            "private_key_algorithm": {"algorithm": "ec", "parameters": named_curve()},
            "private_key": inner,
        }
    )
    salt, vector = secrets.token_bytes(16), secrets.token_bytes(16)
    sm4 = cipher == "sm4"
    size = 16 if sm4 else 32
    derived = hashlib.pbkdf2_hmac("sha256", secret, salt, _ITERATIONS, size)
    core = asn1("core")
    scheme = (
        {"algorithm": _SM4_CBC, "parameters": core.Any(core.OctetString(vector))}
        if sm4
        else {"algorithm": "aes256_cbc", "parameters": core.OctetString(vector)}
    )
    function = {
        "salt": asn1("algos").Pbkdf2Salt("specified", core.OctetString(salt)),
        "iteration_count": _ITERATIONS,
        "prf": {"algorithm": "sha256", "parameters": core.Null()},
    }
    encrypted = keys.EncryptedPrivateKeyInfo(
        {
            "encryption_algorithm": {
                "algorithm": "pbes2",
                "parameters": {
                    "key_derivation_func": {"algorithm": "pbkdf2", "parameters": function},
                    "encryption_scheme": scheme,
                },
            },
            "encrypted_data": encrypt_cbc(
                block_cipher("sm4" if sm4 else "aes", derived).encrypt, vector, info.dump()
            ),
        }
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(write_pem("ENCRYPTED PRIVATE KEY", encrypted.dump()))


def named_curve() -> Any:
    """The parameters that name SM2's curve."""
    return asn1("keys").ECDomainParameters("named", asn1("keys").NamedCurve.map(SM2.oid))


def _key_block(data: bytes, name: str) -> tuple[str, bytes]:
    for label, der in read_pem(data):
        if label in ("ENCRYPTED PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY"):
            return label, der
    if b"Proc-Type:" in data:
        raise SealError(
            Text(
                f"私钥文件 {name} 为旧式加密，请转换：openssl pkcs8 -topk8 -in {name} -out 新文件",
                f"The key file {name} is encrypted in an old way; convert it: "
                f"openssl pkcs8 -topk8 -in {name} -out new.key",
            )
        )
    if data[:1] != b"\x30" or len(data) < 4:
        raise _not_a_key(name)
    # PKCS#8 starts with its version, the encrypted form with an algorithm.
    start = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
    return ("PRIVATE KEY" if data[start : start + 1] == b"\x02" else "ENCRYPTED PRIVATE KEY"), data


def _checked(key: Any, name: str, curve: str | None) -> int:
    if curve is None:
        curve = key["parameters"].chosen.dotted
    private = int(key["private_key"].native)
    if curve != SM2.oid or not 1 <= private <= SM2.n - 2:
        raise _not_a_key(name)
    return private


def _not_a_key(name: str) -> SealError:
    return SealError(
        Text(
            f"{name} 不是 SM2 私钥文件（PKCS#8）",
            f"{name} is no key file of SM2 (PKCS#8)",
        )
    )


def _decrypted(info: Any, secret: bytes) -> bytes:
    """The PKCS#8 within: PBES2 of RFC 8018, 6.2, with PBKDF2 or scrypt, AES or SM4."""
    algorithm = info["encryption_algorithm"]
    parameters = algorithm["parameters"]
    if algorithm["algorithm"].native != "pbes2":
        raise _unsupported(algorithm["algorithm"].dotted)
    scheme = parameters["encryption_scheme"]
    ciphers = {
        "2.16.840.1.101.3.4.1.2": ("aes", 16),
        "2.16.840.1.101.3.4.1.22": ("aes", 24),
        "2.16.840.1.101.3.4.1.42": ("aes", 32),
        _SM4_CBC: ("sm4", 16),
    }
    if scheme["algorithm"].dotted not in ciphers:
        raise _unsupported(scheme["algorithm"].dotted)
    cipher, size = ciphers[scheme["algorithm"].dotted]
    vector = scheme["parameters"].native
    key = _derivation(parameters["key_derivation_func"], size)(secret)
    return decrypt_cbc(block_cipher(cipher, key).decrypt, vector, info["encrypted_data"].native)


def _derivation(function: Any, size: int) -> Callable[[bytes], bytes]:
    if function["algorithm"].dotted == "1.3.6.1.4.1.11591.4.11":  # scrypt, RFC 7914
        core = asn1("core")
        given = core.SequenceOf(spec=core.Any).load(function["parameters"].dump())
        salt, n, r, p = (item.native for item in list(given)[:4])
        if n * r * 128 > _SCRYPT_MEMORY or p > 64:
            raise _unsupported("scrypt")
        return lambda secret: hashlib.scrypt(
            secret, salt=salt, n=n, r=r, p=p, dklen=size, maxmem=_SCRYPT_MEMORY
        )
    if function["algorithm"].native != "pbkdf2":
        raise _unsupported(function["algorithm"].dotted)
    given = function["parameters"]
    count = int(given["iteration_count"].native)
    if count > _MOST_ITERATIONS:
        raise _unsupported(f"{count} iterations")
    prf = given["prf"]["algorithm"]
    digest = "sm3" if prf.dotted == _HMAC_SM3 else prf.native
    salt = given["salt"].native
    if digest not in ("sha1", "sha224", "sha256", "sha384", "sha512", "sm3"):
        raise _unsupported(prf.dotted)
    return lambda secret: hashlib.pbkdf2_hmac(digest, secret, salt, count, size)


def _unsupported(what: str) -> SealError:
    return SealError(
        Text(
            f"私钥文件的加密方式不受支持（{what}），请转换：openssl pkcs8 -topk8 -v2 aes-256-cbc",
            f"The key file is encrypted in a way that is not supported ({what}); convert it: "
            "openssl pkcs8 -topk8 -v2 aes-256-cbc",
        )
    )
