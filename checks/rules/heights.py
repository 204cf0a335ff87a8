"""Heights as a whole: where they lie, how high, how tilted, how exact."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..findings import Text, Verdict
from ..measures.robust import nmad, root_mean_square
from ..standard import Standard
from .heights_base import (
    FEW_POINTS,
    DemClasses,
    HeightRule,
    Judged,
    asprs_class,
    least_shift,
)
from .heights_contours import ContourCrossing, ContourInterval, ContourNeighbour
from .heights_far import UnrelatedHeights, WrongSheet
from .heights_near import CopiedHeights, HeapedDigits
from .heights_points import HeightBlunder
from .rule import Judgement, Rule, plain_number

_UNDECIDED = {
    "few": FEW_POINTS,
    "weak": Text(
        "地形过于平坦或高程过于离散，无法确定水平位移",
        "Terrain too flat, or heights too rough, to determine a horizontal shift",
    ),
    "ambiguous": Text(
        "多处位置同样吻合，无法确定水平位移",
        "Several places fit alike: a horizontal shift cannot be determined",
    ),
    "edge": Text(
        "搜索范围内未找到吻合位置", "No place within the search fits: not to be determined"
    ),
}
_SHIFTS = {
    "datum_shift": Text(
        "疑为坐标基准或转换参数错误", "Probably a wrong datum or a transformation left out"
    ),
    "gcj02": Text(
        "与该地 GCJ-02（火星坐标）的偏移一致，坐标未还原",
        "This is the offset of GCJ-02 at this place: encrypted coordinates not turned back",
    ),
    "bd09": Text(
        "与该地 BD-09（百度坐标）的偏移一致，坐标未还原",
        "This is the offset of BD-09 at this place: encrypted coordinates not turned back",
    ),
}
_COARSE = Text("DEM 格网过粗，无对应精度等级", "The DEM is coarser than any class of the standard")


class DatumShift(HeightRule):
    """Heights that fit the DEM only at another place: a datum or sheet mistaken.

    ``dx_m`` and ``dy_m`` in the evidence are what must be added to the
    delivered eastings and northings for the heights to fit the DEM: the DEM
    lies that far east and north of them.
    """

    id = "heights.datum_shift"
    needs_belonging = True

    def judge_layer(self, one: Judged, out: Judgement) -> None:
        shift = one.heights.shift
        if shift.state != "found":
            out.skip(1, _UNDECIDED[shift.state])
            return
        out.tested += 1
        if not one.shifted:
            return
        sure = shift.after <= self.limit("sure_ratio") * shift.before
        sure &= shift.length >= self.limit("sure_cells") * one.cell
        name = one.table.name
        cause = self._cause(one)
        why = _SHIFTS[cause]
        out.findings.append(
            self.finding_about(
                name,
                name,
                Text(
                    f"{name} 的高程与 DEM 存在整体水平错位：DEM 位于其东 {shift.east:+.1f} 米、北 "
                    f"{shift.north:+.1f} 米处（标准差 {shift.sigma:.1f} 米）；平移后较差的 NMAD "
                    f"由 {shift.before:.2f} 米降至 {shift.after:.2f} 米，"
                    f"{why.zh}",
                    f"Heights of {name} fit the DEM only when moved {shift.east:+.1f} m east and "
                    f"{shift.north:+.1f} m north (standard error {shift.sigma:.1f} m): the NMAD "
                    f"of the differences falls from {shift.before:.2f} m to {shift.after:.2f} m. "
                    f"{why.en}",
                ),
                verdict=None if sure else Verdict.DOUBTFUL,
                score=float(np.clip(1 - shift.after / shift.before, 0.0, 1.0)),
                measured=f"{shift.length:.1f}",
                expected="0",
                tolerance=round(least_shift(self.spec.limits, one.cell), 2),
                unit="m",
                cause=cause,
                where=one.extent,
                evidence={
                    "dx_m": round(shift.east, 3),
                    "dy_m": round(shift.north, 3),
                    "sigma_dx_m": round(shift.sigma_east, 3),
                    "sigma_dy_m": round(shift.sigma_north, 3),
                    "nmad_before_m": round(shift.before, 4),
                    "nmad_after_m": round(shift.after, 4),
                    "nmad_rival_m": plain_number(shift.rival),
                    "points": shift.count,
                    "effective_points": round(shift.effective, 1),
                    "searched_m": round(shift.searched, 1),
                    "cell_m": round(one.cell, 3),
                },
            )
        )

    def _cause(self, one: Judged) -> str:
        """GCJ-02 or BD-09 where the shift is theirs at this place, else a datum."""
        shift = one.heights.shift
        room = max(
            self.limit("encrypted_sigmas") * shift.sigma, self.limit("encrypted_cells") * one.cell
        )
        for cause, step in one.heights.encrypted.items():
            away = float(np.hypot(shift.east + step[0], shift.north + step[1]))
            if away <= min(room, self.limit("encrypted_share") * shift.length):
                return cause
        return "datum_shift"


class HeightBias(HeightRule):
    """Heights that lie too high or too low as a whole, after any shift is allowed for."""

    id = "heights.bias"
    needs_belonging = True

    def judge_layer(self, one: Judged, out: Judgement) -> None:
        found = one.residuals
        count = int(found.compared.sum())
        if count < self.limit("least_points"):
            out.skip(1, FEW_POINTS)
            return
        out.tested += 1
        if one.heights.unit != "metre":
            self._unit(one, out)
            return
        spread = nmad(found.residual)
        size = abs(found.bias)
        allowed = max(
            self.limit("least_m"),
            self.limit("least_nmad") * spread,
            self.limit("least_sigmas") * found.bias_sigma,
        )
        if not size > allowed:
            return
        typical = DemClasses(one.standard, one.cell).limits_at(found.slope[found.compared])
        beyond = self.limit("sure_rmse") * float(np.median(typical))
        beyond += self.limit("least_sigmas") * found.bias_sigma
        cause = self._cause(one, spread)
        sure = size > beyond and size > spread
        out.findings.append(self._finding(one, cause, allowed, beyond, spread, sure))

    def _cause(self, one: Judged, spread: float) -> str:
        """A constant of the size of the geoid's height is ellipsoidal height not reduced.

        Rough ground under a coarse DEM spreads the differences, and a constant
        is one still where it is many standard errors.
        """
        found = one.residuals
        size = abs(found.bias)
        plausible = self.limit("geoid_least_m") <= size <= self.limit("geoid_most_m")
        constant = spread <= self.limit("geoid_spread") * size
        constant |= self.limit("geoid_sigmas") * found.bias_sigma <= size
        level = not found.tilt_span > self.limit("geoid_tilt") * size
        return "ellipsoidal_height" if plausible and constant and level else "vertical_bias"

    def _finding(
        self, one: Judged, cause: str, allowed: float, beyond: float, spread: float, sure: bool
    ) -> Any:
        found, name = one.residuals, one.table.name
        zh = en = ""
        if cause == "ellipsoidal_height":
            zh = "，接近高程异常的量级，疑为椭球高（大地高）未改正为正常高"
            en = "; such a constant suggests ellipsoidal heights not reduced to normal heights"
        return self.finding_about(
            name,
            name,
            Text(
                f"{name} 的高程整体偏离 DEM {found.bias:+.2f} 米（标准差 {found.bias_sigma:.2f} "
                f"米，较差 NMAD {spread:.2f} 米）{zh}",
                f"Heights of {name} differ from the DEM by {found.bias:+.2f} m as a whole "
                f"(standard error {found.bias_sigma:.2f} m, NMAD of the differences "
                f"{spread:.2f} m){en}",
            ),
            verdict=None if sure else Verdict.DOUBTFUL,
            score=float(np.clip(0.3 + 0.35 * abs(found.bias) / max(beyond, 1e-9), 0.0, 1.0)),
            measured=f"{found.bias:+.3f}",
            expected="0",
            tolerance=round(allowed, 3),
            unit="m",
            cause=cause,
            where=one.extent,
            evidence={
                "bias_m": round(found.bias, 4),
                "sigma_m": round(found.bias_sigma, 4),
                "nmad_m": round(spread, 4),
                "certain_beyond_m": round(beyond, 3),
                "points": int(found.compared.sum()),
                "effective_points": plain_number(found.effective),
                "correlation_reach_m": round(found.correlation.reach, 1),
                "after_shift": one.shifted,
                "statistics": _statistics(one),
            },
        )

    def _unit(self, one: Judged, out: Judgement) -> None:
        name, unit = one.table.name, one.heights.unit
        ground = one.heights.ground()
        before = nmad(one.heights.delivered - ground)
        after = nmad(one.heights.height - ground)
        zh = {"feet": "英尺", "decimetre": "分米", "centimetre": "厘米"}.get(unit, unit)
        out.findings.append(
            self.finding_about(
                name,
                name,
                Text(
                    f"{name} 的高程单位不是米：按{zh}换算后与 DEM 较差的 NMAD 由 {before:.1f} "
                    f"米降至 {after:.1f} 米",
                    f"Heights of {name} are not in metres: read as {unit}, the NMAD of the "
                    f"differences to the DEM falls from {before:.1f} m to {after:.1f} m",
                ),
                score=1.0,
                measured=unit,
                expected="metre",
                cause=unit,
                where=one.extent,
                evidence={
                    "nmad_before_m": plain_number(before),
                    "nmad_after_m": plain_number(after),
                },
            )
        )


class HeightTilt(HeightRule):
    """Heights that rise against the DEM from one side of the county to the other."""

    id = "heights.tilt"
    needs_belonging = True

    def judge_layer(self, one: Judged, out: Judgement) -> None:
        found = one.residuals
        if not np.isfinite(found.tilt).all() or (
            found.correlation.effective < self.limit("least_effective")
        ):
            out.skip(1, FEW_POINTS)
            return
        out.tested += 1
        tilt, sigma = found.tilt, found.tilt_sigma
        sure = float(np.hypot(*(tilt / sigma))) > self.limit("least_sigmas")
        spread = nmad(found.residual)
        allowed = max(self.limit("least_m"), self.limit("least_nmad") * spread)
        if not (sure and found.tilt_span > allowed):
            return
        name = one.table.name
        out.findings.append(
            self.finding_about(
                name,
                name,
                Text(
                    f"{name} 的高程相对 DEM 整体倾斜：每公里向东 {tilt[0]:+.3f} 米、向北 "
                    f"{tilt[1]:+.3f} 米，全区合计 {found.tilt_span:.2f} 米",
                    f"Heights of {name} are tilted against the DEM: {tilt[0]:+.3f} m per km "
                    f"eastward, {tilt[1]:+.3f} m northward, {found.tilt_span:.2f} m over the area",
                ),
                score=float(np.clip(found.tilt_span / (4 * allowed) + 0.2, 0.0, 1.0)),
                measured=f"{found.tilt_span:.3f}",
                expected="0",
                tolerance=round(allowed, 3),
                unit="m",
                cause="tilt",
                where=one.extent,
                evidence={
                    "east_m_per_km": round(float(tilt[0]), 5),
                    "north_m_per_km": round(float(tilt[1]), 5),
                    "sigma_m_per_km": [round(float(part), 5) for part in sigma],
                    "span_m": round(found.tilt_span, 4),
                },
            )
        )


class HeightAccuracy(HeightRule):
    """Random differences by terrain class against the class that the DEM's grid must keep.

    Bias, shift and blunders are other rules' facts and are taken off first.
    """

    id = "heights.accuracy"
    needs_belonging = True
    same_source_matters = True

    def judge_layer(self, one: Judged, out: Judgement) -> None:
        classes = DemClasses(one.standard, one.cell)
        if not classes.known:
            out.skip(1, _COARSE)
            return
        found = one.residuals
        standardised = found.standardised
        with np.errstate(invalid="ignore"):
            good = np.abs(standardised) <= self.limit("blunder_sigmas")
        tested = False
        for terrain, (above, up_to) in classes.ranges.items():
            inside = good & (found.slope > above) & (found.slope <= up_to)
            if inside.sum() < self.limit("least_points"):
                continue
            tested = True
            rmse = root_mean_square(found.residual[inside] - found.bias)
            allowed = classes.limit(terrain)
            if rmse > self.limit("factor") * allowed:
                out.findings.append(self._finding(one, classes, terrain, rmse, int(inside.sum())))
        if tested:
            out.tested += 1
        else:
            out.skip(1, FEW_POINTS)

    def _finding(
        self, one: Judged, classes: DemClasses, terrain: str, rmse: float, count: int
    ) -> Any:
        name, allowed = one.table.name, classes.limit(terrain)
        zh = {"flat": "平地", "hill": "丘陵地", "mountain": "山地", "high_mountain": "高山地"}[
            terrain
        ]
        return self.finding_about(
            name,
            name,
            Text(
                f"{name} 在{zh}的高程中误差 {rmse:.2f} 米（{count} 点，已扣除系统差与粗差），大于 "
                f"{classes.grid:g} 米格网最低等级的 {allowed:.2f} 米",
                f"Heights of {name} on {terrain.replace('_', ' ')} terrain have an RMSE of "
                f"{rmse:.2f} m ({count} points, bias and blunders taken off), more than the "
                f"{allowed:.2f} m of the lowest grade of a {classes.grid:g} m grid",
            ),
            score=float(np.clip(rmse / (4 * allowed), 0.1, 1.0)),
            measured=f"{rmse:.3f}",
            expected=f"≤ {allowed:.2f}",
            tolerance=round(self.limit("factor") * allowed, 3),
            unit="m",
            cause="accuracy",
            key=terrain,
            where=one.extent,
            evidence={
                "terrain": terrain,
                "points": count,
                "rmse_m": round(rmse, 4),
                "grade_reached": classes.grade(terrain, rmse),
                "asprs_2023_class": asprs_class(one.standard, rmse),
                "statistics": _statistics(one),
            },
        )


def _statistics(one: Judged) -> list[dict[str, Any]]:
    return [
        {
            "points": row.name,
            "count": row.count,
            "median_m": plain_number(row.median),
            "nmad_m": plain_number(row.nmad),
            "rmse_m": plain_number(row.rmse),
            "q68_m": plain_number(row.quantile_68),
            "q95_m": plain_number(row.quantile_95),
        }
        for row in one.residuals.accuracy
        if row.count
    ]


_CLASSES: tuple[type[Rule], ...] = (
    DatumShift,
    HeightBias,
    HeightTilt,
    HeightBlunder,
    HeightAccuracy,
    CopiedHeights,
    HeapedDigits,
    UnrelatedHeights,
    WrongSheet,
    ContourInterval,
    ContourNeighbour,
    ContourCrossing,
)


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
