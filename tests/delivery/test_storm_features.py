"""A small storm over parcels that are delivered one by one."""

from onemap_verify.benchmarks.delivery.changes import run_changes
from onemap_verify.benchmarks.delivery.storm_features import PARCELS, run_feature_storm


def test_parcels_come_through_a_storm(platform, tmp_path):
    books = run_feature_storm(tmp_path, platform, faults=30, seed=3, around=1.0)
    assert books.faults >= 30 and sum(books.by_fault.values()) == books.faults
    assert len(books.by_fault) >= 5
    assert books.deliveries >= 3 and books.delivered == books.deliveries
    assert books.parcels == PARCELS * books.deliveries
    assert (books.lost, books.duplicated, books.false_successes) == (0, 0, 0)
    assert (books.wrong_rows, books.orphans, books.copies_missing) == (0, 0, 0)
    assert books.clean and books.notes == []


def test_single_bytes_of_a_sealed_package(tmp_path):
    changes = run_changes(tmp_path, 120, seed=5)
    assert changes.changed == changes.detected == changes.named == 120
