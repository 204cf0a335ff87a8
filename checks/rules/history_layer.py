"""What last year's layer says of this year's as a whole: numbers, deductions, records of change."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import shapely

from ..findings import Family, Text
from ..measures.case import Case
from ..measures.frame_words import OTHER_DATUM
from ..measures.history import HistoryMeasure
from ..measures.robust import nmad
from ..table import BoolArray, FloatArray, IntArray, Table
from .logic_previous import NO_PREVIOUS, PROCESS
from .rule import NO_PARCELS, Judgement, Rule

NOT_COVERED = Text("上一年度 DLTB 未覆盖该图斑", "Last year's DLTB does not cover the parcel")
_FRAME = Text("与上一年度 DLTB 的坐标系无法对应", "Its frame cannot be brought to last year's DLTB")
_NO_YEAR = Text(
    "调查年度不明，或与上一年度数据相同", "The year is not known, or is last year's own"
)
_UPDATE = "DLTBGX"


def unusable(case: Case) -> Text | None:
    """Why nothing can be compared with last year; ``None`` where it can."""
    if case.parcels is None:
        return NO_PARCELS
    if case.baseline.previous is None or case.history is None:
        return NO_PREVIOUS
    # Another datum alone is no mistake: last year's layer may be on the same.
    mistaken = not case.frame.trusted("DLTB") and case.frame.reason("DLTB") != OTHER_DATUM
    return _FRAME if mistaken or case.history.past.problem else None


class HistoryRule(Rule):
    """A rule that needs last year's parcels."""

    family = Family.HISTORY

    def judge(self, case: Case) -> Judgement:
        """Judge where there is something to compare with."""
        out = Judgement()
        reason = unusable(case)
        if reason is not None:
            count = 0 if case.parcels is None else len(case.parcels)
            return out.skip(count, reason)
        assert case.parcels is not None and case.history is not None
        self.judge_history(case, case.parcels, case.history, out)
        return out

    @abstractmethod
    def judge_history(
        self, case: Case, parcels: Table, history: HistoryMeasure, out: Judgement
    ) -> None:
        """Judge the parcels beside last year's."""


def skip_others(out: Judgement, rows: BoolArray) -> None:
    """Count parcels that last year's layer does not cover."""
    if rows.any():
        out.skip(int(rows.sum()), NOT_COVERED)


class IdentifierJump(Rule):
    """A few identifiers far beyond all others (F31): one finding for the layer."""

    id = "history.id_jump"
    family = Family.HISTORY

    def judge(self, case: Case) -> Judgement:
        """Look at the running numbers, county by county and layer by layer."""
        out = Judgement()
        if case.parcels is None:
            return out.skip(0, NO_PARCELS)
        names = [str(name) for name in case.parcels.text("BSM")]
        sound = [name for name in names if len(name) == 18 and name.isascii() and name.isdigit()]
        if len(sound) < self.limit("least_parcels"):
            return out.skip(len(names), Text("标识码过少", "Too few identifiers to judge by"))
        groups: dict[str, list[int]] = {}
        for name in sound:
            groups.setdefault(name[:10], []).append(int(name[10:]))
        out.tested = len(sound)
        for prefix in sorted(groups):
            numbers = np.unique(np.array(groups[prefix]))
            if len(numbers) < self.limit("least_parcels"):
                continue
            steps = np.diff(numbers)
            at = int(np.argmax(steps))
            beyond = len(numbers) - 1 - at
            wide = steps[at] > self.limit("times") * len(numbers)
            rest = float(np.delete(steps, at).max(initial=1))
            if not wide or beyond > self.limit("most_beyond") or steps[at] < 20 * rest:
                continue
            self._write(prefix, numbers, at, beyond, out)
        return out

    def _write(self, prefix: str, numbers: IntArray, at: int, beyond: int, out: Judgement) -> None:
        low, high = int(numbers[at]), int(numbers[at + 1])
        out.findings.append(
            self.finding_about(
                "DLTB",
                f"{prefix}{high:08d}",
                Text(
                    f"标识码由 {low:08d} 跳到 {high:08d}，其后仅有 {beyond} 个：跳号",
                    f"Identifiers jump from {low:08d} to {high:08d}, with only {beyond} beyond",
                ),
                score=0.2,
                measured=str(high - low),
                cause="id_jump",
                key=prefix,
                evidence={"from": low, "to": high, "beyond": beyond},
            )
        )


