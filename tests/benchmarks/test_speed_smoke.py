"""The speed benchmark runs whole on a county small enough for a test."""

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
    command = [sys.executable, "-m", "onemap_verify.benchmarks.speed"]
    command += ["--side", "500", "--parcels", "900", "--out", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "SPEED.json").read_text(encoding="utf-8"))
    results = found["results"]
    assert found["parcels"] == results["ours"]["parcels"] == 900
    assert results["ours"]["seconds"] > 0
    assert 50e6 < results["ours"]["peak_bytes"] < 2e9
    for peer in ("exactextract", "exactextract_grades", "qgis", "qgis_grades", "slope"):
        if "No module named" not in results[peer].get("error", ""):
            assert results[peer]["seconds"] > 0, results[peer]
    if "error" not in results["exactextract"]:
        assert found["agreement"]["mean_degrees"] < 1e-3
        assert found["agreement"]["share_of_grade"] < 0.02
    assert results["whole"]["parcels"] == 900, results["whole"]
    assert results["whole"]["findings"] < 30
    text = (tmp_path / "SPEED.md").read_text(encoding="utf-8")
    assert text == done.stdout
    assert "| OneMap Verify: terrain sweep |" in text
    assert "## Whole verification" in text
