"""What lies beside, under or before: other objects, control layers, last year's parcels."""

from __future__ import annotations

import numpy as np
import shapely

from ..errors import ExplainedError
from ..findings import Text
from ..measures.control import kind_of
from ..progress import SILENT, Progress
from ..reproject import Reprojection, ReprojectionError, same_crs
from .card import Card
from .cells import on_plane
from .model import Axis, Band, Chart, Series
from .rows import LayerRows, Row, rows_of
from .sources import Sources, Unavailable
from .subject import Subject, find_row, polygonal
from .words import NOTHING, class_title, joined, same

_MOST_SHAPES = 12
_LEAST_SHARE = 0.005
_LEAST_AREA = 0.5


def other_objects(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """Outlines of the objects that the finding names: partners, neighbours, sources of a copy."""
    _places(subject, card)
    if subject.text("family") == "codes":
        return  # what codes call "other" is a code
    names = _named(subject)
    layer = subject.text("layer")
    if layer not in sources.standard.layers:
        layer = "DLTB"
    own = subject.text("object_id")
    for name in dict.fromkeys(names):
        progress.check()
        rows = _layer_of_other(layer, subject, sources, progress)
        found = next((row for each in rows for row in [_found(each, name, subject)] if row), None)
        if found is None or (name == own and found.geometry == subject.shape):
            continue
        code = found.text("DLBM")
        shown = joined(same(name), class_title(sources.standard, code))
        shape = _brought(found.geometry, found.wkt, subject.wkt)
        card.shape(shape, subject.wkt, "other_object", shown)


def _named(subject: Subject) -> list[str]:
    """Identifiers of the objects that a finding names; photos name other photos besides."""
    single: tuple[str, ...] = ("other", "source")
    several: tuple[str, ...] = ("neighbours", "pieces", "parcel_bsm")
    if subject.text("family") == "photos":
        single, several = ("other_parcel",), ()
    given = [subject.numbers.get(key) for key in single]
    names = [str(each) for each in given if isinstance(each, (str, int)) and str(each)]
    for key in several:
        listed = subject.numbers.get(key)
        if isinstance(listed, list):
            names += [str(each) for each in listed[:_MOST_SHAPES]]
    return names


def _layer_of_other(
    layer: str, subject: Subject, sources: Sources, progress: Progress
) -> list[LayerRows]:
    if subject.numbers.get("source_layer") == "PREVIOUS":
        return [sources.previous]
    return sources.layers(layer, progress)


def _found(rows: LayerRows, name: str, subject: Subject) -> Row | None:
    return find_row(rows, name, subject.where)


def _places(subject: Subject, card: Card) -> None:
    """Further places that a finding names, as points."""
    for name in ("places", "inside"):
        given = subject.numbers.get(name)
        if not isinstance(given, list):
            continue
        for place in given[:_MOST_SHAPES]:
            if isinstance(place, (list, tuple)) and len(place) == 2:
                try:
                    point = shapely.Point(float(place[0]), float(place[1]))
                except (TypeError, ValueError):
                    continue
                if np.isfinite(shapely.get_coordinates(point)).all():
                    name_of = Text("所指位置", "place concerned")
                    card.shape(point, subject.wkt, "other_object", name_of)


def control_evidence(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """The control areas over the parcel, each as its own outline and as a bar of its area."""
    shape = subject.shape
    if shape is None:
        return
    wanted = subject.text("rule_id").rpartition(".")[2]
    facts = sources.table("control_layers.json")
    labels, areas = [Text("图斑", "parcel")], [_square_metres(shape, subject)]
    for layer in sources.control:
        progress.check()
        table = layer.within(layer.bring(shape.bounds, subject.wkt), progress)
        kind = kind_of(table, facts)
        told = facts["kinds"].get(kind, {})
        title = Text(told.get("zh", layer.name), told.get("en", layer.name))
        parts = []
        for row in rows_of(table, 500):
            there = _brought(row.geometry, layer.wkt, subject.wkt)
            if polygonal(there) and shapely.intersects(there, shape):
                parts.append(shapely.intersection(there, shape))
        together = shapely.union_all(parts)
        size = _square_metres(together, subject) if parts else 0.0
        if size < _LEAST_AREA and kind != wanted:
            continue
        labels.append(title)
        areas.append(size)
        card.shape(together, subject.wkt, "other_object", title)
    approved = subject.number("approved_m2")
    if np.isfinite(approved):
        labels.append(Text("已批准", "approved"))
        areas.append(approved)
    card.charts.append(
        bars("control_areas", Text("图斑与管控区", "Parcel and control areas"), labels, areas, "m²")
    )


def history_evidence(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """What the parcel's ground was last year: shares of classes, and the outlines of then."""
    if subject.shape is None:
        return
    shares = shares_of_last_year(subject, sources, card, progress)
    if not shares:
        card.tell(Text("上年度图层在此处没有图斑。", "Last year's layer has no parcel here."))
        return
    chosen = sorted(shares.items(), key=lambda item: -item[1])[:5]
    labels = [class_title(sources.standard, code) for code, _ in chosen]
    values = [100 * share for _, share in chosen]
    title = Text("该图斑范围内的上年度地类", "Classes of last year on the parcel's ground")
    card.charts.append(bars("last_year_classes", title, labels, values, "%"))


def shares_of_last_year(
    subject: Subject, sources: Sources, card: Card | None = None, progress: Progress = SILENT
) -> dict[str, float]:
    """Share of the parcel by last year's class; with a card the outlines are drawn too."""
    shape = subject.shape
    if shape is None:
        return {}
    layer = sources.previous
    box = layer.bring(shape.bounds, subject.wkt)
    table = layer.within(box, progress, ("BSM", "DLBM"))
    wkt = layer.wkt
    out: dict[str, float] = {}
    drawn = 0
    for row in rows_of(table, 2_000):
        there = _brought(row.geometry, wkt, subject.wkt)
        if not polygonal(there):
            continue
        share = float(shapely.area(shapely.intersection(there, shape)) / shape.area)
        if share < _LEAST_SHARE:
            continue
        code = row.text("DLBM")
        out[code] = out.get(code, 0.0) + share
        if card is not None and drawn < _MOST_SHAPES:
            title = class_title(sources.standard, code)
            name = Text(f"上年度 {title.zh}", f"last year {title.en}")
            card.shape(there, subject.wkt, "other_object", name)
            drawn += 1
    return out


def area_chart(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """Declared against computed areas, with the tolerance; as differences where these are small."""
    told = subject.numbers
    declared = next(
        (subject.number(name) for name in ("tbmj", "jsmj", "declared") if name in told),
        float("nan"),
    )
    labels, values, roles = [Text("填报", "declared")], [declared], ["declared"]
    for name, role, title in (
        ("ellipsoid_area", "measured", Text("椭球面积", "ellipsoid")),
        ("plane_area", "reference", Text("平面面积", "plane")),
        ("sum", "measured", Text("图斑之和", "sum of parcels")),
    ):
        if np.isfinite(subject.number(name)):
            labels.append(title)
            values.append(subject.number(name))
            roles.append(role)
    before = _area_last_year(subject, sources, progress)
    if np.isfinite(before):
        labels.append(Text("上年度", "last year"))
        values.append(before)
        roles.append("reference")
    if not np.isfinite(declared) or len(values) < 2:
        declared = _numeric(subject.text("measured"))
        expected = _numeric(subject.text("expected"))
        if subject.text("unit") != "m²" or not np.isfinite(declared + expected):
            return
        labels = [Text("填报", "declared"), Text("应为", "expected")]
        values, roles = [declared, expected], ["declared", "expected"]
    card.charts.append(compared_areas(labels, values, roles, subject.tolerance))


def compared_areas(
    labels: list[Text], values: list[float], roles: list[str], tolerance: float
) -> Chart:
    """Bars of areas; of their differences from the second one where none is off by a tenth."""
    shown = np.array(values, dtype=float)
    against = shown[1]
    small = bool(np.nanmax(np.abs(shown - against)) < 0.1 * abs(against))
    title, axis = Text("面积比较", "Areas compared"), Text("面积", "Area")
    note = NOTHING
    bands: tuple[Band, ...] = ()
    if small:
        shown = shown - against
        title = Text(f"与{labels[1].zh}之差", f"Difference from the {labels[1].en} area")
        axis = Text("面积差", "Difference")
        note = Text(f"{labels[1].zh} {against:,.2f} 平方米", f"{labels[1].en} {against:,.2f} m²")
    if np.isfinite(tolerance):
        middle = 0.0 if small else against
        bands = (Band(middle - tolerance, middle + tolerance, Text("容差", "tolerance"), "y"),)
    series = []
    for role in dict.fromkeys(roles):
        chosen = np.array([each == role for each in roles])
        name = {
            "declared": Text("填报", "declared"),
            "measured": Text("核验测得", "measured"),
            "expected": Text("应为", "expected"),
        }.get(role, Text("参考", "reference"))
        x = np.arange(len(shown), dtype=float)
        series.append(Series(name, x, np.where(chosen, shown, np.nan), "bars", role))
    return Chart(
        "area_differences" if small else "areas",
        title,
        Axis(NOTHING, labels=tuple(labels)),
        Axis(axis, "m²"),
        tuple(series),
        bands,
        (),
        note,
    )


def bars(kind: str, title: Text, labels: list[Text], values: list[float], unit: str) -> Chart:
    """A category chart of one series."""
    axis = {"m²": Text("面积", "Area"), "%": Text("占比", "Share")}.get(unit, NOTHING)
    x = np.arange(len(values), dtype=float)
    series = Series(title, x, np.array(values, dtype=float), "bars", "measured")
    return Chart(
        kind, title, Axis(NOTHING, labels=tuple(labels)), Axis(axis, unit, low=0.0), (series,)
    )


def village_chart(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """The share here beside the usual one."""
    del sources, progress
    here, usual = _numeric(subject.text("measured")), _numeric(subject.text("expected"))
    if not np.isfinite(here + usual):
        return
    labels = [Text("本村", "this village"), Text("其他村", "elsewhere")]
    if subject.text("cause") != "unusual_share":
        labels = [Text("本成果", "this survey"), Text("通常", "usually")]
    title = Text("占比比较", "Shares compared")
    chart = bars("shares", title, labels, [100 * here, 100 * usual], "%")
    card.charts.append(chart)


def _area_last_year(subject: Subject, sources: Sources, progress: Progress) -> float:
    """TBMJ of the parcel of that identifier last year; NaN where there is none."""
    row = subject.parcel
    if row is None or row.text("BSM") == "" or not sources.inputs.previous:
        return float("nan")
    try:
        layer = sources.previous
        here = subject.shape or subject.where
        if here is None:
            return float("nan")
        there = shapely.box(*layer.bring(here.bounds, subject.wkt))
        found = find_row(layer, row.text("BSM"), there, progress, anywhere=False)
    except ExplainedError:
        return float("nan")
    return float("nan") if found is None else found.number("TBMJ")


def _brought(shape: shapely.Geometry | None, source: str, target: str) -> shapely.Geometry | None:
    if shape is None or not source or not target or same_crs(source, target):
        return shape
    try:
        return shapely.transform(shape, Reprojection(source, target).points)
    except (ReprojectionError, shapely.GEOSException):
        return None


def _square_metres(shape: shapely.Geometry, subject: Subject) -> float:
    """Plane area in m² (in degrees: on a plane through the shape)."""
    try:
        return float(on_plane(shape, subject.wkt)[0].area)
    except ReprojectionError as error:
        raise Unavailable(Text("坐标系不明", "the coordinate system is unknown")) from error


def _numeric(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
