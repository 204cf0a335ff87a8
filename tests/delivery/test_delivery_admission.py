"""Only what was verified, decided upon, sealed and may leave its network enters the queue."""

import json
import shutil
import sqlite3
import zipfile
from dataclasses import replace

import pytest

from onemap_verify.benchmarks.delivery.clients import bench_profile
from onemap_verify.benchmarks.delivery.packages import Verified
from onemap_verify.checks.journal.journal import Journal
from onemap_verify.checks.journal.lifecycle import Opinion, Role, State
from onemap_verify.checks.options import Options
from onemap_verify.checks.seal import seal_package
from onemap_verify.checks.verify import verify
from onemap_verify.services.delivery.admission import examine
from onemap_verify.services.delivery.problems import NotAdmitted
from onemap_verify.services.delivery.queue import DeliveryQueue


@pytest.fixture
def profile(keys):
    known = keys.folder / "known-authority.crt"
    return bench_profile("http://127.0.0.1:9/files", "http://127.0.0.1:9/receipts", known, known, 1)


@pytest.fixture
def queue(tmp_path):
    with DeliveryQueue(tmp_path / "queue.db") as opened:
        yield opened


def refused(queue, package, profile):
    """Codes for which a package is not taken; nothing of it may stay in the queue."""
    with pytest.raises(NotAdmitted) as raised:
        queue.add(package, profile)
    assert queue.list() == []
    assert [each for each in queue.folder.iterdir() if each.suffix == ".zip"] == []
    assert not list(queue.folder.glob(".incoming*"))
    assert raised.value.text.zh and raised.value.text.en
    return [problem.code for problem in raised.value.problems]


def test_a_good_package_is_taken_and_kept(queue, profile, keys, make_package):
    package = make_package(keys.signer)
    entered = queue.add(package, profile)
    assert entered.state.value == "waiting"
    assert entered.path.read_bytes() == package.read_bytes()
    package.unlink()
    assert entered.path.is_file()


def test_the_same_package_is_the_same_delivery(queue, profile, keys, make_package):
    package = make_package(keys.signer)
    first, second = queue.add(package, profile), queue.add(package, profile)
    assert first.id == second.id
    assert len(queue.list()) == 1


def test_a_stranger_s_seal_is_refused(queue, profile, keys, make_package):
    assert refused(queue, make_package(keys.stranger), profile) == ["signer_not_trusted"]


def test_a_changed_byte_is_refused(queue, profile, keys, make_package):
    package = make_package(keys.signer)
    data = bytearray(package.read_bytes())
    data[len(data) // 2] ^= 1
    package.write_bytes(data)
    assert refused(queue, package, profile) == ["seal_broken"]


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04" + b"\0" * 100])
def test_rubbish_is_refused(queue, profile, tmp_path, content):
    path = tmp_path / "rubbish.zip"
    path.write_bytes(content)
    assert refused(queue, path, profile) in (["unreadable"], ["seal_broken", "package_id"])


def test_a_zip_without_a_seal_is_refused(queue, profile, tmp_path, verified):
    path = tmp_path / "plain.zip"
    with zipfile.ZipFile(path, "w") as out:
        for each in verified.survey.iterdir():
            out.write(each, each.name)
    assert refused(queue, path, profile)


def test_a_file_that_is_not_there(queue, profile, tmp_path):
    assert refused(queue, tmp_path / "nothing.zip", profile) == ["no_file"]


def test_without_a_record_it_is_refused(queue, profile, tmp_path, keys, verified):
    target = tmp_path / "sealed.zip"
    seal_package(verified.survey, target, keys.signer, {"id": "no-record"})
    assert refused(queue, target, profile) == ["not_verified"]


def test_a_survey_changed_after_its_verification_is_refused(
    queue, profile, tmp_path, keys, verified, make_package
):
    survey = shutil.copytree(verified.survey, tmp_path / "changed")
    (survey / "notes.bin").write_bytes(b"other notes")
    package = make_package(keys.signer, survey=replace(verified, survey=survey))
    assert refused(queue, package, profile) == ["record_differs"]
    (survey / "notes.bin").unlink()
    package = make_package(keys.signer, survey=replace(verified, survey=survey))
    assert refused(queue, package, profile) == ["record_differs"]


def test_a_record_edited_by_hand_is_refused(queue, profile, tmp_path, keys, verified, make_package):
    record = tmp_path / "record.json"
    facts = json.loads(verified.record.read_text())
    facts["inputs"].append({"role": "submission", "path": "x", "bytes": 1, "sha256": "0" * 64})
    record.write_text(json.dumps(facts))
    package = make_package(keys.signer, survey=replace(verified, record=record))
    assert refused(queue, package, profile) == ["record_differs"]


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory, verified):
    """The survey with a parcel whose class does not exist: an inconsistent finding."""
    folder = tmp_path_factory.mktemp("doubtful")
    survey = shutil.copytree(verified.survey, folder / "survey")
    with sqlite3.connect(next(survey.glob("*.gpkg"))) as opened:
        # QGIS's triggers need functions of SpatiaLite; a plain column needs none of them.
        for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            opened.execute(f'DROP TRIGGER "{name}"')
        opened.execute("UPDATE DLTB SET DLBM = '9999' WHERE TBBH = '3'")
    findings, record = folder / "findings.gpkg", folder / "record.json"
    verify(Options(submission=survey, findings=findings, record=record))
    return Verified(survey, record, findings)


