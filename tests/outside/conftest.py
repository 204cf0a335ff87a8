"""A small honest county, delivered as GeoPackage, and a hand to spoil copies of it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from spoil import Bench


@pytest.fixture(scope="session")
def honest(tmp_path_factory):
    """Folder of ``county.gpkg`` and ``dem.tif``: about two hundred parcels."""
    from onemap_verify.demo.county import build_county, write_county, write_trusted

    folder = tmp_path_factory.mktemp("honest")
    county = build_county(120, seed=7)
    write_county(county, folder, "county")
    write_trusted(county, folder)
    return folder


@pytest.fixture
def bench(honest, tmp_path):
    """Spoils a copy of the honest county and verifies it."""
    return Bench(honest, tmp_path)
