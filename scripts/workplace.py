"""Where things are in a checkout, and how QGIS is started from it.

Everything that ./run makes lies in ``.build/`` and ``dist/``; a profile made here is thrown away.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
BUILD = CHECKOUT / ".build"
PLUGINS = BUILD / "plugins"
PACKAGE = "onemap_verify"
A_DAY = 24 * 3600

_SETTINGS = """[PythonPlugins]
{plugins}

[qgis]
checkVersion=false
showTips=false
newsFeed\\httpsfeedqgisorg\\disabled=true

[core]
NewsFeed\\httpsfeedqgisorg\\disabled=true

[locale]
overrideFlag={override}
userLocale={locale}

[migration]
fileVersion=2
firstRunVersionFlag=999999
settings=true
"""


class Trouble(Exception):
    """Something a person has to put right; the message says what, without a traceback."""


def write_profile(folder: Path, *, locale: str = "", plugins: tuple[str, ...] = (PACKAGE,)) -> Path:
    """Write a fresh profile ``folder/profiles/default`` with ``plugins`` enabled.

    ``locale`` is QGIS's own name of a translation (``zh-Hans``); empty follows the system.
    """
    settings = folder / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(
        _SETTINGS.format(
            plugins="\n".join(f"{name}=true" for name in plugins),
            override="true" if locale else "false",
            locale=locale,
        ),
        encoding="utf-8",
    )
    return folder


@contextmanager
def throw_away_folder(name: str) -> Iterator[Path]:
    """Yield a new folder under ``.build/`` that is removed at the end, whatever happens."""
    parent = BUILD / "throw-away"
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.iterdir():
        # Left behind by a machine that was switched off.
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > A_DAY:
                shutil.rmtree(old, ignore_errors=True)
    # Being told to end is an end like any other: what was started is stopped, the folder removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def qgis_environment(profile: Path) -> dict[str, str]:
    """Environment in which QGIS finds the plugin, our libraries and the profile, headless."""
    environment = dict(os.environ)
    libraries = sysconfig.get_path("purelib")
    inherited = environment.get("PYTHONPATH")
    runtime = profile / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    environment |= {
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
        "QGIS_PLUGINPATH": str(PLUGINS),
        "PYTHONPATH": os.pathsep.join(filter(None, [libraries, inherited])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(runtime),
    }
    # Qt decodes its arguments by the locale; in the C locale Chinese would be lost.
    spoken = next(filter(None, map(environment.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    if "utf" not in spoken.lower():
        environment["LC_ALL"] = "C.UTF-8"
    return environment


def link_plugin() -> None:
    """Let the checkout, whatever its folder is called, be found as the package it is."""
    link = PLUGINS / PACKAGE
    if not link.exists():
        PLUGINS.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(Path("..") / "..", target_is_directory=True)


def qgis_process() -> str:
    """Path of ``qgis_process``.

    Debian 12 wraps it in a script that adds an option of the desktop which it does not know, so
    the program behind the wrapper comes first.
    """
    for name in ("qgis_process.bin", "qgis_process"):
        found = shutil.which(name)
        if found:
            return found
    raise Trouble("qgis_process is missing: install QGIS (package qgis)")


def need_screen() -> None:
    """Raise ``Trouble`` where no window can be opened."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise Trouble(
            "there is no screen (DISPLAY is not set); on a machine without one put this before "
            'the command: xvfb-run -s "-screen 0 1600x1000x24"'
        )


def with_screen(environment: dict[str, str]) -> dict[str, str]:
    """Return ``environment`` with the window system and session of the person in front of it."""
    own = dict(environment)
    own.pop("QT_QPA_PLATFORM", None)
    for name in ("QT_QPA_PLATFORM", "XDG_RUNTIME_DIR"):
        if name in os.environ:
            own[name] = os.environ[name]
    return own


def fail(message: str, status: int = 1) -> int:
    """Print ``message`` as the last line on standard error and return ``status``."""
    sys.stdout.flush()
    sys.stderr.write(f"Error: {message}\n")
    sys.stderr.flush()
    return status
