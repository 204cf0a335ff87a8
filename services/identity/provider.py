"""An OpenID provider: where its endpoints are, and what they are asked.

OAuthLib writes the requests and reads the answers (RFC 6749, 7636, 8628, 7009); the transport
carries them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from .. import libraries
from ..errors import BadAnswer, NotSignedIn, ProfileProblem, ServiceError, for_status, place
from ..redaction import remember
from ..site_profile import SiteProfile, is_loopback, origin
from ..transport import Transport, as_json

_NAMES = {
    "authorization": "authorization_endpoint",
    "token": "token_endpoint",
    "userinfo": "userinfo_endpoint",
    "device": "device_authorization_endpoint",
    "revocation": "revocation_endpoint",
    "end_session": "end_session_endpoint",
    "jwks": "jwks_uri",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True)
class Tokens:
    """What a token endpoint gave. ``expires`` is ``time.time()`` seconds."""

    access: str = field(repr=False)
    expires: float
    refresh: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)


class OAuthError(NotSignedIn):
    """The provider said no; ``error`` is its code (RFC 6749, 5.2; RFC 8628, 3.5)."""

    def __init__(self, error: str, text: Text, advice: Text | None = None) -> None:
        super().__init__(text, advice)
        self.error = error


class Provider:
    """One provider, its metadata fetched once."""

    def __init__(self, profile: SiteProfile, transport: Transport) -> None:
        self._profile = profile
        self._settings = profile.identity
        self._transport = transport
        self._metadata: dict[str, Any] | None = None
        self._keys: list[Mapping[str, Any]] | None = None

    def metadata(self, progress: Progress = SILENT) -> dict[str, Any]:
        """Return the provider's metadata (OpenID Connect Discovery 1.0), the profile's on top."""
        if self._metadata is None:
            found: dict[str, Any] = {}
            own = {_NAMES.get(k, k): v for k, v in self._settings.endpoints.items()}
            if self._settings.issuer and not {"token_endpoint", "authorization_endpoint"} <= set(
                own
            ):
                found = self._discover(progress)
            self._metadata = {**found, **{name: url for name, url in own.items() if url}}
        return self._metadata

    def endpoint(self, name: str, progress: Progress = SILENT) -> str:
        """Return an endpoint by short name, or the empty string when there is none."""
        url = str(self.metadata(progress).get(_NAMES[name], "") or "")
        if url and not self._may_use(url):
            raise ProfileProblem(
                Text(
                    zh=f"认证服务的地址 {place(url)} 为明文 http",
                    en=f"The identity provider's address {place(url)} is plain http",
                ),
                "/network/allow_http",
            )
        return url

    def direct(self) -> bool:
        """Whether the token endpoint is reached by TLS or on this machine."""
        found = origin(self.endpoint("token"))
        return found is not None and (found[0] == "https" or is_loopback(found[1]))

    def keys(self, progress: Progress = SILENT) -> list[Mapping[str, Any]]:
        """Return the provider's public keys, fetched once; none when it publishes none."""
        if self._keys is None:
            url = self.endpoint("jwks", progress)
            found = self._transport.json(url, 1_000_000, progress=progress) if url else {}
            keys = found.get("keys", []) if isinstance(found, dict) else []
            self._keys = [key for key in keys if isinstance(key, dict)]
        return self._keys

    def forget_keys(self) -> None:
        """Fetch the keys again when next needed: the provider may have changed them."""
        self._keys = None

    def client(self) -> Any:
        """Return OAuthLib's client."""
        oauth2 = libraries.need("oauthlib.oauth2", _UNLOCKS)
        return oauth2.WebApplicationClient(self._settings.client_id)

    def authorization(
        self, redirect: str, state: str, nonce: str, verifier: str, progress: Progress = SILENT
    ) -> str:
        """Return the address at which a person signs in and consents, with PKCE (S256)."""
        client = self.client()
        url = self.endpoint("authorization", progress)
        if not url:
            raise _lacks("authorization_endpoint")
        # OAuthLib insists on https; whether plain http will do is the profile's decision above.
        scheme, rest = url.split("://", 1)
        secure: str = client.prepare_request_uri(
            f"https://{rest}",
            redirect_uri=redirect,
            scope=list(self._settings.scopes),
            state=state,
            nonce=nonce,
            code_challenge=client.create_code_challenge(verifier, "S256"),
            code_challenge_method="S256",
        )
        return f"{scheme}://{secure.split('://', 1)[1]}"

    def exchange(
        self, code: str, redirect: str, verifier: str, progress: Progress = SILENT
    ) -> Tokens:
        """Return the tokens for an authorization code."""
        body = self.client().prepare_request_body(
            code=code, redirect_uri=redirect, code_verifier=verifier, include_client_id=True
        )
        return self.token(body, progress)

    def refresh(self, refresh_token: str, progress: Progress = SILENT) -> Tokens:
        """Return new tokens; the refresh token may be a new one too."""
        body = self.client().prepare_refresh_body(
            refresh_token=refresh_token, client_id=self._settings.client_id
        )
        fresh = self.token(body, progress)
        if fresh.refresh:
            return fresh
        return Tokens(fresh.access, fresh.expires, refresh_token, fresh.identity, fresh.claims)

    def device(self, progress: Progress = SILENT) -> dict[str, Any]:
        """Return the answer of the device authorization endpoint (RFC 8628, 3.2)."""
        url = self.endpoint("device", progress)
        if not url:
            raise _lacks("device_authorization_endpoint")
        body = urlencode(
            {"client_id": self._settings.client_id, "scope": " ".join(self._settings.scopes)}
        )
        found = self._post(url, body, progress)
        if not all(found.get(k) for k in ("device_code", "user_code", "verification_uri")):
            raise BadAnswer(
                Text(
                    zh=f"{place(url)} 没有返回设备码",
                    en=f"{place(url)} did not return a device code",
                )
            )
        remember(str(found["device_code"]))
        return found

    def device_token(self, device_code: str, progress: Progress = SILENT) -> Tokens:
        """Ask whether the person has consented; :class:`OAuthError` while not."""
        oauth2 = libraries.need("oauthlib.oauth2", _UNLOCKS)
        client = oauth2.DeviceClient(self._settings.client_id)
        body = client.prepare_request_body(device_code, include_client_id=True)
        return self.token(body, progress)

    def token(
        self, body: str, progress: Progress = SILENT, account: tuple[str, str] | None = None
    ) -> Tokens:
        """Ask the token endpoint; ``account`` is a confidential client's id and secret."""
        url = self.endpoint("token", progress)
        if not url:
            raise _lacks("token_endpoint")
        found = self._post(url, body, progress, account)
        access = found.get("access_token")
        if not isinstance(access, str) or not access:
            raise BadAnswer(
                Text(zh=f"{place(url)} 没有返回令牌", en=f"{place(url)} returned no token")
            )
        for name in ("access_token", "refresh_token", "id_token"):
            remember(str(found.get(name) or ""))
        life = found.get("expires_in")
        return Tokens(
            access,
            time.time() + (float(life) if isinstance(life, (int, float)) else 3600.0),
            str(found.get("refresh_token") or ""),
            str(found.get("id_token") or ""),
            {k: v for k, v in found.items() if not k.endswith("_token")},
        )

    def userinfo(self, access: str, progress: Progress = SILENT) -> dict[str, Any]:
        """Return what the provider tells about who is signed in, if anything."""
        url = self.endpoint("userinfo", progress)
        if not url:
            return {}
        found = self._transport.json(
            url, 1_000_000, headers={"Authorization": f"Bearer {access}"}, progress=progress
        )
        return found if isinstance(found, dict) else {}

    def revoke(self, token: str, kind: str, access: str = "") -> bool:
        """Make a token invalid (RFC 7009); return whether the provider did."""
        url = self.endpoint("revocation")
        if not url or not token:
            return False
        body = urlencode(
            {"token": token, "token_type_hint": kind, "client_id": self._settings.client_id}
        )
        answer = self._transport.request(
            "POST", url, data=body, headers=FORM, expect=(200, 401), timeout=10
        )
        if answer.status_code == 401 and access:
            # Some providers want a token with the request, even of a client without a secret.
            headers = {**FORM, "Authorization": f"Bearer {access}"}
            self._transport.request("POST", url, data=body, headers=headers, timeout=10)
        return True

    def _discover(self, progress: Progress) -> dict[str, Any]:
        url = f"{self._settings.issuer}/.well-known/openid-configuration"
        found = self._transport.json(url, 1_000_000, progress=progress)
        if not isinstance(found, dict) or (
            str(found.get("issuer", "")).rstrip("/") != self._settings.issuer
        ):
            raise ProfileProblem(
                Text(
                    zh=f"{place(url)} 所述的颁发者与站点配置不一致",
                    en=f"The issuer stated at {place(url)} is not the profile's",
                ),
                "/identity/issuer",
            )
        return found

    def _may_use(self, url: str) -> bool:
        found = origin(url)
        return found is not None and (
            found[0] == "https" or is_loopback(found[1]) or self._profile.network.allow_http
        )

    def _post(
        self, url: str, body: str, progress: Progress, account: tuple[str, str] | None = None
    ) -> dict[str, Any]:
        headers = dict(FORM)
        if account is not None:
            from requests.auth import _basic_auth_str

            remember(account[1])
            headers["Authorization"] = _basic_auth_str(*account)
        answer = self._transport.request(
            "POST",
            url,
            data=body,
            headers=headers,
            expect=(200, 400, 401, 403),
            limit=1_000_000,
            progress=progress,
        )
        try:
            found = as_json(answer.content, url)
        except BadAnswer:
            if answer.status_code == 200:
                raise
            found = {}
        if not isinstance(found, dict):
            found = {}
        if answer.status_code != 200 or "error" in found:
            raise _refusal(str(found.get("error") or ""), found, answer.status_code, url)
        return found


