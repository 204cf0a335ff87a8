"""One hop: a prepared request over the right proxy, with the right certificates, in time."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import ssl
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import cookiejar_from_dict
from requests.utils import get_environ_proxies
from urllib3.util.ssl_ import create_urllib3_context

from ..checks.findings import Text
from ..checks.progress import SILENT, Progress
from .errors import (
    BadAnswer,
    CertificateProblem,
    MissingLibrary,
    NotReachable,
    ProfileProblem,
    ProxyProblem,
    Refused,
    ServiceError,
    TimedOut,
    place,
)
from .site_profile import SiteProfile, origin

TIMEOUT = 30.0
USER_AGENT = "Mozilla/5.0 QGIS-OneMapVerify"
Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]


class _NoCookies(requests.cookies.RequestsCookieJar):
    """Keeps nothing: a cookie is bound to a host but to no port, and would travel."""

    def set_cookie(self, cookie: Any, *args: Any, **kwargs: Any) -> None:
        """Forget it."""


class _Adapter(HTTPAdapter):
    """Connections that show a client certificate."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context
        super().__init__(pool_connections=8, pool_maxsize=8)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        if self._context is not None:
            options["ssl_context"] = self._context
        super().init_poolmanager(*args, **options)  # type: ignore[no-untyped-call]

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        if self._context is not None:
            options["ssl_context"] = self._context
        return super().proxy_manager_for(proxy, **options)  # type: ignore[no-untyped-call]


class Line:
    """Sessions (one per thread), proxy, certificates and time-out of a profile."""

    def __init__(self, profile: SiteProfile | None) -> None:
        self._profile = profile
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._adapters: list[requests.adapters.BaseAdapter] = []
        self._lock = threading.Lock()
        self._verify: str | bool | None = None
        self._in_qgis = _qgis_runs()
        self._timeout = _timeout(profile, self._in_qgis)

    def close(self) -> None:
        """Close every session."""
        with self._lock:
            for session in self._sessions:
                session.close()
            for adapter in self._adapters:
                adapter.close()
            self._sessions.clear()
            self._adapters.clear()
        self._local = threading.local()

    def send(
        self,
        request: requests.Request,
        credentials: Auth | None,
        timeout: float | None,
        progress: Progress,
    ) -> tuple[requests.Response, requests.PreparedRequest]:
        """Send one request, body unread, redirects not followed; also return what was sent.

        The answer knows the request without the secret, so that whoever writes it down tells
        nothing; what was really sent is for the credentials alone.
        """
        session = self._session()
        prepared = session.prepare_request(request)
        bare_url, bare_headers = prepared.url, prepared.headers.copy()
        if credentials is not None:
            prepared = credentials(prepared)
        keep = {
            "timeout": timeout or self._timeout,
            "verify": self._bundle(),
            "proxies": self._proxies(bare_url or request.url),
            "stream": True,
            "cert": None,
        }
        adapter = self._adapter(session, prepared.url or request.url, credentials)
        if progress is SILENT:
            answer = adapter.send(prepared, **keep)
        else:
            answer = _cancellable(lambda: adapter.send(prepared, **keep), progress)
        seen = prepared.copy()
        seen.url, seen.headers = bare_url, bare_headers
        answer.request = seen
        answer.url = bare_url or request.url
        return answer, prepared

    def _session(self) -> requests.Session:
        session = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            # No .netrc, no proxies behind our back: both are decided here.
            session.trust_env = False
            session.headers["User-Agent"] = USER_AGENT
            session.cookies = cookiejar_from_dict({}, _NoCookies())
            session.mount("http://", HTTPAdapter(pool_connections=8, pool_maxsize=8))
            self._local.session, self._local.adapters = session, {}
            with self._lock:
                self._sessions.append(session)
        return session

    def _adapter(
        self, session: requests.Session, url: str, credentials: Auth | None
    ) -> requests.adapters.BaseAdapter:
        """Return what carries requests to this address: with a client certificate for its own."""
        found = origin(url)
        if found is None or found[0] != "https":
            return session.get_adapter(url)
        own = self._profile is not None and found in self._profile.origins
        give = getattr(credentials, "certificate", None)
        context = give() if own and give is not None else None
        prefix = "https://{}:{}/".format(*found[1:]) if context is not None else "https://"
        adapters: dict[Any, requests.adapters.BaseAdapter] = self._local.adapters
        key = (prefix, id(context))
        if key not in adapters:
            adapters[key] = _Adapter(context or self._lenient(own))
            with self._lock:
                self._adapters.append(adapters[key])
        return adapters[key]

    def _lenient(self, own: bool) -> ssl.SSLContext | None:
        """For platforms with authorities of their own: as Python before 3.13 checked them.

        Python 3.13 refuses authorities without the extension ``keyUsage`` (RFC 5280, 4.2.1.3),
        which many of inner networks lack; whom to trust an administrator has said by name.
        """
        if not own or self._profile is None:
            return None
        if not self._profile.network.certificate_authorities:
            return None
        context: ssl.SSLContext = create_urllib3_context()
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return context

    def _bundle(self) -> str | bool:
        if self._verify is None:
            with self._lock:
                self._verify = _bundle(self._profile, self._in_qgis)
        return self._verify

    def _proxies(self, url: str) -> dict[str, str]:
        if self._in_qgis:
            return _qgis_proxy(url)
        return dict(get_environ_proxies(url, no_proxy=os.environ.get("no_proxy")))


