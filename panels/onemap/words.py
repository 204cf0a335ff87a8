"""What states, roles, kinds and ages are called for people."""

from __future__ import annotations

from datetime import date
from typing import Any

from ...processing_provider.language import is_chinese, translate


def state_title(identity: Any) -> str:
    """Where the sign-in stands, in one line."""
    if not identity.needs_sign_in:
        return translate("OneMapState", "No sign-in needed")
    titles = {
        "signed_out": translate("OneMapState", "Not signed in"),
        "signing_in": translate("OneMapState", "Signing in…"),
        "signed_in": translate("OneMapState", "Signed in"),
        "expired": translate("OneMapState", "The sign-in has expired"),
        "failed": translate("OneMapState", "Sign-in failed"),
    }
    account = identity.account
    if identity.state.value == "signed_in" and account is not None:
        between = "、" if is_chinese() else ", "
        roles = between.join(role_title(role.value) for role in sorted(account.roles))
        name = account.name or account.user
        return f"{name} · {roles}" if roles else name
    return titles.get(identity.state.value, identity.state.value)


def role_title(role: str) -> str:
    """What a role is called."""
    return {
        "surveyor": translate("OneMapRole", "Surveyor"),
        "reviewer": translate("OneMapRole", "Reviewer"),
        "administrator": translate("OneMapRole", "Administrator"),
    }.get(role, role)


def zone_title(zone: str) -> str:
    """What a network zone is called."""
    return {
        "internet": translate("OneMapZone", "Internet"),
        "government": translate("OneMapZone", "Government network"),
        "business": translate("OneMapZone", "Business network"),
        "inner": translate("OneMapZone", "Inner network"),
    }.get(zone, zone)


def kind_title(kind: str) -> str:
    """What a kind of service is called; protocols keep their names."""
    return {
        "wms": "WMS",
        "wmts": "WMTS",
        "xyz": "XYZ",
        "wfs": "WFS",
        "oapif": "OGC API Features",
        "wcs": "WCS",
        "arcgis_map": "ArcGIS MapServer",
        "arcgis_feature": "ArcGIS FeatureServer",
        "postgis": "PostGIS",
        "file": translate("OneMapKind", "Local file"),
    }.get(kind, kind)


def period(begin: str, end: str) -> str:
    """The time of a content: one date, or two; empty where nothing is known."""
    if begin and end and begin != end:
        return f"{begin} – {end}"
    return begin or end


def age_in_words(end: str, today: date) -> str:
    """How old a content is by its last day; empty where nothing is known."""
    try:
        last = date.fromisoformat(end)
    except ValueError:
        return ""
    months = (today.year - last.year) * 12 + today.month - last.month
    if months < 1:
        return translate("OneMapAge", "this month")
    if months < 24:
        return translate("OneMapAge", "{count} months old").format(count=months)
    return translate("OneMapAge", "{count} years old").format(count=months // 12)
