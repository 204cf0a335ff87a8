"""Who may import whom: the rooms, the floors of checks/, and the outside world."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable

from code_tree import OUTSIDE, ROOMS, ROOT, Complaint, Module, rule

MAY_IMPORT = {
    "checks": {"checks"},
    "services": {"services", "checks"},
    "processing_provider": {"processing_provider", "checks", "services"},
    "panels": {"panels", "processing_provider", "checks", "services"},
    ROOT: {"panels", "processing_provider", "checks", "services", ROOT},
    "demo": {"demo", "panels", "processing_provider", "checks", "services", ROOT},
    "benchmarks": {
        "benchmarks",
        "demo",
        "panels",
        "processing_provider",
        "checks",
        "services",
        ROOT,
    },
}
ROOM_NAMES = set(MAY_IMPORT) - {ROOT}

# checks/ from the ground up; a module or package stands on one floor. Neighbours on a floor may
# lean on each other as long as no circle arises.
FLOORS = (
    (
        *("findings", "table", "seal", "progress", "errors"),
        *("reproject", "grid", "raster", "placing"),
    ),
    ("baseline", "options", "standard", "risk", "vector"),
    ("submission", "record"),
    ("measures", "report", "sampling", "journal", "inputs", "outputs")
    + ("findings_file", "findings_read", "tables_file", "comparison", "comparison_file")
    + ("parcel_facts", "review_order", "review_order_times")
    + ("review_inputs", "evidence", "review_seal")
    + (
        "return_list",
        "return_list_files",
        "review_figures",
        "dashboard",
        "dashboard_page",
        "acceptance",
    ),
    ("rules",),
    ("recheck_memory", "recheck_digests", "recheck_scopes", "recheck_changes"),
    ("verify", "recheck", "recheck_part", "recheck_kept", "recheck_setup", "recheck_place")
    + ("recheck_result", "recheck_state"),
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}

# What a room may not take from outside, and why.
FORBIDDEN = {
    "checks": {
        "qgis": "checks/ runs without QGIS",
        "processing": "checks/ runs without QGIS",
        "requests": "checks/ talks to no server",
        "owslib": "checks/ talks to no server",
    },
    "services": {
        "qgis.gui": "services/ has no widgets",
        "qgis.PyQt.QtWidgets": "services/ has no widgets",
    },
    "processing_provider": {
        "qgis.PyQt.QtWidgets": "an algorithm runs without a window",
    },
}


@rule(
    "rooms import only what the table allows",
    bad={
        "checks/area.py": "from ..services import site",
        "services/site.py": "import onemap_verify.panels.run",
        "processing_provider/verify.py": "from ..panels.run import Run",
        "panels/run.py": "def f():\n    from ..demo import county",
        "plugin.py": "from .tests import x",
    },
    good={
        "checks/rules/area.py": "from ..measures.case import Case",
        "panels/verify/dock.py": "from ...checks.findings import Finding\nimport os",
        "plugin.py": "from .processing_provider.provider import Provider",
    },
)
def rooms(module: Module) -> Iterable[Complaint]:
    allowed = MAY_IMPORT[module.room]
    for line, name in module.imports():
        if name.startswith("."):
            target = name[1:].split(".")[0]
            room = target if target in ROOM_NAMES or target in ("tests", "scripts") else ROOT
            if room not in allowed:
                yield Complaint(line, f"{module.room} may not import {room} ({name[1:]})")


@rule(
    "checks/ imports downwards",
    rooms=("checks",),
    bad={
        "checks/standard.py": "from .rules import rule",
        "checks/submission/open.py": "from ..measures import case",
        "checks/inputs.py": "if TYPE_CHECKING:\n    from .verify import Options",
        "checks/attic.py": "",
    },
    good={
        "checks/rules/area.py": "from ..standard import Standard\nfrom .rule import Rule",
        "checks/table.py": "from .findings import Text",
        "checks/__init__.py": "",
    },
)
def floors(module: Module) -> Iterable[Complaint]:
    place = module.dotted.split(".")[1:]
    if not place:
        return
    if place[0] not in FLOOR:
        yield Complaint(1, f"checks/{place[0]} stands on no floor (FLOORS in {__name__}.py)")
        return
    own = FLOOR[place[0]]
    for line, name in module.imports():
        parts = name[1:].split(".")
        if not name.startswith(".") or parts[0] != "checks" or len(parts) < 2:
            continue
        other = FLOOR.get(parts[1])
        if other is None or parts[1] == place[0]:
            continue
        if other > own:
            yield Complaint(line, f"{place[0]} may not import {parts[1]}: it stands above")


@rule(
    "no import from outside that the room must do without",
    bad={
        "checks/area.py": "from qgis.core import QgsGeometry",
        "services/site.py": "from qgis.PyQt.QtWidgets import QDialog",
        "processing_provider/a.py": "from qgis.PyQt import QtWidgets",
    },
    good={
        "checks/area.py": "from osgeo import ogr",
        "services/site.py": "from qgis.core import QgsSettings",
        "panels/a.py": "from qgis.PyQt.QtWidgets import QDialog",
    },
)
def outside(module: Module) -> Iterable[Complaint]:
    for line, name in module.imports():
        for forbidden, why in FORBIDDEN.get(module.room, {}).items():
            if name == forbidden or name.startswith(f"{forbidden}."):
                yield Complaint(line, f"{name}: {why}")


@rule(
    "Shapely is loaded by checks/, never by what QGIS loads at its start",
    rooms=("processing_provider", "panels", ROOT),
    bad={
        "processing_provider/maps.py": "import shapely",
        "panels/a.py": "from shapely import Point",
    },
    good={"processing_provider/maps.py": "def f():\n    import shapely"},
)
def shapely_at_the_top(module: Module) -> Iterable[Complaint]:
    for node in module.tree.body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if any(name.split(".")[0] == "shapely" for name in names):
            yield Complaint(node.lineno, "a plain import mixes two GEOS; import it in the function")


@rule(
    "Qt comes through qgis.PyQt only",
    rooms=(*ROOMS, ROOT, *OUTSIDE),
    bad={
        "panels/a.py": "from PyQt5.QtCore import Qt",
        "panels/b.py": "import PyQt6",
        "panels/c.py": "import sip",
    },
    good={"panels/a.py": "from qgis.PyQt.QtCore import Qt"},
)
def qt(module: Module) -> Iterable[Complaint]:
    for line, name in module.imports():
        if name.split(".")[0] in {"PyQt5", "PyQt6", "PySide2", "PySide6", "sip"}:
            yield Complaint(line, f"{name}: import it from qgis.PyQt")


@rule(
    "the package imports nothing at import time",
    rooms=(ROOT,),
    bad={
        "__init__.py": "from .plugin import Plugin\ndef classFactory(iface): return Plugin(iface)"
    },
    good={
        "__init__.py": "from __future__ import annotations\n"
        "def classFactory(iface):\n    from .plugin import Plugin\n    return Plugin(iface)",
        "plugin.py": "from .panels import x",
    },
)
def nothing_at_import(module: Module) -> Iterable[Complaint]:
    if module.path != "__init__.py":
        return
    for node in module.tree.body:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "")]
        else:
            continue
        if any(name.split(".")[0] not in sys.stdlib_module_names for name in names):
            yield Complaint(node.lineno, "import it where it is used: workers import checks/ alone")


def circles(tree: list[Module]) -> list[list[str]]:
    """Return the circles among modules that import each other, each as the names on it.

    Imports within functions count: a circle that is hidden is still one.
    """
    known = {module.dotted for module in tree}
    edges: dict[str, set[str]] = {}
    for module in tree:
        edges[module.dotted] = set()
        for _, name in module.imports():
            if name.startswith("."):
                # "from .findings import Text" names a module and something in it.
                target = name[1:] if name[1:] in known else name[1:].rpartition(".")[0]
                if target in known and target != module.dotted:
                    edges[module.dotted].add(target)
    found: list[list[str]] = []
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> None:
        if name in path:
            found.append([*path[path.index(name) :], name])
        elif name not in done:
            for target in sorted(edges[name]):
                walk(target, [*path, name])
            done.add(name)

    for name in sorted(edges):
        walk(name, [])
    return found
