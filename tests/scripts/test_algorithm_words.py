"""How ./run algorithm reads its arguments and what qgis_process says."""

import os
from pathlib import Path

import algorithm
import package
import pytest
from workplace import Trouble

PARAMETERS = {
    "SUBMISSION": {"type": {"id": "file"}},
    "CONTROL_LAYERS": {"type": {"id": "multilayer"}},
    "BANDS": {"type": {"id": "string"}},
    "FINDINGS": {"type": {"id": "vectorDestination"}},
    "DEM_ORIGIN": {
        "type": {"id": "enum"},
        "raw_definition": {"options": ["independent", "same_source"], "uses_static_strings": True},
    },
    "STYLE": {"type": {"id": "enum"}, "raw_definition": {"options": ["Round", "Flat"]}},
}


def arguments(**values):
    return algorithm.qgis_arguments({"parameters": PARAMETERS}, values)


def test_values_may_hold_signs():
    name, values = algorithm.split_arguments(["onemap:x", "A=b=c", "B=", "C=红=3;近红=4"])
    assert name == "onemap:x"
    assert values == {"A": "b=c", "B": "", "C": "红=3;近红=4"}


@pytest.mark.parametrize("given", [[], ["id", "novalue"], ["id", "=x"], ["id", "A=1", "A=2"]])
def test_what_cannot_be_understood_is_said(given):
    with pytest.raises(Trouble):
        algorithm.split_arguments(given)


def test_lists_are_split_and_text_is_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.gpkg").touch()
    assert arguments(CONTROL_LAYERS="a.gpkg|layername=x;/b.gpkg", BANDS="red=3;nir=4") == [
        f"CONTROL_LAYERS={tmp_path}/a.gpkg|layername=x",
        "CONTROL_LAYERS=/b.gpkg",
        "BANDS=red=3;nir=4",
    ]


def test_paths_are_taken_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("package")
    assert arguments(SUBMISSION="package", FINDINGS="out.gpkg") == [
        f"SUBMISSION={tmp_path}/package",
        f"FINDINGS={tmp_path}/out.gpkg",
    ]
    # Connections and QGIS's own words are no paths.
    for value in ("TEMPORARY_OUTPUT", "memory:x", "postgres://table=x"):
        assert arguments(FINDINGS=value) == [f"FINDINGS={value}"]


def test_enumerations_by_name_or_number():
    assert arguments(DEM_ORIGIN="same_source") == ["DEM_ORIGIN=same_source"]
    assert arguments(DEM_ORIGIN="1") == ["DEM_ORIGIN=same_source"]
    assert arguments(STYLE="Flat") == ["STYLE=1"]
    with pytest.raises(Trouble, match="independent, same_source"):
        arguments(DEM_ORIGIN="guess")
    with pytest.raises(Trouble, match="no parameter DEM_ORIGINS; there are: SUBMISSION"):
        arguments(DEM_ORIGINS="guess")


def test_the_json_object_is_found_among_other_output():
    text = 'a library says {hello}\n{"not": "it"}\n{\n "results": {"N": 1}\n}\nbye\n'
    assert algorithm.json_object(text, "results") == {"results": {"N": 1}}
    assert algorithm.json_object("{broken", "results") is None


@pytest.mark.parametrize(
    ("written", "status", "said"),
    [
        # As qgis_process 3.22 writes them: an exception, twice; one of two lines; a bad value.
        (["Cannot read a.zip", "Cannot read a.zip"], 1, "Cannot read a.zip"),
        (
            ["warning before", "Cannot read", "the zip", "Cannot read", "the zip"],
            1,
            "Cannot read; the zip",
        ),
        (
            ["ERROR:\tAn error was encountered while checking parameter values", "\tIncorrect X"],
            1,
            "Incorrect X",
        ),
        (["Algorithm a:b not found!"], 1, "Algorithm a:b not found!"),
        (
            ["Traceback (most recent call last):", '  File "x"', "ValueError: boom"],
            1,
            "internal error: ValueError: boom",
        ),
        (["<string>:1: DeprecationWarning: setapi() is deprecated"], 3, "status 3"),
        ([], -11, "signal 11"),
        ([], 139, "signal 11"),
    ],
)
def test_the_reason_is_one_line(written, status, said):
    found = algorithm.reason(written, status)
    assert said in found
    assert "\n" not in found


def test_a_wrong_value_is_shown(tmp_path):
    values = {"SUBMISSION": f"{tmp_path}/nothing.zip"}
    said = algorithm.explain("Incorrect parameter value for SUBMISSION", values)
    assert said.endswith(f"there is no {tmp_path}/nothing.zip)")


def test_the_package_holds_the_plugin_and_nothing_else():
    paths = [path.as_posix() for path in package.contents()]
    for wanted in ("__init__.py", "metadata.txt", "LICENSE", "checks/verify.py"):
        assert wanted in paths
    assert any(path.startswith("resources/standards/") for path in paths)
    for path in paths:
        assert not path.startswith(("tests/", "scripts/", "docs/", ".", "dist/")), path
        assert "__pycache__" not in path
        assert not path.endswith((".pyc", ".ts"))


def test_the_same_files_give_the_same_zip(tmp_path, monkeypatch):
    first = package.build("0.0.1").read_bytes()
    archive = package.build("0.0.1")
    try:
        assert archive.read_bytes() == first
    finally:
        archive.unlink()
