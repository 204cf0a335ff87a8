"""The panel's table of findings and their details, on a file written by the product itself."""

from pathlib import Path

import pytest


@pytest.fixture
def table(qgis_app, survey):
    from onemap_verify.panels.review.queue.reading import read_findings

    return read_findings(Path(survey["findings"]))


def rows(table, order="worst", **wanted):
    from onemap_verify.panels.review.queue.filters import Context, Masks, Wanted
    from onemap_verify.panels.review.queue.standing import StandingArrays

    context = Context(table, StandingArrays(len(table)))
    plain = {name: (value,) if name != "text" else value for name, value in wanted.items()}
    keep = Masks().together(Wanted(**plain).filters(), context)
    return table.rows(keep, order).tolist()


def objects(table, found):
    return [int(table.value(row, "object_id")[-6:]) for row in found]


def test_everything_is_read(table):
    assert len(table) == 60
    assert table.count("verdict") == {"inconsistent": 30, "doubtful": 30}
    assert table.count("family") == {"topology": 30, "area": 30}
    assert [
        (rule.rule_id, rule.tested, rule.findings, rule.not_checkable) for rule in table.rules
    ] == [
        ("TOP-OVERLAP", 5000, 30, 7),
        ("L21", 4990, 30, 0),
        ("imagery.none", 0, 0, 5000),
    ]
    assert table.rules[2].reason == "未提供影像 | No imagery"


def test_the_worst_come_first(table):
    # Inconsistent before doubtful; among them the higher score, which grows with the number.
    assert objects(table, rows(table)) == [*range(58, -1, -2), *range(59, 0, -2)]


def test_other_orders(table):
    assert objects(table, rows(table, "object")) == list(range(60))
    assert [table.value(row, "family") for row in rows(table, "family")] == (
        ["topology"] * 30 + ["area"] * 30
    )


def test_filters_combine(table):
    assert len(rows(table, family="topology")) == 30
    assert rows(table, family="topology", verdict="doubtful") == []
    assert objects(table, rows(table, text="000042")) == [42]
    assert objects(table, rows(table, text="L21 000043")) == [43]
    assert rows(table, text="L21 000042") == []
    assert len(rows(table, text="图斑重叠", severity="C")) == 30
    assert len(rows(table, text="OVERLAPS its")) == 60


@pytest.mark.parametrize("text", ["'", '"', "%", "\\", "--;", "OR 1=1", "[a-"])
def test_what_is_typed_is_text_and_nothing_else(table, text):
    assert rows(table, text=text) == []


def test_reading_can_be_stopped_and_tells_how_far_it_is(qgis_app, survey):
    from onemap_verify.panels.review.queue.reading import read_findings

    seen = []
    read_findings(Path(survey["findings"]), at=seen.append)
    assert seen == [1.0]
    assert read_findings(Path(survey["findings"]), stopped=lambda: True) is None


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 100])
def test_a_file_that_is_none_of_ours_is_refused(qgis_app, tmp_path, content):
    from onemap_verify.panels.review.queue.reading import read_findings

    path = tmp_path / "a ' b.gpkg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError):
        read_findings(path)
    assert path.exists() == (content is not None)


def test_details_hold_the_numbers_with_unit_and_tolerance(table, speak):
    from qgis.PyQt.QtGui import QColor, QPalette

    from onemap_verify.checks.standard import load
    from onemap_verify.panels.review.finding_details import details

    rules = load().rules
    speak("en")
    (row,) = rows(table, text="000043")
    text = details(table, row, rules, QPalette())
    assert "12,345.6 m² (1.2346 ha, 18.5184 mu)" in text
    assert "± 0.5 m²" in text
    assert "Plane instead of ellipsoid area" in text
    assert rules["L21"].fix.en[:30] in text
    speak("zh_CN")
    text = details(table, row, rules, QPalette(QColor("black")))
    assert "12,345.6 m²（1.2346 公顷，18.5184 亩）" in text
    assert "误用平面面积" in text
    assert rules["L21"].fix.zh[:10] in text


def test_details_take_text_as_text(qgis_app):
    from qgis.PyQt.QtGui import QPalette

    from onemap_verify.panels.review.finding_details import details
    from onemap_verify.panels.review.finding_table import COLUMNS, FindingTable

    values = {name: ["<img src=x onerror=1>&'\""] for name in COLUMNS}
    values |= {"score": [0.5], "tolerance": [None], "fid": [1]}
    text = details(FindingTable(values), 0, {}, QPalette())
    assert "<img" not in text
    assert "&lt;img" in text


@pytest.mark.parametrize(
    ("text", "unit", "shown"),
    [
        ("1234567.891", "m", "1,234,567.891 m"),
        ("50", "m2", "50 m2"),
        ("66666.6667", "m²", "66,666.67 m² (6.6667 ha, 100 mu)"),
        ("1-5", "", "1-5"),
        ("nan", "m", "nan m"),
        ("", "m²", ""),
        ("0", "°", "0 °"),
        ("0105", "", "0105"),
        ("990101102203000000", "", "990101102203000000"),
        ("2700", "", "2,700"),
        ("0", "", "0"),
    ],
)
def test_quantities(speak, text, unit, shown):
    from onemap_verify.panels.numbers import quantity

    speak("en")
    assert quantity(text, unit) == shown


@pytest.mark.parametrize(
    "ground", ["#ffffff", "#f0f0f0", "#323232", "#717171", "#b2b2b2", "#000000"]
)
def test_verdicts_can_be_read_on_every_ground(qgis_app, ground):
    from qgis.PyQt.QtGui import QColor, QPalette

    from onemap_verify.panels.review.verdict_look import contrast, verdict_text_color

    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor(ground))
    dark = QColor(ground).lightness() < 128
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#ffffff" if dark else "#000000"))
    for verdict in ("inconsistent", "doubtful"):
        assert contrast(verdict_text_color(verdict, palette), QColor(ground)) >= 3.0
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21.0)
