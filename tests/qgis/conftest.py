"""A small survey, and QGIS in one language or the other."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
import small_survey


@pytest.fixture(scope="session")
def survey(tmp_path_factory):
    """Paths of a small package, its DEM and a file of findings."""
    folder = tmp_path_factory.mktemp("survey")
    return {
        "package": small_survey.write_package(folder / "county.gpkg"),
        "dem": small_survey.write_dem(folder / "dem.tif"),
        "image": small_survey.write_image(folder / "image.tif"),
        "image_previous": small_survey.write_image(folder / "image_previous.tif", seed=2),
        "previous": small_survey.write_package(folder / "last_year.gpkg"),
        "farmland": small_survey.write_farmland(folder / "farmland.gpkg"),
        "findings": small_survey.write_findings_file(folder / "findings.gpkg"),
    }


@pytest.fixture
def speak(qgis_app):
    """Switch QGIS to a locale for one test."""
    from qgis.core import QgsSettings
    from qgis.PyQt.QtCore import QCoreApplication, QTranslator

    translator = QTranslator()

    def switch(locale):
        QgsSettings().setValue("locale/overrideFlag", True)
        QgsSettings().setValue("locale/userLocale", locale)
        if locale.lower().startswith("zh"):
            file = Path(__file__).resolve().parents[2] / "i18n" / "onemap_verify_zh_CN.qm"
            assert translator.load(str(file))
            QCoreApplication.installTranslator(translator)

    yield switch
    QCoreApplication.removeTranslator(translator)
    QgsSettings().remove("locale")


@pytest.fixture
def project(qgis_app):
    """The project of QGIS, empty before and after."""
    from qgis.core import QgsProject

    QgsProject.instance().clear()
    yield QgsProject.instance()
    QgsProject.instance().clear()
