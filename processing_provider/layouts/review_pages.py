"""The pages of the reviewer's report."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .content import Column, Section, Sheet
from .lot_pages import facts_of
from .maps import MapMaker
from .report_parameters import today
from .report_words import Words, signatures

if TYPE_CHECKING:
    from ...checks.progress import Progress
    from ...checks.return_list import Parcels
    from ...checks.review_figures import ReviewFigures

FRONT, DETAILS = 0, 1
_MOST_MARKS = 5000
_STATEMENT = (
    "“不一致”指事实相互矛盾；“存疑”指需要人工判断；缺少证据时为“无法核验”，不作结论。"
    "软件只提出依据，结论由签署人作出。",
    "Inconsistent: the facts contradict. Doubtful: a person has to look. Where evidence is missing"
    " nothing is concluded. The software gives reasons; the people who sign decide.",
)


def values_and_sections(
    figures: ReviewFigures,
    parcels: Parcels,
    records: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None],
    told: tuple[str, str],
    sizes: dict[str, tuple[float, float]],
    folder: Path,
    progress: Progress,
) -> tuple[dict[str, Any], list[Section]]:
    """What the template is filled with; ``records`` are those of the draw and of the verdict."""
    language, county = told
    words = Words(language)
    progress.at(0.0, "绘制地图 | Drawing the maps")
    front: dict[str, Any] = {}
    if "map_overview" in sizes:
        front["map_overview"] = _overview(figures, parcels, sizes["map_overview"], folder)
    progress.at(1.0)
    details = {
        "table_families": _families(figures, words),
        "table_states": _states(figures, words),
        "table_decisions": _decisions(figures, words),
        "table_agreement": _agreement(figures, words),
        "table_sampling": _sampling(*records, words),
        "table_unchecked": _unchecked(figures, words),
        "table_journal": _journal(figures, words),
    }
    values = _values(figures, words, county)
    return values, [Section(FRONT, {}, front), Section(DETAILS, {}, details)]


def _overview(
    figures: ReviewFigures, parcels: Parcels, size: tuple[float, float], folder: Path
) -> Any:
    import shapely

    from ...checks.return_list import usable_standard

    classes = usable_standard(figures.inputs.standard).classes
    source = figures.source
    wkt = source.wkt or (parcels.table.wkt if parcels.table is not None else "")
    if not wkt:
        return None
    maps = MapMaker(parcels.table, {code: one.rgb for code, one in classes.items()}, wkt, folder)
    points = shapely.centroid(source.where)
    marks = [
        (float(x), float(y), str(verdict))
        for x, y, verdict in zip(
            shapely.get_x(points), shapely.get_y(points), source.findings["verdict"]
        )
        if math.isfinite(x) and math.isfinite(y)
    ]
    marks.sort(key=lambda mark: mark[2] == "inconsistent")
    return maps.draw(maps.whole or maps.around(list(source.where)), size, marks[-_MOST_MARKS:])


def _values(figures: ReviewFigures, words: Words, county: str) -> dict[str, Any]:
    from ...checks.record import software_version

    line, inputs = words.line, figures.inputs
    bad, doubtful = (figures.verdicts.get(name, 0) for name in ("inconsistent", "doubtful"))
    facts = [
        (line("成果包", "Package"), Path(inputs.submission).name or "—"),
        (line("年度", "Year"), str(inputs.year or "—")),
        (line("核验时间", "Verified"), f"{figures.verified} UTC" if figures.verified else "—"),
        (line("规则集", "Rule set"), figures.rule_set or "—"),
        (line("最近决定", "Last decision"), f"{figures.last} UTC" if figures.last else "—"),
    ]
    colon = "：" if words.language == "zh" else ": "
    summary = line(
        f"共 {figures.findings:,} 条发现，其中不一致 {bad:,} 条、存疑 {doubtful:,} 条；"
        f"已作出处理决定 {figures.decided:,} 条，尚未办结 {figures.open:,} 条。图斑：通过"
        f" {figures.parcels.get('accepted', 0):,} 个，"
        f"待复核 {figures.parcels.get('review', 0):,} 个，"
        f"无法核验 {figures.parcels.get('not_checkable', 0):,} 个。",
        f"{figures.findings:,} findings: {bad:,} inconsistent, {doubtful:,} doubtful. Decided upon:"
        f" {figures.decided:,}; still open: {figures.open:,}. Parcels: "
        f"{figures.parcels.get('accepted', 0):,} accepted, {figures.parcels.get('review', 0):,} to"
        f" review, {figures.parcels.get('not_checkable', 0):,} not checkable.",
    )
    if figures.trouble is not None:
        summary += "\n" + words.text(figures.trouble)
    return {
        "title": line("国土调查成果核查报告", "Review of a land survey package"),
        "subtitle": county,
        "county": county,
        "facts": "     ".join(f"{name}{colon}{value}" for name, value in facts),
        "summary": summary,
        "inconsistent": f"{bad:,}",
        "inconsistent_name": line("不一致", "Inconsistent"),
        "doubtful": f"{doubtful:,}",
        "doubtful_name": line("存疑", "Doubtful"),
        "decided": f"{figures.decided:,}",
        "decided_name": line("已作决定", "Decided upon"),
        "open": f"{figures.open:,}",
        "open_name": line("尚未办结", "Still open"),
        "legend": line(
            "● 不一致   ◆ 存疑   底色为填报地类",
            "● inconsistent   ◆ doubtful   colours: declared land class",
        ),
        **_headings(words),
        "statement": line(*_STATEMENT),
        **signatures(words),
        "version": software_version(),
        "created": today(),
    }


def _headings(words: Words) -> dict[str, str]:
    return {
        "heading_families": words.line(
            "各类规则的发现与分母", "Findings by family, with denominators"
        ),
        "heading_states": words.line("处理状态", "States"),
        "heading_decisions": words.line("核查人员", "Reviewers"),
        "heading_agreement": words.line("独立复核的一致性", "Agreement of blind second opinions"),
        "heading_sampling": words.line("抽样检查与批判定", "Sample and lot verdict"),
        "heading_unchecked": words.line("未能核验的内容", "What could not be checked, and why"),
        "heading_journal": words.line("决定日志", "Journal of decisions"),
    }


def _families(figures: ReviewFigures, words: Words) -> Sheet:
    from ...checks.report.document import FAMILY_TITLES

    columns = [
        Column(words("规则类别", "Family"), 2.0),
        Column(words("已核验", "Tested"), 1.5, True),
        Column(words("无法核验", "Not checkable"), 1.6, True),
        Column(words("不一致", "Inconsistent"), 1.4, True),
        Column(words("存疑", "Doubtful"), 1.2, True),
        Column(words("已作决定", "Decided"), 1.3, True),
    ]
    rows = [
        [
            words.text(FAMILY_TITLES[one.family]),
            *(
                f"{count:,}"
                for count in (
                    *(one.tested, one.not_checkable, one.inconsistent, one.doubtful),
                    one.decided,
                )
            ),
        ]
        for one in figures.families
    ]
    whole = [
        sum(getattr(one, name) for one in figures.families)
        for name in ("tested", "not_checkable", "inconsistent", "doubtful", "decided")
    ]
    rows.append([words("合计", "All"), *(f"{count:,}" for count in whole)])
    return Sheet(columns, rows, frozenset({len(rows) - 1}))


def _states(figures: ReviewFigures, words: Words) -> Sheet:
    from ...checks.journal.lifecycle import State

    columns = [
        Column(words("状态", "State"), 2.0),
        Column(words("不一致", "Inconsistent"), 1.4, True),
        Column(words("存疑", "Doubtful"), 1.2, True),
        Column(words("合计", "All"), 1.2, True),
    ]
    rows = []
    for state in State:
        counts = [figures.states.get((state, one), 0) for one in ("inconsistent", "doubtful")]
        if any(counts):
            shown = (*counts, sum(counts))
            rows.append([words.text(state.called), *(f"{count:,}" for count in shown)])
    return Sheet(columns, rows)


def _decisions(figures: ReviewFigures, words: Words) -> Sheet:
    from ...checks.journal.lifecycle import Opinion

    columns = [
        Column(words("人员", "Person"), 2.0),
        Column(words("已判发现", "Findings"), 1.3, True),
        *(Column(words.text(one.called), 1.2, True) for one in Opinion),
        Column(words("每条用时（中位数）", "Median time"), 1.6, True),
    ]
    rows = []
    for one in figures.reviewers:
        counts = [figures.opinions.get((one.person, opinion.value), 0) for opinion in Opinion]
        pace = f"{one.seconds:.0f} s" if math.isfinite(one.seconds) else "—"
        rows.append([one.person, f"{one.decisions:,}", *(f"{count:,}" for count in counts), pace])
    return Sheet(columns, rows)


def _agreement(figures: ReviewFigures, words: Words) -> Sheet:
    columns = [
        Column(words("人员", "People"), 2.4),
        Column(words("共同判定", "Judged by both"), 1.4, True),
        Column(words("一致率", "Agreement"), 1.2, True),
        Column(words("Kappa（95% 区间）", "Kappa (95 % interval)"), 2.2, True),
    ]
    rows = []
    for pair in figures.pairs:
        found = pair.agreement
        kappa = (
            f"{found.kappa:.2f} ({found.low:.2f} … {found.high:.2f})"
            if math.isfinite(found.kappa)
            else "—"
        )
        shown = (f"{found.both:,}", f"{found.observed:.1%}", kappa)
        rows.append([f"{pair.first} / {pair.second}", *shown])
    if not rows and figures.reviewers:
        rows.append(
            [
                words("尚无两人独立判定的发现", "Nothing was judged blind by two people yet"),
                "0",
                "—",
                "—",
            ]
        )
    return Sheet(columns, rows)


def _sampling(draw: Mapping[str, Any] | None, lot: Mapping[str, Any] | None, words: Words) -> Sheet:
    columns = [Column(words("项目", "Item"), 1.6), Column(words("内容", "Value"), 4.4)]
    rows = facts_of(draw, lot, words) if draw or lot else []
    if not rows:
        rows = [[words("抽样", "Sample"), words("未进行抽样检查", "No sample was judged")]]
    return Sheet(columns, rows)


def _unchecked(figures: ReviewFigures, words: Words) -> Sheet:
    columns = [
        Column(words("规则", "Rule"), 3.4),
        Column(words("对象数", "Objects"), 0.9, True),
        Column(words("原因", "Reason"), 4.6),
    ]
    rows = [
        [f"{words.text(one.title)}  {one.rule_id}", f"{one.objects:,}", words.text(one.reason)]
        for one in figures.unchecked
    ]
    return Sheet(columns, rows)


def _journal(figures: ReviewFigures, words: Words) -> Sheet:
    size, root = figures.head
    rows = [
        [words("事件数", "Events"), f"{size:,}"],
        [words("默克尔根（SHA-256）", "Merkle root (SHA-256)"), root or "—"],
        [words("最后事件", "Last event"), f"{figures.last} UTC" if figures.last else "—"],
    ]
    rows += [
        [words("已签署", "Signed"), f"{event.who}  {event.at[:19].replace('T', ' ')} UTC"]
        for event in figures.signed
    ]
    if figures.trouble is not None:
        rows.append([words("完整性", "Integrity"), words.text(figures.trouble)])
    return Sheet([Column(words("项目", "Item"), 1.6), Column(words("内容", "Value"), 4.4)], rows)
