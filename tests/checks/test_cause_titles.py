"""Every word that a finding may name as its likely cause has a title in both languages."""

import ast
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
MADE = ("Problem", "Reason", "FrameError")
"""What is made with a cause as its first argument."""
NO_CAUSE = {"wrong_type"}
"""Words of pictures that go into a finding's evidence only."""


def strings(node):
    """What an expression can be, as far as it is written out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return strings(node.body) | strings(node.orelse)
    if isinstance(node, (ast.BoolOp, ast.Tuple, ast.List)):
        return set().union(*map(strings, getattr(node, "values", getattr(node, "elts", []))))
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
        return set().union(*map(strings, node.value.values))
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get":
        return set().union(set(), *map(strings, node.args[1:]))
    return set()


def named(node):
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {getattr(target, "id", getattr(target, "attr", "")) for target in targets}


def words_of(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("cause", "story"):
            yield from strings(node.value)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            if "cause" in named(node):
                yield from strings(node.value)
            if named(node) & {"_CAUSES", "CHANGES", "_SHIFTS"} and isinstance(node.value, ast.Dict):
                values = set().union(*map(strings, node.value.values))
                # Either group → cause, or cause → what is said of it.
                yield from values or set().union(*map(strings, node.value.keys))
        elif isinstance(node, ast.FunctionDef) and node.name in ("_cause", "story"):
            for each in ast.walk(node):
                if isinstance(each, ast.Return) and each.value is not None:
                    yield from strings(each.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in MADE and node.args:
            yield from strings(node.args[0])


def in_data(value):
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "cause" and isinstance(each, str):
                yield each
            yield from in_data(each)
    elif isinstance(value, list):
        for each in value:
            yield from in_data(each)


@pytest.fixture(scope="module")
def causes():
    out = {}
    for path in sorted((ROOT / "checks").rglob("*.py")):
        for word in words_of(ast.parse(path.read_text(encoding="utf-8"))):
            if re.fullmatch(r"[a-z][a-z0-9_]+", word) and word not in NO_CAUSE:
                out.setdefault(word, str(path.relative_to(ROOT)))
    for path in sorted((ROOT / "resources" / "standards").rglob("*.json")):
        for word in in_data(json.loads(path.read_text(encoding="utf-8"))):
            out.setdefault(word, str(path.relative_to(ROOT)))
    return out


@pytest.fixture(scope="module")
def titles():
    text = (ROOT / "panels" / "review" / "causes.py").read_text(encoding="utf-8")
    return dict(re.findall(r'"([a-z0-9_]+)": translate\(\s*"Causes",\s*"([^"]+)"', text))


def test_the_search_finds_what_is_known_to_be_there(causes):
    known = {"datum_shift", "gcj02", "clock_zone", "reused_photo", "camera_clock", "contained"}
    assert known <= set(causes)
    assert len(causes) > 120


def test_every_cause_has_a_title(causes, titles):
    assert {word: path for word, path in causes.items() if word not in titles} == {}


def test_every_title_is_translated(titles):
    tree = ElementTree.parse(ROOT / "i18n" / "onemap_verify_zh_CN.ts")
    known = {}
    for context in tree.iter("context"):
        if context.findtext("name") == "Causes":
            for message in context.iter("message"):
                translation = message.find("translation")
                done = translation.get("type") != "unfinished"
                known[message.findtext("source")] = translation.text if done else None
    assert {title for title in titles.values() if not known.get(title)} == set()
