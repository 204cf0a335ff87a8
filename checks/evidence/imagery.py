"""What the image shows of a parcel, band by band, beside what its class usually looks like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from ..findings import Text
from ..measures.image_file import ImageFile
from ..measures.signatures_groups import ClassGroups, class_groups
from ..measures.spectra import measure_spectra
from ..progress import Progress
from ..table import FloatArray, Table
from .card import Card
from .cells import covered_cells, in_units
from .model import NOTHING, Axis, Chart, ImagePair, Series
from .rows import LayerRows, unreported
from .sources import Sources, Unavailable
from .subject import Subject
from .words import joined, same

_QUANTILES = (0.1, 0.5, 0.9)
_PEERS, _MOST_PEERS = 600, 2_500
_LEAST_PEERS = 8
_LEAST_CELLS = 4
_REACH_M = 3_000.0
_REACHES = 10.0
_ROLE_TITLES = {
    "coastal": Text("海岸", "coastal"),
    "blue": Text("蓝", "blue"),
    "green": Text("绿", "green"),
    "yellow": Text("黄", "yellow"),
    "red": Text("红", "red"),
    "red_edge": Text("红边", "red edge"),
    "nir": Text("近红外", "NIR"),
    "swir1": Text("短波红外1", "SWIR 1"),
    "swir2": Text("短波红外2", "SWIR 2"),
    "pan": Text("全色", "pan"),
    "ndvi": same("NDVI"),
}
_REFLECTANCE = Text("反射率", "Reflectance")


@dataclass(frozen=True)
class Signatures:
    """Of each group of classes, by band: 10 %, 50 % and 90 % of its parcels' means.

    ``bands`` has shape ``(groups, 3, bands)``, NaN for groups of too few parcels; ``count`` is the
    number of parcels; ``place`` about where they lie (CRS of the findings).
    """

    bands: FloatArray
    count: npt.NDArray[np.int64]
    place: tuple[float, float]


def image_charts(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """The spectral profile of the parcel beside the signatures of its class and of what is seen."""
    shape = subject.shape
    if shape is None:
        raise Unavailable(Text("图斑图形无法量测", "its outline cannot be measured"))
    image = sources.image(shape, subject.wkt)
    own, note = parcel_profile(shape, subject.wkt, image)
    progress.check()
    series = [_series(Text("该图斑", "this parcel"), own, "measured")]
    groups = groups_of(sources)
    found = _signatures(shape, subject, sources, image, groups, progress)
    declared, seen = _groups_of(subject, groups, found, own)
    for number, role in ((declared, "declared"), (seen, "reference")):
        if number < 0:
            continue
        if found.count[number] < _LEAST_PEERS:
            title = groups.titles[number]
            card.tell(
                Text(
                    f"附近“{title.zh}”图斑不足，未给出其光谱特征。",
                    f"There are too few parcels of {title.en} nearby to show how they look.",
                )
            )
            continue
        side = Text("填报类", "declared class")
        if role == "reference":
            side = Text("影像所见类", "class as seen")
        name = joined(side, groups.titles[number], zh="：", en=": ")
        series.append(_series(name, found.bands[number], role))
    card.charts.append(_chart("spectral_profile", image, tuple(series), note))


def groups_of(sources: Sources) -> ClassGroups:
    """The groups of classes that an image can tell apart."""
    return sources.keep("groups", lambda: class_groups(sources.standard))


def change_charts(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """The parcel in both images."""
    shape = subject.shape
    if shape is None:
        raise Unavailable(Text("图斑图形无法量测", "its outline cannot be measured"))
    before = sources.image(shape, subject.wkt, previous=True)
    after = sources.image(shape, subject.wkt)
    roles = [name for name in _names(after) if name in _names(before)]
    if not roles:
        roles = _names(after)[: min(after.count, before.count)]
    series = []
    for image, role, word in (
        (before, "reference", Text("前期影像", "earlier image")),
        (after, "measured", Text("现状影像", "current image")),
    ):
        progress.check()
        own, _ = parcel_profile(shape, subject.wkt, image)
        names = _names(image)
        chosen = [names.index(name) if name in names else place for place, name in enumerate(roles)]
        taken = f" {image.taken.isoformat()}" if image.taken else ""
        series.append(_series(Text(word.zh + taken, word.en + taken), own[:, chosen], role))
    card.charts.append(
        Chart(
            "change_profile",
            Text("两期影像中的该图斑", "The parcel in both images"),
            Axis(Text("波段", "Band"), labels=tuple(_title(name) for name in roles)),
            Axis(_REFLECTANCE),
            tuple(series),
        )
    )


def parcel_profile(shape: shapely.Geometry, wkt: str, image: ImageFile) -> tuple[FloatArray, Text]:
    """10 %, 50 % and 90 % of the clear cells of a parcel by band, shape ``(3, bands)``.

    Cells wholly inside where there are some, else all that are covered by half. Reflectance, as
    far as the file tells it (:func:`~..measures.image_file.gain_of`).
    """
    covered = covered_cells(shape, wkt, image.raster)
    if covered is None:
        raise Unavailable(Text("图斑不在影像范围内", "the parcel lies beside the image"))
    values, clear = image.clear(covered.window)
    inside = clear & (covered.weight > 0.999)
    if inside.sum() < _LEAST_CELLS:
        inside = clear & (covered.weight >= 0.5)
    if inside.sum() < 1:
        inside = clear & (covered.weight > 0)
    if not inside.any():
        raise Unavailable(
            Text("影像在此处被云遮挡或无数据", "the image shows no clear ground there")
        )
    some = values[:, inside].astype(np.float64) * image.gain
    note = Text(f"{int(inside.sum())} 个像元", f"{int(inside.sum())} cells")
    return np.quantile(some, _QUANTILES, axis=1), note


def image_pair(subject: Subject, sources: Sources, card: Card) -> None:
    """Name the two images for the swipe, with the bands to show."""
    inputs = sources.inputs
    place = subject.shape or subject.where
    if not inputs.imagery or place is None or place.is_empty:
        return
    after = sources.image(place, subject.wkt)
    bands, false_colour = display_bands(after)
    bands_before = bands
    if inputs.imagery_previous:
        bands_before, _ = display_bands(sources.image(place, subject.wkt, previous=True))
    dates = [inputs.dates.get(name) for name in ("imagery_previous", "imagery")]
    before_date, after_date = (day.isoformat() if day else "" for day in dates)
    card.images = ImagePair(
        inputs.imagery_previous,
        inputs.imagery,
        before_date,
        after_date,
        bands,
        bands_before,
        false_colour,
    )


def display_bands(image: ImageFile) -> tuple[tuple[int, int, int], bool]:
    """Bands of the file (from 1) for red, green and blue; whether that is false colour."""
    roles = image.bands.roles
    numbers = [band.number for band in image.raster.bands]
    for wanted, false_colour in (
        (("red", "green", "blue"), False),
        (("nir", "red", "green"), True),
        (("swir1", "nir", "red"), True),
    ):
        if all(role in roles for role in wanted):
            one, two, three = (numbers[roles[role] - 1] for role in wanted)
            return (one, two, three), false_colour
    shown = [numbers[place - 1] for place in image.bands.ground] or [1]
    return (shown[0], shown[min(1, len(shown) - 1)], shown[min(2, len(shown) - 1)]), False


def _signatures(
    shape: shapely.Geometry,
    subject: Subject,
    sources: Sources,
    image: ImageFile,
    groups: ClassGroups,
    progress: Progress,
) -> Signatures:
    """Signatures learned about this parcel, or about one that is not far, if they tell enough."""
    middle, reach = shape.centroid, in_units(_REACH_M, subject.wkt)
    kept = sources.kept_signatures
    needed = [number for number in _told_groups(subject, groups) if number >= 0]
    for found in kept:
        away = np.hypot(found.place[0] - middle.x, found.place[1] - middle.y)
        enough = (found.count[needed] >= _LEAST_PEERS).all()
        if away <= reach / 2 or (away <= _REACHES * reach and enough):
            return found
    rows = _trusted_rows(sources, progress)
    own = rows.bring(shape.bounds, subject.wkt)
    x, y = (own[0] + own[2]) / 2, (own[1] + own[3]) / 2
    around = in_units(_REACH_M, rows.wkt or subject.wkt)
    table = rows.around(x, y, around, _PEERS, _MOST_PEERS, progress, ("DLBM",))
    place = (float(middle.x), float(middle.y))
    found = _learned(table, rows.wkt or subject.wkt, image, groups, place, progress)
    kept.append(found)
    del kept[:-8]
    return found


def _trusted_rows(sources: Sources, progress: Progress) -> LayerRows:
    """Last year's parcels where they were given: what is learned from shall not be on trial."""
    try:
        return sources.previous
    except Unavailable:
        return sources.layers("DLTB", progress)[0]


