"""The pages of the return list: a title page, the villages, and each village with its map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .content import Column, Section, Sheet
from .maps import MapMaker
from .report_parameters import today
from .report_words import Words

if TYPE_CHECKING:
    from ...checks.findings import Text
    from ...checks.progress import Progress
    from ...checks.return_list import ReturnItem, ReturnList

COVER, VILLAGES, VILLAGE = 0, 1, 2


def values_and_sections(
    made: ReturnList,
    language: str,
    county: str,
    sizes: dict[str, tuple[float, float]],
    folder: Path,
    progress: Progress,
) -> tuple[dict[str, Any], list[Section]]:
    """What the template is filled with; the maps are drawn here."""
    from ...checks.record import software_version
    from ...checks.return_list import usable_standard

    words = Words(language)
    table = made.parcels.table
    colours = {code: one.rgb for code, one in usable_standard("").classes.items()}
    wkt = made.wkt or (table.wkt if table is not None else "")
    maps = MapMaker(table if table is not None and wkt else None, colours, wkt, folder)
    values = _values(made, words, county, software_version())
    sections = [
        _cover(made, words, maps, sizes),
        Section(VILLAGES, {}, {"table_villages": _villages(made, words)}),
    ]
    groups = made.villages()
    for number, (code, name, items) in enumerate(groups):
        progress.at(number / len(groups), "绘制地图 | Drawing the maps")
        sections.append(_village(made, words, maps, sizes, (code, name, items)))
    return values, sections


def _values(made: ReturnList, words: Words, county: str, version: str) -> dict[str, Any]:
    line = words.line
    facts = [
        (line("成果包", "Package"), made.package),
        (line("年度", "Year"), str(made.year or "—")),
        (line("问题数", "Findings"), str(len(made.items))),
        (line("整改期限", "Deadline"), made.deadline or "—"),
        (line("日期", "Date"), made.created),
    ]
    which = {
        "returned": line("退回整改的问题", "Findings returned to the county"),
        "open": line("尚未办结的问题", "Findings that are open"),
        "all": line("全部问题", "All findings"),
    }[made.which.value]
    return {
        "title": line("国土调查成果整改清单", "Return list of a land survey package"),
        "subtitle": f"{county}  ·  {which}",
        "county": county,
        "facts": "     ".join(
            f"{name}：{value}" if words.language != "en" else f"{name}: {value}"
            for name, value in facts
        ),
        "heading_severities": line("按类别", "By severity"),
        "heading_villages": line("按坐落单位", "By village"),
        "legend": line(
            "● 不一致   ◆ 存疑   底色为填报地类",
            "● inconsistent   ◆ doubtful   colours: declared land class",
        ),
        "version": version,
        "created": today(),
    }


def _tally(items: Sequence[ReturnItem]) -> list[int]:
    by = [sum(1 for item in items if item.severity == letter) for letter in "ABCD"]
    bad = sum(1 for item in items if item.verdict == "inconsistent")
    return [*by, bad, len(items) - bad, len(items)]


def _cover(
    made: ReturnList, words: Words, maps: MapMaker, sizes: dict[str, tuple[float, float]]
) -> Section:
    parts: dict[str, Any] = {}
    counts = []
    for letter in "ABCD":
        own = [item for item in made.items if item.severity == letter]
        bad = sum(1 for item in own if item.verdict == "inconsistent")
        counts.append([letter, str(bad), str(len(own) - bad), str(len(own))])
    whole = _tally(made.items)
    counts.append([words.line("合计", "All"), str(whole[4]), str(whole[5]), str(whole[6])])
    parts["table_severities"] = Sheet(
        [
            Column(words("错漏类别", "Severity"), 1.4),
            Column(words("不一致", "Inconsistent"), 1.2, True),
            Column(words("存疑", "Doubtful"), 1.0, True),
            Column(words("合计", "All"), 0.9, True),
        ],
        counts,
        frozenset({4}),
    )
    if "map_overview" in sizes:
        parts["map_overview"] = maps.draw(
            maps.whole or maps.around(list(made.where)), sizes["map_overview"], _marks(made.items)
        )
    return Section(COVER, {}, parts)


def _villages(made: ReturnList, words: Words) -> Sheet:
    columns = [
        Column(words("代码", "Code"), 2.0),
        Column(words("坐落单位", "Village"), 3.2),
        *(Column(f"{letter}", 0.8, True) for letter in "ABCD"),
        Column(words("不一致", "Inconsistent"), 1.2, True),
        Column(words("存疑", "Doubtful"), 1.1, True),
        Column(words("合计", "All"), 1.0, True),
    ]
    rows = [
        [_shown(code), words.text(name), *(str(count) for count in _tally(items))]
        for code, name, items in made.villages()
    ]
    return Sheet(columns, rows)


def _shown(code: str) -> str:
    return "—" if code in ("\uffff", "\ufffe") else code


def _marks(items: Sequence[ReturnItem]) -> list[tuple[float, float, str]]:
    """The worst lie on top."""
    ordered = sorted(items, key=lambda item: item.verdict == "inconsistent")
    return [(item.x, item.y, item.verdict) for item in ordered if math.isfinite(item.x)]


def _village(
    made: ReturnList,
    words: Words,
    maps: MapMaker,
    sizes: dict[str, tuple[float, float]],
    village: tuple[str, Text, list[ReturnItem]],
) -> Section:
    code, name, items = village
    places = [made.where[item.number - 1] for item in items]
    shapes = [place for place in places if place is not None and not place.is_empty]
    parts: dict[str, Any] = {"table_items": _items(words, items)}
    if "map_village" in sizes and shapes:
        parts["map_village"] = maps.draw(
            maps.around(shapes), sizes["map_village"], _marks(items), shapes
        )
    tally = _tally(items)
    severities = "   ".join(f"{letter} {count}" for letter, count in zip("ABCD", tally) if count)
    facts = [
        words.line(f"代码 {_shown(code)}", f"code {_shown(code)}") if _shown(code) != "—" else "",
        words.line(
            f"共 {tally[6]} 个问题：不一致 {tally[4]}，存疑 {tally[5]}",
            f"{tally[6]} findings: {tally[4]} inconsistent, {tally[5]} doubtful",
        ),
        words.line("错漏类别", "Severity") + f"   {severities}",
        words.line("整改期限", "Deadline") + f"   {made.deadline}" if made.deadline else "",
    ]
    title = words.line(name.zh, name.en)
    return Section(
        VILLAGE,
        {"village": title, "village_facts": "\n".join(fact for fact in facts if fact)},
        parts,
    )


def _items(words: Words, items: Sequence[ReturnItem]) -> Sheet:
    from ...checks.return_list import VERDICTS

    columns = [
        Column(words("序号", "No."), 0.75, True),
        Column(words("标识码 / 地类", "BSM / class"), 2.8),
        Column(words("结论", "Verdict"), 1.8 if words.language != "zh" else 1.35),
        Column(words("问题", "What is wrong"), 6.2),
        Column(words("实测 / 应为", "Measured / expected"), 2.5),
        Column(words("可能原因", "Likely cause"), 1.8),
        Column(words("整改要求", "How to put it right"), 3.9),
        Column(words("退回理由", "Reviewer's reason"), 2.6),
        Column(words("坐标", "Place"), 1.75, True),
    ]
    rows = []
    for item in items:
        verdict = VERDICTS.get(item.verdict)
        called = words.text(verdict) if verdict is not None else item.verdict
        rows.append(
            [
                str(item.number),
                "\n".join(one for one in (item.bsm or item.object_id, item.land_class) if one),
                f"{called}\n{item.severity}",
                f"{words.text(item.message)}\n{words.line(item.rule.zh, item.rule.en)}"
                f" ({item.rule_id})",
                _numbers(item),
                words.text(item.cause),
                words.text(item.fix),
                item.reason,
                f"{item.x:.{_digits(item.x)}f}\n{item.y:.{_digits(item.x)}f}"
                if math.isfinite(item.x)
                else "—",
            ]
        )
    return Sheet(columns, rows)


def _digits(value: float) -> int:
    return 6 if abs(value) <= 360.0 else 1


def _numbers(item: ReturnItem) -> str:
    unit = f" {item.unit}" if item.unit else ""
    lines = [item.measured + unit if item.measured else "", item.expected and f"→ {item.expected}"]
    lines.append(f"± {item.tolerance}" if item.tolerance else "")
    return "\n".join(line for line in lines if line)
