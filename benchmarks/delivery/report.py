"""The figures as Markdown and JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from .changes import Changes
from .large import Large
from .storm import Books


def write_report(
    folder: Path,
    books: Books,
    large: Large | None,
    settings: dict[str, Any],
    features: Books | None = None,
    changes: Changes | None = None,
) -> None:
    """Write ``DELIVERY.md`` and ``DELIVERY.json``."""
    document = {
        "date": date.today().isoformat(),
        "settings": settings,
        "storm": asdict(books),
        "parcels": asdict(features) if features else None,
        "large": asdict(large) if large else None,
        "changes": asdict(changes) if changes else None,
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "DELIVERY.json").write_text(text + "\n", encoding="utf-8")
    (folder / "DELIVERY.md").write_text(
        markdown(books, large, settings, features, changes), encoding="utf-8"
    )


def markdown(
    books: Books,
    large: Large | None,
    settings: dict[str, Any],
    features: Books | None = None,
    changes: Changes | None = None,
) -> str:
    """The report for a person."""
    rows = "\n".join(f"| {name} | {count:,} |" for name, count in books.by_fault.items())
    notes = "".join(f"\n- {note}" for note in books.notes)
    return f"""# Delivery under faults

Made by `./run benchmark delivery` (seed {settings["seed"]}). Small sealed packages of
{settings["parcels"]} parcels each are delivered by {settings["clients"]} client processes through
a proxy that breaks about every third request, to the real tus server, the real intake and
PostgreSQL with PostGIS. Meanwhile clients, servers and the database are killed and started again,
and the disk that takes uploads is filled up. Whoever supervises does what a person would: start
again, sign in again, make room.

| | |
| --- | ---: |
| faults | {books.faults:,} |
| deliveries | {books.deliveries:,} |
| delivered, with verified receipt and rows in the database | {books.delivered:,} |
| **lost** | **{books.lost}** |
| **duplicated** | **{books.duplicated}** |
| **false successes** | **{books.false_successes}** |
| packages whose rows differ from the submission | {books.wrong_rows} |
| local copies missing | {books.copies_missing} |
| rows staged without a commit | {books.orphans} |
| parcels visible in the database | {books.parcels:,} |
| seconds | {books.seconds:,.0f} |

*Lost*: not delivered once the faults have ended. *Duplicated*: more than one commit, or more rows
than parcels. *False success*: called delivered by the queue while the database has no commit with
the package's digest; looked at during the whole run and at its end. *Rows differ*: the digest
over every attribute and vertex of the rows as stored is not that of the submission.

| fault | times |
| --- | ---: |
{rows}
{notes}
{_parcels(features)}{_large(large)}{_changes(changes)}"""


def _changes(changes: Changes | None) -> str:
    if changes is None:
        return ""
    return f"""
## Single bytes of a sealed package

Each time one byte is changed, in contents, headers, manifest or directory by turns, checked, and
put back.

| | |
| --- | ---: |
| size of the package | {changes.bytes:,} bytes, {changes.objects} objects |
| changes | {changes.changed:,} |
| **not noticed** | **{changes.changed - changes.detected}** |
| **another object named than the one that was changed** | **{changes.changed - changes.named}** |
| seconds | {changes.seconds:.0f} |
"""


def _parcels(books: Books | None) -> str:
    if books is None:
        return ""
    rows = "\n".join(f"| {name} | {count:,} |" for name, count in books.by_fault.items())
    notes = "".join(f"\n- {note}" for note in books.notes)
    each = books.parcels // max(books.deliveries, 1)
    return f"""
## Parcel by parcel (WFS-T)

Packages of {each} parcels each are delivered as features into the staging layer of the embedded
platform, through its gateway, with a reviewer's token: sign-in, roles, QGIS Server and PostGIS are
the real ones. The proxy before the gateway breaks about every third request; clients are killed.

| | |
| --- | ---: |
| faults | {books.faults:,} |
| deliveries | {books.deliveries:,} |
| delivered, with verified receipt and a commit | {books.delivered:,} |
| **lost** | **{books.lost}** |
| **duplicated** (commits or parcels) | **{books.duplicated}** |
| **false successes** | **{books.false_successes}** |
| deliveries with a row that is not, bit for bit, the package's | {books.wrong_rows} |
| rows left in staging beside what is committed | {books.orphans} |
| local copies missing | {books.copies_missing} |
| parcels compared | {books.parcels:,} |
| seconds | {books.seconds:,.0f} |

| fault | times |
| --- | ---: |
{rows}
{notes}
"""


def _large(large: Large | None) -> str:
    if large is None:
        return ""
    if large.note:
        return f"\n## A large delivery\n\nNot carried out: {large.note}\n"
    return f"""
## A large delivery

| | |
| --- | ---: |
| size of the package | {large.bytes / 1e9:.2f} GB |
| outcome | {large.state} |
| receipt carries our SHA-256 | {"yes" if large.digest_right else "no"} |
| cuts on the way | {large.cuts} |
| sent again | {large.sent_again / 2**20:.1f} MiB (a chunk is {large.chunk / 2**20:.0f} MiB) |
| largest memory of the client | {large.client_mb:.0f} MB |
| seconds to seal | {large.seal_seconds:.0f} |
| seconds to check, send, and get the receipt | {large.seconds:.0f} |
"""
