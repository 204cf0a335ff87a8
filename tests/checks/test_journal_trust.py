"""Kills, power cuts and merges as the benchmark ``review_trust`` does by the hundred: a few."""

import sys

import pytest

from onemap_verify.benchmarks.review_trust import kill, merging, proofs


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_what_was_answered_survives_kills_in_the_middle_of_anything(tmp_path):
    found = kill.kills(tmp_path / "kill", 4, 11)
    assert (found["lost"], found["damaged"]) == (0, 0)
    assert found["events_answered"] > 4


@pytest.mark.skipif(sys.platform == "win32", reason="SIGSTOP")
def test_what_a_power_cut_leaves_is_before_or_after(tmp_path):
    found = kill.torn(tmp_path / "torn", 4, 11)
    assert (found["lost"], found["damaged"]) == (0, 0)
    assert found["in_the_middle_of_a_write"] > 0


def test_copies_come_together_in_any_order(tmp_path):
    found = merging.merges(tmp_path / "merge", 8, 11)
    assert (found["different"], found["damaged"]) == (0, 0)
    assert found["orders"] >= 16 and found["events"] > 100


def test_a_proof_stays_small(tmp_path):
    found = proofs.proofs(tmp_path / "proof", 5000, 8)
    assert found["damaged"] == 0 and found["proof_bytes"] <= 13 * 32
