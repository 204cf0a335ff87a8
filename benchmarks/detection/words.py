"""Numbers as the report writes them."""

from __future__ import annotations

import math

from .protocol import Measured


def percent(value: float, digits: int = 0) -> str:
    """A share in per cent, ``–`` where unknown."""
    return "–" if value is None or not math.isfinite(value) else f"{100 * value:.{digits}f} %"


def with_interval(found: Measured) -> str:
    """A share with its interval."""
    if not math.isfinite(found.value):
        return "–"
    text = percent(found.value)
    if math.isfinite(found.low):
        text += f" ({100 * found.low:.0f}–{100 * found.high:.0f})"
    return text
