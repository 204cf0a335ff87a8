"""What is particular about a platform, as data: the site profile.

A profile is one JSON file (``resources/schemas/site.json``). It is looked for among those shipped
(``resources/sites``), in the administrator's folder, and under the path given; the later wins.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..checks.findings import Text
from . import schema
from .errors import ProfileProblem
from .site_document import contradictions, read_profile
from .site_profile import (
    AuditSettings,
    CatalogueSource,
    DeliverySettings,
    Group,
    IdentitySettings,
    LayerSource,
    Network,
    Origin,
    Placing,
    Secret,
    SiteProfile,
    Timestamping,
    is_loopback,
    origin,
)

__all__ = [
    "AuditSettings",
    "CatalogueSource",
    "DeliverySettings",
    "Group",
    "IdentitySettings",
    "LayerSource",
    "Network",
    "Origin",
    "Placing",
    "Secret",
    "SiteProfile",
    "Timestamping",
    "available_profiles",
    "find_profile",
    "folders",
    "is_loopback",
    "load_profile",
    "origin",
    "shipped_profiles",
]
RESOURCES = Path(__file__).resolve().parents[1] / "resources"
SHIPPED = RESOURCES / "sites"
RUNNING = RESOURCES.parent / ".build" / "platform" / "profile.json"
"""What the embedded platform of a checkout writes while it runs."""
FOLDER_VARIABLE = "ONEMAP_SITES"
"""Environment variable with further folders of profiles, separated as ``PATH`` is."""
ZONES = ("internet", "government", "business", "inner")
MAX_BYTES = 16 * 1024 * 1024


def load_profile(
    source: str | os.PathLike[str] | Mapping[str, Any],
    variables: Mapping[str, str] | None = None,
) -> SiteProfile:
    """Read a profile from a file or a mapping.

    Parameters
    ----------
    source
        JSON file, or what such a file holds.
    variables
        Values that override the profile's own ``variables``.

    Raises
    ------
    ProfileProblem
        With the JSON pointer of what is wrong in ``where``.
    """
    path = None if isinstance(source, Mapping) else Path(source).absolute()
    document = source if isinstance(source, Mapping) else _read(Path(source))
    filled = _fill(dict(document), variables or {})
    rules = _schema()
    for where, fault in schema.faults(filled, rules):
        raise _problem(path, where, fault)
    profile = read_profile(filled, path, tuple(schema.unknown_keys(filled, rules)))
    for where, fault in contradictions(profile):
        raise _problem(path, where, fault)
    return profile


def folders() -> list[Path]:
    """Return where profiles lie, shipped ones first; later ones win."""
    found = [SHIPPED]
    try:
        from . import settings

        folder = settings.SITES_FOLDER.get()
    except ImportError:
        # Without QGIS there are no settings; the environment variable remains.
        folder = ""
    found += [Path(one) for one in (folder, *_from_environment()) if one]
    return found


def _from_environment() -> list[str]:
    return os.environ.get(FOLDER_VARIABLE, "").split(os.pathsep)


def available_profiles() -> tuple[dict[str, Path], list[tuple[Path, Text]]]:
    """Return the usable profiles by id, and which files cannot be used and why."""
    usable: dict[str, Path] = {}
    broken: list[tuple[Path, Text]] = []
    for folder in folders():
        for path in (*sorted(folder.glob("*.json")), *([RUNNING] if folder == SHIPPED else [])):
            if not path.is_file():
                continue
            try:
                usable[load_profile(path).id] = path
            except ProfileProblem as problem:
                broken.append((path, problem.text))
    return usable, broken


def shipped_profiles() -> tuple[SiteProfile, ...]:
    """Return the profiles that come with the plugin, in the order of their files."""
    return tuple(load_profile(path) for path in sorted(SHIPPED.glob("*.json")))


def find_profile(
    identifier: str | os.PathLike[str], variables: Mapping[str, str] | None = None
) -> SiteProfile:
    """Return the profile of that id, or in that file.

    Raises
    ------
    ProfileProblem
        When there is none, or it cannot be used.
    """
    text = os.fspath(identifier)
    if text.lower().endswith(".json") or os.sep in text or "/" in text:
        return load_profile(text, variables)
    usable, broken = available_profiles()
    if text in usable:
        return load_profile(usable[text], variables)
    for path, fault in broken:
        if path.stem == text:
            raise ProfileProblem(fault)
    known = ", ".join(sorted(usable))
    raise ProfileProblem(
        Text(
            zh=f"没有站点配置“{text}”；现有：{known}",
            en=f"There is no site profile '{text}'; there are: {known}",
        ),
        advice=Text(
            zh="请给出站点配置的标识，或其 JSON 文件的路径。",
            en="Give the id of a site profile, or the path of its JSON file.",
        ),
    )


def _schema() -> dict[str, Any]:
    rules: dict[str, Any] = json.loads((RESOURCES / "schemas" / "site.json").read_text("utf-8"))
    return rules


def _read(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ProfileProblem(
                Text(zh=f"站点配置 {path.name} 过大", en=f"Site profile {path.name} is too large")
            )
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise ProfileProblem(
            Text(
                zh=f"无法读取站点配置 {path}：{why}",
                en=f"Site profile {path} cannot be read: {why}",
            )
        ) from None
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise ProfileProblem(
            Text(
                zh=f"站点配置 {path.name} 不是有效的 JSON（第 {line} 行）",
                en=f"Site profile {path.name} is not valid JSON (line {line})",
            )
        ) from None
    if not isinstance(document, dict):
        raise _problem(path, "", Text(zh="应为对象", en="is to be of type object"))
    return document


def _problem(path: Path | None, where: str, fault: Text) -> ProfileProblem:
    name = path.name if path else "JSON"
    return ProfileProblem(
        Text(
            zh=f"站点配置 {name} 的 {where or '/'} 有误：{fault.zh}",
            en=f"Site profile {name}, {where or '/'}: {fault.en}",
        ),
        where,
    )


def _fill(document: dict[str, Any], overriding: Mapping[str, str]) -> dict[str, Any]:
    """Put the variables in; other braces (``{z}``, ``{TileMatrix}``) stay."""
    own = document.get("variables", {})
    values = {**own, **overriding} if isinstance(own, dict) else dict(overriding)

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            for name, replacement in values.items():
                if isinstance(replacement, str):
                    value = value.replace("{" + name + "}", replacement.rstrip("/"))
            return value
        if isinstance(value, Mapping):
            return {key: fill(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [fill(inner) for inner in value]
        return value

    return {key: inner if key == "variables" else fill(inner) for key, inner in document.items()}
