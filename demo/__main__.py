"""``./run demo``: make a county on real terrain, forge a copy, verify both in QGIS."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from . import proof
from .decisions import Review
from .headless import CHECKOUT, DemoError
from .journey import Journey
from .names import COUNTY_CODE, COUNTY_NAME
from .platform import PlatformError
from .say import heading, say
from .walk import (
    Files,
    Run,
    build,
    failures,
    geopackage_of,
    judge,
    tell_files,
    tell_honest,
    tell_run,
    tell_tally,
    trusted_files,
    verify,
)


def main() -> int:
    """Run the demo; the status is 0 when everything that must be found was found."""
    options = _options()
    files = Files(options.out.absolute())
    journey: Journey | None = None
    try:
        county, honest, tampered, planted = build(
            files, options.parcels, options.seed, options.form
        )
        heading("二、登录平台，加载一张图", "2. Sign in, and load the one map")
        journey = Journey.begin(files.folder, options.parcels, options.seed, county)
        here, trusted = _prepare(journey, files)
        heading("三、核验诚实的县", "3. The honest county is verified, in QGIS")
        runs = {"honest": verify(honest, files, files.honest, county, trusted)}
        tell_run(runs["honest"])
        accused = tell_honest(runs["honest"])
        heading("四、核验作假的县", "4. The forged county is verified, in QGIS")
        runs["tampered"] = verify(tampered, files, files.tampered, county, trusted)
        tell_run(runs["tampered"])
        tally = judge(planted, runs["tampered"])
        say()
        tell_tally(tally)
        heading(
            "五、审核：退回、整改、重新提交、验收", "5. Review: return, correct, resubmit, accept"
        )
        reports = _review(journey, files, runs)
        receipt = None
        if journey is not None and not accused:
            heading("六、封装、汇交、回执", "6. Seal, deliver, receipt")
            receipt = _deliver(journey, here, runs)
        pictures = _draw(files, runs, len(county.layers["DLTB"]), tally.found, tally.planted)
    except (DemoError, PlatformError, OSError) as error:
        sys.stdout.flush()
        sys.stderr.write(f"Error: {error}\n")
        return 1
    finally:
        if journey is not None and not options.gui:
            journey.end()
    tell_files(files, runs, pictures, receipt, reports)
    wrong = failures(tally, accused)
    say()
    for sentence in wrong:
        sys.stderr.write(f"Error: {sentence}\n")
    if options.gui:
        try:
            _open_desktop(files.folder / "demo.qgz", runs["tampered"].findings)
        finally:
            if journey is not None:
                journey.end()
    return 1 if wrong else 0


def _prepare(journey: Journey | None, files: Files) -> tuple[Any, dict[str, object]]:
    """Sign in and load what is trusted; without a platform it comes from files."""
    if journey is None:
        return None, trusted_files(files)
    here = journey.sign_in()
    journey.browse(here)
    return here, journey.load()


def _review(journey: Journey | None, files: Files, runs: dict[str, Run]) -> list[Path]:
    """Return the forged county, take what it sends instead, accept and sign that."""
    honest, forged = runs["honest"], runs["tampered"]
    if journey is not None:
        journey.refuse(journey.seal(forged.package, forged.record.parent))
    environment = journey.environment if journey is not None else {}
    review = Review(forged.findings, honest.findings, environment)
    review.decide()
    review.return_list(forged.findings.parent)
    review.correct()
    review.resubmit()
    folder = honest.findings.parent / "acceptance"
    reports = review.accept(folder)
    if journey is not None:
        review.sign(journey.platform["signer"], honest.package, folder)
    return [*reports, review.dashboard(files.folder / "dashboard.html")]


def _deliver(journey: Journey, here: Any, runs: dict[str, Run]) -> Path:
    """Seal and deliver the honest package."""
    honest = runs["honest"]
    proof.refuse_surveyor(journey.platform)
    delivered = journey.deliver(
        journey.seal(honest.package, honest.record.parent), honest.record.parent
    )
    if honest.package.is_dir() and geopackage_of(honest.package) is not None:
        proof.compare(journey.platform, delivered.package_id, honest.package)
    proof.send_audit(journey.platform, here, journey.log)
    proof.sign_out(journey.platform, here)
    return delivered.receipt


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    parser.add_argument("--gui", action="store_true", help="open the desktop with the result")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(os.environ.get("ONEMAP_BUILD", CHECKOUT / ".build")) / "demo",
        help="folder for everything that is made (default: .build/demo)",
    )
    parser.add_argument("--parcels", type=int, default=5000, help="about how many parcels")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another county")
    parser.add_argument(
        "--form",
        choices=("gpkg", "folder", "zip"),
        default="gpkg",
        help="how the honest county is delivered: GeoPackage, folder of shapefiles, or zip of it",
    )
    options = parser.parse_args()
    if not 150 <= options.parcels <= 12_000:
        parser.error("--parcels: between 150 and 12000, as far as the terrain reaches")
    return options


def _draw(files: Files, runs: dict[str, Run], parcels: int, found: int, planted: int) -> list[Path]:
    """Draw the maps and write the project, with QGIS in this process."""
    try:
        from qgis.core import QgsApplication
    except ImportError as error:
        raise DemoError(f"QGIS's Python modules are missing: {error}") from error
    from ..checks.standard import load
    from .picture import draw_picture
    from .project import build_project

    application = QgsApplication([], False)
    application.initQgis()
    name = f"{COUNTY_NAME} {COUNTY_CODE}"
    dem = files.trusted / "dem.tif"
    below = "虚构的县，真实的地形 · A county that does not exist on terrain that does (SRTM)"
    sheets = (
        ("honest", "map.png", f"{name} 土地利用现状 · Land use", None),
        ("tampered", "map_findings.png", f"{name} 核验结果 · Findings", runs["tampered"].findings),
    )
    pictures = []
    for run, file, title, findings in sheets:
        package = geopackage_of(runs[run].package)
        if package is None:
            continue
        project = build_project(package, dem, findings, load(), name)
        counted = f"{parcels:,} 图斑 parcels"
        if findings is not None:
            counted = f"埋入 {planted}，查出 {found} · {found} of {planted} planted frauds found"
            project.write(str(files.folder / "demo.qgz"))
        path = files.folder / file
        draw_picture(project, path, title, f"{counted} · {below}")
        pictures.append(path)
        project.clear()
        del project
    application.exitQgis()
    return pictures


def _open_desktop(project: Path, findings: Path) -> None:
    say("  打开 QGIS 桌面 … Opening the QGIS desktop …")
    desktop = CHECKOUT / "scripts" / "desktop.py"
    start = str(Path(__file__).with_name("open_panel.py"))
    subprocess.run(
        [sys.executable, str(desktop), "--project", str(project), "--code", start],
        env={**os.environ, "ONEMAP_DEMO_RESULTS": str(findings.resolve())},
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
