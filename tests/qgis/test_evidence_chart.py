"""Small charts, looked at pixel by pixel."""

import itertools
import xml.etree.ElementTree

import numpy as np
import pytest


@pytest.fixture
def parts(qgis_app):
    from onemap_verify.checks.evidence import model
    from onemap_verify.checks.findings import Text

    def text(words):
        return Text(words, words)

    def chart(series=None, bands=(), marks=(), x=None, y=None, note="n"):
        values = np.arange(0.0, 11.0)
        series = series or (model.Series(text("s"), values, values * 2.0, "line", "measured"),)
        return model.Chart(
            "test",
            text("A title"),
            x or model.Axis(text("Slope"), "°"),
            y or model.Axis(text("Share"), "%"),
            tuple(series),
            tuple(bands),
            tuple(marks),
            text(note),
        )

    class Parts:
        pass

    made = Parts()
    made.text, made.chart, made.model = text, chart, model
    return made


def widget_of(chart, size=(300, 200), dark=False):
    from qgis.PyQt.QtGui import QColor, QPalette

    from onemap_verify.panels.review.evidence.chart_widget import ChartWidget

    widget = ChartWidget()
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Base, QColor("#202020" if dark else "#ffffff"))
    palette.setColor(QPalette.ColorRole.Text, QColor("#e8e8e8" if dark else "#101010"))
    widget.setPalette(palette)
    widget.resize(*size)
    widget.show_chart(chart)
    return widget


def picture(widget):
    from qgis.PyQt.QtGui import QImage

    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def at(image, x, y):
    from qgis.PyQt.QtGui import QColor

    return QColor(image.pixel(int(x), int(y)))


def far(one, other):
    return max(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb()))


@pytest.mark.parametrize("dark", [False, True])
def test_a_band_colours_its_span_and_nothing_else(parts, dark):
    band = parts.model.Band(2.0, 6.0, parts.text("declared grade"), "x", "declared")
    widget = widget_of(parts.chart(bands=[band]), dark=dark)
    plot, image = widget.plot(), picture(widget)
    level = plot.area.top() + 3.5
    ground = at(image, 1, 1)
    for value in (2.3, 4.0, 5.7):
        assert far(at(image, plot.x.at(value), level), ground) > 8, value
    for value in (1.6, 6.4, 8.6):
        assert far(at(image, plot.x.at(value), level), ground) <= 2, value


def test_a_level_band_colours_its_rows(parts):
    band = parts.model.Band(5.0, 10.0, parts.text("ok"), "y")
    widget = widget_of(parts.chart(bands=[band]))
    plot, image = widget.plot(), picture(widget)
    assert far(at(image, plot.area.left() + 4, plot.y.at(7.3)), at(image, 1, 1)) > 8
    assert far(at(image, plot.area.left() + 4, plot.y.at(12.3)), at(image, 1, 1)) <= 2


def test_a_mark_stands_at_its_value(parts):
    mark = parts.model.Mark(7.5, parts.text("found"), "x", "declared")
    widget = widget_of(parts.chart(marks=[mark]))
    plot, image = widget.plot(), picture(widget)
    level = plot.area.top() + 4
    columns = range(int(plot.area.left()) + 2, int(plot.area.right()) - 2)
    darkest = min(columns, key=lambda x: at(image, x, level).lightness())
    assert abs(darkest - plot.x.at(7.5)) <= 1.5


def test_bars_are_as_high_as_their_values(parts):
    x = np.array([0.0, 1.0, 2.0])
    series = parts.model.Series(
        parts.text("s"), x, np.array([2.0, np.nan, 8.0]), "bars", "measured"
    )
    axis = parts.model.Axis(parts.text("Grade"), "", tuple(map(parts.text, "abc")))
    widget = widget_of(parts.chart(series=[series], x=axis))
    plot, image = widget.plot(), picture(widget)
    ground = at(image, 1, 1)
    assert far(at(image, plot.x.at(2.0), plot.y.at(6.9)), ground) > 60
    assert far(at(image, plot.x.at(0.0), plot.y.at(1.1)), ground) > 60
    assert far(at(image, plot.x.at(0.0), plot.y.at(6.9)), ground) <= 40
    assert far(at(image, plot.x.at(1.0), plot.y.at(1.1)), ground) <= 40  # a gap is no bar


