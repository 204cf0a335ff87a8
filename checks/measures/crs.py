"""What a declared CRS is, told by its parameters and not by its code or name alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from osgeo import osr

from ..reproject import quiet, reference
from ..standard import Standard

GEOGRAPHIC, GAUSS_KRUGER, UTM = "geographic", "gauss_kruger", "utm"
WEB_MERCATOR, OTHER = "web_mercator", "other"

_TRANSVERSE = "transverse_mercator"
_FALSE_EASTING = 500_000.0
_UTM_SCALE = 0.9996
_METRE, _SCALE, _DEGREE = 1e-3, 1e-7, 1e-6
_AXIS_METRE, _FLATTENING = 0.5, 5e-7
"""Ellipsoids nearer than this are the same; CGCS2000 and WGS 84 differ by 1.5e-6 in 1/f."""
_SAYS_THREE = re.compile(r"3[\s_-]*(?:degree|deg|度|°)", re.IGNORECASE)
_SAYS_SIX = re.compile(r"6[\s_-]*(?:degree|deg|度|°)", re.IGNORECASE)
_STANDARD_NAME = re.compile(r"gauss[\s_-]*kr|_GK_", re.IGNORECASE)


@dataclass(frozen=True)
class Crs:
    """A CRS as far as verifying needs it.

    Attributes
    ----------
    kind
        ``geographic``, ``gauss_kruger``, ``utm``, ``web_mercator`` or ``other``.
    datum
        ``CGCS2000``, ``Xian80``, ``Beijing54``, ``WGS84``, or its own name.
    central_meridian
        Degrees; NaN where the projection is not Gauss-Krüger.
    false_easting
        Metres, with the zone number if eastings carry one.
    zone
        The zone number in front of the eastings, 0 where there is none.
    width
        3 or 6 degrees as declared, 0 where the declaration does not say.
    """

    wkt: str
    name: str
    kind: str
    datum: str
    central_meridian: float = float("nan")
    false_easting: float = float("nan")
    zone: int = 0
    width: int = 0

    @property
    def same_frame(self) -> tuple[object, ...]:
        """Equal for two CRS that give a place the same coordinates."""
        if self.kind == GAUSS_KRUGER:
            return (self.kind, self.datum, self.central_meridian, self.false_easting)
        if self.kind == GEOGRAPHIC:
            return (self.kind, self.datum)
        return (self.kind, self.datum, self.name)


class CrsReader:
    """Reads CRS against the datums and zones of a standard."""

    def __init__(self, standard: Standard) -> None:
        self.facts: dict[str, Any] = standard.data("frames.json")
        self._zones: dict[str, Any] = standard.data("crs.json")
        self._six_codes = {
            str(row["epsg"]) for key in ("gk6_zone_prefix", "gk6_cm") for row in self._zones[key]
        }
        self._cache: dict[str, Crs | None] = {}

    def read(self, wkt: str) -> Crs | None:
        """What ``wkt`` (or an EPSG code) is; ``None`` when it is no CRS of the Earth."""
        if wkt not in self._cache:
            self._cache[wkt] = self._read(wkt)
        return self._cache[wkt]

    @property
    def geographic(self) -> Crs | None:
        """Longitude and latitude on the standard's datum."""
        return self.read(str(self._zones["geographic"]))

    def zone(self, number: int) -> Crs | None:
        """The frame whose eastings begin with zone ``number`` (3° or 6°)."""
        for key in ("gk3_zone_prefix", "gk6_zone_prefix"):
            for row in self._zones[key]:
                if row["zone"] == number:
                    return self.read(f"EPSG:{row['epsg']}")
        return None

    def meridian(self, degrees: float) -> Crs | None:
        """The 3° frame of a central meridian, eastings without zone number."""
        for row in self._zones["gk3_cm"]:
            if row["cm"] == degrees:
                return self.read(f"EPSG:{row['epsg']}")
        return None

    @property
    def meridians(self) -> list[Crs]:
        """All 3° frames without zone number, west to east."""
        found = (self.meridian(row["cm"]) for row in self._zones["gk3_cm"])
        return [crs for crs in found if crs is not None]

    def _read(self, wkt: str) -> Crs | None:
        crs = reference(wkt)
        if crs is None:
            return None
        with quiet():
            try:
                if not (crs.IsGeographic() or crs.IsProjected()):
                    return None
                return self._describe(crs)
            except RuntimeError:
                return None

    def _describe(self, crs: osr.SpatialReference) -> Crs:
        wkt = crs.ExportToWkt() or crs.ExportToWkt(["FORMAT=WKT2_2019"])
        name, datum = crs.GetName() or "", self._datum(crs)
        if crs.IsGeographic():
            return Crs(wkt, name, GEOGRAPHIC, datum)
        projection = (crs.GetAttrValue("PROJECTION") or "").lower()
        metre = abs(crs.GetLinearUnits() - 1.0) < _SCALE
        if projection != _TRANSVERSE or not metre:
            mercator = "mercator" in projection and projection != _TRANSVERSE
            return Crs(wkt, name, WEB_MERCATOR if mercator else OTHER, datum)
        scale = crs.GetProjParm(osr.SRS_PP_SCALE_FACTOR, 1.0)
        if abs(scale - _UTM_SCALE) < _SCALE:
            return Crs(wkt, name, UTM, datum)
        shifted = (
            abs(crs.GetProjParm(osr.SRS_PP_FALSE_NORTHING, 0.0)) > _METRE
            or abs(crs.GetProjParm(osr.SRS_PP_LATITUDE_OF_ORIGIN, 0.0)) > _DEGREE
        )
        if abs(scale - 1.0) > _SCALE or shifted:
            return Crs(wkt, name, OTHER, datum)
        meridian = crs.GetProjParm(osr.SRS_PP_CENTRAL_MERIDIAN, 0.0)
        easting = crs.GetProjParm(osr.SRS_PP_FALSE_EASTING, 0.0)
        zone = round((easting - _FALSE_EASTING) / 1e6)
        standing = abs(easting - _FALSE_EASTING - zone * 1e6) < _METRE
        # Zone numbers follow from the meridian: 3° zones n·3, 6° zones n·6 - 3.
        fits = (
            zone == 0
            or abs(meridian - zone * 3) < _DEGREE
            or abs(meridian - zone * 6 + 3) < _DEGREE
        )
        steps = (meridian - self.facts["meridians"]["first"]) / self.facts["meridians"]["step"]
        usual = abs(steps - round(steps)) < _DEGREE and (
            self.facts["meridians"]["first"] <= meridian <= self.facts["meridians"]["last"]
        )
        kind = GAUSS_KRUGER if standing and fits and usual else OTHER
        width = self._width(crs, name, meridian, zone)
        return Crs(wkt, name, kind, datum, meridian, easting, zone if standing else 0, width)

    def _width(self, crs: osr.SpatialReference, name: str, meridian: float, zone: int) -> int:
        if zone:
            return 3 if abs(meridian - zone * 3) < _DEGREE else 6
        if _SAYS_THREE.search(name):
            return 3
        code = crs.GetAuthorityCode(None)
        if (code in self._six_codes) or _SAYS_SIX.search(name):
            return 6
        # EPSG and ESRI say "3-degree" for 3° zones and nothing for 6° zones.
        six_meridian = abs((meridian + 3) / 6 - round((meridian + 3) / 6)) < _DEGREE
        return 6 if six_meridian and _STANDARD_NAME.search(name) else 0

    def _datum(self, crs: osr.SpatialReference) -> str:
        name = crs.GetAttrValue("DATUM") or ""
        word = re.sub(r"[^A-Z0-9]", "", name.upper())
        a, inverse_f = crs.GetSemiMajor(), crs.GetInvFlattening()
        datums = self.facts["datums"]
        for datum, fact in datums.items():
            if any(each in word for each in fact["words"]):
                return str(datum)
        if not word or any(each in word for each in self.facts["nameless_words"]):
            for datum, fact in datums.items():
                near = abs(a - fact["a"]) < _AXIS_METRE
                if near and abs(inverse_f - fact["inv_f"]) < _FLATTENING:
                    return str(datum)
        return name or "unknown"
