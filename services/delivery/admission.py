"""What may enter the queue: only packages that were verified, decided upon and sealed.

The platform asks the same questions again when a package arrives (it believes no client), with
the same code, so that nothing is refused there that was let through here.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...checks.errors import ExplainedError
from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ...checks.seal import canonical, merkle_root
from .problems import Problem, joined
from .states import NO_TEXT

RECORD = "verification/record.json"
FINDINGS = "verification/findings.gpkg"
_PROOF = "verification/"
_MOST_JSON = 256 << 20
_MOST_FINDINGS = 8 << 30
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_COLUMNS = (
    *("finding_id", "rule_id", "rule_version", "family", "verdict", "severity", "layer"),
    *("object_id", "parcel_bsm", "score", "measured", "expected", "tolerance", "unit", "cause"),
    *("message_zh", "message_en", "evidence"),
)
_READ = f"SELECT {', '.join(_COLUMNS)} FROM findings ORDER BY rowid"  # noqa: S608 - our names
_UNDECIDED = "SELECT count(*) FROM findings WHERE verdict = 'inconsistent'"
# What the county says to have corrected was found in these very files: it is not decided before a
# verification no longer finds it. What two reviewers see differently is not decided either.
_DECIDED = (
    " AND finding_id NOT IN (SELECT finding_id FROM decisions WHERE finding_id IS NOT NULL"
    " AND state IN ('closed', 'exception') AND disputed = 0)"
)


@dataclass(frozen=True)
class Admission:
    """What a sealed package is, and why it must not be sent (``problems``, empty when it may)."""

    package_id: str
    sha256: str
    sm3: str
    bytes: int
    objects: int
    zone: str
    problems: tuple[Problem, ...]


def examine(
    path: Path, profile: Any = None, trust: Any = None, progress: Progress = SILENT
) -> Admission:
    """Look at a sealed package: seal, signer, verification record, findings.

    Parameters
    ----------
    path
        The sealed ``.zip``.
    profile
        A :class:`..site.SiteProfile` whose ``trust_certificates`` are believed when no ``trust``
        is given.
    trust
        ``checks.seal.Trust``.

    Returns
    -------
    Admission
        With every problem found; a file that is no zip at all has one problem.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    from ...checks.seal import check_seal

    trust = trust if trust is not None else trusted_signers(profile)
    size = path.stat().st_size
    try:
        report = check_seal(path, trust, progress=progress.part(0.0, 0.9))
        problems = list(_seal_problems(report))
        if report.intact:
            problems += _verification_problems(path, report.objects)
    except (zipfile.BadZipFile, ValueError, ExplainedError, RecursionError) as error:
        return Admission("", "", "", size, 0, "", (_unreadable(error),))
    package_id = str(report.package.get("id") or "")
    if not _NAME.fullmatch(package_id):
        problems.append(_problem_of("package_id"))
    progress.at(1.0)
    return Admission(
        package_id,
        report.sha256,
        report.sm3,
        size,
        len(report.objects),
        str(report.package.get("zone") or ""),
        tuple(problems),
    )


def trusted_signers(profile: Any) -> Any:
    """The signers whom a site trusts; one that names none trusts nobody."""
    from ...checks.seal import Trust

    sources = getattr(profile, "trust_certificates", ())
    return Trust.load(*(each.encode() if "-----BEGIN" in each else each for each in sources))


def _seal_problems(report: Any) -> Iterator[Problem]:
    said = joined(report.problems) if report.problems else NO_TEXT
    if not report.intact:
        first = report.first_difference or "?"
        yield Problem(
            "seal_broken",
            Text(
                f"签章核验不通过，成果包内容与签章不符：{first}（{said.zh}）",
                f"The seal does not hold, the contents differ: {first} ({said.en})",
            ),
        )
    elif not report.signer_trusted:
        yield Problem(
            "signer_not_trusted",
            Text(
                f"签章人不在可信名单内，或未签章（{said.zh}）",
                f"Not signed, or by somebody who is not trusted ({said.en})",
            ),
        )
    elif not report.certificate_valid_then:
        yield Problem(
            "certificate_invalid",
            Text(
                f"签章时证书不在有效期内（{said.zh}）",
                f"The signer's certificate was not valid at that time ({said.en})",
            ),
        )


def _verification_problems(path: Path, objects: Sequence[Any]) -> list[Problem]:
    try:
        record = _json_member(path, RECORD)
    except KeyError:
        return [_problem_of("not_verified")]
    except ValueError:
        return [_problem_of("record_unreadable")]
    problems = []
    if not _covers(record, objects):
        problems.append(_problem_of("record_differs"))
    with _findings(path) as findings:
        problems += _finding_problems(record, findings)
    return problems


