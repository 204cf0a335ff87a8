"""A card while it is being filled."""

from __future__ import annotations

from dataclasses import dataclass, field

import shapely

from ..findings import Text
from .model import NOTHING, Chart, Evidence, Fact, ImagePair, Link, Photo, Shape


@dataclass
class Card:
    """Collects what the families find; nothing in it twice."""

    facts: list[Fact] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    missing: list[Text] = field(default_factory=list)
    profile: Chart | None = None
    images: ImagePair | None = None
    clause: Text = NOTHING

    def fact(self, title: Text, value: Text, role: str = "other") -> None:
        """Add a line, unless it says nothing."""
        if value.zh or value.en:
            self.facts.append(Fact(title, value, role))

    def shape(self, geometry: shapely.Geometry | None, wkt: str, role: str, name: Text) -> None:
        """Add something to draw; nothing for an empty geometry."""
        if geometry is None or geometry.is_empty:
            return
        flat = shapely.force_2d(geometry)
        self.shapes.append(Shape(bytes(shapely.to_wkb(flat, byte_order=1)), wkt, role, name))

    def tell(self, text: Text) -> None:
        """Say what is missing, once."""
        if text.zh and text not in self.missing:
            self.missing.append(text)

    def done(self, finding_id: str) -> Evidence:
        """The finished card."""
        facts: list[Fact] = []
        for fact in self.facts:
            if fact not in facts:
                facts.append(fact)
        return Evidence(
            finding_id,
            tuple(facts),
            tuple(self.charts),
            self.profile,
            tuple(self.photos),
            tuple(self.shapes),
            tuple(self.links),
            self.clause,
            self.images,
            tuple(self.missing),
        )
