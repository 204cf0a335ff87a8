"""Run a module of the plugin (the demo, a benchmark) with QGIS importable and headless."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

from workplace import (
    BUILD,
    PLUGINS,
    Trouble,
    fail,
    need_screen,
    qgis_environment,
    throw_away_folder,
    with_screen,
    write_profile,
)


def main() -> int:
    """Entry point: ``module.py <module> [arguments]``."""
    name, *arguments = sys.argv[1:]
    sys.path.insert(0, str(PLUGINS))
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        found = None
    if found is None:
        return fail(f"{name} is not in this version yet")
    with throw_away_folder("profile") as profile:
        environment = qgis_environment(write_profile(profile))
        environment["PYTHONPATH"] = os.pathsep.join([str(PLUGINS), environment["PYTHONPATH"]])
        environment["ONEMAP_BUILD"] = str(BUILD)
        if "--gui" in arguments:
            try:
                need_screen()
            except Trouble as trouble:
                return fail(str(trouble))
            environment = with_screen(environment)
        command = [sys.executable, "-m", name, *arguments]
        with subprocess.Popen(command, env=environment) as process:
            try:
                return process.wait()
            except (KeyboardInterrupt, SystemExit):
                process.terminate()
                return 130


if __name__ == "__main__":
    sys.exit(main())
