"""The pages of a lot's verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .content import Column, Section, Sheet
from .maps import MapMaker
from .report_parameters import today
from .report_words import Words, signatures

if TYPE_CHECKING:
    from ...checks.return_list import Parcels

FRONT, DETAILS = 0, 1
_ACROSS = 5
Record = Mapping[str, Any]
Places = Mapping[str, tuple[float, float]]


def values_and_sections(
    records: tuple[Record | None, Record],
    parcels: Parcels | None,
    places: Places,
    wkt: str,
    told: tuple[str, str, str],
    sizes: dict[str, tuple[float, float]],
    folder: Path,
    head: tuple[int, str],
) -> tuple[dict[str, Any], list[Section]]:
    """What the template is filled with.

    ``records`` are those of the draw and of the verdict; ``places`` says where the inspected
    units are; ``told`` is language, county and package; ``head`` that of the journal.
    """
    draw, lot = records
    language, county, package = told
    words = Words(language)
    front: dict[str, Any] = {
        "table_lot": Sheet(_pairs(words), facts_of(draw, lot, words)),
    }
    if "map_sample" in sizes and wkt:
        front["map_sample"] = _map(lot, parcels, places, wkt, sizes["map_sample"], folder)
    details = {
        "table_grades": _grades(lot, words),
        "table_accuracy": _accuracy(lot, words),
        "table_strata": _strata(draw, words),
        "table_units": _units(lot, words),
        "table_clean": _clean(lot),
        "table_record": Sheet(_pairs(words), _record(draw, head, words)),
    }
    values = _values(lot, words, county, package)
    return values, [Section(FRONT, {}, front), Section(DETAILS, {}, details)]


def _pairs(words: Words) -> list[Column]:
    return [Column(words("项目", "Item"), 1.6), Column(words("内容", "Value"), 4.4)]


def grade_title(grade: str, words: Words) -> str:
    """What a grade is called; the word itself for one that is not known."""
    from ...checks.sampling.scoring import Grade

    try:
        return words.text(Grade(grade).called)
    except ValueError:
        return grade


def _verdict(lot: Record, words: Words) -> str:
    if lot.get("verdict") == "passed":
        return words.line("批合格", "Lot accepted")
    return words.line("批不合格", "Lot rejected")


def _values(lot: Record, words: Words, county: str, package: str) -> dict[str, Any]:
    from ...checks.record import software_version

    line = words.line
    passed = lot.get("verdict") == "passed"
    grade = grade_title(str(lot.get("grade") or ""), words)
    verdict = f"{_verdict(lot, words)}  ·  {grade}" if passed else _verdict(lot, words)
    reasons = "；".join(_text(reason, words) for reason in lot.get("reasons") or [])
    colon = "：" if words.language == "zh" else ": "
    facts = [(line("成果包", "Package"), package), (line("日期", "Date"), today())]
    return {
        "title": line("检验批判定书", "Verdict on a lot"),
        "subtitle": f"{county}  ·  GB/T 24356",
        "county": county,
        "facts": "     ".join(f"{name}{colon}{value}" for name, value in facts if value),
        "verdict_passed": verdict if passed else "",
        "verdict_failed": "" if passed else verdict,
        "reasons": reasons,
        "legend": line(
            "红色圆点：不合格    橙色菱形：有错漏但合格    绿色圆点：无错漏",
            "Red circle: failed    Amber diamond: errors, but passed    Green circle: no error",
        ),
        "heading_lot": line("检验批与抽样", "Lot and sample"),
        "heading_map": line("样本分布", "Where the sample lies"),
        "heading_grades": line("质量等级", "Grades"),
        "heading_accuracy": line("整批精度估计", "What the sample says of the lot"),
        "heading_strata": line("分层抽样", "Strata"),
        "heading_units": line("有错漏的单位成果", "Units with errors"),
        "heading_clean": line("无错漏的单位成果（100 分）", "Units without errors (100 points)"),
        "heading_record": line("凭据", "Proof"),
        "statement": line(
            "扣分：A 类 42，B 类 12/t，C 类 4/t，D 类 1/t；样本中有一个单位不合格，则批不合格"
            "（GB/T 24356-2023）。",
            "Deductions: A 42, B 12/t, C 4/t, D 1/t; one unit that fails fails the lot"
            " (GB/T 24356-2023).",
        ),
        **signatures(words),
        "version": software_version(),
        "created": today(),
    }


def _text(reason: Any, words: Words) -> str:
    if not isinstance(reason, Mapping):
        return str(reason)
    return words.line(str(reason.get("zh") or ""), str(reason.get("en") or ""))


def facts_of(draw: Record | None, lot: Record | None, words: Words) -> list[list[str]]:
    """Rows about draw and verdict, for this report and the reviewer's."""
    rows: list[list[str]] = []
    if draw is not None:
        rows += _facts_of_draw(draw, words)
    if lot is None:
        return rows
    failed, inspected = int(lot.get("failed") or 0), int(lot.get("inspected") or 0)
    rows.append(
        [
            words("检验与不合格", "Inspected and failed"),
            words.line(
                f"检验 {inspected}，不合格 {failed}", f"{inspected} inspected, {failed} failed"
            ),
        ]
    )
    plan = _mapping(lot.get("plan"))
    weights = plan.get("weights")
    shown = (
        "，".join(f"{name} {value:g}" for name, value in weights.items())
        if isinstance(weights, Mapping)
        else words.line("各质量元素等权", "all elements weigh the same")
    )
    rows.append([words("调整系数 t", "Adjustment t"), f"{plan.get('adjustment', 1)}"])
    rows.append([words("权重", "Weights"), shown])
    rows.append([words("判定", "Verdict"), _verdict(lot, words)])
    rows.append([words("质量等级", "Grade"), grade_title(str(lot.get("grade") or ""), words)])
    return rows


