"""Our algorithms run by QGIS: results, errors for people, cancelling, models."""

import json
import sqlite3
import time

import pytest
import small_survey

FAMILIES = (
    *("package", "schema", "codes", "logic", "topology", "area", "terrain", "heights"),
    *("imagery", "change", "boundary", "photos", "tracks", "control", "history", "statistics"),
)


class Listener:
    """A feedback that keeps what it is told."""

    def __new__(cls):
        from qgis.core import QgsProcessingFeedback

        class Feedback(QgsProcessingFeedback):
            def __init__(self):
                super().__init__(False)
                self.percents, self.texts, self.errors = [], [], []
                self.progressChanged.connect(self.percents.append)

            def setProgressText(self, text):
                self.texts.append(text)

            def reportError(self, error, fatalError=False):
                self.errors.append(error)

        return Feedback()


@pytest.fixture
def run(onemap_provider):
    """Run one of our algorithms; return (outputs, feedback)."""
    from qgis.core import QgsProcessingContext

    def run(name, parameters, feedback=None, context=None):
        algorithm = onemap_provider.algorithm(name).create({})
        context = context or QgsProcessingContext()
        feedback = feedback or Listener()
        possible, reason = algorithm.checkParameterValues(parameters, context)
        assert possible, reason
        outputs, successful = algorithm.run(parameters, context, feedback, {}, False)
        assert successful
        return outputs, feedback

    return run


@pytest.fixture
def wrong(run):
    """Run one of our algorithms with something wrong and return what the user is told."""
    from qgis.core import QgsProcessingException

    def wrong(name, parameters, context=None):
        with pytest.raises(QgsProcessingException) as caught:
            run(name, parameters, context=context)
        message = str(caught.value)
        assert "Traceback" not in message
        assert "Internal error" not in message
        assert "内部错误" not in message
        return message

    return wrong


def rows(path, query):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return connection.execute(query).fetchall()


def trusted(survey):
    return {
        "DEM": survey["dem"],
        "DEM_ORIGIN": "same_source",
        "IMAGERY": survey["image"],
        "IMAGERY_DATE": "2023-08-01",
        "IMAGERY_PREVIOUS": survey["image_previous"],
        "IMAGERY_PREVIOUS_DATE": "2022-08-01",
        "PREVIOUS": survey["previous"],
        "CONTROL_LAYERS": [survey["farmland"]],
        "CAMPAIGN_START": "2023-05-01",
        "CONTROL_AREA": 160000.0,
    }


@pytest.fixture(scope="module")
def verified(onemap_provider, survey, tmp_path_factory):
    """The outputs of one whole run."""
    from qgis.core import QgsProcessingContext

    folder = tmp_path_factory.mktemp("verified")
    algorithm = onemap_provider.algorithm("verifysubmission").create({})
    feedback = Listener()
    outputs, successful = algorithm.run(
        {
            "SUBMISSION": survey["package"],
            **trusted(survey),
            "FINDINGS": str(folder / "findings.gpkg"),
            "RECORD": str(folder / "record.json"),
            "REPORT": str(folder / "report.html"),
        },
        QgsProcessingContext(),
        feedback,
    )
    assert successful
    return outputs, feedback


def test_outputs_are_what_the_files_hold(verified):
    outputs, _ = verified
    path = outputs["FINDINGS"]
    assert outputs["FINDINGS_LAYER"] == f"{path}|layername=findings"
    ((total,),) = rows(path, "SELECT count(*) FROM findings")
    counts = dict(rows(path, "SELECT verdict, count(*) FROM findings GROUP BY verdict"))
    assert outputs["FINDING_COUNT"] == total > 0
    assert outputs["INCONSISTENT_COUNT"] == counts["inconsistent"]
    assert outputs["DOUBTFUL_COUNT"] == counts["doubtful"]
    ((tested, skipped),) = rows(path, "SELECT sum(tested), sum(not_checkable) FROM rules_run")
    assert outputs["OBJECTS_TESTED"] == tested > 0
    assert outputs["NOT_CHECKABLE_COUNT"] == skipped
    assert len(rows(path, "SELECT bsm FROM parcel_risk")) == 16


