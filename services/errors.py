"""What can go wrong between here and a platform, as sentences a person can act on.

``text`` says what happened, ``advice`` what to do. Neither ever holds a secret nor the query of an
address: all that comes from outside goes through :func:`..services.redaction.redact` first.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from ..checks.errors import ExplainedError
from ..checks.findings import Text
from .redaction import redact


class ServiceError(ExplainedError):
    """A platform could not do what was asked; ``text`` says what happened, ``advice`` what to do.

    ``status`` is the HTTP status where there was one, else 0.
    """

    usual = Text(
        zh="请稍后重试；若问题依旧，请联系平台管理员。",
        en="Try again later; if it stays, ask the platform's administrator.",
    )

    passing = False
    """Whether the same request may well succeed a moment later."""

    def __init__(self, text: Text, advice: Text | None = None, *, status: int = 0) -> None:
        super().__init__(Text(redact(text.zh), redact(text.en)))
        self.advice = advice or self.usual
        self.status = status


class NotReachable(ServiceError):
    """No connection: no network, no such host, refused, or cut."""

    passing = True
    usual = Text(
        zh="请检查网络、平台地址和代理设置（设置 ▸ 选项 ▸ 网络）。",
        en="Check the network, the platform's address and the proxy (Settings ▸ Options ▸ "
        "Network).",
    )


class TimedOut(ServiceError):
    """The server did not answer in time."""

    passing = True
    usual = Text(
        zh="网络或平台较慢：请稍后重试，或在网络选项中延长超时时间。",
        en="The network or the platform is slow: try again later, or allow a longer time-out in "
        "the network options.",
    )


class CertificateProblem(ServiceError):
    """The server's certificate is not one we may trust."""

    usual = Text(
        zh="不要继续。若平台使用单位自建的证书机构，请管理员把根证书写入站点配置，或在 QGIS "
        "的认证选项中导入。",
        en="Do not go on. If the platform uses its own certificate authority, have its root "
        "certificate put into the site profile, or import it in QGIS's authentication options.",
    )


class ProxyProblem(ServiceError):
    """The proxy cannot be reached or refuses."""

    usual = Text(
        zh="请检查代理设置（设置 ▸ 选项 ▸ 网络）中的地址、端口和账号。",
        en="Check address, port and account of the proxy (Settings ▸ Options ▸ Network).",
    )


class NotSignedIn(ServiceError):
    """401: nobody is signed in, or what one signed in with has expired or was revoked."""

    usual = Text(zh="请重新登录。", en="Sign in again.")


class NotAllowed(ServiceError):
    """403: the account lacks the right."""

    usual = Text(
        zh="当前账号没有此权限：请换用有权限的账号登录，或向平台管理员申请。",
        en="This account may not do that: sign in with one that may, or ask the administrator.",
    )


class NotThere(ServiceError):
    """404 or 410: the service or object is not there (any more)."""

    usual = Text(
        zh="服务可能已改名或迁移：请刷新目录后重试。",
        en="The service may have been renamed or moved: refresh the catalogue and try again.",
    )


class Conflict(ServiceError):
    """409 or 412: the server's state is another than we thought."""

    usual = Text(zh="请刷新后重试。", en="Refresh and try again.")


