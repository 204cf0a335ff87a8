"""A small part of JSON Schema, enough to tell a person where a document is wrong.

Understood: ``type``, ``required``, ``properties``, ``additionalProperties``, ``items``, ``enum``,
``pattern``, ``minimum``, ``maximum``, ``minItems``, ``maxItems``, ``anyOf`` and ``$ref`` to
``#/$defs/…``. The same file therefore also serves editors that know JSON Schema.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from ..checks.findings import Text

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list, tuple),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
_TYPE_WORDS = {
    "object": "对象",
    "array": "列表",
    "string": "文本",
    "number": "数值",
    "integer": "整数",
    "boolean": "true/false",
    "null": "null",
}


def faults(document: Any, schema: dict[str, Any]) -> list[tuple[str, Text]]:
    """Return what contradicts the schema, as JSON pointer and sentence, in reading order."""
    return [(where, text) for where, text, strict in _walk(document, schema, schema, "") if strict]


def unknown_keys(document: Any, schema: dict[str, Any]) -> list[tuple[str, Text]]:
    """Return the keys the schema does not know: no error, but perhaps a typing error."""
    return [
        (where, text) for where, text, strict in _walk(document, schema, schema, "") if not strict
    ]


def pointer(parent: str, key: object) -> str:
    """Return the JSON pointer (RFC 6901) of ``key`` below ``parent``."""
    return f"{parent}/{str(key).replace('~', '~0').replace('/', '~1')}"


Fault = tuple[str, Text, bool]


def _walk(value: Any, schema: dict[str, Any], root: dict[str, Any], where: str) -> Iterator[Fault]:
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        yield from _any_of(value, schema["anyOf"], root, where)
        return
    wanted = schema.get("type")
    if wanted is not None and not _is(value, wanted):
        words = wanted if isinstance(wanted, list) else [wanted]
        yield (
            where,
            Text(
                zh=f"应为{'或'.join(_TYPE_WORDS[word] for word in words)}",
                en=f"is to be of type {' or '.join(words)}",
            ),
            True,
        )
        return
    yield from _value(value, schema, where)
    if isinstance(value, dict):
        yield from _object(value, schema, root, where)
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from _walk(item, schema.get("items", {}), root, pointer(where, number))


def _is(value: Any, wanted: str | list[str]) -> bool:
    names = wanted if isinstance(wanted, list) else [wanted]
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES[name]) for name in names)


def _any_of(
    value: Any, choices: list[dict[str, Any]], root: dict[str, Any], where: str
) -> Iterator[Fault]:
    best: list[Fault] | None = None
    for choice in choices:
        found = list(_walk(value, choice, root, where))
        if not any(strict for _, _, strict in found):
            yield from found
            return
        # The choice that fails deepest is what the writer meant.
        if best is None or max(len(f[0]) for f in found) > max(len(f[0]) for f in best):
            best = found
    yield from best or ()


def _value(value: Any, schema: dict[str, Any], where: str) -> Iterator[Fault]:
    if "enum" in schema and value not in schema["enum"]:
        choices = ", ".join(str(choice) for choice in schema["enum"])
        yield where, Text(zh=f"只能是：{choices}", en=f"is to be one of: {choices}"), True
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield (
            where,
            Text(
                zh=f"格式不符（应匹配 {schema['pattern']}）",
                en=f"has not the form {schema['pattern']}",
            ),
            True,
        )
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = schema.get("minimum"), schema.get("maximum")
        if (low is not None and value < low) or (high is not None and value > high):
            yield (
                where,
                Text(zh=f"超出范围 {low}～{high}", en=f"is outside {low} to {high}"),
                True,
            )
    if isinstance(value, (list, tuple)):
        low, high = schema.get("minItems", 0), schema.get("maxItems")
        if len(value) < low or (high is not None and len(value) > high):
            yield (
                where,
                Text(
                    zh=f"元素个数不符（{low}～{high if high is not None else '不限'}）",
                    en=f"has {len(value)} items instead of {low} to {high or 'any number'}",
                ),
                True,
            )


def _object(
    value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], where: str
) -> Iterator[Fault]:
    properties: dict[str, Any] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield (
                pointer(where, name),
                Text(zh=f"缺少“{name}”", en=f"'{name}' is missing"),
                True,
            )
    rest = schema.get("additionalProperties", True)
    for name, inner in value.items():
        if name in properties:
            yield from _walk(inner, properties[name], root, pointer(where, name))
        elif isinstance(rest, dict):
            yield from _walk(inner, rest, root, pointer(where, name))
        elif rest is False and not name.startswith(("$", "x-", "_")):
            close = difflib.get_close_matches(name, properties, 1)
            yield (
                pointer(where, name),
                Text(
                    zh=f"不认识“{name}”，已忽略" + (f"；是否应为“{close[0]}”？" if close else ""),
                    en=f"'{name}' is not known and is ignored"
                    + (f"; is '{close[0]}' meant?" if close else ""),
                ),
                False,
            )
