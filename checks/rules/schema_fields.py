"""Structure of single fields: there, named, typed and sized as the standard says (QC 3102)."""

from __future__ import annotations

from ..findings import Family, Severity, Text, Verdict
from ..measures.case import Case
from ..standard import FieldSpec, LayerSpec
from ..table import Field, Table
from .rule import Judgement, Rule

_FOUND = "found"
NO_LAYERS = Text("成果中没有标准图层", "The package has no layer of the standard")
_KINDS = {
    "text": Text("文本", "text"),
    "integer": Text("整数", "integer"),
    "real": Text("浮点数", "floating point"),
    "date": Text("日期", "date"),
    "binary": Text("二进制", "binary"),
}


def known_layers(case: Case) -> list[tuple[LayerSpec, Table]]:
    """Delivered layers that the standard knows, in its order."""
    found = ((spec, case.layer(name)) for name, spec in case.standard.layers.items())
    return [(spec, table) for spec, table in found if table is not None]


def weakened(confidence: str) -> Verdict | None:
    """Doubtful where the fact behind a finding was not found in a source."""
    return None if confidence == _FOUND else Verdict.DOUBTFUL


class _FieldRule(Rule):
    """What the rules about single fields share."""

    family = Family.SCHEMA

    def judge(self, case: Case) -> Judgement:
        """Judge every field of every delivered layer."""
        out = Judgement()
        layers = known_layers(case)
        if not layers:
            return out.skip(0, NO_LAYERS)
        for spec, table in layers:
            fields = case.standard.fields.get(spec.name)
            if not fields:
                reason = Text(f"规则集没有 {spec.name} 的字段表", f"No field list for {spec.name}")
                out.skip(1, reason)
                continue
            self.judge_layer(table, fields, out)
        return out

    def judge_layer(self, table: Table, fields: list[FieldSpec], out: Judgement) -> None:
        """Judge the fields of one layer."""
        raise NotImplementedError


class FieldMissing(_FieldRule):
    """A field of the standard is not there (QC 3102)."""

    id = "schema.field_missing"

    def judge_layer(self, table: Table, fields: list[FieldSpec], out: Judgement) -> None:
        """Optional fields, and those that may since be gone, are a hint only."""
        may_be_gone = self.spec.limits["may_be_gone"]
        for spec in fields:
            if not spec.mandatory:
                continue
            out.tested += 1
            if spec.name in table.columns:
                continue
            hint = spec.mandatory == "O" or spec.name in may_be_gone
            message = Text(
                f"{table.name} 缺少字段 {spec.name}（{spec.title}）",
                f"{table.name} lacks the field {spec.name}",
            )
            out.findings.append(
                self.finding_about(
                    table.name,
                    spec.name,
                    message,
                    verdict=Verdict.DOUBTFUL if hint else weakened(spec.confidence),
                    severity=Severity.D if hint else None,
                    expected=f"{spec.name} {spec.type} {spec.length or ''}".strip(),
                    key=spec.name,
                )
            )


class FieldType(_FieldRule):
    """A field has another type than the standard's (QC 3102).

    Identifiers and codes stored as numbers lose digits or leading zeros; that
    is named. What holds the same values in another way is a hint.
    """

    id = "schema.field_type"

    def judge_layer(self, table: Table, fields: list[FieldSpec], out: Judgement) -> None:
        """Compare declared kinds with what the standard's types accept."""
        accepts, tolerates = self.spec.limits["accepts"], self.spec.limits["tolerates"]
        for spec in fields:
            field = table.fields.get(spec.name)
            if field is None or spec.type not in accepts:
                continue
            out.tested += 1
            if field.kind not in accepts[spec.type]:
                self._write(table, spec, field, field.kind in tolerates.get(spec.type, ()), out)

    def _write(
        self, table: Table, spec: FieldSpec, field: Field, hint: bool, out: Judgement
    ) -> None:
        kind = _KINDS.get(field.kind, Text(field.kind, field.kind))
        message = Text(
            f"{table.name} 的字段 {spec.name}（{spec.title}）类型应为 {spec.type}，实为{kind.zh}",
            f"{table.name}.{spec.name} should be {spec.type}, but is {kind.en}",
        )
        cause = ""
        if spec.domain == "bsm" and field.kind in ("integer", "real"):
            cause = "numeric_bsm"
            message = Text(
                f"{message.zh}：18 位标识码以数值存储，{_loss(table, spec.name).zh}",
                f"{message.en}: an 18-digit identifier as a number, {_loss(table, spec.name).en}",
            )
        elif spec.type in ("Char", "VarChar") and field.kind in ("integer", "real"):
            cause = "numeric_code"
            message = Text(
                f"{message.zh}：代码的前导零会丢失",
                f"{message.en}: leading zeros of codes are lost",
            )
        out.findings.append(
            self.finding_about(
                table.name,
                spec.name,
                message,
                verdict=Verdict.DOUBTFUL if hint else weakened(spec.form_confidence),
                severity=Severity.D if hint else None,
                measured=field.kind,
                expected=spec.type,
                cause=cause,
                key=spec.name,
                evidence={"source_name": field.source_name, "rows": len(table)},
            )
        )


def _loss(table: Table, name: str) -> Text:
    """What a number format has done to the identifiers of a layer."""
    lost = any(p.kind == "numeric_identifier" and p.field == name for p in table.problems)
    if lost:
        return Text("末位数字已在源数据中丢失", "whose last digits are already lost")
    return Text("经部分软件处理会丢失末位数字", "which some programs cut to 15 digits")


