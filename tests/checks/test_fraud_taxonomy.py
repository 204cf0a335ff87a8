"""Every row of the table of frauds has rules that exist, or says why it cannot be checked."""

import csv
from pathlib import Path

import pytest

from onemap_verify.checks.rules.catalogue import rules_of
from onemap_verify.checks.standard import load

TABLE = Path(__file__).resolve().parents[3] / "shared" / "domain" / "fraud_taxonomy.csv"


@pytest.fixture(scope="module")
def standard():
    return load()


@pytest.fixture(scope="module")
def rows(standard):
    return standard.data("fraud_taxonomy.json")["rows"]


def test_every_row_once(rows):
    assert [row["id"] for row in rows] == [f"F{number:02d}" for number in range(1, 33)]


@pytest.mark.skipif(not TABLE.is_file(), reason="the domain's own table is not here")
def test_rows_are_those_of_the_domain(rows):
    with TABLE.open(encoding="utf-8-sig", newline="") as stream:
        known = {row["id"]: row["name_zh"] for row in csv.DictReader(stream)}
    assert {row["id"]: row["title"]["zh"] for row in rows} == known


def test_every_rule_named_runs(rows, standard):
    run = {rule.id for rule in rules_of(standard)}
    missing = {(row["id"], rule) for row in rows for rule in row["rules"] if rule not in run}
    assert not missing


def test_what_cannot_be_checked_says_why_in_both_languages(rows):
    for row in rows:
        assert row["rules"] or "beyond" in row, row["id"]
        for part in ("title", "how", "beyond"):
            if part in row:
                assert row[part]["zh"].strip() and row[part]["en"].strip(), (row["id"], part)
                assert row[part]["zh"] != row[part]["en"]
