"""The demo's way over the platform: sign in, find, load; then seal, deliver, and prove it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from osgeo import ogr

from .county import County
from .headless import DemoError, Refused, run_algorithm
from .names import YEAR
from .platform import PlatformError, Seed, missing, start, stop
from .platform.http_client import call
from .platform.visitor import browser, headers
from .say import say

ogr.UseExceptions()
_SURVEYED = f"{YEAR}-10-15"


@dataclass(frozen=True)
class Delivered:
    """A package that the platform has taken, and its receipt."""

    package_id: str
    path: Path
    receipt: Path
    seconds: float


class Journey:
    """A running platform and what the demo does there."""

    def __init__(self, folder: Path, platform: dict[str, Any]) -> None:
        self.folder = folder
        self.platform = platform
        self.environment = {
            # Each algorithm has a profile of its own here; these two stay.
            "ONEMAP_AUDIT": str(folder / "audit.db"),
            "ONEMAP_QUEUE": str(folder / "queue.db"),
            "ONEMAP_PASSPHRASE": platform["signer"]["passphrase"],
        }

    @classmethod
    def begin(cls, folder: Path, parcels: int, seed: int, county: County) -> Journey | None:
        """Fill a platform with the county as its one map and start it; ``None`` where none can be.

        Raises
        ------
        DemoError
            When it does not start.
        """
        lacking = missing()
        if lacking:
            say(f"  这里无法运行平台，略去。 No platform can run here, left out: {lacking}")
            return None
        place = folder / "platform"
        try:
            stop(place)
            shutil.rmtree((place / "postgres").resolve(), ignore_errors=True)
            shutil.rmtree(place, ignore_errors=True)
            told = start(place, Seed(parcels, seed, county=county), ends_with=os.getpid())
        except PlatformError as error:
            raise DemoError(f"the platform does not start: {error}") from error
        for old in (*folder.glob("audit.db*"), *folder.glob("queue.db*")):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        seconds = told["seconds"]
        say(
            f"  平台已启动 platform running: {told['gateway']}  "
            f"（灌库 filled {seconds['prepare']:.1f} s，启动 started {seconds['start']:.1f} s）"
        )
        say("  PostgreSQL+PostGIS · QGIS Server · MapServer · pycsw · glewlwyd · nginx · tus")
        return cls(folder, told)

    def end(self) -> None:
        """Stop the platform."""
        stop(Path(self.platform["folder"]))

    def sign_in(self) -> Any:
        """Sign in as the reviewer with a browser; return the plugin's session."""
        from ..services import session

        here = session.choose(self.platform["profile"])
        began = time.monotonic()
        account = here.identity.sign_in_with_browser(browser(self.platform, "reviewer"))
        say(
            f"  登录 signed in: {account.name} ({', '.join(sorted(account.roles))}), "
            f"OpenID Connect + PKCE, {time.monotonic() - began:.2f} s"
        )
        return here

    def browse(self, here: Any) -> None:
        """Fetch the catalogue and look something up."""
        from ..services.catalogue.catalogue import Catalogue
        from ..services.catalogue.record import Query

        catalogue = Catalogue(here.profile, here.transport)
        began = time.monotonic()
        faults = catalogue.refresh()
        if faults:
            raise DemoError(f"catalogue: {faults[0]}")
        everything = catalogue.search(Query())
        fetched = time.monotonic()
        found = catalogue.search(Query(text="基本农田"))
        searched = time.monotonic()
        say(
            f"  目录 catalogue: {everything.total} 个图层 layers, {fetched - began:.2f} s；"
            f"查“基本农田” search: {found.total} 个, {1000 * (searched - fetched):.0f} ms"
        )
        catalogue.close()

    def load(self) -> dict[str, object]:
        """Save what a verification needs of the one map; return it as the parameters of one.

        Raises
        ------
        DemoError
            When a layer could not be had, or a personal column came along.
        """
        target = self.folder / "onemap"
        shutil.rmtree(target, ignore_errors=True)
        began = time.monotonic()
        told = run_algorithm(
            "onemap:loadonemap",
            {
                "PROFILE": self.platform["profile"],
                "SIGN_IN": self._sign_in_file("surveyor"),
                "DATE": _SURVEYED,
                "SAVE_TO": target,
                "LOAD": "false",
            },
            "SAVE_TO",
            self.environment,
        )
        if told.get("FAILED_COUNT"):
            raise DemoError(f"{told['FAILED_COUNT']} layers of the one map could not be loaded")
        self._no_personal_columns(told["CONTROL_LAYERS"])
        say(
            f"  加载 loaded: {told['LOADED_COUNT']} 层 layers, {time.monotonic() - began:.1f} s；"
            "个人信息字段未被请求 no personal column was asked for"
        )
        names = (
            *("DEM", "IMAGERY", "IMAGERY_DATE", "IMAGERY_PREVIOUS", "IMAGERY_PREVIOUS_DATE"),
            *("PREVIOUS", "CONTROL_LAYERS"),
        )
        return {name: told[name] for name in names if told.get(name)}

    def _no_personal_columns(self, layers: object) -> None:
        profile = json.loads(Path(self.platform["profile"]).read_text(encoding="utf-8"))
        withheld = {name.lower() for one in profile["layers"] for name in one["withheld"]}
        for each in layers if isinstance(layers, list) else [layers]:
            file = str(each).split("|")[0]
            source = ogr.Open(file)
            for number in range(source.GetLayerCount()):
                defined = source.GetLayer(number).GetLayerDefn()
                names = {
                    defined.GetFieldDefn(n).GetName().lower()
                    for n in range(defined.GetFieldCount())
                }
                if names & withheld:
                    raise DemoError(f"personal columns were loaded: {sorted(names & withheld)}")

    def seal(self, package: Path, results: Path) -> dict[str, Any]:
        """Seal a verified package; return the outputs.

        Raises
        ------
        DemoError
            When the seal does not hold afterwards.
        """
        signer = self.platform["signer"]
        sealed = run_algorithm(
            "onemap:sealpackage",
            {
                "SUBMISSION": package,
                "RECORD": results / "record.json",
                "FINDINGS": results / "findings.gpkg",
                "KEY": signer["key"],
                "CERTIFICATE": signer["certificate"],
                "TIMESTAMP": self.platform["timestamp"],
                "PACKAGE": results / f"{package.stem}_sealed.zip",
            },
            "PACKAGE",
            self.environment,
        )
        checked = run_algorithm(
            "onemap:checkseal",
            {"PACKAGE": sealed["PACKAGE"], "TRUST": self.platform["trust"]},
            "PACKAGE",
            self.environment,
        )
        if not (checked["INTACT"] and checked["SIGNER_TRUSTED"]):
            raise DemoError(f"the seal does not hold: {checked}")
        size = Path(sealed["PACKAGE"]).stat().st_size / 1e6
        say(f"  封装 sealed: {sealed['PACKAGE_ID']}, {size:.1f} MB, SM2 {sealed['SIGNER']}")
        say(f"    SHA-256 {sealed['SHA256']}")
        say(f"    SM3     {sealed['SM3']}")
        return sealed

    def refuse(self, sealed: Mapping[str, Any]) -> None:
        """Show what is not delivered: an undecided accusation, and a delivery by a surveyor.

        Raises
        ------
        DemoError
            When it is delivered all the same.
        """
        try:
            self._deliver(sealed, "reviewer", self.folder / "never.json")
        except Refused as refused:
            say(f"  ✓ 不予汇交 not delivered: {refused.reason}")
        else:
            raise DemoError("a package with undecided inconsistent findings was delivered")

    def refuse_surveyor(self) -> None:
        """The server itself refuses a delivery by who may only survey.

        Raises
        ------
        DemoError
            When it does not.
        """
        sent = headers(self.platform, "surveyor") | {"Tus-Resumable": "1.0.0", "Upload-Length": "9"}
        answer = call("POST", self.platform["uploads"], headers=sent)
        if answer.status != 403:
            raise DemoError(f"a surveyor's delivery was answered with {answer.status}")
        say(f"  ✓ 测绘员汇交被拒 a surveyor is refused: {answer.json()['message']['zh']}")

    def deliver(self, sealed: Mapping[str, Any], results: Path) -> Delivered:
        """Deliver, twice: the second time changes nothing.

        Raises
        ------
        DemoError
            When the receipt does not carry our digests.
        """
        receipt = results / "receipt.json"
        began = time.monotonic()
        told = self._deliver(sealed, "reviewer", receipt)
        seconds = time.monotonic() - began
        said = json.loads(receipt.read_text(encoding="utf-8"))
        for name in ("sha256", "sm3"):
            if said[name] != sealed[name.upper()]:
                raise DemoError(f"the receipt's {name} is not that of our package")
        if told["STATE"] != "delivered" or said["state"] != "committed":
            raise DemoError(f"the delivery ended as {told['STATE']}, {said['state']}")
        say(f"  ✓ 回执摘要与本地一致 the receipt carries our digests; {seconds:.1f} s")
        say(
            f"    {said['received']}  {said['objects']} 个文件 objects  "
            f"SM2 {said['signature'][:24]}…"
        )
        again = results / "receipt_again.json"
        self._deliver(sealed, "reviewer", again)
        if json.loads(again.read_text(encoding="utf-8")) != said:
            raise DemoError("the same package delivered twice has two receipts")
        say("  ✓ 重复汇交仍是一次 delivered twice, it is one delivery")
        return Delivered(str(sealed["PACKAGE_ID"]), Path(sealed["PACKAGE"]), receipt, seconds)

    def _deliver(self, sealed: Mapping[str, Any], role: str, receipt: Path) -> dict[str, Any]:
        return run_algorithm(
            "onemap:deliver",
            {
                "PACKAGE": sealed["PACKAGE"],
                "PROFILE": self.platform["profile"],
                "SIGN_IN": self._sign_in_file(role),
                "RECEIPT": receipt,
            },
            "PACKAGE",
            self.environment,
        )

    def _sign_in_file(self, role: str) -> str:
        user = next(one for one in self.platform["users"] if role in one["roles"])
        return f"@{user['sign_in']}"

    def prove(self, delivered: Delivered, package: Path) -> None:
        """Hold every parcel in PostGIS against the submission: values and shapes, bit for bit.

        Raises
        ------
        DemoError
            When a row is missing, too many, or other than submitted.
        """
        stored = self._stored(delivered.package_id)
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

    def _stored(self, package_id: str) -> dict[str, tuple[dict[str, Any], Any]]:
        import psycopg2
        import psycopg2.extras

        told = self.platform["postgis"]
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

    def audit(self, here: Any) -> None:
        """Send the platform the log of what was done."""
        from ..services.audit.local import ship
        from ..services.audit.store import AuditStore

        store = AuditStore(Path(self.environment["ONEMAP_AUDIT"]), None)
        events = [str(entry.get("event_type", "?")) for entry in store.entries()]
        breaks = store.check()
        sent = ship(here.transport, here.profile.audit.url, store)
        if breaks or sent != len(events):
            raise DemoError(f"audit: {len(events)} events, {sent} sent, breaks {breaks}")
        counted = {name: events.count(name) for name in dict.fromkeys(events)}
        told = ", ".join(f"{name} {count}" for name, count in counted.items())
        say(f"  审计 audit: {sent} 条已报送 events sent, unbroken ({told})")

    def sign_out(self, here: Any) -> None:
        """Sign out: the token that was used is refused from now on.

        Raises
        ------
        DemoError
            When it is still good.
        """
        address = f"{self.platform['wms']}?SERVICE=WMS&REQUEST=GetCapabilities"
        ((_, token),) = here.identity.secrets_for(address)
        here.identity.sign_out()
        answer = call("GET", address, headers={"Authorization": f"Bearer {token}"})
        if answer.status != 401:
            raise DemoError(f"a token of somebody signed out is answered with {answer.status}")
        say(f"  ✓ 已退出，令牌失效 signed out: {answer.json()['message']['en']}")


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
