"""Photos and the tracks of whoever took them, through a whole verification."""

from __future__ import annotations

from datetime import datetime, timezone

import numpy as np
import photos_small as made
import pytest

from onemap_verify.checks.findings import Family, Verdict
from onemap_verify.checks.options import Options
from onemap_verify.checks.verify import verify
from tests.fixtures.receivers import gpx, wander


def moment(shot) -> float:
    """UTC of a photo whose camera shows Beijing time."""
    local = datetime.strptime(shot["taken"], "%Y:%m:%d %H:%M:%S")
    return local.replace(tzinfo=timezone.utc).timestamp() - 8 * 3600


def crew(count=12, serial="A-1"):
    """A package of photos of one device, and the way between them, a fix every ten seconds."""
    package = made.Package(count)
    for shot in package.shots:
        shot.update(serial=serial, offset="+08:00")
    when = np.array([moment(shot) for shot in package.shots])
    there = np.array([(shot["x"], shot["y"]) for shot in package.shots])
    time = np.arange(when[0] - 60, when[-1] + 60, 10.0)
    rng = np.random.default_rng(3)
    xy = [
        np.interp(time, when, there[:, axis]) + wander(rng, len(time), 12, 3.0) for axis in (0, 1)
    ]
    return package, time, np.column_stack(xy)


def write_track(folder, name, time, xy):
    degrees = np.array([made.to_degrees(*place) for place in xy])
    gpx(folder / "tracks" / name, degrees[:, 0], degrees[:, 1], time, decimals=7)


def judged(folder):
    found = verify(
        Options(
            submission=folder,
            findings=folder.parent / "findings.gpkg",
            families=(Family.TRACKS,),
            strict=True,
        )
    )
    visit = next(run for run in found.runs if run.rule_id == "tracks.visit")
    return [f for f in found.findings if f.rule_id == "tracks.visit"], visit


def test_photos_on_their_track_are_visits(tmp_path):
    package, time, xy = crew()
    folder = package.write(tmp_path / "package")
    write_track(folder, "crew.gpx", time, xy)
    findings, run = judged(folder)
    assert findings == []
    assert run.tested == 12


@pytest.mark.parametrize("away", [700.0, 3000.0])
def test_a_photo_that_its_own_track_denies_is_doubted(tmp_path, away):
    package, time, xy = crew()
    # The receiver stayed away while the eighth parcel is said to be visited.
    when = moment(package.shots[7])
    xy = xy + np.where(np.abs(time - when) < 900, away, 0.0)[:, None] * np.array([0.0, -1.0])
    folder = package.write(tmp_path / "package")
    write_track(folder, "crew.gpx", time, xy)
    findings, run = judged(folder)
    assert run.tested == 12
    (one,) = findings
    assert (one.cause, one.verdict) == ("visit_denied", Verdict.DOUBTFUL)
    assert one.parcel_bsm == made.bsm(7)
    assert float(one.measured) == pytest.approx(away, abs=60)
    assert one.evidence["photos_on_track"] == 11


def test_another_crew_and_another_day_are_not_checkable(tmp_path):
    package, time, xy = crew()
    folder = package.write(tmp_path / "package")
    write_track(folder, "others.gpx", time, xy + np.array([1500.0, 900.0]))
    write_track(folder, "later.gpx", time + 86400, xy)
    findings, run = judged(folder)
    assert findings == []
    assert run.tested == 0
    assert run.not_checkable == 12


def test_parcels_that_no_track_comes_near_are_a_hint(tmp_path):
    package, time, xy = crew(24)
    folder = package.write(tmp_path / "package")
    write_track(folder, "others.gpx", time, xy + np.array([1500.0, 900.0]))
    ((one,), run) = judged(folder)
    assert (one.cause, one.parcel_bsm) == ("visits_untracked", "")
    assert run.not_checkable == 24