def test_what_was_planted_is_found(verified):
    path = verified[0]["FINDINGS"]
    found = set(rows(path, "SELECT family, verdict, object_id FROM findings"))
    assert ("codes", "inconsistent", small_survey.UNKNOWN_CLASS) in found
    topology = {row for row in found if row[0] == "topology"}
    assert topology == {("topology", "inconsistent", small_survey.OVERLAPPING)}


def test_the_slope_of_the_parcels_is_right(verified):
    """Ten degrees are grade 3, as the parcels say: nothing to find, and everything tested."""
    path = verified[0]["FINDINGS"]
    assert rows(path, "SELECT * FROM findings WHERE family = 'terrain'") == []
    ((tested,),) = rows(path, "SELECT max(tested) FROM rules_run WHERE family = 'terrain'")
    assert tested >= 14


def test_parameters_reach_the_record(verified):
    outputs, _ = verified
    with open(outputs["RECORD"], encoding="utf-8") as stream:
        text = json.dumps(json.load(stream))
    for said in ("same_source", "2023-05-01", "160000"):
        assert said in text


def test_progress_is_steady_and_in_one_language(verified):
    _, feedback = verified
    assert feedback.percents == sorted(feedback.percents)
    assert feedback.percents[-1] == pytest.approx(100.0)
    assert len(set(feedback.percents)) > 20
    assert feedback.texts
    assert not any(" | " in text for text in feedback.texts)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_alone_finds_what_the_whole_finds(
    run, onemap_provider, survey, tmp_path, verified, family
):
    parameters = {"SUBMISSION": survey["package"], "FINDINGS": str(tmp_path / "f.gpkg")}
    everything = trusted(survey)
    taken = onemap_provider.algorithm(f"check{family}").parameterDefinitions()
    parameters |= {one.name(): everything[one.name()] for one in taken if one.name() in everything}
    outputs, _ = run(f"check{family}", parameters)
    query = (
        f"SELECT finding_id, verdict, measured FROM findings WHERE family = '{family}' ORDER BY 1"
    )
    alone = rows(outputs["FINDINGS"], query)
    assert alone == rows(verified[0]["FINDINGS"], query)
    assert outputs["FINDING_COUNT"] == len(alone)
    tested = rows(outputs["FINDINGS"], "SELECT family, sum(tested) FROM rules_run GROUP BY family")
    assert {name for name, number in tested if number} <= {family}
    assert "RECORD" not in outputs
    assert "REPORT" not in outputs


@pytest.mark.parametrize("name", ["verifysubmission", "checktopology", "checkterrain"])
def test_cancelled_beforehand_it_ends_within_a_second(run, survey, tmp_path, name):
    feedback = Listener()
    feedback.cancel()
    target = tmp_path / "f.gpkg"
    started = time.perf_counter()
    outputs, _ = run(
        name,
        {"SUBMISSION": survey["package"], "DEM": survey["dem"], "FINDINGS": str(target)},
        feedback,
    )
    assert time.perf_counter() - started < 1.0
    assert outputs == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("percent", [2.0, 40.0, 85.0, 93.0])
def test_cancelled_on_the_way_it_leaves_nothing(run, survey, tmp_path, percent):
    feedback = Listener()
    moment = []

    def stop(value):
        if value >= percent and not feedback.isCanceled():
            moment.append(time.perf_counter())
            feedback.cancel()

    feedback.progressChanged.connect(stop)
    outputs, _ = run(
        "verifysubmission",
        {
            "SUBMISSION": survey["package"],
            "DEM": survey["dem"],
            "FINDINGS": str(tmp_path / "f.gpkg"),
        },
        feedback,
    )
    assert time.perf_counter() - moment[0] < 1.0
    assert outputs == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("locale", "made"),
    [("en", "text"), ("zh-Hans", "text"), ("en", "missing"), ("zh-Hans", "folder"), ("en", "zip")],
)
def test_a_package_that_cannot_be_read_is_named_with_the_reason(
    wrong, speak, tmp_path, locale, made
):
    speak(locale)
    path = tmp_path / "坏 'package'.gpkg"
    if made == "text":
        path.write_text("this is no database", encoding="utf-8")
    elif made == "folder":
        path.mkdir()
    elif made == "zip":
        path = path.with_suffix(".zip")
        path.write_bytes(b"PK\x03\x04 broken off")
    message = wrong(
        "verifysubmission", {"SUBMISSION": str(path), "FINDINGS": str(tmp_path / "f.gpkg")}
    )
    assert path.name in message
    chinese = any("\u4e00" <= sign <= "\u9fff" for sign in message.replace(path.name, ""))
    assert chinese == locale.startswith("zh"), message
    assert not (tmp_path / "f.gpkg").exists()


