"""The source files as the rules about code see them, and how a rule is declared.

A rule looks at one module and yields complaints. With it come a snippet that it must complain
about and one that it must let pass, so that no rule can fall asleep unnoticed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]

# The rooms of the plugin, in the order of docs/architecture.md.
ROOMS = ("checks", "services", "processing_provider", "panels", "demo", "benchmarks")
# Files at the root of the package, which is the root of the checkout.
ROOT = "root"
# Not part of the plugin.
OUTSIDE = ("scripts", "tests")


@dataclass(frozen=True)
class Module:
    """A Python file: ``path`` is relative to the checkout, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree, each node with its ``parent``."""
        tree = ast.parse(self.text, filename=self.path)
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                child.parent = node  # type: ignore[attr-defined]
        return tree

    @property
    def room(self) -> str:
        """The first folder, or ``root``."""
        return self.path.split("/")[0] if "/" in self.path else ROOT

    @property
    def dotted(self) -> str:
        """Name within the plugin: ``checks.rules.rule``; a package by its own name."""
        name = self.path[: -len(".py")].replace("/", ".")
        return name[: -len(".__init__")] if name.endswith(".__init__") else name

    def imports(self) -> Iterator[tuple[int, str]]:
        """Yield line and full dotted name of everything imported, ``from`` imports with the name.

        Names of ours are relative to the plugin (``checks.findings.Text``) with a leading dot.
        """
        package = self.dotted.split(".")
        if not self.path.endswith("__init__.py"):
            package = package[:-1]
        if self.path == "__init__.py":
            package = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node.lineno, _ours(alias.name)
            elif isinstance(node, ast.ImportFrom):
                if node.level:
                    start = package[: len(package) - (node.level - 1)]
                    base = "." + ".".join([*start, *filter(None, [node.module])])
                else:
                    base = _ours(node.module or "")
                for alias in node.names:
                    yield (
                        node.lineno,
                        f"{base.rstrip('.')}.{alias.name}" if base != "." else (f".{alias.name}"),
                    )


def _ours(name: str) -> str:
    head, _, rest = name.partition(".")
    return f".{rest}" if head == "onemap_verify" else name


@dataclass(frozen=True)
class Complaint:
    """What a rule has to say about one line."""

    line: int
    message: str


Check = Callable[[Module], Iterable[Complaint]]


@dataclass(frozen=True)
class Rule:
    """A rule about code; ``rooms`` are those it holds in."""

    name: str
    check: Check
    rooms: tuple[str, ...]
    bad: tuple[Module, ...]
    good: tuple[Module, ...]


RULES: list[Rule] = []


def rule(
    name: str,
    *,
    bad: dict[str, str] | list[str],
    good: dict[str, str] | list[str],
    rooms: tuple[str, ...] = (*ROOMS, ROOT),
) -> Callable[[Check], Check]:
    """Declare a rule; ``bad`` and ``good`` are snippets, by pretended path where it matters."""

    def snippets(given: dict[str, str] | list[str]) -> tuple[Module, ...]:
        if isinstance(given, dict):
            return tuple(Module(path, text) for path, text in given.items())
        return tuple(Module("checks/rules/sample.py", text) for text in given)

    def declare(check: Check) -> Check:
        RULES.append(Rule(name, check, rooms, snippets(bad), snippets(good)))
        return check

    return declare


def modules(*rooms: str) -> list[Module]:
    """Return every Python file of ``rooms``."""
    return [module for room in rooms for module in _modules_of(room)]


@cache
def _modules_of(room: str) -> tuple[Module, ...]:
    """Read a room once: each file is parsed once for all rules."""
    paths = CHECKOUT.glob("*.py") if room == ROOT else (CHECKOUT / room).rglob("*.py")
    return tuple(
        Module(path.relative_to(CHECKOUT).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(paths)
    )


def calls(module: Module, *names: str) -> Iterator[ast.Call]:
    """Yield the calls of a function or method called one of ``names``."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and called(node) in names:
            yield node


def called(node: ast.Call) -> str:
    """Return the last part of what is called: ``tr`` of ``self.tr(…)``."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def in_function(node: ast.AST) -> bool:
    """Whether ``node`` runs only when some function is called."""
    child, parent = node, getattr(node, "parent", None)
    while parent is not None:
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            # Decorators and defaults run at import.
            body = parent.body if isinstance(parent.body, list) else [parent.body]
            if child in body:
                return True
        child, parent = parent, getattr(parent, "parent", None)
    return False
