"""The file of a comparison: every finding of either run with what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .comparison import Comparison, State
from .errors import OutputError
from .findings import Text
from .findings_file import FINDING_TYPES
from .findings_read import VerificationFile
from .progress import SILENT, Progress
from .tables_file import TEXT, WHOLE, OutTable, as_multi, write_tables

_COLUMNS = {
    "state": TEXT,
    "reason": TEXT,
    "reason_zh": TEXT,
    "reason_en": TEXT,
    "previous_id": TEXT,
    **FINDING_TYPES,
}
_SUMMARY = {"rule_id": TEXT, **{state.value: WHOLE for state in State}}


def write_comparison(
    comparison: Comparison,
    earlier: VerificationFile,
    later: VerificationFile,
    path: Path,
    progress: Progress = SILENT,
) -> None:
    """Write the layer ``comparison`` and the table ``comparison_summary`` (by rule).

    Raises
    ------
    OutputError
        When the file cannot be written, or would take the place of one of the two compared.
    """
    for file in (earlier, later):
        if path.exists() and path.samefile(file.path):
            raise OutputError(
                Text(f"结果不能写入被比较的文件 {path}", f"{path} is one of the two compared")
            )
    rows = []
    where = np.empty(len(comparison.state), dtype=object)
    for number, (state, why) in enumerate(zip(comparison.state, comparison.why)):
        old, new = int(comparison.before[number]), int(comparison.after[number])
        source, row = (later, new) if new >= 0 else (earlier, old)
        cells: dict[str, Any] = {name: source.findings[name][row] for name in FINDING_TYPES}
        cells.update(
            state=state.value,
            reason=why.value,
            reason_zh=why.called.zh,
            reason_en=why.called.en,
            previous_id=earlier.findings["finding_id"][old] if old >= 0 else None,
        )
        rows.append(cells)
        where[number] = source.where[row]
    summary = [
        {"rule_id": rule, **counts} for rule, counts in comparison.by_rule(earlier, later).items()
    ]
    tables = (
        OutTable("comparison", _COLUMNS, rows, as_multi(where)),
        OutTable("comparison_summary", _SUMMARY, summary),
    )
    write_tables(path, tables, later.wkt or earlier.wkt, progress)
