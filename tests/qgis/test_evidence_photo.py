"""Photos: upright, bounded, in step; angles where they belong."""

import math
import struct
import threading

import pytest


def jpeg(width=80, height=40, orientation=0):
    """A JPEG whose left half is red and right half blue, with an EXIF orientation."""
    from qgis.PyQt.QtCore import QBuffer, QIODevice
    from qgis.PyQt.QtGui import QColor, QImage, QPainter

    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    painter = QPainter(image)
    painter.fillRect(width // 2, 0, width, height, QColor("#0000ff"))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "JPG", 95)
    data = bytes(buffer.data())
    if not orientation:
        return data
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 0)
    body = b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def color(image, x, y):
    from qgis.PyQt.QtGui import QColor

    one = QColor(image.pixel(x, y))
    return "red" if one.red() > 200 > one.blue() + 100 else "blue" if one.blue() > 200 else "?"


def photo(name="a.jpg", data=b"", azimuth=math.nan, **more):
    from onemap_verify.checks.evidence.model import Photo

    values = {
        "taken": "2023-07-18 08:30:00",
        "half_view": 35.0,
        "longitude": 121.0,
        "latitude": 36.0,
        "sun_azimuth": 90.0,
        "sun_elevation": 45.0,
        "person": "P",
        "parcel": "1",
    } | more
    return Photo(name=name, data=data, azimuth=azimuth, **values)


@pytest.mark.parametrize(
    ("orientation", "size", "first"),
    [(0, (80, 40), "red"), (3, (80, 40), "blue"), (6, (40, 80), "red"), (8, (40, 80), "blue")],
)
def test_photos_stand_upright(qgis_app, orientation, size, first):
    from onemap_verify.panels.review.evidence.photo_decode import decode

    picture = decode(jpeg(orientation=orientation))
    assert (picture.image.width(), picture.image.height()) == size
    assert (picture.width, picture.height) == size
    # Top left and bottom right after turning by the camera's note.
    assert color(picture.image, 3, 3) == first
    assert color(picture.image, size[0] - 4, size[1] - 4) != first


def test_large_ones_are_made_small_while_they_are_decoded(qgis_app):
    from onemap_verify.panels.review.evidence.photo_decode import decode

    picture = decode(jpeg(600, 300, 6), longest=100)
    assert (picture.image.width(), picture.image.height()) == (50, 100)
    assert (picture.width, picture.height) == (300, 600)


def test_hostile_files_say_why_not(qgis_app):
    from onemap_verify.panels.review.evidence.photo_decode import decode

    good = jpeg()
    huge = bytearray(good)
    place = good.index(b"\xff\xc0")
    huge[place + 5 : place + 9] = struct.pack(">HH", 65000, 65000)
    assert decode(bytes(huge)).trouble == "too_large"
    assert decode(b"").trouble == "empty"
    assert decode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").trouble == "unreadable"
    assert decode(b"\xff\xd8\xff\xe0 nothing").trouble == "unreadable"
    for cut in range(0, len(good), 37):
        decode(good[:cut])  # whatever comes out, nothing is raised


def test_the_rose_points_where_the_camera_looked(qgis_app):
    from qgis.PyQt.QtGui import QColor, QPalette

    from onemap_verify.panels.review.evidence.photo_rose import PhotoRose

    rose = PhotoRose()
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor("#ffffff"))
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#000000"))
    rose.setPalette(palette)
    rose.resize(120, 120)
    rose.show_view(90.0, 20.0, 180.0, 60.0)
    image = rose.grab().toImage()

    def seen(azimuth, distance):
        at = rose.at(azimuth, distance)
        return QColor(image.pixel(round(at.x()), round(at.y())))

    assert seen(90.0, 0.6).blue() > seen(90.0, 0.6).red() + 60  # in the middle of the view
    assert seen(76.0, 0.6).red() < 245  # inside its wedge
    assert seen(60.0, 0.6).lightness() > 250  # beside it
    assert seen(270.0, 0.6).lightness() > 250
    sun = seen(180.0, (90.0 - 60.0) / 90.0)
    assert sun.red() > 150 > sun.blue()


