"""Reading an answer: whole, within limits, and what it says when it says no."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from ..checks.findings import Text
from ..checks.progress import Progress
from .errors import BadAnswer, ServiceError, for_status, place

CHUNK = 64 * 1024


def as_json(body: bytes, url: str) -> Any:
    """Return ``body`` as JSON, or raise :class:`BadAnswer` naming the place."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        pass
    raise BadAnswer(
        Text(
            zh=f"{place(url)} 返回的不是有效的 JSON",
            en=f"The answer of {place(url)} is not valid JSON",
        )
    )


def read_body(answer: requests.Response, limit: int, progress: Progress) -> None:
    """Read the body into the answer, within the limit, and see that it is whole."""
    parts: list[bytes] = []
    size = 0
    try:
        for chunk in answer.iter_content(CHUNK):
            progress.check()
            size += len(chunk)
            if size > limit:
                raise BadAnswer(
                    Text(
                        zh=f"{place(answer.url)} 返回的内容超过 {limit} 字节",
                        en=f"The answer of {place(answer.url)} is larger than {limit} bytes",
                    )
                )
            parts.append(chunk)
        short = shortfall(answer)
        if short is not None:
            raise short
    finally:
        answer.close()
    answer._content = b"".join(parts)
    answer._content_consumed = True  # type: ignore[attr-defined]


def shortfall(answer: requests.Response) -> BadAnswer | None:
    """Return the error for a body that ended before its announced length."""
    announced = answer.headers.get("Content-Length", "")
    head = getattr(answer.raw, "_original_response", None)
    method = getattr(head, "_method", "") or ""
    if not announced.isdigit() or method.upper() == "HEAD" or answer.status_code in (204, 304):
        return None
    received = answer.raw.tell()
    if received >= int(announced):
        return None
    error = BadAnswer(
        Text(
            zh=f"{place(answer.url)} 的内容不完整：{received}/{announced} 字节",
            en=f"The answer of {place(answer.url)} is cut: {received} of {announced} bytes",
        )
    )
    error.passing = True
    return error


def status_error(
    answer: requests.Response, url: str, advice: Mapping[str, Text] | None = None
) -> ServiceError:
    """Return the error for a status, with what the server itself says about it.

    ``advice`` is the profile's, by ``status/code`` or ``status``.
    """
    try:
        body = answer.raw.read(8192, decode_content=True)
    except Exception:
        body = b""
    said, code = _said(body)
    error = for_status(answer.status_code, url, said, _retry_after(answer))
    known = advice or {}
    for key in (f"{answer.status_code}/{code}", str(answer.status_code)):
        if key in known:
            error.advice = known[key]
            break
    return error


def _said(body: bytes) -> tuple[str | Text, str]:
    """Return sentence and code in an error body: JSON members or an OGC exception, else nothing."""
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return "", ""
        return _said_in_json(found)
    for name in ("ServiceException", "ExceptionText"):
        start = text.find(name)
        if start >= 0:
            inside = text[text.find(">", start) + 1 :]
            return inside[: inside.find("<")].strip(), ""
    return "", ""


def _said_in_json(found: dict[str, Any]) -> tuple[str | Text, str]:
    inner = found.get("error")
    if isinstance(inner, dict):
        found = inner
    code = str(found.get("code", "")) if isinstance(found.get("code"), (int, str)) else ""
    message = found.get("message")
    if isinstance(message, dict) and message.get("zh") and message.get("en"):
        return Text(str(message["zh"]), str(message["en"])), code
    words = [
        str(found[name])
        for name in ("msg", "message", "error_description", "error", "detail", "resolve")
        if isinstance(found.get(name), str)
    ]
    if code:
        words.append(f"({code})")
    return " ".join(dict.fromkeys(words)), code


def _retry_after(answer: requests.Response) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3): a number or a date."""
    value = answer.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except (TypeError, ValueError, IndexError):
        return None
