"""Check a sealed package: intact, signer trusted, certificate valid then, time proven."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from ..findings import Text
from ..progress import SILENT, Progress
from .archive import MANIFEST
from .certificates import Certificate, Chain, Trust, find_chain, from_text, parse_certificate
from .contents import read_contents
from .differences import Contents, Difference
from .digests import canonical
from .errors import SealError
from .manifest import ALGORITHM, Manifest, Object
from .signatures import verify_bytes
from .timestamp import TimeProof, verify_token

_CLOCKS_DIFFER = timedelta(hours=25)


@dataclass(frozen=True)
class SealReport:
    """What holds of a sealed package, each on its own.

    ``intact``: every object is as the manifest says and the manifest is as it was signed;
    ``signer_trusted``: the certificate leads to a trusted one and is for signing;
    ``certificate_valid_then``: valid when it was signed: at the proven time, else at the stated;
    ``time_proven``: a trusted authority of time stamps vouches for the time.
    ``sha256`` and ``sm3`` are of the zip as a whole, empty for a folder.
    """

    intact: bool
    first_difference: str
    signer_trusted: bool
    certificate_valid_then: bool
    certificate_valid_now: bool
    time_proven: bool
    package: dict[str, Any]
    signer: str
    signed_at: datetime | None
    sha256: str
    sm3: str
    objects: tuple[Object, ...]
    differences: tuple[Difference, ...]
    problems: tuple[Text, ...]

    @property
    def good(self) -> bool:
        """Whether the package can be relied on: intact, trusted, and valid when signed."""
        return self.intact and self.signer_trusted and self.certificate_valid_then

    def document(self) -> dict[str, Any]:
        """The report as plain JSON."""
        return {
            "intact": self.intact,
            "first_difference": self.first_difference,
            "signer_trusted": self.signer_trusted,
            "certificate_valid_then": self.certificate_valid_then,
            "certificate_valid_now": self.certificate_valid_now,
            "time_proven": self.time_proven,
            "package": self.package,
            "signer": self.signer,
            "signed_at": self.signed_at.isoformat() if self.signed_at else None,
            "sha256": self.sha256,
            "sm3": self.sm3,
            "objects": len(self.objects),
            "differences": [
                {"name": one.name, "kind": one.kind, "zh": one.why.zh, "en": one.why.en}
                for one in self.differences
            ],
            "problems": [{"zh": one.zh, "en": one.en} for one in self.problems],
        }


@dataclass
class Judged:
    """What one signature says: holds, by whom, led to a trusted one how, when by whose proof."""

    valid: bool = False
    certificate: Certificate | None = None
    chain: Chain | None = None
    proof: TimeProof | None = None
    problems: list[Text] = field(default_factory=list)


def check_seal(
    path: Path,
    trust: Trust | None = None,
    at: datetime | None = None,
    progress: Progress = SILENT,
) -> SealReport:
    """Check a sealed package without any network, reading it once.

    Parameters
    ----------
    trust
        Certificates believed without further proof; without any, nobody is trusted.
    at
        The moment at which certificates have to be valid, where no time stamp proves one;
        by default the time that the package itself states.

    Raises
    ------
    SealError
        When there is no such package at all.
    """
    known = trust or Trust()
    contents = read_contents(Path(path), progress)
    manifest = contents.manifest
    if manifest is None:
        return _report(contents, {}, Judged(), None, at)
    judged = _judge(manifest, known, at)
    _manifest_differences(contents, manifest, judged)
    best = next((one for one in judged if one.chain is not None), judged[0] if judged else None)
    return _report(contents, manifest.package, best or Judged(), _stated(manifest), at)


def _manifest_differences(contents: Contents, manifest: Manifest, judged: list[Judged]) -> None:
    why = None
    if not judged:
        why = Text("清单没有签名", "the manifest has no signature")
    elif not all(one.valid for one in judged):
        why = Text("清单的签名不成立", "the signature of the manifest does not hold")
    elif contents.sha256 and manifest.package.get("archive") and not _as_written(manifest):
        why = Text("清单的签名部分被改动", "the signatures in the manifest were changed")
    if why is not None:
        contents.differences.insert(0, Difference(MANIFEST, "manifest", why))


def _as_written(manifest: Manifest) -> bool:
    """Whether base64 stands in the signatures as base64 is written."""
    for entry in manifest.signatures:
        for text in (entry.get("value"), entry.get("timestamp")):
            if text and base64.b64encode(base64.b64decode(text)).decode("ascii") != text:
                return False
    return bool(canonical(dict(manifest.document)))


def _judge(manifest: Manifest, trust: Trust, at: datetime | None) -> list[Judged]:
    stated = _stated(manifest)
    return [judge(entry, manifest.signed, trust, stated, at) for entry in manifest.signatures]


def judge(
    entry: Any, signed: bytes, trust: Trust, stated: datetime | None, at: datetime | None = None
) -> Judged:
    """Look at one entry of ``signatures`` over ``signed``; never raises for what it holds.

    ``stated`` is when the signer says to have signed, ``at`` the moment that counts where no time
    stamp proves one.
    """
    out = Judged()
    try:
        if entry.get("alg") != ALGORITHM:
            raise ValueError("an algorithm other than SM2-SM3")
        value = base64.b64decode(entry["value"], validate=True)
        out.certificate = parse_certificate(from_text(entry["certificate"]))
        others = [parse_certificate(from_text(one)) for one in entry.get("chain", [])]
        out.valid = verify_bytes(signed, value, out.certificate)
    except (SealError, ValueError, KeyError, TypeError, AttributeError) as error:
        text = getattr(error, "text", None)
        out.problems.append(
            text or Text(f"签名无法读取：{error}", f"A signature cannot be read: {error}")
        )
        return out
    if entry.get("timestamp") is not None:
        out.proof = _proof(entry["timestamp"], value, trust)
        out.problems += list(out.proof.problems)
    moment = moment_of(out.proof, stated, at)
    out.chain = find_chain(out.certificate, others, trust, moment)
    _who(out, trust)
    return out


def _proof(text: Any, value: bytes, trust: Trust) -> TimeProof:
    try:
        return verify_token(base64.b64decode(text, validate=True), value, trust)
    except (SealError, ValueError, TypeError) as error:
        problem = getattr(error, "text", None) or Text(
            "时间戳无法读取", "The time stamp cannot be read"
        )
        return TimeProof(None, "", False, (problem,))


def _who(out: Judged, trust: Trust) -> None:
    certificate = out.certificate
    if certificate is None:
        return
    if not certificate.may("digital_signature", "non_repudiation"):
        out.chain = None
        out.problems.append(
            Text(
                f"证书“{certificate.name}”的用途不是签名",
                f"The certificate of {certificate.name} is not for signing",
            )
        )
    elif certificate.sha256 in trust.revoked:
        out.problems.append(
            Text(
                f"证书“{certificate.name}”已吊销",
                f"The certificate of {certificate.name} was revoked",
            )
        )
    elif out.chain is None:
        out.problems.append(
            Text(
                f"签名人“{certificate.name}”的证书不能追溯到可信的根证书",
                f"The certificate of {certificate.name} leads to no trusted one",
            )
        )


def _stated(manifest: Manifest) -> datetime | None:
    try:
        text = str(manifest.package.get("created", "")).replace("Z", "+00:00")
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _now() -> datetime:
    return datetime.now(timezone.utc)


def moment_of(proof: TimeProof | None, stated: datetime | None, at: datetime | None) -> datetime:
    """When it was signed: as proven, else as told, else now."""
    if proof is not None and proof.trusted and proof.time is not None:
        return proof.time
    return at or stated or _now()


def _report(
    contents: Contents,
    package: dict[str, Any],
    judged: Judged,
    stated: datetime | None,
    at: datetime | None,
) -> SealReport:
    proof = judged.proof
    proven = proof is not None and proof.trusted
    moment = moment_of(proof, stated, at)
    certificates = judged.chain.certificates if judged.chain else ()
    if not certificates and judged.certificate is not None:
        certificates = (judged.certificate,)
    valid_then = bool(certificates) and all(one.valid(moment) for one in certificates)
    problems = [_said(one) for one in contents.differences] + judged.problems
    if certificates and not valid_then:
        problems.append(
            Text(
                f"签名时（{moment:%Y-%m-%d %H:%M}）证书不在有效期内",
                f"The certificate was not valid when it was signed ({moment:%Y-%m-%d %H:%M})",
            )
        )
    if stated is not None and stated > _now() + _CLOCKS_DIFFER and not proven:
        problems.append(
            Text("包内所写的封装时间在将来", "The package says that it was sealed in the future")
        )
    return SealReport(
        intact=not contents.differences,
        first_difference=contents.differences[0].name if contents.differences else "",
        signer_trusted=judged.valid and judged.chain is not None,
        certificate_valid_then=valid_then,
        certificate_valid_now=bool(certificates) and all(one.valid(_now()) for one in certificates),
        time_proven=proven,
        package=package,
        signer=judged.certificate.name if judged.certificate else "",
        signed_at=proof.time if proven and proof is not None else stated,
        sha256=contents.sha256,
        sm3=contents.sm3,
        objects=contents.manifest.objects if contents.manifest else (),
        differences=tuple(contents.differences),
        problems=tuple(problems),
    )


def _said(one: Difference) -> Text:
    return Text(f"文件“{one.name}”：{one.why.zh}", f"'{one.name}': {one.why.en}")
