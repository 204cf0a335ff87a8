"""The package itself: files, layers, manifest, and the frame of its coordinates."""

from __future__ import annotations

from typing import ClassVar

from ..findings import Family, Text, Verdict
from ..measures.case import Case
from ..measures.frame import FrameIssue
from ..standard import Standard
from ..submission.submission import Problem, Submission
from ..table import RowProblem, Table
from .rule import Judgement, Rule

_NO_LAYERS = Text("成果中没有图层", "The package has no layers")
_NO_MANIFEST = Text("成果中没有 manifest.json", "The package has no manifest.json")
_NO_ROWS = Text("图层没有要素，坐标系无从核对", "The layer has no rows to hold its frame against")
_ELSEWHERE = Text("已由图形检查规则逐个报告", "Told one by one by the rules of topology")


class _PackageRule(Rule):
    family = Family.PACKAGE


class _ProblemRule(_PackageRule):
    """One finding for each problem of certain kinds met while opening."""

    kinds: ClassVar[tuple[str, ...]]

    def judge(self, case: Case) -> Judgement:
        """Turn problems into findings."""
        out = Judgement(tested=self.count(case.submission))
        for problem in case.submission.problems:
            if problem.kind in self.kinds:
                out.findings.append(
                    self.finding_about(
                        problem.layer,
                        problem.file,
                        problem.detail,
                        verdict=self.verdict(problem),
                        cause=problem.cause or problem.kind,
                    )
                )
        out.tested = max(out.tested, len(out.findings))
        return out

    def count(self, submission: Submission) -> int:
        """How many objects the rule looked at."""
        return len(submission.files)

    def verdict(self, _problem: Problem) -> Verdict | None:
        """How sure a problem is; ``None``: as the standard's data says."""
        return None


class UnreadableFile(_ProblemRule):
    """A file or layer of the package that cannot be read (QC 1102)."""

    id = "package.unreadable_file"
    kinds = ("unreadable_file", "unreadable_layer")


class UnsafeMember(_ProblemRule):
    """An archive member that would be written, or a link that leads, outside."""

    id = "package.unsafe_member"
    kinds = ("unsafe_member",)


class NestedArchive(_ProblemRule):
    """An archive inside the package."""

    id = "package.nested_archive"
    kinds = ("nested_archive",)


class BadEncoding(_ProblemRule):
    """Text in an unknown or wrongly declared encoding."""

    id = "package.bad_encoding"
    kinds = ("bad_encoding",)


class _LayerProblemRule(_ProblemRule):
    def count(self, submission: Submission) -> int:
        """Layers, known and unknown."""
        unknown = sum(problem.kind == "unknown_layer" for problem in submission.problems)
        return len(submission.layers) + unknown


class DuplicateLayer(_LayerProblemRule):
    """A standard layer delivered more than once."""

    id = "package.duplicate_layer"
    kinds = ("duplicate_layer",)


class EmptyLayer(_LayerProblemRule):
    """A standard layer without rows."""

    id = "package.empty_layer"
    kinds = ("empty_layer",)


class UnknownLayer(_LayerProblemRule):
    """A layer that the standard does not know."""

    id = "package.unknown_layer"
    kinds = ("unknown_layer",)


class ManifestMismatch(_ProblemRule):
    """What the manifest says of a file, against the file."""

    id = "package.manifest"
    kinds = ("manifest_mismatch", "manifest_unreadable")

    def judge(self, case: Case) -> Judgement:
        """Compare only where there is a manifest."""
        out = super().judge(case)
        if case.submission.manifest is None and not out.findings:
            return Judgement().skip(0, _NO_MANIFEST)
        return out

    def count(self, submission: Submission) -> int:
        """Objects that the manifest lists."""
        objects = (submission.manifest or {}).get("objects")
        return len(objects) if isinstance(objects, list) else 0

    def verdict(self, problem: Problem) -> Verdict | None:
        """A changed or missing file contradicts; one too many is a doubt."""
        doubtful = problem.cause == "unlisted" or problem.kind == "manifest_unreadable"
        return Verdict.DOUBTFUL if doubtful else None


class _RowRule(_PackageRule):
    """One finding for each row (or layer) that could be read only in part."""

    kinds: ClassVar[tuple[str, ...]]

    def judge(self, case: Case) -> Judgement:
        """Turn row problems into findings."""
        out = Judgement()
        if not case.submission.layers:
            return out.skip(0, _NO_LAYERS)
        for table in case.submission.layers.values():
            out.tested += len(table)
            for problem in table.problems:
                if problem.kind in self.kinds:
                    self._tell(table, problem, out)
        return out

    def _tell(self, table: Table, problem: RowProblem, out: Judgement) -> None:
        cause, key = problem.kind, problem.field
        if 0 <= problem.row < len(table):
            message = Text(
                f"{table.name} 要素 {table.object_ids[problem.row]}：{problem.detail.zh}",
                f"{table.name} {table.object_ids[problem.row]}: {problem.detail.en}",
            )
            out.findings.append(self.finding(table, problem.row, message, cause=cause, key=key))
            return
        message = Text(
            f"图层 {table.name}：{problem.detail.zh}", f"Layer {table.name}: {problem.detail.en}"
        )
        out.findings.append(
            self.finding_about(table.name, table.source, message, cause=cause, key=key)
        )


