"""Filters with names: some shipped, others kept by the person, one used at the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ....processing_provider.language import translate
from ....services import settings
from .filters import Wanted

_MOST = 50
_LONGEST = 60


@dataclass(frozen=True)
class Saved:
    """A filter with a name; ``key`` tells it apart in the settings."""

    key: str
    name: str
    wanted: Wanted
    shipped: bool = False


def shipped() -> list[Saved]:
    """What everybody has."""
    return [
        Saved(
            "+accusations",
            translate("SavedFilters", "Accusations not decided"),
            Wanted(verdict=("inconsistent",), waiting=True),
            True,
        ),
        Saved(
            "+evidence",
            translate("SavedFilters", "Photos and tracks"),
            Wanted(family=("photos", "tracks")),
            True,
        ),
        Saved("+disputed", translate("SavedFilters", "Disputed"), Wanted(disputed=True), True),
    ]


def own() -> list[Saved]:
    """What the person has saved; entries that cannot be understood are passed over."""
    out = []
    for entry in settings.SAVED_FILTERS.get()[:_MOST]:
        name = entry.get("name") if isinstance(entry, dict) else None
        if isinstance(name, str) and name.strip():
            out.append(Saved(name, name[:_LONGEST], Wanted.from_json(entry.get("filter"))))
    return out


def everything() -> list[Saved]:
    """Shipped ones first."""
    return shipped() + own()


def save(name: str, wanted: Wanted) -> bool:
    """Keep a filter under a name, in place of one of the same name; false without a name."""
    name = name.strip()[:_LONGEST]
    if not name:
        return False
    kept: list[Any] = [
        {"name": one.name, "filter": one.wanted.to_json()} for one in own() if one.name != name
    ]
    kept.append({"name": name, "filter": wanted.to_json()})
    settings.SAVED_FILTERS.set(kept[-_MOST:])
    return True


def delete(name: str) -> None:
    """Forget a filter of one's own."""
    kept = [{"name": one.name, "filter": one.wanted.to_json()} for one in own() if one.name != name]
    settings.SAVED_FILTERS.set(kept)
    if settings.STARTING_FILTER.get() == name:
        settings.STARTING_FILTER.forget()


def starting() -> Wanted:
    """What is wanted when a file is opened."""
    key = settings.STARTING_FILTER.get()
    return next((one.wanted for one in everything() if one.key == key), Wanted())


def start_with(key: str) -> None:
    """Use a filter whenever a file is opened; empty for none."""
    settings.STARTING_FILTER.set(key)


def same(wanted: Wanted) -> Saved | None:
    """The saved filter that is exactly this one."""
    plain = wanted.to_json()
    return next((one for one in everything() if one.wanted.to_json() == plain), None)
