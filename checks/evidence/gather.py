"""All evidence of one finding, gathered from the inputs of its verification.

Nothing here judges anew: it shows what the rules saw. Whatever cannot be shown is told in
:attr:`Evidence.missing`; the only exception that leaves is :class:`Cancelled`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ..errors import ExplainedError
from ..findings import Text
from ..progress import SILENT, Cancelled, Progress
from ..review_inputs import ReviewInputs
from .boundary import outline_charts
from .card import Card
from .clause import clause_of
from .facts import finding_facts, parcel_facts
from .heights import height_charts
from .imagery import change_charts, image_charts, image_pair
from .links import links_of
from .model import Evidence
from .others import (
    area_chart,
    control_evidence,
    history_evidence,
    other_objects,
    village_chart,
)
from .photos import photo_evidence, photos_of_parcel
from .profile import profile_across
from .sources import Sources
from .subject import Subject, numbers_of, place_of, subject_of
from .terrain import terrain_charts
from .tracks import track_evidence
from .words import failed

Part = Callable[[Subject, Sources, Card, Progress], None]

_SLOPE = (terrain_charts, Text("坡度分布", "The slope histogram"))
_HEIGHTS = (height_charts, Text("高程残差", "The residuals of heights"))
_IMAGE = (image_charts, Text("光谱曲线", "The spectral profile"))
_CHANGE = (change_charts, Text("两期影像对比", "The comparison of two images"))
_AREA = (area_chart, Text("面积比较", "The comparison of areas"))
_OUTLINE = (outline_charts, Text("界线特征", "The traits of the outline"))
_PHOTO = (photo_evidence, Text("照片", "The photo"))
_TRACK = (track_evidence, Text("轨迹", "The track"))
_CONTROL = (control_evidence, Text("管控区", "The control areas"))
_HISTORY = (history_evidence, Text("上年度图斑", "Last year's parcels"))
_OTHERS = (other_objects, Text("相关对象", "The other objects"))
_VILLAGE = (village_chart, Text("占比比较", "The comparison of shares"))
_PROFILE = (profile_across, Text("高程剖面", "The elevation profile"))
_PARCEL_PHOTOS = (photos_of_parcel, Text("图斑照片", "The photos of the parcel"))

_BY_FAMILY: dict[str, tuple[tuple[Part, Text], ...]] = {
    "terrain": (_SLOPE,),
    "heights": (_HEIGHTS,),
    "imagery": (_IMAGE,),
    "change": (_CHANGE, _IMAGE),
    "area": (_AREA,),
    "logic": (_AREA,),
    "boundary": (_OUTLINE, _OTHERS),
    "topology": (_OTHERS,),
    "codes": (_OTHERS,),
    "control": (_CONTROL, _HISTORY),
    "history": (_HISTORY,),
    "statistics": (_VILLAGE,),
    "photos": (_PHOTO, _OTHERS),
    "tracks": (_PHOTO, _TRACK),
}


class Gatherer:
    """Gathers evidence, one finding after another, with all files kept open between.

    To be used from one thread, and closed; opening costs nothing until something is needed.
    """

    def __init__(self, inputs: ReviewInputs) -> None:
        self.inputs = inputs
        self._sources = Sources(inputs)

    def __enter__(self) -> Gatherer:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all files; safe to call twice."""
        self._sources.close()

    def warm(self, progress: Progress = SILENT) -> None:
        """Open what the first card would otherwise wait for; what fails is told on a card.

        Raises
        ------
        Cancelled
            When the listener asked to stop.
        """
        sources = self._sources
        steps: tuple[Callable[[], object], ...] = (
            lambda: sources.standard.rules,
            lambda: sources.wkt,
            lambda: sources.layers("DLTB", progress),
            lambda: sources.dem,
            lambda: sources.stores(progress),
            partial(_warm_image, sources, False),
            partial(_warm_image, sources, True),
        )
        for number, step in enumerate(steps):
            progress.at(number / len(steps))
            _try(Card(), Text("输入数据", "The inputs"), step)
        progress.at(1.0)

    def gather(
        self,
        finding: Mapping[str, Any],
        others: Sequence[Mapping[str, Any]] = (),
        progress: Progress = SILENT,
    ) -> Evidence:
        """The evidence of one finding.

        Parameters
        ----------
        finding
            Columns of one row of ``findings``; its place as ``geometry`` (or ``geom``): WKB, a
            GeoPackage blob or Shapely; optionally ``wkt``.
        others
            Rows of findings about the same parcel, and of such as name this one's objects.

        Raises
        ------
        Cancelled
            When the listener asked to stop.
        """
        card = Card()
        for text in self.inputs.missing:
            card.tell(text)
        sources = self._sources
        subject = self._subject(finding, card, progress)
        _try(
            card,
            Text("结果说明", "The facts of the finding"),
            lambda: finding_facts(subject, sources, card),
        )
        _try(
            card,
            Text("图斑信息", "The facts of the parcel"),
            lambda: parcel_facts(subject, sources, card),
        )
        parts = list(_BY_FAMILY.get(subject.text("family"), ()))
        if subject.parcel is not None or subject.shape is not None:
            if self.inputs.dem:
                parts.append(_PROFILE)
            parts.append(_PARCEL_PHOTOS)
        for number, (part, title) in enumerate(parts):
            progress.at(number / len(parts))
            _try(card, title, partial(part, subject, sources, card, progress))
        if self.inputs.imagery:
            _try(
                card,
                Text("影像对比", "The pair of images"),
                partial(image_pair, subject, sources, card),
            )
        self._rest(subject, others, card)
        progress.at(1.0)
        return card.done(subject.id)

    def _subject(self, finding: Mapping[str, Any], card: Card, progress: Progress) -> Subject:
        found: list[Subject] = []

        def look() -> None:
            subject, missing = subject_of(finding, self._sources, progress)
            found.append(subject)
            for text in missing:
                card.tell(text)

        _try(card, Text("结果所指对象", "The object of the finding"), look)
        if found:
            return found[0]
        return Subject(finding, numbers_of(finding), place_of(finding), "")

    def _rest(self, subject: Subject, others: Sequence[Mapping[str, Any]], card: Card) -> None:
        sources = self._sources

        def say() -> None:
            facts = sources.table("clauses.json")
            card.clause = clause_of(sources.standard, subject.text("rule_id"), facts)

        def link() -> None:
            facts = sources.table("finding_links.json")
            card.links.extend(links_of(subject.row, others, sources.standard, facts))

        _try(card, Text("规则依据", "The source of the rule"), say)
        _try(card, Text("相关结果", "The related findings"), link)


def gather(
    finding: Mapping[str, Any],
    inputs: ReviewInputs,
    others: Sequence[Mapping[str, Any]] = (),
    progress: Progress = SILENT,
) -> Evidence:
    """As :meth:`Gatherer.gather`, for a single finding: every file is opened anew."""
    with Gatherer(inputs) as gatherer:
        return gatherer.gather(finding, others, progress)


def _warm_image(sources: Sources, previous: bool) -> None:
    pictures = sources.pictures(previous)
    if pictures.small:
        _ = pictures.whole.clarity, pictures.whole.tops, pictures.whole.gain


def _try(card: Card, title: Text, part: Callable[[], object]) -> None:
    """Do one part of the card; what goes wrong is told, and the rest goes on."""
    try:
        part()
    except Cancelled:
        raise
    except ExplainedError as error:
        card.tell(failed(title, error.text))
    except Exception as error:
        # One odd object must not cost a reviewer the whole card: it is told instead.
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        card.tell(failed(title, Text(reason, reason)))
