"""All tests of the project, cheap ones first, with a summary at the end.

With a selection among the arguments (a path, ``-k``, ``-m``, …) only pytest runs. With
ONEMAP_WITHOUT_STATIC set, ruff and mypy do not: what they say depends on the stubs of the
installed NumPy, and one release of Debian is enough to ask.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from xml.etree import ElementTree

from workplace import (
    BUILD,
    CHECKOUT,
    PLUGINS,
    link_plugin,
    qgis_environment,
    throw_away_folder,
    write_profile,
)

ROOMS = ("checks", "services", "processing_provider", "panels", "demo", "benchmarks")
# Arguments of pytest that change how it talks, not what it runs.
MANNERS = re.compile(r"^(-[qvx]+|-s|--durations=\d+|--tb=\w+|--quiet|--verbose|--exitfirst)$")
MYPY = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--no-warn-unused-configs"]
NO_TESTS = 5
PART_LIMIT_SECONDS = 20 * 60


@dataclass
class Outcome:
    """What one part ended with; ``passed``, ``failed`` and ``skipped`` count tests."""

    name: str
    seconds: float
    passed: int
    failed: int
    skipped: int
    status: int


def run_part(name: str, command: list[str], environment: dict[str, str]) -> tuple[int, float]:
    """Run one part with its output shown; return its status and seconds."""
    sys.stdout.write(f"\n=== {name}\n")
    sys.stdout.flush()
    started = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=PART_LIMIT_SECONDS,
            check=False,
        )
        status = done.returncode
    except subprocess.TimeoutExpired:
        sys.stdout.write(f"stopped after {PART_LIMIT_SECONDS} s\n")
        status = 124
    return status, time.monotonic() - started


def run_check(name: str, command: list[str], environment: dict[str, str]) -> Outcome:
    """Run a part that passes or fails as a whole."""
    status, seconds = run_part(name, command, environment)
    good = int(status == 0)
    return Outcome(name, seconds, good, 1 - good, 0, status)


def run_tests(name: str, part: str, arguments: list[str], environment: dict[str, str]) -> Outcome:
    """Run pytest on one part of the tests (see tests/conftest.py) and count."""
    report = BUILD / "logs" / f"tests-{part}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}"]
    command += ["--continue-on-collection-errors", *arguments]
    if part == "gui":
        command = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24 +extension GLX", *command]
    status, seconds = run_part(name, command, environment | {"ONEMAP_TESTS": part})
    passed = failed = skipped = 0
    if report.exists():
        for suite in ElementTree.parse(report).iter("testsuite"):
            total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            passed = max(total - failed - skipped, 0)
    if status not in (0, NO_TESTS) and not failed:
        # A crash, or a collection that failed, is a failure even where no test says so.
        failed = 1
    return Outcome(name, seconds, passed, failed, skipped, status)


def mypy_command() -> list[str]:
    """Return the call of mypy on every room that exists, under the plugin's own name."""
    rooms = [room for room in ROOMS if (CHECKOUT / room / "__init__.py").is_file()]
    packages = [argument for room in rooms for argument in ("-p", f"onemap_verify.{room}")]
    modules = [
        argument
        for module in sorted(CHECKOUT.glob("*.py"))
        if module.stem != "__init__"
        for argument in ("-m", f"onemap_verify.{module.stem}")
    ]
    return [*MYPY, *packages, *modules]


def summarise(outcomes: list[Outcome]) -> int:
    """Print a table and the closing line; return the exit status."""
    sys.stdout.write(f"\n{'part':34}{'seconds':>9}{'passed':>9}{'failed':>9}{'skipped':>9}\n")
    for one in outcomes:
        sys.stdout.write(
            f"{one.name:34}{one.seconds:9.1f}{one.passed:9d}{one.failed:9d}{one.skipped:9d}\n"
        )
    passed, failed, skipped = (
        sum(getattr(one, what) for one in outcomes) for what in ("passed", "failed", "skipped")
    )
    sys.stdout.write(f"{'all':34}{sum(one.seconds for one in outcomes):9.1f}\n\n")
    sys.stdout.write(f"{passed} passed, {failed} failed, {skipped} skipped\n")
    if not passed and not failed:
        sys.stdout.write("no test matches\n")
        return NO_TESTS
    return int(failed > 0)


def main() -> int:
    """Entry point of ``./run test``; ``--only mypy`` is for the hook before a commit."""
    arguments = sys.argv[1:]
    link_plugin()
    if arguments == ["--only", "mypy"]:
        return subprocess.run(mypy_command(), cwd=CHECKOUT, check=False).returncode
    selected = any(not MANNERS.match(argument) for argument in arguments)
    stop_early = any(re.match(r"^(-[qv]*x|--exitfirst)", argument) for argument in arguments)
    with throw_away_folder("test") as profile:
        environment = qgis_environment(write_profile(profile))
        environment["ONEMAP_BUILD"] = str(BUILD)
        window = environment | {"LIBGL_ALWAYS_SOFTWARE": "1", "NO_AT_BRIDGE": "1"}
        window.pop("QT_QPA_PLATFORM")
        ruff = [sys.executable, "-m", "ruff"]
        static = [
            ("ruff check", [*ruff, "check", "."]),
            ("ruff format", [*ruff, "format", "--check", "."]),
            ("mypy", mypy_command()),
            ("mypy, scripts", [*MYPY, *map(str, sorted((CHECKOUT / "scripts").glob("*.py")))]),
        ]
        parts = [
            ("rules about the code", "lint", environment),
            ("tests without QGIS", "plain", environment),
            ("tests in QGIS", "qgis", environment),
            ("tests with a window", "gui", window),
        ]
        outcomes: list[Outcome] = []
        if not selected and "ONEMAP_WITHOUT_STATIC" not in os.environ:
            outcomes += (run_check(name, command, environment) for name, command in static)
        for name, part, where in parts:
            if stop_early and any(one.failed for one in outcomes):
                break
            # Only what a part can need is imported, so that an error elsewhere stays there.
            scope = ["tests/lint"] if part == "lint" else ["tests", "--ignore=tests/lint"]
            outcomes.append(
                run_tests(name, part, arguments if selected else [*arguments, *scope], where)
            )
        if not selected and not (stop_early and any(one.failed for one in outcomes)):
            outcomes += run_demo(environment)
    return summarise(outcomes)


def run_demo(environment: dict[str, str]) -> list[Outcome]:
    """Run the demo once, small, into a folder that is thrown away."""
    if not (CHECKOUT / "demo" / "__main__.py").is_file():
        return []
    with throw_away_folder("demo") as folder:
        where = environment | {
            "PYTHONPATH": os.pathsep.join([str(PLUGINS), environment["PYTHONPATH"]])
        }
        command = [sys.executable, "-m", "onemap_verify.demo", "--parcels", "600"]
        command += ["--out", str(folder)]
        return [run_check("demo, small county", command, where)]


if __name__ == "__main__":
    sys.exit(main())
