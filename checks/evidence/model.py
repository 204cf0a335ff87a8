"""What is shown of one finding, as plain data: no widget, no file handle, no Qt.

Geometry is WKB with the CRS as WKT beside it, arrays are NumPy; everything is frozen, so that it
may be made in one thread and shown in another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..findings import Text

FloatArray = npt.NDArray[np.float64]

_EMPTY = ""
NOTHING = Text(_EMPTY, _EMPTY)

FACT_ROLES = ("declared", "measured", "expected", "tolerance", "cause", "other")
SERIES_STYLES = ("bars", "line", "points", "step")
SERIES_ROLES = ("declared", "measured", "expected", "reference", "other")
SHAPE_ROLES = (
    *("wedge", "sight", "station", "track", "other_object", "residual", "outline", "profile"),
)
LINK_KINDS = ("supports", "contradicts", "same_parcel", "same_cause")


@dataclass(frozen=True)
class Fact:
    """One line of the card: what it is, what it says, and as which side it counts."""

    title: Text
    value: Text
    role: str = "other"


@dataclass(frozen=True)
class Axis:
    """An axis; with ``labels`` a category axis, whose places are 0, 1, 2 and so on."""

    title: Text
    unit: str = ""
    labels: tuple[Text, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Series:
    """Numbers along an axis; NaN in ``y`` is a gap.

    Attributes
    ----------
    x, y
        Shape ``(n,)`` each. For ``bars`` and ``step``, ``x`` is the middle of a class; bars are as
        wide as the step of ``x``.
    low, high
        Envelope around ``y``, shape ``(n,)``; ``None`` where there is none.
    """

    name: Text
    x: FloatArray
    y: FloatArray
    style: str
    role: str
    low: FloatArray | None = None
    high: FloatArray | None = None


@dataclass(frozen=True)
class Band:
    """A span across the chart: a tolerance, the declared grade, the parcel's own part."""

    low: float
    high: float
    name: Text
    axis: str = "x"
    role: str = "tolerance"


@dataclass(frozen=True)
class Mark:
    """A line across the chart: a limit, the value that was found."""

    value: float
    name: Text
    axis: str = "x"
    role: str = "limit"


@dataclass(frozen=True)
class Chart:
    """A small chart; ``kind`` is a stable word, by which tests and help tell charts apart."""

    kind: str
    title: Text
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    bands: tuple[Band, ...] = ()
    marks: tuple[Mark, ...] = ()
    note: Text = NOTHING


@dataclass(frozen=True)
class Photo:
    """A photo with what its record says of it.

    Angles are degrees, azimuths clockwise from true north; ``nan`` where not said. ``taken`` is
    the time as it was declared, ``data`` the JPEG as it was stored (empty when only the record of
    it is there). Sun angles are computed from place and time, not declared.
    """

    name: str
    data: bytes
    taken: str
    azimuth: float
    half_view: float
    longitude: float
    latitude: float
    sun_azimuth: float
    sun_elevation: float
    person: str
    parcel: str
    note: Text = NOTHING


@dataclass(frozen=True)
class Shape:
    """Something to draw on the map, WKB (2D) in the CRS ``wkt`` (easting first)."""

    geometry: bytes
    wkt: str
    role: str
    name: Text


@dataclass(frozen=True)
class Link:
    """Another finding that has to do with this one, and why."""

    finding_id: str
    kind: str
    why: Text


@dataclass(frozen=True)
class ImagePair:
    """Two images of the same place for swipe or blink.

    ``bands`` and ``bands_before`` are the bands of the file (from 1) to show as red, green and
    blue; ``false_colour`` tells that the near infrared is shown as red.
    """

    before: str
    after: str
    before_date: str
    after_date: str
    bands: tuple[int, int, int] = (1, 2, 3)
    bands_before: tuple[int, int, int] = (1, 2, 3)
    false_colour: bool = False


@dataclass(frozen=True)
class Evidence:
    """The evidence card of one finding.

    ``missing`` says what could not be shown, and why; nothing is left out in silence.
    """

    finding_id: str
    facts: tuple[Fact, ...] = ()
    charts: tuple[Chart, ...] = ()
    profile: Chart | None = None
    photos: tuple[Photo, ...] = ()
    shapes: tuple[Shape, ...] = ()
    links: tuple[Link, ...] = ()
    clause: Text = NOTHING
    images: ImagePair | None = None
    missing: tuple[Text, ...] = field(default=())

    def texts(self) -> Iterator[Text]:
        """Every sentence on the card; for tests and for search."""
        for fact in self.facts:
            yield from (fact.title, fact.value)
        for chart in (*self.charts, *((self.profile,) if self.profile else ())):
            yield from (chart.title, chart.x.title, chart.y.title, chart.note)
            yield from (part.name for part in (*chart.series, *chart.bands, *chart.marks))
        yield from (link.why for link in self.links)
        yield from (self.clause, *self.missing)
