"""Python libraries that come with the plugin, and what to say when one is missing.

QGIS on Windows has no step that installs libraries, so pure-Python ones lie inside the plugin,
under ``bundled/``. One that the system has wins: theirs is put at the end of the search path.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..checks.findings import Text

BUNDLED = Path(__file__).resolve().parents[1] / "bundled"


def add_bundled() -> None:
    """Let bundled libraries be found where the system has none. Safe to repeat."""
    path = str(BUNDLED)
    if BUNDLED.is_dir() and path not in sys.path:
        sys.path.append(path)


def remove_bundled() -> None:
    """Undo :func:`add_bundled`; what is loaded stays loaded."""
    while str(BUNDLED) in sys.path:
        sys.path.remove(str(BUNDLED))


def need(name: str, unlocks: Text) -> Any:
    """Return a module, or say what is missing and what it would unlock.

    Raises
    ------
    MissingLibrary
    """
    # Here, so that the path can be set where even Shapely is missing.
    from ..checks.findings import Text
    from .errors import MissingLibrary

    add_bundled()
    try:
        return importlib.import_module(name)
    except ImportError:
        pass
    library = name.split(".", maxsplit=1)[0]
    raise MissingLibrary(
        Text(
            zh=f"{unlocks.zh}需要 Python 库 {library}",
            en=f"The Python library {library} is needed for {unlocks.en}",
        )
    )
