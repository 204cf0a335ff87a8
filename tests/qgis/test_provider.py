"""The provider: what it offers, by which names, and that it says what is missing."""

import importlib
import os
import subprocess
import sys

import pytest

FAMILIES = (
    *("package", "schema", "codes", "logic", "topology", "area", "terrain", "heights"),
    *("imagery", "change", "boundary", "photos", "tracks", "control", "history", "statistics"),
)
VERIFYING = ("verifysubmission", *(f"check{family}" for family in FAMILIES))
REVIEWING = (
    *("comparefindings", "recheck", "drawsample", "judgelot", "returnlist", "reviewreport"),
    *("lotreport", "provincedashboard", "carrydecisions", "mergedecisions", "knowncases"),
    *("measurereviewers", "signreview", "checkreview"),
)
PLATFORM = ("loadonemap", "sealpackage", "checkseal", "deliver")
ALGORITHMS = (*VERIFYING, *REVIEWING, *PLATFORM)

# contract.md: parameter name → type of QGIS
CONTRACT = {
    "SUBMISSION": "file",
    "DEM": "raster",
    "DEM_ORIGIN": "enum",
    "IMAGERY": "raster",
    "IMAGERY_DATE": "datetime",
    "IMAGERY_BANDS": "string",
    "IMAGERY_PREVIOUS": "raster",
    "IMAGERY_PREVIOUS_DATE": "datetime",
    "PREVIOUS": "vector",
    "CONTROL_LAYERS": "multilayer",
    "CAMPAIGN_START": "datetime",
    "CAMPAIGN_END": "datetime",
    "STANDARD": "string",
    "FINDINGS": "fileDestination",
    "RECORD": "fileDestination",
    "REPORT": "fileDestination",
}
ADDED = {"RIDGE_COEFFICIENTS", "CONTROL_AREA"}
OUTPUTS = {
    "FINDINGS": "outputFile",
    "FINDINGS_LAYER": "outputVector",
    "RECORD": "outputFile",
    "REPORT": "outputHtml",
    "FINDING_COUNT": "outputNumber",
    "INCONSISTENT_COUNT": "outputNumber",
    "DOUBTFUL_COUNT": "outputNumber",
    "OBJECTS_TESTED": "outputNumber",
    "NOT_CHECKABLE_COUNT": "outputNumber",
}


@pytest.fixture
def algorithm(onemap_provider):
    def get(name):
        found = onemap_provider.algorithm(name)
        assert found is not None, name
        return found.create({})

    return get


def test_the_provider_has_exactly_these_algorithms(onemap_provider):
    assert onemap_provider.id() == "onemap"
    assert onemap_provider.name() == "OneMap Verify 一张图核验"
    assert not onemap_provider.icon().isNull()
    assert {one.name() for one in onemap_provider.algorithms()} == set(ALGORITHMS)


def test_parameters_and_outputs_are_those_of_the_contract(algorithm):
    verify = algorithm("verifysubmission")
    types = {one.name(): one.type() for one in verify.parameterDefinitions()}
    assert {name: kind for name, kind in types.items() if name not in ADDED} == CONTRACT
    assert set(types) - set(CONTRACT) == ADDED
    assert {one.name(): one.type() for one in verify.outputDefinitions()} == OUTPUTS


def test_required_parameters_come_first_and_rare_ones_are_advanced(algorithm):
    from qgis.core import QgsProcessingParameterDefinition

    flag = QgsProcessingParameterDefinition.Flag
    verify = algorithm("verifysubmission")
    inputs = [one for one in verify.parameterDefinitions() if not one.isDestination()]
    # An enumeration with a default need not be given.
    required = [
        not one.flags() & flag.FlagOptional and one.defaultValue() is None for one in inputs
    ]
    assert required == sorted(required, reverse=True)
    advanced = {one.name() for one in inputs if one.flags() & flag.FlagAdvanced}
    assert advanced == {"IMAGERY_BANDS", "STANDARD", "RIDGE_COEFFICIENTS", "CONTROL_AREA"}


def test_the_origin_of_heights_is_given_by_a_word(algorithm):
    verify = algorithm("verifysubmission")
    origin = verify.parameterDefinition("DEM_ORIGIN")
    assert origin.options() == ["independent", "same_source"]
    assert origin.defaultValue() == "independent"
    assert origin.checkValueIsAcceptable("same_source")
    assert not origin.checkValueIsAcceptable("elsewhere")


