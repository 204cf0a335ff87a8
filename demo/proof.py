"""What the demo proves about a delivery, asking the servers themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely

from .headless import DemoError
from .platform.http_client import call
from .platform.visitor import headers
from .say import say

AUDITED = ("sign_in", "load", "verify", "seal", "check_seal", "deliver")
"""What the demo does that has to be in the audit log."""


def refuse_surveyor(platform: Mapping[str, Any]) -> None:
    """The server itself refuses a delivery by who may only survey.

    Raises
    ------
    DemoError
        When it does not.
    """
    sent = headers(dict(platform), "surveyor") | {"Tus-Resumable": "1.0.0", "Upload-Length": "9"}
    answer = call("POST", platform["uploads"], headers=sent)
    if answer.status != 403:
        raise DemoError(f"a surveyor's delivery was answered with {answer.status}")
    say(f"  ✓ 测绘员汇交被拒 a surveyor is refused: {answer.json()['message']['zh']}")


def compare(platform: Mapping[str, Any], package_id: str, package: Path) -> None:
    """Hold every parcel in PostGIS against the submission: values and shapes, bit for bit.

    Raises
    ------
    DemoError
        When a row is missing, too many, or other than submitted.
    """
    stored = _stored(platform, package_id)
    given = submitted(package)
    if set(stored) != set(given):
        raise DemoError(f"PostGIS has {len(stored)} parcels, the submission {len(given)}")
    for key, (values, shape) in given.items():
        kept, kept_shape = stored[key]
        for name, value in values.items():
            if name in kept and kept[name] != value:
                raise DemoError(f"{key}: {name} is {kept[name]!r}, submitted as {value!r}")
        if _parts(shape) != _parts(kept_shape):
            raise DemoError(f"{key}: its shape is not the submitted one")
    columns = len(next(iter(given.values()))[0])
    say(
        f"  ✓ PostGIS 与成果一致 rows in PostGIS equal the submission: {len(given):,} 图斑 "
        f"parcels × {columns} 字段 fields"
    )


def _stored(platform: Mapping[str, Any], package_id: str) -> dict[str, tuple[dict[str, Any], Any]]:
    import psycopg2
    import psycopg2.extras

    told = platform["postgis"]
    connection = psycopg2.connect(
        host=told["host"],
        port=told["port"],
        dbname=told["database"],
        user=told["user"],
        passfile=told["password_file"],
    )
    try:
        with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(
                "SELECT *, encode(ST_AsBinary(geom), 'hex') AS shape FROM intake.parcels "
                "WHERE package_id = %s",
                (package_id,),
            )
            return {
                row["bsm"]: (dict(row), shapely.from_wkb(bytes.fromhex(row["shape"])))
                for row in cursor.fetchall()
            }
    finally:
        connection.close()


def submitted(package: Path) -> dict[str, tuple[dict[str, Any], Any]]:
    """Every DLTB row of a package that is a folder with a GeoPackage: values by column, shape."""
    (file,) = package.glob("*.gpkg")
    with sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute("SELECT * FROM DLTB").fetchall()
    database.close()
    found = {}
    names = [name for name in (rows[0].keys() if rows else ()) if name not in ("fid", "geom")]
    for row in rows:
        values = {name.lower(): row[name] for name in names}
        found[str(row["BSM"])] = (values, _shape(row["geom"]))
    return found


def _parts(shape: Any) -> Any:
    """The polygons of a shape in one order, whether it was stored as one or as several."""
    return shapely.normalize(shapely.multipolygons(shapely.get_parts(shape)))


def _shape(blob: bytes) -> Any:
    """The geometry of a GeoPackage's blob: WKB behind a header with an envelope."""
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[blob[3] >> 1 & 7]
    return shapely.from_wkb(blob[8 + envelope :])


def send_audit(platform: Mapping[str, Any], here: Any, log: Path) -> None:
    """Send the platform the log of what was done, and read it there as administrator.

    Raises
    ------
    DemoError
        When something that was done is not in it, here or there.
    """
    from ..services.audit.local import ship
    from ..services.audit.store import AuditStore

    store = AuditStore(log, None)
    entries = list(store.entries())
    events = [str(entry.get("event_type", "?")) for entry in entries]
    lacking = [name for name in AUDITED if name not in events]
    breaks = store.check()
    sent = ship(here.transport, here.profile.audit.url, store)
    if breaks or lacking or sent != len(events):
        raise DemoError(f"audit: {sent} of {len(events)} sent, breaks {breaks}, lacking {lacking}")
    counted = {name: events.count(name) for name in dict.fromkeys(events)}
    told = ", ".join(f"{name} {count}" for name, count in counted.items())
    say(f"  ✓ 审计 audit: {sent} 条已报送 events sent, unbroken ({told})")
    loaded = sorted({str(one["object"]) for one in entries if one["event_type"] == "load"})
    say(f"    受限图层 restricted layers loaded: {', '.join(loaded)}")
    ours = {entry["hash"] for entry in entries}
    kept = [one for one in _collected(platform) if one["event"].get("hash") in ours]
    if len(kept) != len(ours):
        raise DemoError(f"the platform shows {len(kept)} of {len(ours)} events")
    refused = call("GET", platform["audit"], headers=headers(dict(platform), "surveyor"))
    if refused.status != 403:
        raise DemoError(f"a surveyor reading the audit was answered with {refused.status}")
    say("  ✓ 管理员可查看，测绘员不可 administrators read it, surveyors do not")


def _collected(platform: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All that the platform has collected."""
    entries: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        address = f"{platform['audit']}?after={after}"
        answer = call("GET", address, headers=headers(dict(platform), "administrator"))
        if answer.status != 200:
            raise DemoError(f"an administrator reading the audit was answered {answer.status}")
        page = answer.json()
        entries += page["entries"]
        after = page["next"]
    return entries


def sign_out(platform: Mapping[str, Any], here: Any) -> None:
    """Sign out: the token that was used is refused from now on.

    Raises
    ------
    DemoError
        When it is still good.
    """
    address = f"{platform['wms']}?SERVICE=WMS&REQUEST=GetCapabilities"
    ((_, token),) = here.identity.secrets_for(address)
    here.identity.sign_out()
    answer = call("GET", address, headers={"Authorization": f"Bearer {token}"})
    if answer.status != 401:
        raise DemoError(f"a token of somebody signed out is answered with {answer.status}")
    say(f"  ✓ 已退出，令牌失效 signed out: {answer.json()['message']['en']}")
