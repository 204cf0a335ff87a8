"""The speed report as Markdown."""

from __future__ import annotations

from typing import Any

_NAMES = {
    "ours": "OneMap Verify: terrain sweep",
    "slope": "gdaldem slope",
    "exactextract": "exactextract: count, mean, deviation, 5 quantiles",
    "exactextract_grades": "exactextract: share of each grade",
    "qgis": "QGIS native:zonalstatisticsfb",
    "qgis_grades": "QGIS native:zonalhistogram of the grades",
}


def markdown(found: dict[str, Any]) -> str:
    """The whole report."""
    results, machine = found["results"], found["machine"]
    lines = [
        "# Speed",
        "",
        f"{found['parcels']:,} parcels on {found['cells']:,} cells of terrain (float32,"
        " tiled, 5 m), a synthetic county made by `benchmarks/speed/synthetic.py`. Everyone"
        " works on the same files in the same run, each in a process of its own."
        " `./run benchmark speed` makes this page again.",
        "",
        f"Machine: {machine['processor']}, {machine['processors']} processors,"
        f" {machine['system']}; Python {machine['python']}, NumPy {machine['numpy']},"
        f" GDAL {machine['gdal']}; {machine['date']}; load before: {machine['load_before']}.",
        "",
        "## Terrain part",
        "",
        "| who | seconds | processor seconds | peak memory, MB |",
        "|---|---:|---:|---:|",
        *(_row(name, results[name]) for name in _NAMES if name in results),
        "",
        *_ratios(results),
        "",
        _scope(),
        "",
        *_agreement(found["agreement"]),
        *_whole(results.get("whole")),
        *_truth(results.get("truth")),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _row(name: str, run: dict[str, Any]) -> str:
    title = _NAMES[name]
    if "error" in run:
        return f"| {title} | not run: {run['error']} | | |"
    if "version" in run:
        title += f" ({run['version']})"
    return (
        f"| {title} | {run['seconds']:.2f} | {run['processor_seconds']:.2f} |"
        f" {run['peak_bytes'] / 1e6:.0f} |"
    )


def _ratios(results: dict[str, Any]) -> list[str]:
    ours, slope = results["ours"], results["slope"]
    if "error" in ours or "error" in slope:
        return []
    out = [
        "| ours is faster than | zonal part alone | with its slope raster |",
        "|---|---:|---:|",
    ]
    for names in (
        ["qgis"],
        ["exactextract"],
        ["qgis", "qgis_grades"],
        ["exactextract", "exactextract_grades"],
    ):
        runs = [results[name] for name in names]
        if any("error" in run for run in runs):
            continue
        zonal = sum(run["seconds"] for run in runs)
        before = slope["seconds"]
        if len(names) > 1:
            before += slope["grades_seconds"]
        title = " + ".join(_NAMES[name] for name in names)
        out.append(
            f"| {title} | {zonal / ours['seconds']:.1f} × |"
            f" {(zonal + before) / ours['seconds']:.1f} × |"
        )
    return out


def _scope() -> str:
    return (
        "Ours is one pass from the terrain model and the GeoPackage on disk to arrays: slope,"
        " exact area of each grade, histogram of slope, mean, deviation and quantiles of slope,"
        " mean, deviation, least and greatest height. The peers need two steps for statistics"
        " and grades, and give no heights here. exactextract weighs cells by exact"
        " fractions too; QGIS counts a cell when its centre lies inside. The first column of"
        " ratios holds ours, slope included, against their zonal step alone."
    )


def _agreement(agreement: dict[str, float]) -> list[str]:
    if not agreement:
        return []
    return [
        "Largest difference from exactextract over all parcels: mean slope"
        f" {agreement['mean_degrees']:.5f}°, share of a grade"
        f" {agreement['share_of_grade']:.2%} of the parcel.",
        "",
    ]


def _whole(run: dict[str, Any] | None) -> list[str]:
    if run is None:
        return []
    lines = ["## Whole verification", ""]
    if "error" in run:
        return [*lines, f"Not run: {run['error']}"]
    lines += [
        f"The same {run['parcels']:,} parcels as a package (DLTB with all fields, CJDCQ, XZQ,"
        f" 5,000 spot heights) against the same terrain, all {run['rules']} rules, findings, record"
        f" and report written: **{run['seconds']:.1f} s**, peak memory"
        f" **{run['peak_bytes'] / 1e6:,.0f} MB** ({run['processor_seconds']:.1f} processor"
        f" seconds, {run['findings']:,} findings).",
        "",
        "| slowest rules (with the measures they ask for first) | seconds |",
        "|---|---:|",
        *(f"| {rule} | {seconds:.2f} |" for rule, seconds in run["slowest"]),
    ]
    return lines


def _truth(run: dict[str, Any] | None) -> list[str]:
    if run is None:
        return []
    lines = ["", "## With every kind of evidence", ""]
    if "error" in run:
        return [*lines, f"Not run: {run['error']}"]
    return [
        *lines,
        f"The same parcels with pictures of two years (four bands, 10 m), last year's parcels and"
        f" {run['photos']:,} photos (640 × 480), all {run['rules']} rules: **{run['seconds']:.1f}"
        f" s**, peak memory **{run['peak_bytes'] / 1e6:,.0f} MB**;"
        f" {run['milliseconds_per_photo']:.2f} ms a photo, {run['milliseconds_per_parcel']:.2f} ms"
        f" a parcel for all else. The county is honest: {run['inconsistent']:,} findings are"
        f" inconsistent, {run['findings']:,} in all. ({run['date']})",
        "",
        "| family (with the measures it asks for first) | seconds |",
        "|---|---:|",
        *(f"| {family} | {seconds:.2f} |" for family, seconds in run["families"].items()),
    ]
