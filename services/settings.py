"""Every setting of the plugin, declared once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from qgis.core import QgsSettings

ROOT = "onemap_verify"
Value = TypeVar("Value")


@dataclass(frozen=True)
class Setting(Generic[Value]):
    """One value kept in the user's profile, as JSON so that its type survives."""

    name: str
    default: Value

    @property
    def key(self) -> str:
        """Where QGIS keeps it."""
        return f"{ROOT}/{self.name}"

    def get(self) -> Value:
        """Return what was kept, or the default when nothing usable was."""
        text = QgsSettings().value(self.key, None)
        if not isinstance(text, str):
            return self.default
        try:
            value = json.loads(text)
        except ValueError:
            return self.default
        if isinstance(self.default, float) and isinstance(value, int):
            value = float(value)
        return value if isinstance(value, type(self.default)) else self.default

    def set(self, value: Value) -> None:
        """Keep ``value``."""
        QgsSettings().setValue(self.key, json.dumps(value, ensure_ascii=False))

    def forget(self) -> None:
        """Go back to the default."""
        QgsSettings().remove(self.key)


# Options page
STANDARD: Setting[str] = Setting("standard", "")
"""Id or folder of the rule set; empty means the newest shipped."""
RIDGE_COEFFICIENTS: Setting[str] = Setting("ridge_coefficients", "")
"""CSV file of the county's field-ridge coefficients (GDLX, GDPDJB, KCXS)."""
CONTROL_AREA: Setting[float] = Setting("control_area", 0.0)
"""The county's control area in m²; 0 means not known."""
RESULTS_FOLDER: Setting[str] = Setting("results_folder", "")
"""Where a run from the panel puts its files; empty means the documents folder."""
ZOOM_TO_SELECTED: Setting[bool] = Setting("zoom_to_selected", True)
"""Whether the map follows the finding selected in the list."""

# What the Verify panel remembers
RECENT_PACKAGES: Setting[list[Any]] = Setting("verify/recent_packages", [])
"""Paths last chosen, newest first."""
LAST_INPUTS: Setting[dict[str, Any]] = Setting("verify/last_inputs", {})
"""What was chosen in the panel's form when a run was last started."""

# The platform
SITES_FOLDER: Setting[str] = Setting("sites_folder", "")
"""Folder with the administrator's site profiles."""
SITE: Setting[str] = Setting("site", "")
"""Id or path of the site profile last used."""

# Who decides, and why
REVIEWER: Setting[str] = Setting("review/person", "")
"""Name under which decisions are written; empty means that of the computer's account."""
ROLE: Setting[str] = Setting("review/role", "reviewer")
"""In which capacity the person decides: surveyor, reviewer or administrator."""
RECENT_REASONS: Setting[dict[str, Any]] = Setting("review/recent_reasons", {})
"""Reasons given last, newest first, by what was decided."""
REASON_BY_RULE: Setting[dict[str, Any]] = Setting("review/reason_by_rule", {})
"""The reason given last for a rule, by what was decided and the rule's id."""

# The queue of the review
SAVED_FILTERS: Setting[list[Any]] = Setting("review/saved_filters", [])
"""Filters with names: {"name", "filter"}."""
STARTING_FILTER: Setting[str] = Setting("review/starting_filter", "")
"""The filter that is used when a file is opened; empty means none."""

# County or province
MODE: Setting[str] = Setting("review/mode", "review")
"""For whom the queue is: ``precheck`` for the county before it delivers, ``review`` for those who
judge what was delivered."""
PEOPLE: Setting[list[Any]] = Setting("review/people", [])
"""People to whom work was given."""
UNANSWERED: Setting[list[Any]] = Setting("review/unanswered", [])
"""Decisions of which nobody has heard yet whether they were saved: after a crash they are shown."""
