"""The story of the demo: a county is made, forged, verified in QGIS, and the two compared."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..checks.findings import Family
from .county import County, build_county, write_county, write_trusted
from .evidence import Evidence, gather, write_evidence, write_trusted_pictures
from .evidence.crew import CAMPAIGN
from .frauds import Planted, plant, write_truth
from .headless import run_algorithm, short
from .layer import write_geopackage, write_shapefiles, write_zip
from .names import COUNTY_CODE, COUNTY_NAME, YEAR
from .readme import write_readme
from .say import heading, say, table
from .tally import Tally, compare, read_findings
from .terrain import EPSG

MUST_BE_FOUND = (Family.SCHEMA, Family.CODES, Family.LOGIC, Family.AREA)
"""Families of form and arithmetic: a fraud of theirs that is missed fails the demo."""
SLOPE_KINDS = ("grade_lowered", "grade_lowered_twice", "slope_map")


@dataclass(frozen=True)
class Files:
    """Where everything of one demo lies."""

    folder: Path

    @property
    def honest(self) -> Path:
        """Folder of the honest county."""
        return self.folder / "honest"

    @property
    def tampered(self) -> Path:
        """Folder of the forged copy."""
        return self.folder / "tampered"

    @property
    def trusted(self) -> Path:
        """Folder of what the checker has."""
        return self.folder / "trusted"


@dataclass(frozen=True)
class Run:
    """One verification: its package and its results."""

    package: Path
    findings: Path
    record: Path
    report: Path
    counts: dict[str, object]
    seconds: float


def build(
    files: Files, parcels: int, seed: int, form: str
) -> tuple[County, Path, Path, list[Planted]]:
    """Make the county, its forged copy and the trusted layers; return where they are."""
    heading("一、造县", "1. A county is made")
    say("  地形是真的：SRTM，美国田纳西州 Jacksboro（随 matplotlib 发布）。")
    say("  The terrain is real: SRTM around Jacksboro, Tennessee, as shipped with matplotlib.")
    say(f"  县是假的：{COUNTY_NAME}（{COUNTY_CODE}），移到 EPSG:{EPSG} 的黄海海面上，")
    say("  不会与任何真县混淆；距离、高程、坡度不变。")
    say(f"  The county is not: {COUNTY_CODE} lies in EPSG:{EPSG} on the open Yellow Sea, so that")
    say("  nobody can take it for a real one. Distances, heights and slopes are as they were.")
    started = time.monotonic()
    county = build_county(parcels, seed)
    for folder in (files.honest, files.tampered, files.trusted):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    evidence = gather(county, seed)
    write_trusted(county, files.trusted)
    write_trusted_pictures(county, evidence, files.trusted, seed)
    honest = _deliver(county, evidence, files.honest, form)
    forged, planted = plant(county, seed, evidence=evidence)
    tampered = files.tampered / f"{county.name}_tampered"
    tampered.mkdir()
    write_geopackage(
        tampered / f"{tampered.name}.gpkg",
        list(forged.layers.values()),
        county.standard,
        county.wkt,
    )
    if forged.evidence is not None:
        write_evidence(forged.evidence, tampered)
    write_truth(planted, files.tampered)
    write_readme(files.folder, county, planted)
    _describe(county, evidence, time.monotonic() - started)
    return county, honest, tampered, planted


def _deliver(county: County, evidence: Evidence, parent: Path, form: str) -> Path:
    """The honest package in one of the forms that counties use."""
    folder = parent / county.name
    if form == "gpkg":
        write_county(county, folder)
    else:
        write_shapefiles(folder, list(county.layers.values()), county.standard, county.wkt)
    write_evidence(evidence, folder)
    if form != "zip":
        return folder
    archive = folder.with_suffix(".zip")
    members = sorted(path for path in folder.rglob("*") if path.is_file())
    write_zip(archive, [(file, file.relative_to(parent).as_posix()) for file in members])
    shutil.rmtree(folder)
    return archive


def geopackage_of(package: Path) -> Path | None:
    """The GeoPackage inside a package that is a folder; ``None`` where there is none."""
    return next(iter(sorted(package.glob("*.gpkg"))), None) if package.is_dir() else None


def _describe(county: County, evidence: Evidence, seconds: float) -> None:
    say()
    names = {name: county.standard.layers[name] for name in county.layers}
    table(
        ("图层 layer", "", "要素 objects"),
        [(name, spec.title, f"{len(county.layers[name]):,}") for name, spec in names.items()],
        (12, 24, -14),
    )
    area = county.control_area
    say(f"  控制面积 control area {area:,.2f} m² = {area / 1e4:,.2f} ha = {area * 0.0015:,.1f} 亩")
    say(
        f"  举证照片 photos {len(evidence.photos)} · 轨迹 tracks {len(evidence.walks)} · "
        f"本年变化图斑 parcels changed this year {len(evidence.before.changed)}"
    )
    say(f"  用时 built in {seconds:.1f} s")


def trusted_files(files: Files) -> dict[str, object]:
    """What is trusted, as parameters of a verification: from files, where there is no platform."""
    return {
        "DEM": files.trusted / "dem.tif",
        "IMAGERY": files.trusted / f"image_{YEAR}.tif",
        "IMAGERY_DATE": f"{YEAR}-08-12",
        "IMAGERY_PREVIOUS": files.trusted / f"image_{YEAR - 1}.tif",
        "IMAGERY_PREVIOUS_DATE": f"{YEAR - 1}-08-24",
        "PREVIOUS": files.trusted / f"dltb_{YEAR - 1}.gpkg",
        "CONTROL_LAYERS": files.trusted / "control.gpkg",
    }


def verify(
    package: Path, files: Files, folder: Path, county: County, trusted: Mapping[str, object]
) -> Run:
    """Verify ``package`` through QGIS, by the same entry as ``./run algorithm``.

    Raises
    ------
    DemoError
        When QGIS does not carry the algorithm through.
    """
    results = folder / "results"
    results.mkdir(parents=True, exist_ok=True)
    findings, record = results / "findings.gpkg", results / "record.json"
    report = results / "report.html"
    values = {
        "SUBMISSION": package,
        **trusted,
        "CAMPAIGN_START": CAMPAIGN[0],
        "CAMPAIGN_END": CAMPAIGN[1],
        "RIDGE_COEFFICIENTS": files.trusted / "ridge_coefficients.csv",
        "CONTROL_AREA": f"{county.control_area:.2f}",
        "FINDINGS": findings,
        "RECORD": record,
        "REPORT": report,
    }
    started = time.monotonic()
    counts = run_algorithm("onemap:verifysubmission", values, "SUBMISSION")
    return Run(package, findings, record, report, counts, time.monotonic() - started)


def tell_run(run: Run) -> None:
    """Say what one verification counted."""
    counts = run.counts
    say(
        f"  检查 tested {counts['OBJECTS_TESTED']:,} · 不一致 inconsistent "
        f"{counts['INCONSISTENT_COUNT']:,} · 存疑 doubtful {counts['DOUBTFUL_COUNT']:,} · "
        f"无法检查 not checkable {counts['NOT_CHECKABLE_COUNT']:,} · {run.seconds:.1f} s"
    )


def tell_honest(run: Run) -> int:
    """Say what was held against the honest county; return how many are accusations."""
    findings = read_findings(run.findings)
    accused = [finding for finding in findings if finding.verdict == "inconsistent"]
    for finding in accused:
        say(f"  ✗ {finding.layer} {finding.object_id} {finding.rule}: {finding.message_zh}")
    doubtful = [finding for finding in findings if finding.verdict != "inconsistent"]
    if not accused:
        say("  ✓ 没有“不一致”：诚实的测绘者没有被冤枉。 Nobody honest is accused.")
    if doubtful:
        say(f"  存疑 {len(doubtful)} 条，例如两套地形各有误差、坡度正在分级界线上的图斑：")
        say(f"  {len(doubtful)} doubtful, as where two terrains differ at the limit of a grade:")
        for finding in doubtful[:8]:
            say(f"    {finding.object_id}  {finding.message_zh}")
            say(f"    {' ' * len(finding.object_id)}  {finding.message_en}")
    return len(accused)


def tell_tally(tally: Tally) -> None:
    """Say what was planted and what was found of it."""
    rows = [
        (
            line.title_zh,
            line.title_en,
            line.planted,
            line.found,
            line.sure,
            ", ".join(line.rules) or "—",
        )
        for line in sorted(tally.lines, key=lambda line: line.family)
    ]
    table(
        ("作假 fraud", "", "埋 planted", "查出 found", "不一致", "规则 rules"),
        rows,
        (30, 40, -10, -10, -6, 34),
    )
    say()
    say(f"  共埋 {tally.planted}，查出 {tally.found}。")
    say(f"  {tally.found} of {tally.planted} planted frauds found.")
    for fraud in tally.missed:
        say(f"  ✗ 漏 missed: {fraud.title.zh} {fraud.title.en} ({fraud.strength})")
        say(f"    {', '.join(fraud.objects)}")
    sure = [finding for finding in tally.beyond if finding.verdict == "inconsistent"]
    doubtful = len(tally.beyond) - len(sure)
    say(f"  此外 beyond them: 不一致 inconsistent {len(sure)}, 存疑 doubtful {doubtful}")
    for finding in sure[:8]:
        say(f"    {finding.rule} {finding.layer} {finding.object_id}: {finding.message_zh}")


def failures(tally: Tally, accused: int) -> list[str]:
    """Why the demo must not pass: one sentence each."""
    out = []
    if accused:
        out.append(f"the honest county has {accused} findings of verdict inconsistent")
    for fraud in tally.missed:
        if fraud.family in {family.value for family in MUST_BE_FOUND} or fraud.kind in SLOPE_KINDS:
            out.append(f"planted but not found: {fraud.kind} {', '.join(fraud.objects)}")
    return out


def tell_files(
    files: Files,
    runs: dict[str, Run],
    pictures: list[Path],
    receipt: Path | None,
    reports: list[Path],
) -> None:
    """Say where everything is."""
    heading("七、成果在哪里", "7. Where everything is")
    rows = [
        ("诚实的县 honest county", runs["honest"].package),
        ("作假的县 forged county", runs["tampered"].package),
        ("埋了什么 what was planted", files.tampered / "planted.csv"),
        ("可信地形、田坎系数 trusted", files.trusted),
        ("报告 report", runs["tampered"].report),
        ("记录 record", runs["tampered"].record),
        ("问题 findings", runs["tampered"].findings),
        ("诚实县的报告 honest report", runs["honest"].report),
    ]
    names = ("判定书 lot report", "审核报告 review report", "全省看板 dashboard")
    rows += list(zip(names, reports))
    rows.append(("整改清单 return list", runs["tampered"].findings.parent / "return_list.pdf"))
    if receipt is not None:
        rows.append(("回执 receipt", receipt))
    rows += [("地图 map picture", picture) for picture in pictures]
    rows.append(("QGIS 工程 project", files.folder / "demo.qgz"))
    table(("", ""), [(name, short(path)) for name, path in rows], (30, 90))


def judge(planted: list[Planted], run: Run) -> Tally:
    """Compare the true list with the findings of the forged county."""
    return compare(planted, read_findings(run.findings))
