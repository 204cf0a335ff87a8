"""Which properties the layers of the intake have, as its map server describes them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from xml.parsers import expat

from .http_client import call

_ASKED = (
    "http://inner/ows/intake?SERVICE=WFS&VERSION=1.1.0&REQUEST=DescribeFeatureType"
    "&TYPENAME=staging_parcels,commits"
)
_TYPE = "Type"


class Columns:
    """Asks the map server once; its project does not change while it runs.

    Parameters
    ----------
    inner
        Socket of the gateway's own side.
    """

    def __init__(self, inner: Path) -> None:
        self._inner = inner
        self._known: Mapping[str, frozenset[str]] = {}
        self._lock = threading.Lock()

    def __call__(self) -> Mapping[str, frozenset[str]]:
        """The names of the properties of each layer.

        Raises
        ------
        OSError
            When the map server does not answer as it should.
        """
        with self._lock:
            if not self._known:
                answer = call("GET", _ASKED, unix=self._inner, timeout=20)
                if answer.status != 200:
                    raise OSError(f"DescribeFeatureType: {answer.status}")
                self._known = columns_of(answer.body)
            return self._known


def columns_of(schema: bytes) -> dict[str, frozenset[str]]:
    """The elements of each feature type in the answer to a ``DescribeFeatureType``.

    Raises
    ------
    OSError
        When it is none, or describes nothing.
    """
    found: dict[str, set[str]] = {}
    names: set[str] | None = None

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal names
        local, said = name.rpartition(":")[2], attributes.get("name", "")
        if local == "complexType" and said.endswith(_TYPE):
            names = found.setdefault(said[: -len(_TYPE)], set())
        elif local == "element" and names is not None:
            names.add(said)

    def end(name: str) -> None:
        nonlocal names
        if name.rpartition(":")[2] == "complexType":
            names = None

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(schema, True)
    except expat.ExpatError as error:
        raise OSError(f"DescribeFeatureType: {error}") from error
    if not found:
        raise OSError("DescribeFeatureType describes no layer")
    return {layer: frozenset(columns) for layer, columns in found.items()}
