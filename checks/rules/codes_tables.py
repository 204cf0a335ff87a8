"""Values against code tables, ranges and names (QC 3104, 3105, L29)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np

from ..findings import Family, Finding, Severity, Text, Verdict
from ..measures.case import Case
from ..standard import FieldSpec, Standard
from ..table import BoolArray, IntArray
from .collapse import split_habits
from .rule import Judgement, Rule
from .values import DRAFT, Values, delivered

NO_LAYERS = Text("成果中没有标准图层", "The package has no layer of the standard")
STORED_AS_NUMBER = Text(
    "字段以数值存储，前导零丢失（见字段类型检查）",
    "Stored as a number, leading zeros lost (see the rule on field types)",
)
_OLD = "BGQ"
_SHOWN = 40
_FULL_WIDTH = Text("含全角字符", "full-width characters")
_LETTER_CASE = Text("字母大小写不符", "letters in the wrong case")
_ZERO_LOST = Text("前导零丢失", "a leading zero is lost")


@dataclass(frozen=True)
class Reason:
    """Why a value is in no table, as far as one can tell; all empty if not."""

    cause: str = ""
    what: Text | None = None
    doubtful: bool = False


def explain(word: str, known: dict[str, str]) -> Reason:
    """Recognise a value that is only written wrongly; ``known`` maps codes to names."""
    plain = unicodedata.normalize("NFKC", word).replace(" ", "")
    if plain != word and plain in known:
        return Reason("full_width", _FULL_WIDTH)
    if plain.upper() in known:
        return Reason("letter_case", _LETTER_CASE)
    if plain.isdigit() and any(
        len(code) > len(plain) and code.lstrip("0") == plain.lstrip("0") for code in known
    ):
        return Reason("leading_zero_lost", _ZERO_LOST)
    code = next((code for code, name in known.items() if name and name == plain), "")
    if code:
        said = Text(f"填写了名称，代码应为 {code}", f"the name instead of the code {code}")
        return Reason("name_for_code", said)
    return Reason()


class _Coded(Rule):
    """What rules about values in a table share: habits of a layer are told once."""

    family = Family.CODES

    def judge(self, case: Case) -> Judgement:
        """Judge every coded field of every delivered layer."""
        out = Judgement()
        layers = delivered(case)
        if not layers:
            return out.skip(0, NO_LAYERS)
        for values in layers:
            tested = np.zeros(len(values), dtype=bool)
            for spec in values.specs.values():
                if values.has(spec.name) and self.is_mine(spec):
                    filled = ~values.empty(spec.name)
                    tested |= filled
                    self._judge_field(values, spec, filled, out)
            out.tested += int(tested.sum())
        return out

    def is_mine(self, spec: FieldSpec) -> bool:
        """Whether this rule judges the field."""
        raise NotImplementedError

    def known(self, standard: Standard, spec: FieldSpec) -> dict[str, str]:
        """Codes and names of the field's table, whether still in use or not."""
        raise NotImplementedError

    def reason(self, standard: Standard, spec: FieldSpec, word: str) -> Reason:
        """Why a value is not in the table."""
        return explain(word, self.known(standard, spec))

    def _judge_field(
        self, values: Values, spec: FieldSpec, filled: BoolArray, out: Judgement
    ) -> None:
        place, words = values.distinct(spec.name)
        offending = filled & ~values.sound(spec.name)
        reasons = {
            int(n): self.reason(values.standard, spec, words[n]) for n in set(place[offending])
        }
        field = values.table.fields.get(spec.name)
        if field is not None and field.kind in ("integer", "real"):
            lost = [n for n, reason in reasons.items() if reason.cause == "leading_zero_lost"]
            rows = offending & np.isin(place, lost)
            if rows.any():
                out.skip(int(rows.sum()), STORED_AS_NUMBER)
                offending = offending & ~rows
        habits, single = split_habits(
            place, offending, filled, self.limit("habit_share"), int(self.limit("habit_rows"))
        )
        for number, rows_of_habit in habits:
            reason = reasons[number]
            out.findings.append(self._habit(values, spec, words[number], rows_of_habit, reason))
        for cause, rows_of_habit in self._ways(place, single, reasons, int(filled.sum())):
            out.findings.append(self._way(values, spec, cause, rows_of_habit, reasons, place))
            single = np.setdiff1d(single, rows_of_habit)
        for row in single:
            out.findings.append(self._single(values, spec, int(row), reasons[int(place[row])]))

    def _ways(
        self, place: IntArray, rows: IntArray, reasons: dict[int, Reason], among: int
    ) -> list[tuple[str, IntArray]]:
        """Ways of writing codes wrongly that most of a layer shares, whatever the code."""
        least = max(self.limit("habit_rows"), self.limit("habit_share") * among)
        cause = np.array([reasons[int(n)].cause for n in place[rows]], dtype=object)
        named = ((word, rows[cause == word]) for word in sorted(set(cause) - {""}))
        return [(word, found) for word, found in named if len(found) >= least]

    def _way(
        self,
        values: Values,
        spec: FieldSpec,
        cause: str,
        rows: IntArray,
        reasons: dict[int, Reason],
        place: IntArray,
    ) -> Finding:
        table, first = values.table, int(rows[0])
        reason, said = reasons[int(place[first])], values.said(spec.name, first)
        why_zh, why_en = _why(reason)
        message = Text(
            f"{table.name} 有 {len(rows)} 个要素的{spec.title}（{spec.name}）"
            f"不在代码表内{why_zh}，如 {said}",
            f"{spec.name} of {len(rows)} objects of {table.name} is in no code table{why_en}, "
            f"e.g. {said}",
        )
        return self.finding_about(
            table.name,
            spec.name,
            message,
            verdict=self._verdict(values.standard, spec, reason),
            severity=self._severity(reason),
            where=None if table.geometry is None else table.geometry[first],
            measured=said,
            cause=cause,
            key=f"{spec.name}:{cause}",
            evidence={"rows": len(rows), "first": [str(i) for i in table.object_ids[rows[:10]]]},
        )

    def _habit(
        self, values: Values, spec: FieldSpec, word: str, rows: IntArray, reason: Reason
    ) -> Finding:
        table, (why_zh, why_en) = values.table, _why(reason)
        message = Text(
            f"{table.name} 有 {len(rows)} 个要素的{spec.title}（{spec.name}）为 {word}，"
            f"不在代码表内{why_zh}",
            f"{len(rows)} objects of {table.name} have {spec.name} {word}, "
            f"which is in no code table{why_en}",
        )
        return self.finding_about(
            table.name,
            spec.name,
            message,
            verdict=self._verdict(values.standard, spec, reason),
            severity=self._severity(reason),
            where=None if table.geometry is None else table.geometry[rows[0]],
            measured=word,
            cause=reason.cause,
            key=f"{spec.name}={word}",
            evidence={"rows": len(rows), "first": [str(i) for i in table.object_ids[rows[:10]]]},
        )

    def _single(self, values: Values, spec: FieldSpec, row: int, reason: Reason) -> Finding:
        word = values.said(spec.name, row)
        which, (why_zh, why_en) = values.table.object_ids[row], _why(reason)
        message = Text(
            f"{values.table.name} 要素 {which} 的{spec.title}（{spec.name}）为 {word}，"
            f"不在代码表内{why_zh}",
            f"{values.table.name} {which}: {spec.name} {word} is in no code table{why_en}",
        )
        return self.finding(
            values.table,
            row,
            message,
            verdict=self._verdict(values.standard, spec, reason),
            severity=self._severity(reason),
            measured=word,
            cause=reason.cause,
            key=spec.name,
            evidence={spec.name: word},
        )

    def _verdict(self, standard: Standard, spec: FieldSpec, reason: Reason) -> Verdict | None:
        about = standard.domains.get(spec.domain.partition(":")[2], {})
        # The old state is last year's database, which others accepted.
        unsure = reason.doubtful or not about.get("closed", True) or spec.name.startswith(_OLD)
        return Verdict.DOUBTFUL if unsure else None

    def _severity(self, reason: Reason) -> Severity | None:
        return Severity.D if reason.doubtful else None