def test_a_rule_set_that_is_not_there_is_named(wrong, survey, tmp_path, speak):
    speak("en")
    message = wrong(
        "checkcodes",
        {
            "SUBMISSION": survey["package"],
            "STANDARD": "tdt9999-1900",
            "FINDINGS": str(tmp_path / "f.gpkg"),
        },
    )
    assert "tdt9999-1900" in message


def test_bands_and_ridge_table_that_make_no_sense_are_named(wrong, survey, tmp_path, speak):
    speak("en")
    given = {"SUBMISSION": survey["package"], "FINDINGS": str(tmp_path / "f.gpkg")}
    message = wrong(
        "verifysubmission", given | {"IMAGERY": survey["dem"], "IMAGERY_BANDS": "red:3"}
    )
    assert "red:3" in message
    table = tmp_path / "ridges.csv"
    table.write_text("GDLX,KCXS\n", encoding="utf-8")
    assert "GDPDJB" in wrong("checklogic", given | {"RIDGE_COEFFICIENTS": str(table)})


def test_a_place_that_cannot_be_written_is_named(wrong, survey, tmp_path, speak):
    speak("en")
    blocked = tmp_path / "a file"
    blocked.write_text("", encoding="utf-8")
    message = wrong(
        "checkcodes",
        {"SUBMISSION": survey["package"], "FINDINGS": str(blocked / "f.gpkg")},
    )
    assert "a file" in message


def test_a_dem_from_a_service_is_refused_with_advice(onemap_provider, survey, tmp_path, speak):
    from qgis.core import QgsProcessingException, QgsRasterLayer

    from onemap_verify.processing_provider.sources import raster_source

    speak("en")
    service = QgsRasterLayer("type=xyz&url=http://127.0.0.1:1/{z}/{x}/{y}.png", "tiles", "wms")
    with pytest.raises(QgsProcessingException) as caught:
        raster_source(service, "Trusted DEM")
    assert "tiles" in str(caught.value)
    assert "GeoTIFF" in str(caught.value)


def test_layers_of_every_kind_become_sources(qgis_app, survey):
    """A file as it is; a filter, unsaved edits and a scratch layer by way of a written file."""
    from osgeo import ogr
    from qgis.core import (
        QgsFeature,
        QgsGeometry,
        QgsProcessingContext,
        QgsProcessingFeedback,
        QgsVectorLayer,
    )

    from onemap_verify.processing_provider.sources import VectorSource

    def written(layer):
        path, _, name = (
            VectorSource(layer)
            .path(QgsProcessingContext(), QgsProcessingFeedback())
            .partition("|layername=")
        )
        opened = ogr.Open(path)
        rows = list(opened.GetLayerByName(name))
        return path, name, rows

    file = QgsVectorLayer(f"{survey['package']}|layername=DLTB", "another name", "ogr")
    path, name, rows = written(file)
    assert (path, name, len(rows)) == (survey["package"], "DLTB", 16)

    file.setSubsetString("DLBM = '9999'")
    path, name, rows = written(file)
    assert path != survey["package"]
    assert [row["BSM"] for row in rows] == [small_survey.UNKNOWN_CLASS]
    assert rows[0].GetGeometryRef().GetArea() == pytest.approx(10_000.0)

    fields = "field=BSM:string(18)&field=fid:integer"
    scratch = QgsVectorLayer(f"Polygon?crs=EPSG:4523&{fields}", "永久基本农田 'a'", "memory")
    features = []
    for number in range(3):
        feature = QgsFeature(scratch.fields())
        feature.setAttributes([f"36073021100000000{number}", 7])
        feature.setGeometry(QgsGeometry.fromWkt("POLYGON((0 0,1 0,1 1,0 0))"))
        features.append(feature)
    scratch.dataProvider().addFeatures(features)
    _, name, rows = written(scratch)
    assert name == "永久基本农田 'a'"
    assert [row["BSM"] for row in rows] == [f"36073021100000000{n}" for n in range(3)]
    scratch.startEditing()
    scratch.deleteFeature(next(scratch.getFeatures()).id())
    assert len(written(scratch)[2]) == 2
    scratch.rollBack()


