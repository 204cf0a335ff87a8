"""What was declared, measured and expected, in words with units."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ExplainedError
from ..findings import Text
from .card import Card
from .imagery import groups_of
from .others import shares_of_last_year
from .rows import Row
from .sources import Sources
from .subject import Subject
from .words import (
    NOTHING,
    as_number,
    class_title,
    field_title,
    field_value,
    grade_title,
    joined,
    quantity,
    same,
    unit_title,
)

_DECLARING = ("codes", "logic", "schema", "area", "heights", "history", "package")
_DECLARING_RULES = ("terrain.slope_",)
_SWAPPED = ("imagery", "change")
_TWICE = (
    *("declared", "sum", "dem_grade", "ellipsoid_area", "jsmj", "area_m2", "distance_m"),
    *("away_m", "miss_deg", "above_sight_m", "deviation_m", "mean_slope_deg", "apart_m"),
)
_PARCEL_FIELDS = ("DLBM", "TBMJ", "GDPDJB", "GDLX", "KCXS", "ZZSXDM", "TBXHDM", "CZCSXM")
_MEASURED = {
    "declared": Text("填报值", "Declared"),
    "measured": Text("核验测得", "Measured"),
    "expected": Text("应为", "Expected"),
}
_OUTCOMES = {
    "accepted": Text("可信", "accepted"),
    "review": Text("需审查", "to be reviewed"),
    "not_checkable": Text("无法核验", "not checkable"),
}


def finding_facts(subject: Subject, sources: Sources, card: Card) -> None:
    """Measured against expected, tolerance, cause, and the numbers that the rule used."""
    unit = subject.text("unit")
    family, rule_id = subject.text("family"), subject.text("rule_id")
    declaring = family in _DECLARING or rule_id.startswith(_DECLARING_RULES)
    first, second = ("declared", "expected") if declaring else ("measured", "expected")
    if family in _SWAPPED or _is_sum(subject):
        first, second = "measured", "declared"
    for column, role in (("measured", first), ("expected", second)):
        value = subject.text(column)
        if value or (column == "measured" and role == "declared" and subject.text("expected")):
            card.fact(_MEASURED[role], _value(value, unit, subject, sources), role)
    if np.isfinite(subject.tolerance):
        card.fact(Text("容差", "Tolerance"), quantity(subject.tolerance, unit), "tolerance")
    if subject.text("cause"):
        card.fact(Text("可能原因", "Likely cause"), same(subject.text("cause")), "cause")
    _numbers(subject, sources, card)
    rule = sources.standard.rules.get(rule_id)
    if rule is not None:
        card.fact(Text("可能的合理情形", "Honest explanations"), rule.honest)


def _value(value: str, unit: str, subject: Subject, sources: Sources) -> Text:
    if not value:
        return Text("（空）", "(empty)")
    if subject.text("family") in _SWAPPED:
        for fact in sources.table("change_classes.json")["groups"].values():
            if fact["en"] == value:
                return Text(fact["zh"], fact["en"])
        return class_title(sources.standard, value)
    if subject.text("rule_id").startswith("terrain.slope_") and value.isdigit():
        rows = sources.standard.codes["GDPDJB"]
        return grade_title(value, rows.get(value, {}).get("name_zh", "?"))
    return quantity(value, unit) if unit else same(value)


def _numbers(subject: Subject, sources: Sources, card: Card) -> None:
    """Fields of the standard, and other numbers as ``evidence_words.json`` names them."""
    words = sources.table("evidence_words.json")["numbers"]
    layer = subject.text("layer")
    fields = sources.standard.fields_by_name.get(layer, {})
    for name, value in subject.numbers.items():
        if name in fields:
            shown = field_value(sources.standard, layer, name, _plain(value))
            card.fact(field_title(sources.standard, layer, name), shown, "declared")
        elif name in words and value is not None and not _told(name, value, subject):
            word = words[name]
            card.fact(
                Text(word["zh"], word["en"]), _number(value, word["unit"], sources), word["role"]
            )


def _is_sum(subject: Subject) -> bool:
    """Whether the rule compares a declared whole with the sum of its parts."""
    return "sum" in subject.numbers and "declared" in subject.numbers


def _told(name: str, value: Any, subject: Subject) -> bool:
    """Whether the columns of the finding say that number already, or it is no object's name."""
    if name == "other" and subject.text("family") == "codes":
        return True
    if name not in _TWICE:
        return False
    shown = (as_number(subject.text(column)) for column in ("measured", "expected"))
    return any(abs(each - as_number(value)) <= 0.005 * max(1.0, abs(each)) ** 0.2 for each in shown)


