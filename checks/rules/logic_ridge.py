"""Ridge coefficients KCXS: against the county's table, and among themselves (L18)."""

from __future__ import annotations

import numpy as np

from ..findings import Family, Finding, Text
from ..measures.case import Case
from ..table import BoolArray, FloatArray, TextArray
from .condition_rule import OWNED_ELSEWHERE, missing_field, missing_layers
from .conditions import any_of, holds
from .rule import Judgement, Rule
from .values import Values, values_of

_FIELDS = ["DLBM", "GDPDJB", "GDLX", "KCXS", "KCDLBM"]
NO_TABLE = Text(
    "未设置县田坎系数表（按耕地类型、坡度级别）",
    "The county's ridge coefficients (by GDLX and GDPDJB) are not set",
)
_TABLE_USED = Text(
    "已设置县田坎系数表，由 L18 逐图斑核对",
    "The county's table is set: L18 compares every parcel with it",
)
_NO_MAJORITY = Text(
    "同一耕地类型、坡度级别下系数取值分散或图斑过少，无法判断哪个为准",
    "Too few parcels, or no clearly prevailing coefficient, for this GDLX and GDPDJB",
)


class _Ridge(Rule):
    """What both ridge rules share: which parcels have a coefficient to judge."""

    family = Family.LOGIC

    def judge(self, case: Case) -> Judgement:
        """Judge every delivered layer that the rule is meant for."""
        out = Judgement()
        found = [values_of(case, layer) for layer in self.spec.layers]
        if not any(found):
            return out.skip(0, missing_layers(self.spec.layers))
        for values in found:
            if values is None:
                continue
            missing = [name for name in _FIELDS if not values.has(name)]
            if missing:
                out.skip(len(values), missing_field(values.table.name, missing))
                continue
            self.judge_layer(case, values, out)
        return out

    def judge_layer(self, case: Case, values: Values, out: Judgement) -> None:
        """Judge one layer that has all fields."""
        raise NotImplementedError

    def to_judge(self, values: Values, out: Judgement) -> tuple[BoolArray, FloatArray, TextArray]:
        """Rows to judge, their coefficients (0 where empty), and GDLX/GDPDJB as one key."""
        graded = holds(values, self.spec.limits["graded"])
        sound = np.ones(len(values), dtype=bool)
        for name in _FIELDS:
            sound &= values.sound(name)
        coefficient = np.where(values.empty("KCXS"), 0.0, values.number("KCXS"))
        # A coefficient missing where one is due is the fact of L15 or L17.
        elsewhere = any_of(values, self.spec.limits["due_elsewhere"])
        theirs = (coefficient == 0) & elsewhere
        if (graded & ~sound).any():
            out.skip(int((graded & ~sound).sum()), OWNED_ELSEWHERE)
        key = values.text("GDLX") + "/" + values.text("GDPDJB")
        return graded & sound & ~theirs, coefficient, key

    def write(
        self, values: Values, row: int, wanted: float, message: Text, cause: str = ""
    ) -> Finding:
        """A finding about one coefficient."""
        said = values.said("KCXS", row)
        return self.finding(
            values.table,
            row,
            message.format(
                id=values.table.object_ids[row],
                kind=values.text("GDLX")[row],
                grade=values.text("GDPDJB")[row],
                said=said or "∅",
                wanted=f"{wanted:.4f}",
            ),
            measured=said,
            expected=f"{wanted:.4f}",
            tolerance=self.limit("coefficient"),
            cause=cause,
            key="KCXS",
            evidence={
                "GDLX": str(values.text("GDLX")[row]),
                "GDPDJB": str(values.text("GDPDJB")[row]),
                "KCXS": said,
            },
        )


class RidgeCoefficient(_Ridge):
    """KCXS equals the county table's value for (GDLX, GDPDJB) (L18; TDDC3D, NtskwK)."""

    id = "L18"

    def judge_layer(self, case: Case, values: Values, out: Judgement) -> None:
        """Compare every coefficient with the county's table."""
        county = case.settings.ridge_coefficients
        rows, coefficient, key = self.to_judge(values, out)
        if not county:
            out.skip(int(rows.sum()), NO_TABLE)
            return
        known = {f"{kind}/{grade}": value for (kind, grade), value in county.items()}
        wanted = np.array([known.get(pair, np.nan) for pair in key], dtype=np.float64)
        for pair in sorted(set(key[rows & np.isnan(wanted)])):
            reason = Text(f"县田坎系数表没有 {pair}", f"The county's table has no {pair}")
            out.skip(int((rows & (key == pair)).sum()), reason)
        tested = rows & np.isfinite(wanted)
        out.tested += int(tested.sum())
        with np.errstate(invalid="ignore"):
            bad = tested & (np.abs(coefficient - wanted) > self.limit("coefficient"))
        message = Text(
            "图斑 {id}（耕地类型 {kind}，坡度级别 {grade}）的 KCXS 与县田坎系数表不符："
            "填报 {said}，应为 {wanted}",
            "Parcel {id} ({kind}, grade {grade}): KCXS is {said}, the county's table says {wanted}",
        )
        for row in np.flatnonzero(bad):
            out.findings.append(self.write(values, int(row), float(wanted[row]), message))


class RidgeMajority(_Ridge):
    """One coefficient per (GDLX, GDPDJB) in a county, when its table is not known.

    A parcel that deviates from a clearly prevailing value may be right (a
    county may have several regions), so it is never more than doubtful.
    """

    id = "logic.ridge_majority"

    def judge_layer(self, case: Case, values: Values, out: Judgement) -> None:
        """Compare every coefficient with the one that prevails in the layer."""
        if case.settings.ridge_coefficients:
            out.skip(0, _TABLE_USED)
            return
        rows, coefficient, key = self.to_judge(values, out)
        message = Text(
            "图斑 {id} 的 KCXS 与本县同类图斑（耕地类型 {kind}，坡度级别 {grade}）不一致："
            "填报 {said}，多数图斑为 {wanted}",
            "Parcel {id}: KCXS is {said}, while parcels of the same kind ({kind}, grade {grade}) "
            "mostly have {wanted}",
        )
        rounded = np.round(coefficient, 4)
        for pair in sorted(set(key[rows])):
            mine = rows & (key == pair)
            found, counts = np.unique(rounded[mine], return_counts=True)
            most = int(np.argmax(counts))
            total = int(counts.sum())
            if total < self.limit("parcels") or counts[most] < self.limit("share") * total:
                out.skip(total, _NO_MAJORITY)
                continue
            out.tested += total
            for row in np.flatnonzero(mine & (rounded != found[most])):
                finding = self.write(
                    values, int(row), float(found[most]), message, "minority_value"
                )
                out.findings.append(finding)
