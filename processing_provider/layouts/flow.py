"""What stands where: parts of a page design move down and on to new pages as tables grow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from qgis.core import QgsLayoutItemMap

from .template import FURNITURE, Part, Template

_TOUCH = 0.2
_LEAST_ROWS = 2
"""Rows of a table that keep its heading company."""


@dataclass(frozen=True)
class Placed:
    """A part on a page counted from the section's first; rows of a table from…to."""

    part: Part
    page: int
    top: float
    height: float
    rows: tuple[int, int] = (0, 0)


@dataclass
class Block:
    """Parts beside each other; they move together."""

    parts: list[Part]
    top: float
    bottom: float
    gap: float = 0.0

    @property
    def heading(self) -> bool:
        """Whether this is a heading: it stays with what follows."""
        return all(part.identifier.startswith("heading_") for part in self.parts)


@dataclass
class Flow:
    """Places the parts of one section.

    ``heights`` says how high a part has to be (``None``: left out); ``row_heights`` those of a
    table's rows, its heading first.
    """

    template: Template
    design: int
    heights: Callable[[Part], float | None]
    row_heights: Callable[[Part], Sequence[float]]
    placed: list[Placed] = field(default_factory=list)
    page: int = 0
    _y: float = 0.0

    def run(self) -> list[Placed]:
        """Place everything; the last page's number is in ``page``."""
        parts = self.template.on_page(self.design)
        self._room(parts)
        blocks = self._blocks([p for p in parts if not p.identifier.startswith(FURNITURE)])
        first = True
        for number, block in enumerate(blocks):
            self._y = block.top if first else self._y + block.gap
            following = blocks[number + 1] if number + 1 < len(blocks) else None
            need = self._least(block)
            if block.heading and following is not None:
                need += following.gap + self._least(following)
            if not first and self._y + need > self.bottom:
                self._turn()
            self._place(block)
            first = False
        return self.placed

    def _room(self, parts: list[Part]) -> None:
        """Between the furniture at the head and that at the foot."""
        size = self.template.layout.pageCollection().page(self.design).pageSize()
        height = float(size.height())
        own = [part.rect for part in parts if part.identifier.startswith(FURNITURE)]
        heads = [rect.bottom() for rect in own if rect.bottom() < height / 2]
        feet = [rect.top() for rect in own if rect.top() > height / 2]
        self.top = max(heads, default=11.0) + 4.0
        self.bottom = min(feet, default=height - 11.0) - 3.0

    def _blocks(self, parts: list[Part]) -> list[Block]:
        """Parts that stand beside each other, from the top; what is left out leaves no gap."""
        every: list[Block] = []
        for part in sorted(parts, key=lambda each: each.rect.top()):
            if every and part.rect.top() < every[-1].bottom - _TOUCH:
                every[-1].parts.append(part)
                every[-1].bottom = max(every[-1].bottom, part.rect.bottom())
            else:
                every.append(Block([part], part.rect.top(), part.rect.bottom()))
        for before, block in zip(every, every[1:]):
            block.gap = block.top - before.bottom
        kept: list[Block] = []
        for block in every:
            block.parts = [part for part in block.parts if self.heights(part) is not None]
            if block.parts:
                kept.append(block)
        return kept

    def _is_table(self, block: Block) -> bool:
        return len(block.parts) == 1 and block.parts[0].table is not None

    def _least(self, block: Block) -> float:
        """Height without which a block is better put on the next page."""
        if self._is_table(block):
            return sum(self.row_heights(block.parts[0])[: 1 + _LEAST_ROWS])
        return self._height(block)

    def _height(self, block: Block) -> float:
        bottoms = [
            part.rect.top() - block.top + (self.heights(part) or 0.0) for part in block.parts
        ]
        return max(bottoms)

    def _turn(self) -> None:
        self.page += 1
        self._y = self.top

    def _place(self, block: Block) -> None:
        if self._is_table(block):
            self._place_table(block.parts[0])
            return
        for part in block.parts:
            top = self._y + part.rect.top() - block.top
            height = self.heights(part) or 0.0
            rows = (1, len(self.row_heights(part))) if part.table is not None else (0, 0)
            if part.table is not None:
                rows, height = self._shortened(part, top)
            self.placed.append(Placed(part, self.page, top, height, rows))
        self._y += self._height_placed(block)

    def _height_placed(self, block: Block) -> float:
        own = [one for one in self.placed if one.part in block.parts and one.page == self.page]
        return max(one.top + one.height for one in own) - self._y

    def _shortened(self, part: Part, top: float) -> tuple[tuple[int, int], float]:
        """A table beside something else cannot go on elsewhere: it ends where the page does."""
        heights = self.row_heights(part)
        used, last = heights[0], 1
        while last < len(heights) and top + used + heights[last] <= self.bottom:
            used += heights[last]
            last += 1
        return (1, last), used

    def _place_table(self, part: Part) -> None:
        heights = self.row_heights(part)
        first = 1
        while True:
            used, last = heights[0], first
            while last < len(heights) and self._y + used + heights[last] <= self.bottom:
                used += heights[last]
                last += 1
            fresh = self._y <= self.top + _TOUCH
            if last == first and first < len(heights):
                if not fresh:
                    self._turn()
                    continue
                used, last = used + heights[first], first + 1  # one row larger than a page
            self.placed.append(Placed(part, self.page, self._y, used, (first, last)))
            self._y += used
            if last >= len(heights):
                return
            first = last
            self._turn()


def is_map(part: Part) -> bool:
    """Whether a part is a map."""
    return isinstance(part.item, QgsLayoutItemMap)
