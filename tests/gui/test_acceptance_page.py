"""The tab Acceptance, by clicks: a sample is drawn, errors upheld, the lot judged, reports made."""

import os

import pytest

pytest.importorskip("qgis.core")

from lot_survey import bsm, decide, finding, write_package, write_verification

pytestmark = pytest.mark.gui


@pytest.fixture
def page(onemap_provider, tmp_path, swallowed, until):
    """The page over a verification of sixty parcels, each with one finding."""
    from qgis.core import QgsApplication, QgsProject
    from qgis.PyQt.QtCore import QEvent

    from onemap_verify.panels.review.acceptance.page import AcceptancePage
    from onemap_verify.panels.review.queue.reading import read_findings
    from onemap_verify.panels.review.session import ReviewSession

    path = write_verification(tmp_path / "v", [finding(n) for n in range(60)])
    session = ReviewSession()
    session.set_person("王敏", "reviewer")
    page = AcceptancePage(session)
    page.messages = []
    page.told.connect(lambda text, level: page.messages.append(text))
    page.resize(420, 600)
    page.show()
    session.open(path, read_findings(path), {})
    page.file = path
    until(lambda: page.presenter.now is not None)
    yield page
    page.shut_down()
    session.shut_down()
    page.close()
    page.deleteLater()
    QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QgsProject.instance().clear()


def drawn(page, click, until):
    click(page.draw.draw)
    until(lambda: page.presenter.now is not None and page.presenter.now.draw is not None)
    until(lambda: not page.presenter.busy)
    return [int(name[12:]) for name in page.presenter.now.drawn]


def marks(page):
    return [card.mark for card in page.cards.values()]


def opened(page):
    return [name for name, card in page.cards.items() if card.is_open]


def test_nothing_is_open(onemap_provider, swallowed):
    from onemap_verify.panels.review.acceptance.page import AcceptancePage
    from onemap_verify.panels.review.session import ReviewSession

    page = AcceptancePage(ReviewSession())
    assert set(marks(page)) == {"todo"}
    assert not page.draw.draw.isEnabled() and not page.verdict.judge.isEnabled()
    assert not page.report.make.isEnabled() and not page.sign.sign.isEnabled()
    page.shut_down()


def test_what_the_plan_comes_to(page):
    assert "60" in page.draw.expected.text() and "41–60 → 7" in page.draw.expected.text()
    page.draw.plan.setCurrentIndex(2)
    page.draw.limit.setValue(5.0)
    # hypergeometric, 3 wrong of 60: C(57, n) / C(60, n) <= 0.05 first at n = 38
    assert "38" in page.draw.expected.text()
    assert page.draw.limit.isVisible() and not page.draw.size.isVisible()
    page.draw.plan.setCurrentIndex(3)
    page.draw.size.setValue(20)
    assert "20" in page.draw.expected.text() and page.draw.size.isVisible()


def test_from_the_draw_to_the_reports(page, click, until):
    assert opened(page) == ["draw"]
    numbers = drawn(page, click, until)
    assert len(numbers) == 7 and marks(page)[0] == "done"
    assert opened(page) == ["errors"] and page.errors.open_ones.isVisible()
    folder = page.file.parent / "acceptance"
    assert {"units.gpkg", "sample.gpkg", "draw.json"} <= set(os.listdir(folder))

    decide(page.file, numbers[:2])
    decide(page.file, numbers[2:], "closed", "dismissed")
    page.session.reload()
    until(lambda: page.presenter.now.undecided == 0)
    assert [error.unit for error in page.presenter.now.errors] == sorted(map(bsm, numbers[:2]))
    assert page.errors.table.item(0, 2).text() == "2", "two errors of class B"
    assert opened(page) == ["judge"]

    click(page.verdict.judge)
    until(lambda: page.presenter.now.lot is not None and not page.presenter.busy)
    # One error B in the only element: 100 - 12 = 88, good. 5 of 7 excellent, all good or better.
    lot = page.presenter.now.lot
    assert (lot["verdict"], lot["grade"]) == ("passed", "excellent")
    assert sorted(unit["score"] for unit in lot["units"]) == [88.0] * 2 + [100.0] * 5
    assert page.verdict.verdict.isVisibleTo(page) and marks(page)[2] == "done"

    page.open_step("report")
    click(page.report.make)
    until(lambda: page.report.made.text().count("<a href") == 4)
    assert not page.messages


