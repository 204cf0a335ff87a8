"""./run as a person or a machine calls it: outputs, errors, exit status."""

import json
import os
import subprocess

import pytest
from osgeo import ogr, osr

ogr.UseExceptions()


@pytest.fixture
def call(checkout):
    def call(*arguments, cwd, **environment):
        return subprocess.run(
            [str(checkout / "run"), *arguments],
            cwd=cwd,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )

    return call


@pytest.fixture
def folder(tmp_path):
    """A folder with blanks, signs and Chinese in its name, and a point layer of three in it."""
    folder = tmp_path / "my folder 成果=1"
    folder.mkdir()
    frame = osr.SpatialReference()
    frame.ImportFromEPSG(4527)
    for name, count in (("点=甲.gpkg", 3), ("b.gpkg", 2)):
        source = ogr.GetDriverByName("GPKG").CreateDataSource(str(folder / name))
        layer = source.CreateLayer("points", frame, ogr.wkbPoint)
        for number in range(count):
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POINT (39500{number}00 3000000)"))
            layer.CreateFeature(feature)
        source = None
    return folder


def count(path):
    source = ogr.Open(str(path))
    return source.GetLayer(0).GetFeatureCount()


def last_line(done):
    return done.stderr.rstrip("\n").splitlines()[-1]


def test_help_names_what_is_there(call, tmp_path):
    done = call("help", cwd=tmp_path)
    assert done.returncode == 0
    for command in (
        "demo",
        "test",
        "qgis",
        "algorithm",
        "benchmark speed",
        "benchmark detection",
        "package",
    ):
        assert f"  {command}" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [["platform"], ["platform", "fly"], ["benchmark", "fly"], ["nonsense"]],
)
def test_what_is_not_there_says_so(call, tmp_path, arguments):
    done = call(*arguments, cwd=tmp_path)
    assert done.returncode != 0
    assert done.stdout == ""
    assert last_line(done).startswith("Error: ")


@pytest.mark.qgis
def test_an_algorithm_prints_one_json_object(call, folder):
    done = call(
        "algorithm",
        "native:buffer",
        "INPUT=点=甲.gpkg",
        "DISTANCE=1.5",
        "END_CAP_STYLE=Square",
        "OUTPUT=缓冲 1.gpkg",
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"OUTPUT": str(folder / "缓冲 1.gpkg")}
    assert count(folder / "缓冲 1.gpkg") == 3


@pytest.mark.qgis
def test_chinese_survives_the_c_locale(call, folder):
    done = call(
        "algorithm",
        "native:centroids",
        "INPUT=点=甲.gpkg",
        "OUTPUT=重心.gpkg",
        cwd=folder,
        LC_ALL="C",
        LANG="C",
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["OUTPUT"] == str(folder / "重心.gpkg")
    assert count(folder / "重心.gpkg") == 3


@pytest.mark.qgis
def test_several_values_for_one_parameter(call, folder):
    done = call(
        "algorithm",
        "native:mergevectorlayers",
        "LAYERS=点=甲.gpkg;b.gpkg",
        "OUTPUT=all.gpkg",
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    assert count(folder / "all.gpkg") == 5


@pytest.mark.qgis
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["native:nothing"], "native:nothing"),
        (["native:buffer", "INPUT"], "KEY=VALUE"),
        (["native:buffer", "INPUT=no.gpkg", "OUTPUT=o.gpkg"], "no.gpkg"),
        (["native:buffer", "INPUT=b.gpkg", "DISTANCE=far", "OUTPUT=o.gpkg"], "DISTANCE: far"),
        # What goes wrong while it runs, not before.
        (["native:buffer", "INPUT=b.gpkg", "OUTPUT=none/such/folder/o.gpkg"], "none/such/folder"),
    ],
)
def test_an_error_is_the_last_line(call, folder, arguments, said):
    done = call("algorithm", *arguments, cwd=folder)
    assert done.returncode != 0
    assert done.stdout == ""
    assert last_line(done).startswith("Error: ")
    assert said in last_line(done)
    assert "Traceback" not in done.stderr


def test_the_desktop_says_when_there_is_no_screen(call, tmp_path):
    done = call("qgis", cwd=tmp_path, DISPLAY="", WAYLAND_DISPLAY="")
    assert done.returncode != 0
    assert "no screen" in last_line(done)