def test_an_envelope_is_filled_between_its_ends(parts):
    x = np.arange(0.0, 11.0)
    series = parts.model.Series(
        parts.text("s"), x, np.full(11, 5.0), "line", "declared", np.full(11, 2.0), np.full(11, 8.0)
    )
    widget = widget_of(parts.chart(series=[series]))
    plot, image = widget.plot(), picture(widget)
    ground = at(image, 1, 1)
    assert far(at(image, plot.x.at(4.5), plot.y.at(7.2)), ground) > 8
    assert far(at(image, plot.x.at(4.5), plot.y.at(8.35)), ground) <= 2


def test_a_step_has_the_width_of_its_classes(parts):
    x = np.array([0.5, 1.5, 2.5])
    series = parts.model.Series(parts.text("s"), x, np.array([1.0, 9.0, 1.0]), "step", "measured")
    widget = widget_of(parts.chart(series=[series]))
    plot, image = widget.plot(), picture(widget)
    level = plot.y.at(5.3)
    dark = [
        x
        for x in range(int(plot.area.left()), int(plot.area.right()))
        if at(image, x, level).lightness() < 160
    ]
    assert abs(min(dark) - plot.x.at(1.0)) <= 2
    assert abs(max(dark) - plot.x.at(2.0)) <= 2


@pytest.mark.parametrize("size", [(220, 150), (300, 200), (640, 400)])
def test_names_never_overlap_and_stay_inside(parts, size):
    from qgis.PyQt.QtCore import QRectF

    model, text = parts.model, parts.text
    marks = [model.Mark(v, text(f"limit {v}°")) for v in (2.0, 2.2, 2.4, 6.0)]
    marks += [model.Mark(v, text(f"level {v}"), "y") for v in (5.0, 5.2, 5.4)]
    bands = [model.Band(1.0, 3.0, text("declared")), model.Band(4, 8, text("allowed"), "y")]
    widget = widget_of(parts.chart(bands=bands, marks=marks), size)
    plot = widget.plot()
    areas = [label.area for label in plot.names]
    assert len(areas) >= 4
    for one, other in itertools.combinations(areas, 2):
        assert not one.adjusted(1, 1, -1, -1).intersects(other), (one, other)
    whole = QRectF(widget.rect()).adjusted(-1, -1, 1, 1)
    for label in (*plot.names, *plot.labels):
        assert whole.contains(label.area), label
    assert plot.area.height() > 25


def test_ticks_are_round_and_tell_what_they_stand_for(parts):
    from onemap_verify.panels.review.evidence.chart_scale import nice_ticks, tick_text, value_text

    assert nice_ticks(0.0, 10.0, 6) == [0, 2, 4, 6, 8, 10]
    assert nice_ticks(0.25, 30.25, 3) == [10, 20, 30]
    assert nice_ticks(0.0, 8.1, 4) == [0, 2.5, 5, 7.5]
    assert [tick_text(one, 2.5) for one in (2.5, 5.0)] == ["2.5", "5"]
    assert tick_text(0.05, 0.05) == "0.05"
    assert value_text(17015.73, "m²") == "17,016 m²"
    assert value_text(6.187, "°") == "6.187°"
    for low, high in ((3.0, 3.0), (float("nan"), 1.0), (1e300, 1e301), (-1e-9, 1e-9)):
        assert nice_ticks(low, high, 5)


def test_a_legend_only_for_several_series(parts):
    x = np.arange(3.0)
    one = parts.model.Series(parts.text("one"), x, x, "line", "measured")
    two = parts.model.Series(parts.text("two"), x, x + 1, "line", "declared")
    assert widget_of(parts.chart(series=[one])).plot().legend == []
    assert [e.text for e in widget_of(parts.chart(series=[one, two])).plot().legend] == [
        "one",
        "two",
    ]


