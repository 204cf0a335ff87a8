"""What is data must be whole in both languages and say where it comes from."""

import csv
import json

import pytest
from code_tree import CHECKOUT
from rules_text import faults

RESOURCES = CHECKOUT / "resources"
RULE_KEYS = {"version", "severity", "verdict", "title", "help", "honest", "fix", "source"}
RULE_KEYS |= {"confidence"}


def pairs(value, where=""):
    """Yield place and pair of every ``{"zh": …, "en": …}`` in a JSON document."""
    if isinstance(value, dict):
        if set(value) == {"zh", "en"} and all(isinstance(text, str) for text in value.values()):
            yield where, value
        else:
            for key, inner in value.items():
                yield from pairs(inner, f"{where}/{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from pairs(inner, f"{where}/{number}")


def documents(pattern="*.json"):
    return sorted(RESOURCES.rglob(pattern))


def test_a_pair_that_is_not_whole_is_seen():
    document = {"a": [{"title": {"zh": "面积", "en": ""}}], "b": {"zh": "坡度,", "en": "Slope"}}
    found = [(where, list(faults(**pair))) for where, pair in pairs(document)]
    assert [where for where, _ in found] == ["/a/0/title", "/b"]
    assert all(complaints for _, complaints in found)


def test_every_text_in_the_data_is_bilingual():
    complaints = [
        f"{path.relative_to(CHECKOUT)}{where}: {fault}"
        for path in documents()
        for where, pair in pairs(json.loads(path.read_text(encoding="utf-8")))
        for fault in faults(**pair)
    ]
    assert not complaints, "\n" + "\n".join(complaints)


RULE_FILES = documents("standards/*/rules/*.json")


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.stem)
def test_every_rule_says_what_it_rests_on(path):
    for name, rule in json.loads(path.read_text(encoding="utf-8")).items():
        missing = RULE_KEYS - set(rule)
        assert not missing, f"{name}: {missing}"
        assert rule["source"].strip(), name
        assert rule["verdict"] in ("inconsistent", "doubtful"), name
        assert rule["severity"] in ("A", "B", "C", "D"), name


def test_rules_are_there_and_their_ids_are_unique():
    assert RULE_FILES
    for standard in {path.parent for path in RULE_FILES}:
        seen = {}
        for path in sorted(standard.glob("*.json")):
            for name in json.loads(path.read_text(encoding="utf-8")):
                assert name not in seen, f"{name} stands in {seen[name]} and {path.name}"
                seen[name] = path.name


@pytest.mark.parametrize("path", documents("standards/*/*.csv"), ids=lambda path: path.name)
def test_tables_are_rectangles(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = list(csv.reader(stream))
    assert len(set(head)) == len(head)
    for number, row in enumerate(rows, start=2):
        assert len(row) == len(head), f"{path.name}:{number}"
