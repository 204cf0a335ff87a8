"""Evidence on the canvas: shapes in the right place, images divided, nothing left behind."""

import numpy as np
import pytest

EPSG = 4523
X, Y = 35_480_000.0, 3_900_000.0


@pytest.fixture
def canvas(qgis_app, project):
    from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsRectangle
    from qgis.gui import QgsMapCanvas
    from qgis.PyQt.QtCore import QEvent

    canvas = QgsMapCanvas()
    canvas.resize(400, 300)
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem(f"EPSG:{EPSG}"))
    canvas.setExtent(QgsRectangle(X, Y, X + 400, Y + 300))
    canvas.show()
    yield canvas
    canvas.close()
    canvas.deleteLater()
    QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def until(qgis_app):
    from qgis.PyQt.QtTest import QTest

    def wait(true, seconds=15.0):
        for _ in range(int(seconds * 100)):
            if true():
                return
            QTest.qWait(10)
        assert true()

    return wait


def shape(geometry, role="station", epsg=EPSG):
    import shapely
    from osgeo import osr

    from onemap_verify.checks.evidence.model import Shape
    from onemap_verify.checks.findings import Text

    system = osr.SpatialReference()
    system.ImportFromEPSG(epsg)
    return Shape(shapely.to_wkb(geometry), system.ExportToWkt(), role, Text("站", "station"))


def places(shapes):
    """Where the stations are on the canvas."""
    every = [band.asGeometry() for band in shapes.bands]
    return [one.boundingBox().center() for one in every if one.boundingBox().width() == 0]


def shapes_of(canvas):
    from onemap_verify.panels.review.evidence.map_shapes import MapShapes

    return MapShapes(canvas)


def test_shapes_lie_where_they_are_in_the_crs_of_the_canvas(canvas):
    import shapely
    from qgis.core import (
        QgsCoordinateReferenceSystem,
        QgsCoordinateTransform,
        QgsPointXY,
        QgsProject,
    )

    items = len(canvas.scene().items())
    shapes = shapes_of(canvas)
    wgs = QgsCoordinateReferenceSystem("EPSG:4490")
    grid = canvas.mapSettings().destinationCrs()
    there = QgsCoordinateTransform(grid, wgs, QgsProject.instance()).transform(
        QgsPointXY(X + 100, Y + 50)
    )
    shapes.show(
        [
            shape(shapely.Point(X + 100, Y + 50)),
            shape(shapely.Point(there.x(), there.y()), epsg=4490),
            shape(shapely.box(X, Y, X + 10, Y + 10), "wedge"),
            shape(shapely.LineString([(X, Y), (X + 9, Y + 9)]), "sight"),
        ]
    )
    assert len(shapes.bands) == 4
    points = places(shapes)
    for point in points:
        assert point.x() == pytest.approx(X + 100, abs=0.01)
        assert point.y() == pytest.approx(Y + 50, abs=0.01)
    # The canvas goes to degrees, and the shapes with it.
    canvas.setDestinationCrs(wgs)
    points = places(shapes)
    assert len(points) == 2
    for point in points:
        assert (point.x(), point.y()) == pytest.approx((there.x(), there.y()), abs=1e-7)
    shapes.shut_down()
    assert len(canvas.scene().items()) == items


def test_what_has_no_place_is_left_out(canvas):
    import shapely

    from onemap_verify.checks.evidence.model import Shape
    from onemap_verify.checks.findings import Text

    shapes = shapes_of(canvas)
    text = Text("一", "one")
    shapes.show(
        [
            Shape(b"", "", "track", text),
            Shape(b"rubbish", "rubbish", "track", text),
            shape(shapely.Point(float("nan"), 0.0)),
            shape(shapely.Point(1e300, 1e300), epsg=4490),
            shape(shapely.Point(X, Y), "a role of tomorrow"),
        ]
    )
    assert len(shapes.bands) == 1
    assert shapes.zoom()
    shapes.clear()
    assert not shapes.zoom()
    shapes.shut_down()


def write_image(path, level, epsg=EPSG, width=400.0, bands=4):
    """An image of 40 × 40 cells, its upper half bright in one band: 1 blue, 2 green, 3 red."""
    from osgeo import gdal, osr

    system = osr.SpatialReference()
    system.ImportFromEPSG(epsg)
    data = gdal.GetDriverByName("GTiff").Create(str(path), 40, 40, bands, gdal.GDT_UInt16)
    data.SetProjection(system.ExportToWkt())
    data.SetGeoTransform((X, width / 40, 0, Y + width, 0, -width / 40))
    for number in range(1, bands + 1):
        values = np.full((40, 40), 100, dtype=np.uint16)
        # The lower half has the same range in every band, so that all are stretched alike.
        values[20:, 20:] = 3000
        values[:20] = 3000 if number == level else 150
        data.GetRasterBand(number).WriteArray(values)
    return str(path)


