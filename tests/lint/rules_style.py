"""Sizes, the oldest Python, and what has no place in code."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterable
from functools import lru_cache

from code_tree import CHECKOUT, OUTSIDE, ROOMS, ROOT, Complaint, Module, calls, rule

MODULE_LINES = 450
CLASS_LINES = 250
FUNCTION_LINES = 80
EVERYWHERE = (*ROOMS, ROOT, *OUTSIDE)


def _lines(count: int) -> str:
    return "    x = 1\n" * count


@rule(
    "modules, classes and functions of a size to read",
    rooms=EVERYWHERE,
    bad=[
        "x = 1\n" * (MODULE_LINES + 1),
        "class A:\n" + _lines(CLASS_LINES),
        "def f():\n" + _lines(FUNCTION_LINES),
    ],
    good=["x = 1\n" * MODULE_LINES, "def f():\n" + _lines(FUNCTION_LINES - 1)],
)
def sizes(module: Module) -> Iterable[Complaint]:
    count = len(module.text.splitlines())
    if count > MODULE_LINES:
        yield Complaint(1, f"{count} lines; a module has at most {MODULE_LINES}")
    limits = {ast.ClassDef: CLASS_LINES, ast.FunctionDef: FUNCTION_LINES}
    for node in ast.walk(module.tree):
        limit = limits.get(type(node))
        if limit and (length := node.end_lineno - node.lineno + 1) > limit:
            yield Complaint(node.lineno, f"{node.name} has {length} lines; at most {limit}")


# Names that came after Python 3.9, by module.
NEWER = {
    "typing": {
        "TypeAlias", "ParamSpec", "Concatenate", "TypeGuard", "Self", "Never", "LiteralString",
        "assert_never", "assert_type", "Required", "NotRequired", "Unpack", "TypeVarTuple",
        "override", "reveal_type", "dataclass_transform",
    },
    "itertools": {"pairwise", "batched"},
    "enum": {"StrEnum", "verify", "member", "nonmember", "EnumType"},
    "datetime": {"UTC"},
    "contextlib": {"chdir", "aclosing"},
    "hashlib": {"file_digest"},
    "types": {"NoneType", "UnionType", "EllipsisType"},
    "warnings": {"deprecated"},
}  # fmt: skip
NEWER_KEYWORDS = {
    "dataclass": {"slots", "kw_only"},
    "zip": {"strict"},
    "field": {"kw_only"},
}
TYPE_NAMES = {
    "int", "str", "float", "bool", "bytes", "complex", "dict", "list", "set", "tuple", "object",
    "type", "frozenset", "Path",
}  # fmt: skip


@rule(
    "runs on Python 3.9",
    rooms=(*ROOMS, ROOT, "scripts"),
    bad=[
        "match x:\n    case 1: pass",
        "@dataclass(frozen=True, slots=True)\nclass A: pass",
        "zip(a, b, strict=True)",
        "isinstance(x, int | str)",
        "Number = float | None",
        "from itertools import pairwise",
        "import itertools\nitertools.pairwise(x)",
        "import tomllib",
        "try:\n    pass\nexcept* ValueError:\n    pass",
    ],
    good=[
        "from __future__ import annotations\ndef f(x: int | None) -> str | None: pass",
        "from __future__ import annotations\nx: dict[str, int | None] = {}",
        "mask = a | b",
        "flags = A.B | A.C",
        "@dataclass(frozen=True)\nclass A: pass",
        "merged = {} | other",
    ],
)
def oldest_python(module: Module) -> Iterable[Complaint]:
    try:
        ast.parse(module.text, feature_version=(3, 9))
    except SyntaxError as error:
        yield Complaint(error.lineno or 1, f"{error.msg}")
        return
    for line, name in module.imports():
        source, _, what = name.rpartition(".")
        if what in NEWER.get(source, ()) or name.startswith("tomllib"):
            yield Complaint(line, f"{name} came after Python 3.9")
    annotations = _annotation_nodes(module.tree)
    for node in ast.walk(module.tree):
        yield from _newer_use(node, annotations)


def _newer_use(node: ast.AST, annotations: set[int]) -> Iterable[Complaint]:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        if node.attr in NEWER.get(node.value.id, ()):
            yield Complaint(node.lineno, f"{node.value.id}.{node.attr} came after Python 3.9")
    elif isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for keyword in node.keywords:
            if keyword.arg in NEWER_KEYWORDS.get(name, ()):
                yield Complaint(node.lineno, f"{name}({keyword.arg}=…) came after Python 3.9")
    elif (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.BitOr)
        and id(node) not in annotations
        and (_is_type(node.left) or _is_type(node.right))
    ):
        yield Complaint(node.lineno, "X | Y of types is for annotations only")


def _is_type(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Constant):
        return node.value is None
    return isinstance(node, ast.Name) and node.id in TYPE_NAMES


def _annotation_nodes(tree: ast.Module) -> set[int]:
    """Return the nodes that stand in annotations, which are never evaluated."""
    found: set[int] = set()
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            annotation = getattr(node, name, None)
            if annotation is not None:
                found.update(id(inner) for inner in ast.walk(annotation))
    return found


@rule(
    "no print in the plugin",
    rooms=("checks", "services", "processing_provider", "panels", ROOT),
    bad=["print('x')"],
    good=["feedback.pushInfo('x')"],
)
def no_print(module: Module) -> Iterable[Complaint]:
    for call in calls(module, "print"):
        if isinstance(call.func, ast.Name):
            yield Complaint(call.lineno, "say it through feedback or the log")


# A fact of a standard in code would not change with the year: it belongs to resources/standards.
@rule(
    "no land class codes in code",
    rooms=("checks",),
    bad=["def f(code): return code == '0301'", "PADDY = ('0101',)"],
    good=['"""Docstrings may name 0101."""', "x = 'DLBM'", "wkid = 'EPSG:4490'"],
)
def no_codes(module: Module) -> Iterable[Complaint]:
    codes = _land_class_codes()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in codes:
            yield Complaint(node.lineno, f"'{node.value}' is a fact of a standard: read it there")


@lru_cache(maxsize=1)
def _land_class_codes() -> frozenset[str]:
    """Every four-digit land class code of the shipped standards, and a few known ones."""
    codes = {"0101", "0102", "0103", "0301", "0305", "0601", "1001", "1101", "1203"}
    shape = re.compile(r"(0[1-9]|1[0-2])\d\d[A-Z]?")
    for path in (CHECKOUT / "resources" / "standards").rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.reader(stream):
                codes.update(cell for cell in row if shape.fullmatch(cell))
    return frozenset(codes)


UNREASONED = re.compile(
    r"#\s*(noqa|type:\s*ignore)(?!\s*[:\[])|#\s*(TODO|FIXME|XXX|HACK)\b|^(<{7}|>{7}) ",
    flags=re.MULTILINE,
)


@rule(
    "nothing left for later, nothing silenced without saying what",
    rooms=EVERYWHERE,
    bad=["x = 1  # noq" + "a", "x = 1  # type: igno" + "re", "# TO" + "DO: later"],
    good=["x = 1  # noqa: E501", "x = 1  # type: ignore[attr-defined]"],
)
def unreasoned(module: Module) -> Iterable[Complaint]:
    for match in UNREASONED.finditer(module.text):
        line = module.text.count("\n", 0, match.start()) + 1
        yield Complaint(line, f"'{match[0].strip()}' says neither what nor why")


SKIPS = {"skip", "xfail", "skipif", "importorskip"}


@rule(
    "a test that is skipped says why",
    rooms=("tests",),
    bad=[
        "@pytest.mark.skip\ndef test_a(): pass",
        "@pytest.mark.xfail()\ndef test_a(): pass",
        "pytest.skip()",
    ],
    good=["pytest.skip('no data')", "@pytest.mark.xfail(reason='x')\ndef test_a(): pass"],
)
def skips(module: Module) -> Iterable[Complaint]:
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Attribute) and node.attr in SKIPS):
            continue
        if not ast.unparse(node).startswith("pytest."):
            continue
        call = getattr(node, "parent", None)
        if not (isinstance(call, ast.Call) and call.func is node and (call.args or call.keywords)):
            yield Complaint(node.lineno, f"{node.attr} without a reason")
