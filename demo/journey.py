"""The demo's way over the platform: sign in, find, load; then seal, deliver, and prove it."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from osgeo import ogr

from .county import County
from .headless import DemoError, Refused, run_algorithm
from .names import YEAR
from .platform import PlatformError, Seed, missing, start, stop
from .platform.visitor import browser
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
        self.log = folder / "audit.db"
        self.environment = {
            # Each algorithm has a profile of its own here; these two stay.
            "ONEMAP_AUDIT": str(self.log),
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

        # What is done in this process belongs into the same log as what its algorithms do.
        os.environ["ONEMAP_AUDIT"] = self.environment["ONEMAP_AUDIT"]
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
