"""Names beside codes: DLMC, TBXHMC, ZZSXMC (L29)."""

from __future__ import annotations

import unicodedata

import numpy as np

from ..findings import Family, Finding, Text, Verdict
from ..measures.case import Case
from ..standard import FieldSpec
from ..table import IntArray
from .codes_tables import NO_LAYERS
from .collapse import rows_by_value
from .condition_rule import OWNED_ELSEWHERE
from .rule import Judgement, Rule
from .values import Values, delivered, is_current

_NO_NAME = Text("代码表中该代码没有名称", "The code table has no name for this code")
_CAUSES = {
    "other_code": Text(
        "{field} 为“{said}”，是代码 {other} 的名称，而 {coded} 填报 {code}（{wanted}）",
        "{field} '{said}' is the name of {other}, but {coded} says {code} ({wanted})",
    ),
    "name_variant": Text(
        "{field} 为“{said}”，与 {coded} {code} 的规定名称“{wanted}”不同",
        "{field} '{said}' differs from the name of {coded} {code}, '{wanted}'",
    ),
    "name_empty": Text(
        "{field} 为空，{coded} {code} 的名称应为“{wanted}”",
        "{field} is empty, {coded} {code} is called '{wanted}'",
    ),
    "code_empty": Text(
        "{field} 为“{said}”，但 {coded} 为空",
        "{field} is '{said}', but {coded} is empty",
    ),
}


def plain(name: str) -> str:
    """A name without what carries no meaning: width of characters, blanks, brackets' kind."""
    return "".join(unicodedata.normalize("NFKC", name).split())


class CodeNames(Rule):
    """A name is that of the code beside it (L29; NtskwK).

    A name that belongs to another code means that one of the two was changed
    without the other: the facts contradict. A name that belongs to none may
    be another way of writing it, and is only doubtful.
    """

    id = "L29"
    family = Family.CODES

    def judge(self, case: Case) -> Judgement:
        """Judge every name field of every delivered layer."""
        out = Judgement()
        layers = delivered(case)
        if not layers:
            return out.skip(0, NO_LAYERS)
        for values in layers:
            tested = np.zeros(len(values), dtype=bool)
            for spec in values.specs.values():
                coded = spec.domain.partition(":")[2]
                if spec.domain.startswith("name:") and values.has(spec.name) and values.has(coded):
                    tested |= ~values.empty(coded) | ~values.empty(spec.name)
                    self._judge_field(values, spec, coded, out)
            out.tested += int(tested.sum())
        return out

    def _judge_field(self, values: Values, spec: FieldSpec, coded: str, out: Judgement) -> None:
        titles = self._titles(values, coded)
        owners = {plain(title): code for code, title in titles.items() if title}
        code_place, codes = values.distinct(coded)
        name_place, names = values.distinct(spec.name)
        pairs = code_place * max(len(names), 1) + name_place
        for pair, rows in rows_by_value(pairs, np.arange(len(values), dtype=np.int64)):
            code, said = codes[pair // len(names)], names[pair % len(names)]
            if code and code not in titles:
                if said or spec.mandatory != "M":
                    out.skip(len(rows), OWNED_ELSEWHERE)
                continue
            wanted = titles.get(code, "")
            if code and not wanted:
                out.skip(len(rows), _NO_NAME)
                continue
            cause = self._cause(spec, code, said, wanted, owners)
            if cause:
                self._write(values, spec, coded, (code, said, wanted), rows, cause, owners, out)

    def _titles(self, values: Values, coded: str) -> dict[str, str]:
        """Codes that no other rule reports, with their names."""
        domain = values.specs[coded].domain if coded in values.specs else ""
        standard = values.standard
        if domain == "classes":
            return {code: standard.classes[code].title for code in sorted(standard.leaf_classes)}
        table = standard.codes.get(domain.partition(":")[2], {})
        return {code: row["name_zh"] for code, row in table.items() if is_current(table, code)}

    def _cause(
        self, spec: FieldSpec, code: str, said: str, wanted: str, owners: dict[str, str]
    ) -> str:
        # An empty mandatory field, name or code, is reported as that.
        mandatory = spec.mandatory == "M"
        if not said:
            return "name_empty" if code and not mandatory else ""
        if not code:
            return "" if mandatory else "code_empty"
        if plain(said) == plain(wanted):
            return ""
        return "other_code" if plain(said) in owners else "name_variant"

    def _write(
        self,
        values: Values,
        spec: FieldSpec,
        coded: str,
        triple: tuple[str, str, str],
        rows: IntArray,
        cause: str,
        owners: dict[str, str],
        out: Judgement,
    ) -> None:
        code, said, wanted = triple
        facts = {
            "field": spec.name,
            "coded": coded,
            "code": code,
            "said": said,
            "wanted": wanted,
            "other": owners.get(plain(said), ""),
        }
        message = _CAUSES[cause].format(**facts)
        verdict = Verdict.DOUBTFUL if cause == "name_variant" else None
        of_code = int((values.distinct(coded)[0] == values.distinct(coded)[0][rows[0]]).sum())
        if len(rows) >= max(self.limit("habit_rows"), self.limit("habit_share") * of_code):
            out.findings.append(self._habit(values, spec, message, rows, cause, facts))
            return
        for row in rows:
            which = values.table.object_ids[row]
            out.findings.append(
                self.finding(
                    values.table,
                    int(row),
                    Text(
                        f"{values.table.name} 要素 {which}：{message.zh}",
                        f"{values.table.name} {which}: {message.en}",
                    ),
                    verdict=verdict,
                    measured=said,
                    expected=wanted,
                    cause=cause,
                    key=spec.name,
                    evidence=facts,
                )
            )

    def _habit(
        self,
        values: Values,
        spec: FieldSpec,
        message: Text,
        rows: IntArray,
        cause: str,
        facts: dict[str, str],
    ) -> Finding:
        """The same difference throughout a code is a way of writing, told once."""
        table = values.table
        return self.finding_about(
            table.name,
            spec.name,
            Text(
                f"{table.name} 有 {len(rows)} 个要素：{message.zh}",
                f"{len(rows)} objects of {table.name}: {message.en}",
            ),
            verdict=Verdict.DOUBTFUL,
            where=None if table.geometry is None else table.geometry[rows[0]],
            measured=facts["said"],
            expected=facts["wanted"],
            cause=cause,
            key=f"{spec.name}={facts['code']}/{facts['said']}",
            evidence={**facts, "rows": len(rows)},
        )
