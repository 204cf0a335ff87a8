"""The best terrain and picture for a place, and why."""

from datetime import date

import pytest

from onemap_verify.checks.findings import Text
from onemap_verify.services.onemap.choose import best_picture, best_terrain, error_of
from onemap_verify.services.site_profile import LayerSource

PLACE = (120.0, 39.0, 120.1, 39.1)
HERE, HALF, AWAY = (
    (119.0, 38.0, 121.0, 40.0),
    (120.0, 39.0, 120.05, 39.1),
    (100.0, 20.0, 101.0, 21.0),
)


def layer(name, role="dem", **facts):
    return LayerSource(
        name, Text(zh=f"图层{name}", en=name), "wcs", "http://h/", role=role, **facts
    )


def chosen(choice):
    return choice.layer.id if choice else None


@pytest.mark.parametrize(
    ("written", "metres"),
    [
        ("1:10000", 1.2), ("1：10000 二级", 1.7), ("1:1万/3", 2.5), ("1:50,000 grade 1", 5.0),
        ("1:2000", 0.5), ("", 1e6), ("excellent", 1e6), ("1:7777", 1e6),
    ],
)  # fmt: skip
def test_accuracy_classes_are_those_of_the_standard(written, metres):
    assert error_of(layer("a", accuracy_class=written), "dem_accuracy.csv") == metres


def test_terrain_by_cover_then_accuracy_then_cell_then_date():
    best = layer("best", extent=HERE, accuracy_class="1:10000", resolution_m=5, date="2020")
    rivals = [
        layer("half", extent=HALF, accuracy_class="1:2000", resolution_m=2),
        layer("away", extent=AWAY, accuracy_class="1:500"),
        layer("coarse", extent=HERE, accuracy_class="1:50000", resolution_m=2, date="2023"),
        layer("cells", extent=HERE, accuracy_class="1:10000", resolution_m=25, date="2023"),
        layer("older", extent=HERE, accuracy_class="1:10000", resolution_m=5, date="2015"),
        layer("untold", extent=HERE),
        layer("picture", "imagery", extent=HERE),
    ]
    choice = best_terrain([*rivals, best], PLACE, date(2023, 12, 31))
    assert chosen(choice) == "best"
    why = {one.id: said.zh for one, said in choice.others}
    assert why["half"] == "只覆盖 50%" and "away" not in why and "picture" not in why
    assert why["coarse"].startswith("精度较低") and why["cells"].startswith("分辨率较低")
    assert why["older"] == "时相较旧" and why["untold"] == "未说明精度"
    assert any("1.2" in said.zh for said in choice.reasons)
    assert best_terrain([layer("away", extent=AWAY)], PLACE) is None
    assert best_terrain([], PLACE) is None


def test_pictures_by_the_date_of_the_survey():
    pictures = [
        layer("y21", "imagery", date="2021-08-01"),
        layer("y22", "imagery", date="2022-09-01"),
        layer("y23", "imagery", date=("2023-05-01", "2023-09-30")),
        layer("y24", "imagery", date="2024-01-15", resolution_m=0.1),
        layer("never", "imagery", resolution_m=0.1),
    ]
    now = best_picture(pictures, PLACE, date(2023, 12, 31))
    assert chosen(now) == "y23"
    assert chosen(best_picture(pictures, PLACE, None, now.layer)) == "y22"
    assert chosen(best_picture(pictures, PLACE, date(2021, 12, 31))) == "y21"
    assert best_picture(pictures[:1], PLACE, None, pictures[0]) is None
