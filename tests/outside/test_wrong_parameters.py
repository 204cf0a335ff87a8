"""A parameter that makes no sense is told at once, in words."""

from datetime import date

import pytest
from spoil import write

from onemap_verify.checks.errors import ExplainedError


@pytest.fixture
def package(bench):
    return write(bench.layers("DLTB"), bench.folder / "990101.gpkg")


def _refused(bench, package, **asked):
    with pytest.raises(ExplainedError) as told:
        bench.verify(package, **asked)
    assert told.value.text.zh != told.value.text.en
    return told.value.text.en


def test_a_rule_set_that_nobody_knows(bench, package):
    assert "nope-1999" in _refused(bench, package, standard="nope-1999")


def test_last_year_that_holds_no_parcels(bench, package):
    spots = write(bench.layers("GCZJD"), bench.folder / "spots.gpkg")
    assert "spots.gpkg" in _refused(bench, package, previous=str(spots))
    assert "nothing.gpkg" in _refused(bench, package, previous=str(bench.folder / "nothing.gpkg"))


def test_field_work_that_ends_before_it_begins(bench, package):
    days = {"campaign_start": date(2023, 9, 1), "campaign_end": date(2023, 3, 1)}
    assert "2023-09-01" in _refused(bench, package, **days)


def test_bands_that_the_image_does_not_have(bench, package):
    image = {"imagery": str(bench.dem), "imagery_bands": "red=1,nir=4"}
    assert "nir=4" in _refused(bench, package, **image)
