"""In which frame the coordinates are declared, and in which they seem to be.

A wrong frame is an error with a name, and one person's slip: it is told once,
and no parcel is accused because of it. Every candidate is tested by where it
puts the data: on the trusted DEM, or on the other layers of the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..findings import Text
from ..standard import Standard
from ..table import Table
from . import frame_words as words
from .crs import GAUSS_KRUGER, GEOGRAPHIC, OTHER, UTM, WEB_MERCATOR, Crs, CrsReader
from .frame_evidence import (
    DEGREES,
    PLAIN,
    PREFIXED,
    SWAPPED,
    SWAPPED_DEGREES,
    UNCLEAR,
    Evidence,
    Footprint,
    gather,
    longitude_of,
)
from .frame_layer import FrameIssue, Layer
from .frame_pairs import MERCATOR
from .frame_previous import by_place, by_previous, in_mercator

_SURVEY, _EVIDENCE = ("TDDC", "TDGX"), "EVID"
_REFERENCE = "DLTB"
_FIRST_3_DEGREE_ZONE = 25
_LAST_MERCATOR = 20
_ON, _OFF = 0.9, 0.01
"""Shares of a layer on the DEM that mean "there" and "elsewhere"."""


class FrameMeasure:
    """Frames by layer; a layer that is not there has none and is not trusted."""

    def __init__(self, layers: list[Layer], issues: list[FrameIssue]) -> None:
        self._layers = {layer.name: layer for layer in layers}
        self.issues = issues

    def wkt(self, layer: str) -> str:
        """CRS to compare with trusted rasters in: declared, or the named assumption."""
        crs = self._used(layer)
        return crs.wkt if crs else ""

    def trusted(self, layer: str) -> bool:
        """Whether comparing with what is trusted makes sense at all."""
        return layer in self._layers and self._layers[layer].trusted

    def reason(self, layer: str) -> Text | None:
        """Why not, for rules that therefore cannot check; ``None`` where trusted."""
        return self._layers[layer].reason if layer in self._layers else words.UNTRUSTED

    def geographic(self, layer: str) -> bool:
        """Whether coordinates are longitude and latitude in degrees."""
        crs = self._used(layer)
        return crs is not None and crs.kind == GEOGRAPHIC and not self._layers[layer].distorted

    def central_meridian(self, layer: str) -> float:
        """Degrees east; NaN where coordinates are in no Gauss-Krüger projection."""
        crs = self._used(layer)
        plain = crs is not None and not self._layers[layer].distorted
        return crs.central_meridian if crs is not None and plain else float("nan")

    def false_easting(self, layer: str) -> float:
        """Metres, zone number included; NaN as above."""
        crs = self._used(layer)
        return crs.false_easting if crs else float("nan")

    def zone_prefix(self, layer: str) -> bool:
        """Whether eastings begin with the zone number."""
        crs = self._used(layer)
        return crs is not None and crs.zone > 0

    def _used(self, layer: str) -> Crs | None:
        return self._layers[layer].used if layer in self._layers else None


def measure_frame(
    layers: dict[str, Table],
    dem_path: str,
    standard: Standard,
    previous: Table | None = None,
    images: Sequence[str] = (),
    control: Sequence[Table] = (),
) -> FrameMeasure:
    """Find out in which frame each layer is.

    Parameters
    ----------
    dem_path
        The trusted DEM, or ``""``.
    previous
        Last year's trusted parcels: what they share with DLTB tells its frame.
    images, control
        Trusted images and control layers: where the data ought to lie.
    """
    reader = CrsReader(standard)
    footprint = Footprint(dem_path, images, [each for each in (previous, *control) if each])
    examined = []
    for name, table in layers.items():
        if table.geometry is None:
            continue
        spec = standard.layers.get(name)
        declared = reader.read(table.wkt)
        dataset = spec.dataset if spec else ""
        layer = Layer(name, dataset, gather(table), declared, declared)
        examined.append(_by_coordinates(layer, reader))
    examined = _by_siblings(examined)
    examined = by_previous(examined, layers.get(_REFERENCE), previous, reader)
    examined = [by_place(layer, reader, footprint) for layer in examined]
    examined = [_by_terrain(layer, reader, footprint) for layer in examined]
    examined = [_by_standard(layer, reader, footprint) for layer in examined]
    issues = _grouped([issue for layer in examined for issue in layer.issues])
    return FrameMeasure(examined, issues + _mixed(examined))


def _by_coordinates(layer: Layer, reader: CrsReader) -> Layer:
    """What the numbers say beside the declaration, without looking elsewhere."""
    evidence, declared = layer.evidence, layer.declared
    if not len(evidence.points):
        # A layer without rows accuses nobody: no issue, and nothing to compare.
        out = layer if declared else layer.in_frame(None, trusted=False)
        return replace(out, empty=True)
    if declared is None:
        crs = _from_numbers(evidence, reader)
        out = layer.in_frame(crs, trusted=True)
        if evidence.looks in (SWAPPED, SWAPPED_DEGREES):
            return out.blame("no_crs").blame("axis_swap", contradiction=True)
        undecided = crs is None and evidence.looks in (PLAIN, PREFIXED)
        return out if undecided else out.blame("no_crs", crs)
    if declared.kind == GEOGRAPHIC:
        return _declared_degrees(layer, reader)
    if evidence.looks == DEGREES:
        crs = reader.geographic
        return layer.in_frame(crs, trusted=True).blame("geographic_in_projected", crs, True)
    if declared.kind == GAUSS_KRUGER:
        return _declared_zone(layer, reader, declared)
    # Web Mercator reaches twenty million metres, where 6° zone numbers lie too.
    other_zone = evidence.zone > _LAST_MERCATOR and evidence.zone != declared.zone
    if evidence.looks == PREFIXED and other_zone:
        crs = reader.zone(evidence.zone)
        return layer.in_frame(crs, trusted=False).blame("wrong_crs", crs, True)
    return layer


def _declared_degrees(layer: Layer, reader: CrsReader) -> Layer:
    looks = layer.evidence.looks
    if looks == DEGREES:
        return layer
    if looks == SWAPPED_DEGREES:
        return layer.in_frame(None, trusted=False).blame("axis_swap", contradiction=True)
    crs = _from_numbers(layer.evidence, reader)
    return layer.in_frame(crs, trusted=True).blame("projected_in_geographic", crs, True)


def _declared_zone(layer: Layer, reader: CrsReader, declared: Crs) -> Layer:
    """A Gauss-Krüger declaration beside eastings that may carry a zone number."""
    looks, zone = layer.evidence.looks, layer.evidence.zone
    if looks in (SWAPPED, SWAPPED_DEGREES):
        return layer.in_frame(None, trusted=False).blame("axis_swap", contradiction=True)
    if looks == UNCLEAR or (looks == PLAIN and not declared.zone) or zone == declared.zone:
        return layer
    if looks == PLAIN:
        crs = reader.meridian(declared.central_meridian)
        return layer.in_frame(crs, trusted=True).blame("zone_prefix", crs, True)
    if zone <= _LAST_MERCATOR and in_mercator(layer.evidence, declared, reader):
        crs = reader.read(MERCATOR)
        return layer.in_frame(crs, trusted=True).blame("wrong_crs", crs, True)
    crs = reader.zone(zone)
    if crs is None:
        return layer.in_frame(None, trusted=False).blame("wrong_crs", None, True)
    if crs.central_meridian != declared.central_meridian:
        return layer.in_frame(crs, trusted=True).blame("wrong_zone", crs, True, zone=zone)
    kind = "six_degree_zone" if declared.zone else "zone_prefix"
    return layer.in_frame(crs, trusted=True).blame(kind, crs, True)


def _from_numbers(evidence: Evidence, reader: CrsReader) -> Crs | None:
    """The frame that the numbers alone tell: degrees, or a zone in front of eastings."""
    if evidence.looks == DEGREES:
        return reader.geographic
    # Numbers of 6° zones could as well be Web Mercator: they alone prove nothing.
    sure = evidence.looks == PREFIXED and evidence.zone >= _FIRST_3_DEGREE_ZONE
    return reader.zone(evidence.zone) if sure else None


def _by_siblings(layers: list[Layer]) -> list[Layer]:
    """What the other layers of the package say of those that are doubtful."""
    sound = [
        layer
        for layer in layers
        if layer.declared and not layer.issues and layer.evidence.looks != UNCLEAR
    ]
    if not sound:
        return layers
    # The parcels are what everything else was drawn on; else the largest layer.
    best = max(sound, key=lambda each: (each.name == _REFERENCE, len(each.evidence.points)))
    return [_beside(layer, best) for layer in layers]


def _beside(layer: Layer, best: Layer) -> Layer:
    same_numbers = layer.evidence.looks == best.evidence.looks == PLAIN
    if layer is best or not same_numbers or not layer.evidence.overlaps(best.evidence):
        return layer
    if layer.declared is None:
        return layer.in_frame(best.used, trusted=True).blame("no_crs", best.used, other=best.name)
    if layer.issues or best.declared is None or layer.declared.kind != GAUSS_KRUGER:
        return layer
    if layer.declared.central_meridian == best.declared.central_meridian:
        return layer
    out = layer.in_frame(best.used, trusted=True)
    return out.blame("wrong_zone", best.used, True, other=best.name)


def _by_terrain(layer: Layer, reader: CrsReader, footprint: Footprint) -> Layer:
    """Where the declared frame puts the data beside the trusted DEM, and where others would."""
    evidence = layer.evidence
    if layer.empty or layer.confirmed:
        return layer
    if layer.declared is None and layer.used is None and not layer.issues:
        zone = reader.zone(evidence.zone)
        candidates = reader.meridians if evidence.looks == PLAIN else [zone] if zone else []
        found = _unique(candidates, evidence, footprint)
        return layer.in_frame(found, trusted=True).blame("no_crs", found)
    if layer.declared is None or layer.issues or evidence.looks != PLAIN:
        return layer
    if layer.declared.kind == GEOGRAPHIC:
        return layer
    share = footprint.share(evidence, layer.declared)
    if not share < _OFF:
        return layer
    others = [crs for crs in reader.meridians if crs.same_frame != layer.declared.same_frame]
    found = _unique(others, evidence, footprint)
    if found is None:
        return layer
    kind = "wrong_zone" if layer.declared.kind == GAUSS_KRUGER else "wrong_crs"
    # The trusted DEM may be another county's: this is a doubt, not a proof.
    return layer.in_frame(found, trusted=False).blame(kind, found, terrain=True)


def _unique(candidates: list[Crs], evidence: Evidence, footprint: Footprint) -> Crs | None:
    """The one candidate that puts the data on the DEM; ``None`` if none or several do."""
    found = [crs for crs in candidates if footprint.share(evidence, crs) >= _ON]
    return found[0] if len(found) == 1 else None


def _by_standard(layer: Layer, reader: CrsReader, footprint: Footprint) -> Layer:
    """Whether the declared CRS is one that the standard allows (2201, 2203)."""
    declared = layer.declared
    if declared is None:
        return layer
    out = layer
    wanted = str(reader.facts["datum"])
    if declared.datum != wanted and layer.dataset != _EVIDENCE:
        out = out.blame("datum", datum=_title(declared.datum, reader))
    if layer.trusted and not _agrees(declared.datum, footprint, reader):
        out = replace(out, trusted=False, reason=words.OTHER_DATUM)
    # Where the declaration is false, what it would have meant is another matter.
    if layer.dataset not in _SURVEY or any(issue.contradiction for issue in layer.issues):
        return out
    if declared.kind in (GEOGRAPHIC, UTM, WEB_MERCATOR):
        return out.blame(declared.kind)
    if declared.kind == OTHER:
        return out.blame("projection")
    if declared.width == 6:
        return out.blame("six_degree_zone", same_numbers=_inside_zone(layer, reader))
    return out if layer.issues else _distance(out, reader)


def _distance(layer: Layer, reader: CrsReader) -> Layer:
    """Data that lie so far from their central meridian that another is nearer."""
    used = layer.used
    if used is None or used.kind != GAUSS_KRUGER or layer.evidence.looks == UNCLEAR:
        return layer
    away = longitude_of(layer.evidence, used) - used.central_meridian
    limit = reader.facts["zone_width_deg"] / 2 + reader.facts["zone_margin_deg"]
    if not abs(away) > limit:
        return layer
    nearest = round((used.central_meridian + away) / 3) * 3.0
    return layer.blame("wrong_zone", reader.meridian(nearest), away=away)


def _inside_zone(layer: Layer, reader: CrsReader) -> bool:
    """Whether a 6° frame gives these data the same coordinates as the 3° frame would."""
    declared = layer.declared
    if declared is None or declared.zone or not len(layer.evidence.points):
        return False
    away = longitude_of(layer.evidence, declared) - declared.central_meridian
    return abs(away) <= reader.facts["zone_width_deg"] / 2


def _agrees(datum: str, footprint: Footprint, reader: CrsReader) -> bool:
    """Whether coordinates on ``datum`` may be compared with the DEM."""
    if datum in reader.facts["agreeing"]:
        return True
    dem = reader.read(footprint.wkt) if footprint.wkt else None
    return dem is not None and dem.datum == datum


def _title(datum: str, reader: CrsReader) -> Text:
    title = reader.facts["titles"].get(datum)
    return Text(title["zh"], title["en"]) if title else Text(datum, datum)


def _grouped(issues: list[FrameIssue]) -> list[FrameIssue]:
    """The same slip in several layers is one issue."""
    groups: dict[tuple[object, ...], list[FrameIssue]] = {}
    for issue in issues:
        key = (issue.kind, issue.contradiction, issue.declared, issue.seems)
        groups.setdefault(key, []).append(issue)
    out = []
    for same in groups.values():
        names = tuple(issue.layers[0] for issue in same)
        # The parcels say best where to look.
        first = max(same, key=lambda issue: issue.layers[0] == _REFERENCE)
        out.append(replace(first, layers=names, text=words.with_layers(first.text, names)))
    return out


def _mixed(layers: list[Layer]) -> list[FrameIssue]:
    """Survey layers declared in different frames."""
    groups: dict[tuple[object, ...], list[Layer]] = {}
    for layer in layers:
        # A layer whose frame was already blamed is not told of twice.
        if layer.declared is not None and layer.dataset in _SURVEY and not layer.issues:
            groups.setdefault(layer.declared.same_frame, []).append(layer)
    if len(groups) < 2:
        return []
    parts = sorted(groups.values(), key=lambda group: (-len(group), group[0].name))
    listed = [(group[0].declared.name, [each.name for each in group]) for group in parts]  # type: ignore[union-attr]
    names = tuple(each.name for group in parts[1:] for each in group)
    where = parts[1][0].evidence.box
    return [FrameIssue("mixed_crs", names, words.mixed(listed), doubtful=True, where=where)]
