"""Time stamps by OpenSSL's own authority: what holds, and what must not."""

import shutil
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from onemap_verify.checks.seal import SealError, Trust
from onemap_verify.checks.seal.timestamp import (
    read_time_stamp_response,
    time_stamp_request,
    verify_token,
)

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")
DATA = b"the value of a signature"
SETTINGS = """
[tsa]
default_tsa = one
[one]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sm3
ess_cert_id_alg = {ess}
[stamping]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[other]
extendedKeyUsage = critical,timeStamping,codeSigning
"""


class Authority:
    def __init__(self, folder, kind, extensions="stamping", ess="sha256"):
        self.folder = folder
        (folder / "serial").write_text("01")
        (folder / "tsa.cnf").write_text(SETTINGS.format(ess=ess))
        key = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
        if kind == "ec":
            key = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        for name in ("ca", "tsa"):
            self.run("genpkey", *key, "-out", f"{name}.key")
        self.run("req", "-new", "-x509", "-key", "ca.key", "-subj", "/CN=root", "-days", "30",
                 "-out", "ca.pem")  # fmt: skip
        self.run("req", "-new", "-key", "tsa.key", "-subj", "/CN=stamps", "-out", "tsa.csr")
        self.run("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days",
                 "20", "-CAcreateserial", "-extfile", "tsa.cnf", "-extensions", extensions,
                 "-out", "tsa.pem")  # fmt: skip
        self.trust = Trust.load(folder / "ca.pem")

    def run(self, *arguments, check=True):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True)
        assert not check or done.returncode == 0, done.stderr.decode()
        return done

    def answer(self, request):
        (self.folder / "query").write_bytes(request.der)
        self.run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
        return (self.folder / "reply").read_bytes()

    def token(self, algorithm="sha256"):
        request = time_stamp_request(DATA, algorithm)
        return read_time_stamp_response(self.answer(request), request)


@pytest.fixture(scope="module", params=["ec", "rsa"])
def authority(request, tmp_path_factory):
    return Authority(tmp_path_factory.mktemp(request.param), request.param)


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_a_stamp_proves_the_time(authority, algorithm):
    token = authority.token(algorithm)
    proof = verify_token(token, DATA, authority.trust)
    assert proof.trusted and proof.problems == () and proof.authority == "stamps"
    assert abs(proof.time - datetime.now(timezone.utc)) < timedelta(minutes=2)
    # OpenSSL agrees.
    (authority.folder / "token").write_bytes(token)
    (authority.folder / "data").write_bytes(DATA)
    authority.run(
        "ts", "-verify", "-in", "token", "-token_in", "-data", "data", "-CAfile", "ca.pem"
    )


def test_a_stamp_of_something_else(authority):
    proof = verify_token(authority.token(), DATA + b"!", authority.trust)
    assert not proof.trusted and "another signature" in proof.problems[0].en


def test_a_stamp_by_a_stranger(authority):
    proof = verify_token(authority.token(), DATA, Trust())
    assert not proof.trusted and "no trusted" in proof.problems[0].en


def test_every_changed_byte_of_what_is_signed_counts(authority):
    token = authority.token()
    good = verify_token(token, DATA, authority.trust)
    for place in range(0, len(token), 7):
        changed = bytearray(token)
        changed[place] ^= 1 << (place % 8)
        try:
            proof = verify_token(bytes(changed), DATA, authority.trust)
        except SealError:
            continue
        # What is not signed may change, what it proves may not.
        assert not proof.trusted or (proof.time, proof.authority) == (good.time, good.authority)


def test_an_answer_to_another_question(authority):
    asked, other = time_stamp_request(DATA), time_stamp_request(DATA)
    answer = authority.answer(other)
    with pytest.raises(SealError, match="nonce"):
        read_time_stamp_response(answer, asked)
    for garbage in (b"", b"<html>", answer[:-3], answer + b"x"):
        with pytest.raises(SealError):
            read_time_stamp_response(garbage, other)


def test_a_refusal_is_said(authority):
    # This authority takes no SHA-512.
    authority.run("ts", "-query", "-digest", "00" * 64, "-sha512", "-out", "query")
    authority.run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply",
                  check=False)  # fmt: skip
    reply = (authority.folder / "reply").read_bytes()
    with pytest.raises(SealError, match="gave no time stamp"):
        read_time_stamp_response(reply, time_stamp_request(DATA))


def test_a_certificate_for_other_purposes_too(tmp_path):
    """RFC 3161, 2.3: for time stamps and nothing else."""
    authority = Authority(tmp_path, "ec")
    token = authority.token()
    # The same key, certified for more than stamps: OpenSSL would not use it itself.
    other = Authority.__new__(Authority)
    other.folder = tmp_path
    other.run("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-extfile",
              "tsa.cnf", "-extensions", "other", "-out", "wide.pem")  # fmt: skip
    from onemap_verify.checks.seal.certificates import read_certificates

    (wide,) = read_certificates(tmp_path / "wide.pem")
    assert wide.purposes == frozenset({"time_stamping", "code_signing"})
    (own,) = read_certificates(tmp_path / "tsa.pem")
    swapped = token.replace(own.der, wide.der)
    try:
        proof = verify_token(swapped, DATA, authority.trust)
    except SealError:
        return
    assert not proof.trusted
