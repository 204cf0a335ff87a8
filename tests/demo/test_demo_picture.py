"""The project and the map picture, in a real QGIS."""

import numpy as np
import pytest

from onemap_verify.demo.county import write_county, write_trusted


@pytest.fixture(scope="module")
def files(county, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return write_county(county, folder), write_trusted(county, folder)[0]


def test_project_has_every_layer_in_groups_and_can_be_read_again(qgis_app, county, files, tmp_path):
    from qgis.core import QgsProject

    from onemap_verify.demo.project import build_project

    project = build_project(*files, None, county.standard, "demo")
    assert project.crs().authid() == "EPSG:4529"
    path = tmp_path / "demo.qgz"
    assert project.write(str(path))
    project.clear()
    again = QgsProject()
    assert again.read(str(path))
    root = again.layerTreeRoot()
    assert [group.name().split()[-1] for group in root.findGroups()] == [
        "Boundaries",
        "Heights",
        "Land",
    ]
    layers = again.mapLayers().values()
    assert len(layers) == 9
    assert all(layer.isValid() for layer in layers)
    parcels = again.mapLayersByName("地类图斑 DLTB")[0]
    assert parcels.featureCount() == len(county.layers["DLTB"])
    shown = {category.value() for category in parcels.renderer().categories()}
    assert shown == set(county.layers["DLTB"].columns["DLBM"])
    again.clear()


def test_picture_shows_the_map_in_the_colours_of_the_classes(qgis_app, county, files, tmp_path):
    from PIL import Image

    from onemap_verify.demo.picture import draw_picture
    from onemap_verify.demo.project import build_project

    project = build_project(*files, None, county.standard, "demo")
    path = tmp_path / "map.png"
    draw_picture(project, path, "题目 Title", "副题 Subtitle", dots=40)
    project.clear()
    picture = np.asarray(Image.open(path).convert("RGB"))
    assert picture.shape[1] == pytest.approx(420 / 25.4 * 40, abs=2)
    # Legend swatches are drawn in the pure colour of a class.
    paddy = np.array([int(v) for v in county.standard.classes["0101"].rgb.split(",")])
    assert (np.abs(picture.astype(int) - paddy).sum(axis=2) < 6).sum() > 20
    # The middle of the map is no empty paper.
    rows, columns = picture.shape[:2]
    middle = picture[rows // 3 : 2 * rows // 3, columns // 4 : columns // 2]
    assert middle.reshape(-1, 3).std(axis=0).min() > 15