def _number(value: Any, unit: str, sources: Sources) -> Text:
    if isinstance(value, list):
        shown = [_number(each, "", sources) for each in value[:8]]
        span = len(value) == 2 and np.isfinite(as_number(value[0]))
        listed = joined(*shown, zh="–" if span else "、", en="–" if span else ", ")
        if len(value) > 8:
            listed = joined(listed, same("…"))
        return joined(listed, unit_title(unit))
    if unit == "group":
        groups = groups_of(sources)
        name = str(value)
        return groups.titles[groups.names.index(name)] if name in groups.names else same(name)
    if isinstance(value, str):
        return same(value)
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    if isinstance(value, dict):
        return same("、".join(f"{key}×{each}" for key, each in list(value.items())[:8]))
    return quantity(value, unit)


def _plain(value: Any) -> str:
    return "" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


def parcel_facts(subject: Subject, sources: Sources, card: Card) -> None:
    """The parcel itself: identifier, class, village, area, what it declares, and its risk."""
    bsm = subject.text("parcel_bsm") or (
        subject.text("object_id") if subject.text("layer") == "DLTB" else ""
    )
    if bsm:
        card.fact(Text("标识码 BSM", "BSM"), same(bsm))
    elif subject.text("object_id"):
        spec = sources.standard.layers.get(subject.text("layer"))
        layer = Text(spec.title, spec.title_en) if spec else NOTHING
        value = joined(layer, same(subject.text("layer")), same(subject.text("object_id")))
        card.fact(Text("对象", "Object"), value)
    row = subject.parcel
    told = _kept_facts(bsm, sources) if bsm else {}
    if row is None and told:
        row = Row("DLTB", told, None)
    if row is not None:
        _declared(row, sources, card)
    if bsm:
        _risk(bsm, sources, card)
    previous = _last_year(subject, sources)
    if previous is not None:
        card.fact(Text("上年度地类", "Last year's class"), previous, "expected")


def _declared(row: Row, sources: Sources, card: Card) -> None:
    village = row.text("ZLDWMC") or row.text("ZLDWDM")
    card.fact(Text("坐落", "Village"), same(village))
    for name in _PARCEL_FIELDS:
        value = row.text(name)
        if value and not (name == "KCXS" and not as_number(value)):
            shown = field_value(sources.standard, "DLTB", name, value)
            card.fact(field_title(sources.standard, "DLTB", name), shown, "declared")


def _kept_facts(bsm: str, sources: Sources) -> dict[str, str]:
    """The parcel as the run kept it (``parcel_facts``), for when the package is gone."""
    found = _one_row(sources, "parcel_facts", ("dlbm", "zldwdm", "zldwmc", "area_m2"), bsm)
    if found is None:
        return {}
    names = ("DLBM", "ZLDWDM", "ZLDWMC", "TBMJ")
    return {name: _plain(value) for name, value in zip(names, found)}


def _risk(bsm: str, sources: Sources, card: Card) -> None:
    found = _one_row(sources, "parcel_risk", ("risk", "outcome"), bsm)
    if found is None:
        return
    risk = as_number(found[0])
    if np.isfinite(risk):
        value = same(f"{100 * risk:.0f} %")
        card.fact(Text("存在问题的概率", "Probability of a true problem"), value)
    outcome = _OUTCOMES.get(str(found[1]), same(str(found[1] or "")))
    card.fact(Text("自动核验结论", "Outcome of the run"), outcome)


def _one_row(
    sources: Sources, table: str, columns: tuple[str, ...], bsm: str
) -> tuple[Any, ...] | None:
    query = f'SELECT {", ".join(columns)} FROM "{table}" WHERE bsm = ? LIMIT 1'  # noqa: S608
    return sources.asked(query, bsm)


def _last_year(subject: Subject, sources: Sources) -> Text | None:
    """Class of most of the parcel's ground in last year's layer."""
    if subject.shape is None or subject.parcel is None or not sources.inputs.previous:
        return None
    try:
        shares = shares_of_last_year(subject, sources)
    except ExplainedError:
        return None
    if not shares:
        return None
    code, share = max(shares.items(), key=lambda item: item[1])
    title = class_title(sources.standard, code)
    if share > 0.995:
        return title
    shown = same(f"{100 * share:.0f} %")
    return joined(title, shown, zh="，", en=", ")
