"""A signed review: whatever is changed later, in package, findings or decisions, is located.

``blocks`` digests files in pieces, ``sqlite_pages`` and ``places`` say what lies where in them,
``document`` is the file of the signature, ``signing`` writes it, ``checking`` holds everything
against it and against the journal.
"""

from __future__ import annotations

from .checking import check_review
from .report import Located, ReviewReport
from .signing import SIGNATURE, SignedReview, sign_review

__all__ = [
    "SIGNATURE",
    "Located",
    "ReviewReport",
    "SignedReview",
    "check_review",
    "sign_review",
]