def test_zooming_keeps_what_is_under_the_pointer(qgis_app):
    from qgis.PyQt.QtCore import QPointF
    from qgis.PyQt.QtGui import QImage

    from onemap_verify.panels.review.evidence.photo_view import PhotoView

    view = PhotoView()
    view.resize(200, 100)
    view.show_image(QImage(400, 200, QImage.Format.Format_RGB32))
    pointer = QPointF(150.0, 40.0)

    def share():
        area = view.target()
        return (
            (pointer.x() - area.left()) / area.width(),
            (pointer.y() - area.top()) / area.height(),
        )

    before = share()
    for _ in range(4):
        view._zoom_at(1.25, pointer)
    assert share() == pytest.approx(before, abs=1e-9)
    assert view.zoom == pytest.approx(1.25**4)
    view.look_at(2.0, QPointF(-5.0, 7.0))
    area = view.target()
    assert area.left() == pytest.approx(0.0) and area.bottom() == pytest.approx(100.0)


@pytest.fixture
def pane(qgis_app, until):
    from onemap_verify.panels.review.evidence.photo_pane import PhotoPane
    from onemap_verify.panels.review.evidence.worker import EvidenceWorker

    worker = EvidenceWorker("test photos")
    pane = PhotoPane(worker)
    pane.resize(600, 300)
    pane.show()
    yield pane
    pane.close()
    worker.shut_down()


@pytest.fixture
def until(qgis_app):
    from qgis.PyQt.QtTest import QTest

    def wait(true, seconds=10.0):
        for _ in range(int(seconds * 100)):
            if true():
                return
            QTest.qWait(10)
        assert true()

    return wait


def test_photos_are_stepped_by_keys_and_moved_together(pane, until):
    from qgis.PyQt.QtCore import QPointF, Qt
    from qgis.PyQt.QtTest import QTest

    pane.show_photos([photo("a.jpg", jpeg()), photo("b.jpg", jpeg(60, 60)), photo("c.jpg")])
    until(lambda: not pane.cards[0].view._pixmap.isNull())
    QTest.keyClick(pane.cards[0].view, Qt.Key.Key_Right)
    until(lambda: pane.cards[0].view._pixmap.width() == 60)
    assert "2 / 3" in pane.count.toolTip()
    QTest.keyClick(pane.cards[0].view, Qt.Key.Key_Right)
    until(lambda: "only the record" in pane.cards[0].view._text)
    QTest.keyClick(pane.cards[0].view, Qt.Key.Key_Right)
    assert pane.place == 2

    pane.show_photos([photo("a.jpg", jpeg()), photo("b.jpg", jpeg())], side_by_side=True)
    until(lambda: all(not card.view._pixmap.isNull() for card in pane.cards))
    pane.cards[0].view._zoom_at(2.0, QPointF(20.0, 20.0))
    first, second = (card.view for card in pane.cards)
    assert second.zoom == first.zoom == 2.0
    assert second.middle == first.middle


def test_angles_and_names_are_said(qgis_app):
    from onemap_verify.panels.review.evidence.photo_card import caption

    lines = caption(photo(azimuth=320.6))
    assert lines == [
        "2023-07-18 08:30:00",
        "P",
        "Parcel 1",
        "Azimuth 321° ± 35°",
        "Sun 90°, 45° high",
    ]
    assert "Sun below the horizon" in caption(photo(sun_elevation=-3.0))
    bare = photo(taken="", person="", parcel="", sun_azimuth=math.nan)
    assert caption(bare) == []


def test_the_newest_wish_wins(qgis_app, until):
    from onemap_verify.panels.review.evidence.worker import EvidenceWorker

    worker = EvidenceWorker("test")
    told, begun, go = [], threading.Event(), threading.Event()
    worker.done.connect(lambda ticket, answer: told.append((ticket, answer)))

    def slow(progress):
        begun.set()
        go.wait(5)
        progress.check()
        return "stale"

    worker.ask("a", slow)
    worker.ask_later("b", lambda _progress: "never asked for again")
    assert begun.wait(5)
    worker.ask("c", lambda _progress: threading.current_thread().name)
    go.set()
    until(lambda: told)
    assert told == [("c", "test")]
    worker.ask("bad", lambda _progress: 1 / 0)
    failed = []
    worker.failed.connect(lambda ticket, error: failed.append((ticket, type(error))))
    until(lambda: failed)
    assert failed == [("bad", ZeroDivisionError)]
    closed = []
    worker.at_end = lambda: closed.append(threading.current_thread().name)
    worker.shut_down()
    assert closed == ["test"]
    assert "test" not in [thread.name for thread in threading.enumerate()]