def _learned(
    table: Table,
    wkt: str,
    image: ImageFile,
    groups: ClassGroups,
    place: tuple[float, float],
    progress: Progress,
) -> Signatures:
    group, typical = groups.of(table.text("DLBM"))
    bands = np.full((len(groups.names), 3, image.count), np.nan)
    count = np.zeros(len(groups.names), dtype=np.int64)
    if not len(table):
        return Signatures(bands, count, place)
    found = measure_spectra(table.measurable, wkt, image, unreported(progress), threads=2)
    means = np.where((found.inside_cells >= _LEAST_CELLS)[:, None], found.inside_mean, found.mean)[
        :, : image.count
    ]
    usable = (found.cells >= _LEAST_CELLS) & typical & np.isfinite(means).all(axis=1)
    for number in range(len(groups.names)):
        some = means[usable & (group == number)]
        count[number] = len(some)
        if len(some) >= _LEAST_PEERS:
            bands[number] = np.quantile(some, _QUANTILES, axis=0) * image.gain
    return Signatures(bands, count, place)


def _groups_of(
    subject: Subject, groups: ClassGroups, found: Signatures, own: FloatArray
) -> tuple[int, int]:
    """Declared group and seen group: as the rule told, else from the class and the likest look."""
    declared, seen = _told_groups(subject, groups)
    if seen < 0:
        spread = (found.bands[:, 2] - found.bands[:, 0]) / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            off = np.abs(own[1] - found.bands[:, 1]) / np.maximum(spread, 1e-6)
        score = np.where(np.isfinite(off).all(axis=1), off.mean(axis=1), np.inf)
        best = int(score.argmin())
        seen = best if np.isfinite(score[best]) and best != declared else -1
    return declared, seen


