"""What a rule says: a finding, with everything needed to explain itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from shapely import Geometry


class Family(str, Enum):
    """The kinds of rules, in the order in which they are run and shown."""

    PACKAGE = "package"
    SCHEMA = "schema"
    CODES = "codes"
    LOGIC = "logic"
    TOPOLOGY = "topology"
    AREA = "area"
    TERRAIN = "terrain"
    HEIGHTS = "heights"
    IMAGERY = "imagery"
    CHANGE = "change"
    BOUNDARY = "boundary"
    PHOTOS = "photos"
    TRACKS = "tracks"
    CONTROL = "control"
    HISTORY = "history"
    STATISTICS = "statistics"


class Verdict(str, Enum):
    """不一致 (the facts contradict) or 存疑 (a person has to look)."""

    INCONSISTENT = "inconsistent"
    DOUBTFUL = "doubtful"


class Severity(str, Enum):
    """Error classes of GB/T 24356, worst first."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True)
class Text:
    """The same sentence in Chinese and in English."""

    zh: str
    en: str

    def format(self, **values: Any) -> Text:
        """Return both sentences with ``values`` filled in (``str.format``)."""
        return Text(self.zh.format(**values), self.en.format(**values))


@dataclass(frozen=True)
class Finding:
    """One contradiction or doubt about one object.

    ``key`` tells apart several findings of one rule about one object (a field
    name, the other parcel of an overlap); it must not depend on run order or
    on geometry noise. ``where`` is in the CRS of the submission.
    """

    rule_id: str
    rule_version: str
    family: Family
    verdict: Verdict
    severity: Severity
    layer: str
    object_id: str
    message: Text
    parcel_bsm: str = ""
    score: float = 1.0
    measured: str = ""
    expected: str = ""
    tolerance: float | None = None
    unit: str = ""
    cause: str = ""
    key: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    where: Geometry | None = None
    occurrence: int = 0

    @property
    def finding_id(self) -> str:
        """Stable id: rule, object, cause and key; nothing that wobbles.

        ``occurrence`` only counts when the submission itself gives several
        objects the same identifier, so that no two findings share an id.
        """
        parts = [self.rule_id, self.layer, self.object_id, self.cause, self.key]
        if self.occurrence:
            parts.append(str(self.occurrence))
        text = "\x1f".join(parts)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()[:20]
