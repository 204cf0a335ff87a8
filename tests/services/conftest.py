"""Servers on this machine for the tests of services/."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
from small_server import Server


@pytest.fixture
def serve():
    """Start servers; all are stopped afterwards."""
    started = []

    def start(answer, certificate=None):
        started.append(Server(answer, certificate))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def project(qgis_app):
    """The project of QGIS, empty before and after."""
    from qgis.core import QgsProject

    QgsProject.instance().clear()
    yield QgsProject.instance()
    QgsProject.instance().clear()