def _cancellable(send: Callable[[], requests.Response], progress: Progress) -> requests.Response:
    """Run ``send`` in a thread of its own, so that a silent server does not hold up a cancel."""
    outcome: dict[str, Any] = {}
    done = threading.Event()
    given_up = threading.Event()

    def work() -> None:
        try:
            outcome["answer"] = send()
        except BaseException as error:
            outcome["error"] = error
        done.set()
        if given_up.is_set() and "answer" in outcome:
            outcome["answer"].close()

    threading.Thread(target=work, name="onemap-request", daemon=True).start()
    try:
        while not done.wait(0.05):
            progress.check()
    except BaseException:
        given_up.set()
        raise
    if "error" in outcome:
        raise outcome.pop("error")
    answer: requests.Response = outcome["answer"]
    return answer


def _qgis_runs() -> bool:
    """Whether QGIS is here and started; never imports it by itself."""
    core = sys.modules.get("qgis.core")
    return core is not None and core.QgsApplication.instance() is not None


def _timeout(profile: SiteProfile | None, in_qgis: bool) -> float:
    if profile is not None and profile.network.timeout_s:
        return profile.network.timeout_s
    if in_qgis:
        from qgis.core import QgsNetworkAccessManager

        return max(QgsNetworkAccessManager.timeout() / 1000.0, 1.0)
    return TIMEOUT


def _qgis_proxy(url: str) -> dict[str, str]:
    """Return the proxy that QGIS itself would use for this address.

    See QgsNetworkProxyFactory::queryProxy: excluded addresses go without, then the system's
    proxy or the one from the network options.
    """
    from qgis.core import QgsNetworkAccessManager
    from qgis.PyQt.QtCore import QUrl
    from qgis.PyQt.QtNetwork import QNetworkProxy, QNetworkProxyFactory, QNetworkProxyQuery

    manager = QgsNetworkAccessManager.instance()
    for excluded in (*manager.noProxyList(), *manager.excludeList()):
        if excluded.strip() and url.startswith(excluded.strip()):
            return {}
    kinds = QNetworkProxy.ProxyType
    proxy = manager.fallbackProxy()
    if proxy.type() == kinds.DefaultProxy and manager.useSystemProxy():
        found = QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl(url)))
        proxy = found[0] if found else proxy
    if proxy.type() in (kinds.DefaultProxy, kinds.NoProxy) or not proxy.hostName():
        return {}
    scheme = "socks5h" if proxy.type() == kinds.Socks5Proxy else "http"
    if scheme == "socks5h":
        try:
            __import__("socks")
        except ImportError:
            raise MissingLibrary(
                Text(zh="SOCKS 代理需要 Python 库 PySocks", en="A SOCKS proxy needs PySocks")
            ) from None
    account = ""
    if proxy.user():
        from urllib.parse import quote

        from .redaction import remember

        remember(proxy.password())
        account = f"{quote(proxy.user(), safe='')}:{quote(proxy.password(), safe='')}@"
    address = f"{scheme}://{account}{proxy.hostName()}:{proxy.port() or 8080}"
    return {"http": address, "https": address}


