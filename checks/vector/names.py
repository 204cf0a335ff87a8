"""What a file calls a layer or a field, and what the standard calls it."""

from __future__ import annotations

import re
import unicodedata

from ..standard import FieldSpec, Standard

_FILLERS = {
    "", "PG", "PL", "PT", "PN", "POLYGON", "POLYLINE", "LINE", "POINT", "REGION", "AREA",
    "MAIN", "PUBLIC", "SDE", "DBO", "TDDC", "TDGX", "面", "线", "点", "图层", "年", "层",
}  # fmt: skip
"""Words beside a layer's name that only say where it lies or what shape it has."""
_SEPARATORS = re.compile(r"[\s_.\-()()【】\[\]]+")
_PREFIX = r"(?:[A-Z]{0,2}\d{2,}(?:[A-Z]{1,6}\d{2,})*[A-K]?)?"
"""What surveys put before a layer's name: D371402LUNC2019H, 2001H2023371402, 371402, …"""
_SUFFIX = r"(?:\d+年?)?"
_DBF_NAME = 10


class LayerNames:
    """Finds the standard's name of a delivered layer.

    Accepts the name itself, its aliases and Chinese title in any case, with a
    county code, survey prefix (``D371402LUNC2019HDLTB``), year or shape word
    around it. Nothing else: ``DLTB_backup`` is not DLTB.
    """

    def __init__(self, standard: Standard) -> None:
        self._exact: dict[str, str] = {}
        for name, spec in standard.layers.items():
            for word in (name, spec.title, *spec.aliases):
                self._exact.setdefault(_clean(word), name)
        # Longest first, so that DLTBGXGC is not read as DLTB with something behind it.
        words = sorted(self._exact, key=lambda word: (-len(word), word))
        self._decorated = re.compile(
            f"^{_PREFIX}({'|'.join(re.escape(word) for word in words)}){_SUFFIX}$"
        )

    def resolve(self, name: str) -> str:
        """Return the standard name, or ``""`` when the name says nothing."""
        clean = _clean(name)
        if clean in self._exact:
            return self._exact[clean]
        whole = self._decorated.match(_SEPARATORS.sub("", clean))
        if whole:
            return self._exact[whole.group(1)]
        found: set[str] = set()
        for word in _SEPARATORS.split(clean):
            match = self._decorated.match(word)
            if match:
                found.add(self._exact[match.group(1)])
            elif word not in _FILLERS and not re.fullmatch(r"[A-Z]?\d+[A-Z]?年?", word):
                return ""
        return found.pop() if len(found) == 1 else ""


def field_names(source_names: list[str], specs: list[FieldSpec]) -> list[str]:
    """Standard names for the fields of a layer, in the same order.

    The standard's own name wins over an alias, an alias over the Chinese
    title, that over a name cut to ten characters as shapefiles do; no two
    fields get the same name. Unknown fields keep theirs in upper case.
    """
    clean = [_clean(name) for name in source_names]
    out = [""] * len(clean)
    taken: set[str] = set()
    for ranked in _ranks(specs):
        for i, word in enumerate(clean):
            target = ranked.get(word, "")
            if target and not out[i] and target not in taken:
                out[i] = target
                taken.add(target)
    for i, word in enumerate(clean):
        if not out[i]:
            out[i] = _unique(word or f"FIELD_{i + 1}", taken)
            taken.add(out[i])
    return out


def is_identifier(name: str) -> bool:
    """Whether a field the standard does not list holds an identifier or a code."""
    return name.endswith(("BSM", "DM", "BM", "BH"))


def _ranks(specs: list[FieldSpec]) -> list[dict[str, str]]:
    own = {spec.name.upper(): spec.name.upper() for spec in specs}
    aliases = {_clean(alias): spec.name.upper() for spec in specs for alias in spec.aliases}
    titles = {_clean(spec.title): spec.name.upper() for spec in specs if spec.title}
    cut = {name[:_DBF_NAME]: name for name in own if len(name) > _DBF_NAME}
    return [own, aliases, titles, cut]


def _unique(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _clean(name: str) -> str:
    """Upper case, full-width letters made ordinary, no blanks around."""
    return unicodedata.normalize("NFKC", name).strip().upper()
