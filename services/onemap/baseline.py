"""Everything a verification needs of the one map, saved into a folder for work without network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..answers import Requests
from ..errors import BadAnswer, NotThere, ServiceError
from ..site_profile import LayerSource, SiteProfile
from . import frames
from .choose import Choice, best_picture, best_terrain
from .coverage import Coverage
from .extract_features import PAGE, FeatureExtract, layer_name
from .extract_files import copy_raster, copy_vector
from .extract_raster import BLOCK, RasterExtract
from .extract_source import Extract
from .provider_source import RASTER_SUFFIXES, feature_service, file_path
from .tiles import Tiles

SUMMARY = "onemap.json"
ROLES = ("dem", "imagery", "imagery_previous", "previous", "control")


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    ``layers`` and ``groups`` are ids (none of both: what has a role); ``box`` in ``box_crs``;
    ``when`` is the date of the survey.
    """

    layers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    box: frames.Box | None = None
    box_crs: str = frames.DEGREES
    when: date | None = None


@dataclass
class Saved:
    """What was saved, by role, with the reasons for a choice and what went wrong."""

    extracts: list[Extract] = field(default_factory=list)
    roles: dict[str, list[Extract]] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)
    failures: list[tuple[LayerSource, ServiceError]] = field(default_factory=list)

    def path(self, role: str) -> str:
        """What GDAL opens for a role; empty without."""
        found = self.roles.get(role, [])
        return found[0].for_gdal if found else ""

    def day(self, role: str) -> str:
        """The last day of what a picture shows, as an ISO date; empty where not told."""
        from ..catalogue.record import iso_date

        found = self.roles.get(role, [])
        told = found[0].source.date if found else None
        return iso_date(told[-1] if isinstance(told, tuple) else told, True) if told else ""

    def as_json(self) -> dict[str, Any]:
        """The summary that lies beside the extracts."""
        return {
            "roles": {
                role: [each.for_gdal for each in found] for role, found in self.roles.items()
            },
            "layers": [dict(each.facts) for each in self.extracts],
            "choices": {
                role: {
                    "layer": choice.layer.id,
                    "reasons": [{"zh": why.zh, "en": why.en} for why in choice.reasons],
                    "others": [
                        {"layer": layer.id, "why": {"zh": why.zh, "en": why.en}}
                        for layer, why in choice.others
                    ],
                }
                for role, choice in self.choices.items()
            },
            "failures": [
                {"layer": layer.id, "zh": error.text.zh, "en": error.text.en}
                for layer, error in self.failures
            ],
        }


def chosen_layers(profile: SiteProfile, wanted: Wanted) -> list[LayerSource]:
    """Layers of the profile that are asked for, in its order.

    Raises
    ------
    NotThere
        When an id is not in the profile.
    """
    unknown = [name for name in wanted.layers if profile.layer(name) is None]
    below = {group.id for group in profile.groups}
    unknown += [name for name in wanted.groups if name not in below]
    if unknown:
        listed = ", ".join(unknown)
        raise NotThere(
            Text(zh=f"站点配置中没有：{listed}", en=f"The site profile does not have: {listed}"),
            Text(zh="请核对图层和分组的标识。", en="Check the ids of layers and groups."),
        )
    groups = set(wanted.groups)
    for group in profile.groups:
        if group.parent in groups:
            groups.add(group.id)
    return [
        layer for layer in profile.layers
        if (not wanted.layers and not wanted.groups)
        or layer.id in wanted.layers or layer.group in groups
    ]  # fmt: skip


def by_role(
    profile: SiteProfile, wanted: Wanted
) -> tuple[dict[str, list[LayerSource]], dict[str, Choice]]:
    """The layers of each role for a verification: one terrain, two pictures, all control layers."""
    layers = chosen_layers(profile, wanted)
    place = frames.carried(wanted.box, wanted.box_crs, "OGC:CRS84") if wanted.box else None
    roles: dict[str, list[LayerSource]] = {}
    choices: dict[str, Choice] = {}
    terrain = best_terrain(layers, place, wanted.when)
    picture = best_picture(layers, place, wanted.when)
    earlier = best_picture(layers, place, None, picture.layer) if picture else None
    found = (("dem", terrain), ("imagery", picture), ("imagery_previous", earlier))
    for role, choice in found:
        if choice is not None:
            roles[role], choices[role] = [choice.layer], choice
    before = [layer for layer in layers if layer.role == "previous"]
    if before:
        roles["previous"] = [_last_before(before, wanted.when)]
    control = [layer for layer in layers if layer.role == "control"]
    if control:
        roles["control"] = control
    return roles, choices


