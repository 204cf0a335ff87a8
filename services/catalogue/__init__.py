"""The platform's catalogue: records of what there is, kept for work without network."""

from .catalogue import Catalogue
from .record import Link, Query, Record, Results

__all__ = ["Catalogue", "Link", "Query", "Record", "Results"]
