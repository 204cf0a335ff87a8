"""One small county for all tests of the demo."""

import numpy as np
import pytest
import shapely

from onemap_verify.demo.county import build_county
from onemap_verify.demo.terrain import sample_file


@pytest.fixture(scope="session")
def county():
    try:
        sample_file()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    return build_county(400, seed=2)


@pytest.fixture
def squares():
    """Four squares of 10 m in a row, the second of them thin (1 m)."""
    edges = [0, 10, 11, 21, 31]
    return np.array([shapely.box(a, 0, b, 10) for a, b in zip(edges, edges[1:])], dtype=object)
