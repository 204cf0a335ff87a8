"""Digests against published values and an independent tree."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onemap_verify.checks.seal import canonical, file_digests, merkle_root, sm3_available


def test_file_digests_of_abc(tmp_path):
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    digests = file_digests(path)
    assert digests["bytes"] == 3
    assert digests["sha256"] == ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    if not sm3_available():
        pytest.skip("the OpenSSL of this Python offers no SM3")
    # GB/T 32905-2016, appendix A.1
    assert digests["sm3"] == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_canonical_form_is_sorted_compact_utf8():
    assert canonical({"b": 1, "a": "面积"}) == '{"a":"面积","b":1}'.encode()


def rfc6962(leaves):
    """Section 2.1, as written."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + rfc6962(leaves[:split]) + rfc6962(leaves[split:])).digest()


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_merkle_root_is_that_of_rfc_6962(leaves):
    assert merkle_root(leaves) == rfc6962(leaves).hex()
