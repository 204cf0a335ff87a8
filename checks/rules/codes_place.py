"""Where and when a code belongs: known units, the package's county, the survey year."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ..findings import Family, Finding, Severity, Text
from ..measures.case import Case
from ..table import IntArray
from .codes_digits import habit_or_rows, is_lossy
from .codes_tables import NO_LAYERS
from .collapse import rows_by_value
from .condition_rule import OWNED_ELSEWHERE, missing_field, missing_layers
from .rule import Judgement, Rule
from .values import Values, delivered, digit_lengths, is_digits, values_of

_COUNTY = 6


class KnownUnit(Rule):
    """The ZLDWDM of a parcel is that of a delivered village area (memory)."""

    id = "codes.unit_known"
    family = Family.CODES

    def judge(self, case: Case) -> Judgement:
        """One finding per unknown unit; about the parcel where it has only one."""
        out = Judgement()
        values, villages = values_of(case, "DLTB"), values_of(case, "CJDCQ")
        if values is None:
            return out.skip(0, missing_layers(("DLTB",)))
        if villages is None or not villages.has("ZLDWDM"):
            return out.skip(len(values), missing_layers(("CJDCQ",)))
        if not values.has("ZLDWDM"):
            return out.skip(len(values), missing_field("DLTB", ["ZLDWDM"]))
        known = set(villages.text("ZLDWDM"))
        usable = ~values.empty("ZLDWDM") & values.sound("ZLDWDM")
        out.tested = int(usable.sum())
        if (~usable).any():
            out.skip(int((~usable).sum()), OWNED_ELSEWHERE)
        place, words = values.distinct("ZLDWDM")
        unknown = usable & ~values.where("ZLDWDM", lambda word: word in known)
        for number, rows in rows_by_value(place, np.flatnonzero(unknown)):
            out.findings.append(self._finding(values, words[number], rows))
        return out

    def _finding(self, values: Values, word: str, rows: IntArray) -> Finding:
        table, only = values.table, len(rows) == 1
        which = str(table.object_ids[rows[0]])
        return self.finding_about(
            table.name,
            which if only else word,
            Text(
                f"坐落单位代码 {word} 不在村级调查区（CJDCQ）中，"
                f"涉及 {len(rows)} 个图斑，如 {which}",
                f"ZLDWDM {word} is that of no CJDCQ; {len(rows)} parcels have it, e.g. {which}",
            ),
            where=None if table.geometry is None else table.geometry[rows[0]],
            parcel_bsm=which if only else "",
            measured=word,
            key="ZLDWDM",
            evidence={
                "parcels": len(rows),
                "first": [str(i) for i in table.object_ids[rows[:10]]],
            },
        )


class SurveyYear(Rule):
    """SJNF is a year between the first survey data and the package's year (judgement)."""

    id = "codes.year"
    family = Family.CODES

    def judge(self, case: Case) -> Judgement:
        """Judge every year of every delivered layer."""
        out = Judgement()
        layers = delivered(case)
        if not layers:
            return out.skip(0, NO_LAYERS)
        first, last = self.limit("first_year"), case.submission.year or self.limit("last_year")
        for values in layers:
            for spec in values.specs.values():
                if spec.domain != "year" or not values.has(spec.name):
                    continue
                year = values.number(spec.name)
                # What is no number at all is told by codes.range.
                filled = np.isfinite(year)
                out.tested += int(filled.sum())
                with np.errstate(invalid="ignore"):
                    bad = filled & ((year < first) | (year > last) | (year != np.floor(year)))
                label = np.array([f"{y:g}" for y in year], dtype=object)
                habits, single = habit_or_rows(self, label, bad, filled)
                expected = f"{first:.0f}–{last:.0f}"
                for said, rows in habits:
                    out.findings.append(self._finding(values, spec.name, said, rows, expected))
                for row in single:
                    mine = np.array([row], dtype=np.int64)
                    said = str(label[row])
                    out.findings.append(self._finding(values, spec.name, said, mine, expected))
        return out

    def _finding(
        self, values: Values, name: str, said: str, rows: IntArray, expected: str
    ) -> Finding:
        table, which = values.table, values.table.object_ids[rows[0]]
        message = Text(
            f"{table.name} 要素 {which} 的数据年份 {name} 为 {said}，不在 {expected} 之间",
            f"{table.name} {which}: {name} is {said}, not between {expected}",
        )
        if len(rows) == 1:
            return self.finding(
                table, int(rows[0]), message, measured=said, expected=expected, key=name
            )
        return self.finding_about(
            table.name,
            name,
            Text(
                f"{table.name} 有 {len(rows)} 个要素的数据年份 {name} 为 {said}，"
                f"不在 {expected} 之间",
                f"{name} of {len(rows)} objects of {table.name} is {said}, not between {expected}",
            ),
            measured=said,
            expected=expected,
            key=f"{name}={said}",
            evidence={"rows": len(rows)},
        )


