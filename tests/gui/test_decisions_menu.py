"""Work given out, reviewers compared, copies merged, a resubmission, later edits, who decides."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest
import small_survey

pytestmark = pytest.mark.gui


@pytest.fixture
def session(qgis_app, survey, tmp_path, monkeypatch, until, swallowed):
    from onemap_verify.panels.review.queue.reading import read_findings
    from onemap_verify.panels.review.session import ReviewSession
    from onemap_verify.services import settings

    monkeypatch.setenv("ONEMAP_AUDIT", str(tmp_path / "audit.db"))
    for one in vars(settings).values():
        if isinstance(one, settings.Setting):
            one.forget()
    path = tmp_path / "run2" / "findings.gpkg"
    path.parent.mkdir()
    shutil.copy(survey["findings"], path)
    session = ReviewSession()
    session.messages = []
    session.told.connect(lambda text, level: session.messages.append(text))
    session.set_person("赵主任", "administrator")

    def show(path):
        session.open(path, read_findings(path), {})
        until(lambda: session.ready)

    session.show = show
    show(path)
    yield session
    session.shut_down()


@pytest.fixture
def menu(session, new_window):
    from qgis.core import QgsApplication
    from qgis.PyQt.QtCore import QEvent

    from onemap_verify.panels.review.decisions.review_menu import ReviewMenu

    window = new_window()
    window.window.show()
    menu = ReviewMenu(session, window, window.window)
    menu.window_of_test = window
    yield menu
    menu.shut_down()
    if menu.dialog is not None:
        menu.dialog.close()
    window.window.close()
    window.window.deleteLater()
    QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def act(session, until):
    """Acts as somebody else."""

    def act(person, role="reviewer"):
        session.set_person(person, role)
        until(lambda: session.ready and not session.busy)
        return session

    return act


def idle(until, session):
    until(lambda: not session.busy and not session.saving)


def opinions():
    from onemap_verify.checks.journal.lifecycle import Opinion, State

    return Opinion, State


def test_work_is_given_out_evenly_and_taken_back(session, menu, act, until, click):
    menu.assign.trigger()
    dialog = menu.dialog
    dialog.people.name.setText("王敏、李强，陈洁")
    click(dialog.people.add)
    assert dialog.people.names() == ["赵主任", "王敏", "李强", "陈洁"]
    dialog.people.list.item(0).setSelected(True)
    click(dialog.people.remove)
    dialog.second.setValue(20)
    until(lambda: dialog.shares)
    assert dialog.confirm.text() == "Give Out 60 Findings"
    rows = [dialog.preview.topLevelItem(i) for i in range(3)]
    assert sum(int(row.text(1)) for row in rows) == 60
    assert sum(int(row.text(2)) for row in rows) == 12
    minutes = [float(row.text(3)) for row in rows]
    assert max(minutes) - min(minutes) <= 3
    click(dialog.confirm)
    until(lambda: dialog.packages.topLevelItemCount() == 6)
    assert dialog.what.currentData() == "waiting"  # nothing is left that nobody has
    until(lambda: "60 of them are given out already" in dialog.told.text())
    dialog.close()

    act("王敏")
    mine = dict(session.assigned)
    assert set(mine.values()) == {"first", "second"}
    Opinion, State = opinions()
    done = [name for name, kind in mine.items() if kind == "first"][:5]
    for name in done:
        session.decide([name], State.CLOSED, "", Opinion.DISMISSED)
    idle(until, session)
    act("赵主任", "administrator")
    menu.assign.trigger()
    dialog = menu.dialog
    until(lambda: dialog.packages.topLevelItemCount() == 6 and not session.busy)
    tree = dialog.packages
    own = [tree.topLevelItem(i) for i in range(6) if tree.topLevelItem(i).text(1) == "王敏"]
    bars = {item.text(2): tree.itemWidget(item, 3) for item in own}
    assert bars["First look"].value() == 5
    tree.setCurrentItem(own[0])
    click(dialog.take_back)
    until(lambda: dialog.packages.topLevelItemCount() == 5)
    act("王敏")
    assert set(session.assigned.values()) == {"second"}


def test_agreement_and_known_cases(session, menu, act, until, tmp_path, click):
    Opinion, State = opinions()
    from onemap_verify.checks.journal.assignments import assign

    names = session.table.columns["finding_id"][:20]
    # Another copy, on which people have come to sure decisions.
    decided = tmp_path / "decided.gpkg"
    shutil.copy(session.path, decided)
    from onemap_verify.checks.journal.journal import Journal

    with Journal(decided, "专家") as journal:
        journal.decide(names[:10], State.RETURNED, "x", Opinion.UPHELD)
        journal.decide(names[10:], State.CLOSED, "", Opinion.DISMISSED)
    menu.known.trigger()
    form = menu.dialog
    cases = tmp_path / "cases.json"
    form.source.setFilePath(str(decided))
    form.target.setFilePath(str(cases))
    form.number.setValue(20)
    click(form.confirm)
    until(lambda: "20 cases set" in form.told.text())
    assert len(json.loads(cases.read_text())["cases"]) == 20
    form.close()

    for person, second in (("王敏", False), ("李强", True)):
        session.write("", [], lambda j, p=person, s=second: [assign(j, "一批", p, names, second=s)])
    idle(until, session)
    act("王敏")
    for number, name in enumerate(names):
        right = number < 10
        session.second_opinion(name, Opinion.UPHELD if right else Opinion.DISMISSED)
    idle(until, session)
    act("李强")
    for number, name in enumerate(names):
        # Two of the first ten he lets pass.
        right = number < 10 and number not in (3, 7)
        session.second_opinion(name, Opinion.UPHELD if right else Opinion.DISMISSED)
    idle(until, session)
    menu.agreement.trigger()
    dialog = menu.dialog
    until(lambda: dialog.pairs.topLevelItemCount() == 1)
    row = dialog.pairs.topLevelItem(0)
    # 18 of 20 alike: (0.9 - 0.5) / (1 - 0.5) = 0.8.
    assert [row.text(column) for column in (0, 1, 2)] == ["李强 · 王敏", "20", "90 %"]
    assert row.text(3).startswith("0.80 (")
    assert row.text(4) == "substantial"
    dialog.measure(cases)
    until(lambda: dialog.reviewers.topLevelItem(0).text(3) == "20")
    told = {
        dialog.reviewers.topLevelItem(i).text(0): dialog.reviewers.topLevelItem(i) for i in range(2)
    }
    assert told["王敏"].text(4).startswith("100 %")
    assert told["李强"].text(5).startswith("80 %")
    assert told["李强"].text(5).endswith("8/10")
    assert told["李强"].text(6).endswith("10/10")


def test_a_copy_is_merged_and_says_what_is_disputed(session, menu, act, until, tmp_path):
    Opinion, State = opinions()
    from onemap_verify.checks.journal.journal import Journal

    names = session.table.columns["finding_id"]
    act("王敏")
    session.decide([names[0]], State.RETURNED, "属实", Opinion.UPHELD)
    idle(until, session)
    copy = tmp_path / "copy.gpkg"
    shutil.copy(session.path, copy)
    with Journal(copy, "李强") as journal:
        journal.decide([names[1]], State.CLOSED, "", Opinion.DISMISSED)
        journal.second_opinion(names[0], Opinion.DISMISSED, "看不出")
    menu.merge_with(copy)
    until(lambda: session.messages)
    assert session.messages[-1] == (
        "2 entries taken over from copy.gpkg. 1 findings are disputed now and to be settled."
    )
    assert session.current == names[0]
    until(lambda: names[1] in session.standing and not session.busy)
    assert session.standing[names[0]].disputed


def test_a_copy_of_something_else_is_refused(session, menu, until, tmp_path):
    from onemap_verify.checks.journal.journal import Journal

    other = tmp_path / "other.gpkg"
    small_survey.write_findings_file(other, 7)
    with Journal(other, "李强"):
        pass
    menu.merge_with(other)
    until(lambda: session.messages)
    assert "is of another verification" in session.messages[-1]


def write_run(folder, number, created, county="511402"):
    """The results of a verification as the panel leaves them."""
    folder.mkdir()
    path = folder / "findings.gpkg"
    small_survey.write_findings_file(path, number)
    record = {"created": created, "package": {"county": county, "path": "东坡区.zip"}}
    (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")
    return path


def test_a_resubmission_is_noticed_and_only_what_changed_comes_back(
    session, menu, until, tmp_path, click
):
    Opinion, State = opinions()
    from onemap_verify.checks.journal.journal import Journal

    earlier = write_run(tmp_path / "a", 20, "2026-03-01T00:00:00+00:00")
    write_run(tmp_path / "elsewhere", 20, "2026-02-01T00:00:00+00:00", county="110101")
    later = write_run(tmp_path / "b", 18, "2026-06-01T00:00:00+00:00")
    session.show(later)
    names = session.table.columns["finding_id"]
    with Journal(earlier, "王敏") as journal:
        journal.decide([names[0]], State.CLOSED, "实为梯田", Opinion.DISMISSED)
        journal.decide([names[1]], State.RETURNED, "面积有误", Opinion.UPHELD)
    session.set_person("赵主任", "reviewer")
    session.show(later)  # as after its verification
    bar = menu.window_of_test.bar
    until(lambda: bar.currentItem() is not None)
    text = bar.currentItem().text()
    assert "2026-03-01" in text
    assert "2 findings decided" in text
    wanted = []
    menu.changes_wanted.connect(lambda: wanted.append(True))
    click(menu.offer_button)
    until(lambda: menu.dialog is not None)
    dialog = menu.dialog
    shown = {name: label.text() for name, label in dialog.numbers.items()}
    assert shown["settled"] == "<b>1</b>"
    assert shown["returned"] == "<b>1</b>"
    assert shown["gone"] == "<b>2</b>"
    click(dialog.show_changes)
    assert wanted == [True]
    idle(until, session)
    assert session.standing[names[0]].state is State.CLOSED
    assert names[1] in session.changed
    assert names[0] not in session.changed
    assert bar.currentItem() is None


def test_the_history_shows_the_former_submission(session, menu, until, tmp_path, qgis_app):
    Opinion, State = opinions()
    from onemap_verify.checks.journal.journal import Journal
    from onemap_verify.panels.review.decisions.history_view import HistoryView

    earlier = write_run(tmp_path / "a", 20, "2026-03-01T00:00:00+00:00")
    later = write_run(tmp_path / "b", 20, "2026-06-01T00:00:00+00:00")
    session.show(later)
    name = session.table.columns["finding_id"][0]
    with Journal(earlier, "王敏") as journal:
        journal.decide([name], State.RETURNED, "面积有误", Opinion.UPHELD)
    session.set_person("赵主任", "reviewer")
    menu.carry_from(earlier)
    until(lambda: menu.dialog is not None)
    view = HistoryView(session)
    view.show()
    session.set_current(name)
    until(lambda: len(view.lines) == 2)
    assert [(line.action, line.earlier) for line in view.lines] == [
        ("moved", True),
        ("carried", False),
    ]
    text = view.text.toPlainText()
    assert "面积有误" in text
    assert "[former submission]" in text
    assert "returned before, and still there" in text
    view.close()
    view.deleteLater()


def test_later_edits_are_listed_with_their_places(session, menu, until):
    Opinion, State = opinions()
    names = session.table.columns["finding_id"]
    session.set_person("王敏", "reviewer")
    session.decide([names[0]], State.RETURNED, "属实", Opinion.UPHELD)
    idle(until, session)
    menu.check.trigger()
    until(lambda: "Nothing was edited" in session.messages[-1])
    assert "all 2 entries" in session.messages[-1]
    with closing(sqlite3.connect(session.path)) as connection:
        connection.execute("UPDATE decisions SET state = 'closed'")
        connection.commit()
    menu.check.trigger()
    until(lambda: menu.dialog is not None)
    tree = menu.dialog.tree
    assert tree.topLevelItemCount() == 1
    item = tree.topLevelItem(0)
    told = f"DLTB {session.table.columns['object_id'][0]}"
    assert [item.text(column) for column in range(2)] == ["Decision table", told]
    assert item.text(2) == "the decision is not that of the log"
    tree.itemActivated.emit(item, 0)
    assert session.current == names[0]


def test_what_a_role_may_not_do_is_not_offered(session, menu, act):
    act("张伟", "surveyor")
    menu.aboutToShow.emit()
    assert [one.text() for one in menu.actions() if one.text() and one.isEnabled()] == [
        "Check for Later Edits"
    ]
    act("赵主任", "administrator")
    menu.aboutToShow.emit()
    assert all(one.isEnabled() for one in menu.actions())


def test_who_decides_is_remembered(session, until, qgis_app):
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    from onemap_verify.panels.review.decisions.person import computer_user
    from onemap_verify.panels.review.decisions.person_chip import PersonChip

    session.person, session.role = "", "reviewer"
    chip = PersonChip(session)
    # Nobody said anything: the computer's account, and not nobody.
    assert session.person == computer_user()
    chip.show()
    chip.menu().popup(chip.mapToGlobal(chip.rect().bottomLeft()))
    chip.name.setText("  王  敏 ")
    QTest.keyClick(chip.name, Qt.Key.Key_Return)
    assert (session.person, session.role) == ("王 敏", "reviewer")
    chip.roles["administrator"].trigger()
    assert chip.text() == "王 敏 · Administrator"
    session.person = ""
    other = PersonChip(session)
    assert (session.person, session.role) == ("王 敏", "administrator")
    for one in (chip, other):
        one.shut_down()
        one.deleteLater()


def test_a_signed_in_account_brings_name_and_roles(session, until, monkeypatch, qgis_app):
    """Who is signed in decides under the account, in no other role than the platform grants."""
    from onemap_verify.panels.review.decisions.person_chip import PersonChip
    from onemap_verify.services import session as platform
    from onemap_verify.services.identity.account import Account, Role
    from onemap_verify.services.identity.account import State as SignIn

    class Identity:
        def __init__(self):
            self.account, self.ready, self.listeners = None, False, []

        def listen(self, listener):
            self.listeners.append(listener)
            return lambda: self.listeners.remove(listener)

    class Found:
        identity = Identity()

    monkeypatch.setattr(platform, "current", lambda: Found)
    chip = PersonChip(session)
    assert not chip.name.isReadOnly()
    identity = Found.identity
    identity.account, identity.ready = Account("wm01", "王敏", frozenset({Role.REVIEWER})), True
    for listener in list(identity.listeners):
        listener(SignIn.SIGNED_IN)
    until(lambda: session.person == "王敏 (wm01)")
    assert session.role == "reviewer"
    assert chip.name.isReadOnly()
    assert [role for role, one in chip.roles.items() if one.isEnabled()] == ["reviewer"]
    identity.account = Account("x", "外人", frozenset())
    for listener in list(identity.listeners):
        listener(SignIn.SIGNED_IN)
    until(lambda: session.person == "")
    assert "no role" in chip.toolTip()
    chip.shut_down()
    assert identity.listeners == []
    chip.deleteLater()