class DeductionLowered(HistoryRule):
    """KCXS of the same cropland lower than last year (F23).

    Where all cropland of one terrace type and slope grade changed alike, the
    county's table was revised: one doubt about the layer.
    """

    id = "history.deduction"
    family = Family.HISTORY

    def judge_history(
        self, case: Case, parcels: Table, history: HistoryMeasure, out: Judgement
    ) -> None:
        """Judge cropland that was cropland last year."""
        previous = case.baseline.previous
        assert previous is not None
        facts = case.standard.data("class_transitions.json")["deduction"]
        name = facts["coefficient"]
        if name not in parcels.columns or name not in previous.columns:
            out.skip(len(parcels), Text("两年未同时填报 KCXS", "KCXS is not told in both years"))
            return
        prefixes = tuple(facts["classes"])
        main = history.past.main
        same = (main >= 0) & (history.past.main_share > self.limit("least_share"))
        same &= np.array([str(code).startswith(prefixes) for code in parcels.text("DLBM")])
        rows = np.flatnonzero(same)
        crop = [str(previous.text("DLBM")[main[row]]).startswith(prefixes) for row in rows]
        rows = rows[np.array(crop, dtype=bool)]
        now, was = parcels.number(name)[rows], previous.number(name)[main[rows]]
        known = np.isfinite(now) & np.isfinite(was) & (was > 0)
        rows, now, was = rows[known], now[known], was[known]
        out.tested = len(rows)
        drop = was - now
        bad = drop > self.limit("least_drop")
        whole = self._whole(parcels, facts["by"], rows, drop, bad, out)
        for place in np.flatnonzero(bad & ~whole):
            row = int(rows[place])
            out.findings.append(
                self.finding(
                    parcels,
                    row,
                    Text(
                        f"图斑 {parcels.object_ids[row]} 田坎系数由 {was[place]:.4f} 降为 "
                        f"{now[place]:.4f}，净耕地面积因此增加",
                        f"Parcel {parcels.object_ids[row]}: the ridge coefficient fell from "
                        f"{was[place]:.4f} to {now[place]:.4f}, which raises net cropland",
                    ),
                    score=float(np.clip(drop[place] / was[place], 0.1, 0.8)),
                    measured=f"{now[place]:.4f}",
                    expected=f"{was[place]:.4f}",
                    tolerance=self.limit("least_drop"),
                    cause="deduction_lowered",
                    evidence={"was": float(was[place]), "now": float(now[place])},
                )
            )

    def _whole(
        self,
        parcels: Table,
        by: list[str],
        rows: IntArray,
        drop: FloatArray,
        bad: BoolArray,
        out: Judgement,
    ) -> BoolArray:
        """Groups that changed alike, told once each."""
        whole = np.zeros(len(rows), dtype=bool)
        keys = np.array(
            ["/".join(str(parcels.text(name)[row]) for name in by) for row in rows], dtype=object
        )
        for key in sorted(set(keys[bad])):
            group = keys == key
            alike = bad[group].mean() > self.limit("group_share")
            if group.sum() < self.limit("group_parcels") or not alike:
                continue
            if not nmad(drop[group & bad]) < 0.005:
                continue
            whole |= group & bad
            middle = float(np.median(drop[group & bad]))
            out.findings.append(
                self.finding_about(
                    "DLTB",
                    f"KCXS {key}",
                    Text(
                        f"{key} 类耕地 {int(group.sum())} 个图斑的田坎系数普遍下降 {middle:.4f}，"
                        "疑为县级系数表调整，须核对批复",
                        f"The ridge coefficient of {int(group.sum())} parcels of {key} fell alike "
                        f"by {middle:.4f}: a revised county table? Check its approval",
                    ),
                    score=0.3,
                    measured=f"{middle:.4f}",
                    expected="0",
                    cause="coefficient_table_changed",
                    key=key,
                    evidence={"parcels": int(group.sum()), "median_drop": round(middle, 5)},
                )
            )
        return whole


