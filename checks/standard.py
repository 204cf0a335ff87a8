"""A standard as dated data: layers, fields, codes, limits and what rules say.

Everything that a ministry can change lives in ``resources/standards/<id>/``;
code only asks. Each fact carries its source and how sure we are of it, and a
rule that rests on memory alone can never say more than *doubtful*.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .errors import ExplainedError
from .findings import Family, Severity, Text, Verdict

SHIPPED = Path(__file__).resolve().parents[1] / "resources" / "standards"


_COLUMNS = {
    "layers.csv": "layer name_zh geometry dataset presence ysdm confidence",
    "fields.csv": "layer field name_zh type length decimals mandatory domain condition aliases"
    " source confidence",
    "land_classes.csv": "code name_zh name_en parent three_class min_area_m2 rgb"
    " linear_width_field_used",
    "codes.csv": "domain code name_zh name_en applies_to version max_deg source confidence",
}
"""Columns that the tables of a rule set must have."""


class StandardError(ExplainedError):
    """A rule set that cannot be used; ``text`` says which file and why."""


@dataclass(frozen=True)
class LayerSpec:
    """A layer of the standard.

    ``presence`` is M, C or O; ``geometry`` is point, line, polygon or
    annotation; ``ysdm`` one or more codes, ``;`` between.
    """

    name: str
    title: str
    geometry: str
    dataset: str
    presence: str
    ysdm: str
    confidence: str
    aliases: tuple[str, ...] = ()
    title_en: str = ""
    ysdm_confidence: str = ""

    @property
    def ysdm_codes(self) -> tuple[str, ...]:
        """Feature codes that an object of this layer may carry."""
        return _words(self.ysdm)


@dataclass(frozen=True)
class FieldSpec:
    """A field of a layer.

    ``type`` as the standard writes it (Char, Float, Int, Date, VarChar),
    ``length`` and ``decimals`` 0 where it says nothing. ``domain`` is one of
    ``bsm``, ``ysdm``, ``classes``, ``codes:<table>``, ``digits``,
    ``digits:<n>|<m>``, ``name:<code field>``, ``range:[a,b)``, ``year``,
    ``year_end`` or empty. ``confidence`` tells how sure we are that the field
    exists, ``form_confidence`` that its type and length are so, and
    ``mandatory_confidence`` that the M, C or O mark is right.
    """

    layer: str
    name: str
    title: str
    type: str
    length: int
    decimals: int
    mandatory: str
    domain: str
    condition: str
    aliases: tuple[str, ...]
    source: str
    confidence: str
    lengths_accepted: tuple[int, ...] = ()
    form_confidence: str = "found"
    mandatory_confidence: str = ""
    note: str = ""


@dataclass(frozen=True)
class LandClass:
    """A land class (地类) with its minimum mapped area in m² (NaN: none)."""

    code: str
    title: str
    title_en: str
    parent: str
    three_class: str
    min_area: float
    rgb: str
    linear: bool


@dataclass(frozen=True)
class RuleSpec:
    """What the standard's data says of one rule.

    ``confidence`` is ``found``, ``memory`` or ``judgement``; ``limits`` are
    the rule's numbers in the units their names carry (``area_m2``). Rules that
    are conditions (``checks.rules.conditions``) have ``cases`` and the
    ``layers`` they hold for.
    """

    id: str
    family: Family
    version: str
    severity: Severity
    verdict: Verdict
    title: Text
    help: Text
    honest: Text
    fix: Text
    source: str
    confidence: str
    limits: dict[str, Any]
    layers: tuple[str, ...] = ()
    cases: tuple[dict[str, Any], ...] = ()

    @property
    def strongest(self) -> Verdict:
        """The strongest verdict that the rule's footing allows."""
        return Verdict.DOUBTFUL if self.confidence == "memory" else self.verdict


