"""What only the date of an image can tell: planted fields that are bare, images too old."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..findings import Text, Verdict
from ..measures.case import Case
from ..measures.robust import nmad
from ..measures.spectra import SpectraMeasure
from ..table import BoolArray, FloatArray
from .imagery_base import NO_IMAGE, ImageryRule, image_date, picture_of
from .rule import NO_PARCELS, Judgement

_NO_FIELD = Text("没有填报种植属性的耕地图斑", "No cropland parcel declares what grows on it")
_NO_INDEX = Text(
    "影像没有已知的红光与近红外波段，无法计算植被指数",
    "The image has no known red and near infrared bands: no vegetation index",
)
_NO_DATE = Text("未给出影像日期", "The date of the image was not given")
_NOT_GREEN = Text(
    "影像日期时多数已种植耕地并无植被，不在生长季，不能据此判定",
    "Most planted cropland is not green on this date: out of season, nothing can be concluded",
)
_MANY_BARE = Text(
    "较多已种植耕地在该日期无植被，可能为不同作物或轮作，不逐个判定",
    "Much planted cropland is bare on this date: other crops or rotation, not judged one by one",
)


class PlantedButBare(ImageryRule):
    """Cropland declared planted (LS, FLS, LYFL) without plants in the growing season (F24).

    One image can only make it doubtful: a field may have just been harvested.
    """

    id = "imagery.planted"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        table, pictured = case.parcels, picture_of(case)
        if table is None or pictured is None:
            return out.skip(0, NO_PARCELS)
        planted = np.isin(table.text("ZZSXDM"), [str(c) for c in self.spec.limits["planted"]])
        planted &= np.array([code.startswith("01") for code in table.text("DLBM")], dtype=bool)
        count = int(planted.sum())
        if not count:
            return out.skip(0, _NO_FIELD)
        if case.baseline.image is None:
            return out.skip(count, NO_IMAGE)
        if pictured.measure is None:
            return out.skip(count, pictured.excuses[0][1])
        if image_date(case) is None:
            return out.skip(count, _NO_DATE)
        spectra = pictured.measure.spectra
        greenness = _greenness(spectra)
        if greenness is None:
            return out.skip(count, _NO_INDEX)
        able = planted & pictured.measure.enough & np.isfinite(greenness)
        for rows, reason in pictured.excuses:
            hidden = int((rows & planted & ~able).sum())
            if hidden:
                out.skip(hidden, reason)
        self._compare(case, greenness, able, out)
        return out

    def _compare(self, case: Case, greenness: FloatArray, able: BoolArray, out: Judgement) -> None:
        table = case.parcels
        some = greenness[able]
        if table is None or not len(some):
            return
        enough = len(some) >= self.limit("least_parcels")
        if not enough or (some > self.limit("green")).mean() < self.limit("green_share"):
            out.skip(len(some), _NOT_GREEN)
            return
        spread = max(nmad(some), self.limit("least_spread"))
        level = min(self.limit("bare"), float(np.median(some)) - self.limit("sigmas") * spread)
        bare = able & (greenness < level)
        if bare.sum() > self.limit("most_share") * len(some):
            out.skip(len(some), _MANY_BARE)
            return
        out.tested = len(some)
        for row in np.flatnonzero(bare):
            value, usual = float(greenness[row]), float(np.median(some))
            said = str(table.text("ZZSXDM")[row])
            out.findings.append(
                self.finding(
                    table,
                    int(row),
                    Text(
                        f"种植属性为 {said}，但生长季影像（{image_date(case)}）上没有植被："
                        f"植被指数 {value:.2f}，全县已种植耕地中位数 {usual:.2f}",
                        f"Declared planted ({said}), but no plants in an image of the growing "
                        f"season ({image_date(case)}): NDVI {value:.2f}, median of planted "
                        f"cropland {usual:.2f}",
                    ),
                    verdict=Verdict.DOUBTFUL,
                    score=float(np.clip(0.3 + 0.5 * (level - value) / max(level, 0.05), 0.3, 0.8)),
                    measured=f"{value:.2f}",
                    expected=f"≥ {level:.2f}",
                    cause="planted_but_bare",
                    evidence={"ndvi": round(value, 3), "median": round(usual, 3)},
                )
            )


def _greenness(spectra: SpectraMeasure) -> Any:
    """NDVI of every parcel, shape ``(n,)``; ``None`` where the bands are not sure."""
    image = spectra.image
    if image.bands.guessed:
        return None
    place = image.role("ndvi")
    if place is not None:
        values = spectra.mean[:, place]
        # Some store the index in whole numbers: 0…255 or ×10⁴ are not told apart.
        return values if np.nanmax(np.abs(values), initial=0.0) <= 1.01 else None
    return spectra.index("nir", "red")


class ImageOlder(ImageryRule):
    """An image older than the year that the package speaks of (F32)."""

    id = "imagery.date"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        if case.baseline.image is None:
            return out.skip(0, NO_IMAGE)
        taken, year = image_date(case), int(case.submission.year or 0)
        start = case.settings.campaign_start
        if taken is None:
            return out.skip(1, _NO_DATE)
        year = year or (0 if start is None else start.year)
        if not year:
            return out.skip(1, Text("无法得知成果年度", "The year of the package is not known"))
        out.tested = 1
        if taken.year >= year - int(self.limit("most_years")):
            return out
        out.findings.append(
            self.finding_about(
                "IMAGERY",
                "IMAGERY",
                Text(
                    f"可信影像拍摄于 {taken}，早于成果年度 {year}：其后的变化影像上看不到",
                    f"The trusted image of {taken} is older than the year {year} of the package: "
                    "it cannot show what has changed since",
                ),
                verdict=Verdict.DOUBTFUL,
                score=0.1,
                measured=str(taken),
                expected=f"≥ {year}",
                cause="image_older",
                evidence={"taken": str(taken), "year": year},
            )
        )
        return out
