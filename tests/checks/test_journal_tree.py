"""Merkle proofs against the definition, known values, and forgeries."""

import hashlib

import pytest

from onemap_verify.checks.seal import merkle_root
from onemap_verify.checks.seal.tree import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_digest,
    root,
    verify_consistency,
    verify_inclusion,
)

# Leaves and roots of the test suite of Certificate Transparency (RFC 6962 reference code).
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
INPUTS.append("606162636465666768696a6b6c6d6e6f")
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_roots_of_certificate_transparency():
    leaves = [leaf_digest(bytes.fromhex(text)) for text in INPUTS]
    frontier = Frontier()
    assert frontier.root == hashlib.sha256(b"").digest()
    for number, leaf in enumerate(leaves):
        frontier.append(leaf)
        assert frontier.root.hex() == ROOTS[number] == root(leaves[: number + 1]).hex()


def leaves_of(count):
    return [leaf_digest(str(number).encode()) for number in range(count)]


def test_the_same_tree_as_that_of_the_seal():
    for count in (0, 1, 2, 3, 7, 64, 101):
        entries = [str(number).encode() for number in range(count)]
        assert root(leaves_of(count)).hex() == merkle_root(entries)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 33])
def test_every_leaf_is_proven_and_nothing_else(size):
    leaves = leaves_of(size)
    top = root(leaves)
    for index in range(size):
        proof = inclusion_proof(leaves, index)
        assert verify_inclusion(leaves[index], index, size, proof, top)
        assert not verify_inclusion(leaf_digest(b"x"), index, size, proof, top)
        assert not verify_inclusion(leaves[index], (index + 1) % (size + 1), size, proof, top)
        assert not verify_inclusion(leaves[index], index, size, [*proof, top], top)
        if proof:
            assert not verify_inclusion(leaves[index], index, size, proof[:-1], top)
    with pytest.raises(IndexError):
        inclusion_proof(leaves, size)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 8, 9, 21])
def test_growth_is_proven_and_rewriting_is_not(size):
    leaves = leaves_of(size)
    rewritten = [leaf_digest(b"other"), *leaves[1:]]
    for earlier in range(1, size + 1):
        proof = consistency_proof(leaves, earlier)
        old = root(leaves[:earlier])
        assert verify_consistency(earlier, size, proof, old, root(leaves))
        other = consistency_proof(rewritten, earlier)
        assert not verify_consistency(earlier, size, other, old, root(rewritten))
        assert not verify_consistency(earlier, size, proof, root(rewritten[:earlier]), root(leaves))
    with pytest.raises(IndexError):
        consistency_proof(leaves, size + 1)


def test_a_proof_among_a_hundred_thousand_is_short():
    leaves = leaves_of(100_000)
    proof = inclusion_proof(leaves, 77_777)
    # ceil(log2 n) digests of 32 bytes: 17 here, 20 (640 bytes) for a million
    assert len(proof) <= 17 and sum(map(len, proof)) <= 544
    assert verify_inclusion(leaves[77_777], 77_777, 100_000, proof, root(leaves))