def _told_groups(subject: Subject, groups: ClassGroups) -> tuple[int, int]:
    """Declared and seen group as the rule told, the declared one else from the class; -1: none."""
    told = [str(subject.numbers.get(name) or "") for name in ("declared_group", "seen_group")]
    declared, seen = (groups.names.index(name) if name in groups.names else -1 for name in told)
    row = subject.parcel or subject.object
    if declared < 0 and row is not None:
        declared = int(groups.of(np.array([row.text("DLBM")], dtype=object))[0][0])
    return declared, seen


def _series(name: Text, quantiles: FloatArray, role: str) -> Series:
    low, middle, high = quantiles
    return Series(name, np.arange(len(middle), dtype=float), middle, "line", role, low, high)


def _chart(kind: str, image: ImageFile, series: tuple[Series, ...], note: Text) -> Chart:
    return Chart(
        kind,
        Text("光谱曲线（中位数与 10–90 % 范围）", "Spectral profile (median, 10–90 %)"),
        Axis(Text("波段", "Band"), labels=tuple(_title(name) for name in _names(image))),
        Axis(_REFLECTANCE),
        series,
        note=note or NOTHING,
    )


def _names(image: ImageFile) -> list[str]:
    return [image.bands.names[band - 1] for band in image.bands.ground]


def _title(name: str) -> Text:
    return _ROLE_TITLES.get(name, same(name))