def _facts_of_draw(draw: Record, words: Words) -> list[list[str]]:
    lots = [one for one in draw.get("lots") or [] if isinstance(one, Mapping)]
    drawn = sum(len(one.get("drawn") or []) for one in lots)
    sizes = ", ".join(str(one.get("units")) for one in lots[:12]) + (" …" if len(lots) > 12 else "")
    return [
        [
            words("总体与批", "Units and lots"),
            words.line(
                f"单位成果 {draw.get('units')}，分为 {len(lots)} 批（{sizes}）",
                f"{draw.get('units')} units in {len(lots)} lots ({sizes})",
            ),
        ],
        [words("抽样方案", "Plan"), plan_title(draw, words)],
        [words("样本量", "Sample size"), str(drawn)],
        [words("随机种子", "Seed"), str(draw.get("seed") or "")],
    ]


def plan_title(draw: Record, words: Words) -> str:
    """The plan of a draw, with the row of the standard's table that it used."""
    plan = _mapping(draw.get("plan"))
    kind = str(plan.get("plan") or "")
    if kind.startswith("table"):
        edition = str(plan.get("edition") or kind[-4:])
        rows = table_rows(draw, edition)
        used = "；".join(f"{low}–{high} → {size}" for low, high, size in rows)
        return f"GB/T 24356-{edition}" + (f"  {used}" if used else "")
    if kind == "zero_defect":
        limit, sure = float(plan.get("limit") or 0), float(plan.get("confidence") or 0)
        return words.line(
            f"零缺陷：不合格率上限 {limit:.3g}，置信度 {sure:.3g}",
            f"zero defects: limit {limit:.3g}, confidence {sure:.3g}",
        )
    return words.line(f"指定样本量 {plan.get('size')}", f"a number of units: {plan.get('size')}")


def table_rows(draw: Record, edition: str) -> list[tuple[int, int, int]]:
    """Rows of the table of GB/T 24356 that the lots of a draw fall in: from, to, sample size."""
    from ...checks import standard
    from ...checks.errors import ExplainedError
    from ...checks.sampling.plan import sample_table

    try:
        table = sample_table(standard.load(), edition)
    except ExplainedError:
        return []
    found = set()
    for one in draw.get("lots") or []:
        units = int(one.get("units") or 0)
        row = int((table.largest < units).sum())
        if row < len(table.largest):
            low = int(table.largest[row - 1]) + 1 if row else 1
            found.add((low, int(table.largest[row]), int(table.sizes[row])))
    return sorted(found)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _grades(lot: Record, words: Words) -> Sheet:
    shares = _mapping(lot.get("shares"))
    inspected = int(lot.get("inspected") or 0)
    columns = [
        Column(words("等级", "Grade"), 2),
        Column(words("单位数", "Units"), 1, True),
        Column(words("比例", "Share"), 1, True),
    ]
    rows = [
        [grade_title(name, words), str(round(float(share) * inspected)), f"{float(share):.1%}"]
        for name, share in shares.items()
    ]
    return Sheet(columns, rows)


