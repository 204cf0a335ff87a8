"""What was planted beside what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from osgeo import ogr

from .frauds import Planted

ogr.UseExceptions()


@dataclass(frozen=True)
class Found:
    """One finding, as far as the demo asks."""

    rule: str
    family: str
    verdict: str
    layer: str
    object_id: str
    parcel: str
    message_zh: str
    message_en: str


@dataclass(frozen=True)
class Line:
    """One kind of fraud: how many were planted, found, and found as inconsistent."""

    kind: str
    title_zh: str
    title_en: str
    family: str
    planted: int
    found: int
    sure: int
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Tally:
    """The whole comparison; ``beyond`` are findings that no planted fraud explains."""

    lines: list[Line]
    missed: list[Planted]
    beyond: list[Found]

    @property
    def planted(self) -> int:
        """How many frauds were planted."""
        return sum(line.planted for line in self.lines)

    @property
    def found(self) -> int:
        """How many of them were found."""
        return sum(line.found for line in self.lines)


def read_findings(path: Path) -> list[Found]:
    """All findings of a findings file."""
    source = ogr.Open(str(path))
    names = ("rule_id", "family", "verdict", "layer", "object_id", "parcel_bsm", "message_zh",
             "message_en")  # fmt: skip
    layer = source.GetLayerByName("findings")
    return [Found(*((feature.GetField(name) or "") for name in names)) for feature in layer]


def rules_run(path: Path) -> list[dict[str, object]]:
    """The table ``rules_run`` of a findings file."""
    source = ogr.Open(str(path))
    layer = source.GetLayerByName("rules_run")
    return [feature.items() for feature in layer]


def compare(planted: Sequence[Planted], findings: Sequence[Found]) -> Tally:
    """Hold the findings against the true list.

    A fraud is found when one of its rules names one of its objects.
    """
    by_object: dict[tuple[str, str], list[Found]] = {}
    for finding in findings:
        by_object.setdefault((finding.layer, finding.object_id), []).append(finding)
        if finding.parcel and finding.parcel != finding.object_id:
            by_object.setdefault(("DLTB", finding.parcel), []).append(finding)
    kinds: dict[str, list[tuple[Planted, list[Found]]]] = {}
    explained: set[tuple[str, str]] = set()
    for fraud in planted:
        hits = [
            finding
            for name in fraud.objects
            for finding in by_object.get((fraud.layer, name), [])
            if _business_of(finding.rule, fraud)
        ]
        kinds.setdefault(fraud.kind, []).append((fraud, hits))
        explained.update((fraud.layer, name) for name in fraud.objects)
        for other in fraud.consequences:
            layer, _, name = other.partition(":")
            explained.add((layer, name))
    lines = [_line(kind, pairs) for kind, pairs in kinds.items()]
    missed = [fraud for pairs in kinds.values() for fraud, hits in pairs if not hits]
    beyond = [
        f
        for f in findings
        if (f.layer, f.object_id) not in explained and ("DLTB", f.parcel) not in explained
    ]
    return Tally(lines, missed, beyond)


def _business_of(rule: str, fraud: Planted) -> bool:
    """Whether ``rule`` is one that must find ``fraud``; ``imagery.*`` stands for a family."""
    return any(fnmatchcase(rule, wanted) for wanted in fraud.rules)


def _line(kind: str, pairs: list[tuple[Planted, list[Found]]]) -> Line:
    first = pairs[0][0]
    return Line(
        kind,
        first.title.zh,
        first.title.en,
        first.family,
        len(pairs),
        sum(bool(hits) for _, hits in pairs),
        sum(any(f.verdict == "inconsistent" for f in hits) for _, hits in pairs),
        tuple(sorted({f.rule for _, hits in pairs for f in hits})),
    )
