"""The report for a person: bilingual, self-contained, made to be printed."""

from .document import write_report

__all__ = ["write_report"]