@pytest.mark.parametrize("path", ["/data/county", "/data/county.gdb", "C:/a/县.zip", "a.shp"])
def test_a_submission_is_a_file_or_a_folder(algorithm, path):
    for name in VERIFYING:
        assert algorithm(name).parameterDefinition("SUBMISSION").checkValueIsAcceptable(path)


def test_a_family_demands_what_it_cannot_do_without_and_no_more(algorithm):
    from qgis.core import QgsProcessingParameterDefinition

    optional = QgsProcessingParameterDefinition.Flag.FlagOptional
    needs = {
        "terrain": {"DEM"},
        "heights": {"DEM"},
        "imagery": {"IMAGERY"},
        "change": {"IMAGERY", "IMAGERY_PREVIOUS"},
        "control": {"CONTROL_LAYERS"},
        "history": {"PREVIOUS"},
    }
    for family in FAMILIES:
        check = algorithm(f"check{family}")
        demanded = {
            one.name()
            for one in check.parameterDefinitions()
            if not one.flags() & optional and not one.isDestination() and one.name() != "DEM_ORIGIN"
        }
        assert demanded == {"SUBMISSION"} | needs.get(family, set())
    for name in ("verifysubmission", "checkpackage"):
        assert algorithm(name).parameterDefinition("DEM").flags() & optional
    assert algorithm("checktopology").parameterDefinition("DEM") is None


@pytest.mark.parametrize("locale", ["en", "zh-Hans", "zh_CN", "zh"])
@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_algorithm_can_be_found_and_explains_itself(algorithm, speak, name, locale):
    speak(locale)
    one = algorithm(name)
    chinese = locale.startswith("zh")
    for text in (one.displayName(), one.group(), one.shortHelpString(), one.shortDescription()):
        assert text
        assert has_chinese(text) == chinese, text
    assert one.groupId()
    assert any(has_chinese(tag) for tag in one.tags())
    assert any(not has_chinese(tag) for tag in one.tags())
    assert not one.icon().isNull()
    for parameter in one.parameterDefinitions():
        assert has_chinese(parameter.description()) == chinese, parameter.description()


def has_chinese(text):
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def test_help_names_the_rules_that_rest_on_memory(algorithm, speak):
    speak("en")
    area = algorithm("checkarea").shortHelpString()
    assert "<code>L21</code>" in area
    assert "<code>area.unit_area</code>" in area
    assert area.count("at most doubtful") == 1


def test_with_shapely_every_algorithm_can_run(algorithm):
    for name in ALGORITHMS:
        assert algorithm(name).canExecute() == (True, "")


@pytest.mark.parametrize(
    ("shapely", "said"), [(None, "not installed"), ("1.8.5", "1.8.5 is installed")]
)
def test_without_shapely_it_says_what_to_install(algorithm, monkeypatch, shapely, said):
    if shapely is None:
        monkeypatch.setitem(sys.modules, "shapely", None)
    else:
        monkeypatch.setattr(importlib.import_module("shapely"), "__version__", shapely)
    possible, reason = algorithm("verifysubmission").canExecute()
    assert not possible
    assert said in reason
    assert 'python -m pip install "shapely>=2.0"' in reason
    assert "OSGeo4W" in reason


def test_a_newer_shapely_will_do(algorithm, monkeypatch):
    monkeypatch.setattr(importlib.import_module("shapely"), "__version__", "2.10.0rc1")
    assert algorithm("verifysubmission").canExecute() == (True, "")


def test_the_provider_loads_without_shapely_and_checks(qgis_app):
    code = (
        "import sys\n"
        "sys.modules['shapely'] = None\n"
        "from qgis.core import QgsApplication\n"
        "app = QgsApplication([], False); app.initQgis()\n"
        "from onemap_verify.processing_provider.provider import OneMapProvider\n"
        "provider = OneMapProvider()\n"
        "assert QgsApplication.processingRegistry().addProvider(provider)\n"
        "assert not [name for name in sys.modules if name.startswith('onemap_verify.checks')]\n"
        "assert not [name for name in sys.modules if name.startswith('onemap_verify.panels')]\n"
        "sys.stdout.write(str(len(provider.algorithms())))\n"
        "sys.stdout.flush()\n"
        "import os; os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.endswith(str(len(ALGORITHMS))), done.stderr
