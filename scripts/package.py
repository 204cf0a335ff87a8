"""Build the installable zip under ``dist/`` and prove that it installs in an empty profile."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from algorithm import json_object
from workplace import (
    CHECKOUT,
    PACKAGE,
    Trouble,
    fail,
    qgis_environment,
    qgis_process,
    throw_away_folder,
    write_profile,
)

# Only what is named here goes in: a stray file in a checkout must not reach a user.
ROOMS = (
    "checks",
    "services",
    "processing_provider",
    "panels",
    "resources",
    "i18n",
    "demo",
    "benchmarks",
)
FILES = ("*.py", "metadata.txt", "requirements.txt", "LICENSE", "CHANGELOG.md", "README*.md")
LEFT_OUT_SUFFIXES = {".pyc", ".ts", ".orig", ".rej", ".bak"}
REQUIRED_METADATA = (
    "name",
    "description",
    "about",
    "version",
    "qgisMinimumVersion",
    "author",
    "email",
    "repository",
    "tracker",
)
# The oldest time a zip can hold: the same files give the same zip, byte for byte.
TIME = (1980, 1, 1, 0, 0, 0)


def metadata() -> dict[str, str]:
    """Return the ``[general]`` part of metadata.txt; raise ``Trouble`` where fields are missing."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(CHECKOUT / "metadata.txt", encoding="utf-8")
    general = dict(parser["general"]) if parser.has_section("general") else {}
    missing = [name for name in REQUIRED_METADATA if not general.get(name)]
    if missing:
        raise Trouble(f"metadata.txt lacks {', '.join(missing)}")
    return general


def contents() -> list[Path]:
    """Return the files of the plugin relative to the checkout, sorted."""
    found = [path for pattern in FILES for path in CHECKOUT.glob(pattern)]
    for room in ROOMS:
        found += (CHECKOUT / room).rglob("*")
    return sorted(
        path.relative_to(CHECKOUT)
        for path in found
        if path.is_file()
        and path.suffix not in LEFT_OUT_SUFFIXES
        and not any(part.startswith((".", "__pycache__")) for part in path.parts[-3:])
    )


def build(version: str) -> Path:
    """Write the zip and return its path."""
    target = CHECKOUT / "dist" / f"{PACKAGE}-{version}.zip"
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in contents():
            entry = zipfile.ZipInfo(f"{PACKAGE}/{path.as_posix()}", TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, (CHECKOUT / path).read_bytes())
    return target


def installed_algorithms(archive: Path, *, libraries: bool) -> list[str]:
    """Install the zip into an empty profile, start QGIS there and return our algorithms' ids.

    ``libraries`` says whether our Python libraries (Shapely 2) are to be found: the plugin must
    load without them too.
    """
    with throw_away_folder("install") as folder:
        profile = write_profile(folder / "profile", plugins=())
        plugins = profile / "profiles" / "default" / "python" / "plugins"
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(plugins)
        environment = qgis_environment(profile)
        # Found because it is installed, not because the checkout is at hand.
        environment.pop("QGIS_PLUGINPATH")
        if not libraries:
            environment["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
        for arguments in (["plugins", "enable", PACKAGE], ["--json", "list"]):
            done = subprocess.run(
                [qgis_process(), *arguments],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
    listed: dict[str, Any] | None = json_object(done.stdout, "providers")
    if listed is None or "onemap" not in listed["providers"]:
        sys.stderr.write(done.stderr)
        where = "with" if libraries else "without"
        raise Trouble(f"the plugin does not load from {archive.name} {where} its libraries")
    return sorted(listed["providers"]["onemap"]["algorithms"])


def main() -> int:
    """Entry point of ``./run package``."""
    try:
        version = metadata()["version"]
        archive = build(version)
        with_libraries = installed_algorithms(archive, libraries=True)
        without = installed_algorithms(archive, libraries=False)
        if "onemap:verifysubmission" not in with_libraries:
            raise Trouble(f"onemap:verifysubmission is not among {with_libraries}")
        if without != with_libraries:
            lost = set(with_libraries) - set(without)
            raise Trouble(f"without Shapely these algorithms are missing: {sorted(lost)}")
    except Trouble as trouble:
        return fail(str(trouble))
    size = archive.stat().st_size / 1e6
    print(f"{archive} ({size:.1f} MB, {len(contents())} files)")
    print(f"Installs in an empty profile: provider onemap, {len(with_libraries)} algorithms:")
    print("\n".join(f"  {name}" for name in with_libraries))
    return 0


if __name__ == "__main__":
    sys.exit(main())
