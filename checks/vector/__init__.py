"""Vector files as tables: opened safely, read in bulk, names made the standard's."""

from .files import DRIVERS, VectorError, VectorSource, open_vector, read_trusted

__all__ = ["DRIVERS", "VectorError", "VectorSource", "open_vector", "read_trusted"]
