"""What every test stands on: the plugin importable, QGIS headless, a profile thrown away.

Fixtures
--------
checkout
    Root of the checkout.
shared_data
    Folder of the real test data beside the checkout; skips where it is absent.
qgis_app
    A running ``QgsApplication`` with widgets, in a throw-away profile.
onemap_provider
    Processing initialised and our provider registered, for the whole session.
platform
    The embedded platform, running for the whole session (see platform_fixture.py).

A test that uses ``qgis_app`` (itself or through another fixture) is marked
``qgis`` by that alone. A test that needs a window says ``pytest.mark.gui``.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "scripts"))
from workplace import PLUGINS, link_plugin  # noqa: E402  (found by the line above)

link_plugin()
sys.path.insert(0, str(PLUGINS))
sys.path.insert(0, str(CHECKOUT / "tests"))
from platform_fixture import platform, seeded_platform  # noqa: E402, F401  (fixtures)

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if Path("/usr/share/proj/proj.db").is_file():
    # pyproj looks below the virtual environment, where Debian's data is not.
    os.environ.setdefault("PROJ_DATA", "/usr/share/proj")

try:
    from hypothesis import HealthCheck, settings
    from hypothesis.database import DirectoryBasedExampleDatabase
except ImportError:  # only the tests that use it need it
    pass
else:
    # A shared machine is sometimes slow; slowness is not what these tests are about.
    slow = [HealthCheck.too_slow]
    # The same examples each time where nobody looks on, new ones where somebody can.
    settings.register_profile(
        "ci", deadline=None, suppress_health_check=slow, derandomize=True, database=None
    )
    settings.register_profile(
        "person",
        deadline=None,
        suppress_health_check=slow,
        derandomize=False,
        database=DirectoryBasedExampleDatabase(CHECKOUT / ".build" / "hypothesis"),
    )
    settings.load_profile("ci" if os.environ.get("CI") else "person")


def _part(item: pytest.Item) -> str:
    """Return which part of ./run test an item belongs to."""
    if item.get_closest_marker("gui"):
        return "gui"
    if CHECKOUT / "tests" / "lint" in item.path.parents:
        return "lint"
    return "qgis" if item.get_closest_marker("qgis") else "plain"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs QGIS by the fixtures it uses, so that no test has to remember.

    ``ONEMAP_TESTS`` (lint, plain, qgis or gui) keeps one part only: each runs in a process of
    its own, so that a crash in Qt takes nothing else along.
    """
    for item in items:
        if "qgis_app" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.qgis)
    wanted = os.environ.get("ONEMAP_TESTS")
    if wanted:
        others = [item for item in items if _part(item) != wanted]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if _part(item) == wanted]


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Root of the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real test data that lies beside the checkout and is never copied into it."""
    data = CHECKOUT.parent / "shared" / "data"
    if not data.is_dir():
        pytest.skip("the real test data (../shared/data) is not beside this checkout")
    return data


_KEPT = []


@pytest.fixture(scope="session")
def qgis_app():
    """Yield a ``QgsApplication`` with widgets in a profile that is thrown away."""
    pytest.importorskip("qgis.core", reason="QGIS is not installed")
    profile = tempfile.mkdtemp(prefix="onemap-test-profile-")
    os.environ["QGIS_CUSTOM_CONFIG_PATH"] = profile
    # Some machines set it to a folder that is not there, and Qt then complains on every start.
    if not os.path.isdir(os.environ.get("XDG_RUNTIME_DIR", "")):
        os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(dir=profile)

    from qgis.core import QgsApplication
    from qgis.PyQt.QtCore import QCoreApplication

    QCoreApplication.setOrganizationName("onemap-verify-tests")
    QCoreApplication.setApplicationName("onemap-verify-tests")
    from qgis.PyQt.QtCore import QSettings

    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, profile)
    application = QgsApplication.instance() or QgsApplication([], True, profile)
    # Without a name that outlives the fixture it would be taken apart then, and QGIS 3.40 crashes.
    _KEPT.append(application)
    application.initQgis()
    yield application
    # exitQgis() crashes in several versions once Python providers were registered; the process
    # ends with the session anyway.
    shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture(scope="session")
def onemap_provider(qgis_app):
    """Processing with our provider registered; yields the provider."""
    # Debian and the Windows installers keep Processing beside QGIS's own plugins.
    for folder in (
        Path(qgis_app.pkgDataPath()) / "python" / "plugins",
        Path("/usr/share/qgis/python/plugins"),
    ):
        if folder.is_dir() and str(folder) not in sys.path:
            sys.path.append(str(folder))
    from processing.core.Processing import Processing
    from qgis.core import QgsApplication

    Processing.initialize()
    registry = QgsApplication.processingRegistry()
    provider = registry.providerById("onemap")
    if provider is None:
        from onemap_verify.processing_provider.provider import OneMapProvider

        provider = OneMapProvider()
        registry.addProvider(provider)
    yield provider
