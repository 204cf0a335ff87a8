"""``onemap:checkschema``: layers, fields, types and lengths."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckSchema(Verification):
    """The family ``schema`` alone."""

    identifier = "checkschema"
    families = ("schema",)
    parameters_used = ("SUBMISSION", "STANDARD")
    words = ("schema", "fields", "structure", "字段", "结构", "图层", "数据库标准")

    def displayName(self) -> str:
        return translate("Verification", "Check schema")
