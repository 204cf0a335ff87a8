"""Frauds that a picture from above gives away: classes that are not there, change kept quiet."""

from __future__ import annotations

import numpy as np

from ...checks.findings import Text
from .forger import Forger

_IMAGERY = ("imagery.*", "change.*")
_CROP = "0103"
_LEAST = 6000.0
"""m²: sixty pixels of the demo's pictures."""


def plant(forger: Forger) -> None:
    """Plant every kind; nothing where there are no pictures."""
    evidence = forger.evidence
    if evidence is None:
        return
    large = (forger.area > _LEAST) & forger.inner
    still = large.copy()
    still[evidence.before.changed] = False
    crop = np.char.startswith(forger.code, "01")
    mild = forger.county.parcels.slope < 12
    wooded = np.isin(forger.code, ["0301", "0305"]) & still & mild
    for parcel in forger.choose(wooded):
        _grow_crop(forger, parcel)
        _note(forger, parcel, "forest_as_crop", Text("林地报成耕地", "Forest reported as cropland"))
    for parcel in forger.choose((forger.code == "1104") & ~forger.taken):
        _grow_crop(forger, parcel)
        _note(forger, parcel, "pond_as_crop", Text("坑塘报成耕地", "Pond reported as cropland"))
    for parcel in forger.choose(crop & still):
        forger.reclass(parcel, "0301")
        _note(forger, parcel, "crop_as_forest", Text("耕地报成林地", "Cropland reported as forest"))
    _hide_change(forger)
    _take_farmland(forger)


def _note(forger: Forger, row: int, kind: str, title: Text) -> None:
    strength = f"{forger.area[row] / 1e4:.1f} ha"
    forger.note(kind, title, "imagery", [row], strength, _IMAGERY)


def _grow_crop(forger: Forger, row: int) -> None:
    """Report a parcel as dry cropland of the grade that its slope asks for."""
    limits = forger.county.standard.slope_limits
    grade = 1 + int(np.searchsorted(limits, forger.county.parcels.slope[row]))
    words = forger.county.standard
    forger.put(
        row, DLBM=_CROP, DLMC=words.classes[_CROP].title, GDPDJB=str(grade), GDDB=5 + grade,
        GDLX="TT" if grade > 1 else None, ZZSXDM="LS", CZCSXM=None, TBXHDM=None, TBXHMC=None,
        ZZSXMC=words.codes["ZZSXDM"]["LS"]["name_zh"],
    )  # fmt: skip
    forger.book(row)


def _hide_change(forger: Forger) -> None:
    """Works were built on cropland; the forger sends last year's parcel again."""
    evidence = forger.evidence
    assert evidence is not None
    then = evidence.before.code.astype(str)
    built = np.zeros(len(forger.code), dtype=bool)
    built[evidence.before.changed] = True
    built &= np.char.startswith(then, "01") & (forger.code == "0601") & (forger.area > _LEAST)
    for parcel in forger.choose(built):
        _grow_crop(forger, parcel)
        title = Text("新建厂房仍报耕地", "New works still reported as cropland")
        strength = f"{forger.area[parcel] / 1e4:.1f} ha"
        forger.note("change_hidden", title, "change", [parcel], strength, _IMAGERY)


def _take_farmland(forger: Forger) -> None:
    """Permanent basic farmland reported as an orchard, with no approval."""
    evidence = forger.evidence
    assert evidence is not None
    protected = np.zeros(len(forger.code), dtype=bool)
    protected[evidence.protected] = True
    for parcel in forger.choose(protected & forger.inner & (forger.area > _LEAST)):
        forger.reclass(parcel, "0201")
        title = Text("永久基本农田改报园地", "Protected farmland reported as orchard")
        strength = f"{forger.area[parcel] / 1e4:.1f} ha"
        forger.note("farmland_taken", title, "control", [parcel], strength, ("control.*",))
