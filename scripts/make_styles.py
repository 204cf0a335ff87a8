"""Write the styles of the one map (resources/styles/onemap) from the standard's colours.

Run with the Python of QGIS after the table of land classes has changed:
``.venv/bin/python scripts/make_styles.py``.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsLinePatternFillSymbolLayer,
    QgsMapLayer,
    QgsRendererCategory,
    QgsSimpleFillSymbolLayer,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor
from workplace import PLUGINS, link_plugin

link_plugin()
sys.path.insert(0, str(PLUGINS))
from onemap_verify.checks import standard  # noqa: E402  # found by the lines above

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "styles" / "onemap"
SLOPES = ("#f2f6ea", "#d9e3b8", "#ecc97f", "#d98f57", "#a8513f")
# Fill with its transparency, outline, its width in mm, direction of a hatching or None.
PLANS = {
    "YJJBNTBHTB": ("#ffd640", 60, "#b8860b", 0.3, 45),
    "YJJBNTTB": ("#ffd640", 60, "#b8860b", 0.3, 45),
    "STBHHX": ("#2e9e4f", 40, "#c8102e", 0.6, 135),
    "CZKFBJ": ("#7a4fb5", 0, "#7a4fb5", 0.7, None),
    "XZQ": ("#000000", 0, "#4a4a4a", 0.6, None),
    "CJDCQ": ("#000000", 0, "#8a8a8a", 0.3, None),
    "CZCDYD": ("#b03030", 0, "#b03030", 0.4, None),
}


def fill(colour: QColor, edge: str, width: float) -> QgsFillSymbol:
    """A plain fill; without ``width`` no outline."""
    symbol = QgsFillSymbol.createSimple({"joinstyle": "round"})
    layer = symbol.symbolLayer(0)
    layer.setFillColor(colour)
    layer.setStrokeColor(QColor(edge))
    layer.setStrokeWidth(width)
    layer.setStrokeStyle(Qt.PenStyle.SolidLine if width else Qt.PenStyle.NoPen)
    return symbol


def planned(name: str) -> QgsFillSymbol:
    """The look of a control line: what lies under it stays visible."""
    colour, alpha, edge, width, direction = PLANS[name]
    inner = QColor(colour)
    inner.setAlpha(alpha)
    symbol = fill(inner, edge, width)
    if direction is not None:
        lines = QgsLinePatternFillSymbolLayer()
        lines.setLineAngle(direction)
        lines.setDistance(2.2)
        lines.setLineWidth(0.18)
        lines.setColor(QColor(edge))
        lines.subSymbol().setColor(QColor(edge))
        lines.subSymbol().setWidth(0.18)
        symbol.insertSymbolLayer(0, lines)
        symbol.appendSymbolLayer(QgsSimpleFillSymbolLayer(QColor(0, 0, 0, 0)))
        top = symbol.symbolLayer(symbol.symbolLayerCount() - 1)
        top.setStrokeColor(QColor(edge))
        top.setStrokeWidth(width)
    return symbol


def classes() -> QgsCategorizedSymbolRenderer:
    """Land classes in the colours of the standard's own map style."""
    made = []
    for code, land_class in standard.load().classes.items():
        if land_class.rgb:
            colour = QColor(*map(int, land_class.rgb.split(",")))
            label = f"{code} {land_class.title}"
            made.append(QgsRendererCategory(code, fill(colour, "#70564f48", 0.08), label))
    made.append(QgsRendererCategory(None, fill(QColor("#ff00c8"), "#7a0060", 0.2), "其他 Other"))
    return QgsCategorizedSymbolRenderer("DLBM", made)


def slopes() -> QgsCategorizedSymbolRenderer:
    """Grades of the slope map."""
    titles = ("≤2°", "2°–6°", "6°–15°", "15°–25°", ">25°")
    return QgsCategorizedSymbolRenderer(
        "PDJB",
        [
            QgsRendererCategory(str(grade), fill(QColor(colour), "", 0.0), f"{grade}  {title}")
            for grade, (colour, title) in enumerate(zip(SLOPES, titles), 1)
        ],
    )


def write(name: str, renderer: object) -> None:
    """Write one style: symbols and labels only, nothing of fields, forms or machines."""
    layer = QgsVectorLayer("Polygon?field=DLBM:string&field=PDJB:string", name, "memory")
    layer.setRenderer(renderer)
    path = FOLDER / f"{name}.qml"
    message, worked = layer.saveNamedStyle(str(path), QgsMapLayer.StyleCategory.Symbology)
    if not worked:
        raise OSError(message)
    # Ids of symbol layers are drawn anew each time; without them a style stays the same.
    text = re.sub(r' id="\{[0-9a-f-]{36}\}"', "", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")


def main() -> int:
    """Write all styles."""
    application = QgsApplication([], False)
    application.initQgis()
    FOLDER.mkdir(parents=True, exist_ok=True)
    write("DLTB", classes())
    write("PDT", slopes())
    for name in PLANS:
        write(name, QgsSingleSymbolRenderer(planned(name)))
    sys.stdout.flush()
    os._exit(0)  # exitQgis crashes in several versions


if __name__ == "__main__":
    sys.exit(main())
