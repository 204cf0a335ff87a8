"""Which band of an image is which: blue, green, red, near infrared and so on.

Told by the person, else by what the file says of its bands, else guessed from
their number. A band without a role is still a measurement of the ground; only
what rests on physics (vegetation, water, clouds) needs roles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osgeo import gdal

from ..raster import Raster
from ..reproject import quiet

_WORDS = (
    ("ndvi", r"ndvi|植被指数"),
    ("mask", r"^(qa|scl|fmask|cloud|mask|cld|pixel_qa|aot|wvp)|quality|云掩|掩膜"),
    ("red_edge", r"red.?edge|红边|^re\d?$"),
    ("swir2", r"swir.?2|short.?wave.*2|短波红外.*2"),
    ("swir1", r"swir|short.?wave|短波红外|中红外"),
    ("thermal", r"therm|tirs?\d?$|热红外|^lst"),
    ("nir", r"^nir|near.?infra|\bnir\b|近红外"),
    ("cirrus", r"cirrus|卷云|water.?vapou?r|水汽"),
    ("coastal", r"coastal|aerosol|海岸|气溶胶"),
    ("pan", r"^pan|panchro|全色"),
    ("blue", r"\bblue\b|^蓝|蓝光|蓝波段"),
    ("green", r"\bgreen\b|^绿|绿光|绿波段"),
    ("red", r"\bred\b|^红|红光|红波段"),
    ("yellow", r"\byellow\b|黄"),
)
_COLOURS = {
    "GCI_RedBand": "red",
    "GCI_GreenBand": "green",
    "GCI_BlueBand": "blue",
    "GCI_NIRBand": "nir",
    "GCI_RedEdgeBand": "red_edge",
    "GCI_CoastalBand": "coastal",
    "GCI_PanBand": "pan",
}
_LANDSAT_OLI = {
    "1": "coastal",
    "2": "blue",
    "3": "green",
    "4": "red",
    "5": "nir",
    "6": "swir1",
    "7": "swir2",
    "8": "pan",
    "9": "cirrus",
    "10": "thermal",
    "11": "thermal",
}
_LANDSAT_TM = {
    "1": "blue",
    "2": "green",
    "3": "red",
    "4": "nir",
    "5": "swir1",
    "6": "thermal",
    "61": "thermal",
    "62": "thermal",
    "7": "swir2",
    "8": "pan",
}
_SENTINEL_2 = {
    "1": "coastal",
    "2": "blue",
    "3": "green",
    "4": "red",
    "5": "red_edge",
    "6": "red_edge",
    "7": "red_edge",
    "8": "nir",
    "8A": "nir_narrow",
    "9": "cirrus",
    "10": "cirrus",
    "11": "swir1",
    "12": "swir2",
}
_NUMBERED = re.compile(
    r"^(?:sr_|toa_|st_)?(?:b|band|波段)[_\s-]?0*(\d+a?)(?:\b|_|$)", re.IGNORECASE
)
# Middle of the bands of Landsat and Sentinel-2, µm.
_WAVES = (
    *((0.40, 0.455, "coastal"), (0.455, 0.525, "blue"), (0.525, 0.60, "green")),
    *((0.60, 0.625, "yellow"), (0.625, 0.69, "red"), (0.69, 0.76, "red_edge")),
    *((0.76, 0.90, "nir"), (1.35, 1.40, "cirrus"), (1.50, 1.80, "swir1")),
    *((2.00, 2.40, "swir2"), (8.0, 14.0, "thermal")),
)
_NO_GROUND = ("mask", "thermal", "cirrus", "ndvi", "pan")
_SENTINEL_ORDER = ("1", "2", "3", "4", "5", "6", "7", "8", "8A", "9", "10", "11", "12")


@dataclass(frozen=True)
class BandRoles:
    """The bands of an image.

    Attributes
    ----------
    roles
        Role → position among :attr:`Raster.bands`, counted from 1.
    source
        Where the roles come from: ``given``, ``description``, ``wavelength``,
        ``sensor``, ``colour``, ``count`` (guessed), or empty where nothing
        is known.
    ground
        Positions of the bands that measure the ground: no masks, no thermal
        bands, no atmosphere.
    names
        For each band a word for people.
    """

    roles: dict[str, int]
    source: str
    ground: tuple[int, ...]
    names: tuple[str, ...]

    @property
    def guessed(self) -> bool:
        """Whether the roles are no more than usual for so many bands."""
        return self.source in ("", "count")

    def has(self, *roles: str) -> bool:
        """Whether all of these roles are known."""
        return all(role in self.roles for role in roles)


def roles_of(raster: Raster, given: Mapping[str, int]) -> BandRoles:
    """Find the roles of all bands.

    Parameters
    ----------
    given
        Role → band number in the file, as a person told; these win, and where
        any is given nothing is guessed from the mere count of bands.
    """
    position = {band.number: place for place, band in enumerate(raster.bands, start=1)}
    told = {role.lower(): position[n] for role, n in given.items() if n in position}
    said = _described(raster)
    names = [text for text, _, _ in said]
    found, source = _from_file(raster, said)
    if told:
        kept = {role: place for role, place in found.items() if place not in told.values()}
        found, source = ({} if source == "count" else kept) | told, "given"
    aside = {place for role, place in found.items() if role in _NO_GROUND}
    aside |= {p for p, name in enumerate(names, start=1) if _word(name) in _NO_GROUND}
    aside |= {p for p, role in _sensor(names).items() if role in ("thermal", "cirrus")}
    if source == "count":
        aside |= {p for p, number in _sentinel(raster) if _SENTINEL_2[number] == "cirrus"}
    ground = tuple(p for p in range(1, len(raster.bands) + 1) if p not in aside)
    if not ground:
        ground = tuple(p for r, p in sorted(found.items()) if r in ("ndvi", "pan", "thermal"))
    by_place = {place: role for role, place in found.items()}
    words = tuple(by_place.get(p, name) or f"b{p}" for p, name in enumerate(names, start=1))
    return BandRoles(found, source, ground or (1,), words)


def _from_file(
    raster: Raster, said: Sequence[tuple[str, float, str]]
) -> tuple[dict[str, int], str]:
    names = [text for text, _, _ in said]
    ways = (
        ("description", {p: _word(name) for p, name in enumerate(names, start=1)}),
        ("wavelength", {p: _wave(wave) for p, (_, wave, _) in enumerate(said, start=1)}),
        ("sensor", _sensor(names)),
        ("colour", {p: colour for p, (_, _, colour) in enumerate(said, start=1)}),
    )
    for source, words in ways:
        found = _first_of_each(words)
        if "ndvi" in found or len(set(found) & {"blue", "green", "red", "nir"}) >= 2:
            if source == "colour" and len(raster.bands) == 4 and "nir" not in found:
                free = set(range(1, 5)) - set(found.values())
                found["nir"] = free.pop()
            return found, source
    found = _by_count(raster)
    return found, "count" if found else ""


def _described(raster: Raster) -> list[tuple[str, float, str]]:
    """For each band its description, wavelength in µm (0: not said) and colour."""
    out = []
    with quiet():
        dataset = gdal.OpenEx(raster.path, gdal.OF_RASTER | gdal.OF_READONLY)
        colours = {
            getattr(gdal, name): role for name, role in _COLOURS.items() if hasattr(gdal, name)
        }
        for band in raster.bands:
            source = dataset.GetRasterBand(band.number)
            text = (source.GetDescription() or "").strip()
            out.append((text, _wavelength(source), colours.get(band.colour, "")))
    return out


def _wavelength(band: Any) -> float:
    for domain in ("", "IMAGERY", "ENVI"):
        facts = {key.lower(): value for key, value in (band.GetMetadata(domain) or {}).items()}
        for name in ("central_wavelength_um", "wavelength", "center_wavelength", "wavelength_nm"):
            match = re.search(r"\d+(?:\.\d+)?", str(facts.get(name, "")))
            if match:
                value = float(match.group())
                return value / 1000 if value > 100 else value
    return 0.0


def _word(name: str) -> str:
    low = name.lower().replace("_", " ").strip()
    return next((role for role, pattern in _WORDS if re.search(pattern, low)), "")


def _wave(micrometres: float) -> str:
    return next((role for low, high, role in _WAVES if low <= micrometres < high), "")


def _sensor(names: Sequence[str]) -> dict[int, str]:
    """Roles from numbered bands, by the sensor that has these numbers.

    Landsat 8 and 9 OLI, Landsat 4 to 7, Sentinel-2; band tables of USGS and
    ESA. Four bands 1 to 4 are blue, green, red, near infrared on Landsat 4–7
    as on GF-1, GF-2, GF-6 and ZY-3.
    """
    matches = [_NUMBERED.match(name) for name in names]
    numbers = [match.group(1).upper() if match else "" for match in matches]
    here = set(numbers) - {""}
    surface = any(name.lower().startswith("sr_") for name in names)
    if not here:
        return {}
    if "8A" in here or "12" in here or ({"2", "3", "4", "8"} <= here and "1" not in here):
        table = _SENTINEL_2
    elif {"61", "62"} & here:
        table = _LANDSAT_TM
    elif here & {"9", "10", "11"} or (surface and "6" in here) or "1" not in here:
        table = _LANDSAT_OLI
    else:
        table = _LANDSAT_TM
    return {p: table.get(number, "") for p, number in enumerate(numbers, start=1) if number}


def _first_of_each(words: Mapping[int, str]) -> dict[str, int]:
    out: dict[str, int] = {}
    for place, role in sorted(words.items()):
        if role:
            out.setdefault(role, place)
    if "nir" not in out and "nir_narrow" in out:
        out["nir"] = out["nir_narrow"]
    out.pop("nir_narrow", None)
    return out


def _by_count(raster: Raster) -> dict[str, int]:
    """What so many bands usually are; nothing where it is anyone's guess."""
    count = len(raster.bands)
    if count == len(_SENTINEL_ORDER):
        return _first_of_each({p: _SENTINEL_2[number] for p, number in _sentinel(raster)})
    if count == 3:
        return {"red": 1, "green": 2, "blue": 3}
    if count == 4:
        return _four(raster)
    if count == 1:
        values, valid = raster.overview(10_000)
        some = values[valid]
        signed = len(some) > 0 and some.min() >= -1.01 and some.max() <= 1.01
        return {"ndvi": 1} if signed and some.min() < some.max() else {"pan": 1}
    return {}


def _sentinel(raster: Raster) -> list[tuple[int, str]]:
    """Positions and numbers of the bands of Sentinel-2; none where there are not 13."""
    if len(raster.bands) != len(_SENTINEL_ORDER):
        return []
    return list(enumerate(_SENTINEL_ORDER, start=1))


def _four(raster: Raster) -> dict[str, int]:
    """Blue, green, red, near infrared, or the same beginning with red.

    Of the outer visible bands red has the greater contrast: soil and plants
    differ most in red, and haze dulls blue (Jensen 2007, chapter 11).
    """
    spread = []
    for place in (1, 3):
        values, valid = raster.overview(40_000, place)
        some = values[valid]
        spread.append(float(some.std()) if len(some) else 0.0)
    if spread[0] > spread[1]:
        return {"red": 1, "green": 2, "blue": 3, "nir": 4}
    return {"blue": 1, "green": 2, "red": 3, "nir": 4}
