"""The rules about the code itself: each must see its bad snippets, and the code must obey it."""

import code_tree
import pytest
import rules_imports
import rules_qt
import rules_style
import rules_text

ALL = code_tree.RULES
NEEDS_QGIS = {"enumerations are fully scoped"}
# Importing them declares the rules.
assert all((rules_imports, rules_qt, rules_style, rules_text))


def _need(rule: code_tree.Rule) -> None:
    if rule.name in NEEDS_QGIS:
        pytest.importorskip("qgis.core", reason="QGIS knows which names are enumerations")


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.name)
def test_a_rule_sees_what_is_wrong(rule):
    _need(rule)
    blind = [module for module in rule.bad if not list(rule.check(module))]
    assert not blind, f"no complaint about: {blind}"
    assert rule.bad


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.name)
def test_a_rule_lets_pass_what_is_right(rule):
    _need(rule)
    for module in rule.good:
        assert list(rule.check(module)) == [], module.text


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.name)
def test_the_code_obeys(rule):
    _need(rule)
    complaints = [
        f"{module.path}:{complaint.line}: {complaint.message}"
        for module in code_tree.modules(*rule.rooms)
        for complaint in rule.check(module)
    ]
    assert not complaints, "\n" + "\n".join(complaints)


def test_a_circle_is_seen():
    tree = [
        code_tree.Module("checks/a.py", "from .b import x"),
        code_tree.Module("checks/b.py", "def f():\n    from . import c"),
        code_tree.Module("checks/c.py", "from .a import y"),
        code_tree.Module("checks/d.py", "from .a import y"),
    ]
    assert rules_imports.circles(tree) == [["checks.a", "checks.b", "checks.c", "checks.a"]]
    assert rules_imports.circles(tree[:2]) == []


def test_no_module_imports_itself_in_a_circle():
    tree = code_tree.modules(*code_tree.ROOMS, code_tree.ROOT)
    assert rules_imports.circles(tree) == []
