"""Identifiers and numbers that may stand only once."""

from __future__ import annotations

from collections import Counter

import numpy as np
import shapely

from ..findings import Family, Finding, Text
from ..measures.case import Case
from ..table import Table
from .codes_digits import LOSSY, is_lossy
from .codes_tables import NO_LAYERS
from .condition_rule import OWNED_ELSEWHERE, missing_field, missing_layers
from .rule import Judgement, Rule
from .values import Values, delivered, values_of

_SHOWN = 50


class UniqueIdentifier(Rule):
    """A BSM stands for one object of the database (TDDC3D; GEN-unique).

    Base layers share one space of identifiers; every update layer has its
    own, since an update carries the identifiers of the parcels it updates.
    """

    id = "codes.bsm_unique"
    family = Family.CODES

    def judge(self, case: Case) -> Judgement:
        """One finding per identifier that stands for several objects."""
        out = Judgement()
        spaces: dict[str, list[Values]] = {}
        for values in delivered(case):
            if not values.has("BSM"):
                continue
            if is_lossy(values, "BSM"):
                out.skip(len(values), LOSSY)
                continue
            spec = case.standard.layers[values.table.name]
            shared = spec.dataset in self.spec.limits["shared_datasets"]
            spaces.setdefault(spec.dataset if shared else spec.name, []).append(values)
        if not spaces and not out.not_checkable:
            return out.skip(0, NO_LAYERS)
        for layers in spaces.values():
            self._judge_space(layers, out)
        return out

    def _judge_space(self, layers: list[Values], out: Judgement) -> None:
        counts: Counter[str] = Counter()
        for values in layers:
            counts.update(word for word in values.text("BSM") if word)
            out.tested += int((~values.empty("BSM")).sum())
        repeated = {word for word, count in counts.items() if count > 1}
        if not repeated:
            return
        at: dict[str, list[tuple[Table, int]]] = {}
        for values in layers:
            for row in np.flatnonzero(values.where("BSM", lambda word: word in repeated)):
                at.setdefault(values.text("BSM")[row], []).append((values.table, int(row)))
        for word in sorted(at):
            out.findings.append(self._finding(word, at[word]))

    def _finding(self, word: str, at: list[tuple[Table, int]]) -> Finding:
        by_layer = Counter(table.name for table, _ in at)
        where = "、".join(f"{name}×{count}" for name, count in by_layer.items())
        shapes = [t.geometry[row] for t, row in at if t.geometry is not None and t.usable[row]]
        inside = shapely.point_on_surface(np.array(shapes, dtype=object))
        # By place, since rows may come in any order.
        places = np.unique(np.round(shapely.get_coordinates(inside), 3), axis=0)[:_SHOWN]
        return self.finding_about(
            at[0][0].name,
            word,
            Text(
                f"标识码 {word} 被 {len(at)} 个要素使用（{where}），应唯一",
                f"BSM {word} stands for {len(at)} objects ({where.replace('、', ', ')}), "
                "it must be unique",
            ),
            where=shapely.multipoints(shapely.points(places)) if len(places) else None,
            parcel_bsm=word if by_layer.get("DLTB") else "",
            measured=str(len(at)),
            expected="1",
            evidence={"layers": dict(by_layer), "places": places.tolist()},
        )


class UniqueParcelNumber(Rule):
    """TBBH is unique inside one ZLDWDM (TDDC3D, per village)."""

    id = "codes.parcel_number_unique"
    family = Family.CODES

    def judge(self, case: Case) -> Judgement:
        """One finding per number that several parcels of a unit share."""
        out = Judgement()
        values = values_of(case, "DLTB")
        if values is None:
            return out.skip(0, missing_layers(("DLTB",)))
        missing = [name for name in ("TBBH", "ZLDWDM") if not values.has(name)]
        if missing:
            return out.skip(len(values), missing_field("DLTB", missing))
        usable = ~values.empty("TBBH") & ~values.empty("ZLDWDM")
        usable &= values.sound("TBBH") & values.sound("ZLDWDM")
        out.tested = int(usable.sum())
        if (~usable).any():
            out.skip(int((~usable).sum()), OWNED_ELSEWHERE)
        units, numbers = values.text("ZLDWDM"), values.text("TBBH")
        at: dict[tuple[str, str], list[int]] = {}
        for row in np.flatnonzero(usable):
            at.setdefault((units[row], numbers[row]), []).append(int(row))
        for (unit, number), rows in at.items():
            ids = sorted({str(values.table.object_ids[row]) for row in rows})
            # The same BSM twice is one fact, and codes.bsm_unique tells it.
            if len(ids) > 1:
                out.findings.append(self._finding(values, unit, number, rows, ids))
        return out

    def _finding(
        self, values: Values, unit: str, number: str, rows: list[int], ids: list[str]
    ) -> Finding:
        first = min(rows, key=lambda row: str(values.table.object_ids[row]))
        return self.finding(
            values.table,
            first,
            Text(
                f"坐落单位 {unit} 内图斑编号 {number} 被 {len(ids)} 个图斑使用："
                f"{'、'.join(ids[:5])}{'等' if len(ids) > 5 else ''}",
                f"Parcel number {number} of unit {unit} stands for {len(ids)} parcels: "
                f"{', '.join(ids[:5])}{', …' if len(ids) > 5 else ''}",
            ),
            measured=str(len(ids)),
            expected="1",
            key=f"{unit}/{number}",
            evidence={"ZLDWDM": unit, "TBBH": number, "parcels": ids[:50]},
        )
