"""Run one Processing algorithm headless through qgis_process.

Standard output gets one JSON object, the outputs; everything else goes to standard error. The
exit status is 0, or not 0 with the error as the last line on standard error.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from workplace import (
    BUILD,
    CHECKOUT,
    Trouble,
    fail,
    qgis_environment,
    qgis_process,
    throw_away_folder,
    write_profile,
)

USAGE = "usage: ./run algorithm <id> KEY=VALUE …   (several values for one key: KEY=A;B)"

# Parameters whose value is a list, and those whose value is a place in the file system.
LIST_TYPES = {"multilayer", "field", "enum", "range", "matrix", "band"}
INPUT_PATH_TYPES = {
    "file",
    "layer",
    "maplayer",
    "mesh",
    "multilayer",
    "pointcloud",
    "raster",
    "source",
    "vector",
}
OUTPUT_PATH_TYPES = {
    "fileDestination",
    "folderDestination",
    "rasterDestination",
    "sink",
    "vectorDestination",
}
# What Qt, PyQt and QGIS say about themselves on every start.
NOISE = re.compile(
    r"^(QStandardPaths: |<string>:\d+: DeprecationWarning: setapi\(\)"
    r"|Could not find the Qt platform plugin|libEGL warning|Logged (warning|critical): $)"
)
SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+]{1,20}:")


def split_arguments(arguments: list[str]) -> tuple[str, dict[str, str]]:
    """Return the algorithm's id and the raw values by key, or raise ``Trouble``."""
    if not arguments:
        raise Trouble(USAGE)
    algorithm, *pairs = arguments
    values: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise Trouble(f"'{pair}' is not KEY=VALUE; {USAGE}")
        if key in values:
            raise Trouble(f"{key} is given twice; separate several values by ';'")
        values[key] = value
    return algorithm, values


