"""A sign-in that the user already has in QGIS: Basic, headers, client certificates, OAuth2.

QGIS itself says what its configuration puts on a request, so every method it knows works here too.
"""

from __future__ import annotations

import os
import secrets
import ssl
import tempfile
from pathlib import Path
from typing import Any

from urllib3.util.ssl_ import create_urllib3_context

from ...checks.findings import Text
from ..errors import NotSignedIn, ServiceError
from ..redaction import remember
from ..site_profile import Origin, origin
from .account import Account

# Qt writes these itself; they say nothing about who one is.
_NOT_OURS = frozenset({"user-agent", "host", "accept-encoding", "connection", "content-length"})


class Configured:
    """A configuration, for a profile's own origins alone."""

    def __init__(self, identifier: str, origins: frozenset[Origin]) -> None:
        self.identifier = identifier
        self._origins = origins
        self._contexts: list[ssl.SSLContext | None] = []

    def account(self) -> Account:
        """Return the configuration as who one is; NotSignedIn when it cannot be used."""
        return Account(self.identifier, f"{check(self.identifier)} ({self.identifier})")

    def headers(self, url: str) -> dict[str, str]:
        """Return the headers for a request to this address."""
        return headers(self.identifier, url) if origin(url) in self._origins else {}

    def context(self) -> ssl.SSLContext | None:
        """Return what holds the client certificate, if there is one."""
        if not self._contexts:
            secure = sorted(one for one in self._origins if one[0] == "https")
            url = "{}://{}:{}/".format(*secure[0]) if secure else ""
            self._contexts.append(client_context(self.identifier, url) if url else None)
        return self._contexts[0]


def _manager() -> Any:
    from qgis.core import QgsApplication

    return QgsApplication.authManager()


def check(authcfg: str) -> str:
    """Return the method's name of a configuration.

    Raises
    ------
    NotSignedIn
        When there is no such configuration, or the database is locked.
    """
    try:
        manager = _manager()
    except ImportError:
        manager = None
    if manager is None or manager.isDisabled():
        raise NotSignedIn(
            Text(
                zh="使用认证配置需要 QGIS 的认证数据库",
                en="An authentication configuration needs QGIS's authentication database",
            )
        )
    if not manager.masterPasswordIsSet():
        raise NotSignedIn(
            Text(zh="QGIS 认证数据库尚未解锁", en="QGIS's authentication database is locked"),
            Text(
                zh="请在 QGIS 中输入主密码；无界面运行时用环境变量 QGIS_AUTH_PASSWORD_FILE 指定"
                "主密码文件。",
                en="Enter the master password in QGIS; without a window, name a file with it in "
                "the environment variable QGIS_AUTH_PASSWORD_FILE.",
            ),
        )
    if authcfg not in manager.availableAuthMethodConfigs():
        raise NotSignedIn(
            Text(
                zh=f"QGIS 中没有认证配置“{authcfg}”",
                en=f"QGIS has no authentication configuration '{authcfg}'",
            ),
            Text(
                zh="请在 设置 ▸ 选项 ▸ 认证 中查看配置的标识。",
                en="See Settings ▸ Options ▸ Authentication for the ids.",
            ),
        )
    return str(manager.configAuthMethodKey(authcfg))


def headers(authcfg: str, url: str) -> dict[str, str]:
    """Return the headers that QGIS would put on a request to this address."""
    from qgis.PyQt.QtCore import QUrl
    from qgis.PyQt.QtNetwork import QNetworkRequest

    request = QNetworkRequest(QUrl(url))
    outcome = _manager().updateNetworkRequest(request, authcfg)
    done, request = outcome if isinstance(outcome, tuple) else (outcome, request)
    if not done:
        raise NotSignedIn(
            Text(
                zh=f"QGIS 无法使用认证配置“{authcfg}”",
                en=f"QGIS cannot use the authentication configuration '{authcfg}'",
            )
        )
    found = {}
    for name in request.rawHeaderList():
        key = bytes(name).decode("latin-1")
        if key.lower() not in _NOT_OURS:
            found[key] = bytes(request.rawHeader(name)).decode("latin-1")
            remember(found[key].rpartition(" ")[2])
    return found


def client_context(authcfg: str, url: str) -> ssl.SSLContext | None:
    """Return a context with the configuration's client certificate, or ``None``.

    Python reads a key from files alone, so it is written once, encrypted with a pass phrase that
    is never written, and removed before this returns.
    """
    from qgis.PyQt.QtCore import QUrl
    from qgis.PyQt.QtNetwork import QNetworkRequest

    request = QNetworkRequest(QUrl(url))
    outcome = _manager().updateNetworkRequest(request, authcfg)
    if isinstance(outcome, tuple):
        request = outcome[1]
    configuration = request.sslConfiguration()
    certificate, key = configuration.localCertificate(), configuration.privateKey()
    if certificate.isNull() or key.isNull():
        return None
    phrase = secrets.token_hex(24)
    chain = [certificate, *configuration.localCertificateChain()]
    pem = b"\n".join(dict.fromkeys(bytes(one.toPem()) for one in chain))
    pem += b"\n" + bytes(key.toPem(phrase.encode()))
    handle, name = tempfile.mkstemp(prefix="onemap-client-", suffix=".pem")
    # As urllib3 makes it: authorities and host name are checked by it, also for bare addresses.
    context: ssl.SSLContext = create_urllib3_context()
    failed = False
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(pem)
        context.load_cert_chain(name, password=phrase)
    except (ssl.SSLError, OSError):
        failed = True
    finally:
        Path(name).unlink(missing_ok=True)
    if failed:
        raise ServiceError(
            Text(
                zh=f"认证配置“{authcfg}”的客户端证书无法使用",
                en=f"The client certificate of configuration '{authcfg}' cannot be used",
            )
        )
    return context
