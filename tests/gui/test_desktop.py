"""The plugin in the real QGIS desktop: shown, used, and unloaded without a trace."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.gui

THEMES = ["default", "Night Mapping", "Blend of Gray"]
MIXED = "mixed"


@pytest.fixture(scope="module")
def desktop(tmp_path_factory, survey, checkout):
    """What the script saw in a desktop of some language and theme; each is started once."""
    program = shutil.which("qgis")
    if not program:
        pytest.skip("the QGIS desktop is not installed")
    if not os.environ.get("DISPLAY"):
        pytest.skip("there is no screen: ./run test starts these under Xvfb")
    sys.path.insert(0, str(checkout / "scripts"))
    from workplace import qgis_environment, write_profile

    known = {}

    def start(locale, theme):
        if (locale, theme) in known:
            return known[locale, theme]
        folder = tmp_path_factory.mktemp("desktop")
        profile = write_profile(folder / "profile", locale=locale)
        ini = next(profile.rglob("QGIS3.ini"))
        ini.write_text(ini.read_text(encoding="utf-8") + f"\n[UI]\nUITheme={theme}\n", "utf-8")
        environment = qgis_environment(profile) | {
            "HOME": str(folder),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
            "ONEMAP_SEEN": str(folder / "seen.json"),
            "ONEMAP_FINDINGS": survey["findings"],
            "ONEMAP_PACKAGE": survey["package"],
            "ONEMAP_DEM": survey["dem"],
            "ONEMAP_PICTURES": str(folder),
        }
        environment.pop("QT_QPA_PLATFORM")
        if theme == "default":
            environment["ONEMAP_WHOLE"] = "yes"
        if theme == MIXED:
            environment["ONEMAP_MIX"] = "yes"
        done = subprocess.run(
            [program, "--nologo", "--noversioncheck", "--profiles-path", str(profile)]
            + ["--profile", "default", "--code", str(Path(__file__).with_name("in_desktop.py"))],
            env=environment,
            capture_output=True,
            text=True,
            timeout=110,
        )
        assert (folder / "seen.json").exists(), done.stdout + done.stderr
        seen = json.loads((folder / "seen.json").read_text(encoding="utf-8"))
        known[locale, theme] = (seen, folder)
        assert "error" not in seen, seen["error"]
        assert "Traceback" not in done.stderr, done.stderr
        return known[locale, theme]

    return start


def test_it_is_there_and_its_action_shows_the_dock(desktop, survey):
    seen, _ = desktop("zh-Hans", "default")
    assert seen["loaded at start"]
    assert seen["action checkable"]
    assert seen["dock hidden at first"]
    assert seen["dock shown by the action"]
    assert seen["dock hidden by the action"]
    assert seen["groups"] == [f"核验结果：{Path(survey['findings']).parent.name}"]


def test_it_fits_into_1280_by_720(desktop):
    seen, _ = desktop("zh-Hans", "default")
    assert seen["window height"] <= 720
    assert seen["verify button in window"]


def test_loading_and_unloading_three_times_leaves_nothing(desktop):
    seen, _ = desktop("zh-Hans", "default")
    first, *later = seen["without"]
    assert len(later) == 3
    for one in later:
        assert one == first
    assert "onemap" not in first["providers"]
    assert "OneMapVerifyDock" not in first["docks"]
    for one in seen["with"]:
        assert "onemap" in one["providers"]
        assert one["docks"].count("OneMapVerifyDock") == 1
        assert one == seen["with"][0]


def test_the_desktop_finds_what_every_other_way_finds(desktop, onemap_provider, survey, tmp_path):
    """The same digest of the findings in the desktop and in a Python program.

    QGIS is linked to a GEOS of its own, which must not get mixed with that of Shapely.
    """
    from qgis.core import QgsProcessingContext, QgsProcessingFeedback

    seen, _ = desktop("zh-Hans", "default")
    assert seen["state"] == "done", seen["messages at start"]
    parameters = {
        "SUBMISSION": survey["package"],
        "DEM": survey["dem"],
        "DEM_ORIGIN": "same_source",
        "FINDINGS": str(tmp_path / "f.gpkg"),
        "RECORD": str(tmp_path / "record.json"),
    }
    algorithm = onemap_provider.algorithm("verifysubmission").create({})
    _, successful = algorithm.run(parameters, QgsProcessingContext(), QgsProcessingFeedback())
    assert successful
    ours = json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))
    theirs = json.loads(Path(seen["record"]).read_text(encoding="utf-8"))
    assert ours["findings"]["count"] > 0
    assert ours["findings"] == theirs["findings"]
    assert without_times(ours["rules"]) == without_times(theirs["rules"])


def without_times(rules):
    return [{name: value for name, value in rule.items() if name != "seconds"} for rule in rules]


def test_a_shapely_that_is_mixed_up_is_told_and_not_used(desktop):
    """Only where Shapely brings its own GEOS can it be mixed with that of QGIS."""
    seen, _ = desktop("en", MIXED)
    possible, reason = seen["can execute"]
    assert possible is not seen["shapely is mixed"]
    if not possible:
        assert "Another plugin has loaded Shapely" in reason


def test_the_dialog_takes_files_and_folders_and_words(desktop):
    seen, _ = desktop("zh-Hans", "default")
    assert seen["dialog"] == [[True, "same_source"], [True, "same_source"]]


@pytest.mark.parametrize("theme", THEMES)
def test_the_list_can_be_read_in_every_theme(desktop, theme):
    """The text of the list stands out from its ground, whatever the theme makes of them."""
    from qgis.PyQt.QtGui import QColor, QImage

    from onemap_verify.panels.review.verdict_look import contrast

    _, folder = desktop("zh-Hans", theme)
    image = QImage(str(folder / "list.png"))
    assert not image.isNull()
    # Right of the badges there is text on ground and nothing else.
    pixels = Counter(
        image.pixel(x, y) for x in range(60, image.width()) for y in range(image.height())
    )
    ground = QColor(pixels.most_common(1)[0][0])
    distances = sorted(
        (contrast(QColor(pixel), ground) for pixel, number in pixels.items() if number > 3),
        reverse=True,
    )
    assert distances[0] >= 4.5, (theme, ground.name(), distances[:5])
