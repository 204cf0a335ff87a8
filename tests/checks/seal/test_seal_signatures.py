"""SM2, SM3 and keys against the examples of the standards and against OpenSSL, both ways."""

import hashlib
import os
import random
import shutil
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from onemap_verify.checks.seal import FileKey, SealError, Trust, sign_bytes, sm2, verify_bytes
from onemap_verify.checks.seal.authority import issue_certificate, make_authority
from onemap_verify.checks.seal.certificates import find_chain, parse_certificate, read_certificates
from onemap_verify.checks.seal.ciphers import block_cipher
from onemap_verify.checks.seal.der import decode_pair, encode_pair
from onemap_verify.checks.seal.keys import read_private_key, write_private_key
from onemap_verify.checks.seal.pem import write_pem
from onemap_verify.checks.seal.sm3 import SlowSM3, new_sm3

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="no openssl on this machine")
NOW = datetime.now(timezone.utc)
DISTID = "distid:1234567812345678"


def openssl(*arguments, check=True):
    done = subprocess.run([OPENSSL, *map(str, arguments)], capture_output=True, text=True)
    if check:
        assert done.returncode == 0, done.stderr
    return done


# GB/T 32918.5-2017, appendix A: the key, the nonce and what comes of them.
PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
POINT = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA


def test_sm2_is_that_of_the_standard():
    assert sm2.public_point(PRIVATE) == POINT
    digest = sm2.message_digest(b"message digest", POINT)
    assert digest.hex() == "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
    signature = sm2.sign_digest(digest, PRIVATE, NONCE)
    assert decode_pair(signature) == (R, S)
    assert sm2.verify_digest(signature, digest, POINT)


def test_a_nonce_is_never_used_twice():
    digest = sm2.message_digest(b"x", POINT)
    firsts = {decode_pair(sm2.sign_digest(digest, PRIVATE))[0] for _ in range(20)}
    assert len(firsts) == 20


def test_a_changed_signature_digest_or_key_is_refused():
    digest = sm2.message_digest(b"x", POINT)
    signature = sm2.sign_digest(digest, PRIVATE)
    for i in range(len(signature)):
        changed = bytearray(signature)
        changed[i] ^= 1 << (i % 8)
        assert not sm2.verify_digest(bytes(changed), digest, POINT), i
    assert not sm2.verify_digest(signature, digest[::-1], POINT)
    other = sm2.public_point(sm2.new_private_key())
    assert not sm2.verify_digest(signature, digest, other)
    off_curve = POINT[:-1] + bytes([POINT[-1] ^ 1])
    assert not sm2.verify_digest(signature, digest, off_curve)
    r, s = decode_pair(signature)
    for pair in ((0, s), (r, 0), (r + sm2.SM2.n, s), (r, sm2.SM2.n - r)):
        assert not sm2.verify_digest(encode_pair(*pair), digest, POINT)
    assert not sm2.verify_digest(signature + b"\x00", digest, POINT)
    assert not sm2.verify_digest(b"", digest, POINT)


def test_sm3_in_python_alone():
    # GB/T 32905-2016, appendix A.
    assert SlowSM3(b"abc").hexdigest() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    assert SlowSM3(b"abcd" * 16).hexdigest() == (
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    )
    for size in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000):
        data = os.urandom(size)
        fast, slow = new_sm3(), SlowSM3()
        fast.update(data)
        for start in range(0, size, 7):
            slow.update(data[start : start + 7])
        assert fast.hexdigest() == slow.hexdigest()


