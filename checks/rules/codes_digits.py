"""Identifiers and unit codes as plain digits (L30 and others)."""

from __future__ import annotations

import unicodedata

import numpy as np

from ..findings import Family, Finding, Text
from ..measures.case import Case
from ..standard import FieldSpec
from ..table import BoolArray, IntArray, TextArray
from .codes_tables import NO_LAYERS
from .collapse import split_habits
from .rule import Judgement, Rule
from .values import Values, delivered, digit_lengths, is_digits

LOSSY = Text(
    "标识码以浮点数存储，末位数字已丢失（见字段类型检查）",
    "Identifiers stored as floating-point numbers, last digits lost (see field types)",
)


def is_lossy(values: Values, name: str) -> bool:
    """Whether the source itself has lost the last digits of this field."""
    problems = values.table.problems
    return any(p.kind == "numeric_identifier" and p.field == name for p in problems)


def habit_or_rows(
    rule: Rule, label: TextArray, bad: BoolArray, among: BoolArray
) -> tuple[list[tuple[str, IntArray]], IntArray]:
    """Habits by label, and the rows of single cases; ``label`` names the kind of fault."""
    labels = sorted(set(label[bad]))
    numbers = {text: number for number, text in enumerate(labels)}
    place = np.array([numbers.get(text, -1) for text in label], dtype=np.int64)
    habits, single = split_habits(
        place, bad, among, rule.limit("habit_share"), int(rule.limit("habit_rows"))
    )
    return [(labels[number], rows) for number, rows in habits], single


class _Digits(Rule):
    """A field holds plain digits of the right number; one habit is one finding."""

    family = Family.CODES

    def judge(self, case: Case) -> Judgement:
        """Judge every such field of every delivered layer."""
        out = Judgement()
        layers = delivered(case)
        if not layers:
            return out.skip(0, NO_LAYERS)
        for values in layers:
            tested = np.zeros(len(values), dtype=bool)
            for spec in values.specs.values():
                if not (values.has(spec.name) and self.is_mine(spec)):
                    continue
                filled = ~values.empty(spec.name)
                if is_lossy(values, spec.name):
                    out.skip(int(filled.sum()), LOSSY)
                    continue
                tested |= filled
                self._judge_field(values, spec, filled, out)
            out.tested += int(tested.sum())
        return out

    def is_mine(self, spec: FieldSpec) -> bool:
        """Whether this rule judges the field."""
        raise NotImplementedError

    def _judge_field(
        self, values: Values, spec: FieldSpec, filled: BoolArray, out: Judgement
    ) -> None:
        lengths = digit_lengths(spec)
        place, words = values.distinct(spec.name)
        labels = np.array([_fault(word, lengths) for word in words] or [""], dtype=object)
        label = labels[place] if len(place) else np.empty(0, dtype=object)
        bad = filled & np.asarray(label != "", dtype=bool)
        if not bad.any():
            return
        wanted = "|".join(map(str, lengths))
        habits, single = habit_or_rows(self, label, bad, filled)
        for cause, rows in habits:
            out.findings.append(self._habit(values, spec, cause, rows, wanted))
        for row in single:
            out.findings.append(self._single(values, spec, int(row), str(label[row]), wanted))

    def _habit(
        self, values: Values, spec: FieldSpec, label: str, rows: IntArray, wanted: str
    ) -> Finding:
        table, said = values.table, values.said(spec.name, int(rows[0]))
        zh, en = _asked(wanted)
        return self.finding_about(
            table.name,
            spec.name,
            Text(
                f"{table.name} 有 {len(rows)} 个要素的{spec.title}（{spec.name}）"
                f"不是{zh}，如 {said}",
                f"{spec.name} of {len(rows)} objects of {table.name} is not {en}, e.g. {said}",
            ),
            where=None if table.geometry is None else table.geometry[rows[0]],
            measured=said,
            expected=wanted,
            cause=label.partition(":")[0],
            key=f"{spec.name}:{label}",
            evidence={"rows": len(rows), "first": [str(i) for i in table.object_ids[rows[:10]]]},
        )

    def _single(
        self, values: Values, spec: FieldSpec, row: int, label: str, wanted: str
    ) -> Finding:
        which, said = values.table.object_ids[row], values.said(spec.name, row)
        zh, en = _asked(wanted)
        return self.finding(
            values.table,
            row,
            Text(
                f"{values.table.name} 要素 {which} 的{spec.title}（{spec.name}）为 {said}，"
                f"应为{zh}",
                f"{values.table.name} {which}: {spec.name} is {said}, not {en}",
            ),
            measured=said,
            expected=wanted,
            cause=label.partition(":")[0],
            key=spec.name,
            evidence={spec.name: said},
        )


def _asked(lengths: str) -> tuple[str, str]:
    if not lengths:
        return "数字", "plain digits"
    return f" {lengths.replace('|', ' 或 ')} 位数字", f"{lengths.replace('|', ' or ')} plain digits"


def _fault(word: str, lengths: tuple[int, ...]) -> str:
    """What is wrong with a word that should be digits; empty if nothing is."""
    if not word or is_digits(word, lengths):
        return ""
    if is_digits("".join(word.split()), lengths):
        return "blanks"
    if is_digits("".join(unicodedata.normalize("NFKC", word).split()), lengths):
        return "full_width"
    if is_digits(word, ()):
        return f"length:{len(word)}"
    return "not_digits"


class IdentifierForm(_Digits):
    """BSM is 18 digits: county 6, layer code 4, sequence 8 (TDDC3D)."""

    id = "codes.bsm_form"

    def is_mine(self, spec: FieldSpec) -> bool:
        """BSM, and the BSM of old and new parcels in the update."""
        return spec.domain == "bsm"


class UnitForm(_Digits):
    """Codes of administrative units have their number of digits (L30)."""

    id = "L30"

    def is_mine(self, spec: FieldSpec) -> bool:
        """ZLDWDM, QSDWDM, XZQDM, CZCDM."""
        return spec.domain.startswith("digits:")


class ParcelNumber(_Digits):
    """TBBH is digits (TDDC3D)."""

    id = "codes.parcel_number"

    def is_mine(self, spec: FieldSpec) -> bool:
        """TBBH."""
        return spec.domain == "digits"
