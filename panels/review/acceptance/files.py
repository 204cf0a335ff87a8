"""Where the files of an acceptance lie: in a folder beside the findings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Files:
    """The files of one acceptance by what they are."""

    folder: Path

    @property
    def units(self) -> Path:
        """All parcels that can be drawn."""
        return self.folder / "units.gpkg"

    @property
    def sample(self) -> Path:
        """The drawn ones."""
        return self.folder / "sample.gpkg"

    @property
    def draw(self) -> Path:
        """Record of the draw."""
        return self.folder / "draw.json"

    @property
    def errors(self) -> Path:
        """Upheld errors about the sample."""
        return self.folder / "errors.gpkg"

    @property
    def scores(self) -> Path:
        """Scores of the drawn units."""
        return self.folder / "scores.gpkg"

    @property
    def lot(self) -> Path:
        """Record of the verdict."""
        return self.folder / "lot.json"

    @property
    def lot_report(self) -> Path:
        """The verdict, printed."""
        return self.folder / "lot_report.pdf"

    @property
    def review_report(self) -> Path:
        """The review, printed."""
        return self.folder / "review_report.pdf"

    @property
    def return_list(self) -> Path:
        """What goes back to the county, printed."""
        return self.folder / "return_list.pdf"

    @property
    def return_sheet(self) -> Path:
        """What goes back to the county, as spreadsheet."""
        return self.folder / "return_list.xlsx"

    @property
    def return_layer(self) -> Path:
        """What goes back to the county, as layer."""
        return self.folder / "return_list.gpkg"

    @property
    def reports(self) -> list[Path]:
        """Reports that are there, to be opened."""
        every = (self.lot_report, self.review_report, self.return_list, self.return_sheet)
        return [path for path in every if path.is_file()]