def _why(reason: Reason) -> tuple[str, str]:
    """The reason in brackets, Chinese and English; nothing where there is none."""
    if reason.what is None:
        return "", ""
    return f"（{reason.what.zh}）", f" ({reason.what.en})"


class LandClassCode(_Coded):
    """DLBM is a class of the survey that heads no others (QC 3104)."""

    id = "codes.land_class"

    def is_mine(self, spec: FieldSpec) -> bool:
        """Fields whose domain is the land classes."""
        return spec.domain == "classes"

    def known(self, standard: Standard, spec: FieldSpec) -> dict[str, str]:  # noqa: ARG002
        """Classes that a parcel may carry."""
        return {code: standard.classes[code].title for code in sorted(standard.leaf_classes)}

    def reason(self, standard: Standard, spec: FieldSpec, word: str) -> Reason:
        """Also heads of classes, codes of the planning scheme, codes of the evidence app."""
        if word in standard.classes:
            said = Text("一级类不能作为图斑地类", "a head of classes, not a class of a parcel")
            return Reason("not_leaf", said)
        for domain, cause in (("EVIDENCE_CLASS", "evidence_class"), ("YDYH", "planning_code")):
            row = standard.codes.get(domain, {}).get(word)
            if row is not None:
                scheme = {
                    "evidence_class": Text("举证软件的代码", "a code of the evidence app"),
                    "planning_code": Text(
                        "规划用地用海分类的代码", "a code of the planning classification"
                    ),
                }[cause]
                return Reason(cause, Text(f"{scheme.zh}，意为{row['name_zh']}", scheme.en))
        return super().reason(standard, spec, word)


