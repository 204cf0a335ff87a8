"""One person's sign-in at one platform: a state machine that knows what to do next."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from ...checks.findings import Text
from ...checks.progress import SILENT, Cancelled, Progress
from ..errors import NotSignedIn, ServiceError
from ..site_profile import Placing, SiteProfile, origin
from ..transport import Transport
from . import authcfg as configuration
from . import browser, token_login
from .account import Account, State
from .auth import ProfileAuth
from .keyring import Keyring
from .machine import Machine
from .provider import OAuthError, Provider, Tokens
from .store import MemoryStore, Store

Signed = tuple[Tokens, Account]
_log = logging.getLogger("onemap_verify.identity")


class Identity(Machine):
    """Who one is at the platform of a profile. May be used from several threads.

    Signing in waits for a person or a server: call it in a task, never on the GUI thread.
    """

    def __init__(self, profile: SiteProfile, store: Store | None = None) -> None:
        super().__init__(profile)
        self.store: Store = store if store is not None else MemoryStore()
        self.keys = Keyring(profile, self.store)
        self.transport = Transport(profile)
        self.provider = Provider(profile, self.transport)
        self.auth = ProfileAuth(self)
        self.authcfg = ""
        """Id of the configuration of QGIS that is used instead of a sign-in of ours."""
        self.kept = False
        """Whether the sign-in outlives the program."""
        self._tokens: Tokens | None = None
        self._renew_at = 0.0
        self._contexts: dict[str, Any] = {}
        self._one_sign_in = threading.Lock()
        self._one_refresh = threading.Lock()
        self._origins = profile.origins

    # Signing in

    def sign_in_with_browser(
        self,
        open_address: Callable[[str], object],
        progress: Progress = SILENT,
        wait: float = browser.WAIT_S,
    ) -> Account:
        """Sign in with the person's browser; ``open_address`` opens it."""
        settings = self.profile.identity
        return self._sign_in(
            lambda: browser.by_browser(self.provider, settings, open_address, progress, wait),
            progress,
        )

    def sign_in_with_device(
        self, show_code: Callable[[browser.DeviceCode], object], progress: Progress = SILENT
    ) -> Account:
        """Sign in with a browser on any device; ``show_code`` tells the person where and what."""
        settings = self.profile.identity
        return self._sign_in(
            lambda: browser.by_device(self.provider, settings, show_code, progress), progress
        )

    def sign_in_with_password(
        self, user: str, password: str, progress: Progress = SILENT
    ) -> Account:
        """Sign in where the platform itself takes account and password (kind ``token_login``)."""
        return self._sign_in(
            lambda: token_login.by_password(self.profile, self.transport, user, password, progress),
            progress,
        )

    def sign_in_by(self, get: Callable[[], Signed], progress: Progress = SILENT) -> Account:
        """Sign in by any other way that ends in tokens (see ``unattended``)."""
        return self._sign_in(get, progress)

    def use_authcfg(self, identifier: str) -> Account:
        """Use a configuration of QGIS's authentication manager for this platform."""

        def get() -> Signed:
            method = configuration.check(identifier)
            return Tokens("", float("inf")), Account(identifier, f"{method} ({identifier})")

        return self._sign_in(get, SILENT, authcfg=identifier)

    def restore(self, progress: Progress = SILENT) -> bool:
        """Take up the sign-in of an earlier day, asking nobody; return whether it worked."""
        if self.ready:
            return True
        if self.profile.identity.kind == "key":
            if self.keys.complete():
                self._with_keys()
            return self.ready
        kept = self.keys.session()
        if not kept.get("refresh"):
            return False
        try:
            self._sign_in(lambda: self._renewed(str(kept["refresh"]), progress), progress)
        except ServiceError as error:
            over = isinstance(error, OAuthError)
            if over:
                self.keys.forget_session()
            self._move(State.EXPIRED if over else State.SIGNED_OUT, error)
            return False
        return True

    def _sign_in(self, get: Callable[[], Signed], progress: Progress, authcfg: str = "") -> Account:
        while not self._one_sign_in.acquire(timeout=0.1):
            progress.check()
        try:
            before = self.state
            self._move(State.SIGNING_IN)
            try:
                tokens, account = get()
            except Cancelled:
                self._move(State.EXPIRED if before is State.EXPIRED else State.SIGNED_OUT)
                raise
            except ServiceError as error:
                self._move(State.FAILED, error)
                raise
            except BaseException:
                self._move(State.FAILED)
                raise
            self._take(tokens, account, authcfg)
        finally:
            self._one_sign_in.release()
        self._move(State.SIGNED_IN)
        self._resume()
        return account

    # Staying signed in, and leaving

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
            if before is None or not before.refresh:
                raise self._over(None)
            try:
                self._take(*self._renewed(before.refresh, progress), self.authcfg)
            except OAuthError as error:
                newer = str(self.keys.session().get("refresh") or "")
                # Another window may have used up the token we knew.
                if not newer or newer == before.refresh:
                    raise self._over(error) from None
                try:
                    self._take(*self._renewed(newer, progress), self.authcfg)
                except OAuthError as again:
                    raise self._over(again) from None

    def sign_out(self) -> None:
        """Forget the sign-in here and have the platform forget it; works without network too."""
        with self._lock:
            tokens, self._tokens, self.account = self._tokens, None, None
            self.authcfg = ""
            self.kept = False
            self._waiting.clear()
            self.keys.forget_session()
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

    def _renewed(self, refresh_token: str, progress: Progress) -> Signed:
        settings = self.profile.identity
        return browser.by_refresh(self.provider, settings, refresh_token, self.account, progress)

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

    # Secrets on requests

    def enter_secret(self, name: str, value: str) -> None:
        """Keep a key that the user has typed or pasted; blanks in it go."""
        self.kept = self.keys.enter(name, value)
        if self.profile.identity.kind == "key":
            if self.keys.complete():
                self._with_keys()
            else:
                self._move(State.SIGNED_OUT)

    def forget_secret(self, name: str) -> None:
        """Forget a key."""
        self.enter_secret(name, "")

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
        if not self.authcfg or origin(url) not in self._origins:
            return {}
        return configuration.headers(self.authcfg, url)

    def client_context(self) -> Any:
        """Return an ``ssl.SSLContext`` with a client certificate when the configuration has one."""
        if self.authcfg and self.authcfg not in self._contexts:
            self._contexts = {self.authcfg: self._make_context()}
        return self._contexts.get(self.authcfg)

    def _make_context(self) -> Any:
        secure = sorted(one for one in self._origins if one[0] == "https")
        if not secure:
            return None
        scheme, host, port = secure[0]
        return configuration.client_context(self.authcfg, f"{scheme}://{host}:{port}/")

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

    # The machine inside

    def _take(self, tokens: Tokens, account: Account, authcfg: str) -> None:
        life = tokens.expires - time.time()
        with self._lock:
            self._tokens, self.account, self.authcfg = tokens, account, authcfg
            self._renew_at = tokens.expires - min(60.0, max(life, 0.0) * 0.1)
            if tokens.refresh:
                document = {"refresh": tokens.refresh, "user": account.user}
                self.kept = self.keys.keep_session(document)

    def _with_keys(self) -> None:
        name = self.profile.identity.secrets[0].name
        with self._lock:
            self.account = Account("", self.keys.masked(name))
        self._move(State.SIGNED_IN)
        self._resume()
