"""Polygons too small or too narrow to be mapped; each is reported once."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..findings import Text
from ..measures.case import Case
from ..measures.coverage import LayerShape
from ..table import BoolArray, FloatArray
from .rule import NO_PARCELS, Judgement
from .topology_base import NO_LAYERS, TopologyRule, count, graded

_NO_CLASS = Text("地类编码为空或没有最小上图面积", "DLBM is empty or has no minimum mapped area")


class Fragment(TopologyRule):
    """A polygon has an area worth drawing (4601)."""

    id = "topology.fragment"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for shape in self.shape_layers(case):
            count(out, shape.sound.usable)
            for row in np.flatnonzero(shape.area < self.limit("area_m2")):
                area = float(shape.area[row])
                out.findings.append(
                    self.finding(
                        shape.table,
                        int(row),
                        Text(
                            f"{shape.table.name} 碎面，面积仅 {area:.3f} 平方米"
                            f"（限值 {self.limit('area_m2'):g} 平方米）",
                            f"A fragment of {shape.table.name}: {area:.3f} m² "
                            f"(limit {self.limit('area_m2'):g} m²)",
                        ),
                        score=graded(self.limit("area_m2") - area, self.limit("area_m2") / 2),
                        measured=f"{area:.3f}",
                        expected=f">= {self.limit('area_m2'):g}",
                        tolerance=self.limit("area_m2"),
                        unit="m²",
                        evidence={"area_m2": area, "width_m": float(shape.width[row])},
                    )
                )
        return out if out.tested or out.not_checkable else out.skip(0, NO_LAYERS)


class _ParcelSize(TopologyRule):
    """Rules on parcels that leave out what classes and boundaries make small."""

    fragment: ClassVar[str] = "topology.fragment"

    def honest(self, case: Case, shape: LayerShape) -> BoolArray:
        """Parcels of linear classes, and parcels cut off by a boundary."""
        classes = case.standard.classes
        linear = {code for code, fact in classes.items() if fact.linear}
        of_line = np.isin(shape.table.text("DLBM").astype(str), sorted(linear))
        return of_line | _cut_off(case, shape)

    def fragments(self, case: Case, shape: LayerShape) -> BoolArray:
        """Parcels that the rule of fragments reports."""
        spec = case.standard.rules.get(self.fragment)
        return (
            np.zeros(len(shape.area), bool)
            if spec is None
            else shape.area < float(spec.limits["area_m2"])
        )


def _cut_off(case: Case, shape: LayerShape) -> BoolArray:
    """Parcels with a neighbour of another village or owner, or with none somewhere."""
    out = np.zeros(len(shape.area), dtype=bool)
    fit = case.coverage.fit(shape.table.name)
    if fit is None:
        return out
    borders = fit.borders
    shared: FloatArray = np.zeros(len(out))
    np.add.at(shared, borders.first, borders.length)
    np.add.at(shared, borders.second, borders.length)
    with np.errstate(invalid="ignore"):
        out |= shared < shape.perimeter - case.coverage.tolerance
    for name in ("ZLDWDM", "QSDWDM"):
        code = shape.table.text(name)
        apart = code[borders.first] != code[borders.second]
        out[borders.first[apart]] = True
        out[borders.second[apart]] = True
    return out


def _slivers(case: Case, shape: LayerShape, rule: _ParcelSize, width: float) -> BoolArray:
    with np.errstate(invalid="ignore"):
        return (
            shape.narrower_than(width)
            & (shape.area > 0)
            & ~rule.honest(case, shape)
            & ~rule.fragments(case, shape)
        )


class Sliver(_ParcelSize):
    """A parcel of a class with an extent both ways is not a strip."""

    id = "topology.sliver"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        shape = case.coverage.shape("DLTB")
        if shape is None:
            return out.skip(0, NO_PARCELS)
        count(out, shape.sound.usable)
        limit = self.limit("width_m")
        for row in np.flatnonzero(_slivers(case, shape, self, limit)):
            area, width = float(shape.area[row]), float(shape.width[row])
            narrowness = 2.0 * float(shape.perimeter[row]) / area
            out.findings.append(
                self.finding(
                    shape.table,
                    int(row),
                    Text(
                        f"狭长图斑：平均宽约 {width:.2f} 米，处处窄于 {limit:g} 米，"
                        f"面积 {area:.2f} 平方米，而地类不是线状地类",
                        f"A sliver: about {width:.2f} m wide, narrower than {limit:g} m "
                        f"everywhere, {area:.2f} m², of a class that is not linear",
                    ),
                    score=graded(limit, width + 0.1),
                    measured=f"{width:.2f}",
                    expected=f">= {limit:g}",
                    tolerance=limit,
                    unit="m",
                    evidence={"area_m2": area, "width_m": width, "narrowness_e": narrowness},
                )
            )
        return out


class MinimumArea(_ParcelSize):
    """A parcel is not smaller than its class asks (L37)."""

    id = "L37"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        shape = case.coverage.shape("DLTB")
        if shape is None:
            return out.skip(0, NO_PARCELS)
        codes, place = np.unique(shape.table.text("DLBM").astype(str), return_inverse=True)
        classes = case.standard.classes
        limits = np.array(
            [classes[code].min_area if code in classes else np.nan for code in codes]
        )[place.reshape(-1)]
        usable, known = shape.sound.usable, np.isfinite(limits)
        count(out, usable)
        if (usable & ~known).any():
            out.tested -= int((usable & ~known).sum())
            out.skip(int((usable & ~known).sum()), _NO_CLASS)
        sliver = case.standard.rules.get("topology.sliver")
        with np.errstate(invalid="ignore"):
            small = shape.area < self.limit("share") * limits
        small &= ~self.honest(case, shape) & ~self.fragments(case, shape)
        if sliver is not None:
            small &= ~_slivers(case, shape, self, float(sliver.limits["width_m"]))
        for row in np.flatnonzero(small):
            self._report(out, shape, int(row), float(limits[row]))
        return out

    def _report(self, out: Judgement, shape: LayerShape, row: int, limit: float) -> None:
        area, code = float(shape.area[row]), str(shape.table.text("DLBM")[row])
        out.findings.append(
            self.finding(
                shape.table,
                row,
                Text(
                    f"图斑面积 {area:.2f} 平方米，小于地类 {code} 的最小上图面积 {limit:g} 平方米",
                    f"The parcel has {area:.2f} m², less than the minimum mapped area of "
                    f"{limit:g} m² of class {code}",
                ),
                score=graded(limit - area, limit / 2),
                measured=f"{area:.2f}",
                expected=f">= {limit:g}",
                tolerance=limit,
                unit="m²",
                evidence={"area_m2": area, "minimum_m2": limit, "dlbm": code},
            )
        )