class CodeValue(_Coded):
    """A coded field holds a code of its table (QC 3104)."""

    id = "codes.value"

    def is_mine(self, spec: FieldSpec) -> bool:
        """Fields whose domain is a code table."""
        return spec.domain.startswith("codes:")

    def known(self, standard: Standard, spec: FieldSpec) -> dict[str, str]:
        """All codes of the table, drafts too."""
        table = standard.codes.get(spec.domain.partition(":")[2], {})
        return {code: row["name_zh"] for code, row in table.items()}

    def reason(self, standard: Standard, spec: FieldSpec, word: str) -> Reason:
        """Draft codes are a hint: the object may simply not have been recoded."""
        row = standard.codes.get(spec.domain.partition(":")[2], {}).get(word)
        if row is not None and DRAFT in row["version"]:
            said = Text(f"2018—2019 年草案代码：{row['name_zh']}", "a code of the 2018-2019 draft")
            return Reason("draft_code", said, doubtful=True)
        return super().reason(standard, spec, word)


class ValueRange(Rule):
    """A number lies in its field's range, and is a number at all (QC 3105)."""

    id = "codes.range"
    family = Family.CODES

    def judge(self, case: Case) -> Judgement:
        """Judge every number of every delivered layer; blanks are not its business."""
        out = Judgement()
        layers = delivered(case)
        if not layers:
            return out.skip(0, NO_LAYERS)
        for values in layers:
            tested = np.zeros(len(values), dtype=bool)
            for spec in values.specs.values():
                if values.has(spec.name) and values.is_number(spec.name):
                    filled = ~values.empty(spec.name)
                    tested |= filled
                    garbled = values.garbled(spec.name)
                    least = max(self.limit("habit_rows"), self.limit("habit_share") * filled.sum())
                    told = np.zeros(len(values), dtype=bool)
                    if garbled.sum() >= least:
                        out.findings.append(self._habit(values, spec, np.flatnonzero(garbled)))
                        told = garbled
                    for row in np.flatnonzero((garbled | ~values.sound(spec.name)) & ~told):
                        found = self._finding(values, spec, int(row), bool(garbled[row]))
                        out.findings.append(found)
            out.tested += int(tested.sum())
        return out

    def _habit(self, values: Values, spec: FieldSpec, rows: IntArray) -> Finding:
        table, said = values.table, str(values.table.columns[spec.name][rows[0]])[:_SHOWN]
        return self.finding_about(
            table.name,
            spec.name,
            Text(
                f"{table.name} 有 {len(rows)} 个要素的{spec.title}（{spec.name}）"
                f"不是数值，如 {said}",
                f"{spec.name} of {len(rows)} objects of {table.name} is no number, e.g. {said}",
            ),
            measured=said,
            cause="not_a_number",
            key=spec.name,
            evidence={"rows": len(rows), "first": [str(i) for i in table.object_ids[rows[:10]]]},
        )

    def _finding(self, values: Values, spec: FieldSpec, row: int, garbled: bool) -> Finding:
        which = values.table.object_ids[row]
        said = str(values.table.columns[spec.name][row])[:_SHOWN] if garbled else ""
        said = said or values.said(spec.name, row)
        wanted = spec.domain.partition(":")[2] if spec.domain.startswith("range:") else ""
        if len(said) > _SHOWN:  # more digits than any field of the standard holds
            said = f"{values.number(spec.name)[row]:.6g}"
            wanted = f"{spec.length},{spec.decimals}"
        if garbled:
            message = Text(
                f"{values.table.name} 要素 {which} 的{spec.title}（{spec.name}）不是数值：{said}",
                f"{values.table.name} {which}: {spec.name} is no number: {said}",
            )
        else:
            message = Text(
                f"{values.table.name} 要素 {which} 的{spec.title}（{spec.name}）为 {said}，"
                f"超出允许范围 {wanted}",
                f"{values.table.name} {which}: {spec.name} is {said}, outside {wanted}",
            )
        return self.finding(
            values.table,
            row,
            message,
            measured=said,
            expected=wanted,
            cause="not_a_number" if garbled else "",
            key=spec.name,
            evidence={spec.name: said},
        )