def test_a_later_decision_makes_the_verdict_old(page, click, until):
    numbers = drawn(page, click, until)
    page.open_step("judge")
    click(page.verdict.judge)
    until(lambda: page.presenter.now.lot is not None and not page.presenter.busy)
    assert not page.presenter.now.stale
    decide(page.file, numbers[:1])
    page.session.reload()
    until(lambda: page.presenter.now.stale)
    assert page.cards["judge"].mark == "stale"


def test_weights_of_the_elements(page, click, until):
    numbers = drawn(page, click, until)
    decide(page.file, numbers[:1])
    page.session.reload()
    until(lambda: len(page.presenter.now.errors) == 1)
    assert page.errors.values() == {"ADJUSTMENT": 1.0}
    page.errors.equal.setChecked(False)
    page.errors.table.item(0, 5).setText("0.4")
    assert page.errors.values()["WEIGHTS"] == '{"topology": 0.4}'
    page.errors.table.item(0, 5).setText("much")
    assert page.errors.values() is None
    page.open_step("judge")
    click(page.verdict.judge)
    assert opened(page) == ["errors"] and len(page.messages) == 1


def test_an_objection_fails_the_lot(page, click, until):
    drawn(page, click, until)
    page.open_step("judge")
    page.verdict.objection.setText("伪造成果")
    click(page.verdict.judge)
    until(lambda: page.presenter.now.lot is not None and not page.presenter.busy)
    assert page.presenter.now.lot["verdict"] == "failed"
    assert "伪造成果" in page.verdict.said.text()


def test_every_draw_is_written_down(page, click, until):
    from onemap_verify.checks.journal.reading import read_notes

    drawn(page, click, until)
    page.open_step("draw")
    page.draw.seed.setText("another")
    click(page.draw.draw)
    until(lambda: page.presenter.now.draw["seed"] == "another" and not page.presenter.busy)
    until(lambda: len(read_notes(page.file)) == 2)
    assert [note.details["seed"] for note in read_notes(page.file)][1] == "another"


def test_the_sample_in_the_queue_and_on_the_map(page, click, until):
    from qgis.core import QgsProject

    asked = []
    page.queue_wanted.connect(lambda: asked.append(page.session.selection))
    drawn(page, click, until)
    page.open_step("draw")
    assert not QgsProject.instance().mapLayers(), "no layer that nobody asked for"
    click(page.draw.on_queue)
    assert len(asked) == 1 and len(asked[0]) == 7
    assert page.session.current == asked[0][0]
    click(page.draw.on_map)
    click(page.draw.on_map)
    assert [layer.featureCount() for layer in QgsProject.instance().mapLayers().values()] == [7]


def test_parcels_that_cannot_be_named(page, click, until):
    write_package(next(page.file.parent.glob("*2026.gpkg")), {5: bsm(4), 7: ""})
    drawn(page, click, until)
    assert len(page.messages) == 1 and "1" in page.messages[0]


def test_the_package_is_gone(page, click, until):
    next(page.file.parent.glob("*2026.gpkg")).unlink()
    click(page.draw.draw)
    until(lambda: not page.presenter.busy)
    assert page.messages and page.presenter.now.draw is None


def test_the_passphrase_is_kept_nowhere(page, until, tmp_path):
    from onemap_verify.processing_provider.passphrase import VARIABLE

    for field, name in ((page.sign.key, "key.pem"), (page.sign.certificate, "cert.pem")):
        (tmp_path / name).write_text("nothing of the kind", encoding="utf-8")
        field.setFilePath(str(tmp_path / name))
    page.sign.check(True)
    page.sign.passphrase.setText("secret")
    page.sign.sign.click()
    assert page.sign.passphrase.text() == "" and VARIABLE not in os.environ
    until(lambda: not page.presenter.busy)
    assert page.messages and "secret" not in page.messages[0]
    assert page.presenter.now.signer == ""
