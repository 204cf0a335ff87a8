"""Our algorithms as anybody runs them: ``./run algorithm``, one QGIS for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .say import say

CHECKOUT = Path(__file__).resolve().parents[1]


class DemoError(Exception):
    """The demo could not be carried through; the message says where and why."""


class Refused(DemoError):
    """An algorithm that said no; ``reason`` is the last line that it said."""

    def __init__(self, algorithm: str, reason: str) -> None:
        super().__init__(f"{algorithm}: {reason}")
        self.reason = reason


def run_algorithm(
    algorithm: str,
    values: Mapping[str, object],
    shown: str,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Run one algorithm headless, saying so with the parameter ``shown``; return its outputs.

    Raises
    ------
    Refused
        When QGIS does not carry it through.
    """
    command = [sys.executable, str(CHECKOUT / "scripts" / "algorithm.py"), algorithm]
    command += [f"{key}={_text(value)}" for key, value in values.items()]
    say(f"  ./run algorithm {algorithm} {shown}={short(values[shown])} …")
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, **(environment or {})},
    )
    if done.returncode != 0:
        raise Refused(algorithm, (done.stderr.strip().splitlines() or ["no reason given"])[-1])
    outputs: dict[str, Any] = json.loads(done.stdout)
    return outputs


def _text(value: object) -> str:
    return ";".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def short(path: object) -> str:
    """A path as seen from here."""
    try:
        return os.path.relpath(str(path)) if os.path.isabs(str(path)) else str(path)
    except ValueError:
        return str(path)
