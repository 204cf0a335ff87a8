"""The review's figures as Markdown."""

from __future__ import annotations

from typing import Any

GOALS = (
    ("load the findings", ("open",), 1.0, "seconds"),
    ("any filter, alone or five at once", ("filter",), 1.0, "seconds"),
    ("a word typed into the search", ("search",), 1.0, "seconds"),
    ("next finding", ("next finding",), 0.3, "worst_seconds"),
    ("decision written, and on to the next", ("decision",), 0.3, "worst_seconds"),
)
_BLOCK_MS = 100.0
_PEER_NAMES = {
    "attribute_table": "QGIS attribute table",
    "quality_result_gui": "quality-result-gui",
}


def markdown(found: dict[str, Any]) -> str:
    """The whole report."""
    ours, machine = found["ours"], found["machine"]
    lines = ["# Review", ""]
    if "error" in ours:
        return "\n".join([*lines, f"Not run: {ours['error']}", ""])
    steps = ours["steps"]
    lines += [
        f"{ours['findings']:,} findings with {ours['decisions']:,} decided ones in the journal"
        f" ({found['bytes'] / 1e6:,.0f} MB, made by `benchmarks/review/survey.py`; rules and"
        " verdicts as in the demo county's forged package). The queue of the panel is used in QGIS"
        " off screen, with the event loop running: a step is over when the list has been painted,"
        " with what goes on in other threads until then. `./run benchmark review` makes this page"
        " again.",
        "",
        f"Machine: {machine['processor']}, {machine['processors']} processors; QGIS"
        f" {machine['qgis']}, Qt {machine['qt']}, Python {machine['python']}; {machine['date']};"
        f" load before: {machine['load_before']}.",
        "",
        "| | goal | measured |",
        "|---|---:|---:|",
        *(_goal(steps, *goal) for goal in GOALS),
        _block(steps),
        f"| the same while nothing happens: the machine's own | – |"
        f" {steps['nothing']['longest_block_ms']:,.0f} ms |",
        f"| processor time of loading, all threads | – |"
        f" {steps['open']['processor_seconds'] * 1000:,.0f} ms |",
        f"| memory for the findings, all views | – |"
        f" {ours['memory_at_the_end_mb'] - ours['memory_before_mb']:,.0f} MB |",
        f"| peak memory of the process | – | {ours['peak_mb']:,.0f} MB |",
        "",
        "*Block*: a timer in the window's thread beats every 5 ms; the longest time that it came"
        " late, over all steps.",
        "",
        *_peers(steps, found["peers"]),
        "## Every step",
        "",
        "| step | milliseconds | of the processor | worst | findings shown | longest block, ms |",
        "|---|---:|---:|---:|---:|---:|",
        *(_step(name, step) for name, step in steps.items() if name != "nothing"),
        "",
        "Opening reads the file, orders it by expected errors per minute and shows the list; the"
        " decisions of the journal, villages and land classes, and the index of the search follow"
        " in other threads. Searches include the time of typing the letters and the pause of 120 ms"
        " after the last one.",
    ]
    return "\n".join(lines).rstrip() + "\n"


def _of(steps: dict[str, Any], beginnings: tuple[str, ...], key: str) -> float:
    chosen = [step for name, step in steps.items() if name.startswith(beginnings)]
    return max(step.get(key, step["seconds"]) for step in chosen)


def _goal(
    steps: dict[str, Any], title: str, beginnings: tuple[str, ...], goal: float, key: str
) -> str:
    value = _of(steps, beginnings, key)
    mark = "" if value <= goal else " (missed)"
    return f"| {title} | {goal * 1000:,.0f} ms | **{value * 1000:,.0f} ms**{mark} |"


def _block(steps: dict[str, Any]) -> str:
    used = [(name, step) for name, step in steps.items() if name != "nothing"]
    name, step = max(used, key=lambda item: float(item[1]["longest_block_ms"]))
    value = step["longest_block_ms"]
    mark = "" if value <= _BLOCK_MS else " (missed)"
    return (
        f"| longest block of the event loop | {_BLOCK_MS:.0f} ms |"
        f" **{value:,.0f} ms**{mark} ({name}) |"
    )


def _step(name: str, step: dict[str, Any]) -> str:
    worst = f"{step['worst_seconds'] * 1000:,.0f}" if "worst_seconds" in step else ""
    found = f"{step['found']:,}" if "found" in step else ""
    processor = f"{step['processor_seconds'] * 1000:,.0f}" if "processor_seconds" in step else ""
    return (
        f"| {name} | {step['seconds'] * 1000:,.0f} | {processor} | {worst} | {found} |"
        f" {step['longest_block_ms']:,.0f} |"
    )


def _peers(steps: dict[str, Any], peers: dict[str, Any]) -> list[str]:
    if not peers:
        return []
    lines = [
        "## Beside the peers",
        "",
        "The same file in the same run, each in a process of its own. QGIS's attribute table with"
        " its cache and its filter by expression; quality-result-gui (nlsfi, from the package"
        " index) with its own model, proxies and tree, its errors made of our findings before the"
        " clock starts. Both work in the window's thread: their block is their time.",
        "",
        "| who | step | seconds | longest block, ms | ours, seconds | ratio |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for name, peer in peers.items():
        title = _PEER_NAMES[name]
        if "error" in peer:
            lines.append(f"| {title} | not run: {peer['error']} | | | | |")
            continue
        for step, there in peer["steps"].items():
            here = steps.get(step)
            if here is not None:
                lines.append(
                    f"| {title} | {step} | {there['seconds']:.2f} |"
                    f" {there['longest_block_ms']:,.0f} | {here['seconds']:.3f} |"
                    f" {there['seconds'] / max(here['seconds'], 1e-9):,.1f} × |"
                )
        lines.append(f"| {title} | peak memory | {peer['peak_mb']:,.0f} MB | | | |")
    return [*lines, ""]
