"""Who one is at a platform: signing in, staying signed in, and what may be seen by it."""

from __future__ import annotations

from .account import Account, Role, State
from .browser import DeviceCode
from .identity import Identity
from .store import MemoryStore, QgisStore, Store

__all__ = [
    "Account",
    "DeviceCode",
    "Identity",
    "MemoryStore",
    "QgisStore",
    "Role",
    "State",
    "Store",
]
