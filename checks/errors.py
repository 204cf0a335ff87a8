"""Errors that explain themselves to a person, in Chinese and in English."""

from __future__ import annotations

from .findings import Text


class ExplainedError(Exception):
    """Something the person can mend; ``text`` says what and why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class InputError(ExplainedError):
    """A parameter that cannot be understood."""


class OutputError(ExplainedError):
    """A result that cannot be written where it was asked for."""
