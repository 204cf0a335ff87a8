"""The manual's page on what this product does not find, from the benchmark's own numbers.

``python -m onemap_verify.benchmarks.detection.detectability`` writes the tables of
``docs/detectability.md`` and ``docs/detectability.zh-CN.md`` anew from
``DETECTION.json``; a whole run of the benchmark does so by itself.
"""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- from DETECTION.json -->", "<!-- end -->"
PAGES = {"en": "detectability.md", "zh": "detectability.zh-CN.md"}

_KINDS = {
    "stale ring": "沿用上年旧边界（地面已变）",
    "shift, single parcel": "单个图斑平移",
    "shift, block of parcels": "整片图斑平移",
    "creep of one side": "一侧边界外扩",
    "scaling": "图斑缩放",
    "class flip": "地类改写",
    "class flip, below 20 px": "地类改写（不足 20 像元）",
    "class flip, last year too": "地类改写（上年同样作假）",
    "cropland type swapped": "耕地二级类互换",
    "cloned ring, mirrored": "边界镜像复制",
    "cloned ring, moved": "边界平移复制",
    "cloned ring, rotated": "边界旋转复制",
    "cloned ring, scaled": "边界缩放复制",
    "hidden change": "隐瞒变化",
    "identifier reused": "标识码重复使用",
    "ring on a metre grid": "顶点落在米格网",
    "ring of picture cells": "沿像元勾绘",
    "ring with constant spacing": "顶点等距",
    "slope grade lowered": "坡度级别改低",
    "split below the minimum area": "拆分至最小上图面积以下",
    "area inflated": "面积虚增",
    "intrusion without approval": "未经批准占用管控区",
    "ridge coefficient lowered": "田坎系数改低",
    "copied_bicubic": "高程抄自 DEM（三次卷积）",
    "copied_bilinear": "高程抄自 DEM（双线性）",
    "copied_nearest": "高程抄自 DEM（最近邻）",
    "part_block": "部分高程抄自 DEM（成片）",
    "part_scattered": "部分高程抄自 DEM（零散）",
    "interpolated": "由少量实测内插",
    "heaped": "尾数堆积",
    "bias": "高程系统差",
    "tilt": "高程倾斜",
    "contours": "由等高线内插",
    "invented_flat": "编造高程（平坦）",
    "invented_smooth": "编造高程（平滑）",
    "hurried": "照片间隔过短",
    "mock_round": "照片坐标取整",
    "mock_repeated": "照片坐标重复",
    "retimed_before": "照片时间改到外业之前",
    "retimed_after": "照片时间改到外业之后",
    "retimed_night": "照片时间改到夜间",
    "moved": "照片位置不实",
    "turned": "照片方向不实",
    "turned_outside": "照片方向不实（站在图斑外）",
    "swapped": "照片张冠李戴",
    "cropped": "照片裁剪后再用",
    "recompressed": "照片重压缩后再用",
    "resized": "照片缩放后再用",
    "mirrored": "照片镜像后再用",
    "translated": "轨迹平移重放",
    "resampled": "轨迹重采样",
    "spline": "轨迹为样条曲线",
    "small_noise": "轨迹加小噪声",
    "white_noise": "轨迹加白噪声",
    "shifted_time": "轨迹改时间",
    "jittered_time": "轨迹时间加抖动",
    "drawn_thinned": "绘制轨迹抽稀",
}

_EXPLAINED = {
    "en": (
        "Last run: seed {seed}, {run}, {date}. Best measure: the share found at 1 % false alarms;"
        " rules: the share that the shipped rules found at their shipped limits; with 95 %"
        " intervals. {count} of {all} kinds and strengths that were tried.",
        "| what is planted | strength | objects | best measure | rules |",
    ),
    "zh": (
        "最近一次运行：种子 {seed}，{run}，{date}。“最佳测度”为误报率 1 % 时查出的比例；"
        "“规则”为随产品发布的规则按其限值查出的比例；括号内为 95 % 区间。"
        "共试验 {all} 种（类型与强度），其中 {count} 种列于下表。",
        "| 植入的作假 | 强度 | 对象数 | 最佳测度 | 规则 |",
    ),
}
_NOTHING = {
    "en": "Nothing that was tried lies below 20 %.",
    "zh": "所试各项均不低于 20 %。",
}


def table(facts: dict[str, Any], language: str) -> list[str]:
    """The generated part in one language, from the values of ``DETECTION.json``."""
    lost = facts["not_detectable"]
    words, head = _EXPLAINED[language]
    run = {"en": ("whole run", "quick run"), "zh": ("完整运行", "快速运行")}[language]
    tried = {
        (c["experiment"], c["kind"], c["strength"])
        for c in facts["cells"]
        if not str(c["statistic"]).startswith("baseline")
    }
    lines = [
        words.format(
            seed=facts["seed"], run=run[bool(facts["quick"])], date=facts["date"],
            count=len(lost), all=len(tried),
        ),
        "",
    ]  # fmt: skip
    if not lost:
        return [*lines, _NOTHING[language]]
    lines += [head, "|---|---|---:|---:|---:|"]
    for cell in lost:
        kind = str(cell["kind"])
        name = _KINDS.get(kind, kind) if language == "zh" else kind.replace("_", " ")
        found, said = _share(cell["at_0.01"]), _share(cell["found"])
        lines.append(f"| {name} | {cell['label']} | {cell['count']} | {found} | {said} |")
    return lines


def _share(measured: dict[str, Any]) -> str:
    value, low, high = (measured.get(name) for name in ("value", "low", "high"))
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{100 * value:.0f} %"
    return text if low is None or high is None else f"{text} ({100 * low:.0f}–{100 * high:.0f})"


def filled(page: str, lines: list[str]) -> str:
    """The page with what stands between the marks replaced."""
    between = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if not between.search(page):
        raise ValueError(f"the page has no marks {BEGIN} … {END}")
    made = "\n".join([BEGIN, "", *lines, "", END])
    return between.sub(lambda _: made, page, count=1)


def write(folder: Path, facts: dict[str, Any]) -> None:
    """Write both pages of the manual in ``folder``."""
    for language, name in PAGES.items():
        path = folder / name
        page = path.read_text(encoding="utf-8")
        path.write_text(filled(page, table(facts, language)), encoding="utf-8")


def main() -> int:
    """Write the pages from the report that is there."""
    root = Path(__file__).resolve().parents[2]
    facts = json.loads((root / "benchmarks" / "DETECTION.json").read_text(encoding="utf-8"))
    write(root / "docs", facts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