class BadText(_RowRule):
    """Text that is valid in no encoding."""

    id = "package.bad_text"
    kinds = ("bad_text",)


class UnreadableRows(_RowRule):
    """A file that ends or is damaged in the middle (QC 1102)."""

    id = "package.unreadable_rows"
    kinds = ("unreadable_row",)


class BrokenGeometry(_RowRule):
    """Rows without a usable geometry: missing, cut off, or no numbers in it.

    Steps back where the rule set has the rules of topology that tell the same.
    """

    id = "package.broken_geometry"
    kinds = ("missing_geometry", "broken_geometry", "nan_coordinates")

    def judge(self, case: Case) -> Judgement:
        """Tell of each row, unless another rule does."""
        if set(self.spec.limits["told_by"]) <= set(case.standard.rules):
            return Judgement().skip(0, _ELSEWHERE)
        return super().judge(case)


class _FrameRule(_PackageRule):
    """One finding for each error of the frame, whatever the number of parcels."""

    kinds: ClassVar[tuple[str, ...]]

    def judge(self, case: Case) -> Judgement:
        """Turn frame issues into findings."""
        out = Judgement()
        layers = [t for t in case.submission.layers.values() if t.geometry is not None]
        if not layers:
            return out.skip(0, _NO_LAYERS)
        empty = sum(not len(table) for table in layers)
        out.tested = len(layers) - empty
        if empty:
            out.skip(empty, _NO_ROWS)
        for issue in case.frame.issues:
            if issue.kind in self.kinds:
                out.findings.append(
                    self.finding_about(
                        issue.layers[0],
                        ",".join(issue.layers),
                        issue.text,
                        verdict=self.verdict(issue),
                        where=issue.where,
                        measured=issue.declared,
                        expected=issue.seems,
                        cause=issue.kind,
                        evidence={
                            "layers": list(issue.layers),
                            "declared": issue.declared,
                            "seems": issue.seems,
                            "contradiction": issue.contradiction,
                        }
                        | issue.facts,
                    )
                )
        return out

    def verdict(self, issue: FrameIssue) -> Verdict | None:
        """A doubt where an honest explanation remains, else as the data says."""
        return Verdict.DOUBTFUL if issue.doubtful else None


class CrsMissing(_FrameRule):
    """A layer has no CRS (QC 2201)."""

    id = "package.crs_missing"
    kinds = ("no_crs",)


class CrsDatum(_FrameRule):
    """The declared datum is not the standard's (QC 2201)."""

    id = "package.crs_datum"
    kinds = ("datum",)


class CrsProjection(_FrameRule):
    """The declared projection is not Gauss-Krüger in 3° zones (QC 2203)."""

    id = "package.crs_projection"
    kinds = ("six_degree_zone", "utm", "web_mercator", "geographic", "projection")


class CrsZone(_FrameRule):
    """The coordinates cannot be in the declared frame, or hardly."""

    id = "package.crs_zone"
    kinds = (
        "zone_prefix",
        "wrong_zone",
        "axis_swap",
        "geographic_in_projected",
        "projected_in_geographic",
        "wrong_crs",
        "gcj02",
        "bd09",
        "datum_shift",
        "false_easting",
        "coordinate_unit",
        "coordinate_sign",
    )


class CrsMixed(_FrameRule):
    """Survey layers are declared in different frames."""

    id = "package.crs_mixed"
    kinds = ("mixed_crs",)


_RULES: dict[str, type[Rule]] = {
    rule.id: rule
    for rule in (
        UnreadableFile,
        UnreadableRows,
        UnsafeMember,
        NestedArchive,
        ManifestMismatch,
        DuplicateLayer,
        EmptyLayer,
        UnknownLayer,
        BadEncoding,
        BadText,
        BrokenGeometry,
        CrsMissing,
        CrsDatum,
        CrsProjection,
        CrsZone,
        CrsMixed,
    )
}


def rules(standard: Standard) -> list[Rule]:
    """Every package rule of ``standard``, in the order of its data."""
    specs = (spec for spec in standard.rules.values() if spec.family is Family.PACKAGE)
    return [_RULES[spec.id](spec) for spec in specs]
