"""``onemap:verifysubmission``: everything that can be checked, in one pass."""

from __future__ import annotations

from . import inputs
from .language import translate
from .verification import Verification


class VerifySubmission(Verification):
    """All families of rules."""

    identifier = "verifysubmission"
    group_identifier = "verification"
    parameters_used = tuple(inputs.INPUTS)
    words = (
        "verify",
        "check",
        "quality",
        "survey",
        "land",
        "parcel",
        "DLTB",
        "submission",
        "authenticity",
        "核验",
        "质检",
        "检查",
        "国土调查",
        "变更调查",
        "图斑",
        "成果",
        "真实性",
        "一张图",
    )

    def displayName(self) -> str:
        return translate("Verification", "Verify submission")

    def group(self) -> str:
        return translate("Verification", "Verification")