class FieldLength(_FieldRule):
    """A field is shorter or longer than the standard's (QC 3102).

    Shorter text cuts values off. Longer text, and numbers of another width,
    hold the same values and are a hint; a width that every text field of the
    layer shares is the default of an export program, told once.
    """

    id = "schema.field_length"

    def judge_layer(self, table: Table, fields: list[FieldSpec], out: Judgement) -> None:
        """Compare declared widths; formats without widths cannot be checked."""
        unknown = 0
        declared = [
            (s, table.fields[s.name]) for s in fields if s.length and s.name in table.fields
        ]
        texts = [(s, f) for s, f in declared if f.kind == "text" and s.type in ("Char", "VarChar")]
        default = self._default(texts)
        for spec, field in declared:
            is_text = field.kind == "text" and spec.type in ("Char", "VarChar")
            is_number = field.kind in ("integer", "real") and spec.type in ("Int", "Float")
            if not field.width or not (is_text or is_number):
                unknown += 1
                continue
            out.tested += 1
            if is_number:
                self._number(table, spec, field, out)
            elif not default:
                self._text(table, spec, field, out)
        if unknown:
            reason = Text("源数据格式未声明字段长度", "The format declares no field lengths")
            out.skip(unknown, reason)
        if default:
            message = Text(
                f"{table.name} 的文本字段长度均为 {default}，是软件导出的默认值，未按标准设置",
                f"All text fields of {table.name} are {default} wide: an export default, "
                "not the standard's lengths",
            )
            out.findings.append(
                self.finding_about(
                    table.name,
                    table.name,
                    message,
                    verdict=Verdict.DOUBTFUL,
                    severity=Severity.D,
                    measured=str(default),
                    cause="export_default",
                )
            )

    def _default(self, texts: list[tuple[FieldSpec, Field]]) -> int:
        widths = {field.width for _, field in texts}
        least = max((spec.length for spec, _ in texts), default=0)
        if len(texts) > 1 and len(widths) == 1 and min(widths) >= least:
            return widths.pop()
        return 0

    def _text(self, table: Table, spec: FieldSpec, field: Field, out: Judgement) -> None:
        allowed = {spec.length, *spec.lengths_accepted}
        if _counts_bytes(table):
            # A shapefile's width counts bytes; a character takes up to three.
            most = min(3 * max(allowed), int(self.limit("dbf_width")))
            if spec.length <= field.width <= most:
                return
        if field.width in allowed:
            return
        if field.width < spec.length:
            self._write(table, spec, field, "too_short", False, out)
        else:
            self._write(table, spec, field, "too_long", True, out)

    def _number(self, table: Table, spec: FieldSpec, field: Field, out: Judgement) -> None:
        if spec.type == "Float" and field.kind == "real" and 0 < field.decimals < spec.decimals:
            self._write(table, spec, field, "few_decimals", False, out)
        elif field.width < spec.length and not (field.kind == "integer" and spec.type == "Float"):
            self._write(table, spec, field, "too_short", True, out)

    def _write(
        self, table: Table, spec: FieldSpec, field: Field, cause: str, hint: bool, out: Judgement
    ) -> None:
        measured = f"{field.width},{field.decimals}" if field.decimals else str(field.width)
        expected = f"{spec.length},{spec.decimals}" if spec.decimals else str(spec.length)
        message = Text(
            f"{table.name} 的字段 {spec.name}（{spec.title}）长度应为 {expected}，实为 {measured}",
            f"{table.name}.{spec.name} should be {expected} wide, but is {measured}",
        )
        out.findings.append(
            self.finding_about(
                table.name,
                spec.name,
                message,
                verdict=Verdict.DOUBTFUL if hint else weakened(spec.form_confidence),
                severity=Severity.D if hint else None,
                measured=measured,
                expected=expected,
                cause=cause,
                key=spec.name,
            )
        )


def _counts_bytes(table: Table) -> bool:
    return table.source.lower().endswith((".shp", ".dbf"))


class FieldAlias(_FieldRule):
    """A field bears a draft's name or its Chinese title; it was read all the same."""

    id = "schema.field_alias"

    def judge_layer(self, table: Table, fields: list[FieldSpec], out: Judgement) -> None:
        """Compare the file's field names with the standard's, whatever their case."""
        for spec in fields:
            field = table.fields.get(spec.name)
            if field is None:
                continue
            out.tested += 1
            said = field.source_name.strip().upper()
            if said == spec.name:
                continue
            if said in spec.aliases:
                cause, what = "draft_alias", Text("草案或旧版字段名", "a name of a draft")
            elif said == spec.title.upper():
                cause, what = "chinese_title", Text("中文名称", "its Chinese title")
            else:
                continue
            message = Text(
                f"{table.name} 的字段 {spec.name} 使用了{what.zh} {field.source_name}，"
                "已按标准字段读取",
                f"{table.name}.{spec.name} bears {what.en}, {field.source_name}; "
                "it was read as the standard's field",
            )
            out.findings.append(
                self.finding_about(
                    table.name,
                    spec.name,
                    message,
                    measured=field.source_name,
                    expected=spec.name,
                    cause=cause,
                    key=spec.name,
                )
            )
