"""From opening a verification to a signed verdict on the lot, by clicks in the real desktop."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.gui

LOOKS = [("zh-Hans", "default"), ("en", "Night Mapping")]


@pytest.fixture(scope="module")
def verified(tmp_path_factory, qgis_app):
    """A package with photos, a track and two images, and what a run found in it."""
    import reviewed_survey

    from onemap_verify.checks.options import Options
    from onemap_verify.checks.verify import verify

    folder = tmp_path_factory.mktemp("walk")
    reviewed_survey.make(folder)
    out = folder / "run"
    onemap = folder / "onemap"
    verify(
        Options(
            submission=folder / "package",
            findings=out / "findings.gpkg",
            record=out / "record.json",
            report=out / "report.html",
            dem=str(onemap / "dem.tif"),
            imagery=str(onemap / "image_2023.tif"),
            imagery_previous=str(onemap / "image_2022.tif"),
            previous=str(onemap / "last_year.gpkg"),
            control_layers=(str(onemap / "YJJBNTBHTB.gpkg"),),
        )
    )
    return out


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    from onemap_verify.benchmarks.review_trust.world import PASSPHRASE, make_signer

    folder = tmp_path_factory.mktemp("keys")
    make_signer(folder)
    files = sorted(folder.iterdir())
    key = next(path for path in files if "key" in path.suffix or "key" in path.name.split(".")[-1])
    certificate = next(path for path in files if path != key)
    return key, certificate, PASSPHRASE


@pytest.mark.parametrize(("locale", "theme"), LOOKS, ids=["zh-light", "en-dark"])
def test_from_the_queue_to_a_signed_verdict(verified, signer, tmp_path, checkout, locale, theme):
    program = shutil.which("qgis")
    if not program:
        pytest.skip("the QGIS desktop is not installed")
    if not os.environ.get("DISPLAY"):
        pytest.skip("there is no screen: ./run test starts these under Xvfb")
    sys.path.insert(0, str(checkout / "scripts"))
    from workplace import qgis_environment, write_profile

    results = tmp_path / "results"
    shutil.copytree(verified, results)
    profile = write_profile(tmp_path / "profile", locale=locale)
    ini = next(profile.rglob("QGIS3.ini"))
    ini.write_text(ini.read_text(encoding="utf-8") + f"\n[UI]\nUITheme={theme}\n", "utf-8")
    pictures = Path(os.environ.get("ONEMAP_KEEP_PICTURES", str(tmp_path))) / f"{locale}"
    pictures.mkdir(parents=True, exist_ok=True)
    key, certificate, passphrase = signer
    environment = qgis_environment(profile) | {
        "HOME": str(tmp_path),
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "NO_AT_BRIDGE": "1",
        "ONEMAP_SEEN": str(tmp_path / "seen.json"),
        "ONEMAP_FINDINGS": str(results / "findings.gpkg"),
        "ONEMAP_PICTURES": str(pictures),
        "ONEMAP_KEY": str(key),
        "ONEMAP_CERTIFICATE": str(certificate),
        "ONEMAP_TEST_PASSPHRASE": passphrase,
        "ONEMAP_AUDIT": str(tmp_path / "audit.db"),
    }
    environment.pop("QT_QPA_PLATFORM", None)
    done = subprocess.run(
        [program, "--nologo", "--noversioncheck", "--profiles-path", str(profile)]
        + ["--profile", "default", "--code", str(Path(__file__).with_name("in_review.py"))],
        env=environment,
        capture_output=True,
        text=True,
        timeout=420,
    )
    assert (tmp_path / "seen.json").exists(), done.stdout + done.stderr
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert "error" not in seen, seen["error"]
    assert "Traceback" not in done.stderr, done.stderr
    assert seen["findings"] > 5 and seen["facts"] > 2
    assert seen["undone"] and seen["doubt"] == "under_review"
    assert seen["verdict"] in ("passed", "failed")
    assert len([name for name in seen["reports"] if name.endswith(".pdf")]) >= 2
    assert seen["signer"] and seen["passphrase kept"] == ""
    assert len(seen["check"]) == 1
    assert seen["tabs of the county"] == [True, True, True, False]
    # Nothing of it was only on the screen.
    from onemap_verify.checks.journal.audit import check_journal
    from onemap_verify.checks.journal.reading import read_events, read_standing
    from onemap_verify.checks.review_seal import check_review

    found = results / "findings.gpkg"
    assert check_journal(found).intact
    assert sorted(each.state.value for each in read_standing(found).values()) == seen["states"]
    assert {event.who for event in read_events(found) if event.action == "moved"} == {"周核"}
    assert (results / "review.sig.json").exists()
    assert check_review(found).signed
    for name in seen["pictures"]:
        assert (pictures / name).stat().st_size > 5_000
