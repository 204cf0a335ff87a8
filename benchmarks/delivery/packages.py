"""Small sealed packages, verified by the real verification once and sealed many times."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from osgeo import ogr, osr

from ...checks.options import Options
from ...checks.seal import Sealed, Signer, seal_package
from ...checks.standard import load
from ...checks.verify import verify
from ...services.delivery.rows import staging_columns

EPSG = 4529
_WEST, _SOUTH, _SIDE = 41_500_000.0, 3_900_000.0, 100.0


@dataclass(frozen=True)
class Verified:
    """A survey with its verification: what is sealed."""

    survey: Path
    record: Path
    findings: Path


def make_verified(folder: Path, parcels: int = 9, filling: int = 0, seed: int = 1) -> Verified:
    """Make a survey of square parcels and verify it.

    Parameters
    ----------
    filling
        Bytes of noise that lie beside the parcels, so that the package has a size.
    """
    survey = folder / "survey"
    survey.mkdir(parents=True, exist_ok=True)
    _write_parcels(survey / "990101test2023.gpkg", parcels)
    if filling:
        _write_noise(survey / "notes.bin", filling, seed)
    findings, record = folder / "findings.gpkg", folder / "record.json"
    verify(Options(submission=survey, findings=findings, record=record))
    return Verified(survey, record, findings)


def seal(verified: Verified, target: Path, signer: Signer, **package: Any) -> Sealed:
    """Seal a verified survey; ``package`` goes into the manifest (``id``, ``zone``…)."""
    facts = {"xzqdm": "990101", "year": 2023, **package}
    proof = {
        "verification/record.json": verified.record,
        "verification/findings.gpkg": verified.findings,
    }
    return seal_package(verified.survey, target, signer, facts, proof)


def _write_parcels(path: Path, count: int) -> None:
    system = osr.SpatialReference()
    system.ImportFromEPSG(EPSG)
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = source.CreateLayer("DLTB", system, ogr.wkbPolygon)
    types = {"real": ogr.OFTReal, "integer": ogr.OFTInteger, "text": ogr.OFTString}
    for field in load().fields["DLTB"]:
        definition = ogr.FieldDefn(field.name, types[staging_columns()[field.name.lower()]])
        definition.SetWidth(field.length)
        definition.SetPrecision(field.decimals)
        layer.CreateField(definition)
    layer.CreateField(ogr.FieldDefn("LOCAL_NOTE", ogr.OFTString))
    layer.StartTransaction()
    for number, (west, south) in enumerate(_places(count)):
        east, north = west + _SIDE, south + _SIDE
        feature = ogr.Feature(layer.GetLayerDefn())
        for name, value in _TEXTS.items():
            feature[name] = value
        feature["BSM"] = f"990101211000{number:06d}"
        feature["TBBH"] = str(number + 1)
        feature["TBMJ"] = feature["TBDLMJ"] = 10_000.0 + number / 3e9
        feature["SJNF"] = 2023
        if number % 3 == 0:
            feature["LOCAL_NOTE"] = 'tab\there, "quotes" \\ 反斜杠 & <标签>'
        feature.SetGeometry(
            ogr.CreateGeometryFromWkt(
                f"POLYGON (({west} {south}, {west} {north}, {east} {north}, {east} {south},"
                f" {west} {south}))"
            )
        )
        layer.CreateFeature(feature)
    layer.CommitTransaction()
    layer = None
    source = None


def _places(count: int) -> Iterator[tuple[float, float]]:
    across = max(int(count**0.5), 1)
    for number in range(count):
        # Thirds of a metre have no short decimal form: a digit lost on the way would show.
        yield _WEST + number % across * _SIDE + 1 / 3, _SOUTH + number // across * _SIDE + 1 / 3


def _write_noise(path: Path, size: int, seed: int) -> None:
    source = random.Random(seed)
    with path.open("wb") as out:
        left = size
        while left > 0:
            block = source.randbytes(min(left, 1 << 20))
            out.write(block)
            left -= len(block)


_TEXTS = {
    "BSM": "",
    "YSDM": "2001010100",
    "TBBH": "",
    "DLBM": "0301",
    "DLMC": "乔木林地",
    "QSXZ": "30",
    "QSDWDM": "9901011001010000000",
    "QSDWMC": "测试村",
    "ZLDWDM": "9901011001010000000",
    "ZLDWMC": "测试村",
    "MSSM": "00",
}
