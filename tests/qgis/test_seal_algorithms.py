"""``sealpackage`` and ``checkseal`` as QGIS runs them."""

import json
import os
import shutil
import sqlite3

import pytest

from onemap_verify.checks.seal.authority import issue_certificate, make_authority
from onemap_verify.checks.seal.pem import write_pem

SECRET = "pass-word-%7531"


@pytest.fixture
def run(onemap_provider, qgis_app, tmp_path, monkeypatch):
    monkeypatch.setenv("ONEMAP_AUDIT", str(tmp_path / "audit" / "audit.db"))
    from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback

    class Feedback(QgsProcessingFeedback):
        def __init__(self):
            super().__init__(False)

    def execute(name, **parameters):
        feedback = Feedback()
        algorithm = onemap_provider.algorithm(name).create({})
        context = QgsProcessingContext()
        good, message = algorithm.checkParameterValues(parameters, context)
        assert good, message
        try:
            outputs, good = algorithm.run(parameters, context, feedback, {}, False)
        except QgsProcessingException as error:
            execute.said = feedback.textLog() + str(error)
            raise
        execute.said = feedback.textLog()
        if not good:
            raise QgsProcessingException(execute.said)
        return outputs

    return execute


@pytest.fixture
def made(tmp_path):
    authority = make_authority("县级验收根证书")
    root = tmp_path / "root.pem"
    root.write_bytes(write_pem("CERTIFICATE", authority.certificate))
    key, certificate = issue_certificate(authority, "审核员 张三").write(tmp_path, "r", SECRET)
    source = tmp_path / "410182"
    (source / "photos").mkdir(parents=True)
    (source / "photos" / "a.jpg").write_bytes(b"\xff\xd8photo")
    findings = tmp_path / "findings.gpkg"
    base = sqlite3.connect(findings)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("CREATE TABLE findings (finding_id TEXT)")
    base.execute("INSERT INTO findings VALUES ('f1')")
    base.commit()
    record = tmp_path / "record.json"
    record.write_text(json.dumps({"package": {"county": "410182", "year": 2023}}))
    # The base stays open: what is in its journal must not be lost.
    yield {
        "SUBMISSION": str(source),
        "RECORD": str(record),
        "FINDINGS": str(findings),
        "KEY": str(key),
        "CERTIFICATE": str(certificate),
        "PACKAGE": str(tmp_path / "sealed.zip"),
        "root": str(root),
    }
    base.close()


def sealed_with(made, **changes):
    return {name: value for name, value in {**made, **changes}.items() if name != "root"}


def test_sealed_and_checked(run, made, tmp_path, monkeypatch):
    monkeypatch.setenv("ONEMAP_PASSPHRASE", SECRET)
    out = run("sealpackage", **sealed_with(made, ZONE="business"))
    assert SECRET not in run.said
    assert out["SIGNER"] == "审核员 张三" and len(out["SHA256"]) == len(out["SM3"]) == 64
    assert out["PACKAGE_ID"].startswith("410182-2023-")
    report = tmp_path / "report.json"
    told = run("checkseal", PACKAGE=out["PACKAGE"], TRUST=[made["root"]], REPORT=str(report))
    assert told["INTACT"] and told["SIGNER_TRUSTED"] and told["CERTIFICATE_VALID"]
    assert not told["TIME_PROVEN"] and told["FIRST_DIFFERENCE"] == ""
    document = json.loads(report.read_text(encoding="utf-8"))
    assert document["package"]["zone"] == "business" and document["objects"] == 3
    shutil.unpack_archive(out["PACKAGE"], tmp_path / "open", "zip")
    with sqlite3.connect(tmp_path / "open" / "verification" / "findings.gpkg") as base:
        assert base.execute("SELECT finding_id FROM findings").fetchall() == [("f1",)]
    data = bytearray((tmp_path / "sealed.zip").read_bytes())
    data[data.index(b"\xff\xd8photo") + 3] ^= 1
    (tmp_path / "bad.zip").write_bytes(data)
    told = run("checkseal", PACKAGE=str(tmp_path / "bad.zip"), TRUST=[made["root"]])
    assert not told["INTACT"] and told["FIRST_DIFFERENCE"] == "photos/a.jpg"
    assert told["SIGNER_TRUSTED"]