def test_block_ciphers_are_those_of_the_standards():
    # GB/T 32907-2016, A.1, and FIPS 197, appendix C.
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    sm4 = block_cipher("sm4", key)
    assert sm4.encrypt(key).hex() == "681edf34d206965e86b3e94f536e4246"
    assert sm4.decrypt(sm4.encrypt(key)) == key
    plain = bytes.fromhex("00112233445566778899aabbccddeeff")
    for size, cipher in (
        (16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
        (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),
        (32, "8ea2b7ca516745bfeafc49904b496089"),
    ):
        aes = block_cipher("aes", bytes(range(size)))
        assert aes.encrypt(plain).hex() == cipher
        assert aes.decrypt(bytes.fromhex(cipher)) == plain


@pytest.fixture(scope="module")
def authority():
    return make_authority("试验根证书")


@pytest.fixture(scope="module")
def reviewer(authority):
    return issue_certificate(authority, "审核员 张三")


@needs_openssl
@pytest.mark.parametrize(
    "options",
    [
        ["-v2", "aes-256-cbc"],
        ["-v2", "aes-128-cbc"],
        ["-v2", "sm4-cbc"],
        ["-scrypt"],
        ["-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA512", "-outform", "DER"],
        ["-nocrypt"],
    ],
    ids=lambda options: " ".join(options),
)
def test_keys_of_openssl_are_read(tmp_path, options):
    openssl("genpkey", "-algorithm", "SM2", "-out", tmp_path / "plain.key")
    openssl(
        *("pkcs8", "-topk8", "-in", tmp_path / "plain.key", "-passout", "pass:口令"),
        *("-out", tmp_path / "k.key", *options),
    )
    private = read_private_key(tmp_path / "k.key", "口令")
    openssl(
        "pkey", "-in", tmp_path / "plain.key", "-pubout", "-outform", "DER", "-out", tmp_path / "p"
    )
    assert (tmp_path / "p").read_bytes().endswith(sm2.public_point(private))
    if "-nocrypt" not in options:
        with pytest.raises(SealError, match="passphrase does not open"):
            read_private_key(tmp_path / "k.key", "falsch")


@needs_openssl
@pytest.mark.parametrize("cipher", ["aes", "sm4"])
def test_our_keys_are_read_by_openssl(tmp_path, cipher):
    private = sm2.new_private_key()
    write_private_key(tmp_path / "k.key", private, "口令", cipher)
    openssl("pkey", "-in", tmp_path / "k.key", "-passin", "pass:口令", "-pubout", "-outform", "DER",
            "-out", tmp_path / "p")  # fmt: skip
    assert (tmp_path / "p").read_bytes().endswith(sm2.public_point(private))
    assert (tmp_path / "k.key").stat().st_mode & 0o077 == 0 or os.name == "nt"


@needs_openssl
def test_signatures_go_both_ways_with_openssl(tmp_path, authority, reviewer):
    key, certificate = reviewer.write(tmp_path, "reviewer", "口令")
    signer = FileKey(key, certificate, "口令")
    message, signature = tmp_path / "message", tmp_path / "signature"
    message.write_bytes("一张图".encode() * 100)
    openssl("x509", "-in", certificate, "-pubkey", "-noout", "-out", tmp_path / "public")
    rule = ("-rawin", "-digest", "sm3", "-pkeyopt", DISTID, "-in", message)
    signature.write_bytes(sign_bytes(message.read_bytes(), signer))
    openssl("pkeyutl", "-verify", *rule, "-sigfile", signature, "-pubin",
            "-inkey", tmp_path / "public")  # fmt: skip
    openssl("pkeyutl", "-sign", *rule, "-out", signature, "-inkey", key, "-passin", "pass:口令")
    assert verify_bytes(message.read_bytes(), signature.read_bytes(), signer.certificate)
    assert not verify_bytes(b"other", signature.read_bytes(), signer.certificate)
    root = tmp_path / "root.crt"
    root.write_bytes(write_pem("CERTIFICATE", authority.certificate))
    openssl("verify", "-vfyopt", DISTID, "-CAfile", root, certificate)


@needs_openssl
@pytest.mark.parametrize("options", [[], ["-sigopt", DISTID]], ids=["empty id", "usual id"])
def test_certificates_of_openssl_are_understood(tmp_path, options):
    openssl("genpkey", "-algorithm", "SM2", "-out", tmp_path / "ca.key")
    openssl("req", "-new", "-x509", "-key", tmp_path / "ca.key", "-sm3", "-subj", "/C=CN/CN=省厅",
            "-utf8", "-out", tmp_path / "ca.crt", *options)  # fmt: skip
    openssl("genpkey", "-algorithm", "SM2", "-out", tmp_path / "a.key")
    openssl("req", "-new", "-key", tmp_path / "a.key", "-sm3", "-subj", "/CN=a", "-out",
            tmp_path / "a.csr", *options)  # fmt: skip
    openssl("x509", "-req", "-in", tmp_path / "a.csr", "-CA", tmp_path / "ca.crt", "-CAkey",
            tmp_path / "ca.key", "-sm3", "-out", tmp_path / "a.crt", *options,
            *(["-vfyopt", DISTID] if options else []))  # fmt: skip
    (root,), (leaf,) = read_certificates(tmp_path / "ca.crt"), read_certificates(tmp_path / "a.crt")
    assert root.name == "省厅"
    assert root.authority and root.signed_by(root) and leaf.signed_by(root)
    chain = find_chain(leaf, [], Trust((root,)), datetime.now(timezone.utc))
    assert chain is not None and chain.valid(datetime.now(timezone.utc))


def test_gmssl_agrees():
    gmssl = pytest.importorskip("gmssl.sm2", reason="gmssl is not installed")
    other = gmssl.CryptSM2(private_key=f"{PRIVATE:064x}", public_key=POINT[1:].hex(), asn1=False)
    digest = sm2.message_digest(b"abc", POINT)
    r, s = decode_pair(sm2.sign_digest(digest, PRIVATE))
    assert other.verify(f"{r:064x}{s:064x}", digest)
    text = other.sign(digest, f"{random.getrandbits(250):064x}")
    pair = encode_pair(int(text[:64], 16), int(text[64:], 16))
    assert sm2.verify_digest(pair, digest, POINT)


def test_key_and_certificate_must_belong_together(tmp_path, authority, reviewer):
    key, _ = reviewer.write(tmp_path, "one", "x")
    _, other = issue_certificate(authority, "另一人").write(tmp_path, "other", "x")
    with pytest.raises(SealError, match="does not belong"):
        FileKey(key, other, "x")


def test_hostile_key_files(tmp_path):
    path = tmp_path / "k.key"
    blocks = [write_pem("PRIVATE KEY", b"\x30\x03\x02\x01\x00")]
    blocks.append(write_pem("ENCRYPTED PRIVATE KEY", b"\x30\x00"))
    for data in (b"", b"\x30", b"\x30\x80", b"hello", b"\x30" * 5000, *blocks):
        path.write_bytes(data)
        with pytest.raises(SealError):
            read_private_key(path, "secret-word")
    with pytest.raises(SealError):
        read_private_key(tmp_path / "nowhere", "x")


def test_passphrases_are_not_in_errors(tmp_path, reviewer):
    key, certificate = reviewer.write(tmp_path, "r", "right-word")
    with pytest.raises(SealError) as raised:
        FileKey(key, certificate, "wrong-word-42")
    seen = repr(raised.value) + raised.value.text.zh + raised.value.text.en
    assert "wrong-word-42" not in seen and raised.value.__cause__ is None
    assert "right-word" not in repr(FileKey(key, certificate, "right-word"))


def chain_of(leaf, others, roots, at=NOW):
    return find_chain(
        parse_certificate(leaf),
        [parse_certificate(one) for one in others],
        Trust(tuple(parse_certificate(one) for one in roots)),
        at,
    )


def test_chains(authority):
    middle = issue_certificate(authority, "中间机构", is_authority=True)
    leaf = issue_certificate(middle, "张三")
    roots = [authority.certificate]
    found = chain_of(leaf.certificate, [middle.certificate], roots)
    assert [one.name for one in found.certificates] == ["张三", "中间机构", "试验根证书"]
    assert chain_of(leaf.certificate, [], roots) is None
    assert chain_of(leaf.certificate, [], [leaf.certificate]) is not None
    # Somebody who may sign documents may not make certificates.
    forged = issue_certificate(leaf, "李四")
    assert chain_of(forged.certificate, [leaf.certificate, middle.certificate], roots) is None
    # The same name is not the same key.
    impostor = make_authority("试验根证书")
    stranger = issue_certificate(impostor, "王五")
    assert chain_of(stranger.certificate, [impostor.certificate], roots) is None
    before = NOW - timedelta(days=100)
    old = issue_certificate(authority, "赵六", 50, before)
    chain = chain_of(old.certificate, [], roots, before + timedelta(days=1))
    assert not chain.valid(NOW)
    revoked = Trust(
        (parse_certificate(authority.certificate),),
        frozenset({hashlib.sha256(leaf.certificate).hexdigest()}),
    )
    assert find_chain(parse_certificate(leaf.certificate),
                      [parse_certificate(middle.certificate)], revoked, NOW) is None  # fmt: skip


def test_every_changed_byte_of_a_certificate_counts(authority, reviewer):
    root = parse_certificate(authority.certificate)
    good = reviewer.certificate
    assert parse_certificate(good).signed_by(root)
    for i in range(len(good)):
        changed = bytearray(good)
        changed[i] ^= 1 << (i % 8)
        try:
            certificate = parse_certificate(bytes(changed))
        except SealError:
            continue
        assert not certificate.signed_by(root), i
