"""Secrets out of whatever is written down: logs, errors, notes.

Two nets: shapes that secrets have (names of parameters, headers, tokens), and the very secrets in
use, which whoever holds one makes known by :func:`remember`.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import threading
from urllib.parse import quote, quote_plus

HIDDEN = "***"

# Names behind which a secret stands, in queries, forms, JSON, headers and connection strings.
_NAMES = (
    r"tk|token|[a-z_]*_token|accesstoken|refreshtoken|code|code_verifier|device_code|client_secret|"
    r"client_assertion|assertion|password|passwd|pwd|passphrase|secret|key|api[-_]?key|authkey|"
    r"x-api-key|subscription-key|sig|signature|session|sessionid|jsessionid|ticket|proxy_password"
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", re.S
        ),
        HIDDEN,
    ),
    (re.compile(r"\b(eyJ[\w-]{5,})\.[\w-]*\.[\w-]*"), HIDDEN),
    # https://user:password@host
    (re.compile(r"(?<=://)[^/\s@:]+:[^/\s@]*@"), f"{HIDDEN}@"),
    # Authorization: Bearer abc, 'Authorization': 'Bearer abc', Cookie: a=b
    (
        re.compile(
            r"(?i)(\b(?:proxy-|x-esri-)?authorization|\b(?:set-)?cookie)(['\"]?\s*[:=]\s*['\"]?)"
            r"[^\r\n'\"]+"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?i)\b(bearer|basic|digest|negotiate)\s+[\w.~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    # "access_token": "abc"
    (re.compile(rf"(?i)(['\"](?:{_NAMES})['\"]\s*:\s*)(\"[^\"]*\"|'[^']*')"), rf'\1"{HIDDEN}"'),
    # ?tk=abc&…, password='abc'
    (
        re.compile(rf"(?i)(?<![\w-])((?:{_NAMES})=)(?:'[^']*'|\"[^\"]*\"|[^&\s'\"<>;,)\]}}]+)"),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(rf"(?i)(?:(?<![\w-])|(?<=%3F)|(?<=%26))((?:{_NAMES})%3D)[^&\s'\"<>%]+"),
        rf"\1{HIDDEN}",
    ),
)

_lock = threading.Lock()
_known: dict[str, int] = {}


def remember(secret: str) -> None:
    """Hide ``secret`` from now on wherever :func:`redact` looks; short words are not secrets."""
    if len(secret) >= 4:
        with _lock:
            for form in _forms(secret):
                _known[form] = _known.get(form, 0) + 1


def forget(secret: str) -> None:
    """Undo one :func:`remember`."""
    if len(secret) >= 4:
        with _lock:
            for form in _forms(secret):
                left = _known.get(form, 0) - 1
                if left > 0:
                    _known[form] = left
                else:
                    _known.pop(form, None)


def _forms(secret: str) -> set[str]:
    """Return the ways in which a secret appears in addresses, JSON and Basic headers."""
    forms = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    forms.add(base64.b64encode(secret.encode()).decode().rstrip("="))
    return {form for form in forms if len(form) >= 4}


def redact(text: str) -> str:
    """Return ``text`` with every secret replaced by three stars."""
    with _lock:
        known = sorted(_known, key=len, reverse=True)
    for secret in known:
        if secret in text:
            text = text.replace(secret, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def without_secrets(url: str) -> str:
    """Return an address without those query parameters that hold a secret in use.

    Some servers repeat the query in a redirect to another host.
    """
    bare, mark, query = url.partition("?")
    if not mark:
        return url
    with _lock:
        known = list(_known)
    pairs = query.split("&")
    kept = [pair for pair in pairs if not any(secret in pair for secret in known)]
    if len(kept) == len(pairs):
        return url
    return f"{bare}?{'&'.join(kept)}" if kept else bare


class RedactingFilter(logging.Filter):
    """Takes secrets out of log records before any handler sees them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record's message; every record stays."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        record.msg, record.args = redact(message), None
        return True


_FILTER = RedactingFilter()
# Loggers of libraries that write whole addresses when somebody turns on debugging.
_TALKATIVE = ("urllib3.connectionpool", "urllib3.util.retry", "requests", "oauthlib", "owslib")


def quiet_libraries() -> None:
    """Make the libraries that carry our requests log without secrets. Safe to repeat."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        if _FILTER not in logger.filters:
            logger.addFilter(_FILTER)
    for name in list(logging.Logger.manager.loggerDict):
        # A filter of a logger does not hold for its children.
        if name.startswith(("oauthlib.", "owslib.")):
            logger = logging.getLogger(name)
            if _FILTER not in logger.filters:
                logger.addFilter(_FILTER)
