"""The province's figures as one HTML page that needs nothing but itself."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path
from typing import Any

from .dashboard import PER, County, Dashboard, Family, Submission
from .findings import Text
from .journal.reviewers import Rate
from .progress import SILENT, Progress
from .record import software_version, write_text
from .report.document import FAMILY_TITLES
from .report.template import environment

_TREND_WIDTH, _TREND_HEIGHT = 260.0, 120.0
_LEFT, _RIGHT, _TOP, _BASE = 34.0, 10.0, 10.0, 88.0


def write_dashboard(
    dashboard: Dashboard,
    path: Path,
    title: str = "",
    language: str = "zh",
    progress: Progress = SILENT,
) -> None:
    """Write the page; the file appears whole or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written or Jinja2 is not installed.
    """
    pages = environment(
        Text(
            "生成总览需要 Python 库 Jinja2：python -m pip install jinja2",
            "The dashboard needs the Python library Jinja2: python -m pip install jinja2",
        )
    )
    progress.at(0.2)
    page = pages.get_template("dashboard.html.j2").render(**content(dashboard, title, language))
    write_text(path, page)
    progress.at(1.0)


def content(dashboard: Dashboard, title: str = "", language: str = "zh") -> dict[str, Any]:
    """Everything that the template shows."""
    counties = dashboard.counties
    highest = max((_top(county.latest.rate) for county in counties), default=0.0) or 1.0
    families = [
        family
        for family in FAMILY_TITLES
        if any(family.value in county.latest.families for county in counties)
    ]
    return {
        "title": title,
        "language": language,
        "created": dashboard.created,
        "version": software_version(),
        "per": PER,
        "counties": [_row(county, highest) for county in counties],
        "submissions": sum(len(county.submissions) for county in counties),
        "parcels": sum(county.latest.parcels for county in counties),
        "checked": sum(county.latest.checked for county in counties),
        "wrong": sum(county.latest.wrong for county in counties),
        "families": [FAMILY_TITLES[family] for family in families],
        "heat": [
            {
                "county": _called(county),
                "cells": [_cell(county.latest.families.get(family.value)) for family in families],
            }
            for county in counties
        ],
        "trends": [
            {"county": _called(county), "rate": _rate_trend(county), "work": _work_trend(county)}
            for county in counties
            if len(county.submissions) > 1
        ],
        "failures": dashboard.failures,
    }


def _called(county: County) -> str:
    return county.name or county.code


def _top(rate: Rate) -> float:
    return rate.high * PER if rate.of else 0.0


def _row(county: County, highest: float) -> dict[str, Any]:
    latest = county.latest
    rate = latest.rate
    best, worst = county.ranks
    known = rate.of > 0
    return {
        "name": _called(county),
        "code": county.code,
        "year": latest.year,
        "created": latest.created,
        "count": len(county.submissions),
        "ranks": "—" if not known else f"{best}" if best == worst else f"{best}–{worst}",
        "best": best or 10**9,
        "parcels": latest.parcels,
        "checked": latest.checked,
        "unchecked": 1 - latest.checked / latest.parcels if latest.parcels else math.nan,
        "wrong": latest.wrong,
        "rate": rate.share * PER if known else math.nan,
        "low": rate.low * PER if known else math.nan,
        "high": rate.high * PER if known else math.nan,
        "interval": _interval(rate, highest) if known else "",
        "findings": latest.findings,
        "inconsistent": latest.inconsistent,
        "doubtful": latest.doubtful,
        "decided": latest.decided,
        "open": latest.open,
        "share_decided": latest.decided / latest.findings if latest.findings else math.nan,
        "bar": _progress_bar(latest),
        "reasons": latest.unchecked,
    }


def _interval(rate: Rate, highest: float) -> str:
    """A dot with its interval, on the scale that all counties share."""
    width, middle = 150.0, 9.0

    def across(share: float) -> float:
        return 4 + share * PER / highest * (width - 8)

    low, high, at = across(rate.low), across(rate.high), across(rate.share)
    label = f"{rate.share * PER:.1f} ({rate.low * PER:.1f}–{rate.high * PER:.1f})"
    return (
        f'<svg class="interval" viewBox="0 0 {width:g} 18" role="img" aria-label="{label}">'
        f'<line x1="4" x2="{width - 4:g}" y1="{middle}" y2="{middle}" class="rail"/>'
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}" class="span"/>'
        f'<circle cx="{at:.1f}" cy="{middle}" r="4" class="dot"/></svg>'
    )


def _progress_bar(one: Submission) -> str:
    """Decided and open findings as one bar."""
    whole = max(one.findings, 1)
    done = 100.0 * one.decided / whole
    return (
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="8" class="todo"/>'
        f'<rect width="{done:.1f}" height="8" class="done"/></svg>'
    )


def _cell(family: Family | None) -> dict[str, Any]:
    """Inconsistent findings per 10,000 tests, with a shade by its order of magnitude."""
    if family is None or not family.tested:
        missed = family.not_checkable if family is not None else 0
        return {"tested": 0, "rate": math.nan, "shade": 0.0, "count": 0, "missed": missed}
    rate = family.inconsistent / family.tested * PER
    shade = min(1.0, math.log10(1 + rate * 9) / 3) if rate > 0 else 0.0
    return {
        "tested": family.tested,
        "rate": rate,
        "shade": round(shade, 3),
        "count": family.inconsistent,
        "missed": family.not_checkable,
    }


def _places(count: int) -> list[float]:
    room = _TREND_WIDTH - _LEFT - _RIGHT
    return [_LEFT + room * (number + 0.5) / count for number in range(count)]


def _axis(highest: float, labels: list[str], body: list[str], title: Text) -> str:
    lines = [
        f'<line x1="{_LEFT}" x2="{_TREND_WIDTH - _RIGHT}" y1="{_BASE}" y2="{_BASE}" class="axis"/>',
        f'<text x="{_LEFT - 4}" y="{_TOP + 4}" text-anchor="end">{_short(highest)}</text>',
        f'<text x="{_LEFT - 4}" y="{_BASE}" text-anchor="end">0</text>',
    ]
    places = _places(len(labels))
    step = max(1, math.ceil(len(labels) / 5))
    for number, (x, label) in enumerate(zip(places, labels)):
        if number % step == 0 or number == len(labels) - 1:
            lines.append(
                f'<text x="{x:.1f}" y="{_BASE + 14}" text-anchor="middle">{escape(label)}</text>'
            )
    return (
        f'<svg class="trend" viewBox="0 0 {_TREND_WIDTH:g} {_TREND_HEIGHT:g}" role="img" '
        f'aria-label="{escape(title.zh)} {escape(title.en)}">' + "".join(lines + body) + "</svg>"
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _labels(county: County) -> list[str]:
    return [one.created[5:10] for one in county.submissions]


def _rate_trend(county: County) -> str:
    """The rate over the submissions with its intervals."""
    rates = [one.rate for one in county.submissions]
    highest = max((_top(rate) for rate in rates), default=0.0) or 1.0
    places = _places(len(rates))

    def down(share: float) -> float:
        return _BASE - (_BASE - _TOP) * min(share * PER / highest, 1.0)

    body, points = [], []
    for x, rate in zip(places, rates):
        if not rate.of:
            continue
        points.append(f"{x:.1f},{down(rate.share):.1f}")
        body.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{down(rate.low):.1f}" y2="{down(rate.high):.1f}"'
            f' class="span"/><circle cx="{x:.1f}" cy="{down(rate.share):.1f}" r="3.5" class="dot"/>'
        )
    body.insert(0, f'<polyline points="{" ".join(points)}" class="path"/>')
    title = Text("不一致图斑率的变化", "Rate of inconsistent parcels over the submissions")
    return _axis(highest, _labels(county), body, title)


def _work_trend(county: County) -> str:
    """Findings returned, and those returned before that are corrected or still there."""
    own = county.submissions
    highest = float(
        max((max(one.returned, one.corrected, one.remaining) for one in own), default=0)
    )
    highest = highest or 1.0
    body = []
    for x, one in zip(_places(len(own)), own):
        parts = ((one.returned, "todo2"), (one.corrected, "good"), (one.remaining, "bad"))
        for number, (count, kind) in enumerate(parts):
            size = (_BASE - _TOP) * count / highest
            left = x + (number - 1.5) * 11
            body.append(
                f'<rect x="{left:.1f}" y="{_BASE - size:.1f}" width="9.5" height="{size:.1f}" '
                f'class="{kind}"/>'
            )
            if count:
                body.append(
                    f'<text x="{left + 4.75:.1f}" y="{_BASE - size - 2:.1f}" '
                    f'text-anchor="middle">{count}</text>'
                )
    title = Text("退回与整改的变化", "Returned and corrected over the submissions")
    return _axis(highest, _labels(county), body, title)