class LastYearAgain(HistoryRule):
    """A whole county in which nothing at all changed: last year's layer sent again."""

    id = "history.last_year_again"
    family = Family.HISTORY

    def judge_history(
        self, case: Case, parcels: Table, history: HistoryMeasure, out: Judgement
    ) -> None:
        """Judge the layer as one."""
        if len(parcels) < self.limit("least_parcels"):
            out.skip(1, Text("图斑过少，难以断定", "Too few parcels to tell"))
            return
        year = case.submission.year or _year(parcels)
        previous = case.baseline.previous
        then = _year(previous) if previous is not None else 0
        if not year or then == year:
            out.skip(1, _NO_YEAR)
            return
        out.tested = 1
        assert previous is not None
        same = int(history.same_attributes.sum())
        if same < len(parcels) or abs(len(previous) - len(parcels)) > 0:
            return
        out.findings.append(
            self.finding_about(
                "DLTB",
                "DLTB",
                Text(
                    f"{year} 年度 {len(parcels)} 个图斑的图形与属性与上一年度完全相同，"
                    "疑为上年成果原样上报",
                    f"All {len(parcels)} parcels of {year} have last year's outlines and "
                    "attributes: last year's layer seems to have been sent again",
                ),
                score=0.7,
                measured=str(same),
                cause="last_year_again",
                evidence={"parcels": len(parcels), "year": year, "previous_year": then},
            )
        )


class UnrecordedChange(HistoryRule):
    """Parcels that differ from last year while the update package says nothing of them (F30)."""

    id = "history.unrecorded_change"
    family = Family.HISTORY

    def judge_history(
        self, case: Case, parcels: Table, history: HistoryMeasure, out: Judgement
    ) -> None:
        """Judge parcels away from everything that the update records."""
        pieces = [case.layer(name) for name in (PROCESS, _UPDATE)]
        given = [table for table in pieces if table is not None and len(table)]
        if not given:
            out.skip(len(parcels), Text("成果中没有更新图层", "The package has no update layers"))
            return
        known = np.isfinite(history.statistic)
        recorded = _recorded(parcels, given)
        now = parcels.text("DLBM")
        changed = ~history.past.same_ring & (history.past.main_share < self.limit("same_share"))
        changed |= np.asarray(now != history.was, dtype=bool) & (
            history.was_share > self.limit("same_share")
        )
        bad = known & changed & ~recorded
        out.tested = int(known.sum())
        skip_others(out, ~known)
        rows = np.flatnonzero(bad)
        if len(rows) > self.limit("many_share") * max(out.tested, 1) and len(rows) > 10:
            out.findings.append(
                self.finding_about(
                    "DLTB",
                    "DLTB",
                    Text(
                        f"{out.tested} 个图斑中有 {len(rows)} 个与上一年度不同而更新图层未记录，"
                        "所给图层可能不是本次变更的基期数据",
                        f"{len(rows)} of {out.tested} parcels differ from last year's without a "
                        "record: the layer given may not be the state before this update",
                    ),
                    score=0.4,
                    measured=str(len(rows)),
                    expected="0",
                    cause="wrong_baseline",
                    evidence={"differing": len(rows), "tested": out.tested},
                )
            )
            return
        for row in rows:
            was, code = str(history.was[row]), str(now[row])
            out.findings.append(
                self.finding(
                    parcels,
                    int(row),
                    Text(
                        f"图斑 {parcels.object_ids[row]} 与上一年度不同（{was} → {code}），"
                        "但更新图层中没有记录",
                        f"Parcel {parcels.object_ids[row]} differs from last year ({was} → "
                        f"{code}), and the update layers do not record it",
                    ),
                    score=0.5,
                    measured=code,
                    expected=was,
                    cause="unrecorded_change",
                    evidence={
                        "was": was,
                        "now": code,
                        "same_outline": bool(history.past.same_ring[row]),
                    },
                )
            )


def _recorded(parcels: Table, given: list[Table]) -> BoolArray:
    """Parcels named by the update layers, or touched by their polygons."""
    out = np.zeros(len(parcels), dtype=bool)
    names: set[str] = set()
    for table in given:
        for name in ("BSM", "BGHTBBSM", "BGQTBBSM"):
            if name in table.columns:
                names |= set(table.text(name)) - {""}
        shapes = table.measurable
        shapes = shapes[~shapely.is_missing(shapes)]
        if len(shapes):
            # Neighbours of a changed parcel get new corners: touching is enough.
            rows, _ = shapely.STRtree(shapes).query(parcels.measurable, predicate="intersects")
            out[rows] = True
    return out | np.array([name in names for name in parcels.text("BSM")], dtype=bool)


def _year(table: Table) -> int:
    """The prevailing SJNF, 0 where it tells none."""
    years = table.number("SJNF")
    years = years[np.isfinite(years)]
    if not len(years):
        return 0
    found, counts = np.unique(years, return_counts=True)
    most = int(np.argmax(counts))
    return int(found[most]) if counts[most] > 0.9 * len(years) else 0
