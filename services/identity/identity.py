"""One person's sign-in at one platform: a state machine that knows what to do next."""

from __future__ import annotations

import logging
import ssl
import threading
import time

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..errors import NotSignedIn, ServiceError
from ..site_profile import Placing, SiteProfile, origin
from . import token_login
from .account import State
from .auth import ProfileAuth
from .provider import OAuthError
from .sign_in import SignIn
from .store import Store

_log = logging.getLogger("onemap_verify.identity")


class Identity(SignIn):
    """Who one is at the platform of a profile. May be used from several threads.

    Signing in waits for a person or a server: call it in a task, never on the GUI thread.
    """

    def __init__(self, profile: SiteProfile, store: Store | None = None) -> None:
        super().__init__(profile, store)
        self.auth = ProfileAuth(self)

    def refresh(self, progress: Progress = SILENT) -> None:
        """Get new tokens.

        Raises
        ------
        NotSignedIn
            When the sign-in is over; the state is ``EXPIRED`` then.
        """
        before = self._tokens
        with self._one_refresh:
            if self._tokens is not before and self._tokens is not None:
                return
            if before is not None and self._again is not None:
                self._take(*self._again())
                return
            if before is None or not before.refresh:
                raise self._over(None)
            try:
                self._take(*self._renewed(before.refresh, progress))
            except OAuthError as error:
                newer = str(self.keys.session().get("refresh") or "")
                # Another window may have used up the token we knew.
                if not newer or newer == before.refresh:
                    raise self._over(error) from None
                try:
                    self._take(*self._renewed(newer, progress))
                except OAuthError as again:
                    raise self._over(again) from None

    def sign_out(self) -> None:
        """Forget the sign-in here and have the platform forget it; works without network too."""
        with self._lock:
            tokens, self._tokens, self.account = self._tokens, None, None
            self._configured, self._again = None, None
            self.kept = False
            self._waiting.clear()
            self.keys.forget_session()
            if self.profile.identity.kind == "key":
                # There, the keys are the sign-in.
                for secret in self.profile.identity.secrets:
                    self.keys.forget(secret.name)
        self._move(State.SIGNED_OUT)
        if tokens is None:
            return
        try:
            if self.profile.identity.kind == "token_login":
                token_login.sign_out(self.profile, self.transport, tokens.access)
            elif self.profile.identity.kind == "oidc":
                self.provider.revoke(tokens.refresh, "refresh_token", tokens.access)
                self.provider.revoke(tokens.access, "access_token", tokens.access)
        except ServiceError as error:
            _log.info("%s", error)

    def _over(self, error: ServiceError | None) -> NotSignedIn:
        """Note that the sign-in has ended, and return the error that says so."""
        with self._lock:
            self._tokens = None
            self.keys.forget_session()
        ended = NotSignedIn(
            error.text if error is not None else Text(zh="登录已过期", en="The sign-in has expired")
        )
        self._move(State.EXPIRED, ended)
        return ended

    def secrets_for(self, url: str, *, wait: bool = True) -> list[tuple[Placing, str]]:
        """Return what belongs on a request to this address, and where.

        ``wait`` allows a renewal over the network when the token is about to end; without, the
        renewal happens in the background.
        """
        found: list[tuple[Placing, str]] = []
        if self._tokens is not None and origin(url) in self._origins:
            token = self._token(wait)
            if token:
                found.append((self.profile.identity.placing, token))
        return found + self.keys.fitting(url)

    def headers_for(self, url: str) -> dict[str, str]:
        """Return the headers of QGIS's own configuration, when one is used, for this address."""
        return self._configured.headers(url) if self._configured is not None else {}

    def client_context(self) -> ssl.SSLContext | None:
        """Return what holds the client certificate of QGIS's own configuration, if there is one."""
        return self._configured.context() if self._configured is not None else None

    def renew_after_refusal(self, url: str, carried: str) -> bool:
        """After a 401 on a request: whether there is a better secret now."""
        if origin(url) not in self._origins:
            return False
        tokens = self._tokens
        if tokens is None or not tokens.access:
            return False
        if tokens.access not in carried:
            # Renewed by somebody else while the request was on its way.
            return True
        try:
            self.refresh()
        except ServiceError:
            return False
        return self._tokens is not None

    def _token(self, wait: bool) -> str:
        tokens = self._tokens
        if tokens is None or time.time() < self._renew_at:
            return tokens.access if tokens is not None else ""
        if wait or not tokens.refresh:
            try:
                self.refresh()
            except ServiceError as error:
                _log.info("%s", error)
        elif not self._one_refresh.locked():
            threading.Thread(
                target=self._token, args=(True,), name="onemap-renewal", daemon=True
            ).start()
        tokens = self._tokens
        return tokens.access if tokens is not None and time.time() < tokens.expires else ""
