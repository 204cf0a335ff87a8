"""The ways of signing in, and what is held afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from ...checks.progress import SILENT, Cancelled, Progress
from ..errors import ServiceError
from ..site_profile import SiteProfile
from ..transport import Transport
from . import browser, token_login
from .account import Account, State
from .authcfg import Configured
from .keyring import Keyring
from .machine import Machine
from .provider import OAuthError, Provider, Tokens
from .store import MemoryStore, Store

Signed = tuple[Tokens, Account]


class SignIn(Machine):
    """The ways in. Each waits for a person or a server: never call one on the GUI thread."""

    def __init__(self, profile: SiteProfile, store: Store | None = None) -> None:
        super().__init__(profile)
        self.store: Store = store if store is not None else MemoryStore()
        self.keys = Keyring(profile, self.store)
        self.transport = Transport(profile)
        self.provider = Provider(profile, self.transport)
        self.kept = False
        """Whether the sign-in outlives the program."""
        self._tokens: Tokens | None = None
        self._renew_at = 0.0
        self._configured: Configured | None = None
        self._again: Callable[[], Signed] | None = None
        self._one_sign_in = threading.Lock()
        self._one_refresh = threading.Lock()
        self._origins = profile.origins

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

    @property
    def authcfg(self) -> str:
        """Id of the configuration of QGIS that is used instead of a sign-in of ours."""
        return self._configured.identifier if self._configured is not None else ""

    def sign_in_by(self, get: Callable[[], Signed], progress: Progress = SILENT) -> Account:
        """Sign in by any other way (see ``unattended``), which is gone again to renew it."""
        account = self._sign_in(get, progress)
        self._again = get
        return account

    def use_authcfg(self, identifier: str) -> Account:
        """Use a configuration of QGIS's authentication manager for this platform."""
        configured = Configured(identifier, self._origins)
        nobody = Tokens("", float("inf"))
        account = self._sign_in(lambda: (nobody, configured.account()), SILENT)
        self._configured = configured
        return account

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

    def _sign_in(self, get: Callable[[], Signed], progress: Progress) -> Account:
        while not self._one_sign_in.acquire(timeout=0.1):
            progress.check()
        try:
            before = self.state
            self._move(State.SIGNING_IN)
            self._configured, self._again = None, None
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
            self._take(tokens, account)
        finally:
            self._one_sign_in.release()
        self._move(State.SIGNED_IN)
        self._resume()
        return account

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

    def _renewed(self, refresh_token: str, progress: Progress) -> Signed:
        settings = self.profile.identity
        return browser.by_refresh(self.provider, settings, refresh_token, self.account, progress)

    def _take(self, tokens: Tokens, account: Account) -> None:
        life = tokens.expires - time.time()
        with self._lock:
            self._tokens, self.account = tokens, account
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
