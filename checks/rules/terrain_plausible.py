"""Land that cannot lie as the terrain lies: paddy on a slope, water that is not flat."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..findings import Text
from ..measures.case import Case
from ..table import BoolArray, Table
from .rule import NO_DEM, NO_PARCELS, Judgement
from .terrain_base import FEW_CELLS, TerrainRule, why_not


class _OfSomeClasses(TerrainRule):
    """A rule about parcels of the classes in its data."""

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        table = case.parcels
        if table is None:
            return out.skip(0, NO_PARCELS)
        wanted = np.isin(table.text("DLBM"), [str(code) for code in self.spec.limits["classes"]])
        wanted &= self.concerns(table)
        if not case.baseline.dem:
            return out.skip(int(wanted.sum()), NO_DEM)
        trusted = case.frame.trusted("DLTB") and wanted.any()
        terrain = case.terrain if trusted else None
        able, excuses = why_not(case, table, terrain, self.spec.limits)
        for rows, reason in excuses:
            count = int((rows & wanted).sum())
            if count:
                out.skip(count, reason)
        if terrain is not None:
            self.compare(case, table, able & wanted, out)
        return out

    def concerns(self, table: Table) -> BoolArray:
        """Which rows of the right class the rule is about."""
        return np.ones(len(table), dtype=bool)

    def compare(self, case: Case, table: Table, able: BoolArray, out: Judgement) -> None:
        """Judge the rows in ``able``."""
        raise NotImplementedError


class PaddyOnSlope(_OfSomeClasses):
    """Paddy on steep ground that is not terraced (F26)."""

    id = "terrain.paddy_on_slope"

    def concerns(self, table: Table) -> BoolArray:
        terraced: BoolArray = table.text("GDLX") != str(self.spec.limits["terraced"])
        return terraced

    def compare(self, case: Case, table: Table, able: BoolArray, out: Judgement) -> None:
        terrain = case.terrain
        if terrain is None:
            return
        rows = np.flatnonzero(able)
        out.tested = len(rows)
        out.compared = able.copy()
        limit, band = self.limit("slope_deg"), self.limit("band_deg")
        mean, middle = terrain.slope_mean, terrain.slope_quantiles[:, 2]
        for row in rows[(mean[rows] > limit + band) & (middle[rows] > limit)]:
            slope = float(mean[row])
            out.findings.append(
                self.finding(
                    table,
                    int(row),
                    Text(
                        f"水田平均坡度 {slope:.1f}°，超过 {limit:g}°，且未标注为梯田（TT）",
                        f"Paddy with a mean slope of {slope:.1f}°, more than {limit:g}°, and "
                        f"not declared as terraces (TT)",
                    ),
                    score=float(np.clip((slope - limit) / (2 * limit) + 0.3, 0.0, 1.0)),
                    measured=f"{slope:.2f}",
                    expected=f"≤ {limit:g}",
                    tolerance=band,
                    unit="°",
                    cause="paddy_on_slope",
                    evidence={
                        "mean_slope_deg": slope,
                        "median_slope_deg": float(middle[row]),
                        "cells": float(terrain.cells[row]),
                    },
                )
            )


class WaterNotFlat(_OfSomeClasses):
    """Still water whose surface is not level in the DEM.

    Only cells wholly inside count, since those on the shore hold the bank; the
    spread must exceed what DEM noise makes of a level surface, and the ground
    must slope.
    """

    id = "terrain.water_not_flat"

    def compare(self, case: Case, table: Table, able: BoolArray, out: Judgement) -> None:
        terrain = case.terrain
        if terrain is None:
            return
        inside = terrain.inside_cells >= self.limit("least_inside_cells")
        shore = able & ~inside
        if shore.any():
            out.skip(int(shore.sum()), FEW_CELLS)
        able = able & inside
        out.tested = int(able.sum())
        out.compared = able.copy()
        with np.errstate(invalid="ignore", divide="ignore"):
            cell = np.sqrt(terrain.area * terrain.checked_share / terrain.cells)
        allowed = self.limit("deviation_m") + self.limit("deviation_per_cell") * cell
        spread, slope = terrain.inside_height_deviation, terrain.slope_quantiles[:, 2]
        wrong = able & (spread > allowed) & (slope > self.limit("slope_deg"))
        for row in np.flatnonzero(wrong):
            out.findings.append(self._accuse(table, int(row), terrain, float(allowed[row])))

    def _accuse(self, table: Table, row: int, terrain: Any, allowed: float) -> Any:
        spread = float(terrain.inside_height_deviation[row])
        slope = float(terrain.slope_quantiles[row, 2])
        reach = float(terrain.height_greatest[row] - terrain.height_least[row])
        return self.finding(
            table,
            row,
            Text(
                f"静水面在 DEM 中不平：高程标准差 {spread:.1f} 米，高差 {reach:.1f} 米，"
                f"坡度中位数 {slope:.1f}°",
                f"Still water is not level in the DEM: heights spread by {spread:.1f} m "
                f"(standard deviation), {reach:.1f} m from lowest to highest, median slope "
                f"{slope:.1f}°",
            ),
            score=float(np.clip(spread / (4 * allowed) + 0.2, 0.0, 1.0)),
            measured=f"{spread:.2f}",
            expected="0",
            tolerance=round(allowed, 3),
            unit="m",
            cause="water_not_flat",
            evidence={
                "deviation_m": spread,
                "range_m": reach,
                "median_slope_deg": slope,
                "inside_cells": float(terrain.inside_cells[row]),
            },
        )