def describe(program: str, algorithm: str, environment: dict[str, str]) -> dict[str, Any]:
    """Return what qgis_process says about an algorithm, remembered until something changes.

    The memory spares a second start of QGIS for each run.
    """
    memory = BUILD / "help" / (re.sub(r"[^A-Za-z0-9_.-]", "_", algorithm) + ".json")
    newest = max(
        (path.stat().st_mtime for path in (Path(program), *_sources()) if path.exists()),
        default=0.0,
    )
    if memory.exists() and memory.stat().st_mtime > newest:
        try:
            remembered: dict[str, Any] = json.loads(memory.read_text(encoding="utf-8"))
            return remembered
        except ValueError:
            pass
    done = subprocess.run(
        [program, "--json", "help", algorithm],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    description = json_object(done.stdout, "parameters")
    if description is None:
        raise Trouble(reason(done.stderr.splitlines(), done.returncode))
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")
    return description


def _sources() -> list[Path]:
    """Return the files that decide which parameters our algorithms have."""
    rooms = ("processing_provider", "resources/standards", "i18n")
    return [
        *CHECKOUT.glob("*.py"),
        CHECKOUT / "metadata.txt",
        *(path for room in rooms for path in (CHECKOUT / room).rglob("*")),
    ]


def qgis_arguments(description: dict[str, Any], values: dict[str, str]) -> list[str]:
    """Turn the raw values into qgis_process's own ``KEY=VALUE`` arguments.

    Relative paths are taken from the caller's folder, enumerations by name or number, and lists
    become repeated keys.
    """
    parameters = description["parameters"]
    unknown = sorted(set(values) - set(parameters))
    if unknown:
        raise Trouble(f"no parameter {', '.join(unknown)}; there are: {', '.join(parameters)}")
    arguments = []
    for key, raw in values.items():
        parameter = parameters[key]
        kind = parameter["type"]["id"]
        parts = [part for part in raw.split(";") if part] if kind in LIST_TYPES else [raw]
        for part in parts:
            arguments.append(f"{key}={_value(key, kind, parameter, part)}")
    return arguments


def _value(key: str, kind: str, parameter: dict[str, Any], raw: str) -> str:
    if kind == "enum":
        return _enumeration(key, parameter, raw)
    if kind in OUTPUT_PATH_TYPES and raw and raw != "TEMPORARY_OUTPUT" and not SCHEME.match(raw):
        return str(Path(raw).absolute())
    if kind in INPUT_PATH_TYPES and raw:
        # "file.gpkg|layername=x" names a layer within a file.
        path, bar, rest = raw.partition("|")
        if Path(path).exists():
            return f"{Path(path).absolute()}{bar}{rest}"
    return raw


def _enumeration(key: str, parameter: dict[str, Any], raw: str) -> str:
    definition = parameter["raw_definition"]
    options: list[str] = definition["options"]
    by_text = bool(definition.get("uses_static_strings"))
    if raw.isdigit() and int(raw) < len(options):
        number = int(raw)
    elif raw in options:
        number = options.index(raw)
    else:
        raise Trouble(f"{key} cannot be '{raw}'; it is one of: {', '.join(options)}")
    return options[number] if by_text else str(number)


def json_object(text: str, key: str) -> dict[str, Any] | None:
    """Return the last JSON object in ``text`` that has ``key``, or ``None``.

    Libraries print to standard output too, so the object is looked for.
    """
    decoder = json.JSONDecoder()
    for match in reversed(list(re.finditer(r"^\{", text, flags=re.MULTILINE))):
        try:
            found, _ = decoder.raw_decode(text, match.start())
        except ValueError:
            continue
        if isinstance(found, dict) and key in found:
            return found
    return None


def reason(lines: list[str], status: int) -> str:
    """Return in one line why qgis_process failed, from what it wrote on standard error."""
    lines = [" ".join(line.split()) for line in lines if line.strip() and not NOISE.match(line)]
    if status < 0 or status > 128:
        number = -status if status < 0 else status - 128
        return f"QGIS ended by signal {number} ({signal.strsignal(number) or 'unknown'})"
    if not lines:
        return f"qgis_process ended with status {status} and gave no reason"
    told_twice: list[str] = []
    for length in range(1, len(lines) // 2 + 1):
        # QGIS writes an exception once where it arises and once at the end.
        if lines[-length:] == lines[-2 * length : -length]:
            told_twice = lines = lines[-length:]
            break
    if any(line.startswith("Traceback ") for line in lines):
        return f"internal error: {lines[-1]}"
    checks = [n for n, line in enumerate(lines) if line.startswith("ERROR:")]
    if checks:
        lines = lines[checks[-1] :]
        lines[0] = lines[0][len("ERROR:") :].strip()
        if lines[0].startswith("An error was encountered while checking") and len(lines) > 1:
            lines = lines[1:]
        return "; ".join(lines)
    return "; ".join(told_twice or lines[-1:])


def run(algorithm: str, values: dict[str, str]) -> int:
    """Run ``algorithm`` and print its outputs; return the exit status."""
    program = qgis_process()
    with throw_away_folder("algorithm") as folder:
        environment = qgis_environment(write_profile(folder))
        description = describe(program, algorithm, environment)
        arguments = qgis_arguments(description, values)
        with (
            (folder / "output").open("wb") as output,
            subprocess.Popen(
                [program, "--json", "run", algorithm, "--", *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
            ) as process,
        ):
            try:
                written = _forward(process)
                status = process.wait()
            except (KeyboardInterrupt, SystemExit):
                process.terminate()
                process.wait()
                raise Trouble("stopped") from None
        answer = json_object((folder / "output").read_text("utf-8", "replace"), "results")
    if answer is None:
        raise Trouble(explain(reason(written, status), values))
    _show_log(answer)
    errors = answer.get("log", {}).get("errors", [])
    if status != 0 or (errors and not answer["results"]):
        raise Trouble(errors[-1] if errors else explain(reason(written, status), values))
    json.dump(answer["results"], sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    return 0


def _forward(process: subprocess.Popen[str]) -> list[str]:
    """Pass on what QGIS writes on standard error, as it comes, and return it."""
    written: list[str] = []
    assert process.stderr is not None
    for line in process.stderr:
        if NOISE.match(line):
            continue
        # QGIS says most errors twice.
        if not written or line.strip() != written[-1].strip():
            # The last line of QGIS has no end; ours must not be glued to it.
            sys.stderr.write(line if line.endswith("\n") else f"{line}\n")
            sys.stderr.flush()
        written.append(line)
    return written


def _show_log(answer: dict[str, Any]) -> None:
    for kind, messages in answer.get("log", {}).items():
        # Errors were written as they came.
        if kind != "errors":
            sys.stderr.writelines(f"{message}\n" for message in messages)


def explain(message: str, values: dict[str, str]) -> str:
    """Add the value to QGIS's bare "Incorrect parameter value for KEY"."""
    found = re.search(r"Incorrect parameter value for (\w+)$", message)
    if not found or found[1] not in values:
        return message
    value = values[found[1]]
    missing = [part for part in value.split(";") if "/" in part and not Path(part).exists()]
    return f"{message}: {value}" + (f" (there is no {missing[0]})" if missing else "")


def main() -> int:
    """Entry point of ``./run algorithm``."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        return run(*split_arguments(sys.argv[1:]))
    except Trouble as trouble:
        return fail(str(trouble))


if __name__ == "__main__":
    sys.exit(main())
