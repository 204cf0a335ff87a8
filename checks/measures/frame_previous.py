"""Frames told by what is trusted: last year's parcels, and where trusted data lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..reproject import ReprojectionError
from ..table import Table
from .crs import GAUSS_KRUGER, Crs, CrsReader
from .frame_evidence import UNCLEAR, Evidence, Footprint, longitude_of
from .frame_layer import Layer
from .frame_pairs import MERCATOR, Candidate, Explained, explain, slips

_REFERENCE = "DLTB"
_DISTORTING = ("gcj02", "bd09")
_CORRECTED = ("wrong_zone", "wrong_crs")
_ON = 0.9
_CHINA = ((70.0, 15.0), (140.0, 56.0))
_ZONE_REACH = 2.5  # degrees from the central meridian that a county may reach


def by_previous(
    layers: list[Layer], parcels: Table | None, previous: Table | None, reader: CrsReader
) -> list[Layer]:
    """What last year's parcels say of the frame of DLTB, and so of all declared alike."""
    mine = next((layer for layer in layers if layer.name == _REFERENCE), None)
    if mine is None or parcels is None or previous is None or mine.empty or mine.issues:
        return layers
    if mine.declared is None or not len(previous) or previous.geometry is None:
        return layers
    found = explain(parcels, previous, mine.declared, reader)
    if found is None:
        return layers
    frame = mine.declared.same_frame
    return [
        _told(layer, found)
        if layer.declared and layer.declared.same_frame == frame and not layer.issues
        else layer
        for layer in layers
    ]


def _told(layer: Layer, found: Explained) -> Layer:
    if not found.kind:
        return replace(layer, confirmed=True)
    if layer.empty:
        return layer
    crs = found.crs if found.kind in _CORRECTED else None
    if crs is not None:
        out = layer.in_frame(crs, trusted=True)
    elif found.kind in (*_DISTORTING, "datum_shift"):
        # The declared frame is kept, so that the layer can be shown somewhere.
        out = layer.in_frame(layer.declared, trusted=False)
        out = replace(out, distorted=found.kind in _DISTORTING)
    else:
        out = layer.in_frame(None, trusted=False)
    out = out.blame(found.kind, crs, True, told=found.facts, previous=found, called=found.seems)
    return replace(out, confirmed=True)


def in_mercator(evidence: Evidence, declared: Crs, reader: CrsReader) -> bool:
    """Whether numbers read as Web Mercator lie in the declared zone, where no zone number does."""
    mercator = reader.read(MERCATOR)
    if mercator is None or not len(evidence.points):
        return False
    away = longitude_of(evidence, mercator) - declared.central_meridian
    return bool(abs(away) <= _ZONE_REACH)


def by_place(layer: Layer, reader: CrsReader, footprint: Footprint) -> Layer:
    """Numbers that fit no frame at all: a unit, a sign or a false easting mistaken."""
    declared = layer.declared
    if layer.empty or layer.issues or layer.confirmed or declared is None:
        return layer
    if layer.evidence.looks != UNCLEAR or declared.kind != GAUSS_KRUGER:
        return layer
    if not len(layer.evidence.points):
        return layer
    found = [each for each in slips(declared) if _plausible(each, layer, footprint)]
    if in_mercator(layer.evidence, declared, reader):
        crs = reader.read(MERCATOR)
        if crs is not None and not footprint.share(layer.evidence, crs) < _ON:
            return layer.in_frame(crs, trusted=True).blame("wrong_crs", crs, True)
    if len({each.kind for each in found}) != 1:
        return layer
    one = found[0]
    return layer.in_frame(None, trusted=False).blame(one.kind, None, True, called=one.seems)


def _plausible(candidate: Candidate, layer: Layer, footprint: Footprint) -> bool:
    """Whether the frame puts the layer near its meridian in China, and on what is trusted."""
    declared = layer.declared
    if declared is None:
        return False
    try:
        there = candidate.degrees(layer.evidence.points)
    except ReprojectionError:
        return False
    low, high = np.array(_CHINA[0]), np.array(_CHINA[1])
    with np.errstate(invalid="ignore"):
        inside = ((there >= low) & (there <= high)).all(axis=1)
        inside &= np.abs(there[:, 0] - declared.central_meridian) <= _ZONE_REACH
    if inside.mean() < _ON:
        return False
    share = footprint.share_at(there)
    return not share < _ON
