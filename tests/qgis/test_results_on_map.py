"""Findings once they are loaded: styled, named, grouped, and readable."""

from pathlib import Path

import pytest
import small_survey


@pytest.fixture
def loaded(project, survey, speak):
    from onemap_verify.processing_provider import results

    def load(locale="en", package="county.gpkg"):
        speak(locale)
        layers = results.result_layers(survey["findings"])
        return results.add_to_project(project, layers, package)

    return load


def test_layers_come_in_one_group_on_top(loaded, project):
    loaded()
    (group,) = project.layerTreeRoot().children()
    assert group.name() == "Verification: county.gpkg"
    assert [node.name() for node in group.children()] == [
        "Findings",
        "Risk of parcels",
        "Rules run",
    ]
    assert [node.layer().featureCount() for node in group.children()] == [60, 60, 3]


def test_names_are_chinese_in_chinese(loaded, project):
    findings, risk, _ = loaded("zh-Hans")
    (group,) = project.layerTreeRoot().children()
    assert group.name() == "核验结果：county.gpkg"
    assert findings.name() == "发现"
    aliases = {field.name(): field.alias() for field in findings.fields()}
    assert aliases["verdict"] == "结论"
    assert aliases["message_zh"] == "说明"
    assert findings.displayExpression() == '"message_zh"'
    assert risk.fields().field("outcome").alias() == "处置"


def test_the_legend_has_what_there_is_worst_first(loaded):
    findings = loaded()[0]
    renderer = findings.renderer()
    assert [(one.value(), one.label()) for one in renderer.categories()] == [
        ("inconsistent/B", "Inconsistent · Class B"),
        ("doubtful/C", "Doubtful · Class C"),
    ]
    assert renderer.usingSymbolLevels()


def test_loading_again_replaces(loaded, project, survey):
    from onemap_verify.processing_provider import results

    loaded()
    results.remove_from_project(project, survey["findings"])
    assert project.mapLayers() == {}
    assert project.layerTreeRoot().children() == []
    loaded()
    assert len(project.mapLayers()) == 3


def test_removing_leaves_the_layers_of_others(loaded, project, survey):
    from qgis.core import QgsVectorLayer

    from onemap_verify.processing_provider import results

    loaded()
    group = project.layerTreeRoot().children()[0]
    other = QgsVectorLayer(survey["package"], "parcels", "ogr")
    project.addMapLayer(other, False)
    group.addLayer(other)
    results.remove_from_project(project, survey["findings"])
    assert [layer.name() for layer in project.mapLayers().values()] == ["parcels"]
    assert [node.name() for node in project.layerTreeRoot().children()] == [group.name()]


def draw(layer, extent, background):
    """Return the picture of a layer as rows of (red, green, blue)."""
    import numpy as np
    from qgis.core import (
        QgsExpressionContext,
        QgsExpressionContextUtils,
        QgsMapRendererSequentialJob,
        QgsMapSettings,
    )
    from qgis.PyQt.QtCore import QSize
    from qgis.PyQt.QtGui import QColor, QImage

    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(extent)
    settings.setOutputSize(QSize(200, 200))
    settings.setBackgroundColor(QColor(background))
    # As the canvas does: otherwise nobody knows @map_scale.
    context = QgsExpressionContext()
    context.appendScope(QgsExpressionContextUtils.globalScope())
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
    settings.setExpressionContext(context)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage().convertToFormat(QImage.Format.Format_RGB888)
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    rows = np.frombuffer(bits, dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)


def near(picture, color, limit=40):
    """Return how many pixels are close to a colour."""
    from qgis.PyQt.QtGui import QColor

    wanted = QColor(color)
    rgb = [wanted.red(), wanted.green(), wanted.blue()]
    return int((abs(picture - rgb).max(axis=2) < limit).sum())


@pytest.mark.parametrize("background", ["#ffffff", "#31402a", "#808080"])
@pytest.mark.parametrize("metres", [40.0, 600.0, 60_000.0])
def test_findings_are_seen_from_near_and_far_on_any_ground(loaded, background, metres):
    from qgis.core import QgsRectangle

    from onemap_verify.processing_provider.styling import style

    findings = loaded()[0]
    x, y = small_survey.WEST + 4.0, small_survey.SOUTH + 4.0
    extent = QgsRectangle(x - metres / 2, y - metres / 2, x + metres / 2, y + metres / 2)
    picture = draw(findings, extent, background)
    assert near(picture, style()["verdicts"]["inconsistent"]["color"]) > 12
    if background != "#ffffff":
        assert near(picture, style()["halo"]["color"]) > 12


@pytest.mark.parametrize(("metres", "filled"), [(100.0, True), (5000.0, False)])
def test_a_finding_about_a_whole_village_hides_nothing(project, speak, tmp_path, metres, filled):
    import shapely
    from qgis.core import QgsRectangle

    from onemap_verify.checks.findings import Family, Finding, Severity, Text, Verdict
    from onemap_verify.processing_provider import results

    x, y = small_survey.WEST, small_survey.SOUTH
    finding = Finding(
        rule_id="L22",
        rule_version="1",
        family=Family.AREA,
        verdict=Verdict.INCONSISTENT,
        severity=Severity.A,
        layer="CJDCQ",
        object_id="1",
        message=Text("面积", "area"),
        where=shapely.box(x - metres, y - metres, x + metres, y + metres),
    )
    path = small_survey.write_findings_of([finding], [], tmp_path / "f.gpkg")
    layer = results.add_to_project(project, results.result_layers(path), "x")[0]
    half = metres * 0.6
    picture = draw(layer, QgsRectangle(x - half, y - half, x + half, y + half), "#ffffff")
    middle = picture[100, 100].tolist()
    assert (middle != [255, 255, 255]) is filled


def test_processing_loads_styles_and_groups(qgis_app, onemap_provider, project, survey, speak):
    from processing.gui.Postprocessing import handleAlgorithmResults
    from qgis.core import QgsProcessingContext, QgsProcessingFeedback

    from onemap_verify.processing_provider import results

    speak("en")
    context = QgsProcessingContext()
    context.setProject(project)
    results.load_on_completion(context, Path(survey["findings"]), "county.gpkg")
    algorithm = onemap_provider.algorithm("verifysubmission").create({})
    assert handleAlgorithmResults(algorithm, context, QgsProcessingFeedback())
    (group,) = project.layerTreeRoot().children()
    assert group.name() == "Verification: county.gpkg"
    assert [node.name() for node in group.children()] == [
        "Findings",
        "Risk of parcels",
        "Rules run",
    ]
    findings = group.children()[0].layer()
    assert [one.value() for one in findings.renderer().categories()] == [
        "inconsistent/B",
        "doubtful/C",
    ]


def test_without_a_project_nothing_is_loaded(qgis_app, survey):
    from qgis.core import QgsProcessingContext

    from onemap_verify.processing_provider import results

    context = QgsProcessingContext()
    results.load_on_completion(context, Path(survey["findings"]), "county.gpkg")
    assert context.layersToLoadOnCompletion() == {}
