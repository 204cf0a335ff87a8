"""A review in the real QGIS desktop, by clicks and keys; what it saw goes to a JSON file.

The environment says where: ``ONEMAP_SEEN`` for the JSON, ``ONEMAP_FINDINGS`` for the verification,
``ONEMAP_PICTURES`` for screenshots, ``ONEMAP_KEY`` and ``ONEMAP_CERTIFICATE`` to sign with.
"""

import json
import os
import sys
import traceback
from pathlib import Path

from qgis import utils
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QCheckBox, QToolButton

PICTURES = Path(os.environ["ONEMAP_PICTURES"])
LEFT = Qt.MouseButton.LeftButton
iface = utils.iface
seen = {"pictures": []}
# Modal windows of QGIS itself (a warning of a missing font, say) must not stop a walk.
QgsApplication.instance().setQuitOnLastWindowClosed(False)


def until(true, what, seconds=60):
    for _ in range(int(seconds * 20)):
        if true():
            return
        QTest.qWait(50)
    raise AssertionError(f"waited too long for {what}")


def picture(name):
    QTest.qWait(700)
    file = f"{len(seen['pictures']) + 1:02d}_{name}.png"
    assert iface.mainWindow().grab().save(str(PICTURES / file))
    seen["pictures"].append(file)


def click(widget):
    assert widget.isVisible() and widget.isEnabled(), widget.objectName() or type(widget).__name__
    QTest.mouseClick(widget, LEFT)


def tab(dock, place):
    bar = dock.tabs.tabBar()
    QTest.mouseClick(bar, LEFT, Qt.KeyboardModifier.NoModifier, bar.tabRect(place).center())
    assert dock.tabs.currentIndex() == place


def states(session):
    return {name: each.state.value for name, each in session.standing.items()}


def review(dock, evidence):
    """The queue: look, return one with a reason, doubt, dismiss, undo, return the rest at once."""
    room, session = dock.room, dock.session
    view = room.queue.view
    tab(dock, 2)
    until(evidence.isVisible, "the evidence panel")
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_J)
    until(lambda: session.current, "a finding")
    until(lambda: evidence.evidence is not None, "its evidence")
    seen["facts"] = len(evidence.evidence.facts)
    picture("queue_and_evidence")

    first = session.current
    QTest.keyClick(view, Qt.Key.Key_A)
    line = room.decisions.reason.line
    # Without a window manager nothing has the keyboard; a suggestion stands in the line.
    until(lambda: line.hasFocus() or line.text(), "the line for the reason")
    picture("reason_is_asked_for")
    line.selectAll()
    QTest.keyClicks(line, "Does not agree with the terrain")
    QTest.keyClick(line, Qt.Key.Key_Return)
    until(lambda: states(session).get(first) == "returned", "the first decision")
    until(lambda: session.current != first, "the next finding")
    picture("returned_and_on_to_the_next")

    second = session.current
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_R)
    until(lambda: states(session).get(second) == "closed", "a dismissal")
    QTest.keyClick(view, Qt.Key.Key_U)
    until(lambda: second not in states(session), "the dismissal undone")
    seen["undone"] = True
    session.set_current(second)
    QTest.keyClick(view, Qt.Key.Key_D)
    until(lambda: second in states(session), "a doubt")
    seen["doubt"] = states(session)[second]

    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_F)
    picture("filters")
    # What is decided already needs nothing any more, and could not be returned with the rest.
    waiting = room.queue.widgets.panel.findChildren(QCheckBox)[0]
    click(waiting)
    until(lambda: room.queue.presenter.wanted.waiting, "only what waits")
    QTest.qWait(500)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_F)
    view.setFocus()
    view.selectAll()
    until(lambda: len(session.selection) > 2, "a selection")
    QTest.keyClick(view, Qt.Key.Key_A)
    until(lambda: room.decisions.dialog is not None, "the dialog for many")
    dialog = room.decisions.dialog
    until(dialog.isVisible, "the dialog to be seen")
    QTest.keyClicks(dialog.reason.line if hasattr(dialog.reason, "line") else dialog.reason, "All")
    QTest.qWait(500)
    assert dialog.grab().save(str(PICTURES / "many.png"))
    seen["pictures"].append("many.png")
    seen["bulk says"] = dialog.confirm.text()
    if dialog.confirm.isEnabled():
        click(dialog.confirm)
        until(lambda: room.decisions.dialog is None, "all of them saved")
    else:
        # Some of them cannot be returned: all or none.
        dialog.reject()
        until(lambda: room.decisions.dialog is None, "the dialog gone")
    picture("many_at_once")
    evidence.body.tabs.setCurrentIndex(evidence.body.tabs.count() - 1)
    session.set_current(first)
    picture("history")


