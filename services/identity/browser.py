"""Signing in with the browser, and with a code on another device."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..errors import BadAnswer, ServiceError
from ..redaction import remember
from ..site_profile import IdentitySettings
from .account import Account, roles_of
from .id_token import check_id_token
from .listener import Listener
from .provider import OAuthError, Provider, Tokens, refusal

WAIT_S = 300.0
"""How long a person has in the browser."""


@dataclass(frozen=True)
class DeviceCode:
    """What a person needs to sign in on another device."""

    address: str
    code: str = field(repr=False)
    complete_address: str = field(default="", repr=False)
    """The address with the code in it, for a QR code; may be empty."""
    expires: float = 0.0


def by_browser(
    provider: Provider,
    settings: IdentitySettings,
    open_address: Callable[[str], object],
    progress: Progress = SILENT,
    wait: float = WAIT_S,
) -> tuple[Tokens, Account]:
    """Sign in by authorization code with PKCE, state and nonce (RFC 8252, RFC 7636).

    ``open_address`` shows an address in the person's browser.
    """
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    verifier = secrets.token_urlsafe(64)
    with Listener(settings.redirect_ports, settings.redirect_path, state) as listener:
        address = provider.authorization(listener.address, state, nonce, verifier, progress)
        open_address(address)
        given = listener.wait(wait, progress)
        if "code" not in given:
            raise refusal(given.get("error", ""), given.get("error_description", ""))
        stated = given.get("iss")
        # RFC 9207: an answer that names another issuer was mixed up on the way.
        if stated and settings.issuer and stated.rstrip("/") != settings.issuer:
            raise BadAnswer(
                Text(zh="登录结果来自另一认证服务", en="The sign-in came from another provider")
            )
        tokens = provider.exchange(given["code"], listener.address, verifier, progress)
    return tokens, account_of(provider, settings, tokens, nonce=nonce, progress=progress)


def by_device(
    provider: Provider,
    settings: IdentitySettings,
    show_code: Callable[[DeviceCode], object],
    progress: Progress = SILENT,
) -> tuple[Tokens, Account]:
    """Sign in by device code (RFC 8628): the person confirms in any browser."""
    asked = provider.device(progress)
    pause = _number(asked.get("interval"), 5.0)
    end = time.monotonic() + _number(asked.get("expires_in"), 600.0)
    show_code(
        DeviceCode(
            str(asked["verification_uri"]),
            str(asked["user_code"]),
            str(asked.get("verification_uri_complete") or ""),
            time.time() + _number(asked.get("expires_in"), 600.0),
        )
    )
    while time.monotonic() < end:
        _sleep(pause, progress)
        try:
            tokens = provider.device_token(str(asked["device_code"]), progress)
        except OAuthError as error:
            if error.error == "slow_down":
                pause += 5.0
            elif error.error != "authorization_pending":
                raise
            continue
        return tokens, account_of(provider, settings, tokens, nonce=None, progress=progress)
    raise refusal("expired_token")


def by_refresh(
    provider: Provider,
    settings: IdentitySettings,
    refresh_token: str,
    account: Account | None,
    progress: Progress = SILENT,
) -> tuple[Tokens, Account]:
    """Get new tokens for ``account``, or take up an earlier sign-in where that is ``None``."""
    remember(refresh_token)
    tokens = provider.refresh(refresh_token, progress)
    if account is not None and not tokens.identity:
        return tokens, account
    renewed = account_of(provider, settings, tokens, nonce=None, progress=progress)
    if account is None:
        return tokens, renewed
    if renewed.user != account.user:
        raise refusal("invalid_grant", "another subject")
    # Some providers leave the claim out of what a refresh brings.
    return tokens, renewed if renewed.roles else account


def account_of(
    provider: Provider,
    settings: IdentitySettings,
    tokens: Tokens,
    *,
    nonce: str | None,
    progress: Progress = SILENT,
) -> Account:
    """Check the ID token and return who has signed in."""
    claims: dict[str, Any] = {}
    if tokens.identity:
        claims = _checked(provider, settings, tokens, nonce, progress)
    elif nonce is not None and "openid" in settings.scopes:
        raise BadAnswer(Text(zh="认证服务没有返回身份令牌", en="The provider returned no ID token"))
    known = [claims, tokens.claims]
    top = settings.roles_claim.split(".")[0]
    if not claims.get("sub") or not any(top in one for one in known):
        told = _told(provider, tokens.access, progress)
        # Core 5.3.2: userinfo of somebody else must not be used.
        if not claims.get("sub") or told.get("sub") == claims["sub"]:
            known.append(told)
    everything: dict[str, Any] = {}
    for one in reversed(known):
        everything.update(one)
    user = str(everything.get("preferred_username") or everything.get("sub") or "")
    name = str(everything.get("name") or everything.get("nickname") or user)
    return Account(user, name, roles_of(settings, [one for one in known if one]))


def _told(provider: Provider, access: str, progress: Progress) -> dict[str, Any]:
    try:
        return provider.userinfo(access, progress)
    except ServiceError as error:
        # A machine's own account is nobody whom the provider could tell about.
        if 400 <= error.status < 500:
            return {}
        raise


def _checked(
    provider: Provider,
    settings: IdentitySettings,
    tokens: Tokens,
    nonce: str | None,
    progress: Progress,
) -> dict[str, Any]:
    issuer = settings.issuer or str(provider.metadata().get("issuer", ""))
    for attempt in (1, 2):
        try:
            return check_id_token(
                tokens.identity,
                issuer=issuer,
                client_id=settings.client_id,
                nonce=nonce,
                keys=provider.keys(progress),
                direct=provider.direct(),
            )
        except ServiceError:
            # The provider may have changed its keys since we fetched them.
            if attempt == 2:
                raise
            provider.forget_keys()
    raise AssertionError


def _number(value: Any, default: float) -> float:
    return float(value) if isinstance(value, (int, float)) and value > 0 else default


def _sleep(seconds: float, progress: Progress) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        progress.check()
        time.sleep(0.05)
