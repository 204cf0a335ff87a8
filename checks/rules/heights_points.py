"""Single heights that cannot be: blunders among spot heights and contours."""

from __future__ import annotations

import numpy as np

from ..findings import Text, Verdict
from ..measures.heights import CONTOURS
from ..measures.robust import nmad
from ..table import Table
from .heights_base import (
    FEW_POINTS,
    DemClasses,
    HeightRule,
    Judged,
    rows_by_line,
    skip_points,
)
from .rule import Judgement


class HeightBlunder(HeightRule):
    """A height far from the DEM, beyond what slope and DEM explain.

    The spread allowed grows with slope, and the height must also lie outside
    everything that the DEM has within a few cells: beside a cliff or on an
    embankment a height is no blunder. Where all others of the layer fit closely,
    one many times farther off is doubted sooner. Shift and bias of the layer are
    taken off first; they are other rules' facts.
    """

    id = "heights.blunder"
    needs_belonging = True

    def objects(self, table: Table) -> int:
        return len(table)

    def judge_layer(self, one: Judged, out: Judgement) -> None:
        if one.residuals.compared.sum() < self.limit("least_points"):
            out.skip(len(one.table), FEW_POINTS)
            return
        skip_points(one, out)
        if one.table.name == CONTOURS:
            self._lines(one, out)
        else:
            self._spots(one, out)

    def _spots(self, one: Judged, out: Judgement) -> None:
        found = one.residuals
        out.tested += int(found.compared.sum())
        limits = DemClasses(one.standard, one.cell).limits_at(found.slope)
        off = found.residual - found.bias
        height = one.heights.height - found.bias
        with np.errstate(invalid="ignore"):
            # How far the height is from everything the DEM has near by.
            outside = np.maximum(found.low - height, height - found.high)
            surely = np.maximum(self.limit("sigmas") * found.sigma, self.limit("rmse") * limits)
            wrong = (np.abs(off) > surely) & (outside > self.limit("outside_rmse") * limits)
            oddly = np.maximum(
                self.limit("odd_sigmas") * found.sigma, self.limit("odd_rmse") * limits
            )
            wrong |= (np.abs(off) > oddly) & (outside > self.limit("odd_outside_rmse") * limits)
            allowed = np.minimum(surely, oddly)
        for block in one.blocks:
            wrong[block] = False  # told once, as a block
        for place in np.flatnonzero(wrong):
            row = int(one.heights.rows[place])
            away, room = float(off[place]), float(allowed[place])
            sure = abs(away) > self.limit("sure_factor") * surely[place] and (
                outside[place] > self.limit("sure_factor") * limits[place]
            )
            ground = float(one.heights.height[place] - found.residual[place])
            out.findings.append(
                self.finding(
                    one.table,
                    row,
                    Text(
                        f"高程 {one.heights.delivered[place]:.2f} 米与 DEM 的 {ground:.2f} 米相差 "
                        f"{away:+.2f} 米（已扣除整体偏差，允许 {room:.2f} 米），疑为粗差",
                        f"Height {one.heights.delivered[place]:.2f} m, DEM {ground:.2f} m: "
                        f"{away:+.2f} m off after the layer's own bias ({room:.2f} m allowed), "
                        "probably a blunder",
                    ),
                    verdict=None if sure else Verdict.DOUBTFUL,
                    score=float(np.clip(abs(away) / (4 * room) + 0.1, 0.0, 1.0)),
                    measured=f"{one.heights.delivered[place]:.2f}",
                    expected=f"{ground + found.bias:.2f}",
                    tolerance=round(room, 3),
                    unit="m",
                    cause="blunder",
                    evidence={
                        "difference_m": round(away, 3),
                        "bias_m": round(found.bias, 3),
                        "slope_deg": round(float(found.slope[place]), 2),
                        "sigma_m": round(float(found.sigma[place]), 3),
                        "dem_near_m": [
                            round(float(found.low[place]), 2),
                            round(float(found.high[place]), 2),
                        ],
                        "after_shift": one.shifted,
                    },
                )
            )

    def _lines(self, one: Judged, out: Judgement) -> None:
        found = one.residuals
        rows, middle, count = rows_by_line(one.heights.rows, found.residual - found.bias)
        out.tested += len(rows)
        spread = nmad(middle)
        limits = DemClasses(one.standard, one.cell).limits_at(found.slope)
        interval = one.interval
        allowed = max(
            self.limit("sigmas") * spread,
            self.limit("rmse") * float(np.nanmedian(limits)),
            0.6 * interval if np.isfinite(interval) else 0.0,
        )
        for place in np.flatnonzero((np.abs(middle) > allowed) & (count >= 3)):
            row, away = int(rows[place]), float(middle[place])
            steps = round(away / interval) if np.isfinite(interval) else 0
            label = bool(steps) and abs(away - steps * interval) < 0.35 * interval
            sure = abs(away) > self.limit("sure_factor") * allowed
            height = float(one.table.number("BSGC")[row])
            zh = f"，约 {steps:+d} 个等高距" if label else ""
            en = f", about {steps:+d} contour intervals" if label else ""
            out.findings.append(
                self.finding(
                    one.table,
                    row,
                    Text(
                        f"等高线高程 {height:g} 米，与 DEM 相差 {away:+.2f} 米（中位数，允许 "
                        f"{allowed:.2f} 米）{zh}",
                        f"Contour of {height:g} m is {away:+.2f} m off the DEM (median, "
                        f"{allowed:.2f} m allowed){en}",
                    ),
                    verdict=None if sure else Verdict.DOUBTFUL,
                    score=float(np.clip(abs(away) / (4 * allowed) + 0.1, 0.0, 1.0)),
                    measured=f"{height:g}",
                    expected=f"{height - away:.2f}",
                    tolerance=round(allowed, 3),
                    unit="m",
                    cause="contour_label" if label else "blunder",
                    evidence={"difference_m": round(away, 3), "points": int(count[place])},
                )
            )