def test_scratch_layers_reach_the_checks(run, survey, tmp_path):
    """Last year's parcels from a scratch layer; the record says that they were used."""
    from qgis.core import QgsProcessingContext, QgsProject, QgsVectorLayer

    parcels = QgsVectorLayer(f"{survey['package']}|layername=DLTB", "DLTB", "ogr")
    scratch = parcels.materialize(parcels_request())
    scratch.setName("上年 DLTB")
    QgsProject.instance().addMapLayer(scratch)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    run(
        "verifysubmission",
        {
            "SUBMISSION": survey["package"],
            "PREVIOUS": scratch.id(),
            "CONTROL_LAYERS": [scratch.id()],
            "FINDINGS": str(tmp_path / "f.gpkg"),
            "RECORD": str(tmp_path / "r.json"),
        },
        context=context,
    )
    record = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert record["package"]["baseline_has_previous"] is True
    assert {one["role"] for one in record["inputs"]} >= {"submission", "previous", "control"}
    QgsProject.instance().clear()


def parcels_request():
    from qgis.core import QgsFeatureRequest

    return QgsFeatureRequest()


def test_a_fault_of_ours_is_no_traceback_but_is_logged(
    run, survey, tmp_path, monkeypatch, qgis_app, speak
):
    from qgis.core import QgsApplication, QgsProcessingException

    import onemap_verify.checks.verify as module

    speak("en")

    def broken(*_):
        raise ZeroDivisionError("one over nothing")

    monkeypatch.setattr(module, "verify", broken)
    logged = []
    log = QgsApplication.messageLog()
    keep = lambda text, tag, level: logged.append((tag, text))  # noqa: E731
    log.messageReceived.connect(keep)
    try:
        with pytest.raises(QgsProcessingException) as caught:
            run(
                "checkcodes",
                {"SUBMISSION": survey["package"], "FINDINGS": str(tmp_path / "f.gpkg")},
            )
    finally:
        log.messageReceived.disconnect(keep)
    assert "Internal error (ZeroDivisionError: one over nothing)" in str(caught.value)
    assert any(tag == "OneMap Verify" and "Traceback" in text for tag, text in logged)


def test_a_model_chains_the_layer_of_findings(onemap_provider, survey, tmp_path):
    """Verify, then take out the inconsistent ones with QGIS's own algorithm."""
    from qgis.core import (
        QgsProcessingContext,
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelOutput,
        QgsVectorLayer,
    )

    source = QgsProcessingModelChildParameterSource
    model = QgsProcessingModelAlgorithm("chain", "tests")
    verify = QgsProcessingModelChildAlgorithm("onemap:checktopology")
    verify.setChildId("verify")
    verify.addParameterSources("SUBMISSION", [source.fromStaticValue(survey["package"])])
    verify.addParameterSources("FINDINGS", [source.fromStaticValue(str(tmp_path / "f.gpkg"))])
    model.addChildAlgorithm(verify)
    extract = QgsProcessingModelChildAlgorithm("native:extractbyattribute")
    extract.setChildId("extract")
    extract.addParameterSources("INPUT", [source.fromChildOutput("verify", "FINDINGS_LAYER")])
    extract.addParameterSources("FIELD", [source.fromStaticValue("verdict")])
    extract.addParameterSources("VALUE", [source.fromStaticValue("inconsistent")])
    output = QgsProcessingModelOutput("result")
    output.setChildId("extract")
    output.setChildOutputName("OUTPUT")
    extract.setModelOutputs({"result": output})
    model.addChildAlgorithm(extract)
    model.initAlgorithm()
    outputs, successful = model.run(
        {"extract:result": str(tmp_path / "out.gpkg")}, QgsProcessingContext(), Listener()
    )
    assert successful
    layer = QgsVectorLayer(outputs["extract:result"], "out", "ogr")
    found = [feature["object_id"] for feature in layer.getFeatures()]
    assert found == [small_survey.OVERLAPPING]
