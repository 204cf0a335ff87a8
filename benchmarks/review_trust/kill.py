"""A process that decides is killed, and the power cut, at random; what was answered must be there.

Every call of the journal that returned must have left all of its events, and one that did not
return all of them or none.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...checks.errors import ExplainedError
from ...checks.journal.audit import check_journal
from ...checks.journal.carry import carry
from ...checks.journal.journal import Journal, JournalError
from ...checks.journal.lifecycle import Opinion, State
from ...checks.journal.merge import merge
from ...checks.journal.reading import read_events
from ...checks.journal.undoing import batch_of
from .world import World, make_world

_PACKAGE = __package__ or ""


def work(folder: str, seed: str) -> None:
    """Decide, undo, decide on many, carry over and merge until killed; tell each that is done."""
    chance = random.Random(int(seed))
    names = (Path(folder) / "names").read_text(encoding="utf-8").split()
    with Journal(Path(folder) / "findings.gpkg", "李审核") as journal:
        jobs: tuple[Callable[[], list[Any]], ...] = (
            lambda: journal.decide([chance.choice(names)], *_RETURNED),
            lambda: journal.decide(chance.sample(names, len(names) // 2), *_RETURNED),
            lambda: [journal.second_opinion(chance.choice(names), Opinion.DOUBTFUL)],
            journal.undo_last,
            lambda: list(carry(journal, Path(folder) / "earlier.gpkg").events),
            lambda: _merged(journal, Path(folder), chance),
        )
        print("ready", flush=True)
        while True:
            try:
                events = chance.choice(jobs)()
            except JournalError:
                # what is returned already is looked at again, so that it can be returned
                events = _looked_at(journal, names)
            for event in events:
                print(event.event_id)
            print("done", flush=True)


_RETURNED = (State.RETURNED, "面积须重新量算", Opinion.UPHELD)


def _looked_at(journal: Journal, names: list[str]) -> list[Any]:
    now = journal.standing_of(names)
    back = [name for name in now if now[name].state is State.RETURNED]
    return journal.decide(back, State.UNDER_REVIEW) if back else []


def _merged(journal: Journal, folder: Path, chance: random.Random) -> list[Any]:
    """Take over what somebody decided meanwhile in a copy."""
    copy = folder / f"copy-{chance.randrange(3)}.gpkg"
    merge(journal, copy)
    return read_events(copy)[1:]


def prepared(folder: Path, seed: int) -> tuple[World, Path]:
    """Findings with an earlier verification and copies beside them."""
    world = make_world(folder / "world", 40, seed)
    place = folder / "here"
    place.mkdir()
    for name in ("findings", "earlier"):
        shutil.copy(world.findings, place / f"{name}.gpkg")
    shutil.copy(world.record, place / "record.json")
    earlier = World(
        *(place, place / "earlier.gpkg", world.record, world.package, world.verdict), world.names
    )
    _few(earlier.findings, world.names)
    with Journal(place / "findings.gpkg", "李审核"):
        pass
    for number in range(3):
        copy = place / f"copy-{number}.gpkg"
        shutil.copy(place / "findings.gpkg", copy)
        with Journal(copy, f"同事{number}") as journal:
            journal.decide(world.names[number::3], State.UNDER_REVIEW)
    (place / "names").write_text("\n".join(world.names), encoding="utf-8")
    return world, place


def _few(path: Path, names: tuple[str, ...]) -> None:
    with Journal(path, "李审核") as journal:
        journal.decide(names[:15], State.CLOSED, "梯田", Opinion.DISMISSED)


def kills(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Kill ``count`` times at a random moment; the journal goes on where it was left."""
    chance = random.Random(seed)
    began = time.monotonic()
    _, place = prepared(folder, seed)
    file = place / "findings.gpkg"
    answered: set[str] = set()
    damaged = halves = calls = 0
    for number in range(count):
        lines = _run_and_kill(place, seed + number, chance.random() * 0.5)
        told, done = _answers(lines)
        answered |= told
        calls += done
        damaged += not _sound(file)
        halves += _torn_batches(file)
    kept = {event.event_id for event in read_events(file)}
    return {
        "kills": count,
        "calls_answered": calls,
        "events_answered": len(answered),
        "events_kept": len(kept),
        "lost": len(answered - kept),
        "damaged": damaged + halves,
        "seconds": round(time.monotonic() - began, 1),
    }


def _run_and_kill(place: Path, seed: int, after: float) -> list[str]:
    top = _PACKAGE.split(".")[0]
    code = f"from {_PACKAGE}.kill import work; import sys; work(*sys.argv[1:])"
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(place), str(seed)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_root(top)), *sys.path])},
        text=True,
    )
    assert writer.stdout is not None
    first = writer.stdout.readline()
    time.sleep(after)
    writer.send_signal(signal.SIGKILL)
    return (first + writer.communicate()[0]).splitlines()


def _root(top: str) -> Path:
    """The folder that the plugin is imported from."""
    return Path(str(sys.modules[top].__file__)).parent.parent


def _answers(lines: list[str]) -> tuple[set[str], int]:
    """Ids of events of calls that came back, and how many calls did."""
    told: set[str] = set()
    waiting: set[str] = set()
    done = 0
    for line in lines:
        if line == "done":
            told |= waiting
            waiting, done = set(), done + 1
        elif line != "ready":
            waiting.add(line)
    return told, done


def _sound(file: Path) -> bool:
    try:
        return check_journal(file).intact
    except ExplainedError:
        return False


def _torn_batches(file: Path) -> int:
    """Batches of which some events are there and some are not."""
    numbers: dict[str, list[int]] = {}
    for event in read_events(file):
        _, dot, number = event.event_id.partition(".")
        if dot and number.isdecimal():
            numbers.setdefault(batch_of(event), []).append(int(number))
    return sum(sorted(found) != list(range(len(found))) for found in numbers.values())


def torn(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Copy file and rollback journal ``count`` times while somebody writes, as a power cut would.

    What the disk holds at that moment must be as it was before the call or after it.
    """
    chance = random.Random(seed)
    began = time.monotonic()
    _, place = prepared(folder, seed)
    damaged = halves = hot = fewer = 0
    image = folder / "image"
    for number in range(count):
        with_journal, before = _photograph(place, image, chance, seed + number)
        hot += with_journal
        file = image / "findings.gpkg"
        damaged += not _sound(file)
        halves += _torn_batches(file)
        fewer += len(read_events(file)) < before
    return {
        "power_cuts": count,
        "in_the_middle_of_a_write": hot,
        "lost": fewer,
        "damaged": damaged + halves,
        "seconds": round(time.monotonic() - began, 1),
    }


def _photograph(place: Path, image: Path, chance: random.Random, seed: int) -> tuple[bool, int]:
    """The disk at one moment: the writer stands still while it is copied."""
    code = f"from {_PACKAGE}.kill import work; import sys; work(*sys.argv[1:])"
    top = _PACKAGE.split(".")[0]
    before = len(read_events(place / "findings.gpkg"))
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(place), str(seed)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_root(top)), *sys.path])},
        text=True,
    )
    assert writer.stdout is not None
    writer.stdout.readline()
    hot = place / "findings.gpkg-journal"
    end = time.monotonic() + chance.random() * 0.2
    while time.monotonic() < end or (not hot.exists() and time.monotonic() < end + 0.5):
        time.sleep(0.0005)
    writer.send_signal(signal.SIGSTOP)
    shutil.rmtree(image, ignore_errors=True)
    image.mkdir()
    found = hot.exists()
    for path in (place / "findings.gpkg", hot):
        if path.exists():
            shutil.copy(path, image / path.name)
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    return found, before
