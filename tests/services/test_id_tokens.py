"""ID tokens that are not what they should be, signed by real keys."""

import base64
import json
import subprocess
import time

import pytest

from onemap_verify.services.errors import BadAnswer
from onemap_verify.services.identity import id_token

ISSUER, CLIENT, NONCE = "https://id.example.cn", "onemap", "n0nce"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*words, data=None):
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    """An RSA key of OpenSSL: its file, and its public half as JWK."""
    path = tmp_path_factory.mktemp("key") / "key.pem"
    openssl("genrsa", "-out", str(path), "2048")
    modulus = openssl("rsa", "-in", str(path), "-noout", "-modulus").decode().split("=")[1].strip()
    return path, {
        "kty": "RSA", "kid": "k1", "use": "sig", "n": b64(bytes.fromhex(modulus)), "e": "AQAB",
    }  # fmt: skip


def claims(**more):
    now = time.time()
    found = {"iss": ISSUER, "aud": CLIENT, "sub": "u1", "nonce": NONCE, "exp": now + 60, "iat": now}
    found.update(more)
    return found


def token(path, body, algorithm="RS256", **head):
    parts = [{"alg": algorithm, "kid": "k1", **head}, body]
    signed = ".".join(b64(json.dumps(part).encode()) for part in parts)
    digest = f"-sha{algorithm[2:]}" if algorithm[2:].isdigit() else "-sha256"
    return f"{signed}.{b64(openssl('dgst', digest, '-sign', str(path), data=signed.encode()))}"


def check(text, keys, direct=False, nonce=NONCE):
    return id_token.check_id_token(
        text, issuer=ISSUER, client_id=CLIENT, nonce=nonce, keys=keys, direct=direct
    )


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
def test_right_ones(key, algorithm):
    path, public = key
    assert check(token(path, claims(), algorithm), [public])["sub"] == "u1"
    several = claims(aud=["other", CLIENT], azp=CLIENT)
    assert check(token(path, several, algorithm), [public])["sub"] == "u1"


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example.cn"},
        {"aud": "other"},
        {"aud": ["other", CLIENT]},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": time.time() - 600},
        {"exp": "soon"},
        {"iat": time.time() + 6000},
        {"sub": ""},
    ],
)
def test_wrong_claims(key, change):
    path, public = key
    with pytest.raises(BadAnswer):
        check(token(path, claims(**change)), [public])


def test_signatures_that_prove_nothing(key, tmp_path):
    path, public = key
    good = token(path, claims())
    head, body, signature = good.split(".")
    other = tmp_path / "other.pem"
    openssl("genrsa", "-out", str(other), "2048")
    forged = b64(json.dumps(claims(sub="admin")).encode())
    none = b64(b'{"alg": "none"}')
    shared = b64(b'{"alg": "HS256", "kid": "k1"}')
    for text in (
        token(other, claims()),
        f"{head}.{forged}.{signature}",
        f"{none}.{body}.",
        f"{shared}.{body}.{signature}",
        f"{head}.{body}.{b64(bytes(256))}",
        f"{head}.{body}.",
        f"{head}.{body}",
        "",
        "a.b.c",
        "é.é.é",
    ):
        for direct in (False, True):
            with pytest.raises(BadAnswer):
                check(text, [public], direct)


def test_every_bit_of_the_signature_counts(key):
    path, public = key
    head, body, signature = token(path, claims()).split(".")
    raw = id_token.decode(signature)
    for position in range(0, 2048, 97):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(BadAnswer):
            check(f"{head}.{body}.{b64(bytes(changed))}", [public])


def test_a_short_key_is_none(tmp_path):
    path = tmp_path / "short.pem"
    openssl("genrsa", "-out", str(path), "1024")
    modulus = openssl("rsa", "-in", str(path), "-noout", "-modulus").decode().split("=")[1].strip()
    public = {"kty": "RSA", "kid": "k1", "n": b64(bytes.fromhex(modulus)), "e": "AQAB"}
    with pytest.raises(BadAnswer):
        check(token(path, claims()), [public])


def test_no_keys_published(key):
    """Then the direct connection to the token endpoint stands for the signature, and only then."""
    path, _ = key
    assert check(token(path, claims()), [], direct=True)["sub"] == "u1"
    with pytest.raises(BadAnswer):
        check(token(path, claims()), [], direct=False)


def test_elliptic_curves_and_pss(key, tmp_path):
    pytest.importorskip("cryptography", reason="ES and PS signatures need cryptography")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

    private = ec.generate_private_key(ec.SECP256R1())
    number = private.public_key().public_numbers()
    public = {
        "kty": "EC", "crv": "P-256", "kid": "k1",
        "x": b64(number.x.to_bytes(32, "big")), "y": b64(number.y.to_bytes(32, "big")),
    }  # fmt: skip
    signed = ".".join(
        b64(json.dumps(part).encode()) for part in ({"alg": "ES256", "kid": "k1"}, claims())
    )
    r, s = utils.decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    good = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert check(f"{signed}.{b64(good)}", [public])["sub"] == "u1"
    with pytest.raises(BadAnswer):
        check(f"{signed}.{b64(good[::-1])}", [public], direct=True)

    path, rsa_public = key
    private = serialization.load_pem_private_key(path.read_bytes(), None)
    signed = ".".join(
        b64(json.dumps(part).encode()) for part in ({"alg": "PS256", "kid": "k1"}, claims())
    )
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    good = private.sign(signed.encode(), pss, hashes.SHA256())
    assert check(f"{signed}.{b64(good)}", [rsa_public])["sub"] == "u1"
    with pytest.raises(BadAnswer):
        check(f"{signed}.{b64(bytes(256))}", [rsa_public], direct=True)
