"""Small charts as SVG text: sharp on paper, no fonts or scripts carried along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ..findings import Text
from ..table import FloatArray

RED, AMBER, GREEN, GREY, BLUE, PALE = (
    "#b3261e",
    "#d98e04",
    "#2e7d4f",
    "#8a949e",
    "#2a6592",
    "#b9cfe0",
)
_WIDTH = 340.0


@dataclass(frozen=True)
class Bar:
    """One row of a bar chart: a label and the lengths of its parts."""

    label: Text
    parts: tuple[float, ...]


def number(value: float, decimals: int = 0) -> str:
    """A number with thousands separators."""
    return f"{value:,.{decimals}f}"


def _svg(height: float, body: Sequence[str], title: Text) -> str:
    head = (
        f'<svg viewBox="0 0 {_WIDTH:g} {height:g}" role="img" '
        f'aria-label="{escape(title.zh)} {escape(title.en)}">'
    )
    return head + "".join(body) + "</svg>"


def _label(x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{escape(text)}</text>'


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" '
        f'height="{max(height, 0):.1f}" fill="{colour}"/>'
    )


def stacked_bars(bars: Sequence[Bar], colours: Sequence[str], title: Text) -> str:
    """Horizontal bars, one a row, parts side by side, with the total at the end."""
    row, left, right = 25.0, 92.0, 44.0
    longest = max((sum(bar.parts) for bar in bars), default=0.0) or 1.0
    scale = (_WIDTH - left - right) / longest
    body = []
    for place, bar in enumerate(bars):
        top = place * row
        if bar.label.zh == bar.label.en:
            body.append(_label(left - 8, top + 15.5, bar.label.zh, "end"))
        else:
            body.append(_label(left - 8, top + 12, bar.label.zh, "end"))
            body.append(_label(left - 8, top + 21.5, bar.label.en, "end", "minor"))
        at = left
        for part, colour in zip(bar.parts, colours):
            # A part that exists is seen, however small beside the others.
            width = max(part * scale, 1.5) if part > 0 else 0.0
            body.append(_box(at, top + 4, width, 15, colour))
            at += width
        body.append(_label(at + 6, top + 15.5, number(sum(bar.parts))))
    return _svg(len(bars) * row + 4, body, title)


def paired_columns(
    labels: Sequence[str], first: Sequence[float], second: Sequence[float], title: Text, unit: str
) -> str:
    """Two columns for each label, to compare what was declared with what was measured."""
    height, base, top = 172.0, 148.0, 22.0
    highest = max([*first, *second, 1e-12])
    step = _WIDTH / max(len(labels), 1)
    width = min(step * 0.36, 46.0)
    body = [f'<line x1="0" x2="{_WIDTH:g}" y1="{base}" y2="{base}" class="axis"/>']
    for place, label in enumerate(labels):
        middle = (place + 0.5) * step
        for value, colour, x in (
            (first[place], PALE, middle - width - 2),
            (second[place], BLUE, middle + 2),
        ):
            size = (base - top) * value / highest
            body.append(_box(x, base - size, width, size, colour))
            body.append(_label(x + width / 2, base - size - 4, _short(value), "middle", "minor"))
        body.append(_label(middle, base + 15, label, "middle"))
    body.append(_label(_WIDTH, 10, unit, "end", "minor"))
    return _svg(height, body, title)


def _short(value: float) -> str:
    return number(value, 0 if value >= 100 else 1)


def histogram(
    values: FloatArray,
    title: Text,
    unit: str,
    limits: tuple[float, float] | None = None,
    bins: int = 37,
) -> str:
    """Distribution of ``values``; the span between ``limits`` is shaded.

    The axis shows the middle 99 %; what lies beyond is gathered in the end
    columns, so that one blunder does not flatten the picture.
    """
    height, base, top = 172.0, 136.0, 8.0
    values = values[np.isfinite(values)]
    if not len(values):
        return _svg(30, [_label(0, 18, f"{title.zh}:— | {title.en}: —")], title)
    low, high = np.quantile(values, (0.005, 0.995))
    if limits is not None:
        low, high = min(low, limits[0] * 1.2), max(high, limits[1] * 1.2)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    counts, _ = np.histogram(np.clip(values, low, high), edges)
    step = _WIDTH / bins

    def across(value: float) -> float:
        return float((value - low) / (high - low) * _WIDTH)

    body = []
    if limits is not None:
        start, end = across(limits[0]), across(limits[1])
        body.append(
            f'<rect x="{start:.1f}" y="{top}" width="{end - start:.1f}" '
            f'height="{base - top}" class="band"/>'
        )
    scale = (base - top) / max(int(counts.max()), 1)
    for place, count in enumerate(counts):
        size = max(count * scale, 0.8) if count else 0.0
        body.append(_box(place * step + 0.5, base - size, step - 1, size, BLUE))
    body.append(f'<line x1="0" x2="{_WIDTH:g}" y1="{base}" y2="{base}" class="axis"/>')
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        anchor = "start" if share == 0 else "end" if share == 1 else "middle"
        value = low + share * (high - low)
        body.append(_label(share * _WIDTH, base + 15, f"{value:.3g}", anchor, "minor"))
    body.append(_label(_WIDTH, base + 29, f"{unit}   n = {number(len(values))}", "end", "minor"))
    return _svg(height, body, title)
