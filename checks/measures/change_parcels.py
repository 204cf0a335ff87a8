"""The parcels of a package beside last year's and both pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..baseline import Baseline
from ..progress import SILENT, Progress
from ..standard import Standard
from ..table import Table
from .change import ChangeMeasure, measure_change
from .change_past import ClassGroups, Past, past_of


@dataclass(frozen=True)
class ParcelChange:
    """DLTB, last year's DLTB and both images, brought together.

    ``past`` is ``None`` where last year's layer was not given: then every
    parcel is taken for unchanged, which teaches what is usual and accuses
    nobody. ``measure`` holds the test statistics.
    """

    groups: ClassGroups
    past: Past | None
    measure: ChangeMeasure


def compare_parcels(
    table: Table,
    wkt: str,
    standard: Standard,
    baseline: Baseline,
    progress: Progress = SILENT,
) -> ParcelChange:
    """Compare every parcel of ``table``, whose coordinates are in ``wkt``.

    Both images must be given. What cannot be read is told by
    ``measure.problem``.
    """
    groups = ClassGroups.of(standard)
    now = groups.of_codes(table.text("DLBM"))
    past = None
    before, purity = now, np.ones(len(now))
    if baseline.previous is not None:
        then = groups.of_codes(baseline.previous.text("DLBM"))
        past = past_of(
            table.measurable,
            wkt,
            baseline.previous,
            then,
            len(groups.names),
            progress.part(0.0, 0.2),
        )
        before, purity = past.group, past.purity
    measure = measure_change(
        table.measurable,
        wkt,
        now,
        before,
        purity,
        len(groups.names),
        baseline,
        progress.part(0.2, 1.0),
    )
    return ParcelChange(groups, past, measure)
