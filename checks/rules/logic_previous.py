"""The update's process layer against last year's parcels (L32, L35)."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ..findings import Family, Finding, Text, Verdict
from ..measures.case import Case
from ..reproject import same_crs
from ..table import BoolArray, FloatArray, Table, TextArray
from .condition_rule import OWNED_ELSEWHERE, missing_field, missing_layers
from .conditions import holds
from .rule import Judgement, Rule
from .values import Values, values_of

PROCESS = "DLTBGXGC"
NO_PREVIOUS = Text("未提供上一年度 DLTB", "Last year's DLTB was not given")
_NOT_IN_PREVIOUS = Text(
    "变更前标识码不在上一年度 DLTB 中（如调入图斑）",
    "The old identifier is not in last year's DLTB (moved in from elsewhere, for example)",
)
_NOISE = 1e-6


def wrong_baseline(rule: Rule, differing: int, tested: int) -> Finding | None:
    """One finding instead of many where most old parcels do not fit last year's layer."""
    if differing < rule.limit("count") or differing <= rule.limit("share") * tested:
        return None
    return rule.finding_about(
        PROCESS,
        PROCESS,
        Text(
            f"{tested} 个变更前图斑中有 {differing} 个与上一年度 DLTB 不符，"
            "所给图层可能不是本次变更的基期数据，请先核对",
            f"{differing} of {tested} old parcels do not fit last year's DLTB: the layer given "
            "may not be the state before this update; check that first",
        ),
        verdict=Verdict.DOUBTFUL,
        measured=str(differing),
        expected="0",
        cause="wrong_baseline",
        evidence={"differing": differing, "tested": tested},
    )


def old_parcels(values: Values, without: dict[str, Any]) -> tuple[list[str], TextArray, BoolArray]:
    """Old identifiers of the process layer: distinct, per row, and rows that have one.

    ``without`` is the condition of rows that have no past (new parcels).
    """
    old = values.text("BGQTBBSM")
    has = np.asarray(old != "", dtype=bool) & ~holds(values, without)
    return list(dict.fromkeys(old[has])), old, has


def sums_by(keys: TextArray, value: FloatArray, rows: BoolArray) -> dict[str, tuple[float, int]]:
    """Sum and number of rows per key, over the chosen rows; a sum with NaN is NaN."""
    out: dict[str, tuple[float, int]] = {}
    for row in np.flatnonzero(rows):
        total, count = out.get(keys[row], (0.0, 0))
        out[keys[row]] = (total + float(value[row]), count + 1)
    return out


def first_rows(keys: TextArray, rows: BoolArray) -> dict[str, int]:
    """The first of the chosen rows for every key."""
    out: dict[str, int] = {}
    for row in np.flatnonzero(rows):
        out.setdefault(keys[row], int(row))
    return out


class Conservation(Rule):
    """Per old parcel, the pieces' TBBGMJ add up to its old TBMJ (L32; TDDC3D).

    With last year's layer the old area is known. Without it, only the old
    attributes carried by the pieces speak; as it is not settled whether they
    hold the whole old parcel or each piece's share, both readings are
    accepted, and what fits neither is doubtful.
    """

    id = "L32"
    family = Family.LOGIC

    def judge(self, case: Case) -> Judgement:
        """Compare sums per old identifier."""
        out = Judgement()
        values = values_of(case, PROCESS)
        if values is None:
            return out.skip(0, missing_layers((PROCESS,)))
        missing = [name for name in ("BGQTBBSM", "TBBGMJ") if not values.has(name)]
        if missing:
            return out.skip(len(values), missing_field(PROCESS, missing))
        names, old, has = old_parcels(values, self.spec.limits["without_old"])
        pieces = sums_by(old, values.number("TBBGMJ"), has)
        first = first_rows(old, has)
        previous = _area_of(case.baseline.previous)
        carried = None if previous is not None else self._carried(values, old, has)
        if previous is None and carried is None:
            return out.skip(len(names), NO_PREVIOUS)
        for name in names:
            total, count = pieces[name]
            candidates = self._candidates(name, previous, carried)
            if candidates is None or not np.isfinite(total):
                unknown = np.isfinite(total) and previous is not None
                out.skip(1, _NOT_IN_PREVIOUS if unknown else OWNED_ELSEWHERE)
                continue
            out.tested += 1
            within = self.limit("area_m2") + self.limit("piece_m2") * count + _NOISE
            if all(abs(total - candidate) > within for candidate in candidates):
                self._write(values, first[name], name, total, candidates[0], count, previous, out)
        whole = wrong_baseline(self, len(out.findings), out.tested)
        if whole is not None and previous is not None:
            out.findings = [whole]
        return out

    def _candidates(
        self,
        name: str,
        previous: dict[str, float] | None,
        carried: dict[str, list[float]] | None,
    ) -> list[float] | None:
        if previous is not None:
            area = previous.get(name, float("nan"))
            return [area] if np.isfinite(area) else None
        areas = (carried or {}).get(name)
        return areas if areas and np.isfinite(areas).all() else None

    def _carried(
        self, values: Values, old: TextArray, has: BoolArray
    ) -> dict[str, list[float]] | None:
        """Old areas as the pieces tell them: as shares, and as the whole."""
        if not (values.has("BGQTBDLMJ") and values.has("BGQKCMJ")):
            return None
        deducted = np.where(values.empty("BGQKCMJ"), 0.0, values.number("BGQKCMJ"))
        area = deducted + values.number("BGQTBDLMJ")
        shares = sums_by(old, area, has)
        return {name: [shares[name][0], area[row]] for name, row in first_rows(old, has).items()}

    def _write(
        self,
        values: Values,
        row: int,
        name: str,
        total: float,
        wanted: float,
        count: int,
        previous: dict[str, float] | None,
        out: Judgement,
    ) -> None:
        source = Text("上一年度 TBMJ", "last year's TBMJ")
        if previous is None:
            source = Text("变更前面积（BGQKCMJ+BGQTBDLMJ）", "old area (BGQKCMJ + BGQTBDLMJ)")
        message = Text(
            "变更前图斑 {name} 的 {count} 个变更图斑面积之和为 {total:.2f} 平方米，"
            f"与{source.zh} {{wanted:.2f}} 不符，相差 {{gap:+.2f}}",
            "The {count} pieces of old parcel {name} sum to {total:.2f} m², "
            f"{source.en} is {{wanted:.2f}}: {{gap:+.2f}}",
        )
        assert values.table is not None
        where = None if values.table.geometry is None else values.table.geometry[row]
        out.findings.append(
            self.finding_about(
                PROCESS,
                name,
                message.format(
                    name=name, count=count, total=total, wanted=wanted, gap=total - wanted
                ),
                verdict=Verdict.DOUBTFUL if previous is None else None,
                where=where,
                parcel_bsm=name,
                measured=f"{total:.2f}",
                expected=f"{wanted:.2f}",
                tolerance=self.limit("area_m2") + self.limit("piece_m2") * count,
                unit="m²",
                evidence={"pieces": count, "sum": total, "old": wanted},
            )
        )