def _covers(record: Mapping[str, Any], objects: Sequence[Any]) -> bool:
    """Whether the record speaks of exactly the objects in this package.

    Names may differ (a folder, a zip and a zip within a zip name the same file differently);
    contents may not.
    """
    inputs = _mappings(record.get("inputs"))
    stated = record.get("merkle_root")
    keys = ("role", "path", "bytes", "sha256", "sm3")
    if stated != merkle_root(canonical({key: each.get(key) for key in keys}) for each in inputs):
        return False
    verified = {str(each.get("sha256")) for each in inputs if each.get("role") == "submission"}
    # The submission's own manifest is kept beside the proof when a new one takes its place.
    there = {each.sha256 for each in objects}
    survey = {each.sha256 for each in objects if not each.path.startswith(_PROOF)}
    return bool(survey) and survey <= verified <= there


def _finding_problems(record: Mapping[str, Any], findings: Path | None) -> list[Problem]:
    counts = record.get("counts")
    stated = record.get("findings")
    if not isinstance(counts, Mapping) or not isinstance(stated, Mapping):
        return [_problem_of("record_unreadable")]
    if findings is None:
        return [] if counts.get("inconsistent") == 0 else [_problem_of("findings_missing")]
    try:
        root, undecided, changed = _read_findings(findings)
    except (sqlite3.Error, ValueError, ExplainedError):
        return [_problem_of("findings_unreadable")]
    problems = []
    if changed is not None:
        problems.append(
            Problem(
                "decisions_changed",
                Text(
                    f"决定日志被改动过（{changed.zh}），须恢复后重新核查并签章",
                    f"The journal of decisions was changed ({changed.en}): restore it, review and"
                    " seal again",
                ),
            )
        )
    if root != stated.get("merkle_root"):
        problems.append(_problem_of("findings_differ"))
    if undecided:
        problems.append(
            Problem(
                "undecided",
                Text(
                    f"还有 {undecided} 个“不一致”问题未处理，须逐条整改或作出结论后再签章",
                    f"{undecided} inconsistent findings are undecided: correct or decide each of "
                    "them, then seal",
                ),
            )
        )
    return problems


def _read_findings(path: Path) -> tuple[str, int, Text | None]:
    """Root of the findings as the record computes it, how many are undecided, what was changed.

    The table of decisions counts only with the journal that it follows from: a table can be
    written by anybody.
    """
    from ...checks.journal.audit import check_journal
    from ...checks.journal.schema import present

    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as opened:
        rows = opened.execute(_READ)
        root = merkle_root(canonical(dict(zip(_COLUMNS, row))) for row in rows)
        known = present(opened)
        count = opened.execute(_UNDECIDED + (_DECIDED if known else "")).fetchone()[0]
    breaches = check_journal(path).breaches if known else ()
    return root, int(count), breaches[0].told if breaches else None


@contextmanager
def _findings(path: Path) -> Iterator[Path | None]:
    """The findings as a file of its own, ``None`` when there are none."""
    folder = Path(tempfile.mkdtemp(prefix="onemap-"))
    try:
        target = folder / "findings.gpkg"
        with zipfile.ZipFile(path) as opened:
            try:
                member = opened.getinfo(FINDINGS)
            except KeyError:
                yield None
                return
            if member.file_size > _MOST_FINDINGS:
                raise ValueError("findings too large")
            with opened.open(member) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
        yield target
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _json_member(path: Path, name: str) -> dict[str, Any]:
    with zipfile.ZipFile(path) as opened:
        member = opened.getinfo(name)
        if member.file_size > _MOST_JSON:
            raise ValueError(f"{name} is larger than {_MOST_JSON} bytes")
        document = json.loads(opened.read(member).decode("utf-8-sig"))
    if not isinstance(document, dict):
        raise ValueError(f"{name} is no JSON object")
    return document


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _unreadable(error: Exception) -> Problem:
    text: Text = getattr(error, "text", Text(str(error), str(error)))
    return Problem(
        "unreadable",
        Text(f"不是可读取的签章成果包：{text.zh}", f"Not a sealed package: {text.en}"),
    )


def _problem_of(code: str) -> Problem:
    return Problem(code, _TEXTS[code])


_TEXTS = {
    "package_id": Text(
        "清单中缺少成果包编号，或编号含有不允许的字符（只用字母、数字、.、_、-）",
        "The manifest has no usable package id (letters, digits, '.', '_' and '-')",
    ),
    "not_verified": Text(
        "成果包内没有核验记录：先核验，再签章交付",
        "There is no verification record in the package: verify, then seal and deliver",
    ),
    "record_unreadable": Text("核验记录无法读取", "The verification record cannot be read"),
    "record_differs": Text(
        "核验记录所核的不是包内这些文件：核验后成果有改动，须重新核验并签章",
        "The record is about other files than these: the survey was changed after it was "
        "verified. Verify and seal again",
    ),
    "findings_missing": Text(
        "核验记录有“不一致”问题，但包内没有问题清单",
        "The record tells of inconsistent findings, but the findings are not in the package",
    ),
    "findings_unreadable": Text("问题清单无法读取", "The findings cannot be read"),
    "findings_differ": Text(
        "问题清单与核验记录不符", "The findings are not those that the record was written for"
    ),
}
