"""Network zones: what belongs in an inner network must not be carried out of it.

涉密内网, 业务专网 and 政务外网 are separate networks and nothing may bridge them (the client's
part of GB/T 22239-2019: access control by network zone).
"""

from __future__ import annotations

from typing import Any

from ...checks.findings import Text
from ..site import ZONES
from .problems import Problem

ZONE_NAMES = {
    "internet": Text("互联网", "the internet"),
    "government": Text("政务外网", "the government network"),
    "business": Text("业务专网", "the business network"),
    "inner": Text("涉密内网", "the inner network"),
}


def zone_problem(zone: str, profile: Any) -> Problem | None:
    """Why a package marked for ``zone`` must not go to the platform; ``None`` when it may.

    A package without a mark may go anywhere; one with an unknown mark nowhere, for nobody can
    say where it belongs.
    """
    if not zone:
        return None
    if zone not in ZONES or profile.zone not in ZONES:
        return Problem(
            "zone",
            Text(
                f"成果包的网络区标记“{zone}”无法识别，不得交付",
                f"The package is marked for an unknown network zone '{zone}': it must not be sent",
            ),
        )
    if ZONES.index(profile.zone) >= ZONES.index(zone):
        return None
    ours, theirs = ZONE_NAMES[zone], ZONE_NAMES[profile.zone]
    return Problem(
        "zone",
        Text(
            f"成果包标明只限{ours.zh}使用，而平台“{profile.title.zh}”在{theirs.zh}，不得交付",
            f"The package is for {ours.en} only, and the platform '{profile.title.en}' is on "
            f"{theirs.en}: it must not be sent",
        ),
    )
