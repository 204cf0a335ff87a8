"""Gathers the evidence of findings in one thread, the next one ahead."""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QObject, pyqtSignal

from .worker import EvidenceWorker

_KEPT = 12
_MOST_NAMES = 40
_LEAST_LENGTH = 6
_OTHERS = """
    WITH named AS (SELECT value FROM json_each(?2)), quoted AS (SELECT value FROM json_each(?3))
    SELECT finding_id, rule_id, family, cause, layer, object_id, parcel_bsm, verdict, evidence
    FROM findings
    WHERE finding_id <> ?1
        AND (
            parcel_bsm IN named OR object_id IN named
            OR EXISTS (SELECT 1 FROM quoted WHERE instr(evidence, value))
        )
    LIMIT 300
"""


class EvidenceGathering(QObject):
    """Asks ``checks.evidence`` and keeps what it answered for a while.

    Signals: ``gathered`` with the id of the finding and its evidence, ``failed`` with the id and
    the exception.
    """

    gathered = pyqtSignal(str, object)
    failed = pyqtSignal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worker = EvidenceWorker("OneMap evidence", self)
        self.worker.at_end = self._let_go
        self.worker.done.connect(self._done)
        self.worker.failed.connect(self._failed)
        self._path: Path | None = None
        self._round = 0
        self._known: OrderedDict[str, Any] = OrderedDict()
        # Both belong to the thread of the worker.
        self._opened = 0
        self._gatherer: Any = None

    def open(self, path: Path | None) -> None:
        """Gather for another file of findings from now on."""
        self._path = path
        # The same file may have been written anew.
        self._round += 1
        self._known.clear()
        self.worker.cancel()

    def known(self, finding: str) -> Any:
        """What was gathered of a finding, ``None`` where nothing is at hand."""
        return self._known.get(finding)

    def want(self, finding: str, following: str = "") -> None:
        """Gather for ``finding``, then for the one that is likely to be looked at next."""
        path, this = self._path, self._round
        if path is None:
            return
        if finding not in self._known:
            self.worker.ask((this, finding), partial(self._work, path, this, finding))
        if following and following != finding and following not in self._known:
            self.worker.ask_later((this, following), partial(self._work, path, this, following))

    def shut_down(self) -> None:
        """Stop, and let go of every file."""
        self._path = None
        self.worker.shut_down()
        self._known.clear()

    def _work(self, path: Path, this: int, finding: str, progress: Any) -> Any:
        if self._opened != this or self._gatherer is None:
            from ....checks.evidence.gather import Gatherer
            from ....checks.review_inputs import ReviewInputs

            self._let_go()
            self._gatherer = Gatherer(ReviewInputs.read(path))
            self._opened = this
        row, others = rows_of(path, finding)
        progress.check()
        return self._gatherer.gather(row, others, progress)

    def _let_go(self) -> None:
        gatherer, self._gatherer = self._gatherer, None
        if gatherer is not None:
            gatherer.close()

    def _done(self, ticket: Any, evidence: Any) -> None:
        this, finding = ticket
        if this != self._round:
            return
        self._known[finding] = evidence
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        self.gathered.emit(finding, evidence)

    def _failed(self, ticket: Any, error: Any) -> None:
        if ticket[0] == self._round:
            self.failed.emit(ticket[1], error)


def rows_of(path: Path, finding: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """All columns of a finding, and the findings that may have to do with it.

    Those are of the same parcel or object, of objects that this one names, and such as name its
    parcel.

    Raises
    ------
    ExplainedError
        When the file cannot be read, or has no such finding.
    """
    from ....checks.errors import ExplainedError
    from ....checks.findings import Text
    from ....checks.findings_read import connect, unreadable

    try:
        with closing(connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            row = connection.execute(
                "SELECT * FROM findings WHERE finding_id = ?", (finding,)
            ).fetchone()
            others = _others(connection, dict(row)) if row is not None else []
    except sqlite3.Error as error:
        raise unreadable(path, error) from error
    if row is None:
        raise ExplainedError(
            Text(f"结果中没有编号为 {finding} 的问题。", f"There is no finding {finding}.")
        )
    return dict(row), others


def _others(connection: sqlite3.Connection, row: dict[str, Any]) -> list[dict[str, Any]]:
    own = [str(row.get(name) or "") for name in ("parcel_bsm", "object_id")]
    named = [one for one in (*own, *_names(row.get("evidence"))) if one][:_MOST_NAMES]
    # Also those that name this parcel, or this photo or track, in their own numbers.
    quoted = [json.dumps(one, ensure_ascii=False) for one in own if len(one) >= _LEAST_LENGTH]
    rows = connection.execute(_OTHERS, (row["finding_id"], json.dumps(named), json.dumps(quoted)))
    return [dict(one) for one in rows]


def _names(evidence: Any) -> list[str]:
    """Identifiers in the numbers of a finding; whatever is no name matches nothing."""
    try:
        numbers = json.loads(evidence or "{}")
    except (TypeError, ValueError, RecursionError):
        return []
    values = list(numbers.values()) if isinstance(numbers, dict) else []
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return [one for one in flat if isinstance(one, str) and len(one) >= _LEAST_LENGTH]
