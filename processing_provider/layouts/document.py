"""From sections to a PDF file: what an algorithm calls from whatever thread it runs in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingException, QgsProcessingFeedback

from ..language import translate
from .compose import Composer, PdfPages
from .content import Section
from .main_thread import MainThread
from .template import SHIPPED, Template, parsed

if TYPE_CHECKING:
    from ...checks.progress import Progress


_NO_MORE = object()


class Document:
    """A template that is filled and printed; close it.

    Every visit to the main thread is short: loading, one section, one page.
    """

    def __init__(self, template: Path, feedback: QgsProcessingFeedback) -> None:
        self._main = MainThread(feedback.isCanceled)
        self._template: Template | None = None
        self._composer: Composer | None = None
        self._pdf: PdfPages | None = None
        self._steps: Iterator[object] = iter(())
        try:
            document = parsed(template)
            self._template = self._main.call(lambda: Template(template, document))
            self.sizes: dict[str, tuple[float, float]] = self._main.call(self._template.sizes)
        except BaseException:
            self.close()
            raise

    def write(
        self,
        values: dict[str, Any],
        sections: Sequence[Section],
        path: Path,
        progress: Progress,
    ) -> int:
        """Print; the number of pages. The file appears whole or not at all.

        Raises
        ------
        OutputError
            When the file cannot be written.
        Cancelled
            When asked to stop; nothing is left behind.
        """
        from ...checks.record import cannot_write

        part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._main.call(lambda: self._begin(values))
            for number, section in enumerate(sections):
                progress.at(0.2 * number / len(sections))
                self._main.call(partial(self._plan, section))
            composer = self._composer
            assert composer is not None
            self._main.call(composer.begin)
            self._main.call(lambda: self._open(part, str(values.get("title", ""))))
            page = 0
            for planned in composer.planned:
                progress.at(0.2 + 0.8 * page / composer.pages)
                self._in_steps(partial(composer.build, planned, page), progress)
                for paper in composer.papers:
                    progress.check()
                    self._main.call(partial(self._draw, paper))
                page += planned.pages
                self._main.call(composer.clear)
            if not self._main.call(self._finish) or not part.is_file():
                raise cannot_write(path, "PDF")
            os.replace(part, path)
        except OSError as error:
            raise cannot_write(path, error) from error
        finally:
            self.close()
            with suppress(OSError):
                part.unlink()
        return page

    def _begin(self, values: dict[str, Any]) -> None:
        assert self._template is not None
        self._composer = Composer(self._template, values)

    def _plan(self, section: Section) -> None:
        assert self._composer is not None
        self._composer.plan(section)

    def _in_steps(self, work: Callable[[], Iterator[object]], progress: Progress) -> None:
        """Do work that stops for breath, each step in a visit of its own."""
        self._steps = self._main.call(work)
        while self._main.call(self._step):
            progress.check()

    def _step(self) -> bool:
        """One step; whether there may be another."""
        return next(self._steps, _NO_MORE) is not _NO_MORE

    def _open(self, path: Path, title: str) -> None:
        assert self._composer is not None
        if not self._composer.pages:
            raise QgsProcessingException(
                translate("Layouts", "With this template nothing is left to print.")
            )
        self._pdf = PdfPages(self._composer, path, title)
        if not self._pdf.good:
            raise OSError(f"{path}")

    def _draw(self, page: int) -> None:
        assert self._pdf is not None
        self._pdf.draw(page)

    def _finish(self) -> bool:
        assert self._pdf is not None
        self._pdf.close()
        return bool(self._pdf.good)

    def close(self) -> None:
        """Let go of the layout, in the thread that it lives in."""
        kept: list[object] = [self._pdf, self._steps, self._composer, self._template]
        self._pdf = self._composer = self._template = None
        self._steps = iter(())

        def gone() -> None:
            for one in kept:
                if isinstance(one, PdfPages):
                    one.close()
            kept.clear()

        if any(one is not None for one in (kept[0], kept[2], kept[3])):
            self._main.last(gone)
        self._main.close()


def template_file(given: str, shipped: str) -> Path:
    """The template that a person chose, or ours."""
    return Path(given) if given else SHIPPED / shipped
