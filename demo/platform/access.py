"""Who may do what at the gateway: one table, by path, method and what a request asks for.

Nothing is allowed that is not named here. Reading the one map takes any role; staging parcels is a
surveyor's or reviewer's work; a commit or the delivery of a package is a reviewer's; what keeps the
platform itself is the administrator's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from .documents import BadRequest, Document

SURVEYOR, REVIEWER, ADMINISTRATOR = "surveyor", "reviewer", "administrator"
ANYBODY = frozenset({SURVEYOR, REVIEWER, ADMINISTRATOR})
STAGING = frozenset({SURVEYOR, REVIEWER})
DELIVERY = frozenset({REVIEWER})
KEEPERS = frozenset({ADMINISTRATOR})
NOBODY: frozenset[str] = frozenset()

READ = ("GET", "HEAD", "OPTIONS")
_STAGED, _COMMITS = "staging_parcels", "commits"
_ITEMS = re.compile(r"^/ows/intake/wfs3/collections/([^/]+)/items(?:[./].*)?$", re.IGNORECASE)
# Parameters by which a client could name another project or map file than the path does.
_FOREIGN = {"map", "project"}


@dataclass(frozen=True)
class Need:
    """What a request needs: one of ``roles``; ``why`` names the thing for a message."""

    roles: frozenset[str]
    why: str

    def met_by(self, roles: Iterable[str]) -> bool:
        """Whether one of the given roles is enough."""
        return bool(self.roles & set(roles))


def need_of(method: str, target: str) -> Need:
    """What a request needs that carries nothing the gateway has to read.

    Raises
    ------
    BadRequest
        For a path or a parameter that no service of the platform has.
    """
    path, query = split(target)
    if query.keys() & _FOREIGN:
        raise BadRequest("the parameter MAP is not allowed")
    if path.startswith("/ows/"):
        return _need_of_maps(method, path, query)
    if path in ("/wcs", "/csw"):
        return _reading(method, path)
    if path == "/files" or path.startswith("/files/"):
        return Need(ANYBODY if method == "OPTIONS" else DELIVERY, "the delivery of a package")
    if path.startswith("/receipts/"):
        return _reading(method, "receipts")
    if path == "/audit":
        if method == "POST":
            return Need(ANYBODY, "the audit")
        return Need(KEEPERS if method in READ else NOBODY, "reading the audit")
    raise BadRequest("there is no such service")


def _need_of_maps(method: str, path: str, query: dict[str, str]) -> Need:
    if path.split("/")[2] not in ("onemap", "intake"):
        raise BadRequest("there is no such map")
    items = _ITEMS.match(path)
    if items and method not in READ:
        return need_to_write(items.group(1), "Insert" if method == "POST" else method)
    # A transaction can hide in the parameters of a GET; ours come by POST and are read.
    if query.get("request", "").lower() == "transaction" or "operation" in query:
        return Need(NOBODY, "a transaction by parameters")
    return _reading(method, "the one map")


def _reading(method: str, what: str) -> Need:
    return Need(ANYBODY if method in READ else NOBODY, what)


def need_to_write(layer: str, action: str) -> Need:
    """What it takes to write a layer of the intake: ``action`` is Insert, Update or Delete."""
    name = layer.rpartition(":")[2]
    if name == _STAGED:
        return Need(STAGING, "staging parcels")
    if name == _COMMITS and action == "Insert":
        return Need(DELIVERY, "the commit of a delivery")
    return Need(NOBODY, f"writing {name[:60]!r}")


def needs_of_document(path: str, query: dict[str, str], document: Document) -> list[Need]:
    """What a request needs whose document says what it wants (WFS, CSW, WMS by POST).

    Raises
    ------
    BadRequest
        For a document that is not taken where it was sent.
    """
    if query.keys() & _FOREIGN:
        raise BadRequest("the parameter MAP is not allowed")
    said = query.get("request", "").lower()
    root, writes = document.root, document.writes
    if path == "/csw":
        writing = root in ("Transaction", "Harvest") or said in ("transaction", "harvest")
        return [Need(KEEPERS, "changing the catalogue")] if writing else [_catalogue()]
    if path not in ("/ows/onemap", "/ows/intake", "/ows/onemap/", "/ows/intake/"):
        raise BadRequest("documents are not taken here")
    if root != "Transaction":
        if said == "transaction" or "operation" in query:
            raise BadRequest("a transaction has to be in the document")
        return [Need(ANYBODY, "the one map")]
    if not path.startswith("/ows/intake"):
        return [Need(NOBODY, "writing the one map")]
    return [Need(ANYBODY, "a transaction"), *(need_to_write(name, act) for name, act in writes)]


def _catalogue() -> Need:
    return Need(ANYBODY, "the catalogue")


def split(target: str) -> tuple[str, dict[str, str]]:
    """Path and parameters (names in lower case) of a request's target.

    Raises
    ------
    BadRequest
        For a path that could be read in two ways.
    """
    parts = urlsplit(target)
    path = unquote(parts.path)
    if "//" in path or "\\" in path or any(step in (".", "..") for step in path.split("/")):
        raise BadRequest("the path is not plain")
    given = parse_qsl(parts.query, keep_blank_values=True)
    names = [name.strip().lower() for name, _ in given]
    for name in ("request", "service", "operation"):
        if names.count(name) > 1:
            raise BadRequest(f"the parameter {name.upper()} is there twice")
    return path, {name: value.strip() for name, (_, value) in zip(names, given)}
