"""The One Map panel by real clicks, against the real platform."""

import threading

import pytest
from one_map_people import sealed_package, signed_in

pytestmark = pytest.mark.gui


def test_sign_in_find_load_and_sign_out(panel, platform, click, until, qgis_app):
    from qgis.core import QgsProject
    from qgis.PyQt.QtTest import QTest

    page = panel.catalogue
    assert panel._catalogue.currentIndex() == 0 and not page.add.isEnabled()
    signed_in(panel, platform, "surveyor", click, until)
    assert panel.signing.session.identity.account.user
    until(lambda: page.model.rowCount() > 0 and not panel.tasks.running("refresh"))
    until(lambda: page.theme.count() > 2)
    everything = sum(len(one.entries) for one in page.model.headings)
    assert everything >= 40
    # The groups of the platform come first, in its order.
    groups = [group.id for group in panel.signing.session.profile.groups]
    shown = [heading.key for heading in page.model.headings if heading.key in groups]
    assert shown == [group for group in groups if group in shown] and shown
    layer = next(one for one in panel.signing.session.profile.layers if one.kind == "wfs")
    page.search.insert(layer.title.zh)  # keys of QTest know no Chinese
    until(lambda: 0 < sum(len(one.entries) for one in page.model.headings) < everything)
    index = page.model.index_of(layer.record or f"profile:{layer.id}")
    assert index.isValid()
    page.tree.scrollTo(index)
    until(lambda: page.tree.visualRect(index).isValid())
    from qgis.PyQt.QtCore import Qt

    QTest.mouseClick(
        page.tree.viewport(), Qt.MouseButton.LeftButton, pos=page.tree.visualRect(index).center()
    )
    until(lambda: layer.title.zh[:2] in page.about.toPlainText())
    click(page.add)
    until(lambda: bool(QgsProject.instance().mapLayers()))
    (loaded,) = QgsProject.instance().mapLayers().values()
    assert loaded.isValid() and loaded.featureCount() != 0
    assert panel.loaded.tree.topLevelItemCount() == 1
    assert panel._loaded.currentIndex() == 1
    click(panel.account.sign_out)
    until(lambda: panel.account.sign_in.isVisible())
    assert not page.add.isEnabled()


def test_a_surveyor_cannot_deliver_and_is_told_why(panel, platform, click, until):
    signed_in(panel, platform, "surveyor", click, until)
    panel.tabs.setCurrentWidget(panel.delivery)
    assert not panel.delivery.add.isEnabled()
    assert panel.delivery.note.isVisible() and panel.delivery.note.text()


def test_cancelling_a_sign_in(panel, platform, click, until):
    panel.signing.open_address = lambda address: None  # the person walks away
    panel.signing.choose(platform["profile"])
    until(lambda: panel.account.sign_in.isVisible() and not panel.tasks.running("sign-in"))
    click(panel.account.sign_in)
    until(lambda: panel.account.cancel.isVisible())
    click(panel.account.cancel)
    until(lambda: panel.account.sign_in.isVisible())


def test_a_code_for_another_device(panel, platform, until):
    from onemap_verify.demo.platform.visitor import approve_device

    panel.signing.choose(platform["profile"])
    until(lambda: panel.account.sign_in.isVisible() and not panel.tasks.running("sign-in"))
    panel.account.ways.menu().findChild(type(panel.account.ways.menu().actions()[0]), "device")
    action = next(
        one for one in panel.account.ways.menu().actions() if one.objectName() == "device"
    )
    action.trigger()
    until(lambda: panel.account.hint.isVisible())
    code = panel.account.hint.text().rpartition("<big>")[2].split("<")[0]
    worker = threading.Thread(target=approve_device, args=(platform, "reviewer", code))
    worker.start()
    until(lambda: panel.account.sign_out.isVisible())
    worker.join()
    assert not panel.account.hint.isVisible()


def test_a_delivery_with_its_receipt(panel, platform, click, until, tmp_path):
    signed_in(panel, platform, "reviewer", click, until)
    panel.tabs.setCurrentWidget(panel.delivery)
    assert panel.delivery.add.isEnabled()
    sealed = sealed_package(tmp_path, platform)
    told = []
    panel.delivering.told.connect(lambda text, level: told.append(text))
    until(lambda: panel.delivering.queue is not None)
    panel.delivering.add([str(sealed.path)])
    until(lambda: panel.delivery.model.rowCount() == 1 or told)
    assert panel.delivery.model.rowCount() == 1, told
    until(lambda: panel.delivery.model.deliveries[0].finished, 60)
    delivery = panel.delivery.model.deliveries[0]
    assert delivery.state.value == "delivered", delivery.reason
    assert delivery.receipt["sha256"] == sealed.sha256
    panel.delivery.select(delivery.id)
    assert panel.delivery.receipt.isVisible()
    assert sealed.sha256[:16] in panel.delivery.details.toPlainText().replace("\u200b", "")


def test_a_package_that_is_not_sealed_is_refused_with_a_reason(
    panel, platform, click, until, tmp_path
):
    signed_in(panel, platform, "reviewer", click, until)
    until(lambda: panel.delivering.queue is not None)
    (tmp_path / "no.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    told = []
    panel.delivering.told.connect(lambda text, level: told.append(text))
    panel.delivering.add([str(tmp_path / "no.zip")])
    until(lambda: told)
    assert panel.delivery.model.rowCount() == 0


def test_everything_fits_into_a_small_window(panel, platform, click, until, qgis_app):
    """At 1280 × 720 nothing is cut off, in both languages' longest words."""
    signed_in(panel, platform, "reviewer", click, until)
    for page in (panel._catalogue, panel._loaded, panel.delivery):
        panel.tabs.setCurrentWidget(page)
        assert page.minimumSizeHint().width() <= 460, page
    assert panel.minimumSizeHint().height() <= 600