class OldState(Rule):
    """Last year's parcels can be rebuilt from the pieces (L35; TDDC3D)."""

    id = "L35"
    family = Family.LOGIC

    def judge(self, case: Case) -> Judgement:
        """Compare the union of an old parcel's pieces with its shape of last year."""
        out = Judgement()
        values, previous = values_of(case, PROCESS), case.baseline.previous
        if values is None:
            return out.skip(0, missing_layers((PROCESS,)))
        if not values.has("BGQTBBSM"):
            return out.skip(len(values), missing_field(PROCESS, ["BGQTBBSM"]))
        names, old, has = old_parcels(values, self.spec.limits["without_old"])
        table = values.table
        if previous is None or previous.geometry is None or "BSM" not in previous.columns:
            return out.skip(len(names), NO_PREVIOUS)
        if table.geometry is None or not same_crs(table.wkt, previous.wkt):
            return out.skip(
                len(names),
                Text(
                    "变更过程层与上一年度 DLTB 的坐标系不同",
                    "The process layer and last year's DLTB are in different frames",
                ),
            )
        at = first_rows(previous.text("BSM"), previous.usable)
        members: dict[str, list[int]] = {}
        for row in np.flatnonzero(has):
            members.setdefault(old[row], []).append(int(row))
        pairs = [name for name in names if name in at and table.usable[members[name]].all()]
        if len(pairs) < len(names):
            out.skip(len(names) - len(pairs), _NOT_IN_PREVIOUS)
        self._compare(table, previous, {name: members[name] for name in pairs}, at, out)
        return out

    def _compare(
        self,
        table: Table,
        previous: Table,
        members: dict[str, list[int]],
        at: dict[str, int],
        out: Judgement,
    ) -> None:
        assert table.geometry is not None and previous.geometry is not None
        out.tested = len(members)
        if not members:
            return
        rebuilt = np.array(
            [shapely.union_all(table.geometry[rows]) for rows in members.values()], dtype=object
        )
        before = previous.geometry[[at[name] for name in members]]
        changed = shapely.symmetric_difference(rebuilt, before)
        area = shapely.area(changed)
        # Coordinates are kept to 0.0001 m: an honest edge may wobble by that much.
        within = self.limit("area_m2") + self.limit("coordinate_m") * shapely.length(before)
        for i, name in enumerate(members):
            if not area[i] > within[i]:
                continue
            out.findings.append(
                self.finding_about(
                    PROCESS,
                    name,
                    Text(
                        "由变更图斑还原的图斑 {name} 与上一年度图形不符，"
                        "差异面积 {area:.2f} 平方米",
                        "Old parcel {name} rebuilt from its pieces differs from last year's shape "
                        "by {area:.2f} m²",
                    ).format(name=name, area=float(area[i])),
                    where=changed[i],
                    parcel_bsm=name,
                    measured=f"{area[i]:.2f}",
                    expected="0.00",
                    tolerance=float(within[i]),
                    unit="m²",
                    score=float(min(1.0, 0.3 + area[i] / max(shapely.area(before[i]), 1.0))),
                    evidence={"pieces": len(members[name]), "difference_m2": float(area[i])},
                )
            )
        whole = wrong_baseline(self, len(out.findings), out.tested)
        if whole is not None:
            out.findings = [whole]


def _area_of(previous: Table | None) -> dict[str, float] | None:
    if previous is None or "BSM" not in previous.columns or "TBMJ" not in previous.columns:
        return None
    return dict(zip(previous.text("BSM"), previous.number("TBMJ").tolist()))
