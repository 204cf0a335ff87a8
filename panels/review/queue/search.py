"""Text search over all findings: bytes in blocks, never a loop over rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]

_BLOCK = 4096
"""Rows searched in one call: what runs in a thread hands the interpreter back after each."""
_KEPT = 24
_FIELD = "\x1f"
"""Between cells: it is a blank, so that no word that is searched for can hold it."""
_ROW = b"\xff"
"""Between rows: a byte that no UTF-8 holds."""


class TextIndex:
    """The searchable cells of every row, one after another as UTF-8.

    Letters are compared without case: ASCII letters everywhere, others (``Ä``, full-width ``Ａ``)
    by trying both cases of what is searched for.
    """

    def __init__(self, columns: Sequence[Sequence[str]]) -> None:
        self._rows = len(columns[0]) if columns else 0
        self._blocks: list[tuple[bytes, npt.NDArray[np.int64]]] = []
        for start in range(0, self._rows, _BLOCK):
            cells = zip(*(column[start : start + _BLOCK] for column in columns))
            rows = [_FIELD.join(part).encode("utf-8", "replace") for part in cells]
            lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows)) + len(_ROW)
            starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
            self._blocks.append((_ROW.join(rows).lower(), starts))
        self._found: dict[str, BoolArray] = {}

    def known(self, text: str) -> BoolArray | None:
        """What an earlier search for the same found; ``None`` when it was not searched for."""
        return self._found.get(_plain(text))

    def search(self, text: str, stopped: Callable[[], bool] = lambda: False) -> BoolArray | None:
        """Rows that hold every word of ``text``, shape ``(rows,)``; ``None`` when stopped."""
        key = _plain(text)
        found = self._found.get(key)
        if found is not None:
            return found
        needles = [_variants(word) for word in key.split()]
        # Who types on narrows what was found before.
        before = self._narrower(key)
        found = np.zeros(self._rows, dtype=bool)
        for number, (blob, starts) in enumerate(self._blocks):
            if stopped():
                return None
            part = slice(number * _BLOCK, number * _BLOCK + len(starts))
            hit = np.ones(len(starts), dtype=bool) if before is None else before[part].copy()
            for variants in needles:
                if not hit.any():
                    break
                hit &= _holding(blob, starts, variants)
            found[part] = hit
        while len(self._found) >= _KEPT:
            del self._found[next(iter(self._found))]
        self._found[key] = found
        return found

    def _narrower(self, key: str) -> BoolArray | None:
        for end in range(len(key) - 1, 0, -1):
            found = self._found.get(key[:end].rstrip())
            if found is not None:
                return found
        return None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _variants(word: str) -> list[bytes]:
    both = (word, word.lower(), word.upper())
    return list(dict.fromkeys(one.encode("utf-8", "replace").lower() for one in both))


def _holding(blob: bytes, starts: npt.NDArray[np.int64], variants: Sequence[bytes]) -> BoolArray:
    """Rows of one block that hold one of the variants."""
    hit = np.zeros(len(starts), dtype=bool)
    for needle in variants:
        pieces = blob.split(needle)
        if len(pieces) == 1:
            continue
        lengths = np.fromiter(map(len, pieces[:-1]), dtype=np.int64, count=len(pieces) - 1)
        places = np.cumsum(lengths + len(needle)) - len(needle)
        hit[np.searchsorted(starts, places, side="right") - 1] = True
    return hit