def test_what_was_done_is_in_the_audit_log(run, made, monkeypatch):
    from onemap_verify.services import audit

    monkeypatch.setenv("ONEMAP_PASSPHRASE", SECRET)
    out = run("sealpackage", **sealed_with(made))
    run("checkseal", PACKAGE=out["PACKAGE"])
    first, second = audit.log().entries()
    assert (first["event_type"], first["object"]) == ("seal", out["PACKAGE_ID"])
    assert first["data_sha256"] == out["SHA256"] and first["data_sm3"] == out["SM3"]
    assert (second["event_type"], second["result"]) == ("check_seal", "failed")
    assert audit.log().check() == []


@pytest.mark.parametrize("place", ["env", "file", "configuration"])
def test_where_the_passphrase_may_be(run, made, tmp_path, monkeypatch, place):
    if place == "env":
        monkeypatch.setenv("MY_WORD", SECRET)
        where = "env:MY_WORD"
    elif place == "file":
        path = tmp_path / "word"
        path.write_text(SECRET + "\n")
        path.chmod(0o600)
        where = f"@{path}"
    else:
        where = configuration()
    out = run("sealpackage", **sealed_with(made, PASSPHRASE=where))
    assert out["SIGNER"] == "审核员 张三" and SECRET not in run.said


def configuration():
    from qgis.core import QgsApplication, QgsAuthMethodConfig

    manager = QgsApplication.authManager()
    if not manager.masterPasswordIsSet():
        assert manager.setMasterPassword("only for this test", True)
    config = QgsAuthMethodConfig("Basic")
    config.setName("seal")
    config.setConfig("username", "-")
    config.setConfig("password", SECRET)
    answer = manager.storeAuthenticationConfig(config)
    stored = answer[1] if isinstance(answer, tuple) else config
    return stored.id()


@pytest.mark.parametrize(
    "place", [SECRET, "env:NOT_THERE_42", "@/nowhere/word"], ids=["itself", "variable", "file"]
)
def test_a_passphrase_given_in_the_wrong_way(run, made, place):
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException):
        run("sealpackage", **sealed_with(made, PASSPHRASE=place))
    assert SECRET not in run.said
    assert not os.path.exists(made["PACKAGE"])


def test_a_file_that_others_can_read_is_refused(run, made, tmp_path):
    from qgis.core import QgsProcessingException

    path = tmp_path / "word"
    path.write_text(SECRET)
    path.chmod(0o644)
    with pytest.raises(QgsProcessingException, match="Others can read"):
        run("sealpackage", **sealed_with(made, PASSPHRASE=f"@{path}"))


def test_a_wrong_passphrase_is_said_and_not_repeated(run, made, monkeypatch):
    from qgis.core import QgsProcessingException

    monkeypatch.setenv("ONEMAP_PASSPHRASE", "wrong-%-word")
    with pytest.raises(QgsProcessingException, match="does not open the key file"):
        run("sealpackage", **sealed_with(made))
    assert "wrong-%-word" not in run.said and not os.path.exists(made["PACKAGE"])


def test_a_time_stamp_of_the_platform(run, made, platform, monkeypatch, tmp_path):
    monkeypatch.setenv("ONEMAP_PASSPHRASE", SECRET)
    out = run("sealpackage", **sealed_with(made, TIMESTAMP=platform["profile"]))
    trust = [made["root"], platform["timestamp_certificate"]]
    told = run("checkseal", PACKAGE=out["PACKAGE"], TRUST=trust)
    assert told["TIME_PROVEN"] and told["INTACT"] and told["CERTIFICATE_VALID"]
    told = run("checkseal", PACKAGE=out["PACKAGE"], TRUST=[made["root"]])
    assert not told["TIME_PROVEN"] and told["INTACT"] and told["SIGNER_TRUSTED"]
