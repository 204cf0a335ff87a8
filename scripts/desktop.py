"""Open the QGIS desktop with the plugin enabled, in a profile that is thrown away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from workplace import (
    Trouble,
    fail,
    need_screen,
    qgis_environment,
    throw_away_folder,
    with_screen,
    write_profile,
)


def qgis_locale(environment: dict[str, str]) -> str:
    """Return QGIS's name of the Chinese translation wanted, or nothing.

    Left to itself QGIS looks for ``zh_CN``, but its files are called ``zh-Hans`` and ``zh-Hant``.
    """
    named = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    spoken = next(filter(None, named), "")
    if not spoken.startswith("zh"):
        return ""
    return "zh-Hant" if spoken[:5] in ("zh_TW", "zh_HK", "zh_MO") else "zh-Hans"


def main() -> int:
    """Entry point of ``./run qgis``; arguments go on to QGIS."""
    try:
        need_screen()
    except Trouble as trouble:
        return fail(str(trouble))
    program = shutil.which("qgis")
    if not program:
        return fail("the QGIS desktop is missing (package qgis)")
    with throw_away_folder("desktop") as profile:
        write_profile(profile, locale=qgis_locale(dict(os.environ)))
        environment = with_screen(qgis_environment(profile))
        command = [program, "--nologo", "--noversioncheck", "--profiles-path", str(profile)]
        command += ["--profile", "default", *sys.argv[1:]]
        with subprocess.Popen(command, env=environment) as desktop:
            try:
                return desktop.wait()
            except (KeyboardInterrupt, SystemExit):
                desktop.terminate()
                return 130


if __name__ == "__main__":
    sys.exit(main())
