"""What every row of a layer must say: its feature code, and no blanks (QC 3106)."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ..findings import Family, Finding, Severity, Text, Verdict
from ..measures.case import Case
from ..standard import FieldSpec, LayerSpec
from ..table import BoolArray, IntArray
from .rule import Judgement, Rule
from .values import Values, delivered

_NO_LAYERS = Text("成果中没有标准图层", "The package has no layer of the standard")

_CUT_OFF = Text(
    "属性表在源数据中中断（见包内数据不完整）",
    "The attributes were cut off in the source (see the rule on data that end too early)",
)


class FeatureCode(Rule):
    """YSDM is the layer's feature code: one finding per layer."""

    id = "schema.ysdm"
    family = Family.SCHEMA

    def judge(self, case: Case) -> Judgement:
        """Judge the rows of every layer whose feature code is known."""
        out = Judgement()
        layers = delivered(case)
        if not layers:
            return out.skip(0, _NO_LAYERS)
        for values in layers:
            spec = case.standard.layers[values.table.name]
            if not values.has("YSDM"):
                continue
            if not spec.ysdm_codes:
                reason = Text(
                    f"{spec.name} 的要素代码未见公开资料",
                    f"The feature code of {spec.name} is unknown",
                )
                out.skip(len(values), reason)
                continue
            out.tested += int((~values.empty("YSDM")).sum())
            wrong = ~values.where("YSDM", frozenset(["", *spec.ysdm_codes]).__contains__)
            if wrong.any():
                out.findings.append(self._finding(values, np.flatnonzero(wrong), spec))
        return out

    def _finding(self, values: Values, rows: IntArray, spec: LayerSpec) -> Finding:
        table, wanted = values.table, spec.ysdm_codes
        said = Counter(values.text("YSDM")[rows]).most_common(5)
        shown = Text("、".join(word for word, _ in said), ", ".join(word for word, _ in said))
        return self.finding_about(
            table.name,
            "YSDM",
            Text(
                f"{table.name} 有 {len(rows)} 个要素的 YSDM 不是 {'、'.join(wanted)}，"
                f"如 {shown.zh}",
                f"{len(rows)} objects of {table.name} have another YSDM than "
                f"{' or '.join(wanted)}: {shown.en}",
            ),
            verdict=None if spec.ysdm_confidence == "found" else Verdict.DOUBTFUL,
            where=None if table.geometry is None else table.geometry[rows[0]],
            measured=";".join(word for word, _ in said),
            expected=";".join(wanted),
            key="YSDM",
            evidence={
                "rows": len(rows),
                "values": dict(said),
                "first": [str(i) for i in table.object_ids[rows[:10]]],
            },
        )


class MandatoryEmpty(Rule):
    """A mandatory field says nothing (QC 3106): one finding per object and field.

    A field that is empty throughout is one finding about the layer. Marks
    that rest on memory alone make a finding doubtful.
    """

    id = "schema.mandatory_empty"
    family = Family.SCHEMA

    def judge(self, case: Case) -> Judgement:
        """Judge every mandatory field that was delivered; missing ones are QC 3102."""
        out = Judgement()
        layers = delivered(case)
        if not layers:
            return out.skip(0, _NO_LAYERS)
        for values in layers:
            blank = self._blank(values)
            out.tested += len(values) - int(blank.sum())
            if blank.any():
                out.skip(int(blank.sum()), _CUT_OFF)
            for spec in values.specs.values():
                if spec.mandatory == "M" and values.has(spec.name):
                    self._judge_field(values, spec, ~blank, out)
        return out

    def _blank(self, values: Values) -> BoolArray:
        """Rows that say nothing at all, in a layer whose attributes were cut off."""
        delivered_fields = [name for name in values.specs if values.has(name)]
        if values.table.whole or not delivered_fields:
            return np.zeros(len(values), dtype=bool)
        return np.logical_and.reduce([values.empty(name) for name in delivered_fields])

    def _judge_field(
        self, values: Values, spec: FieldSpec, among: BoolArray, out: Judgement
    ) -> None:
        rows = np.flatnonzero(values.empty(spec.name) & among)
        if not len(rows):
            return
        table = values.table
        verdict = None if spec.mandatory_confidence == "found" else Verdict.DOUBTFUL
        if len(rows) == int(among.sum()) > 1:
            message = Text(
                f"{table.name} 的必填字段 {spec.name}（{spec.title}）全部 {len(rows)} 条记录均为空",
                f"The mandatory field {spec.name} of {table.name} is empty in all {len(rows)} rows",
            )
            out.findings.append(
                self.finding_about(
                    table.name,
                    spec.name,
                    message,
                    verdict=verdict,
                    severity=Severity.B,
                    cause="column_empty",
                    key=spec.name,
                    evidence={"rows": len(rows)},
                )
            )
            return
        for row in rows:
            which = table.object_ids[row]
            message = Text(
                f"{table.name} 要素 {which} 的必填字段 {spec.name}（{spec.title}）为空",
                f"{table.name} {which}: the mandatory field {spec.name} is empty",
            )
            out.findings.append(
                self.finding(table, int(row), message, verdict=verdict, key=spec.name)
            )
