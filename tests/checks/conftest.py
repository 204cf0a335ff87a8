"""Lets the tests of the subject import the small packages that they are written on."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))


@pytest.fixture(scope="session")
def standard():
    """The newest rule set that ships."""
    from onemap_verify.checks.standard import load

    return load()