_bundles: dict[str, str] = {}
_bundle_lock = threading.Lock()


def _bundle(profile: SiteProfile | None, in_qgis: bool) -> str | bool:
    """Return what ``requests`` verifies servers against: a file of certificates, or its own."""
    extra = [_pem(one) for one in (profile.network.certificate_authorities if profile else ())]
    if in_qgis:
        from qgis.core import QgsApplication

        extra.append(bytes(QgsApplication.authManager().trustedCaCertsPemText()).decode("ascii"))
    named = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
    if not any(extra):
        return named or True
    # What QGIS trusts includes the system's; without QGIS that is added here.
    own = named or requests.certs.where()
    with contextlib.suppress(OSError):
        extra.append(Path(own).read_text(encoding="utf-8"))
    system = ssl.get_default_verify_paths().cafile
    if not in_qgis and system and system != own:
        with contextlib.suppress(OSError):
            extra.append(Path(system).read_text(encoding="utf-8"))
    text = "\n".join(part.strip() for part in extra if part.strip()) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    with _bundle_lock:
        if not os.path.exists(_bundles.get(digest, "")):
            handle, path = tempfile.mkstemp(prefix="onemap-authorities-", suffix=".pem")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            _bundles[digest] = path
            atexit.register(lambda: Path(path).unlink(missing_ok=True))
        return _bundles[digest]


def _pem(value: str) -> str:
    if "-----BEGIN" in value:
        return value
    try:
        text = Path(value).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise ProfileProblem(
            Text(
                zh=f"证书文件 {value} 无法读取或不是 PEM 证书",
                en=f"Certificate file {value} cannot be read or is no PEM certificate",
            ),
            "/network/certificate_authorities",
        )
    return text


def explain(trouble: Exception, url: str) -> ServiceError:
    """Return our error for one of ``requests`` or the system; its words may hold secrets."""
    where = place(url)
    causes = _causes(trouble)
    if any(isinstance(one, (requests.exceptions.SSLError, ssl.SSLError)) for one in causes):
        why = next(
            (
                str(getattr(one, "verify_message", ""))
                for one in causes
                if getattr(one, "verify_message", "")
            ),
            "",
        )
        said = f"（{why}）" if why else ""
        return CertificateProblem(
            Text(
                zh=f"{where} 的安全连接无法建立：证书不可信{said}",
                en=f"No secure connection to {where}: its certificate is not trusted"
                + (f" ({why})" if why else ""),
            )
        )
    if isinstance(trouble, requests.exceptions.ProxyError):
        return ProxyProblem(
            Text(zh=f"经代理服务器无法访问 {where}", en=f"{where} cannot be reached by the proxy")
        )
    if isinstance(trouble, (requests.exceptions.Timeout, TimeoutError)) or any(
        "ReadTimeout" in type(one).__name__ for one in causes
    ):
        return TimedOut(
            Text(zh=f"{where} 在规定时间内没有响应", en=f"{where} did not answer in time")
        )
    if isinstance(
        trouble,
        (
            requests.exceptions.InvalidURL,
            requests.exceptions.InvalidSchema,
            requests.exceptions.MissingSchema,
            requests.exceptions.InvalidHeader,
        ),
    ):
        return Refused(Text(zh=f"地址无效：{where}", en=f"Not a valid address: {where}"))
    if isinstance(
        trouble,
        (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError),
    ):
        error: ServiceError = BadAnswer(
            Text(zh=f"{where} 的内容中断或损坏", en=f"The answer of {where} is cut or damaged")
        )
        error.passing = True
        return error
    return NotReachable(Text(zh=f"无法连接 {where}", en=f"{where} cannot be reached"))


def _causes(trouble: BaseException) -> list[BaseException]:
    """Return the exception and what it wraps, as causes, contexts or arguments."""
    found: list[BaseException] = []
    waiting: list[Any] = [trouble]
    while waiting and len(found) < 20:
        one = waiting.pop()
        if not isinstance(one, BaseException) or any(one is other for other in found):
            continue
        found.append(one)
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found


__all__ = ["Line", "explain"]
