"""What a site profile holds, and where its secrets may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..checks.findings import Text

Origin = tuple[str, str, int]
"""Scheme, host and port: what decides whether a secret may go there."""


def origin(url: str) -> Origin | None:
    """Return scheme, host (lower case) and port of an address; ``None`` for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not parts.hostname:
        return None
    return scheme, parts.hostname.lower(), port or (443 if scheme == "https" else 80)


@dataclass(frozen=True)
class Network:
    """How a platform is talked to; ``timeout_s`` 0 leaves it to QGIS's setting."""

    timeout_s: float = 0.0
    certificate_authorities: tuple[str, ...] = ()
    """PEM files (absolute) or PEM texts trusted for this platform besides the system's."""
    allow_http: bool = False


@dataclass(frozen=True)
class Placing:
    """Where a secret goes in a request: ``header``, ``query`` or ``cookie``, under which name."""

    place: str = "header"
    name: str = "Authorization"
    prefix: str = "Bearer "


@dataclass(frozen=True)
class Secret:
    """A key that the user enters once."""

    name: str
    title: Text
    help: Text
    placing: Placing
    link: str = ""


@dataclass(frozen=True)
class IdentitySettings:
    """How one signs in; ``kind`` is oidc, token_login, key, authcfg or none."""

    kind: str = "none"
    issuer: str = ""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    client_id: str = ""
    scopes: tuple[str, ...] = ("openid",)
    roles_claim: str = "scope"
    roles_map: Mapping[str, str] = field(default_factory=dict)
    redirect_ports: tuple[int, ...] = (0,)
    redirect_path: str = "/"
    device: bool = False
    unattended: tuple[str, ...] = ("client_credentials", "refresh_token")
    """Ways to sign in without a person that the platform offers."""
    placing: Placing = field(default_factory=Placing)
    origins: tuple[str, ...] = ()
    secrets: tuple[Secret, ...] = ()
    login: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Text] = field(default_factory=dict)
    """What to do about the platform's own errors, by ``status/code`` or ``status``."""


@dataclass(frozen=True)
class CatalogueSource:
    """A catalogue of the platform."""

    kind: str
    url: str
    version: str = ""
    title: Text | None = None
    credential: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """A heading of the one map; the order in the profile is the order on the map."""

    id: str
    title: Text
    parent: str | None = None


@dataclass(frozen=True)
class LayerSource:
    """A layer of the one map and where it comes from."""

    id: str
    title: Text
    kind: str
    url: str
    group: str | None = None
    layer: str | None = None
    crs: str | None = None
    style: str | None = None
    matrix_set: str | None = None
    format: str | None = None
    version: str | None = None
    scales: tuple[float | None, float | None] | None = None
    """Least and greatest scale denominator at which it is drawn."""
    date: str | tuple[str, str] | None = None
    accuracy_class: str | None = None
    resolution_m: float | None = None
    extent: tuple[float, float, float, float] | None = None
    role: str | None = None
    restricted: bool = False
    withheld: tuple[str, ...] = ()
    """Columns that are never asked for."""
    record: str | None = None
    credential: str = ""
    """Name of a secret of the profile, ``none``, or empty for the profile's own sign-in."""
    note: Text | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DeliverySettings:
    """Where and how results are delivered."""

    kinds: tuple[str, ...] = ()
    uploads: str = ""
    receipts: str = ""
    wfs: str = ""
    staging: str = "staging_parcels"
    commit: str = "commits"
    chunk_bytes: int = 8 * 1024 * 1024
    receipt_certificate: str = ""
    """PEM text or absolute path of a PEM file."""


@dataclass(frozen=True)
class Timestamping:
    """A time-stamping authority (RFC 3161)."""

    url: str = ""
    certificate: str = ""


@dataclass(frozen=True)
class AuditSettings:
    """Where the audit log goes and how long it is kept."""

    url: str = ""
    keep_months: int = 6


@dataclass(frozen=True)
class SiteProfile:
    """A platform: who one is there, what it has, and how it takes deliveries."""

    id: str
    title: Text
    zone: str
    network: Network = field(default_factory=Network)
    identity: IdentitySettings = field(default_factory=IdentitySettings)
    catalogue: tuple[CatalogueSource, ...] = ()
    groups: tuple[Group, ...] = ()
    layers: tuple[LayerSource, ...] = ()
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    trust_certificates: tuple[str, ...] = ()
    timestamp: Timestamping = field(default_factory=Timestamping)
    audit: AuditSettings = field(default_factory=AuditSettings)
    note: Text | None = None
    template: bool = False
    """Whether addresses are still to be filled in by an administrator."""
    path: Path | None = None
    notes: tuple[tuple[str, Text], ...] = ()
    """Keys nobody knows: JSON pointer and sentence."""

    @property
    def origins(self) -> frozenset[Origin]:
        """Where the profile's own sign-in may be sent."""
        return self.origins_of("")

    def origins_of(self, credential: str) -> frozenset[Origin]:
        """Return where one credential may be sent.

        ``""`` is the profile's own sign-in: ``identity.origins`` when the profile names them, else
        every address of the profile that names no other credential. A secret goes to the layers
        and catalogues that name it; in a profile of kind ``key`` the first secret is the sign-in.
        """
        own = self.own_credential
        wanted = credential or own
        if wanted == "none":
            return frozenset()
        if wanted == own and self.identity.origins:
            urls = list(self.identity.origins)
        else:
            sources: list[CatalogueSource | LayerSource] = [*self.catalogue, *self.layers]
            urls = [source.url for source in sources if (source.credential or own) == wanted]
            if wanted == own:
                delivery = self.delivery
                urls += [delivery.uploads, delivery.receipts, delivery.wfs, self.audit.url]
                urls += [self.timestamp.url]
        found = {origin(url) for url in urls}
        return frozenset(one for one in found if one is not None)

    @property
    def own_credential(self) -> str:
        """Name of what layers without ``credential`` use: ``""`` (a sign-in), a secret, none."""
        if self.identity.kind == "key":
            return self.identity.secrets[0].name if self.identity.secrets else "none"
        return "none" if self.identity.kind == "none" else ""

    def layer(self, identifier: str) -> LayerSource | None:
        """Return the layer of that id."""
        return next((layer for layer in self.layers if layer.id == identifier), None)


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this very machine."""
    return host in ("localhost", "::1") or host.startswith("127.")
