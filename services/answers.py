"""What servers answer, read with suspicion: bounded, whole, of the right kind, and harmless."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ..checks.findings import Text
from ..checks.progress import SILENT, Progress
from .errors import BadAnswer, Refused, for_status, place

DOCUMENT_LIMIT = 64 * 1024 * 1024
"""Bytes of a capabilities document, a page of records or of features."""
_NO_ENTITIES = Text(
    zh="{where} 返回的 XML 定义了实体，出于安全不予解析",
    en="The XML from {where} defines entities; it is not read, for safety",
)


class Requests(Protocol):
    """What is needed of :class:`..services.transport.Transport`."""

    @property
    def request(self) -> Callable[..., Any]:
        """Send one request (method, address, options); answer a ``requests.Response``."""


def address(url: str, **parameters: Any) -> str:
    """Return ``url`` with these query parameters, whatever case it had them in; ``None`` drops one.

    Servers take OGC parameters in any case, and addresses often come with some in them.
    """
    parts = urlsplit(url)
    wanted = {name.lower(): value for name, value in parameters.items()}
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in wanted
    ]
    new = [(name, str(value)) for name, value in parameters.items() if value is not None]
    query = urlencode(kept + new, safe=":/,()")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def read(
    transport: Requests,
    url: str,
    *,
    limit: int = DOCUMENT_LIMIT,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    data: bytes | None = None,
    progress: Progress = SILENT,
) -> tuple[bytes, str]:
    """Return the whole body and its content type.

    Raises
    ------
    BadAnswer
        When it is cut short or larger than ``limit`` bytes.
    ServiceError
        Whatever the transport raises.
    """
    options: dict[str, Any] = {"limit": limit, "progress": progress}
    if headers:
        options["headers"] = headers
    if data is not None:
        options["data"] = data
    if method != "GET":
        options["idempotent"] = True  # what is read here changes nothing at the server
    answer = transport.request(method, url, **options)
    return answer.content, str(answer.headers.get("Content-Type", "")).lower()


def unreadable(url: str, reason: str) -> BadAnswer:
    """The error for an answer that is not what was asked for."""
    reason = " ".join(reason.split())[:200]
    return BadAnswer(
        Text(
            zh=f"{place(url)} 的返回内容无法识别：{reason}",
            en=f"The answer of {place(url)} cannot be read: {reason}",
        )
    )


def read_json(transport: Requests, url: str, **options: Any) -> Any:
    """Return a JSON answer; the errors that ArcGIS and others wrap into a 200 are raised.

    Raises
    ------
    BadAnswer
        When it is no JSON.
    ServiceError
        When the server says in it that something is wrong.
    """
    body, _ = read(transport, url, **options)
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise unreadable(url, "no JSON") from error
    if isinstance(document, dict) and isinstance(document.get("error"), dict):
        fault = document["error"]
        code = fault.get("code")
        detail = str(fault.get("message") or fault.get("errorMsg") or "")
        raise for_status(code if isinstance(code, int) and code >= 400 else 500, url, detail)
    return document


def read_xml(transport: Requests, url: str, **options: Any) -> Any:
    """Return the root element of an XML answer.

    Raises
    ------
    BadAnswer
        When it is no XML or a hostile one.
    Refused
        When it is an exception report.
    """
    body, _ = read(transport, url, **options)
    root = parse_xml(body, url)
    raise_exception_report(root, url)
    return root


def parse_xml(body: bytes, url: str = "") -> Any:
    """Return the root element, of the library OWSLib uses; no entity is defined, nothing fetched.

    Raises
    ------
    BadAnswer
        When it is no whole XML, nests too deep, or defines entities.
    """
    # The bare DOCTYPE of WMS 1.1.1 is harmless; expat says whether this one is.
    if b"<!DOCTYPE" in body or b"\x00" in body[:200]:
        _refuse_entities(body, url)
    try:
        from owslib.etree import etree  # lxml where there is one
    except ImportError:
        import xml.etree.ElementTree as etree  # entities were refused above
    try:
        if hasattr(etree, "XMLParser") and hasattr(etree, "CDATA"):
            parser = etree.XMLParser(  # noqa: S314  # entities were refused above
                resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
            )
            root = etree.fromstring(body, parser)  # noqa: S314  # entities were refused above
        else:
            root = etree.fromstring(body)  # noqa: S314  # entities were refused above
    except (etree.ParseError, ValueError, LookupError) as error:
        raise unreadable(url, f"no whole XML ({error})") from error
    if root is None:
        raise unreadable(url, "no XML")
    return root


def as_bytes(root: Any) -> bytes:
    """An element that :func:`parse_xml` gave, as XML."""
    try:
        from owslib.etree import etree
    except ImportError:
        import xml.etree.ElementTree as etree  # nothing is parsed here
    return bytes(etree.tostring(root))


def _refuse_entities(body: bytes, url: str) -> None:
    from xml.parsers import expat

    found: list[bool] = []

    def entity(*_: Any) -> None:
        found.append(True)

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = entity
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise unreadable(url, f"no whole XML ({error})") from error
    if found:
        raise BadAnswer(_NO_ENTITIES.format(where=place(url)))


def raise_exception_report(root: Any, url: str) -> None:
    """Raise what an OGC exception report says, when the answer is one."""
    name = local(root)
    if name not in ("ExceptionReport", "ServiceExceptionReport"):
        return
    said = " ".join(" ".join(each.itertext()) for each in root)
    codes = [each.get("exceptionCode") or each.get("code") or "" for each in root]
    detail = " ".join(f"{' '.join(codes)} {said}".split())[:300]
    raise Refused(
        Text(
            zh=f"{place(url)} 不接受请求：{detail or '未说明原因'}",
            en=f"{place(url)} refuses: {detail or 'no reason given'}",
        )
    )


def local(element: Any) -> str:
    """Name of an element without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Any, name: str) -> list[Any]:
    """Child elements of that local name, in any namespace."""
    return [] if element is None else [each for each in element if local(each) == name]


def descendants(element: Any, name: str) -> list[Any]:
    """Elements of that local name at any depth, in any namespace."""
    return [each for each in element.iter() if local(each) == name]


def first(element: Any, *path: str) -> Any:
    """The first child along ``path`` of local names, or ``None``."""
    for name in path:
        found = children(element, name)
        if not found:
            return None
        element = found[0]
    return element


def text(element: Any, *path: str) -> str:
    """Text of the first child along ``path``; empty where there is none."""
    found = first(element, *path)
    return "" if found is None else (found.text or "").strip()