def accept(dock):
    """Acceptance: draw, judge, print, sign; then look whether anything was edited since."""
    page = dock.room.acceptance
    tab(dock, 3)
    until(lambda: page.draw.draw.isEnabled(), "the number of parcels")
    picture("acceptance")
    click(page.draw.draw)
    until(lambda: page.presenter.now.draw is not None and not page.presenter.busy, "a sample")
    page.open_step("judge")
    picture("sample_drawn")
    click(page.verdict.judge)
    until(lambda: page.presenter.now.lot is not None and not page.presenter.busy, "a verdict")
    seen["verdict"] = page.presenter.now.lot["verdict"]
    picture("lot_judged")
    page.open_step("report")
    QTest.qWait(200)
    click(page.report.make)
    until(lambda: page.presenter.busy, "reports being made", 10)
    until(lambda: not page.presenter.busy, "the reports", 120)
    seen["reports"] = sorted(path.name for path in page.presenter.files.reports)
    picture("reports_made")
    page.open_step("sign")
    page.sign.key.setFilePath(os.environ["ONEMAP_KEY"])
    page.sign.certificate.setFilePath(os.environ["ONEMAP_CERTIFICATE"])
    page.sign.passphrase.setText(os.environ["ONEMAP_TEST_PASSPHRASE"])
    QTest.qWait(200)
    click(page.sign.sign)
    until(lambda: page.presenter.now.signer, "the signature", 90)
    seen["signer"] = page.presenter.now.signer
    seen["passphrase kept"] = page.sign.passphrase.text()
    picture("signed")
    dock.messages.clearWidgets()
    dock.room.menu.check.trigger()
    until(lambda: dock.messages.items() or dock.room.menu.dialog, "the check", 60)
    seen["check"] = [item.text() for item in dock.messages.items()]
    picture("checked")


def county(dock):
    """The other side: the same dock in pre-check."""
    tab(dock, 2)
    buttons = dock.room.mode.findChildren(QToolButton)
    click(buttons[0])
    until(lambda: dock.session.role == "surveyor", "another role")
    until(dock.room.precheck.isVisible, "the way to nothing left")
    picture("precheck")
    seen["tabs of the county"] = [
        dock.tabs.isTabVisible(place) for place in range(dock.tabs.count())
    ]
    click(buttons[1])


def go():
    try:
        window = iface.mainWindow()
        window.showNormal()
        window.setGeometry(0, 0, 1280, 720)
        QTest.qWait(300)
        plugin = utils.plugins["onemap_verify"]
        dock = plugin.dock
        dock.setUserVisible(True)
        QTest.qWait(300)
        dock.room.session.set_person("周核", "reviewer")
        layers = [node.name() for node in QgsProject.instance().layerTreeRoot().findLayers()]
        dock.presenter.open_results(Path(os.environ["ONEMAP_FINDINGS"]))
        until(lambda: len(dock.presenter.table), "the findings")
        seen["findings"] = len(dock.presenter.table)
        picture("summary")
        review(dock, plugin.evidence)
        accept(dock)
        seen["states"] = sorted(states(dock.session).values())
        county(dock)
        seen["layers before"] = layers
    except Exception:
        seen["error"] = traceback.format_exc()
        iface.mainWindow().grab().save(str(PICTURES / "error.png"))
    Path(os.environ["ONEMAP_SEEN"]).write_text(json.dumps(seen), encoding="utf-8")
    sys.stdout.flush()
    # Leaving in order would ask whether to save the project.
    os._exit(0)


QTimer.singleShot(1500, go)
