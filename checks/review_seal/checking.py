"""Hold a review against its journal, its record and its signature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path

from ..errors import ExplainedError
from ..findings import Text
from ..journal.audit import Check, check_journal
from ..journal.events import Action
from ..journal.reading import read_events
from ..progress import SILENT, Progress
from ..seal import Trust
from ..seal.check import Judged, judge, moment_of
from ..seal.names import unsafe
from .blocks import differing, digest_blocks, runs
from .document import Signature, SignedFile, read_signature
from .places import places
from .recorded import check_record
from .report import Located, ReviewReport
from .signing import SIGNATURE, package_files

_MOST = 200
_BESIDE = ("-wal", "-journal")


def check_review(
    findings: Path,
    package: Path | None = None,
    signature: Path | None = None,
    trust: Trust | None = None,
    at: datetime | None = None,
    progress: Progress = SILENT,
) -> ReviewReport:
    """Say what was changed in a review since it was opened and, if it was, since it was signed.

    Without a signature, findings, decisions and the other tables are held against the journal,
    the record against its first event, and every file of the package against the record: a change
    is located by row there, by file here. With one, every byte counts, and a change is located by
    block and, where it is known, by table, row or line.

    Parameters
    ----------
    package
        The folder or file that was verified; without it nothing is said about its files.
    signature
        By default ``review.sig.json`` beside the findings, where that is.
    trust, at
        As for ``check_seal``.

    Raises
    ------
    InputError
        When there is no file of findings.
    """
    if not findings.is_file():
        from ..findings_read import connect

        connect(findings)
    return _Review(findings, package, trust or Trust(), at, progress).report(signature)


class _Review:
    """One check, as it gathers what it finds."""

    def __init__(
        self,
        findings: Path,
        package: Path | None,
        trust: Trust,
        at: datetime | None,
        progress: Progress,
    ) -> None:
        self.findings, self.package = findings, package
        self.trust, self.at, self.progress = trust, at, progress
        self.breaches: list[Located] = []
        self.notes: list[Text] = []
        self.looked: list[str] = []

    def report(self, given: Path | None) -> ReviewReport:
        """Everything, from the signature inwards."""
        path = given or self.findings.absolute().with_name(SIGNATURE)
        signature = self._signature(path) if path.exists() else None
        judged = self._judged(path, signature)
        # What a damaged signature says must accuse no other file.
        believed = signature if signature is not None and judged.valid else None
        journal = self._journal(None if believed is None else believed.journal)
        self.progress.at(0.3)
        if believed is not None:
            self._files(believed, journal)
        named = {one.file for one in self.breaches}
        self._record(believed, named)
        stated = _moment(signature.told("at")) if signature is not None else None
        moment = moment_of(judged.proof, stated, self.at)
        chain = judged.chain.certificates if judged.chain else ()
        certificates = chain or ((judged.certificate,) if judged.certificate else ())
        proven = judged.proof is not None and judged.proof.trusted
        self.progress.at(1.0)
        return ReviewReport(
            breaches=tuple(self.breaches),
            notes=(*self.notes, *judged.problems),
            signed=path.exists(),
            signature_holds=judged.valid,
            signer=judged.certificate.name if judged.certificate else "",
            who=signature.told("who") if signature is not None else "",
            signer_trusted=judged.valid and judged.chain is not None,
            certificate_valid_then=bool(certificates)
            and all(one.valid(moment) for one in certificates),
            time_proven=proven,
            signed_at=judged.proof.time if proven and judged.proof is not None else stated,
            size=journal.size if journal is not None else 0,
            root=journal.root if journal is not None else "",
            files=tuple(dict.fromkeys(self.looked)),
        )

    def _signature(self, path: Path) -> Signature | None:
        self.looked.append(path.name)
        try:
            found = read_signature(path)
        except ExplainedError as error:
            self.breaches.append(Located(path.name, "signature", error.text))
            return None
        if found.damaged:
            parts = "、".join(found.damaged), ", ".join(found.damaged)
            told = Text(f"签名文件被改动（{parts[0]}）", f"the signature was changed ({parts[1]})")
            self.breaches.append(Located(path.name, "signature", told, row=found.damaged[0]))
        return found

    def _judged(self, path: Path, signature: Signature | None) -> Judged:
        if signature is None:
            return Judged()
        stated = _moment(signature.told("at"))
        judged = judge(signature.entry, signature.signed, self.trust, stated, self.at)
        if not judged.valid and not signature.damaged:
            told = Text("签名不成立", "the signature does not hold")
            self.breaches.append(Located(path.name, "signature", told))
        certificate = judged.certificate
        known = signature.told("certificate_sha256")
        if judged.valid and certificate is not None and certificate.sha256 != known:
            judged.valid = False
            told = Text("证书不是签名时的那一张", "the certificate is not that of the signature")
            self.breaches.append(Located(path.name, "signature", told))
        if signature.damaged:
            judged.valid = False
        return judged

    def _journal(self, known: tuple[int, str] | None) -> Check | None:
        name = self.findings.name
        self.looked.append(name)
        try:
            # Nobody has decided anything yet: then only the record can tell.
            if known is None and not read_events(self.findings):
                self.notes.append(Text("尚无决定。", "Nobody has decided anything yet."))
                return None
            journal = check_journal(self.findings, known)
        except ExplainedError as error:
            self.breaches.append(Located(name, "unreadable", error.text))
            return None
        self.breaches += [
            Located(name, "row", one.told, one.table, one.row) for one in journal.breaches
        ]
        return journal

    def _files(self, signature: Signature, journal: Check | None) -> None:
        signed = {one.path for one in signature.files if one.role == "package"}
        there: Mapping[str, Path] = {}
        if self.package is not None and self.package.exists():
            single = self.package.is_file()
            there = package_files(self.package)
            if single and len(signed) == 1:
                there = dict.fromkeys(signed, self.package)
        elif signed:
            self.notes.append(
                Text("未指定成果，未检查其文件。", "No package was given: its files were not read.")
            )
        for number, one in enumerate(signature.files):
            self.progress.at(0.3 + 0.6 * number / len(signature.files), one.path)
            if one.role == "package":
                if self.package is None:
                    continue
                path = there.get(one.path, self.package / one.path)
            elif one.role == "findings":
                path = self.findings
            elif unsafe(one.path) is None:
                path = self.findings.absolute().parent / one.path
            else:
                continue
            self._file(one, path, signature, journal)
        added = [name for name in there if name not in signed] if signed else []
        self.breaches += [
            Located(name, "added", Text("签名后添加的文件", "added after the signature"))
            for name in added[:_MOST]
        ]

    def _file(
        self, one: SignedFile, path: Path, signature: Signature, journal: Check | None
    ) -> None:
        name = path.name if one.role == "findings" else one.path
        self.looked.append(name)
        if not path.is_file():
            self.breaches.append(Located(name, "missing", Text("文件缺失", "the file is gone")))
            return
        for suffix in _BESIDE if one.blocks.page else ():
            beside = path.with_name(path.name + suffix)
            if beside.is_file() and beside.stat().st_size:
                told = Text("有尚未并入的改动", "holds changes that are not in the file yet")
                self.breaches.append(Located(beside.name, "added", told))
        try:
            now = digest_blocks(path, one.blocks.block, self.progress)
        except OSError as error:
            told = Text(f"不能读取：{error}", f"cannot be read: {error}")
            self.breaches.append(Located(name, "unreadable", told))
            return
        wrong = differing(one.blocks, now)
        if not wrong:
            return
        if wrong == [0] and one.blocks.page and now.quiet == one.blocks.quiet:
            told = Text(
                "被其他程序打开过，内容未变（数据库文件头）",
                "a program had it open; no content changed (header of the database)",
            )
            self.breaches.append(Located(name, "header", told, first=18, last=99))
            return
        size = signature.journal[0]
        if one.role == "findings" and journal is not None and not journal.breaches:
            more = journal.size - size
            if more > 0:
                self.breaches.append(_continued(name, size, journal.size))
                return
        changed = runs(wrong)
        for place in places(path, one.blocks, changed[:_MOST]):
            told = Text(f"签名后被改动：{place.text.zh}", f"changed since: {place.text.en}")
            where = (place.table, place.rows, place.first, place.last)
            self.breaches.append(Located(name, "bytes", told, *where))

    def _record(self, believed: Signature | None, named: Iterable[str]) -> None:
        """The record against the journal, and the package against the record."""
        try:
            events = read_events(self.findings)
        except ExplainedError:
            return  # told already
        if any(
            one.kind == "unreadable" or (one.table == "journal_events" and one.row == "1")
            for one in self.breaches
            if one.file == self.findings.name
        ):
            return  # what the journal's beginning says must accuse nothing else
        opened = events[0].details if events and events[0].action == Action.OPENED else {}
        signed = {one.path for one in believed.files} if believed is not None else set()
        known = {*named, *signed}
        found = check_record(self.findings, opened, self.package, known, self.progress)
        self.breaches += found.breaches
        self.notes += found.notes
        self.looked += found.looked


def _continued(name: str, before: int, now: int) -> Located:
    told = Text(
        f"签名后又追加了 {now - before} 个事件（第 {before + 1}–{now} 个），此前的均未改动",
        f"{now - before} events were appended after the signature ({before + 1}–{now}); none"
        " before was changed",
    )
    return Located(name, "continued", told, "journal_events", f"{before + 1}–{now}")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
