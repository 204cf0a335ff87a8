"""Signing in from the panel: which site, which way, and what happens afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtCore import QObject, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices

from ...processing_provider.language import say, translate
from ..service_task import Tasks


def open_in_browser(address: str) -> None:
    """Open an address in the person's browser."""
    QDesktopServices.openUrl(QUrl(address))


class SignInPresenter(QObject):
    """Between the account bar and the session that all of this QGIS shares.

    Signals: ``changed`` whenever site or sign-in are another; ``ready`` when requests can go out
    as they should; ``told`` (text, level); ``code_shown`` (address, code).
    """

    changed = pyqtSignal()
    ready = pyqtSignal()
    told = pyqtSignal(str, object)
    code_shown = pyqtSignal(str, str)
    _address_found = pyqtSignal(str)
    _code_found = pyqtSignal(str, str)
    _moved = pyqtSignal()

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session: Any = None
        self.open_address: Callable[[str], object] = open_in_browser
        self.code_address = ""
        self._tasks = tasks
        self._stop: list[Callable[[], None]] = []
        # Listeners are told in the thread in which it happens; signals bring it home.
        self._address_found.connect(self._open)
        self._code_found.connect(self._show_code)
        self._moved.connect(self._announce)

    def sites(self) -> list[tuple[str, Any]]:
        """The profiles there are: where each lies, and what it says."""
        from ...services.errors import ServiceError
        from ...services.site import available_profiles, load_profile

        found = []
        usable, broken = available_profiles()
        for path in usable.values():
            try:
                found.append((str(path), load_profile(path)))
            except ServiceError as error:
                broken.append((path, error.text))
        for path, why in broken:
            self.told.emit(f"{path.name}: {say(why)}", Qgis.MessageLevel.Warning)
        return sorted(found, key=lambda one: one[1].template)

    def begin(self) -> None:
        """Take up the platform used last, and its sign-in if that was kept."""
        from ...services import session

        self._use(session.current())
        self._stop.append(session.listen(self._use))

    def choose(self, place: str | Path) -> None:
        """Use another platform."""
        from ...services import session
        from ...services.errors import ServiceError

        try:
            session.choose(place)  # listeners are told, we among them
        except ServiceError as error:
            self.told.emit(f"{say(error.text)} {say(error.advice)}", Qgis.MessageLevel.Critical)
            self.changed.emit()

    def _use(self, found: Any) -> None:
        if found is None or found is self.session:
            self.changed.emit()
            return
        self.cancel()
        if self.session is not None and self._stop:
            self._stop.pop(0)()
        self.session = found
        self._stop.insert(0, found.identity.listen(lambda _state: self._moved.emit()))
        self.changed.emit()
        if found.identity.ready:
            self.ready.emit()
            return
        title = translate("SignIn", "Taking up the sign-in")
        self._tasks.start(title, found.identity.restore, name="sign-in")

    def sign_in(self, way: str, *given: str) -> None:
        """Sign in one way; ``given`` is what that way needs of the person."""
        if self.session is None or self._tasks.running("sign-in"):
            return
        identity = self.session.identity
        ways: dict[str, Callable[[Any], Any]] = {
            "browser": lambda progress: identity.sign_in_with_browser(
                self._address_found.emit, progress
            ),
            "device": lambda progress: identity.sign_in_with_device(self._told_code, progress),
            "password": lambda progress: identity.sign_in_with_password(*given, progress),
            "authcfg": lambda _progress: identity.use_authcfg(*given),
            "key": lambda _progress: identity.enter_secret(*given),
        }
        title = translate("SignIn", "Signing in")
        self._tasks.start(title, ways[way], failed=self._failed, name="sign-in")

    def cancel(self) -> None:
        """Give up a sign-in that is under way."""
        self._tasks.cancel("sign-in")

    def sign_out(self) -> None:
        """Sign out, here and at the platform."""
        if self.session is not None:
            identity = self.session.identity
            title = translate("SignIn", "Signing out")
            self._tasks.start(title, lambda _progress: identity.sign_out(), name="sign-in")

    def shut_down(self) -> None:
        """Listen no more."""
        self.blockSignals(True)
        while self._stop:
            self._stop.pop()()

    def _open(self, address: str) -> None:
        self.open_address(address)

    def _told_code(self, code: Any) -> None:
        self._code_found.emit(code.complete_address or code.address, f"{code.address}\n{code.code}")

    def _show_code(self, complete: str, both: str) -> None:
        self.code_address = complete
        address, _, code = both.partition("\n")
        self.code_shown.emit(address, code)

    def _failed(self, what: str, advice: str) -> None:
        self.told.emit(f"{what} {advice}".strip(), Qgis.MessageLevel.Warning)

    def _announce(self) -> None:
        self.changed.emit()
        if self.session is not None and self.session.identity.ready:
            self.ready.emit()
