"""Rules for code that lives in QGIS: the event loop, translation, settings, Qt 6."""

from __future__ import annotations

import ast
import enum
import importlib
from collections.abc import Iterable
from typing import Any

from code_tree import ROOT, Complaint, Module, calls, in_function, rule

IN_QGIS = ("services", "processing_provider", "panels", "demo", ROOT)
ON_GUI_THREAD = ("panels", ROOT)


@rule("no exec_", bad=["dialog.exec_()"], good=["dialog.exec()"], rooms=IN_QGIS)
def exec_(module: Module) -> Iterable[Complaint]:
    for call in calls(module, "exec_"):
        yield Complaint(call.lineno, "exec_ is gone from Qt 6: exec()")


@rule(
    "no processEvents",
    bad=["QCoreApplication.processEvents()"],
    good=["feedback.setProgress(1)"],
)
def process_events(module: Module) -> Iterable[Complaint]:
    for call in calls(module, "processEvents"):
        yield Complaint(call.lineno, "processEvents lets anything happen anywhere: use a task")


@rule(
    "tr takes one literal",
    bad=[
        "def f(self): self.tr(f'{n} parcels')",
        "def f(self): self.tr('%d parcels' % n)",
        "def f(self): self.tr('a' + b)",
        "def f(self): self.tr(text)",
        "def f(self): QCoreApplication.translate('Context', text)",
        "def f(self): self.tr('{} parcels'.format(n))",
    ],
    good=[
        "def f(self): self.tr('{} parcels').format(n)",
        "def f(self): QCoreApplication.translate('Context', 'Text')",
        "def f(self): self.tr('%n parcels', '', n)",
        "def f(self): point.translate(1, 2)",
        "def tr(text):\n    return QCoreApplication.translate('Context', text)",
    ],
)
def tr_literal(module: Module) -> Iterable[Complaint]:
    for call, text in translations(module):
        if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
            yield Complaint(call.lineno, "text that is put together cannot be translated")


def translations(module: Module) -> Iterable[tuple[ast.Call, ast.expr]]:
    """Yield each call that translates, with the text it is given."""
    for call in calls(module, "tr"):
        if call.args:
            yield call, call.args[0]
    for call in calls(module, "translate"):
        # QCoreApplication.translate(context, text), not the translate of a geometry.
        first = call.args[0] if call.args else None
        if len(call.args) < 2 or not _is_context(first) or _within(call, "tr"):
            continue
        yield call, call.args[1]


def _is_context(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.Name) and node.id.isupper()


def _within(node: ast.AST, name: str) -> bool:
    """Whether ``node`` is inside a function of that name: the one that does the translating."""
    parent = getattr(node, "parent", None)
    while parent is not None:
        if isinstance(parent, ast.FunctionDef) and parent.name == name:
            return True
        parent = getattr(parent, "parent", None)
    return False


@rule(
    "no tr at import",
    bad=[
        "TITLE = tr('Title')",
        "class A:\n    title = QCoreApplication.translate('A', 'Title')",
        "def f(title=tr('Title')): pass",
    ],
    good=["def title(): return tr('Title')", "TITLES = {'a': lambda: tr('Title')}"],
)
def tr_at_import(module: Module) -> Iterable[Complaint]:
    for call, _ in translations(module):
        if not in_function(call):
            yield Complaint(call.lineno, "the translator is not there yet when this runs")


BLOCKING_IMPORTS = ("requests", "urllib.request", "urllib3", "http.client", "socket", "owslib")
BLOCKING_NAMES = {"QgsBlockingNetworkRequest", "QEventLoop", "waitForFinished", "blockingGet"}


@rule(
    "nothing that waits on the GUI thread",
    rooms=ON_GUI_THREAD,
    bad={
        "panels/a.py": "import requests",
        "panels/b.py": "from qgis.core import QgsBlockingNetworkRequest",
        "panels/c.py": "import time\ntime.sleep(1)",
        "panels/d.py": "import subprocess\nsubprocess.run(['x'])",
        "panels/e.py": "import processing\nprocessing.run('native:buffer', {})",
    },
    good={"panels/a.py": "from qgis.core import QgsProcessingAlgRunnerTask"},
)
def waiting(module: Module) -> Iterable[Complaint]:
    for line, name in module.imports():
        if name.startswith(BLOCKING_IMPORTS) or name.split(".")[-1] in BLOCKING_NAMES:
            yield Complaint(line, f"{name} waits: panels run algorithms and services in tasks")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            what = f"{owner.id if isinstance(owner, ast.Name) else ''}.{node.func.attr}"
            if what in {
                "time.sleep",
                "processing.run",
                "subprocess.run",
                "subprocess.check_output",
            } or (node.func.attr in BLOCKING_NAMES):
                yield Complaint(node.lineno, f"{what.lstrip('.')} waits: use a task")


