"""What physics says of water in a picture, where nobody has shown what water looks like here."""

from __future__ import annotations

import numpy as np

from ..table import BoolArray, FloatArray
from .image_clear import CLEAR, SHADOW
from .spectra import SpectraMeasure

_DRY_NEAR_INFRARED = 0.6
"""Share of the land's usual near infrared above which no water surface lies: clear water
returns next to nothing, very turbid water less than half (Jensen 2007, chapter 12). Shadow
of clouds begins at the same line (:mod:`.image_clear`)."""

_DRY_INDEX = 0.1
"""NDVI (Rouse et al. 1974) from which plants show, floating ones too."""


_WET_NEAR_INFRARED = 0.25
_WET_INDEX = 0.1
_LEAST_CLEAR, _MOST_SHADOW = 0.95, 0.02


def surely_dry(spectra: SpectraMeasure) -> BoolArray:
    """Parcels that cannot be open water, shape ``(n,)``; none without near infrared.

    Land with near infrared as bright as most land has, and greener than bare water
    can be, or with NDWI (McFeeters 1996) or MNDWI (Xu 2006) below zero.
    """
    out = np.zeros(len(spectra), dtype=bool)
    with np.errstate(invalid="ignore"):
        bright = _near_infrared(spectra) > _DRY_NEAR_INFRARED
        for more, less, least in (
            ("nir", "red", _DRY_INDEX),
            ("nir", "green", 0.0),
            ("swir1", "green", 0.0),
        ):
            index = spectra.index(more, less)
            if index is not None:
                out |= index > least
    return np.asarray(out & bright, dtype=bool)


def surely_wet(spectra: SpectraMeasure) -> BoolArray:
    """Parcels that show open water throughout, shape ``(n,)``; none without near infrared.

    Hardly any near infrared, NDWI and (where there is a short-wave band) MNDWI above
    zero, no shadow of clouds. Slopes in the shadow of mountains look alike: whoever
    asks must know the ground to be level.
    """
    ndwi, mndwi = spectra.index("green", "nir"), spectra.index("green", "swir1")
    if ndwi is None:
        return np.zeros(len(spectra), dtype=bool)
    with np.errstate(invalid="ignore"):
        out = (_near_infrared(spectra) < _WET_NEAR_INFRARED) & (ndwi > _WET_INDEX)
        if mndwi is not None:
            out &= mndwi > 0
    out &= spectra.clear_share >= _LEAST_CLEAR
    return np.asarray(out & (spectra.state_share[:, SHADOW] <= _MOST_SHADOW), dtype=bool)


def _near_infrared(spectra: SpectraMeasure) -> FloatArray:
    """Near infrared over its usual value on this image, shape ``(n,)``; NaN: not known."""
    nir, number = spectra.band("nir"), spectra.image.role("nir")
    if nir is None or number is None:
        return np.full(len(spectra), np.nan)
    values, valid = spectra.image.overview
    ground = valid & (spectra.image.clarity.code == CLEAR)
    if not ground.any():
        return np.full(len(spectra), np.nan)
    usual = float(np.median(values[number][ground])) - spectra.dark[number]
    return nir / usual if usual > 0 else np.full(len(spectra), np.nan)
