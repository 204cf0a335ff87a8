"""A person at a platform, what the person may do, and the states of a sign-in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..site_profile import IdentitySettings


class Role(str, Enum):
    """What somebody may do: check (作业员), decide (审核员), or run the platform (管理员)."""

    SURVEYOR = "surveyor"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class State(str, Enum):
    """Where a sign-in stands."""

    SIGNED_OUT = "signed_out"
    SIGNING_IN = "signing_in"
    SIGNED_IN = "signed_in"
    EXPIRED = "expired"
    FAILED = "failed"


@dataclass(frozen=True)
class Account:
    """One person. ``user`` is the platform's own id, ``name`` for people to read."""

    user: str
    name: str
    roles: frozenset[Role] = frozenset()

    def may(self, *roles: Role) -> bool:
        """Whether the person has one of these roles."""
        return bool(self.roles & set(roles))


def roles_of(settings: IdentitySettings, claims: Iterable[Mapping[str, Any]]) -> frozenset[Role]:
    """Return the roles in the first set of claims that has the profile's role claim.

    The claim may be a path (``realm_access.roles``); its value a list or words between blanks.
    Values the profile's map does not know and that are no role themselves are not roles.
    """
    for one in claims:
        value: Any = one
        for step in settings.roles_claim.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        if isinstance(value, str):
            value = value.replace(",", " ").split()
        if isinstance(value, (list, tuple)):
            known = {role.value for role in Role}
            named = (settings.roles_map.get(str(word), str(word)) for word in value)
            return frozenset(Role(word) for word in named if word in known)
    return frozenset()
