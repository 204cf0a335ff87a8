"""Classes too rare to be learned, on ground that looks like a well-known class."""

from __future__ import annotations

import numpy as np

from ..findings import Text
from ..measures.case import Case
from ..measures.image_water import surely_dry, surely_wet
from ..measures.signatures_parcels import PictureMeasure
from ..table import BoolArray
from .imagery_base import OLDER, ImageryRule, Pictured, picture_of
from .rule import NO_PARCELS, Judgement

_CAUSES = {"crop": "cropland_not_in_image", "built_up": "not_built_in_image"}

_TOO_MANY = Text(
    "样本不足或彼此不一致的地类中，看似其他地类的图斑过多，疑为影像分辨不了这些地类，不逐个列出",
    "Too many parcels of classes that could not be learned look like others: this image "
    "cannot tell such classes apart, they are not listed one by one",
)
_TOO_WET = Text(
    "平坦地上表现为水面的图斑过多，多为淹水、水田、火烧迹地或阴影，不逐个列出",
    "Too much level land looks like open water: floods, paddies, burnt or shaded ground as a rule; "
    "not listed one by one",
)


class RareClass(ImageryRule):
    """A class that cannot be learned here while the parcel looks wholly like another group.

    Where last year's one map has nothing to say of the parcel. A group is not learned
    where fewer than a dozen of its parcels are seen, or where most of these look like
    other land: such parcels do not bear each other out. One that is as typical of a
    well-known group as that group's own parcels are, is worth a look; how often an
    honest one would look so nobody knows, so it is never more than doubtful, and all
    stay untold where they are many.
    """

    id = "imagery.rare"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        pictured = picture_of(case)
        if pictured is None:
            return out.skip(0, NO_PARCELS)
        measure = pictured.measure
        if measure is None or measure.signatures is None:
            for rows, reason in pictured.excuses:
                out.skip(int(rows.sum()), reason)
            return out
        rare = self._rare(pictured, measure)
        wet = self._wet(case, pictured, measure)
        out.tested = int((rare | wet).sum())
        told = np.zeros(len(wet), dtype=bool)
        for open_, share, always, why in (
            (rare & self._elsewhere(measure), "most_share", "always_told", _TOO_MANY),
            (wet, "most_wet", "always_wet", _TOO_WET),
        ):
            most = max(self.limit(share) * measure.enough.sum(), self.limit(always))
            if open_.sum() > most:
                out.tested -= int(open_.sum())
                out.skip(int(open_.sum()), why)
            else:
                told |= open_
        for row in np.flatnonzero(told):
            self._tell(pictured, measure, int(row), bool(wet[row]), out)
        return out

    def _rare(self, pictured: Pictured, measure: PictureMeasure) -> BoolArray:
        """Parcels of groups that could not be learned, of which last year says nothing."""
        assert measure.signatures is not None
        rows = measure.enough & measure.typical & (measure.declared >= 0)
        learned = measure.signatures.learned
        small = learned < self.limit("small_group") * learned.sum()
        small |= ~measure.signatures.known
        rows &= small[np.maximum(measure.declared, 0)] & (measure.previous < 0)
        for excused, reason in pictured.excuses:
            if reason == OLDER:
                rows &= ~excused
        return np.asarray(rows & ~pictured.doubted, dtype=bool)

    def _wet(self, case: Case, pictured: Pictured, measure: PictureMeasure) -> BoolArray:
        """Level land of any other class that physically shows water nobody could learn."""
        assert measure.signatures is not None
        names, terrain = measure.groups.names, case.terrain
        out = np.zeros(len(pictured.table), dtype=bool)
        if "water" not in names or terrain is None:
            return out
        water = names.index("water")
        if measure.signatures.known[water]:
            return out
        codes = pictured.table.text("DLBM")
        image = case.baseline.image
        taken = None if image is None else image.taken
        unsaid = measure.groups.unsaid(codes, measure.declared, taken)
        out |= measure.enough & measure.typical & (measure.declared >= 0)
        out &= (measure.declared != water) & ~unsaid[:, water] & surely_wet(measure.spectra)
        if "built_up" in names and measure.spectra.index("green", "swir1") is None:
            # Roofs and asphalt have a positive NDWI too; only MNDWI tells them apart (Xu 2006).
            out &= measure.declared != names.index("built_up")
        with np.errstate(invalid="ignore"):
            out &= terrain.slope_mean <= self.limit("level_ground")
        for excused, reason in pictured.excuses:
            if reason == OLDER:
                out &= ~excused
        return np.asarray(out & ~pictured.doubted, dtype=bool)

    def _elsewhere(self, measure: PictureMeasure) -> BoolArray:
        """Parcels that are typical of a well-known group, or cannot be the water they claim."""
        assert measure.signatures is not None
        judged = measure.signatures.judged
        with np.errstate(invalid="ignore"):
            out = (judged.seen >= 0) & (judged.typical >= self.limit("least_typical"))
            # Of a small group that was learned, the wrong may be a large part.
            out &= ~(judged.ratio <= np.log(self.limit("least_ratio")))
        names = measure.groups.names
        if "water" in names:
            dry = surely_dry(measure.spectra)
            water = measure.declared == names.index("water")
            # Where physics can tell, it alone speaks of water.
            out = np.where(water & dry.any(), dry & (judged.seen >= 0), out)
        return np.asarray(out, dtype=bool)

    def _tell(
        self, pictured: Pictured, measure: PictureMeasure, row: int, wet: bool, out: Judgement
    ) -> None:
        assert measure.signatures is not None
        judged, groups = measure.signatures.judged, measure.groups
        declared, seen = int(measure.declared[row]), int(judged.seen[row])
        typical = float(np.nan_to_num(judged.typical[row]))
        if wet:
            seen, typical = groups.names.index("water"), 1.0
        own, other = groups.titles[declared], groups.titles[seen]
        message = Text(
            f"填报为“{own.zh}”，该影像上此类图斑太少或彼此不一致，无从印证；"
            f"而该图斑看上去是典型的“{other.zh}”，请核实",
            f"Declared {own.en}, of which there are too few here, or too unlike one "
            f"another, to bear it out; it looks like typical {other.en}. Please check",
        )
        if wet:
            message = Text(
                f"填报为“{own.zh}”，而影像上整块近红外极暗、水体指数为正且地面平坦，"
                "表现为水面，请核实是否积水、淹没或填报有误",
                f"Declared {own.en}, but all of it is level, almost black in near infrared and "
                "of positive water index, as open water is. Please check for flooding or an error",
            )
        out.findings.append(
            self.finding(
                pictured.table,
                row,
                message,
                score=float(np.clip(0.5 + 0.3 * typical, 0.0, 1.0)),
                measured=other.zh.split(" ")[0],
                expected=str(pictured.table.text("DLBM")[row]),
                cause=_CAUSES.get(groups.names[declared], "class_contradicts_image"),
                evidence={
                    "declared_group": groups.names[declared],
                    "seen_group": groups.names[seen],
                    "typical_of_seen": round(typical, 4),
                    "ndwi": _index(measure, row),
                    "learned": int(measure.signatures.learned[declared]),
                    "cells": round(float(measure.spectra.cells[row]), 1),
                },
            )
        )


def _index(measure: PictureMeasure, row: int) -> float | None:
    values = measure.spectra.index("green", "nir")
    return None if values is None or not np.isfinite(values[row]) else round(float(values[row]), 3)
