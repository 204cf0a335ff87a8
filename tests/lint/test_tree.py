"""Rules about the checkout as a whole: what ruff is told to see, paths, translations, imports."""

import ast
import configparser
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from code_tree import CHECKOUT, ROOMS, ROOT, Module, modules
from rules_qt import translations
from rules_text import HAN

# What a careless module looks like, and the rules of ruff that must see it.
CARELESS = """
import numpy as np
def Area(x, unused):
    print(np.in1d(x, x), eval("1"))
    this_line_is_longer_than_what_fits_on_a_screen_beside_another_one = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    return x
"""  # noqa: E501
SEEN = {"D100", "D103", "ANN001", "ANN201", "T201", "TID251", "E501", "ARG001", "S307"}


def test_ruff_is_set_to_see_what_matters():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--output-format=concise", "--no-cache"]
        + ["--stdin-filename", "checks/careless.py", "-"],
        cwd=CHECKOUT,
        input=CARELESS,
        capture_output=True,
        text=True,
    )
    found = set(re.findall(r" ([A-Z]+\d+) ", done.stdout))
    assert found >= SEEN, SEEN - found


def test_mypy_is_set_to_see_what_matters(tmp_path):
    careless = tmp_path / "careless.py"
    careless.write_text("def f(x):\n    return x\n\ndef g() -> int:\n    return 'a'\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(CHECKOUT / "pyproject.toml")]
        + ["--cache-dir", str(tmp_path / "cache"), str(careless)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "no-untyped-def" in done.stdout
    assert "return-value" in done.stdout


# Folders of one person's or one machine's; the first part is a home, a mount or a scratch place.
MACHINE_PATH = re.compile(
    r"(?<![\w$.}~*/>\])])/(?:home|root|work|Users|mnt|media|opt|srv|workspace)/[\w.]"
    r"|(?<![\w])[A-Za-z]:\\Users\\",
)
TEXT = {
    ".py",
    ".sh",
    ".md",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
    ".json",
    ".ui",
    ".qml",
    ".ts",
    ".csv",
}


def machine_paths(text: str) -> list[str]:
    """Return the lines in which a path of one machine stands."""
    return [line.strip() for line in text.splitlines() if MACHINE_PATH.search(line)]


def project_files():
    """Return what belongs to the project: by git, or without it everything ./run did not make."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\0")
        paths = [CHECKOUT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        made = {".git", ".venv", ".build", "dist", "__pycache__", ".ruff_cache"}
        paths = [path for path in CHECKOUT.rglob("*") if not made & set(path.parts)]
    return [path for path in paths if path.is_file()]


def test_machine_paths_are_seen():
    bad = ["see /" + "home/someone/x", "open('/" + "work/data')", r"C:" + r"\Users\someone"]
    assert machine_paths("\n".join(bad)) == bad
    assert machine_paths("$root/root/checkout /usr/share/qgis https://a.org/home/x") == []


def test_no_machine_paths():
    found = []
    for path in project_files():
        if path.suffix in TEXT or path.name in ("run",):
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{path.relative_to(CHECKOUT)}: {line}" for line in machine_paths(text)]
    assert not found, "\n" + "\n".join(found)


def test_no_file_too_large_for_a_checkout():
    large = [
        f"{path.relative_to(CHECKOUT)}: {path.stat().st_size / 1e6:.1f} MB"
        for path in project_files()
        if path.stat().st_size > 3e6
    ]
    assert not large, large


def untranslated(text: str) -> list[str]:
    """Return the sources in a Qt ``.ts`` file that have no Chinese translation."""
    found = []
    for message in ElementTree.fromstring(text).iter("message"):
        source = message.findtext("source") or ""
        translation = message.find("translation")
        kind = translation.get("type") if translation is not None else "missing"
        if kind in ("vanished", "obsolete"):
            continue
        said = "".join(translation.itertext()).strip() if translation is not None else ""
        # A source without letters (a sign, a unit of symbols) may stand as it is.
        wants_chinese = re.search(r"[A-Za-z]{2}", re.sub(r"%\w+|\{\w*\}|<[^>]*>", "", source))
        if kind == "unfinished" or not said or (wants_chinese and not HAN.search(said)):
            found.append(source)
    return found


def test_a_missing_translation_is_seen():
    ts = """<TS><context><name>A</name>
    <message><source>Open</source><translation>打开</translation></message>
    <message><source>Close</source><translation type="unfinished">关闭</translation></message>
    <message><source>Save</source><translation></translation></message>
    <message><source>Help</source><translation>Help</translation></message>
    <message><source>%1 m²</source><translation>%1 m²</translation></message>
    <message numerus="yes"><source>%n parcels</source>
      <translation><numerusform>%n 个图斑</numerusform></translation></message>
    </context></TS>"""
    assert untranslated(ts) == ["Close", "Save", "Help"]


# Proper names, which are the same in both languages, and what only looks like words.
SAME_IN_BOTH = {"OneMap Verify", "GeoPackage", "NDVI", "DEM"}


def translation_files():
    return sorted((CHECKOUT / "i18n").glob("*zh*.ts"))


def test_translations_are_whole():
    for path in translation_files():
        missing = set(untranslated(path.read_text(encoding="utf-8"))) - SAME_IN_BOTH
        assert not missing, f"{path.name}: {sorted(missing)}"


def said_in_code() -> dict[str, str]:
    """Return every literal given to tr in the plugin, and every text of a form, with its place."""
    said = {}
    for module in modules("services", "processing_provider", "panels", ROOT):
        for call, text in translations(module):
            if isinstance(text, ast.Constant):
                said[text.value] = f"{module.path}:{call.lineno}"
    for form in (CHECKOUT / "panels").rglob("*.ui"):
        for element in ElementTree.parse(form).iter("string"):
            if element.get("notr") != "true" and (element.text or "").strip():
                said[element.text] = form.name
    return said


def test_every_text_is_in_the_translation():
    said = said_in_code()
    known = set()
    for path in translation_files():
        known |= {source.text for source in ElementTree.parse(path).iter("source")}
    missing = {text: place for text, place in said.items() if text not in known}
    assert not missing, "\n".join(f"{place}: {text!r}" for text, place in missing.items())


def test_compiled_translations_are_as_new_as_their_sources():
    for path in translation_files():
        compiled = path.with_suffix(".qm")
        assert compiled.is_file(), f"{compiled.name} is missing: run lrelease"


def test_checks_need_no_qgis():
    names = [
        f"onemap_verify.{module.dotted}" for module in modules("checks") if module.text.strip()
    ]
    code = (
        "import importlib, sys\n"
        "sys.modules.update({'qgis': None, 'PyQt5': None, 'PyQt6': None})\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(CHECKOUT / ".build" / "plugins"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_rooms_are_packages():
    for room in ROOMS:
        holds_python = any((CHECKOUT / room).rglob("*.py"))
        assert not holds_python or (CHECKOUT / room / "__init__.py").is_file(), room


def test_metadata_is_what_qgis_and_its_repository_ask_for():
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(CHECKOUT / "metadata.txt", encoding="utf-8")
    general = parser["general"]
    for name in ("description", "about", "author", "email", "repository", "tracker", "tags"):
        assert general[name].strip(), name
    assert general["name"] == "OneMap Verify 一张图核验"
    assert general["qgisMinimumVersion"] == "3.22"
    assert general["qgisMaximumVersion"] == "4.99"
    assert general["supportsQt6"] == "True"
    assert general["hasProcessingProvider"] == "yes"
    assert re.fullmatch(r"\d+\.\d+\.\d+", general["version"])
    assert general["version"] in (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert (CHECKOUT / general["icon"]).is_file(), "the icon"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "docs/architecture.md"])
def test_documents_point_to_what_is_there(name):
    document = CHECKOUT / name
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'src="([^"]+)"', text)
    assert targets
    missing = [
        target
        for target in targets
        if not re.match(r"\w+:", target) and not (document.parent / target).exists()
    ]
    assert not missing, missing


def test_modules_know_their_dotted_names():
    assert Module("checks/rules/area.py", "").dotted == "checks.rules.area"
    nested = Module("panels/verify/dock.py", "from ...checks.findings import Text\nfrom . import a")
    assert [name for _, name in nested.imports()] == [".checks.findings.Text", ".panels.verify.a"]