@pytest.mark.parametrize("ground", ["#ffffff", "#202020", "#323232", "#efefef", "#c8c8c8"])
def test_every_colour_stands_out_from_the_ground(qgis_app, ground):
    from qgis.PyQt.QtGui import QColor, QFont

    from onemap_verify.panels.review.evidence.chart_look import (
        MARKS_CONTRAST,
        TEXT_CONTRAST,
        Look,
    )
    from onemap_verify.panels.review.verdict_look import contrast

    color = QColor(ground)
    look = Look(color, QColor("#000000" if color.lightness() > 128 else "#ffffff"), QFont())
    assert contrast(look.dim, color) >= TEXT_CONTRAST
    for role in ("declared", "measured", "expected", "reference", "other", "limit", "tolerance"):
        for turn in range(3):
            assert contrast(look.of(role, turn), color) >= max(TEXT_CONTRAST, MARKS_CONTRAST)


def test_a_theme_that_says_nothing_is_seen_through(qgis_app):
    """Themes of QGIS make widgets transparent; what is behind them counts."""
    from qgis.PyQt.QtGui import QColor
    from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

    from onemap_verify.panels.review.evidence.chart_look import ground_of
    from onemap_verify.panels.review.evidence.chart_widget import ChartWidget

    outer = QWidget()
    outer.setObjectName("outer")
    outer.setStyleSheet("* {background: transparent} #outer {background: #323232; color: #aaaaaa}")
    chart = ChartWidget()
    QVBoxLayout(outer).addWidget(chart)
    for widget in (outer, chart):
        widget.ensurePolished()
    ground, text = ground_of(chart)
    assert ground == QColor("#323232")
    assert text.lightness() > 150


def test_a_pointer_reads_the_value_under_it(parts):
    from qgis.PyQt.QtCore import QPoint

    widget = widget_of(parts.chart())
    plot = widget.plot()
    point, words = widget.nearest(QPoint(int(plot.x.at(7.0)), int(plot.y.at(14.0))))
    assert abs(point.x() - plot.x.at(7.0)) < 1
    assert "7°: 14%" in words
    assert widget.nearest(QPoint(1, 1)) is None


def test_it_is_saved_copied_and_said_in_words(parts, tmp_path):
    from qgis.PyQt.QtGui import QGuiApplication, QImage

    widget = widget_of(parts.chart(marks=[parts.model.Mark(7.5, parts.text("found"))]))
    told = []
    widget.saved.connect(lambda path, well: told.append(well))
    assert widget.save_to(tmp_path / "c.svg")
    root = xml.etree.ElementTree.parse(tmp_path / "c.svg").getroot()
    assert root.tag.endswith("svg")
    assert "A title" in "".join(root.itertext())
    assert widget.save_to(tmp_path / "c.png")
    image = QImage(str(tmp_path / "c.png"))
    assert image.width() == 1280 and at(image, 2, 2).getRgb()[:3] == (255, 255, 255)
    assert not widget.save_to(tmp_path / "none" / "c.png")
    assert told == [True, True, False]
    widget.copy_values()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "Slope (°)\ts" and lines[8] == "7\t14"
    assert widget.accessibleName() == "A title"
    assert "from 0% to 20% (at 10°)" in widget.accessibleDescription()
    assert "found 7.5°" in widget.accessibleDescription()


def test_broken_values_are_no_trouble(parts):
    nothing = np.array([np.nan, np.inf, -np.inf])
    for style in ("bars", "line", "points", "step"):
        series = parts.model.Series(parts.text("s"), nothing, nothing, style, "measured")
        picture(widget_of(parts.chart(series=[series])))
    empty = np.zeros(0)
    for style in ("bars", "line", "points", "step"):
        series = parts.model.Series(parts.text("s"), empty, empty, style, "odd role")
        marks = [parts.model.Mark(float("nan"), parts.text("m"))]
        picture(widget_of(parts.chart(series=[series], marks=marks), (30, 20)))


def test_a_long_track_is_drawn_at_once(parts):
    import time

    x = np.arange(200_000.0)
    y = np.abs(np.sin(x / 900.0))
    y[77_777] = 9.0  # one value among many must not be thinned away
    series = parts.model.Series(parts.text("s"), x, y, "line", "measured")
    widget = widget_of(parts.chart(series=[series]))
    started = time.perf_counter()
    image = picture(widget)
    assert time.perf_counter() - started < 0.5
    plot = widget.plot()
    column = range(int(plot.x.at(77_777)) - 2, int(plot.x.at(77_777)) + 3)
    assert min(at(image, one, plot.y.at(6.0)).lightness() for one in column) < 200