class CountyOfCodes(Rule):
    """BSM and unit codes begin with the package's county code (TDDC3D; judgement).

    Identifiers are kept for life, so after a county's code has changed old
    ones keep the old code: never more than doubtful.
    """

    id = "codes.county"
    family = Family.CODES

    def judge(self, case: Case) -> Judgement:
        """One finding per object, or per layer where all of it bears another county."""
        out = Judgement()
        county = case.submission.county[:_COUNTY] or self._prevailing(case)
        layers = [values_of(case, layer) for layer in self.spec.limits["layers"]]
        if not any(layers):
            return out.skip(0, NO_LAYERS)
        for values in layers:
            if values is None:
                continue
            if not county:
                out.skip(len(values), Text("县代码不明", "The county code is not known"))
                continue
            self._judge_layer(values, county, out)
        return out

    def _prevailing(self, case: Case) -> str:
        values = values_of(case, "DLTB") or values_of(case, "DLTBGX")
        if values is None or not values.has("BSM"):
            return ""
        lengths = digit_lengths(values.specs["BSM"])
        words = (word for word in values.text("BSM") if is_digits(word, lengths))
        heads = Counter(word[:_COUNTY] for word in words)
        if not heads:
            return ""
        head, count = heads.most_common(1)[0]
        return head if count >= self.limit("habit_share") * sum(heads.values()) else ""

    def _judge_layer(self, values: Values, county: str, out: Judgement) -> None:
        fields = [
            name
            for name in self.spec.limits["fields"]
            if values.has(name) and not is_lossy(values, name)
        ]
        label = np.full(len(values), "", dtype=object)
        tested = np.zeros(len(values), dtype=bool)
        for name in fields:
            usable = ~values.empty(name) & values.sound(name)
            tested |= usable
            other = usable & ~values.where(name, lambda word: word.startswith(county))
            for row in np.flatnonzero(other):
                label[row] += f"{name}={values.text(name)[row][:_COUNTY]};"
        out.tested += int(tested.sum())
        bad = np.asarray(label != "", dtype=bool)
        habits, single = habit_or_rows(self, label, bad, tested)
        for said, rows in habits:
            out.findings.append(
                self.finding_about(
                    values.table.name,
                    values.table.name,
                    Text(
                        f"{values.table.name} 有 {len(rows)} 个要素的代码属于其他县"
                        f"（{said[:-1]}），成果县代码为 {county}",
                        f"{len(rows)} objects of {values.table.name} bear another county's code "
                        f"({said[:-1]}), the package's is {county}",
                    ),
                    severity=Severity.D,
                    measured=said[:-1],
                    expected=county,
                    cause="other_county",
                    key=said,
                    evidence={"rows": len(rows)},
                )
            )
        for row in single:
            which, said = values.table.object_ids[row], str(label[row])[:-1]
            out.findings.append(
                self.finding(
                    values.table,
                    int(row),
                    Text(
                        f"{values.table.name} 要素 {which} 的代码属于其他县（{said}），"
                        f"成果县代码为 {county}",
                        f"{values.table.name} {which} bears another county's code ({said}), "
                        f"the package's is {county}",
                    ),
                    measured=said,
                    expected=county,
                    cause="other_county",
                    key="county",
                    evidence={"county": county},
                )
            )