@pytest.fixture
def swipe(canvas):
    from onemap_verify.panels.review.evidence.swipe import Swipe
    from onemap_verify.panels.review.evidence.worker import EvidenceWorker

    worker = EvidenceWorker("test images")
    swipe = Swipe(canvas, worker)
    yield swipe
    swipe.shut_down()
    worker.shut_down()


def pair(before, after, **more):
    from onemap_verify.checks.evidence.model import ImagePair

    return ImagePair(
        before, after, "2022-08-24", "2023-08-12", bands=(3, 2, 1), bands_before=(3, 2, 1), **more
    )


def seen(canvas, x, y):
    """Which of red, green and blue a pixel of the canvas is."""
    from qgis.PyQt.QtGui import QColor

    color = QColor(canvas.grab().toImage().pixel(x, y))
    parts = {"red": color.red(), "green": color.green(), "blue": color.blue()}
    best = max(parts, key=parts.get)
    others = [value for name, value in parts.items() if name != best]
    return best if parts[best] > max(others) + 60 else color.name()


@pytest.fixture
def images(tmp_path):
    return write_image(tmp_path / "before.tif", 3), write_image(tmp_path / "after.tif", 1)


@pytest.mark.parametrize("epsg", [EPSG, 3857])
def test_the_divider_divides(canvas, swipe, until, images, project, epsg):
    from qgis.core import (
        QgsCoordinateReferenceSystem,
        QgsCoordinateTransform,
        QgsProject,
        QgsRectangle,
    )
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    grid = QgsCoordinateReferenceSystem(f"EPSG:{EPSG}")
    other = QgsCoordinateReferenceSystem(f"EPSG:{epsg}")
    extent = QgsCoordinateTransform(grid, other, QgsProject.instance()).transformBoundingBox(
        QgsRectangle(X + 20, Y + 230, X + 380, Y + 380)
    )
    canvas.setDestinationCrs(other)
    canvas.setExtent(extent)
    tool, items = canvas.mapTool(), len(canvas.scene().items())
    ready = []
    swipe.rendered.connect(lambda: ready.append(1))
    swipe.set_pair(pair(*images))
    swipe.toggle("swipe")
    until(lambda: ready)
    middle = canvas.height() // 2
    # A canvas that was just made may change its extent once more.
    until(lambda: seen(canvas, 100, middle) == "red")
    assert seen(canvas, 300, middle) == "blue"
    assert swipe.item.names == {"before": "Before 2022-08-24", "after": "After 2023-08-12"}
    # A drag of the divider, a click, the keys.
    viewport = canvas.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=point(200, 100))
    QTest.mouseMove(viewport, point(310, 100))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=point(320, 100))
    assert swipe.item.share == pytest.approx(0.8)
    assert seen(canvas, 300, middle) == "red"
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=point(40, 100))
    assert seen(canvas, 100, middle) == "blue"
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert swipe.item.share == pytest.approx(0.12)
    assert project.mapLayers() == {}
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert swipe.mode == "" and swipe.item is None
    assert canvas.mapTool() is tool
    assert len(canvas.scene().items()) == items


def point(x, y):
    from qgis.PyQt.QtCore import QPoint

    return QPoint(x, y)


def test_blinking_shows_one_after_the_other(canvas, swipe, until, images):
    from qgis.core import QgsRectangle
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    canvas.setExtent(QgsRectangle(X + 20, Y + 230, X + 380, Y + 380))
    ready = []
    swipe.rendered.connect(lambda: ready.append(1))
    swipe.set_pair(pair(*images))
    swipe.toggle("blink")
    until(lambda: ready)
    colours = set()

    def look():
        colours.add((seen(canvas, 60, 150), seen(canvas, 340, 150)))
        return len(colours) == 2

    until(look, 5)
    assert colours == {("red", "red"), ("blue", "blue")}
    QTest.keyClick(canvas, Qt.Key.Key_B)
    assert swipe.mode == "swipe"
    swipe.toggle("swipe")
    assert swipe.mode == ""