_UNLOCKS = Text(zh="登录平台", en="signing in to a platform")


def _refusal(error: str, found: Mapping[str, Any], status: int, url: str) -> ServiceError:
    if not error and status not in (400, 401):
        return for_status(status, url)
    if not error:
        # Some providers refuse a grant without a word.
        error = "invalid_grant"
    said = " ".join(str(found.get("error_description") or "").split())[:200]
    zh, en = _MEANINGS.get(error, ("认证服务拒绝", "The identity provider refuses"))
    more = f": {said}" if said else ""
    zh, en = f"{zh}（{error}）{more}", f"{en} ({error}){more}"
    return OAuthError(error, Text(zh=zh, en=en))


_MEANINGS = {
    "access_denied": ("登录被拒绝或取消", "The sign-in was refused or called off"),
    "invalid_grant": (
        "登录已失效：令牌过期或已被吊销",
        "The sign-in is no longer valid: the token has expired or was revoked",
    ),
    "expired_token": ("设备码已过期", "The device code has expired"),
    "authorization_pending": ("等待确认", "Waiting for the confirmation"),
    "slow_down": ("询问过于频繁", "Asked too often"),
    "invalid_client": (
        "平台不认识此客户端，请核对站点配置",
        "The platform does not know this client: check the site profile",
    ),
    "unauthorized_client": (
        "平台不允许此客户端这样登录",
        "The platform does not let this client sign in this way",
    ),
    "invalid_scope": ("所申请的权限无效", "The rights asked for are not valid"),
}


def refusal(error: str, description: str = "") -> ServiceError:
    """Return the error for what came back by the browser (RFC 6749, 4.1.2.1)."""
    return _refusal(error or "access_denied", {"error_description": description}, 400, "")


def _lacks(name: str) -> ProfileProblem:
    return ProfileProblem(
        Text(zh=f"认证服务没有提供 {name}", en=f"The identity provider has no {name}"),
        "/identity/endpoints",
    )
