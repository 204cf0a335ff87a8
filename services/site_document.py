"""From the JSON document of a site profile to the profile, and what contradicts itself in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..checks.findings import Text
from .site_profile import (
    AuditSettings,
    CatalogueSource,
    DeliverySettings,
    Group,
    IdentitySettings,
    LayerSource,
    Network,
    Placing,
    Secret,
    SiteProfile,
    Timestamping,
    is_loopback,
    origin,
)


def contradictions(profile: SiteProfile) -> Iterator[tuple[str, Text]]:
    """Yield what no schema sees: doubled ids, unknown groups and secrets, plain http."""
    groups = [group.id for group in profile.groups]
    yield from _doubles("/groups", groups)
    yield from _doubles("/layers", [layer.id for layer in profile.layers])
    for number, group in enumerate(profile.groups):
        if group.parent is not None and group.parent not in groups[:number]:
            yield (
                f"/groups/{number}/parent",
                Text(
                    zh=f"上级组“{group.parent}”应列在本组之前",
                    en=f"the parent '{group.parent}' is to be listed before",
                ),
            )
    names = {secret.name for secret in profile.identity.secrets} | {"", "none"}
    for number, layer in enumerate(profile.layers):
        if layer.group is not None and layer.group not in groups:
            yield (
                f"/layers/{number}/group",
                Text(zh=f"没有组“{layer.group}”", en=f"there is no group '{layer.group}'"),
            )
        if layer.credential not in names:
            yield (
                f"/layers/{number}/credential",
                Text(
                    zh=f"identity.secrets 中没有“{layer.credential}”",
                    en=f"'{layer.credential}' is not among identity.secrets",
                ),
            )
    identity = profile.identity
    if identity.kind == "oidc":
        for name in ("issuer", "client_id"):
            if not getattr(identity, name) and not (name == "issuer" and identity.endpoints):
                yield f"/identity/{name}", Text(zh=f"缺少“{name}”", en=f"'{name}' is missing")
    if identity.kind == "token_login" and not identity.login:
        yield "/identity/login", Text(zh="缺少“login”", en="'login' is missing")
    if identity.kind == "key" and not identity.secrets:
        yield "/identity/secrets", Text(zh="缺少“secrets”", en="'secrets' is missing")
    if not profile.network.allow_http:
        yield from _plain_http(profile)


def _plain_http(profile: SiteProfile) -> Iterator[tuple[str, Text]]:
    identity = profile.identity
    addresses = [("/identity/issuer", identity.issuer)]
    addresses += [(f"/identity/endpoints/{name}", url) for name, url in identity.endpoints.items()]
    addresses += [("/identity/login/url", str(identity.login.get("url", "")))]
    addresses += [(f"/catalogue/{n}/url", one.url) for n, one in enumerate(profile.catalogue)]
    addresses += [(f"/layers/{n}/url", one.url) for n, one in enumerate(profile.layers)]
    delivery = profile.delivery
    addresses += [(f"/delivery/{k}", getattr(delivery, k)) for k in ("uploads", "receipts", "wfs")]
    addresses += [("/audit/url", profile.audit.url)]
    for where, url in addresses:
        found = origin(url)
        if found and found[0] == "http" and not is_loopback(found[1]):
            yield (
                where,
                Text(
                    zh="地址为明文 http；确需使用时请设 network.allow_http 为 true",
                    en="is plain http; set network.allow_http to true where that is wanted",
                ),
            )


def _doubles(where: str, identifiers: Sequence[str]) -> Iterator[tuple[str, Text]]:
    for number, identifier in enumerate(identifiers):
        if identifier in identifiers[:number]:
            yield (
                f"{where}/{number}/id",
                Text(zh=f"标识“{identifier}”重复", en=f"the id '{identifier}' is there twice"),
            )


def _text(value: Any, default: str = "") -> Text:
    if isinstance(value, Mapping):
        return Text(str(value["zh"]), str(value["en"]))
    return Text(str(value or default), str(value or default))


def _file(value: str, path: Path | None) -> str:
    """Return a PEM text as it is, and a file name as a path from the profile's folder."""
    if not value or "-----BEGIN" in value or path is None:
        return value
    return str(path.parent / value)