def test_undecided_findings_keep_it_out(queue, profile, keys, make_package, doubtful, tmp_path):
    package = make_package(keys.signer, survey=doubtful)
    assert refused(queue, package, profile) == ["undecided"]

    decided, names = under_review(doubtful, tmp_path)
    with sqlite3.connect(decided.findings) as opened:
        # Anybody can write a table; without the journal it says nothing.
        opened.execute("CREATE TABLE decisions (finding_id TEXT, state TEXT, disputed INTEGER)")
        opened.executemany(
            "INSERT INTO decisions VALUES (?, 'closed', 0)", [(each,) for each in names]
        )
    opened.close()
    assert refused(queue, make_package(keys.signer, survey=decided), profile) == ["undecided"]


def under_review(survey, folder):
    """A copy of the findings to decide upon, and the ids of those that have to be decided."""
    findings = folder / "decided.gpkg"
    shutil.copy(survey.findings, findings)
    with sqlite3.connect(findings) as opened:
        rows = opened.execute("SELECT finding_id FROM findings WHERE verdict = 'inconsistent'")
        names = [row[0] for row in rows]
    opened.close()
    assert names
    return replace(survey, findings=findings), names


def test_what_counts_as_decided(queue, profile, keys, make_package, doubtful, tmp_path):
    decided, names = under_review(doubtful, tmp_path)

    def outcome():
        return refused(queue, make_package(keys.signer, survey=decided), profile)

    with Journal(decided.findings, "Li") as reviewer:
        reviewer.decide(names, State.RETURNED, "again", Opinion.UPHELD)
    assert outcome() == ["undecided"]
    with Journal(decided.findings, "Wang", Role.SURVEYOR) as county:
        county.decide(names, State.CORRECTED, "done")
    # The county's word is not enough: these are the files in which it was found.
    assert outcome() == ["undecided"]
    with Journal(decided.findings, "Li") as reviewer:
        reviewer.decide(names, State.RECHECKED)
        assert outcome() == ["undecided"]
        reviewer.decide(names, State.CLOSED)
    with Journal(decided.findings, "Zhao") as second:
        opinion = second.second_opinion(names[0], Opinion.DISMISSED)
        assert outcome() == ["undecided"]  # disputed
        second.undo(opinion.event_id)
    package = make_package(keys.signer, survey=decided)
    assert queue.add(package, profile).state.value == "waiting"


def test_an_exception_is_a_decision(queue, profile, keys, make_package, doubtful, tmp_path):
    decided, names = under_review(doubtful, tmp_path)
    with Journal(decided.findings, "Li") as reviewer:
        reviewer.decide(names, State.EXCEPTION, "flood of 2023")
    package = make_package(keys.signer, survey=decided)
    assert queue.add(package, profile).state.value == "waiting"


def test_decisions_that_were_changed_are_refused(
    queue, profile, keys, make_package, doubtful, tmp_path
):
    decided, names = under_review(doubtful, tmp_path)
    with Journal(decided.findings, "Li") as reviewer:
        reviewer.decide(names, State.UNDER_REVIEW)
    with sqlite3.connect(decided.findings) as opened:
        opened.execute("UPDATE decisions SET state = 'closed'")
    opened.close()
    package = make_package(keys.signer, survey=decided)
    assert refused(queue, package, profile) == ["decisions_changed"]


def test_findings_left_out_or_exchanged(queue, profile, keys, make_package, doubtful, verified):
    exchanged = replace(doubtful, findings=verified.findings)
    package = make_package(keys.signer, survey=exchanged)
    assert refused(queue, package, profile) == ["findings_differ"]


def test_a_package_of_the_inner_network_stays_there(queue, profile, keys, make_package):
    package = make_package(keys.signer, zone="inner")
    for zone in ("internet", "government", "business"):
        assert refused(queue, package, replace(profile, zone=zone)) == ["zone"]
    inner = replace(profile, zone="inner")
    assert queue.add(package, inner).zone == "inner"


def test_a_package_may_go_inwards_but_an_unknown_zone_nowhere(queue, profile, keys, make_package):
    strange = make_package(keys.signer, zone="somewhere")
    assert refused(queue, strange, replace(profile, zone="inner")) == ["zone"]
    package = make_package(keys.signer, zone="internet")
    assert queue.add(package, replace(profile, zone="inner")).state.value == "waiting"


def test_nobody_is_trusted_by_default(profile, keys, make_package):
    found = examine(make_package(keys.signer), replace(profile, trust_certificates=()))
    assert [problem.code for problem in found.problems] == ["signer_not_trusted"]
