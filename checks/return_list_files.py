"""The return list as GeoPackage and as spreadsheet."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal, ogr

from .findings import Text
from .progress import SILENT, Progress
from .record import cannot_write
from .return_list import VERDICTS, ReturnItem, ReturnList
from .tables_file import REAL, TEXT, WHOLE, OutTable, write_tables

LANGUAGES = ("zh", "en", "both")
_LONGEST_CELL = 32_767
"""Characters that a cell of a spreadsheet can hold (ECMA-376, Excel's limit)."""
_WIDE = 56.0

Column = tuple[str, Text, int, Callable[[ReturnItem], Any]]


def _columns(made: ReturnList, language: str) -> list[Column]:
    """Name of the field, heading, kind and value of every column of the list."""

    def say(text: Text) -> str:
        return spoken(text, language)

    return [
        ("number", Text("序号", "No."), WHOLE, lambda i: i.number),
        ("village_code", Text("坐落单位代码", "Village code"), TEXT, _code),
        ("village", Text("坐落单位", "Village"), TEXT, lambda i: say(i.village)),
        ("layer", Text("图层", "Layer"), TEXT, lambda i: i.layer),
        ("bsm", Text("标识码", "BSM"), TEXT, lambda i: i.bsm or i.object_id),
        ("land_class", Text("地类", "Land class"), TEXT, lambda i: i.land_class),
        ("rule_id", Text("规则编号", "Rule"), TEXT, lambda i: i.rule_id),
        ("rule", Text("规则", "Rule title"), TEXT, lambda i: say(i.rule)),
        ("verdict", Text("结论", "Verdict"), TEXT, lambda i: say(VERDICTS.get(i.verdict, _T(i)))),
        ("severity", Text("错漏类别", "Severity"), TEXT, lambda i: i.severity),
        ("message", Text("问题描述", "What is wrong"), TEXT, lambda i: say(i.message)),
        ("measured", Text("实测", "Measured"), TEXT, lambda i: i.measured),
        ("expected", Text("应为", "Expected"), TEXT, lambda i: i.expected),
        ("tolerance", Text("限差", "Tolerance"), TEXT, lambda i: i.tolerance),
        ("unit", Text("单位", "Unit"), TEXT, lambda i: i.unit),
        ("cause", Text("可能原因", "Likely cause"), TEXT, lambda i: say(i.cause)),
        ("fix", Text("整改要求", "How to put it right"), TEXT, lambda i: say(i.fix)),
        ("reason", Text("退回理由", "Reviewer's reason"), TEXT, lambda i: i.reason),
        ("decided_by", Text("核查人", "Reviewer"), TEXT, lambda i: i.decided_by),
        ("deadline", Text("整改期限", "Deadline"), TEXT, lambda _: made.deadline),
        ("state", Text("状态", "State"), TEXT, lambda i: say(i.state.called)),
        ("x", Text("X 坐标（东）", "East"), REAL, lambda i: _metre(i.x)),
        ("y", Text("Y 坐标（北）", "North"), REAL, lambda i: _metre(i.y)),
        ("finding_id", Text("发现编号", "Finding id"), TEXT, lambda i: i.finding_id),
    ]


def _T(item: ReturnItem) -> Text:
    return Text(item.verdict, item.verdict)


def spoken(text: Text, language: str) -> str:
    """A sentence in Chinese, in English, or in both, one below the other."""
    if language == "zh" or text.zh == text.en:
        return text.zh
    return text.en if language == "en" else f"{text.zh}\n{text.en}".strip()


def _code(item: ReturnItem) -> str:
    return "" if item.village_code in ("\uffff", "\ufffe") else item.village_code


def _metre(value: float) -> float | None:
    return round(value, 8 if abs(value) <= 360.0 else 2) if np.isfinite(value) else None


def write_geopackage(
    made: ReturnList, path: Path, language: str = "zh", progress: Progress = SILENT
) -> None:
    """Write the list as a layer ``return_list``; the file appears whole or not at all.

    The columns have the same English names in every language, the values are in ``language``.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    columns = _columns(made, language)
    rows = []
    for number, item in enumerate(made.items):
        if number % 2000 == 0:
            progress.check()
        rows.append({name: value(item) for name, _, _, value in columns})
    kinds = {name: kind for name, _, kind, _ in columns}
    write_tables(path, [OutTable("return_list", kinds, rows, made.where)], made.wkt, progress)


def write_spreadsheet(
    made: ReturnList, path: Path, language: str = "zh", progress: Progress = SILENT
) -> None:
    """Write the list as ``.xlsx``: identifiers are text, and no text is ever a formula.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    headings = [spoken(title, language) for _, title, _, _ in _columns(made, language)]
    kinds = [kind for _, _, kind, _ in _columns(made, language)]
    getters = [value for _, _, _, value in _columns(made, language)]
    part = path.with_name(path.stem + ".part.xlsx")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        rows = ([get(item) for get in getters] for item in made.items)
        try:
            import openpyxl
        except ImportError:
            _by_gdal(part, _sheet_name(language), headings, kinds, rows, progress)
        else:
            _by_openpyxl(openpyxl, part, made, language, headings, kinds, rows, progress)
        os.replace(part, path)
    except (OSError, RuntimeError, zipfile.BadZipFile) as error:
        raise cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink()


def _sheet_name(language: str) -> str:
    return "Return list" if language == "en" else "整改清单"


def _by_openpyxl(
    library: Any,
    path: Path,
    made: ReturnList,
    language: str,
    headings: Sequence[str],
    kinds: Sequence[int],
    rows: Any,
    progress: Progress,
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = library.Workbook()
    sheet = book.active
    sheet.title = _sheet_name(language)
    top = Alignment(wrap_text=True, vertical="top")
    for place, text in enumerate(headings, 1):
        cell = sheet.cell(1, place, text)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="2A6592")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    widths = [max(_width(part) for part in text.split("\n")) for text in headings]
    for number, row in enumerate(rows, 2):
        if number % 500 == 0:
            progress.at(number / (len(made.items) + 1))
        for place, (kind, value) in enumerate(zip(kinds, row), 1):
            if value is None or value == "":
                continue
            cell = sheet.cell(number, place)
            if kind == TEXT:
                _set_text(cell, str(value))
                widths[place - 1] = max(widths[place - 1], _width(str(value)))
            else:
                cell.value = value
                widths[place - 1] = max(widths[place - 1], len(str(value)))
            cell.alignment = top
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = min(width + 2.0, _WIDE)
    sheet.freeze_panes = "F2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    # The same list gives the same bytes, whenever it is written.
    book.properties.created = book.properties.modified = datetime(2000, 1, 1)
    book.properties.creator = "OneMap Verify"
    book.save(str(path))


def _set_text(cell: Any, text: str) -> None:
    """Text stays text: what begins with ``=`` is no formula, also after somebody edits it."""
    cell.value = text[:_LONGEST_CELL]
    cell.data_type = "s"
    cell.number_format = "@"
    if text[:1] in "=+-@\t\r":
        cell.quotePrefix = True


def _width(text: str) -> float:
    """Width in a spreadsheet's characters; a Chinese one takes two."""
    return sum(1.9 if ord(letter) > 0x2E7F else 1.0 for letter in text[:80])


def _by_gdal(
    path: Path,
    sheet: str,
    headings: Sequence[str],
    kinds: Sequence[int],
    rows: Any,
    progress: Progress,
) -> None:
    """Without openpyxl: plainer, but the same cells."""
    driver = ogr.GetDriverByName("XLSX")
    if driver is None:
        raise RuntimeError("python -m pip install openpyxl")
    with gdal.ExceptionMgr() if hasattr(gdal, "ExceptionMgr") else nullcontext():
        target = driver.CreateDataSource(str(path))
        if target is None:
            raise RuntimeError(gdal.GetLastErrorMsg() or "XLSX")
        layer = target.CreateLayer(sheet, None, ogr.wkbNone)
        for text, kind in zip(headings, kinds):
            layer.CreateField(ogr.FieldDefn(text.replace("\n", " "), kind))
        for number, row in enumerate(rows):
            if number % 500 == 0:
                progress.check()
            feature = ogr.Feature(layer.GetLayerDefn())
            for place, (kind, value) in enumerate(zip(kinds, row)):
                if value is None or value == "":
                    continue
                if kind == TEXT:
                    feature.SetFieldString(place, _harmless(str(value)))
                else:
                    feature.SetField(place, value)
            layer.CreateFeature(feature)
        del layer, target


def _harmless(text: str) -> str:
    """GDAL cannot mark a cell as text, so what a program could take for a formula is quoted."""
    return ("'" + text if text[:1] in "=+-@" else text)[:_LONGEST_CELL]
