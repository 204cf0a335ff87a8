"""The update package within itself: actions, year, explained flow (L34, L36, L38)."""

from __future__ import annotations

import re

import numpy as np

from ..findings import Family, Text
from ..measures.case import Case
from ..table import BoolArray, TextArray
from .condition_rule import OWNED_ELSEWHERE, missing_field, missing_layers
from .conditions import holds
from .logic_previous import PROCESS, first_rows
from .rule import Judgement, Rule
from .values import Values, values_of


class ActionAndIds(Rule):
    """BGXW against the identifiers before and after (L34; TDDC3D).

    1 keeps the identifier, 2 gives a new one, 0 leaves nothing after, 3 has
    nothing before. That geometry stayed the same is the subject of L35.
    """

    id = "L34"
    family = Family.LOGIC

    def judge(self, case: Case) -> Judgement:
        """Judge every piece whose action is known."""
        out = Judgement()
        values = values_of(case, PROCESS)
        if values is None:
            return out.skip(0, missing_layers((PROCESS,)))
        missing = [name for name in ("BGXW", "BGQTBBSM", "BGHTBBSM") if not values.has(name)]
        if missing:
            return out.skip(len(values), missing_field(PROCESS, missing))
        tested = values.sound("BGXW") & ~values.empty("BGXW")
        out.tested = int(tested.sum())
        if (~tested).any():
            out.skip(int((~tested).sum()), OWNED_ELSEWHERE)
        before, after = values.text("BGQTBBSM"), values.text("BGHTBBSM")
        same = np.asarray(before == after, dtype=bool)
        removed, attribute, geometry, new = (
            np.asarray(values.text("BGXW") == self.spec.limits[name], dtype=bool)
            for name in ("removed", "attribute", "geometry", "new")
        )
        no_before, no_after = values.empty("BGQTBBSM"), values.empty("BGHTBBSM")
        kept = attribute & (~same | no_before)
        renewed = geometry & (same | no_before | no_after)
        # A piece that is split off cannot take its parent's number with it.
        reused = geometry & ~same & ~no_after & _known_before(case, after)
        self._write(values, kept, "id_changed", out)
        self._write(values, renewed, "id_kept", out)
        self._write(values, reused, "id_reused", out)
        self._write(values, removed & self._filled(values, "BGH"), "after_filled", out)
        self._write(values, new & self._filled(values, "BGQ"), "before_filled", out)
        return out

    def _filled(self, values: Values, prefix: str) -> BoolArray:
        """Rows where any field with that prefix says something (0 says nothing)."""
        out = np.zeros(len(values), dtype=bool)
        for name in values.specs:
            if name.startswith(prefix) and values.has(name):
                if values.is_number(name):
                    out |= ~values.empty(name) & (values.number(name) != 0)
                else:
                    out |= ~values.empty(name)
        return out

    def _write(self, values: Values, bad: BoolArray, cause: str, out: Judgement) -> None:
        said = _ACTIONS[cause]
        for row in np.flatnonzero(bad):
            before, after = values.said("BGQTBBSM", int(row)), values.said("BGHTBBSM", int(row))
            message = Text(
                said.zh.format(before=before or "空", after=after or "空"),
                said.en.format(before=before or "empty", after=after or "empty"),
            )
            piece, action = values.table.object_ids[row], values.said("BGXW", int(row))
            prefix = Text(
                f"变更图斑 {piece}（BGXW={action}）：", f"Piece {piece} (BGXW {action}): "
            )
            out.findings.append(
                self.finding(
                    values.table,
                    int(row),
                    Text(prefix.zh + message.zh, prefix.en + message.en),
                    measured=f"{before} → {after}",
                    cause=cause,
                    key="BGXW",
                    evidence={"BGXW": action},
                )
            )


_ACTIONS = {
    "id_changed": Text(
        "属性变更应保持标识码不变，变更前 {before}，变更后 {after}",
        "an attribute change keeps the identifier, but it was {before} and is {after}",
    ),
    "id_kept": Text(
        "图形变更应有变更前图斑并启用新标识码，变更前 {before}，变更后 {after}",
        "a geometry change has an old parcel and a new identifier, but it was {before} "
        "and is {after}",
    ),
    "id_reused": Text(
        "图形变更应启用新标识码，{after} 在上一年度已被使用（变更前 {before}）",
        "a geometry change takes a new identifier, but {after} was in use last year (was {before})",
    ),
    "after_filled": Text(
        "图斑灭失后变更后字段应为空，变更后标识码填报 {after}",
        "the parcel is gone, so nothing may stand in the BGH fields (BGHTBBSM {after})",
    ),
    "before_filled": Text(
        "新增图斑的变更前字段应为空，变更前标识码填报 {before}",
        "the parcel is new, so nothing may stand in the BGQ fields (BGQTBBSM {before})",
    ),
}


