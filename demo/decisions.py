"""The demo's review, as four people do it: return, correct, resubmit, disagree, settle, accept."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..checks.acceptance import DRAW, LOT, upheld_errors, write_errors, write_units
from ..checks.findings_read import read_verification
from ..checks.journal.assignments import assign_shares, split
from ..checks.journal.audit import check_journal
from ..checks.journal.carry import carry
from ..checks.journal.journal import Journal
from ..checks.journal.lifecycle import OPEN, Opinion, Role, State
from ..checks.journal.reading import read_standing
from ..checks.sampling.agreement import cohens_kappa
from .headless import DemoError, run_algorithm, short
from .say import say

FIRST, SECOND, HEAD, SURVEYOR = "周核", "李复", "孙主任", "王测"
SHARE = 0.1
"""Share of the findings that two people judge without knowing of each other."""
SEED = "990101-2023"


class Review:
    """The review of a forged county and of what the county sends instead."""

    def __init__(self, forged: Path, resubmitted: Path, environment: Mapping[str, str]) -> None:
        self.forged = forged
        self.resubmitted = resubmitted
        self._environment = environment
        self._read = read_verification(forged)

    def decide(self) -> None:
        """Two reviewers share the work; a tenth of it both judge, blind; one dispute is settled.

        Raises
        ------
        DemoError
            When the second opinion was not blind, or the dispute was not seen.
        """
        names = [str(name) for name in self._read.findings["finding_id"]]
        verdicts = dict(zip(names, map(str, self._read.findings["verdict"])))
        shares = split(names, [FIRST, SECOND], second_share=SHARE, seed=SEED)
        with Journal(self.forged, HEAD, Role.ADMINISTRATOR) as head:
            assign_shares(head, "2023 年度变更", shares, "2023-11-30")
        for share in shares:
            with Journal(self.forged, share.person) as journal:
                self._judge(journal, share.findings, verdicts)
        disputed = ""
        pairs: list[tuple[str, str]] = []
        for share in shares:
            with Journal(self.forged, share.person) as journal:
                for name in share.second:
                    if name in journal.standing_for([name]):
                        raise DemoError("the second reviewer sees what the first decided")
                    opinion = _opinion(verdicts[name])
                    if not disputed and opinion is Opinion.UPHELD:
                        opinion, disputed = Opinion.DISMISSED, name
                    journal.second_opinion(name, opinion, "第二意见")
                    pairs.append((_opinion(verdicts[name]).value, opinion.value))
        if not disputed or not read_standing(self.forged)[disputed].disputed:
            raise DemoError("two reviewers differ, and nobody is told")
        with Journal(self.forged, HEAD, Role.ADMINISTRATOR) as journal:
            journal.decide(
                [disputed], State.RETURNED, "两人意见不一，经查证属实", Opinion.UPHELD, settles=True
            )
        agreed = cohens_kappa([one for one, _ in pairs], [two for _, two in pairs])
        standing = read_standing(self.forged)
        counts = Counter(each.state.called.zh for each in standing.values())
        told = "，".join(f"{state} {count}" for state, count in sorted(counts.items()))
        say(f"  {FIRST}、{SECOND} 分头核查 two reviewers: {told}")
        say(
            f"  {len(pairs)} 条双盲复核 judged twice, blind: κ = {agreed.kappa:.2f}，"
            f"1 条意见不一，已由{HEAD}裁定 one dispute, settled"
        )

    @staticmethod
    def _judge(journal: Journal, names: tuple[str, ...], verdicts: Mapping[str, str]) -> None:
        wrong = [name for name in names if verdicts[name] == "inconsistent"]
        unsure = [name for name in names if verdicts[name] != "inconsistent"]
        if wrong:
            journal.decide(wrong, State.RETURNED, "与事实不符，请整改", Opinion.UPHELD)
        if unsure:
            journal.decide(unsure, State.RETURNED, "请补充举证或更正", Opinion.DOUBTFUL)

    def return_list(self, folder: Path) -> None:
        """Write the list that goes back to the county, three times in one go."""
        told = run_algorithm(
            "onemap:returnlist",
            {
                "FINDINGS": self.forged,
                "DEADLINE": "2023-12-15",
                "LIST": folder / "return_list.gpkg",
                "SPREADSHEET": folder / "return_list.xlsx",
                "PDF": folder / "return_list.pdf",
            },
            "FINDINGS",
            self._environment,
        )
        say(f"  ✓ 整改清单 return list: {told['COUNT']} 条 rows, {told['PAGES']} 页 pages")
        for name in ("return_list.gpkg", "return_list.xlsx", "return_list.pdf"):
            say(f"    {short(folder / name)}")

    def correct(self) -> None:
        """The county corrects nearly everything, and appeals against one finding."""
        returned = [
            name
            for name, each in read_standing(self.forged).items()
            if each.state is State.RETURNED
        ]
        with Journal(self.forged, SURVEYOR, Role.SURVEYOR) as journal:
            journal.decide(sorted(returned)[:1], State.APPEALED, "附补充举证照片，现场属实")
            journal.decide(sorted(returned)[1:], State.CORRECTED, "已更正并重新汇总")
        say(f"  {SURVEYOR}（县级）整改 corrected: {len(returned) - 1}，申诉 appealed: 1")

    def resubmit(self) -> None:
        """What the county sends next is compared; decisions go along; what is left is decided.

        Raises
        ------
        DemoError
            When something is left undecided.
        """
        with Journal(self.resubmitted, FIRST) as journal:
            done = carry(journal, self.forged)
            told = journal.standing()
            names = read_verification(self.resubmitted).findings["finding_id"]
            left = [
                str(name)
                for name in names
                if str(name) not in told or told[str(name)].state in OPEN
            ]
            by_state: dict[State, list[str]] = {}
            for name in left:
                by_state.setdefault(told[name].state if name in told else State.FOUND, []).append(
                    name
                )
            for state, group in by_state.items():
                if state is State.RETURNED:
                    journal.decide(group, State.UNDER_REVIEW, "随重新提交的成果复核")
                journal.decide(group, State.CLOSED, "已核对现场与审批资料", Opinion.DISMISSED)
        say(
            f"  重新提交 resubmitted: 消除 gone {done.gone}，仍在 still there "
            f"{done.standing}，新增 new {done.new}；其余 {len(left)} 条已核结 the rest decided"
        )
        open_ones = [name for name, each in read_standing(self.resubmitted).items()
                     if each.state in OPEN]  # fmt: skip
        if open_ones:
            raise DemoError(f"{len(open_ones)} findings are undecided after the review")

    def accept(self, folder: Path) -> list[Path]:
        """Draw a sample, judge the lot, print it; return what was written."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        units, errors = folder / "units.gpkg", folder / "errors.gpkg"
        write_units(self.resubmitted, units)
        drawn = run_algorithm(
            "onemap:drawsample",
            {
                "INPUT": f"{units}|layername=units",
                "ID_FIELD": "BSM",
                "SEED": SEED,
                "SAMPLE": folder / "sample.gpkg",
                "RECORD": folder / DRAW,
            },
            "SEED",
            self._environment,
        )
        record = json.loads((folder / DRAW).read_text(encoding="utf-8"))
        sample = {name for lot in record["lots"] for name in lot["drawn"]}
        write_errors(upheld_errors(self.resubmitted, sample), errors)
        judged = run_algorithm(
            "onemap:judgelot",
            {
                "SAMPLE": folder / "sample.gpkg",
                "ERRORS": f"{errors}|layername=errors",
                "UNITS": folder / "scores.gpkg",
                "RECORD": folder / LOT,
            },
            "SAMPLE",
            self._environment,
        )
        verdict = {"passed": "批合格 passed", "failed": "批不合格 failed"}[judged["VERDICT"]]
        say(
            f"  抽样 sample: {drawn['SAMPLE_SIZE']} / {record['units']}（GB/T 24356-2023，"
            f"种子 seed {SEED}）→ {verdict}"
        )
        lot, review = folder / "lot_report.pdf", folder / "review_report.pdf"
        run_algorithm(
            "onemap:lotreport",
            {
                "RECORD": folder / LOT,
                "DRAW": folder / DRAW,
                "FINDINGS": self.resubmitted,
                "SAMPLE": folder / "sample.gpkg",
                "PDF": lot,
            },
            "PDF",
            self._environment,
        )
        run_algorithm(
            "onemap:reviewreport",
            {
                "FINDINGS": self.resubmitted,
                "DRAW": folder / DRAW,
                "RECORD": folder / LOT,
                "PDF": review,
            },
            "PDF",
            self._environment,
        )
        return [lot, review]

    def sign(self, signer: Mapping[str, Any], package: Path, verdicts: Path) -> None:
        """Sign the review, and show that a single changed byte is found and located.

        Raises
        ------
        DemoError
            When the signature does not hold, or hides a change.
        """
        from ..checks.review_seal.checking import check_review
        from ..checks.review_seal.signing import sign_review
        from ..checks.seal import FileKey

        key = FileKey(signer["key"], signer["certificate"], signer["passphrase"])
        signed = sign_review(
            self.resubmitted, key, FIRST, package, [verdicts / DRAW, verdicts / LOT], "年度变更验收"
        )
        if not check_review(self.resubmitted, package=package).intact:
            raise DemoError("the review was signed, and its signature does not hold")
        journal = check_journal(self.resubmitted)
        say(
            f"  ✓ 签章 signed: {signed.signer}，日志 {journal.size} 条 events，"
            f"根 root {signed.root[:16]}…"
        )

    def dashboard(self, target: Path) -> Path:
        """The province's page, with both submissions of the county."""
        run_algorithm(
            "onemap:provincedashboard",
            {"FINDINGS": [self.forged, self.resubmitted], "DASHBOARD": target},
            "DASHBOARD",
            self._environment,
        )
        return target


def _opinion(verdict: str) -> Opinion:
    return Opinion.UPHELD if verdict == "inconsistent" else Opinion.DOUBTFUL
