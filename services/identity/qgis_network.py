"""The sign-in on the requests of QGIS's own data providers.

QGIS asks us about every request it is about to send, in the thread that sends it. What belongs to
its address is put on a copy that nobody else sees: not the layer, not the project. A redirect is
left to QGIS, which starts a new request for it, so that nothing travels along.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from typing import Any

from ..redaction import without_secrets
from .identity import Identity

_log = logging.getLogger("onemap_verify.qgis_network")
_lock = threading.Lock()
_identities: list[Identity] = []
_installed: str | None = None


def install(identities: Iterable[Identity] = ()) -> None:
    """Start putting secrets on QGIS's requests. Safe to repeat; adds the identities given."""
    global _installed  # noqa: PLW0603 - QGIS has one network, and so have we
    from qgis.core import QgsNetworkAccessManager

    for identity in identities:
        serve(identity)
    with _lock:
        if _installed is None:
            _installed = QgsNetworkAccessManager.setRequestPreprocessor(prepare)


def uninstall() -> None:
    """Stop, and forget all identities."""
    global _installed
    with _lock:
        identifier, _installed = _installed, None
        _identities.clear()
    if identifier is not None:
        from qgis.core import QgsNetworkAccessManager

        QgsNetworkAccessManager.removeRequestPreprocessor(identifier)


def serve(identity: Identity) -> None:
    """Put the secrets of ``identity`` on requests to its platform from now on."""
    with _lock:
        if identity not in _identities:
            _identities.append(identity)


def drop(identity: Identity) -> None:
    """Undo :func:`serve`."""
    with _lock:
        if identity in _identities:
            _identities.remove(identity)


def prepare(request: Any) -> None:
    """Put on a ``QNetworkRequest`` what belongs to its address."""
    from qgis.PyQt.QtCore import QUrl

    try:
        url = bytes(request.url().toEncoded()).decode("ascii")
        with _lock:
            identities = list(_identities)
        bare = without_secrets(url)
        if bare != url:
            # A server has repeated a secret in a redirect; what belongs there comes back below.
            request.setUrl(QUrl.fromEncoded(bare.encode("ascii")))
            url = bare
        for identity in identities:
            # The GUI thread must not wait for a server; the threads of providers may.
            _put(request, identity.secrets_for(url, wait=not _on_gui_thread()))
    except Exception as error:  # an exception must not get into QGIS's network code
        _log.warning("%s", type(error).__name__)


def _put(request: Any, secrets: list[Any]) -> None:
    from qgis.PyQt.QtCore import QUrl
    from qgis.PyQt.QtNetwork import QNetworkRequest

    from .auth import in_query

    for placing, value in secrets:
        worded = f"{placing.prefix}{value}"
        if placing.place == "header":
            request.setRawHeader(placing.name.encode("latin-1"), worded.encode("latin-1"))
        elif placing.place == "cookie":
            others = bytes(request.rawHeader(b"Cookie")).decode("latin-1")
            cookie = "; ".join(filter(None, [others, f"{placing.name}={worded}"]))
            request.setRawHeader(b"Cookie", cookie.encode("latin-1"))
        else:
            url = bytes(request.url().toEncoded()).decode("ascii")
            keyed = in_query(url, placing.name, worded)
            request.setUrl(QUrl.fromEncoded(keyed.encode("ascii")))
            # The cache on disk would keep the address, and the key in it.
            attribute = QNetworkRequest.Attribute
            request.setAttribute(attribute.CacheSaveControlAttribute, False)
            load = QNetworkRequest.CacheLoadControl.AlwaysNetwork
            request.setAttribute(attribute.CacheLoadControlAttribute, load)
    if secrets:
        attribute = QNetworkRequest.Attribute
        manual = QNetworkRequest.RedirectPolicy.ManualRedirectPolicy
        request.setAttribute(attribute.RedirectPolicyAttribute, manual)


def _on_gui_thread() -> bool:
    from qgis.PyQt.QtCore import QCoreApplication, QThread

    application = QCoreApplication.instance()
    return application is not None and QThread.currentThread() == application.thread()