def _placing(value: Any, default: Placing) -> Placing:
    if value is None:
        return default
    bearer = value["place"] == "header" and value["name"].lower() == "authorization"
    return Placing(value["place"], value["name"], value.get("prefix", "Bearer " if bearer else ""))


def _identity(value: Mapping[str, Any]) -> IdentitySettings:
    placing = _placing(value.get("credential"), Placing())
    secrets = []
    for one in value.get("secrets", ()):
        entry = {"name": one} if isinstance(one, str) else one
        name = entry["name"]
        secrets.append(
            Secret(
                name,
                _text(entry.get("title"), name),
                _text(entry.get("help")),
                _placing(entry.get("credential"), placing),
                entry.get("link", ""),
            )
        )
    roles = value.get("roles", {})
    return IdentitySettings(
        kind=value["kind"],
        issuer=value.get("issuer", "").rstrip("/"),
        endpoints=dict(value.get("endpoints", {})),
        client_id=value.get("client_id", ""),
        scopes=tuple(value.get("scopes", ("openid",))),
        roles_claim=roles.get("claim", "scope"),
        roles_map=dict(roles.get("map", {})),
        redirect_ports=tuple(value.get("redirect_ports", (0,))),
        redirect_path=value.get("redirect_path", "/"),
        device=value.get("device", False),
        unattended=tuple(value.get("unattended", ("client_credentials", "refresh_token"))),
        placing=placing,
        origins=tuple(value.get("origins", ())),
        secrets=tuple(secrets),
        login=dict(value.get("login", {})),
        errors={name: _text(one) for name, one in value.get("errors", {}).items()},
    )


def _layer(value: Mapping[str, Any], path: Path | None) -> LayerSource:
    given = {name: inner for name, inner in value.items() if name in _LAYER_FIELDS}
    given["title"] = _text(value["title"])
    if "note" in value:
        given["note"] = _text(value["note"])
    for name in ("scales", "extent", "withheld"):
        if value.get(name) is not None:
            given[name] = tuple(value[name])
    if isinstance(value.get("date"), list):
        given["date"] = tuple(value["date"])
    if value["kind"] == "file":
        given["url"] = _file(value["url"], path)
    return LayerSource(**given)


_LAYER_FIELDS = frozenset(LayerSource.__dataclass_fields__)


def read_profile(
    value: Mapping[str, Any], path: Path | None, notes: tuple[tuple[str, Text], ...]
) -> SiteProfile:
    """Return the profile that a document without faults stands for."""
    network = value.get("network", {})
    delivery = dict(value.get("delivery", {}))
    delivery["kinds"] = tuple(delivery.get("kinds", ()))
    delivery["receipt_certificate"] = _file(delivery.get("receipt_certificate", ""), path)
    timestamp = value.get("timestamp", {})
    catalogue = []
    for one in value.get("catalogue", ()):
        given = {k: v for k, v in one.items() if k in CatalogueSource.__dataclass_fields__}
        if "title" in one:
            given["title"] = _text(one["title"])
        catalogue.append(CatalogueSource(**given))
    return SiteProfile(
        id=value["id"],
        title=_text(value["title"]),
        zone=value["zone"],
        network=Network(
            float(network.get("timeout_s", 0.0)),
            tuple(_file(one, path) for one in network.get("certificate_authorities", ())),
            network.get("allow_http", False),
        ),
        identity=_identity(value.get("identity", {"kind": "none"})),
        catalogue=tuple(catalogue),
        groups=tuple(
            Group(one["id"], _text(one["title"]), one.get("parent"))
            for one in value.get("groups", ())
        ),
        layers=tuple(_layer(one, path) for one in value.get("layers", ())),
        delivery=DeliverySettings(
            **{k: v for k, v in delivery.items() if k in DeliverySettings.__dataclass_fields__}
        ),
        trust_certificates=tuple(
            _file(one, path) for one in value.get("trust", {}).get("certificates", ())
        ),
        timestamp=Timestamping(
            timestamp.get("url", ""), _file(timestamp.get("certificate", ""), path)
        ),
        audit=AuditSettings(**{k: v for k, v in value.get("audit", {}).items() if k in _AUDIT}),
        note=_text(value["note"]) if "note" in value else None,
        template=value.get("template", False),
        path=path,
        notes=notes,
    )


_AUDIT = frozenset(AuditSettings.__dataclass_fields__)