class UpdateYear(Rule):
    """SJNF is the survey year and GXSJ its 31 December (L36; TDDC3D)."""

    id = "L36"
    family = Family.LOGIC

    def judge(self, case: Case) -> Judgement:
        """Judge every update layer; the year is the package's, else the prevailing SJNF."""
        out = Judgement()
        layers = [values_of(case, layer) for layer in self.spec.layers]
        if not any(layers):
            return out.skip(0, missing_layers(self.spec.layers))
        year = case.submission.year or self._prevailing(values_of(case, "DLTBGX"))
        for values in layers:
            if values is None:
                continue
            if not year:
                out.skip(len(values), Text("调查年度不明", "The survey year is not known"))
                continue
            self._judge_layer(values, year, out)
        return out

    def _prevailing(self, values: Values | None) -> int:
        if values is None or not values.has("SJNF"):
            return 0
        numbers = values.number("SJNF")
        numbers = numbers[np.isfinite(numbers)]
        if not len(numbers):
            return 0
        found, counts = np.unique(numbers, return_counts=True)
        most = int(np.argmax(counts))
        return int(found[most]) if counts[most] >= self.limit("share") * len(numbers) else 0

    def _judge_layer(self, values: Values, year: int, out: Judgement) -> None:
        wanted = {"SJNF": str(year), "GXSJ": f"{year}-12-31"}
        fields = [name for name in wanted if name in values.specs and values.has(name)]
        tested = np.zeros(len(values), dtype=bool)
        for name in fields:
            place, words = values.distinct(name)
            plain = [_plain(name, word) for word in words]
            wrong = np.array([bool(w) and w != wanted[name] for w in plain], dtype=bool)[place]
            tested |= ~values.empty(name)
            self._write(values, name, wrong, wanted[name], out)
        out.tested += int(tested.sum())
        if (~tested).any():
            out.skip(int((~tested).sum()), OWNED_ELSEWHERE)

    def _write(
        self, values: Values, name: str, wrong: BoolArray, wanted: str, out: Judgement
    ) -> None:
        rows = np.flatnonzero(wrong)
        place, words = values.distinct(name)
        whole = len(rows) == len(values) > 1 and len(set(place[rows])) == 1
        if whole:
            said = words[place[rows[0]]]
            out.findings.append(
                self.finding_about(
                    values.table.name,
                    name,
                    Text(
                        f"{values.table.name} 全部 {len(values)} 条记录的 {name} 均为 {said}，"
                        f"应为 {wanted}",
                        f"All {len(values)} rows of {values.table.name} have {name} {said}, "
                        f"not {wanted}",
                    ),
                    measured=said,
                    expected=wanted,
                    cause="whole_layer",
                    key=name,
                    evidence={"rows": len(values)},
                )
            )
            return
        for row in rows:
            said, which = values.said(name, int(row)), values.table.object_ids[row]
            out.findings.append(
                self.finding(
                    values.table,
                    int(row),
                    Text(
                        f"更新图斑 {which} 的 {name} 为 {said}，应为 {wanted}",
                        f"{which}: {name} is {said}, not {wanted}",
                    ),
                    measured=said,
                    expected=wanted,
                    key=name,
                )
            )


class CroplandFlow(Rule):
    """Cropland that comes or goes is explained by a remark (L38; a local habit).

    Where nobody in the package wrote a remark, the county has no such habit
    and the rule says nothing.
    """

    id = "L38"
    family = Family.LOGIC

    def judge(self, case: Case) -> Judgement:
        """Look for BZ of the new parcel in DLTBGX."""
        out = Judgement()
        values, update = values_of(case, PROCESS), values_of(case, "DLTBGX")
        if values is None or update is None:
            return out.skip(0, missing_layers((PROCESS, "DLTBGX")))
        missing = [n for n in ("BGQDLBM", "BGHDLBM", "BGHTBBSM") if not values.has(n)]
        if missing:
            return out.skip(len(values), missing_field(PROCESS, missing))
        cropland = self.spec.limits["cropland"]
        was, becomes = (holds(values, {name: cropland}) for name in ("BGQDLBM", "BGHDLBM"))
        flow = (was != becomes) & ~values.empty("BGQDLBM") & ~values.empty("BGHDLBM")
        flow &= values.sound("BGQDLBM") & values.sound("BGHDLBM") & ~values.empty("BGHTBBSM")
        first = first_rows(values.text("BGHTBBSM"), flow)
        remarks = self._remarks(update)
        if not any(remarks.get(name) for name in first):
            reason = Text(
                "本成果未用备注说明耕地流入流出，可能并非当地要求",
                "No remark on cropland flow anywhere in the package: not a habit here, it seems",
            )
            return out.skip(len(first), reason)
        out.tested = len(first)
        for name, row in first.items():
            if not remarks.get(name):
                self._write(values, row, name, bool(becomes[row]), out)
        return out

    def _remarks(self, update: Values) -> dict[str, str]:
        return dict(zip(update.text("BSM"), update.text("BZ")))

    def _write(self, values: Values, row: int, name: str, inflow: bool, out: Judgement) -> None:
        old, new = values.said("BGQDLBM", row), values.said("BGHDLBM", row)
        way = Text("流入", "came in") if inflow else Text("流出", "went out")
        out.findings.append(
            self.finding(
                values.table,
                row,
                Text(
                    f"图斑 {name} 耕地{way.zh}（{old} → {new}），但备注 BZ 未说明原因",
                    f"Parcel {name}: cropland {way.en} ({old} → {new}) without a remark in BZ",
                ),
                measured=f"{old} → {new}",
                key=name,
                evidence={"BGQDLBM": old, "BGHDLBM": new},
            )
        )


def _known_before(case: Case, ids: TextArray) -> BoolArray:
    previous = case.baseline.previous
    if previous is None:
        return np.zeros(len(ids), dtype=bool)
    known = set(previous.text("BSM"))
    return np.array([word in known for word in ids], dtype=bool)


def _plain(name: str, word: str) -> str:
    """A year or a date in one way of writing; what is none of them stays as it is."""
    if name == "SJNF":
        match = re.fullmatch(r"(\d{4})(\.0*)?", word)
        return match.group(1) if match else word
    match = re.match(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?!\d)", word)
    if match is None:
        return word
    return f"{match.group(1)}-{int(match.group(2)):02d}-{int(match.group(3)):02d}"