def _last_before(layers: Sequence[LayerSource], when: date | None) -> LayerSource:
    """The newest layer of the year before the survey's."""
    from ..catalogue.record import iso_date

    def year(layer: LayerSource) -> int:
        told = layer.date[-1] if isinstance(layer.date, tuple) else layer.date
        return int(iso_date(told)[:4] or 0) if told else 0

    earlier = [layer for layer in layers if when is None or year(layer) < when.year]
    return max(earlier or layers, key=year)


def save(
    profile: SiteProfile,
    transport: Requests,
    wanted: Wanted,
    folder: Path,
    progress: Progress = SILENT,
    page: int = PAGE,
    block: int = BLOCK,
) -> Saved:
    """Save what is asked for into ``folder``; failures of one layer do not stop the others.

    Raises
    ------
    NotThere
        When an id is not in the profile.
    OutputError, Cancelled
        What is unfinished stays and is taken up again next time.
    """
    roles, choices = by_role(profile, wanted)
    saved = Saved(choices=choices)
    todo: list[tuple[str, LayerSource]] = [
        (role, layer) for role, layers in roles.items() for layer in layers
    ]
    named = {layer.id for _, layer in todo}
    if wanted.layers:
        todo += [
            ("", layer) for layer in chosen_layers(profile, wanted)
            if layer.id in wanted.layers and layer.id not in named
        ]  # fmt: skip
    names: dict[str, int] = {}
    for number, (role, layer) in enumerate(todo):
        part = progress.part(number / len(todo), (number + 1) / len(todo))
        part.at(0.0, f"{layer.title.zh} | {layer.title.en}")
        try:
            extract = extract_layer(
                layer, transport, profile, folder, wanted, part, names, page, block
            )
        except ServiceError as error:
            saved.failures.append((layer, error))
            continue
        saved.extracts.append(extract)
        if role:
            saved.roles.setdefault(role, []).append(extract)
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / f"{SUMMARY}.new"
    scratch.write_text(json.dumps(saved.as_json(), ensure_ascii=False, indent=1), "utf-8")
    scratch.replace(folder / SUMMARY)
    progress.at(1.0)
    return saved


def extract_layer(
    layer: LayerSource,
    transport: Requests,
    profile: SiteProfile,
    folder: Path,
    wanted: Wanted,
    progress: Progress = SILENT,
    names: dict[str, int] | None = None,
    page: int = PAGE,
    block: int = BLOCK,
) -> Extract:
    """Save one layer.

    Raises
    ------
    BadAnswer
        When the kind of service gives pictures only.
    """
    stem = _stem(layer, names if names is not None else {})
    box, crs = wanted.box, wanted.box_crs
    service = feature_service(layer, transport)
    if service is not None:
        return FeatureExtract(service, folder / f"{stem}.gpkg", box, crs, page).run(progress)
    if layer.kind == "wcs":
        coverage = Coverage(transport, layer)
        return RasterExtract(coverage, folder / f"{stem}.tif", box, crs, block).run(progress)
    if layer.kind in ("wmts", "xyz"):
        tiles = Tiles(transport, layer)
        tiles.describe(progress)
        return RasterExtract(tiles, folder / f"{stem}.tif", box, crs, tiles.side, aligned=True).run(
            progress
        )
    if layer.kind in ("file", "postgis"):
        path = file_path(layer, profile) if layer.kind == "file" else layer.url
        if path.lower().endswith(RASTER_SUFFIXES):
            return copy_raster(layer, path, folder / f"{stem}.tif", box, crs, progress)
        return copy_vector(layer, path, folder / f"{stem}.gpkg", box, crs, progress)
    raise BadAnswer(
        Text(
            zh=f"“{layer.title.zh}”（{layer.kind}）只提供图片，无法保存为数据",
            en=f"“{layer.title.en}” ({layer.kind}) gives pictures only and cannot be saved as data",
        )
    )


def _stem(layer: LayerSource, names: dict[str, int]) -> str:
    """A file name of its own for each layer."""
    base = layer_name(layer)
    bare = "".join(sign if sign.isalnum() or sign in "_-" else "_" for sign in layer.id)[:60]
    stem = base if base.lower() == bare.lower() else f"{base}_{bare}"
    names[stem] = names.get(stem, 0) + 1
    return stem if names[stem] == 1 else f"{stem}_{names[stem]}"
