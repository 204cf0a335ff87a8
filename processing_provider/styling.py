"""How findings look on the map: readable on imagery, on white, and from far away.

Colours and sizes are data (``resources/styles/findings.json``); the panel uses the same ones.
The verdict shows in colour, line style and marker shape, so that colour is never alone; the
severity shows in size. A finding that is only a few pixels large gets a marker with a halo.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsCentroidFillSymbolLayer,
    QgsFillSymbol,
    QgsMarkerSymbol,
    QgsProperty,
    QgsRendererCategory,
    QgsSimpleFillSymbolLayer,
    QgsSimpleMarkerSymbolLayer,
    QgsSymbol,
    QgsSymbolLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from .language import is_chinese

_SIZE = "max(bounds_width($geometry), bounds_height($geometry))"
STYLE = Path(__file__).resolve().parents[1] / "resources" / "styles" / "findings.json"


@lru_cache(maxsize=1)
def style() -> dict[str, Any]:
    """The style as it is written in its file."""
    data: dict[str, Any] = json.loads(STYLE.read_text(encoding="utf-8"))
    return data


def title(kind: str, value: str) -> str:
    """What ``value`` of ``verdicts`` or ``severities`` is called in the user's language."""
    entry = style()[kind].get(value)
    return entry["title"]["zh" if is_chinese() else "en"] if entry else value


def categories() -> list[tuple[str, str]]:
    """All pairs of verdict and severity, worst first."""
    return [
        (verdict, severity) for verdict in style()["verdicts"] for severity in style()["severities"]
    ]


def category_title(verdict: str, severity: str) -> str:
    """What a pair is called in the legend."""
    return f"{title('verdicts', verdict)} · {title('severities', severity)}"


def renderer(layer: QgsVectorLayer) -> QgsCategorizedSymbolRenderer:
    """A renderer by verdict and severity, with the categories that ``layer`` has."""
    expression = '"verdict" || \'/\' || "severity"'
    present = _present(layer)
    metre = 1.0 / 111_320.0 if layer.crs().isGeographic() else 1.0
    made = [
        QgsRendererCategory(
            f"{verdict}/{severity}",
            _symbol(verdict, severity, rank, metre),
            category_title(verdict, severity),
        )
        for rank, (verdict, severity) in enumerate(reversed(categories()))
        if (verdict, severity) in present
    ]
    answer = QgsCategorizedSymbolRenderer(expression, made[::-1])
    # The worst lie on top, and no halo covers a neighbour.
    answer.setUsingSymbolLevels(True)
    return answer


def _present(layer: QgsVectorLayer) -> set[tuple[str, str]]:
    """Pairs of verdict and severity in the file of ``layer``; one query, whatever its size."""
    path = Path(layer.source().split("|")[0])
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return set(connection.execute("SELECT DISTINCT verdict, severity FROM findings"))


def _color(verdict: str, alpha: int = 255) -> QColor:
    color = QColor(style()["verdicts"][verdict]["color"])
    color.setAlpha(alpha)
    return color


def _halo() -> QColor:
    color = QColor(style()["halo"]["color"])
    color.setAlpha(style()["halo"]["alpha"])
    return color


def _only_small(layer: QgsSymbolLayer, metre: float) -> QgsSymbolLayer:
    """Draw ``layer`` only where the finding is too small on the map to be seen itself."""
    limit = style()["markers_below_mm"] / 1000.0 * metre
    layer.setDataDefinedProperty(
        QgsSymbolLayer.Property.PropertyLayerEnabled,
        QgsProperty.fromExpression(f"{_SIZE} < @map_scale * {limit!r}"),
    )
    return layer


def _marker(verdict: str, severity: str) -> QgsSimpleMarkerSymbolLayer:
    look = style()["verdicts"][verdict]
    layer = QgsSimpleMarkerSymbolLayer.create(
        {
            "name": look["marker"],
            "size": str(style()["severities"][severity]["marker_mm"]),
            "outline_width": "0.5",
        }
    )
    layer.setColor(_color(verdict))
    layer.setStrokeColor(_halo())
    return layer


def _in_passes(symbol: QgsSymbol, layers: list[QgsSymbolLayer], rank: int) -> QgsSymbol:
    """Put ``layers`` into ``symbol``; halos of all ranks first, then the ranks one by one."""
    while symbol.symbolLayerCount():
        symbol.deleteSymbolLayer(0)
    for number, layer in enumerate(layers):
        layer.setRenderingPass(0 if number == 0 and len(layers) > 1 else 1 + rank * 2 + number)
        symbol.appendSymbolLayer(layer)
    return symbol


def _symbol(verdict: str, severity: str, rank: int, metre: float) -> QgsSymbol:
    sizes = style()["severities"][severity]
    halo = QgsSimpleFillSymbolLayer.create({"style": "no", "joinstyle": "round"})
    halo.setStrokeColor(_halo())
    halo.setStrokeWidth(sizes["line_mm"] + style()["halo"]["extra_mm"])
    fill = QgsSimpleFillSymbolLayer.create(
        {"outline_style": style()["verdicts"][verdict]["line"], "joinstyle": "round"}
    )
    fill.setFillColor(_color(verdict, sizes["fill_alpha"]))
    fill.setStrokeColor(_color(verdict))
    fill.setStrokeWidth(sizes["line_mm"])
    # A finding about a whole village shall not hide what lies in it.
    limit = style()["fill_below_m"] * metre
    fill.setDataDefinedProperty(
        QgsSymbolLayer.Property.PropertyFillStyle,
        QgsProperty.fromExpression(f"if({_SIZE} < {limit!r}, 'solid', 'no')"),
    )
    centre = QgsCentroidFillSymbolLayer()
    centre.setPointOnSurface(True)
    centre.setPointOnAllParts(False)
    # A symbol made from a list would not own its layers.
    dot = QgsMarkerSymbol()
    dot.changeSymbolLayer(0, _marker(verdict, severity))
    centre.setSubSymbol(dot)
    return _in_passes(QgsFillSymbol(), [halo, fill, _only_small(centre, metre)], rank)
