"""A small review with everything in it: package, findings, record, decisions, verdict, signer."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from osgeo import osr

from ...checks.findings import Family, Finding, Severity, Text, Verdict
from ...checks.findings_file import write_findings
from ...checks.inputs import file_facts
from ...checks.journal.journal import Journal
from ...checks.journal.lifecycle import Opinion, Role, State
from ...checks.record import RuleRun, Verification, write_record
from ...checks.review_seal import sign_review
from ...checks.risk import fuse
from ...checks.seal import FileKey, Trust
from ...checks.seal.authority import issue_certificate, make_authority
from ...checks.standard import load
from ...checks.tables_file import TEXT, OutTable, as_multi, write_tables

PASSPHRASE = "benchmark"  # noqa: S105 - of a key that lives for this run


@dataclass(frozen=True)
class World:
    """Where everything is; ``names`` are the ids of all findings."""

    folder: Path
    findings: Path
    record: Path
    package: Path
    verdict: Path
    names: tuple[str, ...]

    @property
    def signature(self) -> Path:
        """The file of the signature."""
        return self.findings.with_name("review.sig.json")


def make_world(folder: Path, count: int = 80, seed: int = 1) -> World:
    """Write a package of several kinds of file, and a verification of it."""
    package = folder / "511402测试县2023"
    package.mkdir(parents=True)
    _package(package, count, random.Random(seed))
    findings = _findings(count)
    results = folder / "results"
    results.mkdir()
    runs = [
        RuleRun("TOP-OVERLAP", "1", "topology", count, count, 0, Text("无", "none"), 0.1),
        RuleRun("imagery.none", "1", "imagery", 0, 0, count, Text("未提供影像", "None"), 0.0),
    ]
    parcels = np.array([finding.object_id for finding in findings], dtype=object)
    held = {Family.TERRAIN: np.ones(count, dtype=bool)}
    done = Verification(
        findings=findings,
        parcels=fuse(parcels, findings, held, load()),
        runs=runs,
        package={"county": "511402", "year": 2023},
        inputs=[
            file_facts("submission", path.relative_to(package).as_posix(), path, _silent())
            for path in sorted(package.rglob("*"))
            if path.is_file()
        ],
        rule_set={},
        parameters={"submission": str(package)},
        wkt=_wkt(),
    )
    write_findings(done, results / "findings.gpkg")
    write_record(done, results / "record.json")
    verdict = results / "lot.json"
    verdict.write_text(json.dumps({"verdict": "passed", "grade": "good"}), encoding="utf-8")
    return World(
        *(folder, results / "findings.gpkg", results / "record.json", package, verdict),
        tuple(finding.finding_id for finding in findings),
    )


def decide(world: World) -> None:
    """What two reviewers and a county would leave behind."""
    names = world.names
    with Journal(world.findings, "李审核") as first:
        first.decide(names[:20], State.RETURNED, "面积须重新量算", Opinion.UPHELD)
        first.decide(names[20:30], State.CLOSED, "梯田", Opinion.DISMISSED)
        first.decide(names[30:33], State.EXCEPTION, "2023 年洪水")
    with Journal(world.findings, "王测绘", Role.SURVEYOR) as county:
        county.decide(names[:8], State.CORRECTED, "已重测")
    with Journal(world.findings, "赵复核") as second:
        second.second_opinion(names[20], Opinion.UPHELD, "影像上没有梯田")
        second.undo(second.decide(names[40:41], State.UNDER_REVIEW)[0].event_id)


def make_signer(folder: Path) -> tuple[FileKey, Trust]:
    """A key with a certificate, and the authority that is trusted."""
    authority = make_authority("benchmark")
    key, certificate = issue_certificate(authority, "reviewer").write(folder, "key", PASSPHRASE)
    return FileKey(key, certificate, PASSPHRASE), Trust.load(authority.certificate)


def sign(world: World, signer: FileKey) -> Any:
    """Sign everything."""
    return sign_review(world.findings, signer, "李审核", world.package, [world.verdict])


def _silent() -> Any:
    from ...checks.progress import SILENT

    return SILENT


def _wkt() -> str:
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(4544)
    return str(reference.ExportToWkt())


def _findings(count: int) -> list[Finding]:
    return [
        Finding(
            rule_id="TOP-OVERLAP",
            rule_version="1",
            family=Family.TOPOLOGY,
            verdict=Verdict.INCONSISTENT if i % 2 else Verdict.DOUBTFUL,
            severity=Severity.B,
            layer="DLTB",
            object_id=f"511402211000{i:06d}",
            parcel_bsm=f"511402211000{i:06d}",
            message=Text(f"第 {i} 条：与相邻图斑重叠", f"Number {i}: overlaps its neighbour"),
            score=i / count,
            measured=f"{1000 + i}.5",
            expected="1000",
            tolerance=0.5,
            unit="m²",
            evidence={"overlap": 3.5 + i},
            where=shapely.box(500000 + 10 * i, 3300000, 500008 + 10 * i, 3300008),
        )
        for i in range(count)
    ]


def _package(package: Path, count: int, chance: random.Random) -> None:
    rows = [
        {"BSM": f"511402211000{i:06d}", "DLBM": "0103", "ZLDWDM": f"51140221100{i % 7}"}
        for i in range(count)
    ]
    boxes = np.array(
        [shapely.box(500000 + 10 * i, 3300000, 500009 + 10 * i, 3300009) for i in range(count)],
        dtype=object,
    )
    fields = {"BSM": TEXT, "DLBM": TEXT, "ZLDWDM": TEXT}
    write_tables(package / "511402.gpkg", [OutTable("DLTB", fields, rows, as_multi(boxes))], _wkt())
    with closing(sqlite3.connect(package / "511402.db")) as connection:
        connection.execute("CREATE TABLE FJ (F_ID INTEGER PRIMARY KEY, BSM TEXT, FJ BLOB)")
        connection.execute("CREATE INDEX FJ_BSM ON FJ (BSM)")
        photos = [
            (f"511402211000{i:06d}", chance.randbytes(chance.choice((300, 9000, 30000))))
            for i in range(24)
        ]
        connection.executemany("INSERT INTO FJ (BSM, FJ) VALUES (?, ?)", photos)
        connection.execute("DELETE FROM FJ WHERE F_ID = 3")
        connection.commit()
    lines = [f"511402211000{i:06d},{1000 + i}.5,0103" for i in range(900)]
    (package / "areas.csv").write_text("BSM,TBMJ,DLBM\n" + "\n".join(lines), encoding="utf-8")
    (package / "tracks").mkdir()
    (package / "tracks" / "20230718.nmea").write_bytes(
        b"".join(b"$GPGGA,%06d,3011.%04d,N,10412.%04d,E*00\r\n" % (i, i, i) for i in range(600))
    )
    (package / "photos").mkdir()
    (package / "photos" / "1.jpg").write_bytes(b"\xff\xd8\xff" + chance.randbytes(14000))
