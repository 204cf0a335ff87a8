"""The queue, the receipt, work without network and saved projects: by real clicks."""

import json
from pathlib import Path

import pytest
from one_map_people import sealed_package, signed_in

pytestmark = pytest.mark.gui


@pytest.fixture
def uploads_away(platform):
    """The platform's uploads do not answer until this is called: their socket has another name."""
    socket = next(Path(platform["folder"]).rglob("uploads.sock"))
    aside = socket.with_name("aside.sock")
    socket.rename(aside)

    def back():
        if aside.exists():
            aside.rename(socket)

    yield back
    back()


def state(panel):
    deliveries = panel.delivery.model.deliveries
    return deliveries[0].state.value if deliveries else ""


def test_pause_resume_retry_and_receipt(
    panel, platform, click, until, tmp_path, uploads_away, monkeypatch
):
    from onemap_verify.panels.onemap import files

    page = panel.delivery
    signed_in(panel, platform, "reviewer", click, until)
    panel.tabs.setCurrentWidget(page)
    assert page.hint.isVisible() and not page.splitter.isVisible()
    until(lambda: panel.delivering.queue is not None)
    sealed = sealed_package(tmp_path, platform)
    monkeypatch.setattr(files, "ask_packages", lambda parent: [str(sealed.path)])
    click(page.add)
    until(lambda: state(panel) == "failed", 60)
    assert not page.hint.isVisible() and page.splitter.isVisible()
    page.select(page.model.deliveries[0].id)
    # What went wrong, what happens next, and what can be done are all there.
    assert page.model.deliveries[0].reason.en and page.model.deliveries[0].reason.zh
    assert page.retry.isVisible() and not page.resume.isVisible() and not page.receipt.isVisible()
    click(page.pause)
    until(lambda: state(panel) == "paused")
    assert page.resume.isVisible() and not page.pause.isVisible()
    click(page.resume)
    until(lambda: state(panel) != "paused")
    until(lambda: state(panel) == "failed", 60)
    uploads_away()
    click(page.retry)
    until(lambda: state(panel) == "delivered", 60)
    target = tmp_path / "receipt.json"
    monkeypatch.setattr(files, "ask_receipt", lambda parent, package_id: str(target))
    click(page.receipt)
    assert json.loads(target.read_text("utf-8"))["sha256"] == sealed.sha256


def find(panel, platform, click, until):
    """Sign in and choose the parcels of this year in the catalogue, as a person does."""
    page = panel.catalogue
    signed_in(panel, platform, "reviewer", click, until)
    until(lambda: page.model.rowCount() > 0 and not panel.tasks.running("refresh"))
    layer = next(one for one in panel.signing.session.profile.layers if one.kind == "wfs")
    index = page.model.index_of(layer.record or f"profile:{layer.id}")
    page.tree.setCurrentIndex(index)
    until(lambda: page.add.isEnabled())
    return layer


def test_save_for_work_without_network(panel, platform, click, until, tmp_path, monkeypatch):
    from qgis.core import QgsProject, QgsVectorLayer

    from onemap_verify.panels.onemap import files

    find(panel, platform, click, until)
    panel.tabs.setCurrentIndex(0)
    click(panel.catalogue.add)
    until(lambda: bool(QgsProject.instance().mapLayers()))
    (loaded,) = QgsProject.instance().mapLayers().values()
    canvas = panel.window_of_test.canvas
    canvas.setDestinationCrs(loaded.crs())
    canvas.setExtent(loaded.extent())
    folder = tmp_path / "offline"
    folder.mkdir()
    monkeypatch.setattr(files, "ask_folder", lambda parent: str(folder))
    click(panel.catalogue.save)
    until(lambda: not panel.saving.busy and any(folder.rglob("*.gpkg")), 60)
    saved = next(folder.rglob("*.gpkg"))
    layer = QgsVectorLayer(str(saved), "saved", "ogr")
    assert layer.isValid() and layer.featureCount() > 0


def test_a_saved_project_finds_a_service_that_moved(panel, platform, click, until, tmp_path):
    from qgis.core import QgsProject

    project = QgsProject.instance()
    wanted = find(panel, platform, click, until)
    click(panel.catalogue.add)
    until(lambda: bool(project.mapLayers()))
    (layer,) = project.mapLayers().values()
    now = layer.source()
    # As it was saved when the service still had another name and address.
    layer.setCustomProperty("onemap/url", wanted.url.replace("/ows/", "/old/"))
    layer.setDataSource(now.replace("/ows/", "/old/"), layer.name(), layer.providerType())
    assert layer.source() != now
    path = str(tmp_path / "project.qgz")
    assert project.write(path)
    project.clear()
    assert project.read(path)
    until(lambda: [one.source() for one in project.mapLayers().values()] == [now])
    (layer,) = project.mapLayers().values()
    assert layer.isValid()
    assert layer.customProperty("onemap/url") == wanted.url
    until(lambda: len(panel.window_of_test.bar.items()) == 1)
    assert "/old/" in panel.window_of_test.bar.items()[0].text()
    # Once is enough: reading it again as it is now says nothing more.
    assert project.write(path)
    project.clear()
    panel.window_of_test.bar.clearWidgets()
    assert project.read(path)
    until(lambda: not panel.saved._waiting and not panel.tasks.running("mend"))
    assert not panel.window_of_test.bar.items()


def test_a_project_without_the_platform_asks_nothing(panel, tmp_path):
    from qgis.core import QgsProject

    project = QgsProject.instance()
    path = str(tmp_path / "plain.qgz")
    assert project.write(path)
    assert project.read(path)
    assert not panel.saved._waiting and not panel.tasks.running("mend")


def test_the_audit_log_is_checked_and_saved(panel, platform, click, until, tmp_path, monkeypatch):
    import csv
    import os
    import sqlite3

    from onemap_verify.panels.onemap import files

    signed_in(panel, platform, "reviewer", click, until)
    panel.tabs.setCurrentWidget(panel.delivery)
    click(panel.delivery.audit)
    until(lambda: panel.auditing.dialog is not None)
    entries = int("".join(filter(str.isdigit, panel.auditing.dialog.text())))
    assert entries >= 1
    target = tmp_path / "log.csv"
    monkeypatch.setattr(files, "ask_audit", lambda parent: str(target))
    click(panel.auditing.export)
    until(lambda: target.exists() and not panel.tasks.running("audit-export"))
    with target.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == entries
    # Somebody edits the log behind our back: it is told where.
    with sqlite3.connect(os.environ["ONEMAP_AUDIT"]) as file:
        file.execute("DROP TRIGGER events_are_final")
        file.execute("UPDATE events SET user_id = 'somebody' WHERE seq = 1")
    panel.auditing.dialog = None
    click(panel.delivery.audit)
    until(lambda: panel.auditing.dialog is not None)
    assert panel.auditing.dialog.icon() == panel.auditing.dialog.Icon.Warning
    assert panel.auditing.dialog.informativeText()
    panel.auditing.dialog.close()