def test_it_follows_the_canvas_and_ends_with_another_tool(canvas, swipe, until, images):
    from qgis.core import QgsRectangle
    from qgis.gui import QgsMapToolPan

    ready = []
    swipe.rendered.connect(lambda: ready.append(1))
    swipe.set_pair(pair(*images))
    swipe.toggle("swipe")
    until(lambda: ready)
    ready.clear()
    canvas.setExtent(QgsRectangle(X + 150, Y + 250, X + 250, Y + 325))
    until(lambda: ready)
    until(lambda: seen(canvas, 100, 150) == "red")
    pan = QgsMapToolPan(canvas)
    canvas.setMapTool(pan)
    assert swipe.mode == "" and swipe.item is None
    assert canvas.mapTool() is pan
    canvas.unsetMapTool(pan)


def test_one_image_is_not_enough_and_a_broken_one_is_told(canvas, swipe, until, images, tmp_path):
    swipe.set_pair(pair("", images[1]))
    swipe.toggle("swipe")
    assert swipe.mode == ""
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"II*\0 no image")
    told = []
    swipe.failed.connect(told.append)
    swipe.set_pair(pair(images[0], str(broken)))
    swipe.toggle("swipe")
    until(lambda: told)
    assert told == [str(broken)]
    assert swipe.mode == "" and swipe.item is None
    # Nothing was written beside the images of others.
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "after.tif",
        "before.tif",
        "broken.tif",
    ]


def wkt():
    from osgeo import osr

    system = osr.SpatialReference()
    system.ImportFromEPSG(EPSG)
    return system.ExportToWkt()


def test_colours_are_cut_where_one_looks(qgis_app, tmp_path):
    """A glaring roof far away must not turn the fields black."""
    from dataclasses import replace

    from osgeo import gdal

    from onemap_verify.panels.review.evidence.swipe_render import View, render

    path = str(tmp_path / "wide.tif")
    data = gdal.GetDriverByName("GTiff").Create(path, 600, 600, 3, gdal.GDT_UInt16)
    data.SetProjection(wkt())
    data.SetGeoTransform((X, 1.0, 0, Y + 600, 0, -1.0))
    random = np.random.default_rng(1)
    for number in (1, 2, 3):
        values = random.integers(200, 400, (600, 600)).astype(np.uint16)
        values[:, 400:] = 60_000
        data.GetRasterBand(number).WriteArray(values)
    data.FlushCache()
    del data
    near = View((X + 100, Y + 250, X + 200, Y + 350), wkt(), 100, 100)
    seen = render(path, (1, 2, 3), near)
    for low, high in seen.stretch.cuts:
        assert 198 <= low <= 210 and 390 <= high <= 402
    # A step aside keeps the colours; far away, and far out, they are chosen anew.
    aside = replace(near, bounds=(X + 120, Y + 250, X + 220, Y + 350))
    assert render(path, (1, 2, 3), aside, seen.stretch).stretch is seen.stretch
    whole = replace(near, bounds=(X, Y, X + 600, Y + 600))
    assert render(path, (1, 2, 3), whole, seen.stretch).stretch.cuts[0][1] == 60_000
    # Outside the image there is nothing, and that is no error.
    outside = render(path, (1, 2, 3), replace(near, bounds=(X - 900, Y, X - 800, Y + 100)))
    assert outside.image.pixelColor(50, 50).alpha() == 0


def test_a_grey_image_is_shown_grey(qgis_app, tmp_path):
    from onemap_verify.panels.review.evidence.swipe_render import View, render

    view = View((X, Y, X + 400, Y + 400), wkt(), 40, 40)
    image = render(write_image(tmp_path / "grey.tif", 1, bands=1), (3, 2, 1), view).image
    for at in ((10, 10), (10, 30), (30, 30)):
        red, green, blue, alpha = image.pixelColor(*at).getRgb()
        assert red == green == blue and alpha == 255
    assert image.pixelColor(30, 30).red() == 255 and image.pixelColor(10, 30).red() == 0
    with pytest.raises(ValueError):
        render(str(tmp_path / "none.tif"), (1, 2, 3), view)


def test_a_turned_canvas_shows_turned_images(canvas, swipe, until, images):
    from qgis.core import QgsRectangle

    canvas.setExtent(QgsRectangle(X + 120, Y + 120, X + 280, Y + 280))
    canvas.setRotation(180.0)
    swipe.set_pair(pair(*images))
    swipe.toggle("swipe")
    swipe.item.divide(1.0)
    # The upper half of the image, red, lies below now.
    until(lambda: seen(canvas, 200, 230) == "red")
    assert seen(canvas, 200, 60) != "red"
    canvas.setRotation(0.0)
    until(lambda: seen(canvas, 200, 60) == "red")
