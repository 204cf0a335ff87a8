"""The review benchmark runs whole on a file small enough for a test."""

import json
import os
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_small_benchmark_writes_its_report(checkout, tmp_path):
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(
            [str(checkout / ".build" / "plugins"), os.environ.get("PYTHONPATH", "")]
        ),
        "ONEMAP_BUILD": str(tmp_path / "build"),
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path / "profile"),
    }
    command = [sys.executable, "-m", "onemap_verify.benchmarks.review", "--no-peers"]
    command += ["--findings", "600", "--decisions", "120", "--out", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "REVIEW.json").read_text(encoding="utf-8"))
    ours = found["ours"]
    assert ours["findings"] == 600
    # The benchmark decides on some more.
    assert 120 < ours["decisions"] <= 160
    steps = ours["steps"]
    assert steps["filter: none"]["found"] == steps["open"]["found"] == 600
    assert 0 < steps["filter: verdict"]["found"] < 600
    assert 0 < steps["filter: map extent"]["found"] <= 600
    assert steps["search: zzz"]["found"] == 0
    assert steps["filter: state"]["found"] == 40
    assert all(step["seconds"] > 0 for name, step in steps.items() if name != "nothing")
    assert (tmp_path / "REVIEW.md").read_text(encoding="utf-8") == done.stdout


def test_the_same_numbers_make_the_same_findings(tmp_path):
    from onemap_verify.benchmarks.review.survey import Size, make
    from onemap_verify.checks.findings_read import read_verification
    from onemap_verify.checks.journal.reading import read_standing

    made = []
    for name in ("a", "b"):
        path = tmp_path / name / "findings.gpkg"
        make(path, Size(200, 30))
        made.append((read_verification(path), read_standing(path)))
    one, other = made
    assert len(one[0]) == 200
    assert len(one[1]) == 30
    for column in ("finding_id", "score", "message_zh", "parcel_bsm"):
        assert one[0].findings[column].tolist() == other[0].findings[column].tolist()
    assert one[1] == other[1]
