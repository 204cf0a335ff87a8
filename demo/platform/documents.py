"""What a posted document would do: its kind, the layers that it writes, and with which properties.

QGIS Server 3.22 never comes back from an ``Insert`` with a property that its layer does not have,
nor from anything else than properties among them. Both are therefore seen, and refused, here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

# What every layer has beside its columns, in the words of the map server.
_SHAPE = "geometry"
_BOUNDS = "boundedBy"
_BLANK = " \t\r\n"
_INSERTED = ("Transaction", "Insert")
_PROPERTY = ("Transaction", "Update", "Property")
_NAMES = ("Name", "ValueReference")


class BadRequest(Exception):
    """A request that is refused whoever sends it; the message says why."""


@dataclass(frozen=True)
class Document:
    """Name of the root, (layer, action) of all that is written, (layer, action, property)."""

    root: str = ""
    writes: frozenset[tuple[str, str]] = frozenset()
    properties: frozenset[tuple[str, str, str]] = frozenset()


def read_document(body: bytes) -> Document:
    """Read what a document wants, without building it.

    Raises
    ------
    BadRequest
        For a document that cannot be read for certain, as one with entities of its own.
    """
    if not body.strip():
        return Document()
    found = _Reader()
    try:
        found.parser.Parse(body, True)
    except expat.ExpatError as error:
        raise BadRequest(f"the document cannot be read: {error}") from error
    return Document(found.root, frozenset(found.writes), frozenset(found.properties))


def refuse_unknown(document: Document, columns: Mapping[str, frozenset[str]]) -> None:
    """Refuse properties that a layer does not have.

    Parameters
    ----------
    columns
        The properties of each layer, as the map server describes them.

    Raises
    ------
    BadRequest
        Naming those that are not known.
    """
    for layer in sorted({layer for layer, _, _ in document.properties}):
        known = columns.get(layer, frozenset()) | {_SHAPE}
        given = {(action, name) for one, action, name in document.properties if one == layer}
        strange = sorted(
            name
            for action, name in given
            if name not in known and (action, name) != ("Insert", _BOUNDS)
        )
        if strange:
            shown = ", ".join(repr(name[:60]) for name in strange[:10])
            raise BadRequest(f"{layer[:60]!r} has no property {shown}")


class _Reader:
    """Follows the elements of a document."""

    def __init__(self) -> None:
        self.root = ""
        self.writes: set[tuple[str, str]] = set()
        self.properties: set[tuple[str, str, str]] = set()
        self._path: list[str] = []
        self._layer = ""
        self._name: list[str] | None = None
        self.parser = expat.ParserCreate("UTF-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.CommentHandler = self._between
        self.parser.StartCdataSectionHandler = self._between
        self.parser.ProcessingInstructionHandler = self._between
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.XmlDeclHandler = self._declaration

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if not self._path:
            self.root = local
        elif self.root == "Transaction":
            self._in_transaction(local, attributes)
        self._path.append(local)

    def _in_transaction(self, local: str, attributes: dict[str, str]) -> None:
        depth = len(self._path)
        if depth == 1:
            if local in ("Update", "Delete", "Replace"):
                named = {key.rpartition(":")[2]: value for key, value in attributes.items()}
                self._layer = named.get("typeName", "")
                self.writes.add((self._layer, local))
                self._layer = self._layer.rpartition(":")[2]
            elif local not in ("Insert", "Native", "LockId"):
                raise BadRequest(f"a transaction has no {local[:40]!r}")
        elif depth == 2 and self._path[1] == "Insert":
            self._layer = local
            self.writes.add((local, "Insert"))
        elif depth == 3 and self._path[1] == "Insert":
            self.properties.add((self._layer, "Insert", local))
        elif tuple(self._path) == _PROPERTY and local in _NAMES:
            self._name = []

    def _end(self, _name: str) -> None:
        self._path.pop()
        if self._name is not None:
            # With its prefix, if it has one: the map server does not take it off either.
            self.properties.add((self._layer, "Update", "".join(self._name).strip(_BLANK)))
            self._name = None

    def _text(self, text: str) -> None:
        if self._name is not None:
            self._name.append(text)
        if text.strip(_BLANK):
            self._between()

    def _between(self, *_: object) -> None:
        """Something that is no element: not among the features of an Insert, nor in them."""
        if tuple(self._path[:2]) == _INSERTED and len(self._path) in (2, 3):
            raise BadRequest("an Insert has features, and they have properties, and nothing else")

    def _doctype(self, *_: object) -> NoReturn:
        raise BadRequest("a document type is not allowed")

    def _declaration(self, _version: str, encoding: str | None, _alone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "utf8"):
            raise BadRequest("documents have to be in UTF-8")


def _local(name: str) -> str:
    prefix, colon, local = name.partition(":")
    if ":" in local or (colon and not (prefix and local)):
        # Which part of it is the name, each reader may see in another way.
        raise BadRequest(f"the name {name[:60]!r} is not plain")
    return local if colon else name