class TooBusy(ServiceError):
    """429 or 503, also after waiting; ``retry_after`` seconds when the server said so."""

    usual = Text(zh="平台繁忙：请稍后重试。", en="The platform is busy: try again later.")

    def __init__(
        self,
        text: Text,
        advice: Text | None = None,
        *,
        status: int = 0,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(text, advice, status=status)
        self.retry_after = retry_after


class ServerProblem(ServiceError):
    """5xx: the server failed."""


class Refused(ServiceError):
    """Another 4xx: the server does not accept what was asked."""

    usual = Text(
        zh="请求未被接受：请核对站点配置，或联系平台管理员。",
        en="The request was not accepted: check the site profile, or ask the administrator.",
    )


class BadAnswer(ServiceError):
    """An answer that is cut short, of the wrong type, too large or cannot be read."""

    usual = Text(
        zh="平台返回的内容不完整或无法识别：请重试；若问题依旧，请联系平台管理员。",
        en="The answer is incomplete or cannot be read: try again; if it stays, ask the "
        "platform's administrator.",
    )


class ProfileProblem(ServiceError):
    """A site profile that cannot be used; ``where`` is the JSON pointer of what is wrong."""

    usual = Text(zh="请更正站点配置文件。", en="Correct the site profile.")

    def __init__(self, text: Text, where: str = "", advice: Text | None = None) -> None:
        super().__init__(text, advice)
        self.where = where


class WrongZone(ServiceError):
    """Data of one network zone must not go to a platform in another."""

    usual = Text(
        zh="请在数据所属的网络区内操作。",
        en="Work within the network zone that the data belongs to.",
    )


class MissingLibrary(ServiceError):
    """A Python library is needed and is not installed."""

    usual = Text(
        zh="请安装所缺的 Python 库，或重新安装插件。",
        en="Install the missing Python library, or install the plugin again.",
    )


def place(url: str) -> str:
    """Return where an address leads, without user, query and fragment: fit for a message."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        return redact(f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}")
    except ValueError:
        return "?"


def for_status(
    status: int, url: str, detail: str | Text = "", retry_after: float | None = None
) -> ServiceError:
    """Return the error that stands for an HTTP status.

    Parameters
    ----------
    status
        HTTP status, 400…599; also 498 and 499, which ArcGIS sends within an answer.
    url
        Where it happened; the query is not shown.
    detail
        What the server said, perhaps in both languages; it is shortened and secrets go.
    retry_after
        Seconds the server asked to wait.
    """
    where = place(url)
    both = (detail.zh, detail.en) if isinstance(detail, Text) else (detail, detail)
    zh, en = (" ".join(redact(one).split())[:300] for one in both)
    zh, en = (f"：{zh}" if zh else "", f": {en}" if en else "")
    if status in (401, 498, 499):
        return NotSignedIn(
            Text(
                zh=f"{where} 需要登录，或登录已失效（{status}）{zh}",
                en=f"{where} wants a sign-in, or the sign-in is no longer valid ({status}){en}",
            ),
            status=status,
        )
    if status == 403:
        return NotAllowed(
            Text(zh=f"{where} 拒绝访问（403）{zh}", en=f"{where} does not allow it (403){en}"),
            status=status,
        )
    if status == 407:
        return ProxyProblem(
            Text(
                zh=f"代理服务器要求认证（407），无法访问 {where}",
                en=f"The proxy wants an account (407); {where} was not reached",
            ),
            status=status,
        )
    if status in (404, 410):
        return NotThere(
            Text(zh=f"{where} 不存在（{status}）{zh}", en=f"{where} is not there ({status}){en}"),
            status=status,
        )
    if status in (409, 412):
        return Conflict(
            Text(zh=f"{where} 状态冲突（{status}）{zh}", en=f"Conflict at {where} ({status}){en}"),
            status=status,
        )
    if status in (429, 503):
        return TooBusy(
            Text(zh=f"{where} 繁忙（{status}）{zh}", en=f"{where} is busy ({status}){en}"),
            status=status,
            retry_after=retry_after,
        )
    if status == 418:
        return Refused(
            Text(
                zh=f"{where} 把请求视为攻击或超出配额，已拦截（418）{zh}",
                en=f"{where} blocks the request as an attack or beyond the quota (418){en}",
            ),
            Text(
                zh="不要反复重试。请检查密钥是否含多余字符、类型是否正确、配额是否用完。",
                en="Do not keep trying. Check the key for stray characters, its type and quota.",
            ),
            status=status,
        )
    if status >= 500:
        return ServerProblem(
            Text(zh=f"{where} 出错（{status}）{zh}", en=f"{where} failed ({status}){en}"),
            status=status,
        )
    return Refused(
        Text(zh=f"{where} 不接受请求（{status}）{zh}", en=f"{where} refuses ({status}){en}"),
        status=status,
    )
