"""Templates of pages for people: escaped, strict about what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..findings import Text
from . import charts

_TEMPLATES = Path(__file__).resolve().parents[2] / "resources" / "report"


def environment(lacking: Text) -> Any:
    """The Jinja2 environment of our templates; ``lacking`` says what cannot be made without.

    Raises
    ------
    OutputError
        When Jinja2 is not installed.
    """
    try:
        import jinja2
    except ImportError as error:
        raise OutputError(lacking) from error
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(_TEMPLATES)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["n"] = charts.number
    return made
