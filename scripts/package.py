"""Build the installable zip under ``dist/`` and prove that it installs in an empty profile."""

from __future__ import annotations

import configparser
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from algorithm import json_object
from workplace import (
    BUILD,
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
# What pip writes for itself, with times and paths of this machine in it.
NOT_BUNDLED = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
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


def bundled() -> Path:
    """Return a folder with the libraries that requirements.txt marks, licences included.

    They are asked for as wheels for any platform and the oldest Python that QGIS comes with.
    """
    lines = (CHECKOUT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = sorted(line.split("#")[0].strip() for line in lines if "# bundled" in line)
    stamp = hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:16]
    folder = BUILD / "bundled" / stamp
    if not folder.is_dir():
        fresh = folder.with_name(f"{stamp}.{os.getpid()}")
        command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
        command += ["--no-input", "--no-deps", "--no-compile", "--only-binary", ":all:"]
        command += ["--platform", "any", "--implementation", "py", "--abi", "none"]
        command += ["--python-version", "3.9", "--target", str(fresh), *wanted]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Trouble(f"pip could not fetch {', '.join(wanted)}: {done.stderr.strip()[-500:]}")
        fresh.rename(folder)
    compiled = [p.name for p in folder.rglob("*") if p.suffix in {".so", ".pyd", ".dll"}]
    if compiled:
        raise Trouble(f"not pure Python: {', '.join(compiled)}")
    for information in folder.glob("*.dist-info"):
        if not any("LICEN" in path.name.upper() for path in information.rglob("*")):
            raise Trouble(f"no licence in {information.name}")
    return folder


def libraries() -> list[tuple[str, Path]]:
    """Return the files of the bundled libraries: their name in the zip, and where they are."""
    folder = bundled()
    return [
        (f"bundled/{path.relative_to(folder).as_posix()}", path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.name not in NOT_BUNDLED
    ]


def without_system(archive: Path) -> list[str]:
    """Import each bundled library from the zip in a Python that has no other, and return them."""
    with throw_away_folder("bundled") as folder, zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
        path = folder / PACKAGE / "bundled"
        names = sorted(one.name for one in path.iterdir() if (one / "__init__.py").is_file())
        modules = ", ".join(names)
        check = f"import sys; sys.path.append({str(path)!r}); import {modules}"
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", check], capture_output=True, text=True, check=False
        )
    if done.returncode or not names:
        raise Trouble(f"the bundled libraries do not load: {done.stderr.strip()[-500:]}")
    return names


def build(version: str) -> Path:
    """Write the zip and return its path."""
    target = CHECKOUT / "dist" / f"{PACKAGE}-{version}.zip"
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        own = [(path.as_posix(), CHECKOUT / path) for path in contents()]
        for name, path in (*own, *libraries()):
            entry = zipfile.ZipInfo(f"{PACKAGE}/{name}", TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
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
        own_libraries = without_system(archive)
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
    print(f"Brings along: {', '.join(own_libraries)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
