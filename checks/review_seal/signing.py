"""Sign a review: the decisions, the findings, the record, the verdicts and the package."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..errors import InputError, OutputError
from ..findings import Text
from ..findings_read import unreadable
from ..journal.audit import must_be_intact
from ..journal.events import Action
from ..journal.journal import Journal, JournalError
from ..journal.lifecycle import Role
from ..progress import SILENT, Progress
from ..seal import Signer, parse_certificate, sign_bytes
from ..seal.manifest import signature_entry
from ..seal.names import unsafe
from .blocks import digest_blocks
from .document import FORMAT, VERSION, file_entry, finished, signed_form

SIGNATURE = "review.sig.json"
SUBJECT = "review"
LITTER = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


@dataclass(frozen=True)
class SignedReview:
    """A signature that was written: the head of the journal in it, and how many files."""

    path: Path
    signer: str
    size: int
    root: str
    files: int
    event_id: str


def sign_review(
    findings: Path,
    signer: Signer,
    who: str,
    package: Path | None = None,
    verdicts: Sequence[Path] = (),
    reason: str = "",
    role: Role = Role.REVIEWER,
    timestamp: Callable[[bytes], bytes] | None = None,
    progress: Progress = SILENT,
) -> SignedReview:
    """Write ``review.sig.json`` beside the findings.

    First the journal gets the event *signed*, then everything is digested in blocks and signed
    with SM2 and SM3. Whatever is changed afterwards, a further decision too, shows in
    :func:`.checking.check_review`. An earlier signature is replaced; its event stays.

    Parameters
    ----------
    package
        The folder or file that was verified.
    verdicts
        Records of samples and lots; they lie beside the findings, or in folders there.
    timestamp
        Called with the value of the signature; returns a token of RFC 3161.

    Raises
    ------
    JournalError
        When the journal was tampered with, or somebody decides while it is being signed.
    InputError, OutputError
        When a file cannot be read, or the signature not be written.
    """
    target = findings.absolute().with_name(SIGNATURE)
    must_be_intact(findings)
    wanted = _wanted(findings, package, verdicts)
    certificate = parse_certificate(signer.certificate)
    facts = {
        "who": who,
        "role": role.value,
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "name": certificate.name,
        "certificate_sha256": hashlib.sha256(signer.certificate).hexdigest(),
        "chain_sha256": [hashlib.sha256(one).hexdigest() for one in signer.chain],
        "reason": reason.strip(),
    }
    with Journal(findings, who, role) as journal:
        details = {name: facts[name] for name in ("name", "certificate_sha256")}
        event = journal.record(Action.SIGNED, SUBJECT, reason, {**details, "files": len(wanted)})
        size, root = journal.head()
    _settle(findings)
    files = _digested(wanted, progress)
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "signed": facts,
        "journal": {"size": size, "root": root, "event": event.event_id},
        "package": "" if package is None else package.name,
        "files": files,
    }
    if must_be_intact(findings).size != size:
        raise JournalError(
            Text(
                "签名期间又有新的决定写入，请重新签名。",
                "Something was decided while the review was being signed: sign again.",
            )
        )
    value = sign_bytes(signed_form(document), signer)
    token = timestamp(value) if timestamp is not None else None
    document["signatures"] = [signature_entry(value, signer.certificate, signer.chain, token)]
    _write(target, finished(document))
    progress.at(1.0)
    return SignedReview(target, certificate.name, size, root, len(files), event.event_id)


def _wanted(
    findings: Path, package: Path | None, verdicts: Sequence[Path]
) -> list[tuple[str, str, Path]]:
    """Role, name and path of everything to be signed."""
    here = findings.absolute().parent
    beside = [("findings", findings.name, findings)]
    record = _record_of(findings)
    if record is not None:
        beside.append(("record", record.name, record))
    beside += [("verdict", _inside(here, path), path) for path in verdicts]
    return beside + _of_package(package)


def _digested(wanted: Sequence[tuple[str, str, Path]], progress: Progress) -> list[dict[str, Any]]:
    out = []
    try:
        for number, (kind, name, path) in enumerate(wanted):
            progress.at(number / len(wanted), path.name)
            out.append(file_entry(kind, name, digest_blocks(path, progress=progress)))
    except OSError as error:
        raise InputError(
            Text(f"不能读取 {error.filename}：{error}", f"{error.filename} cannot be read: {error}")
        ) from error
    return out


def _record_of(findings: Path) -> Path | None:
    """The record that the journal's first event names, where it is."""
    from ..journal.reading import read_events

    opened = read_events(findings)[0]
    noted = opened.details.get("record")
    name = noted.get("name") if isinstance(noted, dict) else None
    if not isinstance(name, str) or unsafe(name) is not None:
        return None
    path = findings.with_name(name)
    if not path.is_file():
        raise InputError(
            Text(f"找不到核验记录 {name}，不能签名。", f"The record {name} is not there any more.")
        )
    return path


def _inside(folder: Path, path: Path) -> str:
    try:
        name = path.absolute().relative_to(folder).as_posix()
    except ValueError:
        name = ""
    if not name or unsafe(name) is not None or not path.is_file():
        raise InputError(
            Text(
                f"{path.name} 须与核验结果放在同一文件夹内。",
                f"{path.name} has to lie beside the findings, or in a folder there.",
            )
        )
    return name


def package_files(package: Path) -> dict[str, Path]:
    """Files of a package by their names in it; of a single file that one."""
    if package.is_file():
        return {package.name: package}
    out = {}
    for inner, _, files in os.walk(package):
        for name in files:
            path = Path(inner) / name
            if name.lower() not in LITTER and not path.is_symlink():
                out[path.relative_to(package).as_posix()] = path
    return dict(sorted(out.items()))


def _of_package(package: Path | None) -> list[tuple[str, str, Path]]:
    if package is None:
        return []
    files = package_files(package)
    if not files:
        raise InputError(Text(f"找不到成果：{package}", f"There is no package {package}"))
    for path in files.values():
        if path.with_name(path.name + "-wal").is_file() and not path.name.endswith("-wal"):
            _settle(path)
    return [
        ("package", name, path) for name, path in package_files(package).items() if path.exists()
    ]


def _settle(path: Path) -> None:
    """Bring everything that a database keeps beside itself into its file."""
    address = f"{path.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=5.0)) as connection:
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            # With the file open elsewhere it stays as it is, which does no harm.
            with suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise unreadable(path, error) from error
    if busy:
        raise InputError(
            Text(
                f"{path.name} 正被其他程序编辑，请保存并关闭后再签名。",
                f"{path.name} is being edited by another program: save and close it, then sign.",
            )
        )


def _write(target: Path, data: bytes) -> None:
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, target)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise OutputError(
            Text(f"不能写入 {target}：{error}", f"{target} cannot be written: {error}")
        ) from error
