"""onemap:loadonemap: saved layers feed the verification; live ones come into the project."""

import json

import pytest

pytest.importorskip("qgis.core", reason="QGIS is not installed")
BANDS = {"bands": ["red", "green", "blue", "nir"]}
LAYERS = [
    {"id": "now", "kind": "wfs", "path": "/ows/", "layer": "DLTB", "date": "2023-12-31"},
    {"id": "last", "kind": "wfs", "path": "/ows/", "layer": "DLTB_2022", "role": "previous",
     "date": "2022-12-31"},
    {"id": "farm", "kind": "wfs", "path": "/mapserv?map=onemap", "layer": "YJJBNTBHTB",
     "role": "control", "withheld": ["ZRRMC"], "restricted": True},
    {"id": "red", "kind": "wfs", "path": "/ows/", "layer": "STBHHX", "role": "control"},
    {"id": "fine", "kind": "wcs", "path": "/ows/", "layer": "dem10", "role": "dem",
     "resolution_m": 10, "accuracy_class": "1:10000"},
    {"id": "coarse", "kind": "wcs", "path": "/ows/", "layer": "dem25", "role": "dem",
     "resolution_m": 25, "accuracy_class": "1:50000", "date": "2023"},
    {"id": "i23", "kind": "wcs", "path": "/ows/", "layer": "image_2023", "role": "imagery",
     "date": "2023-08-01", "options": BANDS},
    {"id": "i22", "kind": "wcs", "path": "/ows/", "layer": "image_2022", "role": "imagery",
     "date": "2022-07-15", "options": BANDS},
]  # fmt: skip


@pytest.fixture
def profile_file(map_server, tmp_path):
    layers = [
        {"title": {"zh": f"图层{each['layer']}", "en": each["layer"]}, "group": "all",
         **{key: value for key, value in each.items() if key != "path"},
         "url": map_server + each["path"]}
        for each in LAYERS
    ]  # fmt: skip
    document = {
        "version": 1, "id": "test", "title": {"zh": "测试平台", "en": "test"}, "zone": "inner",
        "network": {"allow_http": True}, "identity": {"kind": "none"}, "catalogue": [],
        "groups": [{"id": "all", "title": {"zh": "全部", "en": "All"}}], "layers": layers,
    }  # fmt: skip
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def run(onemap_provider):
    import processing
    from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProject

    def run(algorithm, project=None, **parameters):
        context = QgsProcessingContext()
        context.setProject(project or QgsProject.instance())
        feedback = QgsProcessingFeedback()
        return processing.run(
            f"onemap:{algorithm}", parameters, context=context, feedback=feedback
        ), feedback

    return run


def test_what_is_saved_is_what_a_verification_takes(run, profile_file, map_folder, tmp_path):
    from osgeo import gdal
    from qgis.core import QgsProject

    project = QgsProject()
    loaded, _ = run(
        "loadonemap", project, PROFILE=str(profile_file), SAVE_TO=str(tmp_path / "saved"),
        DATE="2023-12-31", EXTENT="120.0,120.047,39.734,39.757 [EPSG:4490]",
        SUMMARY=str(tmp_path / "summary.json"),
    )  # fmt: skip
    assert loaded["DEM"].endswith("dem10_fine.tif")
    assert (loaded["IMAGERY_DATE"], loaded["IMAGERY_PREVIOUS_DATE"]) == ("2023-08-01", "2022-07-15")
    assert loaded["PREVIOUS"].endswith("|layername=DLTB")
    assert len(loaded["CONTROL_LAYERS"]) == 2
    assert (loaded["LOADED_COUNT"], loaded["FAILED_COUNT"]) == (6, 0)
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    why = summary["choices"]["dem"]
    assert why["layer"] == "fine" and any("1:10000" in each["zh"] for each in why["reasons"])
    assert why["others"][0]["why"]["zh"].startswith("精度较低")
    assert {layer.name() for layer in project.mapLayers().values()} >= {"dem10", "STBHHX"}
    assert gdal.Open(loaded["DEM"]).RasterXSize == 400
    submission = tmp_path / "survey.gpkg"
    gdal.VectorTranslate(str(submission), str(map_folder / "onemap.gpkg"), layers=["DLTB"])
    names = ("DEM", "IMAGERY", "IMAGERY_DATE", "IMAGERY_PREVIOUS", "IMAGERY_PREVIOUS_DATE",
             "PREVIOUS", "CONTROL_LAYERS")  # fmt: skip
    verified, _ = run(
        "verifysubmission", SUBMISSION=str(submission), FINDINGS=str(tmp_path / "f.gpkg"),
        RECORD=str(tmp_path / "record.json"), **{name: loaded[name] for name in names},
    )  # fmt: skip
    record = json.loads((tmp_path / "record.json").read_text("utf-8"))
    given = {each["role"]: each for each in record["inputs"]}
    assert {"dem", "imagery", "imagery_previous", "previous", "control"} <= set(given)
    sidecar = json.loads((tmp_path / "saved" / "dem10_fine.tif.source.json").read_text("utf-8"))
    assert given["dem"]["sha256"] == sidecar["sha256"]
    assert verified["OBJECTS_TESTED"] > 1000


