"""A run that is stopped ends at once, wherever it is, and leaves nothing behind."""

import time

import pytest

from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.verify import verify


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.6, 0.75, 0.9, 0.965])
def test_it_ends_within_a_second_and_leaves_no_file(bench, share):
    reached = []

    def listen(done, _message):
        if done >= share and not reached:
            reached.append(time.monotonic())

    out = bench.folder / "out"
    options = bench.options(bench.county, record=out / "record.json", report=out / "report.html")
    with pytest.raises(Cancelled):
        verify(options, Progress(listen, lambda: bool(reached)))
    assert time.monotonic() - reached[0] < 1.0
    assert not [path for path in out.rglob("*") if path.is_file()]