class Standard:
    """One rule set, read from its folder.

    Parameters
    ----------
    folder
        A folder with ``standard.json`` and the tables beside it.

    Raises
    ------
    StandardError
        When the folder holds no readable rule set.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.about = self.data("standard.json")
        try:
            self.id = str(self.about["id"])
            self.version = str(self.about["version"])
            title = self.about["title"]
            self.title = Text(title["zh"], title["en"])
        except (KeyError, TypeError) as error:
            raise self._unusable("standard.json", error) from error

    def check(self) -> None:
        """Read every table and rule once.

        Raises
        ------
        StandardError
            When one of them lacks a column or holds what cannot be read.
        """
        for name in ("layers", "fields", "classes", "codes", "slope_limits", "domains", "rules"):
            try:
                getattr(self, name)
            except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
                raise self._unusable(name, error) from error

    def _unusable(self, name: str, error: Exception) -> StandardError:
        return StandardError(
            Text(
                f"规则集不完整：{self.folder}，{name}（{error!r}）",
                f"Incomplete rule set {self.folder}: {name} ({error!r})",
            )
        )

    def data(self, name: str) -> Any:
        """Return a JSON document of this standard."""
        path = self.folder / name
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StandardError(
                Text(f"规则集文件无法读取：{path}（{error}）", f"Rule set file {path}: {error}")
            ) from error

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return a CSV table of this standard as dictionaries of text."""
        path = self.folder / name
        try:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                reader = csv.DictReader(stream)
                missing = set(_COLUMNS.get(name, "").split()) - set(reader.fieldnames or ())
                if missing:
                    raise ValueError(f"no column {', '.join(sorted(missing))}")
                return [{k: (v or "").strip() for k, v in row.items() if k} for row in reader]
        except (OSError, ValueError, csv.Error) as error:
            raise StandardError(
                Text(f"规则集文件无法读取：{path}（{error}）", f"Rule set file {path}: {error}")
            ) from error

    @cached_property
    def layers(self) -> dict[str, LayerSpec]:
        """Layers by name, in the standard's order."""
        return {
            row["layer"]: LayerSpec(
                row["layer"],
                row["name_zh"],
                row["geometry"],
                row["dataset"],
                row["presence"],
                row["ysdm"],
                row["confidence"],
                _words(row.get("aliases", "")),
                row.get("name_en", ""),
                row.get("ysdm_confidence", ""),
            )
            for row in self.rows("layers.csv")
        }

    @cached_property
    def fields(self) -> dict[str, list[FieldSpec]]:
        """Fields by layer, in the standard's order."""
        out: dict[str, list[FieldSpec]] = {}
        for row in self.rows("fields.csv"):
            out.setdefault(row["layer"], []).append(
                FieldSpec(
                    row["layer"],
                    row["field"],
                    row["name_zh"],
                    row["type"],
                    int(row["length"] or 0),
                    int(row["decimals"] or 0),
                    row["mandatory"],
                    row["domain"],
                    row["condition"],
                    _words(row["aliases"]),
                    row["source"],
                    row["confidence"],
                    tuple(int(n) for n in _words(row.get("lengths_accepted", ""))),
                    row.get("form_confidence", "found"),
                    row.get("mandatory_confidence", ""),
                    row.get("note", ""),
                )
            )
        return out

    @cached_property
    def fields_by_name(self) -> dict[str, dict[str, FieldSpec]]:
        """Fields by layer and name."""
        return {
            layer: {field.name: field for field in fields} for layer, fields in self.fields.items()
        }

    @cached_property
    def empty_words(self) -> frozenset[str]:
        """Lower-case words that people write where there is nothing to say."""
        return frozenset(["", *self.about.get("empty_words", [])])

    @cached_property
    def domains(self) -> dict[str, dict[str, Any]]:
        """What is known of each code table as a whole (``domains.json``)."""
        return self.data("domains.json")

    @cached_property
    def classes(self) -> dict[str, LandClass]:
        """Land classes by DLBM."""
        return {
            row["code"]: LandClass(
                row["code"],
                row["name_zh"],
                row["name_en"],
                row["parent"],
                row["three_class"],
                float(row["min_area_m2"] or "nan"),
                row["rgb"],
                row["linear_width_field_used"] == "Y",
            )
            for row in self.rows("land_classes.csv")
        }

    @cached_property
    def leaf_classes(self) -> frozenset[str]:
        """Land classes that a parcel may carry: those that head no others."""
        heads = {land.parent for land in self.classes.values()}
        return frozenset(code for code in self.classes if code not in heads)

    @cached_property
    def codes(self) -> dict[str, dict[str, dict[str, str]]]:
        """Code tables: domain → code → the row of ``codes.csv``."""
        out: dict[str, dict[str, dict[str, str]]] = {}
        for row in self.rows("codes.csv"):
            out.setdefault(row["domain"], {})[row["code"]] = row
        return out

    @cached_property
    def slope_limits(self) -> tuple[float, ...]:
        """Upper limits in degrees of slope grades 1, 2, …; the last is open.

        The limit itself belongs to the lower grade (≤2°, 2–6°, …).
        """
        rows = sorted(self.codes["GDPDJB"].values(), key=lambda row: row["code"])
        return tuple(float(row["max_deg"]) for row in rows[:-1])

    @cached_property
    def rules(self) -> dict[str, RuleSpec]:
        """What is said of every rule, by rule id, in family order."""
        out: dict[str, RuleSpec] = {}
        for family in Family:
            if (self.folder / "rules" / f"{family.value}.json").exists():
                for rule_id, fact in self.data(f"rules/{family.value}.json").items():
                    out[rule_id] = self._rule(rule_id, family, fact)
        return out

    def _rule(self, rule_id: str, family: Family, fact: dict[str, Any]) -> RuleSpec:
        words = _text(fact, "help")
        if fact["confidence"] == "memory":
            # Said here once, so that no rule can forget to say it.
            said = _text(self.about, "unread")
            words = Text(words.zh + said.zh, f"{words.en} {said.en}".strip())
        return RuleSpec(
            rule_id,
            family,
            str(fact["version"]),
            Severity(fact["severity"]),
            Verdict(fact["verdict"]),
            _text(fact, "title"),
            words,
            _text(fact, "honest"),
            _text(fact, "fix"),
            fact["source"],
            fact["confidence"],
            dict(fact.get("limits", {})),
            tuple(fact.get("layers", ())),
            tuple(fact.get("cases", ())),
        )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip().upper() for word in text.split(";") if word.strip())


def _text(fact: dict[str, Any], name: str) -> Text:
    pair = fact.get(name) or {"zh": "", "en": ""}
    return Text(pair["zh"], pair["en"])


def shipped() -> list[str]:
    """Ids of the rule sets that come with the product, newest last."""
    found = [path.parent.name for path in SHIPPED.glob("*/standard.json")]
    return sorted(found, key=lambda name: ([int(n) for n in re.findall(r"-(\d{4})", name)], name))


def load(which: str = "") -> Standard:
    """Return the rule set ``which``: an id, a folder, a ``standard.json``, or "".

    The empty string means the newest shipped.

    Raises
    ------
    StandardError
        When there is no such rule set.
    """
    if not which:
        return Standard(SHIPPED / shipped()[-1])
    if which in shipped():
        return Standard(SHIPPED / which)
    path = Path(which)
    folder = path.parent if path.name == "standard.json" else path
    if not (folder / "standard.json").is_file():
        known = ", ".join(shipped())
        raise StandardError(
            Text(f"没有规则集“{which}”；可用：{known}", f"No rule set '{which}'; known: {known}")
        )
    standard = Standard(folder)
    standard.check()
    return standard
