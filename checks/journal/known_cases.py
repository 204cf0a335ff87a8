"""Findings whose truth is known, hidden among the others to measure who judges them.

Who sets them commits to them beforehand: the journal gets the digest of the cases with a random
salt, not the cases. Nobody can tell from the journal which findings they are, and they cannot be
chosen once the opinions are known.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError, OutputError
from ..findings import Text
from ..seal import canonical
from .events import Action, Event
from .journal import Journal, JournalError
from .lifecycle import Opinion, Role, State
from .reading import read_events
from .state import standing_of

SUBJECT = "known-cases"
SCHEME = "sha256(canonical({cases, salt}))"
_FORMAT = 1
_LARGEST = 64 << 20
_DECIDED = frozenset({State.RETURNED, State.CLOSED, State.EXCEPTION, State.RECHECKED})
_CERTAIN = frozenset({Opinion.UPHELD, Opinion.DISMISSED})


@dataclass(frozen=True)
class KnownCases:
    """The cases, as they stay with whoever set them.

    ``truth`` by finding id; ``event_id`` is the commitment in the journal.
    """

    truth: Mapping[str, Opinion]
    salt: str
    event_id: str

    @property
    def commitment(self) -> str:
        """What the journal has of them."""
        return commitment_of(self.truth, self.salt)


def commitment_of(truth: Mapping[str, Opinion], salt: str) -> str:
    """SHA-256 of the canonical JSON of cases and salt."""
    cases = {name: opinion.value for name, opinion in truth.items()}
    return hashlib.sha256(canonical({"cases": cases, "salt": salt})).hexdigest()


def settled_truth(path: Path) -> dict[str, Opinion]:
    """Findings in a file on which people have come to a sure decision, and which.

    That is: decided, not disputed, and upheld or dismissed. A doubtful one is no truth.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    return {
        name: standing.opinion
        for name, standing in standing_of(read_events(path)).items()
        if standing.opinion in _CERTAIN
        and standing.state in _DECIDED
        and not standing.disputed
        and standing.opinion is not None
    }


def choose(truth: Mapping[str, Opinion], count: int, seed: str) -> dict[str, Opinion]:
    """``count`` cases, as many of either kind as there are, at most: the same for one seed."""
    ranked: dict[Opinion, list[str]] = {opinion: [] for opinion in sorted(_CERTAIN)}
    for name, opinion in truth.items():
        if opinion in ranked:
            ranked[opinion].append(name)
    for names in ranked.values():
        names.sort(key=lambda name: hashlib.sha256(f"{seed}\x00{name}".encode()).digest())
    few, many = sorted(ranked.values(), key=len)
    fewer = min(len(few), max(count, 0) // 2)
    taken = few[:fewer] + many[: max(count, 0) - fewer]
    return {name: truth[name] for name in sorted(taken)}


def commit(journal: Journal, truth: Mapping[str, Opinion], file: Path) -> KnownCases:
    """Write the commitment into the journal, and the cases into ``file``.

    The file is written first: cases without a commitment are worth nothing, but a commitment
    without its cases can never be redeemed.

    Raises
    ------
    JournalError
        When a case is not in the file or is no sure one, or the person no administrator.
    OutputError
        When the file is there already or cannot be written.
    """
    if journal.role is not Role.ADMINISTRATOR:
        raise JournalError(
            Text("只有管理人员可以设置已知案例。", "Only an administrator sets known cases.")
        )
    if not truth or not set(truth.values()) <= _CERTAIN:
        raise JournalError(
            Text(
                "已知案例须至少一条，且认定为“属实”或“不属实”。",
                "Known cases are one or more, each upheld or dismissed.",
            )
        )
    missing = journal.unknown(list(truth))
    if missing:
        raise JournalError(
            Text(f"没有编号为 {missing[0]} 的发现。", f"There is no finding {missing[0]}.")
        )
    salt = secrets.token_hex(32)
    details = {"count": len(truth), "commitment": commitment_of(truth, salt), "scheme": SCHEME}
    event = journal.event(Action.NOTE, SUBJECT, "", details)
    cases = KnownCases(dict(truth), salt, event.event_id)
    _write(cases, file)
    try:
        with journal.writing():
            journal.append([event])
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return cases


def _write(cases: KnownCases, file: Path) -> None:
    document = {
        "format": _FORMAT,
        "event_id": cases.event_id,
        "salt": cases.salt,
        "cases": {name: opinion.value for name, opinion in cases.truth.items()},
    }
    try:
        # Nobody but the administrator is to read it, not even for a moment.
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            json.dump(document, stream, ensure_ascii=False, indent=1, sort_keys=True)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError as error:
        raise OutputError(
            Text(
                f"{file.name} 已存在；已知案例文件不得覆盖。",
                f"{file.name} is there already, and known cases are never overwritten.",
            )
        ) from error
    except OSError as error:
        raise OutputError(
            Text(f"不能写入 {file}：{error}", f"{file} cannot be written: {error}")
        ) from error


def read_cases(file: Path) -> KnownCases:
    """Read a file of known cases.

    Raises
    ------
    InputError
        When it is none.
    """
    try:
        if file.stat().st_size > _LARGEST:
            raise ValueError("size")
        document = json.loads(file.read_text(encoding="utf-8-sig"))
        truth = {str(name): Opinion(value) for name, value in document["cases"].items()}
        if document["format"] != _FORMAT or not set(truth.values()) <= _CERTAIN:
            raise ValueError("format")
        return KnownCases(truth, str(document["salt"]), str(document["event_id"]))
    except OSError as error:
        raise InputError(
            Text(f"不能读取 {file}：{error}", f"{file} cannot be read: {error}")
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            Text(f"{file.name} 不是已知案例文件。", f"{file.name} is no file of known cases.")
        ) from error


def committed(events: Sequence[Event], cases: KnownCases) -> Event:
    """The event that commits to these cases.

    Raises
    ------
    JournalError
        When the journal has none, or the cases are not those it speaks of.
    """
    for event in events:
        if event.event_id == cases.event_id and event.subject == SUBJECT:
            if event.details.get("commitment") == cases.commitment:
                return event
            break
    raise JournalError(
        Text(
            "已知案例与日志中的承诺不符：案例被改动过，或不属于这个文件。",
            "The known cases are not those the journal was committed to: they were changed, or"
            " belong to another file.",
        )
    )


def described(cases: KnownCases) -> dict[str, Any]:
    """Counts only, for an answer that others may see."""
    values = list(cases.truth.values())
    return {
        "count": len(values),
        "upheld": values.count(Opinion.UPHELD),
        "dismissed": values.count(Opinion.DISMISSED),
        "commitment": cases.commitment,
    }