def test_services_come_into_the_project(run, profile_file):
    from qgis.core import QgsProject

    project = QgsProject()
    loaded, _ = run("loadonemap", project, PROFILE=str(profile_file), LAYERS="now;fine")
    assert (loaded["LOADED_COUNT"], loaded["FAILED_COUNT"]) == (2, 0)
    assert set(loaded["LOADED_LAYERS"]) == set(project.mapLayers())
    assert all(layer.isValid() for layer in project.mapLayers().values())


def test_what_cannot_be_had_is_said_in_plain_words(run, profile_file, tmp_path):
    from qgis.core import QgsProcessingException

    for parameters, words in (
        ({"PROFILE": str(profile_file), "LAYERS": "nothing"}, "nothing"),
        ({"PROFILE": str(tmp_path / "none.json")}, "none.json"),
        ({"PROFILE": "no-such-site"}, "no-such-site"),
        (
            {"PROFILE": str(profile_file), "LAYERS": "fine", "SAVE_TO": str(tmp_path / "s"),
             "EXTENT": "100,100.1,30,30.1 [EPSG:4490]"},
            "does not cover",
        ),
    ):  # fmt: skip
        with pytest.raises(QgsProcessingException, match=words) as caught:
            run("loadonemap", **parameters)
        assert "Traceback" not in str(caught.value)


def test_one_layer_that_fails_does_not_stop_the_others(run, profile_file, tmp_path):
    document = json.loads(profile_file.read_text("utf-8"))
    document["layers"][3]["layer"] = "NICHTS"
    profile_file.write_text(json.dumps(document), encoding="utf-8")
    loaded, feedback = run(
        "loadonemap", PROFILE=str(profile_file), SAVE_TO=str(tmp_path / "saved"), LOAD=False
    )
    assert (loaded["LOADED_COUNT"], loaded["FAILED_COUNT"]) == (5, 1)
    assert "NICHTS" in feedback.textLog()


@pytest.mark.parametrize("saved", [True, False])
def test_a_restricted_layer_is_in_the_audit_log(
    run, profile_file, map_server, tmp_path, monkeypatch, saved
):
    """Once, whether it is saved or comes into the project, and when it could not be had."""
    from qgis.core import QgsProject

    from onemap_verify.services.audit import log

    monkeypatch.setenv("ONEMAP_AUDIT", str(tmp_path / "audit.db"))
    more = {"SAVE_TO": str(tmp_path / "saved")} if saved else {}
    for _ in range(2):
        project = QgsProject()
        run("loadonemap", project, PROFILE=str(profile_file), LAYERS="farm;red", LOAD=True, **more)
        project.clear()
        text = profile_file.read_text(encoding="utf-8").replace("YJJBNTBHTB", "GONE")
        profile_file.write_text(text, encoding="utf-8")
    told = [(one["event_type"], one["object"], one["result"]) for one in log().entries()]
    assert told == [("load", "farm", "done"), ("load", "farm", "failed")]
