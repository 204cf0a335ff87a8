"""Numbers for people: thousands separators, units, areas also in hectares and 亩."""

from __future__ import annotations

import math

from qgis.PyQt.QtCore import QLocale

from ..processing_provider.language import translate

SQUARE_METRES_PER_MU = 2000.0 / 3.0
_DIGITS = 12
AREA_UNITS = ("m2", "m²", "㎡")


def _locale() -> QLocale:
    """The locale of QGIS, which leaves out thousands separators unless it is told not to."""
    locale = QLocale()
    options = locale.numberOptions()
    if options & QLocale.NumberOption.OmitGroupSeparator:
        locale.setNumberOptions(options ^ QLocale.NumberOption.OmitGroupSeparator)
    return locale


def count(value: int) -> str:
    """``value`` with thousands separators."""
    return str(_locale().toString(int(value)))


def number(value: float, digits: int = 2) -> str:
    """``value`` with thousands separators and no more than ``digits`` decimals."""
    locale = _locale()
    text = str(locale.toString(float(value), "f", digits))
    point = locale.decimalPoint()
    return text.rstrip("0").rstrip(point) if point in text else text


def quantity(text: str, unit: str) -> str:
    """A measured or expected value with its unit; areas also in hectares and 亩.

    What is no number is returned as it is, and so are codes and identifiers: digits without a unit
    that begin with 0, or are more than a number holds.
    """
    if not unit and text.isdigit() and (len(text) > _DIGITS or (text[0] == "0" and len(text) > 1)):
        return text
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return f"{text} {unit}".strip() if text else ""
    if unit in AREA_UNITS and abs(value) >= 100.0:
        return translate("Numbers", "{m2} m² ({ha} ha, {mu} mu)").format(
            m2=number(value),
            ha=number(value / 10_000.0, 4),
            mu=number(value / SQUARE_METRES_PER_MU, 4),
        )
    return f"{number(value, 4)} {unit}".strip()
