"""``onemap:checkpackage``: whether the package is whole and in the right frame."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckPackage(Verification):
    """The family ``package`` alone."""

    identifier = "checkpackage"
    families = ("package",)
    parameters_used = ("SUBMISSION", "DEM", "STANDARD")
    words = ("package", "CRS", "zone", "manifest", "成果包", "完整性", "坐标系", "分带")

    def displayName(self) -> str:
        return translate("Verification", "Check package and coordinate system")
