"""The keys and the sign-in of one profile in a store, bound to where they may go."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ..redaction import remember
from ..site_profile import Placing, SiteProfile, origin
from .store import Store

SESSION = "session"


class Keyring:
    """Secrets of one profile.

    The name under which one is kept tells where it may go, so that another profile of the same id
    that leads elsewhere finds nothing.
    """

    def __init__(self, profile: SiteProfile, store: Store) -> None:
        self._profile = profile
        self._store = store
        self._secrets = profile.identity.secrets
        self._origins = {one.name: profile.origins_of(one.name) for one in self._secrets}
        # Every tile asks for the key: the database is not opened each time.
        self._read: dict[str, str] = {}

    def enter(self, name: str, value: str) -> bool:
        """Keep a key that was typed or pasted, without blanks; return whether it stays."""
        value = "".join(value.split())
        if not value:
            self.forget(name)
            return False
        remember(value)
        self._read[name] = value
        return self._store.set(self._place(name), value)

    def forget(self, name: str) -> None:
        """Forget a key."""
        self._read.pop(name, None)
        self._store.remove(self._place(name))

    def masked(self, name: str) -> str:
        """Return the beginning of a key, to know it by; empty when there is none."""
        value = self._value(name)
        return f"{value[:4]}…" if len(value) > 8 else "…" if value else ""

    def complete(self) -> bool:
        """Whether every key of the profile is there."""
        return bool(self._secrets) and all(self._value(one.name) for one in self._secrets)

    def fitting(self, url: str) -> list[tuple[Placing, str]]:
        """Return the keys that belong on a request to this address."""
        where = origin(url)
        found = []
        for one in self._secrets:
            if where is not None and where in self._origins[one.name]:
                value = self._value(one.name)
                if value:
                    found.append((one.placing, value))
        return found

    def _value(self, name: str) -> str:
        if name not in self._read:
            value = self._store.get(self._place(name))
            if not value:
                return ""
            remember(value)
            self._read[name] = value
        return self._read.get(name, "")

    def session(self) -> dict[str, Any]:
        """Return what was kept of an earlier sign-in."""
        try:
            found = json.loads(self._store.get(self._place(SESSION)) or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def keep_session(self, document: dict[str, Any]) -> bool:
        """Keep a sign-in for another day; return whether it will be there."""
        return self._store.set(self._place(SESSION), json.dumps(document))

    def forget_session(self) -> None:
        """Forget the sign-in."""
        self._store.remove(self._place(SESSION))

    def _place(self, name: str) -> str:
        settings = self._profile.identity
        if name == SESSION:
            bound = [settings.issuer, *sorted(settings.endpoints.values()), settings.client_id]
            bound.append(str(settings.login.get("url", "")))
            bound += [str(one) for one in sorted(self._profile.origins)]
        else:
            bound = [str(one) for one in sorted(self._origins.get(name, ()))]
        digest = hashlib.sha256("\n".join(bound).encode()).hexdigest()[:16]
        return f"{self._profile.id}/{digest}/{name}"
