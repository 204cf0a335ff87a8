"""What a check of a review comes to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ..findings import Text


@dataclass(frozen=True)
class Located:
    """One thing that is not as it was, and where.

    ``kind`` is

    - ``row``: a row that the journal knows, ``table`` and ``row`` say which;
    - ``bytes``: bytes ``first``–``last`` of a signed file; ``table`` and ``row`` (a range of rows
      or lines) where it is known what they hold;
    - ``file``: a file as a whole (its digest in the record); ``missing``, ``added``: a file;
    - ``unreadable``: a file that cannot be opened any more;
    - ``continued``: decisions were appended after the signature, none was changed;
    - ``header``: only what a program writes into a database on opening it;
    - ``signature``: the file of the signature itself.
    """

    file: str
    kind: str
    text: Text
    table: str = ""
    row: str = ""
    first: int = -1
    last: int = -1

    @property
    def harmless(self) -> bool:
        """Whether no content is concerned."""
        return self.kind == "header"

    @property
    def told(self) -> Text:
        """With the file, for a person."""
        zh, en = f"{self.file}：{self.text.zh}", f"{self.file}: {self.text.en}"
        return Text(zh, en)


@dataclass(frozen=True)
class ReviewReport:
    """What holds of a review, each on its own.

    Attributes
    ----------
    breaches
        Whatever was changed; ``notes`` is what could not be looked at, and why.
    signed, signature_holds, signer_trusted, certificate_valid_then, time_proven
        Of the signature; all but the first are false where there is none.
    size, root
        Head of the journal as it is now.
    files
        Files that were looked at.
    """

    breaches: tuple[Located, ...]
    notes: tuple[Text, ...] = ()
    signed: bool = False
    signature_holds: bool = False
    signer: str = ""
    who: str = ""
    signer_trusted: bool = False
    certificate_valid_then: bool = False
    time_proven: bool = False
    signed_at: datetime | None = None
    size: int = 0
    root: str = ""
    files: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether no content was changed."""
        return all(breach.harmless for breach in self.breaches)

    @property
    def good(self) -> bool:
        """Whether the review can be relied on: intact, signed, by somebody trusted, in time."""
        return (
            self.intact
            and self.signature_holds
            and self.signer_trusted
            and self.certificate_valid_then
        )

    def document(self) -> dict[str, Any]:
        """The report as plain JSON."""
        out: dict[str, Any] = asdict(self)
        out["signed_at"] = self.signed_at.isoformat() if self.signed_at else None
        out.update(intact=self.intact, good=self.good)
        return out