SETTINGS_CLASSES = {"QgsSettings", "QSettings"}


@rule(
    "settings are declared once, in one place",
    rooms=IN_QGIS,
    bad={
        "panels/a.py": "from qgis.core import QgsSettings\nQgsSettings().value('onemap/x')",
        "panels/b.py": "LAST = Setting('last', '')",
        "services/settings.py": "A = Setting('x', 1)\nB = Setting('x', 2)",
    },
    good={
        "services/settings.py": "from qgis.core import QgsSettings\nA = Setting('x', 1)",
        "panels/a.py": "from ..services import settings\nsettings.LAST.get()",
    },
)
def settings_once(module: Module) -> Iterable[Complaint]:
    declared = list(calls(module, "Setting"))
    if not module.path.endswith("/settings.py"):
        for line, name in module.imports():
            if name.split(".")[-1] in SETTINGS_CLASSES:
                yield Complaint(line, "settings are read and written in settings.py alone")
        for call in declared:
            yield Complaint(call.lineno, "a setting is declared in settings.py alone")
        return
    seen: dict[str, int] = {}
    for call in declared:
        name = ast.unparse(call.args[0]) if call.args else ""
        if seen.setdefault(name, call.lineno) != call.lineno:
            yield Complaint(call.lineno, f"{name} is declared in line {seen[name]} already")


@rule(
    "enumerations are fully scoped",
    rooms=("services", "processing_provider", "panels", "demo", "benchmarks", ROOT, "tests"),
    bad={
        "panels/a.py": "from qgis.PyQt.QtCore import Qt\nx = Qt.AlignLeft",
        "panels/b.py": "from qgis.core import Qgis\nx = Qgis.Warning",
        "panels/c.py": "from qgis.core import QgsProcessing\nx = QgsProcessing.TypeVectorPolygon",
        "panels/d.py": "from qgis.PyQt import QtWidgets\nx = QtWidgets.QMessageBox.Yes",
        "panels/e.py": "import qgis.core\nx = qgis.core.QgsTask.CanCancel",
    },
    good={
        "panels/a.py": "from qgis.PyQt.QtCore import Qt\nx = Qt.AlignmentFlag.AlignLeft",
        "panels/b.py": "from qgis.core import Qgis\nx = Qgis.MessageLevel.Warning",
        "panels/c.py": "from qgis.core import QgsMapLayerType\nx = QgsMapLayerType.VectorLayer",
        "panels/d.py": "from qgis.core import QgsProject\nx = QgsProject.instance",
    },
)
def scoped_enums(module: Module) -> Iterable[Complaint]:
    names = _qgis_names(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            owner = _resolve(node.value, names)
            if not isinstance(owner, type) or _is_enumeration(owner):
                continue
            member = getattr(owner, node.attr, None)
            if _is_enumeration(type(member)):
                scope = type(member).__name__
                yield Complaint(
                    node.lineno,
                    f"{owner.__name__}.{node.attr}: {owner.__name__}.{scope}.{node.attr} in Qt 6",
                )


def _qgis_names(module: Module) -> dict[str, Any]:
    """Return what the names imported from QGIS stand for in this module."""
    names: dict[str, Any] = {}
    for node in ast.walk(module.tree):
        try:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qgis"):
                source = importlib.import_module(node.module or "")
                for alias in node.names:
                    found = getattr(source, alias.name, None)
                    if found is None:
                        found = importlib.import_module(f"{node.module}.{alias.name}")
                    names[alias.asname or alias.name] = found
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.startswith("qgis"):
                        imported = importlib.import_module(alias.name)
                        top = importlib.import_module(alias.name.split(".")[0])
                        names[alias.asname or top.__name__] = imported if alias.asname else top
        except ImportError:
            # A newer class than this QGIS has, imported with care: another version looks at it.
            continue
    return names


def _resolve(node: ast.expr, names: dict[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_resolve(node.value, names), node.attr, None)
    return None


def _is_enumeration(kind: type) -> bool:
    if issubclass(kind, enum.Enum):
        return True
    # The enumerations of PyQt 5 are subclasses of int within the class they belong to.
    return issubclass(kind, int) and kind not in (int, bool)
