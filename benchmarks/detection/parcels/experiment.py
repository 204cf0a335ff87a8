"""Packages of parcels as an experiment: made, looked at, and sorted into samples."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from osgeo import ogr

from onemap_verify.checks.standard import load
from onemap_verify.checks.vector import read_trusted

from ..evaluation import accused, rate
from ..protocol import (
    CLEAN,
    DOUBTFUL,
    BoolArray,
    Context,
    FloatArray,
    Goal,
    Group,
    IntArray,
    Sample,
    Tampering,
)
from . import baselines
from .look import Seen, look
from .made import demo
from .own import own_place
from .package import Package, make_package
from .place import Place
from .real import MAKERS
from .series import SERIES, Series
from .statistics import STATISTICS

ogr.UseExceptions()

GENUINE, ODD, TAMPERED, LEFT_OUT = 0, 1, 2, 3


@dataclass(frozen=True)
class Record:
    """One package as a whole; all arrays over its ``n`` parcels.

    ``state`` is genuine, odd, tampered or left out; ``kind`` what was done;
    ``said`` verdicts by family; ``ratios`` holds for every finding about a
    parcel (row, rule, verdict, severity, score); ``loose`` the inconsistent
    findings that concern no parcel, by family; ``held`` what each family's rules
    held against trusted evidence.
    """

    place: str
    replicate: int
    style: str
    bsm: np.ndarray
    state: IntArray
    kind: np.ndarray
    tile: IntArray
    pixels: FloatArray
    risk: FloatArray
    outcome: np.ndarray
    said: dict[str, IntArray]
    findings: list[tuple[int, str, str, str, str, float]]
    loose: dict[str, int]
    rules: dict[str, dict[str, Any]]
    seconds: float
    held: dict[str, BoolArray] = field(default_factory=dict)


@dataclass
class Parcels:
    """The experiment on packages of parcels; ``records`` gather what the queue needs."""

    name: str = "parcels"
    family: str = "parcels"
    series: tuple[str, ...] = tuple(one.name for one in SERIES)
    places: tuple[str, ...] = ("demo", *MAKERS, "own")
    calibrated_on: tuple[str, ...] = ("demo", "penn")
    made_up: tuple[str, ...] = ("demo", "own")
    replicates: tuple[int, int] = (4, 16)
    more: dict[str, int] = field(default_factory=lambda: {"penn": 2, "somerset": 4, "costarica": 3})
    records: list[Record] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)
    facts: dict[str, str] = field(default_factory=dict)
    _kept: dict[str, Place] = field(default_factory=dict)

    def run(self, context: Context, place: str, replicate: int) -> Sequence[Sample]:
        """One package: of every four one is clean, one has shifted blocks, two are mixed."""
        made = self._place(context, place)
        if made is None:
            return []
        style = ("mixed", "blocks", "mixed", "clean")[replicate % 4]
        random = context.random(self.name, place, replicate)
        work = context.work / f"{place}_{replicate}"
        standard = load()
        package = make_package(
            made, standard, work, random, blocks=style == "blocks", clean=style == "clean"
        )
        seen = look(package.options, standard, STATISTICS)
        self.offered |= {name for name, values in seen.scores.items() if values is not None}
        record = self._record(package, seen, place, replicate, style)
        self.records.append(record)
        samples = [] if style == "clean" else self._samples(package, seen, record, random)
        shutil.rmtree(work, ignore_errors=True)
        return samples

    @property
    def missing(self) -> set[str]:
        """Statistics that no place was given: the product has no such measure."""
        return set(STATISTICS) - self.offered

    def forget(self, place: str) -> None:
        """Let go of a place that is done."""
        self._kept.pop(place, None)

    def goals(self) -> Sequence[Goal]:
        """Rows of the goals table about single kinds; the queue adds its own."""
        return (
            Goal("slope grade wrong by one (second grade below 25 %)", "≥ 99 % at 0.5 %", 0.99,
                 rate("slope grade", "slope grade lowered", 2.0, at=0.005)),
            Goal("slope grade wrong by two", "100 % at 0.5 %", 1.0,
                 rate("slope grade", "slope grade lowered", 3.0, at=0.005)),
            Goal("honest slope grades doubted", "≤ 0.5 %", 0.005,
                 accused("slope grade", least=DOUBTFUL), at_most=True),
            Goal("block of ≥ 50 parcels shifted", "≥ 90 % from 1 px, 1 %", 0.9,
                 rate("edges of a block", "shift, block of parcels", 1.0, at=0.01)),
            Goal("single parcel shifted", "≥ 90 % from 4 px, 1 %", 0.9,
                 rate("edges of a parcel", "shift, single parcel", 4.0, at=0.01)),
            Goal("cloned rings (moved, exact)", "≥ 99 % at 0.01 %", 0.99,
                 rate("rings copied", "cloned ring, moved", 0.0, at=0.0001)),
            Goal("cloned rings (rotated, exact)", "≥ 99 % at 0.01 %", 0.99,
                 rate("rings copied", "cloned ring, rotated", 0.0, at=0.0001)),
        )  # fmt: skip

    def _place(self, context: Context, name: str) -> Place | None:
        if name not in self._kept:
            random = context.random("place", name)
            work = context.work / name
            work.mkdir(parents=True, exist_ok=True)
            if name == "own":
                if context.own is None:
                    return None
                self._kept[name] = own_place(context.own, work, load())
            elif name == "demo":
                size = 2000 if context.quick else 5000
                self._kept[name] = demo(context.cache, work, random, size)
            else:
                folder = context.folder(name)
                if folder is None:
                    return None
                self._kept[name] = MAKERS[name](folder, work, random)
            self.facts[name] = f"{len(self._kept[name]):,} parcels. {self._kept[name].facts}"
        return self._kept[name]

    def _record(
        self, package: Package, seen: Seen, place: str, replicate: int, style: str
    ) -> Record:
        truth, count = package.truth, len(seen.bsm)
        state, kind = np.full(count, GENUINE), np.full(count, "", dtype=object)
        at = {name: row for row, name in enumerate(package.bsm)}
        # What was added stands for itself.
        tile, pixels = 1_000_000 + np.arange(count), np.full(count, np.nan)
        for row, name in enumerate(map(str, seen.bsm)):
            original = at.get(name, -1)
            if original >= 0:
                tile[row] = package.place.tile[original]
                pixels[row] = package.place.pixels[original]
            if name in truth.marks:
                state[row], kind[row] = TAMPERED, truth.marks[name].kind
            elif name in truth.touched:
                state[row] = LEFT_OUT
            elif name in truth.odd:
                state[row], kind[row] = ODD, truth.odd[name]
        rows = {str(name): row for row, name in enumerate(seen.bsm)}
        findings: list[tuple[int, str, str, str, str, float]] = []
        loose: dict[str, int] = {}
        for found in seen.findings:
            row = rows.get(found.parcel_bsm, -1)
            if row >= 0:
                findings.append(
                    (row, found.rule_id, found.family.value, found.verdict.value,
                     found.severity.value, found.score)
                )  # fmt: skip
            elif found.verdict.value == "inconsistent":
                loose[found.family.value] = loose.get(found.family.value, 0) + 1
        return Record(
            place, replicate, style, seen.bsm, state, kind, tile, pixels, seen.risk,
            seen.outcome, seen.said,
            findings, loose, seen.rules, seen.seconds, seen.held,
        )  # fmt: skip

    def _samples(
        self, package: Package, seen: Seen, record: Record, random: np.random.Generator
    ) -> list[Sample]:
        simple = self._baselines(package, seen, random)
        out = []
        for series in SERIES:
            if series.blocks != (record.style == "blocks"):
                continue
            said = seen.strongest(series.families)
            able = ~(record.pixels < series.least_pixels)
            columns: dict[str, tuple[FloatArray, IntArray]] = {}
            for name in series.statistics:
                values = seen.scores.get(name)
                if values is not None:
                    columns[name] = (values, said)
            if not series.statistics:
                columns["verdict"] = (said.clip(0).astype(float), said)
            if not columns:
                columns["no measure yet"] = (np.full(len(said), np.nan), said)
            columns["risk"] = (seen.risk, said)
            for name, values in simple.items():
                if name.startswith("baseline: naive") and name != f"baseline: naive {series.naive}":
                    continue
                columns[name] = (values, np.full(len(said), CLEAN))
            out += [
                self._sample(package, record, series, able, name, *pair)
                for name, pair in columns.items()
            ]
        return [sample for sample in out if sample.tampered]

    def _sample(
        self, package: Package, record: Record, series: Series, able: BoolArray, name: str,
        scores: FloatArray, said: IntArray,
    ) -> Sample:  # fmt: skip
        def group(rows: BoolArray) -> Group:
            return Group(scores[rows], said[rows], record.tile[rows])

        marks = package.truth.marks
        keys: dict[tuple[str, float, str], list[int]] = {}
        for row in np.flatnonzero(record.state == TAMPERED).tolist():
            if not str(record.kind[row]).startswith(series.kinds):
                continue
            mark = marks[str(record.bsm[row])]
            keys.setdefault((mark.kind, mark.strength, mark.label), []).append(row)
        tampered = []
        for key, own in sorted(keys.items()):
            rows = np.zeros(len(scores), dtype=bool)
            rows[own] = True
            tampered.append(Tampering(*key, group(rows)))
        odd_kinds = np.unique(record.kind[record.state == ODD].astype(str))
        odd = {kind: group((record.state == ODD) & (record.kind == kind)) for kind in odd_kinds}
        return Sample(
            series.name, series.families[0], record.place, name,
            group((record.state == GENUINE) & able), tampered, odd, record.replicate,
        )  # fmt: skip

    def _baselines(
        self, package: Package, seen: Seen, random: np.random.Generator
    ) -> dict[str, FloatArray]:
        standard = load()
        now = read_trusted(str(package.options.submission) + "|layername=DLTB", standard, "DLTB")
        last = read_trusted(package.options.previous, standard, "DLTB")
        columns = {name: now.columns[name] for name in ("BSM", "DLBM", "TBMJ", "GDPDJB")}
        assert now.geometry is not None and last.geometry is not None
        found = baselines.features(
            package, now.geometry, columns, (last.columns["BSM"], last.geometry)
        )
        form = seen.strongest(baselines.FORM).clip(0).astype(float)
        return {
            "baseline: form checks only": form,
            "baseline: naive class": baselines.naive_class(found),
            "baseline: naive slope": baselines.naive_slope(found),
            "baseline: naive moved": baselines.naive_moved(found),
            "baseline: isolation forest": baselines.forest(found.values, random),
        }