def _accuracy(lot: Record, words: Words) -> Sheet:
    wrong = _mapping(lot.get("share_of_wrong_units"))
    columns = [
        Column(words("估计量", "Estimate"), 3),
        Column(words("值", "Value"), 1, True),
        Column(words("95% 置信区间", "95 % interval"), 1.6, True),
    ]
    rows = []
    if wrong:
        share, low, high = (
            float(wrong.get(name) or 0) for name in ("estimate", "low_95", "high_95")
        )
        rows = [
            [
                words("不合格单位比例", "Share of units that fail"),
                f"{share:.2%}",
                f"{low:.2%} … {high:.2%}",
            ],
            [
                words("合格率", "Share of units that pass"),
                f"{1 - share:.2%}",
                f"{1 - high:.2%} … {1 - low:.2%}",
            ],
        ]
    else:
        rows = [
            [
                words(
                    "样本未记录入样概率，不能推断整批",
                    "The sample does not say how likely each unit was: nothing follows for the lot",
                ),
                "—",
                "—",
            ]
        ]
    return Sheet(columns, rows)


def _strata(draw: Record | None, words: Words) -> Sheet | None:
    if draw is None:
        return None
    columns = [
        Column(words("批", "Lot"), 0.7),
        Column(words("层", "Stratum"), 4),
        Column(words("单位数", "Units"), 1, True),
        Column(words("抽取", "Drawn"), 1, True),
    ]
    rows = [
        [
            str(one.get("lot")),
            str(layer.get("stratum") or "—"),
            str(layer.get("units")),
            str(layer.get("drawn")),
        ]
        for one in draw.get("lots") or []
        for layer in one.get("strata") or []
    ]
    return Sheet(columns, rows)


def _units(lot: Record, words: Words) -> Sheet:
    """The worst units first: they are what the verdict is about."""
    columns = [
        Column(words("单位（BSM）", "Unit (BSM)"), 2.6),
        *(Column(letter, 0.6, True) for letter in "ABCD"),
        Column(words("得分", "Score"), 0.9, True),
        Column(words("等级", "Grade"), 1.4),
        Column(words("不合格原因", "Why it failed"), 3.4),
    ]
    ordered = sorted(
        (one for one in _all_units(lot) if not _is_clean(one)),
        key=lambda one: (float(one.get("score") or 0), str(one.get("unit"))),
    )
    rows = [
        [
            str(one.get("unit")),
            *(str(_mapping(one.get("errors")).get(letter, 0)) for letter in "ABCD"),
            f"{float(one.get('score') or 0):.1f}",
            grade_title(str(one.get("grade") or ""), words),
            "；".join(_text(reason, words) for reason in one.get("reasons") or []),
        ]
        for one in ordered
    ]
    return Sheet(columns, rows)


def _all_units(lot: Record) -> Sequence[Record]:
    return [one for one in lot.get("units") or [] if isinstance(one, Mapping)]


def _is_clean(unit: Record) -> bool:
    """Without any error: what such units have in common need not be said of each."""
    return not unit.get("reasons") and not any(_mapping(unit.get("errors")).values())


def _clean(lot: Record) -> Sheet:
    names = sorted(str(one.get("unit")) for one in _all_units(lot) if _is_clean(one))
    rows = [names[start : start + _ACROSS] for start in range(0, len(names), _ACROSS)]
    if rows:
        rows[-1] += [""] * (_ACROSS - len(rows[-1]))
    return Sheet([Column("BSM")] * _ACROSS, rows)


def _record(draw: Record | None, head: tuple[int, str], words: Words) -> list[list[str]]:
    rows = []
    if draw is not None:
        rows = [
            [words("抽样方法", "Method of the draw"), str(draw.get("method") or "")],
            [
                words("总体摘要（SHA-256）", "Digest of all units"),
                str(draw.get("population") or ""),
            ],
        ]
    if head[0]:
        rows.append([words("决定日志事件数", "Events of the journal"), f"{head[0]:,}"])
        rows.append([words("日志默克尔根", "Merkle root of the journal"), head[1]])
    return rows


def _map(
    lot: Record,
    parcels: Parcels | None,
    places: Places,
    wkt: str,
    size: tuple[float, float],
    folder: Path,
) -> Any:
    from ...checks.return_list import usable_standard

    table = parcels.table if parcels is not None else None
    colours = {code: one.rgb for code, one in usable_standard("").classes.items()}
    maps = MapMaker(table, colours, wkt, folder)
    marks = []
    for one in _all_units(lot):
        place = places.get(str(one.get("unit")))
        if place is None:
            continue
        errors = any(_mapping(one.get("errors")).values())
        kind = "failed" if one.get("reasons") else "faulty" if errors else "clean"
        marks.append((*place, kind))
    marks.sort(key=lambda mark: ("clean", "faulty", "failed").index(mark[2]))
    extent = maps.whole
    if extent is None and marks:
        xs, ys = [mark[0] for mark in marks], [mark[1] for mark in marks]
        extent = min(xs), min(ys), max(xs), max(ys)
    return maps.draw(extent, size, marks)
