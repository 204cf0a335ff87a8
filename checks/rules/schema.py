"""Structure: which layers are there, and what they hold (QC 3101); all rules of the family."""

from __future__ import annotations

from ..findings import Family, Severity, Text, Verdict
from ..measures.case import Case
from ..standard import LayerSpec, Standard
from .rule import Judgement, Rule
from .schema_fields import (
    NO_LAYERS,
    FieldAlias,
    FieldLength,
    FieldMissing,
    FieldType,
    known_layers,
)
from .schema_values import FeatureCode, MandatoryEmpty

_SHAPES = {
    "point": Text("点", "points"),
    "line": Text("线", "lines"),
    "polygon": Text("面", "polygons"),
}


class LayerMissing(Rule):
    """A layer that the standard wants is not there (QC 3101).

    Without DLTB (or the update's DLTBGX) nothing can be checked. Of the
    others, the marks are known from memory only, and a package of a few
    layers is a legal pre-check: they are missed only in what is clearly meant
    as a whole base package, and never more than doubtful.
    """

    id = "schema.layer_missing"
    family = Family.SCHEMA

    def judge(self, case: Case) -> Judgement:
        """Look for the mandatory layers of what was delivered."""
        out = Judgement()
        layers = case.standard.layers
        have = {spec.name for spec, _ in known_layers(case)}
        kinds = ("unreadable_layer", "unreadable_file")
        broken = {p.layer for p in case.submission.problems if p.kind in kinds and p.layer}
        main, update = self.spec.limits["main"], self.spec.limits["update"]
        if not have & {main, *update}:
            return self._nothing(case, bool(have), main, broken, out)
        out.tested = 1
        if have & set(update):
            out.tested += len(update)
            self._miss([n for n in update if n not in have | broken], layers, out)
        if main not in have:
            return out
        wanted = [
            name
            for name, spec in layers.items()
            if spec.presence == "M" and spec.dataset == layers[main].dataset and name != main
        ]
        missing = [name for name in wanted if name not in have | broken]
        if len(missing) >= len(wanted) * (1 - self.limit("whole_share")):
            reason = Text(
                "成果只含部分图层，按预检处理，未检查图层是否齐全",
                "The package holds some layers only and is taken as a pre-check",
            )
            return out.skip(len(missing), reason) if missing else out
        out.tested += len(wanted)
        self._miss(missing, layers, out)
        return out

    def _nothing(
        self, case: Case, layers: bool, main: str, broken: set[str], out: Judgement
    ) -> Judgement:
        package = case.submission
        if main in broken:
            return out.skip(1, Text(f"{main} 无法读取", f"{main} cannot be read"))
        if not layers and (package.evidence or package.photos or package.tracks):
            return out.skip(1, Text("成果只含举证材料", "The package holds evidence only"))
        out.tested = 1
        title = case.standard.layers[main]
        message = Text(
            f"成果中没有{title.title}图层 {main}（也没有更新层），无法进行检查",
            f"The package has no layer {main} ({title.title_en}) and no update of it: "
            "nothing can be checked",
        )
        out.findings.append(
            self.finding_about(main, main, message, expected=main, severity=Severity.A)
        )
        return out

    def _miss(self, names: list[str], layers: dict[str, LayerSpec], out: Judgement) -> None:
        for name in names:
            spec = layers[name]
            message = Text(
                f"缺少必选图层 {name}（{spec.title}）",
                f"The mandatory layer {name} ({spec.title_en}) is missing",
            )
            out.findings.append(
                self.finding_about(name, name, message, verdict=Verdict.DOUBTFUL, expected=name)
            )


class GeometryType(Rule):
    """A layer holds another kind of geometry than the standard's."""

    id = "schema.geometry_type"
    family = Family.SCHEMA

    def judge(self, case: Case) -> Judgement:
        """Compare what the rows are with what the layer should hold."""
        out = Judgement()
        layers = known_layers(case)
        if not layers:
            return out.skip(0, NO_LAYERS)
        for spec, table in layers:
            if spec.geometry not in _SHAPES:
                continue
            if not len(table) or (table.geometry is not None and not table.geometry_type):
                out.skip(1, Text("图层没有可读的图形", "The layer has no readable geometry"))
                continue
            out.tested += 1
            if table.geometry_type == spec.geometry:
                continue
            wanted = _SHAPES[spec.geometry]
            said = _SHAPES.get(table.geometry_type, Text("无图形的表", "a table without geometry"))
            message = Text(
                f"图层 {spec.name} 应为{wanted.zh}，实为{said.zh}",
                f"Layer {spec.name} should hold {wanted.en}, but is {said.en}",
            )
            out.findings.append(
                self.finding_about(
                    spec.name,
                    spec.name,
                    message,
                    measured=table.geometry_type,
                    expected=spec.geometry,
                )
            )
        return out


_RULES: dict[str, type[Rule]] = {
    rule.id: rule
    for rule in (
        LayerMissing,
        FieldMissing,
        FieldType,
        FieldLength,
        FieldAlias,
        GeometryType,
        FeatureCode,
        MandatoryEmpty,
    )
}


def rules(standard: Standard) -> list[Rule]:
    """Every schema rule of ``standard``, in the order of its data."""
    specs = (spec for spec in standard.rules.values() if spec.family is Family.SCHEMA)
    return [_RULES[spec.id](spec) for spec in specs]
